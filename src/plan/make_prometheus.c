/* The metrics that autoscaling lives on: does Prometheus answer, and does it have the series that the triggers ask for? */
#include "plan/planner.h"

/* What a URL of a Service inside the cluster says: http://NAME.NAMESPACE.svc[...]:PORT/path. */
struct address {
    struct str service, ns, port, path;
};

static bool address_read(struct planner *p, struct str url, struct address *out)
{
    struct str rest, host, tail;
    if (!str_cut(url, STR("://"), &tail, &rest)) return false;
    bool path = str_cut(rest, STR("/"), &host, &tail);
    out->path = path ? tail : STR("");
    if (!str_cut(host, STR(":"), &host, &out->port)) out->port = str_starts(url, STR("https")) ? STR("443") : STR("80");
    bool dotted = str_cut(host, STR("."), &out->service, &rest);
    out->ns = p->plan->ns;
    if (dotted) str_cut(rest, STR("."), &out->ns, &tail);
    /* A name outside the cluster has no "svc" after the namespace. */
    return out->service.n && out->ns.n && (!dotted || !tail.n || str_starts(tail, STR("svc")));
}

/* Where the triggers of this side ask; without triggers, where the values say. */
static struct str address_of(struct planner *p, bool new)
{
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler *s = new ? p->shape.scalers[i].new : p->shape.scalers[i].old;
        for (uint32_t k = 0; s && k < s->triggers_n; k++)
            if (s->triggers[k].address.n) return s->triggers[k].address;
    }
    const struct map *values = new ? p->f->planned->render.values : p->f->old_side.render.values;
    struct str key = value_str_at(value_at(p->book->v, "prometheus", NULL), "valuesKey"), segment;
    struct value v = values ? v_map((struct map *)(uintptr_t)values) : NIL;
    for (bool more = key.n > 0; more;) {
        more = str_cut(key, STR("."), &segment, &key);
        v = v.kind == V_MAP ? map_get(v.u.map, segment) : NIL;
    }
    return v.kind == V_STR ? v_text(v) : STR("");
}

/* What depends on it: triggers, or objects that only a Prometheus reads. */
static bool depends(const struct planner *p, bool new)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = new ? p->shape.items[i].new : p->shape.items[i].old;
        if (o && (str_is(o->kind, "ServiceMonitor") || str_is(o->kind, "PodMonitor") || str_is(o->kind, "PrometheusRule"))) return true;
    }
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler *s = new ? p->shape.scalers[i].new : p->shape.scalers[i].old;
        for (uint32_t k = 0; s && k < s->triggers_n; k++)
            if (str_is(s->triggers[k].type, "prometheus")) return true;
    }
    return false;
}

static struct str query_escape(struct arena *a, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf b = buf_new(a);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c)) buf_byte(&b, (char)c);
        else buf_printf(&b, "%%%c%c", hex[c >> 4], hex[c & 15]);
    }
    return buf_done(&b);
}

static void query(struct planner *p, struct step *s, const struct address *at, struct str query_text)
{
    struct arena *a = p->a;
    make_kubectl(p, &s->argv, STR(""), "get", "--raw", NULL);
    argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "/api/v1/namespaces/%.*s/services/%.*s:%.*s/proxy/%.*s%sapi/v1/query?query=%.*s", STR_ARG(at->ns), STR_ARG(at->service), STR_ARG(at->port),
                                               STR_ARG(at->path), at->path.n && !str_ends(at->path, STR("/")) ? "/" : "", STR_ARG(query_escape(a, query_text))));
}

void make_prometheus(struct planner *p)
{
    bool new = str_is(p->entry->side, "new");
    struct address at;
    struct str url = address_of(p, new);
    if (!url.n || !address_read(p, url, &at)) return;
    struct step *s = make_step(p, STEP_CHECK, STR("prometheus"), make_text(p, p->entry->title, "name", url, NULL));
    query(p, s, &at, STR("up"));
    step_expect(p->a, s, EXPECT_CONTAINS, STR("\"status\":\"success\""), STR("Without Prometheus the autoscaler reads nothing, and you see nothing."));
    s->retries = 2;
    s->poll = 5;
    s->optional = !depends(p, new);
}

/* The names of metrics in a PromQL expression: identifiers that are followed by a selector or stand where a vector is expected; functions, which are
 * followed by a parenthesis, keywords and label names inside braces and by-lists are none (https://prometheus.io/docs/prometheus/latest/querying/basics/). */
void prometheus_metrics(struct arena *a, struct str q, struct strmap *out)
{
    static const char *const keywords[] = {"by", "without", "on", "ignoring", "group_left", "group_right", "or", "and", "unless", "offset", "bool", "inf", "nan", "start", "end", "atan2"};
    int braces = 0;
    bool labels = false; /* inside the list after by, on, ... */
    for (size_t i = 0; i < q.n;) {
        char c = q.p[i];
        if (c == '"' || c == '\'' || c == '`') {
            size_t from = i++;
            while (i < q.n && q.p[i] != q.p[from]) i += q.p[i] == '\\' && c != '`' && i + 1 < q.n ? 2 : 1;
            i++;
            continue;
        }
        if (c == '{') braces++;
        if (c == '}') braces--;
        if (c == ')') labels = false;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':')) {
            /* A number or a duration's unit is no name. */
            if (c >= '0' && c <= '9') while (i < q.n && ((q.p[i] >= '0' && q.p[i] <= '9') || (q.p[i] >= 'a' && q.p[i] <= 'z') || q.p[i] == '.')) i++;
            else i++;
            continue;
        }
        size_t from = i;
        while (i < q.n && ((q.p[i] >= 'a' && q.p[i] <= 'z') || (q.p[i] >= 'A' && q.p[i] <= 'Z') || (q.p[i] >= '0' && q.p[i] <= '9') || q.p[i] == '_' || q.p[i] == ':')) i++;
        struct str name = str_sub(q, from, i);
        size_t next = i;
        while (next < q.n && (q.p[next] == ' ' || q.p[next] == '\n' || q.p[next] == '\t')) next++;
        bool keyword = false;
        for (size_t k = 0; k < sizeof keywords / sizeof *keywords; k++) keyword |= str_is(name, keywords[k]);
        if (keyword) {
            if (next < q.n && q.p[next] == '(' && (str_is(name, "by") || str_is(name, "without") || str_is(name, "on") || str_is(name, "ignoring") || str_starts(name, STR("group_")))) labels = true;
            continue;
        }
        if (braces || labels || (next < q.n && q.p[next] == '(')) continue;
        /* An aggregation may have its by-list first: sum by (x) (y). */
        if (next + 2 < q.n && (str_starts(str_from_n(q, next), STR("by")) || str_starts(str_from_n(q, next), STR("without")))) {
            static const char *const aggregations[] = {"sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile", "stddev", "stdvar", "group", "count_values"};
            bool aggregation = false;
            for (size_t k = 0; k < sizeof aggregations / sizeof *aggregations; k++) aggregation |= str_is(name, aggregations[k]);
            if (aggregation) continue;
        }
        strmap_put(out, str_dup(a, name), out);
    }
}

void make_series(struct planner *p)
{
    bool new = str_is(p->entry->side, "new");
    struct strmap seen = strmap_new(p->a);
    for (uint32_t i = 0; i < p->shape.scalers_n; i++) {
        const struct scaler *x = new ? p->shape.scalers[i].new : p->shape.scalers[i].old;
        for (uint32_t k = 0; x && k < x->triggers_n; k++) {
            struct address at;
            if (!x->triggers[k].query.n || !address_read(p, x->triggers[k].address, &at)) continue;
            size_t from = seen.n;
            prometheus_metrics(p->a, x->triggers[k].query, &seen);
            for (size_t m = from; m < seen.n; m++) {
                struct str metric = seen.items[m].key;
                struct step *s = make_step(p, STEP_WAIT, str_printf(p->a, "series-%.*s", STR_ARG(metric)), make_text(p, p->entry->title, "name", metric, NULL));
                query(p, s, &at, str_printf(p->a, "count(%.*s)", STR_ARG(metric)));
                step_expect(p->a, s, EXPECT_CONTAINS, STR("\"value\":["), STR("No such series: the trigger reads 0 whatever happens. Is the target scraped, with the token that it asks for?"));
                s->timeout = p->entry->phase == PHASE_PREFLIGHT ? 5 : 180;
                s->timeout_why = STR("a few scrapes");
                s->poll = 5;
                /* A counter that nothing has counted yet has no series. */
                s->optional = str_ends(metric, STR("_total"));
                if (s->optional && s->timeout > 30) s->timeout = 30;
            }
        }
    }
}
