/* What the user loses with a key that does nothing any more: what the old chart did with it, held against the new render. */
#include "checks/values_say.h"

#include "kube/field.h"
#include "value/yaml.h"

/* What stands now where a key made a difference on the old side. */
enum fare { FARE_UNKNOWN, FARE_SAME, FARE_OTHER };
struct outcome {
    enum fare fare;
    struct value now;
};

/* ---- a field's path, followed through both manifests ---- */

struct trail {
    struct value was, is;
    bool there;          /* `is` has it so far */
    struct str key;      /* the last one, or the first that `was` lacks */
};

static uint32_t find_named(struct value list, struct str name)
{
    uint32_t n = field_len(list), i = 0;
    while (i < n && !str_eq(value_str_at(field_item(list, i), "name"), name)) i++;
    return i;
}

/* An item is the one of the same name; one without a name that at the same place, and so a container whose name is new there. */
static bool follow_item(struct trail *t, uint32_t i)
{
    struct value was = t->was, is = t->there ? t->is : NIL;
    if (i >= field_len(was)) return false;
    t->was = field_item(was, i);
    struct str name = value_str_at(t->was, "name");
    uint32_t at = name.n ? find_named(is, name) : i;
    bool renamed = at >= field_len(is) && i < field_len(is) && str_ends(t->key, STR("ontainers")) && find_named(was, value_str_at(field_item(is, i), "name")) >= field_len(was);
    if (renamed) at = i;
    t->there = at < field_len(is);
    t->is = t->there ? field_item(is, at) : NIL;
    return true;
}

static bool follow_key(struct trail *t, struct str key)
{
    if (t->was.kind != V_MAP || !t->was.u.map) return false;
    const struct entry *e = map_find(t->was.u.map, key);
    t->key = key;
    if (!e) return false;
    t->was = e->value;
    e = t->there && t->is.kind == V_MAP && t->is.u.map ? map_find(t->is.u.map, key) : NULL;
    t->there = e != NULL;
    t->is = e ? e->value : NIL;
    return true;
}

/* "spec.containers[0].env[1].value", a dot inside a key as "\."; false where the old manifest has no such field. */
static bool follow(struct arena *a, struct trail *t, struct str path)
{
    for (size_t i = 0; i < path.n;) {
        if (path.p[i] == '[') {
            uint32_t n = 0;
            for (i++; i < path.n && path.p[i] >= '0' && path.p[i] <= '9' && n < 1000000; i++) n = n * 10 + (uint32_t)(path.p[i] - '0');
            if (i >= path.n || path.p[i++] != ']' || !follow_item(t, n)) return false;
        } else {
            struct buf key = buf_new(a);
            for (i += path.p[i] == '.'; i < path.n && path.p[i] != '.' && path.p[i] != '['; i++) {
                i += path.p[i] == '\\' && i + 1 < path.n;
                buf_byte(&key, path.p[i]);
            }
            if (!follow_key(t, buf_done(&key))) return false;
        }
    }
    return true;
}

/* What the key kept away (a null over a default, a switch that was off) is not there now either. */
static bool stays_away(struct arena *a, const struct trait *t, const struct object *was, const struct object *is)
{
    struct trail trail = {.was = was->v, .is = is->v, .there = true};
    if (follow(a, &trail, t->field) || trail.was.kind != V_MAP || !trail.there || trail.is.kind != V_MAP) return false;
    return !trail.is.u.map || !map_find(trail.is.u.map, trail.key);
}

/* Only the render of the user's values as they are tells what becomes of them; one that had to be repaired does not. */
static struct outcome outcome_of(const struct facts *f, const struct trait *t)
{
    struct outcome unknown = {FARE_UNKNOWN, NIL};
    const struct object *was = f->judged == &f->new_side && f->new_side.rendered ? objects_find(&f->old_side.objects, t->object) : NULL;
    const struct object *is = was ? view_is(f, was) : NULL;
    if (!was || !view_is_written(was)) return unknown;
    if (!t->field.n) return t->to.kind == V_NIL ? (struct outcome){is ? FARE_SAME : FARE_OTHER, NIL} : unknown;
    if (!is || !view_is_written(is)) return unknown;
    struct trail trail = {.was = was->v, .is = is->v, .there = true};
    struct arena_mark mark = arena_mark(f->a);
    bool away = t->from.kind == V_NIL && stays_away(f->a, t, was, is);
    if (t->from.kind == V_NIL) {
        arena_rewind(f->a, mark);
        return away ? (struct outcome){FARE_SAME, NIL} : unknown;
    }
    bool found = follow(f->a, &trail, t->field);
    arena_rewind(f->a, mark);
    if (!found) return unknown;
    return (struct outcome){value_same(trail.is, t->from) ? FARE_SAME : FARE_OTHER, trail.is};
}

/* ---- words ---- */

/* A variable's or container's name may tell that its value is a secret. */
static bool is_masked(const struct trait *t, struct str path)
{
    return values_is_secret(t->field) || values_is_secret(t->item) || values_is_secret(path) || str_starts(t->object, STR("Secret/"));
}

struct str values_what(struct facts *f, const struct trait *t)
{
    ptrdiff_t item = str_find_last(t->field, STR("]."));
    struct str last = item >= 0 ? str_from_n(t->field, (size_t)item + 2) : t->field;
    if (!t->item.n || item < 0) return str_printf(f->a, "%.*s of %.*s", STR_ARG(t->field), STR_ARG(t->object));
    if (str_is(last, "value")) return str_printf(f->a, "%.*s of %.*s", STR_ARG(t->item), STR_ARG(t->object));
    return str_printf(f->a, "%.*s of %.*s in %.*s", STR_ARG(last), STR_ARG(t->item), STR_ARG(t->object));
}

/* What values_show only describes. */
static bool is_longer(struct value v) { return v.kind == V_MAP || v.kind == V_LIST || (v.kind == V_STR && (v.n > 60 || str_chr(v_text(v), '\n') >= 0)); }

/* "SIE_AUTH_MODE of Deployment/x goes from static to none". */
static struct str change_of(struct facts *f, struct str path, const struct trait *t, struct value now)
{
    if (!t->field.n) return str_printf(f->a, "%.*s is no longer there", STR_ARG(t->object));
    struct str what = values_what(f, t);
    bool variable = t->item.n && str_has(t->field, STR("].valueFrom."));
    if (variable && now.kind == V_NIL) return str_printf(f->a, "%.*s of %.*s is no longer set", STR_ARG(t->item), STR_ARG(t->object));
    if (is_masked(t, path)) return str_printf(f->a, "%.*s is no longer what it sets", STR_ARG(what));
    struct str from = values_show(f, t->field, t->from), to = values_show(f, t->field, now);
    if (str_eq(from, to)) return str_printf(f->a, "%.*s changes", STR_ARG(what));
    if (now.kind == V_NIL) return str_printf(f->a, "%.*s is no longer %.*s", STR_ARG(what), STR_ARG(is_longer(t->from) ? STR("there") : from));
    return str_printf(f->a, "%.*s goes from %.*s to %.*s", STR_ARG(what), STR_ARG(from), STR_ARG(to));
}

/* "spec.replicas of Deployment/x (3)": what it decided, where nobody knows what decides it now. */
static struct str decided(struct facts *f, struct str path, const struct trait *t)
{
    if (!t->field.n) return str_printf(f->a, "whether %.*s is there", STR_ARG(t->object));
    struct str what = values_what(f, t), value = is_masked(t, path) ? (struct str){0} : values_show(f, t->field, t->from);
    if (!value.n || t->from.kind == V_NIL || is_longer(t->from)) return what;
    return str_printf(f->a, "%.*s (%.*s)", STR_ARG(what), STR_ARG(value));
}

/* ---- the telling ones first ---- */

enum { TELLS_ALL, TELLS_MUCH, TELLS_SOME, TELLS_LITTLE, TELLS_NOTHING };

int values_telling(const struct trait *t)
{
    if (t->field.n && diff_is_noise(t->field)) return TELLS_NOTHING;
    if (t->item.n && str_ends(t->field, STR("].name"))) return TELLS_NOTHING; /* its value is told */
    if (t->field.n && (str_starts(t->object, STR("ConfigMap/")) || str_has(t->field, STR("metadata.")))) return TELLS_LITTLE;
    if (!t->field.n) return str_starts(t->object, STR("ConfigMap/")) ? TELLS_SOME : TELLS_ALL;
    return t->item.n && str_ends(t->field, STR("].value")) ? TELLS_MUCH : TELLS_SOME;
}

/* ---- for findings ---- */

uint32_t values_say_losses(struct facts *f, struct finding *x, const struct signature *s, uint32_t most)
{
    struct names said = {.a = f->a};
    for (int rank = TELLS_ALL; rank < TELLS_NOTHING; rank++) {
        for (uint32_t i = 0; i < s->n && said.n < most; i++) {
            const struct trait *t = &s->v[i];
            if (values_telling(t) != rank) continue;
            struct outcome o = outcome_of(f, t);
            if (o.fare == FARE_SAME) continue;
            struct str what = o.fare == FARE_UNKNOWN ? decided(f, x->subject, t) : change_of(f, x->subject, t, o.now);
            if (str_has(x->message, what)) continue;
            names_add(&said, str_concat(f->a, o.fare == FARE_UNKNOWN ? STR("it decided ") : STR("without it: "), what));
        }
    }
    for (uint32_t i = 0; i < said.n; i++) finding_evidence(&f->findings, x, "%.*s", STR_ARG(said.v[i]));
    return said.n;
}

struct str values_loss(struct facts *f, struct str path, const struct signature *s)
{
    const struct trait *unknown = NULL;
    for (int rank = TELLS_ALL; rank < TELLS_NOTHING; rank++) {
        for (uint32_t i = 0; i < s->n; i++) {
            if (values_telling(&s->v[i]) != rank) continue;
            struct outcome o = outcome_of(f, &s->v[i]);
            if (o.fare == FARE_OTHER) return change_of(f, path, &s->v[i], o.now);
            if (o.fare == FARE_UNKNOWN && !unknown) unknown = &s->v[i];
        }
    }
    return unknown ? str_concat(f->a, STR("it no longer decides "), decided(f, path, unknown)) : (struct str){0};
}

bool values_lose_nothing(const struct facts *f, const struct signature *s)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->v[i].field.n && diff_is_noise(s->v[i].field)) continue;
        if (outcome_of(f, &s->v[i]).fare != FARE_SAME) return false;
        same++;
    }
    return same > 0;
}

enum touch values_touch(const struct signature *s, struct str object)
{
    enum touch touch = TOUCH_NOT;
    for (uint32_t i = 0; i < s->n; i++) {
        if (!str_eq(s->v[i].object, object)) continue;
        if (!s->v[i].field.n && s->v[i].to.kind == V_NIL) return TOUCH_GONE;
        touch = TOUCH_FIELD;
    }
    return touch;
}

/* The template that made it is there no more: whatever the values are, the new chart has no such object. */
static bool has_template(const struct facts *f, const struct object *old_object)
{
    struct str chart, path;
    return old_object->from && str_cut(old_object->from->path, STR("/"), &chart, &path) && source_find(&f->new_side.source, path);
}

const struct key *values_taking_away(const struct facts *f, const struct object *old_object)
{
    for (uint32_t i = 0; f->usage.repaired && i < f->usage.n; i++)
        if (f->usage.keys[i].blocking && values_touch(&f->usage.keys[i].old_signature, old_object->id) == TOUCH_GONE && has_template(f, old_object)) return &f->usage.keys[i];
    return NULL;
}
