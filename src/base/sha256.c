#include "base/sha256.h"

#include "base/sha256_block.h"

#include <stdatomic.h>

const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotr(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

/* One round; the names of the eight words move instead of the words. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                                                        \
    do {                                                                                                                        \
        uint32_t t_ = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + sha256_constants[i] + w[i];                       \
        d += t_;                                                                                                                \
        h = t_ + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));                                      \
    } while (0)

static void compress(struct sha256 *s, const unsigned char *p)
{
    uint32_t w[64], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4], f = s->h[5], g = s->h[6], h = s->h[7];
    for (int i = 0; i < 16; i++, p += 4) w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t y = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + x + w[i - 7] + y;
    }
    for (int i = 0; i < 64; i += 8) {
        ROUND(a, b, c, d, e, f, g, h, i);
        ROUND(h, a, b, c, d, e, f, g, i + 1);
        ROUND(g, h, a, b, c, d, e, f, i + 2);
        ROUND(f, g, h, a, b, c, d, e, i + 3);
        ROUND(e, f, g, h, a, b, c, d, i + 4);
        ROUND(d, e, f, g, h, a, b, c, i + 5);
        ROUND(c, d, e, f, g, h, a, b, i + 6);
        ROUND(b, c, d, e, f, g, h, a, i + 7);
    }
    const uint32_t more[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++) s->h[i] += more[i];
}

static void compress_all(struct sha256 *s, const unsigned char *p, size_t blocks)
{
    static atomic_int fast = -1; /* unknown */
    if (fast < 0) fast = sha256_x86_usable();
    if (fast) sha256_x86_blocks(s->h, p, blocks);
    else
        for (; blocks; blocks--, p += 64) compress(s, p);
}

void sha256_init(struct sha256 *s)
{
    static const uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, h, sizeof h);
    s->bytes = 0;
}

void sha256_add(struct sha256 *s, struct str d)
{
    size_t have = s->bytes % 64;
    s->bytes += d.n;
    if (have) {
        size_t take = 64 - have < d.n ? 64 - have : d.n;
        memcpy(s->block + have, d.p, take);
        d.p += take, d.n -= take;
        if (have + take < 64) return;
        compress_all(s, s->block, 1);
    }
    compress_all(s, (const unsigned char *)d.p, d.n / 64);
    if (d.n % 64) memcpy(s->block, d.p + d.n / 64 * 64, d.n % 64);
}

void sha256_end(struct sha256 *s, unsigned char out[32])
{
    uint64_t bits = s->bytes * 8;
    static const char pad[64] = {(char)0x80};
    size_t have = s->bytes % 64;
    sha256_add(s, str_of(pad, have < 56 ? 56 - have : 120 - have));
    char len[8];
    for (int i = 0; i < 8; i++) len[i] = (char)(bits >> (56 - 8 * i));
    sha256_add(s, str_of(len, 8));
    for (int i = 0; i < 32; i++) out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

struct str sha256_end_hex(struct arena *a, struct sha256 *s)
{
    unsigned char d[32];
    sha256_end(s, d);
    char *p = arena_alloc(a, 65);
    for (int i = 0; i < 32; i++) {
        p[2 * i] = "0123456789abcdef"[d[i] >> 4];
        p[2 * i + 1] = "0123456789abcdef"[d[i] & 15];
    }
    p[64] = 0;
    return str_of(p, 64);
}

struct str sha256_hex(struct arena *a, struct str data)
{
    struct sha256 s;
    sha256_init(&s);
    sha256_add(&s, data);
    return sha256_end_hex(a, &s);
}
