/* Whether what runs is well: the same checks before the upgrade (old names), after it (new names) and after the rollback. */
#include "plan/planner.h"

#include "kube/field.h"
#include "kube/rollout.h"
#include "kube/selector.h"

static bool new_side(const struct planner *p) { return str_is(p->entry->side, "new"); }
static const struct workload *workload_on(const struct unit *u, bool new) { return new ? u->new : u->old; }

/* ---- rollouts ---- */

/* Numbers are compared as text: whether kubectl's templates see integers or floats depends on its version. An absent field is nil, for which `or`
 * puts 0. */
#define SAME(x, y) "(eq (print (or " x " 0)) (print " y "))"

/* Whether the workload's own status says that its last change is rolled out, then how far it is. */
struct str make_rollout_template(struct arena *a, const struct workload *w, struct str marker)
{
    const char *done, *shown;
    switch (w->kind) {
    case WORKLOAD_STATEFULSET:
        /* Pods below a partition stay old, so the update revision never becomes the current one. */
        done = w->partition > 0 || w->strategy != UPDATE_ROLLING ? SAME(".status.readyReplicas", ".spec.replicas")
                                                                 : SAME(".status.readyReplicas", ".spec.replicas") " (eq .status.currentRevision .status.updateRevision)";
        shown = "{{or .status.updatedReplicas 0}} updated, {{or .status.readyReplicas 0}} ready of {{.spec.replicas}}";
        break;
    case WORKLOAD_DAEMONSET:
        done = w->strategy == UPDATE_ON_DELETE ? SAME(".status.numberReady", ".status.desiredNumberScheduled")
                                               : SAME(".status.updatedNumberScheduled", ".status.desiredNumberScheduled") " " SAME(".status.numberReady", ".status.desiredNumberScheduled");
        shown = "{{or .status.updatedNumberScheduled 0}} updated, {{or .status.numberReady 0}} ready of {{.status.desiredNumberScheduled}}";
        break;
    case WORKLOAD_DEPLOYMENT:
        done = SAME(".status.updatedReplicas", ".spec.replicas") " " SAME(".status.replicas", ".spec.replicas") " " SAME(".status.availableReplicas", ".spec.replicas");
        shown = "{{or .status.updatedReplicas 0}} updated, {{or .status.availableReplicas 0}} available of {{.spec.replicas}}";
        break;
    default:
        done = SAME(".status.readyReplicas", ".spec.replicas");
        shown = "{{or .status.readyReplicas 0}} ready of {{.spec.replicas}}";
    }
    return str_printf(a, "go-template={{if and " SAME(".status.observedGeneration", ".metadata.generation") " %.*s%s%s}}done: {{end}}%s", STR_ARG(marker), marker.n ? " " : "", done, shown);
}

static void in_monitor_order(const struct planner *p, uint32_t *order)
{
    const struct shape *s = &p->shape;
    for (uint32_t i = 0; i < s->units_n; i++) order[i] = i;
    /* Few units: by insertion, which keeps the order of the manifest among equals. */
    for (uint32_t i = 1; i < s->units_n; i++)
        for (uint32_t k = i; k > 0 && s->units[order[k]].monitor < s->units[order[k - 1]].monitor; k--) {
            uint32_t swap = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swap;
        }
}

uint32_t *make_monitor_order(struct planner *p)
{
    uint32_t *order = NEW_ARRAY(p->a, uint32_t, p->shape.units_n + 1);
    in_monitor_order(p, order);
    return order;
}

void make_rollouts(struct planner *p)
{
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        const struct workload *w = workload_on(u, new_side(p));
        if (!w) continue;
        const struct object *o = w->object;
        struct step *s = make_step(p, STEP_WAIT, str_printf(p->a, "rollout-%.*s", STR_ARG(o->name)), make_text(p, p->entry->title, "name", o->id, NULL));
        make_kubectl(p, &s->argv, o->ns, "get", str_z(p->a, make_ref(p->a, o)), "-o", NULL);
        argv_add(p->a, &s->argv, ARG_TEXT, make_rollout_template(p->a, w, STR("")));
        step_expect(p->a, s, EXPECT_MATCHES, STR("^done: "), STR("It is not rolled out, or pods are not ready."));
        s->poll = 5;
        s->timeout = p->entry->phase == PHASE_PREFLIGHT ? 30 : 300;
        s->timeout_why = p->entry->phase == PHASE_PREFLIGHT ? STR("nothing should be rolling now") : STR("Helm has waited already; autoscalers may just have begun to scale");
    }
}

/* ---- logs ---- */

void make_logs(struct planner *p)
{
    uint32_t *order = make_monitor_order(p);
    struct strmap seen = strmap_new(p->a);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        const struct workload *w = workload_on(u, new_side(p));
        if (!w || !runbook_component(p->book, u->component) || !strmap_put(&seen, u->item->id, (void *)w)) continue;
        struct str selector = make_selector(p->a, w);
        if (!selector.n) continue;
        struct step *s = make_step(p, STEP_CHECK, str_printf(p->a, "logs-%.*s", STR_ARG(w->object->name)), make_text(p, p->entry->title, "name", w->object->name, NULL));
        make_kubectl(p, &s->argv, w->object->ns, "logs", "-l", str_z(p->a, selector), "--all-containers", "--tail=50", NULL);
        step_expect(p->a, s, EXPECT_NOT_MATCHES, STR("([Ee]rror|ERROR|panic|Traceback)"), STR("Look at these lines before going on."));
        s->optional = true;
        s->timeout = 60;
    }
}

/* ---- images ---- */

static struct str images_of(struct arena *a, const struct workload *w)
{
    struct buf b = buf_new(a);
    for (uint32_t i = 0; i < w->containers_n; i++)
        if (!w->containers[i].init) buf_printf(&b, "%s%.*s", b.n ? " " : "", STR_ARG(w->containers[i].image));
    return buf_done(&b);
}

/* The pods themselves, not the template: a StatefulSet's pod that waits for its turn still runs the old image. */
void make_images_run(struct planner *p)
{
    struct arena *a = p->a;
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        const struct workload *w = workload_on(u, new_side(p)), *before = workload_on(u, !new_side(p));
        if (!w) continue;
        struct str want = images_of(a, w), had = before ? images_of(a, before) : STR(""), selector = make_selector(a, w);
        if (!want.n || !selector.n || str_eq(want, had)) continue;
        struct step *s = make_step(p, STEP_WAIT, str_printf(a, "images-%.*s", STR_ARG(w->object->name)), make_text(p, p->entry->title, "name", w->object->name, NULL));
        make_kubectl(p, &s->argv, w->object->ns, "get", "pods", "-l", str_z(a, selector), "-o",
                     "jsonpath={range .items[*]}{.metadata.name}{\" runs \"}{.spec.containers[*].image}{\"\\n\"}{end}", NULL);
        if (had.n) step_expect(a, s, EXPECT_NOT_MATCHES, str_printf(a, " runs %.*s$", STR_ARG(make_regex(a, had))), STR("Pods of the other version are still there."));
        else step_expect(a, s, EXPECT_MATCHES, str_printf(a, "(^$| runs %.*s$)", STR_ARG(make_regex(a, want))), STR("No pod runs the images of this version."));
        step_line(a, s, want);
        s->poll = 5;
        s->timeout = w->grace + 60;
        s->timeout_why = str_printf(a, "the last old pod may take its grace period of %lld s to end", (long long)w->grace);
    }
}

/* ---- HTTP ---- */

/* The Service of this side whose selector chooses the workload's pods, headless ones last; NULL when there is none. */
static const struct object *service_of(const struct planner *p, const struct workload *w, bool new)
{
    const struct object *headless = NULL;
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = new ? p->shape.items[i].new : p->shape.items[i].old;
        if (!item_in_release(o) || !str_is(o->kind, "Service") || !str_eq(o->ns, w->object->ns)) continue;
        if (!selector_matches(value_at(o->v, "spec", "selector", NULL), SELECTOR_PLAIN, false, w->labels)) continue;
        if (!str_is(value_str_at(value_at(o->v, "spec", NULL), "clusterIP"), "None")) return o;
        headless = o;
    }
    return headless;
}

/* The port named http, else the first: a Service proxy needs a port. */
static int64_t port_of(const struct object *service)
{
    struct value ports = value_at(service->v, "spec", "ports", NULL);
    int64_t first = -1;
    for (uint32_t i = 0; i < field_len(ports); i++) {
        struct value port = field_item(ports, i);
        int64_t n = field_int(value_at(port, "port", NULL), -1);
        if (str_is(value_str_at(port, "name"), "http")) return n;
        if (first < 0) first = n;
    }
    return first;
}

static const struct env_var *env_of(const struct workload *w, struct str name)
{
    for (uint32_t i = 0; name.n && i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].env_n; k++)
            if (str_eq(w->containers[i].env[k].name, name)) return &w->containers[i].env[k];
    return NULL;
}

static struct str book_text(const struct planner *p, const char *key)
{
    struct str s = value_str_at(p->book->v, key);
    return s.p ? s : STR("");
}

/* The capture that holds the clients' token of this component, made where it is first asked for; "" when it asks for none. */
static struct str token_of(struct planner *p, const struct workload *w)
{
    struct arena *a = p->a;
    const struct env_var *token = env_of(w, book_text(p, "tokenEnv"));
    if (!token || !token->from || strcmp(token->from, "Secret") != 0) return STR("");
    struct str name = str_printf(a, "token.%.*s.%.*s", STR_ARG(token->from_name), STR_ARG(token->from_key));
    for (uint32_t i = 0; i < p->list->n; i++)
        for (uint32_t k = 0; k < p->list->v[i]->captures_n; k++)
            if (str_eq(p->list->v[i]->captures[k].name, name)) return name;
    struct step *s = make_step(p, STEP_CAPTURE, str_printf(a, "token-%.*s", STR_ARG(token->from_name)), str_printf(a, "Take the clients' token from Secret %.*s", STR_ARG(token->from_name)));
    make_kubectl(p, &s->argv, w->object->ns, "get", "secret", str_z(a, token->from_name), "-o", NULL);
    argv_add(a, &s->argv, ARG_TEXT, str_printf(a, "go-template={{index .data \"%.*s\" | base64decode}}", STR_ARG(token->from_key)));
    struct capture *c = step_capture(a, s, name, CAPTURE_STRING, STR("^[!-~]+$"));
    c->secret = true;
    c->explain = STR("The Secret lacks the key that the values name.");
    s->private_output = true;
    return name;
}

static struct step *http_step(struct planner *p, struct str what, struct str title, const struct object *service, const char *method, struct str path)
{
    struct step *s = make_step(p, STEP_HTTP, what, title);
    s->http = (struct http){.service = str_printf(p->a, "svc/%.*s", STR_ARG(service->name)), .port = (int)port_of(service), .method = str_from(method), .path = path, .status = 200};
    s->timeout = 60;
    s->poll = 5;
    return s;
}

static void endpoint_step(struct planner *p, const struct workload *w, const struct object *service, const struct endpoint *e)
{
    struct arena *a = p->a;
    struct str token = e->token ? token_of(p, w) : STR("");
    struct str what = str_printf(a, "%.*s%.*s", STR_ARG(service->name), STR_ARG(e->path)), title = make_text(p, e->title, "name", service->name, NULL);
    struct step *s;
    if (e->anonymous && !token.n) return;
    if (e->anonymous) {
        /* Whoever comes without a token must be turned away. Reported: it does not undo what has been done. */
        s = http_step(p, str_printf(a, "%.*s-anonymous", STR_ARG(what)), title, service, "GET", e->path);
        s->http.status = e->anonymous;
        s->http.retry_status = STR("^(429|502|503|504)$");
        s->optional = true;
    } else if (token.n) {
        s = http_step(p, what, title, service, "GET", e->path);
        s->http.token_capture = token;
        s->http.retry_status = STR("^(429|502|503|504)$");
        s->http.body_matches = e->matches;
        s->http.body_not_matches = e->not_matches;
    } else {
        /* GETs without a token go through the API server's service proxy, always with a port: without one it finds no endpoint. */
        s = make_step(p, STEP_WAIT, what, title);
        make_kubectl(p, &s->argv, STR(""), "get", "--raw",
                     str_z(a, str_printf(a, "/api/v1/namespaces/%.*s/services/%.*s:%lld/proxy%.*s", STR_ARG(service->ns), STR_ARG(service->name), (long long)port_of(service), STR_ARG(e->path))), NULL);
        if (e->matches.n) step_expect(a, s, EXPECT_MATCHES, e->matches, STR(""));
        if (e->not_matches.n) step_expect(a, s, EXPECT_NOT_MATCHES, e->not_matches, STR("The list is empty: it would answer no request."));
        s->timeout = 60;
        s->poll = 5;
    }
    s->timeout_why = STR("an answer that is late is no answer");
    step_errata(a, s, str_z(a, e->errata));
}

void make_endpoints(struct planner *p)
{
    bool new = new_side(p);
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[order[i]];
        const struct workload *w = workload_on(u, new);
        const struct component *c = runbook_component(p->book, u->component);
        const struct object *service = w && c && c->endpoints_n ? service_of(p, w, new) : NULL;
        if (!service || port_of(service) <= 0) continue;
        for (uint32_t k = 0; k < c->endpoints_n; k++) endpoint_step(p, w, service, &c->endpoints[k]);
    }
}

/* ---- the smoke test ---- */

static const struct unit *edge_of(struct planner *p, bool new)
{
    for (uint32_t i = 0; i < p->shape.units_n; i++) {
        const struct unit *u = &p->shape.units[i];
        const struct component *c = runbook_component(p->book, u->component);
        if (c && c->edge && workload_on(u, new)) return u;
    }
    return NULL;
}

static struct str label_of(const struct workload *w, struct str key)
{
    struct value v = w->labels ? map_get(w->labels, key) : NIL;
    return v.kind == V_STR ? v_text(v) : STR("");
}

/* Whether a bundle's image holds the adapter of the model's default profile: the bundle lists modules, the model names module:Class. */
static bool bundle_serves(const struct models *models, struct str bundle, const struct model *m)
{
    for (uint32_t i = 0; i < models->bundles_n; i++) {
        const struct bundle *b = &models->bundles[i];
        if (!str_eq(b->name, bundle)) continue;
        for (uint32_t k = 0; k < b->adapters_n; k++)
            for (uint32_t n = 0; n < m->profiles_n; n++) {
                struct str module, class;
                str_cut(m->profiles[n].adapter, STR(":"), &module, &class);
                if (str_is(m->profiles[n].name, "default") && str_eq(module, b->adapters[k])) return true;
            }
    }
    return false;
}

static bool has_task(const struct model *m, struct str task)
{
    struct value v = value_at(m->config, "tasks", NULL);
    return v.kind == V_MAP && map_get(v.u.map, task).kind == V_MAP;
}

/* The first of the runbook's models that this bundle serves, else the first of all that can do the task; without model configs the runbook's first. */
static struct str model_for(struct planner *p, bool new, struct str bundle)
{
    struct value smoke = value_at(p->book->v, "smoke", NULL), names = value_at(smoke, "models", NULL);
    const struct models *models = new ? p->f->planned->models : p->f->old_side.models;
    for (uint32_t i = 0; i < field_len(names); i++) {
        struct str name = v_text(field_item(names, i));
        if (!models || !models->bundles_n) return str_eq(bundle, value_str_at(smoke, "bundle")) ? name : STR("");
        const struct model *m = models_find(models, name);
        if (m && bundle_serves(models, bundle, m)) return name;
    }
    for (uint32_t i = 0; models && i < models->n; i++)
        if (has_task(&models->v[i], value_str_at(smoke, "task")) && bundle_serves(models, bundle, &models->v[i])) return models->v[i].sie_id;
    return STR("");
}

static struct str path_escape(struct arena *a, struct str s)
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

/* The worker pools of a side that are on, by their bundle label. */
static bool is_pool(const struct planner *p, const struct unit *u, bool new)
{
    const struct workload *w = workload_on(u, new);
    return w && w->kind == WORKLOAD_STATEFULSET && label_of(w, book_text(p, "bundleLabel")).n > 0;
}

static struct step *smoke_step(struct planner *p, const struct unit *pool, bool new, const struct unit *edge, const char *what)
{
    struct arena *a = p->a;
    struct value smoke = value_at(p->book->v, "smoke", NULL), headers = value_at(smoke, "headers", NULL);
    const struct workload *w = workload_on(pool, new), *door = workload_on(edge, new);
    const struct object *service = service_of(p, door, new);
    struct str model = model_for(p, new, label_of(w, book_text(p, "bundleLabel")));
    if (!service || !model.n) return NULL;
    struct str token = token_of(p, door);
    struct str title = make_text(p, p->entry->title, "name", w->object->name, "model", model, NULL);
    struct step *s = http_step(p, str_printf(a, "%s-%.*s", what, STR_ARG(w->object->name)), title, service, str_z(a, value_str_at(smoke, "method")),
                               make_text(p, value_str_at(smoke, "path"), "model", path_escape(a, model), NULL));
    struct http *h = &s->http;
    for (uint32_t i = 0; i < field_len(headers); i++) *PUSH(a, h->headers, h->headers_n, h->headers_cap) = v_text(field_item(headers, i));
    struct str profile = label_of(w, book_text(p, "profileLabel")), header = value_str_at(smoke, "poolHeader");
    if (profile.n && header.n) *PUSH(a, h->headers, h->headers_n, h->headers_cap) = str_printf(a, "%.*s: %.*s", STR_ARG(header), STR_ARG(profile));
    h->token_capture = token;
    h->body = value_str_at(smoke, "body");
    h->retry_status = value_str_at(smoke, "retryStatus");
    struct rollout r = rollout_of_creation(w, 1);
    s->timeout = 120 + r.seconds;
    s->timeout_why = str_printf(a, "a pool at zero has to start a pod first: %lld s by its probes", (long long)r.seconds);
    step_line(a, s, str_printf(a, "model %.*s", STR_ARG(model)));
    return s;
}

void make_smoke(struct planner *p)
{
    bool new = new_side(p);
    const struct unit *edge = edge_of(p, new);
    for (uint32_t i = 0; edge && i < p->shape.units_n; i++)
        if (is_pool(p, &p->shape.units[i], new)) smoke_step(p, &p->shape.units[i], new, edge, "encode");
}

/* One more answer of a pool that has just answered, for its header. */
void make_version(struct planner *p)
{
    bool new = new_side(p);
    struct value smoke = value_at(p->book->v, "smoke", NULL);
    const struct unit *edge = edge_of(p, new);
    for (uint32_t i = 0; edge && i < p->shape.units_n; i++) {
        if (!is_pool(p, &p->shape.units[i], new)) continue;
        struct step *s = smoke_step(p, &p->shape.units[i], new, edge, "version");
        if (!s) continue;
        struct str version = str_trim_prefix(new ? p->plan->app_new : p->plan->app_old, STR("v"));
        s->title = make_text(p, p->entry->title, "name", workload_on(edge, new)->object->name, NULL);
        s->optional = true; /* what version runs is known from the images; a proxy in between may drop the header */
        s->http.header_matches = str_printf(p->a, "^%.*s: *v?%.*s *$", STR_ARG(value_str_at(smoke, "versionHeader")), STR_ARG(make_regex(p->a, version)));
        return;
    }
}
