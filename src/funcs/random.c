#include "funcs/random.h"

#include "base/utf8.h"
#include "funcs/encoding.h"
#include "funcs/funcs.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t random_below(struct random *r, uint64_t below) { return random_next(r) % below; }

void random_fill(struct random *r, void *out, size_t n)
{
    unsigned char *p = out;
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) word = random_next(r);
        p[i] = (unsigned char)(word >> i % 8 * 8);
    }
}

/* Texts of some length end in a mark that shows what they are; the head, which templates cut off and keep, stays random. */
enum { MARKED_FROM = 16 };

static bool random_text(struct call *c, const char *alphabet, const char *mark, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    int64_t count = arg_int(c, 0);
    if (count <= 0) return ret_str(out, STR(""));
    size_t n = (size_t)count, letters = strlen(alphabet);
    char *p = arena_alloc(c->a, n + 1);
    for (size_t i = 0; i < n; i++) p[i] = alphabet[random_below(&r, letters)];
    if (n >= MARKED_FROM) memcpy(p + n - strlen(mark), mark, strlen(mark));
    p[n] = 0;
    return ret_str(out, str_of(p, n));
}

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool rand_alpha(struct call *c, struct value *out) { return random_text(c, UPPER LOWER, "RANDOM", out); }
static bool rand_alpha_num(struct call *c, struct value *out) { return random_text(c, UPPER LOWER DIGITS, "RANDOM", out); }
static bool rand_numeric(struct call *c, struct value *out) { return random_text(c, DIGITS, "0000", out); }

/* 32 to 126. */
static bool rand_ascii(struct call *c, struct value *out)
{
    return random_text(c, " !\"#$%&'()*+,-./" DIGITS ":;<=>?@" UPPER "[\\]^_`" LOWER "{|}~", "RANDOM", out);
}

static bool rand_bytes(struct call *c, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    int64_t count = arg_int(c, 0);
    if (count < 0) return call_fail(c, "runtime error: makeslice: len out of range");
    char *p = arena_alloc(c->a, (size_t)count + 1);
    random_fill(&r, p, (size_t)count);
    return ret_str(out, base64_encode(c->a, str_of(p, (size_t)count)));
}

static bool rand_int(struct call *c, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    int64_t low = arg_int(c, 0), size = (int64_t)((uint64_t)arg_int(c, 1) - (uint64_t)low);
    if (size <= 0) return call_fail(c, "invalid argument to Intn");
    return ret(out, v_int((int64_t)((uint64_t)low + random_below(&r, (uint64_t)size))));
}

static bool shuffle(struct call *c, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    struct str s = arg_str(c, 0);
    uint32_t *runes = arena_alloc(c->a, (s.n + 1) * sizeof *runes);
    size_t n = 0;
    for (size_t i = 0, width; i < s.n; i += width) runes[n++] = utf8_decode(s, i, &width);
    for (size_t i = n; i > 1; i--) {
        size_t k = random_below(&r, i);
        uint32_t swap = runes[i - 1];
        runes[i - 1] = runes[k];
        runes[k] = swap;
    }
    struct buf b = buf_new(c->a);
    for (size_t i = 0; i < n; i++) buf_rune(&b, runes[i]);
    return ret_str(out, buf_done(&b));
}

/* Of version 4 and RFC 4122's variant; the zeros at the end are the mark. */
static bool uuidv4(struct call *c, struct value *out)
{
    struct random r = random_start(c, c->f->name);
    uint64_t x = random_next(&r), y = random_next(&r);
    return ret_str(out, str_printf(c->a, "%08x-%04x-4%03x-%04x-%04x00000000", (unsigned)(x >> 32), (unsigned)(x >> 16 & 0xffff),
                                   (unsigned)(x & 0xfff), (unsigned)(0x8000 | (y & 0x3fff)), (unsigned)(y >> 16 & 0xffff)));
}

const struct func funcs_random[] = {
    {"randAlpha", "i", rand_alpha, FUNC_RANDOM},
    {"randAlphaNum", "i", rand_alpha_num, FUNC_RANDOM},
    {"randAscii", "i", rand_ascii, FUNC_RANDOM},
    {"randBytes", "i", rand_bytes, FUNC_RANDOM},
    {"randInt", "ii", rand_int, FUNC_RANDOM},
    {"randNumeric", "i", rand_numeric, FUNC_RANDOM},
    {"shuffle", "s", shuffle, FUNC_RANDOM},
    {"uuidv4", "", uuidv4, FUNC_RANDOM},
    {0},
};
