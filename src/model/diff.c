#include <stdlib.h>

#include "model/model.h"
#include "value/yaml.h"

/* ---- what changes stored vectors ---- */

/* Whether a model computes vectors that somebody stores: any of tasks.encode's outputs. */
static bool encodes(const struct model *m)
{
    struct value encode = value_at(m->config, "tasks", "encode", NULL);
    for (uint32_t i = 0; encode.kind == V_MAP && i < map_len(encode); i++)
        if (encode.u.map->v[i].value.kind == V_MAP) return true;
    return false;
}

/* Names of settings from which a document's vector is computed, whatever adapter reads them. What concerns queries alone
 * (query_template, default_instruction), speed or memory is not among them. */
static const char *const vector_keys[] = {
    "hf_id", "hf_revision", "revision", "weights_path", "open_clip_model_id", "lora_id", "lora_paths",
    "dim", "dense_dim", "token_dim", "dense_projection_path", "muvera", "muvera_config",
    "pooling", "normalize", "similarity", "output_similarity", "causal", "forward_kwargs",
    "compute_precision", "quantization", "dtype",
    "doc_prefix", "doc_template", "default_task", "task", "input_format",
};

/* A shorter limit truncates documents that it did not truncate before; a longer one leaves stored vectors comparable. */
static const char *const length_keys[] = {"max_sequence_length", "max_seq_length", "max_length", "max_len", "doc_max_length"};

static bool segment_in(struct str path, const char *const *names, size_t n)
{
    for (struct str segment; path.n;) {
        str_cut(path, STR("."), &segment, &path);
        for (size_t i = 0; i < n; i++)
            if (str_is(segment, names[i])) return true;
    }
    return false;
}

static double number(struct value v) { return v.kind == V_INT ? (double)v.u.i : v.kind == V_FLOAT ? v.u.f : 0; }

static bool default_revision(struct value v) { return v.kind == V_NIL || (v.kind == V_STR && str_is(v_text(v), "main")); }

/* The path within the profile or the model: a profile called "task" is not the setting. */
static bool touches_vectors(struct str inner, struct value was, struct value is)
{
    /* An output that is gone leaves nothing to compare the stored vectors with. */
    if (str_starts(inner, STR("tasks.encode")) && was.kind == V_MAP) return is.kind == V_NIL;
    if (str_starts(inner, STR("tasks.encode")) && was.kind == V_NIL) return false;
    /* The Hub's default revision is "main": to write it down changes nothing. */
    if (str_ends(inner, STR("revision")) && default_revision(was) && default_revision(is)) return false;
    if (segment_in(inner, vector_keys, sizeof vector_keys / sizeof *vector_keys)) return true;
    return segment_in(inner, length_keys, sizeof length_keys / sizeof *length_keys) && number(is) > 0 &&
           (was.kind == V_NIL || number(is) < number(was));
}

/* ---- trees ---- */

struct walk {
    struct arena *a;
    void (*found)(struct walk *w, struct str path, struct value was, struct value is);
    const char *except;     /* a top-level key left out; NULL: none */
    struct model_diff *out;
    const struct model *from, *to;
    const struct bundle *bundle_from, *bundle_to;
    size_t prefix;          /* length of "profiles.NAME." in paths */
};

static void compare(struct walk *w, struct str path, struct value was, struct value is);

static void compare_entry(struct walk *w, struct str path, struct str key, struct value was, struct value is)
{
    if (w->except && !path.n && str_is(key, w->except)) return;
    compare(w, path_key(w->a, path, key), map_get(was.u.map, key), map_get(is.u.map, key));
}

/* Keys of both sides in order. */
static void compare_maps(struct walk *w, struct str path, struct value was, struct value is)
{
    struct entry **x = map_sorted(w->a, was.u.map), **y = map_sorted(w->a, is.u.map);
    uint32_t i = 0, j = 0, n = map_len(was), m = map_len(is);
    while (i < n || j < m) {
        int c = i == n ? 1 : j == m ? -1 : str_cmp(x[i]->key, y[j]->key);
        compare_entry(w, path, c <= 0 ? x[i]->key : y[j]->key, was, is);
        i += c <= 0;
        j += c >= 0;
    }
}

static void compare(struct walk *w, struct str path, struct value was, struct value is)
{
    if (was.kind == V_MAP && is.kind == V_MAP)
        compare_maps(w, path, was, is);
    else if (!value_same(was, is))
        w->found(w, path, was, is);
}

/* ---- models ---- */

static void add_model_change(struct walk *w, struct str path, struct value was, struct value is)
{
    struct model_change *c = PUSH(w->a, w->out->v, w->out->n, w->out->cap);
    *c = (struct model_change){.kind = MODEL_CHANGED, .from = w->from, .to = w->to, .path = path, .was = was, .is = is};
    c->vectors = encodes(w->from) && touches_vectors(str_from_n(path, w->prefix), was, is);
}

static void compare_profiles(struct walk *w, const struct model *from, const struct model *to)
{
    uint32_t i = 0, j = 0;
    while (i < from->profiles_n || j < to->profiles_n) {
        const struct profile_config *x = i < from->profiles_n ? &from->profiles[i] : NULL, *y = j < to->profiles_n ? &to->profiles[j] : NULL;
        int c = !x ? 1 : !y ? -1 : str_cmp(x->name, y->name);
        struct str path = path_key(w->a, STR("profiles"), c <= 0 ? x->name : y->name);
        w->prefix = path.n + 1;
        compare(w, path, c <= 0 ? x->config : NIL, c >= 0 ? y->config : NIL);
        i += c <= 0;
        j += c >= 0;
    }
}

static void compare_models(struct arena *a, const struct model *from, const struct model *to, struct model_diff *out)
{
    struct walk w = {.a = a, .found = add_model_change, .except = "profiles", .out = out, .from = from, .to = to};
    compare(&w, (struct str){0}, from->config, to->config);
    compare_profiles(&w, from, to);
}

static const struct model *by_sie_id(const struct models *m, struct str id)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (str_eq(m->v[i].sie_id, id)) return &m->v[i];
    return NULL;
}

/* The model that took over a removed one's id, or the only new one that serves the same weights. */
static const struct model *successor(const struct model *gone, const struct models *from, const struct models *to)
{
    for (uint32_t i = 0; i < to->n; i++)
        for (uint32_t j = 0; j < to->v[i].aliases_n; j++)
            if (str_eq(to->v[i].aliases[j], gone->sie_id)) return &to->v[i];
    const struct model *found = NULL;
    for (uint32_t i = 0; gone->hf_id.n && i < to->n; i++) {
        if (!str_eq(to->v[i].hf_id, gone->hf_id) || by_sie_id(from, to->v[i].sie_id)) continue;
        if (found) return NULL;
        found = &to->v[i];
    }
    return found;
}

static bool is_successor(const struct model_diff *d, const struct model *m)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].kind == MODEL_RENAMED && d->v[i].to == m) return true;
    return false;
}

static void add_kind(struct arena *a, struct model_diff *out, enum model_change_kind kind, const struct model *from, const struct model *to)
{
    *PUSH(a, out->v, out->n, out->cap) = (struct model_change){.kind = kind, .from = from, .to = to};
}

static void diff_catalogues(struct arena *a, const struct models *from, const struct models *to, struct model_diff *out)
{
    for (uint32_t i = 0; i < from->n; i++) {
        const struct model *x = &from->v[i], *y = by_sie_id(to, x->sie_id), *next;
        if (y) {
            compare_models(a, x, y, out);
        } else if ((next = successor(x, from, to))) {
            add_kind(a, out, MODEL_RENAMED, x, next);
            if (!by_sie_id(from, next->sie_id)) compare_models(a, x, next, out);
        } else {
            add_kind(a, out, MODEL_REMOVED, x, NULL);
        }
    }
    for (uint32_t i = 0; i < to->n; i++)
        if (!by_sie_id(from, to->v[i].sie_id) && !is_successor(out, &to->v[i])) add_kind(a, out, MODEL_ADDED, NULL, &to->v[i]);
}

/* ---- bundles ---- */

static void add_bundle_change(struct walk *w, struct str path, struct value was, struct value is)
{
    struct bundle_change *c = PUSH(w->a, w->out->bundles, w->out->bundles_n, w->out->bundles_cap);
    *c = (struct bundle_change){.from = w->bundle_from, .to = w->bundle_to, .path = path, .was = was, .is = is};
}

static bool lists(const struct bundle *b, struct str adapter)
{
    for (uint32_t i = 0; i < b->adapters_n; i++)
        if (str_eq(b->adapters[i], adapter)) return true;
    return false;
}

static void compare_bundles(struct walk *w, const struct bundle *from, const struct bundle *to)
{
    w->bundle_from = from;
    w->bundle_to = to;
    compare(w, (struct str){0}, from->config, to->config);
    for (uint32_t i = 0; i < from->adapters_n; i++)
        if (!lists(to, from->adapters[i])) add_bundle_change(w, STR("adapters"), v_str(from->adapters[i]), NIL);
    for (uint32_t i = 0; i < to->adapters_n; i++)
        if (!lists(from, to->adapters[i])) add_bundle_change(w, STR("adapters"), NIL, v_str(to->adapters[i]));
}

static void diff_bundles(struct arena *a, const struct models *from, const struct models *to, struct model_diff *out)
{
    struct walk w = {.a = a, .found = add_bundle_change, .except = "adapters", .out = out};
    uint32_t i = 0, j = 0;
    while (i < from->bundles_n || j < to->bundles_n) {
        const struct bundle *x = i < from->bundles_n ? &from->bundles[i] : NULL, *y = j < to->bundles_n ? &to->bundles[j] : NULL;
        int c = !x ? 1 : !y ? -1 : str_cmp(x->name, y->name);
        if (c == 0) {
            compare_bundles(&w, x, y);
        } else {
            w.bundle_from = c < 0 ? x : NULL;
            w.bundle_to = c < 0 ? NULL : y;
            add_bundle_change(&w, (struct str){0}, NIL, NIL);
        }
        i += c <= 0;
        j += c >= 0;
    }
}

void models_diff(struct arena *a, const struct models *from, const struct models *to, struct model_diff *out)
{
    *out = (struct model_diff){0};
    diff_catalogues(a, from, to, out);
    diff_bundles(a, from, to, out);
}
