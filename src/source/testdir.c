#include "source/testdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_tree(void *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

struct str testdir_new(struct arena *a)
{
    const char *top = getenv("TMPDIR");
    struct str path = str_printf(a, "%s/rutter-test-XXXXXX", top ? top : "/tmp");
    if (!mkdtemp((char *)path.p)) abort();
    arena_defer(a, remove_tree, (char *)path.p);
    return path;
}

static const char *below(struct arena *a, struct str dir, const char *path)
{
    struct str whole = str_printf(a, "%.*s/%s", STR_ARG(dir), path);
    for (char *p = (char *)whole.p + dir.n + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        mkdir(whole.p, 0777);
        *p = '/';
    }
    return whole.p;
}

void testdir_write(struct arena *a, struct str dir, const char *path, struct str data)
{
    FILE *f = fopen(below(a, dir, path), "wb");
    if (!f || fwrite(data.p ? data.p : "", 1, data.n, f) != data.n || fclose(f) != 0) abort();
}

void testdir_link(struct arena *a, struct str dir, const char *path, const char *target)
{
    if (symlink(target, below(a, dir, path)) != 0) abort();
}

bool testdir_run(struct arena *a, struct str dir, const char *command)
{
    struct str all = str_printf(a, "cd '%.*s' && { %s; } >/dev/null 2>&1", STR_ARG(dir), command);
    int status = system(all.p);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
