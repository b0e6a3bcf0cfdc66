/* NetworkPolicies: traffic that flowed and is no longer let through.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
#include "checks/view.h"

#include "kube/field.h"
#include "kube/selector.h"

enum direction { INGRESS, EGRESS };
static const char *const direction_field[] = {"ingress", "egress"};
static const char *const direction_type[] = {"Ingress", "Egress"};
static const char *const direction_word[] = {"traffic to", "traffic from"};

static bool is_policy(const struct object *o)
{
    return str_is(o->kind, "NetworkPolicy") && str_is(field_group(o->api_version), "networking.k8s.io") && view_is_written(o);
}

static struct value rules_of(const struct object *p, enum direction d) { return value_at(view_spec(p), direction_field[d], NULL); }

/* policyTypes; absent means Ingress, and Egress where there are egress rules. */
static bool applies(const struct object *p, enum direction d)
{
    struct value types = value_at(view_spec(p), "policyTypes", NULL);
    if (!field_len(types)) return d == INGRESS || field_len(rules_of(p, EGRESS)) > 0;
    for (uint32_t i = 0; i < field_len(types); i++) {
        struct value v = field_item(types, i);
        if (v.kind == V_STR && str_is(v_text(v), direction_type[d])) return true;
    }
    return false;
}

static bool selects(const struct object *p, const struct workload *w)
{
    return str_eq(p->ns, w->object->ns) && selector_matches(value_at(view_spec(p), "podSelector", NULL), SELECTOR_LABELS, true, w->labels);
}

/* A rule without peers and ports lets everything through. */
static bool allows_all(const struct object *p, enum direction d)
{
    const char *peers = d == INGRESS ? "from" : "to";
    for (uint32_t i = 0; i < field_len(rules_of(p, d)); i++) {
        struct value rule = field_item(rules_of(p, d), i);
        if (!field_len(value_at(rule, peers, NULL)) && !field_len(value_at(rule, "ports", NULL))) return true;
    }
    return false;
}

/* ---- what a workload's policies let through, as pairs of a peer and a port ---- */

struct opening {
    struct value peer, port; /* NIL: any */
};

struct openings {
    struct arena *a;
    struct opening *v;
    uint32_t n, cap;
    bool isolated;           /* some policy selects the pods: only the openings are let through */
};

static void add_rule(struct openings *o, struct value rule, enum direction d)
{
    struct value peers = value_at(rule, d == INGRESS ? "from" : "to", NULL), ports = value_at(rule, "ports", NULL);
    for (uint32_t i = 0; i < (field_len(peers) ? field_len(peers) : 1); i++)
        for (uint32_t k = 0; k < (field_len(ports) ? field_len(ports) : 1); k++)
            *PUSH(o->a, o->v, o->n, o->cap) = (struct opening){field_len(peers) ? field_item(peers, i) : NIL, field_len(ports) ? field_item(ports, k) : NIL};
}

static void openings_of(const struct side *s, const struct workload *w, enum direction d, bool hooks, struct openings *out)
{
    for (uint32_t i = 0; i < s->objects.n; i++) {
        const struct object *p = &s->objects.v[i];
        if (!is_policy(p) || (p->owner == OWNER_HOOK && !hooks) || !applies(p, d) || !selects(p, w)) continue;
        out->isolated = true;
        for (uint32_t k = 0; k < field_len(rules_of(p, d)); k++) add_rule(out, field_item(rules_of(p, d), k), d);
    }
}

/* Peers are compared as written; a peer that selects the release's own pods is the same peer when it selects them still. */
static bool same_peer(const struct facts *f, struct value was, struct value is)
{
    if (value_same(was, is)) return true;
    struct value x = value_at(was, "podSelector", NULL), y = value_at(is, "podSelector", NULL);
    if (x.kind == V_NIL || y.kind == V_NIL || value_at(was, "namespaceSelector", NULL).kind != V_NIL || value_at(is, "namespaceSelector", NULL).kind != V_NIL) return false;
    if (selector_is_empty(y, SELECTOR_LABELS)) return true; /* all pods of the namespace */
    bool any = false;
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++) {
        const struct workload *w = &f->old_side.workloads[i], *now = view_workload_is(f, w);
        if (!selector_matches(x, SELECTOR_LABELS, true, w->labels) || !now) continue;
        any = true;
        if (!selector_matches(y, SELECTOR_LABELS, true, now->labels)) return false;
    }
    return any;
}

/* A port by name is the number that the pods give it. */
static int64_t port_number(const struct workload *w, struct value port)
{
    struct value v = value_at(port, "port", NULL);
    if (v.kind != V_STR) return field_int(v, -1);
    for (uint32_t i = 0; i < w->containers_n; i++)
        for (uint32_t k = 0; k < w->containers[i].ports_n; k++)
            if (str_eq(w->containers[i].ports[k].name, v_text(v))) return w->containers[i].ports[k].number;
    return -2;
}

static struct str protocol_of(struct value port)
{
    struct str p = value_str_at(port, "protocol");
    return p.n ? p : STR("TCP");
}

static bool lets_through(const struct facts *f, const struct openings *now, const struct opening *x, const struct workload *was, const struct workload *is, enum direction d)
{
    for (uint32_t i = 0; i < now->n; i++) {
        const struct opening *y = &now->v[i];
        if (y->peer.kind != V_NIL && (x->peer.kind == V_NIL || !same_peer(f, x->peer, y->peer))) continue;
        if (y->port.kind == V_NIL) return true;
        if (x->port.kind == V_NIL) continue;
        int64_t from = port_number(is, y->port), to = field_int(value_at(y->port, "endPort", NULL), from), wanted = port_number(was, x->port);
        bool numbers = d == INGRESS && wanted >= from && wanted <= to && str_eq(protocol_of(x->port), protocol_of(y->port));
        if (numbers || value_same(x->port, y->port)) return true;
    }
    return false;
}

static struct str show_opening(struct arena *a, const struct opening *x, enum direction d)
{
    struct value port = value_at(x->port, "port", NULL);
    struct str where = x->port.kind == V_NIL ? STR("any port") : str_printf(a, "port %.*s", STR_ARG(view_show(a, port)));
    return str_printf(a, "%s %.*s, %.*s", d == INGRESS ? "from" : "to", STR_ARG(x->peer.kind == V_NIL ? STR("anywhere") : view_show(a, x->peer)), STR_ARG(where));
}

/* The policy that a finding about a workload's traffic is about. */
static const struct object *policy_for(const struct side *s, const struct workload *w, enum direction d)
{
    for (uint32_t i = 0; i < s->objects.n; i++)
        if (is_policy(&s->objects.v[i]) && s->objects.v[i].owner != OWNER_HOOK && applies(&s->objects.v[i], d) && selects(&s->objects.v[i], w)) return &s->objects.v[i];
    return NULL;
}

/* The ports that the pods declare and that nobody can reach any more; false where they declare none, or none of them is open to all: then
 * what the new policy does not name cannot be told from this. */
static bool closed_ports(const struct facts *f, const struct openings *now, const struct workload *was, const struct workload *is, struct names *closed)
{
    bool any_open = false;
    for (uint32_t i = 0; i < is->containers_n; i++)
        for (uint32_t k = 0; k < is->containers[i].ports_n && !is->containers[i].init; k++) {
            struct value port = value_at(is->containers[i].v, "ports", NULL), one = field_item(port, k);
            struct map *m = map_new(f->a);
            map_put(m, STR("port"), value_at(one, "containerPort", NULL));
            if (value_str_at(one, "protocol").n) map_put(m, STR("protocol"), value_at(one, "protocol", NULL));
            struct opening wanted = {NIL, v_map(m)};
            if (lets_through(f, now, &wanted, was, is, INGRESS)) any_open = true;
            else names_add(closed, str_printf(f->a, "port %.*s", STR_ARG(view_show(f->a, value_at(one, value_str_at(one, "name").n ? "name" : "containerPort", NULL)))));
        }
    return any_open;
}

/* Whether a selector of pods among the openings lets these labels through; selectors of other namespaces are taken to mean this one too. */
static bool peer_matches(const struct openings *o, const struct map *labels, bool selectors_only)
{
    for (uint32_t i = 0; i < o->n; i++) {
        struct value peer = o->v[i].peer, pods = value_at(peer, "podSelector", NULL);
        if (peer.kind == V_NIL || value_at(peer, "ipBlock", NULL).kind != V_NIL || pods.kind == V_NIL) {
            if (!selectors_only) return true;
        } else if (selector_matches(pods, SELECTOR_LABELS, true, labels)) return true;
    }
    return false;
}

/* The release's own pods that were let through by their labels, and have them no more. */
static void lost_peers(const struct facts *f, const struct openings *before, const struct openings *now, enum direction d, struct str ns, struct names *lost)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = view_workload_was(f, is);
        if (!was || is->object->owner == OWNER_HOOK || !str_eq(is->object->ns, ns) || !str_eq(was->object->ns, ns) || is->kind == WORKLOAD_JOB) continue;
        if (peer_matches(before, was->labels, true) && !peer_matches(now, is->labels, false))
            names_add(lost, str_printf(f->a, "%s %.*s, whose pods no longer have the labels that are let through", d == INGRESS ? "from" : "to", STR_ARG(is->object->id)));
    }
}

static void compare_traffic(struct facts *f, const struct workload *was, const struct workload *is, enum direction d)
{
    struct openings before = {.a = f->a}, now = {.a = f->a};
    struct names lost = {.a = f->a};
    openings_of(&f->old_side, was, d, false, &before);
    openings_of(f->judged, is, d, false, &now);
    if (!now.isolated) return; /* no policy of the release limits it; one that is gone has its own finding */
    struct opening anything = {NIL, NIL};
    bool opened = !before.isolated && !lets_through(f, &now, &anything, was, is, d);
    if (opened && (d == EGRESS || !closed_ports(f, &now, was, is, &lost))) {
        lost.n = 0;
        names_add(&lost, STR("all that the new policy does not name"));
    }
    for (uint32_t i = 0; before.isolated && i < before.n; i++)
        if (!lets_through(f, &now, &before.v[i], was, is, d)) names_add(&lost, show_opening(f->a, &before.v[i], d));
    if (before.isolated && !lost.n) lost_peers(f, &before, &now, d, is->object->ns, &lost);
    const struct object *p = lost.n ? policy_for(f->judged, is, d) : NULL;
    if (!p) return;
    struct finding *x = view_report(f, "networkpolicy/cuts-traffic", SEVERITY_WARNING, ABOUT_CHANGE, f->judged, p, str_from(direction_field[d]));
    x->message = str_printf(f->a, "%s %.*s that was let through is cut: %.*s", direction_word[d], STR_ARG(is->object->id), STR_ARG(names_show(&lost, 3)));
    if (before.isolated) finding_evidence(&f->findings, x, "the old version's policies had it, none of the new version's that select these pods does");
    else finding_evidence(&f->findings, x, "no policy of the old version selected these pods");
    x->fix = STR("let through what clients, scrapers and probes need: the chart's settings for the policy, or a NetworkPolicy of your own");
}

static void check_traffic(struct facts *f)
{
    for (uint32_t i = 0; i < f->judged->workloads_n; i++) {
        const struct workload *is = &f->judged->workloads[i], *was = view_workload_was(f, is);
        if (!was || is->object->owner == OWNER_HOOK || !view_is_written(was->object)) continue;
        compare_traffic(f, was, is, INGRESS);
        compare_traffic(f, was, is, EGRESS);
    }
}

/* ---- a policy that goes away ---- */

/* Whether pods that it selected go on. */
static bool still_has_pods(const struct facts *f, const struct object *p)
{
    for (uint32_t i = 0; i < f->old_side.workloads_n; i++)
        if (selects(p, &f->old_side.workloads[i]) && view_workload_is(f, &f->old_side.workloads[i])) return true;
    return false;
}

/* Policies add up. One that lets everything through has one use: under another policy of the namespace that denies by
 * default. One that names peers may be there to let them in, or to keep others out; only its readers know. */
static void report_removed(struct facts *f, const struct object *p)
{
    bool all = (applies(p, INGRESS) && allows_all(p, INGRESS)) || (applies(p, EGRESS) && allows_all(p, EGRESS)), hook = p->owner == OWNER_HOOK;
    struct finding *x = view_report(f, "networkpolicy/cuts-traffic", all && !hook ? SEVERITY_ERROR : SEVERITY_WARNING, ABOUT_CHANGE, &f->old_side, p, (struct str){0});
    x->message = all ? STR("the new chart no longer has it; it let everything through, which matters where another policy of the namespace denies by default: there its pods are cut off")
                     : STR("the new chart no longer has it: what it let through is cut where another policy denies by default, and elsewhere its pods are open to everybody");
    if (hook) finding_evidence(&f->findings, x, "it was a hook's, for the Jobs that run beside it");
    x->fix = STR("look for the setting that makes the new chart render it, or add a NetworkPolicy of your own before the upgrade");
}

static void check_removed_policies(struct facts *f)
{
    for (uint32_t i = 0; i < f->diff.objects.n; i++) {
        const struct object_change *c = &f->diff.objects.v[i];
        if (c->kind == CHANGE_REMOVED && is_policy(c->from) && still_has_pods(f, c->from) && c->from->owner != OWNER_KEPT) report_removed(f, c->from);
    }
}

const struct check_entry checks_network[] = {
    {"networkpolicy/cuts-traffic", false, true, check_traffic},
    {"networkpolicy/cuts-traffic", false, true, check_removed_policies},
    {0},
};
