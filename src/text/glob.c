#include "text/units.h"

#include "base/utf8.h"

/* The glob language of github.com/gobwas/glob with '/' as separator, by backtracking: * and ? stop at a slash, ** does not,
 * [a-z], [!abc], {x,y*} and \c. */

struct glob {
    struct str p;
    bool bad;
    unsigned steps;
};

static bool match_here(struct glob *g, size_t i, struct str s);

/* The end of the class or group that begins at i; p.n when it is not closed. */
static size_t closing(const struct glob *g, size_t i, char open, char close)
{
    unsigned depth = 0;
    for (; i < g->p.n; i++) {
        if (g->p.p[i] == '\\') i++;
        else if (g->p.p[i] == open) depth++;
        else if (g->p.p[i] == close && --depth == 0) return i;
    }
    return g->p.n;
}

static bool class_has(const struct glob *g, size_t from, size_t to, uint32_t r)
{
    size_t w;
    bool found = false;
    while (from < to) {
        uint32_t lo = utf8_decode(g->p, from, &w), hi = lo;
        from += w;
        if (from + 1 < to && g->p.p[from] == '-') {
            hi = utf8_decode(g->p, from + 1, &w);
            from += 1 + w;
        }
        found = found || (r >= lo && r <= hi);
    }
    return found;
}

static bool match_class(struct glob *g, size_t i, struct str s)
{
    size_t end = closing(g, i, '[', ']'), w = 1;
    if (end == g->p.n) return g->bad = true, false;
    if (!s.n) return false;
    bool negated = i + 1 < end && g->p.p[i + 1] == '!';
    uint32_t r = utf8_decode(s, 0, &w);
    if (class_has(g, i + 1 + negated, end, r) == negated) return false;
    return match_here(g, end + 1, str_from_n(s, w));
}

/* Every alternative followed by the rest of the pattern. */
static bool match_group(struct glob *g, size_t i, struct str s)
{
    size_t end = closing(g, i, '{', '}');
    if (end == g->p.n) return g->bad = true, false;
    size_t from = i + 1;
    for (size_t k = i + 1; k <= end; k++) {
        if (g->p.p[k] == '\\') k++;
        else if (g->p.p[k] == '{') k = closing(g, k, '{', '}');
        else if (k == end || g->p.p[k] == ',') {
            char joined[4096];
            size_t head = k - from, tail = g->p.n - end - 1;
            if (head + tail > sizeof joined) return g->bad = true, false;
            memcpy(joined, g->p.p + from, head);
            memcpy(joined + head, g->p.p + end + 1, tail);
            struct glob inner = {.p = str_of(joined, head + tail), .steps = g->steps};
            bool ok = match_here(&inner, 0, s);
            g->bad = g->bad || inner.bad;
            g->steps = inner.steps;
            if (ok) return true;
            from = k + 1;
        }
    }
    return false;
}

static bool match_here(struct glob *g, size_t i, struct str s)
{
    size_t w = 1;
    if (++g->steps > 1000000) return g->bad = true, false;
    if (i == g->p.n) return s.n == 0;
    char c = g->p.p[i];
    if (c == '*') {
        bool super = i + 1 < g->p.n && g->p.p[i + 1] == '*';
        for (size_t k = 0;; k++) {
            if (match_here(g, i + 1 + super, str_from_n(s, k))) return true;
            if (k >= s.n || (!super && s.p[k] == '/')) return false;
        }
    }
    if (c == '?') {
        if (!s.n || s.p[0] == '/') return false;
        utf8_decode(s, 0, &w);
        return match_here(g, i + 1, str_from_n(s, w));
    }
    if (c == '[') return match_class(g, i, s);
    if (c == '{') return match_group(g, i, s);
    if (c == '\\' && i + 1 < g->p.n) c = g->p.p[++i];
    return s.n && s.p[0] == c && match_here(g, i + 1, str_from_n(s, 1));
}

bool glob_match(struct str pattern, struct str path, bool *bad)
{
    struct glob g = {.p = pattern};
    bool ok = match_here(&g, 0, path);
    if (bad) *bad = g.bad;
    return ok && !g.bad;
}
