#include "base/test.h"
#include "edit/edit.h"

static struct edit_path path(struct arena *a, const char *dotted)
{
    struct str *v = NULL, rest = str_from(dotted), one;
    uint32_t n = 0, cap = 0;
    for (bool more = true; more;) {
        more = str_cut(rest, STR("."), &one, &rest);
        *PUSH(a, v, n, cap) = one;
    }
    return (struct edit_path){v, n};
}

static struct str moved(struct arena *a, const char *text, const char *from, const char *to)
{
    struct edit e;
    CHECK(edit_open(a, str_from(text), &e));
    return edit_move(&e, path(a, from), path(a, to)) ? e.text : STR("(not moved)");
}

TEST(edit_renames_a_key_where_it_stands)
{
    CHECK_STR(moved(a, "# top\nrouter: # edge\n  replicas: 3\nz: 'q'\n", "router", "gateway"), STR("# top\ngateway: # edge\n  replicas: 3\nz: 'q'\n"));
    CHECK_STR(moved(a, "\"a b\": 1\n", "a b", "c d"), STR("c d: 1\n"));
}

TEST(edit_moves_a_block_with_its_comments)
{
    CHECK_STR(moved(a, "a:\n  # why\n  size: 1 # note\n\n  list:\n  - x\nb:\n  c: 1\n", "a.size", "b.volume.size"),
              STR("a:\n\n  list:\n  - x\nb:\n  c: 1\n  volume:\n    # why\n    size: 1 # note\n"));
    CHECK_STR(moved(a, "a:\n  list:\n  - x\n  - y\nb: 1\n", "a.list", "c.list"), STR("b: 1\nc:\n  list:\n  - x\n  - y\n"));
}

TEST(edit_moves_below_the_key_itself)
{
    CHECK_STR(moved(a, "x: 1\nimage: r/i\n", "image", "image.repository"), STR("x: 1\nimage:\n  repository: r/i\n"));
}

TEST(edit_merges_two_maps)
{
    CHECK_STR(moved(a, "a:\n  x: 1\nb:\n  y: 2\n", "a", "b"), STR("b:\n  y: 2\n  x: 1\n"));
    CHECK_STR(moved(a, "a:\n  y: 1\nb:\n  y: 2\n", "a.y", "b.y"), STR("(not moved)"));
}

TEST(edit_writes_flow_mappings_out)
{
    CHECK_STR(moved(a, "a: {size: 1, z: \"2\"} # c\nb: 1\n", "a.size", "c.size"), STR("a:\n  z: \"2\"\nb: 1\nc:\n  size: 1\n"));
}

TEST(edit_comments_a_key_out)
{
    struct edit e;
    CHECK(edit_open(a, STR("a:\n  b: |\n    text\n\n    more\n  c: 1\nd: 2\n"), &e));
    CHECK(edit_comment_out(&e, path(a, "a.b"), STR("gone")));
    CHECK_STR(e.text, STR("a:\n  # rutter: gone\n  # b: |\n  #   text\n\n  #   more\n  c: 1\nd: 2\n"));
    CHECK(edit_comment_out(&e, path(a, "a.c"), STR("gone")));
    CHECK(!edit_has(&e, path(a, "a")));
    CHECK(edit_has(&e, path(a, "d")));
}

TEST(edit_leaves_several_documents_alone)
{
    struct edit e;
    CHECK(!edit_open(a, STR("a: 1\n---\nb: 2\n"), &e));
    CHECK(edit_open(a, STR("# c\n---\nb: 2\n"), &e));
}

TEST(edit_diff_shows_what_changed)
{
    CHECK_STR(edit_diff(a, STR("f"), STR("a\nb\nc\n"), STR("a\nx\nc\n")), STR("--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"));
    CHECK_INT(edit_diff(a, STR("f"), STR("a\n"), STR("a\n")).n, 0);
}

static struct str commented(struct arena *a, const char *text, const char *at)
{
    struct edit e;
    CHECK(edit_open(a, str_from(text), &e));
    return edit_comment_out(&e, path(a, at), STR("gone")) ? e.text : STR("(not commented out)");
}

TEST(edit_changes_fields_of_the_items_of_a_list)
{
    CHECK_STR(moved(a, "h:\n  - a: 1 # one\n    b: 2\n", "h.[0].a", "h.[0].c"), STR("h:\n  - c: 1 # one\n    b: 2\n"));
    CHECK_STR(moved(a, "h:\n- {a: 1, b: 2}\n- c: 1\n", "h.[0].a", "h.[0].c"), STR("h:\n- c: 1\n  b: 2\n- c: 1\n"));
    CHECK_STR(moved(a, "h: [{a: 1, b: 2}]\nx: 1\n", "h.[0].a", "h.[0].c"), STR("h:\n  - c: 1\n    b: 2\nx: 1\n"));
    CHECK_STR(moved(a, "h:\n- a: 1\n", "h.[0].a", "h.[0].b.c"), STR("(not moved)"));
    CHECK_STR(commented(a, "h:\n  - a: 1\n    b: 2\nx: 1\n", "h.[0].b"), STR("h:\n  - a: 1\n    # rutter: gone\n    # b: 2\nx: 1\n"));
    CHECK_STR(commented(a, "h:\n  - a: 1\n    b: 2\nx: 1\n", "h.[0].a"), STR("h:\n  -\n    # rutter: gone\n    # a: 1\n    b: 2\nx: 1\n"));
    CHECK_STR(commented(a, "h:\n- a: 1\n- b: 1\n", "h.[0].a"), STR("h:\n- {}\n  # rutter: gone\n  # a: 1\n- b: 1\n"));
    CHECK_STR(commented(a, "h:\n- p:\n  - {t: x, m: z}\n", "h.[0].p.[0].t"), STR("h:\n- p:\n  -\n    # rutter: gone\n    # t: x\n    m: z\n"));
    CHECK_STR(commented(a, "h:\n- - a: 1\n", "h.[0].[0].a"), STR("(not commented out)"));
}

TEST(edit_comments_out_all_that_there_is)
{
    struct edit e;
    CHECK_STR(commented(a, "h:\n  - a: 1\n", "h"), STR("# rutter: gone\n# h:\n#   - a: 1\n"));
    CHECK(edit_open(a, STR("p:\n  a: {x: 1}\n  b: {x: 2}\n"), &e));
    CHECK(edit_comment_out(&e, path(a, "p.b"), STR("gone")) && edit_comment_out(&e, path(a, "p.a"), STR("gone, too")));
    CHECK(!edit_has(&e, path(a, "p")));
}
