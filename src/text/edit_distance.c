#include "text/units.h"

enum { LONGEST = 255 };

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

/* Takes off what both begin or end with: it costs nothing. */
static void trim_common(struct str *x, struct str *y)
{
    while (x->n && y->n && x->p[0] == y->p[0]) {
        *x = str_from_n(*x, 1);
        *y = str_from_n(*y, 1);
    }
    while (x->n && y->n && x->p[x->n - 1] == y->p[y->n - 1]) {
        x->n--;
        y->n--;
    }
}

size_t edit_distance(struct str x, struct str y, size_t limit)
{
    uint16_t rows[3][LONGEST + 1];
    trim_common(&x, &y);
    size_t gap = x.n > y.n ? x.n - y.n : y.n - x.n;
    if (gap > limit || x.n > LONGEST || y.n > LONGEST) return limit + 1;
    for (size_t j = 0; j <= y.n; j++) rows[0][j] = (uint16_t)j;
    for (size_t i = 1; i <= x.n; i++) {
        const uint16_t *two_up = rows[(i + 1) % 3], *up = rows[(i + 2) % 3];
        uint16_t *row = rows[i % 3];
        size_t best = row[0] = (uint16_t)i;
        for (size_t j = 1; j <= y.n; j++) {
            size_t d = least(up[j - 1] + (x.p[i - 1] != y.p[j - 1]), least(up[j], row[j - 1]) + 1u);
            bool swapped = i > 1 && j > 1 && x.p[i - 1] == y.p[j - 2] && x.p[i - 2] == y.p[j - 1];
            if (swapped) d = least(d, two_up[j - 2] + 1u);
            row[j] = (uint16_t)d;
            best = least(best, d);
        }
        if (best > limit) return limit + 1;
    }
    return least(rows[x.n % 3][y.n], limit + 1);
}
