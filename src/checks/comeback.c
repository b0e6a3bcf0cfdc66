#include "checks/comeback.h"

enum { MOST_SWITCHES = 8 }; /* tried for one template: a template asks few questions before it makes an object */

static bool is_path_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool makes_kind(struct arena *a, const struct file *t, struct str kind)
{
    return str_has(t->data, str_concat(a, STR("kind: "), kind));
}

/* The values below .Values that the text names and that are false, in the order in which it names them. */
static void switches_in(const struct facts *f, struct str text, struct names *out)
{
    static const struct str root = STR_INIT(".Values.");
    for (struct str rest = text; out->n < MOST_SWITCHES;) {
        ptrdiff_t i = str_find(rest, root);
        if (i < 0) return;
        rest = str_from_n(rest, (size_t)i + root.n);
        size_t end = 0;
        while (end < rest.n && is_path_byte(rest.p[end])) end++;
        struct str path = str_sub(rest, 0, end);
        while (path.n && path.p[path.n - 1] == '.') path.n--;
        uint32_t n;
        bool found;
        struct str *segment = usage_segments(f->a, path, &n);
        struct value v = usage_get(f->judged->render.values, segment, n, &found);
        if (found && v.kind == V_BOOL && !v.u.b) names_add(out, path);
    }
}

/* Renders one template with the value turned on. */
static const struct object *object_with(struct facts *f, const struct strmap *only, struct str path, struct str id)
{
    uint32_t n;
    struct str *segment = usage_segments(f->a, path, &n);
    struct side *again = NEW(f->a, struct side);
    *again = *f->judged;
    again->user = usage_with(f->a, f->judged->user, segment, n, v_bool(true));
    return view_render(f, again, only) ? objects_find(&again->objects, id) : NULL;
}

bool comeback_find(struct facts *f, const struct object *lost, struct comeback *out)
{
    const struct chart *c = f->judged->chart;
    for (uint32_t i = 0; i < c->templates_n; i++) {
        if (!makes_kind(f->a, c->templates[i], lost->kind)) continue;
        struct names switches = {.a = f->a};
        struct strmap only = strmap_new(f->a);
        strmap_put(&only, str_printf(f->a, "%.*s/%.*s", STR_ARG(c->path), STR_ARG(c->templates[i]->path)), (void *)1);
        switches_in(f, c->templates[i]->data, &switches);
        for (uint32_t k = 0; k < switches.n; k++) {
            *out = (struct comeback){switches.v[k], object_with(f, &only, switches.v[k], lost->id)};
            if (out->object) return true;
        }
    }
    return false;
}
