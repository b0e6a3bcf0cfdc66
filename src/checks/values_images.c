/* Images that the user pinned: a new chart with old images is a combination that nobody tested. */
#include "checks/values_say.h"

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
            x->message = str_printf(f->a, "the image stays %.*s under the new chart, which was made for another", STR_ARG(v_text(t->from)));
            finding_evidence(&f->findings, x, "without the key %.*s has %.*s", STR_ARG(t->object), STR_ARG(v_text(t->to)));
            x->fix = STR("remove the key, so that the image follows the chart, or set the version that belongs to it");
            break;
        }
    }
}

const struct check_entry checks_values_images[] = {
    {"values/pinned-image-tag", false, false, check_pinned},
    {0},
};
