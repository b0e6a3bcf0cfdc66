/* rutter diff as a value (rutter.diff/v1): values, objects, models, bundles, changelog, in the order of a review. */
#include "emit/emitters.h"

#include "value/gofmt.h"

static const char *change_name(enum change_kind k)
{
    static const char *const name[] = {"added", "removed", "changed", "renamed"};
    return name[k];
}

static bool has_word(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (strncasecmp(s.p + i, word, n) == 0) return true;
    return false;
}

/* Keys whose values are secret by their name. Names of Secrets and keys in them are not. */
bool emit_is_secret(struct str path)
{
    static const char *const words[] = {"password", "passwd", "token", "apikey", "api_key", "privatekey", "credential", "secretkey"};
    static const char *const names[] = {"secretname", "secretref", "existingsecret", "tokensecret", "automount", "expiration"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_word(path, names[i])) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(path, words[i])) return true;
    return false;
}

static struct str number_text(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    gofmt_value(&b, v);
    return buf_done(&b);
}

/* Our documents hold integers within 2^53; every other number is written as text. */
struct value emit_plain(struct arena *a, struct value v, unsigned depth)
{
    if (depth > a->guard->max.depth) guard_trip(a->guard, "a value is nested more than %u deep", a->guard->max.depth);
    switch (v.kind) {
    case V_FLOAT:
        if (v.u.f == (double)(int64_t)v.u.f && v.u.f > -9007199254740992.0 && v.u.f < 9007199254740992.0) return v_int((int64_t)v.u.f);
        return v_str(number_text(a, v));
    case V_LIST: {
        struct list *l = list_new(a);
        for (uint32_t i = 0; i < list_len(v); i++) list_add(l, emit_plain(a, v.u.list->v[i], depth + 1));
        return v_list(l);
    }
    case V_MAP: {
        struct map *m = map_new(a);
        for (uint32_t i = 0; i < map_len(v); i++) map_put(m, v.u.map->v[i].key, emit_plain(a, v.u.map->v[i].value, depth + 1));
        return v_map(m);
    }
    case V_OBJ: return v_str(number_text(a, v));
    default: return v;
    }
}

static struct value shown(struct arena *a, struct value v, bool secret)
{
    if (v.kind == V_NIL) return NIL;
    return secret ? v_str(STR("(secret)")) : emit_plain(a, v, 0);
}

static struct value values_part(struct arena *a, const struct value_changes *c)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct value_change *x = &c->v[i];
        struct map *m = map_new(a);
        bool secret = emit_is_secret(x->path);
        map_putz(m, "path", v_str(x->path));
        map_putz(m, "change", v_str(str_from(change_name(x->kind))));
        if (x->to.n) map_putz(m, "to", v_str(x->to));
        if (x->kind != CHANGE_ADDED) map_putz(m, "old", shown(a, x->was, secret));
        if (x->kind != CHANGE_REMOVED) map_putz(m, "new", shown(a, x->is, secret));
        list_add(l, v_map(m));
    }
    return v_list(l);
}

static bool is_secret_object(const struct object *o) { return o && str_is(o->kind, "Secret"); }

static struct value objects_part(struct arena *a, const struct object_changes *c, bool all)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct object_change *x = &c->v[i];
        struct map *m = map_new(a);
        struct list *fields = list_new(a);
        const struct object *o = x->from ? x->from : x->to;
        bool secret = is_secret_object(x->from) || is_secret_object(x->to);
        for (uint32_t k = 0; k < x->fields_n; k++) {
            const struct field_change *f = &x->fields[k];
            if (!all && diff_is_noise(f->path)) continue;
            bool hidden = (secret && (str_starts(f->path, STR("data")) || str_starts(f->path, STR("stringData")))) || emit_is_secret(f->path);
            struct map *field = map_new(a);
            map_putz(field, "path", v_str(f->path));
            map_putz(field, "old", shown(a, f->was, hidden));
            map_putz(field, "new", shown(a, f->is, hidden));
            list_add(fields, v_map(field));
        }
        if (x->kind == CHANGE_CHANGED && !fields->n) continue;
        map_putz(m, "subject", v_str(o->id));
        map_putz(m, "change", v_str(str_from(change_name(x->kind))));
        if (x->kind == CHANGE_RENAMED) map_putz(m, "to", v_str(x->to->id));
        map_putz(m, "fields", v_list(fields));
        list_add(l, v_map(m));
    }
    return v_list(l);
}

static struct value unknown_part(struct arena *a, const struct side *s)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (facts_is_assumed(s, &s->objects.v[i])) list_add(l, v_str(s->objects.v[i].id));
    return v_list(l);
}

static struct value models_part(struct arena *a, const struct model_diff *d)
{
    static const char *const names[] = {"added", "removed", "renamed", "changed"};
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < d->n; i++) {
        const struct model_change *x = &d->v[i];
        struct map *m = map_new(a);
        map_putz(m, "subject", v_str(x->from ? x->from->sie_id : x->to->sie_id));
        map_putz(m, "change", v_str(str_from(names[x->kind])));
        if (x->kind == MODEL_RENAMED) map_putz(m, "to", v_str(x->to->sie_id));
        if (x->kind == MODEL_CHANGED) {
            map_putz(m, "path", v_str(x->path));
            map_putz(m, "old", shown(a, x->was, false));
            map_putz(m, "new", shown(a, x->is, false));
            map_putz(m, "vectors", v_bool(x->vectors));
        }
        list_add(l, v_map(m));
    }
    return v_list(l);
}

static struct value bundles_part(struct arena *a, const struct model_diff *d)
{
    struct list *l = list_new(a);
    for (uint32_t i = 0; i < d->bundles_n; i++) {
        const struct bundle_change *x = &d->bundles[i];
        struct map *m = map_new(a);
        map_putz(m, "subject", v_str(x->from ? x->from->name : x->to->name));
        map_putz(m, "change", v_str(str_from(!x->from ? "added" : !x->to ? "removed" : "changed")));
        if (x->path.n) {
            map_putz(m, "path", v_str(x->path));
            map_putz(m, "old", shown(a, x->was, false));
            map_putz(m, "new", shown(a, x->is, false));
        }
        list_add(l, v_map(m));
    }
    return v_list(l);
}

static struct value changelog_part(struct arena *a, const struct facts *f)
{
    struct list *l = list_new(a);
    uint32_t n = 0;
    if (!f->changelog || f->single) return v_list(l);
    uint32_t *between = changelog_between(a, f->changelog, f->old_side.chart->version, f->new_side.chart->version, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct release *r = &f->changelog->v[between[i]];
        for (uint32_t k = 0; k < r->changes_n; k++) {
            const struct change *c = &r->changes[k];
            struct map *m = map_new(a);
            if (c->reverted) continue;
            map_putz(m, "version", v_str(r->version));
            map_putz(m, "text", v_str(c->text));
            map_putz(m, "type", v_str(c->type));
            map_putz(m, "breaking", v_bool(c->breaking));
            map_putz(m, "breaking_by_meaning", v_bool(c->breaking_by_meaning));
            list_add(l, v_map(m));
        }
    }
    return v_list(l);
}

struct value emit_diff_value(struct arena *a, const struct emit_input *in)
{
    const struct facts *f = in->f;
    struct map *m = map_new(a);
    map_putz(m, "schema", v_str(STR("rutter.diff/v1")));
    map_putz(m, "rendered_new", v_bool(f->new_side.rendered));
    map_putz(m, "values", values_part(a, &f->diff.defaults));
    map_putz(m, "objects", objects_part(a, &f->diff.objects, in->all));
    if (f->judged->assumed_n) map_putz(m, "unknown", unknown_part(a, f->judged));
    map_putz(m, "models", models_part(a, &f->diff.models));
    map_putz(m, "bundles", bundles_part(a, &f->diff.models));
    map_putz(m, "changelog", changelog_part(a, f));
    return v_map(m);
}

void emit_diff_json(struct buf *out, const struct emit_input *in)
{
    canonical_json(out, emit_diff_value(out->a, in));
    buf_byte(out, '\n');
}
