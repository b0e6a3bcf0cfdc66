/* A chart's values.schema.json, as Helm's pkg/chart/common/util/jsonschema.go uses the validator. */
#include "chart/schema.h"

#include "chart/schema_tree.h"
#include "value/json.h"

static const struct str url = STR_INIT("file:///values.schema.json");

struct schema {
    struct schema_compiler compiler;
    struct rule *top;
};

static void free_arena(void *handle) { arena_free(handle); }

/* An arena beside `a` that ends with it. */
static struct arena *arena_beside(struct arena *a)
{
    struct arena *own = arena_new(a->guard);
    arena_defer(a, free_arena, own);
    return own;
}

void schema_compiler_init(struct schema_compiler *c, struct arena *a)
{
    *c = (struct schema_compiler){.a = a, .scratch = arena_beside(a)};
    c->roots = strmap_new(a);
    c->docs = strmap_new(a);
    c->regexes = strmap_new(a);
}

/* UnmarshalJSON of the library: one value and nothing after it. */
static bool read_text(struct schema_compiler *c, struct str text, struct value *doc)
{
    size_t used;
    if (!json_read_exact(c->a, text, doc, &used, &c->error)) return false;
    return !str_trim(str_from_n(text, used)).n || schema_fail(c, "invalid character after top-level value");
}

/* In an arena of its own: regular expressions that a value brings (format: regex) are kept with the schema, and that must not
 * be where validations take their memory and give it back. */
struct schema *schema_compile(struct arena *a, struct str text, struct str *error)
{
    struct arena *own = arena_beside(a);
    struct schema *s = NEW(own, struct schema);
    struct value *doc = NEW(own, struct value);
    schema_compiler_init(&s->compiler, own);
    s->compiler.metas = schema_metas_new(own);
    if (read_text(&s->compiler, text, doc)) {
        strmap_put(&s->compiler.docs, url, doc);
        s->top = schema_compile_root(&s->compiler, url);
    }
    *error = s->compiler.error;
    return s->top ? s : NULL;
}

bool schema_validate(struct arena *a, const struct schema *s, struct value instance, struct schema_errors *errors, struct str *shown)
{
    struct schema_check x = {.a = a, .compiler = (struct schema_compiler *)&s->compiler};
    struct str panic = {0};
    struct buf b = buf_new(a);
    struct schema_failure *f = schema_check(&x, s->top, instance, &panic);
    if (panic.n) {
        *shown = str_concat(a, STR("unable to validate schema: "), panic);
        *PUSH(errors->a, errors->v, errors->n, errors->cap) = (struct schema_error){STR(""), *shown};
        return false;
    }
    if (!f) return true;
    schema_show_failures(&b, f, 0);
    buf_byte(&b, '\n');
    *shown = str_trim_prefix(buf_done(&b), STR("jsonschema validation failed with 'file:///values.schema.json#'\n"));
    schema_collect_leaves(errors, f);
    return false;
}
