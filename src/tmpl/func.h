/* What a template function is: a row in a table. The families in funcs/ are such tables; the evaluator checks and
 * converts arguments by `params`, as Go's text/template does by reflection, so a function sees only what it asked for.
 */
#ifndef RUTTER_TMPL_FUNC_H
#define RUTTER_TMPL_FUNC_H

#include "base/buf.h"
#include "value/value.h"

struct exec; /* tmpl/exec.h */
struct env;  /* tmpl/env.h */

enum func_flags {
    FUNC_RANDOM = 1,  /* the result comes from env->seed */
    FUNC_CLOCK = 2,   /* the result depends on env->now or on the time zone */
    FUNC_CLUSTER = 4, /* the result is what the cluster knows */
    FUNC_WRITES = 8,  /* changes its first map argument */
    FUNC_PASSES = 16, /* output bytes keep the origin of the input bytes (include, indent, quote, ...: the design, section 3) */
    FUNC_DEEP = 32,   /* uses its arguments with all that is below them (toYaml, toJson, print, merge, ...) */
};

struct func {
    const char *name;
    /* Go's parameter types, a letter each:
     *   a  interface{}              v  reflect.Value (Go's own builtins: any value, nil too)
     *   s  string                   b  bool
     *   i  int                      l  int64              f  float64            u  uint32
     *   L  []interface{}            S  []string           B  []byte
     *   M  map[string]interface{}   D  time.Duration      T  time.Time
     *   V  *semver.Version          C  sprig.certificate  Z  *time.Location      W  io.Writer
     * and '.' after the last letter: any number of these, none too ("sa." is func(string, ...interface{})). */
    const char *params;
    bool (*call)(struct call *c, struct value *out);
    unsigned flags;
};

/* One call. The arguments have been checked: there are as many as params says, and of those types ('a' may be nil;
 * 'M' and 'L' may be nil maps and slices; a []byte is a V_STR of type GO_BYTES). */
struct call {
    struct exec *x;
    struct arena *a;          /* for the result */
    const struct func *f;
    const struct value *arg;
    uint32_t n;
};

/* The call fails with an error as the Go function returns it (the evaluator adds "error calling NAME: "). Returns false. */
bool call_fail(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
const struct env *call_env(const struct call *c);
/* A number for FUNC_RANDOM functions that differs per seed, template and call, and is the same in every run.
 * `what` ("randAlphaNum") goes into the list of what is not deterministic. */
uint64_t call_random(struct call *c, const char *what);
/* Must be called by functions that change a map which may be shared, before the change. */
void call_writes(struct call *c, struct map *m, struct str key);
/* Notes that everything at and below v is used. */
void call_reads_deep(struct call *c, struct value v);
/* Notes that the entry or item with this origin is read. */
void call_reads(struct call *c, origin_id at);

static inline struct str arg_str(const struct call *c, uint32_t i) { return v_text(c->arg[i]); }
static inline int64_t arg_int(const struct call *c, uint32_t i) { return c->arg[i].u.i; }
static inline bool ret_str(struct value *out, struct str s) { *out = v_str(s); return true; }
static inline bool ret(struct value *out, struct value v) { *out = v; return true; }

/* Every function that templates may call: funcs/all.c. NULL when there is none of this name. */
const struct func *func_find(struct str name);
/* The method of a value by its Go name: of structs (.Capabilities.KubeVersion, times, versions) and of the named types with
 * methods (common.Values, .Files, APIVersions, time.Duration, ...). NULL when its type has none of this name; a map may then
 * still have such a key: Go looks for methods first. funcs/objects.c */
const struct method *method_find(struct value receiver, struct str name);

#endif
