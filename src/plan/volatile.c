#include "plan/volatile.h"

/* Words of a template whose answer is another at the next render, or in a cluster. */
static const char *const words[] = {
    ".Release.Revision", ".Release.IsUpgrade", ".Release.IsInstall", "lookup ", "lookup\t", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt",
    "genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "uuidv4", "now ", "now)", "now|", "shuffle", "bcrypt", "htpasswd", "encryptAES", "derivePassword",
};

static bool has_word(struct str text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_has(text, str_from(words[i]))) return true;
    return false;
}

/* Named templates of a partial that has such a word: a template that names one of them is as uncertain. */
static bool names_volatile_partial(struct arena *a, const struct chart *c, struct str text)
{
    for (uint32_t i = 0; c && i < c->templates_n; i++) {
        const struct file *f = c->templates[i];
        if (!str_starts(path_base(f->path), STR("_")) || !has_word(f->data)) continue;
        struct str rest = f->data, head, body;
        while (str_cut(rest, STR("define \""), &head, &rest)) {
            struct str name;
            if (!str_cut(rest, STR("\""), &name, &rest)) break;
            ptrdiff_t next = str_find(rest, STR("define \""));
            body = next < 0 ? rest : str_sub(rest, 0, (size_t)next);
            if (has_word(body) && str_has(text, str_printf(a, "\"%.*s\"", STR_ARG(name)))) return true;
        }
    }
    return false;
}

/* What the render itself noted, and else the words of its template. */
bool volatile_object(struct arena *a, const struct side *side, const struct object *o)
{
    const struct render *r = &side->render;
    if (!o->from || !r->files) return false;
    const struct rendered *from = NULL;
    for (uint32_t i = 0; i < r->files_n && !from; i++)
        if (str_eq(r->files[i].path, o->from->path)) from = &r->files[i];
    if (!from || !from->file) return false;
    for (uint32_t i = 0; i < r->exec.random_n; i++)
        if (r->exec.random[i].tmpl == from->index) return true;
    return has_word(from->file->data) || names_volatile_partial(a, from->chart, from->file->data);
}
