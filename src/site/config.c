#include "site/config.h"

#include "text/units.h"
#include "value/shape.h"

struct reader {
    struct arena *a;
    struct origins *origins;
    struct diags *d;
    struct place whole;
    const struct config_flag *flags; uint32_t flags_n;
    struct config *out;
};

static const struct shape any = {.kind = SHAPE_ANY};
static const struct shape environment = {.kind = SHAPE_MAP, .item = &any};
static const struct shape severity = {.kind = SHAPE_TEXT, .choices = "error|warning|info|off"};
static const struct shape_field acceptance_fields[] = {
    {"rule", true, {.kind = SHAPE_TEXT}}, {"subject", true, {.kind = SHAPE_TEXT}}, {"reason", true, {.kind = SHAPE_TEXT}}, {"expires", false, {.kind = SHAPE_TEXT}}, {0},
};
static const struct shape acceptance = {.kind = SHAPE_FIELDS, .fields = acceptance_fields};
static const struct shape_field config_fields[] = {
    {"environments", false, {.kind = SHAPE_MAP, .item = &environment}},
    {"severity", false, {.kind = SHAPE_MAP, .item = &severity}},
    {"accept", false, {.kind = SHAPE_LIST, .item = &acceptance}},
    {0},
};
static const struct shape config = {.kind = SHAPE_FIELDS, .fields = config_fields};

/* ---- places ---- */

static struct place known(const struct reader *r, struct place at) { return at.line ? at : r->whole; }
static struct place key_place(const struct reader *r, const struct entry *e) { return known(r, origin_get(r->origins, e->at)->key_at); }
static struct place value_place(const struct reader *r, const struct entry *e) { return known(r, origin_get(r->origins, e->at)->value_at); }

/* ---- severities ---- */

static void read_severities(struct reader *r, struct value v)
{
    static const char *const names[] = {"info", "warning", "error"};
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        struct severity_setting s = {.rule = e->key, .at = key_place(r, e), .off = e->value.kind == V_BOOL || str_is(v_text(e->value), "off")};
        for (int k = 0; k < 3 && !s.off; k++)
            if (str_is(v_text(e->value), names[k])) s.severity = (enum severity)k;
        *PUSH(r->a, r->out->severities, r->out->severities_n, r->out->severities_cap) = s;
    }
}

/* ---- what is accepted ---- */

static bool same_finding(const struct acceptance *x, const struct acceptance *y) { return str_eq(x->rule, y->rule) && str_eq(x->subject, y->subject); }

static bool read_acceptance(struct reader *r, struct value v, struct place at)
{
    struct acceptance x = {.rule = value_str_at(v, "rule"), .subject = value_str_at(v, "subject"), .reason = str_trim(value_str_at(v, "reason")),
                           .expires = value_str_at(v, "expires"), .at = known(r, at)};
    const struct entry *rule = map_find(v.u.map, STR("rule")), *expires = map_find(v.u.map, STR("expires"));
    bool ok = true;
    x.rule_at = value_place(r, rule);
    if (expires && !date_parse(x.expires, &x.last)) {
        ok = diag_error(r->d, value_place(r, expires), "expires cannot be \"%.*s\"", STR_ARG(x.expires));
        diag_hint(r->d, "a day like 2027-01-31 is needed; it is the last on which the finding is accepted");
    }
    for (uint32_t i = 0; i < r->out->accept_n; i++)
        if (same_finding(&r->out->accept[i], &x)) {
            ok = diag_error(r->d, x.at, "%.*s of %.*s is accepted twice", STR_ARG(x.rule), STR_ARG(x.subject));
            diag_hint(r->d, "the other one is on line %u", r->out->accept[i].at.line);
        }
    *PUSH(r->a, r->out->accept, r->out->accept_n, r->out->accept_cap) = x;
    return ok;
}

static bool read_accept(struct reader *r, struct value v)
{
    bool ok = true;
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++)
        ok = read_acceptance(r, v.u.list->v[i], origin_get(r->origins, list_origin(v.u.list, i))->value_at) && ok;
    return ok;
}

/* ---- environments ---- */

static const struct config_flag *flag_of(const struct reader *r, struct str name)
{
    for (uint32_t i = 0; i < r->flags_n; i++)
        if (str_is(name, r->flags[i].name)) return &r->flags[i];
    return NULL;
}

static bool unknown_flag(struct reader *r, struct str name, struct place at)
{
    struct str *names = NEW_ARRAY(r->a, struct str, r->flags_n);
    for (uint32_t i = 0; i < r->flags_n; i++) names[i] = str_from(r->flags[i].name);
    diag_error(r->d, at, "there is no flag \"%.*s\" that an environment could set", STR_ARG(name));
    struct str meant = nearest(str_trim_prefix(name, STR("--")), names, r->flags_n);
    if (meant.n) diag_hint(r->d, "did you mean %.*s?", STR_ARG(meant));
    else diag_hint(r->d, "rutter help plan and rutter help lint list the flags; here they have no dashes");
    return false;
}

static struct str from_dir(struct arena *a, struct str dir, struct str path)
{
    if (!path.n || path.p[0] == '/' || str_is(path, "-") || !dir.n) return path;
    return path_join(a, dir, path);
}

static struct str resolved(const struct reader *r, const struct config_flag *f, struct str value)
{
    struct str key, path;
    if (f->path) return from_dir(r->a, r->out->dir, value);
    if (f->path_after_equals && str_cut(value, STR("="), &key, &path)) return str_printf(r->a, "%.*s=%.*s", STR_ARG(key), STR_ARG(from_dir(r->a, r->out->dir, path)));
    return value;
}

/* YAML makes 1.3 of 1.30: where a text is needed, only quotes are safe. A whole number that is one of the choices is. */
static bool number_as_text(const struct reader *r, const struct config_flag *f, struct value v, struct str *out)
{
    struct str rest = str_from(f->choices), one;
    *out = str_printf(r->a, "%.0f", v.kind == V_FLOAT ? v.u.f : (double)v.u.i);
    for (bool more = f->choices != NULL; more;) {
        more = str_cut(rest, STR("|"), &one, &rest);
        if (str_eq(one, *out)) return true;
    }
    return false;
}

static bool add_value(struct reader *r, const struct config_flag *f, struct value v, struct place at, struct environment_flag *out)
{
    struct str text;
    if (!f->takes_value) {
        if (v.kind != V_BOOL) return diag_error(r->d, at, "%s is a flag: it is true or false", f->name);
        text = v.u.b ? STR("true") : STR("false");
    } else if (v.kind == V_STR) {
        text = resolved(r, f, v_text(v));
    } else if (v.kind != V_FLOAT && v.kind != V_INT) {
        return diag_error(r->d, at, "%s needs a text%s", f->name, f->repeated ? " or a list of texts" : "");
    } else if (!number_as_text(r, f, v, &text)) {
        diag_error(r->d, at, "%s needs a text, and this is a number", f->name);
        diag_hint(r->d, "put it in quotes");
        return false;
    }
    *PUSH(r->a, out->v, out->n, out->cap) = text;
    return true;
}

static bool read_flag(struct reader *r, const struct entry *e, struct environment *env)
{
    const struct config_flag *f = flag_of(r, e->key);
    bool ok = true;
    if (!f) return unknown_flag(r, e->key, key_place(r, e));
    struct environment_flag x = {.name = e->key, .at = value_place(r, e)};
    if (e->value.kind == V_LIST && f->repeated) {
        for (uint32_t i = 0; i < list_len(e->value); i++)
            ok = add_value(r, f, e->value.u.list->v[i], known(r, origin_get(r->origins, list_origin(e->value.u.list, i))->value_at), &x) && ok;
    } else if (e->value.kind == V_LIST) {
        return diag_error(r->d, x.at, "%s can be given once, and here is a list", f->name);
    } else {
        ok = add_value(r, f, e->value, x.at, &x);
    }
    *PUSH(r->a, env->v, env->n, env->cap) = x;
    return ok;
}

static bool read_environments(struct reader *r, struct value v)
{
    bool ok = true;
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++) {
        const struct entry *e = &v.u.map->v[i];
        struct environment *env = PUSH(r->a, r->out->environments, r->out->environments_n, r->out->environments_cap);
        *env = (struct environment){.name = e->key, .at = key_place(r, e)};
        for (uint32_t k = 0; k < map_len(e->value); k++) ok = read_flag(r, &e->value.u.map->v[k], env) && ok;
    }
    return ok;
}

bool config_read(struct arena *a, struct str text, uint32_t input, const struct config_flag *flags, uint32_t flags_n, struct diags *d, struct config *out)
{
    struct reader r = {.a = a, .origins = origins_new(a), .d = d, .flags = flags, .flags_n = flags_n, .out = out};
    struct value v;
    r.whole = (struct place){.input = input & 0x3fff, .line = 1};
    if (!shape_read(a, text, input, &config, r.origins, "the configuration", &v, d)) return false;
    bool ok = read_environments(&r, value_at(v, "environments", NULL));
    read_severities(&r, value_at(v, "severity", NULL));
    return read_accept(&r, value_at(v, "accept", NULL)) && ok;
}

static bool check_rule(struct arena *a, const struct rule_texts *t, struct str id, struct place at, struct diags *d)
{
    const struct rule_text *x = texts_find(t, id);
    if (x && str_eq(x->id, id)) return true;
    struct str meant = texts_meant(a, t, id);
    diag_error(d, at, "there is no rule \"%.*s\"", STR_ARG(id));
    if (meant.n) diag_hint(d, "did you mean %.*s?", STR_ARG(meant));
    else diag_hint(d, "rutter rules lists them");
    return false;
}

bool config_check_rules(struct arena *a, const struct config *c, const struct rulebook *rules, struct diags *d)
{
    bool ok = true;
    if (!c->severities_n && !c->accept_n) return true;
    struct rule_texts t = texts_read(a, rules);
    for (uint32_t i = 0; i < c->severities_n; i++) ok = check_rule(a, &t, c->severities[i].rule, c->severities[i].at, d) && ok;
    for (uint32_t i = 0; i < c->accept_n; i++) ok = check_rule(a, &t, c->accept[i].rule, c->accept[i].rule_at, d) && ok;
    return ok;
}

const struct environment *config_environment(struct arena *a, const struct config *c, struct str name, struct str file, struct diags *d)
{
    struct str *names = NEW_ARRAY(a, struct str, c->environments_n + 1);
    for (uint32_t i = 0; i < c->environments_n; i++) {
        names[i] = c->environments[i].name;
        if (str_eq(names[i], name)) return &c->environments[i];
    }
    diag_error(d, NOWHERE, "%.*s has no environment \"%.*s\"", STR_ARG(file), STR_ARG(name));
    struct str meant = nearest(name, names, c->environments_n);
    struct buf all = buf_new(a);
    for (uint32_t i = 0; i < c->environments_n; i++) buf_printf(&all, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
    if (meant.n) diag_hint(d, "did you mean %.*s?", STR_ARG(meant));
    else if (all.n) diag_hint(d, "it has %.*s", STR_ARG(buf_str(&all)));
    return NULL;
}
