#include "source/git_lib.h"

#include <pthread.h>

#include "base/lib.h"

struct git_functions git;

static const struct lib_symbol symbols[] = {
#define GIT_SYMBOL(name) {"git_" #name, (void **)&git.name},
    GIT_FUNCTIONS(GIT_SYMBOL)
#undef GIT_SYMBOL
};

/* Debian 13, Ubuntu 24.04, Debian 12. What is used here has the same interface in all of them. */
static struct lib libgit2 = {
    .sonames = "libgit2.so.1.9 libgit2.so.1.8 libgit2.so.1.7 libgit2.so.1.5",
    .package = "libgit2",
    .purpose = "to read files at a git ref",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

/* Objects are read, nothing in the repository is run: so whose it is does not matter, nor what the user's own configuration
 * says, and extensions that do not change how objects are stored are welcome. */
static void set_up(void)
{
    const char *extensions[] = {"worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees"};
    git.libgit2_init();
    git.libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, sizeof extensions / sizeof *extensions);
    git.libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git.libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++) git.libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
}

bool git_open(struct diags *d)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!lib_open(&libgit2, d)) return false;
    pthread_once(&once, set_up);
    return true;
}

struct str git_why(void)
{
    const git_error *e = git.error_last();
    return e && e->message ? str_from(e->message) : STR("unknown error");
}

void git_release(struct git_held *h)
{
    if (h->object) h->free(h->object);
    h->object = NULL;
}

static void release(void *handle) { git_release(handle); }

struct git_held *git_hold(struct arena *a, void (*free)(void *))
{
    struct git_held *h = NEW(a, struct git_held);
    h->free = free;
    arena_defer(a, release, h);
    return h;
}
