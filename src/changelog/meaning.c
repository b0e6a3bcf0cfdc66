#include "changelog/meaning.h"

#include "changelog/words.h"

/* A clause is what stands between two joints (";", ",", ".", "and", a dash): "drop X" counts where it begins one, for
 * there it is what the change does. */
enum { WORDS_MAX = 64 };

struct clause {
    struct str word[WORDS_MAX]; /* in lower case */
    size_t n;
};

struct reader {
    struct arena *a;
    struct str text;
    size_t at;
};

static bool any_of(struct str word, const char *const *list)
{
    for (; *list; list++)
        if (str_is(word, *list)) return true;
    return false;
}

static bool has_any(const struct clause *c, const char *const *list)
{
    for (size_t i = 0; i < c->n; i++)
        if (any_of(c->word[i], list)) return true;
    return false;
}

static bool has(const struct clause *c, const char *word)
{
    const char *const list[] = {word, NULL};
    return has_any(c, list);
}

/* A name such as "requires-python" or "values.yaml" is one word. */
static bool inside_name(struct str s, size_t i)
{
    return (s.p[i] == '-' || s.p[i] == '.' || s.p[i] == '/') && i > 0 && i + 1 < s.n && word_char(s.p[i - 1]) && word_char(s.p[i + 1]);
}

static struct str next_word(struct reader *r)
{
    size_t from = r->at;
    while (r->at < r->text.n && (word_char(r->text.p[r->at]) || inside_name(r->text, r->at))) r->at++;
    struct str s = str_sub(r->text, from, r->at);
    char *p = arena_alloc(r->a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = ascii_lower(s.p[i]);
    return str_of(p, s.n);
}

static bool ends_clause(char c) { return c == ';' || c == ',' || c == '.' || c == ':' || c == '(' || c == ')'; }

/* "- " or one of the two longer dashes (U+2013, U+2014). */
static bool is_dash(struct str s, size_t i)
{
    struct str here = str_from_n(s, i);
    return str_starts(here, STR("- ")) || str_starts(here, STR("\xe2\x80\x93")) || str_starts(here, STR("\xe2\x80\x94"));
}

static bool next_clause(struct reader *r, struct clause *c)
{
    c->n = 0;
    while (r->at < r->text.n) {
        char ch = r->text.p[r->at];
        if (word_char(ch) && (unsigned char)ch < 0x80) {
            struct str word = next_word(r);
            if (str_is(word, "and") && c->n) return true;
            if (c->n < WORDS_MAX && !str_is(word, "and")) c->word[c->n++] = word;
            continue;
        }
        r->at++;
        if (c->n && (ends_clause(ch) || is_dash(r->text, r->at - 1))) return true;
    }
    return c->n > 0;
}

/* Things that can be dropped or renamed without anybody outside of the code noticing. */
static const char *const unseen[] = {
    "accidental", "adr", "anchors", "annotation", "assertion", "assertions", "code", "comment", "comments", "coverage", "dead", "debug", "deps",
    "dependency", "doc", "docs", "docstring", "docstrings", "documentation", "double-counted", "duplicate", "duplicated", "duplicates", "dups",
    "empty", "examples", "extra", "fixture",
    "fixtures", "import", "imports", "inline", "instrumentation", "internal", "leftover", "leftovers", "lint", "log", "logging", "logs", "mock",
    "mocks", "no-op", "noise", "obsolete", "plan", "planning", "private", "readme", "redundant", "refs", "reference", "references", "runbook",
    "stale", "stray", "temp", "temporary", "test", "tests", "todo", "todos", "typo", "unnecessary", "unneeded", "unused", "useless", "verbosity",
    "whitespace", "workaround", NULL,
};

static bool takes_away(const struct clause *c)
{
    static const char *const verbs[] = {"rename", "renames", "renamed", "drop", "drops", "dropped", "remove", "removes", "removed", "delete",
                                        "deletes", "deleted", "disable", "disabled", "disables", "require", "requires", "required", "stop",
                                        "stops", NULL};
    return c->n > 1 && any_of(c->word[0], verbs) && !has_any(c, unseen);
}

/* "split X into its own service" moves what clients and values name. */
static bool splits(const struct clause *c)
{
    return c->n > 2 && (str_is(c->word[0], "split") || str_is(c->word[0], "splits")) && has(c, "into") && !has_any(c, unseen);
}

static bool changes_default(const struct clause *c)
{
    static const char *const verbs[] = {"bump", "change", "changes", "changed", "decrease", "drop", "flip", "increase", "lower", "raise", "reduce",
                                        "remove", "restore", "set", "switch", "update", "new", NULL};
    static const char *const defaults[] = {"default", "defaults", NULL};
    static const char *const states[] = {"enable", "enables", "enabled", "disable", "disables", "disabled", "on", "off", "use", "uses", "run",
                                         "runs", "turn", "deploy", "deploys", NULL};
    static const char *const inside[] = {"ci", "doc", "docs", "test", "tests", NULL};
    if (c->n < 2 || has_any(c, inside)) return false;
    /* "default X to Y"; but "default image version updated to Y" is what every release does. */
    static const char *const ordinary[] = {"image", "images", "tag", "tags", "version", "versions", NULL};
    if (any_of(c->word[0], defaults) && has(c, "to")) return !has_any(c, ordinary);
    if (any_of(c->word[0], verbs) && has_any(c, defaults)) return true;  /* "change the default" */
    for (size_t i = 0; i + 1 < c->n; i++) {
        if (str_is(c->word[i], "by") && str_is(c->word[i + 1], "default")) return has_any(c, states);
        if (str_is(c->word[i], "now") && str_is(c->word[i + 1], "defaults")) return true;
        if (str_is(c->word[i], "defaults") && str_is(c->word[i + 1], "to")) return true;
    }
    return false;
}

static bool demands(const struct clause *c)
{
    static const char *const passive[] = {"is", "are", "was", "were", "been", NULL};
    static const char *const done[] = {"moved", "renamed", "removed", "dropped", "replaced", "converted", "required", NULL};
    for (size_t i = 0; i + 1 < c->n; i++) {
        struct str x = c->word[i], y = c->word[i + 1];
        if (str_is(x, "no") && str_is(y, "longer")) return true;
        if (any_of(x, passive) && any_of(y, done)) return !has_any(c, unseen);
        if (str_is(x, "now") && (str_is(y, "requires") || str_is(y, "required") || str_is(y, "mandatory"))) return true;
        if (str_is(x, "breaking") && (str_is(y, "change") || str_is(y, "changes")))
            return !i || !(str_is(c->word[i - 1], "non") || str_is(c->word[i - 1], "no"));
        if (str_is(x, "must") && !has_any(c, unseen) && (str_is(y, "be") || str_is(y, "now") || str_is(y, "set"))) return true;
        if (str_is(x, "minimum") && has(c, "version") && !str_is(c->word[0], "fix")) return true;
    }
    static const char *const words[] = {"incompatible", "backwards-incompatible", "backward-incompatible", NULL};
    return has_any(c, words);
}

/* Nobody outside is meant by changes of these types; "perf" changes no behaviour by its own account. */
static bool is_inside(struct str type)
{
    static const char *const types[] = {"bench", "ci", "doc", "docs", "perf", "revert", "style", "test", "tests", NULL};
    return any_of(type, types);
}

static bool is_inside_scope(struct str scope)
{
    static const char *const scopes[] = {"bench", "ci", "doc", "docs", "lint", "test", "tests", NULL};
    return any_of(scope, scopes);
}

bool meaning_breaks(struct arena *a, struct str type, struct str scope, struct str text)
{
    if (is_inside(type) || is_inside_scope(scope)) return false;
    bool chore = str_is(type, "chore");
    struct reader r = {.a = a, .text = text};
    struct clause *c = NEW(a, struct clause);
    bool first = true;
    while (next_clause(&r, c)) {
        if (takes_away(c) || splits(c) || demands(c)) return true;
        if (!chore && changes_default(c)) return true;
        /* Keep a Changelog's "Removed": the section is the verb. */
        if (first && str_is(type, "removed") && !has_any(c, unseen)) return true;
        first = false;
    }
    return false;
}
