#include "funcs/network.h"

#include "base/buf.h"
#include "value/gofmt.h"

struct ip_parsing {
    struct arena *a;
    struct str whole;
    struct str *error;
};

/* ParseAddr("..."): what (at "rest") */
static bool fail_at(struct ip_parsing *p, const char *what, struct str at)
{
    struct buf b = buf_new(p->a);
    buf_z(&b, "ParseAddr(");
    go_quote(&b, p->whole);
    buf_printf(&b, "): %s", what);
    if (at.n) {
        buf_z(&b, " (at ");
        go_quote(&b, at);
        buf_byte(&b, ')');
    }
    *p->error = buf_done(&b);
    return false;
}

static bool fail(struct ip_parsing *p, const char *what) { return fail_at(p, what, (struct str){0}); }

static bool parse_v4(struct ip_parsing *p, struct str s, unsigned char out[4])
{
    int value = 0, digits = 0, field = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            if (digits == 1 && value == 0) return fail(p, "IPv4 field has octet with leading zero");
            value = value * 10 + (c - '0');
            digits++;
            if (value > 255) return fail(p, "IPv4 field has value >255");
        } else if (c == '.') {
            if (i == 0 || i == s.n - 1 || s.p[i - 1] == '.')
                return fail_at(p, "IPv4 field must have at least one digit", str_from_n(s, i));
            if (field == 3) return fail(p, "IPv4 address too long");
            out[field++] = (unsigned char)value;
            value = digits = 0;
        } else {
            return fail_at(p, "unexpected character", str_from_n(s, i));
        }
    }
    if (field < 3) return fail(p, "IPv4 address too short");
    out[3] = (unsigned char)value;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Sixteen bits at the head of s, as hexadecimal digits; *digits is how many. */
static bool take_group(struct ip_parsing *p, struct str s, size_t *digits, unsigned *value)
{
    *value = 0;
    for (*digits = 0; *digits < s.n && hex_digit(s.p[*digits]) >= 0; ++*digits) {
        if (*digits > 3) return fail_at(p, "each group must have 4 or less digits", s);
        *value = *value << 4 | (unsigned)hex_digit(s.p[*digits]);
    }
    return *digits || fail_at(p, "each colon-separated field must have at least one digit", s);
}

/* Groups and a last IPv4 address, into bytes from the left; *gap is where "::" stands among them, or -1. */
static bool take_groups(struct ip_parsing *p, struct str *s, unsigned char bytes[16], int *filled, int *gap)
{
    while (*filled < 16) {
        size_t digits;
        unsigned value;
        if (!take_group(p, *s, &digits, &value)) return false;
        if (digits < s->n && s->p[digits] == '.') {
            if (*gap < 0 && *filled != 12) return fail_at(p, "embedded IPv4 address must replace the final 2 fields of the address", *s);
            if (*filled > 12) return fail_at(p, "too many hex fields to fit an embedded IPv4 at the end of the address", *s);
            if (!parse_v4(p, *s, bytes + *filled)) return false;
            *filled += 4;
            s->n = 0;
            return true;
        }
        bytes[(*filled)++] = (unsigned char)(value >> 8);
        bytes[(*filled)++] = (unsigned char)value;
        *s = str_from_n(*s, digits);
        if (!s->n) return true;
        if (s->p[0] != ':') return fail_at(p, "unexpected character, want colon", *s);
        if (s->n == 1) return fail_at(p, "colon must be followed by more characters", *s);
        *s = str_from_n(*s, 1);
        if (s->p[0] == ':') {
            if (*gap >= 0) return fail_at(p, "multiple :: in address", *s);
            *gap = *filled;
            *s = str_from_n(*s, 1);
            if (!s->n) return true;
        }
    }
    return true;
}

static bool parse_v6(struct ip_parsing *p, struct ip_address *out)
{
    struct str s = p->whole;
    int filled = 0, gap = -1;
    if (str_cut(p->whole, STR("%"), &s, &out->zone) && !out->zone.n) return fail(p, "zone must be a non-empty string");
    if (str_starts(s, STR("::"))) {
        gap = 0;
        s = str_from_n(s, 2);
        if (!s.n) return true;
    }
    if (!take_groups(p, &s, out->bytes, &filled, &gap)) return false;
    if (s.n) return fail_at(p, "trailing garbage after address", s);
    if (filled == 16) return gap < 0 || fail(p, "the :: must expand to at least one field of zeros");
    if (gap < 0) return fail(p, "address string too short");
    int moved = filled - gap;
    memmove(out->bytes + 16 - moved, out->bytes + gap, (size_t)moved);
    memset(out->bytes + gap, 0, (size_t)(16 - filled));
    return true;
}

/* The first of '.', ':' and '%' decides what it is meant to be. */
bool ip_parse(struct arena *a, struct str text, struct ip_address *out, struct str *error)
{
    struct ip_parsing p = {a, text, error};
    *out = (struct ip_address){0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.') {
            out->v4 = true;
            return parse_v4(&p, text, out->bytes);
        }
        if (text.p[i] == ':') return parse_v6(&p, out);
        if (text.p[i] == '%') return fail(&p, "missing IPv6 address");
    }
    return fail(&p, "unable to parse IP");
}
