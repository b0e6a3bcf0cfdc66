/* A line of an input under a message: what a secret-looking key of it is set to is nobody's business. */
#include "emit/emitters.h"

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '"' || c == '\'';
}

static bool has_folded(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++) {
        size_t k = 0;
        while (k < n && (s.p[i + k] | 32) == word[k]) k++;
        if (k == n) return true;
    }
    return false;
}

/* A name of a Secret is none. */
static bool is_secret_key(struct str key)
{
    static const char *const names[] = {"secretname", "secretref", "secretkeyref", "existingsecret", "pullsecret", "tokensecret"};
    if (emit_is_secret(key)) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_folded(key, names[i])) return false;
    return has_folded(key, "secret");
}

size_t emit_secret_from(struct str line)
{
    for (size_t i = 0; i < line.n; i++) {
        size_t from = i;
        if (line.p[i] != ':') continue;
        while (from > 0 && is_key_byte(line.p[from - 1])) from--;
        if (from < i && is_secret_key(str_sub(line, from, i))) return i + 1;
    }
    return line.n + 1;
}

void emit_source_line(struct buf *b, struct str line)
{
    size_t from = emit_secret_from(line);
    struct str rest = str_trim(str_from_n(line, from));
    bool hidden = from <= line.n && rest.n && rest.p[0] != '#' && rest.p[0] != '&';
    emit_terminal(b, hidden ? str_sub(line, 0, from) : line);
    if (hidden) buf_z(b, " ***");
}
