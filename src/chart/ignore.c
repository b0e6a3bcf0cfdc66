/* .helmignore as Helm's pkg/ignore has it: like .gitignore, but the first rule that matches decides, `!` ignores
 * everything that does not match, and ** is refused. */
#include "base/utf8.h"
#include "chart/load.h"
#include "text/unicode.h"
#include "text/units.h"

/* strings.TrimSpace: a non-breaking space goes, too. */
static struct str trim_space(struct str s)
{
    size_t width;
    while (s.n && rune_is_space(utf8_decode(s, 0, &width))) s = str_from_n(s, width);
    while (s.n && rune_is_space(utf8_decode_last(s, s.n, &width))) s.n -= width;
    return s;
}

static bool parse_rule(struct ignore_rules *r, struct str rule, struct str *error)
{
    rule = trim_space(rule);
    if (!rule.n || rule.p[0] == '#') return true;
    if (str_has(rule, STR("**"))) {
        *error = STR("double-star (**) syntax is not supported");
        return false;
    }
    bool bad = false;
    filepath_match(rule, STR("abc"), &bad);
    if (bad) {
        *error = STR("syntax error in pattern");
        return false;
    }
    struct ignore_rule *x = PUSH(r->a, r->v, r->n, r->cap);
    if (str_starts(rule, STR("!"))) {
        x->negate = true;
        rule = str_from_n(rule, 1);
    }
    if (str_ends(rule, STR("/"))) {
        x->must_be_dir = true;
        rule.n--;
    }
    if (str_starts(rule, STR("/"))) rule = str_from_n(rule, 1);
    else x->base_only = str_chr(rule, '/') < 0;
    x->pattern = rule;
    return true;
}

enum { LINE_MAX_BYTES = 64 << 10 }; /* bufio.Scanner's */

bool ignore_parse(struct ignore_rules *r, struct str text, struct str *error)
{
    text = str_trim_prefix(text, STR("\xef\xbb\xbf"));
    for (struct str line; text.n;) {
        str_cut(text, STR("\n"), &line, &text);
        if (line.n >= LINE_MAX_BYTES) {
            *error = STR("bufio.Scanner: token too long");
            return false;
        }
        if (!parse_rule(r, line, error)) return false;
    }
    return true;
}

void ignore_add_defaults(struct ignore_rules *r)
{
    struct str ignored;
    parse_rule(r, STR("templates/.?*"), &ignored);
}

static bool rule_matches(const struct ignore_rule *r, struct str path)
{
    bool bad = false;
    return filepath_match(r->pattern, r->base_only ? path_base(path) : path, &bad) && !bad;
}

bool ignore_matches(const struct ignore_rules *r, struct str path, bool is_dir)
{
    for (uint32_t i = 0; i < r->n; i++) {
        const struct ignore_rule *x = &r->v[i];
        if (x->negate) {
            if ((x->must_be_dir && !is_dir) || !rule_matches(x, path)) return true;
        } else if ((!x->must_be_dir || is_dir) && rule_matches(x, path)) {
            return true;
        }
    }
    return false;
}
