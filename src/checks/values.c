/* What becomes of the user's values. */
#include "checks/checks.h"

#include "value/yaml.h"

static struct place place_of(const struct facts *f, origin_id at) { return origin_get(f->origins, at)->key_at; }

static struct str show_value(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    if (v.kind == V_NIL) return STR("nothing");
    yaml_write(&b, v);
    struct str s = str_trim(buf_done(&b));
    if (str_chr(s, '\n') >= 0 || s.n > 60) return v.kind == V_MAP ? STR("a map") : v.kind == V_LIST ? STR("a list") : STR("a longer text");
    return s;
}

static bool is_secret_path(struct str path)
{
    static const char *const words[] = {"password", "passwd", "secret", "token", "apikey", "api_key", "privatekey", "credential"};
    for (size_t i = 0; i < path.n; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (path.n - i >= strlen(words[k]) && strncasecmp(path.p + i, words[k], strlen(words[k])) == 0) return true;
    return false;
}

/* "Deployment/x spec.replicas goes from 3 to 1": what the key's loss changes, at most three. */
static void say_losses(struct facts *f, struct finding *x, const struct signature *s)
{
    for (uint32_t i = 0; i < s->n && i < 3; i++) {
        const struct trait *t = &s->v[i];
        if (!t->field.n) finding_evidence(&f->findings, x, "it decided whether %.*s is there", STR_ARG(t->object));
        else if (is_secret_path(t->field) || is_secret_path(x->subject) || str_starts(t->object, STR("Secret/")))
            finding_evidence(&f->findings, x, "it set %.*s of %.*s", STR_ARG(t->field), STR_ARG(t->object));
        else
            finding_evidence(&f->findings, x, "it set %.*s of %.*s to %.*s (without it: %.*s)", STR_ARG(t->field), STR_ARG(t->object),
                             STR_ARG(show_value(f->a, t->from)), STR_ARG(show_value(f->a, t->to)));
    }
    if (s->n > 3) finding_evidence(&f->findings, x, "and %u more fields", s->n - 3);
}

static bool is_lost(const struct key *k)
{
    return !k->blocking && k->new_effect == WORKS_NOT && (k->old_effect == WORKS || k->old_effect == WORKS_BY_FAILING);
}

static bool in_defaults(const struct chart *c, const struct key *k)
{
    bool found;
    usage_get(c->values.u.map, k->segment, k->segments, &found);
    return found;
}

static void check_lost_keys(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        if (!is_lost(k)) continue;
        const char *rule = k->renamed_to.n ? "values/renamed-key" : in_defaults(f->new_side.chart, k) ? "values/ignored-key" : "values/removed-key";
        struct finding *x = finding_add(&f->findings, rule, SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
        x->at = place_of(f, k->at);
        if (k->renamed_to.n) {
            x->replacement = k->renamed_to;
            x->confidence = k->confidence;
            x->message = str_printf(f->a, "the new chart no longer reads this key; the setting is now %.*s", STR_ARG(k->renamed_to));
            x->fix = str_printf(f->a, "move the value to %.*s", STR_ARG(k->renamed_to));
            if (k->renamed_proved) finding_evidence(&f->findings, x, "with the value at %.*s the new chart renders the same difference", STR_ARG(k->renamed_to));
        } else {
            x->message = STR("the new chart does nothing with this key, the old one did");
            x->fix = STR("look for the setting that replaced it, and remove the key");
        }
        say_losses(f, x, &k->old_signature);
    }
}

static void check_blocking_keys(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.n; i++) {
        const struct key *k = &f->usage.keys[i];
        if (!k->blocking) continue;
        struct finding *x = finding_add(&f->findings, "values/refused-key", SEVERITY_ERROR, ABOUT_CHANGE, SUBJECT_VALUE, k->path);
        x->at = place_of(f, k->at);
        x->replacement = k->renamed_to;
        x->message = str_printf(f->a, "the new chart does not render with this key: %.*s", STR_ARG(k->message));
        x->fix = k->renamed_to.n ? str_printf(f->a, "move the value to %.*s", STR_ARG(k->renamed_to)) : STR("remove or change the key as the chart's message says");
        say_losses(f, x, &k->old_signature);
    }
}

const struct check_entry checks_values[] = {
    {"values/renamed-key values/removed-key values/ignored-key", false, false, check_lost_keys},
    {"values/refused-key", false, false, check_blocking_keys},
    {0},
};
