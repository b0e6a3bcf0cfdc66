#include "chart/render.h"
#include "chart/testchart.h"

TEST(render_traced_is_the_same_text_with_origins)
{
    static const struct testfile files[] = {
        {"Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"},
        {"values.yaml", "port: 80\n"},
        {"templates/_h.tpl", "{{ define \"labels\" }}app: {{ .Chart.Name }}\ntier: web{{ end }}"},
        {"templates/x.yaml", "kind: A\nnone: {{ .Values.none }}\nmetadata:\n  {{- include \"labels\" . | nindent 2 }}\nport: {{ .Values.port }}\n"},
        {NULL, NULL},
    };
    struct testchart t = testchart_new(a);
    struct chart *c = testchart_load(&t, files);
    struct env env = env_default();
    struct render plain, traced;
    struct map *user = map_new(a);
    CHECK(render_chart(a, c, user, &env, parse_cache_new(a), t.d, &plain));
    CHECK(render_chart_traced(a, c, user, &env, parse_cache_new(a), t.d, NULL, &traced));
    CHECK_STR(traced.files[0].text, plain.files[0].text);
    CHECK_INT(plain.files[0].spans.n, 0);
    static const struct {
        const char *what, *file;
        uint32_t line, column, depth;
    } wanted[] = {
        {"tier", "c/templates/_h.tpl", 2, 1, 2}, {"c\n", "c/templates/_h.tpl", 1, 30, 2}, {"port", "c/templates/x.yaml", 5, 1, 1}, {"80", "c/templates/x.yaml", 5, 10, 1},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        uint32_t n;
        struct trace_place *p = trace_origin(a, &traced.files[0].spans, (size_t)str_find(traced.files[0].text, str_from(wanted[i].what)), &n);
        CHECK_INT(n, wanted[i].depth);
        if (!n) continue;
        CHECK_STR(p[0].file, str_from(wanted[i].file));
        CHECK_INT(p[0].line, wanted[i].line);
        CHECK_INT(p[0].column, wanted[i].column);
        CHECK_STR(p[n - 1].file, STR("c/templates/x.yaml"));
    }
}
