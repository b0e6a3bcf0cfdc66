/* A packaged chart: a gzip'd tar, read with libarchive, under the rules of Helm's pkg/chart/loader/archive. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>

#include "base/lib.h"
#include "source/tree.h"

static struct {
    __typeof__(&archive_read_new) read_new;
    __typeof__(&archive_read_free) read_free;
    __typeof__(&archive_read_support_filter_gzip) support_filter_gzip;
    __typeof__(&archive_read_support_format_tar) support_format_tar;
    __typeof__(&archive_read_set_options) set_options;
    __typeof__(&archive_read_open_memory) open_memory;
    __typeof__(&archive_read_next_header) next_header;
    __typeof__(&archive_read_data) read_data;
    __typeof__(&archive_filter_bytes) filter_bytes;
    __typeof__(&archive_error_string) error_string;
    __typeof__(&archive_entry_pathname) entry_pathname;
    __typeof__(&archive_entry_filetype) entry_filetype;
    __typeof__(&archive_entry_hardlink) entry_hardlink;
    __typeof__(&archive_entry_size) entry_size;
} lib;

static const struct lib_symbol symbols[] = {
    {"archive_read_new", (void **)&lib.read_new},
    {"archive_read_free", (void **)&lib.read_free},
    {"archive_read_support_filter_gzip", (void **)&lib.support_filter_gzip},
    {"archive_read_support_format_tar", (void **)&lib.support_format_tar},
    {"archive_read_set_options", (void **)&lib.set_options},
    {"archive_read_open_memory", (void **)&lib.open_memory},
    {"archive_read_next_header", (void **)&lib.next_header},
    {"archive_read_data", (void **)&lib.read_data},
    {"archive_filter_bytes", (void **)&lib.filter_bytes},
    {"archive_error_string", (void **)&lib.error_string},
    {"archive_entry_pathname", (void **)&lib.entry_pathname},
    {"archive_entry_filetype", (void **)&lib.entry_filetype},
    {"archive_entry_hardlink", (void **)&lib.entry_hardlink},
    {"archive_entry_size", (void **)&lib.entry_size},
};

static struct lib libarchive = {
    .sonames = "libarchive.so.13",
    .package = "libarchive13",
    .purpose = "to read a packaged chart",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

/* Headers and padding of many small files come on top of their data; more than this is a bomb. */
enum { DECOMPRESSED_MAX = 2 * SOURCE_TREE_MAX };

/* The open archive: closed when it has been read, or with the arena when a limit trips meanwhile. */
struct open_archive {
    struct archive *h;
};

static void close_archive(void *handle)
{
    struct open_archive *o = handle;
    if (o->h) lib.read_free(o->h);
    o->h = NULL;
}

static bool refuse(struct tree_maker *t, const char *format, struct str name)
{
    struct str why = str_printf(t->a, "%s", format);
    if (!name.n) return diag_error(t->d, NOWHERE, "%.*s", STR_ARG(why));
    return diag_error(t->d, NOWHERE, "%.*s: \"%.*s\"", STR_ARG(why), STR_ARG(name));
}

static bool is_drive_path(struct str s)
{
    return s.n >= 3 && ((s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z') && s.p[1] == ':' && s.p[2] == '/';
}

/* The name inside the chart: the first component goes, as Helm's LoadArchiveFiles has it. */
static bool inner_name(struct tree_maker *t, struct str name, struct str *out)
{
    struct str delimiter = str_chr(name, '\\') >= 0 ? STR("\\") : STR("/"), first, rest;
    str_cut(name, delimiter, &first, &rest);
    if (delimiter.p[0] == '\\') {
        rest = str_dup(t->a, rest);
        for (char *p = (char *)rest.p; p < rest.p + rest.n; p++)
            if (*p == '\\') *p = '/';
    }
    if (rest.n && rest.p[0] == '/') return refuse(t, "chart illegally contains absolute paths", name);
    struct str clean = path_clean(t->a, rest);
    if (str_is(clean, ".")) return refuse(t, "chart illegally contains content outside the base directory", name);
    if (str_starts(clean, STR(".."))) return refuse(t, "chart illegally references parent directory", name);
    if (is_drive_path(clean)) return refuse(t, "chart contains illegally named files", name);
    if (str_is(first, "Chart.yaml")) return refuse(t, "chart yaml not in base directory", name);
    *out = clean;
    return true;
}

static bool broken(struct tree_maker *t, struct archive *h)
{
    const char *why = lib.error_string(h);
    return diag_error(t->d, NOWHERE, "unable to load chart archive: %s", why ? why : "it is damaged");
}

static bool read_data(struct tree_maker *t, struct archive *h, struct file *f, uint64_t size)
{
    char *data = arena_alloc(t->a, (size_t)size + 1);
    size_t got = 0;
    while (got < size) {
        la_ssize_t r = lib.read_data(h, data + got, (size_t)size - got);
        if (r < 0) return broken(t, h);
        if (r == 0) break;
        got += (size_t)r;
    }
    data[got] = 0;
    f->data = str_of(data, got);
    return true;
}

static bool add_entry(struct tree_maker *t, struct archive *h, struct archive_entry *e)
{
    if (lib.entry_filetype(e) == AE_IFDIR) return true;
    struct str name = str_from(lib.entry_pathname(e)), path;
    if (!name.n) return refuse(t, "chart contains illegally named files", (struct str){0});
    /* Helm takes a link for an empty file. */
    if (lib.entry_filetype(e) != AE_IFREG || lib.entry_hardlink(e)) return refuse(t, "chart archive contains a link or a device", name);
    name = str_dup(t->a, name);
    if (!inner_name(t, name, &path)) return false;
    uint64_t size = lib.entry_size(e) < 0 ? 0 : (uint64_t)lib.entry_size(e);
    if (size > SOURCE_TREE_MAX - t->bytes)
        return diag_error(t->d, NOWHERE, "decompressed chart is larger than the maximum size %d", SOURCE_TREE_MAX);
    if (size > SOURCE_FILE_MAX)
        return diag_error(t->d, NOWHERE, "decompressed chart file \"%.*s\" is larger than the maximum file size %d", STR_ARG(name), SOURCE_FILE_MAX);
    struct file *f = tree_add(t, path);
    return tree_admit(t, f, size) && read_data(t, h, f, size);
}

static bool read_entries(struct tree_maker *t, struct archive *h)
{
    for (;;) {
        struct archive_entry *e;
        int r = lib.next_header(h, &e);
        if (r == ARCHIVE_EOF) break;
        if (r < ARCHIVE_WARN) return broken(t, h);
        if (lib.filter_bytes(h, 0) > DECOMPRESSED_MAX)
            return diag_error(t->d, NOWHERE, "decompressed chart is larger than the maximum size %d", SOURCE_TREE_MAX);
        if (!tree_visit(t) || !add_entry(t, h, e)) return false;
    }
    if (!t->out->n) return diag_error(t->d, NOWHERE, "no files in chart archive");
    tree_finish(t);
    return true;
}

/* Helm says what it got instead (net/http.DetectContentType): here only whether that is text. */
static bool is_gzip(struct tree_maker *t, struct str file, struct str data)
{
    if (data.n >= 3 && memcmp(data.p, "\x1f\x8b\x08", 3) == 0) return true;
    if (str_ends(file, STR(".yml")) || str_ends(file, STR(".yaml")))
        return diag_error(t->d, NOWHERE, "file '%.*s' seems to be a YAML file, but expected a gzipped archive", STR_ARG(file));
    const char *type = "text/plain; charset=utf-8";
    for (size_t i = 0; i < data.n && i < 512; i++) {
        unsigned char c = (unsigned char)data.p[i];
        if (c <= 8 || c == 11 || (c >= 14 && c <= 26) || (c >= 28 && c <= 31)) type = "application/octet-stream";
    }
    return diag_error(t->d, NOWHERE, "file '%.*s' does not appear to be a gzipped archive; got '%s'", STR_ARG(file), type);
}

/* An archive inside a chart is not looked at before it is unpacked: Go's compress/gzip says what is wrong. */
static bool is_gzip_part(struct tree_maker *t, struct str data)
{
    if (data.n >= 10 && memcmp(data.p, "\x1f\x8b\x08", 3) == 0) return true;
    return diag_error(t->d, NOWHERE, "%s", !data.n ? "EOF" : data.n < 10 ? "unexpected EOF" : "gzip: invalid header");
}

bool source_tgz(struct arena *a, struct str file, const struct str *data, struct source *out, struct diags *d)
{
    *out = (struct source){.name = file, .packaged = true};
    struct tree_maker t = {.a = a, .d = d, .out = out};
    struct str whole;
    if (data) whole = *data;
    else if (!source_file(a, file, &whole, d)) return false;
    if (!(data ? is_gzip_part(&t, whole) : is_gzip(&t, file, whole))) return false;
    if (!lib_open(&libarchive, d)) return false;
    struct open_archive *o = NEW(a, struct open_archive);
    o->h = lib.read_new();
    if (!o->h) guard_trip(a->guard, "out of memory");
    arena_defer(a, close_archive, o);
    lib.support_filter_gzip(o->h);
    lib.support_format_tar(o->h);
    /* Names are bytes: no conversion to the locale's character set, which would lose some. */
    lib.set_options(o->h, "hdrcharset=BINARY");
    bool ok = lib.open_memory(o->h, whole.p, whole.n) == ARCHIVE_OK ? read_entries(&t, o->h) : broken(&t, o->h);
    close_archive(o);
    return ok;
}
