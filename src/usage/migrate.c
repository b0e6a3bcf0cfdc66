#include "usage/migrate.h"

#include "usage/lists.h"
#include "usage/repair.h"
#include "value/yaml.h"

enum { ROUNDS = 32 };

static bool moves(const struct key *k, enum migrate which) { return k->renamed_to.n && (k->renamed_proved || which == MIGRATE_ALL); }

struct map *usage_migrated(struct arena *a, const struct usage *u, enum migrate which)
{
    struct map *m = value_copy(a, v_map(u->given)).u.map;
    for (uint32_t i = 0; i < u->n; i++)
        if (key_is_dead(&u->keys[i]) && !u->keys[i].comes_back) m = usage_without(a, m, u->keys[i].segment, u->keys[i].segments);
    for (uint32_t i = 0; i < u->n; i++) {
        const struct key *k = &u->keys[i];
        uint32_t n;
        bool taken;
        if (!key_is_dead(k) || !moves(k, which)) continue;
        struct str *segment = usage_segments(a, k->renamed_to, &n);
        usage_get(m, segment, n, &taken);
        if (!taken) m = usage_with_at(a, m, segment, n, k->value, k->at);
    }
    return list_migrated(a, u, m);
}

/* The moved key that the message is about: by its new path, or the last two segments of it. */
static struct key *key_in_message(struct arena *a, struct usage *u, struct str message)
{
    struct key *best = NULL;
    int most = 1;
    for (uint32_t i = 0; i < u->n; i++) {
        struct key *k = &u->keys[i], at;
        if (!key_is_dead(k) || !k->renamed_to.n) continue;
        at.path = k->renamed_to;
        at.segment = usage_segments(a, k->renamed_to, &at.segments);
        int s = repair_suspicion(&at, message);
        if (s <= most) continue;
        best = k;
        most = s;
    }
    return best;
}

static void note(struct bench *now, struct usage *u, const struct render *r, const struct key *k)
{
    for (uint32_t i = 0; i < u->obstacles_n; i++)
        if (str_eq(u->obstacles[i].message, r->error)) return;
    struct obstacle *o = PUSH(now->a, u->obstacles, u->obstacles_n, u->obstacles_cap);
    *o = (struct obstacle){.kind = r->error_kind, .message = r->error, .tmpl = r->error_template, .line = r->error_line, .column = r->error_column,
                           .violations = r->violations, .migrated = true};
    if (k) *PUSH(now->a, o->keys, o->keys_n, o->keys_cap) = k->renamed_to;
}

/* The message may say where the key went from there ("controller.x has been renamed to controller.y"). */
static void move_on(struct successors *s, struct key *k, struct str message)
{
    struct arena *a = s->now->a;
    struct key at = {.path = k->renamed_to, .message = message};
    at.segment = usage_segments(a, k->renamed_to, &at.segments);
    struct str next = successor_in_message(s, &at);
    bool known = next.n && !str_eq(next, k->path);
    k->renamed_to = known ? next : (struct str){0};
    k->renamed_proved = false;
    k->confidence = known ? 80 : 0;
}

/* What did nothing because the switch of its part had another name does something again beside the new one. */
static bool find_coming_back(struct bench *b, struct usage *u)
{
    bool any = false;
    for (uint32_t i = 0; i < u->n; i++) {
        struct key *k = &u->keys[i];
        struct value_edit e = {.segment = k->segment, .segments = k->segments, .value = k->value};
        struct signature sig = {0};
        if (!key_is_lost(k) || k->renamed_to.n || !k->old_signature.n || !usage_reads_path(b, k->segment, k->segments)) continue;
        k->comes_back = usage_probe(b, &e, 1, &sig) == WORKS && signature_meets(&k->old_signature, &sig, k->value);
        any = any || k->comes_back;
    }
    return any;
}

static bool any_moves(const struct usage *u)
{
    for (uint32_t i = 0; i < u->n; i++)
        if (key_is_dead(&u->keys[i]) && u->keys[i].renamed_to.n) return true;
    return false;
}

/* The migrated values once more with what comes back. */
static void keep_coming_back(struct bench *b, struct usage *u)
{
    struct render *r = NEW(b->a, struct render);
    struct bench with = *b;
    if (!any_moves(u) || !find_coming_back(b, u)) return;
    struct map *m = usage_migrated(b->a, u, MIGRATE_ALL);
    if (usage_rebase(&with, m, r)) {
        u->migrated = m;
        u->rendered = with.base;
        return;
    }
    for (uint32_t i = 0; i < u->n; i++) u->keys[i].comes_back = false;
}

void usage_migrate(struct successors *s, struct usage *u)
{
    struct bench *now = s->now;
    u->migrated = u->without;
    for (uint32_t i = 0; i < u->n; i++) u->changed = u->changed || key_is_dead(&u->keys[i]);
    for (uint32_t i = 0; i < u->fields_n; i++) u->changed = u->changed || field_is_lost(&u->fields[i]);
    if (!u->changed || !u->based) return;
    for (int round = 0; round < ROUNDS; round++) {
        struct render *r = NEW(now->a, struct render);
        struct map *m = usage_migrated(now->a, u, MIGRATE_ALL);
        struct bench b = *now;
        bool known = value_same(v_map(m), v_map((struct map *)(uintptr_t)now->user)); /* the last pass of the search may have been made with them */
        if (known || usage_rebase(&b, m, r)) {
            u->migrated = m;
            u->rendered = b.base;
            keep_coming_back(&b, u);
            break;
        }
        struct key *k = key_in_message(now->a, u, r->error);
        note(now, u, r, k);
        if (!k) break;
        move_on(s, k, r->error);
    }
    now->probes++;
}
