#include "changelog/markdown.h"

#include <cmark.h>

#include "base/buf.h"
#include "base/lib.h"

/* ---- the library ---- */

static struct {
    __typeof__(&cmark_parser_new_with_mem) parser_new_with_mem;
    __typeof__(&cmark_parser_feed) parser_feed;
    __typeof__(&cmark_parser_finish) parser_finish;
    __typeof__(&cmark_node_first_child) first_child;
    __typeof__(&cmark_node_next) next;
    __typeof__(&cmark_node_parent) parent;
    __typeof__(&cmark_node_get_type) type;
    __typeof__(&cmark_node_get_literal) literal;
    __typeof__(&cmark_node_get_heading_level) heading_level;
    __typeof__(&cmark_node_get_start_line) start_line;
    __typeof__(&cmark_node_get_start_column) start_column;
} cm;

static const struct lib_symbol symbols[] = {
    {"cmark_parser_new_with_mem", (void **)&cm.parser_new_with_mem},
    {"cmark_parser_feed", (void **)&cm.parser_feed},
    {"cmark_parser_finish", (void **)&cm.parser_finish},
    {"cmark_node_first_child", (void **)&cm.first_child},
    {"cmark_node_next", (void **)&cm.next},
    {"cmark_node_parent", (void **)&cm.parent},
    {"cmark_node_get_type", (void **)&cm.type},
    {"cmark_node_get_literal", (void **)&cm.literal},
    {"cmark_node_get_heading_level", (void **)&cm.heading_level},
    {"cmark_node_get_start_line", (void **)&cm.start_line},
    {"cmark_node_get_start_column", (void **)&cm.start_column},
};

/* libcmark's soname carries its whole version until 0.30, major and minor since 0.31. */
static struct lib library = {
    .sonames = "libcmark.so.0.31.2 libcmark.so.0.31.1 libcmark.so.0.31.0 libcmark.so.0.31 "
               "libcmark.so.0.30.3 libcmark.so.0.30.2 libcmark.so.0.30.1 libcmark.so.0.30.0 libcmark.so",
    .package = "libcmark",
    .purpose = "to read a changelog",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

/* ---- its memory ----
 *
 * cmark's own allocator aborts the process when memory runs out, and the hooks that replace it get no context. So the
 * arena of the document that this thread is reading stands here. An allocation that fails unwinds through cmark, which
 * holds nothing outside of its allocator; the arena gives everything back. */

static __thread struct arena *current;

struct sized {
    size_t n;
    max_align_t data[];
};

static void *hook_calloc(size_t n, size_t size)
{
    if (size && n > SIZE_MAX / 2 / size) guard_trip(current->guard, "out of memory");
    struct sized *s = arena_zalloc(current, sizeof *s + n * size);
    s->n = n * size;
    return s->data;
}

static void *hook_realloc(void *p, size_t n)
{
    if (!p) return hook_calloc(1, n);
    struct sized *old = (struct sized *)(void *)((char *)p - offsetof(struct sized, data));
    if (n <= old->n) return p;
    if (n > SIZE_MAX / 2) guard_trip(current->guard, "out of memory");
    struct sized *s = arena_grow(current, old, sizeof *old + old->n, sizeof *s + n);
    s->n = n;
    return s->data;
}

static void hook_free(void *p) { (void)p; }

/* ---- text ---- */

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

static void add_collapsed(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_space(s.p[i]))
            buf_byte(b, s.p[i]);
        else if (b->n && b->p[b->n - 1] != ' ')
            buf_byte(b, ' ');
    }
}

/* "<name>" in prose is a placeholder more often than a tag: only what really is HTML is left out. */
static bool is_html(struct str tag)
{
    static const char *const known[] = {"a", "abbr", "b", "br", "code", "del", "details", "div", "em", "h1", "h2", "h3", "i", "img", "ins",
                                        "kbd", "p", "pre", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "td", "tr", "u"};
    struct str s = str_trim_prefix(tag, STR("<"));
    if (str_starts(s, STR("!")) || str_starts(s, STR("?"))) return true;
    s = str_trim_prefix(s, STR("/"));
    size_t n = 0;
    while (n < s.n && s.p[n] != '>' && s.p[n] != '/' && !is_space(s.p[n])) n++;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_is(str_sub(s, 0, n), known[i])) return true;
    return false;
}

static void add_inline(struct buf *b, cmark_node *node)
{
    switch (cm.type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
        add_collapsed(b, str_from(cm.literal(node)));
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        add_collapsed(b, STR(" "));
        break;
    case CMARK_NODE_HTML_INLINE: {
        struct str tag = str_from(cm.literal(node));
        if (!is_html(tag)) add_collapsed(b, tag);
        break;
    }
    default:
        break;
    }
}

/* The next node in document order that is not below `node`, inside `root`; NULL at the end. */
static cmark_node *after(cmark_node *node, cmark_node *root)
{
    while (node != root) {
        cmark_node *next = cm.next(node);
        if (next) return next;
        node = cm.parent(node);
    }
    return NULL;
}

/* Everything below `root`, itself too. Emphasis may be nested as deep as the text is long: no recursion. */
static struct str inline_text(struct arena *a, cmark_node *root)
{
    struct buf b = buf_new(a);
    for (cmark_node *node = root; node;) {
        add_inline(&b, node);
        cmark_node *child = cm.type(node) == CMARK_NODE_IMAGE ? NULL : cm.first_child(node);
        node = child ? child : after(node, root);
    }
    return str_trim(buf_done(&b));
}

static void read_text(struct arena *a, struct markdown_block *block, cmark_node *node)
{
    block->text = inline_text(a, node);
    cmark_node *first = cm.first_child(node);
    if (first && cm.type(first) == CMARK_NODE_STRONG) block->strong = inline_text(a, first);
}

/* ---- blocks ---- */

static struct place place_of(cmark_node *node, uint32_t input)
{
    int line = cm.start_line(node), column = cm.start_column(node);
    return (struct place){
        .input = input & 0x3fff,
        .line = line > 0 ? (uint32_t)line : 0,
        .column = column > 0 && column < 0x3ffff ? (uint32_t)column & 0x3ffff : 0,
    };
}

static void add_item(struct markdown *m, cmark_node *node, uint32_t level, uint32_t input)
{
    cmark_node *first = cm.first_child(node);
    bool has_text = first && cm.type(first) == CMARK_NODE_PARAGRAPH;
    struct markdown_block *b = PUSH(m->a, m->v, m->n, m->cap);
    *b = (struct markdown_block){.kind = MARKDOWN_ITEM, .level = level, .at = place_of(has_text ? first : node, input)};
    if (has_text) read_text(m->a, b, first);
}

/* An item's first paragraph is the item's own text. */
static bool belongs_to_item(cmark_node *paragraph)
{
    cmark_node *up = cm.parent(paragraph);
    return up && cm.type(up) == CMARK_NODE_ITEM && cm.first_child(up) == paragraph;
}

static void add_block(struct markdown *m, cmark_node *node, uint32_t items, uint32_t input)
{
    cmark_node_type type = cm.type(node);
    if (type == CMARK_NODE_ITEM) {
        add_item(m, node, items, input);
    } else if (type == CMARK_NODE_HEADING || (type == CMARK_NODE_PARAGRAPH && !belongs_to_item(node))) {
        struct markdown_block *b = PUSH(m->a, m->v, m->n, m->cap);
        *b = (struct markdown_block){.kind = MARKDOWN_PARAGRAPH, .level = items, .at = place_of(node, input)};
        if (type == CMARK_NODE_HEADING) {
            b->kind = MARKDOWN_HEADING;
            b->level = (uint32_t)cm.heading_level(node);
        }
        read_text(m->a, b, node);
    }
}

static bool holds_blocks(cmark_node_type type)
{
    return type == CMARK_NODE_DOCUMENT || type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_LIST || type == CMARK_NODE_ITEM;
}

static void walk(struct markdown *m, cmark_node *root, uint32_t input)
{
    uint32_t items = 0;
    cmark_node *node = root;
    while (node) {
        cmark_node_type type = cm.type(node);
        if (type == CMARK_NODE_ITEM) items++;
        add_block(m, node, items, input);
        cmark_node *next = holds_blocks(type) ? cm.first_child(node) : NULL;
        while (!next && node != root) {
            if (cm.type(node) == CMARK_NODE_ITEM) items--;
            next = cm.next(node);
            if (!next) node = cm.parent(node);
        }
        node = next;
    }
}

bool markdown_read(struct arena *a, struct str text, uint32_t input, struct markdown *out, struct diags *d)
{
    *out = (struct markdown){.a = a};
    if (!lib_open(&library, d)) return false;
    cmark_mem hooks = {hook_calloc, hook_realloc, hook_free};
    current = a;
    cmark_parser *parser = cm.parser_new_with_mem(CMARK_OPT_VALIDATE_UTF8, &hooks);
    cm.parser_feed(parser, text.p ? text.p : "", text.n);
    walk(out, cm.parser_finish(parser), input);
    current = NULL;
    return true;
}
