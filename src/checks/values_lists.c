/* Fields in the entries of the user's lists: those that do nothing any more, and those that never did. One finding for a field,
 * at the first entry that has it, however many have it. */
#include "checks/values_say.h"

#include "value/yaml.h"

static struct finding *add(struct facts *f, const char *rule, enum severity severity, const struct list_field *x)
{
    struct finding *y = finding_add(&f->findings, rule, severity, ABOUT_CHANGE, SUBJECT_VALUE, x->path);
    y->at = x->n ? values_place(f, x->at[0]) : NOWHERE;
    return y;
}

static void say_entries(struct facts *f, struct finding *y, const struct list_field *x)
{
    enum { SHOWN = 8 };
    struct buf lines = buf_new(f->a);
    if (x->n < 2) return;
    for (uint32_t i = 0; i < x->n && i < SHOWN; i++) buf_printf(&lines, "%s%u", i ? ", " : "", values_place(f, x->at[i]).line);
    finding_evidence(&f->findings, y, "the same in %u entries, on the lines %.*s%s", x->n, STR_ARG(buf_str(&lines)), x->n > SHOWN ? " and further ones" : "");
}

static void report_lost(struct facts *f, const struct list_field *x)
{
    bool nothing = values_lose_nothing(f, &x->old_signature);
    struct str loss = nothing ? STR("all that it set comes out the same without it") : values_loss(f, x->path, &x->old_signature);
    const char *rule = x->to ? "values/renamed-key" : x->still_read ? "values/ignored-key" : "values/removed-key";
    struct finding *y = add(f, rule, nothing && !x->to ? SEVERITY_WARNING : SEVERITY_ERROR, x);
    const char *colon = loss.n ? ": " : "";
    if (x->to) {
        y->message = str_printf(f->a, "the new chart no longer reads this field of the list's entries, it is now %.*s%s%.*s", STR_ARG(x->renamed_to), loss.n ? ": left as it is, " : "", STR_ARG(loss));
        y->replacement = x->renamed_to;
        y->confidence = x->confidence;
        y->fix = str_printf(f->a, "move the value to %.*s, in each entry", STR_ARG(x->renamed_to));
        finding_evidence(&f->findings, y, "with the value%s there the new chart renders the same difference", x->n > 1 ? "s" : "");
    } else if (x->still_read) {
        y->message = str_printf(f->a, "the new chart still has this field of the list's entries, and it does nothing with these values; it did before%s%.*s", colon, STR_ARG(loss));
        y->fix = STR("find the condition in the new chart that leads to this setting, or remove the field");
    } else {
        y->message = str_printf(f->a, "the new chart no longer reads this field of the list's entries, and nothing was found that replaces it%s%.*s", colon, STR_ARG(loss));
        y->fix = nothing ? STR("remove the field, and look at what decides the setting now") : STR("decide whether the setting is still needed, and remove the field");
    }
    say_entries(f, y, x);
    values_say_losses(f, y, &x->old_signature, 6);
}

static void report_foreign(struct facts *f, const struct list_field *x)
{
    if (!x->renamed_to.n && !x->never) return;
    struct finding *y = add(f, "values/unknown-key", x->renamed_to.n ? SEVERITY_WARNING : SEVERITY_INFO, x);
    y->replacement = x->renamed_to;
    y->confidence = !x->renamed_to.n ? 60 : x->never ? 90 : 80;
    if (x->renamed_to.n) {
        y->message = str_printf(f->a, "neither chart reads this field of the list's entries, so it does nothing; did you mean %.*s?", STR_ARG(x->renamed_to));
        y->fix = str_printf(f->a, "write %.*s, and look whether its effect is wanted", STR_ARG(x->renamed_to));
        if (x->never) finding_evidence(&f->findings, y, "no branch of any template of either chart leads to it");
    } else {
        y->message = STR("the new chart does not read this field of the list's entries, whatever the other values are, and it did nothing before");
        y->fix = STR("remove the field, or look up its name in the chart's values.yaml");
    }
    say_entries(f, y, x);
}

static void check_lists(struct facts *f)
{
    for (uint32_t i = 0; i < f->usage.fields_n; i++) {
        const struct list_field *x = &f->usage.fields[i];
        struct str first = f->usage.keys[x->list].segment[0];
        bool absent = values_is_of_absent(f->new_side.chart, first) || values_is_of_absent(f->old_side.chart, first);
        if (x->covered || absent) continue;
        if (field_is_lost(x)) report_lost(f, x);
        else if (x->foreign) report_foreign(f, x);
    }
}

const struct check_entry checks_values_lists[] = {
    {"values/renamed-key values/removed-key values/ignored-key values/unknown-key", false, false, check_lists},
    {0},
};
