/* The command line: one table of commands, one of options. Help, the manual page and the completions come from them. */
#ifndef RUTTER_CLI_CLI_H
#define RUTTER_CLI_CLI_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/diag.h"
#include "facts/facts.h"
#include "site/config.h"

#include <stdio.h>

/* Exit statuses, in every command. */
enum { EXIT_OK = 0, EXIT_FINDINGS = 1, EXIT_BAD_INPUT = 2 };

enum option_kind {
    OPTION_FLAG,   /* --x, --x=true, --x=false */
    OPTION_TEXT,   /* one value, the last counts */
    OPTION_EACH,   /* may be repeated; every value is kept as it is */
    OPTION_LIST,   /* may be repeated, and holds several values separated by commas (Helm's StringSlice) */
};

/* Which commands take an option: bits of its `in`. */
enum { IN_RENDER = 1, IN_PLAN = 2, IN_LINT = 4, IN_DIFF = 8, IN_HELP = 16, IN_VERSION = 32, IN_VERIFY = 64, IN_MIGRATE = 128, IN_RULES = 256, IN_EXPLAIN = 512, IN_CONFIGURED = IN_PLAN | IN_LINT | IN_DIFF | IN_VERIFY | IN_MIGRATE };

struct option {
    const char *name;      /* without the dashes */
    char letter;           /* short form; 0: none */
    enum option_kind kind;
    const char *argument;  /* what --help calls the value: "FILE"; NULL for flags */
    unsigned in;
    const char *help;      /* one line */
    const char *choices;   /* "sie|generic"; NULL: any. Checked, and completed */
};

struct setting {
    const struct option *option;
    struct str value;      /* "true" or "false" for flags */
};

struct cli {
    struct arena *a;
    struct inputs *inputs;
    struct diags *diags;
    const struct command *command;
    struct setting *set; uint32_t set_n, set_cap;     /* in the order given */
    struct str *word;    uint32_t word_n, word_cap;   /* positional arguments */
    FILE *out;
    struct config *config; /* .rutter.yaml; NULL: there is none */
    struct str config_path;
    bool color;            /* standard output is a terminal and NO_COLOR is not set */
};

struct command {
    const char *name;
    const char *alias;     /* NULL: none */
    const char *usage;     /* after the name: "RELEASE CHART [OPTIONS]" */
    const char *help;      /* one line */
    const char *about;     /* paragraphs for the manual page */
    unsigned in;           /* its bit */
    int (*run)(struct cli *c);
};

extern const struct option cli_options[];    /* ends with a NULL name */
extern const struct command cli_commands[];  /* ends with a NULL name */

/* The whole program, with argv as main has it. Returns the exit status. */
int cli_main(int argc, char **argv);

const struct command *cli_command(struct str name);
/* Reads the words after the command; false after a diagnostic. */
bool cli_parse(struct cli *c, int argc, char **argv);
bool cli_has(const struct cli *c, const char *option);            /* given, and not =false */
struct str cli_get(const struct cli *c, const char *option);      /* the last value; p NULL when not given */
/* All values of an option in order; *n of them. */
struct str *cli_all(const struct cli *c, const char *option, uint32_t *n);
/* Prints what diags holds to standard error, with source line and caret where there is one. */
void cli_print_diags(const struct cli *c);
/* Text from inputs on its way to a terminal: control characters are made visible. */
struct str cli_clean(struct arena *a, struct str s);

/* Finds and reads .rutter.yaml, and sets what the environment that --env names has; false after a diagnostic. */
bool cli_config_find(struct cli *c);
/* One option as if it had been given; `at` is where a configuration has it. */
bool cli_set(struct cli *c, const struct option *o, struct str value, struct place at);
/* The decisions on findings that lint goes by. */
struct decisions {
    struct config *count;  /* those that count; never NULL */
    struct config *head;   /* those of --to, where --from's count; else NULL */
};
bool cli_config_decisions(struct cli *c, const struct options *o, struct decisions *out);

/* The INPUTS of plan, lint and diff as they were given; false after a diagnostic. */
bool cli_options_read(struct cli *c, struct options *o);
/* -f, --set and its kin, in the order given. `role` is what their inputs are named by. */
struct user_values cli_user_values(struct cli *c, struct str role);

/* The commands, one file each. */
int cli_render(struct cli *c);
int cli_help(struct cli *c);
int cli_version(struct cli *c);
int cli_lint(struct cli *c);
int cli_diff(struct cli *c);
int cli_migrate(struct cli *c);
int cli_plan(struct cli *c);
int cli_verify(struct cli *c);
int cli_explain(struct cli *c);
int cli_rules(struct cli *c);
/* 1 when a finding is at or above --fail-on, else 0. */
int cli_findings_status(const struct facts *f);

/* Files of one folder, all of them or none. The folder is made. */
struct output {
    const char *name;
    mode_t mode;
    struct str text;
};
bool cli_write_outputs(struct cli *c, struct str dir, const struct output *v, size_t n);

#endif
