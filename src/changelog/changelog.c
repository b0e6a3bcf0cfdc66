#include "changelog/changelog.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/strmap.h"
#include "changelog/entry.h"
#include "changelog/heading.h"
#include "changelog/markdown.h"
#include "changelog/words.h"
#include "value/yaml.h"

/* ---- Markdown to releases ---- */

struct reading {
    struct changelog *c;
    struct release *release;   /* the one that is open; NULL before the first and after what is no release */
    uint32_t level;            /* of its heading */
    struct section section;
    struct str group;          /* the scope that a parent item gives its children ("* **gateway:**") */
    uint32_t group_level;      /* nesting of that item; 0: none */
};

static struct change *add_change(struct changelog *c, struct release *r)
{
    return PUSH(c->a, r->changes, r->changes_n, r->changes_cap);
}

static void open_release(struct reading *r, const struct heading *h, uint32_t level, struct place at)
{
    struct changelog *c = r->c;
    struct release *x = PUSH(c->a, c->v, c->n, c->cap);
    *x = (struct release){.version = str_dup(c->a, h->version), .semver = h->semver, .date = str_dup(c->a, h->date), .at = at};
    r->release = x;
    r->level = level;
    r->section = (struct section){0};
}

static void read_heading(struct reading *r, const struct markdown_block *b)
{
    struct heading h;
    /* Below a release's heading only a full version starts another: "### Kubernetes 1.31" is a section. */
    bool short_ok = !r->level || b->level <= r->level;
    r->group_level = 0;
    if (heading_read(r->c->a, b->text, &h) && (h.full || short_ok))
        open_release(r, &h, b->level, b->at);
    else if (b->level > r->level || section_is_known(b->text))
        r->section = section_read(r->c->a, b->text);
    else
        r->release = NULL;
}

/* "**Breaking changes**", "BUG FIXES:", "Changed:" above a list. */
static bool is_label(const struct markdown_block *b, const struct markdown_block *next)
{
    if (!b->text.n || b->text.n > 60 || b->level) return false;
    bool strong = b->strong.n && b->strong.n + 1 >= b->text.n;
    bool before_list = next && next->kind == MARKDOWN_ITEM;
    return (strong || str_ends(b->text, STR(":"))) && (before_list || section_is_known(str_trim_suffix(b->text, STR(":"))));
}

static struct change *last_change(struct reading *r)
{
    return r->release->changes_n ? &r->release->changes[r->release->changes_n - 1] : NULL;
}

static void add_entry(struct reading *r, const struct markdown_block *b)
{
    struct change x = {.at = b->at};
    entry_read(r->c->a, b->text, b->strong, &r->section, &x);
    if (r->group_level && b->level > r->group_level && !x.scope.n) x.scope = r->group;
    if (x.text.n) *add_change(r->c, r->release) = x;
}

/* A bullet or paragraph below an entry explains it, and may be what says that it breaks. */
static void add_detail(struct reading *r, struct change *to, const struct markdown_block *b)
{
    struct change x = {0};
    entry_read(r->c->a, b->text, b->strong, &r->section, &x);
    if (!x.text.n) return;
    to->text = str_printf(r->c->a, "%.*s%s %.*s", STR_ARG(to->text), b->kind == MARKDOWN_ITEM ? ";" : "", STR_ARG(x.text));
    to->breaking |= x.breaking;
    to->breaking_by_meaning = !to->breaking && (to->breaking_by_meaning || x.breaking_by_meaning);
}

/* "* **gateway:**" alone, as angular.js wrote its changelog: the entries are below. */
static bool is_group(const struct markdown_block *b)
{
    return b->kind == MARKDOWN_ITEM && (!b->text.n || (str_eq(b->strong, b->text) && str_ends(b->text, STR(":"))));
}

static void read_item(struct reading *r, const struct markdown_block *b)
{
    if (b->level <= r->group_level) r->group_level = 0;
    if (is_group(b)) {
        r->group_level = b->level;
        r->group = str_trim_suffix(b->text, STR(":"));
        return;
    }
    uint32_t top = r->group_level ? r->group_level + 1 : 1;
    struct change *last = last_change(r);
    if (b->level > top && last)
        add_detail(r, last, b);
    else
        add_entry(r, b);
}

/* Tables and admonition marks ("> [!WARNING]") are no prose. */
static struct str prose(struct str s)
{
    if (str_starts(s, STR("|"))) return (struct str){0};
    if (str_starts(s, STR("[!"))) {
        ptrdiff_t end = str_chr(s, ']');
        return end < 0 ? s : str_trim(str_from_n(s, (size_t)end + 1));
    }
    return s;
}

/* "**Release date:** 2023-07-13" */
static bool is_date(struct reading *r, struct str text)
{
    struct str head, date;
    if (!str_cut(text, STR(":"), &head, &date) || !str_ends(head, STR("ate")) || head.n > 12) return false;
    if (!r->release->date.n) r->release->date = str_trim(date);
    return true;
}

static void read_paragraph(struct reading *r, const struct markdown_block *b, const struct markdown_block *next)
{
    if (is_date(r, b->text)) return;
    struct change *last = last_change(r);
    if (b->level && last) {
        add_detail(r, last, b);
    } else if (is_label(b, next)) {
        r->section = section_read(r->c->a, b->text);
        r->group_level = 0;
    } else {
        struct markdown_block x = *b;
        x.text = prose(b->text);
        if (x.text.n) add_entry(r, &x);
    }
}

static void read_blocks(struct changelog *c, const struct markdown *m)
{
    struct reading r = {.c = c};
    for (size_t i = 0; i < m->n; i++) {
        const struct markdown_block *b = &m->v[i], *next = i + 1 < m->n ? b + 1 : NULL;
        if (b->kind == MARKDOWN_HEADING)
            read_heading(&r, b);
        else if (r.release && b->kind == MARKDOWN_ITEM)
            read_item(&r, b);
        else if (r.release)
            read_paragraph(&r, b, next);
    }
}

/* ---- repetitions ---- */

static struct str lower_case(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = ascii_lower(s.p[i]);
    p[s.n] = 0;
    return str_of(p, s.n);
}

/* release-please tells a breaking change twice, under "BREAKING CHANGES" and under its type. */
static void merge_repeated(struct changelog *c, struct release *r)
{
    struct strmap breaking = strmap_new(c->a);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->changes_n; i++) {
        struct change x = r->changes[i];
        struct str key = lower_case(c->a, x.text);
        struct change *same = x.breaking ? NULL : strmap_get(&breaking, key);
        if (same) {
            same->type = x.type;
            continue;
        }
        r->changes[n] = x;
        if (x.breaking) strmap_put(&breaking, key, &r->changes[n]);
        n++;
    }
    r->changes_n = n;
}

/* ---- reverts ---- */

enum { REVERTS_DEEP = 6 }; /* more `Revert "Revert "...` than that nobody means */

static uint32_t revert_depth(struct str text)
{
    uint32_t n = 0;
    for (struct str what; n < REVERTS_DEEP && entry_is_revert(text, &what) && what.n < text.n; text = what) n++;
    return n;
}

static bool names(struct str what, const struct change *x)
{
    return str_eq(what, x->text) || str_eq(what, entry_description(x->text));
}

/* All entries of one text, in their order. */
struct same_text {
    uint32_t *v;
    uint32_t n, cap;
};

static void note_text(struct strmap *m, struct str text, uint32_t i)
{
    struct same_text *s = strmap_get(m, text);
    if (!s) strmap_put(m, text, s = NEW(m->a, struct same_text));
    if (s->n && s->v[s->n - 1] == i) return;
    *PUSH(m->a, s->v, s->n, s->cap) = i;
}

/* The entry that `revert` takes back: files list the newest first, so the nearest one below it; else any above. */
static struct change *reverted_by(struct release *r, const struct strmap *texts, uint32_t revert, struct str what)
{
    const struct same_text *s = strmap_get(texts, what);
    struct change *above = NULL;
    for (uint32_t k = 0; s && k < s->n; k++) {
        struct change *x = &r->changes[s->v[k]];
        if (x->reverted || s->v[k] == revert) continue;
        if (s->v[k] > revert) return x;
        above = x;
    }
    return above;
}

/* The deepest first: what `Revert "Revert "x""` takes back is no revert any more, and x stands. */
static void cancel_reverts(struct changelog *c, struct release *r)
{
    struct strmap texts = strmap_new(c->a);
    uint32_t *depth = NEW_ARRAY(c->a, uint32_t, r->changes_n), deepest = 0;
    for (uint32_t i = 0; i < r->changes_n; i++) {
        depth[i] = revert_depth(r->changes[i].text);
        if (depth[i] > deepest) deepest = depth[i];
        note_text(&texts, r->changes[i].text, i);
        note_text(&texts, entry_description(r->changes[i].text), i);
    }
    for (; deepest; deepest--) {
        for (uint32_t i = 0; i < r->changes_n; i++) {
            struct change *x = &r->changes[i];
            struct str what;
            if (x->reverted || depth[i] != deepest || !entry_is_revert(x->text, &what)) continue;
            struct change *target = reverted_by(r, &texts, i, what);
            if (target) target->reverted = x->reverted = true;
        }
    }
}

/* ---- order ---- */

static int newest_first(const void *x, const void *y)
{
    const struct release *p = x, *q = y;
    int c = semver_compare(&q->semver, &p->semver);
    if (c) return c;
    return p->at.line < q->at.line ? -1 : p->at.line > q->at.line; /* two sections of one version stay in order */
}

static void sort_releases(struct changelog *c)
{
    if (c->n > 1) qsort(c->v, c->n, sizeof *c->v, newest_first);
}

struct changelog *changelog_read(struct arena *a, struct str text, uint32_t input, struct diags *d)
{
    struct markdown m;
    if (!markdown_read(a, text, input, &m, d)) return NULL;
    struct changelog *c = changelog_new(a);
    read_blocks(c, &m);
    for (uint32_t i = 0; i < c->n; i++) {
        merge_repeated(c, &c->v[i]);
        cancel_reverts(c, &c->v[i]);
    }
    sort_releases(c);
    return c;
}

struct changelog *changelog_new(struct arena *a)
{
    struct changelog *c = NEW(a, struct changelog);
    c->a = a;
    return c;
}

/* ---- other sources ---- */

/* The release of this version, if it has no entry yet; NULL when it has, or when `version` is none. */
static struct release *empty_release(struct changelog *c, struct str version)
{
    struct semver v;
    struct str error;
    struct str bare = str_trim_prefix(version, STR("v"));
    if (!semver_parse(c->a, bare, &v, &error)) return NULL;
    for (uint32_t i = 0; i < c->n; i++)
        if (semver_compare(&c->v[i].semver, &v) == 0) return c->v[i].changes_n ? NULL : &c->v[i];
    struct release *r = PUSH(c->a, c->v, c->n, c->cap);
    *r = (struct release){.version = str_dup(c->a, bare), .semver = v};
    return r;
}

/* Footers of a conventional commit: what follows "BREAKING CHANGE:" up to the next footer or paragraph. */
static struct str breaking_footer(struct str body)
{
    static const char *const marks[] = {"BREAKING CHANGE:", "BREAKING-CHANGE:"};
    for (size_t i = 0; i < 2; i++) {
        struct str mark = str_from(marks[i]);
        ptrdiff_t at = str_find(body, mark);
        while (at > 0 && body.p[at - 1] != '\n') {
            ptrdiff_t next = str_find(str_from_n(body, (size_t)at + 1), mark);
            at = next < 0 ? -1 : at + 1 + next;
        }
        if (at < 0) continue;
        struct str text = str_from_n(body, (size_t)at + mark.n), end;
        str_cut(text, STR("\n\n"), &text, &end);
        return str_trim(text);
    }
    return (struct str){0};
}

static struct str one_line(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        bool space = s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t' || s.p[i] == ' ';
        if (!space) buf_byte(&b, s.p[i]);
        else if (b.n && b.p[b.n - 1] != ' ') buf_byte(&b, ' ');
    }
    return str_trim(buf_done(&b));
}

static bool is_bookkeeping(struct str subject)
{
    return str_starts(subject, STR("Merge ")) || str_starts(subject, STR("chore(main): release ")) || str_starts(subject, STR("chore: release "));
}

void changelog_add_commits(struct changelog *c, struct str version, const struct commit *v, size_t n)
{
    struct release *r = empty_release(c, version);
    if (!r) return;
    struct section none = {0};
    for (size_t i = 0; i < n; i++) {
        if (is_bookkeeping(v[i].subject)) continue;
        struct change *x = add_change(c, r);
        struct str footer = breaking_footer(v[i].body);
        entry_read(c->a, one_line(c->a, v[i].subject), (struct str){0}, &none, x);
        if (!footer.n) continue;
        x->text = str_printf(c->a, "%.*s; BREAKING CHANGE: %.*s", STR_ARG(x->text), STR_ARG(one_line(c->a, footer)));
        x->breaking = true;
        x->breaking_by_meaning = false;
    }
    cancel_reverts(c, r);
    sort_releases(c);
}

void changelog_add_artifacthub(struct changelog *c, struct str version, struct str yaml, struct place at)
{
    struct value v;
    struct str error;
    struct place where;
    struct yaml_options options = {0};
    if (!yaml_read(c->a, yaml, &options, &v, &error, &where) || v.kind != V_LIST) return;
    struct release *r = empty_release(c, version);
    for (uint32_t i = 0; r && i < list_len(v); i++) {
        struct value item = v.u.list->v[i];
        struct str text = item.kind == V_STR ? v_text(item) : item.kind == V_MAP ? value_str_at(item, "description") : (struct str){0};
        struct section s = {.type = item.kind == V_MAP ? value_str_at(item, "kind") : (struct str){0}};
        if (!text.n) continue;
        struct change *x = add_change(c, r);
        entry_read(c->a, one_line(c->a, text), (struct str){0}, &s, x);
        x->at = at;
    }
    sort_releases(c);
}

/* ---- asking ---- */

uint32_t *changelog_between(struct arena *a, const struct changelog *c, struct str from, struct str to, uint32_t *n)
{
    struct semver low, high;
    struct str error;
    *n = 0;
    if (!semver_parse(a, str_trim_prefix(from, STR("v")), &low, &error)) return NULL;
    if (!semver_parse(a, str_trim_prefix(to, STR("v")), &high, &error)) return NULL;
    uint32_t *v = NEW_ARRAY(a, uint32_t, c->n);
    for (uint32_t i = 0; i < c->n; i++)
        if (semver_compare(&c->v[i].semver, &low) > 0 && semver_compare(&c->v[i].semver, &high) <= 0) v[(*n)++] = i;
    return v;
}

bool changelog_reverted_later(const struct changelog *c, const struct change *x, struct str to)
{
    struct semver high;
    struct str error;
    struct arena_mark mark = arena_mark(c->a);
    bool bounded = semver_parse(c->a, str_trim_prefix(to, STR("v")), &high, &error), later = false, found = x->reverted;
    /* Oldest first: only releases after the one that holds x. */
    for (uint32_t i = c->n; i-- > 0 && !found;) {
        const struct release *r = &c->v[i];
        if (bounded && semver_compare(&r->semver, &high) > 0) break;
        for (uint32_t j = 0; later && j < r->changes_n && !found; j++) {
            struct str what;
            found = !r->changes[j].reverted && entry_is_revert(r->changes[j].text, &what) && names(what, x);
        }
        if (x >= r->changes && x < r->changes + r->changes_n) later = true;
    }
    arena_rewind(c->a, mark);
    return found;
}
