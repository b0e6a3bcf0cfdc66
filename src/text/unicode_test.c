#include "text/unicode.h"

#include "text/cases.h"

/* FNV-1a over what is printed, as the oracle does it. */
struct digest {
    uint64_t hash;
};

static struct digest digest_new(void) { return (struct digest){14695981039346656037u}; }

static void digest_byte(struct digest *d, char c) { d->hash = (d->hash ^ (unsigned char)c) * 1099511628211u; }

static void digest_hex(struct digest *d, uint32_t v, char after)
{
    char digits[8];
    int n = 0;
    do digits[n++] = "0123456789abcdef"[v & 15];
    while (v >>= 4);
    while (n) digest_byte(d, digits[--n]);
    digest_byte(d, after);
}

static struct str digest_show(struct arena *a, struct digest d)
{
    return str_printf(a, "%016llx", (unsigned long long)d.hash);
}

static uint32_t yes(bool (*is)(uint32_t), uint32_t r) { return is(r); }

static const struct {
    const char *name;
    bool (*is)(uint32_t);
    uint32_t (*to)(uint32_t);
} maps[] = {
    {"letter", rune_is_letter, NULL}, {"digit", rune_is_digit, NULL}, {"number", rune_is_number, NULL},
    {"upper", rune_is_upper, NULL},   {"lower", rune_is_lower, NULL}, {"punct", rune_is_punct, NULL},
    {"print", rune_is_print, NULL},   {"space", rune_is_space, NULL}, {"to upper", NULL, rune_upper},
    {"to lower", NULL, rune_lower},   {"to title", NULL, rune_title}, {"fold", NULL, rune_fold},
};

static struct str digest_map(struct arena *a, size_t i)
{
    struct digest d = digest_new();
    for (uint32_t r = 0; r <= 0x10ffff; r++) {
        uint32_t v = maps[i].is ? yes(maps[i].is, r) : maps[i].to(r) ^ r;
        if (!v) continue;
        digest_hex(&d, r, ':');
        digest_hex(&d, v, ' ');
    }
    return digest_show(a, d);
}

static struct str digest_class(struct arena *a, struct str name)
{
    uint32_t n;
    const struct rune_range *v = unicode_class(name, &n);
    if (!v) return STR("none");
    struct digest d = digest_new();
    for (uint32_t i = 0; i < n; i++) {
        digest_hex(&d, v[i].from, ' ');
        digest_hex(&d, v[i].to, ' ');
    }
    return digest_show(a, d);
}

/* Every class, property and mapping, over all code points, is Go's. */
TEST(unicode_is_gos)
{
    struct cases c;
    struct str f[CASE_FIELDS];
    if (!cases_open(&c, a, "unicode.tsv")) return;
    size_t seen = 0;
    while (cases_next(&c, f)) {
        if (str_is(f[0], "class") && !f[1].n) CASE_STR(&c, digest_class(a, f[2]), f[3]);
        for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
            if (str_is(f[0], "map") && str_is(f[1], maps[i].name)) {
                CASE_STR(&c, digest_map(a, i), f[2]);
                seen++;
            }
    }
    CHECK_INT(seen, sizeof maps / sizeof *maps);
}

TEST(rune_next_folding_skips_the_rest)
{
    uint32_t next = rune_next_folding(0);
    for (uint32_t r = 0; r <= 0x10ffff; r++) {
        if (r > next) next = rune_next_folding(r);
        if ((rune_fold(r) != r) != (r == next)) test_fail(__FILE__, __LINE__, "U+%04X", r);
    }
    CHECK_INT(rune_next_folding(0x10ffff), UINT32_MAX);
}

TEST(unicode_class_names)
{
    uint32_t n;
    CHECK(unicode_class(STR("Greek"), &n) && n > 10);
    CHECK(unicode_class(STR("upper-case LETTER"), &n) == unicode_class(STR("Lu"), &n));
    CHECK(!unicode_class(STR(""), &n));
    CHECK(!unicode_class(STR("Old_Italic"), &n));
    CHECK(!unicode_class(STR("a name that is longer than any name of a class in Unicode could ever be"), &n));
}
