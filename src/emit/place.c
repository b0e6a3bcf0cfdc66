/* Files as findings name them: as given if relative, else relative to the repository or the current directory, else by the last
 * component alone. No output tells where on a machine something lies. */
#include "emit/emitters.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* What is left of a path below a folder; p NULL when it is not below it. */
static struct str below(struct arena *a, struct str path, const char *folder)
{
    struct str dir = str_concat(a, str_from(folder), STR("/"));
    return str_starts(path, dir) ? str_from_n(path, dir.n) : (struct str){0};
}

struct str emit_file(struct arena *a, const struct facts *f, struct str opened)
{
    char folder[PATH_MAX];
    struct str rest = {0};
    if (!opened.n || opened.p[0] != '/') return str_has(opened, STR("/..")) ? path_clean(a, opened) : opened;
    if (f->o->repo.n && realpath(str_z(a, f->o->repo), folder)) rest = below(a, opened, folder);
    if (!rest.n && getcwd(folder, sizeof folder)) rest = below(a, opened, folder);
    return rest.n ? rest : path_base(opened);
}

struct str emit_place(struct arena *a, const struct facts *f, struct place at)
{
    const struct input *in = inputs_get(f->inputs, at.input);
    if (!in->opened.n) return place_show(a, f->inputs, at);
    struct buf b = buf_new(a);
    buf_add(&b, emit_file(a, f, in->opened));
    if (at.line) buf_printf(&b, ":%u", at.line);
    if (at.line && at.column) buf_printf(&b, ":%u", (unsigned)at.column);
    return buf_done(&b);
}
