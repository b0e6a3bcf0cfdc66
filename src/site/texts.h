/* The texts of the rules: what each means, why it matters, how to fix it. From rules/rules/ and rules/advisories/, and the same of
 * --rules DIR; the later of two with one id counts. `rutter explain`, `rutter rules`, SARIF and docs/rules are made of them. */
#ifndef RUTTER_SITE_TEXTS_H
#define RUTTER_SITE_TEXTS_H

#include "facts/facts.h"

struct rule_text {
    struct str id;              /* "values/renamed-key" */
    enum severity severity;     /* without context */
    struct str title;           /* a few words, no full stop */
    struct str means, matters, fix, example;  /* whole sentences; "" where an advisory has none */
    struct str *sources; uint32_t sources_n, sources_cap;
    struct str unreported;      /* why no check reports it in this version; "" for all that are reported */
    bool advisory;              /* known of one release, and not found by analysis */
};

struct rule_texts {
    struct rule_text *v;        /* by id */
    uint32_t n, cap;
};

struct rule_texts texts_read(struct arena *a, const struct rulebook *r);
/* NULL when there is none. An advisory that no file has is described by the one that stands for all of them. */
const struct rule_text *texts_find(const struct rule_texts *t, struct str id);
/* The id that was probably meant; empty when none is near. A family or a last word alone finds its rule too. */
struct str texts_meant(struct arena *a, const struct rule_texts *t, struct str id);

/* The same in the forms that people and programs read. `width` is where lines are broken. */
void texts_explain(struct buf *out, const struct rule_text *x, size_t width);
void texts_list(struct buf *out, const struct rule_texts *t);
struct value texts_value(struct arena *a, const struct rule_texts *t);  /* rutter.rules/v1 */
/* docs/rules: one page a rule, at texts_page_path, and an index. */
struct str texts_page_path(struct arena *a, const struct rule_text *x);
void texts_page(struct buf *out, const struct rule_text *x);
void texts_index(struct buf *out, const struct rule_texts *t);

#endif
