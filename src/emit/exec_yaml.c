/* YAML of the executors' documents: every text in the form that YAML 1.1 and 1.2 read alike. */
#include "base/utf8.h"
#include "emit/exec.h"

#include <stdio.h>

/* Letters, digits and a few signs, beginning with a letter or a dash before one; and no word that some YAML takes for something else. */
static bool is_plain(struct str s)
{
    static const char *const words[] = {"y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"};
    size_t dashes = 0;
    while (dashes < s.n && dashes < 2 && s.p[dashes] == '-') dashes++;
    if (dashes == s.n || !((s.p[dashes] >= 'a' && s.p[dashes] <= 'z') || (s.p[dashes] >= 'A' && s.p[dashes] <= 'Z'))) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_./-", c)))) return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]), same = 0;
        while (same < n && same < s.n && (s.p[same] | 0x20) == words[i][same]) same++;
        if (same == n && s.n == n) return false;
    }
    return true;
}

/* Line breaks of YAML 1.1, and what changes how others are shown, among them. */
static bool is_printable(uint32_t r)
{
    if (r < ' ' || (r >= 0x7f && r < 0xa0)) return false;
    return !((r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) || (r >= 0x2060 && r <= 0x206f) || r == 0xfeff || r == 0x61c || r == 0xfffe || r == 0xffff);
}

void exec_yaml(struct buf *b, struct str s)
{
    if (is_plain(s)) {
        buf_add(b, s);
        return;
    }
    buf_byte(b, '"');
    for (size_t i = 0, w; i < s.n; i += w) {
        uint32_t r = utf8_decode(s, i, &w);
        if (r == '"' || r == '\\') buf_printf(b, "\\%c", (char)r);
        else if (r == '\n') buf_z(b, "\\n");
        else if (is_printable(r)) buf_rune(b, r);
        else if (r < 0x100) buf_printf(b, "\\x%02X", r);
        else buf_printf(b, "\\u%04X", r);
    }
    buf_byte(b, '"');
}

void exec_yaml_pair(struct buf *b, unsigned indent, const char *key, struct str text)
{
    buf_fill(b, ' ', indent);
    buf_printf(b, "%s: ", key);
    exec_yaml(b, text);
    buf_byte(b, '\n');
}

void exec_yaml_words(struct buf *b, unsigned indent, const struct shell_words *words)
{
    enum { WIDTH = 150 };
    size_t from = b->n;
    bool begins = true;
    for (uint32_t i = 0; i < words->n; i++) {
        struct buf word = buf_new(b->a);
        exec_yaml(&word, words->v[i]);
        bool wraps = !begins && b->n - from + word.n > WIDTH;
        if (wraps || begins) {
            if (i) buf_byte(b, '\n');
            from = b->n;
            buf_fill(b, ' ', indent);
        } else {
            buf_byte(b, ' ');
        }
        buf_add(b, buf_str(&word));
        if (i + 1 < words->n) buf_byte(b, ',');
        begins = str_is(words->v[i], ";");
    }
    buf_byte(b, '\n');
}

void exec_yaml_block(struct buf *b, unsigned indent, struct str text)
{
    struct str rest = text, line;
    while (rest.n) {
        str_cut(rest, STR("\n"), &line, &rest);
        if (line.n) buf_fill(b, ' ', indent);
        buf_add(b, line);
        buf_byte(b, '\n');
    }
}

void exec_head(struct executor *x)
{
    buf_printf(x->out, "# Plan %.*s\n# Made by %.*s. docs/executors.md says how it is run.\n", STR_ARG(x->plan->id), STR_ARG(exec_shown(x->a, x->plan->generator)));
}

void exec_config_map(struct executor *x)
{
    struct buf library = buf_new(x->a);
    shell_library(&library, x->plan);
    buf_printf(x->out, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rutter-%.*s\n  annotations:\n", STR_ARG(exec_short_id(x->plan)));
    exec_yaml_pair(x->out, 4, "rutter/plan", x->plan->id);
    buf_z(x->out, "immutable: true\ndata:\n  library.sh: |\n");
    exec_yaml_block(x->out, 4, buf_str(&library));
    buf_z(x->out, "---\n");
}

struct str exec_shown(struct arena *a, struct str text)
{
    struct buf b = buf_new(a);
    struct str clean = shell_clean(a, text);
    for (size_t i = 0; i < clean.n; i++) {
        char c = clean.p[i], before = i ? clean.p[i - 1] : 0;
        if ((before == '$' && (c == '{' || c == '(')) || (before == '{' && (c == '{' || c == '%' || c == '#'))) buf_byte(&b, ' ');
        buf_byte(&b, c);
    }
    return buf_done(&b);
}

void exec_line(struct buf *b, unsigned indent, const char *text)
{
    buf_fill(b, ' ', indent);
    buf_z(b, text);
    buf_byte(b, '\n');
}

const char *exec_direction(const struct executor *x) { return x->back ? "rollback" : "upgrade"; }

void exec_container_args(struct buf *b, unsigned indent, const struct shell_words *words)
{
    if (!words->n) return;
    exec_line(b, indent, "args: [");
    exec_yaml_words(b, indent + 2, words);
    exec_line(b, indent, "]");
}

void exec_container_places(struct buf *b, unsigned indent, const char *open, const char *close)
{
    static const char *const charts[][2] = {{"CHART_OLD", "chart-old"}, {"CHART_NEW", "chart-new"}};
    exec_line(b, indent, "- {name: RUTTER_WORK_DIR, value: /rutter/work/runs}");
    for (size_t i = 0; i < 2; i++) {
        buf_fill(b, ' ', indent);
        buf_printf(b, "- {name: %s, value: \"%s%s%s\"}\n", charts[i][0], open, charts[i][1], close);
    }
    exec_line(b, indent, "- {name: VALUES_OLD, value: /rutter/values/values-old.yaml}");
    exec_line(b, indent, "- {name: VALUES_NEW, value: /rutter/values/values-new.yaml}");
    exec_line(b, indent, "- {name: KUBECONFIG, value: /rutter/kubeconfig/config}");
}
