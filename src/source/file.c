/* A single file, and the choice between a directory and a packaged chart. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "source/tree.h"

enum { STEP = 64 << 10 };

static bool read_stream(int fd, struct buf *b)
{
    for (;;) {
        buf_reserve(b, STEP);
        ssize_t r = read(fd, b->p + b->n, b->cap - b->n);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return false;
        if (r == 0) return true;
        b->n += (size_t)r;
    }
}

/* Go's os.ReadFile tells what failed: "open x: no such file or directory", "read x: is a directory". */
bool source_file(struct arena *a, struct str path, struct str *out, struct diags *d)
{
    bool standard_input = str_is(str_trim(path), "-");
    int fd = standard_input ? STDIN_FILENO : open(str_z(a, path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return diag_error(d, NOWHERE, "open %.*s: %.*s", STR_ARG(path), STR_ARG(tree_errno(a, errno)));
    struct buf b = buf_new(a);
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < 1 << 30) buf_reserve(&b, (size_t)st.st_size + 1);
    bool ok = read_stream(fd, &b);
    int e = errno;
    if (!standard_input) close(fd);
    if (!ok) return diag_error(d, NOWHERE, "read %.*s: %.*s", STR_ARG(path), STR_ARG(tree_errno(a, e)));
    *out = str_of(b.p, b.n);
    return true;
}

bool source_open(struct arena *a, struct str path, struct source *out, struct diags *d)
{
    struct stat st;
    if (stat(str_z(a, path), &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return diag_error(d, NOWHERE, "path \"%.*s\" not found", STR_ARG(path));
        return diag_error(d, NOWHERE, "stat %.*s: %.*s", STR_ARG(path), STR_ARG(tree_errno(a, errno)));
    }
    return S_ISDIR(st.st_mode) ? source_dir(a, path, out, d) : source_tgz(a, path, NULL, out, d);
}
