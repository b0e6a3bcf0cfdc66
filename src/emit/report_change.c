/* What changes and why: releases, changelog, the user's values, defaults, objects, images. */
#include "emit/report.h"

#include "value/gofmt.h"
#include "value/yaml.h"

/* ---- releases and their changelog ---- */

static struct str explained(struct report *r, const struct change *x)
{
    struct buf b = buf_new(r->a);
    for (uint32_t i = 0; i < r->f->findings.n; i++) {
        const struct finding *f = &r->f->findings.v[i];
        if (f->subject_kind != SUBJECT_CHANGELOG || !str_eq(f->subject, x->text)) continue;
        for (uint32_t k = 0; k < f->evidence_n; k++) {
            if (!str_starts(f->evidence[k], STR("it explains "))) continue;
            if (b.n) buf_z(&b, ", ");
            buf_add(&b, str_from_n(f->evidence[k], sizeof "it explains " - 1));
        }
    }
    return buf_done(&b);
}

static bool matters(struct report *r, const struct change *x)
{
    return !x->reverted && (x->breaking || x->breaking_by_meaning) && !changelog_reverted_later(r->f->changelog, x, r->p->version_new);
}

static void releases(struct report *r, const uint32_t *between, uint32_t n)
{
    static const char *const columns[] = {"Release", "Date", "Entries", "Of them marked as breaking", NULL};
    struct block *b = doc_table(&r->d, "plain", columns);
    for (uint32_t i = 0; i < n; i++) {
        const struct release *x = &r->f->changelog->v[between[i]];
        uint32_t breaking = 0;
        for (uint32_t k = 0; k < x->changes_n; k++) breaking += x->changes[k].breaking;
        line_text(block_cell(&r->d, b), x->version);
        line_text(block_cell(&r->d, b), x->date.n ? x->date : STR("not dated"));
        line_printf(block_cell(&r->d, b), "%u", x->changes_n);
        line_printf(block_cell(&r->d, b), "%u", breaking);
    }
}

static void changelog(struct report *r)
{
    static const char *const columns[] = {"Entry", "Release", "Listed because", "It explains here", NULL};
    const struct changelog *c = r->f->changelog;
    uint32_t n = 0, rows = 0, *between = c ? changelog_between(r->a, c, r->p->version_old, r->p->version_new, &n) : NULL;
    doc_heading(&r->d, 3, "Releases and their changelog");
    if (!n) {
        doc_text(&r->d, c ? "The changelog has no entry for the releases between the two versions." : "No changelog was among the inputs: what follows rests on the charts alone.");
        return;
    }
    releases(r, between, n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < c->v[between[i]].changes_n; k++) rows += matters(r, &c->v[between[i]].changes[k]);
    if (!rows) {
        doc_text(&r->d, "None of these entries is marked as breaking, and none says by its words that something is renamed, removed or required.");
        return;
    }
    struct block *b = doc_table(&r->d, "wide", columns);
    for (uint32_t i = 0; i < n; i++) {
        const struct release *x = &c->v[between[i]];
        for (uint32_t k = 0; k < x->changes_n; k++) {
            if (!matters(r, &x->changes[k])) continue;
            line_text(block_cell(&r->d, b), x->changes[k].text);
            line_text(block_cell(&r->d, b), x->version);
            line_z(block_cell(&r->d, b), x->changes[k].breaking ? "it is marked as breaking" : "its words say that it breaks something");
            line_text(block_cell(&r->d, b), explained(r, &x->changes[k]));
        }
    }
}

/* ---- values ---- */

enum { MOST_SHOWN = 160 };

/* "https://user:word@host" without the word. */
static struct str without_login(struct arena *a, struct str s)
{
    ptrdiff_t scheme = str_find(s, STR("://")), at = str_find(s, STR("@"));
    if (scheme < 0 || at < scheme) return s;
    return str_printf(a, "%.*s://(secret)%.*s", (int)scheme, s.p, STR_ARG(str_from_n(s, (size_t)at)));
}

static bool names_secret(struct value v)
{
    struct str name = value_str_at(v, "name");
    return name.n && emit_is_secret(name);
}

static void show(struct buf *b, struct str path, struct value v, unsigned depth)
{
    struct arena *a = b->a;
    if (depth > a->guard->max.depth) guard_trip(a->guard, "a value is nested more than %u deep", a->guard->max.depth);
    if (b->n > 4 * MOST_SHOWN) return; /* it is cut anyway */
    if (v.kind == V_LIST) {
        buf_byte(b, '[');
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i) buf_z(b, ", ");
            show(b, path, v.u.list->v[i], depth + 1);
        }
        buf_byte(b, ']');
    } else if (v.kind == V_MAP) {
        bool named = names_secret(v);
        buf_byte(b, '{');
        for (uint32_t i = 0; i < map_len(v); i++) {
            const struct entry *e = &v.u.map->v[i];
            if (i) buf_z(b, ", ");
            buf_add(b, e->key);
            buf_z(b, ": ");
            if (named && str_is(e->key, "value")) buf_z(b, "(secret)");
            else show(b, path_key(a, path, e->key), e->value, depth + 1);
        }
        buf_byte(b, '}');
    } else if (emit_is_secret(path) && v.kind == V_STR && v.n) {
        buf_z(b, "(secret)");
    } else if (v.kind == V_STR) {
        struct str s = v_text(v);
        if (str_chr(s, '\n') >= 0) buf_printf(b, "(text of %zu bytes)", s.n);
        else if (!s.n) buf_z(b, "\"\"");
        else buf_add(b, without_login(a, s));
    } else if (v.kind == V_NIL) {
        buf_z(b, "null");
    } else {
        gofmt_value(b, v);
    }
}

static struct str shown(struct report *r, struct str path, struct value v)
{
    struct buf b = buf_new(r->a);
    show(&b, path, v, 0);
    struct str s = buf_done(&b);
    if (s.n <= MOST_SHOWN) return s;
    size_t n = MOST_SHOWN;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
    return str_printf(r->a, "%.*s...", (int)n, s.p);
}

struct leaf {
    struct str path;
    struct value v;
    bool told;
};

struct leaves {
    struct leaf *v;
    uint32_t n, cap;
};

static void collect(struct report *r, struct str path, struct value v, struct leaves *out, unsigned depth)
{
    if (depth > r->a->guard->max.depth) guard_trip(r->a->guard, "values are nested more than %u deep", r->a->guard->max.depth);
    if (v.kind == V_MAP && (map_len(v) || !path.n)) {
        struct entry **sorted = map_sorted(r->a, v.u.map);
        for (uint32_t i = 0; i < map_len(v); i++) collect(r, path_key(r->a, path, sorted[i]->key), sorted[i]->value, out, depth + 1);
        return;
    }
    *PUSH(r->a, out->v, out->n, out->cap) = (struct leaf){path, v, false};
}

static struct leaf *find_leaf(const struct leaves *l, struct str path)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (str_eq(l->v[i].path, path)) return &l->v[i];
    return NULL;
}

/* The path under which the new version knows this key; "" when it is the same or nobody knows. */
static struct str moved_to(struct report *r, struct str path)
{
    const struct node_fate *best = NULL;
    for (uint32_t i = 0; i < r->f->usage.nodes_n; i++) {
        const struct node_fate *x = &r->f->usage.nodes[i];
        bool below = str_eq(x->path, path) || (str_starts(path, x->path) && path.n > x->path.n && path.p[x->path.n] == '.');
        if (x->to.n && below && (!best || x->path.n > best->path.n)) best = x;
    }
    return best ? str_printf(r->a, "%.*s%.*s", STR_ARG(best->to), STR_ARG(str_from_n(path, best->path.n))) : STR("");
}

static void value_row(struct report *r, struct block *b, const struct leaf *was, const struct leaf *is)
{
    struct line *l = block_cell(&r->d, b);
    line_code(l, was ? was->path : is->path);
    l = block_cell(&r->d, b);
    if (was) line_code(l, shown(r, was->path, was->v));
    else line_z(l, "not set");
    l = block_cell(&r->d, b);
    if (is && was && !str_eq(is->path, was->path)) line_z(line_code(l, is->path), " = ");
    if (is) line_code(l, shown(r, is->path, is->v));
    else line_z(l, "not set any more");
}

static void values(struct report *r)
{
    static const char *const columns[] = {"Key", "Before", "After", NULL};
    struct leaves old = {0}, new = {0};
    uint32_t same = 0;
    doc_heading(&r->d, 3, "Your values, before and after");
    collect(r, STR(""), v_map(r->f->old_side.user), &old, 0);
    collect(r, STR(""), v_map(r->f->planned->user), &new, 0);
    for (uint32_t i = 0; i < old.n; i++) {
        struct leaf *now = find_leaf(&new, old.v[i].path);
        if (!now || !value_same(now->v, old.v[i].v)) continue;
        old.v[i].told = now->told = true;
        same++;
    }
    if (same == old.n && same == new.n) {
        doc_text(&r->d, "They are passed to the new version as they are.");
        return;
    }
    line_printf(&doc_text(&r->d, "")->line, "%.*s as they are. The others are rewritten for the new version; the whole of both is in values-old.yaml and values-new.yaml. What is secret by its name is not shown.",
                STR_ARG(report_count(r->a, same, "key stays", "keys stay")));
    struct block *b = doc_table(&r->d, "wide", columns);
    for (uint32_t i = 0; i < old.n; i++) {
        if (old.v[i].told) continue;
        struct leaf *now = find_leaf(&new, old.v[i].path);
        if (!now) now = find_leaf(&new, moved_to(r, old.v[i].path));
        if (now && now->told) now = NULL;
        if (now) now->told = true;
        value_row(r, b, &old.v[i], now);
    }
    for (uint32_t i = 0; i < new.n; i++)
        if (!new.v[i].told) value_row(r, b, NULL, &new.v[i]);
}

static void defaults(struct report *r)
{
    static const char *const columns[] = {"Key", "Default before", "Default after", "What it changes here", NULL};
    const struct usage *u = &r->f->usage;
    struct block *b = NULL;
    for (uint32_t i = 0; i < u->defaults_n; i++) {
        const struct default_effect *x = &u->defaults[i];
        if (!x->signature.n) continue;
        if (!b) {
            doc_heading(&r->d, 3, "Defaults that you rely on and that change");
            b = doc_table(&r->d, "wide", columns);
        }
        line_code(block_cell(&r->d, b), x->path);
        line_code(block_cell(&r->d, b), shown(r, x->path, x->change->was));
        line_code(block_cell(&r->d, b), shown(r, x->path, x->change->is));
        const struct trait *t = &x->signature.v[0];
        struct line *l = block_cell(&r->d, b);
        if (t->field.n) line_z(line_code(l, t->field), " of ");
        line_code(l, t->object);
        if (x->signature.n > 1) line_printf(l, ", and %u more", x->signature.n - 1);
    }
}

/* ---- objects ---- */

static const struct object_change *change_of(const struct report *r, struct str id)
{
    const struct object_changes *c = &r->f->diff.objects;
    for (uint32_t i = 0; i < c->n; i++)
        if ((c->v[i].from && str_eq(c->v[i].from->id, id)) || (c->v[i].to && str_eq(c->v[i].to->id, id))) return &c->v[i];
    return NULL;
}

/* How many there are. */
static uint32_t fields(struct line *l, const struct object_change *c)
{
    enum { MOST = 3 };
    uint32_t n = 0;
    for (uint32_t i = 0; c && i < c->fields_n; i++) {
        bool again = i && str_eq(c->fields[i].path, c->fields[i - 1].path); /* an item that went and one that came in its place */
        if (again || diff_is_noise(c->fields[i].path)) continue;
        if (n < MOST) line_code(n ? line_z(l, ", ") : l, c->fields[i].path);
        n++;
    }
    if (n > MOST) line_printf(l, " and %u more", n - MOST);
    return n;
}

static void object_row(struct report *r, struct block *b, const struct plan_object *o, const struct object_change *c)
{
    bool renamed = c && c->kind == CHANGE_RENAMED;
    struct line *l = block_cell(&r->d, b);
    line_code(l, o->id);
    l = block_cell(&r->d, b);
    if (renamed) line_code(line_z(l, "becomes "), c->to->id);
    else if (!o->in_old) line_z(l, "is new");
    else if (!o->in_new) line_z(l, "goes away");
    else if (o->compared_by_name) line_z(l, "may change");
    else line_z(l, "changes");
    l = block_cell(&r->d, b);
    bool both = o->in_old && o->in_new, told = (both || renamed) && fields(l, c);
    if (both && !told && !o->compared_by_name) line_z(l, "only what names the version: labels, checksums");
    l = block_cell(&r->d, b);
    line_text(l, o->owner_old.n ? o->owner_old : o->owner_new);
    if (o->owner_old.n && o->owner_new.n && !str_eq(o->owner_old, o->owner_new)) line_text(line_z(l, ", then "), o->owner_new);
}

/* What the words of the last column mean, for those that occur. */
static void owners(struct report *r, const struct plan *p)
{
    static const struct { const char *name, *means; } known[] = {
        {"release", "Helm makes, changes and deletes it, and brings it back."},
        {"hook", "Helm makes it at certain moments only; a rollback does not bring it back."},
        {"hook-applied", "A Job of the chart applies it, so Helm does not know it: the plan takes care of it, in both directions."},
        {"crd", "Helm makes it once and never changes it again: the plan does."},
        {"kept", "Helm makes it and never deletes it."},
        {"adopted", "It is in the cluster already; Helm takes it over."},
    };
    struct block *b = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (uint32_t k = 0; k < p->objects_n; k++) {
            if (!str_is(p->objects[k].owner_old, known[i].name) && !str_is(p->objects[k].owner_new, known[i].name)) continue;
            if (!b) b = doc_list(&r->d);
            line_printf(line_strong(block_cell(&r->d, b), str_from(known[i].name)), ": %s", known[i].means);
            break;
        }
}

static void objects(struct report *r)
{
    static const char *const columns[] = {"Object", "Change", "Fields that differ", "Belongs to", NULL};
    const struct plan *p = r->p;
    uint32_t same = 0;
    bool uncertain = false;
    struct block *b = NULL;
    doc_heading(&r->d, 3, "Objects in the cluster");
    for (uint32_t i = 0; i < p->objects_n; i++) {
        const struct plan_object *o = &p->objects[i];
        const struct object_change *c = change_of(r, o->id);
        if (o->in_old && o->in_new && !o->compared_by_name && str_eq(o->digest_old, o->digest_new)) {
            same++;
            continue;
        }
        if (!o->in_old && c && c->kind == CHANGE_RENAMED) continue; /* told with its predecessor */
        if (!b) b = doc_table(&r->d, "wide", columns);
        object_row(r, b, o, c);
        uncertain |= o->compared_by_name && o->in_old && o->in_new;
    }
    if (uncertain) doc_text(&r->d, "What may change holds a text that depends on chance, on the release's revision or on what is in the cluster.");
    if (same) line_printf(&doc_text(&r->d, "")->line, "%.*s the same, version labels and checksums left out of account.", STR_ARG(report_count(r->a, same, "object is", "objects are")));
    if (b) owners(r, p);
}

static bool among(const struct str *v, uint32_t n, struct str s)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i], s)) return true;
    return false;
}

static void images(struct report *r)
{
    static const char *const columns[] = {"Image", "Change", NULL};
    const struct plan *p = r->p;
    if (!p->images_old_n && !p->images_new_n) return;
    doc_heading(&r->d, 3, "Container images");
    struct block *b = doc_table(&r->d, "plain", columns);
    for (uint32_t i = 0; i < p->images_new_n; i++) {
        line_code(block_cell(&r->d, b), p->images_new[i]);
        line_z(block_cell(&r->d, b), among(p->images_old, p->images_old_n, p->images_new[i]) ? "stays" : "new: the cluster must be able to pull it");
    }
    for (uint32_t i = 0; i < p->images_old_n; i++) {
        if (among(p->images_new, p->images_new_n, p->images_old[i])) continue;
        line_code(block_cell(&r->d, b), p->images_old[i]);
        line_z(block_cell(&r->d, b), "no longer used; the way back needs it");
    }
}

void report_change(struct report *r)
{
    doc_heading(&r->d, 2, "What changes, and why");
    changelog(r);
    values(r);
    defaults(r);
    if (!r->p->forward.n) return;
    objects(r);
    images(r);
}
