/* rutter diff for reading in a review. */
#include "emit/emitters.h"

#include "value/yaml.h"

static bool is_scalar(struct value v) { return v.kind != V_MAP && v.kind != V_LIST; }

static struct str cut(struct arena *a, struct str s)
{
    enum { MOST = 110 };
    if (s.n <= MOST) return s;
    size_t n = MOST - 3;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
    return str_printf(a, "%.*s...", (int)n, s.p);
}

static struct str scalar(struct arena *a, struct value v)
{
    struct buf b = buf_new(a);
    if (v.kind == V_STR && str_chr(v_text(v), '\n') >= 0) return str_printf(a, "(text of %u bytes)", v.n);
    if (v.kind == V_STR && v.n > 60) return cut(a, v_text(v));
    yaml_write(&b, v);
    return cut(a, str_trim(buf_done(&b)));
}

/* {name: x, value: y} */
static struct str small_map(struct arena *a, const struct map *m)
{
    struct buf b = buf_new(a);
    buf_byte(&b, '{');
    for (uint32_t i = 0; i < m->n; i++) {
        if (i) buf_z(&b, ", ");
        buf_add(&b, m->v[i].key);
        buf_z(&b, ": ");
        buf_add(&b, is_scalar(m->v[i].value) ? scalar(a, m->v[i].value) : STR("..."));
    }
    buf_byte(&b, '}');
    return cut(a, buf_done(&b));
}

/* One line: a scalar as YAML, a small map with what is in it, other containers by their size. */
static struct str brief(struct arena *a, struct value v)
{
    if (v.kind == V_NIL) return STR("(none)");
    if (v.kind == V_MAP && map_len(v) && map_len(v) <= 3) return small_map(a, v.u.map);
    if (v.kind == V_MAP && map_len(v)) return str_printf(a, "{%u keys}", map_len(v));
    if (v.kind == V_LIST && list_len(v)) return str_printf(a, "[%u item%s]", list_len(v), list_len(v) == 1 ? "" : "s");
    return scalar(a, v);
}

static const char *sign_of(struct str change)
{
    return str_is(change, "added") ? "+" : str_is(change, "removed") ? "-" : str_is(change, "renamed") ? ">" : "~";
}

static void heading(struct buf *b, const char *title, uint32_t n)
{
    buf_printf(b, "%s%s: %u\n", b->n ? "\n" : "", title, n);
}

static void one_line(struct buf *b, const struct map *m, struct str subject, const char *indent)
{
    struct str change = value_str_at(v_map((struct map *)m), "change"), to = value_str_at(v_map((struct map *)m), "to"),
               path = value_str_at(v_map((struct map *)m), "path");
    buf_printf(b, "%s%s ", indent, change.n ? sign_of(change) : "~");
    emit_terminal(b, subject);
    if (to.n) {
        buf_z(b, " -> ");
        emit_terminal(b, to);
    }
    if (path.n && !str_eq(path, subject)) {
        buf_z(b, "  ");
        emit_terminal(b, path);
    }
    bool has_old = map_find(m, STR("old")) != NULL, has_new = map_find(m, STR("new")) != NULL;
    if (has_old || has_new) buf_z(b, ": ");
    if (has_old) emit_terminal(b, brief(b->a, map_getz(m, "old")));
    if (has_old && has_new) buf_z(b, " -> ");
    if (has_new) emit_terminal(b, brief(b->a, map_getz(m, "new")));
    buf_byte(b, '\n');
}

static void part(struct buf *b, const char *title, struct value list, const char *subject_key)
{
    if (!list_len(list)) return;
    heading(b, title, list_len(list));
    for (uint32_t i = 0; i < list_len(list); i++) {
        struct value x = list.u.list->v[i], fields = value_at(x, "fields", NULL);
        one_line(b, x.u.map, value_str_at(x, subject_key), "  ");
        for (uint32_t k = 0; fields.kind == V_LIST && k < list_len(fields); k++) {
            struct value f = fields.u.list->v[k];
            one_line(b, f.u.map, value_str_at(f, "path"), "      ");
        }
    }
}

static void changelog(struct buf *b, struct value list)
{
    struct str version = {0};
    if (!list_len(list)) return;
    heading(b, "changelog", list_len(list));
    for (uint32_t i = 0; i < list_len(list); i++) {
        struct value x = list.u.list->v[i];
        bool breaking = value_truth(value_at(x, "breaking", NULL)), meaning = value_truth(value_at(x, "breaking_by_meaning", NULL));
        if (!str_eq(version, value_str_at(x, "version"))) {
            version = value_str_at(x, "version");
            buf_z(b, "  ");
            emit_terminal(b, version);
            buf_byte(b, '\n');
        }
        buf_printf(b, "    %s ", breaking ? "!" : meaning ? "?" : " ");
        emit_terminal(b, value_str_at(x, "text"));
        buf_byte(b, '\n');
    }
}

/* What is compared in place of a render that there is none of. */
static void say_unrendered(struct buf *b, const struct facts *f, struct value unknown)
{
    const struct side *s = f->judged;
    buf_z(b, "the new chart could NOT be rendered with these values: ");
    if (!s->rendered) buf_z(b, "objects are not compared\n");
    else if (s->passing == PASSING_CLUSTER) buf_z(b, "compared is what it makes at a first installation\n");
    else if (s->passing == PASSING_REFUSALS) buf_z(b, "compared is what it makes past its refusals\n");
    else buf_z(b, "compared is what it makes without the keys that stand in the way\n");
    if (!list_len(unknown)) return;
    heading(b, "unknown, for their template fails", list_len(unknown));
    for (uint32_t i = 0; i < list_len(unknown); i++) {
        buf_z(b, "  ? ");
        emit_terminal(b, v_text(unknown.u.list->v[i]));
        buf_byte(b, '\n');
    }
}

void emit_diff_text(struct buf *out, const struct emit_input *in)
{
    struct value d = emit_diff_value(out->a, in);
    if (!in->f->new_side.rendered) say_unrendered(out, in->f, value_at(d, "unknown", NULL));
    part(out, "default values", value_at(d, "values", NULL), "path");
    part(out, "objects", value_at(d, "objects", NULL), "subject");
    part(out, "models", value_at(d, "models", NULL), "subject");
    part(out, "bundles", value_at(d, "bundles", NULL), "subject");
    changelog(out, value_at(d, "changelog", NULL));
    if (!out->n) buf_z(out, "no difference\n");
}
