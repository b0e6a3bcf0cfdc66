#include "checks/metrics.h"

#include "kube/field.h"
#include "text/semver.h"

static bool is_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
static bool is_more(char c) { return is_start(c) || (c >= '0' && c <= '9'); }

/* https://prometheus.io/docs/prometheus/latest/querying/basics/: selectors in braces and strings hold no metric names; a
 * name before a parenthesis is a function. Names of labels after by, on, ... stay: nobody emits a metric of such a name. */
void metrics_in(struct str query, struct names *out)
{
    int braces = 0;
    for (size_t i = 0; i < query.n;) {
        char c = query.p[i];
        if (c == '"' || c == '\'' || c == '`') {
            size_t end = i + 1;
            while (end < query.n && query.p[end] != c) end += query.p[end] == '\\' && c != '`' ? 2 : 1;
            i = end + 1;
        } else if (c == '{' || c == '}') {
            braces += c == '{' ? 1 : -1;
            i++;
        } else if (is_start(c)) {
            size_t end = i;
            while (end < query.n && is_more(query.p[end])) end++;
            size_t next = end;
            while (next < query.n && (query.p[next] == ' ' || query.p[next] == '\n')) next++;
            if (braces <= 0 && !(next < query.n && query.p[next] == '(')) names_add(out, str_sub(query, i, end));
            i = end;
        } else if (c >= '0' && c <= '9') {
            while (i < query.n && is_more(query.p[i])) i++; /* 5m, 1e3 */
        } else i++;
    }
}

int metrics_emitted(struct facts *f, struct str metric, struct str version)
{
    struct value rows = value_at(f->profile.data, "metrics", NULL);
    struct str best = {0}, versions = {0}, error;
    struct semver v;
    for (uint32_t i = 0; i < field_len(rows); i++) {
        struct str prefix = value_str_at(field_item(rows, i), "prefix");
        if (!str_starts(metric, prefix) || prefix.n <= best.n) continue;
        best = prefix;
        versions = value_str_at(field_item(rows, i), "versions");
    }
    if (!best.n || !semver_parse(f->a, version, &v, &error)) return -1;
    const struct semver_constraints *c = semver_constraints_parse(f->a, versions, &error);
    return c ? semver_check(c, &v) : -1;
}

void metrics_missing(struct facts *f, struct str query, struct str version, struct names *out)
{
    struct names all = {.a = f->a};
    metrics_in(query, &all);
    for (uint32_t i = 0; i < all.n; i++)
        if (metrics_emitted(f, all.v[i], version) == 0) names_add(out, all.v[i]);
}
