/* Archives written block by block: what tar(1) would never write is what matters. */
#include <stdio.h>
#include <zlib.h>

#include "base/test.h"
#include "source/source.h"
#include "source/testdir.h"

static struct diags *new_diags(struct arena *a) { return diags_new(a, inputs_new(a)); }

static struct str newest(const struct diags *d) { return d->n ? d->v[d->n - 1].message : (struct str){0}; }

static void add_member(struct buf *tar, const char *name, char type, const char *link, struct str data)
{
    char h[512] = {0};
    snprintf(h, 100, "%s", name);
    memcpy(h + 100, "0000644", 8);
    memcpy(h + 108, "0000000", 8);
    memcpy(h + 116, "0000000", 8);
    snprintf(h + 124, 12, "%011o", (unsigned)data.n);
    memcpy(h + 136, "00000000000", 12);
    h[156] = type;
    snprintf(h + 157, 100, "%s", link);
    memcpy(h + 257, "ustar\00000", 8);
    unsigned sum = 8 * ' ';
    for (int i = 0; i < 512; i++) sum += (i >= 148 && i < 156) ? 0 : (unsigned char)h[i];
    snprintf(h + 148, 8, "%06o", sum);
    buf_add(tar, str_of(h, 512));
    buf_add(tar, data);
    buf_fill(tar, 0, (512 - data.n % 512) % 512);
}

static void add_file(struct buf *tar, const char *name, const char *text) { add_member(tar, name, '0', "", str_from(text)); }

static struct str zipped(struct arena *a, struct buf *tar)
{
    buf_fill(tar, 0, 1024);
    uLong bound = compressBound(tar->n) + 64;
    char *out = arena_alloc(a, bound);
    z_stream z = {.next_in = (Bytef *)tar->p, .avail_in = (uInt)tar->n, .next_out = (Bytef *)out, .avail_out = (uInt)bound};
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK || deflate(&z, Z_FINISH) != Z_STREAM_END) CHECK(!"deflate");
    deflateEnd(&z);
    return str_of(out, z.total_out);
}

/* The message with which an archive of this one member (beside a proper one) is refused. */
static struct str refusal(struct arena *a, const char *name, char type, const char *link)
{
    struct buf tar = buf_new(a);
    add_file(&tar, "c/Chart.yaml", "name: c\n");
    add_member(&tar, name, type, link, (struct str){0});
    struct str data = zipped(a, &tar);
    struct source s;
    struct diags *d = new_diags(a);
    CHECK(!source_tgz(a, STR("c.tgz"), &data, &s, d));
    return newest(d);
}

TEST(source_tgz_reads)
{
    struct buf tar = buf_new(a);
    add_member(&tar, "c/", '5', "", (struct str){0});
    add_file(&tar, "c/values.yaml", "old");
    add_file(&tar, "c/templates/b.yaml", "b");
    add_file(&tar, "./c/../c/x.txt", "dots inside the name are cleaned");
    add_file(&tar, "other\\templates\\a.yaml", "windows");
    add_file(&tar, "c/Chart.yaml", "name: c\n");
    add_file(&tar, "c/values.yaml", "new");
    struct str data = zipped(a, &tar);
    struct source s;
    struct diags *d = new_diags(a);
    CHECK(source_tgz(a, STR("c.tgz"), &data, &s, d));
    CHECK_STR(newest(d), STR(""));
    CHECK(s.packaged);
    CHECK_INT(s.n, 5);
    CHECK_STR(s.v[0].path, STR("Chart.yaml"));
    CHECK_STR(s.v[0].opened, STR(""));
    CHECK_STR(source_find(&s, STR("values.yaml"))->data, STR("new"));
    CHECK_STR(source_find(&s, STR("templates/a.yaml"))->data, STR("windows"));
    CHECK(source_find(&s, STR("c/x.txt")) != NULL);
}

TEST(source_tgz_refuses)
{
    CHECK_STR(refusal(a, "c//etc/passwd", '0', ""), STR("chart illegally contains absolute paths: \"c//etc/passwd\""));
    CHECK_STR(refusal(a, "c/../../x", '0', ""), STR("chart illegally references parent directory: \"c/../../x\""));
    CHECK_STR(refusal(a, "c/..", '0', ""), STR("chart illegally references parent directory: \"c/..\""));
    CHECK_STR(refusal(a, "c", '0', ""), STR("chart illegally contains content outside the base directory: \"c\""));
    CHECK_STR(refusal(a, "c/c:/x", '0', ""), STR("chart contains illegally named files: \"c/c:/x\""));
    CHECK_STR(refusal(a, "Chart.yaml/x", '0', ""), STR("chart yaml not in base directory: \"Chart.yaml/x\""));
    CHECK_STR(refusal(a, "c/link", '2', "/etc/passwd"), STR("chart archive contains a link or a device: \"c/link\""));
    CHECK_STR(refusal(a, "c/hard", '1', "c/Chart.yaml"), STR("chart archive contains a link or a device: \"c/hard\""));
    CHECK_STR(refusal(a, "c/dev", '3', ""), STR("chart archive contains a link or a device: \"c/dev\""));
}

TEST(source_tgz_bombs)
{
    struct buf tar = buf_new(a), zeros = buf_new(a);
    buf_fill(&zeros, 0, SOURCE_FILE_MAX + 1);
    add_member(&tar, "c/big", '0', "", buf_str(&zeros));
    struct str data = zipped(a, &tar);
    struct source s;
    struct diags *d = new_diags(a);
    CHECK(!source_tgz(a, STR("c.tgz"), &data, &s, d));
    CHECK_STR(newest(d), STR("decompressed chart file \"c/big\" is larger than the maximum file size 5242880"));
    struct buf many = buf_new(a);
    for (int i = 0; i < 21; i++) add_member(&many, str_printf(a, "c/f%d", i).p, '0', "", str_sub(buf_str(&zeros), 0, SOURCE_FILE_MAX));
    data = zipped(a, &many);
    CHECK(!source_tgz(a, STR("c.tgz"), &data, &s, d));
    CHECK_STR(newest(d), STR("decompressed chart is larger than the maximum size 104857600"));
}

TEST(source_tgz_that_is_none)
{
    struct source s;
    struct diags *d = new_diags(a);
    struct str dir = testdir_new(a), text = STR("a: 1\n"), cut;
    testdir_write(a, dir, "values.yaml", text);
    testdir_write(a, dir, "x.tgz", text);
    CHECK(!source_open(a, path_join(a, dir, STR("values.yaml")), &s, d));
    CHECK(str_ends(newest(d), STR("values.yaml' seems to be a YAML file, but expected a gzipped archive")));
    CHECK(!source_open(a, path_join(a, dir, STR("x.tgz")), &s, d));
    CHECK(str_ends(newest(d), STR("x.tgz' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'")));
    CHECK(!source_tgz(a, STR("x.tgz"), &text, &s, d));
    CHECK_STR(newest(d), STR("unexpected EOF"));
    text = STR("longer than ten bytes");
    CHECK(!source_tgz(a, STR("x.tgz"), &text, &s, d));
    CHECK_STR(newest(d), STR("gzip: invalid header"));
    struct buf tar = buf_new(a), none = buf_new(a);
    add_file(&tar, "c/Chart.yaml", "name: c\n");
    cut = zipped(a, &tar);
    testdir_write(a, dir, "whole.tgz", cut);
    CHECK(source_open(a, path_join(a, dir, STR("whole.tgz")), &s, d));
    CHECK_STR(s.v[0].data, STR("name: c\n"));
    cut.n -= 20;
    CHECK(!source_tgz(a, STR("cut.tgz"), &cut, &s, d));
    CHECK(str_starts(newest(d), STR("unable to load chart archive: ")));
    text = zipped(a, &none);
    CHECK(!source_tgz(a, STR("empty.tgz"), &text, &s, d));
    CHECK_STR(newest(d), STR("no files in chart archive"));
}
