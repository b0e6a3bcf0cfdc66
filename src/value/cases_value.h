/* For tests: values written as text with their Go types (testdata/fmt/oracle/value.go), and cases of testdata/fmt. */
#ifndef RUTTER_VALUE_CASES_VALUE_H
#define RUTTER_VALUE_CASES_VALUE_H

#include "text/cases.h"
#include "value/value.h"

struct value case_value(struct arena *a, struct str text);
struct str case_value_text(struct arena *a, struct value v);

#endif
