#include "text/units.h"

struct str nearest(struct str word, const struct str *v, size_t n)
{
    struct str best = {0};
    size_t limit = word.n / 3 + 1;
    for (size_t i = 0; i < n; i++) {
        size_t d = edit_distance(word, v[i], limit);
        if (d > limit || d >= v[i].n) continue;
        best = v[i];
        if (!d) break;
        limit = d - 1;
    }
    return best;
}
