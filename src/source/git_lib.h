/* libgit2, opened on first use: the functions that reading a tree needs. Private to source/. */
#ifndef RUTTER_SOURCE_GIT_LIB_H
#define RUTTER_SOURCE_GIT_LIB_H

#include <git2.h>

#include "base/diag.h"

#define GIT_FUNCTIONS(X)                                                                                               \
    X(libgit2_init)                                                                                                    \
    X(libgit2_opts)                                                                                                    \
    X(error_last)                                                                                                      \
    X(repository_open_ext)                                                                                             \
    X(repository_free)                                                                                                 \
    X(repository_is_shallow)                                                                                           \
    X(repository_odb)                                                                                                  \
    X(odb_free)                                                                                                        \
    X(odb_read_header)                                                                                                 \
    X(revparse_single)                                                                                                 \
    X(object_peel)                                                                                                     \
    X(object_id)                                                                                                       \
    X(object_free)                                                                                                     \
    X(commit_lookup)                                                                                                   \
    X(commit_tree)                                                                                                     \
    X(commit_time)                                                                                                     \
    X(commit_summary)                                                                                                  \
    X(commit_body)                                                                                                     \
    X(commit_free)                                                                                                     \
    X(tree_lookup)                                                                                                     \
    X(tree_free)                                                                                                       \
    X(tree_entrycount)                                                                                                 \
    X(tree_entry_byindex)                                                                                              \
    X(tree_entry_bypath)                                                                                               \
    X(tree_entry_name)                                                                                                 \
    X(tree_entry_filemode)                                                                                             \
    X(tree_entry_id)                                                                                                   \
    X(tree_entry_free)                                                                                                 \
    X(blob_lookup)                                                                                                     \
    X(blob_rawcontent)                                                                                                 \
    X(blob_rawsize)                                                                                                    \
    X(blob_free)                                                                                                       \
    X(reference_list)                                                                                                  \
    X(strarray_dispose)                                                                                                \
    X(revwalk_new)                                                                                                     \
    X(revwalk_sorting)                                                                                                 \
    X(revwalk_push)                                                                                                    \
    X(revwalk_hide)                                                                                                    \
    X(revwalk_next)                                                                                                    \
    X(revwalk_free)                                                                                                    \
    X(oid_fmt)

struct git_functions {
#define GIT_MEMBER(name) __typeof__(&git_##name) name;
    GIT_FUNCTIONS(GIT_MEMBER)
#undef GIT_MEMBER
};
extern struct git_functions git;

/* Opens and sets up the library; false after a diagnostic. */
bool git_open(struct diags *d);
/* What went wrong last, in libgit2's words. */
struct str git_why(void);

/* An object of the library, freed once: by git_release, or with the arena when a limit trips before. */
struct git_held {
    void *object;
    void (*free)(void *object);
};
/* Before the object is made; put it into ->object. */
struct git_held *git_hold(struct arena *a, void (*free)(void *object));
void git_release(struct git_held *h);

#endif
