/* Plans of charts of a few lines, each with one thing that planner and proof have to agree on. */
#include "plan/plan_test.h"

#include <stdio.h>

#include "proof/proof.h"

#define POD "spec: {containers: [{name: c, image: 'c:{{ .Chart.Version }}'}]}"
#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  selector: {matchLabels: {app: app}}\n  template:\n    metadata: {labels: {app: app}}\n    " POD "\n---\n"
#define HOOK(KIND, NAME, EVENTS, POLICY, REST) \
    "apiVersion: v1\nkind: " KIND "\nmetadata:\n  name: " NAME "\n  annotations:\n    helm.sh/hook: " EVENTS "\n    helm.sh/hook-delete-policy: " POLICY "\n" REST "\n---\n"
#define ALWAYS "before-hook-creation"
#define UPGRADES "pre-install,pre-upgrade"

struct small {
    const char *what, *old, *new;
    const char *steps;        /* ids that the plan must have, separated by spaces; one after "!" must not be there */
    const char *losses;       /* their ids */
};

static const struct small cases[] = {
    {"a test's Pod is nothing of an upgrade's", HOOK("Pod", "try", "test", ALWAYS, POD), HOOK("Pod", "try", "test", ALWAYS, POD), "!back-jobs", ""},
    {"nor is a test's ConfigMap, which may not be there", HOOK("ConfigMap", "try", "test", ALWAYS, "data: {a: b}"), HOOK("ConfigMap", "try", "test", ALWAYS, "data: {a: c}"), "!back-restore-try", ""},
    {"a test's object that becomes the release's must not be there", HOOK("ConfigMap", "try", "test", ALWAYS, "data: {a: b}"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: try}\n", "absent back-leftovers", ""},
    {"a Job of an installation is not made again", HOOK("Pod", "set-up", "post-install", ALWAYS, POD), HOOK("Pod", "set-up", "post-install", ALWAYS, POD), "!back-jobs", ""},
    {"what a hook ran, it ran", HOOK("Pod", "migrate", UPGRADES, ALWAYS, POD), HOOK("Pod", "migrate", UPGRADES, ALWAYS, POD), "back-jobs", ""},
    {"a hook's ConfigMap that stays gets its old content", HOOK("ConfigMap", "cfg", UPGRADES, ALWAYS, "data: {a: b}"), HOOK("ConfigMap", "cfg", UPGRADES, ALWAYS, "data: {b: c}"), "back-remake-cfg back-restore-cfg", ""},
    {"... one that was equal may be gone", HOOK("ConfigMap", "cfg", UPGRADES, ALWAYS, "data: {a: b}"), HOOK("ConfigMap", "cfg", UPGRADES, ALWAYS, "data: {a: b}"), "!back-remake-cfg back-restore-cfg", ""},
    {"... and one that goes by its policy need not come back", HOOK("ConfigMap", "cfg", UPGRADES, "hook-succeeded", "data: {a: b}"), HOOK("ConfigMap", "cfg", UPGRADES, "hook-succeeded", "data: {b: c}"), "!back-restore-cfg", ""},
    {"other kinds as well", HOOK("ServiceAccount", "sa", UPGRADES, ALWAYS, "automountServiceAccountToken: true"), HOOK("ServiceAccount", "sa", UPGRADES, ALWAYS, "automountServiceAccountToken: false"), "back-remake-sa back-restore-sa", ""},
    {"an installation's that an upgrade's hook replaces", HOOK("ConfigMap", "cfg", "pre-install", ALWAYS, "data: {a: b}"), HOOK("ConfigMap", "cfg", UPGRADES, ALWAYS, "data: {b: c}"), "back-restore-cfg", ""},
    {"a Secret's content is nothing for a plan: the old hook makes it", HOOK("Secret", "s", UPGRADES, ALWAYS, "stringData: {a: b}"), HOOK("Secret", "s", UPGRADES, ALWAYS, "stringData: {a: c}"), "back-4.2-upgrade-back !back-restore-s", ""},
    {"a selector changes: the object is made anew, and nothing is left in it",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    " POD "\n",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {new: '1'}}\nspec:\n  selector: {matchLabels: {name: x}}\n  template:\n    metadata: {labels: {name: x}}\n    " POD "\n",
     "replace-Deployment-x back-replace-Deployment-x !back-residue-Deployment-x", ""},
    {"an API that moved is one object", "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\nspec: {}\n", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {a: b}\n", "1.2-record-objects", ""},
    {"what a policy keeps stays", "", "apiVersion: v1\nkind: Namespace\nmetadata: {name: one, annotations: {helm.sh/resource-policy: keep}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: two, annotations: {helm.sh/resource-policy: keep}}\n",
     "accept-stays-Namespace-one accept-stays-Namespace-two !back-leftovers", "stays/Namespace/one stays/Namespace/two"},
    {"a ServiceAccount that the new version only names is not in it", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    spec: {serviceAccountName: sa, containers: [{name: c, image: c}]}\n", "back-leftovers", ""},
    {"replicas that the new version leaves to its autoscaler",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    " POD "\n---\n"
     "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {minReplicas: 1, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}}\n",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    " POD "\n---\n"
     "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {minReplicas: 1, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}}\n",
     "2.4-scale-x back-4.2-overlay", ""},
};

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f) return;
    fputs(text, f);
    fclose(f);
}

static const char *write_chart(struct arena *a, const char *dir, const char *version, const char *text, const char *crds)
{
    const char *root = str_printf(a, "%s/%s", dir, version).p;
    struct str below = str_printf(a, "mkdir -p %s/templates %s/crds", root, root);
    if (system(below.p) != 0) test_fail(__FILE__, __LINE__, "no folder %s", root);
    write_text(str_printf(a, "%s/Chart.yaml", root).p, str_printf(a, "apiVersion: v2\nname: app\nversion: %s\n", version).p);
    write_text(str_printf(a, "%s/values.yaml", root).p, "replicas: 3\n");
    write_text(str_printf(a, "%s/templates/all.yaml", root).p, str_printf(a, "%s%s", DEPLOYMENT, text).p);
    if (crds) write_text(str_printf(a, "%s/crds/all.yaml", root).p, crds);
    return root;
}

static bool has_word(const char *words, struct str s)
{
    for (struct str rest = str_from(words), head, tail; rest.n; rest = tail) {
        if (!str_cut(rest, STR(" "), &head, &tail)) head = rest, tail = STR("");
        if (str_eq(head, s)) return true;
    }
    return false;
}

static void check_plan(struct arena *a, const struct small *c, const struct plan *p)
{
    struct proof *r = proof_make(a, p, false);
    if (r->verdict == UNPROVED) test_fail(__FILE__, __LINE__, "%s: %.*s", c->what, STR_ARG(proof_text(a, r)));
    for (struct str rest = str_from(c->steps), head, tail; rest.n; rest = tail) {
        if (!str_cut(rest, STR(" "), &head, &tail)) head = rest, tail = STR("");
        bool wanted = head.p[0] != '!';
        const char *id = str_z(a, wanted ? head : str_from_n(head, 1));
        if ((step_of(p, id) != NULL) != wanted) test_fail(__FILE__, __LINE__, "%s: %s is%s there", c->what, id, wanted ? " not" : "");
    }
    for (uint32_t i = 0; i < p->losses_n; i++)
        if (!has_word(c->losses, p->losses[i].id)) test_fail(__FILE__, __LINE__, "%s: it gives up %.*s", c->what, STR_ARG(p->losses[i].id));
    CHECK_INT(r->losses_n, p->losses_n);
}

static void check_small(struct arena *a, const struct small *c, const char *crds)
{
    char dir[] = "/tmp/rutter-small-XXXXXX";
    if (!mkdtemp(dir)) return test_skip("no folder under /tmp");
    struct plan_case x = {.profile = "generic", .helm_major = 4};
    x.old = write_chart(a, dir, "1.0.0", c->old, NULL);
    x.new = write_chart(a, dir, "1.1.0", c->new, crds);
    const struct plan *p = plan_of(a, &x);
    if (p) check_plan(a, c, p);
    if (system(str_printf(a, "rm -rf %s", dir).p) != 0) test_fail(__FILE__, __LINE__, "%s stays", dir);
}

TEST(small_plans_are_proved)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_small(a, &cases[i], NULL);
}

/* Helm shows all of them, so all are applied; each new one is a thing of its own that stays. */
TEST(small_plan_applies_all_definitions)
{
    static const char crds[] =
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.org}\nspec: {group: example.org, names: {kind: A, plural: as}, scope: Namespaced}\n---\n"
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: bs.example.org}\nspec: {group: example.org, names: {kind: B, plural: bs}, scope: Namespaced}\n";
    static const struct small c = {"definitions", "", "apiVersion: example.org/v1\nkind: A\nmetadata: {name: a}\n", "crds-apply crds-stays-as.example.org crds-stays-bs.example.org",
                                   "stays/CustomResourceDefinition/as.example.org stays/CustomResourceDefinition/bs.example.org"};
    check_small(a, &c, crds);
}
