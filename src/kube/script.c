#include "kube/script.h"

#include "base/buf.h"

struct reader {
    struct arena *a;
    struct str s;
    size_t i;
    struct strmap *variables;
    struct script *out;
    struct command command;     /* being read */
    struct str marks[8];        /* here-documents that begin on this line */
    bool tabs[8];
    uint32_t marks_n;
    uint32_t line_first;        /* index of the first command of this line */
    struct str cwd;
};

static char at(const struct reader *r, size_t ahead) { return r->i + ahead < r->s.n ? r->s.p[r->i + ahead] : 0; }

static bool name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static size_t name_length(struct str s)
{
    size_t n = 0;
    while (n < s.n && name_char(s.p[n], n == 0)) n++;
    return n;
}

/* ---- words ---- */

/* `$NAME`, `${NAME}`, `${NAME:-word}`; anything else of `$` stays as it is. */
static void read_variable(struct reader *r, struct buf *word)
{
    size_t from = r->i;
    bool brace = at(r, 1) == '{';
    struct str rest = str_from_n(r->s, r->i + (brace ? 2 : 1));
    size_t n = name_length(rest);
    struct str name = str_sub(rest, 0, n);
    r->i += (brace ? 2 : 1) + n;
    struct str otherwise = {0};
    if (brace && n) {
        ptrdiff_t end = str_chr(str_from_n(r->s, r->i), '}');
        if (end < 0) n = 0;
        else {
            struct str tail = str_sub(r->s, r->i, r->i + (size_t)end);
            if (str_starts(tail, STR(":-"))) otherwise = str_from_n(tail, 2);
            r->i += (size_t)end + 1;
        }
    }
    struct str *value = n ? strmap_get(r->variables, name) : NULL;
    if (value) buf_add(word, *value);
    else if (otherwise.n) buf_add(word, otherwise);
    else {
        if (!n) r->i = from + 1;
        buf_add(word, str_sub(r->s, from, r->i));
    }
}

static void read_double_quoted(struct reader *r, struct buf *word)
{
    r->i++;
    while (r->i < r->s.n && at(r, 0) != '"') {
        if (at(r, 0) == '$') {
            read_variable(r, word);
            continue;
        }
        if (at(r, 0) == '\\' && r->i + 1 < r->s.n) r->i++;
        buf_byte(word, r->s.p[r->i++]);
    }
    r->i++;
}

static bool ends_word(char c) { return str_chr(STR(" \t\n\r;|&()<>"), c) >= 0; }

static struct str read_word(struct reader *r)
{
    struct buf word = buf_new(r->a);
    while (r->i < r->s.n && !ends_word(at(r, 0))) {
        char c = at(r, 0);
        if (c == '\'') {
            ptrdiff_t end = str_chr(str_from_n(r->s, r->i + 1), '\'');
            size_t to = end < 0 ? r->s.n : r->i + 1 + (size_t)end;
            buf_add(&word, str_sub(r->s, r->i + 1, to));
            r->i = to < r->s.n ? to + 1 : to;
        } else if (c == '"') {
            read_double_quoted(r, &word);
        } else if (c == '$') {
            read_variable(r, &word);
        } else if (c == '\\') {
            if (at(r, 1) != '\n' && r->i + 1 < r->s.n) buf_byte(&word, at(r, 1));
            r->i += 2;
        } else {
            buf_byte(&word, c);
            r->i++;
        }
    }
    if (r->i > r->s.n) r->i = r->s.n;
    return buf_done(&word);
}

/* ---- here-documents ---- */

static void read_here_mark(struct reader *r)
{
    r->i += 2;
    bool tabs = at(r, 0) == '-';
    if (tabs) r->i++;
    while (at(r, 0) == ' ') r->i++;
    struct str mark = read_word(r);
    if (r->marks_n == 8 || !mark.n) return;
    r->tabs[r->marks_n] = tabs;
    r->marks[r->marks_n++] = mark;
}

static struct str next_line(struct reader *r)
{
    ptrdiff_t end = str_chr(str_from_n(r->s, r->i), '\n');
    struct str line = str_sub(r->s, r->i, end < 0 ? r->s.n : r->i + (size_t)end);
    r->i = end < 0 ? r->s.n : r->i + (size_t)end + 1;
    return line;
}

/* After the line that announced it: up to the line that is the mark. Of several the first one counts. Which command of the
 * line reads it (`cat <<EOF | kubectl apply -f -`) is not asked: all have it. */
static void read_here_documents(struct reader *r)
{
    for (uint32_t k = 0; k < r->marks_n; k++) {
        size_t from = r->i, to = r->s.n;
        while (r->i < r->s.n) {
            size_t begin = r->i;
            struct str line = next_line(r);
            while (r->tabs[k] && str_starts(line, STR("\t"))) line = str_from_n(line, 1);
            if (!str_eq(str_trim_suffix(line, STR("\r")), r->marks[k])) continue;
            to = begin;
            break;
        }
        for (uint32_t i = r->line_first; k == 0 && i < r->out->n; i++) r->out->v[i].input = str_sub(r->s, from, to);
    }
    r->marks_n = 0;
}

/* ---- commands ---- */

static void assign(struct reader *r, struct str name, struct str value)
{
    struct str *v = NEW(r->a, struct str);
    *v = value;
    strmap_put(r->variables, str_dup(r->a, name), v);
}

static bool is_assignment(struct str word, struct str *name, struct str *value)
{
    size_t n = name_length(word);
    if (!n || n >= word.n || word.p[n] != '=') return false;
    *name = str_sub(word, 0, n);
    *value = str_from_n(word, n + 1);
    return true;
}

/* Words that only introduce a command. */
static bool is_lead(struct str w)
{
    static const char *const leads[] = {"if", "then", "else", "elif", "while", "until", "do", "!", "exec", "time", "{", "export", "local", "readonly", "sudo"};
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (str_is(w, leads[i])) return true;
    return false;
}

static void change_directory(struct reader *r, struct str to)
{
    bool absolute = str_starts(to, STR("/"));
    r->cwd = path_clean(r->a, absolute ? to : path_join(r->a, r->cwd, to));
}

static void end_command(struct reader *r)
{
    struct command c = r->command;
    struct str name, value;
    uint32_t skip = 0;
    r->command = (struct command){0};
    while (skip < c.words_n && (is_lead(c.words[skip]) || is_assignment(c.words[skip], &name, &value))) {
        if (is_assignment(c.words[skip], &name, &value)) assign(r, name, value);
        skip++;
    }
    c.words += skip;
    c.words_n -= skip;
    if (!c.words_n) return;
    if (str_is(c.words[0], "for") && c.words_n >= 4 && str_is(c.words[2], "in")) assign(r, c.words[1], c.words[3]);
    if (str_is(c.words[0], "cd") && c.words_n == 2) change_directory(r, c.words[1]);
    c.cwd = r->cwd;
    *PUSH(r->a, r->out->v, r->out->n, r->out->cap) = c;
}

static void read_redirection(struct reader *r)
{
    if (at(r, 0) == '<' && at(r, 1) == '<' && at(r, 2) != '<') {
        read_here_mark(r);
        return;
    }
    while (at(r, 0) == '<' || at(r, 0) == '>' || at(r, 0) == '&') r->i++;
    while (at(r, 0) == ' ') r->i++;
    read_word(r);
}

static void read_step(struct reader *r)
{
    char c = at(r, 0);
    if (c == ' ' || c == '\t' || c == '\r') {
        r->i++;
    } else if (c == '\\' && at(r, 1) == '\n') {
        r->i += 2;
    } else if (c == '#' && (r->i == 0 || ends_word(r->s.p[r->i - 1]))) {
        while (r->i < r->s.n && at(r, 0) != '\n') r->i++;
    } else if (c == '\n') {
        r->i++;
        end_command(r);
        if (r->marks_n) read_here_documents(r);
        r->line_first = r->out->n;
    } else if (c == ';' || c == '|' || c == '&' || c == '(' || c == ')') {
        r->i++;
        end_command(r);
    } else if (c == '<' || c == '>') {
        read_redirection(r);
    } else {
        struct str *w = PUSH(r->a, r->command.words, r->command.words_n, r->command.words_cap);
        *w = read_word(r);
    }
}

void script_read(struct arena *a, struct str text, struct str cwd, struct strmap *variables, struct script *out)
{
    *out = (struct script){.a = a};
    struct reader r = {.a = a, .s = text, .variables = variables, .out = out, .cwd = cwd};
    while (r.i < r.s.n) {
        size_t before = r.i;
        read_step(&r);
        if (r.i == before) r.i++; /* whatever this is, it is passed over */
    }
    end_command(&r);
}
