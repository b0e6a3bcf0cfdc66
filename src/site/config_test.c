#include "base/test.h"
#include "site/config.h"

static const struct config_flag flags[] = {
    {"values", true, true, NULL, true, false}, {"kube-version", true, false, NULL, false, false}, {"helm-version", true, false, "3|4", false, false},
    {"set-file", true, true, NULL, false, true}, {"no-advisories", false, false, NULL, false, false},
};

static struct diags *read_text(struct arena *a, const char *text, struct config *c, bool *ok)
{
    struct inputs *in = inputs_new(a);
    struct diags *d = diags_new(a, in);
    uint32_t input = inputs_add(in, STR("config"), (struct str){0}, STR(".rutter.yaml"), str_from(text));
    *c = (struct config){.dir = STR_INIT("ci")};
    *ok = config_read(a, str_from(text), input, flags, sizeof flags / sizeof *flags, d, c) && config_check_rules(a, c, NULL, d);
    return d;
}

static const char *const whole =
    "environments:\n"
    "  prod:\n"
    "    values: [a.yaml, /etc/b.yaml, \"-\"]\n"
    "    set-file: ca=ca.pem\n"
    "    kube-version: \"1.30\"\n"
    "    helm-version: 3\n"
    "    no-advisories: true\n"
    "severity:\n"
    "  keda/paused: off\n"
    "  advisory/*: info\n"
    "accept:\n"
    "  - {rule: object/data-loss, subject: PersistentVolumeClaim/cache, reason: it is a cache, expires: 2027-01-31}\n";

TEST(config_is_read)
{
    struct config c;
    bool ok;
    struct diags *d = read_text(a, whole, &c, &ok);
    for (size_t i = 0; i < d->n; i++) test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(d->v[i].message));
    const struct environment *e = config_environment(a, &c, STR("prod"), STR(".rutter.yaml"), d);
    CHECK(ok && e);
    if (!e) return;
    CHECK_INT(e->n, 5);
    CHECK_INT(e->v[0].n, 3);
    CHECK_STR(e->v[0].v[0], STR("ci/a.yaml"));
    CHECK_STR(e->v[0].v[1], STR("/etc/b.yaml"));
    CHECK_STR(e->v[0].v[2], STR("-"));
    CHECK_STR(e->v[1].v[0], STR("ca=ci/ca.pem"));
    CHECK_STR(e->v[3].v[0], STR("3"));
    CHECK_STR(e->v[4].v[0], STR("true"));
    CHECK(c.severities_n == 2 && c.severities[0].off && c.severities[1].severity == SEVERITY_INFO);
    CHECK(c.accept_n == 1 && c.accept[0].last == 1801353600 && c.accept[0].at.line == 12);
    CHECK(!config_environment(a, &c, STR("pord"), STR(".rutter.yaml"), d));
    CHECK_STR(d->v[0].hint, STR("did you mean prod?"));
}

static void refuses(struct arena *a, const char *text, const char *message, const char *place, const char *hint)
{
    struct config c;
    bool ok;
    struct diags *d = read_text(a, text, &c, &ok);
    CHECK(!ok);
    if (d->n != 1) test_fail(__FILE__, __LINE__, "%s: %zu diagnostics", text, d->n);
    if (!d->n) return;
    CHECK_STR(d->v[0].message, str_from(message));
    CHECK_STR(place_show(a, d->inputs, d->v[0].at), str_from(place));
    CHECK_STR(d->v[0].hint, str_from(hint));
}

TEST(config_refuses_what_it_does_not_know)
{
    refuses(a, "sevrity: {}\n", "the configuration has no key \"sevrity\"", ".rutter.yaml:1:1", "did you mean severity?");
    refuses(a, "severity:\n  keda/pausd: info\n", "there is no rule \"keda/pausd\"", ".rutter.yaml:2:3", "did you mean keda/paused?");
    refuses(a, "severity:\n  keda/paused: warn\n", "keda/paused of severity of the configuration cannot be \"warn\"", ".rutter.yaml:2:16", "it is one of error|warning|info|off");
    refuses(a, "accept:\n- rule: keda/paused\n  subject: x\n", "an entry of accept of the configuration has no reason, which it needs", ".rutter.yaml:2:3", "");
    refuses(a, "accept:\n- {rule: keda/paused, subject: x, reason: \" \"}\n", "reason of an entry of accept of the configuration is empty", ".rutter.yaml:2:43", "");
    refuses(a, "accept:\n- {rule: nothing, subject: x, reason: why}\n", "there is no rule \"nothing\"", ".rutter.yaml:2:10", "rutter rules lists them");
    refuses(a, "accept:\n- {rule: keda/paused, subject: x, reason: why, expires: 2027-02-30}\n", "expires cannot be \"2027-02-30\"", ".rutter.yaml:2:57",
            "a day like 2027-01-31 is needed; it is the last on which the finding is accepted");
    refuses(a, "accept:\n- {rule: keda/paused, subject: x, reason: why}\n- {rule: keda/paused, subject: x, reason: z}\n", "keda/paused of x is accepted twice", ".rutter.yaml:3:3",
            "the other one is on line 2");
    refuses(a, "environments:\n  prod:\n    value: a\n", "there is no flag \"value\" that an environment could set", ".rutter.yaml:3:5", "did you mean values?");
    refuses(a, "environments:\n  prod:\n    kube-version: 1.30\n", "kube-version needs a text, and this is a number", ".rutter.yaml:3:19", "put it in quotes");
    refuses(a, "environments:\n  prod:\n    kube-version: [a]\n", "kube-version can be given once, and here is a list", ".rutter.yaml:3:19", "");
    refuses(a, "environments:\n  prod:\n    no-advisories: x\n", "no-advisories is a flag: it is true or false", ".rutter.yaml:3:20", "");
}
