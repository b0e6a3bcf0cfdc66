#include "changelog/entry.h"

#include "base/buf.h"
#include "changelog/meaning.h"
#include "changelog/words.h"

/* ---- sections ---- */

/* Titles as release-please, standard-version and HashiCorp write them; Keep a Changelog's are their own types. */
static const struct {
    const char *title, *type;
} sections[] = {
    {"features", "feat"}, {"new features", "feat"}, {"enhancements", "feat"}, {"improvements", "feat"},
    {"bug fixes", "fix"}, {"bugfixes", "fix"}, {"fixes", "fix"}, {"performance improvements", "perf"},
    {"reverts", "revert"}, {"documentation", "docs"}, {"styles", "style"}, {"miscellaneous chores", "chore"},
    {"miscellaneous", "chore"}, {"code refactoring", "refactor"}, {"tests", "test"}, {"build system", "build"},
    {"continuous integration", "ci"}, {"dependencies", "deps"},
    {"added", "added"}, {"changed", "changed"}, {"deprecated", "deprecated"}, {"removed", "removed"},
    {"fixed", "fixed"}, {"security", "security"}, {"changes", "changes"},
};

static struct str title_of(struct arena *a, struct str heading)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < heading.n; i++) {
        char c = heading.p[i];
        /* Emoji and punctuation around the words say nothing. */
        if (word_char(c))
            buf_byte(&b, ascii_lower(c));
        else if (b.n && b.p[b.n - 1] != ' ')
            buf_byte(&b, ' ');
    }
    return str_trim(buf_done(&b));
}

static const char *section_type(struct str title)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (str_is(title, sections[i].title)) return sections[i].type;
    return NULL;
}

static bool title_breaks(struct str title)
{
    struct words w;
    words_start(&w, title);
    for (struct str word, before = {0}; words_next(&w, &word); before = word)
        if (str_is(word, "breaking")) return !str_is(before, "non") && !str_is(before, "no");
    return false;
}

struct section section_read(struct arena *a, struct str heading)
{
    struct str title = title_of(a, heading);
    const char *type = section_type(title);
    return (struct section){.type = type ? str_from(type) : title, .breaking = title_breaks(title)};
}

bool section_is_known(struct str heading)
{
    char room[64];
    struct str title = str_trim(heading);
    if (title.n >= sizeof room) return false;
    for (size_t i = 0; i < title.n; i++) room[i] = ascii_lower(title.p[i]);
    title = str_of(room, title.n);
    return section_type(title) || title_breaks(title);
}

/* ---- references to commits, issues and people, which are left out ---- */

static bool is_commit_id(struct str s)
{
    bool digit = false, letter = false;
    if (s.n < 7 || s.n > 40) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') digit = true;
        else if (s.p[i] >= 'a' && s.p[i] <= 'f') letter = true;
        else return false;
    }
    /* "defaced" is a word, "1234567" a number. */
    return digit && letter;
}

static bool is_issue(struct str s)
{
    ptrdiff_t at = str_chr(s, '#');
    if (at < 0) at = str_chr(s, '!');               /* GitLab's merge requests */
    if (at < 0 && str_starts(s, STR("GH-"))) at = 2; /* HashiCorp's */
    if (at < 0 || (size_t)at + 1 >= s.n) return false;
    for (size_t i = (size_t)at + 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

static bool is_reference(struct str s)
{
    return is_commit_id(s) || is_issue(s) || str_starts(s, STR("https://")) || str_starts(s, STR("http://")) ||
           (s.n > 1 && s.p[0] == '@');
}

/* Words that join references: "closes #1, fixes #2 and #3", "by @x in https://...". */
static bool is_joint(struct str s)
{
    static const char *const joints[] = {"and", "by", "close", "closes", "closed", "commit", "fix", "fixes", "fixed", "from", "in", "issue",
                                         "issues", "pr", "ref", "refs", "reference", "resolves", "see", "thanks", "via", "pull", "request"};
    char room[16];
    if (s.n >= sizeof room) return false;
    for (size_t i = 0; i < s.n; i++) room[i] = ascii_lower(s.p[i]);
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (str_is(str_of(room, s.n), joints[i])) return true;
    return false;
}

static bool separates(char c) { return c == ' ' || c == ',' || c == ';' || c == '(' || c == ')' || c == '[' || c == ']' || c == ':'; }

/* True when s holds nothing but references and words that join them. */
static bool only_references(struct str s)
{
    bool any = false;
    for (size_t i = 0; i < s.n;) {
        while (i < s.n && separates(s.p[i])) i++;
        size_t from = i;
        while (i < s.n && (!separates(s.p[i]) || (s.p[i] == ':' && i + 1 < s.n && s.p[i + 1] == '/'))) i++;
        struct str token = str_sub(s, from, i);
        if (!token.n) break;
        if (is_reference(token)) any = true;
        else if (!is_joint(token)) return false;
    }
    return any;
}

static size_t opening_of(struct str s, char open, char close)
{
    int depth = 0;
    for (size_t i = s.n; i-- > 0;) {
        if (s.p[i] == close) depth++;
        if (s.p[i] == open && --depth == 0) return i;
    }
    return SIZE_MAX;
}

/* One reference off the end; false when there is none. */
static bool cut_tail(struct str *s)
{
    *s = str_trim(*s);
    if (!s->n) return false;
    char last = s->p[s->n - 1];
    if (last == ')' || last == ']') {
        size_t at = opening_of(*s, last == ')' ? '(' : '[', last);
        if (at != SIZE_MAX && only_references(str_from_n(*s, at))) {
            *s = str_sub(*s, 0, at);
            return true;
        }
    }
    ptrdiff_t space = str_find_last(*s, STR(" "));
    if (space > 0 && str_starts(str_from_n(*s, (size_t)space + 1), STR("GH-")) && is_issue(str_from_n(*s, (size_t)space + 1))) {
        *s = str_sub(*s, 0, (size_t)space);
        return true;
    }
    static const char *const heads[] = {", closes ", ", fixes ", ", refs ", " by @", ", thanks @"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        ptrdiff_t at = str_find_last(*s, str_from(heads[i]));
        if (at < 0 || !only_references(str_from_n(*s, (size_t)at))) continue;
        *s = str_sub(*s, 0, (size_t)at);
        return true;
    }
    return false;
}

/* "abc1234 text", "[#12] abc1234 Thanks @x! - text" (changesets). */
static struct str cut_head(struct str s)
{
    for (;;) {
        struct str word, rest;
        if (!str_cut(s, STR(" "), &word, &rest)) return s;
        struct str bare = word;
        while (bare.n && separates(bare.p[0])) bare = str_from_n(bare, 1);
        while (bare.n && separates(bare.p[bare.n - 1])) bare.n--;
        if (is_commit_id(bare) || is_issue(bare)) {
            s = str_trim(rest);
            if (str_starts(s, STR("- "))) s = str_trim(str_from_n(s, 2));
        } else if (str_is(word, "Thanks") && str_starts(rest, STR("@")) && str_has(rest, STR("! - "))) {
            str_cut(rest, STR("! - "), &word, &s);
        } else {
            return s;
        }
    }
}

static struct str without_references(struct str s)
{
    while (cut_tail(&s)) continue;
    return cut_head(str_trim(s));
}

/* ---- conventional commits ---- */

struct prefix {
    struct str word, scope;
    bool parenthesised, bang;
    size_t end; /* of "word(scope)!: " in the text; 0: there is no prefix */
};

/* https://www.conventionalcommits.org/en/v1.0.0/#specification */
static struct prefix prefix_of(struct str s)
{
    struct prefix p = {0};
    size_t i = 0;
    while (i < s.n && (word_char(s.p[i]) || s.p[i] == '-' || s.p[i] == '/' || s.p[i] == '.')) i++;
    if (!i || i > 40) return p;
    p.word = str_sub(s, 0, i);
    if (i < s.n && s.p[i] == '(') {
        size_t from = ++i;
        while (i < s.n && s.p[i] != ')' && i - from < 120) i++;
        if (i == s.n || s.p[i] != ')') return (struct prefix){0};
        p.scope = str_sub(s, from, i++);
        p.parenthesised = true;
    }
    if (i < s.n && s.p[i] == '!') {
        p.bang = true;
        i++;
    }
    if (i >= s.n || s.p[i] != ':' || (i + 1 < s.n && s.p[i + 1] != ' ')) return (struct prefix){0};
    p.end = i + 1 < s.n ? i + 2 : i + 1;
    return p;
}

static bool is_type(struct str word)
{
    static const char *const types[] = {"bench", "bugfix", "build", "change", "chore", "ci", "deps", "doc", "docs", "feat", "feature", "fix",
                                        "hotfix", "perf", "refactor", "release", "remove", "revert", "security", "style", "test", "tests"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_is(word, types[i])) return true;
    return false;
}

static struct str lower(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = ascii_lower(s.p[i]);
    p[s.n] = 0;
    return str_of(p, s.n);
}

/* "[CHANGE] text" of Prometheus and its family, "[bitnami/x] text": what is in brackets, and what follows. */
static struct str bracketed(struct str s, struct str *rest)
{
    size_t n = 1;
    *rest = s;
    if (!str_starts(s, STR("["))) return (struct str){0};
    while (n < s.n && n < 60 && (word_char(s.p[n]) || str_chr(STR("-/.*,"), s.p[n]) >= 0)) n++;
    if (n < 3 || n + 1 >= s.n || s.p[n] != ']' || s.p[n + 1] != ' ') return (struct str){0};
    *rest = str_from_n(s, n + 2);
    return str_sub(s, 1, n);
}

static bool in_capitals(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z') return false;
    return s.n > 0;
}

static void read_prefix(struct arena *a, struct str strong, struct change *c, bool *bang)
{
    struct str text, tag = bracketed(c->text, &text);
    struct prefix p = prefix_of(text);
    struct str word = lower(a, p.word);
    *bang = p.bang;
    if (in_capitals(tag)) {
        c->type = lower(a, tag);
    } else if (tag.n) {
        c->scope = tag;
        if (p.end && is_type(word)) c->type = word;
    } else if (str_ends(strong, STR(":")) && str_starts(c->text, strong)) {
        c->scope = str_sub(strong, 0, strong.n - 1);
    } else if (p.end && is_type(word)) {
        c->type = word;
        c->scope = p.scope;
    } else if (p.end) {
        /* "worker: text": the part that changed, as the kernel and Go write it. */
        c->scope = p.word;
    }
}

struct str entry_description(struct str text)
{
    struct str rest;
    bracketed(text, &rest);
    return str_from_n(rest, prefix_of(rest).end);
}

/* A mark that people write by hand: BREAKING in capitals, or an entry that begins with the word or a sign. */
static bool is_marked(struct str text)
{
    struct str rest = entry_description(text);
    for (size_t from = 0;;) {
        ptrdiff_t at = str_find(str_from_n(text, from), STR("BREAKING"));
        if (at < 0) break;
        size_t begin = from + (size_t)at, end = begin + strlen("BREAKING");
        bool word = (begin == 0 || !word_char(text.p[begin - 1])) && (end == text.n || !word_char(text.p[end]));
        bool negated = begin >= 4 && word_before_is(text, begin, "non");
        if (word && !negated) return true;
        from = end;
    }
    static const char *const heads[] = {"Breaking: ", "Breaking change: ", "Breaking changes: ", "Breaking Change: ", "Breaking Changes: ",
                                        "[Breaking]", "[breaking]", "\xF0\x9F\x92\xA5", "\xE2\x9A\xA0"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_starts(text, str_from(heads[i])) || str_starts(rest, str_from(heads[i]))) return true;
    return false;
}

bool entry_is_revert(struct str text, struct str *what)
{
    struct prefix p = prefix_of(text);
    bool conventional = p.end && (str_is(p.word, "revert") || str_is(p.word, "Revert"));
    struct str rest = conventional ? str_from_n(text, p.end) : text;
    if (str_starts(rest, STR("Revert \"")) || str_starts(rest, STR("revert \""))) {
        struct str quoted = str_from_n(rest, strlen("Revert \""));
        ptrdiff_t end = str_find_last(quoted, STR("\""));
        *what = str_trim(str_sub(quoted, 0, end < 0 ? quoted.n : (size_t)end));
        return what->n > 0;
    }
    *what = str_trim(rest);
    return conventional && what->n > 0;
}

void entry_read(struct arena *a, struct str text, struct str strong, const struct section *s, struct change *out)
{
    out->text = str_dup(a, without_references(text));
    out->type = s->type;
    bool bang = false;
    read_prefix(a, strong, out, &bang);
    out->scope = str_dup(a, out->scope);
    out->breaking = s->breaking || bang || is_marked(out->text);
    out->breaking_by_meaning = !out->breaking && meaning_breaks(a, out->type, out->scope, entry_description(out->text));
}
