/* Findings as SARIF 2.1.0 (OASIS), within what GitHub's code scanning takes: every result has a place, levels are note, warning
 * and error, lines count from 1, URIs are relative, and an empty run has its empty list of results. */
#include "emit/sarif.h"

#include "site/baseline.h"
#include "site/texts.h"
#include "text/units.h"

#ifndef RUTTER_VERSION
#define RUTTER_VERSION "unknown"
#endif

enum { MOST_RESULTS = 25000 }; /* GitHub refuses a run with more */

struct value sarif_text(struct arena *a, struct str s)
{
    struct map *m = map_new(a);
    map_putz(m, "text", v_str(s));
    return v_map(m);
}

/* RFC 3986: what is not unreserved, and no slash, is written as %XX. */
static struct str uri_of(struct arena *a, struct str path)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
        if (plain) buf_byte(&b, (char)c);
        else buf_printf(&b, "%%%02X", c);
    }
    return buf_done(&b);
}

struct value sarif_artifact(struct arena *a, struct str path)
{
    struct map *m = map_new(a);
    map_putz(m, "uri", v_str(uri_of(a, path_clean(a, path))));
    return v_map(m);
}

static const char *level_of(enum severity s)
{
    return s == SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

/* A result without a place is refused, so what has none is said of the chart, or of the first file of values. */
static struct str file_without_place(const struct facts *f)
{
    const struct input *chart = inputs_get(f->inputs, f->new_side.chart->chart_input);
    if (chart->opened.n) return emit_file(f->a, f, chart->opened);
    if (f->o->values.files_n && !str_is(f->o->values.files[0], "-")) return emit_file(f->a, f, f->o->values.files[0]);
    return f->o->chart_path.n ? str_concat(f->a, f->o->chart_path, STR("/Chart.yaml")) : STR("Chart.yaml");
}

static struct value location(struct arena *a, struct str path, struct place at)
{
    struct map *m = map_new(a), *physical = map_new(a), *region = map_new(a);
    map_putz(physical, "artifactLocation", sarif_artifact(a, path));
    map_putz(region, "startLine", v_int(at.line ? at.line : 1));
    if (at.line && at.column) map_putz(region, "startColumn", v_int(at.column));
    map_putz(physical, "region", v_map(region));
    map_putz(m, "physicalLocation", v_map(physical));
    return v_map(m);
}

static struct value locations(struct arena *a, const struct facts *f, const struct finding *x)
{
    const struct input *in = inputs_get(f->inputs, x->at.input);
    struct list *l = list_new(a);
    if (in->opened.n) list_add(l, location(a, emit_file(a, f, in->opened), x->at));
    else list_add(l, location(a, file_without_place(f), NOWHERE));
    return v_list(l);
}

static struct str whole_message(struct arena *a, const struct facts *f, const struct finding *x)
{
    struct buf b = buf_new(a);
    buf_add(&b, x->subject);
    buf_z(&b, ": ");
    buf_add(&b, x->message);
    for (uint32_t i = 0; i < x->evidence_n; i++) {
        buf_z(&b, "\nBecause: ");
        buf_add(&b, x->evidence[i]);
    }
    if (x->fix.n) {
        buf_z(&b, "\nFix: ");
        buf_add(&b, x->fix);
    }
    /* What has no file of its own is named by its role. */
    if (x->at.input && !inputs_get(f->inputs, x->at.input)->opened.n) buf_printf(&b, "\nAt: %.*s", STR_ARG(place_show(a, f->inputs, x->at)));
    return buf_done(&b);
}

/* ---- rules: their texts ---- */

static struct str help_text(struct arena *a, const struct rule_text *t)
{
    struct buf b = buf_new(a);
    texts_explain(&b, t, 100);
    return buf_done(&b);
}

static struct value help(struct arena *a, const struct rule_text *t)
{
    struct map *m = map_new(a);
    struct buf b = buf_new(a);
    texts_page(&b, t);
    map_putz(m, "text", v_str(help_text(a, t)));
    map_putz(m, "markdown", v_str(buf_done(&b)));
    return v_map(m);
}

static struct value rule(struct arena *a, struct str id, const struct rule_text *t)
{
    struct map *m = map_new(a), *configuration = map_new(a);
    map_putz(m, "id", v_str(id));
    map_putz(m, "shortDescription", sarif_text(a, t ? t->title : id));
    if (!t) return v_map(m);
    map_putz(m, "fullDescription", sarif_text(a, t->means));
    map_putz(m, "help", help(a, t));
    for (uint32_t i = 0; i < t->sources_n; i++)
        if (str_starts(t->sources[i], STR("https://"))) {
            map_putz(m, "helpUri", v_str(t->sources[i]));
            break;
        }
    map_putz(configuration, "level", v_str(str_from(level_of(t->severity))));
    map_putz(m, "defaultConfiguration", v_map(configuration));
    return v_map(m);
}

static void note_rules(struct map *seen, const struct findings *l)
{
    for (uint32_t i = 0; i < l->n; i++) map_put(seen, l->v[i].rule, NIL);
}

/* Every rule that has a result, once; and its index among them. */
static struct value rules(struct arena *a, const struct facts *f, struct map *index)
{
    struct rule_texts texts = texts_read(a, f->o->rules);
    struct map *seen = map_new(a);
    struct list *l = list_new(a);
    note_rules(seen, &f->findings);
    note_rules(seen, &f->accepted);
    note_rules(seen, &f->baselined);
    struct entry **sorted = map_sorted(a, seen);
    for (uint32_t i = 0; i < seen->n; i++) {
        list_add(l, rule(a, sorted[i]->key, texts_find(&texts, sorted[i]->key)));
        map_put(index, sorted[i]->key, v_int(i));
    }
    return v_list(l);
}

/* ---- results ---- */

struct writer {
    struct arena *a;
    const struct facts *f;
    struct map *index;         /* of rules */
    struct map *times;         /* fingerprint -> how often it has been given */
    struct list *results;
};

/* Digest of rule and subject, and which of the several that have the same it is: two results never share one. */
static struct value fingerprints(struct writer *w, const struct finding *x)
{
    struct map *m = map_new(w->a);
    struct str print = baseline_fingerprint(w->a, x);
    struct value n = map_get(w->times, print);
    int64_t count = n.kind == V_INT ? n.u.i + 1 : 1;
    map_put(w->times, print, v_int(count));
    map_putz(m, "rutter/v1", v_str(str_printf(w->a, "%.*s:%lld", STR_ARG(print), (long long)count)));
    return v_map(m);
}

static void add_suppression(struct writer *w, struct map *result, struct str why)
{
    struct list *l = list_new(w->a);
    struct map *m = map_new(w->a);
    map_putz(m, "kind", v_str(STR("external")));
    map_putz(m, "status", v_str(STR("accepted")));
    map_putz(m, "justification", v_str(why));
    list_add(l, v_map(m));
    map_putz(result, "suppressions", v_list(l));
}

static struct map *add_result(struct writer *w, const struct finding *x)
{
    struct map *m = map_new(w->a);
    struct value fix;
    map_putz(m, "ruleId", v_str(x->rule));
    map_putz(m, "ruleIndex", map_get(w->index, x->rule));
    map_putz(m, "level", v_str(str_from(level_of(x->severity))));
    map_putz(m, "message", sarif_text(w->a, whole_message(w->a, w->f, x)));
    map_putz(m, "locations", locations(w->a, w->f, x));
    map_putz(m, "partialFingerprints", fingerprints(w, x));
    if (sarif_fix(w->a, w->f, x, &fix)) map_putz(m, "fixes", fix);
    if (w->results->n < MOST_RESULTS) list_add(w->results, v_map(m));
    return m;
}

static void add_all(struct writer *w)
{
    const struct facts *f = w->f;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        struct map *m = add_result(w, &f->findings.v[i]);
        if (f->baseline_given) map_putz(m, "baselineState", v_str(STR("new")));
    }
    for (uint32_t i = 0; i < f->accepted.n; i++) {
        const struct finding *x = &f->accepted.v[i];
        struct map *m = add_result(w, x);
        if (f->baseline_given) map_putz(m, "baselineState", v_str(STR("new")));
        add_suppression(w, m, x->accepted_until.n ? str_printf(w->a, "%.*s (until %.*s)", STR_ARG(x->accepted), STR_ARG(x->accepted_until)) : x->accepted);
    }
    for (uint32_t i = 0; i < f->baselined.n; i++) {
        struct map *m = add_result(w, &f->baselined.v[i]);
        map_putz(m, "baselineState", v_str(STR("unchanged")));
        add_suppression(w, m, STR("in the baseline"));
    }
}

/* Whether all could be checked: a chart that does not render leaves a green run without meaning. */
static struct value invocations(struct arena *a, const struct facts *f)
{
    struct list *l = list_new(a);
    struct map *m = map_new(a);
    map_putz(m, "executionSuccessful", v_bool(f->new_side.rendered));
    if (!f->new_side.rendered) map_putz(m, "exitCodeDescription", v_str(STR("the new chart could not be rendered with these values")));
    list_add(l, v_map(m));
    return v_list(l);
}

static struct value properties(struct arena *a, const struct facts *f)
{
    struct map *m = map_new(a);
    struct buf b = buf_new(a);
    emit_counts(&b, f);
    map_putz(m, "summary", v_str(buf_done(&b)));
    if (f->as_of >= 0) map_putz(m, "asOf", v_str(str_printf(a, "%.*s (%s)", STR_ARG(date_show(a, f->as_of)), f->as_of_why)));
    return v_map(m);
}

void emit_findings_sarif(struct buf *out, const struct emit_input *in)
{
    struct arena *a = out->a;
    struct map *top = map_new(a), *run = map_new(a), *tool = map_new(a), *driver = map_new(a);
    struct list *runs = list_new(a);
    struct writer w = {.a = a, .f = in->f, .index = map_new(a), .times = map_new(a), .results = list_new(a)};
    map_putz(driver, "name", v_str(STR("rutter")));
    map_putz(driver, "version", v_str(STR(RUTTER_VERSION)));
    map_putz(driver, "rules", rules(a, in->f, w.index));
    map_putz(tool, "driver", v_map(driver));
    add_all(&w);
    map_putz(run, "tool", v_map(tool));
    map_putz(run, "results", v_list(w.results));
    map_putz(run, "invocations", invocations(a, in->f));
    map_putz(run, "properties", properties(a, in->f));
    map_putz(run, "columnKind", v_str(STR("unicodeCodePoints")));
    list_add(runs, v_map(run));
    map_putz(top, "$schema", v_str(STR("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")));
    map_putz(top, "version", v_str(STR("2.1.0")));
    map_putz(top, "runs", v_list(runs));
    canonical_json(out, v_map(top));
    buf_byte(out, '\n');
}
