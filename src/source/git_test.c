/* Against repositories that git(1) makes here and now. */
#include "base/test.h"
#include "source/source.h"
#include "source/testdir.h"

/* libgit2 1.5 does not free what pcre2 gave it when a ref's name matches no pattern; that is not ours to find. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libpcre2"; }

static struct diags *new_diags(struct arena *a) { return diags_new(a, inputs_new(a)); }

static struct str newest(const struct diags *d) { return d->n ? d->v[d->n - 1].message : (struct str){0}; }
static struct str advice(const struct diags *d) { return d->n ? d->v[d->n - 1].hint : (struct str){0}; }

static struct str paths(struct arena *a, const struct source *s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s->n; i++) buf_printf(&b, "%s%.*s%s", i ? " " : "", STR_ARG(s->v[i].path), s->v[i].problem.n ? "!" : "");
    return buf_done(&b);
}

#define GIT "git -c user.name=t -c user.email=t@example.com -c init.defaultBranch=main -c commit.gpgsign=false -c tag.gpgsign=false "

/* A repository with two releases, v0.1.0 (a plain tag) and v0.2.0 (an annotated one); false where there is no git. */
static bool make_repository(struct arena *a, struct str *dir)
{
    *dir = testdir_new(a);
    if (!testdir_run(a, *dir, "git --version")) {
        test_skip("git is not installed");
        return false;
    }
    testdir_write(a, *dir, "r/chart/Chart.yaml", STR("name: one\n"));
    testdir_write(a, *dir, "r/chart/templates/a.yaml", STR("a\r\n"));
    testdir_write(a, *dir, "r/shared/s.yaml", STR("shared"));
    testdir_link(a, *dir, "r/chart/link.yaml", "../shared/s.yaml");
    testdir_link(a, *dir, "r/chart/all", "../shared");
    testdir_link(a, *dir, "r/chart/twice", "all/s.yaml");
    testdir_link(a, *dir, "r/chart/out", "../../outside");
    testdir_link(a, *dir, "r/chart/loop", "../chart");
    testdir_link(a, *dir, "r/chart/self", "self");
    testdir_write(a, *dir, "r/.gitattributes", STR("* text=auto\n"));
    bool made = testdir_run(a, *dir, "cd r && " GIT "init -q && git add -A && GIT_COMMITTER_DATE='1700000000 +0000' " GIT
                                     "commit -qm 'feat: one' && git tag v0.1.0 && mkdir docs && echo x > docs/x && echo 'name: two' > chart/Chart.yaml && git rm -q -r chart/loop && git add -A && " GIT
                                     "commit -qm 'feat!: two\n\nBREAKING CHANGE: all of it' && " GIT "tag -am 'release two' v0.2.0 && git gc -q");
    CHECK(made);
    return made;
}

TEST(source_git_reads_a_ref)
{
    struct str dir;
    struct source s;
    if (!make_repository(a, &dir)) return;
    struct str repo = path_join(a, dir, STR("r"));
    struct diags *d = new_diags(a);
    CHECK(source_git(a, repo, STR("v0.1.0"), STR("chart"), &s, d));
    CHECK_STR(newest(d), STR(""));
    CHECK_STR(paths(a, &s), STR("Chart.yaml all/s.yaml link.yaml loop! out! self! templates/a.yaml twice"));
    CHECK_STR(s.name, STR("v0.1.0:chart"));
    CHECK_INT(s.committed, 1700000000);
    CHECK_STR(source_find(&s, STR("Chart.yaml"))->data, STR("name: one\n"));
    CHECK_STR(source_find(&s, STR("twice"))->data, STR("shared"));
    CHECK_STR(source_find(&s, STR("all/s.yaml"))->data, STR("shared"));
    CHECK_STR(source_find(&s, STR("out"))->problem, STR("the symbolic link out leads out of the repository"));
    CHECK_STR(source_find(&s, STR("loop"))->problem, STR("the symbolic link loop leads back to a directory above it"));
    CHECK_STR(source_find(&s, STR("self"))->problem, STR("the symbolic link self leads in a circle"));
    CHECK_STR(source_find(&s, STR("Chart.yaml"))->opened, STR(""));
    /* An annotated tag, below a directory of the working tree. */
    CHECK(source_git(a, path_join(a, repo, STR("docs")), STR("v0.2.0"), STR("./chart/"), &s, d));
    CHECK_STR(source_find(&s, STR("Chart.yaml"))->data, STR("name: two\n"));
    /* The whole tree; a single file. */
    CHECK(source_git(a, repo, STR("HEAD~1"), STR("."), &s, d));
    CHECK(source_find(&s, STR("shared/s.yaml")) != NULL);
    CHECK(source_git(a, repo, STR("main"), STR("docs/x"), &s, d));
    CHECK_STR(paths(a, &s), STR("x"));
    CHECK(source_git_has(a, repo, STR("v0.2.0"), STR("docs")));
    CHECK(!source_git_has(a, repo, STR("v0.1.0"), STR("docs")));
    CHECK(!source_git_has(a, repo, STR("v9"), STR("docs")));
}

TEST(source_git_messages)
{
    struct str dir;
    struct source s;
    if (!make_repository(a, &dir)) return;
    struct str repo = path_join(a, dir, STR("r"));
    struct diags *d = new_diags(a);
    CHECK(!source_git(a, repo, STR("0.2.0"), STR("chart"), &s, d));
    CHECK(str_ends(newest(d), STR("r has no ref 0.2.0")));
    CHECK_STR(advice(d), STR("did you mean v0.2.0, v0.1.0?"));
    CHECK(!source_git(a, repo, STR("v0.1.0"), STR("../etc"), &s, d));
    CHECK(!source_git(a, repo, STR("v0.1.0"), STR("charts"), &s, d));
    CHECK(str_ends(newest(d), STR("r has no charts at v0.1.0")));
    CHECK(!source_git(a, dir, STR("v0.1.0"), STR("chart"), &s, d));
    CHECK(str_has(newest(d), STR("cannot be read as a git repository")));
    CHECK(!source_git(a, repo, STR("v0.1.0^{tree}"), STR("chart"), &s, d));
    CHECK(str_ends(newest(d), STR("v0.1.0^{tree} is no commit")));
}

TEST(source_git_log_between)
{
    struct str dir;
    struct commit *v;
    size_t n;
    if (!make_repository(a, &dir)) return;
    struct diags *d = new_diags(a);
    CHECK(source_git_log(a, path_join(a, dir, STR("r")), STR("v0.1.0"), STR("v0.2.0"), &v, &n, d));
    CHECK_INT(n, 1);
    CHECK_STR(v[0].subject, STR("feat!: two"));
    CHECK_STR(v[0].body, STR("BREAKING CHANGE: all of it"));
    CHECK_INT(v[0].id.n, 40);
    CHECK(source_git_log(a, path_join(a, dir, STR("r")), STR("v0.2.0"), STR("v0.2.0"), &v, &n, d));
    CHECK_INT(n, 0);
}

TEST(source_git_bare_worktree_shallow)
{
    struct str dir;
    struct source s;
    if (!make_repository(a, &dir)) return;
    struct diags *d = new_diags(a);
    CHECK(testdir_run(a, dir, "git clone -q --bare r bare.git"));
    CHECK(source_git(a, path_join(a, dir, STR("bare.git")), STR("v0.2.0"), STR("chart"), &s, d));
    /* A linked worktree, with the extensions that Debian's git sets. */
    CHECK(testdir_run(a, dir, "cd r && git config extensions.worktreeConfig true && git config core.repositoryformatversion 1 && "
                              "git config extensions.partialClone origin && git worktree add -q ../linked v0.1.0"));
    CHECK(source_git(a, path_join(a, dir, STR("linked")), STR("v0.2.0"), STR("chart"), &s, d));
    CHECK(source_git(a, path_join(a, dir, STR("linked/chart")), STR("HEAD"), STR("chart"), &s, d));
    CHECK_STR(source_find(&s, STR("Chart.yaml"))->data, STR("name: one\n"));
    CHECK_STR(newest(d), STR(""));
    /* What a CI job has after a checkout of one commit. */
    CHECK(testdir_run(a, dir, "git clone -q --depth 1 file://$PWD/r shallow"));
    CHECK(!source_git(a, path_join(a, dir, STR("shallow")), STR("v0.1.0"), STR("chart"), &s, d));
    CHECK(str_ends(newest(d), STR("shallow has no ref v0.1.0")));
    CHECK(str_has(advice(d), STR("this clone is shallow: fetch all of it (git fetch --unshallow --tags; actions/checkout: fetch-depth: 0)")));
}

TEST(source_git_missing_object)
{
    struct str dir;
    struct source s;
    if (!make_repository(a, &dir)) return;
    struct diags *d = new_diags(a);
    CHECK(testdir_run(a, dir, "git -C r config uploadpack.allowFilter true && git clone -q --no-checkout --filter=blob:none file://$PWD/r partial"));
    CHECK(!source_git(a, path_join(a, dir, STR("partial")), STR("v0.1.0"), STR("chart"), &s, d));
    CHECK(str_has(newest(d), STR("is not in the object database")));
    CHECK(str_has(advice(d), STR("fetch-depth: 0, no filter")));
}
