#include "checks/view.h"

#include "value/yaml.h"

/* ---- places ---- */

static uint32_t find_input(const struct facts *f, const struct side *s, struct str path)
{
    for (uint32_t i = 1; i < f->inputs->n; i++)
        if (str_is(f->inputs->v[i].role, s->role) && str_eq(f->inputs->v[i].path, path)) return i;
    return 0;
}

/* Templates become inputs when something is said of them. */
static uint32_t add_input(const struct facts *f, const struct side *s, struct str path, const struct file *file)
{
    uint32_t i = find_input(f, s, path);
    return i ? i : inputs_add(f->inputs, str_from(s->role), path, file->opened, file->data);
}

static uint32_t template_input(const struct facts *f, const struct side *s, const struct object *o)
{
    struct str first, rest;
    if (!o->from) return 0;
    if (o->from->rendered >= s->render.files_n) {
        str_cut(o->from->path, STR("/"), &first, &rest); /* from crds/: named by the chart */
        const struct file *file = source_find(&s->source, rest);
        return file ? add_input(f, s, rest, file) : find_input(f, s, rest);
    }
    const struct rendered *r = &s->render.files[o->from->rendered];
    return add_input(f, s, str_concat(f->a, r->chart->prefix, r->file->path), r->file);
}

/* How many documents of this kind the same template made before this one. */
static uint32_t ordinal_of(const struct side *s, const struct object *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->manifests_n; i++) {
        const struct manifest *m = &s->manifests[i];
        if (m->rendered == o->from->rendered && m->offset < o->from->offset && str_eq(m->kind, o->from->kind)) n++;
    }
    return n;
}

static bool is_key_line(struct str line, struct str key)
{
    line = str_trim(line);
    if (str_starts(line, STR("- "))) line = str_trim(str_from_n(line, 2));
    return line.n > key.n && str_starts(line, key) && line.p[key.n] == ':';
}

/* The last name of a field's path: "image" of "spec.containers[0].image". */
static struct str last_name(struct str field)
{
    ptrdiff_t dot = str_find_last(field, STR("."));
    struct str last = str_from_n(field, (size_t)(dot + 1)), head, tail;
    return str_cut(last, STR("["), &head, &tail) ? head : last;
}

/* A template that makes several objects in a loop has fewer such lines than objects: the last one stands for the rest. */
struct place view_place(const struct facts *f, const struct side *s, const struct object *o, struct str field)
{
    uint32_t input = template_input(f, s, o), line = 0, at = 0, key_at = 0, seen = 0;
    if (!input) return NOWHERE;
    struct str rest = f->inputs->v[input].text, one, key = last_name(field), kind = str_concat(f->a, STR("kind: "), o->from->kind);
    uint32_t wanted = ordinal_of(s, o);
    for (bool more = true; more;) {
        more = str_cut(rest, STR("\n"), &one, &rest);
        line++;
        if (str_eq(str_trim(one), kind)) {
            if (at && seen > wanted) break;
            at = line;
            key_at = 0;
            seen++;
        } else if (key.n && seen && !key_at && is_key_line(one, key)) {
            key_at = line;
        }
    }
    return (struct place){.input = input & 0x3fff, .line = key_at ? key_at : at ? at : 1};
}

struct place view_template_place(const struct facts *f, const struct side *s, struct str path, uint32_t line, uint32_t column)
{
    struct str chart, rest;
    str_cut(path, STR("/"), &chart, &rest);
    const struct file *file = source_find(&s->source, rest);
    uint32_t input = file ? add_input(f, s, rest, file) : find_input(f, s, rest);
    return input ? (struct place){.input = input & 0x3fff, .line = line ? line : 1, .column = column & 0x3ffff} : NOWHERE;
}

struct place view_default_place(const struct facts *f, struct str path)
{
    const struct chart *c = f->new_side.chart;
    struct place at = {.input = c->chart_input & 0x3fff, .line = 1};
    uint32_t n;
    struct str *segment = usage_segments(f->a, path, &n);
    struct value v = c->values;
    for (uint32_t i = 0; i < n && v.kind == V_MAP && v.u.map; i++) {
        const struct entry *e = map_find(v.u.map, segment[i]);
        if (!e) break;
        at = origin_get(f->origins, e->at)->key_at;
        v = e->value;
    }
    return at.input ? at : NOWHERE;
}

struct place view_version_place(const struct facts *f)
{
    const struct chart *c = f->new_side.chart;
    const struct entry *e = c->metadata.kind == V_MAP ? map_find(c->metadata.u.map, STR("version")) : NULL;
    struct place at = e ? origin_get(f->origins, e->at)->key_at : NOWHERE;
    return at.input || !c->chart_input ? at : (struct place){.input = c->chart_input & 0x3fff, .line = 1};
}

/* ---- findings ---- */

const struct dependency *view_unseen(const struct facts *f, const struct object *o)
{
    const struct chart *new = f->single ? NULL : f->judged->render.chart;
    for (uint32_t i = 0; new && o->from && i < new->deps_n; i++) {
        const struct dependency *d = &new->deps[i];
        if (d->enabled && !d->present && !view_is(f, o) && str_has(o->from->path, str_printf(f->a, "/charts/%.*s/", STR_ARG(d->name)))) return d;
    }
    return NULL;
}

struct finding *view_report(struct facts *f, const char *rule, enum severity severity, enum about about, const struct side *s, const struct object *o,
                            struct str field)
{
    const struct dependency *unseen = s == &f->old_side && severity > SEVERITY_INFO ? view_unseen(f, o) : NULL;
    struct finding *x = finding_add(&f->findings, rule, unseen ? SEVERITY_INFO : severity, about, SUBJECT_OBJECT, o->id);
    x->at = view_place(f, s, o, field);
    if (unseen) finding_evidence(&f->findings, x, "not judged: the new chart's subchart %.*s, which may have it still, is not at hand", STR_ARG(unseen->name));
    return x;
}

struct str view_show(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    if (v.kind == V_NIL) return STR("nothing");
    if (v.kind == V_STR && !v.n) return STR("\"\"");
    yaml_write(&b, v);
    struct str s = str_trim(buf_done(&b));
    if (str_chr(s, '\n') < 0 && s.n <= 80) return s;
    if (v.kind == V_MAP && v.u.map && v.u.map->n <= 4) {
        struct buf line = buf_new(a);
        struct entry **e = map_sorted(a, v.u.map);
        for (uint32_t i = 0; i < v.u.map->n && line.n < 120; i++) {
            if (e[i]->value.kind == V_MAP || e[i]->value.kind == V_LIST) return STR("a map");
            buf_printf(&line, "%s%.*s: %.*s", i ? ", " : "{", STR_ARG(e[i]->key), STR_ARG(view_show(a, e[i]->value)));
        }
        buf_byte(&line, '}');
        return buf_done(&line);
    }
    return v.kind == V_MAP ? STR("a map") : v.kind == V_LIST ? STR("a list") : STR("a longer text");
}

struct str view_show_of(struct arena *a, const struct object *o, struct value v)
{
    return str_is(o->kind, "Secret") ? STR("(not shown)") : view_show(a, v);
}

/* ---- the other side ---- */

const struct object *view_was(const struct facts *f, const struct object *new_object)
{
    const struct object *same = objects_find(&f->old_side.objects, new_object->id);
    if (same) return same;
    for (uint32_t i = 0; i < f->diff.objects.n; i++)
        if (f->diff.objects.v[i].to == new_object) return f->diff.objects.v[i].from;
    return NULL;
}

const struct object *view_is(const struct facts *f, const struct object *old_object)
{
    const struct object *same = objects_find(&f->judged->objects, old_object->id);
    if (same) return same;
    for (uint32_t i = 0; i < f->diff.objects.n; i++)
        if (f->diff.objects.v[i].from == old_object) return f->diff.objects.v[i].to;
    return NULL;
}

const struct workload *view_workload(const struct side *s, const struct object *o)
{
    return o ? workloads_find(s->workloads, s->workloads_n, o->id) : NULL;
}

const struct workload *view_workload_was(const struct facts *f, const struct workload *w)
{
    return view_workload(&f->old_side, view_was(f, w->object));
}

const struct workload *view_workload_is(const struct facts *f, const struct workload *w)
{
    return view_workload(f->judged, view_is(f, w->object));
}

/* ---- objects ---- */

bool view_is_managed(const struct object *o) { return o->owner == OWNER_RELEASE || o->owner == OWNER_KEPT; }
bool view_is_written(const struct object *o) { return o->v.kind == V_MAP; }

bool view_runs_pods(const struct object *o)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(o->kind, kinds[i])) return true;
    return false;
}

struct value view_spec(const struct object *o) { return value_at(o->v, "spec", NULL); }
struct str view_namespace(const struct facts *f) { return f->judged->env.ns; }

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool view_has_word(struct str text, struct str word)
{
    for (size_t from = 0; word.n && from < text.n;) {
        ptrdiff_t i = str_find(str_from_n(text, from), word);
        if (i < 0) return false;
        size_t at = from + (size_t)i, end = at + word.n;
        if ((!at || !is_name_byte(text.p[at - 1])) && (end == text.n || !is_name_byte(text.p[end]))) return true;
        from = at + 1;
    }
    return false;
}

/* ---- renders ---- */

bool view_render(struct facts *f, struct side *s, const struct strmap *only)
{
    struct diags *quiet = diags_new(f->a, f->inputs);
    s->rendered = render_chart_some(f->a, s->chart, s->user, &s->env, f->parses, quiet, only, &s->render) &&
                  render_manifests(s->render.a, &s->render, &s->manifests, &s->manifests_n, MANIFEST_WHOLE);
    if (s->rendered) objects_of_manifests(f->a, s->manifests, s->manifests_n, s->env.ns, NULL, &s->objects);
    return s->rendered;
}

/* ---- data ---- */

struct value checks_data(struct facts *f, const char *path)
{
    return rulebook_value(f->o->rules, f->a, str_from(path));
}

/* ---- lists of names ---- */

bool names_have(const struct names *l, struct str s)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (str_eq(l->v[i], s)) return true;
    return false;
}

void names_add(struct names *l, struct str s)
{
    if (!names_have(l, s)) *PUSH(l->a, l->v, l->n, l->cap) = s;
}

struct str names_show(const struct names *l, uint32_t most)
{
    struct buf b = buf_new(l->a);
    uint32_t shown = l->n > most ? most : l->n;
    for (uint32_t i = 0; i < shown; i++) buf_printf(&b, "%s%.*s", !i ? "" : i + 1 == l->n ? " and " : ", ", STR_ARG(l->v[i]));
    if (l->n > shown) buf_printf(&b, " and %u more", l->n - shown);
    return buf_done(&b);
}
