/* Keys that no template knows, and keys that are written twice. */
#include "checks/values_say.h"

#include "usage/static.h"
#include "usage/words.h"
#include "value/yaml.h"

/* The default key that is meant by a misspelt one; NULL when none is near, or two are. */
static const struct entry *meant(const struct map *defaults, const struct map *user, struct str name)
{
    const struct entry *best = NULL;
    uint32_t least = name.n < 5 ? 2 : 3; /* below: one edit in a short name, two in a long one */
    bool twice = false;
    for (uint32_t i = 0; defaults && i < defaults->n; i++) {
        const struct entry *e = &defaults->v[i];
        const struct entry *own = user ? map_find(user, e->key) : NULL;
        if (own && own->value.kind != V_MAP) continue; /* what the user did set is not what was misspelt */
        uint32_t d = words_distance(name, e->key, 2);
        bool longer = e->key.n >= 4 && name.n > e->key.n && str_starts(name, e->key);
        if (longer && d > 2) d = 2;
        if (d > least || (d == least && !best)) continue;
        twice = best && d == least;
        if (d < least || !best) best = e;
        least = d;
    }
    return twice ? NULL : best;
}

/* An empty map in the defaults is how charts say "whatever you like". */
static bool is_open(struct value v) { return v.kind == V_MAP && !map_len(v); }

static struct str rest_of(struct facts *f, struct str path, const struct key *k, uint32_t from)
{
    for (uint32_t i = from; i < k->segments; i++) path = path_key(f->a, path, k->segment[i]);
    return path;
}

/* The path that the key would have if its misspelt segments were right; "" when nobody can tell. */
static struct str did_you_mean(struct facts *f, const struct key *k)
{
    struct value there = v_map(f->new_side.chart->values.u.map), here = v_map(f->new_side.user);
    struct str path = {0};
    bool corrected = false;
    for (uint32_t i = 0; i < k->segments; i++) {
        const struct entry *e = there.kind == V_MAP && there.u.map ? map_find(there.u.map, k->segment[i]) : NULL;
        if (!e && there.kind == V_MAP) {
            e = meant(there.u.map, here.kind == V_MAP ? here.u.map : NULL, k->segment[i]);
            corrected = corrected || e;
        }
        if (!e) return corrected && is_open(there) ? rest_of(f, path, k, i) : (struct str){0};
        path = path_key(f->a, path, e->key);
        there = e->value;
        here = here.kind == V_MAP && here.u.map ? map_get(here.u.map, k->segment[i]) : NIL;
    }
    return corrected ? path : (struct str){0};
}

/* The same below a section that moved ("router.replica" when router is now gateway). */
static struct str did_you_mean_there(struct facts *f, const struct key *k)
{
    struct str best = did_you_mean(f, k);
    for (uint32_t i = 0; !best.n && i < f->diff.defaults.n; i++) {
        const struct value_change *d = &f->diff.defaults.v[i];
        if (d->kind != CHANGE_RENAMED || !str_starts(k->path, d->path) || k->path.n <= d->path.n || k->path.p[d->path.n] != '.') continue;
        struct key moved = *k;
        moved.path = str_concat(f->a, d->to, str_from_n(k->path, d->path.n));
        moved.segment = usage_segments(f->a, moved.path, &moved.segments);
        best = did_you_mean(f, &moved);
    }
    return best;
}

static bool in_defaults(const struct side *s, const struct key *k)
{
    bool found;
    usage_get(s->chart->values.u.map, k->segment, k->segments, &found);
    return found;
}

/* What a chart could read under other values; worked out when the first key asks. */
struct reach {
    const struct side *side;
    struct static_reads *reads;
};

/* *known: a reader names the key, or a subchart that is not at hand may do so. */
static enum may_read reach_of(struct facts *f, struct reach *r, const struct key *k, bool *known)
{
    struct reader first;
    if (!r->reads) r->reads = static_reads(f->a, r->side->chart, r->side->user, f->parses);
    enum may_read reads = static_may_read(r->reads, k->segment, k->segments, &first);
    *known = (reads == READ_YES && first.by_name) || (reads == READ_POSSIBLY && first.why);
    return reads;
}

static void report_misspelt(struct facts *f, const struct key *k, struct str guess, bool never)
{
    struct finding *x = finding_add(&f->findings, "values/unknown-key", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
    x->at = values_place(f, k->at);
    x->replacement = guess;
    x->confidence = never ? 90 : 80;
    x->message = str_printf(f->a, "neither chart reads this key, so it does nothing; did you mean %.*s?", STR_ARG(guess));
    x->fix = str_printf(f->a, "write %.*s, and look whether its effect is wanted", STR_ARG(guess));
    if (never) finding_evidence(&f->findings, x, "no branch of any template of either chart leads to it");
}

static bool shares(const struct key *x, const struct key *y, uint32_t n)
{
    if (x->segments < n) return false;
    for (uint32_t i = 0; i < n; i++)
        if (!str_eq(x->segment[i], y->segment[i])) return false;
    return true;
}

static bool has_default(const struct side *s, const struct key *k, uint32_t n)
{
    bool found;
    usage_get(s->chart->values.u.map, k->segment, n, &found);
    return found;
}

/* The node above it of which neither chart knows anything, and all that the user wrote below it is unknown. */
static uint32_t unknown_node(const struct facts *f, const bool *unknown, const struct key *k)
{
    uint32_t n = k->segments;
    for (; n > 1 && !has_default(&f->new_side, k, n - 1) && !has_default(&f->old_side, k, n - 1); n--)
        for (uint32_t i = 0; i < f->usage.n; i++)
            if (shares(&f->usage.keys[i], k, n - 1) && !unknown[i]) return n;
    return n;
}

static void report_unknown(struct facts *f, const bool *unknown, uint32_t first)
{
    const struct key *k = &f->usage.keys[first];
    uint32_t n = unknown_node(f, unknown, k);
    struct names keys = {.a = f->a};
    for (uint32_t i = 0; i < f->usage.n; i++) {
        if (!shares(&f->usage.keys[i], k, n)) continue;
        if (i < first) return; /* told with that one */
        names_add(&keys, f->usage.keys[i].path);
    }
    struct str path = k->path;
    if (keys.n > 1) {
        path = (struct str){0};
        for (uint32_t i = 0; i < n; i++) path = path_key(f->a, path, k->segment[i]);
    }
    struct finding *x = finding_add(&f->findings, "values/unknown-key", SEVERITY_INFO, ABOUT_CHANGE, SUBJECT_VALUE, path);
    x->at = keys.n > 1 ? values_place_of_path(f, path) : values_place(f, k->at);
    x->confidence = 60;
    x->message = STR("the new chart does not read this key, whatever the other values are, and it did nothing before");
    if (keys.n > 1) finding_evidence(&f->findings, x, "%u of your keys are below it: %.*s", keys.n, STR_ARG(names_show(&keys, 8)));
    x->fix = STR("remove the key, or look up its name in the chart's values.yaml");
}

/* A key that another configuration reads is no unknown one, though this user does without its effect. Where all that is there would
 * be read, whatever its name, a name that is nearly that of a default is still a misspelt one. */
static void check_unknown(struct facts *f)
{
    struct reach new = {.side = &f->new_side}, old = {.side = &f->old_side};
    bool *unknown = NEW_ARRAY(f->a, bool, f->usage.n + 1);
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        bool known;
        if (k->blocking || k->by_cluster || k->new_effect != WORKS_NOT || k->old_effect != WORKS_NOT) continue;
        if (in_defaults(&f->new_side, k) || in_defaults(&f->old_side, k)) continue;
        if (values_is_of_absent(f->new_side.chart, k->segment[0]) || values_is_of_absent(f->old_side.chart, k->segment[0])) continue;
        enum may_read reads = reach_of(f, &new, k, &known), before = READ_POSSIBLY;
        if (known) continue;
        struct str guess = did_you_mean_there(f, k);
        if (guess.n) before = reach_of(f, &old, k, &known); /* without a guess the new chart is all that is spoken of */
        if (known) continue;
        if (guess.n) report_misspelt(f, k, guess, reads == READ_NO && before == READ_NO);
        else unknown[i] = reads == READ_NO;
    }
    for (uint32_t i = 0; i < f->usage.n; i++)
        if (unknown[i]) report_unknown(f, unknown, i);
}

static void check_duplicates(struct facts *f)
{
    for (size_t i = 0; i < f->duplicates.n; i++) {
        const struct yaml_duplicate *d = &f->duplicates.v[i];
        struct finding *x = finding_add(&f->findings, "values/duplicate-key", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, d->path);
        x->at = d->second;
        x->message = str_printf(f->a, "the key is written twice in this file, and the last one counts: line %u wins over line %u", d->second.line, d->first.line);
        x->fix = STR("keep one of the two");
    }
}

/* What the new chart's notes say of a key that the user set. */
static void check_deprecated(struct facts *f)
{
    const struct render *r = f->judged->rendered ? &f->judged->render : NULL;
    for (uint32_t i = 0; r && i < r->files_n; i++) {
        struct str rest = r->files[i].text, line;
        if (!str_ends(r->files[i].path, STR("NOTES.txt"))) continue;
        while (rest.n) {
            str_cut(rest, STR("\n"), &line, &rest);
            if (!str_has(line, STR("deprecat")) && !str_has(line, STR("DEPRECAT")) && !str_has(line, STR("Deprecat"))) continue;
            for (uint32_t n = 0; n < f->usage.n; n++) {
                const struct key *k = &f->usage.keys[n];
                if (key_is_dead(k) || k->segments < 2 || !str_has(line, k->path)) continue;
                struct finding *x = finding_add(&f->findings, "values/deprecated-key", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
                x->at = values_place(f, k->at);
                x->message = str_printf(f->a, "it still works, and the chart says not for long: %.*s", STR_ARG(str_trim(line)));
                x->fix = STR("move to what the chart names before the next upgrade");
            }
        }
    }
}

const struct check_entry checks_values_unknown[] = {
    {"values/unknown-key", false, false, check_unknown},
    {"values/duplicate-key", true, false, check_duplicates},
    {"values/deprecated-key", false, false, check_deprecated},
    {0},
};
