/* rutter explain and rutter rules: the rules' texts. */
#include "cli/cli.h"

#include "site/texts.h"
#include "steps/steps.h"

#include <errno.h>
#include <sys/stat.h>

enum { WIDTH = 100 };

static bool read_texts(struct cli *c, struct rule_texts *t)
{
    struct rulebook r;
    if (!rulebook_open(c->a, cli_get(c, "rules"), c->diags, &r)) return false;
    *t = texts_read(c->a, &r);
    return true;
}

static int no_rule(struct cli *c, const struct rule_texts *t, struct str id)
{
    struct str meant = texts_meant(c->a, t, id);
    diag_error(c->diags, NOWHERE, "there is no rule \"%.*s\"", STR_ARG(id));
    if (meant.n) diag_hint(c->diags, "did you mean %.*s?", STR_ARG(meant));
    else diag_hint(c->diags, "rutter rules lists them");
    return EXIT_BAD_INPUT;
}

int cli_explain(struct cli *c)
{
    struct rule_texts t;
    struct buf b = buf_new(c->a);
    if (!c->word_n) {
        diag_error(c->diags, NOWHERE, "explain needs a rule");
        diag_hint(c->diags, "rutter explain RULE, as in rutter explain values/renamed-key; rutter rules lists them");
        return EXIT_BAD_INPUT;
    }
    if (!read_texts(c, &t)) return EXIT_BAD_INPUT;
    for (uint32_t i = 0; i < c->word_n; i++) {
        const struct rule_text *x = texts_find(&t, c->word[i]);
        if (!x || (str_is(x->id, "advisory/*") && !str_eq(x->id, c->word[i]))) return no_rule(c, &t, c->word[i]);
        if (i) buf_byte(&b, '\n');
        texts_explain(&b, x, WIDTH);
    }
    struct str shown = cli_clean(c->a, buf_done(&b));
    fwrite(shown.p, 1, shown.n, c->out);
    return EXIT_OK;
}

/* ---- docs/rules ---- */

static bool write_page(struct cli *c, struct str dir, struct str path, struct buf *b)
{
    struct str whole = path_join(c->a, dir, path), folder = path_dir(whole);
    if (folder.n && mkdir(str_z(c->a, folder), 0755) && errno != EEXIST) return diag_error(c->diags, NOWHERE, "%.*s cannot be made: %s", STR_ARG(folder), strerror(errno));
    FILE *f = fopen(str_z(c->a, whole), "w");
    bool ok = f && fwrite(b->p, 1, b->n, f) == b->n;
    if (f) ok = fclose(f) == 0 && ok;
    return ok || diag_error(c->diags, NOWHERE, "%.*s cannot be written: %s", STR_ARG(whole), strerror(errno));
}

static int write_docs(struct cli *c, const struct rule_texts *t)
{
    struct str dir = cli_get(c, "output");
    if (!dir.n) {
        diag_error(c->diags, NOWHERE, "--format docs writes a page a rule");
        diag_hint(c->diags, "give the folder with -o DIR");
        return EXIT_BAD_INPUT;
    }
    if (mkdir(str_z(c->a, dir), 0755) && errno != EEXIST) {
        diag_error(c->diags, NOWHERE, "%.*s cannot be made: %s", STR_ARG(dir), strerror(errno));
        return EXIT_BAD_INPUT;
    }
    struct buf index = buf_new(c->a);
    texts_index(&index, t);
    if (!write_page(c, dir, STR("README.md"), &index)) return EXIT_BAD_INPUT;
    for (uint32_t i = 0; i < t->n; i++) {
        struct buf b = buf_new(c->a);
        texts_page(&b, &t->v[i]);
        if (!write_page(c, dir, texts_page_path(c->a, &t->v[i]), &b)) return EXIT_BAD_INPUT;
    }
    return EXIT_OK;
}

int cli_rules(struct cli *c)
{
    struct rule_texts t;
    struct str format = cli_get(c, "format");
    struct buf b = buf_new(c->a);
    if (c->word_n) {
        diag_error(c->diags, NOWHERE, "\"%.*s\" belongs to no option", STR_ARG(c->word[0]));
        diag_hint(c->diags, "rutter explain %.*s shows one rule", STR_ARG(c->word[0]));
        return EXIT_BAD_INPUT;
    }
    if (!read_texts(c, &t)) return EXIT_BAD_INPUT;
    if (str_is(format, "docs")) return write_docs(c, &t);
    if (!format.n || str_is(format, "text")) {
        texts_list(&b, &t);
    } else if (str_is(format, "json")) {
        canonical_json(&b, texts_value(c->a, &t));
        buf_byte(&b, '\n');
    } else {
        diag_error(c->diags, NOWHERE, "rules has no format \"%.*s\": it is one of text, json, docs", STR_ARG(format));
        return EXIT_BAD_INPUT;
    }
    struct str shown = str_is(format, "json") ? buf_str(&b) : cli_clean(c->a, buf_done(&b));
    fwrite(shown.p, 1, shown.n, c->out);
    return EXIT_OK;
}
