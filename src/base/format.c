#include "base/format.h"

#include <string.h>

struct writer {
    char *out;
    size_t cap, n;
};

static void put(struct writer *w, const char *p, size_t n)
{
    if (w->n < w->cap && n) memcpy(w->out + w->n, p, n < w->cap - w->n ? n : w->cap - w->n);
    w->n += n;
}

static void put_number(struct writer *w, unsigned long long u, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + u % 10);
    while (u /= 10);
    if (negative) digits[--at] = '-';
    put(w, digits + at, sizeof digits - at);
}

static void put_signed(struct writer *w, long long i) { put_number(w, i < 0 ? 0 - (unsigned long long)i : (unsigned long long)i, i < 0); }

static bool starts(const char *f, const char *with) { return strncmp(f, with, strlen(with)) == 0; }

/* One conversion; f stands after the percent sign. NULL: it is none of ours. */
static const char *put_one(struct writer *w, const char *f, va_list *ap)
{
    if (starts(f, ".*s")) {
        int n = va_arg(*ap, int);
        const char *p = va_arg(*ap, const char *);
        put(w, p, n > 0 ? (size_t)n : 0);
        return f + 3;
    }
    switch (*f) {
    case 's': {
        const char *p = va_arg(*ap, const char *);
        put(w, p, strlen(p));
        return f + 1;
    }
    case 'c': {
        char c = (char)va_arg(*ap, int);
        put(w, &c, 1);
        return f + 1;
    }
    case 'd': put_signed(w, va_arg(*ap, int)); return f + 1;
    case 'u': put_number(w, va_arg(*ap, unsigned), false); return f + 1;
    case '%': put(w, "%", 1); return f + 1;
    default: break;
    }
    if (starts(f, "zu")) return put_number(w, va_arg(*ap, size_t), false), f + 2;
    if (starts(f, "lld")) return put_signed(w, va_arg(*ap, long long)), f + 3;
    if (starts(f, "llu")) return put_number(w, va_arg(*ap, unsigned long long), false), f + 3;
    return NULL;
}

bool format_quickly(char *out, size_t cap, const char *format, va_list ap, size_t *need)
{
    struct writer w = {out, cap, 0};
    va_list own;
    const char *f = format;
    va_copy(own, ap);
    while (f && *f) {
        size_t plain = (size_t)(strchrnul(f, '%') - f);
        put(&w, f, plain);
        f += plain;
        if (*f == '%') f = put_one(&w, f + 1, &own);
    }
    va_end(own);
    *need = w.n;
    return f != NULL;
}
