/* Units, segments and words of executors: exec.h. */
#include "emit/exec.h"

/* ---- units and segments ---- */

static void find_units(struct executor *x)
{
    for (uint32_t i = 0; i < x->list->n;) {
        struct exec_unit u = {i, 1};
        while (x->list->v[i]->background && i + u.n < x->list->n && str_eq(x->list->v[i + u.n]->beside, x->list->v[i]->id)) u.n++;
        *PUSH(x->a, x->units, x->units_n, x->units_cap) = u;
        i += u.n;
    }
}

static bool is_entry(const struct executor *x, struct str id)
{
    for (uint32_t i = 0; i < x->entries_n; i++)
        if (str_eq(x->entries[i], id)) return true;
    return false;
}

/* A background step has a task of its own: it is the one that must not be lost. */
static bool begins_segment(const struct executor *x, uint32_t unit)
{
    if (!unit) return true;
    const struct step *s = x->list->v[x->units[unit].first], *before = x->list->v[x->units[unit - 1].first];
    return s->phase != before->phase || s->kind == STEP_GATE || s->background || before->background || (x->back && is_entry(x, s->id));
}

static void find_segments(struct executor *x)
{
    for (uint32_t i = 0; i < x->units_n; i++) {
        const struct step *s = x->list->v[x->units[i].first];
        if (begins_segment(x, i))
            *PUSH(x->a, x->segments, x->segments_n, x->segments_cap) = (struct exec_segment){i, 0, s->kind == STEP_GATE ? s : NULL, phase_name(s->phase)};
        x->segments[x->segments_n - 1].n++;
    }
}

/* ---- names of results ---- */

static struct str identifier(struct arena *a, struct str key)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
        if (!i && !letter) buf_z(&b, "c_");
        buf_byte(&b, letter || digit || c == '-' ? c : '_');
    }
    if (!key.n || b.p[b.n - 1] == '-' || b.p[b.n - 1] == '_') buf_byte(&b, 'x');
    return buf_done(&b);
}

static void name_results(struct executor *x)
{
    struct strmap taken = strmap_new(x->a);
    x->outputs = strmap_new(x->a);
    for (uint32_t i = 0; i < x->shell.names_n; i++) {
        struct str plain = identifier(x->a, shell_key(&x->shell, x->shell.names[i])), *name = NEW(x->a, struct str);
        *name = plain;
        for (unsigned n = 2; !strmap_put(&taken, *name, name); n++) *name = str_printf(x->a, "%.*s_%u", STR_ARG(plain), n);
        strmap_put(&x->outputs, x->shell.names[i], name);
    }
}

struct executor exec_open(struct buf *out, const struct plan *p, bool back)
{
    struct executor x = {.a = out->a, .out = out, .plan = p, .back = back, .list = back ? &p->back : &p->forward};
    x.shell = (struct shell){.a = x.a, .out = out, .plan = p, .list = x.list};
    shell_name_captures(&x.shell);
    x.entries = shell_entry_points(x.a, p, &x.entries_n);
    find_units(&x);
    find_segments(&x);
    name_results(&x);
    return x;
}

/* ---- what cannot be had ---- */

/* A literal block of YAML is text; so is every argument. What is not UTF-8 is encoded there, and only names of executors' own objects are shown as they
 * are; those are made of the plan's id. So the size is what is left to refuse. */
static bool fits(struct arena *a, const struct plan *p, size_t most, size_t most_together, const char *what, struct str *why)
{
    size_t n = 0;
    for (int back = 0; back < 2; back++) {
        struct buf b = buf_new(a);
        struct executor x = exec_open(&b, p, back);
        for (uint32_t i = 0; i < x.units_n; i++) {
            struct shell_words words = {0};
            size_t unit = 0;
            exec_unit_words(&x, i, EXEC_GATE_HERE, NULL, &words);
            for (uint32_t k = 0; k < words.n; k++) unit += words.v[k].n + 1;
            if (unit > most) {
                *why = str_printf(a, "step %.*s takes %zu bytes of arguments, and %s takes %zu", STR_ARG(x.list->v[x.units[i].first]->id), unit, what, most);
                return false;
            }
            n += unit;
        }
    }
    if (n > most_together) {
        *why = str_printf(a, "its steps take %zu bytes, and %s takes %zu", n, what, most_together);
        return false;
    }
    return true;
}

bool exec_accepts(struct arena *a, const struct plan *p, struct str *why)
{
    enum { LINUX = 1 << 20 }; /* of all arguments and the environment: a quarter of the stack, 2 MiB as a rule (execve(2)) */
    return fits(a, p, LINUX, SIZE_MAX, "a process", why);
}

static bool is_path(struct str ref) { return ref.n && !str_has(ref, STR("://")); }

struct str exec_chart_place(const struct executor *x, const char *side)
{
    struct str ref = x->plan->chart_ref;
    if (!is_path(ref)) return str_printf(x->a, "/rutter/work/chart-%s", side);
    while (str_starts(ref, STR("./"))) ref = str_from_n(ref, 2);
    return ref.p[0] == '/' ? ref : str_printf(x->a, "/rutter/work/%.*s", STR_ARG(ref));
}

bool exec_accepts_in_cluster(struct arena *a, const struct plan *p, struct str *why)
{
    enum { OBJECT = 600 << 10 }; /* etcd takes requests of 1.5 MiB, and a Workflow holds its templates twice */
    if (str_is(p->strategy, "terraform")) {
        *why = str_printf(a, "strategy terraform: the root module%s%.*s, its state and its credentials are on the machine of the one who applies it, not in a container; use shell, ansible or github-actions",
                          p->terraform_dir.n ? " " : "", STR_ARG(p->terraform_dir));
        return false;
    }
    if (is_path(p->chart_ref) && (str_has(p->chart_ref, STR("{{")) || str_has(p->chart_ref, STR("$(")))) {
        *why = str_printf(a, "--chart-ref %.*s has the beginning of an expression in it", STR_ARG(p->chart_ref));
        return false;
    }
    struct buf library = buf_new(a);
    shell_library(&library, p);
    if (library.n > 1 << 20) {
        *why = str_printf(a, "the list of inputs and documents takes %zu bytes, and a ConfigMap 1 MiB", library.n);
        return false;
    }
    return fits(a, p, OBJECT, OBJECT, "an object of Kubernetes", why);
}

/* ---- words ---- */

void exec_words_add(struct executor *x, struct shell_words *words, const char *text)
{
    struct str rest = str_from(text), one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(" "), &one, &rest);
        *PUSH(x->a, words->v, words->n, words->cap) = one;
    }
}

void exec_unit_words(struct executor *x, uint32_t unit, enum exec_gate gate, const char *to, struct shell_words *words)
{
    const struct exec_unit *u = &x->units[unit];
    x->shell.words = words;
    for (uint32_t i = 0; i < u->n; i++) {
        const struct step *s = x->list->v[u->first + i];
        struct shell_line l = shell_line(&x->shell, "step");
        shell_word(&l, s->id);
        shell_end(&l);
        shell_step_lines(&x->shell, s);
        if (s->kind == STEP_GATE && gate == EXEC_GATE_APPROVED) exec_words_add(x, words, "approved ;");
        if (s->kind == STEP_GATE && gate == EXEC_GATE_ASK) exec_words_add(x, words, str_printf(x->a, "gate_due %s ;", to).p);
    }
    x->shell.words = NULL;
}

static bool is_secret(const struct executor *x, struct str capture)
{
    for (uint32_t i = 0; i < x->shell.secret_n; i++)
        if (str_eq(x->shell.secret[i], capture)) return true;
    return false;
}

struct str *exec_results(struct executor *x, uint32_t unit, uint32_t *n)
{
    const struct exec_unit *u = &x->units[unit];
    struct str *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < u->n; i++) {
        const struct step *s = x->list->v[u->first + i];
        for (uint32_t k = 0; k < s->captures_n; k++)
            if (!is_secret(x, s->captures[k].name)) *PUSH(x->a, v, *n, cap) = *(const struct str *)strmap_get(&x->outputs, s->captures[k].name);
    }
    return v;
}

void exec_result_words(struct executor *x, uint32_t unit, const char *prefix, const char *suffix, struct shell_words *words)
{
    const struct exec_unit *u = &x->units[unit];
    for (uint32_t i = 0; i < u->n; i++) {
        const struct step *s = x->list->v[u->first + i];
        for (uint32_t k = 0; k < s->captures_n; k++) {
            if (is_secret(x, s->captures[k].name)) continue;
            const struct str *name = strmap_get(&x->outputs, s->captures[k].name);
            struct str key = shell_key(&x->shell, s->captures[k].name);
            exec_words_add(x, words, str_printf(x->a, "gives %.*s %s%.*s%s ;", STR_ARG(key), prefix, STR_ARG(*name), suffix).p);
        }
    }
}

static bool takes_secret(const struct executor *x, const struct argv *v)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (v->v[i].kind == ARG_CAPTURE && is_secret(x, v->v[i].text)) return true;
    return false;
}

bool exec_is_private(const struct executor *x, uint32_t unit)
{
    const struct exec_unit *u = &x->units[unit];
    for (uint32_t i = 0; i < u->n; i++) {
        const struct step *s = x->list->v[u->first + i];
        if (s->private_output || takes_secret(x, &s->argv) || takes_secret(x, &s->argv_helm3) || is_secret(x, s->http.token_capture)) return true;
        for (uint32_t k = 0; k < s->captures_n; k++)
            if (s->captures[k].secret) return true;
    }
    return false;
}

bool exec_changes(const struct executor *x, uint32_t unit)
{
    const struct exec_unit *u = &x->units[unit];
    for (uint32_t i = 0; i < u->n; i++)
        if (step_changes(x->list->v[u->first + i])) return true;
    return false;
}

uint32_t exec_entries_until(const struct executor *x, uint32_t unit)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i <= x->units[unit].first; i++) n += is_entry(x, x->list->v[i]->id);
    return n;
}

int64_t exec_minutes(const struct executor *x, uint32_t segment)
{
    const struct exec_segment *g = &x->segments[segment];
    int64_t seconds = 0;
    for (uint32_t u = g->first; u < g->first + g->n; u++)
        for (uint32_t i = 0; i < x->units[u].n; i++) {
            const struct step *s = x->list->v[x->units[u].first + i];
            seconds += ((s->timeout ? s->timeout : 120) + s->poll) * (1 + (int64_t)s->retries) + 120 * (1 + (int64_t)s->preconditions_n);
        }
    return seconds / 60 + 10;
}

/* ---- names ---- */

struct str exec_title(const struct executor *x, uint32_t unit)
{
    const struct step *s = x->list->v[x->units[unit].first];
    return str_printf(x->a, "Step %u of %u: %.*s (%.*s)", x->units[unit].first + 1, x->list->n, STR_ARG(exec_shown(x->a, s->title)), STR_ARG(s->id));
}

struct str exec_name(struct arena *a, struct str text)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        buf_byte(&b, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-');
    }
    return buf_done(&b);
}

struct str exec_short_id(const struct plan *p) { return str_sub(p->id, 0, p->id.n < 12 ? p->id.n : 12); }
