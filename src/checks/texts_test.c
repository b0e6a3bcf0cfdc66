/* Every rule that a check may report has its text, and every text its rule. */
#include "base/test.h"
#include "base/rules.h"
#include "checks/checks.h"
#include "kube/field.h"
#include "site/suppress.h"
#include "value/yaml.h"

static const struct check_entry *const families[] = {
    checks_render, checks_syntax, checks_values, checks_values_shape, checks_values_defaults, checks_values_images, checks_values_unknown, checks_values_lists,
    checks_objects, checks_immutable, checks_fields, checks_storage, checks_services, checks_config, checks_secrets, checks_access, checks_network, checks_api,
    checks_hooks, checks_keda, checks_monitoring, checks_pdb, checks_rollout, checks_models, checks_chart, checks_advisories, checks_queries, checks_changelog,
};

static bool is_among(struct str id, const char *list)
{
    struct str rest = str_from(list), one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(" "), &one, &rest);
        if (str_eq(one, id)) return true;
    }
    return false;
}

static bool is_reported(struct str id)
{
    if (is_among(id, suppress_rules)) return true;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const struct check_entry *c = families[i]; c->run; c++)
            if (is_among(id, c->rules)) return true;
    return false;
}

static struct value texts_of(struct arena *a, struct str family)
{
    struct yaml_options o = {.strict = true};
    struct value v = NIL;
    struct str error, text = rules_get(str_z(a, str_printf(a, "rules/%.*s.yaml", STR_ARG(family))));
    struct place at;
    if (!text.p) test_fail(__FILE__, __LINE__, "rules/rules/%.*s.yaml is not there", STR_ARG(family));
    else if (!yaml_read(a, text, &o, &v, &error, &at)) test_fail(__FILE__, __LINE__, "rules/rules/%.*s.yaml: %.*s", STR_ARG(family), STR_ARG(error));
    return value_at(v, "rules", NULL);
}

static void check_text(struct value v)
{
    static const char *const fields[] = {"severity", "title", "means", "matters", "fix", "example"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!value_str_at(v, fields[i]).n) test_fail(__FILE__, __LINE__, "%.*s has no %s", STR_ARG(value_str_at(v, "id")), fields[i]);
    if (!field_len(value_at(v, "sources", NULL))) test_fail(__FILE__, __LINE__, "%.*s has no sources", STR_ARG(value_str_at(v, "id")));
}

TEST(checks_every_rule_has_its_text)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const struct check_entry *c = families[i]; c->run; c++) {
            struct str rest = str_from(c->rules), one, family, name;
            for (bool more = true; more;) {
                more = str_cut(rest, STR(" "), &one, &rest);
                str_cut(one, STR("/"), &family, &name);
                struct value texts = texts_of(a, family);
                bool found = false;
                for (uint32_t k = 0; k < field_len(texts); k++) found |= str_eq(value_str_at(field_item(texts, k), "id"), one);
                if (!found) test_fail(__FILE__, __LINE__, "%.*s has no text in rules/rules/", STR_ARG(one));
            }
        }
}

TEST(checks_every_text_has_its_rule)
{
    for (size_t i = 0; i < rules_files_n; i++) {
        struct str path = str_from(rules_files[i].path), family = str_trim_suffix(path_base(path), STR(".yaml"));
        bool other = !str_starts(path, STR("rules/"));
        struct value texts = other ? NIL : texts_of(a, family);
        for (uint32_t k = 0; k < field_len(texts); k++) {
            check_text(field_item(texts, k));
            if (value_str_at(field_item(texts, k), "unreported").n) continue; /* and says why */
            if (!is_reported(value_str_at(field_item(texts, k), "id"))) test_fail(__FILE__, __LINE__, "nothing reports %.*s", STR_ARG(value_str_at(field_item(texts, k), "id")));
        }
    }
}

/* A finding by advisory is one that no analysis can make: each says why. */
TEST(checks_every_advisory_says_why_no_input_shows_it)
{
    static const char *const fields[] = {"id", "severity", "title", "text", "fix", "unseen", "source"};
    struct yaml_options o = {.strict = true};
    for (size_t i = 0; i < rules_files_n; i++) {
        struct value v;
        struct str error;
        struct place at;
        if (!str_starts(str_from(rules_files[i].path), STR("advisories/"))) continue;
        if (!yaml_read(a, rules_files[i].text, &o, &v, &error, &at)) test_fail(__FILE__, __LINE__, "%s: %.*s", rules_files[i].path, STR_ARG(error));
        struct value list = value_at(v, "advisories", NULL);
        CHECK(field_len(list) > 0);
        for (uint32_t k = 0; k < field_len(list); k++)
            for (size_t n = 0; n < sizeof fields / sizeof *fields; n++)
                if (!value_str_at(field_item(list, k), fields[n]).n) test_fail(__FILE__, __LINE__, "%.*s has no %s", STR_ARG(value_str_at(field_item(list, k), "id")), fields[n]);
    }
}
