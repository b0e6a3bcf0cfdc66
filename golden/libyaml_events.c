/* What libyaml alone needs for the same input: parses each file once and counts events. For docs/performance.md.
 *
 *   cc -O2 -o libyaml_events golden/libyaml_events.c -lyaml && ./libyaml_events FILE...
 *
 * Prints the least time of several runs over all files, in milliseconds, reading them not included. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

enum { RUNS = 20 };

struct text {
    unsigned char *p;
    size_t n;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct text read_file(const char *path)
{
    struct text t = {0};
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) {
        perror(path);
        exit(1);
    }
    t.n = (size_t)ftell(f);
    t.p = malloc(t.n + 1);
    rewind(f);
    if (!t.p || fread(t.p, 1, t.n, f) != t.n) exit(1);
    fclose(f);
    return t;
}

static size_t count_events(const struct text *t)
{
    yaml_parser_t parser;
    yaml_event_t event;
    size_t n = 0;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, t->p, t->n);
    for (int done = 0; !done && yaml_parser_parse(&parser, &event); n++) {
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return n;
}

int main(int argc, char **argv)
{
    struct text *texts = calloc((size_t)argc, sizeof *texts);
    size_t bytes = 0, events = 0;
    double best = 1e9;
    for (int i = 1; i < argc; i++) texts[i] = read_file(argv[i]), bytes += texts[i].n;
    for (int run = 0; run < RUNS; run++) {
        double from = now();
        events = 0;
        for (int i = 1; i < argc; i++) events += count_events(&texts[i]);
        if (now() - from < best) best = now() - from;
    }
    printf("%.2f ms for %zu bytes, %zu events\n", best, bytes, events);
    return 0;
}
