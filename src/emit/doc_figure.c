/* Capacity over time as rows of SVG, one a component. All positions across are percentages: a row is as wide as there is room, on a phone or on
 * paper, without distorted lines or letters. What it shows stands beside it in words. */
#include "emit/doc.h"

#include "emit/plan_facts.h"

enum { LEAD = 600, TAIL = 300, WHOLE = 10000 /* hundredths of a percent */, BASE = 34, TALL = 28 };

struct scale {
    int64_t span, most;
};

static void percent(struct buf *b, const char *name, int64_t hundredths)
{
    buf_printf(b, " %s=\"%lld.%02lld%%\"", name, (long long)(hundredths / 100), (long long)(hundredths % 100));
}

static int64_t across(const struct scale *s, int64_t seconds)
{
    if (seconds < 0) return 0;
    if (seconds > s->span) return WHOLE;
    return LEAD + seconds * (WHOLE - LEAD - TAIL) / s->span;
}

static int64_t height(const struct scale *s, int64_t pods) { return s->most > 0 && pods > 0 ? 2 + pods * (TALL - 2) / s->most : 0; }

static void box(struct buf *b, const char *look, int64_t from, int64_t to, int64_t high)
{
    buf_printf(b, "<rect class=\"%s\"", look);
    percent(b, "x", from);
    percent(b, "width", to - from);
    buf_printf(b, " y=\"%lld\" height=\"%lld\"/>", (long long)(BASE - high), (long long)high);
}

static void edge(struct buf *b, const char *look, int64_t x1, int64_t x2, int64_t y1, int64_t y2)
{
    buf_printf(b, "<line class=\"%s\"", look);
    percent(b, "x1", x1);
    percent(b, "x2", x2);
    buf_printf(b, " y1=\"%lld\" y2=\"%lld\"/>", (long long)(BASE - y1), (long long)(BASE - y2));
}

/* From `from` to `to` so many pods are ready; returns the height of its upper edge. */
static int64_t level(struct buf *b, const struct scale *s, int64_t from, int64_t to, int64_t ready, bool at_least)
{
    if (ready < 0) {
        box(b, "unknown", from, to, TALL);
        return TALL;
    }
    int64_t high = height(s, ready);
    if (!high && s->most > 0) box(b, "none", from, to, TALL);
    if (high) box(b, "ready", from, to, high);
    edge(b, at_least ? "edge least" : "edge", from, to, high, high);
    return high;
}

static int64_t most_of(const struct capacity *c)
{
    int64_t most = c->before > c->after ? c->before : c->after;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->v[i].ready > most) most = c->v[i].ready;
    return most;
}

static void drawing(struct buf *b, const struct capacity *c, int64_t span)
{
    struct scale s = {span, most_of(c)};
    int64_t at = across(&s, 0), high = 0;
    bool absent = c->before < 0 && c->after >= 0; /* it is new: before, there is nothing to draw */
    if (!absent) high = level(b, &s, 0, at, c->before, false);
    for (uint32_t i = 0; i < c->n; i++) {
        int64_t to = across(&s, c->v[i].to), next = height(&s, c->v[i].ready);
        if (c->v[i].ready >= 0 && next != high) edge(b, "edge", at, at, high, next);
        high = level(b, &s, at, to, c->v[i].ready, c->v[i].at_least);
        at = to;
    }
    int64_t next = c->after >= 0 ? height(&s, c->after) : high;
    if (c->after >= 0 && next != high) edge(b, "edge", at, at, high, next);
    level(b, &s, at, WHOLE, c->after, false);
    edge(b, "base", 0, WHOLE, 0, 0);
    edge(b, "zero", across(&s, 0), across(&s, 0), -2, TALL + 4);
}

static void row(struct buf *b, const struct capacity *c, uint32_t i, int64_t span)
{
    buf_z(b, "<div class=\"row\"><div class=\"who\"><strong>");
    emit_html(b, c->name);
    buf_z(b, "</strong> <span>");
    emit_html(b, c->detail);
    buf_printf(b, "</span></div>\n<svg role=\"img\" width=\"100%%\" height=\"38\" aria-labelledby=\"capacity-%u capacity-%u-in-words\"><title id=\"capacity-%u\">Ready pods of ", i, i, i);
    emit_html(b, c->name);
    buf_printf(b, "</title><desc id=\"capacity-%u-in-words\">", i);
    emit_html(b, c->summary);
    buf_z(b, "</desc>");
    drawing(b, c, span);
    buf_z(b, "</svg>\n<div class=\"what\">");
    emit_html(b, c->summary);
    buf_z(b, "</div></div>\n");
}

/* At most six marks, at round times. */
static void axis(struct buf *b, int64_t span)
{
    static const int64_t steps[] = {5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 7 * 86400};
    struct scale s = {span, 0};
    int64_t step = steps[0];
    for (size_t i = 0; i < sizeof steps / sizeof *steps && span / step > 5; i++) step = steps[i];
    buf_z(b, "<div class=\"row axis\" aria-hidden=\"true\"><div class=\"who\"></div>\n<svg width=\"100%\" height=\"22\" focusable=\"false\">");
    for (int64_t t = 0; t <= span && step; t += step) {
        int64_t x = across(&s, t);
        buf_z(b, "<line class=\"tick\"");
        percent(b, "x1", x);
        percent(b, "x2", x);
        buf_z(b, " y1=\"0\" y2=\"4\"/><text");
        percent(b, "x", x);
        struct str label = t ? emit_duration(b->a, t) : STR("0");
        buf_printf(b, " y=\"17\"%s>%.*s</text>", t ? " text-anchor=\"middle\"" : "", STR_ARG(label));
    }
    buf_z(b, "</svg>\n<div class=\"what\"></div></div>\n");
}

void doc_write_figure(struct buf *out, const struct block *b)
{
    buf_z(out, "<figure>\n<svg width=\"0\" height=\"0\" class=\"patterns\" aria-hidden=\"true\" focusable=\"false\"><defs>"
               "<pattern id=\"hatch-none\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><line x1=\"0\" x2=\"0\" y1=\"0\" y2=\"6\"/></pattern>"
               "<pattern id=\"hatch-unknown\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><circle cx=\"1\" cy=\"1\" r=\"0.7\"/></pattern></defs></svg>\n");
    for (uint32_t i = 0; i < b->rows_n; i++) row(out, &b->rows[i], i + 1, b->span > 0 ? b->span : 1);
    axis(out, b->span > 0 ? b->span : 1);
    buf_z(out, "<figcaption>");
    for (uint32_t i = 0; i < b->line.n; i++) emit_html(out, b->line.v[i].text);
    buf_z(out, "</figcaption>\n</figure>\n");
}
