/* Calls recorded from sprig and Go's text/template (testdata/funcs, made by sprig/ there) made again here. */
#include "funcs/calls.h"
#include "value/cases_value.h"

/* The type that the i-th argument is given to. */
static char param_at(const char *params, uint32_t i)
{
    size_t n = strlen(params);
    bool variadic = n && params[n - 1] == '.';
    size_t letters = variadic ? n - 1 : n;
    if (i < letters) return params[i];
    return variadic ? params[letters - 1] : 0;
}

/* What the evaluator makes of an argument: nil becomes the nil of the parameter's type. */
static struct value convert(struct value v, char param)
{
    if (v.kind == V_NIL && param == 'M') return v_map(NULL);
    if (v.kind == V_NIL && param == 'L') return v_list(NULL);
    return v;
}

void calls_make(struct called *k, struct arena *a, const char *name, struct list *args)
{
    const struct func *f = func_find(str_from(name));
    *k = (struct called){.env = {.seed = 1}, .x = {.a = a, .env = &k->env, .reads = &k->reads}, .error = STR("there is no such function")};
    reads_init(&k->reads, a, CALLS_ORIGINS);
    if (!f) return;
    struct call call = {.x = &k->x, .a = a, .f = f, .n = args->n, .arg = args->v};
    for (uint32_t i = 0; i < args->n; i++) args->v[i] = convert(args->v[i], param_at(f->params, i));
    k->ok = f->call(&call, &k->out);
    k->error = k->x.call_error;
}

static struct str shown(struct arena *a, const struct called *k)
{
    return k->ok ? case_value_text(a, k->out) : str_concat(a, STR("!"), k->error);
}

struct str calls_text(struct arena *a, const char *name, const char *args)
{
    struct called k;
    calls_make(&k, a, name, case_value(a, str_from(args)).u.list);
    return shown(a, &k);
}

static void replay(struct cases *c, struct str field[CASE_FIELDS])
{
    struct value args = case_value(c->a, field[1]);
    struct called k;
    calls_make(&k, c->a, str_z(c->a, field[0]), args.u.list);
    struct str got = shown(c->a, &k), after = case_value_text(c->a, args);
    struct str want_after = field[3].n ? field[3] : field[1];
    if (!str_eq(got, field[2]))
        test_fail(c->name, c->line, "%.*s %.*s\n  want %.*s\n  got  %.*s", STR_ARG(field[0]), STR_ARG(field[1]), STR_ARG(field[2]), STR_ARG(got));
    if (!str_eq(after, want_after))
        test_fail(c->name, c->line, "%.*s %.*s: arguments afterwards\n  want %.*s\n  got  %.*s", STR_ARG(field[0]), STR_ARG(field[1]),
                  STR_ARG(want_after), STR_ARG(after));
}

void calls_replay(struct arena *a, const char *name)
{
    struct cases c;
    struct str field[CASE_FIELDS];
    if (!cases_open(&c, a, name)) return;
    while (cases_next(&c, field)) replay(&c, field);
    CHECK(c.line > 100);
}

TEST(funcs_strings_as_recorded) { calls_replay(a, "../funcs/strings.tsv"); }
TEST(funcs_words_as_recorded) { calls_replay(a, "../funcs/words.tsv"); }
TEST(funcs_lists_as_recorded) { calls_replay(a, "../funcs/lists.tsv"); }
TEST(funcs_dicts_as_recorded) { calls_replay(a, "../funcs/dicts.tsv"); }
TEST(funcs_defaults_as_recorded) { calls_replay(a, "../funcs/defaults.tsv"); }
TEST(funcs_paths_as_recorded) { calls_replay(a, "../funcs/paths.tsv"); }
TEST(funcs_regex_as_recorded) { calls_replay(a, "../funcs/regex.tsv"); }
TEST(funcs_builtins_as_recorded) { calls_replay(a, "../funcs/builtins.tsv"); }

/* The parameters as reflection tells them: sprig's names less env and expandenv, and those of Go. */
TEST(funcs_signatures_as_recorded)
{
    struct cases c;
    struct str field[CASE_FIELDS];
    if (!cases_open(&c, a, "../funcs/signatures.tsv")) return;
    while (cases_next(&c, field)) {
        const struct func *f = func_find(field[0]);
        if (!f) test_fail(c.name, c.line, "no function %.*s", STR_ARG(field[0]));
        else CASE_STR(&c, str_from(f->params), field[1]);
    }
    CHECK(c.line > 200);
}

TEST(funcs_unknown_names_are_not_found)
{
    static const char *const names[] = {"", "env", "expandenv", "sqrt", "toyaml", "ToYaml", "mustFromYaml", "camelCase", "break", "define", "String"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) CHECK(!func_find(str_from(names[i])));
}
