/* libtree-sitter, opened on first use, with memory from our arenas: it ends the process when an allocation of its own fails. */
#ifndef RUTTER_TMPL_TREESITTER_H
#define RUTTER_TMPL_TREESITTER_H

#include <tree_sitter/api.h>

#include "base/arena.h"
#include "base/diag.h"

#define TREESITTER_FUNCTIONS(F)                                                                                            \
    F(parser_new) F(parser_set_language) F(parser_parse_string) F(tree_root_node) F(node_symbol) F(node_start_byte) F(node_end_byte) \
    F(node_is_missing) F(node_is_named) F(node_has_error) F(node_type) F(node_parent) F(tree_cursor_goto_first_child)     \
    F(tree_cursor_goto_next_sibling) F(tree_cursor_goto_parent) F(tree_cursor_current_node) F(language_symbol_for_name) F(set_allocator) \
    F(query_new) F(query_pattern_count) F(query_start_byte_for_pattern) F(query_capture_name_for_id) F(query_string_value_for_id)  \
    F(query_predicates_for_pattern) F(query_cursor_new) F(query_cursor_exec) F(query_cursor_next_match)

/* From 0.22 on (Debian 13) a cursor is longer than the header of 0.20 (Debian 12) says, and ts_tree_cursor_new returns it by value. A program
 * built with the one runs with the other: there is room for it. A struct of this size is returned in memory in any case. */
struct treesitter_cursor {
    TSTreeCursor cursor;
    uint64_t room[4];
};

struct treesitter_functions {
#define F(name) __typeof__(&ts_##name) name;
    TREESITTER_FUNCTIONS(F)
#undef F
    struct treesitter_cursor (*tree_cursor_new)(TSNode node);
};
extern struct treesitter_functions ts;

/* False, with a diagnostic, when the library is not installed. */
bool treesitter_open(struct diags *d);

/* What this thread's calls allocate from now on is in `a`. */
void treesitter_use(struct arena *a);

/* The syntax tree of a template, by the grammar in grammar/. All that the library allocates is in `a`, now and while the tree is walked,
 * until the next parse of this thread: what is done with a tree comes before that. NULL: the library refuses the grammar. */
TSTree *treesitter_parse(struct arena *a, struct str text);
const TSLanguage *tree_sitter_helm_template(void);

#endif
