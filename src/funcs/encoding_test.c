#include "base/test.h"
#include "funcs/encoding.h"

TEST(encoding_base64_there_and_back)
{
    static const char *const texts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const encoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < 7; i++) {
        struct str back = {0};
        size_t bad = 0;
        CHECK_STR(base64_encode(a, str_from(texts[i])), str_from(encoded[i]));
        CHECK(base64_decode(a, str_from(encoded[i]), &back, &bad));
        CHECK_STR(back, str_from(texts[i]));
    }
}

TEST(encoding_base32_there_and_back)
{
    for (size_t n = 0; n < 40; n++) {
        struct buf b = buf_new(a);
        for (size_t i = 0; i < n; i++) buf_byte(&b, (char)(i * 37 + n));
        struct str back = {0};
        size_t bad = 0;
        CHECK(base32_decode(a, base32_encode(a, buf_str(&b)), &back, &bad));
        CHECK_STR(back, buf_str(&b));
    }
    CHECK_STR(base32_encode(a, STR("foob")), STR("MZXW6YQ="));
}

/* As encoding/base64 and encoding/base32 of Go 1.25 answer. */
static const struct wrong {
    const char *text;
    long at; /* -1: it decodes */
} wrong64[] = {{"aGVsbG8", 4}, {"!!!", 0}, {"_-8=", 0}, {"Zg=", 3}, {"Zg", 0}, {"Z===", 1}, {"Zg==x", 4}, {"Zg=x", 2}, {"Zm8=\nx", 5},
               {"=", 0}, {"Zm9v=", 4}, {"Zg=\n=", -1}, {"Zm9v\r\nZg==\n", -1}, {"Zh==", -1}, {"Zm9vZ", 4}, {"Zg==\n", -1}},
  wrong32[] = {{"NBSWY3D", 0}, {"MY", 0}, {"MY======", -1}, {"MYA=====", 3}, {"my======", 0}, {"MY=====", 7}, {"MY====A=", 5},
               {"M=======", 1}, {"MZXW6YTBOI======", -1}, {"MZXW6YTBOI=====", 15}, {"MY======M", -1}, {"MZXW\n6===", -1}};

static void check_wrong(struct arena *a, bool (*decode)(struct arena *, struct str, struct str *, size_t *), const struct wrong *w)
{
    struct str out;
    size_t bad = 0;
    bool ok = decode(a, str_from(w->text), &out, &bad);
    if (ok != (w->at < 0) || (!ok && bad != (size_t)w->at))
        test_fail(__FILE__, __LINE__, "%s: want %ld, got %s %zu", w->text, w->at, ok ? "success" : "failure at", bad);
}

TEST(encoding_faults_are_where_go_sees_them)
{
    for (size_t i = 0; i < sizeof wrong64 / sizeof *wrong64; i++) check_wrong(a, base64_decode, &wrong64[i]);
    for (size_t i = 0; i < sizeof wrong32 / sizeof *wrong32; i++) check_wrong(a, base32_decode, &wrong32[i]);
}
