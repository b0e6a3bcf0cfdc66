/* Base64 and base32 as Go's encoding packages have them: the standard alphabets, padded, line ends skipped on reading. */
#ifndef RUTTER_FUNCS_ENCODING_H
#define RUTTER_FUNCS_ENCODING_H

#include "base/str.h"

struct str base64_encode(struct arena *a, struct str data);
/* False when the text is not base64; then *bad is the offset in Go's "illegal base64 data at input byte N". */
bool base64_decode(struct arena *a, struct str text, struct str *data, size_t *bad);
struct str base32_encode(struct arena *a, struct str data);
bool base32_decode(struct arena *a, struct str text, struct str *data, size_t *bad);

#endif
