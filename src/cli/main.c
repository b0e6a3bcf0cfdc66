#include "cli/cli.h"

#include "emit/emit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct run {
    int argc;
    char **argv;
    struct guard guard;
    struct arena *a;
    int status;
    size_t stack;
};

/* What standard error shows of one diagnostic: severity, place, message, the source line with a caret, the hint. */
static void print_diag(const struct cli *c, const struct diag *d)
{
    struct str place = place_show(c->a, c->inputs, d->at);
    fprintf(stderr, "%.*s%srutter: %s: %.*s\n", STR_ARG(cli_clean(c->a, place)), place.n ? ": " : "", severity_name(d->severity),
            STR_ARG(cli_clean(c->a, d->message)));
    struct str line = d->at.line ? input_line(inputs_get(c->inputs, d->at.input), d->at.line) : (struct str){0};
    if (line.n && line.n < 200) {
        struct buf shown = buf_new(c->a);
        emit_source_line(&shown, line);
        fprintf(stderr, "  %.*s\n", STR_ARG(buf_str(&shown)));
        if (d->at.column) fprintf(stderr, "  %*s^\n", (int)d->at.column - 1, "");
    }
    if (d->hint.n) fprintf(stderr, "  help: %.*s\n", STR_ARG(cli_clean(c->a, d->hint)));
}

void cli_print_diags(const struct cli *c)
{
    for (size_t i = 0; i < c->diags->n; i++) print_diag(c, &c->diags->v[i]);
}

struct str cli_clean(struct arena *a, struct str s)
{
    bool clean = true;
    for (size_t i = 0; i < s.n && clean; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        clean = (ch >= ' ' && ch < 0x7f) || ch == '\n' || ch == '\t';
    }
    if (clean) return s;
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        /* C0 and DEL, and C1 (c2 80 to c2 9f) and bidirectional controls (e2 80 aa..ae, e2 81 a6..a9) in UTF-8 */
        bool c1 = ch == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0;
        bool bidi = ch == 0xe2 && i + 2 < s.n &&
                    (((unsigned char)s.p[i + 1] == 0x80 && (unsigned char)s.p[i + 2] >= 0xaa && (unsigned char)s.p[i + 2] <= 0xae) ||
                     ((unsigned char)s.p[i + 1] == 0x81 && (unsigned char)s.p[i + 2] >= 0xa6 && (unsigned char)s.p[i + 2] <= 0xa9));
        if (ch == 0x7f || (ch < ' ' && ch != '\n' && ch != '\t') || c1 || bidi) {
            buf_rune(&b, 0xfffd);
            i += c1 ? 1 : bidi ? 2 : 0;
        } else {
            buf_byte(&b, (char)ch);
        }
    }
    return buf_done(&b);
}

static bool wants_color(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

/* -h and --help in any place, --version alone. */
static bool asks_for_help(const struct run *r, const char **command)
{
    if (r->argc > 1 && strcmp(r->argv[1], "--version") == 0) return *command = "version", true;
    for (int i = 1; i < r->argc && strcmp(r->argv[i], "--") != 0; i++)
        if (strcmp(r->argv[i], "--help") == 0 || strcmp(r->argv[i], "-h") == 0) return *command = "help", true;
    return false;
}

static void run_command(void *context)
{
    struct run *r = context;
    struct cli c = {.a = r->a, .out = stdout, .color = wants_color()};
    c.inputs = inputs_new(r->a);
    c.diags = diags_new(r->a, c.inputs);
    const char *asked;
    struct str name = r->argc > 1 ? str_from(r->argv[1]) : (struct str){0};
    c.command = cli_command(name);
    if (asks_for_help(r, &asked)) {
        if (c.command) *PUSH(c.a, c.word, c.word_n, c.word_cap) = name;
        c.command = cli_command(str_from(asked));
        r->status = c.command->run(&c);
    } else if (!c.command) {
        if (r->argc > 1) diag_error(c.diags, NOWHERE, "there is no command %s", r->argv[1]);
        else diag_error(c.diags, NOWHERE, "a command is needed");
        diag_hint(c.diags, "rutter help lists the commands");
        r->status = EXIT_BAD_INPUT;
    } else if (!cli_parse(&c, r->argc - 2, r->argv + 2) || ((c.command->in & IN_CONFIGURED) && !cli_config_find(&c))) {
        r->status = EXIT_BAD_INPUT;
    } else {
        r->status = c.command->run(&c);
    }
    cli_print_diags(&c);
}

/* Address space; pages are used as they are needed. Linux leaves at least 128 MiB below the main stack (MIN_GAP in
 * arch/x86/mm/mmap.c), whatever the limit was when the program began. */
enum { MAIN_STACK = 120 << 20, STACK = 256 << 20, SMALL_STACK = 6 << 20 };

static void *thread_main(void *context)
{
    struct run *r = context;
    guard_init(&r->guard, limits_default());
    r->guard.stack = r->stack;
    r->a = arena_new(&r->guard);
    if (!guard_run(&r->guard, run_command, r)) {
        fprintf(stderr, "rutter: error: %s\n", r->guard.message);
        r->status = EXIT_BAD_INPUT;
    }
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "rutter: error: standard output could not be written\n");
        r->status = EXIT_BAD_INPUT;
    }
    return NULL;
}

/* Lets the main stack grow: a thread with a large one costs more than many a command. */
static bool stack_grows(void)
{
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    struct rlimit l;
    if (getrlimit(RLIMIT_STACK, &l)) return false;
    if (l.rlim_cur >= MAIN_STACK) return true;
    l.rlim_cur = MAIN_STACK;
    return l.rlim_max >= MAIN_STACK && setrlimit(RLIMIT_STACK, &l) == 0;
#else
    return false;
#endif
}

int cli_main(int argc, char **argv)
{
    struct run r = {.argc = argc, .argv = argv, .status = EXIT_BAD_INPUT, .stack = SMALL_STACK};
    pthread_attr_t attr;
    pthread_t thread;
    /* Templates nest up to a thousand includes; that does not fit into every system's main stack. */
    if (stack_grows()) {
        r.stack = MAIN_STACK - (2 << 20);
        thread_main(&r);
    } else if (pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, STACK) == 0) {
        r.stack = STACK - (1 << 20);
        if (pthread_create(&thread, &attr, thread_main, &r) == 0) {
            pthread_join(thread, NULL);
        } else {
            r.stack = SMALL_STACK;
            thread_main(&r);
        }
    }
#if defined(__SANITIZE_ADDRESS__)
    arena_free(r.a); /* elsewhere the end of the process gives it back faster */
#endif
    return r.status;
}
