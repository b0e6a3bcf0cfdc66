/* What clients resolve and connect to: names, ports, pods and kinds of Services; hosts of Ingresses. */
#include "checks/view.h"

#include "kube/field.h"
#include "kube/selector.h"

/* ---- names ---- */

/* Whether only the API server calls it: it stands in webhooks' or APIServices' configuration and nowhere in an Ingress. Those
 * are replaced in the same upgrade. */
static bool is_called_by_api_server(const struct side *s, const struct object *service)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        bool webhook = str_is(o->kind, "ValidatingWebhookConfiguration") || str_is(o->kind, "MutatingWebhookConfiguration");
        struct value hooks = value_at(o->v, "webhooks", NULL);
        if (str_is(o->kind, "APIService") && str_eq(value_str_at(value_at(view_spec(o), "service", NULL), "name"), service->name)) return true;
        for (uint32_t k = 0; webhook && k < field_len(hooks); k++)
            if (str_eq(value_str_at(value_at(field_item(hooks, k), "clientConfig", "service", NULL), "name"), service->name)) return true;
    }
    return false;
}

static void report_name(struct facts *f, const struct object_change *c)
{
    bool internal = is_called_by_api_server(&f->old_side, c->from);
    struct finding *x = view_report(f, "service/dns-changed", internal ? SEVERITY_INFO : SEVERITY_ERROR, ABOUT_CHANGE, &f->old_side, c->from, (struct str){0});
    struct str name = str_printf(f->a, "%.*s.%.*s.svc", STR_ARG(c->from->name), STR_ARG(c->from->ns));
    if (c->to) {
        x->replacement = c->to->id;
        x->confidence = c->confidence;
        x->message = str_printf(f->a, "%.*s no longer resolves: the Service is %.*s in the new chart", STR_ARG(name), STR_ARG(c->to->name));
        x->fix = str_printf(f->a, "move the clients to %.*s; until then an alias helps (a Service %.*s of type ExternalName, made after the upgrade and deleted before any rollback)", STR_ARG(c->to->name), STR_ARG(c->from->name));
    } else {
        x->message = str_printf(f->a, "%.*s no longer resolves: the new chart has no such Service", STR_ARG(name));
        x->fix = STR("find out what serves its clients now, or keep a Service of this name");
    }
    if (internal) finding_evidence(&f->findings, x, "only the API server called it, and its configuration changes in the same upgrade");
}

/* ---- ports ---- */

struct service_port {
    struct str name, protocol;
    int64_t number, node;
};

static struct service_port port_at(struct value ports, uint32_t i)
{
    struct value v = field_item(ports, i);
    struct service_port p = {.name = value_str_at(v, "name"), .protocol = value_str_at(v, "protocol")};
    if (!p.protocol.n) p.protocol = STR("TCP");
    p.number = field_int(value_at(v, "port", NULL), -1);
    p.node = field_int(value_at(v, "nodePort", NULL), 0);
    return p;
}

static struct value ports_of(const struct object *o) { return value_at(view_spec(o), "ports", NULL); }

static bool find_port(struct value ports, const struct service_port *like, struct service_port *out)
{
    for (uint32_t i = 0; i < field_len(ports); i++) {
        *out = port_at(ports, i);
        if (out->number == like->number && str_eq(out->protocol, like->protocol)) return true;
    }
    return false;
}

static bool has_port_name(struct value ports, struct str name, struct service_port *out)
{
    for (uint32_t i = 0; name.n && i < field_len(ports); i++) {
        *out = port_at(ports, i);
        if (str_eq(out->name, name)) return true;
    }
    return false;
}

/* What is wrong with one Service's ports: one finding for all of it. */
struct port_problems {
    struct names messages;
    struct str fix;
};

static void add_problem(struct port_problems *p, struct str message, struct str fix)
{
    names_add(&p->messages, message);
    if (!p->fix.n) p->fix = fix;
}

static void report_ports(struct facts *f, const struct object_change *c, const struct port_problems *p)
{
    if (!p->messages.n) return;
    struct finding *x = view_report(f, "service/port-changed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("ports"));
    x->subject = c->from->id;
    x->message = p->messages.v[0];
    for (uint32_t i = 1; i < p->messages.n; i++) finding_evidence(&f->findings, x, "and %.*s", STR_ARG(p->messages.v[i]));
    x->fix = p->fix;
}

static void compare_port(struct facts *f, const struct object_change *c, const struct service_port *was, struct port_problems *p)
{
    struct service_port is, other;
    struct value ports = ports_of(c->to);
    if (!find_port(ports, was, &is)) {
        struct str message = has_port_name(ports, was->name, &other)
                                 ? str_printf(f->a, "its port %.*s goes from %lld to %lld", STR_ARG(was->name), (long long)was->number, (long long)other.number)
                                 : str_printf(f->a, "it no longer has the port %lld%s%.*s", (long long)was->number, was->name.n ? ", " : "", STR_ARG(was->name));
        add_problem(p, message, STR("move the clients to the new port, or set the old one in your values"));
    } else if (was->name.n && !str_eq(was->name, is.name) && !has_port_name(ports, was->name, &other)) {
        add_problem(p, str_printf(f->a, "its port %lld is named %.*s in place of %.*s: whatever refers to it by name (an Ingress, a ServiceMonitor, an SRV record) no longer finds it", (long long)was->number, STR_ARG(is.name.n ? is.name : STR("nothing")), STR_ARG(was->name)),
                    str_printf(f->a, "change what refers to the port by name outside of this release, or set the name %.*s in your values", STR_ARG(was->name)));
    } else if (was->node && is.node != was->node) {
        add_problem(p, is.node ? str_printf(f->a, "its node port goes from %lld to %lld", (long long)was->node, (long long)is.node) : str_printf(f->a, "its node port %lld is no longer fixed", (long long)was->node),
                    STR("set the node port in your values, or change the load balancer in front of the nodes"));
    }
}

/* ---- which pods ---- */

static void pods_of(const struct side *s, const struct object *service, struct names *out)
{
    struct value selector = value_at(view_spec(service), "selector", NULL);
    for (uint32_t i = 0; i < s->workloads_n; i++)
        if (s->workloads[i].object->owner != OWNER_HOOK && selector_matches(selector, SELECTOR_PLAIN, false, s->workloads[i].labels)) names_add(out, s->workloads[i].object->id);
}

/* The old pods under their new names. */
static void pods_now(const struct facts *f, const struct names *old, struct names *out)
{
    for (uint32_t i = 0; i < old->n; i++) {
        const struct object *o = objects_find(&f->old_side.objects, old->v[i]), *now = o ? view_is(f, o) : NULL;
        if (now) names_add(out, now->id);
    }
}

static void compare_selector(struct facts *f, const struct object_change *c)
{
    struct names was = {.a = f->a}, now = {.a = f->a}, is = {.a = f->a};
    pods_of(&f->old_side, c->from, &was);
    pods_of(f->judged, c->to, &is);
    pods_now(f, &was, &now);
    if (!was.n) return; /* pods of others, before as well: nothing to compare */
    bool same = is.n == now.n;
    for (uint32_t i = 0; i < now.n && same; i++) same = names_have(&is, now.v[i]);
    if (same && is.n) {
        if (value_same(value_at(view_spec(c->from), "selector", NULL), value_at(view_spec(c->to), "selector", NULL))) return;
        struct finding *x = view_report(f, "service/selector-changed", SEVERITY_INFO, ABOUT_CHANGE, f->judged, c->to, STR("selector"));
        x->message = str_printf(f->a, "its selector follows the new labels of %.*s; until their new pods are ready it has no endpoints, for the old ones do not match", STR_ARG(names_show(&is, 3)));
        x->fix = STR("count the time until they are ready as an interruption for its clients");
        return;
    }
    if (!is.n && !now.n) return; /* the pods are gone: told there */
    struct finding *x = view_report(f, "service/selector-changed", is.n ? SEVERITY_WARNING : SEVERITY_ERROR, ABOUT_CHANGE, f->judged, c->to, STR("selector"));
    x->message = is.n ? str_printf(f->a, "it leads to %.*s in place of %.*s", STR_ARG(names_show(&is, 3)), STR_ARG(names_show(&was, 3)))
                      : str_printf(f->a, "it matches none of the release's pods any more; it led to %.*s", STR_ARG(names_show(&was, 3)));
    x->fix = STR("compare its selector with the labels of the pods that clients need, and set the labels in your values");
}

/* ---- the kind of address ---- */

static struct str type_of(const struct object *o)
{
    struct str type = value_str_at(view_spec(o), "type"), ip = value_str_at(view_spec(o), "clusterIP");
    if (str_is(ip, "None") && (!type.n || str_is(type, "ClusterIP"))) return STR("headless");
    return type.n ? type : STR("ClusterIP");
}

static void compare_type(struct facts *f, const struct object_change *c)
{
    struct str was = type_of(c->from), is = type_of(c->to);
    if (str_eq(was, is)) return;
    bool outside = str_is(was, "LoadBalancer");
    struct finding *x = view_report(f, "service/type-changed", outside ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("type"));
    x->subject = c->from->id;
    x->message = str_printf(f->a, "it goes from %.*s to %.*s%s", STR_ARG(was), STR_ARG(is), outside ? ": its load balancer and address go away" : ": clients find it at another address");
    x->fix = STR("set the type in your values if clients rely on the old one");
}

/* ---- the load balancer ---- */

/* What a cloud's controller reads: internal or public, its kind, its address. All providers have the word in the key
 * (https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer). */
static void compare_annotations(struct facts *f, const struct object_change *c, struct names *out)
{
    struct value was = value_at(c->from->v, "metadata", "annotations", NULL), is = value_at(c->to->v, "metadata", "annotations", NULL);
    for (uint32_t i = 0; was.kind == V_MAP && i < map_len(was); i++) {
        const struct entry *e = &was.u.map->v[i];
        struct value now = is.kind == V_MAP ? map_get(is.u.map, e->key) : NIL;
        if ((!str_has(e->key, STR("load-balancer")) && !str_has(e->key, STR("loadbalancer"))) || value_same(e->value, now)) continue;
        names_add(out, now.kind == V_NIL ? str_printf(f->a, "its annotation %.*s: %.*s is gone", STR_ARG(e->key), STR_ARG(view_show(f->a, e->value)))
                                         : str_printf(f->a, "its annotation %.*s goes from %.*s to %.*s", STR_ARG(e->key), STR_ARG(view_show(f->a, e->value)), STR_ARG(view_show(f->a, now))));
    }
}

static void compare_balancer(struct facts *f, const struct object_change *c)
{
    struct names changes = {.a = f->a};
    struct value was = value_at(view_spec(c->from), "loadBalancerSourceRanges", NULL), is = value_at(view_spec(c->to), "loadBalancerSourceRanges", NULL);
    struct str ip = value_str_at(view_spec(c->from), "loadBalancerIP"), ip_now = value_str_at(view_spec(c->to), "loadBalancerIP");
    if (!str_is(type_of(c->from), "LoadBalancer") || !str_is(type_of(c->to), "LoadBalancer")) return;
    if (field_len(was) && !field_len(is)) names_add(&changes, STR("its loadBalancerSourceRanges are gone: everybody may connect"));
    if (ip.n && !str_eq(ip, ip_now)) names_add(&changes, ip_now.n ? str_printf(f->a, "its loadBalancerIP goes from %.*s to %.*s", STR_ARG(ip), STR_ARG(ip_now)) : str_printf(f->a, "its loadBalancerIP %.*s is no longer asked for", STR_ARG(ip)));
    compare_annotations(f, c, &changes);
    if (!changes.n) return;
    struct finding *x = view_report(f, "service/type-changed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, (struct str){0});
    x->subject = c->from->id;
    x->message = str_printf(f->a, "the load balancer is asked for otherwise: %.*s", STR_ARG(changes.v[0]));
    for (uint32_t i = 1; i < changes.n; i++) finding_evidence(&f->findings, x, "and %.*s", STR_ARG(changes.v[i]));
    x->fix = STR("set the same in your values for the new chart: a load balancer may become public, or change its address");
}

static void check_services(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (c->kind == CHANGE_ADDED || !str_is(c->from->kind, "Service") || !view_is_written(c->from) || c->from->owner == OWNER_HOOK) continue;
        if ((c->kind == CHANGE_REMOVED || c->kind == CHANGE_RENAMED) && c->from->owner == OWNER_RELEASE && !view_unseen(f, c->from)) report_name(f, c);
        if (!c->to || !str_eq(c->to->kind, c->from->kind)) continue;
        struct port_problems problems = {.messages = {.a = f->a}};
        for (uint32_t k = 0; k < field_len(ports_of(c->from)); k++) {
            struct service_port p = port_at(ports_of(c->from), k);
            compare_port(f, c, &p, &problems);
        }
        report_ports(f, c, &problems);
        compare_type(f, c);
        compare_balancer(f, c);
    }
}

/* Also where the Service is the same and the pods' labels are not. */
static void check_selectors(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->objects.n; i++) {
        const struct object *to = &f->judged->objects.v[i], *from = view_is_written(to) && str_is(to->kind, "Service") ? view_was(f, to) : NULL;
        struct object_change c = {.from = from, .to = to};
        if (from && view_is_written(from) && str_eq(from->kind, to->kind)) compare_selector(f, &c);
    }
}

/* ---- hosts and paths of Ingresses ---- */

/* "/x/", "/x" and "/x*" route the same, as far as a reader cares. */
static struct str plain_path(struct str path)
{
    while (path.n && (path.p[path.n - 1] == '*' || path.p[path.n - 1] == '/')) path.n--;
    return path;
}

/* `below`: only those whose path stands for what is below it too. */
static void routes_of(const struct side *s, struct names *out, bool below)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *o = &s->objects.v[i];
        struct value rules = value_at(view_spec(o), "rules", NULL);
        if (!str_is(o->kind, "Ingress")) continue;
        for (uint32_t k = 0; k < field_len(rules); k++) {
            struct value rule = field_item(rules, k), paths = value_at(rule, "http", "paths", NULL);
            struct str host = value_str_at(rule, "host");
            for (uint32_t j = 0; j < field_len(paths); j++) {
                struct str path = plain_path(value_str_at(field_item(paths, j), "path"));
                if (below && str_is(value_str_at(field_item(paths, j), "pathType"), "Exact")) continue;
                names_add(out, str_printf(out->a, "%.*s%.*s", STR_ARG(host.n ? host : STR("*")), STR_ARG(path.n ? path : STR("/"))));
            }
        }
    }
}

/* A host of an Ingress that is still routed, and whose TLS no Ingress ends any more. An entry without hosts is for all. */
static bool has_tls(const struct side *s, struct str host)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        struct value tls = str_is(s->objects.v[i].kind, "Ingress") ? value_at(view_spec(&s->objects.v[i]), "tls", NULL) : NIL;
        for (uint32_t k = 0; k < field_len(tls); k++) {
            struct value hosts = value_at(field_item(tls, k), "hosts", NULL);
            if (!field_len(hosts)) return true;
            for (uint32_t j = 0; j < field_len(hosts); j++) {
                struct value v = field_item(hosts, j);
                struct str one = v.kind == V_STR ? v_text(v) : (struct str){0};
                if (str_eq(one, host) || (str_starts(one, STR("*.")) && str_ends(host, str_from_n(one, 1)))) return true;
            }
        }
    }
    return false;
}

static void compare_tls(struct facts *f, const struct object_change *c, const struct names *routes)
{
    struct value tls = value_at(view_spec(c->from), "tls", NULL);
    for (uint32_t i = 0; i < field_len(tls); i++) {
        struct value hosts = value_at(field_item(tls, i), "hosts", NULL);
        for (uint32_t k = 0; k < field_len(hosts); k++) {
            struct value v = field_item(hosts, k);
            bool routed = false;
            for (uint32_t j = 0; j < routes->n && v.kind == V_STR; j++) routed |= str_starts(routes->v[j], str_concat(f->a, v_text(v), STR("/")));
            if (!routed || has_tls(f->judged, v_text(v))) continue;
            struct finding *x = view_report(f, "service/route-removed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("rules"));
            x->message = str_printf(f->a, "no Ingress of the new chart has TLS for %.*s, which it still routes: clients are shown the controller's own certificate, or none", STR_ARG(v_text(v)));
            x->fix = STR("set the host's TLS in your values for the new chart");
        }
    }
}

/* An Ingress that goes on and lost a route; one that is gone is told by object/removed. */
static void check_routes(struct facts *f)
{
    struct names was = {.a = f->a}, is = {.a = f->a}, below_was = {.a = f->a}, below_is = {.a = f->a};
    routes_of(f->judged, &is, false);
    routes_of(f->judged, &below_is, true);
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (!c->from || !c->to || !str_is(c->from->kind, "Ingress")) continue;
        struct object alone = *c->from;
        struct side one = {.objects = {.v = &alone, .n = 1}};
        was.n = below_was.n = 0;
        routes_of(&one, &was, false);
        routes_of(&one, &below_was, true);
        compare_tls(f, c, &is);
        for (uint32_t k = 0; k < below_was.n; k++) {
            if (!names_have(&is, below_was.v[k]) || names_have(&below_is, below_was.v[k])) continue;
            struct finding *x = view_report(f, "service/route-removed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("pathType"));
            x->message = str_printf(f->a, "what is below %.*s is no longer routed: its pathType is Exact now", STR_ARG(below_was.v[k]));
            x->fix = STR("set the pathType to Prefix in your values");
        }
        for (uint32_t k = 0; k < was.n; k++) {
            if (names_have(&is, was.v[k])) continue;
            struct finding *x = view_report(f, "service/route-removed", SEVERITY_ERROR, ABOUT_CHANGE, f->judged, c->to, STR("rules"));
            x->message = str_printf(f->a, "no Ingress of the new chart routes %.*s", STR_ARG(was.v[k]));
            x->fix = STR("set the host and path in your values for the new chart");
        }
        struct str class_was = value_str_at(view_spec(c->from), "ingressClassName"), class_is = value_str_at(view_spec(c->to), "ingressClassName");
        if (str_eq(class_was, class_is) || !class_was.n) continue;
        struct finding *x = view_report(f, "service/route-removed", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, c->to, STR("ingressClassName"));
        x->message = str_printf(f->a, "its class goes from %.*s to %.*s: another controller serves it, at another address", STR_ARG(class_was), STR_ARG(class_is.n ? class_is : STR("the cluster's default")));
        x->fix = str_printf(f->a, "set the class to %.*s in your values", STR_ARG(class_was));
    }
}

const struct check_entry checks_services[] = {
    {"service/dns-changed service/port-changed service/type-changed", false, true, check_services},
    {"service/selector-changed", false, true, check_selectors},
    {"service/route-removed", false, true, check_routes},
    {0},
};
