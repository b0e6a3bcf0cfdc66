#include "tmpl/node.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "value/gofmt.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* One escape after the backslash at s.p[*i - 1]; appends what it stands for. strconv.UnquoteChar. */
static bool unquote_escape(struct str s, size_t *i, char quote, struct buf *out)
{
    static const char simple[] = "a\ab\bf\fn\nr\rt\tv\v\\\\";
    if (*i >= s.n) return false;
    char c = s.p[(*i)++];
    for (size_t k = 0; simple[k]; k += 2)
        if (c == simple[k]) {
            buf_byte(out, simple[k + 1]);
            return true;
        }
    if (c == '\'' || c == '"') {
        if (c != quote) return false;
        buf_byte(out, c);
        return true;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        int n = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        uint64_t v = 0;
        for (; n; n--) {
            int h = *i < s.n ? hex_value(s.p[*i]) : -1;
            if (h < 0) return false;
            v = v << 4 | (uint64_t)h;
            ++*i;
        }
        if (c == 'x') {
            buf_byte(out, (char)v);
            return true;
        }
        if (v > 0x10ffff || (v >= 0xd800 && v < 0xe000)) return false;
        buf_rune(out, (uint32_t)v);
        return true;
    }
    if (c >= '0' && c <= '7') {
        if (*i + 2 > s.n) return false;
        int v = c - '0';
        for (int k = 0; k < 2; k++, ++*i) {
            if (s.p[*i] < '0' || s.p[*i] > '7') return false;
            v = v * 8 + s.p[*i] - '0';
        }
        if (v > 255) return false;
        buf_byte(out, (char)v);
        return true;
    }
    return false;
}

bool go_unquote(struct arena *a, struct str q, struct str *out)
{
    if (q.n < 2 || q.p[0] != q.p[q.n - 1]) return false;
    char quote = q.p[0];
    struct str in = str_sub(q, 1, q.n - 1);
    if (str_chr(in, quote == '`' ? '\r' : '\\') < 0) {
        *out = in;
        return true;
    }
    struct buf b = buf_new(a);
    for (size_t i = 0; i < in.n;) {
        char c = in.p[i++];
        if (quote == '`') {
            if (c != '\r') buf_byte(&b, c);
        } else if (c != '\\') {
            buf_byte(&b, c);
        } else if (!unquote_escape(in, &i, quote, &b)) {
            return false;
        }
    }
    *out = buf_done(&b);
    return true;
}

static struct str quoted(struct arena *a, const char *what, struct str text)
{
    struct buf b = buf_new(a);
    buf_z(&b, what);
    go_quote(&b, text);
    return buf_done(&b);
}

/* strconv's underscoreOK: underscores only between digits, or between a base prefix and a digit. */
static bool underscores_fit(struct str s)
{
    size_t i = 0;
    char last = '^'; /* ^ start, 0 digit, _ underscore, ! other */
    bool hex = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) i++;
    if (s.n >= i + 2 && s.p[i] == '0') {
        char c = (char)(s.p[i + 1] | 32);
        if (c == 'b' || c == 'o' || c == 'x') {
            hex = c == 'x';
            last = '0';
            i += 2;
        }
    }
    for (; i < s.n; i++) {
        char c = s.p[i];
        if ((c >= '0' && c <= '9') || (hex && hex_value(c) >= 0)) {
            last = '0';
        } else if (c == '_') {
            if (last != '0') return false;
            last = '_';
        } else {
            if (last == '_') return false;
            last = '!';
        }
    }
    return last != '_';
}

/* strconv.ParseUint(s, 0, 64) without the sign. */
static bool parse_uint(struct str s, uint64_t *out)
{
    unsigned base = 10;
    struct str d = s;
    if (d.n && d.p[0] == '0') {
        char c = d.n >= 3 ? (char)(d.p[1] | 32) : 0;
        if (c == 'b' || c == 'o' || c == 'x') {
            base = c == 'b' ? 2 : c == 'o' ? 8 : 16;
            d = str_from_n(d, 2);
        } else {
            base = 8;
            d = str_from_n(d, 1);
            if (!d.n) {
                *out = 0;
                return true;
            }
        }
    }
    if (!d.n) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < d.n; i++) {
        if (d.p[i] == '_') continue;
        int h = hex_value(d.p[i]);
        if (h < 0 || (unsigned)h >= base) return false;
        if (__builtin_mul_overflow(v, (uint64_t)base, &v) || __builtin_add_overflow(v, (uint64_t)h, &v)) return false;
    }
    if (str_chr(s, '_') >= 0 && !underscores_fit(s)) return false;
    *out = v;
    return true;
}

static bool parse_int(struct str s, int64_t *out)
{
    bool neg = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) s = str_from_n(s, 1);
    uint64_t u;
    if (!parse_uint(s, &u)) return false;
    if (u > (uint64_t)INT64_MAX + neg) return false;
    *out = neg ? (int64_t)(0 - u) : (int64_t)u;
    return true;
}

static bool parse_float(struct arena *a, struct str s, double *out)
{
    if (str_chr(s, '_') >= 0 && !underscores_fit(s)) return false;
    struct buf b = buf_new(a);
    bool hex = false, exponent = false;
    for (size_t i = 0; i < s.n; i++) {
        hex = hex || s.p[i] == 'x' || s.p[i] == 'X';
        exponent = exponent || s.p[i] == 'p' || s.p[i] == 'P';
        if (s.p[i] != '_') buf_byte(&b, s.p[i]);
    }
    if (hex && !exponent) return false;
    struct str z = buf_done(&b);
    char *end;
    errno = 0;
    *out = strtod(z.p, &end);
    return z.n && end == z.p + z.n && !(errno == ERANGE && isinf(*out));
}

static void set_int(struct node *n, int64_t i)
{
    n->number->is_int = true;
    n->number->as_int = i;
}

static bool number_char(struct arena *a, struct token t, struct node *n, struct str *error)
{
    struct str text;
    size_t w = 0;
    if (!go_unquote(a, t.text, &text) || !text.n) {
        *error = STR("invalid syntax");
        return false;
    }
    utf8_decode(text, 0, &w);
    if (w != text.n) {
        *error = str_printf(a, "malformed character constant: %.*s", STR_ARG(t.text));
        return false;
    }
    uint32_t r = utf8_decode(text, 0, &w);
    if (text.n == 1) r = (unsigned char)text.p[0];
    set_int(n, r);
    n->number->is_uint = n->number->is_float = true;
    n->number->as_uint = r;
    n->number->as_float = r;
    return true;
}

struct complex128 {
    double re, im;
};

/* Go's %v: "(0+3i)". */
static struct str print_complex(struct arena *a, const struct obj *o)
{
    const struct complex128 *c = o->data;
    struct buf b = buf_new(a);
    buf_byte(&b, '(');
    go_float(&b, c->re, 'g', -1);
    if (!signbit(c->im)) buf_byte(&b, '+');
    go_float(&b, c->im, 'g', -1);
    buf_z(&b, "i)");
    return buf_done(&b);
}

static bool complex_equal(const struct obj *x, const struct obj *y)
{
    const struct complex128 *p = x->data, *q = y->data;
    return p->re == q->re && p->im == q->im;
}

/* A complex constant; with a zero imaginary part it can also be the number that parameters want (simplifyComplex). */
static void set_complex(struct arena *a, struct node *n, double re, double im)
{
    static const struct objtype type = {.name = "complex128", .print = print_complex, .equal = complex_equal};
    struct obj *o = NEW(a, struct obj);
    struct complex128 *c = NEW(a, struct complex128);
    *c = (struct complex128){re, im};
    o->type = &type;
    o->data = c;
    n->number->complex = v_obj(o);
    if (im != 0) return;
    n->number->is_float = true;
    n->number->as_float = re;
    if (re >= -9223372036854775808.0 && re < 9223372036854775808.0 && (double)(int64_t)re == re) set_int(n, (int64_t)re);
    if (re >= 0 && re < 18446744073709551616.0 && (double)(uint64_t)re == re) {
        n->number->is_uint = true;
        n->number->as_uint = (uint64_t)re;
    }
}

static bool number_complex(struct arena *a, struct token t, struct node *n, struct str *error)
{
    size_t cut = t.text.n - 1;
    while (cut > 0 && !((t.text.p[cut] == '+' || t.text.p[cut] == '-') && (t.text.p[cut - 1] | 32) != 'e')) cut--;
    double re = 0, im = 0;
    if (!parse_float(a, str_sub(t.text, 0, cut), &re) || !parse_float(a, str_sub(t.text, cut, t.text.n - 1), &im)) {
        *error = STR("expected complex; found malformed constant");
        return false;
    }
    set_complex(a, n, re, im);
    return true;
}

bool node_number(struct arena *a, struct token t, struct node *n, struct str *error)
{
    n->text = t.text;
    n->number = NEW(a, struct number);
    if (t.kind == T_CHAR_CONSTANT) return number_char(a, t, n, error);
    if (t.kind == T_COMPLEX) return number_complex(a, t, n, error);
    struct str s = t.text;
    if (s.n && s.p[s.n - 1] == 'i') {
        double im;
        if (parse_float(a, str_sub(s, 0, s.n - 1), &im)) {
            set_complex(a, n, 0, im);
            return true;
        }
    }
    n->number->is_uint = parse_uint(s, &n->number->as_uint);
    int64_t i;
    if (parse_int(s, &i)) {
        set_int(n, i);
        if (i == 0) n->number->is_uint = true;
    }
    if (n->number->is_int) {
        n->number->is_float = true;
        n->number->as_float = (double)n->number->as_int;
    } else if (n->number->is_uint) {
        n->number->is_float = true;
        n->number->as_float = (double)n->number->as_uint;
    } else if (parse_float(a, s, &n->number->as_float)) {
        bool looks_int = true;
        for (size_t k = 0; k < s.n; k++) looks_int = looks_int && !strchr(".eEpP", s.p[k]);
        if (looks_int) {
            *error = quoted(a, "integer overflow: ", s);
            return false;
        }
        n->number->is_float = true;
        double f = n->number->as_float;
        if (f >= -9223372036854775808.0 && f < 9223372036854775808.0 && (double)(int64_t)f == f) set_int(n, (int64_t)f);
        if (f >= 0 && f < 18446744073709551616.0 && (double)(uint64_t)f == f) {
            n->number->is_uint = true;
            n->number->as_uint = (uint64_t)f;
        }
    }
    if (n->number->is_int || n->number->is_uint || n->number->is_float) return true;
    *error = quoted(a, "illegal number syntax: ", s);
    return false;
}
