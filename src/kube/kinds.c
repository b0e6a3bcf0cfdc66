#include "kube/field.h"
#include "kube/object.h"

/* Kinds without a namespace: `kubectl api-resources --namespaced=false` of Kubernetes 1.20 to 1.35, and of operators that
 * charts often bring objects for. Kinds that nobody knows are namespaced, as most are. */
static const struct {
    const char *group, *kind;
} cluster_kinds[] = {
    {"", "ComponentStatus"}, {"", "Namespace"}, {"", "Node"}, {"", "PersistentVolume"},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicy"}, {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"}, {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"}, {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
    {"apiextensions.k8s.io", "CustomResourceDefinition"}, {"apiregistration.k8s.io", "APIService"},
    {"certificates.k8s.io", "CertificateSigningRequest"}, {"certificates.k8s.io", "ClusterTrustBundle"},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema"}, {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
    {"networking.k8s.io", "IngressClass"}, {"networking.k8s.io", "IPAddress"}, {"networking.k8s.io", "ServiceCIDR"},
    {"node.k8s.io", "RuntimeClass"}, {"policy", "PodSecurityPolicy"}, {"extensions", "PodSecurityPolicy"},
    {"rbac.authorization.k8s.io", "ClusterRole"}, {"rbac.authorization.k8s.io", "ClusterRoleBinding"},
    {"resource.k8s.io", "DeviceClass"}, {"resource.k8s.io", "ResourceSlice"}, {"scheduling.k8s.io", "PriorityClass"},
    {"storage.k8s.io", "CSIDriver"}, {"storage.k8s.io", "CSINode"}, {"storage.k8s.io", "StorageClass"},
    {"storage.k8s.io", "VolumeAttachment"}, {"storage.k8s.io", "VolumeAttributesClass"},
    {"storagemigration.k8s.io", "StorageVersionMigration"},
    {"cert-manager.io", "ClusterIssuer"}, {"eventing.keda.sh", "ClusterCloudEventSource"},
    {"external-secrets.io", "ClusterExternalSecret"}, {"external-secrets.io", "ClusterSecretStore"},
    {"gateway.networking.k8s.io", "GatewayClass"}, {"karpenter.sh", "NodeClaim"}, {"karpenter.sh", "NodePool"},
    {"keda.sh", "ClusterTriggerAuthentication"}, {"kyverno.io", "ClusterPolicy"}, {"nfd.k8s-sigs.io", "NodeFeatureRule"},
    {"nvidia.com", "ClusterPolicy"}, {"security.openshift.io", "SecurityContextConstraints"},
    {"snapshot.storage.k8s.io", "VolumeSnapshotClass"}, {"snapshot.storage.k8s.io", "VolumeSnapshotContent"},
};

bool kind_is_namespaced(struct str api_version, struct str kind)
{
    struct str group = field_group(api_version);
    for (size_t i = 0; i < sizeof cluster_kinds / sizeof *cluster_kinds; i++)
        if (str_is(kind, cluster_kinds[i].kind) && str_is(group, cluster_kinds[i].group)) return false;
    return true;
}
