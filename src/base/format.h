/* The conversions that most of our messages and paths are made of, without the C library's detours. Private to base/. */
#ifndef RUTTER_BASE_FORMAT_H
#define RUTTER_BASE_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* As vsnprintf for %.*s %s %c %d %u %zu %lld %llu and %%: writes at most `cap` bytes, no NUL, and sets *need to the whole length. A text of
 * %.*s may hold NUL bytes. False, and nothing is settled, where the format has anything else: ask vsnprintf. */
bool format_quickly(char *out, size_t cap, const char *format, va_list ap, size_t *need);

#endif
