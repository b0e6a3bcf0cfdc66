#include "base/test.h"
#include "steps/fields.h"

/* Sets every field of a struct to something that differs from what is left out, lists with two items each. */
static void fill(struct arena *a, const struct fields *type, void *to, int depth);

static void fill_field(struct arena *a, const struct fields *type, const struct field *f, void *to, int depth)
{
    char *at = (char *)to + f->at;
    struct str text = str_printf(a, "%s.%s", type->name, f->name);
    int one = 1;
    uint32_t two = 2;
    switch (f->form) {
    case F_STR: case F_STR_OR_NULL: memcpy(at, &text, sizeof text); return;
    case F_BOOL: *(bool *)at = true; return;
    case F_INT: case F_ENUM: memcpy(at, &one, sizeof one); return;
    case F_INT64: memcpy(at, &(int64_t){77}, sizeof(int64_t)); return;
    case F_UINT32: memcpy(at, &two, sizeof two); return;
    case F_STRUCT: fill(a, f->type, at, depth + 1); return;
    case F_ARG: {
        struct arg x = {ARG_CAPTURE, text, STR("--x=")};
        memcpy(at, &x, sizeof x);
        return;
    }
    case F_ARGS: {
        struct argv v = {0};
        argv_text(a, &v, "kubectl", "", NULL);
        for (int k = ARG_CAPTURE; k <= ARG_PARAM; k++) argv_add(a, &v, (enum arg_kind)k, text);
        memcpy(at, &v, sizeof v);
        return;
    }
    case F_VALUE: {
        struct map *m = map_new(a);
        map_putz(m, "$capture", v_str(text));
        struct value v = v_map(m);
        memcpy(at, &v, sizeof v);
        return;
    }
    case F_STEPS: {
        struct step_list l = {.a = a};
        for (int i = 0; i < 2; i++) {
            struct step *s = step_add(&l, STR(""), PHASE_RECORD, STEP_RUN, STR(""));
            fill(a, f->type, s, depth + 1);
            s->id = str_printf(a, "%s-%d", f->name, i);
        }
        memcpy(at, &l, sizeof l);
        return;
    }
    case F_STRINGS: {
        struct str *v = NEW_ARRAY(a, struct str, 2);
        v[0] = text;
        memcpy(at, &v, sizeof v);
        break;
    }
    case F_LIST: {
        char *v = arena_zalloc(a, 2 * f->type->size);
        fill(a, f->type, v, depth + 1);
        fill(a, f->type, v + f->type->size, depth + 1);
        memcpy(at, &v, sizeof v);
        break;
    }
    }
    memcpy((char *)to + f->n_at, &two, sizeof two);
    memcpy((char *)to + f->cap_at, &two, sizeof two);
}

static void fill(struct arena *a, const struct fields *type, void *to, int depth)
{
    if (depth > 8) return;
    for (size_t i = 0; i < type->n; i++) fill_field(a, type, &type->v[i], to, depth);
}

static struct str text_of(struct arena *a, const struct plan *p)
{
    struct buf b = buf_new(a);
    canonical_json(&b, plan_to_value(a, p));
    return buf_str(&b);
}

/* Every field there is survives the way to JSON and back, and nothing else comes of it. */
TEST(plan_round_trip_full)
{
    struct plan p = {0}, q;
    struct str error = STR("");
    fill(a, &plan_fields, &p, 0);
    struct str text = text_of(a, &p);
    CHECK(plan_from_value(a, plan_to_value(a, &p), &q, &error));
    CHECK_STR(error, STR(""));
    CHECK_STR(text_of(a, &q), text);
    for (size_t i = 0; i < plan_fields.n; i++) CHECK(str_has(text, str_printf(a, "\"%s\"", plan_fields.v[i].name)));
    CHECK_INT(q.forward.n, 2);
    CHECK_INT(q.forward.v[1]->argv.v[2].kind, ARG_CAPTURE);
    CHECK_INT(q.objects[0].replicas_old, 77);
}

/* What is left out comes back as it was: -1 for replicas, NULL for a capture without a value for absence. */
TEST(plan_round_trip_empty)
{
    struct plan p = {.forward.a = a, .back.a = a}, q;
    struct str error;
    *PUSH(a, p.objects, p.objects_n, p.objects_cap) = (struct plan_object){.id = STR("Service/x"), .replicas_old = -1, .replicas_new = 0};
    struct step *s = step_add(&p.forward, STR("1-x"), PHASE_RECORD, STEP_CAPTURE, STR("t"));
    step_capture(a, s, STR("c"), CAPTURE_STRING, STR(""));
    step_capture(a, s, STR("d"), CAPTURE_STRING, STR(""))->if_absent = STR("");
    CHECK(plan_from_value(a, plan_to_value(a, &p), &q, &error));
    CHECK_INT(q.objects[0].replicas_old, -1);
    CHECK_INT(q.objects[0].replicas_new, 0);
    CHECK(q.forward.v[0]->captures[0].if_absent.p == NULL);
    CHECK(q.forward.v[0]->captures[1].if_absent.p != NULL);
    CHECK_STR(text_of(a, &q), text_of(a, &p));
}

static void refused(struct arena *a, struct value v, const char *want)
{
    struct plan q;
    struct str error = STR("(accepted)");
    CHECK(!plan_from_value(a, v, &q, &error));
    CHECK_STR(error, str_from(want));
}

TEST(plan_reader_is_strict)
{
    struct plan p = {.forward.a = a, .back.a = a};
    step_add(&p.forward, STR("x"), PHASE_RECORD, STEP_RUN, STR("t"));
    refused(a, v_int(1), "schema: \"rutter.plan/v1\" is expected, not \"\"");
    struct value v = plan_to_value(a, &p);
    struct value step = map_getz(v.u.map, "steps").u.list->v[0];
    map_putz(v.u.map, "unknown", v_int(1)); /* readers ignore what they do not know */
    map_putz(step.u.map, "kind", v_str(STR("shell")));
    refused(a, v, "steps[0].kind: \"shell\" is not known");
    map_putz(step.u.map, "kind", v_str(STR("run")));
    map_putz(step.u.map, "timeout", v_float(1.5));
    refused(a, v, "steps[0].timeout: a whole number is expected");
    map_putz(step.u.map, "timeout", v_float(90));
    map_putz(step.u.map, "argv", v_str(STR("rm -rf /")));
    refused(a, v, "steps[0].argv: a list is expected");
    map_delete(step.u.map, STR("argv"));
    struct plan q;
    struct str error;
    CHECK(plan_from_value(a, v, &q, &error));
    CHECK_INT(q.forward.v[0]->timeout, 90);
    list_add(map_getz(v.u.map, "steps").u.list, step);
    refused(a, v, "two steps have the id \"x\"");
    map_delete(v.u.map, STR("rollback"));
    refused(a, v, "rollback: is missing");
}

TEST(step_makers)
{
    struct step_list l = {.a = a};
    struct step *s = step_add(&l, STR("x"), PHASE_UPGRADE, STEP_RUN, STR("t"));
    argv_text(a, &s->argv, "kubectl", "annotate", NULL);
    argv_add_after(a, &s->argv, STR("k="), ARG_CAPTURE, STR("c"));
    step_errata(a, s, "R7 R13");
    CHECK_INT(s->errata_n, 2);
    CHECK_STR(s->errata[1], STR("R13"));
    CHECK(step_changes(s));
    s->reads = true;
    CHECK(!step_changes(s));
    CHECK(step_find(&l, STR("x")) == s && !step_find(&l, STR("y")));
    CHECK(!phase_name(PHASE_COUNT) && phase_name(PHASE_ROLLBACK_VERIFY));
}
