#include "kube/podspec.h"

#include "kube/field.h"
#include "text/units.h"
#include "value/yaml.h"

/* ---- references ---- */

static void refer(struct arena *a, struct workload *w, const char *kind, struct value name, struct str key, struct value optional, struct str path)
{
    if (name.kind != V_STR || !name.n) return;
    struct reference *r = PUSH(a, w->refs, w->refs_n, w->refs_cap);
    *r = (struct reference){.kind = kind, .name = v_text(name), .key = key, .optional = field_bool(optional, false), .path = path};
}

/* A source that names its object by `field` and may be optional, with the keys that it takes (`items`). */
static void refer_source(struct arena *a, struct workload *w, const char *kind, struct value source, const char *field, struct str path)
{
    struct value items = value_at(source, "items", NULL), name = value_at(source, field, NULL), optional = value_at(source, "optional", NULL);
    for (uint32_t i = 0; i < field_len(items); i++) refer(a, w, kind, name, value_str_at(field_item(items, i), "key"), optional, path);
    if (!field_len(items)) refer(a, w, kind, name, (struct str){0}, optional, path);
}

/* ---- containers ---- */

/* Defaults: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/ */
static struct probe read_probe(struct value v)
{
    struct probe p = {.set = v.kind == V_MAP && map_len(v)};
    if (!p.set) return p;
    p.initial_delay = field_int(value_at(v, "initialDelaySeconds", NULL), 0);
    p.period = field_int(value_at(v, "periodSeconds", NULL), 10);
    p.timeout = field_int(value_at(v, "timeoutSeconds", NULL), 1);
    p.success = field_int(value_at(v, "successThreshold", NULL), 1);
    p.failure = field_int(value_at(v, "failureThreshold", NULL), 3);
    /* The API server takes 0 for "not set". */
    if (p.period <= 0) p.period = 10;
    if (p.timeout <= 0) p.timeout = 1;
    if (p.success <= 0) p.success = 1;
    if (p.failure <= 0) p.failure = 3;
    if (p.initial_delay < 0) p.initial_delay = 0;
    static const char *const handlers[] = {"httpGet", "tcpSocket", "grpc"};
    for (size_t i = 0; i < 3 && p.port.kind == V_NIL; i++) p.port = value_at(v, handlers[i], "port", NULL);
    p.path = value_str_at(value_at(v, "httpGet", NULL), "path");
    return p;
}

static int64_t sleep_in(struct str command)
{
    /* "sleep 10", "/bin/sleep 5 && nginx -s quit": the first one counts; others are unknown lengths beside it. */
    ptrdiff_t at = str_find(command, STR("sleep "));
    if (at < 0) return -1;
    struct str rest = str_from_n(command, (size_t)at + strlen("sleep "));
    int64_t n = 0;
    size_t i = 0;
    while (i < rest.n && rest.p[i] == ' ') i++;
    size_t from = i;
    for (; i < rest.n && rest.p[i] >= '0' && rest.p[i] <= '9' && n < 1000000; i++) n = n * 10 + (rest.p[i] - '0');
    return i == from ? -1 : n;
}

static int64_t read_pre_stop(struct arena *a, struct value v)
{
    struct value hook = value_at(v, "lifecycle", "preStop", NULL);
    if (hook.kind != V_MAP || !map_len(hook)) return 0;
    struct value sleep = value_at(hook, "sleep", "seconds", NULL), command = value_at(hook, "exec", "command", NULL);
    if (sleep.kind != V_NIL) return field_int(sleep, -1);
    struct buf line = buf_new(a);
    for (uint32_t i = 0; i < field_len(command); i++) {
        struct value word = field_item(command, i);
        if (word.kind == V_STR) buf_add(&line, v_text(word));
        /* "sleep", 10 in YAML is a number that the API server would refuse. */
        buf_byte(&line, ' ');
    }
    return sleep_in(buf_str(&line));
}

static void read_env_source(struct arena *a, struct workload *w, struct value from, struct env_var *e, struct str path)
{
    static const struct {
        const char *field, *kind;
    } sources[] = {{"secretKeyRef", "Secret"}, {"configMapKeyRef", "ConfigMap"}};
    e->from = "field";
    for (size_t i = 0; i < 2; i++) {
        struct value ref = value_at(from, sources[i].field, NULL);
        if (ref.kind != V_MAP) continue;
        e->from = sources[i].kind;
        e->from_name = value_str_at(ref, "name");
        e->from_key = value_str_at(ref, "key");
        refer(a, w, sources[i].kind, value_at(ref, "name", NULL), e->from_key, value_at(ref, "optional", NULL), path);
    }
}

static void read_env(struct arena *a, struct workload *w, struct container *c)
{
    struct value env = value_at(c->v, "env", NULL), from = value_at(c->v, "envFrom", NULL);
    struct str env_path = path_key(a, c->path, STR("env")), from_path = path_key(a, c->path, STR("envFrom"));
    c->env = NEW_ARRAY(a, struct env_var, field_len(env));
    for (uint32_t i = 0; i < field_len(env); i++) {
        struct value v = field_item(env, i), source = value_at(v, "valueFrom", NULL);
        struct env_var *e = &c->env[c->env_n++];
        *e = (struct env_var){.name = value_str_at(v, "name"), .value = value_str_at(v, "value")};
        if (source.kind == V_MAP) read_env_source(a, w, source, e, path_item(a, env_path, i));
    }
    for (uint32_t i = 0; i < field_len(from); i++) {
        struct value v = field_item(from, i);
        struct str path = path_item(a, from_path, i);
        refer_source(a, w, "Secret", value_at(v, "secretRef", NULL), "name", path);
        refer_source(a, w, "ConfigMap", value_at(v, "configMapRef", NULL), "name", path);
    }
}

static int64_t read_quantity(struct value v)
{
    int64_t milli;
    if (v.kind == V_STR) return quantity_parse(v_text(v), &milli) ? milli : -1;
    if (v.kind == V_FLOAT) return v.u.f >= 0 && v.u.f < 9e15 ? (int64_t)(v.u.f * 1000 + 0.5) : -1;
    int64_t n = field_int(v, -1);
    return n < 0 || n > INT64_MAX / 1000 ? -1 : n * 1000;
}

static struct resource *resource_of(struct arena *a, struct container *c, uint32_t *cap, struct str name)
{
    for (uint32_t i = 0; i < c->resources_n; i++)
        if (str_eq(c->resources[i].name, name)) return &c->resources[i];
    struct resource *r = PUSH(a, c->resources, c->resources_n, *cap);
    *r = (struct resource){.name = name, .request = -1, .limit = -1};
    return r;
}

static void read_resources(struct arena *a, struct container *c)
{
    struct value requests = value_at(c->v, "resources", "requests", NULL), limits = value_at(c->v, "resources", "limits", NULL);
    uint32_t cap = 0;
    struct entry **r = requests.kind == V_MAP ? map_sorted(a, requests.u.map) : NULL, **l = limits.kind == V_MAP ? map_sorted(a, limits.u.map) : NULL;
    for (uint32_t i = 0; r && i < map_len(requests); i++) resource_of(a, c, &cap, r[i]->key)->request = read_quantity(r[i]->value);
    for (uint32_t i = 0; l && i < map_len(limits); i++) {
        struct resource *x = resource_of(a, c, &cap, l[i]->key);
        x->limit = read_quantity(l[i]->value);
        if (x->request < 0) x->request = x->limit;
    }
}

static void read_ports_and_mounts(struct arena *a, struct container *c)
{
    struct value ports = value_at(c->v, "ports", NULL), mounts = value_at(c->v, "volumeMounts", NULL);
    c->ports = NEW_ARRAY(a, struct port, field_len(ports));
    for (uint32_t i = 0; i < field_len(ports); i++) {
        struct value v = field_item(ports, i);
        struct str protocol = value_str_at(v, "protocol");
        c->ports[c->ports_n++] = (struct port){
            .name = value_str_at(v, "name"),
            .protocol = protocol.n ? protocol : STR("TCP"),
            .number = field_int(value_at(v, "containerPort", NULL), 0),
        };
    }
    c->mounts = NEW_ARRAY(a, struct mount, field_len(mounts));
    for (uint32_t i = 0; i < field_len(mounts); i++) {
        struct value v = field_item(mounts, i);
        c->mounts[c->mounts_n++] = (struct mount){value_str_at(v, "name"), value_str_at(v, "mountPath"), value_str_at(v, "subPath")};
    }
}

static void read_container(struct arena *a, struct workload *w, struct value v, bool init, struct str path)
{
    struct container *c = &w->containers[w->containers_n++];
    *c = (struct container){.name = value_str_at(v, "name"), .image = value_str_at(v, "image"), .init = init, .v = v, .path = path};
    c->sidecar = init && str_is(value_str_at(v, "restartPolicy"), "Always");
    c->startup = read_probe(value_at(v, "startupProbe", NULL));
    c->readiness = read_probe(value_at(v, "readinessProbe", NULL));
    c->liveness = read_probe(value_at(v, "livenessProbe", NULL));
    c->pre_stop = read_pre_stop(a, v);
    read_env(a, w, c);
    read_resources(a, c);
    read_ports_and_mounts(a, c);
}

/* ---- volumes ---- */

static void read_projected(struct arena *a, struct workload *w, struct value sources, struct str path)
{
    for (uint32_t i = 0; i < field_len(sources); i++) {
        struct value v = field_item(sources, i);
        refer_source(a, w, "Secret", value_at(v, "secret", NULL), "name", path);
        refer_source(a, w, "ConfigMap", value_at(v, "configMap", NULL), "name", path);
    }
}

static void read_volume(struct arena *a, struct workload *w, struct value v, struct str path)
{
    struct volume *x = &w->volumes[w->volumes_n++];
    *x = (struct volume){.name = value_str_at(v, "name"), .v = v};
    for (uint32_t i = 0; v.kind == V_MAP && i < map_len(v); i++)
        if (!str_is(v.u.map->v[i].key, "name") && v.u.map->v[i].value.kind == V_MAP) x->source = v.u.map->v[i].key;
    if (!x->source.n) x->source = STR("emptyDir");
    static const struct {
        const char *source, *field, *kind;
    } named[] = {{"configMap", "name", "ConfigMap"}, {"secret", "secretName", "Secret"}, {"persistentVolumeClaim", "claimName", "PersistentVolumeClaim"}};
    for (size_t i = 0; i < 3; i++) {
        struct value source = value_at(v, named[i].source, NULL);
        if (source.kind != V_MAP) continue;
        x->target = value_str_at(source, named[i].field);
        refer_source(a, w, named[i].kind, source, named[i].field, path);
    }
    read_projected(a, w, value_at(v, "projected", "sources", NULL), path);
    struct value csi = value_at(v, "csi", "nodePublishSecretRef", "name", NULL);
    refer(a, w, "Secret", csi, (struct str){0}, NIL, path);
}

int64_t podspec_storage(struct value claim_spec) { return read_quantity(value_at(claim_spec, "resources", "requests", "storage", NULL)); }

void podspec_read(struct arena *a, struct workload *w)
{
    struct value spec = value_at(w->pod, "spec", NULL);
    struct str base = w->pod_path.n ? path_key(a, w->pod_path, STR("spec")) : STR("spec");
    struct value labels = value_at(w->pod, "metadata", "labels", NULL);
    w->labels = labels.kind == V_MAP ? labels.u.map : NULL;
    w->grace = field_int(value_at(spec, "terminationGracePeriodSeconds", NULL), 30);
    w->service_account = value_str_at(spec, "serviceAccountName");
    if (!w->service_account.n) w->service_account = value_str_at(spec, "serviceAccount");

    static const char *const lists[] = {"initContainers", "containers"};
    uint32_t total = field_len(value_at(spec, lists[0], NULL)) + field_len(value_at(spec, lists[1], NULL));
    w->containers = NEW_ARRAY(a, struct container, total);
    for (size_t k = 0; k < 2; k++) {
        struct value v = value_at(spec, lists[k], NULL);
        struct str path = path_key(a, base, str_from(lists[k]));
        for (uint32_t i = 0; i < field_len(v); i++) read_container(a, w, field_item(v, i), k == 0, path_item(a, path, i));
    }
    struct value volumes = value_at(spec, "volumes", NULL), pull = value_at(spec, "imagePullSecrets", NULL);
    struct str path = path_key(a, base, STR("volumes"));
    w->volumes = NEW_ARRAY(a, struct volume, field_len(volumes));
    for (uint32_t i = 0; i < field_len(volumes); i++) read_volume(a, w, field_item(volumes, i), path_item(a, path, i));
    path = path_key(a, base, STR("imagePullSecrets"));
    /* The kubelet pulls without a Secret that is not there (pkg/kubelet, makes an event only). */
    for (uint32_t i = 0; i < field_len(pull); i++)
        refer(a, w, "Secret", value_at(field_item(pull, i), "name", NULL), (struct str){0}, v_bool(true), path_item(a, path, i));
    if (w->service_account.n && !str_is(w->service_account, "default"))
        refer(a, w, "ServiceAccount", v_str(w->service_account), (struct str){0}, NIL, path_key(a, base, STR("serviceAccountName")));
    refer(a, w, "PriorityClass", value_at(spec, "priorityClassName", NULL), (struct str){0}, NIL, path_key(a, base, STR("priorityClassName")));
    refer(a, w, "RuntimeClass", value_at(spec, "runtimeClassName", NULL), (struct str){0}, NIL, path_key(a, base, STR("runtimeClassName")));
}
