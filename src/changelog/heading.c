#include "changelog/heading.h"

#include "changelog/words.h"

static bool digit(char c) { return c >= '0' && c <= '9'; }

static size_t digits(struct str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && digit(s.p[i + n])) n++;
    return n;
}

/* The version that the whole token is, after an optional v: 1.2, 1.2.3, 1.2.3-rc.1+build. */
static bool is_version(struct str s, struct str *version, bool *full)
{
    if (s.n && (s.p[0] == 'v' || s.p[0] == 'V')) s = str_from_n(s, 1);
    size_t i = 0, numbers = 0;
    for (;;) {
        size_t n = digits(s, i);
        if (!n) return false;
        i += n;
        numbers++;
        if (i == s.n || s.p[i] != '.' || numbers == 3) break;
        i++;
    }
    if (numbers < 2) return false;
    if (i < s.n && s.p[i] != '-' && s.p[i] != '+') return false;
    *version = s;
    *full = numbers == 3;
    return true;
}

/* "name-1.2.3", "name@1.2.3", "name/v1.2.3": the version behind the last joint that leaves one. */
static bool version_in(struct str token, struct str *version, bool *full)
{
    while (token.n && (token.p[0] == '[' || token.p[0] == '(' || token.p[0] == '"')) token = str_from_n(token, 1);
    while (token.n && str_chr(STR("]):,\""), token.p[token.n - 1]) >= 0) token.n--;
    if (is_version(token, version, full)) return true;
    for (size_t i = 1; i + 1 < token.n; i++) {
        if (token.p[i - 1] != '-' && token.p[i - 1] != '@' && token.p[i - 1] != '/' && token.p[i - 1] != '_') continue;
        if (is_version(str_from_n(token, i), version, full)) return true;
    }
    return false;
}

static struct str find_date(struct str s)
{
    for (size_t i = 0; i + 10 <= s.n; i++) {
        bool iso = digits(s, i) == 4 && (s.p[i + 4] == '-' || s.p[i + 4] == '/') && digits(s, i + 5) == 2 && s.p[i + 7] == s.p[i + 4] &&
                   digits(s, i + 8) == 2;
        if (iso && (i == 0 || !digit(s.p[i - 1]))) return str_sub(s, i, i + 10);
    }
    /* "(May 1st, 2024)", "(Unreleased)": whatever stands in parentheses with a year. */
    ptrdiff_t open = str_chr(s, '('), close = str_chr(s, ')');
    if (open < 0 || close < open) return (struct str){0};
    struct str inside = str_sub(s, (size_t)open + 1, (size_t)close);
    for (size_t i = 0; i < inside.n; i++)
        if (digits(inside, i) == 4) return inside;
    return (struct str){0};
}

/* Nothing, or nothing but a date and marks such as "[YANKED]". */
static bool is_plain_rest(struct str rest)
{
    struct str date = find_date(rest), s = str_trim(rest);
    if (!s.n || str_is(s, "[YANKED]") || str_is(s, "-")) return true;
    return date.n && s.n <= date.n + 16;
}

static bool is_lead(struct str word)
{
    static const char *const leads[] = {"version", "release", "chart", "ver", "changes", "in", "for", "new", "what's"};
    char room[16];
    if (!word.n || word.n >= sizeof room) return false;
    for (size_t i = 0; i < word.n; i++) room[i] = ascii_lower(word.p[i]);
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (str_is(str_of(room, word.n), leads[i])) return true;
    return false;
}

bool heading_read(struct arena *a, struct str text, struct heading *out)
{
    struct str rest = str_trim(text), word;
    bool leads = true;
    *out = (struct heading){0};
    for (uint32_t i = 0; i < 4 && rest.n; i++) { /* "What's new in 1.2.3" is the longest */
        str_cut(rest, STR(" "), &word, &rest);
        if (version_in(word, &out->version, &out->full)) {
            /* After a product's name, or with two numbers only, other words make it a sentence: "Kubernetes 1.31 support". */
            bool strict = !leads || !out->full;
            if (strict && (i > 1 || !is_plain_rest(rest))) return false;
            struct str error;
            out->full &= leads;
            out->date = find_date(rest);
            return semver_parse(a, out->version, &out->semver, &error);
        }
        if (!is_lead(word)) leads = false;
    }
    return false;
}
