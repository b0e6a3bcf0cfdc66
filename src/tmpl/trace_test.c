#include "base/test.h"
#include "tmpl/exec.h"
#include "tmpl/trace.h"

/* A chart of two files, rendered with a trace; `what` is looked for in the output and its origin told as
 * "FILE[/DEFINE]:LINE:COLUMN text|action < caller < ...". */
static struct str origin_of(struct arena *a, const char *file, const char *helpers, const char *what)
{
    struct env env = env_default();
    struct tmpl_set *set = tmpl_set_new(a, NULL);
    tmpl_set_add(set, tmpl_parse(a, NULL, STR("h"), str_from(helpers)));
    tmpl_set_add(set, tmpl_parse(a, NULL, STR("f"), str_from(file)));
    struct exec x = {.a = a, .env = &env, .set = set, .trace = trace_new(a)};
    struct map *m = map_new(a);
    map_putz(m, "s", v_str(STR("value")));
    map_putz(m, "t", v_str(STR("<{{ .s }}>")));
    struct buf out = buf_new(a), b = buf_new(a);
    if (!tmpl_exec(&x, STR("f"), v_map(m), &out)) return x.error;
    struct str text = buf_str(&out);
    size_t covered = 0;
    for (uint32_t i = 0; i < x.trace->out.n; i++) {
        CHECK_INT(x.trace->out.v[i].from, covered);
        covered += x.trace->out.v[i].n;
    }
    CHECK_INT(covered, text.n);
    ptrdiff_t at = str_find(text, str_from(what));
    if (at < 0) return str_printf(a, "not in %.*s", STR_ARG(text));
    uint32_t n;
    struct trace_place *p = trace_origin(a, &x.trace->out, (size_t)at, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (i) buf_z(&b, " < ");
        buf_add(&b, p[i].file);
        if (!str_eq(p[i].file, p[i].name)) buf_printf(&b, "/%.*s", STR_ARG(p[i].name));
        buf_printf(&b, ":%u:%u", p[i].line, p[i].column);
        if (!i) buf_z(&b, p[i].text ? " text" : " action");
    }
    return buf_done(&b);
}

#define ORIGIN(file, helpers, what, want) CHECK_STR(origin_of(a, file, helpers, what), STR(want))

TEST(trace_text_and_actions)
{
    ORIGIN("ab\ncd: {{ .s }}!", "", "d:", "f:2:2 text");
    ORIGIN("ab\ncd: {{ .s }}!", "", "value", "f:2:8 action");
    ORIGIN("ab\ncd: {{ .s }}!", "", "!", "f:2:13 text");
    ORIGIN("{{ if .s }}\n x{{ end }}", "", "x", "f:2:2 text");
    ORIGIN("{{ range list 1 2 }}{{ . }},{{ end }}", "", "2", "f:1:24 action");
}

TEST(trace_calls)
{
    const char *h = "{{ define \"d\" }}k: {{ .s }}\nl: m{{ end }}";
    ORIGIN("{{ template \"d\" . }}", h, "m", "h/d:2:4 text < f:1:17");
    ORIGIN("{{ include \"d\" . }}", h, "value", "h/d:1:23 action < f:1:4");
    ORIGIN("x {{ include \"d\" . | indent 4 | trim | quote }}", h, "l:", "h/d:2:1 text < f:1:6");
    ORIGIN("{{ $x := include \"d\" . }}{{ if true }}\n{{ $x | nindent 2 }}{{ end }}", h, "m", "h/d:2:4 text < f:1:4");
    ORIGIN("{{ dict \"a\" (include \"d\" .) \"b\" 1 | toYaml }}", h, "l:", "h/d:2:1 text < f:1:4");
    ORIGIN("{{ print 1 (include \"d\" .) 2 }}", h, "m", "h/d:2:4 text < f:1:4");
    ORIGIN("{{ list \"q\" (include \"d\" .) | join \"-\" }}", h, "m", "h/d:2:4 text < f:1:4");
    ORIGIN("{{ include \"e\" . }}", "{{ define \"d\" }}k{{ end }}{{ define \"e\" }}\n{{ include \"d\" . }}{{ end }}", "k", "h/d:1:17 text < h/e:2:4 < f:1:4");
}

TEST(trace_other_functions_belong_to_their_action)
{
    const char *h = "{{ define \"d\" }}abc{{ end }}";
    ORIGIN("{{ include \"d\" . | upper }}", h, "ABC", "f:1:4 action");
    ORIGIN("{{ include \"d\" . | trunc 2 }}", h, "ab", "f:1:4 action");
    ORIGIN("{{ $x := upper \"q\" }}\n{{ $x }}", h, "Q", "f:1:4 action");
}

TEST(trace_tpl_and_no_value)
{
    ORIGIN("{{ tpl .t . }}", "", "value", "gotpl:1:5 action < f:1:4");
    ORIGIN("{{ tpl .t . }}", "", ">", "gotpl:1:10 text < f:1:4");
    ORIGIN("{{ tpl (print \"{{ .no }}\" .t \"!\") . }}", "", "!", "gotpl:1:20 text < f:1:4");
    ORIGIN("{{ tpl \"plain\" . }}", "", "plain", "f:1:4 action");
}

TEST(trace_of_bytes_that_are_not_there)
{
    struct trace_spans none = {0};
    uint32_t n;
    CHECK(!trace_origin(a, &none, 0, &n));
    CHECK_INT(n, 0);
}
