#include "base/lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *open_first(const char *sonames)
{
    struct str rest = str_from(sonames), name;
    while (rest.n) {
        str_cut(rest, STR(" "), &name, &rest);
        char z[128];
        if (name.n >= sizeof z) continue;
        memcpy(z, name.p, name.n);
        z[name.n] = 0;
        void *h = dlopen(z, RTLD_NOW | RTLD_LOCAL);
        if (h) return h;
    }
    return NULL;
}

static bool open_locked(struct lib *l, struct diags *d)
{
    if (l->handle) return true;
    void *h = open_first(l->sonames);
    if (!h) {
        diag_error(d, NOWHERE, "the library %s is needed %s and is not installed", l->package, l->purpose);
        diag_hint(d, "install the package %s", l->package);
        return false;
    }
    for (size_t i = 0; i < l->symbol_count; i++) {
        *l->symbols[i].into = dlsym(h, l->symbols[i].name);
        if (!*l->symbols[i].into) {
            diag_error(d, NOWHERE, "the installed %s has no function %s", l->package, l->symbols[i].name);
            diag_hint(d, "install a newer version of the package %s", l->package);
            dlclose(h);
            return false;
        }
    }
    l->handle = h;
    return true;
}

bool lib_open(struct lib *l, struct diags *d)
{
    pthread_mutex_lock(&lock);
    bool ok = open_locked(l, d);
    pthread_mutex_unlock(&lock);
    return ok;
}
