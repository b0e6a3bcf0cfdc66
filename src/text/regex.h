/* RE2's language with Go's messages and leftmost-first answers, in time linear in the text (a Pike VM). */
#ifndef RUTTER_TEXT_REGEX_H
#define RUTTER_TEXT_REGEX_H

#include "base/buf.h"

struct regex;

/* NULL and *error = Go's message ("error parsing regexp: missing closing ): `a(`") when it does not compile. */
struct regex *regex_compile(struct arena *a, struct str pattern, struct str *error);
uint32_t regex_groups(const struct regex *r);                 /* capture groups, without the whole match */
struct str regex_group_name(const struct regex *r, uint32_t i);  /* "" when unnamed; 0 is the whole match */
/* The first match at or after `from`. at[2*i], at[2*i+1] are the bounds of group i, SIZE_MAX when it took no part;
 * room for 2 * (groups + 1). `at` may be NULL. Scratch memory comes from `a` and is rewound. */
bool regex_match(const struct regex *r, struct arena *a, struct str text, size_t from, size_t *at);
/* Go's ReplaceAllString: $1, ${name}, $$ in the template. With `literal` the template is taken as it is. */
struct str regex_replace_all(const struct regex *r, struct arena *a, struct str text, struct str template, bool literal);
/* Go's FindAllString(text, n), n < 0: all. *out is an array of *count matches. */
void regex_find_all(const struct regex *r, struct arena *a, struct str text, int64_t n, struct str **out, size_t *count);
/* Go's Split(text, n). */
void regex_split(const struct regex *r, struct arena *a, struct str text, int64_t n, struct str **out, size_t *count);
struct str regex_quote(struct arena *a, struct str s);         /* QuoteMeta */

#endif
