#include "base/test.h"
#include "tmpl/query.h"
#include "tmpl/treesitter.h"

static bool compile(struct arena *a, const char *text, struct query *q, struct diags **d)
{
    struct inputs *in = inputs_new(a);
    *d = diags_new(a, in);
    uint32_t input = inputs_add(in, STR("rules"), (struct str){0}, STR("x.scm"), str_from(text));
    return query_compile(a, str_from(text), input, *d, q);
}

static bool is_missing(struct arena *a)
{
    if (treesitter_open(diags_new(a, inputs_new(a)))) return false;
    test_skip("libtree-sitter is not installed");
    return true;
}

#define SET " (#set! rule \"my/rule\") (#set! message \"{f} in {at}; {nothing} {\")"

/* "LINE:COLUMN text | message" of each match. */
static struct str matches_of(struct arena *a, const char *query, const char *text)
{
    struct query q;
    struct diags *d;
    struct query_matches m;
    struct buf b = buf_new(a);
    if (!compile(a, query, &q, &d)) {
        test_fail(__FILE__, __LINE__, "%s: %.*s", query, STR_ARG(d->v[0].message));
        return STR("");
    }
    CHECK(query_run(a, &q, str_from(text), &m));
    for (uint32_t i = 0; i < m.n; i++) buf_printf(&b, "%u:%u %.*s | %.*s\n", m.v[i].line, m.v[i].column, STR_ARG(m.v[i].text), STR_ARG(m.v[i].message));
    return buf_done(&b);
}

TEST(query_finds_and_fills_in)
{
    if (is_missing(a)) return;
    CHECK_STR(matches_of(a, "((command . (identifier) @f) @at (#eq? @f \"tpl\")" SET ")", "\xc3\xa4{{ tpl .a . }}\n{{ include .b . }}\n{{ .c | tpl }}"),
              STR("1:5 tpl .a . | tpl in tpl .a .; {nothing} {\n3:9 tpl | tpl in tpl; {nothing} {\n"));
    CHECK_STR(matches_of(a, "((field) @f (#match? @f \"^\\\\.Values\\\\.a\")" SET ")", "{{ .Values.ab }}{{ .Values.b }}"), STR("1:4 .Values.ab | .Values.ab in {at}; {nothing} {\n"));
    CHECK_STR(matches_of(a, "((field) @f (#not-any-of? @f \".a\" \".b\")" SET ")", "{{ .a }}{{ .b }}{{ .c }}"), STR("1:20 .c | .c in {at}; {nothing} {\n"));
    CHECK_STR(matches_of(a, "((field) @f (#not-has-ancestor? @f \"if\" \"with\")" SET ")", "{{ if .a }}{{ .b }}{{ end }}{{ .c }}"), STR("1:32 .c | .c in {at}; {nothing} {\n"));
    CHECK_STR(matches_of(a, "((command . (field) @f . (field) @g) (#eq? @f @g)" SET ")", "{{ .a .a }}{{ .a .b }}"), STR("1:4 .a | .a in {at}; {nothing} {\n"));
    CHECK_STR(matches_of(a, "((field) @f" SET ")", "{{ .a "), STR("1:4 .a | .a in {at}; {nothing} {\n"));
}

static void refuses(struct arena *a, const char *query, const char *message, const char *place)
{
    struct query q;
    struct diags *d;
    CHECK(!compile(a, query, &q, &d));
    if (!d->n) return;
    CHECK_STR(d->v[0].message, str_from(message));
    CHECK_STR(place_show(a, d->inputs, d->v[0].at), str_from(place));
}

TEST(query_is_read_strictly)
{
    if (is_missing(a)) return;
    refuses(a, "; x\n((fild) @f" SET ")", "the query names a kind of node that the grammar does not have", "x.scm:2:3");
    refuses(a, "((field) @f", "the query is no query", "x.scm:1:12");
    refuses(a, "\n((field) @f (#set! rule \"a/b\"))", "this pattern says no message", "x.scm:2:1");
    refuses(a, "((field) @f (#set! message \"x\"))", "this pattern says no rule", "x.scm:1:1");
    refuses(a, "((field) @f (#set! rule \"Big\") (#set! message \"x\"))", "a rule cannot be called \"Big\": family/name in small letters is needed", "x.scm:1:1");
    refuses(a, "((field) @f (#set! severity \"bad\")" SET ")", "severity cannot be \"bad\": it is error, warning or info", "x.scm:1:1");
    refuses(a, "((field) @f (#set! colour \"red\")" SET ")", "nothing of a rule is called \"colour\": rule, severity, message and fix can be set", "x.scm:1:1");
    refuses(a, "((field) @f (#is? @f \"red\")" SET ")", "there is no predicate #is?", "x.scm:1:1");
    refuses(a, "((field) @f (#match? @f \"(\")" SET ")", "error parsing regexp: missing closing ): `(`", "x.scm:1:1");
    refuses(a, "((field) @f (#eq? \"x\" \"y\")" SET ")", "#eq? takes a capture and a text", "x.scm:1:1");
}
