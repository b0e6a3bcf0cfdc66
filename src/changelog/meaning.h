/* Whether an entry that nobody marked as breaking announces breakage in its words. */
#ifndef RUTTER_CHANGELOG_MEANING_H
#define RUTTER_CHANGELOG_MEANING_H

#include "base/str.h"

/* `text` is the entry without its conventional prefix. Only ever a hint: words are weak evidence, and what an entry says
 * of tests, documentation or code nobody sees is no breakage. */
bool meaning_breaks(struct arena *a, struct str type, struct str scope, struct str text);

#endif
