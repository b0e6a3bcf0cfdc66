/* What the changelog announces, held against what was found. */
#include "checks/view.h"

/* ---- words ---- */

static bool is_word_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Words in lower case, split at what is no letter or digit and where a capital begins: "clusterRouting" is two. */
static void words_of(struct str text, struct names *out)
{
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        while (end < text.n && is_word_byte(text.p[end])) {
            bool capital = end > i && text.p[end] >= 'A' && text.p[end] <= 'Z' && text.p[end - 1] >= 'a' && text.p[end - 1] <= 'z';
            if (capital) break;
            end++;
        }
        if (end - i >= 3) {
            char *low = arena_alloc(out->a, end - i);
            for (size_t k = i; k < end; k++) low[k - i] = text.p[k] >= 'A' && text.p[k] <= 'Z' ? (char)(text.p[k] + 32) : text.p[k];
            names_add(out, str_of(low, end - i));
        }
        i = end > i ? end : i + 1;
    }
}

/* Words that stand in many entries and many names, and so connect nothing. */
static bool says_nothing(const struct facts *f, struct str word)
{
    static const char *const common[] = {"the", "and", "for", "with", "from", "into", "that", "not", "new", "now", "all", "add", "fix", "use", "default", "set", "name", "spec", "metadata", "enabled",
                                         "deployment", "statefulset", "daemonset", "service", "configmap", "secret", "config", "values", "value", "chart", "helm", "server", "support", "update", "version",
                                         "true", "false", "key", "keys", "install", "template", "templates", "data", "image", "feat", "chore", "role", "account", "serviceaccount", "servicemonitor",
                                         "networkpolicy", "scaledobject", "customresourcedefinition", "clusterrole", "job", "cronjob", "persistentvolumeclaim", "ingress", "http", "com", "www"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (str_is(word, common[i])) return true;
    return str_has(f->judged->env.release, word) || str_has(f->new_side.chart->name, word);
}

/* ---- what an entry explains ---- */

/* What an entry says that is done, and the rules that such a thing leads to. */
static const struct deed {
    const char *words, *rules;
} deeds[] = {
    {"drop dropped remove delete rename replace split move", "renamed removed dns-changed data-loss orphan ignored route missing refused kind-changed permission"},
    {"default defaults", "default-changed rollout/ subchart requests-grown replicas"},
    {"require requires required need needs must", "new-required reference/missing refused schema/"},
    {"enable enabled enables disable disabled disables", "subchart default-changed removed data-loss"},
};

static bool says_one_of(const struct names *entry, const char *list)
{
    struct str rest = str_from(list), word;
    while (rest.n) {
        str_cut(rest, STR(" "), &word, &rest);
        if (names_have(entry, word) || names_have(entry, str_concat(entry->a, word, STR("d"))) || names_have(entry, str_concat(entry->a, word, STR("s")))) return true;
    }
    return false;
}

static bool has_one_of(struct str rule, const char *list)
{
    struct str rest = str_from(list), part;
    while (rest.n) {
        str_cut(rest, STR(" "), &part, &rest);
        if (str_has(rule, part)) return true;
    }
    return false;
}

static bool is_such_a_thing(const struct names *entry, struct str rule)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (has_one_of(rule, deeds[i].rules) && says_one_of(entry, deeds[i].words)) return true;
    return false;
}

/* What is dropped, renamed or split is named by one word: the rest of an object's name says which of them it is. */
static bool takes_away(const struct names *entry, struct str rule) { return has_one_of(rule, deeds[0].rules) && says_one_of(entry, deeds[0].words); }

static bool is_identifier_byte(char c) { return is_word_byte(c) || c == '_'; }

/* A name of the program's own that the entry spells out (SIE_POOL, max_batch) and the finding's evidence has as well. */
static bool shares_identifier(struct str text, const struct finding *x)
{
    for (size_t i = 0; i < text.n;) {
        size_t end = i;
        while (end < text.n && is_identifier_byte(text.p[end])) end++;
        struct str word = str_sub(text, i, end);
        if (word.n >= 5 && str_chr(word, '_') > 0)
            for (uint32_t k = 0; k < x->evidence_n; k++)
                if (view_has_word(x->evidence[k], word)) return true;
        i = end > i ? end : i + 1;
    }
    return false;
}

/* An entry and a finding are about the same when they share two telling words, or the only one that the finding has; of an
 * entry that is not marked, only where it also says what the finding is about: in a release's changelog the name of a part of
 * the program stands in every other line. */
static bool explains(const struct facts *f, const struct change *c, const struct names *entry, const struct finding *x)
{
    struct names words = {.a = f->a};
    uint32_t telling = 0, shared = 0;
    words_of(x->subject, &words);
    words_of(x->replacement, &words);
    for (uint32_t i = 0; i < words.n; i++) {
        if (says_nothing(f, words.v[i])) continue;
        telling++;
        shared += names_have(entry, words.v[i]);
    }
    if (c->breaking && shared >= 1 && shares_identifier(c->text, x)) return true;
    bool such = is_such_a_thing(entry, x->rule);
    /* One replica fewer, a longer rollout: what is new in that part of the program does not explain it, new defaults do. */
    bool of_operation = str_starts(x->rule, STR("rollout/"));
    return shared >= 2 || (shared == 1 && c->breaking && takes_away(entry, x->rule)) || (shared == 1 && telling == 1 && (such || (c->breaking && !of_operation)));
}

static bool is_news(const struct finding *x)
{
    return !str_starts(x->rule, STR("advisory/")) && x->severity > SEVERITY_INFO && x->about == ABOUT_CHANGE && x->subject_kind != SUBJECT_CHANGELOG && x->subject_kind != SUBJECT_CHART;
}

static void explained_by(const struct facts *f, const struct change *c, uint32_t upto, struct names *out)
{
    struct names entry = {.a = f->a};
    words_of(c->text, &entry);
    for (uint32_t i = 0; i < upto; i++) {
        const struct finding *x = &f->findings.v[i];
        if (is_news(x) && explains(f, c, &entry, x)) names_add(out, str_printf(f->a, "%.*s %.*s", STR_ARG(x->rule), STR_ARG(x->subject)));
    }
}

static struct finding *report(struct facts *f, const char *rule, enum severity severity, struct str subject, struct place at)
{
    struct finding *x = finding_add(&f->findings, rule, severity, ABOUT_CHANGE, SUBJECT_CHANGELOG, subject);
    x->at = at;
    return x;
}

static void check_entry(struct facts *f, const struct release *r, const struct change *c, uint32_t upto)
{
    struct names l = {.a = f->a};
    explained_by(f, c, upto, &l);
    struct finding *x;
    if (c->breaking && l.n) {
        x = report(f, "changelog/breaking", SEVERITY_WARNING, c->text, c->at);
        x->message = str_printf(f->a, "release %.*s announces this as breaking; it explains %u of the findings", STR_ARG(r->version), l.n);
        x->fix = STR("read the entry before the upgrade");
    } else if (c->breaking) {
        x = report(f, "changelog/unexplained", SEVERITY_WARNING, c->text, c->at);
        x->message = str_printf(f->a, "release %.*s announces this as breaking, and nothing that was found for this installation explains it", STR_ARG(r->version));
        x->fix = STR("read the entry, and decide whether it concerns you: it may be about what no chart shows");
    } else if (l.n) {
        x = report(f, "changelog/unmarked", SEVERITY_INFO, c->text, c->at);
        x->message = str_printf(f->a, "by its words this entry of release %.*s breaks something, although it is not marked", STR_ARG(r->version));
        x->fix = STR("read the entry together with the findings that it explains");
    } else return;
    for (uint32_t i = 0; i < l.n && i < 6; i++) finding_evidence(&f->findings, x, "it explains %.*s", STR_ARG(l.v[i]));
    if (l.n > 6) finding_evidence(&f->findings, x, "and %u more", l.n - 6);
}

/* ---- which releases ---- */

static struct str plain(struct str version) { return str_trim_prefix(version, STR("v")); }

static bool has_release(const struct changelog *c, struct str version)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (str_eq(c->v[i].version, plain(version))) return true;
    return false;
}

/* A changelog counts the chart's versions or the program's. */
static void choose_versions(const struct facts *f, struct str *from, struct str *to)
{
    const struct chart *old = f->old_side.chart, *new = f->new_side.chart;
    bool program = !has_release(f->changelog, new->version) && has_release(f->changelog, new->app_version);
    *from = plain(program ? old->app_version : old->version);
    *to = plain(program ? new->app_version : new->version);
}

static void check_gap(struct facts *f, struct str from, struct str to)
{
    const struct changelog *c = f->changelog;
    if (!c->n || has_release(c, to)) return;
    struct finding *x = report(f, "changelog/gap", has_release(c, from) ? SEVERITY_WARNING : SEVERITY_INFO, to, c->v[0].at);
    x->message = str_printf(f->a, "the changelog has no section for %.*s: what it announces is unknown", STR_ARG(to));
    x->fix = STR("give the changelog of the new version");
}

/* Whether a version may follow the other without one between them: 1.2.3, then 1.2.4, 1.3.0 or 2.0.0. Patches that were never
 * released are too common to speak of, between two listed releases. */
static bool may_follow(const struct semver *x, const struct semver *y, bool patches)
{
    if (y->major != x->major) return y->major == x->major + 1 && (!patches || (!y->minor && !y->patch));
    if (y->minor != x->minor) return y->minor == x->minor + 1 && (!patches || !y->patch);
    return !patches || y->patch <= x->patch + 1;
}

static void report_hole(struct facts *f, struct str after, const struct release *r)
{
    struct finding *x = report(f, "changelog/gap", SEVERITY_INFO, r->version, r->at);
    x->message = str_printf(f->a, "the changelog has nothing between %.*s and %.*s: what was released there is unknown", STR_ARG(after), STR_ARG(r->version));
    x->fix = STR("read the release notes of the versions between");
}

/* Releases on the way that have no section. True when the changelog begins only after the version that is installed. */
static bool check_holes(struct facts *f, struct str from, const uint32_t *v, uint32_t n)
{
    struct semver before;
    struct str error, name = from;
    bool begins_late = false;
    if (!n || !semver_parse(f->a, from, &before, &error)) return false;
    for (uint32_t i = n; i-- > 0;) {
        const struct release *r = &f->changelog->v[v[i]];
        bool first = i + 1 == n && !has_release(f->changelog, from);
        if (!may_follow(&before, &r->semver, first)) {
            report_hole(f, name, r);
            begins_late |= first;
        }
        before = r->semver;
        name = r->version;
    }
    return begins_late;
}

/* Errors, and not one entry that says so. */
static void check_contradiction(struct facts *f, struct str from, struct str to, uint32_t upto, bool marked, uint32_t releases)
{
    uint32_t errors = 0;
    struct names l = {.a = f->a};
    for (uint32_t i = 0; i < upto; i++) {
        const struct finding *x = &f->findings.v[i];
        if (!is_news(x) || x->severity != SEVERITY_ERROR || x->subject_kind == SUBJECT_TEMPLATE) continue;
        errors++;
        names_add(&l, str_printf(f->a, "%.*s %.*s", STR_ARG(x->rule), STR_ARG(x->subject)));
    }
    if (marked || !errors || !releases) return;
    struct place at = NOWHERE;
    for (uint32_t i = 0; i < f->changelog->n; i++)
        if (str_eq(f->changelog->v[i].version, to)) at = f->changelog->v[i].at;
    struct finding *x = report(f, "changelog/contradicts", SEVERITY_WARNING, to, at);
    x->message = str_printf(f->a, "no entry between %.*s and %.*s is marked as breaking (%u release%s listed), and this upgrade breaks %u thing%s here", STR_ARG(from), STR_ARG(to), releases,
                            releases == 1 ? " is" : "s are", errors, errors == 1 ? "" : "s");
    finding_evidence(&f->findings, x, "%.*s", STR_ARG(names_show(&l, 3)));
    x->fix = STR("do not rely on the changelog alone for this upgrade");
}

static void check_changelog(struct facts *f)
{
    struct str from, to;
    uint32_t n, upto = f->findings.n;
    bool marked = false;
    if (!f->changelog) return;
    choose_versions(f, &from, &to);
    check_gap(f, from, to);
    uint32_t *v = changelog_between(f->a, f->changelog, from, to, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct release *r = &f->changelog->v[v[i]];
        for (uint32_t k = 0; k < r->changes_n; k++) {
            const struct change *c = &r->changes[k];
            if (c->reverted || changelog_reverted_later(f->changelog, c, to) || (!c->breaking && !c->breaking_by_meaning)) continue;
            marked |= c->breaking;
            check_entry(f, r, c, upto);
        }
    }
    bool partial = check_holes(f, from, v, n); /* what it does not list it cannot contradict */
    if (!partial) check_contradiction(f, from, to, upto, marked, n);
}

const struct check_entry checks_changelog[] = {
    {"changelog/breaking changelog/unexplained changelog/unmarked changelog/gap changelog/contradicts", false, false, check_changelog},
    {0},
};
