#include "usage/usage.h"

#include <stdatomic.h>

#include "usage/lanes.h"
#include "usage/lists.h"
#include "usage/migrate.h"
#include "usage/repair.h"
#include "usage/successor.h"

/* The other side's default for a key, as another value that means something there. */
static struct value default_of(const struct chart *c, const struct key *k)
{
    bool found;
    return usage_get(c->values.u.map, k->segment, k->segments, &found);
}

/* A tag, a digest or a whole image: text with a digit in it, or a key that is called so. */
static bool may_name_image(const struct key *k)
{
    static const char *const words[] = {"tag", "image", "digest", "version"};
    struct str last = k->segment[k->segments - 1], text = k->value.kind == V_STR ? v_text(k->value) : (struct str){0};
    if (k->value.kind == V_BOOL || k->value.kind == V_LIST || k->value.kind == V_MAP) return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9') return true;
    for (size_t i = 0; i < last.n; i++)
        for (size_t n = 0; n < sizeof words / sizeof *words; n++)
            if (last.n - i >= strlen(words[n]) && strncasecmp(last.p + i, words[n], strlen(words[n])) == 0) return true;
    return false;
}

/* The new chart may work out by itself what the old one had as a constant. */
static bool became_blank(const struct value was, const struct value is)
{
    return was.kind != V_NIL && !(was.kind == V_STR && !was.n) && (is.kind == V_NIL || (is.kind == V_STR && !is.n));
}

/* ---- keys that may be part of an image's name ---- */

/* What stands after "image:" in the base's files; the check of pinned images wants to know what such a key does. */
struct image_names {
    struct str *v;
    uint32_t n, cap;
    bool unsure; /* one goes on in the next lines */
};

static void collect_images(struct arena *a, struct str text, struct image_names *out)
{
    for (size_t from = 0;;) {
        ptrdiff_t at = str_find(str_from_n(text, from), STR("mage"));
        if (at < 0) return;
        from += (size_t)at + 4;
        struct str rest = str_from_n(text, from), line, after;
        if (rest.n && (rest.p[0] == '"' || rest.p[0] == '\'')) rest = str_from_n(rest, 1);
        if (!rest.n || rest.p[0] != ':') continue;
        str_cut(str_from_n(rest, 1), STR("\n"), &line, &after);
        line = str_trim(line);
        if (!line.n || line.p[0] == '>' || line.p[0] == '|') out->unsure = true;
        *PUSH(a, out->v, out->n, out->cap) = line;
    }
}

static bool stands_in(const struct image_names *names, struct str part)
{
    for (uint32_t i = 0; i < names->n; i++)
        if (part.n && str_has(names->v[i], part)) return true;
    return false;
}

/* The value, its tag or its digest. */
static bool is_in_image(const struct image_names *names, struct str text)
{
    struct str head = text, digest;
    if (names->unsure || stands_in(names, text) || (str_cut(text, STR("@"), &head, &digest) && stands_in(names, digest))) return true;
    ptrdiff_t colon = str_find_last(head, STR(":"));
    return colon >= 0 && stands_in(names, str_from_n(head, (size_t)colon + 1));
}

struct effects {
    struct usage *u;
    struct image_names images;
};

static bool wants_signature(const struct effects *f, const struct bench *old, const struct bench *now, const struct key *k)
{
    if (became_blank(default_of(old->chart, k), default_of(now->chart, k))) return true;
    return may_name_image(k) && (k->value.kind != V_STR || is_in_image(&f->images, v_text(k->value)));
}

static void find_effect(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    const struct effects *f = context;
    struct usage *u = f->u;
    struct key *k = &u->keys[i];
    if (k->blocking) return;
    if (u->based) k->new_effect = usage_effect(now, k, default_of(old->chart, k), wants_signature(f, old, now, k) ? &k->new_signature : NULL);
    if (k->new_effect == WORKS_NOT) k->old_effect = usage_effect(old, k, default_of(now->chart, k), &k->old_signature);
}

/* ---- what the cluster decides ---- */

struct counting {
    const struct env *env;
    atomic_uint calls;
};

static struct value count_lookup(void *context, struct arena *a, struct str api_version, struct str kind, struct str ns, struct str name)
{
    struct counting *c = context;
    atomic_fetch_add_explicit(&c->calls, 1, memory_order_relaxed);
    return c->env->lookup(c->env->lookup_context, a, api_version, kind, ns, name);
}

static void note_uncertain(struct bench *now, const struct render *fresh, struct usage *u)
{
    u->uncertain_n = 0;
    for (uint32_t i = 0; i < now->base->files_n; i++) {
        const struct rendered *x = &now->base->files[i];
        bool same = str_ends(x->path, STR("NOTES.txt"));
        for (uint32_t k = 0; k < fresh->files_n && !same; k++) same = str_eq(fresh->files[k].path, x->path) && str_eq(fresh->files[k].text, x->text);
        if (!same) *PUSH(now->a, u->uncertain, u->uncertain_n, u->uncertain_cap) = x->path;
    }
}

/* A template that differs in a fresh installation may only carry the revision in a name, or ask whether this is an upgrade: where
 * the same upgrade renders the same with an empty cluster, the cluster decides nothing. Where that does not render, it does. */
static void keep_what_lookup_decides(struct bench *now, struct usage *u)
{
    struct env *empty = NEW(now->a, struct env);
    struct bench b = *now;
    struct render *r = NEW(now->a, struct render);
    *empty = *now->env;
    empty->lookup = NULL;
    b.env = empty;
    b.places_of = NULL;
    if (usage_rebase(&b, now->user, r)) note_uncertain(now, r, u);
    now->probes = b.probes;
}

/* A key that does nothing because the cluster answers for it (a password that the release's Secret keeps) is not lost: a
 * fresh installation would use it. */
static void excuse_by_cluster(struct bench *now, struct usage *u, const struct chart *old)
{
    struct env *fresh = NEW(now->a, struct env);
    struct bench b = *now;
    struct render *r = NEW(now->a, struct render);
    *fresh = *now->env;
    fresh->lookup = NULL;
    fresh->upgrade = false;
    fresh->revision = 1;
    b.env = fresh;
    b.places_of = NULL;
    if (!usage_rebase(&b, now->user, r)) return;
    note_uncertain(now, r, u);
    if (u->uncertain_n) keep_what_lookup_decides(now, u);
    b.probes = now->probes;
    for (uint32_t i = 0; i < u->n; i++) {
        struct key *k = &u->keys[i];
        struct signature none = {0};
        if (key_is_lost(k) && usage_effect(&b, k, default_of(old, k), &none) != WORKS_NOT) k->by_cluster = true;
    }
    now->probes = b.probes;
}

/* ---- the story ---- */

bool key_is_lost(const struct key *k)
{
    return !k->blocking && !k->by_cluster && k->new_effect == WORKS_NOT && (k->old_effect == WORKS || k->old_effect == WORKS_BY_FAILING);
}

bool key_is_dead(const struct key *k) { return k->blocking || key_is_lost(k); }

bool usage_rebase(struct bench *b, const struct map *user, struct render *r)
{
    b->probes++;
    if (!render_chart(b->a, b->chart, user, b->env, b->parses, diags_new(b->a, b->inputs), r)) return false;
    b->base = r;
    b->user = user;
    b->places = NULL; /* another bench may still use them */
    b->places_n = b->places_cap = 0;
    b->places_of = NULL;
    return true;
}

struct search {
    const struct successors *all;
    struct key **keys; uint32_t n, cap; /* dead, and not yet found */
};

static void find_successor(void *context, struct bench *old, struct bench *now, uint32_t i)
{
    const struct search *f = context;
    struct successors own = *f->all;
    own.old = old;
    own.now = now;
    successors_find(&own, f->keys[i]);
}

/* Some keys do something only beside others (a size, when the volume is on): once these have found their places, those are
 * looked for again. */
static void find_successors(struct bench *old, struct bench *now, const struct value_changes *defaults, struct successors *s, struct usage *u, struct default_trials **trials)
{
    enum { PASSES = 3 };
    uint32_t before = 0, proved = 0;
    struct successors last = {0};
    for (int pass = 0; pass < PASSES; pass++) {
        struct search f = {.all = s};
        uint32_t open = 0;
        successors_prepare(old, now, defaults, s);
        s->settled = last.settled;
        s->settled_n = last.settled_n;
        last = (struct successors){0};
        before = proved;
        for (uint32_t i = 0; i < u->n; i++)
            if (key_is_dead(&u->keys[i]) && !u->keys[i].renamed_proved) *PUSH(now->a, f.keys, f.n, f.cap) = &u->keys[i];
        usage_lanes(old, now, f.n, find_successor, &f);
        for (uint32_t i = 0; i < f.n; i++) {
            proved += f.keys[i]->renamed_proved;
            if (f.keys[i]->renamed_proved) *PUSH(now->a, last.settled, last.settled_n, last.settled_cap) = f.keys[i]->renamed_to;
            open += !f.keys[i]->renamed_proved;
        }
        successors_settle(u);
        if (!open || proved == before) return;
        struct render *r = NEW(now->a, struct render);
        if (!*trials) *trials = usage_defaults_start(old, now, defaults, u); /* a render keeps one core busy */
        if (!usage_rebase(now, usage_migrated(now->a, u, MIGRATE_PROVED), r)) return;
    }
}

static void gather_outcome(struct bench *old, struct bench *now, const struct value_changes *defaults, struct successors *s, struct usage *u)
{
    if (u->based) successors_prepare(old, now, defaults, s);
    successors_follow(s, u);
    successors_settle(u);
    usage_migrate(s, u);
    usage_nodes(now, u);
}

void usage_find(struct arena *a, struct bench *old, struct bench *now, const struct value_changes *defaults, struct usage *out)
{
    struct env *env = NEW(a, struct env), *given = (struct env *)now->env;
    struct counting c = {.env = given, .calls = now->base_asked};
    *env = *given;
    if (env->lookup) {
        env->lookup = count_lookup;
        env->lookup_context = &c;
        now->env = env;
    }
    usage_keys(a, now->user, out);
    const struct env *here = now->env;
    usage_repair(now, out);
    bool as_installed = now->env == here; /* else the experiments pass over what the chart refuses, or what is in the cluster */
    now->user = out->without;
    now->base = out->based ? &out->base : NULL;
    struct effects effects = {.u = out};
    for (uint32_t i = 0; now->base && i < now->base->files_n; i++) collect_images(a, now->base->files[i].text, &effects.images);
    usage_lanes(old, now, out->n, find_effect, &effects);
    now->base = &out->base;
    if (c.calls && out->based) excuse_by_cluster(now, out, old->chart);
    usage_lists(old, now, out);
    bool any = false;
    for (uint32_t i = 0; i < out->n; i++) {
        struct key *k = &out->keys[i];
        if (k->blocking) k->old_effect = usage_effect(old, k, default_of(now->chart, k), &k->old_signature);
        any = any || key_is_dead(k);
    }
    struct render *base = now->base;
    struct successors s = {.old = old, .now = now, .defaults = defaults};
    struct default_trials *trials = NULL;
    if (out->based && any) find_successors(old, now, defaults, &s, out, &trials);
    gather_outcome(old, now, defaults, &s, out);
    now->base = base;
    now->user = out->without;
    now->places = NULL;
    now->places_n = now->places_cap = 0;
    now->places_of = NULL;
    if (trials) usage_defaults_take(now, trials, out);
    else if (out->based) usage_defaults(old, now, defaults, out);
    now->env = given;
    out->base.env = given;
    if (!as_installed) out->rendered = NULL;
    if (out->rendered) out->rendered->env = out->rendered->exec.env = given;
    out->probes = old->probes + now->probes;
}
