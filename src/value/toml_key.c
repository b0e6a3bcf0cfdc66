/* Keys of TOML, as text and in errors. */
#include <stdarg.h>
#include <stdio.h>

#include "value/gofmt.h"
#include "value/toml_state.h"

void toml_escape(struct buf *b, struct str s)
{
    static const char short_escapes[] = "btn?fr"; /* of 8 to 13; 11 has none */
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') buf_printf(b, "\\%c", c);
        else if (c >= 8 && c <= 13 && c != 11) buf_printf(b, "\\%c", short_escapes[c - 8]);
        else if (c < ' ' || c == 0x7f) buf_printf(b, "\\u%04x", c);
        else buf_byte(b, (char)c);
    }
}

static bool is_bare(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
    }
    return s.n > 0;
}

void toml_write_key_part(struct buf *b, struct str part)
{
    if (is_bare(part)) {
        buf_add(b, part);
        return;
    }
    buf_byte(b, '"');
    toml_escape(b, part);
    buf_byte(b, '"');
}

struct str toml_key_text(struct arena *a, struct toml_key k)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < k.n; i++) {
        if (i) buf_byte(&b, '.');
        toml_write_key_part(&b, k.v[i]);
    }
    return buf_done(&b);
}

struct toml_key toml_key_add(struct arena *a, struct toml_key k, struct str part)
{
    if (k.n >= a->guard->max.depth) guard_trip(a->guard, "a TOML document is nested deeper than %u", a->guard->max.depth);
    struct toml_key out = {NEW_ARRAY(a, struct str, k.n + 1), k.n + 1};
    if (k.n) memcpy(out.v, k.v, k.n * sizeof *k.v);
    out.v[k.n] = part;
    return out;
}

struct str toml_rune_quoted(struct toml *t, uint32_t r)
{
    struct buf b = buf_new(t->a);
    go_quote_rune(&b, r, false);
    return buf_done(&b);
}

struct str toml_text_quoted(struct toml *t, struct str s)
{
    struct buf b = buf_new(t->a);
    go_quote(&b, s);
    return buf_done(&b);
}

/* The key at which the parser is. */
static struct str last_key(struct toml *t)
{
    if (!t->current.n) return toml_key_text(t->a, t->context);
    if (!t->context.n) return t->current;
    return str_printf(t->a, "%.*s.%.*s", STR_ARG(toml_key_text(t->a, t->context)), STR_ARG(t->current));
}

static bool fail_va(struct toml *t, int32_t line, const char *format, va_list ap)
{
    if (t->failed) return false;
    t->failed = true;
    struct buf b = buf_new(t->a);
    struct str key = last_key(t);
    buf_printf(&b, "toml: line %d", line);
    if (key.n) {
        buf_z(&b, " (last key ");
        go_quote(&b, key);
        buf_byte(&b, ')');
    }
    buf_z(&b, ": ");
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    if (n > 0) {
        buf_reserve(&b, (size_t)n + 1);
        vsnprintf(b.p + b.n, (size_t)n + 1, format, again);
        b.n += (size_t)n;
    }
    va_end(again);
    t->error = buf_done(&b);
    return false;
}

bool toml_fail_at(struct toml *t, int32_t line, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fail_va(t, line, format, ap);
    va_end(ap);
    return false;
}

bool toml_fail(struct toml *t, const char *format, ...)
{
    bool ended = t->at_end && t->at && t->text.p[t->at - 1] == '\n';
    va_list ap;
    va_start(ap, format);
    fail_va(t, t->line - ended, format, ap);
    va_end(ap);
    return false;
}
