#include "base/test.h"
#include "tmpl/exec.h"
#include "value/gofmt.h"

/* Renders one text with values; on failure the text of the error, after "ERROR ". */
static struct str render(struct arena *a, const char *text, struct value dot)
{
    struct env env = env_default();
    struct tmpl_set *set = tmpl_set_new(a, NULL);
    const struct parsed *p = tmpl_parse(a, NULL, STR("c/templates/t.yaml"), str_from(text));
    if (p->error.n) return str_printf(a, "ERROR %.*s", STR_ARG(p->error));
    tmpl_set_add(set, p);
    struct exec x = {.a = a, .env = &env, .set = set};
    struct buf b = buf_new(a);
    if (!tmpl_exec(&x, STR("c/templates/t.yaml"), dot, &b)) return str_printf(a, "ERROR %.*s", STR_ARG(x.error));
    return buf_done(&b);
}

static struct value sample(struct arena *a)
{
    struct map *m = map_new(a), *in = map_new(a);
    struct list *l = list_new(a);
    list_add(l, v_str(STR("x")));
    list_add(l, v_str(STR("y")));
    map_putz(in, "b", v_float(2));
    map_putz(m, "s", v_str(STR("text")));
    map_putz(m, "a", v_map(in));
    map_putz(m, "l", v_list(l));
    map_putz(m, "nul", NIL);
    return v_map(m);
}

#define RENDERS(text, want) CHECK_STR(render(a, text, sample(a)), STR(want))
#define FAILS(text, want) CHECK_STR(render(a, text, sample(a)), STR("ERROR template: c/templates/t.yaml:" want))

TEST(tmpl_text_actions_and_trim)
{
    RENDERS("a {{- .s -}} b", "atextb");
    RENDERS("{{/* c }} */}}x{{- /* d */ -}} y", "xy");
    RENDERS("{{ .a.b }} {{ .missing }} {{ .nul }}", "2 <no value> <no value>");
    RENDERS("{{ \"q}}\" }}{{ `r\n}}` }}", "q}}r\n}}");
}

TEST(tmpl_control)
{
    RENDERS("{{ if .no }}1{{ else if .s }}2{{ else }}3{{ end }}", "2");
    RENDERS("{{ with .a }}{{ .b }}{{ else with .s }}x{{ end }}", "2");
    RENDERS("{{ range $i, $e := .l }}{{ $i }}{{ $e }}{{ if eq $i 0 }}{{ continue }}{{ end }}!{{ break }}{{ end }}", "0x1y!");
    RENDERS("{{ range .none }}{{ else }}none{{ end }}", "none");
    RENDERS("{{ range 3 }}{{ . }}{{ end }}", "012");
    RENDERS("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", "2");
    RENDERS("{{ define \"d\" }}<{{ . }}>{{ end }}{{ template \"d\" .s }}", "<text>");
    RENDERS("{{ block \"k\" .s }}[{{ . }}]{{ end }}", "[text]");
}

TEST(tmpl_and_or_return_what_decides)
{
    RENDERS("{{ and .a .s }}{{ or .nul .s }}", "texttext");
    RENDERS("{{ .s | or }} {{ .s | and }} {{ .s | or 0 }} {{ .s | or 1 }} {{ .s | and 0 }}", "text text text 1 0");
}

TEST(tmpl_a_pipeline_does_not_see_what_it_declares)
{
    RENDERS("{{ $m := list 1 }}{{ $m := append $m 2 }}{{ $m }}", "[1 2]");
    RENDERS("{{ range $i, $x := list 5 6 }}{{ $x := add $x $i }}{{ $x }} {{ end }}", "5 7 ");
    RENDERS("{{ $x := .a }}{{ with $x := $x.b }}{{ $x }}{{ end }}{{ $x }}", "2map[b:2]");
    FAILS("{{ $m := $m }}", "1:9: executing \"c/templates/t.yaml\" at <$m>: undefined variable: $m");
}

TEST(tmpl_complex_constants)
{
    RENDERS("{{ 3i }} {{ 1+2i }} {{ 1.5-2i | printf \"%v\" }} {{ 0i }}", "(0+3i) (1+2i) (1.5-2i) (0+0i)");
}

TEST(tmpl_parse_errors)
{
    FAILS("{{ nope 1 }}", "1: function \"nope\" not defined");
    FAILS("a\n{{ if }}{{ end }}", "2: missing value for if");
    FAILS("{{ $x }}", "1: undefined variable \"$x\"");
    FAILS("{{ .a", "1: unclosed action");
    FAILS("{{ .a\n", "2: unclosed action started at c/templates/t.yaml:1");
    FAILS("{{ if .a }}", "1: unexpected EOF");
    FAILS("{{ end }}", "1: unexpected {{end}}");
    FAILS("{{ break }}", "1: {{break}} outside {{range}}");
    FAILS("{{ .a | 1 }}", "1: non executable command in pipeline stage 2");
    FAILS("{{ block \"b\" . }}\n{{ else }}", "1: unexpected {{else}} in block clause");
    FAILS("{{ define \"b\" }}x{{ end }}{{ block \"b\" . }}\ny{{ end }}", "2: template: multiple definition of template \"b\"");
    FAILS("{{ define \"b\" }}\n{{ else }}", "2: unexpected {{else}} in define clause");
    FAILS("{{ 1.a }}", "1: bad number syntax: \"1.a\"");
}

TEST(tmpl_exec_errors)
{
    FAILS("{{ .a.b.c }}", "1:5: executing \"c/templates/t.yaml\" at <.a.b.c>: can't evaluate field c in type interface {}");
    FAILS("x\n  {{ .nul.c }}", "2:9: executing \"c/templates/t.yaml\" at <.nul.c>: nil pointer evaluating interface {}.c");
    FAILS("{{ template \"no\" . }}", "1:12: executing \"c/templates/t.yaml\" at <{{template \"no\" .}}>: template \"no\" not defined");
    FAILS("{{ range .s }}{{ end }}", "1:9: executing \"c/templates/t.yaml\" at <.s>: range can't iterate over text");
    FAILS("{{ len .nul }}", "1:3: executing \"c/templates/t.yaml\" at <len .nul>: error calling len: len of nil pointer");
    FAILS("{{ .nul | len }}", "1:10: executing \"c/templates/t.yaml\" at <len>: error calling len: reflect: call of reflect.Value.Type on zero Value");
    FAILS("{{ 1 2 }}", "1:3: executing \"c/templates/t.yaml\" at <1>: can't give argument to non-function 1");
}

TEST(tmpl_reads_are_marked)
{
    struct origins *o = origins_new(a);
    struct map *m = map_new(a);
    origin_id s = origin_add(o, (struct origin){0}), t = origin_add(o, (struct origin){0});
    map_put_at(m, STR("s"), v_str(STR("x")), s);
    map_put_at(m, STR("t"), v_str(STR("x")), t);
    struct env env = env_default();
    struct tmpl_set *set = tmpl_set_new(a, NULL);
    tmpl_set_add(set, tmpl_parse(a, NULL, STR("t"), STR("{{ .s }}")));
    struct reads r;
    reads_init(&r, a, o->n);
    struct exec x = {.a = a, .env = &env, .set = set, .reads = &r, .tmpl = 7};
    struct buf b = buf_new(a);
    CHECK(tmpl_exec(&x, STR("t"), v_map(m), &b));
    CHECK(reads_any(&r, s));
    CHECK(!reads_any(&r, t));
    CHECK_INT(r.v[0].tmpl, 7);
}

/* append shares memory between the lists that it makes, each with its own end. */
TEST(tmpl_appended_lists_stay_apart)
{
    RENDERS("{{ $a := append (list 1) 2 }}{{ $b := append $a 3 }}{{ $c := append $a 4 }}{{ $d := append $b 5 }}{{ $e := append $b 6 }}"
            "{{ $a }}{{ $b }}{{ $c }}{{ $d }}{{ $e }}{{ append (slice $d 0 3) 9 }}{{ append (initial $d) 8 }}{{ $d }}",
            "[1 2][1 2 3][1 2 4][1 2 3 5][1 2 3 6][1 2 3 9][1 2 3 8][1 2 3 5]");
}
