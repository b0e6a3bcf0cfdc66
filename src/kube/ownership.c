#include "kube/ownership.h"

#include <assert.h>

static const struct ownership table[] = {
    [OWNER_RELEASE] = {
        OWNER_RELEASE, "release",
        {OWN_CREATES | OWN_REFUSES, OWN_CREATES | OWN_PATCHES | OWN_DELETES | OWN_REFUSES, OWN_CREATES | OWN_PATCHES | OWN_DELETES, OWN_DELETES},
        "Helm creates, patches and deletes it, and a rollback restores it as the old manifest has it, not as it was.",
        "helm pkg/kube/client.go (update), pkg/action/{install,upgrade,rollback,uninstall}.go",
    },
    [OWNER_HOOK] = {
        OWNER_HOOK, "hook",
        {OWN_CREATES | OWN_REPLACES, OWN_CREATES | OWN_REPLACES, OWN_CREATES | OWN_REPLACES, OWN_CREATES | OWN_REPLACES},
        "Created at its own events only, by weight and then name; it is in no manifest, so nothing deletes or restores it when a version drops it.",
        "helm pkg/action/hooks.go (execHook; DeletePolicy before-hook-creation by default)",
    },
    [OWNER_HOOK_APPLIED] = {
        OWNER_HOOK_APPLIED, "hook-applied",
        {0, 0, 0, 0},
        "Applied by a Job that a hook runs; Helm does not know it: never deleted when it goes away, never restored.",
        "the Job's own kubectl apply, which has no --prune; helm knows manifests and hooks only (pkg/release)",
    },
    [OWNER_CRD] = {
        OWNER_CRD, "crd",
        {OWN_CREATES, 0, 0, 0},
        "From crds/: installed once when it is not there, never upgraded, never deleted.",
        "https://helm.sh/docs/chart_best_practices/custom_resource_definitions/, helm pkg/action/install.go (installCRDs)",
    },
    [OWNER_KEPT] = {
        OWNER_KEPT, "kept",
        {OWN_CREATES | OWN_REFUSES, OWN_CREATES | OWN_PATCHES | OWN_REFUSES, OWN_CREATES | OWN_PATCHES, 0},
        "helm.sh/resource-policy: keep: left alone when the chart drops it; a rollback to a version that has it fails while it exists outside the newest record.",
        "helm pkg/kube/client.go (update reads the live object's annotation), pkg/action/resource_policy.go (uninstall reads the manifest's)",
    },
    [OWNER_ADOPTED] = {
        OWNER_ADOPTED, "adopted",
        {OWN_REFUSES, OWN_PATCHES | OWN_REFUSES, OWN_REFUSES, OWN_DELETES},
        "In the chart, and already there from elsewhere: refused unless it carries the release's labels and annotations; a rollback never adopts.",
        "helm pkg/action/validate.go (checkOwnership, existingResourceConflict)",
    },
    [OWNER_REFERENCED] = {
        OWNER_REFERENCED, "referenced",
        {0, 0, 0, 0},
        "Named, not rendered: must exist before pods can start.",
        "https://kubernetes.io/docs/concepts/configuration/secret/ (pods wait for what they refer to, unless it is optional)",
    },
    [OWNER_RUNTIME] = {
        OWNER_RUNTIME, "runtime",
        {0, 0, 0, 0},
        "Made by a controller, and outlives or follows its maker by that controller's rules.",
        "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ (claims stay), https://keda.sh/docs/latest/concepts/scaling-deployments/",
    },
};

const struct ownership *ownership_of(enum owner o)
{
    assert((size_t)o < sizeof table / sizeof *table);
    return &table[o];
}

const char *owner_name(enum owner o) { return ownership_of(o)->name; }
