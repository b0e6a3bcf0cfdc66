/* What the three makers of trees share; private to source/. */
#ifndef RUTTER_SOURCE_TREE_H
#define RUTTER_SOURCE_TREE_H

#include "source/source.h"

/* A tree on its way. */
struct tree_maker {
    struct arena *a;
    struct diags *d;
    struct source *out;
    size_t cap;
    size_t bytes;   /* data of all files so far */
    size_t visited; /* entries of directories so far */
};

/* Counts an entry of a directory: links can make endlessly many of few. False after a diagnostic. */
bool tree_visit(struct tree_maker *t);
/* The file's row. The path is borrowed. */
struct file *tree_add(struct tree_maker *t, struct str path);
/* False when a file of this size may not be read: then its `problem` says so. Counts it otherwise. */
bool tree_admit(struct tree_maker *t, struct file *f, uint64_t size);
/* Sorts by path; of several files with one path the last one added stays, as for Helm's maps. */
void tree_finish(struct tree_maker *t);
/* "no such file or directory": errno as Go words it. In static memory or the arena. */
struct str tree_errno(struct arena *a, int number);

#endif
