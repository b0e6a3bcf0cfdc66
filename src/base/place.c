#include "base/place.h"

#include "base/buf.h"

struct inputs *inputs_new(struct arena *a)
{
    struct inputs *in = NEW(a, struct inputs);
    in->a = a;
    PUSH(a, in->v, in->n, in->cap);
    return in;
}

uint32_t inputs_add(struct inputs *in, struct str role, struct str path, struct str opened, struct str text)
{
    if (in->n >= 1u << 14) return 0;
    struct input *i = PUSH(in->a, in->v, in->n, in->cap);
    *i = (struct input){role, path, opened, text};
    return in->n - 1;
}

const struct input *inputs_get(const struct inputs *in, uint32_t index)
{
    return &in->v[index < in->n ? index : 0];
}

struct str place_show(struct arena *a, const struct inputs *in, struct place p)
{
    if (!p.input && !p.line) return (struct str){0};
    const struct input *i = inputs_get(in, p.input);
    struct buf b = buf_new(a);
    if (i->opened.n) {
        buf_add(&b, i->opened);
    } else {
        buf_add(&b, i->role);
        if (i->role.n && i->path.n) buf_byte(&b, ':');
        buf_add(&b, i->path);
    }
    if (p.line) buf_printf(&b, ":%u", p.line);
    if (p.line && p.column) buf_printf(&b, ":%u", (unsigned)p.column);
    return buf_done(&b);
}

struct str input_line(const struct input *in, uint32_t line)
{
    struct str rest = in->text, head = {0};
    for (uint32_t i = 0; i < line; i++) {
        if (!rest.n) return (struct str){0};
        str_cut(rest, STR("\n"), &head, &rest);
    }
    return str_trim_suffix(head, STR("\r"));
}
