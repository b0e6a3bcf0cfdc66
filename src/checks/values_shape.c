/* Keys that are still read, but as something else: another shape than the new chart has there, or for another purpose. */
#include "checks/values_say.h"
#include "checks/view.h"

#include "value/yaml.h"

#include <stdio.h>

/* ---- shapes ---- */

enum shape { SHAPE_NONE, SHAPE_MAP, SHAPE_LIST, SHAPE_SCALAR };

static enum shape shape_of(struct value v)
{
    return v.kind == V_NIL ? SHAPE_NONE : v.kind == V_MAP ? SHAPE_MAP : v.kind == V_LIST ? SHAPE_LIST : SHAPE_SCALAR;
}

static const char *shape_name(enum shape s) { return s == SHAPE_MAP ? "a map" : s == SHAPE_LIST ? "a list" : "a single value"; }

/* The chart's own value of a path; of a subchart's key where the chart itself says nothing, the subchart's. */
static struct value default_at(const struct chart *c, const struct str *segment, uint32_t n)
{
    bool found;
    struct value v = usage_get(c->values.u.map, segment, n, &found);
    if (found || n < 2) return found ? v : NIL;
    for (uint32_t i = 0; i < c->subcharts_n; i++)
        if (str_eq(c->subcharts[i]->name, segment[0])) return usage_get(c->subcharts[i]->values.u.map, segment + 1, n - 1, &found);
    return NIL;
}

/* How many segments lead to the place where the user's shape and the chart's default part as Helm warns of it ("cannot
 * overwrite table with non table", "destination is a table": pkg/chart/common/util/coalesce.go); 0: nowhere. */
static uint32_t parts_at(const struct chart *c, const struct key *k, struct value *theirs)
{
    for (uint32_t n = 1; n <= k->segments; n++) {
        enum shape ours = n < k->segments ? SHAPE_MAP : shape_of(k->value);
        *theirs = default_at(c, k->segment, n);
        enum shape s = shape_of(*theirs);
        if (s && ours && s != ours && (s == SHAPE_MAP || ours == SHAPE_MAP)) return n;
    }
    return 0;
}

static struct str path_of(struct arena *a, const struct key *k, uint32_t n)
{
    struct str path = {0};
    for (uint32_t i = 0; i < n; i++) path = path_key(a, path, k->segment[i]);
    return path;
}

static bool is_told(const struct facts *f, struct str path)
{
    for (uint32_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        if (x->subject_kind == SUBJECT_VALUE && x->severity == SEVERITY_ERROR && (str_eq(x->subject, path) || str_starts(path, str_concat(f->a, x->subject, STR("."))))) return true;
    }
    return false;
}

/* An empty map or list is how charts say "whatever you like". */
static bool is_open(struct value v) { return (v.kind == V_MAP && !map_len(v)) || (v.kind == V_LIST && !list_len(v)); }

static void check_shapes(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        struct value is, was;
        uint32_t n = parts_at(f->new_side.chart, k, &is);
        if (!n || parts_at(f->old_side.chart, k, &was) == n) continue;
        struct str path = path_of(f->a, k, n);
        if (is_told(f, path)) continue;
        enum shape ours = n < k->segments ? SHAPE_MAP : shape_of(k->value);
        enum severity severity = is_open(is) || k->new_effect == WORKS ? SEVERITY_INFO : SEVERITY_ERROR;
        struct finding *x = finding_add(&f->findings, "values/type-changed", severity, ABOUT_CHANGE, SUBJECT_VALUE, path);
        x->at = values_place_of_path(f, path);
        x->confidence = 90;
        x->message = str_printf(f->a, "the new chart has %s here, and the value is %s", shape_name(shape_of(is)), shape_name(ours));
        finding_evidence(&f->findings, x, "Helm warns: %s", ours == SHAPE_MAP ? "destination is a table, ignoring the non-table default" : "cannot overwrite table with non table");
        x->fix = str_printf(f->a, "write it in the form of %.*s in the new chart's values.yaml", STR_ARG(path));
    }
}

/* ---- purposes ---- */

/* What a field is for: two fields of one purpose may take each other's place. */
static const struct purpose {
    const char *keys, *name;
} purposes[] = {
    {" labels annotations matchLabels matchExpressions selector podSelector namespaceSelector ", "a label or an annotation"},
    {" env envFrom args command data stringData binaryData ", "what the program reads"},
    {" resources limits requests ", "an amount of resources"},
    {" containerPort port targetPort nodePort hostPort ports number healthCheckNodePort ", "a port"},
    {" image imagePullPolicy imagePullSecrets ", "an image"},
    {" replicas minReplicas maxReplicas minReplicaCount maxReplicaCount minAvailable maxUnavailable ", "a number of pods"},
    {" initialDelaySeconds periodSeconds timeoutSeconds successThreshold failureThreshold ", "a probe"},
    {" schedule ", "a schedule"},
    {" storage storageClassName accessModes ", "a volume"},
    {" host hosts secretName path pathType ", "a route"},
    {" name serviceName namespace claimName serviceAccountName serviceAccount ", "a name"},
};

static int purpose_of(struct str key)
{
    char word[64];
    int n = snprintf(word, sizeof word, " %.*s ", STR_ARG(key));
    for (size_t i = 0; n > 2 && (size_t)n < sizeof word && i < sizeof purposes / sizeof *purposes; i++)
        if (strstr(purposes[i].keys, word)) return (int)i;
    return -1;
}

enum { HOLDERS = 2 }; /* labels, programs and resources hold names of any kind: what is below them is theirs */

static int purpose_below(int above, struct str key)
{
    if (above >= 0 && above <= HOLDERS) return above;
    int p = purpose_of(key);
    return p >= 0 ? p : above;
}

static int purpose_of_path(struct str path)
{
    int found = -1;
    struct str rest = path, one, head, tail;
    while (rest.n) {
        str_cut(rest, STR("."), &one, &rest);
        found = purpose_below(found, str_cut(one, STR("["), &head, &tail) ? head : one);
    }
    return found;
}

/* Whether a rendered value has the user's in it. */
static bool carries(struct facts *f, struct value rendered, struct value v)
{
    if (value_same(rendered, v)) return true;
    if (rendered.kind != V_STR) return false;
    struct str text = v.kind == V_STR ? v_text(v) : values_show(f, (struct str){0}, v);
    return text.n && (v.kind == V_STR && text.n >= 3 ? str_has(v_text(rendered), text) : view_has_word(v_text(rendered), text));
}

/* Values that stand for themselves wherever they turn up: no switches, no small numbers that anything may have. */
static bool is_telling(struct value v)
{
    if (v.kind == V_STR) return v.n >= 2 && !str_is(v_text(v), "true") && !str_is(v_text(v), "false");
    return (v.kind == V_INT && (v.u.i > 2 || v.u.i < 0)) || (v.kind == V_FLOAT && (v.u.f > 2 || v.u.f < 0));
}

/* The purposes for which a manifest has the value, a bit each. */
static uint32_t purposes_in(struct facts *f, struct value at, struct value v, int above, uint32_t depth)
{
    uint32_t found = 0;
    if (depth > 48) return 0;
    if (at.kind == V_MAP && at.u.map)
        for (uint32_t i = 0; i < at.u.map->n; i++) found |= purposes_in(f, at.u.map->v[i].value, v, purpose_below(above, at.u.map->v[i].key), depth + 1);
    else if (at.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(at); i++) found |= purposes_in(f, at.u.list->v[i], v, above, depth + 1);
    else if (above >= 0 && at.kind != V_NIL && carries(f, at, v)) found = 1u << above;
    return found;
}

static uint32_t purposes_on(struct facts *f, const struct side *s, struct value v)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (view_is_written(&s->objects.v[i]) && s->objects.v[i].owner != OWNER_CRD) found |= purposes_in(f, s->objects.v[i].v, v, -1, 0);
    return found;
}

/* What a side makes of the key, by rendering without it: the first field that had the value. */
static bool find_use(struct facts *f, const struct side *s, const struct key *k, struct str *object, struct str *field)
{
    struct side *without = NEW(f->a, struct side);
    struct object_changes changes = {0};
    *without = *s;
    without->user = usage_without(f->a, s->user, k->segment, k->segments);
    if (!view_render(f, without, NULL)) return false;
    diff_objects(f->a, &without->objects, &s->objects, &changes);
    for (uint32_t i = 0; i < changes.n; i++)
        for (uint32_t n = 0; n < changes.v[i].fields_n; n++) {
            const struct field_change *c = &changes.v[i].fields[n];
            if (!changes.v[i].to || !carries(f, c->is, k->value)) continue;
            *object = changes.v[i].to->id;
            *field = c->path;
            return true;
        }
    return false;
}

static bool has_other_default(const struct facts *f, struct str path)
{
    for (uint32_t i = 0; i < f->diff.defaults.n; i++)
        if (f->diff.defaults.v[i].kind == CHANGE_CHANGED && str_eq(f->diff.defaults.v[i].path, path)) return true;
    return false;
}

/* A scalar that a changed field had or has, and what that is for. */
struct changed_leaf {
    struct value v;
    uint32_t purpose;     /* its bit */
    bool gone;
};

struct changed_leaves {
    struct changed_leaf *v;
    uint32_t n, cap;
};

enum { LEAF_MAX = 200 }; /* longer texts are no settings */

static void leaves_in(struct facts *f, struct value at, int above, bool gone, uint32_t depth, struct changed_leaves *out)
{
    if (depth > 48) return;
    if (at.kind == V_MAP && at.u.map)
        for (uint32_t i = 0; i < at.u.map->n; i++) leaves_in(f, at.u.map->v[i].value, purpose_below(above, at.u.map->v[i].key), gone, depth + 1, out);
    else if (at.kind == V_LIST)
        for (uint32_t i = 0; i < list_len(at); i++) leaves_in(f, at.u.list->v[i], above, gone, depth + 1, out);
    else if (above > 0 && at.kind != V_NIL && at.kind != V_BOOL && !(at.kind == V_STR && at.n > LEAF_MAX))
        *PUSH(f->a, out->v, out->n, out->cap) = (struct changed_leaf){at, 1u << above, gone};
}

/* Of objects that are on both sides; not labels, which hold names of any kind. */
static struct changed_leaves changed_leaves(struct facts *f)
{
    struct changed_leaves l = {0};
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        for (uint32_t n = 0; c->from && c->to && n < c->fields_n; n++) {
            int above = purpose_of_path(c->fields[n].path);
            leaves_in(f, c->fields[n].was, above, true, 0, &l);
            leaves_in(f, c->fields[n].is, above, false, 0, &l);
        }
    }
    return l;
}

/* The value left fields of one purpose and came into fields of another, among those that changed: a key that means something else
 * without another default shows in this way, and nobody walks over all objects for the others. */
static bool has_moved(struct facts *f, const struct changed_leaves *l, struct value v)
{
    uint32_t lost = 0, gained = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if ((l->v[i].v.kind == V_STR || v.kind != V_STR) && carries(f, l->v[i].v, v)) *(l->v[i].gone ? &lost : &gained) |= l->v[i].purpose;
    return lost && gained && !(lost & gained);
}

/* ---- a further use ---- */

/* An address or path, as nobody writes it twice by chance. */
static bool is_address(struct value v) { return v.kind == V_STR && v.n >= 8 && (str_has(v_text(v), STR("://")) || str_chr(v_text(v), '/') >= 0); }

/* The name of a variable that is new, and whose value is made of the user's; "" when there is none in the change. */
static struct str new_variable(const struct field_change *c, struct str address)
{
    struct str value = value_str_at(c->is, "value");
    if (c->was.kind != V_NIL || c->is.kind != V_MAP || !str_has(c->path, STR(".env[")) || !str_starts(value, address)) return (struct str){0};
    if (value.n > address.n && value.p[address.n] != '/' && address.p[address.n - 1] != '/') return (struct str){0};
    return value_str_at(c->is, "name");
}

static bool had_variable(const struct facts *f, struct str name)
{
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++)
        for (uint32_t c = 0; c < f->old_side.workloads[i].containers_n; c++)
            for (uint32_t k = 0; k < f->old_side.workloads[i].containers[c].env_n; k++)
                if (str_eq(f->old_side.workloads[i].containers[c].env[k].name, name)) return true;
    return false;
}

/* An address that the new chart makes something else of as well: a store beside the cache. */
static void check_further_use(struct facts *f, const struct key *k)
{
    struct names variables = {.a = f->a}, objects = {.a = f->a};
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        for (uint32_t n = 0; c->from && c->to && n < c->fields_n; n++) {
            struct str name = new_variable(&c->fields[n], v_text(k->value));
            if (!name.n || had_variable(f, name)) continue;
            names_add(&variables, name);
            names_add(&objects, c->to->id);
        }
    }
    if (!variables.n) return;
    struct finding *x = finding_add(&f->findings, "values/meaning-changed", SEVERITY_INFO, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
    x->at = values_place(f, k->at);
    x->confidence = 70;
    x->message = str_printf(f->a, "the new chart makes %.*s of %.*s of this value, which the old chart did not", STR_ARG(names_show(&variables, 3)), STR_ARG(names_show(&objects, 3)));
    x->fix = STR("see that this use is wanted, and that what is behind the address allows it; else look for the key that decides it in the new chart's values.yaml");
}

static void check_meaning(struct facts *f)
{
    struct changed_leaves changed = changed_leaves(f);
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        struct str object, field, old_object, old_field;
        if (key_is_dead(k) || k->new_effect == WORKS_NOT) continue;
        if (is_address(k->value)) check_further_use(f, k);
        if (k->old_effect == WORKS_NOT || k->value.kind == V_MAP || k->value.kind == V_LIST || !is_telling(k->value)) continue;
        if (!has_other_default(f, k->path) && !has_moved(f, &changed, k->value)) continue;
        uint32_t were = purposes_on(f, &f->old_side, k->value), are = were ? purposes_on(f, f->judged, k->value) : 0;
        if (!are || (were & are)) continue; /* as before; experiments are for the rest */
        if (!find_use(f, &f->old_side, k, &old_object, &old_field) || !find_use(f, f->judged, k, &object, &field)) continue;
        int before = purpose_of_path(old_field), now = purpose_of_path(field);
        if (before < 0 || now < 0 || now == before) continue;
        struct finding *x = finding_add(&f->findings, "values/meaning-changed", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
        x->at = values_place(f, k->at);
        x->confidence = 80;
        x->message = str_printf(f->a, "the old chart made %s of it, and the new chart makes %s of it: %.*s of %.*s", purposes[before].name, purposes[now].name, STR_ARG(field), STR_ARG(object));
        finding_evidence(&f->findings, x, "before, it was %.*s of %.*s", STR_ARG(old_field), STR_ARG(old_object));
        x->fix = str_printf(f->a, "look up what %.*s means in the new chart's values.yaml, and find the key that has its old meaning", STR_ARG(k->path));
    }
}

const struct check_entry checks_values_shape[] = {
    {"values/type-changed", false, false, check_shapes},
    {"values/meaning-changed", false, true, check_meaning},
    {0},
};
