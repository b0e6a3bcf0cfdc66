/* For the tests of checks: two tiny charts given as strings, gathered and checked as lint does it. */
#ifndef RUTTER_CHECKS_CHECKS_TEST_H
#define RUTTER_CHECKS_CHECKS_TEST_H

#include "base/test.h"
#include "checks/checks.h"

/* What a test gives; what is NULL is absent. A text of `old` and `new` is a template (templates/all.yaml) or several files,
 * each after a line "### PATH". Chart.yaml and values.yaml are made when they are not among them. */
struct checks_pair {
    const char *old, *new, *values;
    const char *profile;            /* "generic" */
    const char *kube_version;
    const char *timeout;            /* seconds */
    const char *changelog, *models_old, *models_new; /* the last two as "### PATH" texts below models/ and bundles/ */
    const char *models_in_use;      /* the file's text */
    bool for_plan;
    bool template_rules;
};

/* Runs all checks over the pair (release "r", namespace "ns"); with `old` NULL over the new chart alone. */
struct facts *checks_test_run(struct arena *a, const struct checks_pair *pair);
/* The finding of this rule about this subject, or NULL. "" for any subject. */
const struct finding *checks_test_find(const struct facts *f, const char *rule, const char *subject);
/* As test conditions. `severity` is "error", "warning" or "info". */
void checks_test_fires(const char *file, int line, const struct facts *f, const char *rule, const char *subject, const char *severity);
/* Nothing above info of this rule. */
void checks_test_silent(const char *file, int line, const struct facts *f, const char *rule);

#define FIRES(f, rule, subject, severity) checks_test_fires(__FILE__, __LINE__, f, rule, subject, severity)
#define SILENT(f, rule) checks_test_silent(__FILE__, __LINE__, f, rule)

#endif
