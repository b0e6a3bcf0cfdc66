/* Numbers in text, as Go's strconv reads them. */
#ifndef RUTTER_VALUE_GOPARSE_H
#define RUTTER_VALUE_GOPARSE_H

#include "base/str.h"

enum go_parsed {
    GO_PARSED,
    GO_SYNTAX,  /* *out is 0 */
    GO_RANGE,   /* *out is the nearest that there is: infinity, the largest or smallest integer */
};

/* strconv.ParseFloat(s, 64): decimal, hexadecimal with exponent, inf, infinity, nan; underscores between digits. */
enum go_parsed go_parse_float(struct arena *a, struct str s, double *out);
/* strconv.ParseInt(s, base, 64); base 2 to 36. */
enum go_parsed go_parse_int(struct str s, unsigned base, int64_t *out);

#endif
