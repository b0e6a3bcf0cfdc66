/* Findings as SARIF 2.1.0 (OASIS), within what GitHub's code scanning takes. */
#include "emit/emitters.h"

#include "base/sha256.h"

#ifndef RUTTER_VERSION
#define RUTTER_VERSION "unknown"
#endif

static struct value text_of(struct arena *a, struct str s)
{
    struct map *m = map_new(a);
    map_putz(m, "text", v_str(s));
    return v_map(m);
}

static const char *level_of(enum severity s)
{
    return s == SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

/* Survives moved lines: rule and subject, not the place. */
struct str emit_fingerprint(struct arena *a, const struct finding *x)
{
    return sha256_hex(a, str_printf(a, "%.*s %s %.*s", STR_ARG(x->rule), subject_kind_name(x->subject_kind), STR_ARG(x->subject)));
}

static struct value locations(struct arena *a, const struct facts *f, const struct finding *x)
{
    const struct input *in = inputs_get(f->inputs, x->at.input);
    struct list *l = list_new(a);
    if (!in->opened.n) return v_list(l);
    struct map *location = map_new(a), *physical = map_new(a), *artifact = map_new(a), *region = map_new(a);
    map_putz(artifact, "uri", v_str(in->opened));
    map_putz(physical, "artifactLocation", v_map(artifact));
    map_putz(region, "startLine", v_int(x->at.line ? x->at.line : 1));
    if (x->at.column) map_putz(region, "startColumn", v_int(x->at.column));
    map_putz(physical, "region", v_map(region));
    map_putz(location, "physicalLocation", v_map(physical));
    list_add(l, v_map(location));
    return v_list(l);
}

static struct str whole_message(struct arena *a, const struct finding *x)
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
    return buf_done(&b);
}

static struct value result(struct arena *a, const struct facts *f, const struct finding *x)
{
    struct map *m = map_new(a), *prints = map_new(a);
    map_putz(m, "ruleId", v_str(x->rule));
    map_putz(m, "level", v_str(str_from(level_of(x->severity))));
    map_putz(m, "message", text_of(a, whole_message(a, x)));
    map_putz(m, "locations", locations(a, f, x));
    map_putz(prints, "rutter/v1", v_str(emit_fingerprint(a, x)));
    map_putz(m, "partialFingerprints", v_map(prints));
    return v_map(m);
}

/* Every rule that has a result, once. */
static struct value rules(struct arena *a, const struct facts *f)
{
    struct map *seen = map_new(a);
    for (uint32_t i = 0; i < f->findings.n; i++) map_put(seen, f->findings.v[i].rule, NIL);
    struct list *l = list_new(a);
    struct entry **sorted = map_sorted(a, seen);
    for (uint32_t i = 0; i < seen->n; i++) {
        struct map *m = map_new(a);
        map_putz(m, "id", v_str(sorted[i]->key));
        map_putz(m, "shortDescription", text_of(a, sorted[i]->key));
        list_add(l, v_map(m));
    }
    return v_list(l);
}

void emit_findings_sarif(struct buf *out, const struct emit_input *in)
{
    struct arena *a = out->a;
    const struct facts *f = in->f;
    struct map *top = map_new(a), *run = map_new(a), *tool = map_new(a), *driver = map_new(a);
    struct list *runs = list_new(a), *results = list_new(a);
    map_putz(driver, "name", v_str(STR("rutter")));
    map_putz(driver, "version", v_str(STR(RUTTER_VERSION)));
    map_putz(driver, "rules", rules(a, f));
    map_putz(tool, "driver", v_map(driver));
    for (uint32_t i = 0; i < f->findings.n; i++) list_add(results, result(a, f, &f->findings.v[i]));
    map_putz(run, "tool", v_map(tool));
    map_putz(run, "results", v_list(results));
    map_putz(run, "columnKind", v_str(STR("unicodeCodePoints")));
    list_add(runs, v_map(run));
    map_putz(top, "$schema", v_str(STR("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")));
    map_putz(top, "version", v_str(STR("2.1.0")));
    map_putz(top, "runs", v_list(runs));
    canonical_json(out, v_map(top));
    buf_byte(out, '\n');
}
