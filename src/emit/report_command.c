/* Commands as people read them. What runs is in plan.sh and plan.json; here a name stands for what is only known when it runs. */
#include "emit/report.h"

static void word(struct buf *b, const struct arg *x)
{
    if (x->before.n) emit_shell_word(b, x->before);
    switch (x->kind) {
    case ARG_TEXT: emit_shell_word(b, x->text); return;
    case ARG_CAPTURE: buf_printf(b, "\xe2\x80\xb9%.*s\xe2\x80\xba", STR_ARG(x->text)); return;
    case ARG_WORK: buf_printf(b, "\xe2\x80\xb9work folder\xe2\x80\xba/%.*s", STR_ARG(x->text)); return;
    case ARG_INPUT: buf_printf(b, "\xe2\x80\xb9%.*s\xe2\x80\xba", STR_ARG(x->text)); return;
    case ARG_PARAM: buf_printf(b, "\xe2\x80\xb9%.*s\xe2\x80\xba", STR_ARG(x->text)); return;
    }
}

static void words(struct buf *b, const struct argv *v)
{
    for (uint32_t i = 0; i < v->n; i++) {
        if (i) buf_byte(b, ' ');
        word(b, &v->v[i]);
    }
}

static void request(struct buf *b, const struct http *h)
{
    buf_printf(b, "%.*s ", STR_ARG(h->method));
    emit_shell_word(b, h->path);
    buf_printf(b, " to %.*s port %d, wants status %d", STR_ARG(h->service), h->port, h->status);
    if (h->body.n) {
        buf_z(b, ", body ");
        emit_shell_word(b, h->body);
    }
}

struct str report_command(struct arena *a, const struct step *s, const struct argv *v)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < s->env_n && v->n; i++) {
        buf_add(&b, s->env[i].name);
        buf_byte(&b, '=');
        word(&b, &s->env[i].value);
        buf_byte(&b, ' ');
    }
    if (s->kind == STEP_HTTP) request(&b, &s->http);
    else words(&b, v);
    if (s->kind == STEP_WRITE) buf_printf(&b, "write %sJSON", s->document.kind == V_NIL ? "" : "a document as ");
    if (s->stdin_from.n && b.n) {
        buf_z(&b, " < \xe2\x80\xb9work folder\xe2\x80\xba/");
        emit_shell_word(&b, s->stdin_from);
    }
    if (s->stdout_to.n && b.n) {
        buf_z(&b, s->kind == STEP_WRITE ? " to \xe2\x80\xb9work folder\xe2\x80\xba/" : " > \xe2\x80\xb9work folder\xe2\x80\xba/");
        emit_shell_word(&b, s->stdout_to);
    }
    return buf_done(&b);
}
