#include "usage/usage.h"

#include "usage/repair.h"

/* The other side's default for a key, as another value that means something there. */
static struct value default_of(const struct chart *c, const struct key *k)
{
    bool found;
    return usage_get(c->values.u.map, k->segment, k->segments, &found);
}

static void find_effects(struct bench *old, struct bench *now, struct usage *u)
{
    for (uint32_t i = 0; i < u->n; i++) {
        struct key *k = &u->keys[i];
        if (k->blocking) continue;
        if (u->based) k->new_effect = usage_effect(now, k, default_of(old->chart, k), &k->new_signature);
        if (k->new_effect == WORKS_NOT) k->old_effect = usage_effect(old, k, default_of(now->chart, k), &k->old_signature);
    }
}

/* ---- where a lost key's setting went ---- */

struct candidate {
    struct str path;
    int confidence;
};
struct candidates {
    struct candidate *v;
    uint32_t n, cap;
};

static void consider(struct arena *a, struct candidates *c, struct str path, int confidence)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (str_eq(c->v[i].path, path)) return;
    *PUSH(a, c->v, c->n, c->cap) = (struct candidate){path, confidence};
}

/* Renames that the two charts' defaults suggest, for the node itself or one above it. */
static void from_defaults(struct arena *a, const struct key *k, const struct value_changes *defaults, struct candidates *out)
{
    for (uint32_t i = 0; i < defaults->n; i++) {
        const struct value_change *d = &defaults->v[i];
        if (d->kind != CHANGE_RENAMED || !str_starts(k->path, d->path)) continue;
        struct str rest = str_from_n(k->path, d->path.n);
        if (rest.n && rest.p[0] != '.') continue;
        consider(a, out, str_concat(a, d->to, rest), d->confidence);
    }
}

/* Leaves of the new defaults that the old ones lack and whose name resembles the key's last segment. */
static void from_names(struct arena *a, const struct key *k, const struct value_changes *defaults, struct candidates *out)
{
    struct str last = k->segment[k->segments - 1];
    for (uint32_t i = 0; i < defaults->n && out->n < 24; i++) {
        const struct value_change *d = &defaults->v[i];
        if (d->kind != CHANGE_ADDED) continue;
        struct str tail = d->path;
        ptrdiff_t dot = str_find_last(tail, STR("."));
        if (dot >= 0) tail = str_from_n(tail, (size_t)dot + 1);
        if (tail.n == last.n && strncasecmp(tail.p, last.p, last.n) == 0) consider(a, out, d->path, 60);
        else if (d->is.kind == V_MAP && map_len(d->is) && map_find(d->is.u.map, last)) consider(a, out, str_printf(a, "%.*s.%.*s", STR_ARG(d->path), STR_ARG(last)), 50);
    }
}

static void find_successor(struct bench *now, struct key *k, const struct value_changes *defaults)
{
    struct candidates c = {0};
    int best = 0;
    from_defaults(now->a, k, defaults, &c);
    uint32_t structural = c.n;
    from_names(now->a, k, defaults, &c);
    for (uint32_t i = 0; i < c.n; i++) {
        struct signature sig = {0};
        uint32_t n;
        struct str *segment = usage_segments(now->a, c.v[i].path, &n);
        struct map *m = usage_without(now->a, now->user, k->segment, k->segments);
        m = usage_with(now->a, m, segment, n, k->value);
        if (usage_probe(now, m, NULL, &sig) != WORKS) continue;
        int like = signature_likeness(now->a, &k->old_signature, &sig);
        if (like <= best || like < 50) continue;
        best = like;
        k->renamed_to = c.v[i].path;
        k->confidence = like > 90 ? 100 : like;
        k->renamed_proved = true;
    }
    if (!best && structural && c.v[0].confidence >= 70) {
        k->renamed_to = c.v[0].path;
        k->confidence = c.v[0].confidence;
    }
}

void usage_find(struct arena *a, struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *out)
{
    usage_keys(a, now->user, out);
    usage_repair(now, out);
    now->user = out->without;
    now->base = &out->base;
    find_effects(old, now, out);
    for (uint32_t i = 0; i < out->n; i++) {
        struct key *k = &out->keys[i];
        bool lost = k->new_effect == WORKS_NOT && (k->old_effect == WORKS || k->old_effect == WORKS_BY_FAILING);
        if (out->based && (lost || k->blocking)) {
            if (k->blocking) k->old_effect = usage_effect(old, k, NIL, &k->old_signature);
            find_successor(now, k, defaults);
        }
    }
    out->probes = old->probes + now->probes;
}
