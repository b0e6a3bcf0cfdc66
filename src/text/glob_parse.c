#include "base/buf.h"
#include "base/utf8.h"
#include "text/glob.h"

/* A NUL ends the pattern where an item can begin; elsewhere it ends only the item. */
enum { END = 0 };

struct reader {
    struct arena *a;
    struct str rest;
    uint32_t braces; /* open ones */
    bool broken;     /* an error, which counts more than anything read before it */
};

static uint32_t peek(struct reader *r, size_t *width)
{
    *width = 0;
    if (!r->rest.n) return END;
    uint32_t c = utf8_decode(r->rest, 0, width);
    if (c != RUNE_ERROR) return c;
    r->broken = true; /* U+FFFD itself is refused, too */
    *width = 0;
    return END;
}

static uint32_t next(struct reader *r)
{
    size_t width;
    uint32_t c = peek(r, &width);
    r->rest = str_from_n(r->rest, width);
    return c;
}

/* Characters up to one of `ends`; a backslash takes away the meaning of the next one. */
static struct str read_text(struct reader *r, const char *ends)
{
    struct buf b = buf_new(r->a);
    bool escaped = false;
    for (;;) {
        struct str before = r->rest;
        uint32_t c = next(r);
        if (c == END) break;
        if (!escaped && c == '\\') {
            escaped = true;
            continue;
        }
        if (!escaped && c < 0x80 && strchr(ends, (int)c)) {
            r->rest = before;
            break;
        }
        escaped = false;
        buf_rune(&b, c);
    }
    return buf_done(&b);
}

/* After [: !a-z], a-z], !abc] or abc]. */
static struct glob *read_class(struct reader *r)
{
    struct glob *class = glob_new(r->a, GLOB_LIST);
    struct str before = r->rest;
    uint32_t c = next(r);
    size_t width;
    if (c == '!') {
        class->negated = true;
        before = r->rest;
        c = next(r);
    }
    if (c == END) r->broken = true;
    if (peek(r, &width) == '-') {
        next(r);
        class->kind = GLOB_RANGE;
        class->from = c;
        class->to = next(r);
        if (class->to == END || class->to < class->from) r->broken = true;
    } else {
        r->rest = before;
        class->text = read_text(r, "]");
        if (!class->text.n) r->broken = true;
    }
    if (next(r) != ']') r->broken = true;
    return class;
}

/* One alternative ends and the next one begins, or all of them end. */
static struct glob *close_alternative(struct reader *r, struct glob *pattern, bool last)
{
    struct glob *any_of = pattern->parent;
    if (last) {
        r->braces--;
        return any_of->parent;
    }
    glob_add(r->a, any_of, glob_new(r->a, GLOB_PATTERN));
    return any_of->sub[any_of->subs - 1];
}

static struct glob *open_braces(struct reader *r, struct glob *pattern)
{
    struct glob *any_of = glob_new(r->a, GLOB_ANY_OF);
    if (++r->braces > GLOB_DEEPEST) guard_trip(r->a->guard, "a file pattern nests too deeply");
    glob_add(r->a, pattern, any_of);
    glob_add(r->a, any_of, glob_new(r->a, GLOB_PATTERN));
    return any_of->sub[0];
}

/* Reads one item into the pattern; returns the pattern that the next one belongs to, NULL at the end. */
static struct glob *read_item(struct reader *r, struct glob *pattern)
{
    struct str before = r->rest;
    size_t width;
    uint32_t c = next(r);
    if (c == END) return NULL;
    if (c == '{') return open_braces(r, pattern);
    if (r->braces && (c == ',' || c == '}')) return close_alternative(r, pattern, c == '}');
    if (c == '[') {
        glob_add(r->a, pattern, read_class(r));
    } else if (c == '?') {
        glob_add(r->a, pattern, glob_new(r->a, GLOB_SINGLE));
    } else if (c == '*') {
        bool two = peek(r, &width) == '*';
        if (two) next(r);
        glob_add(r->a, pattern, glob_new(r->a, two ? GLOB_SUPER : GLOB_ANY));
    } else {
        struct glob *text = glob_new(r->a, GLOB_TEXT);
        r->rest = before;
        text->text = read_text(r, r->braces ? "?*[{}," : "?*[{");
        if (text->text.n) glob_add(r->a, pattern, text);
    }
    return pattern;
}

struct glob *glob_parse(struct arena *a, struct str pattern)
{
    struct reader r = {.a = a, .rest = pattern};
    struct glob *root = glob_new(a, GLOB_PATTERN);
    /* Braces that stay open are closed by the end. */
    for (struct glob *at = root; at && !r.broken;) at = read_item(&r, at);
    return r.broken ? NULL : root;
}
