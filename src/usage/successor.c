#include "usage/successor.h"

#include "value/yaml.h"

enum { MOST_PLACES = 20000, MOST_CANDIDATES = 10, GOOD_ENOUGH = 50, SURE = 90, PERFECT = 98, LEAVES = 75, NEVER = 101, NEARLY = 90, TOLD = 80 };

struct candidate {
    struct str path;
    int score;        /* evidence: which are tried first */
    bool stranger;    /* nothing but its being new suggests it */
    int unproved;     /* confidence when no experiment confirms it; 0: then it is nothing */
};
struct candidates {
    struct candidate v[MOST_CANDIDATES];
    uint32_t n;
};

/* ---- the places ---- */

static void collect(struct successors *s, struct value v, const struct str *segment, uint32_t n, struct str path, const struct words *whole)
{
    struct arena *a = s->now->a;
    if (v.kind != V_MAP || n >= 24) return;
    for (uint32_t i = 0; i < map_len(v) && s->n < MOST_PLACES; i++) {
        const struct entry *e = &v.u.map->v[i];
        if (origin_get(s->now->origins, e->at)->layer >= LAYER_USER && e->value.kind != V_MAP) continue;
        struct place_node *p = PUSH(a, s->v, s->n, s->cap);
        p->segment = NEW_ARRAY(a, struct str, n + 1);
        if (n) memcpy(p->segment, segment, n * sizeof *segment);
        p->segment[n] = e->key;
        p->segments = n + 1;
        p->path = path_key(a, path, e->key);
        p->value = e->value;
        p->whole = *whole;
        words_add(&p->last, e->key);
        words_add(&p->whole, e->key);
        usage_get(s->old->base->values, p->segment, p->segments, &p->in_old);
        struct place_node here = *p;
        collect(s, e->value, here.segment, n + 1, here.path, &here.whole);
    }
}

void successors_prepare(struct bench *old, struct bench *now, const struct value_changes *defaults, struct successors *out)
{
    struct words none = {0};
    if (out->base == now->base) return;
    *out = (struct successors){.old = old, .now = now, .base = now->base, .defaults = defaults};
    collect(out, v_map(now->base->values), NULL, 0, (struct str){0}, &none);
}

/* ---- evidence ---- */

static void consider(struct candidates *c, struct str path, int score, int unproved)
{
    uint32_t at = c->n;
    for (uint32_t i = 0; i < c->n; i++) {
        if (!str_eq(c->v[i].path, path)) continue;
        if (c->v[i].unproved > unproved) unproved = c->v[i].unproved;
        if (c->v[i].score >= score) {
            c->v[i].unproved = unproved;
            return;
        }
        memmove(&c->v[i], &c->v[i + 1], (c->n - i - 1) * sizeof *c->v);
        at = --c->n;
        break;
    }
    while (at > 0 && c->v[at - 1].score < score) at--;
    if (at >= MOST_CANDIDATES) return;
    if (c->n == MOST_CANDIDATES) c->n--;
    memmove(&c->v[at + 1], &c->v[at], (c->n - at) * sizeof *c->v);
    c->v[at] = (struct candidate){.path = path, .score = score, .unproved = unproved};
    c->n++;
}

static struct str path_of(struct arena *a, const struct str *segment, uint32_t n)
{
    struct str path = {0};
    for (uint32_t i = 0; i < n; i++) path = path_key(a, path, segment[i]);
    return path;
}

/* The key's path with its first `n` segments replaced. */
static struct str moved(struct arena *a, const struct key *k, uint32_t n, struct str to)
{
    for (uint32_t i = n; i < k->segments; i++) to = path_key(a, to, k->segment[i]);
    return to;
}

static const struct place_node *place_named(const struct successors *s, struct str path)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (str_eq(s->v[i].path, path)) return &s->v[i];
    return NULL;
}

/* Renames that the two charts' defaults suggest, for the node itself or one above it. */
static void from_defaults(struct successors *s, const struct key *k, struct candidates *out)
{
    struct arena *a = s->now->a;
    for (uint32_t n = k->segments; n > 0; n--) {
        struct str path = path_of(a, k->segment, n);
        for (uint32_t i = 0; i < s->defaults->n; i++) {
            const struct value_change *d = &s->defaults->v[i];
            if (d->kind != CHANGE_RENAMED || !str_eq(path, d->path)) continue;
            /* Out of a section that lives on into another one: that takes an experiment. */
            bool stays = n == 1 || !place_named(s, k->segment[0]) || str_starts(d->to, str_concat(a, k->segment[0], STR(".")));
            consider(out, moved(a, k, n, d->to), 200 + d->confidence + (int)n, d->confidence >= 70 && stays ? d->confidence : 0);
        }
    }
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool promises(struct str message)
{
    static const char *const words[] = {"instead", "renamed", "replaced", "moved", "use ", "Use "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_has(message, str_from(words[i]))) return true;
    return false;
}

/* Whether the new chart has the place, or at least the map in which it would be (a default may stand there as a comment). */
static bool is_place(const struct successors *s, struct str path)
{
    ptrdiff_t dot = str_find_last(path, STR("."));
    return place_named(s, path) || (dot > 0 && str_chr(str_sub(path, 0, (size_t)dot), '.') > 0 && place_named(s, str_sub(path, 0, (size_t)dot)));
}

/* "please use image.digest instead": places of the new chart that its message names beside the key. */
static void from_message(struct successors *s, const struct key *k, struct candidates *out)
{
    struct arena *a = s->now->a;
    struct str m = k->message;
    if (!promises(m)) return;
    for (size_t i = 0; i < m.n;) {
        size_t from = i;
        while (i < m.n && is_word_byte(m.p[i])) i++;
        struct str word = str_sub(m, from, i);
        if (i == from) i++;
        while (word.n && (word.p[word.n - 1] == '.' || word.p[word.n - 1] == '-')) word.n--;
        word = str_trim_prefix(str_trim_prefix(word, STR(".")), STR("Values."));
        if (word.n < 3 || !is_place(s, word)) continue;
        for (uint32_t n = k->segments; n > 0; n--) {
            struct str above = path_of(a, k->segment, n);
            if (str_eq(above, word) || str_starts(k->path, str_concat(a, word, STR(".")))) break;
            if (str_has(m, above)) consider(out, moved(a, k, n, word), 180 + (int)n, 80);
        }
    }
}

struct str successor_in_message(struct successors *s, const struct key *k)
{
    struct candidates c = {0};
    from_message(s, k, &c);
    return c.n ? c.v[0].path : (struct str){0};
}

/* Values for all charts at once override a setting; the setting itself is elsewhere. */
static bool is_shared(const struct place_node *p)
{
    for (uint32_t i = 0; i < p->segments; i++)
        if (str_is(p->segment[i], "global")) return true;
    return false;
}

static bool fits(struct value have, struct value there)
{
    if (there.kind == V_NIL || have.kind == V_NIL) return true;
    bool container = have.kind == V_MAP || have.kind == V_LIST, other = there.kind == V_MAP || there.kind == V_LIST;
    if (container != other) return false;
    return !container || have.kind == there.kind;
}

/* Whether two maps have most of their keys in common, two at least. */
static bool same_shape(struct value x, struct value y)
{
    uint32_t both = 0;
    if (x.kind != V_MAP || y.kind != V_MAP || map_len(x) < 2 || map_len(y) < 2) return false;
    for (uint32_t i = 0; i < map_len(x); i++) both += map_find(y.u.map, x.u.map->v[i].key) != NULL;
    return both >= 2 && 3 * both >= map_len(x) + map_len(y) - both;
}

/* Places whose names resemble those of the key, or of the node above it. */
static void from_names(struct successors *s, const struct key *k, struct candidates *out)
{
    struct arena *a = s->now->a;
    uint32_t lowest = k->segments > 2 ? k->segments - 2 : 1;
    for (uint32_t n = k->segments; n >= lowest; n--) {
        struct words last = {0}, whole = {0};
        bool found, grown;
        for (uint32_t i = 0; i < n; i++) words_add(&whole, k->segment[i]);
        words_add(&last, k->segment[n - 1]);
        struct value have = usage_get(s->now->user, k->segment, n, &found), was = usage_get(s->old->base->values, k->segment, n, &found);
        if (n == k->segments) have = k->value;
        else if (have.kind == V_NIL) have = was;
        struct str path = path_of(a, k->segment, n);
        struct value is = usage_get(s->now->base->values, k->segment, n, &grown);
        grown = grown && is.kind == V_MAP && have.kind != V_MAP;
        for (uint32_t i = 0; i < s->n; i++) {
            const struct place_node *p = &s->v[i];
            if (!fits(have, p->value) || str_eq(p->path, path)) continue;
            int near = words_likeness(&last, &p->last), far = words_likeness(&whole, &p->whole), score = (6 * near + 4 * far) / 10;
            if (grown && str_starts(p->path, path) && p->path.n > path.n && p->path.p[path.n] == '.') score += 40;
            if (have.kind == V_MAP && same_shape(was, p->value)) score += 40;
            if (!near && score < 60) continue;
            if (p->in_old) score -= 10;
            if (is_shared(p) && !str_is(k->segment[0], "global")) score -= 15;
            score -= 4 * (int)(k->segments - n);
            if (score < 40) continue;
            consider(out, moved(a, k, n, p->path), score, 0);
        }
        if (n == 1) break;
    }
}

/* Places beside the key that the old chart lacks, whatever they are called: one of them may be what it became. Only an experiment
 * that brings all of it back in the same objects can tell. */
static void from_new(const struct successors *s, const struct key *k, struct candidates *c)
{
    enum { LEAST = 1 };
    for (uint32_t i = 0; i < s->n && c->n < MOST_CANDIDATES; i++) {
        const struct place_node *p = &s->v[i];
        bool beside = !p->in_old && p->segments == k->segments && p->value.kind != V_MAP && fits(k->value, p->value), known = false;
        for (uint32_t j = 0; j + 1 < k->segments && beside; j++) beside = str_eq(p->segment[j], k->segment[j]);
        for (uint32_t j = 0; j < c->n && beside; j++) known = known || str_eq(c->v[j].path, p->path);
        if (beside && !known && !is_shared(p)) c->v[c->n++] = (struct candidate){.path = p->path, .score = LEAST, .stranger = true};
    }
}

/* ---- entries that the user named ---- */

/* A map of like entries, each a map itself: pools, classes, hosts by name. */
static bool is_family(struct value v)
{
    if (v.kind != V_MAP || !map_len(v)) return false;
    for (uint32_t i = 0; i < map_len(v); i++)
        if (v.u.map->v[i].value.kind != V_MAP) return false;
    return true;
}

/* How many of the key's segments name an entry of the user's own in such a map, which the new chart still has; 0: none. What is
 * said of it has no place in a neighbour, nor anywhere else outside of it: at best another one below it. */
static uint32_t own_entry(const struct successors *s, const struct key *k)
{
    for (uint32_t n = 1; n < k->segments; n++) {
        bool found;
        struct value was = usage_get(s->old->chart->values.u.map, k->segment, n, &found), is = usage_get(s->now->chart->values.u.map, k->segment, n, &found);
        if (!is_family(was) || !is_family(is)) continue;
        usage_get(s->old->chart->values.u.map, k->segment, n + 1, &found);
        if (!found) return n + 1;
    }
    return 0;
}

static bool is_prefix(struct str x, struct str y) { return y.n > x.n && y.p[x.n] == '.' && str_starts(y, x); }

static void keep_own(const struct successors *s, const struct key *k, struct candidates *c)
{
    uint32_t n = own_entry(s, k), kept = 0;
    struct str entry = path_of(s->now->a, k->segment, n);
    for (uint32_t i = 0; n && i < c->n; i++)
        if (is_prefix(entry, c->v[i].path)) c->v[kept++] = c->v[i];
    if (n) c->n = kept;
}

/* What is said to one subchart is not said to another that was there before: two of one kind make the same difference. */
static bool is_subchart(const struct chart *c, struct str name)
{
    for (uint32_t i = 0; i < c->deps_n; i++)
        if (str_eq(c->deps[i].alias.n ? c->deps[i].alias : c->deps[i].name, name)) return true;
    return false;
}

static void keep_subchart(const struct successors *s, const struct key *k, struct candidates *c)
{
    uint32_t kept = 0;
    if (!is_subchart(s->old->chart, k->segment[0])) return;
    for (uint32_t i = 0; i < c->n; i++) {
        struct str first, rest;
        str_cut(c->v[i].path, STR("."), &first, &rest);
        if (str_eq(first, k->segment[0]) || !is_subchart(s->old->chart, first)) c->v[kept++] = c->v[i];
    }
    c->n = kept;
}

/* ---- the experiment ---- */

/* A path that differs in one segment alone: objects and their parts are likely to be renamed in the same way. */
static struct respelling respelling_of(const struct key *k, const struct str *to, uint32_t to_n)
{
    struct respelling r = {0};
    if (to_n != k->segments) return r;
    for (uint32_t i = 0; i < to_n; i++) {
        if (str_eq(k->segment[i], to[i])) continue;
        if (r.was.n) return (struct respelling){0};
        r = (struct respelling){k->segment[i], to[i]};
    }
    return r;
}

/* All of the old difference is there as it was: in the same objects, of the same values. */
static bool is_same_difference(const struct signature *was, const struct signature *is)
{
    for (uint32_t i = 0; i < was->n; i++) {
        bool there = was->v[i].noise;
        for (uint32_t k = 0; k < is->n && !there; k++) there = str_eq(was->v[i].object, is->v[k].object) && value_same(was->v[i].from, is->v[k].to);
        if (!there) return false;
    }
    return true;
}

static int try_candidate(struct successors *s, struct key *k, const struct candidate *c)
{
    struct str path = c->path;
    struct bench *now = s->now;
    struct signature sig = {0};
    struct value_edit e[] = {{k->segment, k->segments, .drop = true, .unread = true}, {.value = k->value}};
    bool taken;
    e[1].segment = usage_segments(now->a, path, &e[1].segments);
    usage_get(now->user, e[1].segment, e[1].segments, &taken);
    if (taken || !usage_reads_path(now, e[1].segment, e[1].segments)) return 0;
    enum works w = usage_probe(now, e, 2, &sig);
    if (w == WORKS_BY_FAILING) return 0; /* it may yet render when other keys have found their places: not noted */
    struct respelling r = respelling_of(k, e[1].segment, e[1].segments);
    int like = w == WORKS ? signature_likeness(now->a, &k->old_signature, &sig, k->value, &r) : 0;
    if (c->stranger && (like < SURE || !is_same_difference(&k->old_signature, &sig))) like = 0;
    *PUSH(now->a, k->tried, k->tried_n, k->tried_cap) = (struct trial_place){path, like};
    return like;
}

/* All candidates at once: when nothing of the old difference comes back, none of them is the successor, and one render said so. */
static bool any_may_be(struct successors *s, const struct key *k, const struct candidates *c)
{
    struct bench *now = s->now;
    struct value_edit e[MOST_CANDIDATES + 1] = {{k->segment, k->segments, .drop = true, .unread = true}};
    struct signature sig = {0};
    uint32_t n = 1;
    for (uint32_t i = 0; i < c->n; i++) {
        bool taken;
        for (uint32_t j = 0; j < c->n; j++)
            if (is_prefix(c->v[i].path, c->v[j].path)) return true; /* they exclude each other */
        e[n] = (struct value_edit){.value = k->value};
        e[n].segment = usage_segments(now->a, c->v[i].path, &e[n].segments);
        usage_get(now->user, e[n].segment, e[n].segments, &taken);
        if (taken || !usage_reads_path(now, e[n].segment, e[n].segments)) continue;
        n++;
    }
    if (n == 1) return false;
    enum works w = usage_probe(now, e, n, &sig);
    return w == WORKS_BY_FAILING || (w == WORKS && signature_meets(&k->old_signature, &sig, k->value));
}

/* How much of the old difference must come back: more where the chart itself says otherwise, and where the key would leave a
 * section that lives on for another one. */
static int needed(const struct successors *s, const struct key *k, struct str path, bool against_the_chart)
{
    bool leaves = k->segments > 1 && place_named(s, k->segment[0]) && !str_starts(path, str_concat(s->now->a, k->segment[0], STR(".")));
    const struct place_node *p = place_named(s, path);
    if (leaves && p && p->in_old && usage_reads_path(s->old, p->segment, p->segments)) return NEVER; /* a setting of another part, as before */
    return against_the_chart ? SURE : leaves ? LEAVES : GOOD_ENOUGH;
}

/* Whether one of two places stands in the map that holds the other, or below it. */
static bool is_beside(struct str x, struct str y)
{
    ptrdiff_t i = str_find_last(x, STR(".")), j = str_find_last(y, STR("."));
    return (i > 0 && str_starts(y, str_sub(x, 0, (size_t)i + 1))) || (j > 0 && str_starts(x, str_sub(y, 0, (size_t)j + 1)));
}

/* What an earlier try of the place brought, if nothing beside it has been settled since: another would bring the same. */
static const struct trial_place *earlier_try(const struct successors *s, const struct key *k, struct str path)
{
    const struct trial_place *t = NULL;
    for (uint32_t i = 0; i < k->tried_n; i++)
        if (str_eq(k->tried[i].path, path)) t = &k->tried[i];
    for (uint32_t j = 0; j < s->settled_n && t; j++)
        if (is_beside(path, s->settled[j])) t = NULL;
    return t;
}

void successors_find(struct successors *s, struct key *k)
{
    struct candidates c = {0};
    int best = 0;
    from_defaults(s, k, &c);
    from_message(s, k, &c);
    from_names(s, k, &c);
    keep_own(s, k, &c);
    keep_subchart(s, k, &c);
    from_new(s, k, &c);
    bool told = c.n && c.v[0].unproved >= TOLD; /* then only what is sure may win over it */
    /* The charts themselves suggest it, or the name is as good as the same: it is tried before all are at once, which may get in
     * each other's way. */
    bool first = c.n && (c.v[0].unproved || c.v[0].score >= NEARLY);
    bool possible = first || c.n < 2 || any_may_be(s, k, &c);
    for (uint32_t i = 0; i < c.n && possible && best < PERFECT && !(told && best > SURE); i++) {
        if (first && i == 1 && c.n > 2 && !any_may_be(s, k, &c)) break;
        const struct trial_place *earlier = earlier_try(s, k, c.v[i].path);
        int like = earlier ? earlier->like : try_candidate(s, k, &c.v[i]);
        if (like <= best || like < needed(s, k, c.v[i].path, told && i)) continue;
        if (best && told && like <= SURE) continue;
        best = like;
        k->renamed_to = c.v[i].path;
        k->confidence = like > SURE ? 100 : like;
        k->renamed_proved = true;
    }
    for (uint32_t i = 0; i < c.n && !best; i++) {
        if (!c.v[i].unproved || (k->renamed_to.n && c.v[i].unproved <= k->confidence)) continue;
        k->renamed_to = c.v[i].path;
        k->confidence = c.v[i].unproved;
    }
}

/* ---- siblings ---- */

static bool follow(struct successors *s, struct key *k, const struct key *sure)
{
    struct arena *a = s->now->a;
    uint32_t m, n = sure->segments;
    struct str *to = usage_segments(a, sure->renamed_to, &m);
    while (n > 1 && m > 1 && str_eq(sure->segment[n - 1], to[m - 1])) n--, m--;
    for (; n < sure->segments; n++, m++) {
        bool below = n < k->segments;
        for (uint32_t i = 0; i < n && below; i++) below = str_eq(k->segment[i], sure->segment[i]);
        if (!below) return false;
        struct str there = moved(a, k, n, path_of(a, to, m));
        uint32_t own = own_entry(s, k);
        if (!place_named(s, there) || (own && !is_prefix(path_of(a, k->segment, own), there))) continue;
        k->renamed_to = there;
        k->confidence = 85;
        return true;
    }
    return false;
}

void successors_follow(struct successors *s, struct usage *u)
{
    for (uint32_t i = 0; i < u->n; i++) {
        struct key *k = &u->keys[i];
        if (!key_is_dead(k) || k->renamed_proved || k->confidence >= 95) continue;
        for (uint32_t j = 0; j < u->n; j++)
            if (key_is_dead(&u->keys[j]) && u->keys[j].renamed_proved && follow(s, k, &u->keys[j])) break;
    }
}

/* ---- two keys, one successor ---- */

static int nearness(const struct key *k)
{
    struct words have = {0}, to = {0};
    words_add(&have, k->path);
    words_add(&to, k->renamed_to);
    return words_likeness(&have, &to);
}

void successors_settle(struct usage *u)
{
    for (uint32_t i = 0; i < u->n; i++)
        for (uint32_t j = i + 1; j < u->n; j++) {
            struct key *x = &u->keys[i], *y = &u->keys[j];
            if (!x->renamed_to.n || !str_eq(x->renamed_to, y->renamed_to)) continue;
            struct key *loser = nearness(x) >= nearness(y) ? y : x;
            loser->renamed_to = (struct str){0};
            loser->renamed_proved = false;
            loser->confidence = 0;
        }
}
