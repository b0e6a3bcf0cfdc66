#include "checks/values_say.h"

#include "value/yaml.h"

#include <strings.h>

struct place values_place(const struct facts *f, origin_id at) { return origin_get(f->origins, at)->key_at; }

struct place values_place_of_path(const struct facts *f, struct str path)
{
    uint32_t n;
    struct str *segment = usage_segments(f->a, path, &n);
    struct value v = v_map(f->new_side.user);
    struct place at = NOWHERE;
    for (uint32_t i = 0; i < n; i++) {
        struct entry *e = v.kind == V_MAP && v.u.map ? map_find(v.u.map, segment[i]) : NULL;
        if (!e) return i + 1 == n || i == 0 ? NOWHERE : at;
        at = values_place(f, e->at);
        v = e->value;
    }
    return at;
}

bool values_is_secret(struct str path)
{
    static const char *const words[] = {"password", "passwd", "secret", "token", "apikey", "api_key", "privatekey", "credential", "licensekey"};
    for (size_t i = 0; i < path.n; i++)
        for (size_t k = 0; strchr("pPsStTaAcClL", path.p[i]) && k < sizeof words / sizeof *words; k++)
            if (path.n - i >= strlen(words[k]) && strncasecmp(path.p + i, words[k], strlen(words[k])) == 0) return true;
    return false;
}

struct str values_show(struct facts *f, struct str path, struct value v)
{
    struct buf b = buf_new(f->a);
    if (v.kind == V_NIL) return STR("nothing");
    if (values_is_secret(path) && v.kind != V_BOOL) return STR("***");
    if (v.kind == V_MAP || v.kind == V_LIST) {
        if (v.kind == V_MAP ? !map_len(v) : !list_len(v)) return v.kind == V_MAP ? STR("{}") : STR("[]");
        return v.kind == V_MAP ? str_printf(f->a, "a map of %u", map_len(v)) : str_printf(f->a, "a list of %u", list_len(v));
    }
    if (v.kind == V_STR && v.n > 60) return STR("a longer text");
    yaml_write(&b, v);
    struct str s = str_trim(buf_done(&b));
    return str_chr(s, '\n') >= 0 || s.n > 60 ? STR("a longer text") : s;
}

static bool is_noise(const struct trait *t) { return t->field.n && diff_is_noise(t->field); }

/* A variable's or container's name may tell that its value is a secret. */
static bool is_masked(const struct trait *t, struct str path)
{
    return values_is_secret(t->field) || values_is_secret(t->item) || values_is_secret(path) || str_starts(t->object, STR("Secret/"));
}

/* "SIE_AUTH_MODE of Deployment/x", "spec.replicas of Deployment/x" */
static struct str field_of(struct facts *f, const struct trait *t)
{
    if (t->item.n && str_ends(t->field, STR("].value"))) return str_printf(f->a, "%.*s of %.*s", STR_ARG(t->item), STR_ARG(t->object));
    return str_printf(f->a, "%.*s of %.*s", STR_ARG(t->field), STR_ARG(t->object));
}

/* "goes from static to none", of what the key did on the old side; nothing for texts that nobody would read here. */
static struct str change_of(struct facts *f, struct str path, const struct trait *t)
{
    struct str what = field_of(f, t);
    if (!t->field.n) return str_printf(f->a, "%.*s %s", STR_ARG(t->object), t->to.kind == V_NIL ? "is no longer there" : "appears");
    if (is_masked(t, path)) return str_printf(f->a, "%.*s is no longer set by it", STR_ARG(what));
    struct str from = values_show(f, t->field, t->from), to = values_show(f, t->field, t->to);
    if (str_eq(from, to)) return str_printf(f->a, "%.*s changes", STR_ARG(what));
    if (t->to.kind == V_NIL) return str_printf(f->a, "%.*s is no longer %.*s", STR_ARG(what), STR_ARG(from));
    if (t->from.kind == V_NIL) return str_printf(f->a, "%.*s becomes %.*s", STR_ARG(what), STR_ARG(to));
    return str_printf(f->a, "%.*s goes from %.*s to %.*s", STR_ARG(what), STR_ARG(from), STR_ARG(to));
}

uint32_t values_say_losses(struct facts *f, struct finding *x, const struct signature *s, uint32_t most)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < s->n && shown < most; i++) {
        if (is_noise(&s->v[i])) continue;
        finding_evidence(&f->findings, x, "without it: %.*s", STR_ARG(change_of(f, x->subject, &s->v[i])));
        shown++;
    }
    return shown;
}

struct str values_loss(struct facts *f, struct str path, const struct signature *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (!is_noise(&s->v[i])) return change_of(f, path, &s->v[i]);
    return (struct str){0};
}
