#include "plan/volatile.h"

/* Words of a template whose answer is another at the next render, or in a cluster. */
static const char *const words[] = {
    ".Release.Revision", ".Release.IsUpgrade", ".Release.IsInstall", "lookup ", "lookup\t", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt",
    "genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "uuidv4", "now ", "now)", "now|", "shuffle", "bcrypt", "htpasswd", "encryptAES", "derivePassword",
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

enum { WORDS = sizeof words / sizeof *words };
_Static_assert(WORDS <= 32, "a bit for each");

/* The words whose first byte, and whose second, is this one: a bit each. */
struct beginnings {
    uint32_t first[256], second[256];
};

static void find_beginnings(struct beginnings *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned i = 0; i < WORDS; i++) {
        out->first[(unsigned char)words[i][0]] |= 1u << i;
        out->second[(unsigned char)words[i][1]] |= 1u << i;
    }
}

static bool word_begins(struct str text, uint32_t which)
{
    for (unsigned i = 0; i < WORDS; i++)
        if (which >> i & 1 && str_starts(text, str_from(words[i]))) return true;
    return false;
}

/* They are looked for where a word begins, and a field where its point stands. */
static bool has_word(const struct beginnings *b, struct str text)
{
    for (size_t i = 0; i + 1 < text.n; i++) {
        uint32_t which = b->first[(unsigned char)text.p[i]] & b->second[(unsigned char)text.p[i + 1]];
        if (which && (text.p[i] == '.' || !i || !is_letter(text.p[i - 1])) && word_begins(str_from_n(text, i), which)) return true;
    }
    return false;
}

/* Named templates that have such a word: a file that names one of them is as uncertain. */
static void collect_partials(struct arena *a, const struct beginnings *b, const struct chart *c, struct str **v, uint32_t *n, uint32_t *cap)
{
    for (uint32_t i = 0; c && i < c->templates_n; i++) {
        const struct file *f = c->templates[i];
        struct str rest = f->data, head;
        if (!str_starts(path_base(f->path), STR("_")) || !has_word(b, f->data)) continue;
        while (str_cut(rest, STR("define \""), &head, &rest)) {
            struct str name;
            if (!str_cut(rest, STR("\""), &name, &rest)) break;
            ptrdiff_t next = str_find(rest, STR("define \""));
            if (has_word(b, next < 0 ? rest : str_sub(rest, 0, (size_t)next))) *PUSH(a, *v, *n, *cap) = str_printf(a, "\"%.*s\"", STR_ARG(name));
        }
    }
    for (uint32_t i = 0; c && i < c->subcharts_n; i++) collect_partials(a, b, c->subcharts[i], v, n, cap);
}

static bool names_one(struct str text, const struct str *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_has(text, v[i])) return true;
    return false;
}

/* What the render itself noted, and else the words of the template. */
struct uncertain uncertain_files(struct arena *a, const struct side *side)
{
    const struct render *r = &side->render;
    struct uncertain u = {NEW_ARRAY(a, bool, r->files_n + 1), r->files_n};
    struct str *names = NULL;
    uint32_t n = 0, cap = 0;
    struct beginnings begins;
    find_beginnings(&begins);
    collect_partials(a, &begins, side->chart, &names, &n, &cap);
    for (uint32_t i = 0; i < r->files_n; i++) {
        const struct rendered *f = &r->files[i];
        for (uint32_t k = 0; k < r->exec.random_n; k++) u.files[i] |= r->exec.random[k].tmpl == f->index;
        if (f->file && !u.files[i]) u.files[i] = has_word(&begins, f->file->data) || names_one(f->file->data, names, n);
    }
    return u;
}

bool uncertain_object(const struct uncertain *u, const struct object *o) { return o && o->from && o->from->rendered < u->n && u->files[o->from->rendered]; }
