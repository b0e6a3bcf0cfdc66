#include "base/utf8.h"
#include "text/regex_prog.h"

/* Word characters are ASCII, so a byte is enough to tell. */
static bool is_word(struct str text, size_t at)
{
    if (at >= text.n) return false;
    unsigned char c = (unsigned char)text.p[at];
    return c == '_' || (unsigned)(c - '0') < 10 || (unsigned)((c | 32) - 'a') < 26;
}

bool re_assertion_holds(enum re_assert what, struct str text, size_t at)
{
    switch (what) {
    case ASSERT_BEGIN_LINE: return at == 0 || text.p[at - 1] == '\n';
    case ASSERT_END_LINE: return at == text.n || text.p[at] == '\n';
    case ASSERT_BEGIN_TEXT: return at == 0;
    case ASSERT_END_TEXT: return at == text.n;
    case ASSERT_WORD_EDGE: return is_word(text, at - 1) != is_word(text, at);
    case ASSERT_NO_WORD_EDGE: return is_word(text, at - 1) == is_word(text, at);
    }
    return false;
}

size_t re_next_start(const struct regex *re, struct str text, size_t at)
{
    if (re->prefix.n) {
        ptrdiff_t found = str_find(str_from_n(text, at), re->prefix);
        return found < 0 ? SIZE_MAX : at + (size_t)found;
    }
    if (!re->has_first) return at;
    while (at < text.n) {
        unsigned char c = (unsigned char)text.p[at];
        if (re->first[c >> 6] >> (c & 63) & 1) return at;
        size_t width = 1; /* never into the middle of a rune: what is there would look like invalid UTF-8 */
        if (c >= 0x80) utf8_decode(text, at, &width);
        at += width;
    }
    return SIZE_MAX;
}

bool re_search(const struct regex *re, struct arena *a, struct str text, size_t from, size_t *at, uint32_t slots)
{
    if (from > text.n || (re->anchored && from > 0)) return false;
    size_t start = re_next_start(re, text, from);
    if (start == SIZE_MAX) return false;
    if (re->prefix_is_all) {
        if (slots > 0) at[0] = start;
        if (slots > 1) at[1] = start + re->prefix.n;
        return true;
    }
    if (re->anchored && start > 0) return false;
    struct arena_mark m = arena_mark(a);
    enum re_answer answer = re_backtrack(re, a, text, &start, WINDOW_SMALL, at, slots);
    if (answer == RE_TOO_FAR) answer = re_backtrack(re, a, text, &start, WINDOW_LARGE, at, slots);
    bool found = answer == RE_TOO_FAR ? re_pike(re, a, text, start, at, slots) : answer == RE_MATCHES;
    arena_rewind(a, m);
    return found;
}
