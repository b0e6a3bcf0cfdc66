/* The evaluator: Go's text/template as Helm runs it. */
#ifndef RUTTER_TMPL_EXEC_H
#define RUTTER_TMPL_EXEC_H

#include "base/diag.h"
#include "base/strmap.h"
#include "tmpl/env.h"
#include "tmpl/func.h"
#include "tmpl/parse.h"

/* All named templates of a chart. A later definition replaces an earlier one, unless it is empty. */
struct tmpl_set {
    struct arena *a;
    struct strmap by_name;     /* const struct tree * */
    const struct tmpl_set *parent; /* tpl's own defines stand over those of the chart; NULL: none */
};

struct tmpl_set *tmpl_set_new(struct arena *a, const struct tmpl_set *parent);
void tmpl_set_add(struct tmpl_set *s, const struct parsed *p);
const struct tree *tmpl_set_find(const struct tmpl_set *s, struct str name);

/* A failure on the way: kept where env->tolerant passes over it. */
enum failure_kind { FAILURE_ERROR, FAILURE_FAIL, FAILURE_REQUIRED };
struct failure {
    enum failure_kind kind;
    struct str tmpl;           /* template file in which it happened */
    uint32_t file;             /* index of the file that was being evaluated, which may have included the other */
    uint32_t line, column;
    struct str message;        /* of fail and required: the chart's own words */
};

/* A write to data that all templates share: after one, templates can no longer be evaluated apart. */
struct write {
    uint32_t tmpl;
    struct str key;
    const struct map *map;
};

/* Asked now and then about what the template has printed so far; true ends its evaluation, and `ended` says so. */
struct watch {
    bool (*enough)(void *context, struct str so_far);
    void *context;
    const struct buf *out;     /* the template's own output, not that of what it includes */
    size_t next;               /* it is asked again when so many bytes are there */
    bool ended;
};

struct random_use {
    uint32_t tmpl;
    struct str what;           /* the function */
};

struct exec {
    struct arena *a;           /* the render's arena */
    const struct env *env;
    const struct tmpl_set *set;
    struct parse_cache *parses; /* for tpl; NULL: every text is parsed anew */
    struct reads *reads;       /* NULL: not wanted */
    struct trace *trace;       /* the second, tracing evaluation; NULL in the ordinary one */
    struct watch *watch;       /* NULL: nobody watches */
    uint32_t tmpl;             /* index of the file being evaluated, as the caller numbers them */
    struct write *writes;      uint32_t writes_n, writes_cap;
    bool frozen;               /* shared data belongs to another render: a write to it trips the guard, and sets `wrote` */
    bool wrote;
    struct random_use *random; uint32_t random_n, random_cap;
    struct failure *failures;  uint32_t failures_n, failures_cap;
    uint64_t random_calls;     /* within the current template */
    /* set when tmpl_exec fails */
    struct str error;          /* as Go has it: "template: chart/templates/x.yaml:3:4: executing ..." */
    uint32_t *wrapped; uint32_t wrapped_n, wrapped_cap; /* the errors inside it, innermost first: each is its last so many bytes */
    struct failure failed_at;  /* where and why, at the innermost place */
    /* private */
    struct str call_error;     /* of the function that just failed */
    struct str callee;         /* of `call`: what its error names */
    struct strmap *regexes;    /* funcs/regex.c: compiled patterns by their text, in `a` */
    const struct state *state; /* the innermost running template */
    struct strmap include_depth;
    const char *stack_base;
};

/* Evaluates the template `name` with `dot` and appends to out. False and x->error on failure; false when the watch ended it. */
bool tmpl_exec(struct exec *x, struct str name, struct value dot, struct buf *out);
/* `include` and `tpl`, for funcs/helm.c. */
bool tmpl_include(struct call *c, struct str name, struct value dot, struct buf *out);
bool tmpl_tpl(struct call *c, struct str text, struct value dot, struct buf *out);
/* The failure as Helm prints it after "Error: ": version 4 lists the places line by line, version 3 prints Go's text. */
struct str tmpl_error_show(struct arena *a, const struct exec *x);
/* A syntax error as Helm prints it: "parse error at (NAME:LINE): message". */
struct str tmpl_parse_error_show(struct arena *a, const struct parsed *p);
/* For fail and required: where the environment is tolerant, notes the failure at the running template's place and is true: the
 * evaluation goes on. Else the call must fail. */
bool call_failure(struct call *c, enum failure_kind kind, struct str message);

#endif
