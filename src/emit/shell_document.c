/* A document as JSON that a person can read, cut where a value comes from the run. */
#include "emit/shell.h"

#include "value/json.h"

struct pieces {
    const struct shell *s;
    struct buf text;
};

/* In pieces that an argument can hold: Linux allows 128 KiB, and a byte may take three characters. */
static void flush(struct pieces *p)
{
    enum { PIECE = 32768 };
    struct str rest = buf_str(&p->text);
    while (rest.n) {
        size_t n = p->s->words && rest.n > PIECE ? PIECE : rest.n;
        struct shell_line l = shell_line(p->s, "text");
        shell_word(&l, str_sub(rest, 0, n));
        shell_end(&l);
        rest = str_from_n(rest, n);
    }
    p->text.n = 0;
}

static bool hole(struct pieces *p, struct value v)
{
    struct value name = v.kind == V_MAP ? map_getz(v.u.map, "$capture") : NIL, type = name.kind == V_STR ? map_getz(v.u.map, "type") : NIL;
    if (name.kind != V_STR) return false;
    flush(p);
    struct shell_line l = shell_line(p->s, "hole");
    shell_word(&l, type.kind == V_STR ? v_text(type) : STR("string"));
    shell_word(&l, shell_key(p->s, v_text(name)));
    shell_end(&l);
    return true;
}

static void line_of(struct pieces *p, uint32_t depth)
{
    buf_byte(&p->text, '\n');
    buf_fill(&p->text, ' ', depth * 2);
}

static void write(struct pieces *p, struct value v, uint32_t depth)
{
    struct arena *a = p->s->a;
    if (depth > a->guard->max.depth) guard_trip(a->guard, "a document is nested deeper than %u", a->guard->max.depth);
    if (hole(p, v)) return;
    if (v.kind == V_MAP && map_len(v)) {
        struct entry **sorted = map_sorted(a, v.u.map);
        buf_byte(&p->text, '{');
        for (uint32_t i = 0; i < map_len(v); i++) {
            if (i) buf_byte(&p->text, ',');
            line_of(p, depth + 1);
            canonical_json(&p->text, v_str(sorted[i]->key));
            buf_z(&p->text, ": ");
            write(p, sorted[i]->value, depth + 1);
        }
        line_of(p, depth);
        buf_byte(&p->text, '}');
    } else if (v.kind == V_LIST && list_len(v)) {
        buf_byte(&p->text, '[');
        for (uint32_t i = 0; i < list_len(v); i++) {
            if (i) buf_byte(&p->text, ',');
            line_of(p, depth + 1);
            write(p, v.u.list->v[i], depth + 1);
        }
        line_of(p, depth);
        buf_byte(&p->text, ']');
    } else {
        canonical_json(&p->text, v);
    }
}

void shell_document(const struct shell *s, struct value document)
{
    struct pieces p = {.s = s, .text = buf_new(s->a)};
    write(&p, document, 0);
    flush(&p);
}
