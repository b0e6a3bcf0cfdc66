/* .rutter.yaml: what a site has decided once.
 *
 *   environments: {NAME: {FLAG: VALUE}}   the command line's flags by their long names, lists where a flag may be repeated; relative
 *                                         paths are relative to the file. Chosen by --env NAME; a flag given wins over the same here
 *   severity: {RULE: error|warning|info|off}
 *   accept: [{rule, subject, reason, expires}]   findings that somebody decided to live with; the day `expires` is the last
 *
 * Read strictly: what is not known is an error with its place. `severity` and `accept` change what lint says and its exit status,
 * never a plan, a rollback or a gate. */
#ifndef RUTTER_SITE_CONFIG_H
#define RUTTER_SITE_CONFIG_H

#include "site/texts.h"

struct acceptance {
    struct str rule, subject, reason;
    struct place rule_at;
    struct str expires;        /* YYYY-MM-DD; "" : never */
    int64_t last;              /* that day, seconds; only where expires.n */
    struct place at;
    uint32_t used;             /* findings that it accepted */
};

struct severity_setting {
    struct str rule;           /* "advisory" with a star: every advisory that has none of its own */
    enum severity severity;
    bool off;
    struct place at;
};

struct environment_flag {
    struct str name;
    struct str *v; uint32_t n, cap;   /* its values; "true" or "false" for one without */
    struct place at;           /* of its value */
};

struct environment {
    struct str name;
    struct place at;
    struct environment_flag *v; uint32_t n, cap;
};

struct config {
    struct str dir;            /* the folder that relative paths begin at; "" : the current one */
    struct environment *environments; uint32_t environments_n, environments_cap;
    struct severity_setting *severities; uint32_t severities_n, severities_cap;
    struct acceptance *accept; uint32_t accept_n, accept_cap;
};

/* A flag of the command line, as its table has it. */
struct config_flag {
    const char *name;
    bool takes_value, repeated;
    const char *choices;       /* NULL: any */
    bool path, path_after_equals;  /* FILE; KEY=FILE */
};

/* Reads the text of a file whose input is `input` into *out, whose dir is set. False after a diagnostic for each thing that is wrong. */
bool config_read(struct arena *a, struct str text, uint32_t input, const struct config_flag *flags, uint32_t flags_n, struct diags *d, struct config *out);
/* Whether the rules that it names are there; apart, because an environment may say where rules are. */
bool config_check_rules(struct arena *a, const struct config *c, const struct rulebook *rules, struct diags *d);
/* NULL after a diagnostic that says what was probably meant. */
const struct environment *config_environment(struct arena *a, const struct config *c, struct str name, struct str file, struct diags *d);

#endif
