/* A Markdown document as a flat list of what a changelog is made of: headings, list items, paragraphs.
 *
 * CommonMark is read by libcmark, opened on first use. Code, HTML, images and rules are passed over; block quotes are
 * transparent. Text is plain: no emphasis, no link targets, white space collapsed to single spaces.
 */
#ifndef RUTTER_CHANGELOG_MARKDOWN_H
#define RUTTER_CHANGELOG_MARKDOWN_H

#include "base/diag.h"

enum markdown_kind { MARKDOWN_HEADING, MARKDOWN_ITEM, MARKDOWN_PARAGRAPH };

struct markdown_block {
    enum markdown_kind kind;
    uint32_t level;     /* of a heading 1 to 6; of an item its nesting, from 1; of a paragraph the nesting of items around it, 0: none */
    struct str text;    /* an item's is that of its first paragraph, "" when it begins with something else */
    struct str strong;  /* the strong emphasis that the text begins with; "" when it does not */
    struct place at;    /* where the text begins */
};

struct markdown {
    struct arena *a;
    struct markdown_block *v;
    size_t n, cap;
};

/* False when libcmark is not installed (a diagnostic says so). Any text is a document. `input` is for places. */
bool markdown_read(struct arena *a, struct str text, uint32_t input, struct markdown *out, struct diags *d);

#endif
