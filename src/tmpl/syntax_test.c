#include "base/test.h"
#include "tmpl/parse.h"
#include "tmpl/syntax.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* False when the test is skipped. */
static bool check(struct arena *a, struct str text, bool spans, struct syntax *out)
{
    struct diags d = {.a = a};
    if (syntax_check(a, STR("t"), text, spans, &d, out)) return true;
    test_skip("libtree-sitter is not installed");
    return false;
}

static struct str errors_of(struct arena *a, const char *text)
{
    struct syntax s;
    struct buf b = buf_new(a);
    if (!check(a, str_from(text), false, &s)) return STR("skipped");
    for (uint32_t i = 0; i < s.errors_n; i++) buf_printf(&b, "%u:%u %.*s\n", s.errors[i].line, s.errors[i].column, STR_ARG(s.errors[i].message));
    return buf_done(&b);
}

#define ERRORS(text, want)                                     \
    do {                                                       \
        struct str got = errors_of(a, text);                   \
        if (!str_is(got, "skipped")) CHECK_STR(got, STR(want)); \
    } while (0)

TEST(syntax_all_errors_in_one_run)
{
    ERRORS("{{ .a }}{{ if .b }}x{{ end }}", "");
    ERRORS("{{ nope 1 }}\n{{ $x }}\n{{ break }}\n{{ .a | 1 }}\n{{ \"a\".b }}",
           "1:4 function \"nope\" not defined\n2:4 undefined variable \"$x\"\n3:1 {{break}} outside {{range}}\n"
           "4:9 non executable command in pipeline stage 2\n5:7 unexpected .b\n");
    ERRORS("{{ 08 }}\n{{ 'ab' }}\n{{ \"\\q\" }}\n{{ .a-}}",
           "1:4 integer overflow: \"08\"\n2:4 malformed character constant: 'ab'\n3:4 invalid syntax in the string \"\\q\"\n"
           "4:6 a blank must stand before -}}\n4:6 bad character after .a\n");
    ERRORS("{{ if .a }}\n{{ .b ) }}\n{{ end }}\n{{ .c ] }}", "2:7 unexpected )\n4:7 unexpected ]\n");
    ERRORS("{{ define \"a\" }}x{{ end }}{{ define \"a\" }}y{{ end }}", "1:27 multiple definition of template \"a\"\n");
}

/* ---- both parsers, one answer ---- */

static void add(struct arena *a, struct syntax *s, enum syntax_kind kind, size_t pos, size_t end)
{
    *PUSH(a, s->spans, s->spans_n, s->spans_cap) = (struct syntax_span){kind, (uint32_t)pos, (uint32_t)end};
}

/* The {{ before the first token of an action. */
static size_t open_of(struct str text, size_t pos)
{
    while (pos && (text.p[pos - 1] == ' ' || text.p[pos - 1] == '\t' || text.p[pos - 1] == '\n' || text.p[pos - 1] == '\r')) pos--;
    if (pos && text.p[pos - 1] == '-' && pos >= 3 && text.p[pos - 2] == '{') pos--;
    return pos - 2;
}

static void spans_of(struct arena *a, struct str text, const struct node *n, struct syntax *s)
{
    if (!n) return;
    if (n->kind == N_ACTION) add(a, s, SYNTAX_ACTION, open_of(text, n->pipe->pos), n->pipe->end + 2);
    if (n->kind == N_PIPE) add(a, s, SYNTAX_PIPELINE, n->pos, n->u.child[n->n - 1]->end);
    if (n->kind == N_FIELD) {
        size_t start = n->end;
        for (uint32_t i = 0; i < n->n; i++) start -= n->u.ident[i].n + 1;
        add(a, s, SYNTAX_FIELD, start, n->end);
    }
    if (n->kind == N_LIST || n->kind == N_PIPE || n->kind == N_COMMAND)
        for (uint32_t i = 0; i < n->n; i++) spans_of(a, text, n->u.child[i], s);
    bool has_pipe = n->kind == N_ACTION || n->kind == N_IF || n->kind == N_RANGE || n->kind == N_WITH || n->kind == N_TEMPLATE || n->kind == N_CHAIN;
    if (!has_pipe) return;
    spans_of(a, text, n->pipe, s);
    spans_of(a, text, n->list, s);
    spans_of(a, text, n->else_list, s);
}

static int by_span(const void *x, const void *y)
{
    const struct syntax_span *a = x, *b = y;
    if (a->pos != b->pos) return a->pos < b->pos ? -1 : 1;
    if (a->end != b->end) return a->end < b->end ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

/* Whether both agree on a text; says where not. */
static bool agree(struct arena *a, struct str text, const char *what)
{
    struct syntax theirs, ours = {0};
    if (!check(a, text, true, &theirs)) return false;
    const struct parsed *p = tmpl_parse(a, NULL, STR("t"), text);
    if ((p->error.n != 0) != (theirs.errors_n != 0)) {
        test_fail(__FILE__, __LINE__, "%s:\n%.*s\n  parse.c: %.*s\n  grammar: %.*s", what, text.n > 2000 ? 0 : (int)text.n, text.p, STR_ARG(p->error),
                  STR_ARG(theirs.errors_n ? theirs.errors[0].message : STR("accepted")));
        return false;
    }
    if (p->error.n) return true;
    for (uint32_t i = 0; i < p->n; i++) spans_of(a, text, p->v[i]->root, &ours);
    if (ours.spans_n) qsort(ours.spans, ours.spans_n, sizeof *ours.spans, by_span);
    if (theirs.spans_n) qsort(theirs.spans, theirs.spans_n, sizeof *theirs.spans, by_span);
    for (uint32_t i = 0; i < ours.spans_n || i < theirs.spans_n; i++) {
        struct syntax_span x = i < ours.spans_n ? ours.spans[i] : (struct syntax_span){0}, y = i < theirs.spans_n ? theirs.spans[i] : (struct syntax_span){0};
        if (x.kind == y.kind && x.pos == y.pos && x.end == y.end) continue;
        test_fail(__FILE__, __LINE__, "%s: spans differ: parse.c has %d %u-%u, the grammar %d %u-%u: %.*s", what, x.kind, x.pos, x.end, y.kind, y.pos,
                  y.end, STR_ARG(str_sub(text, x.pos, x.end)));
        return false;
    }
    return true;
}

static const char *const samples[] = {
    "a: {{ .Values.a.b | default \"x}}\" | quote }}\n{{- if and .a (not .b) -}}\n  b: {{ include \"t.n\" . | nindent 4 }}\n{{- else if eq .x 1.5e3 }}c{{ else }}d{{- end }}\n",
    "{{/* c */}}{{ range $i, $e := .l }}{{ if $i }}{{ continue }}{{ end }}{{ $e.x.y }}{{ break }}{{ else }}none{{ end }}",
    "{{- define \"t.n\" -}}{{ $x := dict \"a\" 1 }}{{ $x = set $x `b` '\\n' }}{{ with $y := $x.a }}{{ $y }}{{ else with .z }}{{ . }}{{ end }}{{- end -}}",
    "{ {{ (index .a 0).b }} {{ template \"t.n\" (list 1 -2 0x1F 1_000 true nil) }} }\n{{ block \"k\" . }}[{{ .a }}]{{ end }} {{ printf \"%d\" (len .l) | trunc 3 }}",
    "{{- with .a }}\n{{ toYaml . | indent 2 }}\n{{- end }}\nx: {{ ternary \"a\" \"b\" (eq .k \"v\") -}} {{ $q := .a }}{{ $q.b.c }}{{- /* d\n */ -}}\n",
    "{{ range 3 }}{{ . }}{{ end }}{{ range .a | keys | sortAlpha }}- {{ . | quote }}\n{{ end }}{{ if .a }}{{ with .b }}{{ range .c }}{{ .d }}{{ end }}{{ end }}{{ end }}",
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static const char *const pieces[] = {"{{", "}}", "{{- ", " -}}", "-}}", "(", ")", "|", ".", "..", "$", "$x", "\"", "'", "`", ":=", "=", ",", "-", "+", "1", "0x", "1e", "1i", "/*", "*/",
    "{{end}}", "{{else}}", "{{ else if . }}", "{{if .}}", "{{break}}", "{{define \"q\"}}", "nil", "true", " ", "\n", "a", ".a", "\\", "%", "{", "}", "@", "\xc3\xa9", "\xff", "if", "end", "{{/**/}}"};
enum { PIECES = sizeof pieces / sizeof *pieces };

static uint32_t chance(uint64_t *state, size_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*state >> 33) % (below ? below : 1));
}

/* One or two small damages to a sample. */
static struct str mutant(struct arena *a, uint64_t *state)
{
    struct str s = str_from(samples[chance(state, SAMPLES)]);
    for (uint32_t times = 1 + chance(state, 2); times; times--) {
        struct buf b = buf_new(a);
        size_t at = chance(state, s.n + 1), n = chance(state, 6);
        buf_add(&b, str_sub(s, 0, at));
        switch (chance(state, 3)) {
        case 0: at = at + n < s.n ? at + n : s.n; break;
        case 1: buf_z(&b, pieces[chance(state, PIECES)]); break;
        default: buf_add(&b, str_sub(s, at > n ? at - n : 0, at)); break;
        }
        buf_add(&b, str_from_n(s, at));
        s = buf_done(&b);
    }
    return s;
}

TEST(syntax_agrees_with_the_parser_on_mutants)
{
    uint64_t state = 20250101;
    unsigned refused = 0, accepted = 0, failures = 0;
    for (int i = 0; i < SAMPLES; i++)
        if (!agree(a, str_from(samples[i]), "sample")) return;
    for (unsigned tries = 0; refused < 2000 && tries < 20000 && failures < 10; tries++) {
        struct arena_mark m = arena_mark(a);
        struct str text = mutant(a, &state);
        failures += !agree(a, text, "mutant");
        if (tmpl_parse(a, NULL, STR("t"), text)->error.n) refused++;
        else accepted++;
        arena_rewind(a, m);
    }
    CHECK_INT(failures, 0);
    CHECK(refused >= 2000);
    CHECK(accepted >= 500);
}

/* ---- real charts, where they are at hand ---- */

static struct str read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b = buf_new(a);
    if (!f) return STR("");
    for (size_t n = 1; n;) {
        buf_reserve(&b, 1 << 16);
        n = fread(b.p + b.n, 1, 1 << 16, f);
        b.n += n;
    }
    fclose(f);
    return buf_done(&b);
}

static void visit(struct arena *a, struct str folder, bool in_templates, unsigned *files, unsigned *failures)
{
    DIR *dir = opendir(str_dup(a, folder).p);
    for (struct dirent *e; dir && *failures < 5 && (e = readdir(dir));) {
        if (e->d_name[0] == '.') continue;
        struct arena_mark m = arena_mark(a);
        struct str path = str_printf(a, "%.*s/%s", STR_ARG(folder), e->d_name);
        struct stat st;
        if (lstat(path.p, &st) == 0 && S_ISDIR(st.st_mode)) {
            visit(a, path, in_templates || strcmp(e->d_name, "templates") == 0, files, failures);
        } else if (in_templates && S_ISREG(st.st_mode)) {
            *failures += !agree(a, read_file(a, path.p), path.p);
            ++*files;
        }
        arena_rewind(a, m);
    }
    if (dir) closedir(dir);
}

TEST(syntax_agrees_with_the_parser_on_real_charts)
{
    unsigned files = 0, failures = 0;
    struct syntax s;
    if (!check(a, STR(""), false, &s)) return;
    visit(a, STR(SOURCE_ROOT "/../shared/corpus/charts"), false, &files, &failures);
    if (!files) test_skip("the charts of ../shared/corpus are not there");
}
