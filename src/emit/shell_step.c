/* One step in the words of runtime/30-steps.sh: as a shell function, or as sentences. */
#include "emit/shell.h"

/* ---- lines ---- */

static void say(const struct shell *s, const char *command, struct str text)
{
    struct shell_line l = shell_line(s, command);
    shell_word(&l, text);
    shell_end(&l);
}

static void number(const struct shell *s, const char *command, long long n) { say(s, command, str_printf(s->a, "%lld", n)); }

static void word_alone(const struct shell *s, const char *command, bool yes)
{
    if (!yes) return;
    struct shell_line l = shell_line(s, command);
    shell_end(&l);
}

/* A note in lines of a readable width. */
static void notes(const struct shell *s, struct str text)
{
    enum { WIDTH = 108 };
    struct str rest = shell_clean(s->a, text);
    while (rest.n) {
        size_t end = rest.n;
        if (end > WIDTH) {
            for (end = WIDTH; end > WIDTH / 2 && rest.p[end] != ' '; end--) {}
            if (end == WIDTH / 2) for (end = WIDTH; end < rest.n && rest.p[end] != ' '; end++) {}
        }
        say(s, "note", str_sub(rest, 0, end));
        rest = str_trim(str_from_n(rest, end));
    }
}

static void argv(const struct shell *s, const char *command, const struct argv *v)
{
    if (!v->n) return;
    struct shell_line l = shell_line(s, command);
    for (uint32_t i = 0; i < v->n; i++) shell_arg(&l, &v->v[i]);
    shell_end(&l);
}

/* ---- expectations ---- */

static const char *expectation(enum expect_kind k)
{
    switch (k) {
    case EXPECT_EXIT: return "exit";
    case EXPECT_EQUALS: case EXPECT_CAPTURE: return "equals";
    case EXPECT_NOT_CAPTURE: return "unequal";
    case EXPECT_MATCHES: return "matches";
    case EXPECT_NOT_MATCHES: return "not-matches";
    case EXPECT_CONTAINS: return "contains";
    case EXPECT_EMPTY: return "empty";
    case EXPECT_NOT_EMPTY: return "not-empty";
    case EXPECT_INT_GE: return "int-ge";
    case EXPECT_SAME_FILE: return "same-file";
    case EXPECT_SAME_INPUT: return "same-input";
    case EXPECT_DOCUMENTS: return "documents";
    }
    return "";
}

static void expects(const struct shell *s, const struct expect *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct expect *e = &v[i];
        struct shell_line l = shell_line(s, "expect");
        shell_word(&l, str_from(expectation(e->kind)));
        if (e->kind == EXPECT_CAPTURE || e->kind == EXPECT_NOT_CAPTURE) shell_capture(&l, e->text);
        else if (e->kind == EXPECT_EXIT || e->kind == EXPECT_INT_GE) shell_word(&l, str_printf(s->a, "%lld", (long long)e->number));
        else shell_word(&l, e->text);
        shell_word(&l, shell_clean(s->a, e->explain));
        if (e->on_stderr) shell_raw(&l, STR("stderr"));
        shell_end(&l);
    }
}

static void check(const struct shell *s, const char *command, const struct check *c)
{
    if (!c->argv.n) return;
    argv(s, command, &c->argv);
    expects(s, c->expect, c->expect_n);
}

/* ---- what it needs to know ---- */

struct uses {
    const struct shell *s;
    struct strmap seen;
    struct shell_line line;
    bool any;
};

static void use(struct uses *u, struct str capture)
{
    if (!capture.n || !strmap_put(&u->seen, capture, u)) return;
    if (!u->any) u->line = shell_line(u->s, "uses");
    u->any = true;
    shell_word(&u->line, shell_key(u->s, capture));
}

static void use_argv(struct uses *u, const struct argv *v)
{
    for (uint32_t i = 0; i < v->n; i++)
        if (v->v[i].kind == ARG_CAPTURE) use(u, v->v[i].text);
}

static void use_expects(struct uses *u, const struct expect *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i].kind == EXPECT_CAPTURE || v[i].kind == EXPECT_NOT_CAPTURE) use(u, v[i].text);
}

static void use_check(struct uses *u, const struct check *c)
{
    use_argv(u, &c->argv);
    use_expects(u, c->expect, c->expect_n);
}

static void use_document(struct uses *u, struct value v, uint32_t depth)
{
    if (depth > u->s->a->guard->max.depth) guard_trip(u->s->a->guard, "a document is nested deeper than %u", u->s->a->guard->max.depth);
    if (v.kind == V_MAP) {
        struct value name = map_getz(v.u.map, "$capture");
        if (name.kind == V_STR) use(u, v_text(name));
        for (uint32_t i = 0; i < map_len(v); i++) use_document(u, v.u.map->v[i].value, depth + 1);
    }
    for (uint32_t i = 0; v.kind == V_LIST && i < list_len(v); i++) use_document(u, v.u.list->v[i], depth + 1);
}

static void uses(const struct shell *s, const struct step *x)
{
    struct uses u = {.s = s, .seen = strmap_new(s->a)};
    use_argv(&u, &x->argv);
    use_argv(&u, &x->argv_helm3);
    if (x->argv_helm3.n) use(&u, STR("helm_major"));
    for (uint32_t i = 0; i < x->env_n; i++)
        if (x->env[i].value.kind == ARG_CAPTURE) use(&u, x->env[i].value.text);
    for (uint32_t i = 0; i < x->preconditions_n; i++) use_check(&u, &x->preconditions[i]);
    use_check(&u, &x->done_when);
    use_check(&u, &x->fatal);
    use_expects(&u, x->expect, x->expect_n);
    for (uint32_t i = 0; i < x->when_n; i++) use(&u, x->when[i].equals_capture);
    use(&u, x->http.token_capture);
    use_document(&u, x->document, 0);
    if (u.any) shell_end(&u.line);
}

/* ---- the parts of a step ---- */

static void conditions(const struct shell *s, const struct step *x)
{
    for (uint32_t i = 0; i < x->when_n; i++) {
        const struct condition *c = &x->when[i];
        struct shell_line l = shell_line(s, "only_if");
        shell_word(&l, shell_key(s, c->capture));
        shell_raw(&l, c->negate ? STR("!=") : STR("="));
        if (c->equals_capture.n) shell_capture(&l, c->equals_capture);
        else shell_word(&l, c->equals);
        shell_end(&l);
    }
}

static void captures(const struct shell *s, const struct step *x)
{
    for (uint32_t i = 0; i < x->captures_n; i++) {
        const struct capture *c = &x->captures[i];
        struct shell_line l = shell_line(s, "takes");
        shell_word(&l, shell_key(s, c->name));
        shell_raw(&l, str_from(capture_type_name(c->type)));
        shell_word(&l, c->must_match);
        shell_word(&l, shell_clean(s->a, c->explain));
        if (c->if_absent.p) shell_word(&l, str_concat(s->a, STR("="), c->if_absent));
        shell_end(&l);
    }
}

static void http(const struct shell *s, const struct step *x)
{
    const struct http *h = &x->http;
    if (x->kind != STEP_HTTP) return;
    struct shell_line l = shell_line(s, "ask");
    shell_word(&l, h->method);
    shell_word(&l, h->service);
    shell_word(&l, str_printf(s->a, "%d", h->port));
    shell_word(&l, h->path);
    shell_word(&l, str_printf(s->a, "%d", h->status));
    shell_end(&l);
    for (uint32_t i = 0; i < h->headers_n; i++) say(s, "header", shell_clean(s->a, h->headers[i]));
    if (h->token_capture.n) say(s, "token", shell_key(s, h->token_capture));
    if (h->body.n) say(s, "body", h->body);
    if (h->retry_status.n) say(s, "again_on", h->retry_status);
    if (h->header_matches.n) say(s, "header_like", h->header_matches);
    if (h->body_matches.n) say(s, "body_like", h->body_matches);
    if (h->body_not_matches.n) say(s, "body_unlike", h->body_not_matches);
}

static void input(const struct shell *s, const struct step *x)
{
    if (x->kind != STEP_INPUT) return;
    struct shell_line l = shell_line(s, "input");
    shell_word(&l, x->input);
    if (x->input_from.n) shell_word(&l, x->input_from);
    shell_end(&l);
}

static void environment(const struct shell *s, const struct step *x)
{
    for (uint32_t i = 0; i < x->env_n; i++) {
        struct shell_line l = shell_line(s, "with_env");
        shell_word(&l, x->env[i].name);
        shell_arg(&l, &x->env[i].value);
        shell_end(&l);
    }
}

static void times(const struct shell *s, const struct step *x)
{
    if (x->timeout) {
        struct shell_line l = shell_line(s, "at_most");
        shell_word(&l, str_printf(s->a, "%lld", (long long)x->timeout));
        if (x->timeout_why.n) shell_word(&l, shell_clean(s->a, x->timeout_why));
        shell_end(&l);
    }
    if (x->poll) number(s, "every", x->poll);
    if (x->expected) number(s, "usually", x->expected);
    if (x->retries) number(s, "retries", x->retries);
}

static void commands(const struct shell *s, const struct step *x)
{
    for (uint32_t i = 0; i < x->preconditions_n; i++) check(s, "before", &x->preconditions[i]);
    check(s, "done_if", &x->done_when);
    argv(s, "run", &x->argv);
    expects(s, x->expect, x->argv.n ? x->expect_n : 0);
    argv(s, "run_helm3", &x->argv_helm3);
    expects(s, x->expect, x->argv_helm3.n ? x->expect_n : 0);
    if (x->fatal.argv.n) check(s, str_z(s->a, str_printf(s->a, "hopeless %lld", (long long)x->fatal_for)), &x->fatal);
}

void shell_step(const struct shell *s, uint32_t step)
{
    const struct step *x = s->list->v[step];
    struct str name = shell_function(s, step);
    buf_printf(s->out, "\n# %.*s\n%.*s() {\n", STR_ARG(x->id), STR_ARG(name));
    shell_step_lines(s, x);
    buf_z(s->out, "}\n");
}

void shell_step_lines(const struct shell *s, const struct step *x)
{
    struct shell_line l = shell_line(s, "about");
    shell_word(&l, str_from(step_kind_name(x->kind)));
    shell_word(&l, str_from(phase_name(x->phase)));
    shell_word(&l, shell_clean(s->a, x->title));
    shell_end(&l);
    notes(s, x->note);
    for (uint32_t i = 0; i < x->lines_n; i++) say(s, "line", shell_clean(s->a, x->lines[i]));
    if (x->kind == STEP_GATE && x->accept.n) say(s, "accept", x->accept);
    uses(s, x);
    conditions(s, x);
    word_alone(s, "changes", step_changes(x));
    word_alone(s, "fresh", x->fresh);
    word_alone(s, "optional", x->optional);
    word_alone(s, "private", x->private_output);
    if (x->background) say(s, "background", x->log.n ? x->log : str_concat(s->a, x->id, STR(".log")));
    if (x->beside.n) say(s, "beside", x->beside);
    for (uint32_t i = 0; i < x->needs_n; i++) say(s, "needs", x->needs[i]);
    times(s, x);
    environment(s, x);
    if (x->stdin_from.n) say(s, "stdin", x->stdin_from);
    if (x->stdout_to.n) say(s, "save", x->stdout_to);
    input(s, x);
    commands(s, x);
    captures(s, x);
    http(s, x);
    if (x->kind == STEP_WRITE) shell_document(s, x->document);
}
