#include "base/test.h"
#include "site/texts.h"
#include "source/testdir.h"

TEST(texts_find_and_guess)
{
    struct rule_texts t = texts_read(a, NULL);
    const struct rule_text *x = texts_find(&t, STR("keda/paused"));
    CHECK(x && x->means.n && x->sources_n);
    CHECK(!texts_find(&t, STR("keda/pausd")));
    CHECK_STR(texts_meant(a, &t, STR("keda/pausd")), STR("keda/paused"));
    CHECK_STR(texts_meant(a, &t, STR("renamed-key")), STR("values/renamed-key"));
    CHECK_STR(texts_meant(a, &t, STR("value/renamd-key")), STR("values/renamed-key"));
    CHECK(!texts_meant(a, &t, STR("nothing-like-any-of-them")).n);
    x = texts_find(&t, STR("advisory/known-to-nobody"));
    CHECK(x && str_is(x->id, "advisory/*"));
    for (uint32_t i = 1; i < t.n; i++) CHECK(str_cmp(t.v[i - 1].id, t.v[i].id) < 0);
}

TEST(texts_of_a_folder_replace_by_id)
{
    struct str dir = testdir_new(a);
    struct diags *d = diags_new(a, inputs_new(a));
    struct rulebook r;
    testdir_write(a, dir, "rules/values.yaml", STR("rules:\n- {id: values/renamed-key, severity: info, title: Ours, means: M, matters: W, fix: F, example: E, sources: [S]}\n"));
    CHECK(rulebook_open(a, dir, d, &r));
    struct rule_texts t = texts_read(a, &r), built_in = texts_read(a, NULL);
    CHECK_INT(t.n, built_in.n);
    CHECK_STR(texts_find(&t, STR("values/renamed-key"))->title, STR("Ours"));
    CHECK(texts_find(&t, STR("values/removed-key"))->means.n);
}

TEST(texts_are_wrapped_and_escaped)
{
    struct str source = STR("https://example.org/x");
    struct rule_text x = {.id = STR("a/b"), .severity = SEVERITY_ERROR, .title = STR("T"), .means = STR("one two three <b> `<c>`"), .sources = &source, .sources_n = 1};
    struct buf b = buf_new(a), page = buf_new(a);
    texts_explain(&b, &x, 10);
    CHECK_STR(buf_done(&b), STR("a/b (error): T\n\nWhat it means\n  one two\n  three\n  <b>\n  `<c>`\n\nSources\n  https://example.org/x\n"));
    texts_page(&page, &x);
    CHECK(str_has(buf_done(&page), STR("three \\<b\\> `<c>`\n")));
    CHECK(str_has(buf_done(&page), STR("- <https://example.org/x>\n")));
}
