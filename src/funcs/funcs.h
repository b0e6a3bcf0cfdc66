/* The families of template functions. Each is a table that ends with a NULL name; all.c collects them. */
#ifndef RUTTER_FUNCS_FUNCS_H
#define RUTTER_FUNCS_FUNCS_H

#include "tmpl/func.h"

extern const struct func funcs_helm[];     /* include, tpl, required, fail, lookup, YAML */
extern const struct func funcs_encoding[]; /* base64, base32 */

#endif
