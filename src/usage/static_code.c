/* Template code in texts: what `tpl` runs. Any text could be given under other values; what is looked at is the text of the
 * chart's defaults, of the user's values, of constants and of the chart's files. */
#include "usage/static_inside.h"

static void collect(struct analysis *an, struct value v, const struct str *segment, uint32_t n)
{
    if (n > an->a->guard->max.depth) guard_trip(an->a->guard, "values are nested too deep");
    if (v.kind == V_STR && str_has(v_text(v), STR("{{"))) {
        *PUSH(an->a, an->codes, an->codes_n, an->codes_cap) = (struct code){segment, n, v_text(v)};
    } else if (v.kind == V_LIST) {
        struct str *deeper = list_len(v) ? NEW_ARRAY(an->a, struct str, n + 1) : NULL;
        if (n && deeper) memcpy(deeper, segment, n * sizeof *deeper);
        for (uint32_t i = 0; i < list_len(v); i++) collect(an, v.u.list->v[i], deeper, n + 1);
    } else if (v.kind == V_MAP) {
        for (uint32_t i = 0; i < map_len(v); i++) {
            const struct entry *e = &v.u.map->v[i];
            if (e->value.kind != V_MAP && e->value.kind != V_LIST && e->value.kind != V_STR && !str_has(e->key, STR("{{"))) continue;
            struct str *deeper = NEW_ARRAY(an->a, struct str, n + 1);
            if (n) memcpy(deeper, segment, n * sizeof *deeper);
            deeper[n] = e->key;
            if (str_has(e->key, STR("{{"))) *PUSH(an->a, an->codes, an->codes_n, an->codes_cap) = (struct code){deeper, n + 1, e->key};
            collect(an, e->value, deeper, n + 1);
        }
    }
}

void code_collect(struct analysis *an)
{
    collect(an, v_map((struct map *)an->user), NULL, 0);
    for (uint32_t i = 0; i < an->scopes_n; i++) {
        uint32_t n = an->paths.v[an->scopes[i].values].depth;
        struct str *prefix = NEW_ARRAY(an->a, struct str, n + 1);
        path_id p = an->scopes[i].values;
        for (uint32_t k = n; k > 0; k--, p = an->paths.v[p].parent) prefix[k - 1] = an->paths.v[p].key;
        collect(an, an->scopes[i].chart->values, prefix, n);
    }
}

/* ---- is the text at or below a place? ---- */

static bool is_at(const struct analysis *an, const struct str *segment, uint32_t n, path_id p, uint32_t skipped)
{
    const struct paths *ps = &an->paths;
    uint32_t depth = ps->v[p].depth;
    for (; depth > skipped; depth--, p = ps->v[p].parent) {
        const struct path *x = &ps->v[p];
        bool any_depth = x->step == STEP_BELOW || x->step == STEP_BELOW_SOME;
        if (any_depth && n + skipped < depth - 1) return false;
        if (any_depth) continue;
        if (n + skipped < depth || (x->step == STEP_KEY && !str_eq(x->key, segment[depth - 1 - skipped]))) return false;
    }
    return true;
}

/* Where the globals begin in it; n when it has none. */
static uint32_t global_in(const struct str *segment, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_is(segment[i], "global")) return i;
    return n;
}

/* Globals are the same in every chart: they are compared from there on. */
static bool code_is_at(const struct analysis *an, const struct code *c, path_id p)
{
    if (is_at(an, c->segment, c->segments, p, 0)) return true;
    path_id first = TABLE_NONE;
    for (path_id x = p; x; x = an->paths.v[x].parent)
        if (an->paths.v[x].step == STEP_KEY && str_is(an->paths.v[x].key, "global")) first = x;
    uint32_t from = global_in(c->segment, c->segments);
    if (first == TABLE_NONE || from == c->segments) return false;
    return is_at(an, c->segment + from, c->segments - from, p, an->paths.v[first].depth - 1u);
}

/* ---- running ---- */

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/* Code that is no template by itself (a line of one, in a list of lines): the values that it names. */
static void scan_names(struct frame *f, const struct node *at, struct str text, set_id dot)
{
    struct spot by = frame_spot(f, at);
    for (struct str rest = text, head; str_cut(rest, STR(".Values"), &head, &rest);) {
        set_id v = value_field(f->an, dot, STR("Values"), by);
        bool named = false;
        while (rest.n > 1 && rest.p[0] == '.' && is_word(rest.p[1])) {
            size_t end = 1;
            while (end < rest.n && is_word(rest.p[end])) end++;
            v = value_field(f->an, v, str_sub(rest, 1, end), by);
            rest = str_from_n(rest, end);
            named = true;
        }
        if (named) value_read_deep(f->an, v, by);
        else value_read_unknown(f->an, v, by);
    }
}

static set_id run_text(struct frame *f, const struct node *at, struct str text, set_id dot)
{
    struct analysis *an = f->an;
    if (!str_has(text, STR("{{"))) return 0;
    const struct parsed *p = tmpl_parse(an->a, an->parses, STR("gotpl"), text);
    if (p->error.n || !p->n) {
        scan_names(f, at, text, dot);
        return set_unknown(an);
    }
    struct parsed named = *p;
    named.n--;
    define_add(an, &named);
    return walk_tree(f, an, p->v[p->n - 1], dot);
}

static set_id run_files(struct frame *f, const struct node *at, const struct chart *c, set_id dot)
{
    set_id out = 0;
    for (uint32_t i = 0; i < c->files_n; i++) out = set_join(f->an, out, run_text(f, at, c->files[i]->data, dot));
    return out;
}

set_id code_run(struct frame *f, const struct node *at, set_id text, set_id dot)
{
    struct analysis *an = f->an;
    set_id out = 0, parts = value_texts(an, text);
    for (uint32_t i = 0; i < set_get(an, parts)->n; i++) {
        struct atom t = set_atom(set_get(an, parts), i);
        if (t.kind == AT_CONST) out = set_join(an, out, run_text(f, at, v_text(an->constants[t.id]), dot));
        else if (t.kind == AT_FILES) out = set_join(an, out, run_files(f, at, an->scopes[t.id].chart, dot));
        else if (t.kind == AT_UNKNOWN && t.id == UNKNOWN_CODE) value_read_unknown(an, dot, frame_spot(f, at));
        if (t.kind != AT_TEXT) continue;
        for (uint32_t k = 0; k < an->codes_n; k++)
            if (code_is_at(an, &an->codes[k], t.id)) out = set_join(an, out, run_text(f, at, an->codes[k].text, dot));
    }
    out = set_join(an, out, parts);
    struct value constant;
    return out || !set_value(an, text, &constant) ? out : text;
}
