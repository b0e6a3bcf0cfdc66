/* Names, arguments and lines of the scripts. All quoting is emit_shell_word's, and shell_encode's where there is no shell. */
#include "emit/shell.h"

enum { WIDTH = 118 };

/* ---- names ---- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

static void name_capture(struct shell *s, struct strmap *taken, const struct capture *c)
{
    if (strmap_get(&s->keys, c->name)) return;
    struct buf b = buf_new(s->a);
    for (size_t i = 0; i < c->name.n; i++) buf_byte(&b, is_plain(c->name.p[i]) ? c->name.p[i] : '_');
    struct str *key = NEW(s->a, struct str), plain = buf_done(&b);
    *key = plain;
    for (unsigned n = 2; !strmap_put(taken, *key, key); n++) *key = str_printf(s->a, "%.*s_%u", STR_ARG(plain), n);
    strmap_put(&s->keys, c->name, key);
    *PUSH(s->a, s->names, s->names_n, s->names_cap) = c->name;
    if (c->secret) *PUSH(s->a, s->secret, s->secret_n, s->secret_cap) = c->name;
}

void shell_name_captures(struct shell *s)
{
    struct strmap taken = strmap_new(s->a);
    const struct step_list *lists[] = {&s->plan->forward, &s->plan->back};
    s->keys = strmap_new(s->a);
    for (size_t l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->n; i++)
            for (uint32_t k = 0; k < lists[l]->v[i]->captures_n; k++) name_capture(s, &taken, &lists[l]->v[i]->captures[k]);
}

/* A capture that no step takes is never known: its name cannot be one of the others'. */
struct str shell_key(const struct shell *s, struct str capture)
{
    const struct str *key = strmap_get(&s->keys, capture);
    return key ? *key : STR("nobody_takes_it");
}

static struct str underscored(struct arena *a, struct str id)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        buf_byte(&b, is_plain(c) && c != '.' && c != '-' ? c : '_');
    }
    return buf_done(&b);
}

struct str shell_function(const struct shell *s, uint32_t step) { return str_printf(s->a, "step_%u_%.*s", step + 1, STR_ARG(underscored(s->a, s->list->v[step]->id))); }

/* ---- words without a shell ---- */

static bool is_ascii(char c) { return c >= ' ' && c <= '~'; }

/* What begins an expression: ${ of GitHub, $( of Tekton and Kubernetes, {{ {% {# of Argo and Jinja; {% also arises where what follows is encoded or a hole. */
static bool begins_expression(struct str s, size_t i)
{
    char next = i + 1 < s.n ? s.p[i + 1] : 0;
    if (s.p[i] == '$') return next == '{' || next == '(' || next == '$';
    if (s.p[i] == ':' || s.p[i] == '#') return next == s.p[i]; /* ::command and ##[command] of GitHub's runner */
    return s.p[i] == '{' && (!is_ascii(next) || next == '{' || next == '%' || next == '#' || next == '$');
}

void shell_encode(struct buf *b, struct str s)
{
    bool is_end = str_is(s, ";");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!c) continue; /* no argument can hold it */
        if (is_end || !is_ascii(c) || c == '%' || begins_expression(s, i)) buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
        else buf_byte(b, c);
    }
}

static void word_add(const struct shell *s, struct str word) { *PUSH(s->a, s->words->v, s->words->n, s->words->cap) = word; }

static struct str encoded(const struct shell *s, struct str text)
{
    struct buf b = buf_new(s->a);
    shell_encode(&b, text);
    return buf_done(&b);
}

/* %(kind:text); a parenthesis in the text would end it. */
static struct str hole(const struct shell *s, struct str before, const char *kind, struct str text)
{
    struct buf b = buf_new(s->a), inner = buf_new(s->a);
    shell_encode(&b, before);
    shell_encode(&inner, text);
    buf_printf(&b, "%%(%s:", kind);
    for (size_t i = 0; i < inner.n; i++) {
        if (inner.p[i] == ')') buf_z(&b, "%29");
        else buf_byte(&b, inner.p[i]);
    }
    buf_byte(&b, ')');
    return buf_done(&b);
}

static struct str encoded_arg(const struct shell *s, const struct arg *x)
{
    switch (x->kind) {
    case ARG_TEXT: break;
    case ARG_CAPTURE: return hole(s, x->before, "capture", shell_key(s, x->text));
    case ARG_WORK: return hole(s, x->before, "work", x->text);
    case ARG_INPUT: return hole(s, x->before, "input", x->text);
    case ARG_PARAM: return hole(s, x->before, "param", x->text);
    }
    return encoded(s, str_concat(s->a, x->before, x->text));
}

/* ---- words of the shell ---- */

static struct str quoted_capture(const struct shell *s, struct str name) { return str_printf(s->a, "\"${capture[%.*s]}\"", STR_ARG(shell_key(s, name))); }

static struct str quoted_arg(const struct shell *s, const struct arg *x)
{
    struct buf word = buf_new(s->a), *b = &word;
    if (x->before.n) emit_shell_word(b, x->before);
    switch (x->kind) {
    case ARG_TEXT: emit_shell_word(b, x->text); break;
    case ARG_CAPTURE: buf_add(b, quoted_capture(s, x->text)); break;
    case ARG_WORK:
        buf_z(b, "\"$files\"/");
        emit_shell_word(b, x->text);
        break;
    case ARG_INPUT:
        buf_z(b, "\"$run\"/");
        emit_shell_word(b, x->text);
        if (str_starts(x->text, STR("values"))) buf_z(b, ".yaml");
        else if (str_ends(x->text, STR("old")) ? s->plan->packaged_old : s->plan->packaged_new) buf_z(b, ".tgz");
        break;
    case ARG_PARAM: buf_z(b, str_is(x->text, "context") ? "\"$context\"" : "\"$terraform_dir\""); break;
    }
    return buf_done(b);
}

/* ---- lines and sentences ---- */

struct shell_line shell_line(const struct shell *s, const char *command)
{
    struct shell_line l = {.s = s, .from = s->out->n};
    struct str rest = str_from(command), one;
    if (!s->words) {
        buf_printf(s->out, "  %s", command);
        return l;
    }
    for (bool more = true; more;) {
        more = str_cut(rest, STR(" "), &one, &rest);
        word_add(s, one);
    }
    return l;
}

void shell_raw(struct shell_line *l, struct str word)
{
    struct buf *b = l->s->out;
    if (l->s->words) {
        word_add(l->s, word);
        return;
    }
    if (b->n - l->from + word.n > WIDTH && b->n - l->from > 24) {
        buf_z(b, " \\\n   ");
        l->from = b->n - 3;
    }
    buf_byte(b, ' ');
    buf_add(b, word);
}

void shell_word(struct shell_line *l, struct str text)
{
    struct buf b = buf_new(l->s->a);
    if (l->s->words || l->s->encoded) shell_encode(&b, text);
    else emit_shell_word(&b, text);
    if (l->s->encoded && !l->s->words) {
        struct str code = buf_done(&b);
        b = buf_new(l->s->a);
        emit_shell_word(&b, code);
    }
    shell_raw(l, buf_done(&b));
}

void shell_capture(struct shell_line *l, struct str name)
{
    shell_raw(l, l->s->words ? hole(l->s, STR(""), "capture", shell_key(l->s, name)) : quoted_capture(l->s, name));
}

void shell_arg(struct shell_line *l, const struct arg *x) { shell_raw(l, l->s->words ? encoded_arg(l->s, x) : quoted_arg(l->s, x)); }

void shell_end(struct shell_line *l)
{
    if (l->s->words) word_add(l->s, STR(";"));
    else buf_byte(l->s->out, '\n');
}

struct str shell_clean(struct arena *a, struct str text)
{
    struct buf b = buf_new(a), one = buf_new(a);
    emit_terminal(&b, text);
    for (size_t i = 0; i < b.n; i++) buf_byte(&one, b.p[i] == '\n' || b.p[i] == '\t' ? ' ' : b.p[i]);
    return str_trim(buf_done(&one));
}
