/* What the executors' documents are made of: words in which nobody finds an expression, scalars of YAML, segments, and what is refused. */
#include "base/test.h"
#include "emit/emitters.h"
#include "emit/exec.h"

static struct str encoded(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    shell_encode(&b, s);
    return buf_done(&b);
}

static struct str yaml(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    exec_yaml(&b, s);
    return buf_done(&b);
}

TEST(exec_words_hold_no_expression)
{
    CHECK_STR(encoded(a, STR("jsonpath={.metadata.uid}")), STR("jsonpath={.metadata.uid}"));
    CHECK_STR(encoded(a, STR("{{.Version}}")), STR("%7B{.Version}}"));
    CHECK_STR(encoded(a, STR("{% x %}{# y #}")), STR("%7B%25 x %25}%7B# y #}"));
    CHECK_STR(encoded(a, STR("$(x) ${{ y }} $$(z) $x")), STR("%24(x) %24%7B{ y }} %24%24(z) $x"));
    CHECK_STR(encoded(a, STR("100%")), STR("100%25"));
    CHECK_STR(encoded(a, STR(";")), STR("%3B"));
    CHECK_STR(encoded(a, STR("a;b")), STR("a;b"));
    CHECK_STR(encoded(a, STR("::set-output name=x::y")), STR("%3A:set-output name=x%3A:y"));
    CHECK_STR(encoded(a, STR("##[add-path]")), STR("%23#[add-path]"));
    CHECK_STR(encoded(a, STR("a\nb\xc3\xa9\xff")), STR("a%0Ab%C3%A9%FF"));
    /* A brace before what is encoded would become {% of Jinja. */
    CHECK_STR(encoded(a, STR("{\n")), STR("%7B%0A"));
    CHECK_STR(encoded(a, STR("x={")), STR("x=%7B"));
}

TEST(exec_yaml_scalars)
{
    CHECK_STR(yaml(a, STR("--kube-context")), STR("--kube-context"));
    CHECK_STR(yaml(a, STR("yes")), STR("\"yes\""));
    CHECK_STR(yaml(a, STR("No")), STR("\"No\""));
    CHECK_STR(yaml(a, STR("null")), STR("\"null\""));
    CHECK_STR(yaml(a, STR("nothing")), STR("nothing"));
    CHECK_STR(yaml(a, STR("1e3")), STR("\"1e3\""));
    CHECK_STR(yaml(a, STR("-")), STR("\"-\""));
    CHECK_STR(yaml(a, STR("")), STR("\"\""));
    CHECK_STR(yaml(a, STR("a: \"b\"\\")), STR("\"a: \\\"b\\\"\\\\\""));
    CHECK_STR(yaml(a, STR("a\n\xe2\x80\xa8\x1b")), STR("\"a\\n\\u2028\\x1B\""));
    CHECK_STR(yaml(a, STR("\xc3\xa9")), STR("\"\xc3\xa9\""));
}

TEST(exec_shown_texts)
{
    CHECK_STR(exec_shown(a, STR("${{ x }} $(y) {{ z }} {% w %}")), STR("$ { { x }} $ (y) { { z }} { % w %}"));
    CHECK_STR(exec_name(a, STR("Object/renamed ${{")), STR("object-renamed----"));
}

/* Two checks, a gate, a command in the background with one beside it, a check. */
static struct plan *small_plan(struct arena *a)
{
    struct plan *p = NEW(a, struct plan);
    p->forward.a = p->back.a = a;
    p->id = STR("0123456789abcdef");
    p->release = p->ns = STR("demo");
    argv_text(a, &step_add(&p->forward, STR("one"), PHASE_PREFLIGHT, STEP_CHECK, STR("One"))->argv, "helm", "version", NULL);
    argv_text(a, &step_add(&p->forward, STR("two"), PHASE_PREFLIGHT, STEP_CHECK, STR("Two"))->argv, "kubectl", "version", NULL);
    step_add(&p->forward, STR("gate"), PHASE_UPGRADE, STEP_GATE, STR("Go on?"))->accept = STR("object/renamed");
    struct step *s = step_add(&p->forward, STR("upgrade"), PHASE_UPGRADE, STEP_RUN, STR("Upgrade"));
    argv_text(a, &s->argv, "helm", "upgrade", NULL);
    s->background = true;
    s = step_add(&p->forward, STR("watch"), PHASE_MONITOR, STEP_WAIT, STR("Watch"));
    s->beside = STR("upgrade");
    argv_text(a, &s->argv, "kubectl", "get", NULL);
    argv_text(a, &step_add(&p->forward, STR("last"), PHASE_VERIFY, STEP_CHECK, STR("Last"))->argv, "helm", "list", NULL);
    argv_text(a, &step_add(&p->back, STR("back-one"), PHASE_ROLLBACK, STEP_RUN, STR("Back"))->argv, "helm", "rollback", NULL);
    argv_text(a, &step_add(&p->back, STR("back-two"), PHASE_ROLLBACK, STEP_CHECK, STR("Back"))->argv, "helm", "list", NULL);
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR("upgrade"), STR("back-one")};
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR("last"), STR("back-two")};
    return p;
}

TEST(exec_segments)
{
    struct buf b = buf_new(a);
    struct executor x = exec_open(&b, small_plan(a), false), back = exec_open(&b, small_plan(a), true);
    CHECK_INT(x.units_n, 5);
    CHECK_INT(x.units[3].n, 2);
    CHECK_INT(x.segments_n, 4);
    CHECK(!x.segments[0].gate && x.segments[1].gate);
    CHECK_INT(x.segments[0].n, 2);
    CHECK_INT(back.segments_n, 2);
    CHECK_INT(exec_entries_until(&back, 0), 1);
    CHECK_INT(exec_entries_until(&back, 1), 2);
}

/* A path that somebody gave is where the chart is; what is pulled needs none. */
TEST(exec_knows_where_charts_are)
{
    static const char *const cases[][2] = {{"", "/rutter/work/chart-old"}, {"oci://r.example.com/c", "/rutter/work/chart-old"}, {"/srv/charts/c", "/srv/charts/c"}, {"./charts/c", "/rutter/work/charts/c"}};
    struct plan *p = small_plan(a);
    struct buf out = buf_new(a);
    struct str why = STR("");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        p->chart_ref = str_from(cases[i][0]);
        struct executor x = exec_open(&out, p, false);
        CHECK_STR(exec_chart_place(&x, "old"), str_from(cases[i][1]));
        CHECK(exec_accepts_in_cluster(a, p, &why));
    }
    p->chart_ref = STR("/srv/{{inputs.parameters.x}}");
    CHECK(exec_accepts(a, p, &why) && !exec_accepts_in_cluster(a, p, &why));
    p->chart_ref = STR("/srv/$(params.x)");
    CHECK(!exec_accepts_in_cluster(a, p, &why) && str_has(why, STR("--chart-ref")));
}

TEST(exec_refused)
{
    struct plan *p = small_plan(a);
    struct str why = STR("");
    CHECK(exec_accepts(a, p, &why) && exec_accepts_in_cluster(a, p, &why));
    p->strategy = STR("terraform");
    CHECK(exec_accepts(a, p, &why));
    CHECK(!exec_accepts_in_cluster(a, p, &why) && str_has(why, STR("terraform")));
    p = small_plan(a);
    struct buf big = buf_new(a);
    buf_fill(&big, 'x', 700 << 10);
    argv_add(a, &p->forward.v[0]->argv, ARG_TEXT, buf_str(&big));
    CHECK(exec_accepts(a, p, &why));
    CHECK(!exec_accepts_in_cluster(a, p, &why) && str_has(why, STR("step one ")));
    buf_fill(&big, 'x', 700 << 10);
    argv_add(a, &p->forward.v[0]->argv, ARG_TEXT, buf_str(&big));
    CHECK(!exec_accepts(a, p, &why) && str_has(why, STR("step one ")));
}
