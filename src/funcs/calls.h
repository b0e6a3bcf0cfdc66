/* For tests: functions called without an evaluator. */
#ifndef RUTTER_FUNCS_CALLS_H
#define RUTTER_FUNCS_CALLS_H

#include "base/test.h"
#include "funcs/funcs.h"
#include "tmpl/exec.h"

enum { CALLS_ORIGINS = 64 };

/* A call and what came of it. Must stay where it is. */
struct called {
    struct exec x;      /* x.writes, x.random say what it did */
    struct env env;
    struct reads reads; /* of origins below CALLS_ORIGINS */
    bool ok;
    struct value out;
    struct str error;   /* when not ok */
};

/* Calls the function with the items of a list. Arguments are not checked, only a nil for a map or list becomes a nil map or list. */
void calls_make(struct called *k, struct arena *a, const char *name, struct list *args);
/* The same with arguments, and a result, written as value/cases_value.h reads them; "!" and the text for an error. */
struct str calls_text(struct arena *a, const char *name, const char *args);

/* Makes the calls of a file of testdata again and compares what they answer, and their arguments afterwards. */
void calls_replay(struct arena *a, const char *name);

#endif
