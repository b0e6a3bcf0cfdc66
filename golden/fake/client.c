/* What helm, kubectl, terraform and sleep on PATH are in a test: passes its words on to the fake cluster and prints what comes back.
 *
 * Request: program, working folder, the words and those variables that count, each ended by a zero byte; an empty one before the variables.
 * Answer: "STATUS LENGTH LENGTH\n", standard output, standard error. Status -1: stay until the other end closes (a port-forward).
 * helm and terraform at SIGTERM give up what they do and say so: here a request of its own, "cancel", and the answer is awaited. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        if (done <= 0) exit(125);
        p += done;
        n -= (size_t)done;
    }
}

static void send_word(int fd, const char *word) { send_all(fd, word, strlen(word) + 1); }

static struct sockaddr_un cluster = {.sun_family = AF_UNIX};

static int reach(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd >= 0 && connect(fd, (struct sockaddr *)&cluster, sizeof cluster) == 0 ? fd : -1;
}

static void cancel(int number)
{
    static const char request[] = "cancel\0/\0";
    (void)number;
    int fd = reach();
    if (fd < 0) _exit(143);
    send_all(fd, request, sizeof request);
    close(fd);
}

static void write_out(int to, FILE *from, long n)
{
    char buffer[65536];
    while (n > 0) {
        size_t got = fread(buffer, 1, n > (long)sizeof buffer ? sizeof buffer : (size_t)n, from);
        if (got == 0) exit(125);
        if (write(to, buffer, got) < 0) exit(125);
        n -= (long)got;
    }
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    name = name ? name + 1 : argv[0];
    if (strcmp(name, "sleep") == 0) { /* waiting is no part of what is tested */
        struct timespec moment = {0, 4000000};
        nanosleep(&moment, NULL);
        return 0;
    }
    const char *path = getenv("RUTTER_FAKE");
    if (!path || strlen(path) >= sizeof cluster.sun_path) return 125;
    memcpy(cluster.sun_path, path, strlen(path) + 1);
    if (strcmp(name, "kubectl") != 0) sigaction(SIGTERM, &(struct sigaction){.sa_handler = cancel, .sa_flags = SA_RESTART}, NULL);
    int fd = reach();
    if (fd < 0) {
        fprintf(stderr, "%s: the fake cluster is not there\n", name);
        return 125;
    }
    char folder[4096];
    send_word(fd, name);
    send_word(fd, getcwd(folder, sizeof folder) ? folder : "/");
    for (int i = 1; i < argc; i++) send_word(fd, argv[i][0] ? argv[i] : " ");
    send_word(fd, "");
    for (char **e = environ; *e; e++)
        if (strncmp(*e, "TF_VAR_", 7) == 0) send_word(fd, *e);
    shutdown(fd, SHUT_WR);
    FILE *from = fdopen(fd, "r");
    int status;
    long out, err;
    if (!from || fscanf(from, "%d %ld %ld", &status, &out, &err) != 3 || fgetc(from) != '\n') return 125;
    write_out(1, from, out);
    write_out(2, from, err);
    if (status == -1) {
        while (fgetc(from) != EOF) continue;
        return 1;
    }
    return status;
}
