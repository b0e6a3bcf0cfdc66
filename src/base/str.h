/* Strings: a pointer and a length, any bytes, not NUL-terminated. A struct str borrows its bytes. */
#ifndef RUTTER_BASE_STR_H
#define RUTTER_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

struct str {
    const char *p; /* may be NULL when n is 0 */
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1}
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_from(const char *z) { return (struct str){z, z ? strlen(z) : 0}; }
static inline struct str str_of(const char *p, size_t n) { return (struct str){p, n}; }
/* Bytes from..to-1; both are clamped. */
static inline struct str str_sub(struct str s, size_t from, size_t to)
{
    if (to > s.n) to = s.n;
    if (from > to) from = to;
    return (struct str){s.p ? s.p + from : s.p, to - from};
}
static inline struct str str_from_n(struct str s, size_t from) { return str_sub(s, from, s.n); }
static inline bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool str_is(struct str a, const char *z) { return str_eq(a, str_from(z)); }
static inline bool str_starts(struct str s, struct str head) { return s.n >= head.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0); }
static inline bool str_ends(struct str s, struct str tail)
{
    return s.n >= tail.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

int str_cmp(struct str a, struct str b);               /* by bytes, as Go's strings.Compare; -1, 0, 1 */
int str_cmp_qsort(const void *a, const void *b);       /* the same over struct str *, for qsort */
uint32_t str_hash(struct str s);
ptrdiff_t str_find(struct str s, struct str what);     /* first index, or -1 */
ptrdiff_t str_find_last(struct str s, struct str what);
ptrdiff_t str_chr(struct str s, char c);
bool str_has(struct str s, struct str what);
/* Splits at the first `sep`: true if found, then *head and *tail are set; else *head = s, *tail empty. */
bool str_cut(struct str s, struct str sep, struct str *head, struct str *tail);
struct str str_trim(struct str s);                     /* ASCII white space, both ends */
struct str str_trim_prefix(struct str s, struct str head);
struct str str_trim_suffix(struct str s, struct str tail);

/* Copies into the arena; the copy has a NUL after its last byte. */
struct str str_dup(struct arena *a, struct str s);
const char *str_z(struct arena *a, struct str s);
struct str str_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str str_concat(struct arena *a, struct str x, struct str y);
/* The last component of a path, and all before it without the slash ("" if none). */
struct str path_base(struct str path);
struct str path_dir(struct str path);
struct str path_join(struct arena *a, struct str dir, struct str name);
/* As Go's path.Clean. */
struct str path_clean(struct arena *a, struct str path);

#endif
