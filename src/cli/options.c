#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* Options as Helm's (spf13/pflag) are read: --x=v, --x v, -x v, -xv, -x=v, flags alone or with =true or =false, and
 * positional arguments anywhere; everything after -- is positional. */

static const struct option *find_long(const struct cli *c, struct str name)
{
    for (const struct option *o = cli_options; o->name; o++)
        if ((o->in & c->command->in) && str_is(name, o->name)) return o;
    return NULL;
}

static const struct option *find_letter(const struct cli *c, char letter)
{
    for (const struct option *o = cli_options; o->name; o++)
        if ((o->in & c->command->in) && o->letter == letter) return o;
    return NULL;
}

static bool choice_fits(const struct option *o, struct str value)
{
    struct str rest = str_from(o->choices), one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR("|"), &one, &rest);
        if (str_eq(one, value)) return true;
    }
    return false;
}

static bool parse_bool(struct str s, bool *out)
{
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"}, *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (int i = 0; i < 6; i++) {
        if (str_is(s, yes[i])) return *out = true, true;
        if (str_is(s, no[i])) return *out = false, true;
    }
    return false;
}

static void add(struct cli *c, const struct option *o, struct str value)
{
    *PUSH(c->a, c->set, c->set_n, c->set_cap) = (struct setting){o, value};
}

bool cli_set(struct cli *c, const struct option *o, struct str value, struct place at)
{
    bool on;
    if (o->kind == OPTION_FLAG) {
        if (!parse_bool(value, &on)) return diag_error(c->diags, at, "--%s is a flag and takes no value but true or false", o->name);
        add(c, o, on ? STR("true") : STR("false"));
        return true;
    }
    if (o->choices && !choice_fits(o, value)) {
        diag_error(c->diags, at, "--%s cannot be \"%.*s\"", o->name, STR_ARG(value));
        diag_hint(c->diags, "it is one of %s", o->choices);
        return false;
    }
    if (o->kind != OPTION_LIST || at.line) { /* a list of YAML needs no commas */
        add(c, o, value);
        return true;
    }
    struct str rest = value, one;
    for (bool more = true; more;) {
        more = str_cut(rest, STR(","), &one, &rest);
        if (one.n) add(c, o, one);
    }
    return true;
}

static bool unknown(struct cli *c, struct str shown)
{
    diag_error(c->diags, NOWHERE, "unknown option %.*s", STR_ARG(shown));
    diag_hint(c->diags, "rutter help %s lists the options", c->command->name);
    return false;
}

static bool take_value(struct cli *c, const struct option *o, int argc, char **argv, int *i)
{
    if (*i + 1 >= argc) return diag_error(c->diags, NOWHERE, "--%s needs a value: %s", o->name, o->argument);
    return cli_set(c, o, str_from(argv[++*i]), NOWHERE);
}

static bool parse_long(struct cli *c, int argc, char **argv, int *i)
{
    struct str word = str_from(argv[*i] + 2), name, value;
    bool has_value = str_cut(word, STR("="), &name, &value);
    const struct option *o = find_long(c, name);
    if (!o) return unknown(c, str_from(argv[*i]));
    if (has_value) return cli_set(c, o, value, NOWHERE);
    if (o->kind == OPTION_FLAG) return cli_set(c, o, STR("true"), NOWHERE);
    return take_value(c, o, argc, argv, i);
}

static bool parse_short(struct cli *c, int argc, char **argv, int *i)
{
    const char *p = argv[*i] + 1;
    while (*p) {
        const struct option *o = find_letter(c, *p++);
        if (!o) return unknown(c, str_from(argv[*i]));
        if (o->kind == OPTION_FLAG) {
            add(c, o, STR("true"));
            continue;
        }
        if (!*p) return take_value(c, o, argc, argv, i);
        return cli_set(c, o, str_from(*p == '=' ? p + 1 : p), NOWHERE);
    }
    return true;
}

bool cli_parse(struct cli *c, int argc, char **argv)
{
    bool options = true;
    for (int i = 0; i < argc; i++) {
        const char *w = argv[i];
        if (options && strcmp(w, "--") == 0) options = false;
        else if (options && strncmp(w, "--", 2) == 0) {
            if (!parse_long(c, argc, argv, &i)) return false;
        } else if (options && w[0] == '-' && w[1]) {
            if (!parse_short(c, argc, argv, &i)) return false;
        } else {
            *PUSH(c->a, c->word, c->word_n, c->word_cap) = str_from(w);
        }
    }
    return true;
}

struct str cli_get(const struct cli *c, const char *option)
{
    struct str v = {0};
    for (uint32_t i = 0; i < c->set_n; i++)
        if (strcmp(c->set[i].option->name, option) == 0) v = c->set[i].value;
    return v;
}

bool cli_has(const struct cli *c, const char *option)
{
    struct str v = cli_get(c, option);
    return v.p && !str_is(v, "false");
}

struct str *cli_all(const struct cli *c, const char *option, uint32_t *n)
{
    struct str *v = NULL;
    uint32_t cap = 0;
    *n = 0;
    for (uint32_t i = 0; i < c->set_n; i++)
        if (strcmp(c->set[i].option->name, option) == 0) *PUSH(c->a, v, *n, cap) = c->set[i].value;
    return v;
}
