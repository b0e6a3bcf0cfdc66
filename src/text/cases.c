#include "text/cases.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_file(struct arena *a, const char *path, struct str *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    struct buf b = buf_new(a);
    size_t n;
    do {
        if (b.n == b.cap) buf_reserve(&b, 1 << 16);
        n = fread(b.p + b.n, 1, b.cap - b.n, f);
        b.n += n;
    } while (n);
    fclose(f);
    *out = buf_done(&b);
    return true;
}

bool cases_open(struct cases *c, struct arena *a, const char *name)
{
    const char *places[] = {getenv("RUTTER_TESTDATA"), "testdata", "../testdata"};
    *c = (struct cases){.a = a, .name = name};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i] && read_file(a, str_z(a, str_printf(a, "%s/text/%s", places[i], name)), &c->text)) return true;
    test_skip("testdata is not there; set RUTTER_TESTDATA");
    return false;
}

static int hex(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static struct str unescape(struct arena *a, struct str s)
{
    if (str_chr(s, '\\') < 0) return s;
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 1 < s.n) {
            c = s.p[++i];
            if (c == 't') c = '\t';
            if (c == 'n') c = '\n';
            if (c == 'x' && i + 2 < s.n) {
                c = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
                i += 2;
            }
        }
        buf_byte(&b, c);
    }
    return buf_done(&b);
}

size_t cases_next(struct cases *c, struct str field[CASE_FIELDS])
{
    if (c->at >= c->text.n) return 0;
    struct str line, rest;
    str_cut(str_from_n(c->text, c->at), STR("\n"), &line, &rest);
    c->at = c->text.n - rest.n;
    c->line++;
    size_t n = 0;
    for (bool more = true; more && n < CASE_FIELDS; n++) {
        struct str one;
        more = str_cut(line, STR("\t"), &one, &line);
        field[n] = unescape(c->a, one);
    }
    for (size_t i = n; i < CASE_FIELDS; i++) field[i] = STR("");
    return n;
}

int64_t cases_int(struct str field)
{
    char digits[24];
    size_t n = field.n < sizeof digits - 1 ? field.n : sizeof digits - 1;
    memcpy(digits, field.p ? field.p : "", n);
    digits[n] = 0;
    return strtoll(digits, NULL, 10);
}
