#include "usage/repair.h"

enum { ROUNDS = 32, MOST_TRIES = 400 };

static bool render_base(struct bench *now, const struct map *user, struct render *r, const struct env *env)
{
    struct diags *quiet = diags_new(now->a, now->inputs);
    now->probes++;
    return render_chart(now->a, now->chart, user, env, now->parses, quiet, r);
}

/* Whether the text has the word with no letter, digit or underscore beside it. */
static bool has_word(struct str text, struct str word)
{
    for (size_t from = 0; word.n && from < text.n;) {
        ptrdiff_t i = str_find(str_from_n(text, from), word);
        if (i < 0) return false;
        size_t at = from + (size_t)i, end = at + word.n;
        unsigned char before = at ? (unsigned char)text.p[at - 1] : ' ', after = end < text.n ? (unsigned char)text.p[end] : ' ';
        bool inside = (before >= '0' && before <= '9') || ((before | 32) >= 'a' && (before | 32) <= 'z') || before == '_' ||
                      (after >= '0' && after <= '9') || ((after | 32) >= 'a' && (after | 32) <= 'z') || after == '_';
        if (!inside) return true;
        from = at + 1;
    }
    return false;
}

/* How likely it is that the message is about the key: its whole path is named, its last segments, its last one. */
static int suspicion(const struct key *k, struct str message)
{
    if (str_has(message, k->path)) return 4;
    if (k->segments > 1 && has_word(message, k->segment[k->segments - 1]) && has_word(message, k->segment[k->segments - 2])) return 3;
    if (has_word(message, k->segment[k->segments - 1])) return 2;
    for (uint32_t i = 0; i < k->segments; i++)
        if (k->segment[i].n > 3 && has_word(message, k->segment[i])) return 1;
    return 0;
}

struct trial {
    struct bench *now;
    struct usage *u;
    struct map *user;           /* what is left of the user's values */
    struct str error;           /* the present obstacle */
    uint32_t tries;
};

/* How many of the user's keys a render reads: what a repair leaves in use. */
static uint32_t keys_in_use(struct trial *t, struct render *r)
{
    struct bench seen = *t->now;
    uint32_t n = 0;
    seen.base = r;
    seen.places = NULL;
    seen.places_n = seen.places_cap = 0;
    seen.places_of = NULL;
    seen.a = seen.scratch;
    for (uint32_t i = 0; i < t->u->n; i++) n += usage_reads(&seen, &t->u->keys[i]);
    return n;
}

/* True when without these keys the present obstacle is gone: it renders, or fails elsewhere. *in_use says how much is left. */
static bool clears(struct trial *t, const struct map *user, uint32_t *in_use)
{
    struct arena_mark m = arena_mark(t->now->scratch);
    struct render r;
    struct diags *quiet = diags_new(t->now->scratch, t->now->inputs);
    t->tries++;
    t->now->probes++;
    bool ok = render_chart(t->now->scratch, t->now->chart, user, t->now->env, t->now->parses, quiet, &r);
    bool other = !ok && !str_eq(r.error, t->error);
    if (in_use) *in_use = keys_in_use(t, &r);
    arena_rewind(t->now->scratch, m);
    return ok || other;
}

static void block(struct trial *t, struct obstacle *o, struct key *k)
{
    k->blocking = true;
    k->message = o->message;
    *PUSH(t->now->a, o->keys, o->keys_n, o->keys_cap) = k->path;
}

/* One key whose removal gets past the obstacle: one that the message names, and of several the one whose removal leaves the
 * most of the other keys in use (not the switch of the whole feature, if something below it is at fault). */
static bool clear_by_one(struct trial *t, struct obstacle *o, struct str about)
{
    static const int tiers[][2] = {{4, 4}, {3, 3}, {2, 2}, {0, 1}};
    for (size_t tier = 0; tier < sizeof tiers / sizeof *tiers; tier++) {
        struct key *best = NULL;
        uint32_t most = 0;
        for (uint32_t i = 0; i < t->u->n && t->tries < MOST_TRIES; i++) {
            struct key *k = &t->u->keys[i];
            int s = suspicion(k, about);
            uint32_t in_use;
            if (k->blocking || s < tiers[tier][0] || s > tiers[tier][1]) continue;
            if (!clears(t, usage_without(t->now->a, t->user, k->segment, k->segments), &in_use)) continue;
            if (best && in_use <= most) continue;
            best = k;
            most = in_use;
        }
        if (!best) continue;
        block(t, o, best);
        t->user = usage_without(t->now->a, t->user, best->segment, best->segments);
        return true;
    }
    return false;
}

/* Several keys together: those below one node, then any by halving away what is not needed. */
static bool clear_by_many(struct trial *t, struct obstacle *o)
{
    struct arena *a = t->now->a;
    bool *out = NEW_ARRAY(a, bool, t->u->n);
    struct map *less = map_new(a);
    if (!clears(t, less, NULL)) return false;
    for (uint32_t i = 0; i < t->u->n; i++) out[i] = !t->u->keys[i].blocking;
    for (uint32_t i = 0; i < t->u->n && t->tries < MOST_TRIES; i++) {
        if (!out[i]) continue;
        struct map *m = t->user;
        for (uint32_t k = 0; k < t->u->n; k++)
            if (out[k] && k != i) m = usage_without(a, m, t->u->keys[k].segment, t->u->keys[k].segments);
        if (clears(t, m, NULL)) out[i] = false;
    }
    for (uint32_t i = 0; i < t->u->n; i++) {
        if (!out[i]) continue;
        t->user = usage_without(a, t->user, t->u->keys[i].segment, t->u->keys[i].segments);
        block(t, o, &t->u->keys[i]);
    }
    return o->keys_n > 0;
}

static struct obstacle *note(struct trial *t, const struct render *r)
{
    struct obstacle *o = PUSH(t->now->a, t->u->obstacles, t->u->obstacles_n, t->u->obstacles_cap);
    o->kind = r->error_kind;
    o->message = r->error;
    o->tmpl = r->error_template;
    o->line = r->error_line;
    o->column = r->error_column;
    o->violations = r->violations;
    return o;
}

/* Nothing of the user's can be taken away to get past it: go on with fail and required passed over. */
static bool render_tolerantly(struct trial *t, struct render *r)
{
    struct env *env = NEW(t->now->a, struct env);
    *env = *t->now->env;
    env->tolerant = true;
    render_base(t->now, t->user, r, env);
    for (uint32_t i = 0; i < r->exec.failures_n; i++) {
        const struct failure *f = &r->exec.failures[i];
        bool known = false;
        for (uint32_t k = 0; k < t->u->obstacles_n; k++) known = known || str_has(t->u->obstacles[k].message, f->message);
        if (known) continue;
        struct obstacle *o = PUSH(t->now->a, t->u->obstacles, t->u->obstacles_n, t->u->obstacles_cap);
        *o = (struct obstacle){.kind = f->kind, .message = f->message, .tmpl = f->tmpl, .line = f->line, .column = f->column, .passed_over = true};
    }
    t->now->env = env;
    return !r->error.n;
}

void usage_repair(struct bench *now, struct usage *out)
{
    struct trial t = {.now = now, .u = out, .user = (struct map *)now->user};
    for (int round = 0; round < ROUNDS; round++) {
        struct render *r = NEW(now->a, struct render);
        if (render_base(now, t.user, r, now->env)) {
            out->base = *r;
            out->based = true;
            break;
        }
        out->repaired = true;
        t.error = r->error;
        struct obstacle *o = note(&t, r);
        struct str about = r->error;
        for (size_t i = 0; i < r->violations.n; i++)
            about = str_printf(now->a, "%.*s %.*s", STR_ARG(about), STR_ARG(r->violations.v[i].path));
        if (clear_by_one(&t, o, about) || clear_by_many(&t, o)) continue;
        out->based = render_tolerantly(&t, r);
        out->base = *r;
        break;
    }
    out->without = t.user;
}
