/* A tree of files: from a directory, a packaged chart or a git ref. One interface, three makers.
 *
 * A tree is read whole: names sorted by bytes, regular files only. Nothing is ever written or run.
 * Limits as in Helm 4: 100 MiB for a tree, 5 MiB for a file. What may not be read (a bigger file, a device, a link that
 * leads out) is in the tree all the same, with a `problem` instead of data: it is an error for whoever uses it,
 * and none for a chart whose .helmignore names it.
 */
#ifndef RUTTER_SOURCE_SOURCE_H
#define RUTTER_SOURCE_SOURCE_H

#include "base/diag.h"

struct file {
    struct str path;    /* relative to the tree's root, with slashes, cleaned: "templates/x.yaml" */
    struct str data;
    struct str opened;  /* a path that can be opened (as given if relative), "" where there is none (a tgz, a git ref) */
    struct str problem; /* not empty: why there is no data ("is larger than the maximum file size 5242880") */
};

enum { SOURCE_FILE_MAX = 5 << 20, SOURCE_TREE_MAX = 100 << 20, SOURCE_FILES_MAX = 100000 };

struct source {
    struct str name;    /* what the user called it: the path as given, or "REF:PATH" */
    struct file *v;     /* sorted by path, bytewise */
    size_t n;
    int64_t committed;  /* git: committer date of the ref's commit, seconds; else 0 */
    bool packaged;      /* from a .tgz */
};

/* A directory. Links are followed while they stay inside the repository (the nearest parent with .git), or the directory
 * itself where there is none; one that leads out, a cycle or a device is a problem of that file. Passes over .git;
 * ignores nothing else (.helmignore is chart/'s affair). */
bool source_dir(struct arena *a, struct str dir, struct source *out, struct diags *d);
/* A packaged chart (gzip'd tar, libarchive). The first path component is stripped, as Helm does. No links, no "..",
 * no absolute names, no bombs. Reads the file, or `data` when it is given (a subchart inside charts/). */
bool source_tgz(struct arena *a, struct str file, const struct str *data, struct source *out, struct diags *d);
/* PATH at a git REF, straight from the object database (libgit2); bare repositories and linked worktrees too. */
bool source_git(struct arena *a, struct str repo, struct str ref, struct str path, struct source *out, struct diags *d);
/* Whether the ref's tree has PATH at all: for inputs that are found by themselves. False is no error. */
bool source_git_has(struct arena *a, struct str repo, struct str ref, struct str path);
/* One commit of the log between two refs, newest first. */
struct commit {
    struct str id, subject, body;
};
bool source_git_log(struct arena *a, struct str repo, struct str from, struct str to, struct commit **v, size_t *n, struct diags *d);
/* A directory or a .tgz, by what is there. */
bool source_open(struct arena *a, struct str path, struct source *out, struct diags *d);

/* A file of any kind, whole ("-" is standard input). A missing one is a diagnostic. */
bool source_file(struct arena *a, struct str path, struct str *out, struct diags *d);

const struct file *source_find(const struct source *t, struct str path); /* NULL when absent */
/* False after a diagnostic when any file of the tree has a problem: for users that take every file. */
bool source_check(const struct source *t, struct diags *d);

#endif
