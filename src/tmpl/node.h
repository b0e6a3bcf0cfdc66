/* Pieces of the parser that stand by themselves: constants and quoted strings. */
#ifndef RUTTER_TMPL_NODE_H
#define RUTTER_TMPL_NODE_H

#include "tmpl/scan.h"
#include "tmpl/tree.h"

/* Fills an N_NUMBER from a number, character or complex constant; false and *error as Go words it. */
bool node_number(struct arena *a, struct token t, struct node *n, struct str *error);
/* strconv.Unquote of a "..." or `...` literal; false when the syntax is invalid. */
bool go_unquote(struct arena *a, struct str quoted, struct str *out);

#endif
