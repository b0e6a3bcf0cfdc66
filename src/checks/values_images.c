/* Images that the user pinned: a new chart with old images is a combination that nobody tested. */
#include "checks/values_say.h"

#include "kube/field.h"

/* "registry:5000/a/b:1.2@sha256:x": the tag and the digest; "" where there is none. */
static void image_parts(struct str image, struct str *tag, struct str *digest)
{
    struct str head, rest;
    *digest = *tag = (struct str){0};
    if (str_cut(image, STR("@"), &head, &rest)) *digest = rest;
    ptrdiff_t colon = str_find_last(head, STR(":")), slash = str_find_last(head, STR("/"));
    if (colon > slash) *tag = str_from_n(head, (size_t)colon + 1);
}

static bool is_image_field(struct str field) { return str_ends(field, STR("image")) || str_ends(field, STR("Image")); }

/* A tag made of the value, perhaps with a variant behind it: "v1.2", "v1.2-cuda". */
static bool begins_with(struct str tag, struct str value)
{
    if (!str_starts(tag, value)) return false;
    if (tag.n == value.n) return true;
    char c = tag.p[value.n];
    return c == '-' || c == '_' || c == '+';
}

/* Whether the image's tag or digest is what the user wrote, and would be another one otherwise. */
static bool pins(const struct trait *t, struct str value)
{
    struct str tag, digest, other_tag, other_digest;
    if (!is_image_field(t->field) || t->from.kind != V_STR || t->to.kind != V_STR) return false;
    image_parts(v_text(t->from), &tag, &digest);
    image_parts(v_text(t->to), &other_tag, &other_digest);
    if (digest.n && str_has(value, digest) && !str_eq(digest, other_digest)) return true;
    if (!tag.n || str_eq(tag, other_tag)) return false;
    /* The key is the tag itself, or an image that ends with it; a repository with such a word in it is neither. */
    struct str own_tag, own_digest;
    image_parts(value, &own_tag, &own_digest);
    return begins_with(tag, value) || (own_tag.n && begins_with(tag, own_tag));
}

/* ---- what the new chart asks of the old image ---- */

static const struct container *same_container(const struct workload *w, const struct container *c)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        if (str_eq(w->containers[i].name, c->name) && str_eq(w->containers[i].image, c->image)) return &w->containers[i];
    return NULL;
}

static void say_probe(struct facts *f, struct finding *x, const char *name, const struct container *old, const struct probe *was, const struct probe *is, const struct object *o)
{
    if (!is->path.n || str_eq(old->liveness.path, is->path) || str_eq(old->readiness.path, is->path) || str_eq(old->startup.path, is->path)) return;
    finding_evidence(&f->findings, x, "the new chart's %s of %.*s asks that image for %.*s%s%.*s", name, STR_ARG(o->id), STR_ARG(is->path), was->path.n ? ", not " : "", STR_ARG(was->path));
}

static void say_arguments(struct facts *f, struct finding *x, const char *field, const struct container *was, const struct container *is, const struct object *o)
{
    struct names old = {.a = f->a}, added = {.a = f->a};
    struct value v = value_at(was->v, field, NULL), w = value_at(is->v, field, NULL);
    for (uint32_t i = 0; i < field_len(v); i++)
        if (field_item(v, i).kind == V_STR) names_add(&old, v_text(field_item(v, i)));
    for (uint32_t i = 0; i < field_len(w); i++) {
        struct str text = field_item(w, i).kind == V_STR ? v_text(field_item(w, i)) : (struct str){0}, name, rest;
        bool flag = str_starts(text, STR("-")) && text.n < 80 && !names_have(&old, text);
        str_cut(text, STR("="), &name, &rest);
        for (uint32_t k = 0; flag && k < old.n; k++) flag = !(str_starts(old.v[k], name) && (old.v[k].n == name.n || old.v[k].p[name.n] == '='));
        if (flag) names_add(&added, name);
    }
    if (added.n) finding_evidence(&f->findings, x, "the new chart starts it in %.*s with %.*s, which it was not given before", STR_ARG(o->id), STR_ARG(names_show(&added, 3)));
}

/* The same image on both sides, and a chart that starts and probes it otherwise: it may know nothing of that. */
static void say_mismatch(struct facts *f, struct finding *x, struct str image)
{
    uint32_t before = x->evidence_n;
    for (uint32_t i = 0; i < f->judged->workloads_n && x->evidence_n == before; i++) {
        const struct workload *w = &f->judged->workloads[i], *old = view_workload_was(f, w);
        for (uint32_t k = 0; old && k < w->containers_n; k++) {
            const struct container *c = &w->containers[k], *was = str_eq(c->image, image) ? same_container(old, c) : NULL;
            if (!was) continue;
            say_probe(f, x, "livenessProbe", was, &was->liveness, &c->liveness, w->object);
            say_probe(f, x, "readinessProbe", was, &was->readiness, &c->readiness, w->object);
            say_probe(f, x, "startupProbe", was, &was->startup, &c->startup, w->object);
            say_arguments(f, x, "command", was, c, w->object);
            say_arguments(f, x, "args", was, c, w->object);
        }
    }
}

static struct str text_of(struct facts *f, struct value v)
{
    if (v.kind == V_STR) return v_text(v);
    return v.kind == V_FLOAT || v.kind == V_INT ? values_show(f, (struct str){0}, v) : (struct str){0};
}

static void check_pinned(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        struct str value = text_of(f, k->value);
        const struct signature *s = key_is_dead(k) ? &k->old_signature : &k->new_signature;
        if (!value.n || (key_is_dead(k) && !k->renamed_to.n)) continue;
        for (uint32_t n = 0; n < s->n; n++) {
            const struct trait *t = &s->v[n];
            /* Another value tried in its place says that it is the default already. */
            if (!pins(t, value) || str_has(v_text(t->to), str_concat(f->a, value, STR("x")))) continue;
            struct finding *x = finding_add(&f->findings, "values/pinned-image-tag", SEVERITY_WARNING, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
            x->at = values_place(f, k->at);
            if (key_is_dead(k)) {
                x->message = str_printf(f->a, "it pins an image of the old release (%.*s): moved to %.*s as it stands, it pins the same version of what the new chart runs, which was made for another", STR_ARG(v_text(t->from)), STR_ARG(k->renamed_to));
                x->fix = STR("do not carry it over, so that the image follows the chart, or set the version that belongs to it");
                break;
            }
            x->message = str_printf(f->a, "the image stays %.*s under the new chart, which was made for another", STR_ARG(v_text(t->from)));
            finding_evidence(&f->findings, x, "without the key %.*s has %.*s", STR_ARG(t->object), STR_ARG(v_text(t->to)));
            say_mismatch(f, x, v_text(t->from));
            x->fix = STR("remove the key, so that the image follows the chart, or set the version that belongs to it");
            break;
        }
    }
}

const struct check_entry checks_values_images[] = {
    {"values/pinned-image-tag", false, false, check_pinned},
    {0},
};
