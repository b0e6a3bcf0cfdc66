#include "steps/steps.h"

#include <stdarg.h>

struct step *step_add(struct step_list *l, struct str id, enum phase phase, enum step_kind kind, struct str title)
{
    struct step *s = NEW(l->a, struct step);
    s->id = id;
    s->phase = phase;
    s->kind = kind;
    s->title = title;
    *PUSH(l->a, l->v, l->n, l->cap) = s;
    return s;
}

void argv_add_after(struct arena *a, struct argv *v, struct str before, enum arg_kind kind, struct str text)
{
    *PUSH(a, v->v, v->n, v->cap) = (struct arg){.kind = kind, .text = text, .before = before};
}

void argv_add(struct arena *a, struct argv *v, enum arg_kind kind, struct str text) { argv_add_after(a, v, STR(""), kind, text); }

void argv_text(struct arena *a, struct argv *v, ...)
{
    va_list ap;
    va_start(ap, v);
    for (const char *z; (z = va_arg(ap, const char *));) argv_add(a, v, ARG_TEXT, str_from(z));
    va_end(ap);
}

static struct expect *expect_fill(struct expect *e, enum expect_kind kind, struct str text, struct str explain)
{
    e->kind = kind;
    e->text = text;
    e->explain = explain;
    return e;
}

struct expect *step_expect(struct arena *a, struct step *s, enum expect_kind kind, struct str text, struct str explain)
{
    return expect_fill(PUSH(a, s->expect, s->expect_n, s->expect_cap), kind, text, explain);
}

struct expect *check_expect(struct arena *a, struct check *c, enum expect_kind kind, struct str text, struct str explain)
{
    return expect_fill(PUSH(a, c->expect, c->expect_n, c->expect_cap), kind, text, explain);
}

struct capture *step_capture(struct arena *a, struct step *s, struct str name, enum capture_type type, struct str must_match)
{
    struct capture *c = PUSH(a, s->captures, s->captures_n, s->captures_cap);
    c->name = name;
    c->type = type;
    c->must_match = must_match;
    return c;
}

void step_when(struct arena *a, struct step *s, struct str capture, struct str equals, bool negate)
{
    *PUSH(a, s->when, s->when_n, s->when_cap) = (struct condition){.capture = capture, .equals = equals, .negate = negate};
}

void step_effect(struct arena *a, struct step *s, enum effect_kind kind, struct str object, struct str detail)
{
    *PUSH(a, s->effects, s->effects_n, s->effects_cap) = (struct effect){.kind = kind, .object = object, .detail = detail};
}

void step_line(struct arena *a, struct step *s, struct str line) { *PUSH(a, s->lines, s->lines_n, s->lines_cap) = line; }

void step_errata(struct arena *a, struct step *s, const char *numbers)
{
    struct str rest = str_from(numbers), head;
    for (bool more = rest.n > 0; more;) {
        more = str_cut(rest, STR(" "), &head, &rest);
        if (head.n) *PUSH(a, s->errata, s->errata_n, s->errata_cap) = head;
    }
}

void step_need(struct arena *a, struct step *s, struct str id) { *PUSH(a, s->needs, s->needs_n, s->needs_cap) = id; }

const struct step *step_find(const struct step_list *l, struct str id)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (str_eq(l->v[i]->id, id)) return l->v[i];
    return NULL;
}

bool step_changes(const struct step *s) { return s->kind == STEP_RUN && !s->reads; }

/* ---- names: as plan.json spells them ---- */

#define NAMES(function, type, ...)                                                                      \
    const char *function(type k)                                                                        \
    {                                                                                                   \
        static const char *const names[] = {__VA_ARGS__};                                               \
        return (size_t)k < sizeof names / sizeof *names ? names[k] : NULL;                              \
    }

NAMES(arg_kind_name, enum arg_kind, "text", "capture", "work", "input", "param")
NAMES(expect_kind_name, enum expect_kind, "exit", "equals", "equals-capture", "not-capture", "matches", "not-matches", "contains", "empty", "not-empty",
      "at-least", "same-file", "same-input", "documents")
NAMES(capture_type_name, enum capture_type, "string", "int", "bool")
NAMES(step_kind_name, enum step_kind, "run", "check", "capture", "record", "wait", "write", "http", "input", "gate", "note")
NAMES(phase_name, enum phase, "preflight", "record", "drain", "images", "upgrade", "monitor", "reconcile", "resume", "verify", "rollback-prepare",
      "rollback", "rollback-monitor", "rollback-reconcile", "rollback-resume", "rollback-verify")
NAMES(effect_kind_name, enum effect_kind, "none", "upgrade", "rollback", "apply", "create", "delete", "scale", "pause", "unpause", "annotate", "patch",
      "forget", "terraform")
