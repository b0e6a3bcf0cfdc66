/* A unified diff of two short texts: the longest common subsequence of their lines. */
#include "edit/edit.h"

enum { CONTEXT = 3, MOST_LINES = 4000 };

struct lines {
    struct str *v;
    uint32_t n, cap;
};

static struct lines split(struct arena *a, struct str text)
{
    struct lines l = {0};
    struct str line;
    while (text.n) {
        str_cut(text, STR("\n"), &line, &text);
        *PUSH(a, l.v, l.n, l.cap) = line;
    }
    return l;
}

/* One line of the diff: ' ', '-' or '+'. */
struct step {
    char kind;
    uint32_t x, y;   /* lines before it on either side */
    struct str text;
};

struct steps {
    struct step *v;
    uint32_t n, cap;
};

static struct steps align(struct arena *a, const struct lines *x, const struct lines *y)
{
    uint32_t w = y->n + 1, i = 0, j = 0;
    uint16_t *common = NEW_ARRAY(a, uint16_t, (size_t)(x->n + 1) * w);
    struct steps s = {0};
    for (uint32_t p = x->n; p-- > 0;)
        for (uint32_t q = y->n; q-- > 0;) {
            uint16_t down = common[(p + 1) * w + q], right = common[p * w + q + 1];
            common[p * w + q] = str_eq(x->v[p], y->v[q]) ? (uint16_t)(common[(p + 1) * w + q + 1] + 1) : down > right ? down : right;
        }
    while (i < x->n || j < y->n) {
        bool same = i < x->n && j < y->n && str_eq(x->v[i], y->v[j]);
        bool drop = !same && i < x->n && (j == y->n || common[(i + 1) * w + j] >= common[i * w + j + 1]);
        *PUSH(a, s.v, s.n, s.cap) = (struct step){same ? ' ' : drop ? '-' : '+', i, j, same || drop ? x->v[i] : y->v[j]};
        i += same || drop;
        j += same || !drop;
    }
    return s;
}

static void hunk(struct buf *b, const struct steps *s, uint32_t from, uint32_t to)
{
    uint32_t was = 0, is = 0;
    for (uint32_t i = from; i < to; i++) {
        was += s->v[i].kind != '+';
        is += s->v[i].kind != '-';
    }
    buf_printf(b, "@@ -%u,%u +%u,%u @@\n", s->v[from].x + (was > 0), was, s->v[from].y + (is > 0), is);
    for (uint32_t i = from; i < to; i++) buf_printf(b, "%c%.*s\n", s->v[i].kind, STR_ARG(s->v[i].text));
}

struct str edit_diff(struct arena *a, struct str name, struct str was, struct str is)
{
    struct lines x = split(a, was), y = split(a, is);
    struct buf b = buf_new(a);
    if (str_eq(was, is)) return (struct str){0};
    buf_printf(&b, "--- %.*s\n+++ %.*s\n", STR_ARG(name), STR_ARG(name));
    if (x.n > MOST_LINES || y.n > MOST_LINES) {
        buf_z(&b, "(too long to compare line by line)\n");
        return buf_done(&b);
    }
    struct steps s = align(a, &x, &y);
    for (uint32_t i = 0; i < s.n;) {
        if (s.v[i].kind == ' ') {
            i++;
            continue;
        }
        uint32_t from = i > CONTEXT ? i - CONTEXT : 0, last = i;
        for (uint32_t k = i; k < s.n && k - last <= 2 * CONTEXT; k++)
            if (s.v[k].kind != ' ') last = k;
        uint32_t to = last + 1 + CONTEXT < s.n ? last + 1 + CONTEXT : s.n;
        hunk(&b, &s, from, to);
        i = to;
    }
    return buf_done(&b);
}
