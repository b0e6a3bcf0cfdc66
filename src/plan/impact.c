/* What the upgrade does to pods and to who asks them: for the report, and for dashboards of others. No step depends on it. */
#include "plan/planner.h"

#include "kube/field.h"
#include "kube/selector.h"

/* ---- workloads ---- */

/* Deleted together with its pods by a step of the plan, because a field changes that cannot be changed (immutable.c). */
static bool is_deleted_first(const struct planner *p, const struct unit *u)
{
    const struct step_list *l = &p->plan->forward;
    for (uint32_t i = 0; i < l->n; i++)
        for (uint32_t k = 0; k < l->v[i]->effects_n; k++) {
            const struct effect *e = &l->v[i]->effects[k];
            if (e->kind == EFFECT_DELETE && str_is(e->detail, "background") && str_eq(e->object, u->item->id)) return true;
        }
    return false;
}

static const char *unit_change(const struct planner *p, const struct unit *u)
{
    if (!u->new) return "goes";
    if (!u->old) return "starts";
    if (is_deleted_first(p, u)) return "again";
    return workload_restarts(u->old, u->new) ? "rolls" : "stays";
}

/* With the replicas as rendered. */
static struct rollout roll(const struct planner *p, const struct unit *u)
{
    if (!u->old || !u->new || !is_deleted_first(p, u)) return timing_rollout(u, true, false);
    struct rollout r = rollout_of_creation(u->new, -1);
    if (r.down) r.down += r.grace;
    if (r.seconds) r.seconds += r.grace;
    return r;
}

static void add_rollout(struct planner *p, const struct unit *u)
{
    struct plan *q = p->plan;
    struct rollout r = roll(p, u);
    const struct workload *any = u->new ? u->new : u->old;
    int64_t most = timing_most_replicas(u, true);
    struct plan_rollout *x = PUSH(p->a, q->rollouts, q->rollouts_n, q->rollouts_cap);
    *x = (struct plan_rollout){
        .object = u->item->id, .replaces = u->was ? u->was->item->id : STR(""), .change = str_from(unit_change(p, u)), .per_node = any->kind == WORKLOAD_DAEMONSET,
        .before = u->old ? u->old->replicas : u->was && u->was->old ? u->was->old->replicas : -1, .after = u->new ? u->new->replicas : -1,
        .most = u->scaler_new && u->scaler_new->new ? most : -1,
        .waves = r.waves, .available = r.available, .down = r.down, .seconds = r.seconds, .startup = r.startup.seconds, .grace = r.grace, .bounded = r.bounded,
        .basis = str_from(r.startup.by ? r.startup.by : ""), .why = str_from(r.why ? r.why : ""),
    };
    if (x->most >= 0) x->seconds_most = timing_rollout(u, true, true).seconds;
    if (str_is(x->change, "stays")) x->available = x->after;
    if (x->per_node) x->before = x->after = x->available = -1;
}

/* A workload that goes away for another is told with that one. */
static bool is_replaced(const struct shape *s, const struct unit *u)
{
    for (uint32_t i = 0; i < s->units_n; i++)
        if (s->units[i].was == u) return true;
    return false;
}

/* ---- Services ---- */

static const struct unit *unit_of(const struct shape *s, struct str id)
{
    for (uint32_t i = 0; i < s->units_n; i++)
        if (str_eq(s->units[i].item->id, id)) return &s->units[i];
    return NULL;
}

/* What a Service asks, in the new version. */
struct answers {
    bool any;           /* some pods of the release answer */
    bool touched;       /* some of them are replaced */
    bool steady;        /* some are there throughout */
    bool unknown;       /* pods by node, whose number nobody knows */
    int64_t down;       /* the shortest time without a pod */
    int64_t available, of;
};

static void ask_unit(const struct planner *p, const struct unit *u, struct answers *a)
{
    struct rollout r = roll(p, u);
    bool stays = str_is(str_from(unit_change(p, u)), "stays");
    int64_t pods = u->new->replicas;
    if (!a->any || r.down < a->down) a->down = r.down;
    a->any = true;
    a->touched |= !stays;
    a->unknown |= u->new->kind == WORKLOAD_DAEMONSET;
    a->steady |= stays || r.down == 0;
    if (pods > 0) {
        a->of += pods;
        a->available += stays ? pods : r.available > 0 ? r.available : 0;
    }
}

static struct answers ask(struct planner *p, const struct object *service, struct plan_service *x)
{
    struct answers a = {0};
    struct value selector = value_at(service->v, "spec", "selector", NULL);
    for (uint32_t i = 0; i < p->shape.workloads_new_n; i++) {
        const struct workload *w = &p->shape.workloads_new[i];
        const struct unit *u = item_in_release(w->object) ? unit_of(&p->shape, w->object->id) : NULL;
        if (!u || !u->new || !selector_matches(selector, SELECTOR_PLAIN, false, w->labels)) continue;
        *PUSH(p->a, x->workloads, x->workloads_n, x->workloads_cap) = w->object->id;
        ask_unit(p, u, &a);
    }
    return a;
}

static void add_host(struct planner *p, struct plan_service *x, struct str host, struct str path)
{
    struct str name = str_printf(p->a, "%.*s%.*s", STR_ARG(host.n ? host : STR("*")), STR_ARG(str_is(path, "/") ? STR("") : path));
    for (uint32_t i = 0; i < x->hosts_n; i++)
        if (str_eq(x->hosts[i], name)) return;
    *PUSH(p->a, x->hosts, x->hosts_n, x->hosts_cap) = name;
}

/* https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules; before v1 a backend's Service was `serviceName`. */
static void add_ingress(struct planner *p, struct value spec, struct str service, struct plan_service *x)
{
    struct value rules = value_at(spec, "rules", NULL);
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct value rule = field_item(rules, i), paths = value_at(rule, "http", "paths", NULL);
        for (uint32_t k = 0; k < field_len(paths); k++) {
            struct value path = field_item(paths, k), backend = value_at(path, "backend", NULL);
            if (str_eq(value_str_at(value_at(backend, "service", NULL), "name"), service) || str_eq(value_str_at(backend, "serviceName"), service))
                add_host(p, x, value_str_at(rule, "host"), value_str_at(path, "path"));
        }
    }
}

/* https://gateway-api.sigs.k8s.io/reference/spec/#httproute */
static void add_route(struct planner *p, struct value spec, struct str service, struct plan_service *x)
{
    struct value rules = value_at(spec, "rules", NULL), hosts = value_at(spec, "hostnames", NULL);
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct value backends = value_at(field_item(rules, i), "backendRefs", NULL);
        for (uint32_t k = 0; k < field_len(backends); k++) {
            if (!str_eq(value_str_at(field_item(backends, k), "name"), service)) continue;
            for (uint32_t h = 0; h < field_len(hosts); h++)
                if (field_item(hosts, h).kind == V_STR) add_host(p, x, v_text(field_item(hosts, h)), STR(""));
        }
    }
}

static void add_hosts(struct planner *p, const struct object *service, struct plan_service *x)
{
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = p->shape.items[i].old;
        if (!o || !str_eq(o->ns, service->ns)) continue;
        if (str_is(o->kind, "Ingress")) add_ingress(p, value_at(o->v, "spec", NULL), service->name, x);
        else if (str_is(o->kind, "HTTPRoute")) add_route(p, value_at(o->v, "spec", NULL), service->name, x);
    }
}

static const struct object *successor_of(const struct planner *p, const struct object *o)
{
    const struct object_changes *c = &p->f->diff.objects;
    for (uint32_t i = 0; i < c->n; i++)
        if (c->v[i].kind == CHANGE_RENAMED && c->v[i].from && c->v[i].to && str_eq(c->v[i].from->id, o->id)) {
            const struct item *now = shape_item(&p->shape, c->v[i].to->id);
            return now && now->new && str_is(now->new->kind, "Service") ? now->new : NULL;
        }
    return NULL;
}

static struct str notice_of_pods(struct arena *a, const struct answers *x, bool selects)
{
    if (!selects) return STR("It has no selector: what answers is not of this release, and nothing is known of it.");
    if (!x->any) return STR("The pods behind it are not of this release's workloads (an operator or another release makes them): what happens to them is not computed.");
    if (!x->touched) return STR("Nothing: the pods behind it are not touched.");
    if (x->unknown && !x->down) return STR("Node by node its pod is replaced; meanwhile the pods of the other nodes answer.");
    if (!x->steady && x->down > 0)
        return str_printf(a, "No pod is ready behind it for up to %lld seconds: connections are refused, and whatever stands in front of it answers 503. Clients have to try again.", (long long)x->down);
    if (!x->of) return STR("It has no pods as rendered; those that an autoscaler made are replaced one after the other.");
    return str_printf(a, "It is served throughout, by at least %lld of %lld pods. Connections to a pod that stops are closed after its grace period: clients that keep them open have to connect again.",
                      (long long)x->available, (long long)x->of);
}

static void add_service(struct planner *p, const struct object *old)
{
    struct arena *a = p->a;
    struct plan *q = p->plan;
    const struct item *same = shape_item(&p->shape, old->id);
    const struct object *stays = same ? same->new : NULL, *successor = stays ? NULL : successor_of(p, old), *now = stays ? stays : successor;
    struct plan_service *x = PUSH(a, q->services, q->services_n, q->services_cap);
    *x = (struct plan_service){.object = old->id, .becomes = successor ? successor->id : STR(""), .change = stays ? STR("stays") : successor ? STR("renamed") : STR("goes"), .down = -1};
    add_hosts(p, old, x);
    struct str name = str_printf(a, "%.*s.%.*s.svc", STR_ARG(old->name), STR_ARG(old->ns));
    if (!now) {
        x->notice = str_printf(a, "The name %.*s stops resolving when the upgrade deletes the Service, and nothing takes its place: clients that use it fail for good.", STR_ARG(name));
        return;
    }
    struct answers ans = ask(p, now, x);
    bool selects = !selector_is_empty(value_at(now->v, "spec", "selector", NULL), SELECTOR_PLAIN);
    if (ans.any) x->down = ans.steady ? 0 : ans.down;
    x->notice = notice_of_pods(a, &ans, selects);
    if (successor)
        x->notice = str_printf(a, "The name %.*s stops resolving: clients inside the cluster fail until they use %.*s. %.*s", STR_ARG(name), STR_ARG(successor->name), STR_ARG(x->notice));
}

void impact_make(struct planner *p)
{
    uint32_t *order = make_monitor_order(p);
    for (uint32_t i = 0; i < p->shape.units_n; i++)
        if (!is_replaced(&p->shape, &p->shape.units[order[i]])) add_rollout(p, &p->shape.units[order[i]]);
    for (uint32_t i = 0; i < p->shape.items_n; i++) {
        const struct object *o = p->shape.items[i].old;
        if (o && str_is(o->kind, "Service") && o->v.kind == V_MAP && item_in_release(o)) add_service(p, o);
    }
}
