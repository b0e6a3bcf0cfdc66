/* Ports by name: whatever names a port that the other end does not have leads nowhere, and no API server says so.
 *
 * What led nowhere before is no news. Pods and Services that are not of the release have ports that nobody knows here. */
#include "checks/metrics.h"

#include "kube/field.h"
#include "kube/selector.h"

enum there { THERE_UNKNOWN, THERE_NOT, THERE };

static bool is_name(struct value port) { return port.kind == V_STR && port.n > 0; }

static bool container_has(const struct container *c, struct str name, struct str protocol)
{
    for (uint32_t i = 0; i < c->ports_n; i++)
        if (str_eq(c->ports[i].name, name) && (!protocol.n || str_eq(c->ports[i].protocol, protocol))) return true;
    return false;
}

static bool pod_has(const struct workload *w, struct str name, struct str protocol)
{
    for (uint32_t i = 0; i < w->containers_n; i++)
        if (container_has(&w->containers[i], name, protocol)) return true;
    return false;
}

/* Whether any of the pods that a selector of this object chooses has the port. */
static enum there selected_have(const struct side *s, const struct object *o, struct value selector, enum selector_form form, struct str name, struct str protocol)
{
    enum there there = THERE_UNKNOWN;
    for (uint32_t i = 0; i < s->workloads_n && there != THERE; i++) {
        const struct workload *w = &s->workloads[i];
        if (w->object->owner == OWNER_HOOK || !str_eq(w->object->ns, o->ns) || !selector_matches(selector, form, form == SELECTOR_LABELS, w->labels)) continue;
        there = pod_has(w, name, protocol) ? THERE : THERE_NOT;
    }
    return there;
}

/* ---- Services ---- */

static enum there target_of(const struct side *s, const struct object *service, struct value port)
{
    struct value target = value_at(port, "targetPort", NULL);
    struct str protocol = value_str_at(port, "protocol");
    if (!is_name(target)) return THERE_UNKNOWN;
    return selected_have(s, service, value_at(view_spec(service), "selector", NULL), SELECTOR_PLAIN, v_text(target), protocol.n ? protocol : STR("TCP"));
}

static struct value ports_of(const struct object *service) { return value_at(view_spec(service), "ports", NULL); }

static struct value port_numbered(const struct object *service, int64_t number)
{
    for (uint32_t i = 0; service && i < field_len(ports_of(service)); i++)
        if (field_int(value_at(field_item(ports_of(service), i), "port", NULL), -1) == number) return field_item(ports_of(service), i);
    return NIL;
}

static void check_targets(struct facts *f, const struct object *is, const struct object *was)
{
    for (uint32_t i = 0; i < field_len(ports_of(is)); i++) {
        struct value port = field_item(ports_of(is), i);
        int64_t number = field_int(value_at(port, "port", NULL), -1);
        if (target_of(f->judged, is, port) != THERE_NOT) continue;
        struct value before = port_numbered(was, number);
        if (before.kind == V_MAP && target_of(&f->old_side, was, before) == THERE_NOT) continue;
        struct finding *x = view_report(f, "service/port-changed", before.kind == V_MAP ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is, STR("targetPort"));
        struct str name = v_text(value_at(port, "targetPort", NULL));
        x->message = str_printf(f->a, "its port %lld leads to the port named %.*s of its pods, and no container has one of that name: connections to it are refused", (long long)number, STR_ARG(name));
        x->fix = str_printf(f->a, "name the container's port %.*s again, or set the target port to one that the containers have", STR_ARG(name));
    }
}

/* ---- Ingresses ---- */

static const struct object *service_named(const struct side *s, struct str name, struct str ns)
{
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (str_is(s->objects.v[i].kind, "Service") && str_eq(s->objects.v[i].name, name) && str_eq(s->objects.v[i].ns, ns) && view_is_written(&s->objects.v[i])) return &s->objects.v[i];
    return NULL;
}

/* Whether a Service of the release has the port, by name or number, that a backend asks for. */
static enum there backend_there(const struct side *s, struct str ns, struct value backend)
{
    struct value port = value_at(backend, "service", "port", NULL);
    struct str name = value_str_at(port, "name");
    int64_t number = field_int(value_at(port, "number", NULL), -1);
    const struct object *service = service_named(s, value_str_at(value_at(backend, "service", NULL), "name"), ns);
    if (!service || (!name.n && number < 0) || str_is(value_str_at(view_spec(service), "type"), "ExternalName")) return THERE_UNKNOWN;
    if (!name.n) return port_numbered(service, number).kind == V_MAP ? THERE : THERE_NOT;
    for (uint32_t i = 0; i < field_len(ports_of(service)); i++)
        if (str_eq(value_str_at(field_item(ports_of(service), i), "name"), name)) return THERE;
    return THERE_NOT;
}

static void check_backend(struct facts *f, const struct object *is, const struct object *was, struct value backend, struct names *told)
{
    struct str service = value_str_at(value_at(backend, "service", NULL), "name"), name = value_str_at(value_at(backend, "service", "port", NULL), "name");
    int64_t number = field_int(value_at(backend, "service", "port", "number", NULL), -1);
    if (backend_there(f->judged, is->ns, backend) != THERE_NOT || (was && backend_there(&f->old_side, was->ns, backend) == THERE_NOT)) return;
    struct str message = name.n ? str_printf(f->a, "it sends requests to the port named %.*s of Service/%.*s, which has none of that name: they are answered with an error", STR_ARG(name), STR_ARG(service))
                                : str_printf(f->a, "it sends requests to the port %lld of Service/%.*s, which has no such port: they are answered with an error", (long long)number, STR_ARG(service));
    if (names_have(told, message)) return;
    names_add(told, message);
    struct finding *x = view_report(f, "service/port-changed", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, is, STR("backend"));
    x->message = message;
    x->fix = STR("give the Ingress a port that the Service has, or set the Service's old port in your values");
}

static void check_backends(struct facts *f, const struct object *is, const struct object *was)
{
    struct value rules = value_at(view_spec(is), "rules", NULL);
    struct names told = {.a = f->a};
    check_backend(f, is, was, value_at(view_spec(is), "defaultBackend", NULL), &told);
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct value paths = value_at(field_item(rules, i), "http", "paths", NULL);
        for (uint32_t k = 0; k < field_len(paths); k++) check_backend(f, is, was, value_at(field_item(paths, k), "backend", NULL), &told);
    }
}

/* ---- monitors ---- */

/* Of a PodMonitor a port of the pods, of a ServiceMonitor one of the Services, in the monitor's own namespace. */
static enum there scraped_there(const struct side *s, const struct object *monitor, struct str name)
{
    enum there there = THERE_UNKNOWN;
    if (str_is(monitor->kind, "PodMonitor")) return selected_have(s, monitor, value_at(view_spec(monitor), "selector", NULL), SELECTOR_LABELS, name, (struct str){0});
    for (uint32_t i = 0; i < s->objects.n && there != THERE; i++) {
        const struct object *o = &s->objects.v[i];
        if (!str_is(o->kind, "Service") || !view_is_written(o) || !metrics_monitors(monitor, o)) continue;
        there = THERE_NOT;
        for (uint32_t k = 0; k < field_len(ports_of(o)); k++)
            if (str_eq(value_str_at(field_item(ports_of(o), k), "name"), name)) there = THERE;
    }
    return there;
}

static void check_endpoints(struct facts *f, const struct object *is, const struct object *was)
{
    bool pods = str_is(is->kind, "PodMonitor");
    struct value endpoints = value_at(view_spec(is), pods ? "podMetricsEndpoints" : "endpoints", NULL);
    for (uint32_t i = 0; i < field_len(endpoints); i++) {
        struct str name = value_str_at(field_item(endpoints, i), "port");
        if (!name.n || scraped_there(f->judged, is, name) != THERE_NOT || (was && scraped_there(&f->old_side, was, name) == THERE_NOT)) continue;
        struct finding *x = view_report(f, "monitoring/stale-query", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is, STR("port"));
        x->message = str_printf(f->a, "it scrapes the port named %.*s, and none of the %s that it selects has one of that name: their metrics, and alerts and scalers that ask for them, go silent", STR_ARG(name), pods ? "pods" : "Services");
        x->fix = str_printf(f->a, "give the monitor a port that they have, or name the port %.*s again", STR_ARG(name));
    }
}

/* ---- NetworkPolicies ---- */

static void check_policy(struct facts *f, const struct object *is, const struct object *was)
{
    struct value rules = value_at(view_spec(is), "ingress", NULL);
    struct names told = {.a = f->a};
    for (uint32_t i = 0; i < field_len(rules); i++) {
        struct value ports = value_at(field_item(rules, i), "ports", NULL);
        for (uint32_t k = 0; k < field_len(ports); k++) {
            struct value port = value_at(field_item(ports, k), "port", NULL);
            struct str protocol = value_str_at(field_item(ports, k), "protocol");
            if (!is_name(port) || names_have(&told, v_text(port))) continue;
            if (!protocol.n) protocol = STR("TCP");
            if (selected_have(f->judged, is, value_at(view_spec(is), "podSelector", NULL), SELECTOR_LABELS, v_text(port), protocol) != THERE_NOT) continue;
            if (was && selected_have(&f->old_side, was, value_at(view_spec(was), "podSelector", NULL), SELECTOR_LABELS, v_text(port), protocol) == THERE_NOT) continue;
            names_add(&told, v_text(port));
            struct finding *x = view_report(f, "networkpolicy/cuts-traffic", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, is, STR("ports"));
            x->message = str_printf(f->a, "it lets traffic through to the port named %.*s, and no container of its pods has one of that name: that traffic is no longer let through", STR_ARG(v_text(port)));
            x->fix = str_printf(f->a, "name the container's port %.*s again, or give the policy the port's number", STR_ARG(v_text(port)));
        }
    }
}

/* ---- probes ---- */

struct probe_of {
    const char *name;
    size_t at;
    const char *consequence;
};
static const struct probe_of probes[] = {
    {"startup", offsetof(struct container, startup), "new pods never start"},
    {"readiness", offsetof(struct container, readiness), "new pods never become ready, and the rollout stands still"},
    {"liveness", offsetof(struct container, liveness), "the container is restarted over and over"},
};

/* The kubelet looks among the ports of the probe's own container: pkg/probe/util.go, ResolveContainerPort. */
static bool probe_leads_nowhere(const struct container *c, const struct probe_of *p)
{
    const struct probe *probe = (const struct probe *)((const char *)c + p->at);
    return is_name(probe->port) && !container_has(c, v_text(probe->port), (struct str){0});
}

static bool led_nowhere_before(const struct workload *was, const struct container *c, const struct probe_of *p)
{
    for (uint32_t i = 0; was && i < was->containers_n; i++)
        if (str_eq(was->containers[i].name, c->name) && probe_leads_nowhere(&was->containers[i], p)) return true;
    return false;
}

static void check_probes(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *w = &f->judged->workloads[i], *was = view_workload_was(f, w);
        for (uint32_t k = 0; k < w->containers_n; k++)
            for (size_t j = 0; j < sizeof probes / sizeof *probes; j++) {
                const struct container *c = &w->containers[k];
                if (!probe_leads_nowhere(c, &probes[j]) || led_nowhere_before(was, c, &probes[j])) continue;
                struct str name = v_text(((const struct probe *)((const char *)c + probes[j].at))->port);
                struct finding *x = view_report(f, "service/port-changed", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, w->object, str_printf(f->a, "%sProbe", probes[j].name));
                x->message = str_printf(f->a, "the %s probe of %.*s asks its port named %.*s, and that container has none of that name: %s", probes[j].name, STR_ARG(c->name), STR_ARG(name), probes[j].consequence);
                x->fix = str_printf(f->a, "name the container's port %.*s, or set the probe's port to one that the container has", STR_ARG(name));
            }
    }
}

static void check_ports(struct facts *f)
{
    static const struct {
        const char *kind, *group;
        void (*check)(struct facts *f, const struct object *is, const struct object *was);
    } kinds[] = {
        {"Service", "", check_targets}, {"Ingress", "networking.k8s.io", check_backends}, {"NetworkPolicy", "networking.k8s.io", check_policy},
        {"ServiceMonitor", "monitoring.coreos.com", check_endpoints}, {"PodMonitor", "monitoring.coreos.com", check_endpoints},
    };
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *o = &f->judged->objects.v[i];
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            if (!str_is(o->kind, kinds[k].kind) || !view_is_written(o) || o->owner == OWNER_HOOK || !str_is(field_group(o->api_version), kinds[k].group)) continue;
            const struct object *was = view_was(f, o);
            kinds[k].check(f, o, was && view_is_written(was) ? was : NULL);
        }
    }
    check_probes(f);
}

const struct check_entry checks_ports[] = {
    {"service/port-changed networkpolicy/cuts-traffic monitoring/stale-query", false, true, check_ports},
    {0},
};
