#include "base/test.h"
#include "emit/emit.h"

static struct str made(struct arena *a, void (*emit)(struct buf *, struct str), struct str s)
{
    struct buf b = buf_new(a);
    emit(&b, s);
    return buf_done(&b);
}

TEST(escape_shell)
{
    CHECK_STR(made(a, emit_shell_word, STR("plain-1.2/x:y")), STR("plain-1.2/x:y"));
    CHECK_STR(made(a, emit_shell_word, STR("")), STR("''"));
    CHECK_STR(made(a, emit_shell_word, STR("it's $(rm -rf)")), STR("'it'\\''s $(rm -rf)'"));
    CHECK_STR(made(a, emit_shell_word, STR("~x")), STR("'~x'"));
}

TEST(escape_terminal)
{
    CHECK_STR(made(a, emit_terminal, STR("a\033[31mb\r\xe2\x80\xae""c\n")), STR("a\xef\xbf\xbd[31mb\xef\xbf\xbd\xef\xbf\xbd""c\n"));
}

TEST(escape_markdown_and_html)
{
    CHECK_STR(made(a, emit_markdown, STR("see https://x.example/a:b")), STR("see https\\://x\\.example/a:b"));
    CHECK_STR(made(a, emit_markdown, STR("://://")), STR("\\://\\://"));
    CHECK_STR(made(a, emit_markdown_code, STR(" a ")), STR("`  a  `"));
    CHECK_STR(made(a, emit_markdown_cell_code, STR("a|b")), STR("`a\\|b`"));
    CHECK_STR(made(a, emit_command, STR("a\nb\033")), STR("a\xe2\x8f\x8e" "b\xef\xbf\xbd"));
    CHECK_STR(made(a, emit_markdown, STR("[x](y) <b> *")), STR("\\[x\\]\\(y\\) &lt;b&gt; \\*"));
    CHECK_STR(made(a, emit_markdown_code, STR("a``b")), STR("```a``b```"));
    CHECK_STR(made(a, emit_html, STR("<a href='x'>&")), STR("&lt;a href=&#39;x&#39;&gt;&amp;"));
}

static struct str shown_line(struct arena *a, const char *line)
{
    struct buf b = buf_new(a);
    emit_source_line(&b, str_from(line));
    return buf_done(&b);
}

TEST(source_line_masks_secrets)
{
    CHECK_STR(shown_line(a, "  password: hunter2"), STR("  password: ***"));
    CHECK_STR(shown_line(a, "auth: {user: me, clientSecret: \"x\"}"), STR("auth: {user: me, clientSecret: ***"));
    CHECK_STR(shown_line(a, "  secretName: tls"), STR("  secretName: tls"));
    CHECK_STR(shown_line(a, "password:"), STR("password:"));
    CHECK_STR(shown_line(a, "passwordless and so on"), STR("passwordless and so on"));
    CHECK_STR(shown_line(a, "size: 3 # the token: none"), STR("size: 3 # the token: ***"));
}
