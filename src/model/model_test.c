#include "base/test.h"
#include "model/model.h"

struct shelf {
    struct file files[8];
    struct source source;
};

static void put(struct shelf *s, const char *path, const char *text)
{
    s->files[s->source.n++] = (struct file){.path = str_from(path), .data = str_from(text)};
    s->source.v = s->files;
}

static struct models *read_shelves(struct arena *a, struct shelf *models, struct shelf *bundles, uint32_t warnings)
{
    struct inputs *in = inputs_new(a);
    struct diags *d = diags_new(a, in);
    struct models *m = NULL;
    CHECK(models_read(a, models ? &models->source : NULL, bundles ? &bundles->source : NULL, STR("models-new"), in, origins_new(a), &m, d));
    CHECK_INT(d->n, warnings);
    return m;
}

static const char base_model[] =
    "sie_id: a/m\nhf_id: a/m-hf\naliases: [m, mm]\ntasks:\n  encode:\n    dense: {dim: 1024}\n    sparse: null\n  score: null\n"
    "max_sequence_length: 8192\nprofiles:\n  default:\n    max_batch_tokens: 16384\n    compute_precision: bfloat16\n"
    "    adapter_path: srv.adapters.bert:Bert\n    adapter_options:\n      loadtime: {causal: true}\n      runtime: {pooling: cls, normalize: true}\n"
    "    adaptive_batching: {gain: 1, max_wait_ms: 5}\n    grammar_profile: g\n"
    "  sparse:\n    extends: default\n    compute_precision: null\n    adapter_options:\n      loadtime: {}\n      runtime: {pooling: mean}\n"
    "    adaptive_batching: {gain: 2}\n";

TEST(model_resolves_profiles_as_the_server_does)
{
    struct shelf s = {0};
    put(&s, "a__m.yaml", base_model);
    put(&s, "README.md", "no");
    struct models *m = read_shelves(a, &s, NULL, 0);
    CHECK_INT(m->n, 1);
    CHECK_STR(m->v[0].file, STR("a__m.yaml"));
    CHECK_INT(m->v[0].at.line, 1);
    CHECK_INT(m->v[0].profiles_n, 2);
    const struct profile_config *p = model_find_profile(&m->v[0], STR("sparse"));
    CHECK_STR(p->adapter, STR("srv.adapters.bert:Bert"));
    CHECK_INT(p->at.line, 20);
    CHECK_STR(value_str_at(p->config, "compute_precision"), STR("bfloat16"));
    CHECK_STR(value_str_at(value_at(p->config, "adapter_options", "runtime", NULL), "pooling"), STR("mean"));
    CHECK(value_at(p->config, "adapter_options", "runtime", "normalize", NULL).kind == V_NIL);
    CHECK(value_truth(value_at(p->config, "adapter_options", "loadtime", "causal", NULL)));
    CHECK_INT(value_at(p->config, "adaptive_batching", "gain", NULL).u.i, 2);
    CHECK_INT(value_at(p->config, "adaptive_batching", "max_wait_ms", NULL).u.i, 5);
    CHECK(value_at(p->config, "grammar_profile", NULL).kind == V_NIL);
    CHECK(value_at(p->config, "extends", NULL).kind == V_NIL);
    /* The parent itself is as written. */
    p = model_find_profile(&m->v[0], STR("default"));
    CHECK_INT(value_at(p->config, "adaptive_batching", "gain", NULL).u.i, 1);
    CHECK_STR(value_str_at(p->config, "grammar_profile"), STR("g"));
}

TEST(model_finds_by_id_alias_weights_and_variant)
{
    struct shelf s = {0};
    put(&s, "a__m.yaml", base_model);
    put(&s, "b.yaml", "sie_id: m-hf\nhf_id: a/m-hf\nprofiles: {}\n");
    struct models *m = read_shelves(a, &s, NULL, 0);
    const struct model *x = models_find(m, STR("a/m"));
    CHECK(x && str_is(x->sie_id, "a/m"));
    CHECK(models_find(m, STR("mm")) == x);
    CHECK(models_find(m, STR("a/m-hf")) == x);
    CHECK(models_find(m, STR("a/m:sparse")) == x);
    CHECK(!models_find(m, STR("a/m:other")));
    CHECK(!models_find(m, STR("other")));
}

TEST(model_reads_bundles)
{
    struct shelf s = {0};
    put(&s, "default.yaml", "name: default\nadapters:\n- srv.adapters.bert\ndeps: {torch: '>=2'}\n");
    put(&s, "nameless.yml", "adapters: [x, 3]\n");
    struct models *m = read_shelves(a, NULL, &s, 0);
    CHECK_INT(m->bundles_n, 2);
    CHECK_STR(m->bundles[1].name, STR("nameless"));
    CHECK_INT(m->bundles[1].adapters_n, 1);
    CHECK(bundle_has_adapter(&m->bundles[0], STR("srv.adapters.bert:Bert")));
    CHECK(!bundle_has_adapter(&m->bundles[0], STR("srv.adapters.bert_flash:Bert")));
    CHECK(!bundle_has_adapter(&m->bundles[0], STR("")));
}

TEST(model_passes_over_what_is_none)
{
    struct shelf s = {0};
    put(&s, "a.yaml", "[1]\n");
    put(&s, "b.yaml", "");
    put(&s, "c.yaml", "sie_id: c\nprofiles:\n  p: {extends: q}\n  q: {extends: p}\n  r: {extends: none}\n  s: null\n");
    put(&s, "d.yaml", "sie_id: c\nprofiles: 3\n");
    struct models *m = read_shelves(a, &s, NULL, 6);
    CHECK_INT(m->n, 1);
    CHECK_INT(m->v[0].profiles_n, 4);
    struct inputs *in = inputs_new(a);
    struct diags *d = diags_new(a, in);
    struct shelf broken = {0};
    put(&broken, "a.yaml", "a: [\n");
    CHECK(!models_read(a, &broken.source, NULL, STR("m"), in, origins_new(a), &m, d));
    CHECK_INT(d->errors, 1);
}

static struct model_diff diff_of(struct arena *a, const char *from, const char *to)
{
    struct shelf x = {0}, y = {0};
    put(&x, "x.yaml", from);
    put(&y, "y.yaml", to);
    struct model_diff d;
    models_diff(a, read_shelves(a, &x, NULL, 0), read_shelves(a, &y, NULL, 0), &d);
    return d;
}

static struct str edited(struct arena *a, const char *from, const char *to)
{
    ptrdiff_t at = str_find(str_from(base_model), str_from(from));
    CHECK(at >= 0);
    return str_printf(a, "%.*s%s%s", (int)at, base_model, to, base_model + at + strlen(from));
}

TEST(model_diff_says_what_changes_stored_vectors)
{
    static const struct {
        const char *from, *to, *path;
        bool vectors;
    } cases[] = {
        {"dim: 1024", "dim: 768", "tasks.encode.dense.dim", true},
        {"dense: {dim: 1024}", "dense: null", "tasks.encode.dense", true},
        {"sparse: null", "sparse: {dim: 9}", "tasks.encode.sparse", false},
        {"hf_id: a/m-hf", "hf_id: a/m2", "hf_id", true},
        {"max_sequence_length: 8192", "max_sequence_length: 1024", "max_sequence_length", true},
        {"max_sequence_length: 8192", "max_sequence_length: 9000", "max_sequence_length", false},
        {"max_batch_tokens: 16384\n", "max_batch_tokens: 1\n", "profiles.default.max_batch_tokens", false},
        {"pooling: cls", "pooling: mean", "profiles.default.adapter_options.runtime.pooling", true},
        {"bert:Bert", "bert2:Bert", "profiles.default.adapter_path", false},
        {"hf_id: a/m-hf\n", "hf_id: a/m-hf\nhf_revision: main\n", "hf_revision", false},
        {"hf_id: a/m-hf\n", "hf_id: a/m-hf\nhf_revision: 0abc\n", "hf_revision", true},
        {"score: null", "score: {}", "tasks.score", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model_diff d = diff_of(a, base_model, edited(a, cases[i].from, cases[i].to).p);
        CHECK(d.n >= 1);
        if (!d.n) continue;
        CHECK_INT(d.v[0].kind, MODEL_CHANGED);
        CHECK_STR(d.v[0].path, str_from(cases[i].path));
        if (d.v[0].vectors != cases[i].vectors) test_fail(__FILE__, __LINE__, "%s: vectors should be %d", cases[i].to, cases[i].vectors);
    }
    /* What a profile inherits changes it, too. */
    struct model_diff d = diff_of(a, base_model, edited(a, "max_batch_tokens: 16384\n", "max_batch_tokens: 1\n").p);
    CHECK_INT(d.n, 2);
    CHECK_STR(d.v[1].path, STR("profiles.sparse.max_batch_tokens"));
    CHECK_INT(diff_of(a, base_model, base_model).n, 0);
}

TEST(model_diff_of_a_reranker_concerns_no_vectors)
{
    struct model_diff d = diff_of(a, "sie_id: r\nmax_sequence_length: 8192\ntasks: {encode: null, score: {}}\n",
                                  "sie_id: r\nmax_sequence_length: 1024\ntasks: {encode: null, score: {}}\n");
    CHECK_INT(d.n, 1);
    CHECK(!d.v[0].vectors);
}

TEST(model_diff_pairs_renamed_models)
{
    struct model_diff d = diff_of(a, "sie_id: old\nhf_id: h\n", "sie_id: new\nhf_id: h\n");
    CHECK_INT(d.v[0].kind, MODEL_RENAMED);
    CHECK_STR(d.v[0].to->sie_id, STR("new"));
    d = diff_of(a, "sie_id: old\n", "sie_id: new\naliases: [old]\n");
    CHECK_INT(d.v[0].kind, MODEL_RENAMED);
    d = diff_of(a, "sie_id: old\nhf_id: h\n", "sie_id: new\nhf_id: other\n");
    CHECK_INT(d.n, 2);
    CHECK_INT(d.v[0].kind, MODEL_REMOVED);
    CHECK_INT(d.v[1].kind, MODEL_ADDED);
}

TEST(model_diff_of_bundles)
{
    struct shelf x = {0}, y = {0};
    put(&x, "a.yaml", "name: a\nadapters: [p, q]\ndeps: {torch: '1', pil: ''}\n");
    put(&x, "b.yaml", "name: b\n");
    put(&y, "a.yaml", "name: a\nadapters: [q, r]\ndeps: {torch: '2', pil: ''}\n");
    put(&y, "c.yaml", "name: c\n");
    struct model_diff d;
    models_diff(a, read_shelves(a, NULL, &x, 0), read_shelves(a, NULL, &y, 0), &d);
    CHECK_INT(d.bundles_n, 5);
    CHECK_STR(d.bundles[0].path, STR("deps.torch"));
    CHECK_STR(v_text(d.bundles[1].was), STR("p"));
    CHECK_STR(v_text(d.bundles[2].is), STR("r"));
    CHECK(d.bundles[3].from && !d.bundles[3].to);
    CHECK(!d.bundles[4].from && d.bundles[4].to);
}
