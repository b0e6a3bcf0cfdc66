/* Libraries opened on first use: linked with all of them a process would spend its time before main.
 *
 * A wrapper file per library declares a table of the functions that it needs and calls lib_open once.
 * The table's types come from the library's own header, so the compiler checks every call:
 *
 *     static struct { __typeof__(&archive_read_new) read_new; ... } archive;
 *     static const struct lib_symbol symbols[] = {{"archive_read_new", (void **)&archive.read_new}, ...};
 */
#ifndef RUTTER_BASE_LIB_H
#define RUTTER_BASE_LIB_H

#include "base/diag.h"

struct lib_symbol {
    const char *name;
    void **into;
};

struct lib {
    const char *sonames;  /* candidates separated by a space, newest first: "libgit2.so.1.9 libgit2.so.1.5" */
    const char *package;  /* what to install: "libgit2" */
    const char *purpose;  /* for the message: "to read a chart at a git ref" */
    const struct lib_symbol *symbols;
    size_t symbol_count;
    void *handle;         /* NULL until opened */
};

/* True when the library is open and every symbol is set; otherwise a diagnostic that names the package. Thread-safe. */
bool lib_open(struct lib *l, struct diags *d);

#endif
