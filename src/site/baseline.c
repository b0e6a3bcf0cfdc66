#include "site/baseline.h"

#include "base/sha256.h"
#include "steps/steps.h"
#include "value/shape.h"

#include <stdlib.h>

#define SCHEMA "rutter.baseline/v1"

static const struct shape_field subject_fields[] = {{"kind", true, {.kind = SHAPE_TEXT}}, {"name", true, {.kind = SHAPE_TEXT}}, {0}};
static const struct shape_field entry_fields[] = {
    {"fingerprint", true, {.kind = SHAPE_TEXT}}, {"rule", true, {.kind = SHAPE_TEXT}}, {"subject", true, {.kind = SHAPE_FIELDS, .fields = subject_fields}}, {"count", true, {.kind = SHAPE_NUMBER}}, {0},
};
static const struct shape entry = {.kind = SHAPE_FIELDS, .fields = entry_fields};
static const struct shape_field file_fields[] = {
    {"schema", true, {.kind = SHAPE_TEXT, .choices = SCHEMA}}, {"findings", true, {.kind = SHAPE_LIST, .item = &entry}}, {0},
};
static const struct shape file = {.kind = SHAPE_FIELDS, .fields = file_fields};

struct str baseline_fingerprint(struct arena *a, const struct finding *x)
{
    return sha256_hex(a, str_printf(a, "%.*s %s %.*s", STR_ARG(x->rule), subject_kind_name(x->subject_kind), STR_ARG(x->subject)));
}

static bool is_recorded(const struct finding *x)
{
    return !str_starts(x->rule, STR("site/")) && !str_is(x->rule, "render/failed") && !str_is(x->rule, "schema/failed");
}

/* ---- reading ---- */

struct known {
    struct str fingerprint;
    double left;
};

static uint32_t read_known(struct facts *f, struct value v, struct known **out)
{
    struct value list = value_at(v, "findings", NULL);
    uint32_t n = list_len(list);
    *out = NEW_ARRAY(f->a, struct known, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct value count = value_at(list.u.list->v[i], "count", NULL);
        (*out)[i] = (struct known){value_str_at(list.u.list->v[i], "fingerprint"), count.kind == V_FLOAT ? count.u.f : (double)count.u.i};
    }
    return n;
}

static struct known *known_of(struct known *v, uint32_t n, struct str fingerprint)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(v[i].fingerprint, fingerprint)) return &v[i];
    return NULL;
}

bool baseline_apply(struct facts *f, struct str text, uint32_t input)
{
    struct value v;
    struct known *known;
    uint32_t kept = 0;
    if (!shape_read(f->a, text, input, &file, origins_new(f->a), "the baseline", &v, f->diags)) return false;
    if (v.kind == V_NIL) {
        diag_error(f->diags, (struct place){.input = input & 0x3fff, .line = 1}, "the baseline is empty");
        diag_hint(f->diags, "--update-baseline writes one");
        return false;
    }
    uint32_t n = read_known(f, v, &known);
    f->baseline_given = true;
    for (uint32_t i = 0; i < f->findings.n; i++) {
        struct finding x = f->findings.v[i];
        struct known *k = is_recorded(&x) ? known_of(known, n, baseline_fingerprint(f->a, &x)) : NULL;
        if (k && k->left >= 1) {
            k->left--;
            *PUSH(f->a, f->baselined.v, f->baselined.n, f->baselined.cap) = x;
        } else {
            f->findings.v[kept++] = x;
        }
    }
    f->findings.n = kept;
    for (uint32_t i = 0; i < n; i++) f->baseline_stale += known[i].left >= 1;
    return true;
}

/* ---- writing ---- */

static void write_entry(struct buf *out, const struct finding *x, struct str fingerprint, int64_t count)
{
    struct map *m = map_new(out->a), *subject = map_new(out->a);
    map_putz(subject, "kind", v_str(str_from(subject_kind_name(x->subject_kind))));
    map_putz(subject, "name", v_str(x->subject));
    map_putz(m, "fingerprint", v_str(fingerprint));
    map_putz(m, "rule", v_str(x->rule));
    map_putz(m, "subject", v_map(subject));
    map_putz(m, "count", v_int(count));
    canonical_json(out, v_map(m));
}

struct numbered {
    const struct finding *x;
    struct str fingerprint;
};

static int by_name(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int c = str_cmp(x->x->rule, y->x->rule);
    if (!c) c = str_cmp(x->x->subject, y->x->subject);
    return c ? c : str_cmp(x->fingerprint, y->fingerprint);
}

/* An entry a line, so that a change to it can be read as a diff. */
void baseline_write(struct buf *out, const struct facts *f)
{
    struct numbered *v = NEW_ARRAY(out->a, struct numbered, f->findings.n + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->findings.n; i++)
        if (is_recorded(&f->findings.v[i])) v[n++] = (struct numbered){&f->findings.v[i], baseline_fingerprint(out->a, &f->findings.v[i])};
    if (n) qsort(v, n, sizeof *v, by_name);
    buf_z(out, "{\"schema\": \"" SCHEMA "\",\n\"findings\": [");
    for (uint32_t i = 0; i < n;) {
        uint32_t same = i;
        while (same < n && str_eq(v[same].fingerprint, v[i].fingerprint)) same++;
        buf_z(out, i ? ",\n" : "\n");
        write_entry(out, v[i].x, v[i].fingerprint, same - i);
        i = same;
    }
    buf_z(out, "\n]}\n");
}
