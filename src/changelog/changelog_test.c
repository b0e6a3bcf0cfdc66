#include "base/test.h"
#include "changelog/changelog.h"

static struct diags *quiet(struct arena *a) { return diags_new(a, inputs_new(a)); }

static struct changelog *read_text(struct arena *a, const char *text)
{
    struct diags *d = quiet(a);
    struct changelog *c = changelog_read(a, str_from(text), 1, d);
    CHECK(c != NULL);
    CHECK_INT(d->errors, 0);
    return c;
}

static const struct change *change_of(const struct changelog *c, uint32_t release, uint32_t i)
{
    static const struct change none;
    if (release < c->n && i < c->v[release].changes_n) return &c->v[release].changes[i];
    CHECK(!"there is such an entry");
    return &none;
}

static const struct change *only(struct arena *a, const char *entry)
{
    struct buf b = buf_new(a);
    buf_printf(&b, "## 1.0.0\n\n- %s\n", entry);
    struct str text = buf_done(&b);
    return change_of(read_text(a, text.p), 0, 0);
}

TEST(changelog_reads_release_please)
{
    struct changelog *c = read_text(a,
        "# Changelog\n\n"
        "## [2.0.0](https://github.com/o/r/compare/v1.4.0...v2.0.0) (2024-05-01)\n\n\n"
        "### \xE2\x9A\xA0 BREAKING CHANGES\n\n"
        "* **chart:** pools are a map now\n\n"
        "### Features\n\n"
        "* **chart:** pools are a map now ([#12](https://x/12)) ([abc1234](https://x/abc1234))\n"
        "* support arm64 ([#13](https://x/13)), closes [#9](https://x/9)\n\n"
        "## [1.4.0](https://github.com/o/r/compare/v1.3.0...v1.4.0) (2024-04-01)\n\n"
        "### Bug Fixes\n\n* stop leaking `fd`s ([def5678](https://x))\n");
    CHECK_INT(c->n, 2);
    CHECK_STR(c->v[0].version, STR("2.0.0"));
    CHECK_STR(c->v[0].date, STR("2024-05-01"));
    CHECK_INT(c->v[0].at.line, 3);
    /* The breaking one is told twice there, and is one. */
    CHECK_INT(c->v[0].changes_n, 2);
    const struct change *x = change_of(c, 0, 0);
    CHECK(x->breaking);
    CHECK_STR(x->scope, STR("chart"));
    CHECK_STR(x->type, STR("feat"));
    CHECK_STR(x->text, STR("chart: pools are a map now"));
    CHECK_INT(x->at.line, 8);
    CHECK_INT(x->at.column, 3);
    CHECK(!change_of(c, 0, 1)->breaking);
    CHECK_STR(change_of(c, 0, 1)->text, STR("support arm64"));
    CHECK_STR(change_of(c, 1, 0)->type, STR("fix"));
    CHECK_STR(change_of(c, 1, 0)->text, STR("stop leaking fds"));
}

TEST(changelog_reads_keep_a_changelog)
{
    struct changelog *c = read_text(a,
        "# Changelog\n\nAll notable changes.\n\n## [Unreleased]\n\n- not yet\n\n"
        "## [1.1.0] - 2019-02-15\n\n### Added\n\n- Danish from [@a](x)\n  in two lines.\n\n### Removed\n\n- `legacy` flag\n- unused comments\n\n"
        "## [1.0.0] - 2017-06-20 [YANKED]\n### Changed\n- Start using \"changelog\".\n\n[1.0.0]: https://x\n");
    CHECK_INT(c->n, 2);
    CHECK_INT(c->v[0].changes_n, 3);
    CHECK_STR(change_of(c, 0, 0)->type, STR("added"));
    CHECK_STR(change_of(c, 0, 0)->text, STR("Danish from @a in two lines."));
    CHECK(change_of(c, 0, 1)->breaking_by_meaning);
    CHECK(!change_of(c, 0, 2)->breaking_by_meaning);
    CHECK_STR(c->v[1].date, STR("2017-06-20"));
    CHECK_STR(change_of(c, 1, 0)->type, STR("changed"));
}

TEST(changelog_reads_flat_commits)
{
    struct changelog *c = read_text(a,
        "## v0.6.0\n\n- chore(main): release 0.6.0\n- feat(gateway)!: route work by lanes\n- fix: x\n- worker(rust): y\n- gateway!: z\n- Plain words\n");
    CHECK_STR(c->v[0].version, STR("0.6.0"));
    const struct change *x = change_of(c, 0, 1);
    CHECK(x->breaking);
    CHECK_STR(x->type, STR("feat"));
    CHECK_STR(x->scope, STR("gateway"));
    CHECK_STR(x->text, STR("feat(gateway)!: route work by lanes"));
    CHECK_STR(change_of(c, 0, 3)->scope, STR("worker"));
    CHECK_STR(change_of(c, 0, 3)->type, STR(""));
    CHECK(change_of(c, 0, 4)->breaking);
    CHECK_STR(change_of(c, 0, 5)->type, STR(""));
}

TEST(changelog_marks_breakage)
{
    CHECK(only(a, "fix: a\n\n  BREAKING CHANGE: b is gone")->breaking);
    CHECK(only(a, "**BREAKING** rename a to b")->breaking);
    CHECK(only(a, "[BREAKING] rename a to b")->breaking);
    CHECK(only(a, "Breaking: a")->breaking);
    CHECK(!only(a, "a non-BREAKING change")->breaking);
    CHECK(!only(a, "fix breaking tests")->breaking);
    CHECK(!only(a, "fix: UNBREAKING news")->breaking);
    CHECK(only(a, "this is a breaking change for clients")->breaking_by_meaning);
    struct changelog *c = read_text(a, "## 2.0.0\n\nBREAKING CHANGES:\n\n* api: gone\n\nIMPROVEMENTS:\n\n* core: fast\n\n**Breaking changes:**\n- again\n");
    CHECK_INT(c->v[0].changes_n, 3);
    CHECK(change_of(c, 0, 0)->breaking);
    CHECK(!change_of(c, 0, 1)->breaking);
    CHECK_STR(change_of(c, 0, 1)->type, STR("feat"));
    CHECK(change_of(c, 0, 2)->breaking);
}

TEST(changelog_understands_breakage_without_a_mark)
{
    static const char *const breaks[] = {
        "refactor: rename sie-router service to sie-gateway", "fix(helm): enable NATS + JetStream by default to match",
        "fix(helm): default clusterRouting to \"queue\" on import-x", "fix(gateway): harden auth, and recovery path; drop gateway HA default",
        "chore(gateway,helm): drop deprecated SURFACE on the gateway", "fix: require rust sidecar for queue workers",
        "refactor(gateway): split config into its own service", "values under `a` are no longer read",
        "`auth.mode` must now be set", "Disable cloud log observability by default", "now requires Kubernetes 1.25", "chore: remove git sync",
    };
    static const char *const fine[] = {
        "docs: drop the old guide", "test(x): remove y", "chore(sdk): drop docstring references", "refactor: remove dead code left over",
        "fix(helm): remove duplicate platform suffix from worker image tag", "chore(gateway): make fmt auto-fix by default",
        "fix(sdk): widen requires-python to 3.12", "perf(router): drop msgpack patch", "fix(helm): preserve worker queue defaults",
        "feat: add a default", "fix: retry on dropped connections", "Default `app` version updated to 1.2", "feat(api): remove-after annotation", "this is not a breaking story",
    };
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        if (!only(a, breaks[i])->breaking_by_meaning) test_fail(__FILE__, __LINE__, "breaks: %s", breaks[i]);
        CHECK(!only(a, breaks[i])->breaking);
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (only(a, fine[i])->breaking_by_meaning) test_fail(__FILE__, __LINE__, "does not break: %s", fine[i]);
}

TEST(changelog_cancels_what_the_same_release_reverts)
{
    struct changelog *c = read_text(a,
        "## 0.4.1\n- Revert \"feat!: deny\"\n- feat!: deny\n- Revert \"Revert \"fix: x\"\"\n- Revert \"fix: x\"\n- fix: x\n"
        "- revert: y\n- feat: y\n- revert: something older\n- again\n- Revert \"again\"\n- again\n");
    static const bool reverted[] = {true, true, true, true, false, true, true, false, false, true, true};
    for (uint32_t i = 0; i < 11; i++)
        if (change_of(c, 0, i)->reverted != reverted[i]) test_fail(__FILE__, __LINE__, "entry %u: reverted should be %d", i, reverted[i]);
}

TEST(changelog_finds_a_later_revert)
{
    struct changelog *c = read_text(a, "## 1.2.0\n- Revert \"feat: a\"\n## 1.1.0\n- feat: a\n- feat: b\n");
    CHECK(changelog_reverted_later(c, change_of(c, 1, 0), STR("1.2.0")));
    CHECK(!changelog_reverted_later(c, change_of(c, 1, 0), STR("1.1.5")));
    CHECK(!changelog_reverted_later(c, change_of(c, 1, 1), STR("1.2.0")));
}

TEST(changelog_sorts_and_selects_by_version)
{
    struct changelog *c = read_text(a, "## v0.9.0\n- a\n## 0.10.0\n- b\n## 0.10.0-rc.1\n- c\n## 0.2.0\n- d\n");
    CHECK_STR(c->v[0].version, STR("0.10.0"));
    CHECK_STR(c->v[1].version, STR("0.10.0-rc.1"));
    CHECK_STR(c->v[3].version, STR("0.2.0"));
    uint32_t n, *v = changelog_between(a, c, STR("v0.2.0"), STR("0.10.0"), &n);
    CHECK_INT(n, 3);
    CHECK_STR(c->v[v[0]].version, STR("0.10.0"));
    CHECK_STR(c->v[v[2]].version, STR("0.9.0"));
    changelog_between(a, c, STR("0.10.0"), STR("0.2.0"), &n);
    CHECK_INT(n, 0);
    changelog_between(a, c, STR("main"), STR("0.2.0"), &n);
    CHECK_INT(n, 0);
}

TEST(changelog_knows_headings_of_many_kinds)
{
    static const char *const yes[] = {"1.2.3", "v1.2.3", "[v1.2.3]", "Version 1.2.3", "Release v1.2.3 / 2023-06-23", "sie-cluster-1.2.3", "@x/y@1.2.3",
                                      "[sie: v1.2.3](https://x) (2024-01-01)", "1.2.3 (Unreleased)", "<a name=\"x\"></a>1.2.3 - The Name", "What's new in 1.2.3"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        struct buf b = buf_new(a);
        buf_printf(&b, "## %s\n- x\n", yes[i]);
        struct changelog *c = read_text(a, buf_done(&b).p);
        if (c->n != 1 || !str_is(c->v[0].version, "1.2.3")) test_fail(__FILE__, __LINE__, "a release: %s", yes[i]);
    }
    struct changelog *c = read_text(a, "# 3.0.0\n### Kubernetes 1.31 support\n- x\n### Upgrading to 4.0.0\n- y\n## 2.9.0\n- z\n# History\n- old\n\n2.8\n---\n- w\n");
    CHECK_INT(c->n, 3);
    CHECK_INT(c->v[0].changes_n, 2);
    CHECK_INT(c->v[1].changes_n, 1);
    CHECK_STR(c->v[2].version, STR("2.8"));
}

TEST(changelog_reads_prose_details_and_groups)
{
    struct changelog *c = read_text(a,
        "## 5.0.0\n\n> [!CAUTION]\n> `a.b` was renamed. Drop `a`.\n\n| a | b |\n\n```\n- code\n```\n\n* one\n  * two ([#3](x))\n\n  more\n"
        "* **gateway:**\n  * drop x\n  * add y\n* last\n");
    CHECK_INT(c->v[0].changes_n, 5);
    CHECK_STR(change_of(c, 0, 0)->text, STR("a.b was renamed. Drop a."));
    CHECK(change_of(c, 0, 0)->breaking_by_meaning);
    CHECK_STR(change_of(c, 0, 1)->text, STR("one; two more"));
    CHECK_STR(change_of(c, 0, 2)->scope, STR("gateway"));
    CHECK_STR(change_of(c, 0, 2)->text, STR("drop x"));
    CHECK(change_of(c, 0, 2)->breaking_by_meaning);
    CHECK_STR(change_of(c, 0, 4)->scope, STR(""));
}

TEST(changelog_reads_brackets_and_dates)
{
    struct changelog *c = read_text(a, "## <small>1.0.1</small> ![badge: 2.3.4](u)\n\n**Release date:** 2023-07-13\n\n* [CHANGE] a\n* [bitnami/x] feat: b ([#1](u)) ([ab12cd3](u)), closes [#1](u)\n");
    CHECK_STR(c->v[0].date, STR("2023-07-13"));
    CHECK_INT(c->v[0].changes_n, 2);
    CHECK_STR(change_of(c, 0, 0)->type, STR("change"));
    CHECK_STR(change_of(c, 0, 1)->type, STR("feat"));
    CHECK_STR(change_of(c, 0, 1)->scope, STR("bitnami/x"));
    CHECK_STR(change_of(c, 0, 1)->text, STR("[bitnami/x] feat: b"));
}

TEST(changelog_leaves_references_out)
{
    static const char *const cases[][2] = {
        {"fix: x (#12)", "fix: x"}, {"fix: x (Refs #732, #654)", "fix: x"}, {"x by @who in https://h/o/r/pull/1", "x"},
        {"abc1234 fix: x", "fix: x"}, {"[#1](u) [`abc1234`](u) Thanks [@u](x)! - text", "text"}, {"x (CodeRabbit)", "x (CodeRabbit)"},
        {"x ([a1b2c3d](u)), closes [#1](u) [#2](u)", "x"}, {"handle (a, b) (#3)", "handle (a, b)"}, {"see #4", "see #4"},
        {"x [GH-7](u)", "x"}, {"add the <name> flag<br>", "add the <name> flag"}, {"x ![badge](u)", "x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK_STR(only(a, cases[i][0])->text, str_from(cases[i][1]));
}

TEST(changelog_takes_commits_and_annotations)
{
    static const struct commit commits[] = {
        {STR_INIT("a1"), STR_INIT("feat(x): new (#7)"), STR_INIT("Body.\n\nBREAKING CHANGE: a\nis b\n\nRefs: #1")},
        {STR_INIT("a2"), STR_INIT("Merge pull request #1"), STR_INIT("")},
        {STR_INIT("a3"), STR_INIT("fix: y"), STR_INIT("says BREAKING CHANGE: in passing")},
    };
    struct changelog *c = read_text(a, "## 1.0.0\n- x\n");
    changelog_add_commits(c, STR("v1.1.0"), commits, 3);
    changelog_add_commits(c, STR("1.0.0"), commits, 3);
    CHECK_INT(c->n, 2);
    CHECK_INT(c->v[0].changes_n, 2);
    CHECK_STR(change_of(c, 0, 0)->text, STR("feat(x): new; BREAKING CHANGE: a is b"));
    CHECK(change_of(c, 0, 0)->breaking);
    CHECK(!change_of(c, 0, 1)->breaking);
    CHECK_INT(c->v[1].changes_n, 1);
}

/* What hostile text can do: nothing, in bounded time and memory. */
TEST(changelog_survives_odd_text)
{
    static const char *const odd[] = {"", "\n", "##", "## 1.0.0", "## 1.0.0\n-", "## 1.0.0\n- ()", "## 1.0.0\n- (", "- x", "## 99999999999999999999.0.0\n- x",
                                      "## 1.0.0\n- \xff\xfe", "## 1.0.0\n- revert:", "## 1.0.0\n- Revert \"\"", "## 1.0.0\n-  !: x\n- a(: x\n- a(b)!\n- :"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) read_text(a, odd[i]);
    struct buf deep = buf_new(a);
    buf_z(&deep, "## 1.0.0\n");
    buf_fill(&deep, '>', 20000);
    buf_z(&deep, "\n- ");
    buf_fill(&deep, '*', 50000);
    buf_z(&deep, "\n- ");
    for (int i = 0; i < 20000; i++) buf_z(&deep, "Revert \"");
    read_text(a, buf_done(&deep).p);
}

struct starved {
    struct guard guard;
    struct arena *a;
    const char *text;
};

static void read_starved(void *context)
{
    struct starved *s = context;
    s->a = arena_new(&s->guard);
    changelog_read(s->a, str_from(s->text), 1, diags_new(s->a, inputs_new(s->a)));
}

/* cmark ends the process when its allocation fails; with our allocator it unwinds. */
TEST(changelog_unwinds_when_memory_runs_out)
{
    struct buf b = buf_new(a);
    for (int i = 0; i < 20000; i++) buf_z(&b, "- entry *of* a `list`\n");
    struct starved s = {.text = buf_done(&b).p};
    struct limits max = limits_default();
    max.bytes = 256 << 10;
    guard_init(&s.guard, max);
    CHECK(!guard_run(&s.guard, read_starved, &s));
    CHECK(s.guard.message[0] != 0);
    arena_free(s.a);
    CHECK_INT(s.guard.bytes, 0);
}
