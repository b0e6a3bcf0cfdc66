/* The static analysis beside the renders of a whole corpus (a program of its own, not part of rutter-unit):
 *
 *   rutter-static SET_DIR [--case ID] [--list] [--patterns] [--table]
 *
 * SET_DIR holds cases.tsv (id, chart, release, namespace, flags, ...) and what its flags name. Of every case:
 *   - what the render read is a subset of what the analysis finds;
 *   - so it is with every switch of the chart turned on, whatever that makes fail;
 *   - without the user's keys that the analysis calls unread, and with other values in them, the output is the same.
 * --table prints, per chart, how many of the user's keys it finds read, possibly read and unread: docs/static-coverage.md.
 * Last line: `N passed, M failed`.
 */
#include "cli/cli.h"

#include "chart/render.h"
#include "funcs/objects.h"
#include "usage/static.h"
#include "value/yaml.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct tally {
    struct str chart;
    uint32_t cases, keys, yes, possibly, no, wrong, gave_up;
    uint32_t patterns, templates, rounds;
    double ms;
};

struct corpus {
    struct arena *a;               /* lives as long as the program */
    struct str only;
    bool list, patterns, table;
    struct tally *v; uint32_t n, cap;
    uint32_t passed, failed;
};

/* One case, in an arena of its own. */
struct one {
    struct corpus *all;
    struct tally *tally;
    struct arena *a;
    struct cli c;
    struct str id;
    struct env env;
    struct origins *origins;
    struct chart *chart;
    struct map *user;
    struct parse_cache *parses;
    struct static_reads *reads;
    uint32_t wrong;
};

static void complain(struct one *o, const char *what, struct str path)
{
    o->wrong++;
    if (o->all->list) printf("%.*s: %s: %.*s\n", STR_ARG(o->id), what, STR_ARG(path));
}

/* ---- what a render read ---- */

/* A place of the effective values. Layers, globals and YAML's aliases put one entry in several. */
struct seen {
    origin_id at;
    bool found;                    /* by the analysis, at any of its places */
    struct str path;
};

struct seens {
    struct seen *v; uint32_t n, cap;
};

static void see(struct one *o, const struct render *r, struct seens *s, const struct map *m, struct str *segment, uint32_t n, struct str up)
{
    for (uint32_t i = 0; m && i < m->n && n < 60; i++) {
        const struct entry *e = &m->v[i];
        struct str path = path_key(o->a, up, e->key);
        segment[n] = e->key;
        if (e->at && reads_any(&r->reads, e->at))
            *PUSH(o->a, s->v, s->n, s->cap) = (struct seen){e->at, static_may_read(o->reads, segment, n + 1, NULL) != READ_NO, path};
        if (e->value.kind == V_MAP) see(o, r, s, e->value.u.map, segment, n + 1, path);
    }
}

static int by_origin(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (int)y->found - (int)x->found;
}

static void check_subset(struct one *o, const struct render *r, const char *what)
{
    struct str segment[64];
    struct seens s = {0};
    see(o, r, &s, r->values, segment, 0, (struct str){0});
    if (s.n) qsort(s.v, s.n, sizeof *s.v, by_origin);
    for (uint32_t i = 0; i < s.n; i++)
        if (!s.v[i].found && (!i || s.v[i - 1].at != s.v[i].at)) complain(o, what, s.v[i].path);
}

static bool render_with(struct one *o, const struct map *user, bool tolerant, struct render *r)
{
    struct env *env = NEW(o->a, struct env);
    *env = o->env;
    env->tolerant = tolerant;
    return render_chart(o->a, o->chart, user, env, o->parses, diags_new(o->a, o->c.inputs), r);
}

/* Every `false` of the defaults becomes true. */
static void switch_on(struct one *o, struct map *to, const struct map *defaults, uint32_t depth)
{
    for (uint32_t i = 0; defaults && i < defaults->n && depth < 60; i++) {
        const struct entry *e = &defaults->v[i];
        struct entry *mine = map_find(to, e->key);
        if (e->value.kind == V_BOOL && !e->value.u.b && !mine) {
            map_put(to, e->key, v_bool(true));
        } else if (e->value.kind == V_MAP && e->value.u.map && (!mine || (mine->value.kind == V_MAP && mine->value.u.map))) {
            struct map *below = mine ? mine->value.u.map : map_new(o->a);
            switch_on(o, below, e->value.u.map, depth + 1);
            if (!mine && below->n) map_put(to, e->key, v_map(below));
        }
    }
}

/* ---- keys without effect ---- */

struct unread {
    struct map *without, *other;
    bool any;
};

static void sort_keys(struct one *o, const struct map *m, struct str *segment, uint32_t n, struct unread *u, bool counts)
{
    u->without = map_new(o->a);
    u->other = map_new(o->a);
    for (uint32_t i = 0; m && i < m->n && n < 60; i++) {
        const struct entry *e = &m->v[i];
        segment[n] = e->key;
        if (e->value.kind == V_MAP && map_len(e->value)) {
            struct unread below = {0};
            sort_keys(o, e->value.u.map, segment, n + 1, &below, counts);
            map_put_at(u->without, e->key, v_map(below.without), e->at);
            map_put_at(u->other, e->key, v_map(below.other), e->at);
            u->any = u->any || below.any;
            continue;
        }
        enum may_read r = static_may_read(o->reads, segment, n + 1, NULL);
        struct tally *t = o->tally;
        if (counts) {
            t->keys++;
            *(r == READ_YES ? &t->yes : r == READ_POSSIBLY ? &t->possibly : &t->no) += 1;
        }
        u->any = u->any || r == READ_NO;
        if (r != READ_NO) map_put_at(u->without, e->key, e->value, e->at);
        map_put_at(u->other, e->key, r == READ_NO ? v_str(STR("something else")) : e->value, e->at);
    }
}

static bool same_output(const struct render *x, const struct render *y)
{
    if (!str_eq(x->error, y->error) || x->files_n != y->files_n) return false;
    for (uint32_t i = 0; i < x->files_n; i++)
        if (!str_eq(x->files[i].path, y->files[i].path) || !str_eq(x->files[i].text, y->files[i].text)) return false;
    return true;
}

static void check_unread(struct one *o, const struct render *base)
{
    struct str segment[64];
    struct unread u = {0};
    sort_keys(o, o->user, segment, 0, &u, true);
    if (!u.any) return;
    struct render r;
    render_with(o, u.without, false, &r);
    if (!same_output(base, &r)) complain(o, "unread keys, and the output differs without them", r.error);
    render_with(o, u.other, false, &r);
    if (!same_output(base, &r)) complain(o, "unread keys, and the output differs with others", r.error);
}

/* ---- a case ---- */

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool load(struct one *o, struct str chart, struct str ns, struct str flags)
{
    char *argv[64];
    int argc = 0;
    struct str rest = flags, word;
    for (bool more = flags.n > 0; more && argc < 63;) {
        more = str_cut(rest, STR(" "), &word, &rest);
        if (word.n) argv[argc++] = (char *)str_z(o->a, word);
    }
    o->c = (struct cli){.a = o->a, .inputs = inputs_new(o->a), .command = cli_command(STR("render")), .out = stdout};
    o->c.diags = diags_new(o->a, o->c.inputs);
    struct source *source = NEW(o->a, struct source);
    o->origins = origins_new(o->a);
    o->env.ns = ns;
    o->env.upgrade = cli_parse(&o->c, argc, argv) && cli_has(&o->c, "is-upgrade");
    o->env.kube_version = cli_get(&o->c, "kube-version");
    uint32_t n;
    struct str *apis = cli_all(&o->c, "api-versions", &n);
    if (n) o->env.api_versions = object_api_versions(o->a, 4);
    for (uint32_t i = 0; i < n; i++) list_add(o->env.api_versions, v_str(apis[i]));
    struct user_values given = cli_user_values(&o->c, STR("values"));
    struct chart_options how = {o->c.inputs, o->origins, STR("chart"), chart, 4};
    return source_open(o->a, str_concat(o->a, STR("charts/"), chart), source, o->c.diags) &&
           values_read_user(o->a, &given, o->c.inputs, o->origins, &o->user, NULL, o->c.diags) &&
           (o->chart = chart_load(o->a, source, &how, o->c.diags)) != NULL;
}

static void analyse(struct one *o)
{
    double begin = now_ms();
    uint32_t n;
    o->reads = static_reads(o->a, o->chart, o->user, o->parses);
    struct static_effort e = static_effort(o->reads);
    struct tally *t = o->tally;
    double ms = now_ms() - begin;
    if (ms > t->ms) t->ms = ms;
    t->gave_up += e.gave_up;
    if (e.templates > t->templates) t->templates = e.templates;
    if (e.rounds > t->rounds) t->rounds = e.rounds;
    struct read_pattern *p = static_patterns(o->a, o->reads, &n);
    if (n > t->patterns) t->patterns = n;
    for (uint32_t i = 0; o->all->patterns && i < n; i++) {
        const struct reader *by = &p[i].first;
        printf("%s %.*s  %.*s:%u:%u%s", p[i].possibly ? "?" : " ", STR_ARG(p[i].path), STR_ARG(by->tmpl), by->line, by->column, by->why ? by->why : "");
        for (uint32_t k = 0; k < p[i].except_n; k++) printf(" not %.*s", STR_ARG(p[i].except[k]));
        printf("\n");
    }
}

static struct tally *tally_of(struct corpus *all, struct str chart)
{
    for (uint32_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].chart, chart)) return &all->v[i];
    struct tally *t = PUSH(all->a, all->v, all->n, all->cap);
    t->chart = str_dup(all->a, chart);
    return t;
}

struct line {
    struct corpus *all;
    struct str text;
    struct guard guard;
};

static void run_line(void *context)
{
    struct line *l = context;
    struct arena *a = arena_new(&l->guard);
    struct str field[7] = {{0}}, rest = l->text;
    for (int i = 0; i < 7; i++) str_cut(rest, STR("\t"), &field[i], &rest);
    struct one o = {.all = l->all, .a = a, .id = field[0], .env = env_default()};
    o.tally = tally_of(l->all, field[1]);
    o.tally->cases++;
    o.env.release = field[2];
    if (!load(&o, field[1], field[3], field[4])) {
        /* values that cannot be read: Helm fails, too */
        l->all->passed++;
        arena_free(a);
        return;
    }
    o.parses = parse_cache_new(a);
    analyse(&o);
    struct render base, on;
    render_with(&o, o.user, false, &base);
    check_subset(&o, &base, "read, and not found");
    check_unread(&o, &base);
    struct map *most = value_copy(a, v_map(o.user)).u.map;
    if (!most) most = map_new(a);
    switch_on(&o, most, o.chart->values.u.map, 0);
    render_with(&o, most, true, &on);
    if (on.values) check_subset(&o, &on, "read with all switches on, and not found");
    o.tally->wrong += o.wrong;
    *(o.wrong ? &l->all->failed : &l->all->passed) += 1;
    if (o.wrong && l->all->list) printf("FAIL %.*s: %u\n", STR_ARG(o.id), o.wrong);
    arena_free(a);
}

/* ---- the whole ---- */

static double share(uint32_t part, uint32_t of) { return of ? 100.0 * part / of : 0; }

static void print_table(const struct corpus *all)
{
    struct tally sum = {0};
    printf("| chart | renders | templates | places | user's keys | read | possibly | unread | possibly, %% |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (uint32_t i = 0; i < all->n; i++) {
        const struct tally *t = &all->v[i];
        printf("| %.*s%s | %u | %u | %u | %u | %u | %u | %u | %.1f |\n", STR_ARG(t->chart), t->gave_up ? " (gave up)" : "", t->cases, t->templates, t->patterns, t->keys, t->yes,
               t->possibly, t->no, share(t->possibly, t->keys));
        sum.cases += t->cases;
        sum.keys += t->keys;
        sum.yes += t->yes;
        sum.possibly += t->possibly;
        sum.no += t->no;
    }
    printf("| **all %u** | %u | | | %u | %u | %u | %u | %.1f |\n", all->n, sum.cases, sum.keys, sum.yes, sum.possibly, sum.no, share(sum.possibly, sum.keys));
}

static struct str read_whole(struct arena *a, const char *path)
{
    struct buf b = buf_new(a);
    char part[4096];
    FILE *f = fopen(path, "r");
    for (size_t n; f && (n = fread(part, 1, sizeof part, f)) > 0;) buf_add(&b, str_of(part, n));
    if (f) fclose(f);
    return buf_done(&b);
}

int main(int argc, char **argv)
{
    struct guard guard;
    guard_init(&guard, limits_default());
    struct corpus all = {.a = arena_new(&guard)};
    const char *dir = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--case") == 0 && i + 1 < argc) all.only = str_from(argv[++i]);
        else if (strcmp(argv[i], "--list") == 0) all.list = true;
        else if (strcmp(argv[i], "--patterns") == 0) all.patterns = true;
        else if (strcmp(argv[i], "--table") == 0) all.table = true;
        else dir = argv[i];
    }
    if (!dir || chdir(dir)) {
        fprintf(stderr, "usage: rutter-static SET_DIR [--case ID] [--list] [--patterns] [--table]\n");
        return 2;
    }
    struct str rest = read_whole(all.a, "cases.tsv"), one;
    str_cut(rest, STR("\n"), &one, &rest); /* the heading */
    while (rest.n) {
        struct line l = {.all = &all};
        str_cut(rest, STR("\n"), &l.text, &rest);
        struct str id, ignored;
        str_cut(l.text, STR("\t"), &id, &ignored);
        if (!l.text.n || (all.only.n && !str_eq(all.only, id))) continue;
        guard_init(&l.guard, limits_default());
        if (guard_run(&l.guard, run_line, &l)) continue;
        all.failed++;
        printf("%.*s: %s\n", STR_ARG(id), l.guard.message);
    }
    if (all.table) print_table(&all);
    printf("%u passed, %u failed\n", all.passed, all.failed);
    int status = all.failed ? 1 : 0;
    arena_free(all.a);
    return status;
}
