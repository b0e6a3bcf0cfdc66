#include "usage/usage.h"

#include "usage/compare.h"
#include "usage/effective.h"

#include <stdlib.h>

/* ---- which templates read a key ---- */

struct readers {
    bool by_value;         /* to be noted: only what looks at more than that it is there */
    struct strmap paths;   /* templates that read it */
    bool by_chart;         /* a condition, a tag or the schema */
    bool any;
};

/* Coalescing gives an entry that overrides another a new origin with the same place: entries are found by place. */
struct read_place {
    uint64_t place;
    origin_id at;
};

static uint64_t place_key(const struct origin *o)
{
    return (uint64_t)o->key_at.input << 50 | (uint64_t)o->key_at.line << 18 | o->key_at.column;
}

static int by_place(const void *a, const void *b)
{
    const struct read_place *x = a, *y = b;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

void usage_index(struct bench *b)
{
    if (!b->base || b->places_of == b->base) return;
    const struct reads *r = &b->base->reads;
    b->places_n = 0;
    b->places_of = b->base;
    for (origin_id at = 1; at < r->head_n && at < b->origins->n; at++)
        if (r->head[at]) *PUSH(b->a, b->places, b->places_n, b->places_cap) = (struct read_place){place_key(origin_get(b->origins, at)), at};
    if (b->places_n) qsort(b->places, b->places_n, sizeof *b->places, by_place);
}

static void note_readers_of(const struct bench *b, origin_id at, struct readers *r)
{
    const struct reads *reads = &b->base->reads;
    for (uint32_t i = reads->head[at]; i; i = reads->v[i - 1].next) {
        uint32_t t = reads->v[i - 1].tmpl;
        if (r->by_value && reads->v[i - 1].shape) continue;
        r->any = true;
        if (t == READ_BY_CHART || t >= b->base->templates_n) r->by_chart = true;
        else strmap_put(&r->paths, b->base->template_names[t], (void *)1);
    }
}

static void note_readers(struct bench *b, origin_id at, struct readers *r)
{
    if (!at) return;
    usage_index(b);
    uint64_t place = place_key(origin_get(b->origins, at));
    uint32_t lo = 0, hi = b->places_n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (b->places[mid].place < place) lo = mid + 1;
        else hi = mid;
    }
    /* An item of a list begins where the first key of the map begins that it is. */
    struct place value = origin_get(b->origins, at)->value_at;
    for (; lo < b->places_n && b->places[lo].place == place; lo++) {
        struct place other = origin_get(b->origins, b->places[lo].at)->value_at;
        if (other.line == value.line && other.column == value.column) note_readers_of(b, b->places[lo].at, r);
    }
}

static void note_readers_below(struct bench *b, struct value v, struct readers *r)
{
    if (v.kind == V_MAP)
        for (uint32_t i = 0; i < map_len(v); i++) {
            note_readers(b, v.u.map->v[i].at, r);
            note_readers_below(b, v.u.map->v[i].value, r);
        }
    else if (v.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(v); i++) {
            note_readers(b, list_origin(v.u.list, i), r);
            note_readers_below(b, v.u.list->v[i], r);
        }
}

enum { DEEPEST = 64 };

/* The entries on the way to a path in the values of the base render; *n of them, less than `segments` where it ends early. */
static void entries_at(const struct bench *b, const struct str *segment, uint32_t segments, struct entry *on_way[DEEPEST], uint32_t *n)
{
    struct value v = v_map(b->base->values);
    for (*n = 0; *n < segments && *n < DEEPEST; ++*n) {
        struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, segment[*n]) : NULL;
        if (!e) return;
        on_way[*n] = e;
        v = e->value;
    }
}

static bool was_written(const struct bench *b, struct value v)
{
    for (uint32_t i = 0; v.kind == V_MAP && i < b->base->exec.writes_n; i++)
        if (b->base->exec.writes[i].map == v.u.map) return true;
    return false;
}

/* Of a place that the values have: what reads it or anything below, and what asks whether a map is empty that holds nothing
 * else (or held nothing else before a template wrote to it). Of one that they lack: what reads the map in which it would be.
 * False when nobody can tell: a template may ask for a top-level key that is not there. */
static bool note_readers_at(struct bench *b, const struct str *segment, uint32_t segments, struct readers *r)
{
    struct entry *e[DEEPEST];
    uint32_t n;
    entries_at(b, segment, segments, e, &n);
    if (!n) return false;
    note_readers(b, e[n - 1]->at, r);
    if (n == segments) note_readers_below(b, e[n - 1]->value, r);
    for (uint32_t i = n - 1; n == segments && i > 0 && (map_len(e[i - 1]->value) == 1 || was_written(b, e[i - 1]->value)); i--)
        note_readers(b, e[i - 1]->at, r);
    return true;
}

static struct readers readers_of(struct arena *a, struct bench *b, const struct key *k)
{
    struct readers r = {.paths = strmap_new(a)};
    note_readers(b, k->at, &r);
    note_readers_below(b, k->value, &r);
    if (k->value.kind != V_NIL) note_readers_at(b, k->segment, k->segments, &r);
    return r;
}

bool usage_reads(struct bench *b, const struct key *k)
{
    usage_index(b); /* before the mark: the index stays */
    struct arena_mark m = arena_mark(b->scratch);
    bool any = readers_of(b->scratch, b, k).any;
    arena_rewind(b->scratch, m);
    return any;
}

static struct readers readers_of_any(struct arena *a, struct bench *b, const origin_id *at, uint32_t n, bool by_value)
{
    struct readers r = {.paths = strmap_new(a), .by_value = by_value};
    for (uint32_t i = 0; i < n; i++) note_readers(b, at[i], &r);
    return r;
}

bool usage_reads_any(struct bench *b, const origin_id *at, uint32_t n)
{
    usage_index(b);
    struct arena_mark m = arena_mark(b->scratch);
    bool any = readers_of_any(b->scratch, b, at, n, false).any;
    arena_rewind(b->scratch, m);
    return any;
}

/* The name of a template without that of the chart, which may have changed. */
static struct str name_in_chart(struct str path)
{
    struct str chart, name;
    return str_cut(path, STR("/"), &chart, &name) ? name : path;
}

bool usage_reads_as_before(struct bench *old, struct bench *now, const origin_id *at, uint32_t n)
{
    usage_index(old);
    usage_index(now);
    struct arena_mark m = arena_mark(now->scratch);
    struct readers were = readers_of_any(now->scratch, old, at, n, false), are = readers_of_any(now->scratch, now, at, n, true);
    bool all = were.paths.n > 0;
    for (size_t i = 0; i < were.paths.n && all; i++) {
        all = false;
        for (size_t k = 0; k < are.paths.n && !all; k++) all = str_eq(name_in_chart(are.paths.items[k].key), name_in_chart(were.paths.items[i].key));
    }
    arena_rewind(now->scratch, m);
    return all;
}

/* ---- a probe ---- */

static bool seen_enough(void *context, const struct rendered *file, bool whole) { return compare_clearly(context, file, whole); }

/* Whether a template wrote the entry of this name in the map, be it there still or not. */
static bool is_written(const struct bench *b, const struct map *m, struct str key)
{
    for (uint32_t i = 0; i < b->base->exec.writes_n; i++)
        if (b->base->exec.writes[i].map == m && str_eq(b->base->exec.writes[i].key, key)) return true;
    return false;
}

static bool holds_written(const struct bench *b, struct value v)
{
    if (was_written(b, v)) return true;
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (holds_written(b, v.u.map->v[i].value)) return true;
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        if (holds_written(b, v.u.list->v[i])) return true;
    return false;
}

/* Whether a template may have written to the place or below it: who read it before is then not known. */
static bool may_be_written(const struct bench *b, const struct value_edit *e)
{
    struct value v = v_map(b->base->values);
    for (uint32_t i = 0; i < e->segments && v.kind == V_MAP && v.u.map; i++) {
        if (is_written(b, v.u.map, e->segment[i])) return true;
        v = map_get(v.u.map, e->segment[i]);
    }
    return b->base->exec.writes_n && holds_written(b, v);
}

static bool *writers_of(struct arena *a, const struct render *base)
{
    bool *writes = NEW_ARRAY(a, bool, base->templates_n);
    for (uint32_t i = 0; i < base->exec.writes_n; i++) writes[base->exec.writes[i].tmpl] = true;
    return writes;
}

/* Templates see what those before them wrote to shared data: writers before the last reader are evaluated with it, and so is all
 * that comes after the first reader that writes. Others see the same data as in the base. */
static void add_writers(const struct bench *b, struct readers *r)
{
    const struct render *base = b->base;
    const bool *writes = writers_of(b->scratch, base);
    uint32_t last = 0, first = UINT32_MAX;
    for (uint32_t t = 0; t < base->templates_n; t++) {
        if (!strmap_find(&r->paths, base->template_names[t])) continue;
        if (writes[t] && first == UINT32_MAX) first = t;
        last = t;
    }
    for (uint32_t t = 0; t < base->templates_n; t++)
        if (t > first || (writes[t] && t < last)) strmap_put(&r->paths, base->template_names[t], (void *)1);
}

/* Whether a template wrote that did not in the base: what comes after it has to be evaluated as well. */
static bool wrote_anew(const struct bench *b, const struct render *r)
{
    const bool *writes = writers_of(b->scratch, b->base);
    for (uint32_t i = 0; i < r->exec.writes_n; i++)
        if (!writes[r->exec.writes[i].tmpl]) return true;
    return false;
}

/* Templates that read what the edits touch; false when only a whole render can tell. */
static bool note_readers_of_edits(struct bench *b, const struct value_edit *e, uint32_t n, struct readers *r)
{
    for (uint32_t i = 0; i < n; i++)
        if (!e[i].unread && (may_be_written(b, &e[i]) || !note_readers_at(b, e[i].segment, e[i].segments, r))) return false;
    if (r->by_chart) return false;
    if (b->base->exec.writes_n) add_writers(b, r);
    return true;
}

static bool schema_allows(struct bench *b, const struct map *values)
{
    struct violations violations = {.a = b->scratch};
    struct str error;
    if (!b->base->chart->schema.p || b->env->skip_schema || b->env->tolerant) return true;
    return values_validate(b->scratch, b->base->chart, values, &violations, &error);
}

/* The quick way: the base once more, with what changed. False when it cannot be gone. */
static bool render_edits(struct bench *b, const struct value_edit *e, uint32_t n, const struct strmap *only, bool first_is_enough, struct render *r, bool *ok)
{
    if (!render_can_repeat(b->base)) return false;
    struct map *values = edits_effective(b->scratch, b, e, n);
    if (!values) return false;
    *ok = schema_allows(b, values);
    if (!*ok) return true;
    struct comparing comparing = {.b = b};
    struct repeat what = {b->base, values, b->parses, only, first_is_enough ? seen_enough : NULL, &comparing};
    bool wrote;
    *ok = render_repeat(b->scratch, &what, r, &wrote);
    return !wrote;
}

static bool render_anew(struct bench *b, const struct value_edit *e, uint32_t n, const struct strmap *only, bool first_is_enough, struct render *r)
{
    struct diags *quiet = diags_new(b->scratch, b->inputs);
    struct comparing comparing = {.b = b};
    return render_chart_until(b->scratch, b->chart, edits_made(b->scratch, b->user, e, n), b->env, b->parses, quiet, only, first_is_enough ? seen_enough : NULL, &comparing, r);
}

/* A tolerant render passes over what the chart refuses: that it refuses more, or less, is all that a guard does. */
static bool refuses_as_before(const struct bench *b, const struct render *r, bool limited, const struct strmap *only)
{
    const struct exec *was = &b->base->exec, *is = &r->exec;
    uint32_t n = 0;
    for (uint32_t i = 0; i < was->failures_n; i++)
        n += !limited || strmap_find(only, b->base->template_names[was->failures[i].file]) != NULL;
    if (n != is->failures_n) return false;
    for (uint32_t i = 0; i < n; i++) {
        bool found = false;
        for (uint32_t k = 0; k < was->failures_n && !found; k++)
            found = was->failures[k].line == is->failures[i].line && str_eq(was->failures[k].tmpl, is->failures[i].tmpl) && str_eq(was->failures[k].message, is->failures[i].message);
        if (!found) return false;
    }
    return true;
}

enum works usage_probe(struct bench *b, const struct value_edit *e, uint32_t n, struct signature *sig)
{
    usage_index(b);
    struct arena_mark m = arena_mark(b->scratch);
    struct readers readers = {.paths = strmap_new(b->scratch)};
    bool limited = note_readers_of_edits(b, e, n, &readers), ok = false;
    struct render r;
    b->probes++;
    if (!limited || !render_edits(b, e, n, &readers.paths, !sig, &r, &ok)) {
        ok = render_anew(b, e, n, limited ? &readers.paths : NULL, !sig, &r);
        if (limited && b->base->exec.writes_n && wrote_anew(b, &r)) {
            limited = false;
            ok = render_anew(b, e, n, NULL, !sig, &r);
        }
    }
    enum works works = WORKS_BY_FAILING;
    if (ok) works = compare_renders(b, &r, limited, sig) ? WORKS : b->env->tolerant && !refuses_as_before(b, &r, limited, &readers.paths) ? WORKS_BY_FAILING : WORKS_NOT;
    arena_rewind(b->scratch, m);
    return works;
}

/* ---- other plausible values ---- */

uint32_t usage_others(struct arena *a, struct value v, struct value other_default, struct value out[MOST_OTHERS])
{
    uint32_t n = 0;
    if (other_default.kind != V_NIL && !value_same(other_default, v)) out[n++] = other_default;
    switch (v.kind) {
    case V_BOOL: out[n++] = v_bool(!v.u.b); break;
    case V_INT: out[n++] = v_typed(v_int(v.u.i + 1), v.type); break;
    case V_FLOAT:
        out[n++] = v_float(v.u.f + 1);
        if (v.u.f != 0) out[n++] = v_float(0);
        break;
    case V_STR:
        out[n++] = v_str(str_concat(a, v_text(v), STR("x")));
        if (v.n) out[n++] = v_str(STR(""));
        if (str_is(v_text(v), "true") || str_is(v_text(v), "false")) out[n++] = v_bool(!str_is(v_text(v), "true"));
        break;
    case V_LIST: {
        struct list *shorter = list_new(a), *longer = list_new(a);
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i + 1 < list_len(v)) list_add(shorter, v.u.list->v[i]);
            list_add(longer, v.u.list->v[i]);
        }
        if (list_len(v)) {
            out[n++] = v_list(shorter);
            list_add(longer, v.u.list->v[0]);
        } else {
            list_add(longer, v_str(STR("x")));
        }
        out[n++] = v_list(longer);
        break;
    }
    case V_MAP: {
        struct map *m = map_new(a);
        map_putz(m, "x", v_str(STR("x")));
        out[n++] = v_map(m);
        break;
    }
    default: /* null: the chart's default is deleted */
        out[n++] = v_str(STR("x"));
        out[n++] = v_bool(true);
        break;
    }
    return n;
}

/* Whether something reads the key whose output is not there: what it does with the key cannot be seen (a tolerant render). */
static bool reader_failed(struct bench *b, const struct key *k)
{
    if (!b->env->tolerant) return false;
    struct arena_mark m = arena_mark(b->scratch);
    struct readers r = readers_of(b->scratch, b, k);
    bool failed = false;
    for (size_t i = 0; i < r.paths.n && !failed; i++) {
        bool there = str_starts(path_base(r.paths.items[i].key), STR("_"));
        for (uint32_t j = 0; j < b->base->files_n && !there; j++) there = str_eq(b->base->files[j].path, r.paths.items[i].key);
        failed = !there;
    }
    arena_rewind(b->scratch, m);
    return failed;
}

bool usage_reads_path(struct bench *b, const struct str *segment, uint32_t segments)
{
    usage_index(b);
    struct arena_mark m = arena_mark(b->scratch);
    struct readers r = {.paths = strmap_new(b->scratch)};
    bool known = note_readers_at(b, segment, segments, &r), any = r.any;
    arena_rewind(b->scratch, m);
    return any || !known;
}

/* A null takes the chart's default away: nothing is left that could have been seen to be read, but for the map above it. */
static bool takes_default(struct bench *b, const struct key *k)
{
    bool found;
    struct value v = k->value.kind == V_NIL ? usage_get(b->chart->values.u.map, k->segment, k->segments, &found) : NIL;
    return v.kind != V_NIL && usage_reads_path(b, k->segment, k->segments);
}

enum works usage_effect(struct bench *b, const struct key *k, struct value other_default, struct signature *sig)
{
    if (!usage_reads(b, k) && !takes_default(b, k)) return WORKS_NOT;
    struct value v[MOST_OTHERS];
    struct value_edit edit = {.segment = k->segment, .segments = k->segments, .drop = true};
    enum works e = usage_probe(b, &edit, 1, sig), worst = WORKS_NOT;
    if (e == WORKS) return e;
    if (e == WORKS_BY_FAILING) worst = e;
    uint32_t n = usage_others(b->a, k->value, other_default, v);
    for (uint32_t i = 0; i < n; i++) {
        edit.drop = false;
        edit.value = v[i];
        e = usage_probe(b, &edit, 1, sig);
        if (e == WORKS) return e;
        if (e == WORKS_BY_FAILING) worst = e;
    }
    if (worst == WORKS_NOT && reader_failed(b, k)) return WORKS_UNKNOWN;
    return worst;
}

