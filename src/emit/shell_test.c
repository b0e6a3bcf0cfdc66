/* The scripts: hostile texts stay data, bash and shellcheck have nothing to say, and nothing but the emitter's words is run. */
#include "base/test.h"
#include "emit/emitters.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every text that a chart, a values file or a command line may bring. */
#define EVIL "x'\"$(touch evil)`touch evil`\\\n;touch evil #${HOME} ]=1 *"

static struct plan *hostile_plan(struct arena *a)
{
    struct plan *p = NEW(a, struct plan);
    p->forward.a = p->back.a = a;
    p->id = STR("0123456789abcdef");
    p->generator = STR("rutter");
    p->release = p->ns = p->chart = p->version_old = p->version_new = p->context = STR(EVIL);
    p->chart_path_old = p->chart_path_new = STR("charts/" EVIL);
    for (int back = 0; back < 2; back++) {
        struct step_list *l = back ? &p->back : &p->forward;
        struct step *s = step_add(l, back ? STR("back-capture") : STR("capture"), PHASE_RECORD, STEP_CAPTURE, STR(EVIL));
        argv_text(a, &s->argv, "kubectl", EVIL, NULL);
        step_capture(a, s, STR(EVIL), CAPTURE_STRING, STR("^" EVIL "$"))->if_absent = STR(EVIL);
        s = step_add(l, back ? STR("back-run") : STR("run"), PHASE_UPGRADE, STEP_RUN, STR(EVIL));
        s->note = STR(EVIL);
        step_line(a, s, STR(EVIL));
        argv_text(a, &s->argv, "helm", EVIL, NULL);
        argv_add_after(a, &s->argv, STR(EVIL), ARG_CAPTURE, STR(EVIL));
        argv_add_after(a, &s->argv, STR(EVIL), ARG_WORK, STR(EVIL));
        step_when(a, s, STR(EVIL), STR(EVIL), true);
        step_expect(a, s, EXPECT_MATCHES, STR(EVIL), STR(EVIL));
        s = step_add(l, back ? STR("back-gate") : STR("gate"), PHASE_UPGRADE, STEP_GATE, STR(EVIL));
        s->accept = STR(EVIL);
        s = step_add(l, back ? STR("back-write") : STR("write"), PHASE_UPGRADE, STEP_WRITE, STR(EVIL));
        struct map *m = map_new(a), *hole = map_new(a);
        map_putz(hole, "$capture", v_str(STR(EVIL)));
        map_putz(hole, "type", v_str(STR("string")));
        map_put(m, STR(EVIL), v_str(STR(EVIL)));
        map_putz(m, "hole", v_map(hole));
        s->document = v_map(m);
        s->stdout_to = STR(EVIL);
        s = step_add(l, back ? STR("back-ask") : STR("ask"), PHASE_VERIFY, STEP_HTTP, STR(EVIL));
        s->http = (struct http){.service = STR(EVIL), .port = 1, .method = STR(EVIL), .path = STR(EVIL), .body = STR(EVIL), .status = 200};
        s = step_add(l, back ? STR("back-chart-old") : STR("chart-old"), PHASE_PREFLIGHT, STEP_INPUT, STR(EVIL));
        s->input = STR("chart-old");
    }
    struct plan_input *in = PUSH(a, p->inputs, p->inputs_n, p->inputs_cap);
    *in = (struct plan_input){.role = STR("chart-old"), .path = STR("templates/" EVIL), .sha256 = STR("00")};
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR(""), STR("")};
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR("capture"), STR("")};
    *PUSH(a, p->entry, p->entry_n, p->entry_cap) = (struct plan_entry){STR("run"), STR("back-run")};
    return p;
}

static struct str emitted(struct arena *a, const struct plan *p, void (*emit)(struct buf *, const struct emit_input *))
{
    struct buf b = buf_new(a);
    emit(&b, &(struct emit_input){.plan = p});
    return buf_done(&b);
}

static int shell(struct arena *a, const char *dir, const char *command) { return system(str_z(a, str_printf(a, "cd %s && %s", dir, command))); }

static void write_script(struct arena *a, const char *dir, const char *name, struct str text)
{
    FILE *f = fopen(str_z(a, str_printf(a, "%s/%s", dir, name)), "w");
    CHECK(f && fwrite(text.p, 1, text.n, f) == text.n);
    if (f) CHECK(fclose(f) == 0);
}

TEST(shell_hostile_texts_are_data)
{
    char dir[] = "/tmp/rutter-shell-XXXXXX";
    struct plan *p = hostile_plan(a);
    if (!mkdtemp(dir)) return test_skip("no folder under /tmp");
    write_script(a, dir, "plan.sh", emitted(a, p, emit_plan_shell));
    write_script(a, dir, "rollback.sh", emitted(a, p, emit_plan_rollback));
    CHECK_INT(shell(a, dir, "bash -n plan.sh && bash -n rollback.sh"), 0);
    if (shell(a, dir, "command -v shellcheck >/dev/null") == 0) CHECK_INT(shell(a, dir, "shellcheck plan.sh rollback.sh"), 0);
    CHECK_INT(shell(a, dir, "bash plan.sh --list >list && bash plan.sh --dry-run >dry && bash rollback.sh --list >list && bash rollback.sh --dry-run >dry"), 0);
    CHECK_INT(shell(a, dir, "test ! -e evil && test -s dry && test -s list"), 0);
    /* Step functions are run, with their capture as it came: still nothing but words. */
    CHECK_INT(shell(a, dir, "grep -q '^6/6 ' dry"), 0);
    shell(a, "/tmp", str_z(a, str_printf(a, "rm -rf %s", dir)));
}

TEST(shell_same_bytes)
{
    CHECK_STR(emitted(a, hostile_plan(a), emit_plan_shell), emitted(a, hostile_plan(a), emit_plan_shell));
}

TEST(shell_work_folder_of_the_plan)
{
    struct plan *p = hostile_plan(a);
    CHECK(str_has(emitted(a, p, emit_plan_shell), STR("\ndefault_work_dir=''\n")));
    p->work_dir = STR("/srv/runs of it's");
    CHECK(str_has(emitted(a, p, emit_plan_shell), STR("\ndefault_work_dir='/srv/runs of it'\\''s'\n")));
    CHECK(str_has(emitted(a, p, emit_plan_rollback), STR("\ndefault_work_dir='/srv/runs of it'\\''s'\n")));
}

/* A helm that was killed stays in the table of processes until somebody asks after it, which may be never: it is at work no more. */
TEST(shell_knows_who_is_at_work)
{
    char dir[] = "/tmp/rutter-shell-XXXXXX";
    if (access("/proc/self/stat", R_OK) != 0) return test_skip("no /proc");
    if (!mkdtemp(dir)) return test_skip("no folder under /tmp");
    write_script(a, dir, "plan.sh", emitted(a, hostile_plan(a), emit_plan_shell));
    write_script(a, dir, "try.sh", STR("eval \"$(sed -n -e '/^started_at() {/,/^}/p' -e '/^is_at_work() {/,/^}/p' plan.sh)\"\n"
                                       "start=$(awk '{ sub(/.*\\) /, \"\"); print $20 }' \"/proc/$1/stat\")\n"
                                       "is_at_work \"$1\" \"$start\"\n"));
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        close(ends[1]);
        _exit(read(ends[0], &c, 1) < 0);
    }
    close(ends[0]);
    const char *ask = str_z(a, str_printf(a, "bash -u try.sh %d", (int)child));
    CHECK_INT(shell(a, dir, ask), 0);
    close(ends[1]);
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
    CHECK(shell(a, dir, ask) != 0);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(shell(a, dir, str_z(a, str_printf(a, "bash -u try.sh %d 2>/dev/null", (int)child))) != 0);
    shell(a, "/tmp", str_z(a, str_printf(a, "rm -rf %s", dir)));
}

TEST(shell_refused_plan_refuses)
{
    char dir[] = "/tmp/rutter-shell-XXXXXX";
    struct plan *p = NEW(a, struct plan);
    if (!mkdtemp(dir)) return test_skip("no folder under /tmp");
    p->forward.a = p->back.a = a;
    p->refused = STR("it does not render: it's so");
    write_script(a, dir, "plan.sh", emitted(a, p, emit_plan_shell));
    write_script(a, dir, "rollback.sh", emitted(a, p, emit_plan_rollback));
    CHECK_INT(shell(a, dir, "bash plan.sh --context x --yes 2>said; test $? = 2 && grep -q \"it's so\" said"), 0);
    CHECK_INT(shell(a, dir, "bash rollback.sh --context x 2>said; test $? = 2 && grep -q \"it's so\" said"), 0);
    shell(a, "/tmp", str_z(a, str_printf(a, "rm -rf %s", dir)));
}
