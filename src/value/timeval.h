/* time.Time as a value: a V_OBJ of type "time.Time". Its methods are in funcs/time_methods.c. */
#ifndef RUTTER_VALUE_TIMEVAL_H
#define RUTTER_VALUE_TIMEVAL_H

#include "text/gotime.h"
#include "value/value.h"

struct value v_time(struct arena *a, struct gotime t);
bool value_is_time(struct value v);
/* Of a value that is one. */
struct gotime value_time(struct value v);

#endif
