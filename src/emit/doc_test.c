#include "base/test.h"
#include "emit/doc.h"

static struct str written(struct arena *a, void (*write)(struct buf *, const struct doc *), const struct doc *d)
{
    struct buf b = buf_new(a);
    write(&b, d);
    return buf_done(&b);
}

/* The page without what is the same in all. */
static struct str main_of(struct arena *a, const struct doc *d)
{
    struct str head, rest, page = written(a, doc_write_html, d);
    CHECK(str_cut(page, STR("<main id=\"main\">\n"), &head, &rest));
    CHECK(str_cut(rest, STR("</main>"), &head, &page));
    return head;
}

TEST(doc_in_both_forms)
{
    static const char *const columns[] = {"Name", "Value", NULL};
    struct doc d = doc_new(a, STR("A <title>"));
    doc_heading(&d, 2, "First");
    line_code(line_z(&doc_text(&d, "")->line, "say "), STR("a|b"));
    struct block *t = doc_table(&d, "plain", columns);
    line_code(block_cell(&d, t), STR("a|b"));
    line_strong(block_cell(&d, t), STR("x<y"));
    struct block *e = doc_entry(&d, "step");
    e->anchor = doc_anchor(&d, "step", STR("2.2-up"));
    line_z(&e->line, "Do it");
    block_command(&d, e, NULL, STR("a 'b\nc' ```"));
    line_ref(block_part(&d, e, "Back"), STR("2.2-up"), doc_anchor(&d, "step", STR("2.2-up")));
    CHECK_STR(written(a, doc_write_markdown, &d),
              STR("## First\n\nsay `a|b`\n\n| Name | Value |\n|---|---|\n| `a\\|b` | **x&lt;y** |\n\n- Do it\n\n  ````sh\n  a 'b\xe2\x8f\x8e" "c' ```\n  ````\n\n  **Back** `2.2-up`\n\n"));
    CHECK_STR(main_of(a, &d),
              STR("<h2 id=\"part-first\">First</h2>\n<p>say <code>a|b</code></p>\n<table role=\"table\" class=\"plain\">\n<thead role=\"rowgroup\"><tr role=\"row\">"
                  "<th scope=\"col\" role=\"columnheader\">Name</th><th scope=\"col\" role=\"columnheader\">Value</th></tr></thead>\n<tbody role=\"rowgroup\">\n<tr role=\"row\">"
                  "<th scope=\"row\" role=\"rowheader\" data-label=\"Name\"><code>a|b</code></th><td role=\"cell\" data-label=\"Value\"><strong>x&lt;y</strong></td></tr>\n</tbody></table>\n"
                  "<ul class=\"entries\">\n<li class=\"step\" id=\"step-2-2-up\"><div class=\"head\">Do it</div>\n<div class=\"part command\"><pre><code>a &#39;b\xe2\x8f\x8e" "c&#39; ```</code></pre></div>\n"
                  "<div class=\"part\"><span class=\"label\">Back</span> <span><a href=\"#step-2-2-up\"><code>2.<wbr>2-up</code></a></span></div>\n</li>\n</ul>\n"));
}

TEST(doc_anchors_are_unique)
{
    struct doc d = doc_new(a, STR(""));
    CHECK_STR(doc_anchor(&d, "step", STR("a.b")), STR("step-a-b"));
    CHECK_STR(doc_anchor(&d, "step", STR("a-b")), STR("step-a-b-2"));
    CHECK_STR(doc_anchor(&d, "step", STR("a.b")), STR("step-a-b"));
    CHECK_STR(doc_anchor(&d, "step", STR("\"><x")), STR("step-x"));
}

/* One component without a pod for a while: the drawing says so to who does not see it. */
TEST(doc_figure_has_words)
{
    struct doc d = doc_new(a, STR(""));
    struct block *b = doc_line(&d, BLOCK_FIGURE);
    struct capacity *c = PUSH(a, b->rows, b->rows_n, b->rows_cap);
    *c = (struct capacity){.name = STR("<web>"), .detail = STR("Deployment"), .summary = STR("none ready for up to 60 s, then 3"), .before = 3, .after = 3};
    *PUSH(a, c->v, c->n, c->cap) = (struct phase_of_capacity){0, 60, 0, false};
    b->span = 60;
    struct buf out = buf_new(a);
    doc_write_figure(&out, b);
    struct str text = buf_done(&out);
    CHECK(str_has(text, STR("<title id=\"capacity-1\">Ready pods of &lt;web&gt;</title><desc id=\"capacity-1-in-words\">none ready for up to 60 s, then 3</desc>")));
    CHECK(str_has(text, STR("<rect class=\"none\" x=\"6.00%\" width=\"91.00%\"")));
    CHECK(str_has(text, STR("<rect class=\"ready\" x=\"97.00%\" width=\"3.00%\"")));
}
