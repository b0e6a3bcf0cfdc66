/* What some configuration could read, construct by construct: what must be found, and what must not. */
#include "chart/testchart.h"
#include "usage/static.h"
#include "usage/usage.h"

#define CHART(name) "apiVersion: v2\nname: " name "\nversion: 1.0.0\n"

static struct static_reads *reads_of_files(struct arena *a, const struct testfile *files, const char *user)
{
    struct testchart *t = NEW(a, struct testchart);
    *t = testchart_new(a);
    struct chart *c = testchart_load(t, files);
    CHECK(c != NULL);
    return static_reads(a, c, user ? testchart_values(t, user) : NULL, NULL);
}

static struct static_reads *reads_of(struct arena *a, const char *helpers, const char *text)
{
    return reads_of_files(a, (struct testfile[]){{"Chart.yaml", CHART("a")}, {"values.yaml", ""}, {"templates/_h.tpl", helpers}, {"templates/a.yaml", text}, {0}}, NULL);
}

static enum may_read ask(struct arena *a, struct static_reads *s, const char *path)
{
    uint32_t n;
    struct str *v = usage_segments(a, str_from(path), &n);
    return static_may_read(s, v, n, NULL);
}

/* Asks for each of the paths, separated by blanks; those that answer otherwise than wanted. */
static struct str others(struct arena *a, struct static_reads *s, const char *paths, enum may_read want)
{
    struct buf b = buf_new(a);
    struct str rest = str_from(paths), one;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, STR(" "), &one, &rest);
        enum may_read r = ask(a, s, str_z(a, one));
        if (r != want) buf_printf(&b, "%s%.*s is %s", b.n ? ", " : "", STR_ARG(one), r == READ_NO ? "not read" : r == READ_YES ? "read" : "possibly read");
    }
    return buf_str(&b);
}

#define READ(s, paths) CHECK_STR(others(a, s, paths, READ_YES), STR(""))
#define UNREAD(s, paths) CHECK_STR(others(a, s, paths, READ_NO), STR(""))
#define POSSIBLY(s, paths) CHECK_STR(others(a, s, paths, READ_POSSIBLY), STR(""))

TEST(static_fields_of_both_branches)
{
    struct static_reads *s = reads_of(a, "", "{{ if .Values.on }}{{ .Values.x.y }}{{ else if .Values.other }}{{ .Values.z }}{{ else }}{{ .Values.w }}{{ end }}");
    READ(s, "on other x x.y x.y.below z w");
    UNREAD(s, "x.z xx on2 y");
    /* A condition asks a map whether it has entries, not what is in them. */
    READ(s, "on.any");
    UNREAD(s, "on.any.deeper");
}

TEST(static_variables)
{
    struct static_reads *s = reads_of(a, "", "{{ $v := .Values.a }}{{ if .Values.on }}{{ $v = .Values.b }}{{ end }}{{ $v.x }}{{ with $w := .Values.c }}{{ $w.y }}{{ .z }}{{ end }}");
    READ(s, "a.x b.x c.y c.z");
    UNREAD(s, "c.x.below a.y b.z");
    s = reads_of(a, "", "{{ $v := .Values.a }}{{ $v = .Values.b }}{{ $v.x }}"); /* no branch: a is forgotten */
    READ(s, "a b.x");
    UNREAD(s, "a.x");
}

TEST(static_ranges)
{
    struct static_reads *s = reads_of(a, "", "{{ range $k, $v := .Values.m }}{{ $k }}{{ $v.x }}{{ .y.z }}{{ else }}{{ .Values.none }}{{ end }}");
    READ(s, "m m.any m.any.x m.any.y.z none");
    UNREAD(s, "m.any.z m.any.y.w other");
    /* What the last turn left in a variable, the next one finds there. */
    s = reads_of(a, "", "{{ $at := .Values.first }}{{ range .Values.list }}{{ $at.x }}{{ $at = .next }}{{ end }}");
    READ(s, "first.x list.any.next list.any.next.x");
    UNREAD(s, "first.next");
    s = reads_of(a, "", "{{ $v := .Values.a }}{{ range .Values.l }}{{ if . }}{{ $v = .b }}{{ break }}{{ end }}{{ $v = $.Values.c }}{{ end }}{{ $v.x }}");
    READ(s, "a.x l.any.b.x c.x");
}

TEST(static_ranges_over_what_the_template_lists)
{
    struct static_reads *s = reads_of(a, "", "{{ range list \"a\" \"b\" }}{{ (index $.Values .).image }}{{ end }}"
                                             "{{ range $k, $v := dict \"one\" .Values.c \"two\" .Values.d }}{{ index $v $k }}{{ end }}");
    READ(s, "a.image b.image c.one d.two");
    UNREAD(s, "c.image a.other c.two d.one");
    /* A path of dots, walked by its parts. */
    s = reads_of(a, "", "{{ $at := .Values }}{{ range splitList \".\" \"auth.admin.password\" }}{{ $at = index $at . }}{{ end }}{{ $at }}");
    READ(s, "auth auth.admin auth.admin.password");
    UNREAD(s, "password admin auth.password auth.auth");
}

TEST(static_functions_of_maps)
{
    struct static_reads *s = reads_of(a, "", "{{ index .Values \"a\" \"b-c\" }}{{ get .Values.g \"x\" }}{{ hasKey .Values.h \"y\" }}{{ dig \"p\" \"q\" .Values.dflt .Values.d }}"
                                             "{{ pluck \"z\" .Values.p1 .Values.p2 | first }}{{ keys .Values.k }}{{ range values .Values.v }}{{ .w }}{{ end }}");
    READ(s, "a.b-c g.x h.y d.p.q dflt p1.z p2.z k.any v.any v.any.w");
    UNREAD(s, "a.b g.y h.x d.q d.p.r p1.y v.any.x k.any.deeper other");
    s = reads_of(a, "", "{{ toYaml (pick .Values.a \"x\" \"y\") }}{{ toYaml (omit .Values.b \"x\" \"y\") }}{{ (pick .Values.c \"x\").y }}{{ (omit .Values.d \"x\").y }}");
    READ(s, "a.x a.y.z b.z.w d.y");
    UNREAD(s, "a.z b.x b.y.w c.x c.y d.x d.z");
}

TEST(static_omits_add_up)
{
    struct static_reads *s = reads_of(a, "", "{{ toYaml (omit .Values.b \"x\" \"y\") }}{{ toYaml (omit .Values.b \"y\" \"z\") }}{{ range $k, $v := omit .Values.r \"k\" }}{{ $k }}{{ end }}");
    READ(s, "b.x b.z b.w r.other");
    UNREAD(s, "b.y r.k");
}

TEST(static_choices)
{
    struct static_reads *s = reads_of(a, "", "{{ (default .Values.a .Values.b).x }}{{ (coalesce .Values.c .Values.d).y }}{{ (ternary .Values.e .Values.f true).z }}"
                                             "{{ (or .Values.g .Values.h).w }}{{ (required \"msg\" .Values.i).v }}");
    READ(s, "a.x b.x c.y d.y e.z f.z g.w h.w i.v");
    UNREAD(s, "e.x f.y i.x");
}

TEST(static_whole_subtrees)
{
    struct static_reads *s = reads_of(a, "", "{{ toYaml .Values.y }}{{ toJson .Values.j | quote }}{{ print .Values.p }}{{ .Values.m }}{{ printf \"%v\" .Values.f }}{{ kindIs \"map\" .Values.k }}");
    READ(s, "y.a.b.c j.x p.x.y m.x f.x k");
    UNREAD(s, "k.x other.y");
}

TEST(static_templates_by_argument)
{
    const char *helpers = "{{ define \"port\" }}{{ .cfg.port }}{{ end }}{{ define \"key\" }}{{ index .map .key }}{{ end }}{{ define \"never\" }}{{ .Values.never }}{{ end }}"
                          "{{ define \"whole\" }}{{ .Values.whole }}{{ end }}{{ define \"name\" }}chosen{{ end }}";
    struct static_reads *s = reads_of(a, helpers, "{{ include \"port\" (dict \"cfg\" .Values.a) }}{{ template \"port\" (dict \"cfg\" .Values.b) }}{{ include (printf \"%s\" \"whole\") . }}"
                                                  "{{ include \"key\" (dict \"map\" .Values.m \"key\" \"one\") }}{{ include \"key\" (dict \"map\" .Values.n \"key\" \"two\") }}"
                                                  "{{ index .Values (include \"name\" .) }}");
    READ(s, "a.port b.port m.one n.two whole chosen");
    UNREAD(s, "a.cfg c.port never m.two n.one");
    s = reads_of(a, helpers, "{{ include .Values.which . }}"); /* any of them */
    READ(s, "which never whole");
}

TEST(static_recursive_templates)
{
    struct static_reads *s = reads_of(a, "{{ define \"walk\" }}{{ range $k, $v := . }}{{ if kindIs \"map\" $v }}{{ include \"walk\" $v }}{{ else }}{{ $v }}{{ end }}{{ end }}{{ end }}"
                                         "{{ define \"count\" }}{{ if .n }}{{ .v.x }}{{ include \"count\" (dict \"n\" (sub .n 1) \"v\" .v) }}{{ end }}{{ end }}",
                                      "{{ include \"walk\" .Values.tree }}{{ include \"count\" (dict \"n\" 3 \"v\" .Values.c) }}");
    READ(s, "tree.a tree.a.b.c tree.a.b.c.d.e.f.g c.x");
    UNREAD(s, "c.y other");
    CHECK(!static_effort(s).gave_up);
}

TEST(static_maps_that_templates_make)
{
    struct static_reads *s = reads_of(a, "", "{{ $d := dict \"a\" .Values.a }}{{ $_ := set $d \"b\" .Values.b }}{{ $d.a.x }}{{ $d.b.y }}{{ toYaml (dict \"c\" .Values.c) }}{{ (dict \"e\" .Values.e).f }}"
                                             "{{ $l := list .Values.l1 }}{{ $l = append $l .Values.l2 }}{{ range $l }}{{ .z }}{{ end }}{{ range concat $l (list .Values.l3) }}{{ .w }}{{ end }}");
    READ(s, "a.x b.y c.any.thing e l1.z l2.z l3.w l1.w");
    UNREAD(s, "a.y b.x e.f l3.z");
}

TEST(static_merges)
{
    struct static_reads *s = reads_of(a, "", "{{ $m := merge (dict) .Values.own .Values.shared }}{{ $m.x }}{{ $n := mergeOverwrite (deepCopy .Values.base) .Values.over }}{{ toYaml $n.y }}{{ .Values.base.w }}");
    READ(s, "own.x shared.x base.y.any over.y.any base.w");
    UNREAD(s, "own.y shared.z base.x over.x over.w");
    /* Merged into the values themselves: whoever reads them there reads the others. */
    s = reads_of(a, "", "{{ $_ := mergeOverwrite .Values.base .Values.over }}{{ .Values.base.y.z }}");
    READ(s, "base.y.z over.y.z");
    UNREAD(s, "over.x base.x");
}

TEST(static_writes_to_values)
{
    struct static_reads *s = reads_of(a, "{{ define \"set\" }}{{ $_ := set .Values \"alias\" .Values.real }}{{ $_ := set .Values.deep \"k\" (dict \"x\" .Values.inner) }}{{ end }}",
                                      "{{ include \"set\" . }}{{ .Values.alias.x }}{{ .Values.deep.k.x.y }}");
    READ(s, "alias.x real.x inner.y deep.k");
    UNREAD(s, "real.y inner.x");
    /* In an earlier file than the one that writes. */
    s = reads_of_files(a, (struct testfile[]){{"Chart.yaml", CHART("a")}, {"templates/a.yaml", "{{ .Values.alias.x }}"}, {"templates/z.yaml", "{{ $_ := set .Values \"alias\" .Values.real }}"}, {0}}, NULL);
    READ(s, "real.x");
    UNREAD(s, "real.y");
}

TEST(static_round_trips)
{
    struct static_reads *s = reads_of(a, "", "{{ $c := deepCopy .Values.a }}{{ $c.x }}{{ $y := fromYaml (toYaml .Values.b) }}{{ $y.k }}{{ range until 3 }}{{ . }}{{ end }}");
    READ(s, "a.x b.k b.other");
    UNREAD(s, "a.y");
}

TEST(static_keys_that_values_choose)
{
    struct static_reads *s = reads_of(a, "", "{{ (index .Values.presets .Values.preset).cpu }}{{ range $name, $_ := .Values.pools }}{{ (index $.Values.sizes $name).gpu }}{{ end }}");
    READ(s, "presets.large.cpu preset pools.any sizes.any.gpu");
    UNREAD(s, "presets.large.memory sizes.any.cpu other.large.cpu");
    s = reads_of(a, "", "{{ (index .Values.presets (randAlpha 3)).cpu }}");
    POSSIBLY(s, "presets.large.cpu");
    UNREAD(s, "presets.large.memory");
}

TEST(static_template_code_in_values)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a")},
                                     {"values.yaml", "extra: [{name: '{{ .Values.named }}'}]\nplain: '{{ .Values.ignored }}'\nlines: ['{{ if .Values.half }}', x, '{{ end }}']\n"},
                                     {"conf.ini", "{{ .Values.conf }}"},
                                     {"other.ini", "{{ .Values.unused }}"},
                                     {"templates/a.yaml", "{{ tpl (toYaml .Values.extra) $ }}{{ tpl .Values.own . }}{{ .Values.plain }}{{ range .Values.lines }}{{ tpl . $ }}{{ end }}"
                                                          "{{ tpl (.Files.Get \"conf.ini\") . }}{{ tpl \"{{ .Values.literal }}\" . }}"},
                                     {0}};
    struct static_reads *s = reads_of_files(a, files, "own: '{{ include \"x\" . }}{{ .Values.mine.x }}'\nplain: '{{ .Values.no }}'\n");
    READ(s, "extra.any named own mine.x plain half conf literal");
    UNREAD(s, "ignored no mine.y unused");
}

TEST(static_code_that_nobody_has_seen)
{
    struct static_reads *s = reads_of(a, "", "{{ tpl (printf \"{{ .Values.%s.x }}\" .Values.which) . }}");
    READ(s, "which");
    POSSIBLY(s, "any any.x");
}

TEST(static_subcharts)
{
    const struct testfile files[] = {
        {"Chart.yaml", CHART("a") "dependencies:\n- {name: s, version: '*', condition: 's.enabled,extra.on', tags: [t]}\n- {name: s, version: '*', alias: two}\n- {name: gone, version: '*'}\n"},
        {"templates/a.yaml", "{{ .Values.s.host }}{{ .Subcharts.two.Values.port }}{{ .Values.global.top }}"},
        {"charts/s/Chart.yaml", CHART("s")},
        {"charts/s/templates/s.yaml", "{{ .Values.own }}{{ .Values.global.g }}{{ .Values.global.a.b.c }}{{ .Chart.Name }}{{ (index .Values .Chart.Name).n }}"},
        {0}};
    struct static_reads *s = reads_of_files(a, files, NULL);
    READ(s, "s.enabled extra.on tags.t s.own two.own s.host two.port global.g s.global.g two.global.g global.a.b.c global.top s.s.n two.two.n");
    UNREAD(s, "own s.port two.host tags.u s.other host s.global.top s.two.n");
    POSSIBLY(s, "gone.any.x global.other");
    READ(s, "s.global.a.b.c");
}

TEST(static_schemas)
{
    const struct testfile files[] = {{"Chart.yaml", CHART("a")},
                                     {"values.schema.json", "{\"properties\": {\"a\": {\"type\": \"object\", \"properties\": {\"x\": {\"type\": \"string\"}}},"
                                                            "\"strict\": {\"additionalProperties\": false}, \"each\": {\"$ref\": \"#/definitions/each\"}, \"free\": {}},"
                                                            "\"definitions\": {\"each\": {\"additionalProperties\": {\"required\": [\"r\"]}}}}"},
                                     {"templates/a.yaml", "{{ .Values.b }}"},
                                     {0}};
    struct static_reads *s = reads_of_files(a, files, NULL);
    struct reader by;
    uint32_t n;
    READ(s, "a a.x strict strict.any each each.any each.any.r b");
    UNREAD(s, "free a.y each.any.q strict.any.x");
    CHECK_INT(static_may_read(s, usage_segments(a, STR("a.x"), &n), 2, &by), READ_YES);
    CHECK_STR(str_from(by.why), STR("schema"));
}

TEST(static_methods)
{
    struct static_reads *s = reads_of(a, "", "{{ .Values.Table \"a.b\" }}{{ .Values.AsMap.c }}{{ .Files.Get .Values.file }}{{ .Release.Name }}{{ .Capabilities.APIVersions.Has .Values.api }}");
    READ(s, "a.b c file api");
    UNREAD(s, "a.c d Release");
    s = reads_of(a, "", "{{ toYaml . }}");
    READ(s, "any.thing");
}

TEST(static_places_and_patterns)
{
    struct static_reads *s = reads_of(a, "", "x\n  {{ .Values.a.b }}\n{{ range .Values.l }}{{ toYaml (omit .m \"k\") }}{{ end }}");
    uint32_t n, found = 0;
    struct reader by;
    static_may_read(s, usage_segments(a, STR("a.b"), &n), 2, &by);
    CHECK_STR(by.tmpl, STR("a/templates/a.yaml"));
    CHECK_INT(by.line, 2);
    CHECK_INT(by.column, 13); /* where Go places a chain of fields: at the second */
    struct read_pattern *p = static_patterns(a, s, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!str_is(p[i].path, "l.*.m.**")) continue;
        found++;
        CHECK_INT(p[i].except_n, 1);
        CHECK_STR(p[i].except[0], STR("k"));
    }
    CHECK_INT(found, 1);
}

/* Texts that call each other without end, and calls that make ever new maps. */
TEST(static_hostile_templates)
{
    struct buf deep = buf_new(a);
    for (int i = 0; i < 2000; i++) buf_z(&deep, "(");
    buf_z(&deep, ".Values.x");
    for (int i = 0; i < 2000; i++) buf_z(&deep, ")");
    struct str text = str_printf(a, "{{ %.*s }}", STR_ARG(buf_str(&deep)));
    struct static_reads *s = reads_of(a, "", str_z(a, text));
    CHECK(ask(a, s, "x") != READ_NO);
    s = reads_of_files(a, (struct testfile[]){{"Chart.yaml", CHART("a")},
                                             {"values.yaml", "loop: '{{ tpl .Values.loop (dict \"Values\" .Values \"up\" .) }}'\n"},
                                             {"templates/_h.tpl", "{{ define \"grow\" }}{{ include \"grow\" (dict \"a\" . \"b\" (list . .)) }}{{ end }}"
                                                                  "{{ define \"x\" }}{{ include \"y\" (merge (dict \"k\" .) .) }}{{ end }}{{ define \"y\" }}{{ include \"x\" (set (deepCopy .) \"z\" .) }}{{ end }}"},
                                             {"templates/a.yaml", "{{ tpl .Values.loop . }}{{ include \"grow\" .Values.g }}{{ include \"x\" .Values.m }}{{ $v := .Values }}{{ range .Values.l }}{{ $v = index $v . }}{{ end }}{{ $v.q }}"},
                                             {0}},
                       NULL);
    READ(s, "loop g m l.any any.any.any.any.any.any.q");
    CHECK(!static_effort(s).gave_up);
}
