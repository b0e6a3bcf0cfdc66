/* What a finding about a value would have the file be: the edit that migrate-values makes, as one replaced stretch of lines. */
#include "emit/sarif.h"

#include "edit/edit.h"

static struct edit_path path_of(struct arena *a, struct str path)
{
    struct edit_path p;
    p.segment = usage_segments(a, path, &p.n);
    return p;
}

static bool edited(struct arena *a, const struct finding *x, struct str text, struct str *out)
{
    struct edit e;
    if (x->subject_kind != SUBJECT_VALUE || !text.n || !edit_open(a, text, &e)) return false;
    struct edit_path path = path_of(a, x->subject);
    if (!edit_has(&e, path)) return false;
    if (x->replacement.n) {
        if (!edit_move(&e, path, path_of(a, x->replacement))) return false;
    } else if (str_is(x->rule, "values/removed-key") || str_is(x->rule, "values/ignored-key")) {
        edit_comment_out(&e, path, STR("the new chart does nothing with this key"));
    } else {
        return false;
    }
    *out = e.text;
    return !str_eq(text, e.text);
}

static struct str next_line(struct str s)
{
    ptrdiff_t end = str_chr(s, '\n');
    return end < 0 ? s : str_sub(s, 0, (size_t)end + 1);
}

static struct str last_line(struct str s)
{
    struct str body = s.n && s.p[s.n - 1] == '\n' ? str_sub(s, 0, s.n - 1) : s;
    ptrdiff_t before = str_find_last(body, STR("\n"));
    return str_from_n(s, before < 0 ? 0 : (size_t)before + 1);
}

/* Takes off the lines that both begin and end with; *line is the first that is left. */
static void trim_same(struct str *was, struct str *is, int64_t *line)
{
    struct str x, y;
    *line = 1;
    while (was->n && is->n && (x = next_line(*was), y = next_line(*is), str_eq(x, y))) {
        *was = str_from_n(*was, x.n);
        *is = str_from_n(*is, y.n);
        ++*line;
    }
    while (was->n && is->n && (x = last_line(*was), y = last_line(*is), str_eq(x, y))) {
        was->n -= x.n;
        is->n -= y.n;
    }
}

static int64_t count_lines(struct str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

static bool has_secret(struct str text)
{
    struct str line;
    for (bool more = true; more;) {
        more = str_cut(text, STR("\n"), &line, &text);
        if (emit_secret_from(line) <= line.n) return true;
    }
    return false;
}

/* False where the text would show a secret: only values files hold them. */
static bool replacement(struct arena *a, struct str was, struct str is, struct value *out)
{
    struct map *m = map_new(a), *region = map_new(a), *text = map_new(a);
    int64_t line;
    trim_same(&was, &is, &line);
    if (has_secret(is)) return false;
    map_putz(region, "startLine", v_int(line));
    map_putz(region, "startColumn", v_int(1));
    map_putz(region, "endLine", v_int(line + count_lines(was)));
    /* A last line without its end: as far as it goes. */
    struct str rest = last_line(was);
    bool open = was.n && was.p[was.n - 1] != '\n';
    int64_t column = 1;
    for (size_t i = 0; open && i < rest.n; i++) column += ((unsigned char)rest.p[i] & 0xc0) != 0x80;
    map_putz(region, "endColumn", v_int(column));
    map_putz(text, "text", v_str(is));
    map_putz(m, "deletedRegion", v_map(region));
    map_putz(m, "insertedContent", v_map(text));
    *out = v_map(m);
    return true;
}

bool sarif_fix(struct arena *a, const struct facts *f, const struct finding *x, struct value *out)
{
    const struct input *in = inputs_get(f->inputs, x->at.input);
    struct value change_of;
    struct str text;
    if (!in->opened.n || !str_starts(in->role, f->o->values.role) || !edited(a, x, in->text, &text) || !replacement(a, in->text, text, &change_of)) return false;
    struct map *fix = map_new(a), *change = map_new(a);
    struct list *replacements = list_new(a), *changes = list_new(a), *fixes = list_new(a);
    list_add(replacements, change_of);
    map_putz(change, "artifactLocation", sarif_artifact(a, emit_file(a, f, in->opened)));
    map_putz(change, "replacements", v_list(replacements));
    list_add(changes, v_map(change));
    map_putz(fix, "description", sarif_text(a, x->fix.n ? x->fix : STR("edit the values file")));
    map_putz(fix, "artifactChanges", v_list(changes));
    list_add(fixes, v_map(fix));
    *out = v_list(fixes);
    return true;
}
