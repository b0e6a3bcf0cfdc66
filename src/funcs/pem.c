#include "funcs/pem.h"

#include "funcs/encoding.h"

static const struct str begin = STR_INIT("-----BEGIN "), end = STR_INIT("\n-----END "), dashes = STR_INIT("-----");

static struct str trim_line_end(struct str line)
{
    line = str_trim_suffix(line, STR("\r"));
    while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')) line.n--;
    return line;
}

/* Takes a line, without its end and the blanks before that. */
static struct str take_line(struct str *rest)
{
    struct str line;
    str_cut(*rest, STR("\n"), &line, rest);
    return trim_line_end(line);
}

static struct str without_blanks(struct arena *a, struct str s)
{
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t') buf_byte(&b, s.p[i]);
    return buf_done(&b);
}

/* The block whose END line begins at text.p[end_at]. Its BEGIN is the last one before, and begins a line. */
static bool decode_until(struct arena *a, struct str text, size_t end_at, struct str *type, struct str *bytes)
{
    ptrdiff_t begin_at = str_find_last(str_sub(text, 0, end_at), begin);
    if (begin_at < 0 || (begin_at > 0 && text.p[begin_at - 1] != '\n')) return false;
    /* The newline before END belongs to the body's last line. */
    struct str inside = str_sub(text, (size_t)begin_at + begin.n, end_at + 1), trailer = str_from_n(text, end_at + end.n);
    struct str head = take_line(&inside), probe, line;
    if (!str_ends(head, dashes)) return false;
    head = str_trim_suffix(head, dashes);
    for (probe = inside; probe.n; inside = probe) { /* "key: value" */
        line = take_line(&probe);
        if (str_chr(line, ':') < 0) break;
    }
    if (!str_starts(trailer, head) || !str_starts(str_from_n(trailer, head.n), dashes)) return false;
    trailer = str_from_n(trailer, head.n + dashes.n);
    size_t bad;
    *type = head;
    return take_line(&trailer).n == 0 && base64_decode(a, without_blanks(a, inside), bytes, &bad);
}

bool pem_decode(struct arena *a, struct str text, struct str *type, struct str *bytes)
{
    for (size_t from = 0;;) {
        ptrdiff_t at = str_find(str_from_n(text, from), end);
        if (at < 0) return false;
        if (decode_until(a, text, from + (size_t)at, type, bytes)) return true;
        from += (size_t)at + end.n;
    }
}

struct str pem_encode(struct arena *a, struct str type, struct str bytes)
{
    struct buf b = buf_new(a);
    struct str text = base64_encode(a, bytes);
    buf_printf(&b, "-----BEGIN %.*s-----\n", STR_ARG(type));
    for (size_t i = 0; i < text.n; i += 64) {
        buf_add(&b, str_sub(text, i, i + 64));
        buf_byte(&b, '\n');
    }
    buf_printf(&b, "-----END %.*s-----\n", STR_ARG(type));
    return buf_done(&b);
}
