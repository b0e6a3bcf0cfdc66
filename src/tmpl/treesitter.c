#include "tmpl/treesitter.h"

#include <pthread.h>

#include "base/lib.h"

struct treesitter_functions ts;

static const struct lib_symbol symbols[] = {
#define F(name) {"ts_" #name, (void **)&ts.name},
    TREESITTER_FUNCTIONS(F)
#undef F
    {"ts_tree_cursor_new", (void **)&ts.tree_cursor_new},
};

/* Debian 12 and Ubuntu 24.04; Debian 13; later ones, whose names have the minor version too. */
static struct lib library = {
    .sonames = "libtree-sitter.so.0 libtree-sitter.so.0.22 libtree-sitter.so.0.23 libtree-sitter.so.0.24 libtree-sitter.so.0.25 libtree-sitter.so.0.26",
    .package = "libtree-sitter0 (Debian 12, Ubuntu 24.04) or libtree-sitter0.22 (Debian 13)",
    .purpose = "for rules over template syntax",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

/* ---- memory: from the arena of the parse that runs in this thread ---- */

static _Thread_local struct arena *here;

/* The size stands before the bytes, for realloc. */
enum { HEAD = 16 };

static void *take(size_t n)
{
    if (n > SIZE_MAX - HEAD) guard_trip(here->guard, "out of memory");
    char *p = arena_alloc(here, n + HEAD);
    memcpy(p, &n, sizeof n);
    return p + HEAD;
}

static void *take_clear(size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size) guard_trip(here->guard, "out of memory");
    void *p = take(n * size);
    memset(p, 0, n * size);
    return p;
}

static void *take_more(void *old, size_t n)
{
    if (!old) return take(n);
    if (n > SIZE_MAX - HEAD) guard_trip(here->guard, "out of memory");
    char *p = (char *)old - HEAD;
    size_t had;
    memcpy(&had, p, sizeof had);
    if (n > had) {
        p = arena_grow(here, p, had + HEAD, n + HEAD);
        memcpy(p, &n, sizeof n);
    }
    return p + HEAD;
}

static void give(void *p) { (void)p; /* with the arena */ }

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void set_allocator(void) { ts.set_allocator(take, take_clear, take_more, give); }

bool treesitter_open(struct diags *d)
{
    if (!lib_open(&library, d)) return false;
    pthread_once(&once, set_allocator);
    return true;
}

/* ---- parsing ---- */

/* NUL ends the input for a generated lexer, and is as good as any other control character: text may hold it, an action may not. */
static struct str without_nul(struct arena *a, struct str s)
{
    if (!memchr(s.p ? s.p : "", 0, s.n)) return s;
    char *p = arena_alloc(a, s.n);
    for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] ? s.p[i] : 1;
    return str_of(p, s.n);
}

void treesitter_use(struct arena *a) { here = a; }

TSTree *treesitter_parse(struct arena *a, struct str text)
{
    treesitter_use(a);
    text = without_nul(a, text);
    TSParser *p = ts.parser_new();
    if (!ts.parser_set_language(p, tree_sitter_helm_template())) return NULL;
    return ts.parser_parse_string(p, NULL, text.p ? text.p : "", (uint32_t)text.n);
}
