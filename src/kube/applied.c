#include "kube/applied.h"

#include "kube/field.h"
#include "kube/script.h"
#include "text/units.h"

struct finder {
    struct arena *a;
    const struct workload *w;
    const struct container *c;
    struct applied *v;
    uint32_t n, cap;
};

/* ---- paths to ConfigMaps ---- */

static void add(struct finder *f, struct applied x)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (str_eq(f->v[i].config_map, x.config_map) && str_eq(f->v[i].key, x.key) && str_eq(f->v[i].text, x.text)) return;
    *PUSH(f->a, f->v, f->n, f->cap) = x;
}

static bool has_glob(struct str s) { return str_chr(s, '*') >= 0 || str_chr(s, '?') >= 0 || str_chr(s, '[') >= 0; }

/* The file `name` of a ConfigMap volume: `items` give keys other names. A pattern takes those that it matches. */
static void add_file(struct finder *f, struct str config_map, struct value items, struct str name, struct str ns)
{
    bool bad = false;
    for (uint32_t i = 0; i < field_len(items); i++) {
        struct value item = field_item(items, i);
        struct str path = value_str_at(item, "path");
        if (!name.n || str_eq(path, name) || (has_glob(name) && filepath_match(name, path, &bad)))
            add(f, (struct applied){.config_map = config_map, .key = value_str_at(item, "key"), .ns = ns});
    }
    if (!field_len(items)) add(f, (struct applied){.config_map = config_map, .key = has_glob(name) ? (struct str){0} : name, .ns = ns});
}

static void add_volume(struct finder *f, const struct volume *v, struct str name, struct str ns)
{
    if (str_is(v->source, "configMap")) add_file(f, v->target, value_at(v->v, "configMap", "items", NULL), name, ns);
    struct value sources = value_at(v->v, "projected", "sources", NULL);
    for (uint32_t i = 0; i < field_len(sources); i++) {
        struct value source = value_at(field_item(sources, i), "configMap", NULL);
        struct str map = value_str_at(source, "name");
        if (map.n) add_file(f, map, value_at(source, "items", NULL), name, ns);
    }
}

/* The part of `path` below `mount`; false when it is elsewhere. */
static bool below(struct str path, struct str mount, struct str *rest)
{
    mount = str_trim_suffix(mount, STR("/"));
    if (!str_starts(path, mount)) return false;
    *rest = str_from_n(path, mount.n);
    if (rest->n && rest->p[0] != '/') return false;
    *rest = str_trim_prefix(*rest, STR("/"));
    return true;
}

static void add_path(struct finder *f, struct str path, struct str ns)
{
    const struct mount *best = NULL;
    struct str rest, name = {0};
    for (uint32_t i = 0; i < f->c->mounts_n; i++) {
        const struct mount *m = &f->c->mounts[i];
        if (!below(path, m->path, &rest) || (best && best->path.n >= m->path.n)) continue;
        best = m;
        name = rest;
    }
    if (!best) return;
    if (best->sub_path.n) name = best->sub_path;
    for (uint32_t i = 0; i < f->w->volumes_n; i++)
        if (str_eq(f->w->volumes[i].name, best->volume)) add_volume(f, &f->w->volumes[i], name, ns);
}

/* ---- kubectl ---- */

static bool is_kubectl(struct str word)
{
    struct str base = path_base(word);
    return str_is(base, "kubectl") || str_is(base, "oc");
}

static bool takes_argument(struct str flag)
{
    static const char *const flags[] = {"-n", "--namespace", "--context", "--kubeconfig", "-s", "--server", "--as", "--cluster", "--user", "--token",
                                        "--request-timeout", "--certificate-authority"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (str_is(flag, flags[i])) return true;
    return false;
}

static bool is_applying(const struct command *c, uint32_t from)
{
    for (uint32_t i = from; i < c->words_n; i++) {
        struct str w = c->words[i];
        if (takes_argument(w)) i++;
        else if (!str_starts(w, STR("-"))) return str_is(w, "apply") || str_is(w, "create") || str_is(w, "replace");
    }
    return false;
}

/* "-Rf": short flags in one word, the last of which takes the argument. */
static bool ends_with_flag(struct str w, char flag)
{
    return w.n > 2 && w.n <= 4 && w.p[0] == '-' && w.p[1] >= 'A' && w.p[1] <= 'Z' && w.p[w.n - 1] == flag;
}

/* The argument of a flag at words[*i]: "-f X", "-f=X", "-fX", "-Rf X", "--filename=X". */
static bool flag_value(const struct command *c, uint32_t *i, const char *brief, const char *full, struct str *out)
{
    struct str w = c->words[*i], x = str_from(brief), y = str_from(full);
    if (str_eq(w, x) || str_eq(w, y) || ends_with_flag(w, brief[1])) {
        if (*i + 1 >= c->words_n) return false;
        *out = c->words[++*i];
        return true;
    }
    if (str_starts(w, y) && w.n > y.n && w.p[y.n] == '=') *out = str_from_n(w, y.n + 1);
    else if (!str_starts(w, STR("--")) && str_starts(w, x)) *out = str_trim_prefix(str_from_n(w, x.n), STR("="));
    else return false;
    return true;
}

static void add_files(struct finder *f, const struct command *c, struct str list, struct str ns)
{
    for (struct str file; list.n;) {
        str_cut(list, STR(","), &file, &list);
        if (str_is(file, "-")) {
            if (c->input.n) add(f, (struct applied){.text = c->input, .ns = ns});
        } else if (file.n) {
            struct str path = file.p[0] == '/' ? file : path_join(f->a, c->cwd, file);
            add_path(f, path_clean(f->a, path), ns);
        }
    }
}

static void read_command(struct finder *f, const struct command *c)
{
    uint32_t at = 0;
    while (at < c->words_n && !is_kubectl(c->words[at])) at++;
    if (at == c->words_n || !is_applying(c, at + 1)) return;
    struct str ns = {0}, value;
    for (uint32_t i = at + 1; i < c->words_n; i++)
        if (flag_value(c, &i, "-n", "--namespace", &value) && str_chr(value, '$') < 0) ns = value;
    for (uint32_t i = at + 1; i < c->words_n; i++)
        if (flag_value(c, &i, "-f", "--filename", &value) || flag_value(c, &i, "-k", "--kustomize", &value)) add_files(f, c, value, ns);
}

/* "-c", "-ec", "-euxc": what follows is a script of its own, not a word of this command. */
static bool announces_script(struct str w)
{
    return w.n >= 2 && w.n <= 8 && w.p[0] == '-' && w.p[1] != '-' && w.p[w.n - 1] == 'c';
}

static struct str script_of(struct arena *a, const struct container *c)
{
    static const char *const fields[] = {"command", "args"};
    struct buf b = buf_new(a);
    for (size_t k = 0; k < 2; k++) {
        struct value words = value_at(c->v, fields[k], NULL);
        for (uint32_t i = 0; i < field_len(words); i++) {
            struct value w = field_item(words, i);
            if (w.kind != V_STR) continue;
            buf_add(&b, v_text(w));
            buf_byte(&b, announces_script(v_text(w)) ? '\n' : ' ');
        }
    }
    return buf_done(&b);
}

static void read_container(struct finder *f)
{
    struct strmap variables = strmap_new(f->a);
    for (uint32_t i = 0; i < f->c->env_n; i++) {
        if (f->c->env[i].from) continue;
        struct str *v = NEW(f->a, struct str);
        *v = f->c->env[i].value;
        strmap_put(&variables, f->c->env[i].name, v);
    }
    struct script s;
    script_read(f->a, script_of(f->a, f->c), value_str_at(f->c->v, "workingDir"), &variables, &s);
    for (uint32_t i = 0; i < s.n; i++) read_command(f, &s.v[i]);
}

struct applied *applied_find(struct arena *a, const struct workload *w, uint32_t *n)
{
    struct finder f = {.a = a, .w = w};
    for (uint32_t i = 0; i < w->containers_n; i++) {
        f.c = &w->containers[i];
        read_container(&f);
    }
    *n = f.n;
    return f.v;
}
