#include "base/test.h"
#include "source/source.h"
#include "source/testdir.h"

#include <sys/stat.h>

static struct diags *new_diags(struct arena *a) { return diags_new(a, inputs_new(a)); }

static struct str newest(const struct diags *d) { return d->n ? d->v[d->n - 1].message : (struct str){0}; }

static struct str paths(struct arena *a, const struct source *s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s->n; i++) buf_printf(&b, "%s%.*s%s", i ? " " : "", STR_ARG(s->v[i].path), s->v[i].problem.n ? "!" : "");
    return buf_done(&b);
}

TEST(source_dir_is_sorted_and_whole)
{
    struct str dir = testdir_new(a);
    testdir_write(a, dir, "templates/b.yaml", STR("b"));
    testdir_write(a, dir, "templates/a/x.yaml", STR("x"));
    testdir_write(a, dir, "templates/a.yaml", STR(""));
    testdir_write(a, dir, "Chart.yaml", STR("name: a\n"));
    testdir_write(a, dir, ".helmignore", STR("x\0y"));
    testdir_write(a, dir, ".git/config", STR("never read"));
    struct source s;
    struct diags *d = new_diags(a);
    CHECK(source_dir(a, str_concat(a, dir, STR("/")), &s, d));
    CHECK_STR(paths(a, &s), STR(".helmignore Chart.yaml templates/a.yaml templates/a/x.yaml templates/b.yaml"));
    CHECK_STR(s.v[0].data, STR("x\0y"));
    CHECK_STR(s.v[1].opened, path_join(a, dir, STR("Chart.yaml")));
    CHECK_STR(source_find(&s, STR("templates/a/x.yaml"))->data, STR("x"));
    CHECK(!source_find(&s, STR("templates")));
    CHECK(source_check(&s, d));
    CHECK_INT(d->n, 0);
}

TEST(source_dir_that_is_not_there)
{
    struct source s;
    struct diags *d = new_diags(a);
    struct str dir = testdir_new(a);
    CHECK(!source_dir(a, path_join(a, dir, STR("nope")), &s, d));
    CHECK(str_ends(newest(d), STR("nope: no such file or directory")));
    CHECK(!source_open(a, path_join(a, dir, STR("nope")), &s, d));
    CHECK(str_ends(newest(d), STR("nope\" not found")));
}

TEST(source_dir_follows_links_inside_the_repository)
{
    struct str repo = testdir_new(a);
    testdir_write(a, repo, ".git/HEAD", STR("ref: refs/heads/main\n"));
    testdir_write(a, repo, "shared/s.yaml", STR("shared"));
    testdir_write(a, repo, "chart/Chart.yaml", STR("name: a\n"));
    testdir_link(a, repo, "chart/one.yaml", "../shared/s.yaml");
    testdir_link(a, repo, "chart/all", "../shared");
    testdir_link(a, repo, "chart/head", "../.git/HEAD");
    testdir_link(a, repo, "chart/out", "/etc/hostname");
    testdir_link(a, repo, "chart/gone", "nowhere");
    testdir_link(a, repo, "chart/loop", "../chart");
    struct source s;
    struct diags *d = new_diags(a);
    CHECK(source_dir(a, path_join(a, repo, STR("chart")), &s, d));
    CHECK_STR(paths(a, &s), STR("Chart.yaml all/s.yaml gone! head! loop! one.yaml out!"));
    CHECK_STR(source_find(&s, STR("one.yaml"))->data, STR("shared"));
    CHECK_STR(source_find(&s, STR("all/s.yaml"))->data, STR("shared"));
    CHECK(str_has(source_find(&s, STR("out"))->problem, STR("the symbolic link out leads out of ")));
    CHECK(str_has(source_find(&s, STR("head"))->problem, STR("leads out of")));
    CHECK_STR(source_find(&s, STR("gone"))->problem, STR("error evaluating symlink gone: no such file or directory"));
    CHECK_STR(source_find(&s, STR("loop"))->problem, STR("the symbolic link loop leads back to a directory above it"));
    CHECK(!source_check(&s, d));
}

TEST(source_dir_without_repository_is_its_own_bound)
{
    struct str top = testdir_new(a);
    testdir_write(a, top, "beside.yaml", STR("x"));
    testdir_write(a, top, "chart/in.yaml", STR("in"));
    testdir_link(a, top, "chart/beside", "../beside.yaml");
    testdir_link(a, top, "chart/again", "in.yaml");
    struct source s;
    CHECK(source_dir(a, path_join(a, top, STR("chart")), &s, new_diags(a)));
    CHECK_STR(paths(a, &s), STR("again beside! in.yaml"));
}

TEST(source_dir_limits)
{
    struct str dir = testdir_new(a);
    struct buf big = buf_new(a);
    buf_fill(&big, 'x', SOURCE_FILE_MAX + 1);
    testdir_write(a, dir, "big.bin", buf_str(&big));
    testdir_write(a, dir, "just.bin", str_sub(buf_str(&big), 0, SOURCE_FILE_MAX));
    mkfifo(str_z(a, path_join(a, dir, STR("pipe"))), 0600);
    struct source s;
    CHECK(source_dir(a, dir, &s, new_diags(a)));
    CHECK_STR(paths(a, &s), STR("big.bin! just.bin pipe!"));
    CHECK_STR(s.v[0].problem, STR("chart file \"big.bin\" is larger than the maximum file size 5242880"));
    CHECK_INT(s.v[1].data.n, SOURCE_FILE_MAX);
    CHECK(str_starts(s.v[2].problem, STR("cannot load irregular file ")));
}

TEST(source_file_whole)
{
    struct str dir = testdir_new(a), text;
    struct diags *d = new_diags(a);
    testdir_write(a, dir, "a.yaml", STR("a: 1\n"));
    testdir_write(a, dir, "empty", STR(""));
    CHECK(source_file(a, path_join(a, dir, STR("a.yaml")), &text, d));
    CHECK_STR(text, STR("a: 1\n"));
    CHECK(source_file(a, path_join(a, dir, STR("empty")), &text, d));
    CHECK_INT(text.n, 0);
    CHECK(!source_file(a, STR("not/there.yaml"), &text, d));
    CHECK_STR(newest(d), STR("open not/there.yaml: no such file or directory"));
    CHECK(!source_file(a, dir, &text, d));
    CHECK(str_ends(newest(d), STR(": is a directory")));
}
