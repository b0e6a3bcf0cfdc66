/* The format string of printf: flags, argument indexes, width and precision (Go's fmt, doPrintf). */
#include "base/utf8.h"
#include "value/gofmt_state.h"

struct format {
    struct gofmt f;
    struct str text;
    size_t i;
    const struct value *arg;
    size_t n, next;       /* arguments; the next one to use */
    bool reordered;       /* an index was seen: surplus arguments are not reported */
    bool good_index;
    bool after_index;     /* an index stood just before */
};

static char at(const struct format *p) { return p->i < p->text.n ? p->text.p[p->i] : 0; }

/* Decimal digits from *i up to end; false when there are none or too many, which skips to the end. */
static bool parse_number(struct str s, size_t *i, size_t end, int *number)
{
    *number = 0;
    size_t from = *i;
    for (; *i < end && s.p[*i] >= '0' && s.p[*i] <= '9'; ++*i) {
        if (*number > GOFMT_LARGEST) {
            *number = 0;
            *i = end;
            return false;
        }
        *number = *number * 10 + (s.p[*i] - '0');
    }
    return *i > from;
}

/* "[3]": the next argument is the third. */
static void parse_index(struct format *p)
{
    p->after_index = false;
    if (at(p) != '[' || p->i >= p->text.n) return;
    p->reordered = true;
    size_t close = p->i + 1;
    while (close < p->text.n && p->text.p[close] != ']') close++;
    if (p->text.n - p->i < 3 || close >= p->text.n) {
        p->good_index = false;
        p->i++;
        return;
    }
    size_t i = p->i + 1;
    int number;
    bool ok = parse_number(p->text, &i, close, &number) && i == close;
    p->i = close + 1;
    if (ok && number >= 1 && (size_t)number <= p->n) p->next = (size_t)number - 1;
    else p->good_index = false;
    p->after_index = ok;
}

/* The value of '*': an integer operand. */
static bool star(struct format *p, int *number)
{
    *number = 0;
    if (p->next >= p->n) return false;
    struct value v = p->arg[p->next++];
    if (v.kind != V_INT && v.kind != V_UINT) return false;
    if (v.kind == V_UINT ? v.u.u > GOFMT_LARGEST : v.u.i > GOFMT_LARGEST || v.u.i < -GOFMT_LARGEST) return false;
    *number = (int)v.u.i;
    return true;
}

static void parse_width(struct format *p)
{
    struct gofmt *f = &p->f;
    if (at(p) == '*') {
        p->i++;
        f->has_width = star(p, &f->width);
        if (!f->has_width) buf_z(f->b, "%!(BADWIDTH)");
        if (f->width < 0) {
            f->width = -f->width;
            f->minus = true;
            f->zero = false;
        }
        p->after_index = false;
        return;
    }
    f->has_width = parse_number(p->text, &p->i, p->text.n, &f->width);
    if (p->after_index && f->has_width) p->good_index = false; /* "%[3]2d" */
}

static void parse_precision(struct format *p)
{
    struct gofmt *f = &p->f;
    if (p->i + 1 >= p->text.n || at(p) != '.') return;
    p->i++;
    if (p->after_index) p->good_index = false; /* "%[3].2d" */
    parse_index(p);
    if (at(p) == '*') {
        p->i++;
        f->has_precision = star(p, &f->precision);
        if (f->precision < 0) {
            f->precision = 0;
            f->has_precision = false;
        }
        if (!f->has_precision) buf_z(f->b, "%!(BADPREC)");
        p->after_index = false;
        return;
    }
    parse_number(p->text, &p->i, p->text.n, &f->precision);
    f->has_precision = true; /* "%.d" is precision 0 */
}

static void parse_flags(struct format *p)
{
    struct gofmt *f = &p->f;
    for (;; p->i++) {
        switch (at(p)) {
        case '#': f->sharp = true; break;
        case '0': f->zero = true; break;
        case '+': f->plus = true; break;
        case '-': f->minus = true; break;
        case ' ': f->space = true; break;
        default: return;
        }
    }
}

static void complain(struct format *p, uint32_t verb, const char *what)
{
    buf_z(p->f.b, "%!");
    buf_rune(p->f.b, verb);
    buf_z(p->f.b, what);
}

static void print_verb(struct format *p, uint32_t verb)
{
    struct gofmt *f = &p->f;
    if (verb == '%') { /* takes no operand, ignores width and precision */
        buf_byte(f->b, '%');
        return;
    }
    if (!p->good_index) {
        complain(p, verb, "(BADINDEX)");
        return;
    }
    if (p->next >= p->n) {
        complain(p, verb, "(MISSING)");
        return;
    }
    if (verb == 'v' || verb == 'w') {
        f->sharp_v = f->sharp;
        f->plus_v = f->plus;
        f->sharp = f->plus = false;
    }
    gofmt_arg(f, p->arg[p->next++], verb);
}

/* What follows a '%'; false at the end of the format. */
static bool print_directive(struct format *p)
{
    p->f = gofmt_new(p->f.b);
    p->good_index = true;
    parse_flags(p);
    parse_index(p);
    parse_width(p);
    parse_precision(p);
    if (!p->after_index) parse_index(p);
    if (p->i >= p->text.n) {
        buf_z(p->f.b, "%!(NOVERB)");
        return false;
    }
    size_t width;
    uint32_t verb = utf8_decode(p->text, p->i, &width);
    p->i += width;
    print_verb(p, verb);
    return true;
}

static void print_extra(struct format *p)
{
    p->f = gofmt_new(p->f.b);
    buf_z(p->f.b, "%!(EXTRA ");
    for (size_t i = p->next; i < p->n; i++) {
        if (i > p->next) buf_z(p->f.b, ", ");
        if (p->arg[i].kind != V_NIL) buf_printf(p->f.b, "%s=", value_type_name(p->arg[i]));
        gofmt_arg(&p->f, p->arg[i], 'v');
    }
    buf_byte(p->f.b, ')');
}

void gofmt_sprintf(struct buf *b, struct str format, const struct value *v, size_t n)
{
    struct format p = {.f = gofmt_new(b), .text = format, .arg = v, .n = n};
    while (p.i < format.n) {
        size_t from = p.i;
        while (p.i < format.n && format.p[p.i] != '%') p.i++;
        buf_add(b, str_sub(format, from, p.i));
        if (p.i >= format.n) break;
        p.i++;
        if (!print_directive(&p)) break;
    }
    if (!p.reordered && p.next < n) print_extra(&p);
}
