/* rutter verify: the proof over a plan alone, and with its inputs at hand that it is the plan of these inputs. */
#include "cli/cli.h"

#include "checks/checks.h"
#include "emit/emit.h"
#include "plan/plan.h"
#include "proof/mutants.h"
#include "source/source.h"
#include "value/json.h"

static bool read_plan(struct cli *c, struct str path, struct plan *p)
{
    struct str text, error;
    struct value v;
    if (!source_file(c->a, path, &text, c->diags)) return false;
    if (!json_read(c->a, text, NULL, 0, 0, &v, &error) || !plan_from_value(c->a, v, p, &error))
        return diag_error(c->diags, NOWHERE, "%.*s is no plan: %.*s", STR_ARG(path), STR_ARG(error));
    struct str id = plan_id(c->a, v);
    if (str_eq(id, value_str_at(v, "id"))) return true;
    diag_error(c->diags, NOWHERE, "%.*s was changed: its id is not the digest of what it holds", STR_ARG(path));
    diag_hint(c->diags, "make the plan anew, with rutter plan");
    return false;
}

static struct str canonical(struct cli *c, struct value v)
{
    struct buf b = buf_new(c->a);
    canonical_json(&b, v);
    return buf_str(&b);
}

/* What the proof takes on trust: inputs, objects, documents. */
static bool same_tables(struct cli *c, const struct plan *given, const struct plan *made)
{
    static const char *const tables[] = {"inputs", "objects", "documents", "imagesOld", "imagesNew"};
    struct value x = plan_to_value(c->a, given), y = plan_to_value(c->a, made);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (str_eq(canonical(c, map_getz(x.u.map, tables[i])), canonical(c, map_getz(y.u.map, tables[i])))) continue;
        diag_error(c->diags, NOWHERE, "the plan was made from other inputs: its %s differ from what these inputs give", tables[i]);
        return false;
    }
    return true;
}

/* And what it writes, file by file. */
static bool same_documents(struct cli *c, const struct plan *given, const struct plan *made)
{
    const struct step_list *lists[] = {&given->forward, &given->back}, *other[] = {&made->forward, &made->back};
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++) {
            const struct step *s = lists[l]->v[i], *x = s->kind == STEP_WRITE ? step_find(other[l], s->id) : NULL;
            if (s->kind != STEP_WRITE || (x && str_eq(canonical(c, s->document), canonical(c, x->document)))) continue;
            return diag_error(c->diags, NOWHERE, "the plan writes another %.*s than these inputs give", STR_ARG(s->stdout_to));
        }
    return true;
}

/* What the plan says of its target stands where the command line does not. */
static void fill(struct options *o, const struct plan *p)
{
    if (!o->release.n) o->release = p->release;
    if (!o->ns.n) o->ns = p->ns;
    if (!o->kube_version.n) o->kube_version = p->kube_version;
    if (!o->keda_version.n) o->keda_version = p->keda_version;
    if (!o->chart_ref.n) o->chart_ref = p->chart_ref;
    o->as_written |= p->as_written;
    if (str_is(p->strategy, "oci")) o->strategy = STRATEGY_OCI;
    if (str_is(p->strategy, "terraform")) o->strategy = STRATEGY_TERRAFORM;
}

static bool compare_inputs(struct cli *c, const struct plan *given)
{
    struct options o;
    struct facts f = {.a = c->a};
    if (!cli_options_read(c, &o)) return false;
    fill(&o, given);
    if (!facts_collect(&f, &o, c->diags)) return false;
    struct plan_ahead *ahead = plan_start(c->a, &f, c->diags);
    checks_run(&f, true);
    struct plan *made = plan_make(c->a, ahead, c->diags);
    return made && same_tables(c, given, made) && same_documents(c, given, made);
}

struct mutant_folder {
    struct cli *c;
    struct str dir;
    uint32_t n;
    bool failed;
};

/* So that others can see whether what is called harmless is. */
static void write_mutant(void *context, const struct mutant *m, const struct plan *mutated)
{
    struct mutant_folder *f = context;
    if (m->fate != MUTANT_HARMLESS || f->failed) return;
    struct arena *scratch = arena_new(f->c->a->guard);
    struct cli c = *f->c;
    struct plan p = *mutated;
    struct emit_input in = {.plan = &p};
    struct buf script = buf_new(scratch), back = buf_new(scratch), json = buf_new(scratch);
    c.a = scratch;
    proof_attach(scratch, &p, false);
    p.id = plan_id(scratch, plan_to_value(scratch, &p));
    emitter_find(STR("shell"), EMIT_PLAN)->emit(&script, &in);
    emitter_find(STR("rollback"), EMIT_PLAN)->emit(&back, &in);
    emitter_find(STR("json"), EMIT_PLAN)->emit(&json, &in);
    const struct output v[] = {
        {"plan.sh", 0755, buf_done(&script)},
        {"rollback.sh", 0755, buf_done(&back)},
        {"plan.json", 0644, buf_done(&json)},
        {"mutation", 0644, str_printf(scratch, "%s %.*s %.*s\n", mutant_operator_name(m->operator), STR_ARG(m->step), STR_ARG(m->how))},
    };
    f->failed = !cli_write_outputs(&c, str_printf(scratch, "%.*s/%04u", STR_ARG(f->dir), ++f->n), v, sizeof v / sizeof *v);
    arena_free(scratch);
}

/* 0 when every mutant was caught or shown to be harmless, and 1 when not or when the plan itself is not proved. */
static int mutants(struct cli *c, struct plan *p)
{
    struct mutant_folder f = {c, cli_get(c, "output"), 0, false};
    struct mutant_options options = {.stride = 1, .each = f.dir.n ? write_mutant : NULL, .context = &f};
    if (f.dir.n && !cli_write_outputs(c, f.dir, NULL, 0)) return EXIT_BAD_INPUT;
    const struct mutants *m = mutants_make(c->a, p, &options);
    if (f.failed) return EXIT_BAD_INPUT;
    struct str text = m ? mutants_text(c->a, m) : STR("the plan itself is not proved\n");
    fwrite(text.p, 1, text.n, c->out);
    return m && !m->survivors_n ? EXIT_OK : EXIT_FINDINGS;
}

int cli_verify(struct cli *c)
{
    struct plan p = {0};
    if (c->word_n != 1) {
        diag_error(c->diags, NOWHERE, "verify needs one plan");
        diag_hint(c->diags, "rutter verify PLAN.json");
        return EXIT_BAD_INPUT;
    }
    struct str path = c->word[0];
    c->word_n = 0;
    if (!read_plan(c, path, &p)) return EXIT_BAD_INPUT;
    bool inputs = cli_get(c, "new").n || cli_get(c, "to").n;
    if (inputs && !compare_inputs(c, &p)) return EXIT_BAD_INPUT;
    if (cli_has(c, "states")) {
        struct str states = proof_states(c->a, &p);
        fwrite(states.p, 1, states.n, c->out);
        return EXIT_OK;
    }
    if (cli_has(c, "foretell")) {
        struct str runs = proof_foretell(c->a, &p);
        fwrite(runs.p, 1, runs.n, c->out);
        return EXIT_OK;
    }
    if (cli_has(c, "mutants")) return mutants(c, &p);
    struct proof *proof = proof_make(c->a, &p, true);
    proof_explain(c->a, &p, proof);
    struct str text = cli_clean(c->a, proof_text(c->a, proof));
    fwrite(text.p, 1, text.n, c->out);
    if (inputs) fputs("\nthe inputs given are the ones that the plan was made from\n", c->out);
    return proof->verdict == UNPROVED ? EXIT_FINDINGS : EXIT_OK;
}
