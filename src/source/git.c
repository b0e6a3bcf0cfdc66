/* Trees and logs from a git repository's object database: never a checkout, never a git process. */
#include "source/git_lib.h"

#include <stdlib.h>

#include "base/buf.h"
#include "source/tree.h"
#include "text/units.h"

/* ---- repositories and refs ---- */

struct repository {
    struct arena *a;
    struct diags *d;
    struct str name;         /* as the user gave it */
    git_repository *git;
};

static void free_repository(void *p) { git.repository_free(p); }
static void free_object(void *p) { git.object_free(p); }
static void free_commit(void *p) { git.commit_free(p); }
static void free_tree(void *p) { git.tree_free(p); }
static void free_odb(void *p) { git.odb_free(p); }
static void free_walk(void *p) { git.revwalk_free(p); }

static bool open_repository(struct arena *a, struct str name, struct repository *out, struct diags *d)
{
    if (!git_open(d)) return false;
    struct git_held *h = git_hold(a, free_repository);
    *out = (struct repository){a, d, name, NULL};
    if (git.repository_open_ext(&out->git, str_z(a, name.n ? name : STR(".")), 0, NULL) != 0)
        return diag_error(d, NOWHERE, "%.*s cannot be read as a git repository: %.*s", STR_ARG(name), STR_ARG(git_why()));
    h->object = out->git;
    return true;
}

/* "refs/tags/v1" as people call it. */
static struct str short_name(struct str ref)
{
    static const char *const heads[] = {"refs/tags/", "refs/heads/", "refs/remotes/"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_starts(ref, str_from(heads[i]))) return str_from_n(ref, strlen(heads[i]));
    return ref;
}

struct near {
    struct str name;
    size_t distance;
};

static int by_distance(const void *x, const void *y)
{
    const struct near *a = x, *b = y;
    return a->distance != b->distance ? (a->distance > b->distance) - (a->distance < b->distance) : str_cmp(a->name, b->name);
}

enum { NEAR_SHOWN = 5, NEAR_LIMIT = 6 };

/* The refs whose names are most like `ref`, and whether there are tags at all. */
static struct str near_refs(struct repository *r, struct str ref, bool *tags)
{
    git_strarray all = {0};
    struct near *v = NULL;
    size_t n = 0, cap = 0;
    struct buf b = buf_new(r->a);
    *tags = false;
    if (git.reference_list(&all, r->git) != 0) return (struct str){0};
    for (size_t i = 0; i < all.count; i++) {
        struct str full = str_from(all.strings[i]), name = short_name(full);
        *tags |= str_starts(full, STR("refs/tags/"));
        size_t distance = str_has(name, ref) ? 0 : edit_distance(name, ref, NEAR_LIMIT);
        if (distance < NEAR_LIMIT && distance < name.n) *PUSH(r->a, v, n, cap) = (struct near){str_dup(r->a, name), distance};
    }
    git.strarray_dispose(&all);
    if (n) qsort(v, n, sizeof *v, by_distance);
    for (size_t i = 0; i < n && i < NEAR_SHOWN; i++) buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(v[i].name));
    return buf_done(&b);
}

static bool no_such_ref(struct repository *r, struct str ref)
{
    bool tags, shallow = git.repository_is_shallow(r->git) == 1;
    struct str near = near_refs(r, ref, &tags);
    diag_error(r->d, NOWHERE, "%.*s has no ref %.*s", STR_ARG(r->name), STR_ARG(ref));
    if (shallow || !tags)
        diag_hint(r->d, "this clone %s: fetch all of it (git fetch --unshallow --tags; actions/checkout: fetch-depth: 0)%s%.*s",
                  shallow ? "is shallow" : "has no tags", near.n ? "; it has " : "", STR_ARG(near));
    else if (near.n)
        diag_hint(r->d, "did you mean %.*s?", STR_ARG(near));
    return false;
}

static bool missing_object(struct repository *r, struct str what)
{
    diag_error(r->d, NOWHERE, "%.*s: %.*s is not in the object database: %.*s", STR_ARG(r->name), STR_ARG(what), STR_ARG(git_why()));
    diag_hint(r->d, "a shallow or partial clone holds only some objects: fetch all of them (actions/checkout: fetch-depth: 0, no filter)");
    return false;
}

/* The commit that the ref stands for, through annotated tags. */
static bool find_commit(struct repository *r, struct str ref, git_commit **out)
{
    struct git_held *object = git_hold(r->a, free_object), *commit = git_hold(r->a, free_commit);
    int e = git.revparse_single((git_object **)&object->object, r->git, str_z(r->a, ref));
    if (e == GIT_EAMBIGUOUS) return diag_error(r->d, NOWHERE, "%.*s: the ref %.*s is ambiguous", STR_ARG(r->name), STR_ARG(ref));
    if (e != 0) return no_such_ref(r, ref);
    e = git.object_peel((git_object **)&commit->object, object->object, GIT_OBJECT_COMMIT);
    git_release(object);
    if (e == GIT_EPEEL || e == GIT_EINVALIDSPEC) return diag_error(r->d, NOWHERE, "%.*s: %.*s is no commit", STR_ARG(r->name), STR_ARG(ref));
    if (e != 0) return missing_object(r, ref);
    *out = commit->object;
    return true;
}

/* ---- trees ---- */

struct walk {
    struct tree_maker t;
    struct repository *r;
    git_odb *odb;
    git_tree *root;          /* the commit's whole tree: links may lead anywhere in it */
    struct str ref;
};

struct level {
    const struct level *up;
    struct str real;         /* path from the root of the commit's tree */
    uint32_t depth;
};

static bool walk_tree(struct walk *w, const git_oid *id, struct str path, struct str real, const struct level *up);

static bool add_problem(struct walk *w, struct str path, struct str problem)
{
    tree_add(&w->t, path)->problem = problem;
    return true;
}

/* The blob's bytes, at most `limit` of them wanted; *size is its true size. */
static bool read_blob(struct walk *w, const git_oid *id, struct str path, char *into, size_t limit, size_t *size)
{
    git_blob *blob;
    if (git.blob_lookup(&blob, w->r->git, id) != 0) return missing_object(w->r, path);
    *size = (size_t)git.blob_rawsize(blob);
    memcpy(into, git.blob_rawcontent(blob), *size < limit ? *size : limit);
    git.blob_free(blob);
    return true;
}

static bool blob_size(struct walk *w, const git_oid *id, struct str path, size_t *size)
{
    git_object_t type;
    return git.odb_read_header(size, &type, w->odb, id) == 0 || missing_object(w->r, path);
}

static bool add_blob(struct walk *w, const git_oid *id, struct str path)
{
    size_t size, got;
    struct file *f = tree_add(&w->t, path);
    if (!blob_size(w, id, path, &size)) return false;
    if (!tree_admit(&w->t, f, size)) return true;
    char *data = arena_alloc(w->t.a, size + 1);
    if (!read_blob(w, id, path, data, size, &got)) return false;
    data[size] = 0;
    f->data = str_of(data, size);
    return true;
}

enum { LINKS_MAX = 40, LINK_TARGET_MAX = 4096 };

/* Where a path of the commit's tree leads to when every link on the way is followed. */
struct resolved {
    git_oid id;
    git_filemode_t mode;
    struct str real;
};

/* One component below `real`. False: there is none, or an object is missing. */
static bool look_up(struct walk *w, struct str path, struct resolved *out)
{
    git_tree_entry *e;
    if (git.tree_entry_bypath(&e, w->root, str_z(w->t.a, path)) != 0) return false;
    out->id = *git.tree_entry_id(e);
    out->mode = git.tree_entry_filemode(e);
    git.tree_entry_free(e);
    return true;
}

/* Follows `path` from the directory `dir`. NULL, or what is wrong with it. */
static const char *resolve(struct walk *w, struct str dir, struct str path, struct resolved *out)
{
    struct arena *a = w->t.a;
    *out = (struct resolved){.mode = GIT_FILEMODE_TREE, .real = dir};
    for (int links = 0; path.n;) {
        struct str name, rest, here;
        if (path.p[0] == '/') return "leads out of the repository";
        str_cut(path, STR("/"), &name, &rest);
        while (rest.n && rest.p[0] == '/') rest = str_from_n(rest, 1);
        path = rest;
        if (!name.n || str_is(name, ".")) continue;
        if (str_is(name, "..")) {
            if (!out->real.n) return "leads out of the repository";
            out->real = path_dir(out->real);
            out->mode = GIT_FILEMODE_TREE;
            continue;
        }
        if (out->mode != GIT_FILEMODE_TREE) return "leads through a file";
        here = path_join(a, out->real, name);
        if (!look_up(w, here, out)) return "leads to nothing in the repository";
        if (out->mode != GIT_FILEMODE_LINK) {
            out->real = here;
            continue;
        }
        char target[LINK_TARGET_MAX];
        size_t size;
        if (++links > LINKS_MAX) return "leads in a circle";
        if (!read_blob(w, &out->id, here, target, sizeof target, &size) || size >= sizeof target) return "cannot be read";
        path = path_join(a, str_dup(a, str_of(target, size)), path);
        out->mode = GIT_FILEMODE_TREE;
    }
    if (!out->real.n) return "leads to the whole repository";
    return look_up(w, out->real, out) ? NULL : "leads to nothing in the repository";
}

static bool add_link(struct walk *w, struct str path, struct str real, const struct level *up)
{
    struct resolved to;
    const char *wrong = resolve(w, path_dir(real), path_base(real), &to);
    if (wrong) return add_problem(w, path, str_printf(w->t.a, "the symbolic link %.*s %s", STR_ARG(path), wrong));
    if (to.mode == GIT_FILEMODE_TREE) return walk_tree(w, &to.id, path, to.real, up);
    if (to.mode == GIT_FILEMODE_COMMIT) return true;
    return add_blob(w, &to.id, path);
}

static bool is_cycle(const struct level *up, struct str real)
{
    for (; up; up = up->up)
        if (str_eq(up->real, real)) return true;
    return false;
}

static bool add_entry(struct walk *w, const git_tree_entry *e, struct str path, struct str real, const struct level *here)
{
    switch (git.tree_entry_filemode(e)) {
    case GIT_FILEMODE_TREE: return walk_tree(w, git.tree_entry_id(e), path, real, here);
    case GIT_FILEMODE_LINK: return add_link(w, path, real, here);
    case GIT_FILEMODE_COMMIT: return true; /* a submodule: its files are in another repository */
    default: return add_blob(w, git.tree_entry_id(e), path);
    }
}

static bool walk_tree(struct walk *w, const git_oid *id, struct str path, struct str real, const struct level *up)
{
    struct arena *a = w->t.a;
    struct level here = {up, real, up ? up->depth + 1 : 1};
    if (is_cycle(up, real)) return add_problem(w, path, str_printf(a, "the symbolic link %.*s leads back to a directory above it", STR_ARG(path)));
    if (here.depth > a->guard->max.depth) return add_problem(w, path, str_printf(a, "directories nest deeper than %u", a->guard->max.depth));
    struct git_held *tree = git_hold(a, free_tree);
    if (git.tree_lookup((git_tree **)&tree->object, w->r->git, id) != 0) return missing_object(w->r, path.n ? path : STR("the tree"));
    size_t n = git.tree_entrycount(tree->object);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        const git_tree_entry *e = git.tree_entry_byindex(tree->object, i);
        struct str name = str_dup(a, str_from(git.tree_entry_name(e)));
        ok = tree_visit(&w->t) && add_entry(w, e, path_join(a, path, name), path_join(a, real, name), &here);
    }
    git_release(tree);
    return ok;
}

/* Prepares to walk the commit's tree. */
static bool open_tree(struct repository *r, struct str ref, struct source *out, struct walk *w)
{
    git_commit *commit = NULL;
    struct git_held *tree = git_hold(r->a, free_tree), *odb = git_hold(r->a, free_odb);
    *w = (struct walk){.t = {.a = r->a, .d = r->d, .out = out}, .r = r, .ref = ref};
    if (!find_commit(r, ref, &commit)) return false;
    out->committed = git.commit_time(commit);
    if (git.commit_tree((git_tree **)&tree->object, commit) != 0) return missing_object(r, ref);
    if (git.repository_odb((git_odb **)&odb->object, r->git) != 0) return missing_object(r, ref);
    w->root = tree->object;
    w->odb = odb->object;
    return true;
}

/* "." is the whole tree; what is not below it is nowhere. */
static bool clean_path(struct arena *a, struct str path, struct str *out)
{
    *out = path_clean(a, path);
    if (str_is(*out, ".")) *out = (struct str){0};
    return !str_is(*out, "..") && !str_starts(*out, STR("../")) && !str_starts(*out, STR("/"));
}

static const char *find_path(struct walk *w, struct str path, struct resolved *out)
{
    struct str clean;
    if (!clean_path(w->t.a, path, &clean)) return "leads out of the repository";
    *out = (struct resolved){.mode = GIT_FILEMODE_TREE, .id = *git.object_id((git_object *)w->root)};
    return clean.n ? resolve(w, (struct str){0}, clean, out) : NULL;
}

static bool no_such_path(struct walk *w, struct str path, const char *wrong)
{
    struct repository *r = w->r;
    diag_error(r->d, NOWHERE, "%.*s has no %.*s at %.*s", STR_ARG(r->name), STR_ARG(path), STR_ARG(w->ref));
    diag_hint(r->d, "paths count from the root of the repository; this one %s", wrong);
    return false;
}

bool source_git(struct arena *a, struct str repo, struct str ref, struct str path, struct source *out, struct diags *d)
{
    *out = (struct source){.name = str_printf(a, "%.*s:%.*s", STR_ARG(ref), STR_ARG(path))};
    struct repository r;
    struct walk w;
    struct resolved to;
    if (!open_repository(a, repo, &r, d) || !open_tree(&r, ref, out, &w)) return false;
    const char *wrong = find_path(&w, path, &to);
    if (wrong) return no_such_path(&w, path, wrong);
    bool is_file = to.mode != GIT_FILEMODE_TREE && to.mode != GIT_FILEMODE_COMMIT;
    if (!(is_file ? add_blob(&w, &to.id, path_base(to.real)) : walk_tree(&w, &to.id, (struct str){0}, to.real, NULL))) return false;
    tree_finish(&w.t);
    return true;
}

bool source_git_has(struct arena *a, struct str repo, struct str ref, struct str path)
{
    struct diags *unused = diags_new(a, NULL);
    struct source out = {0};
    struct repository r;
    struct walk w;
    struct resolved to;
    return open_repository(a, repo, &r, unused) && open_tree(&r, ref, &out, &w) && !find_path(&w, path, &to);
}

/* ---- the log ---- */

enum { LOG_MAX = 20000 };

static bool add_commit(struct repository *r, const git_oid *id, struct commit **v, size_t *n, size_t *cap)
{
    struct git_held *h = git_hold(r->a, free_commit);
    char hex[GIT_OID_HEXSZ];
    if (git.commit_lookup((git_commit **)&h->object, r->git, id) != 0) return missing_object(r, STR("a commit of the log"));
    git.oid_fmt(hex, id);
    struct commit *c = PUSH(r->a, *v, *n, *cap);
    c->id = str_dup(r->a, str_of(hex, sizeof hex));
    c->subject = str_dup(r->a, str_from(git.commit_summary(h->object)));
    c->body = str_dup(r->a, str_from(git.commit_body(h->object)));
    git_release(h);
    return true;
}

bool source_git_log(struct arena *a, struct str repo, struct str from, struct str to, struct commit **v, size_t *n, struct diags *d)
{
    struct repository r;
    git_commit *first = NULL, *last = NULL;
    *v = NULL;
    *n = 0;
    if (!open_repository(a, repo, &r, d) || !find_commit(&r, from, &first) || !find_commit(&r, to, &last)) return false;
    struct git_held *walk = git_hold(a, free_walk);
    if (git.revwalk_new((git_revwalk **)&walk->object, r.git) != 0) return missing_object(&r, to);
    git.revwalk_sorting(walk->object, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    if (git.revwalk_push(walk->object, git.object_id((git_object *)last)) != 0) return missing_object(&r, to);
    if (git.revwalk_hide(walk->object, git.object_id((git_object *)first)) != 0) return missing_object(&r, from);
    size_t cap = 0;
    for (git_oid id; *n < LOG_MAX;) {
        int e = git.revwalk_next(&id, walk->object);
        if (e == GIT_ITEROVER) break;
        if (e != 0) return missing_object(&r, STR("a commit of the log"));
        if (!add_commit(&r, &id, v, n, &cap)) return false;
    }
    git_release(walk);
    return true;
}
