/* A directory as a tree: each file is opened, measured and read once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/tree.h"

struct walk {
    struct tree_maker t;
    struct str root;     /* as given, without a slash at its end */
    struct str within;   /* real path that links may not leave; empty until a link is met */
};

/* A directory that is being read, and those above it: a link back to one of them is a cycle. */
struct level {
    const struct level *up;
    dev_t dev;
    ino_t ino;
    uint32_t depth;
};

static bool walk_dir(struct walk *w, int fd, const struct stat *st, struct str path, const struct level *up);

static struct str opened_path(struct walk *w, struct str path)
{
    return str_printf(w->t.a, "%.*s/%.*s", STR_ARG(w->root), STR_ARG(path));
}

/* Goes on: the problem is the file's. */
static bool add_problem(struct walk *w, struct str path, struct str problem)
{
    struct file *f = tree_add(&w->t, path);
    f->opened = opened_path(w, path);
    f->problem = problem;
    return true;
}

static bool add_errno(struct walk *w, struct str path, int number)
{
    struct str why = tree_errno(w->t.a, number);
    return add_problem(w, path, str_printf(w->t.a, "error reading %.*s: %.*s", STR_ARG(path), STR_ARG(why)));
}

static bool add_irregular(struct walk *w, struct str path)
{
    return add_problem(w, path, str_printf(w->t.a, "cannot load irregular file %.*s as it has file mode type bits set", STR_ARG(opened_path(w, path))));
}

/* Reads at most `size` bytes; a file that shrinks meanwhile is shorter. */
static bool read_whole(int fd, char *into, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        ssize_t r = read(fd, into + *got, size - *got);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return false;
        if (r == 0) break;
        *got += (size_t)r;
    }
    return true;
}

static bool add_regular(struct walk *w, int fd, const struct stat *st, struct str path)
{
    struct file *f = tree_add(&w->t, path);
    f->opened = opened_path(w, path);
    if (!tree_admit(&w->t, f, (uint64_t)st->st_size)) return true;
    size_t size = (size_t)st->st_size, got;
    char *data = arena_alloc(w->t.a, size + 1);
    if (!read_whole(fd, data, size, &got)) {
        struct str why = tree_errno(w->t.a, errno);
        f->problem = str_printf(w->t.a, "error reading %.*s: %.*s", STR_ARG(path), STR_ARG(why));
        return true;
    }
    data[got] = 0;
    f->data = str_of(data, got);
    return true;
}

/* What an open descriptor is; takes it. */
static bool add_open(struct walk *w, int fd, struct str path, const struct level *up)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        int e = errno;
        close(fd);
        return add_errno(w, path, e);
    }
    if (S_ISDIR(st.st_mode)) return walk_dir(w, fd, &st, path, up);
    bool ok = S_ISREG(st.st_mode) ? add_regular(w, fd, &st, path) : add_irregular(w, path);
    close(fd);
    return ok;
}

enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW };

static struct str real_path(struct arena *a, const char *path)
{
    char *p = realpath(path, NULL);
    struct str s = p ? str_dup(a, str_from(p)) : (struct str){0};
    free(p);
    return s;
}

/* The nearest parent that has .git (a file in a linked worktree), or the directory itself. */
static struct str find_within(struct arena *a, struct str root)
{
    struct str top = real_path(a, str_z(a, root));
    for (struct str at = top; at.n; at = path_dir(at))
        if (access(str_z(a, path_join(a, at, STR(".git"))), F_OK) == 0) return at;
    return top;
}

static bool is_inside(struct str path, struct str within)
{
    if (!within.n || !str_starts(path, within)) return false;
    struct str rest = str_from_n(path, within.n);
    if (rest.n && rest.p[0] != '/' && !str_is(within, "/")) return false;
    /* What git keeps for itself is no part of the tree. */
    struct str name;
    while (rest.n) {
        str_cut(rest, STR("/"), &name, &rest);
        if (str_is(name, ".git")) return false;
    }
    return true;
}

static bool add_link(struct walk *w, struct str path, const struct level *up)
{
    struct arena *a = w->t.a;
    struct str real = real_path(a, str_z(a, opened_path(w, path)));
    if (!real.n) {
        struct str why = tree_errno(a, errno);
        return add_problem(w, path, str_printf(a, "error evaluating symlink %.*s: %.*s", STR_ARG(path), STR_ARG(why)));
    }
    if (!w->within.n) w->within = find_within(a, w->root);
    if (!is_inside(real, w->within))
        return add_problem(w, path, str_printf(a, "the symbolic link %.*s leads out of %.*s", STR_ARG(path), STR_ARG(w->root)));
    int fd = open(real.p, OPEN_FLAGS);
    return fd < 0 ? add_errno(w, path, errno) : add_open(w, fd, path, up);
}

static bool add_entry(struct walk *w, int dir, const char *name, unsigned char type, struct str path, const struct level *up)
{
    if (type == DT_LNK) return add_link(w, path, up);
    if (type != DT_REG && type != DT_DIR && type != DT_UNKNOWN) return add_irregular(w, path);
    int fd = openat(dir, name, OPEN_FLAGS);
    if (fd >= 0) return add_open(w, fd, path, up);
    return errno == ELOOP ? add_link(w, path, up) : add_errno(w, path, errno);
}

struct name {
    const char *name;
    unsigned char type;
};

static int by_name(const void *a, const void *b) { return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name); }

/* The names in a directory, sorted; closes it. */
static struct name *read_names(struct walk *w, DIR *dir, size_t *n)
{
    struct name *v = NULL;
    size_t cap = 0;
    *n = 0;
    for (struct dirent *e; (e = readdir(dir)) && *n <= SOURCE_FILES_MAX;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, ".git") == 0) continue;
        *PUSH(w->t.a, v, *n, cap) = (struct name){str_dup(w->t.a, str_from(e->d_name)).p, e->d_type};
    }
    if (*n) qsort(v, *n, sizeof *v, by_name);
    return v;
}

static bool is_cycle(const struct level *up, const struct stat *st)
{
    for (; up; up = up->up)
        if (up->dev == st->st_dev && up->ino == st->st_ino) return true;
    return false;
}

/* Takes fd. */
static bool walk_dir(struct walk *w, int fd, const struct stat *st, struct str path, const struct level *up)
{
    struct arena *a = w->t.a;
    struct level here = {up, st->st_dev, st->st_ino, up ? up->depth + 1 : 1};
    if (is_cycle(up, st)) {
        close(fd);
        return add_problem(w, path, str_printf(a, "the symbolic link %.*s leads back to a directory above it", STR_ARG(path)));
    }
    if (here.depth > a->guard->max.depth) {
        close(fd);
        return add_problem(w, path, str_printf(a, "directories nest deeper than %u", a->guard->max.depth));
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int e = errno;
        close(fd);
        return add_errno(w, path, e);
    }
    size_t n;
    struct name *names = read_names(w, dir, &n);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        struct str name = str_from(names[i].name);
        ok = tree_visit(&w->t) && add_entry(w, fd, names[i].name, names[i].type, path.n ? path_join(a, path, name) : name, &here);
    }
    closedir(dir);
    return ok;
}

bool source_dir(struct arena *a, struct str dir, struct source *out, struct diags *d)
{
    *out = (struct source){.name = dir};
    struct walk w = {.t = {.a = a, .d = d, .out = out}, .root = dir};
    while (w.root.n > 1 && w.root.p[w.root.n - 1] == '/') w.root.n--;
    struct stat st;
    int fd = open(str_z(a, dir), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        struct str why = tree_errno(a, errno);
        if (fd >= 0) close(fd);
        return diag_error(d, NOWHERE, "open %.*s: %.*s", STR_ARG(dir), STR_ARG(why));
    }
    if (!walk_dir(&w, fd, &st, (struct str){0}, NULL)) return false;
    tree_finish(&w.t);
    return true;
}
