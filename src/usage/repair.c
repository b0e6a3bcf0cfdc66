#include "usage/repair.h"

#include "usage/needs.h"

#include "value/yaml.h"

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
int repair_suspicion(const struct key *k, struct str message)
{
    if (str_has(message, k->path)) return 4;
    if (k->segments > 1 && has_word(message, k->segment[k->segments - 1]) && has_word(message, k->segment[k->segments - 2])) return 3;
    if (has_word(message, k->segment[k->segments - 1])) return 2;
    for (uint32_t i = 0; i < k->segments; i++)
        if (k->segment[i].n > 3 && has_word(message, k->segment[i])) return 1;
    return 0;
}

/* Whether its documents can be read: a map that is ranged over as a list prints keys without names. */
static bool has_manifests(struct arena *a, struct render *r)
{
    struct manifest *v;
    uint32_t n;
    if (render_manifests(a, r, &v, &n, MANIFEST_HEADS)) return true;
    r->error_kind = FAILURE_ERROR;
    return false;
}

struct trial {
    struct bench *now;
    struct usage *u;
    struct map *user;           /* what is left of the user's values */
    struct str error;           /* the present obstacle */
    bool manifests;             /* it renders, and what it renders is no YAML: then that is looked at, too */
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
    bool ok = render_chart(t->now->scratch, t->now->chart, user, t->now->env, t->now->parses, quiet, &r) && (!t->manifests || has_manifests(t->now->scratch, &r));
    bool other = !ok && !str_eq(r.error, t->error);
    if (in_use) *in_use = keys_in_use(t, &r);
    arena_rewind(t->now->scratch, m);
    return ok || other;
}

static void block(struct trial *t, struct obstacle *o, struct key *k, struct str message)
{
    k->blocking = true;
    k->message = message;
    *PUSH(t->now->a, o->keys, o->keys_n, o->keys_cap) = k->path;
    t->user = usage_without(t->now->a, t->user, k->segment, k->segments);
}

/* What to look for, in this order: keys that the message names in full, by their last two segments, by the last, any. */
static const int tiers[][2] = {{4, 4}, {3, 3}, {2, 2}, {0, 1}};
enum { TIERS = sizeof tiers / sizeof *tiers, NAMED_TIERS = 3 };

/* One key whose removal gets past the obstacle: of several the one whose removal leaves the most of the other keys in use
 * (not the switch of the whole feature, if something below it is at fault). */
static bool clear_by_one(struct trial *t, struct obstacle *o, size_t tier)
{
    struct key *best = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < t->u->n && t->tries < MOST_TRIES; i++) {
        struct key *k = &t->u->keys[i];
        int s = repair_suspicion(k, o->message);
        uint32_t in_use;
        if (k->blocking || s < tiers[tier][0] || s > tiers[tier][1]) continue;
        if (!clears(t, usage_without(t->now->a, t->user, k->segment, k->segments), &in_use)) continue;
        if (best && in_use <= most) continue;
        best = k;
        most = in_use;
    }
    if (!best) return false;
    block(t, o, best, o->message);
    return true;
}

static bool is_below(const struct key *k, const struct key *of, uint32_t segments)
{
    if (k->segments < segments) return false;
    for (uint32_t i = 0; i < segments; i++)
        if (!str_eq(k->segment[i], of->segment[i])) return false;
    return true;
}

static bool is_first_below(const struct usage *u, uint32_t i, uint32_t segments)
{
    for (uint32_t k = 0; k < i; k++)
        if (is_below(&u->keys[k], &u->keys[i], segments)) return false;
    return true;
}

/* Blocks those of the chosen keys without which it does not go on: each is put back if that does no harm. */
static void block_needed(struct trial *t, struct obstacle *o, bool *chosen)
{
    struct arena *a = t->now->a;
    for (uint32_t i = 0; i < t->u->n && t->tries < MOST_TRIES; i++) {
        if (!chosen[i]) continue;
        struct map *m = t->user;
        for (uint32_t k = 0; k < t->u->n; k++)
            if (chosen[k] && k != i) m = usage_without(a, m, t->u->keys[k].segment, t->u->keys[k].segments);
        if (clears(t, m, NULL)) chosen[i] = false;
    }
    for (uint32_t i = 0; i < t->u->n; i++)
        if (chosen[i]) block(t, o, &t->u->keys[i], o->message);
}

/* All that is below one node which the message names: "the section `backup` no longer exists". */
static bool clear_by_node(struct trial *t, struct obstacle *o, size_t tier)
{
    struct arena *a = t->now->a;
    for (uint32_t i = 0; i < t->u->n; i++)
        for (uint32_t n = 1; n < t->u->keys[i].segments && t->tries < MOST_TRIES; n++) {
            struct key node = t->u->keys[i];
            node.segments = n;
            node.path = (struct str){0};
            for (uint32_t k = 0; k < n; k++) node.path = path_key(a, node.path, node.segment[k]);
            int s = repair_suspicion(&node, o->message);
            if (s < tiers[tier][0] || s > tiers[tier][1] || !is_first_below(t->u, i, n)) continue;
            if (!clears(t, usage_without(a, t->user, node.segment, n), NULL)) continue;
            bool *chosen = NEW_ARRAY(a, bool, t->u->n);
            for (uint32_t k = 0; k < t->u->n; k++) chosen[k] = !t->u->keys[k].blocking && is_below(&t->u->keys[k], &node, n);
            block_needed(t, o, chosen);
            return o->keys_n > 0;
        }
    return false;
}

/* Several keys together, anywhere. */
static bool clear_by_many(struct trial *t, struct obstacle *o)
{
    bool *chosen = NEW_ARRAY(t->now->a, bool, t->u->n);
    if (!clears(t, map_new(t->now->a), NULL)) return false;
    for (uint32_t i = 0; i < t->u->n; i++) chosen[i] = !t->u->keys[i].blocking;
    block_needed(t, o, chosen);
    return o->keys_n > 0;
}

static bool clear_template(struct trial *t, struct obstacle *o)
{
    for (size_t tier = 0; tier < NAMED_TIERS; tier++)
        if (clear_by_one(t, o, tier) || clear_by_node(t, o, tier)) return true;
    return clear_by_one(t, o, TIERS - 1) || clear_by_many(t, o);
}

/* ---- what the schema refuses ---- */

/* "additional properties 'a', 'b' not allowed": the names. Other messages name no keys of the user's. */
static bool next_extra(struct str *message, struct str *name)
{
    struct str head, rest;
    if (!str_cut(*message, STR("'"), &head, &rest)) return false;
    return str_cut(rest, STR("'"), name, message);
}

static bool is_at_or_below(struct str path, struct str node)
{
    return str_starts(path, node) && (path.n == node.n || path.p[node.n] == '.' || path.p[node.n] == '[');
}

/* The user's keys that a violation is about. */
static uint32_t choose_violating(struct trial *t, const struct violation *v, bool *chosen)
{
    uint32_t n = 0;
    bool extra = str_starts(v->message, STR("additional propert")) || str_has(v->message, STR("additionalProperties"));
    struct str message = v->message, node = v->path;
    while (!extra || next_extra(&message, &node)) {
        if (extra) node = path_key(t->now->a, v->path, node);
        for (uint32_t i = 0; node.n && i < t->u->n; i++) {
            struct key *k = &t->u->keys[i];
            /* A list is one key; the schema names its items. */
            bool about = is_at_or_below(k->path, node) || is_at_or_below(node, k->path);
            if (k->blocking || chosen[i] || !about) continue;
            chosen[i] = true;
            k->message = str_printf(t->now->a, "at '%.*s': %.*s", STR_ARG(v->path), STR_ARG(v->message));
            n++;
        }
        if (!extra) break;
    }
    return n;
}

static bool clear_schema(struct trial *t, struct obstacle *o)
{
    bool *chosen = NEW_ARRAY(t->now->a, bool, t->u->n);
    struct map *m = t->user;
    uint32_t n = 0;
    for (size_t i = 0; i < o->violations.n; i++) n += choose_violating(t, &o->violations.v[i], chosen);
    for (uint32_t i = 0; i < t->u->n; i++)
        if (chosen[i]) m = usage_without(t->now->a, m, t->u->keys[i].segment, t->u->keys[i].segments);
    if (!n || !clears(t, m, NULL)) return false;
    for (uint32_t i = 0; i < t->u->n; i++)
        if (chosen[i]) block(t, o, &t->u->keys[i], t->u->keys[i].message);
    return true;
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

/* The chart's own words: Helm wraps them so that they survive the template's error. */
static struct str own_words(struct str message)
{
    struct str head, rest;
    if (!str_cut(message, STR("HELM_ERR_START"), &head, &rest)) return message;
    str_cut(rest, STR("HELM_ERR_END"), &head, &rest);
    return str_trim(head);
}

static bool is_known(const struct usage *u, struct str message)
{
    for (uint32_t i = 0; i < u->obstacles_n; i++)
        if (str_has(u->obstacles[i].message, message)) return true;
    return false;
}

/* A chart that fails only because of what the cluster holds is judged as a fresh installation. */
static bool render_fresh(struct trial *t, struct render *r)
{
    struct env *env = NEW(t->now->a, struct env);
    if (!t->now->env->lookup) return false;
    *env = *t->now->env;
    env->lookup = NULL;
    env->upgrade = false;
    env->revision = 1;
    if (!render_base(t->now, t->user, r, env)) return false;
    t->now->env = env;
    return true;
}

/* What a template stumbles over behind a refusal that was passed over follows from it, mostly. */
static bool is_consequence(const struct exec *x, uint32_t i)
{
    for (uint32_t k = 0; k < i && x->failures[i].kind == FAILURE_ERROR; k++)
        if (x->failures[k].file == x->failures[i].file) return true;
    return false;
}

/* Nothing of the user's can be taken away to get past it: go on with fail and required passed over. */
static bool render_tolerantly(struct trial *t, struct render *r)
{
    struct env *env = NEW(t->now->a, struct env);
    *env = *t->now->env;
    env->tolerant = true;
    bool ok = render_base(t->now, t->user, r, env);
    for (uint32_t i = 0; i < r->exec.failures_n; i++) {
        const struct failure *f = &r->exec.failures[i];
        struct str words = own_words(f->message);
        if (!words.n || is_known(t->u, words) || is_consequence(&r->exec, i)) continue;
        struct obstacle *o = PUSH(t->now->a, t->u->obstacles, t->u->obstacles_n, t->u->obstacles_cap);
        *o = (struct obstacle){.kind = f->kind, .message = words, .tmpl = f->tmpl, .line = f->line, .column = f->column, .passed_over = true};
    }
    t->now->env = env;
    return ok;
}

void usage_repair(struct bench *now, struct usage *out)
{
    struct trial t = {.now = now, .u = out, .user = (struct map *)now->user};
    if (now->base) {
        out->base = *now->base;
        out->based = true;
        out->without = t.user;
        return;
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct render *r = NEW(now->a, struct render);
        bool rendered = render_base(now, t.user, r, now->env);
        if (rendered && has_manifests(now->a, r)) {
            out->base = *r;
            out->based = true;
            break;
        }
        out->repaired = true;
        t.error = r->error;
        t.manifests = rendered;
        struct obstacle *o = note(&t, r);
        if (o->violations.n ? clear_schema(&t, o) || clear_by_many(&t, o) : clear_template(&t, o)) continue;
        if (rendered) { /* nothing of the user's makes it so */
            out->base = *r;
            out->based = true;
            break;
        }
        const struct env *strict = now->env;
        out->based = render_fresh(&t, r);
        if (!out->based) {
            out->based = render_tolerantly(&t, r);
            needs_find(now, strict, t.user, out);
        }
        out->base = *r;
        break;
    }
    out->without = t.user;
}
