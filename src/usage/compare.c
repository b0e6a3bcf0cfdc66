#include "usage/compare.h"

#include "kube/noise.h"
#include "usage/words.h"
#include "value/yaml.h"

struct doc {
    struct str id;
    struct value v;
};
struct docs {
    struct doc *v;
    uint32_t n, cap;
};

static void add_doc(struct arena *a, struct str release_ns, struct value v, struct docs *out)
{
    struct value meta = value_at(v, "metadata", NULL);
    if (v.kind != V_MAP) return;
    struct str ns = value_str_at(meta, "namespace");
    if (str_eq(ns, release_ns)) ns = (struct str){0};
    struct str id = str_printf(a, "%.*s/%.*s%s%.*s", STR_ARG(value_str_at(v, "kind")), STR_ARG(ns), ns.n ? "/" : "", STR_ARG(value_str_at(meta, "name")));
    *PUSH(a, out->v, out->n, out->cap) = (struct doc){id, v};
}

static void read_docs(struct arena *a, struct str release_ns, struct str text, struct docs *out)
{
    struct yaml_options o = {0};
    struct list *all;
    struct str error;
    struct place at;
    if (!yaml_read_all(a, text, &o, &all, &error, &at)) return;
    for (uint32_t i = 0; i < all->n; i++) add_doc(a, release_ns, all->v[i], out);
}

/* ---- only the documents around the difference are read ---- */

enum { CHUNK = 64 }; /* bytes compared at once */

static bool at_separator(struct str s, size_t i) { return i + 3 <= s.n && memcmp(s.p + i, "---", 3) == 0 && (i == 0 || s.p[i - 1] == '\n'); }

/* Where the document begins in which the texts first differ. */
static size_t common_head(struct str x, struct str y)
{
    size_t n = x.n < y.n ? x.n : y.n, i = 0;
    while (i + CHUNK <= n && memcmp(x.p + i, y.p + i, CHUNK) == 0) i += CHUNK;
    while (i < n && x.p[i] == y.p[i]) i++;
    while (i > 0 && !(i < n && at_separator(x, i) && at_separator(y, i))) i--;
    return i;
}

/* How many bytes at the end are documents that both have, beyond `head`. */
static size_t common_tail(struct str x, struct str y, size_t head)
{
    size_t n = (x.n < y.n ? x.n : y.n) - head, i = 0;
    while (i + CHUNK <= n && memcmp(x.p + x.n - i - CHUNK, y.p + y.n - i - CHUNK, CHUNK) == 0) i += CHUNK;
    while (i < n && x.p[x.n - 1 - i] == y.p[y.n - 1 - i]) i++;
    while (i > 0 && !(at_separator(x, x.n - i) && at_separator(y, y.n - i))) i--;
    return i;
}

/* A part of the base render's text with its documents: the next key is likely to change the same ones. */
struct read_text {
    struct str text;
    struct docs docs;
    struct read_text *next;
};

static const struct manifest *known_at(const struct bench *b, const char *p)
{
    for (uint32_t i = 0; i < b->known_n; i++)
        if (b->known[i].text.p == p && b->known[i].text.n) return &b->known[i];
    return NULL;
}

/* The documents of a text of the base's, from the manifests that it was taken apart into. False where one is not among these (a hook of no
 * known event), and all have to be read. */
static bool take_known(struct bench *b, struct str text, struct docs *out)
{
    for (size_t i = 0; b->known_n && i < text.n;) {
        while (i < text.n && strchr(" \t\r\n", text.p[i])) i++;
        if (i == text.n) return true;
        if (at_separator(text, i)) {
            i += 3;
            continue;
        }
        const struct manifest *m = known_at(b, text.p + i);
        if (!m || m->text.n > text.n - i) return false;
        add_doc(b->a, b->ns, m->object, out);
        i += m->text.n;
    }
    return b->known_n > 0;
}

static void read_base_docs(struct bench *b, struct str text, struct docs *out)
{
    struct read_text *r = b->read;
    while (r && (r->text.p != text.p || r->text.n != text.n)) r = r->next;
    if (!r) {
        r = NEW(b->a, struct read_text);
        *r = (struct read_text){.text = text, .next = b->read};
        b->read = r;
        if (!take_known(b, text, &r->docs)) {
            r->docs.n = 0;
            read_docs(b->a, b->ns, text, &r->docs);
        }
    }
    for (uint32_t i = 0; i < r->docs.n; i++) *PUSH(b->scratch, out->v, out->n, out->cap) = r->docs.v[i];
}

static void read_both(struct bench *b, struct str x, struct str y, struct docs *was, struct docs *is)
{
    size_t head = common_head(x, y), tail = common_tail(x, y, head);
    read_base_docs(b, str_sub(x, head, x.n - tail), was);
    read_docs(b->scratch, b->ns, str_sub(y, head, y.n - tail), is);
}

/* ---- documents ---- */

static const struct doc *find_doc(const struct docs *d, struct str id)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (str_eq(d->v[i].id, id)) return &d->v[i];
    return NULL;
}

/* The name of the innermost named item of a list on the way to a field: "containers[0].env[3].value" is about the variable of
 * that name. */
static struct str item_name(struct bench *b, struct value v, struct str field)
{
    struct str name = {0};
    for (size_t i = 0; i < field.n;) {
        if (field.p[i] == '[') {
            uint32_t index = 0;
            for (i++; i < field.n && field.p[i] != ']'; i++) index = index * 10 + (uint32_t)(field.p[i] - '0');
            i++;
            v = v.kind == V_LIST && index < list_len(v) ? v.u.list->v[index] : NIL;
            struct str n = value_str_at(v, "name");
            if (n.n) name = n;
        } else if (field.p[i] == '.') {
            i++;
        } else {
            struct buf key = buf_new(b->scratch);
            for (; i < field.n && field.p[i] != '.' && field.p[i] != '['; i++) {
                if (field.p[i] == '\\' && i + 1 < field.n) i++;
                buf_byte(&key, field.p[i]);
            }
            v = v.kind == V_MAP ? map_get(v.u.map, buf_str(&key)) : NIL;
        }
    }
    return name;
}

static void add_trait(struct bench *b, struct signature *sig, struct str object, struct str field, struct str item, struct value from, struct value to)
{
    if (!sig) return;
    struct trait *t = PUSH(b->a, sig->v, sig->n, sig->cap);
    *t = (struct trait){str_dup(b->a, object), str_dup(b->a, field), str_dup(b->a, item), value_copy(b->a, from), value_copy(b->a, to), field.n && diff_is_noise(field)};
}

enum { MOST_LEAVES = 400 };

/* A map or list that comes or goes as a whole is told leaf by leaf: on the other side it may have had something in it before. */
static void add_leaves(struct bench *b, struct signature *sig, struct str object, struct str field, struct str item, struct value v, bool came, uint32_t depth)
{
    if (depth < 32 && sig && sig->n < MOST_LEAVES) {
        if (v.kind == V_MAP && map_len(v)) {
            for (uint32_t i = 0; i < map_len(v); i++)
                add_leaves(b, sig, object, path_key(b->scratch, field, v.u.map->v[i].key), item, v.u.map->v[i].value, came, depth + 1);
            return;
        }
        if (v.kind == V_LIST && list_len(v)) {
            for (uint32_t i = 0; i < list_len(v); i++) {
                struct str name = value_str_at(v.u.list->v[i], "name");
                add_leaves(b, sig, object, path_item(b->scratch, field, i), name.n ? name : item, v.u.list->v[i], came, depth + 1);
            }
            return;
        }
    }
    add_trait(b, sig, object, field, item, came ? NIL : v, came ? v : NIL);
}

static void add_field(struct bench *b, struct signature *sig, const struct doc *x, const struct doc *y, const struct field_change *f)
{
    struct str item = item_name(b, f->was.kind == V_NIL ? y->v : x->v, f->path);
    if (f->was.kind == V_NIL) add_leaves(b, sig, x->id, f->path, item, f->is, true, 0);
    else if (f->is.kind == V_NIL) add_leaves(b, sig, x->id, f->path, item, f->was, false, 0);
    else add_trait(b, sig, x->id, f->path, item, f->was, f->is);
}

static bool is_hash(struct str s)
{
    enum { SHORTEST = 8 };
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return s.n >= SHORTEST;
}

static bool is_rehashed(const struct field_change *f)
{
    ptrdiff_t at = str_find(f->path, STR("metadata.annotations."));
    if (at < 0 || f->was.kind != V_STR || f->is.kind != V_STR) return false;
    return noise_is_checksum(str_from_n(f->path, (size_t)at + strlen("metadata.annotations."))) && is_hash(v_text(f->was)) && is_hash(v_text(f->is));
}

static bool compare_docs(struct bench *b, struct docs *was, struct docs *is, struct signature *sig)
{
    bool differ = false;
    for (uint32_t i = 0; i < was->n; i++) {
        const struct doc *x = &was->v[i], *y = find_doc(is, x->id);
        struct field_change *f = NULL;
        uint32_t n = 0, cap = 0;
        if (!y) {
            add_trait(b, sig, x->id, (struct str){0}, (struct str){0}, x->v, NIL);
            differ = true;
            continue;
        }
        if (value_same(x->v, y->v)) continue;
        diff_fields(b->scratch, x->v, y->v, &f, &n, &cap);
        differ = differ || !n;
        for (uint32_t k = 0; k < n; k++) {
            differ = differ || !is_rehashed(&f[k]);
            if (sig) add_field(b, sig, x, y, &f[k]);
        }
    }
    for (uint32_t i = 0; i < is->n; i++)
        if (!find_doc(was, is->v[i].id)) {
            add_trait(b, sig, is->v[i].id, (struct str){0}, (struct str){0}, NIL, is->v[i].v);
            differ = true;
        }
    return differ;
}

/* ---- files ---- */

static const struct rendered *find_file(const struct render *r, struct str path)
{
    for (uint32_t i = 0; i < r->files_n; i++)
        if (str_eq(r->files[i].path, path)) return &r->files[i];
    return NULL;
}

/* The next line that says something, from *i on, without blanks and quotes, up to a comment; false at the end. Lines of a block
 * text that begin with # are passed over too: they are then compared by what they mean, not by this. */
static bool next_line(struct str s, size_t *i, struct str *line)
{
    while (*i < s.n) {
        struct str rest = str_from_n(s, *i), after;
        bool more = str_cut(rest, STR("\n"), line, &after);
        *i += line->n + more;
        *line = str_trim(*line);
        if (line->n && line->p[0] != '#' && !str_is(*line, "---")) return true;
    }
    return false;
}

static bool is_decoration(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\''; }

static bool same_line(struct str x, struct str y)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < x.n && is_decoration(x.p[i])) i++;
        while (k < y.n && is_decoration(y.p[k])) k++;
        bool end_x = i >= x.n || (x.p[i] == '#' && i && x.p[i - 1] == ' '), end_y = k >= y.n || (y.p[k] == '#' && k && y.p[k - 1] == ' ');
        if (end_x || end_y) return end_x && end_y;
        if (x.p[i++] != y.p[k++]) return false;
    }
}

static struct str unquoted(struct str s)
{
    s = str_trim(s);
    bool quoted = s.n >= 2 && s.p[0] == s.p[s.n - 1] && (s.p[0] == '"' || s.p[0] == '\'');
    return quoted ? str_sub(s, 1, s.n - 1) : s;
}

/* A checksum follows whatever it was made of, all values at once in many charts: it says nothing of the key that changed it. Only what the
 * chart computed is passed over; a text that the user wrote in such a place stands there with what is no hash. */
static bool same_but_for_hash(struct str x, struct str y)
{
    struct str key, other, was, is;
    if (!str_cut(x, STR(": "), &key, &was) || !str_cut(y, STR(": "), &other, &is) || !str_eq(key, other)) return false;
    return noise_is_checksum(unquoted(key)) && is_hash(unquoted(was)) && is_hash(unquoted(is));
}

/* The texts are the same up to `same`; where else do they first differ? */
static size_t common_bytes(struct str x, struct str y, size_t same)
{
    size_t n = x.n < y.n ? x.n : y.n, i = same;
    while (i + CHUNK <= n && memcmp(x.p + i, y.p + i, CHUNK) == 0) i += CHUNK;
    while (i < n && x.p[i] == y.p[i]) i++;
    return i;
}

/* Whether two texts that are the same up to `same` differ in more than blanks, quotes and comments: then their documents differ, and need not
 * be read. More may come after the last whole line of one that is growing. */
static bool clearly_differ(struct str x, struct str y, size_t same, bool growing)
{
    size_t i = same;
    while (i > 0 && x.p[i - 1] != '\n') i--;
    size_t k = i;
    struct str a, b;
    for (;;) {
        bool has_b = next_line(y, &k, &b);
        if (growing && (!has_b || (k == y.n && y.p[k - 1] != '\n'))) return false;
        bool has_a = next_line(x, &i, &a);
        if (!has_a || !has_b) return has_a != has_b;
        if (!same_line(a, b) && !same_but_for_hash(a, b)) return true;
    }
}

static bool is_notes(struct str path) { return str_ends(path, STR("NOTES.txt")); }

bool compare_clearly(struct comparing *c, const struct rendered *file, bool whole)
{
    if (!str_eq(c->path, file->path)) *c = (struct comparing){c->b, find_file(c->b->base, file->path), file->path, 0};
    if (!c->base || is_notes(file->path)) return false;
    c->same = common_bytes(c->base->text, file->text, c->same);
    if (c->same == file->text.n && (!whole || c->same == c->base->text.n)) return false;
    /* What Go prints for a missing value is taken out at the end. */
    return clearly_differ(c->base->text, file->text, c->same, !whole) && (whole || !str_has(file->text, STR("<no value>")));
}

bool compare_renders(struct bench *b, const struct render *now, bool limited, struct signature *sig)
{
    struct docs was = {0}, is = {0};
    bool text_differs = false;
    for (uint32_t i = 0; i < now->files_n; i++) {
        const struct rendered *x = &now->files[i], *y = find_file(b->base, x->path);
        if (is_notes(x->path) || (y && str_eq(x->text, y->text))) continue;
        text_differs = true;
        if (!sig && y && clearly_differ(y->text, x->text, common_bytes(y->text, x->text, 0), false)) return true;
        read_both(b, y ? y->text : (struct str){0}, x->text, &was, &is);
    }
    for (uint32_t i = 0; !limited && i < b->base->files_n; i++) {
        const struct rendered *y = &b->base->files[i];
        if (is_notes(y->path) || find_file(now, y->path)) continue;
        text_differs = true;
        read_base_docs(b, y->text, &was);
    }
    return text_differs && compare_docs(b, &was, &is, sig);
}

/* ---- signatures ---- */

static bool is_workload(struct str kind) { return str_is(kind, "Deployment") || str_is(kind, "StatefulSet") || str_is(kind, "DaemonSet"); }

/* A workload may have become one of another kind, and a claim a claim template. */
static bool same_kind(struct str x, struct str y)
{
    struct str a, b, rest;
    str_cut(x, STR("/"), &a, &rest);
    str_cut(y, STR("/"), &b, &rest);
    if (str_eq(a, b) || (is_workload(a) && is_workload(b))) return true;
    return str_is(a, "PersistentVolumeClaim") && str_is(b, "StatefulSet");
}

/* The same path, whatever the index of an item: another chart has other items before it. */
static bool same_field(struct str x, struct str y)
{
    size_t i = 0, k = 0;
    /* Most begin alike and end otherwise. */
    if (x.n && y.n && x.p[x.n - 1] != ']' && y.p[y.n - 1] != ']' && x.p[x.n - 1] != y.p[y.n - 1]) return false;
    for (;; i++, k++) {
        while (i < x.n && k < y.n && x.p[i] == '[' && y.p[k] == '[') {
            while (i < x.n && x.p[i] != ']') i++;
            while (k < y.n && y.p[k] != ']') k++;
        }
        if (i >= x.n || k >= y.n) return i >= x.n && k >= y.n;
        if (x.p[i] != y.p[k]) return false;
    }
}

/* The field of a claim in a claim template. */
static bool in_claim_template(const struct trait *claim, const struct trait *t)
{
    return claim->field.n && str_starts(claim->object, STR("PersistentVolumeClaim/")) && str_starts(t->field, STR("spec.volumeClaimTemplates[")) &&
           str_ends(t->field, claim->field);
}

/* How much two names have in common, if it is more than `best`. */
static int nearer(int best, struct str x, struct str y)
{
    struct words v = {0}, w = {0};
    if (best == 100) return best;
    words_add(&v, x);
    words_add(&w, y);
    int like = words_likeness(&v, &w);
    return like > best ? like : best;
}

/* The same container or variable, or one whose name is much the same. */
static bool same_item(struct str x, struct str y) { return str_eq(x, y) || nearer(0, x, y) >= 50; }

/* The same in a Secret under a similar name: nothing but the user's value explains it. */
static bool same_secret(const struct trait *x, const struct trait *y)
{
    return str_starts(x->object, STR("Secret/")) && str_starts(y->object, STR("Secret/")) && str_starts(x->field, STR("data")) &&
           str_starts(y->field, STR("data")) && x->from.kind == V_STR && x->from.n > 4 && nearer(0, str_from_n(x->field, 5), str_from_n(y->field, 5)) > 50;
}

/* A text that has the user's own somewhere in it ("registry/" + x + ":1.0"); short ones stand anywhere by chance. */
static bool holds(struct value text, struct value v)
{
    return text.kind == V_STR && v.kind == V_STR && v.n > 3 && str_has(v_text(text), v_text(v));
}

static bool holds_item(struct value list, struct value v, struct value without)
{
    for (uint32_t i = 0; list.kind == V_LIST && i < list_len(list); i++) {
        bool there = false;
        for (uint32_t k = 0; without.kind == V_LIST && k < list_len(without) && !there; k++) there = value_same(list.u.list->v[i], without.u.list->v[k]);
        if (!there && holds(list.u.list->v[i], v)) return true;
    }
    return false;
}

/* What only this key can have put there: a text of some length, or a number that is no mere 0 or 1. */
static bool is_own(struct value there, struct value v)
{
    if (v.kind == V_STR) return v.n > 2 && value_same(there, v);
    return v.kind == V_FLOAT && v.u.f > 1 && value_same(there, v);
}

/* Of whole objects it is enough that one of that kind comes. */
static bool same_value(const struct trait *was, const struct trait *is, struct value v)
{
    if (!was->field.n) return was->from.kind != V_NIL && is->to.kind != V_NIL;
    if (value_same(was->from, is->to) || (holds(was->from, v) && holds(is->to, v))) return true;
    return holds_item(was->from, v, was->to) && holds_item(is->to, v, is->from); /* an argument among others */
}

static uint32_t count(const struct signature *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) n += !s->v[i].noise;
    return n;
}

static struct str respell(struct arena *a, struct str name, const struct respelling *r)
{
    ptrdiff_t at = r->was.n ? str_find(name, r->was) : -1;
    if (at < 0) return name;
    return str_printf(a, "%.*s%.*s%.*s", (int)at, name.p, STR_ARG(r->is), STR_ARG(str_from_n(name, (size_t)at + r->was.n)));
}

static struct str name_of(struct str object)
{
    struct str kind, name;
    return str_cut(object, STR("/"), &kind, &name) ? name : object;
}

static bool meets(const struct trait *p, const struct trait *q, struct value v)
{
    if (p->noise || q->noise) return false;
    return (same_field(p->field, q->field) || in_claim_template(p, q) || same_secret(p, q)) && same_kind(p->object, q->object) && same_value(p, q, v);
}

bool signature_meets(const struct signature *was, const struct signature *is, struct value v)
{
    for (uint32_t i = 0; i < was->n; i++)
        for (uint32_t k = 0; k < is->n; k++)
            if (meets(&was->v[i], &is->v[k], v)) return true;
    return false;
}

/* `was` was made by taking the key away, `is` by setting a new one: what the first gives up the second must bring. */
int signature_likeness(struct arena *a, const struct signature *was, const struct signature *is, struct value v, const struct respelling *r)
{
    enum { TOO_MANY = 2000, OWN = 60 };
    uint32_t x = count(was), y = count(is), hits = 0, strangers = 0;
    int names = 0; /* how much the names of the objects have in common, at best */
    bool own = false; /* the user's very value stands at the same place on both sides */
    if (!x || !y || was->n > TOO_MANY || is->n > TOO_MANY) return 0;
    struct arena_mark m = arena_mark(a);
    bool *used = NEW_ARRAY(a, bool, is->n);
    for (uint32_t i = 0; i < was->n; i++)
        for (uint32_t k = 0; k < is->n; k++) {
            const struct trait *p = &was->v[i], *q = &is->v[k];
            if (used[k] || !meets(p, q, v)) continue;
            used[k] = true;
            hits++;
            struct str item = respell(a, p->item, r);
            strangers += !str_eq(item, q->item) && !str_eq(p->item, q->item);
            names = nearer(nearer(names, respell(a, name_of(p->object), r), name_of(q->object)), name_of(p->object), name_of(q->object));
            bool both = (is_own(p->from, v) && is_own(q->to, v)) || (holds_item(p->from, v, p->to) && holds_item(q->to, v, q->from));
            own = own || ((same_item(p->item, q->item) || same_item(item, q->item)) && both);
            break;
        }
    arena_rewind(a, m);
    /* The same field of another container or variable may be what it was renamed to, or another one altogether. */
    int less = (int)(45 * strangers / (hits ? hits : 1));
    /* All of the old difference is there: what comes besides (defaults of a list that is replaced) weighs little. */
    int like = (hits == x ? 100 - (int)(35 * (y - hits) / y) : (int)(hits * 100 / (x > y ? x : y))) - less;
    like -= (100 - names) / 8;
    return own && like < OWN ? OWN : like;
}
