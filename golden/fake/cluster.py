"""The fake cluster: objects with their field managers, and what controllers do about them.

It knows what CLUSTER-FACTS of the project found with a real API server, and Kubernetes' documents; it shares nothing with src/proof.
Controllers act at once and to the end after each command (`settle`): pods are ready when what they need is there, volumes are bound, KEDA looks
after its ScaledObjects. Nothing here depends on the clock or on chance, so equal runs end equal. Objects are never changed in place (shared.py).
"""
import copy
import json
import re

import merge
from shared import canonical, remembered

# kind: plural, group, in a namespace
KINDS = {
    'Namespace': ('namespaces', '', False), 'Node': ('nodes', '', False), 'PersistentVolume': ('persistentvolumes', '', False),
    'Pod': ('pods', '', True), 'Service': ('services', '', True), 'ConfigMap': ('configmaps', '', True), 'Secret': ('secrets', '', True),
    'ServiceAccount': ('serviceaccounts', '', True), 'PersistentVolumeClaim': ('persistentvolumeclaims', '', True),
    'ResourceQuota': ('resourcequotas', '', True), 'LimitRange': ('limitranges', '', True), 'Event': ('events', '', True),
    'Deployment': ('deployments', 'apps', True), 'StatefulSet': ('statefulsets', 'apps', True), 'DaemonSet': ('daemonsets', 'apps', True),
    'ReplicaSet': ('replicasets', 'apps', True), 'Job': ('jobs', 'batch', True), 'CronJob': ('cronjobs', 'batch', True),
    'PodDisruptionBudget': ('poddisruptionbudgets', 'policy', True), 'Role': ('roles', 'rbac.authorization.k8s.io', True),
    'RoleBinding': ('rolebindings', 'rbac.authorization.k8s.io', True), 'ClusterRole': ('clusterroles', 'rbac.authorization.k8s.io', False),
    'ClusterRoleBinding': ('clusterrolebindings', 'rbac.authorization.k8s.io', False), 'Ingress': ('ingresses', 'networking.k8s.io', True),
    'IngressClass': ('ingressclasses', 'networking.k8s.io', False), 'NetworkPolicy': ('networkpolicies', 'networking.k8s.io', True),
    'HorizontalPodAutoscaler': ('horizontalpodautoscalers', 'autoscaling', True), 'Lease': ('leases', 'coordination.k8s.io', True),
    'StorageClass': ('storageclasses', 'storage.k8s.io', False), 'PriorityClass': ('priorityclasses', 'scheduling.k8s.io', False),
    'CustomResourceDefinition': ('customresourcedefinitions', 'apiextensions.k8s.io', False),
    'MutatingWebhookConfiguration': ('mutatingwebhookconfigurations', 'admissionregistration.k8s.io', False),
    'ValidatingWebhookConfiguration': ('validatingwebhookconfigurations', 'admissionregistration.k8s.io', False),
    'APIService': ('apiservices', 'apiregistration.k8s.io', False),
    'ScaledObject': ('scaledobjects', 'keda.sh', True), 'TriggerAuthentication': ('triggerauthentications', 'keda.sh', True),
    'ServiceMonitor': ('servicemonitors', 'monitoring.coreos.com', True), 'PodMonitor': ('podmonitors', 'monitoring.coreos.com', True),
    'Prometheus': ('prometheuses', 'monitoring.coreos.com', True), 'Alertmanager': ('alertmanagers', 'monitoring.coreos.com', True),
    'PrometheusRule': ('prometheusrules', 'monitoring.coreos.com', True),
}
SHORT = {'deploy': 'Deployment', 'sts': 'StatefulSet', 'ds': 'DaemonSet', 'svc': 'Service', 'cm': 'ConfigMap', 'pvc': 'PersistentVolumeClaim',
         'pv': 'PersistentVolume', 'hpa': 'HorizontalPodAutoscaler', 'so': 'ScaledObject', 'ns': 'Namespace', 'sa': 'ServiceAccount', 'po': 'Pod',
         'pdb': 'PodDisruptionBudget', 'ing': 'Ingress', 'rs': 'ReplicaSet'}
BY_NAME = {k.lower(): k for k in KINDS}
BY_NAME.update({v[0]: k for k, v in KINDS.items()})
BY_NAME.update(SHORT)
WORKLOADS = ('Deployment', 'StatefulSet', 'DaemonSet')
MUTABLE_STS = ('replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds')
NODES = 2


class Refused(Exception):
    """The API server says no; its words."""


def kind_of(word):
    """The kind that `deployments`, `deployment.apps` or `deploy` means."""
    name, _, group = word.partition('.')
    kind = BY_NAME.get(name.lower())
    if kind is None or (group and KINDS[kind][1] not in (group, group.partition('.')[2]) and not group.endswith(KINDS[kind][1])):
        raise Refused('error: the server doesn\'t have a resource type "%s"' % word)
    return kind


def resource(kind):
    """As `-o name` and error messages have it: deployment.apps, configmap."""
    group = KINDS[kind][1] if kind in KINDS else 'example.com'
    return kind.lower() + ('.' + group if group else '')


def resources(kind):
    plural, group, _ = KINDS[kind]
    return plural + ('.' + group if group else '')


def namespaced(kind):
    return KINDS[kind][2] if kind in KINDS else True


def key_of(obj, default_ns=''):
    kind = obj['kind']
    ns = (obj['metadata'].get('namespace') or default_ns) if namespaced(kind) else ''
    return kind, ns, obj['metadata']['name']


def matches(labels, selector):
    """A label selector's text against labels."""
    for part in re.split(r',(?![^(]*\))', selector):
        part = part.strip()
        m = re.fullmatch(r'(\S+)\s+(in|notin)\s+\(([^)]*)\)', part)
        if m:
            inside = labels.get(m[1]) in [x.strip() for x in m[3].split(',')]
            if inside != (m[2] == 'in'):
                return False
            continue
        m = re.fullmatch(r'([^=!]+)(==|=|!=)(.*)', part)
        if m:
            if (labels.get(m[1].strip()) == m[3].strip()) != (m[2] != '!='):
                return False
        elif part and part not in labels:
            return False
    return True


class Cluster:
    def __init__(self):
        self.objects = {}        # key -> object
        self.owners = {}         # key -> {(manager, operation, subresource): paths}
        self.numbers = 0         # for uids
        self.tokens = 0          # one for each new volume: what data it has
        self.orphans = {}        # workloads deleted with --cascade=orphan: their pods go on
        self.seen = {}           # ScaledObject key -> what KEDA last acted upon
        self.writes = 0
        self.no_images = set()   # images that nobody can pull
        self.settled = -1        # the writes after which the controllers had nothing left to do
        self.sorted = {}         # kind -> its keys in order; rebuilt when objects come or go
        self.secrets = {}        # bearer tokens that the gateways accept
        for ns in ('kube-system', 'default', 'monitoring', 'keda'):
            self.make_namespace(ns)

    # ---- snapshots ----

    def freeze(self):
        return {**self.__dict__, 'objects': dict(self.objects), 'owners': dict(self.owners), 'seen': dict(self.seen), 'secrets': dict(self.secrets), 'sorted': {}}

    def thaw(self, state):
        self.__dict__.update(state, objects=dict(state['objects']), owners=dict(state['owners']), seen=dict(state['seen']), secrets=dict(state['secrets']), sorted={})

    # ---- reading ----

    def get(self, key):
        return self.objects.get(key)

    def of_kind(self, kind, ns=None):
        keys = self.sorted.get(kind)
        if keys is None:
            keys = self.sorted[kind] = sorted(k for k in self.objects if k[0] == kind)
        return [self.objects[k] for k in keys if ns is None or k[1] == ns]

    # ---- writing ----

    def make_namespace(self, ns):
        key = ('Namespace', '', ns)
        if key not in self.objects:
            self.put(key, {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': ns}, 'status': {'phase': 'Active'}}, {})

    def admit(self, key, before, after):
        """What the API server forbids."""
        kind, ns, name = key
        spec = after.get('spec') if isinstance(after.get('spec'), dict) else {}
        if before is None:
            if ns and ('Namespace', '', ns) not in self.objects:
                raise Refused('namespaces "%s" not found' % ns)
            return
        was = before.get('spec') if isinstance(before.get('spec'), dict) else {}

        def forbid(text):
            raise Refused('%s "%s" is invalid: %s' % (kind + ('.' + KINDS[kind][1] if KINDS[kind][1] else ''), name, text))
        if kind == 'StatefulSet':
            if {k: v for k, v in was.items() if k not in MUTABLE_STS} != {k: v for k, v in spec.items() if k not in MUTABLE_STS}:
                forbid("spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                       "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")
        elif kind in ('Deployment', 'DaemonSet') and was.get('selector') != spec.get('selector'):
            forbid('spec.selector: Invalid value: %s: field is immutable' % json.dumps(spec.get('selector')))
        elif kind == 'Job' and was.get('template') != spec.get('template'):
            forbid('spec.template: Invalid value: field is immutable')
        elif kind == 'PersistentVolumeClaim':
            def rest(s):
                return {k: v for k, v in s.items() if k not in ('resources', 'volumeName', 'volumeAttributesClassName')}
            if rest(was) != rest(spec) or (was.get('volumeName') and was['volumeName'] != spec.get('volumeName')):
                forbid('spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims')
        elif kind in ('RoleBinding', 'ClusterRoleBinding') and before.get('roleRef') != after.get('roleRef'):
            forbid('roleRef: Invalid value: cannot change roleRef')
        elif kind in ('ConfigMap', 'Secret') and before.get('immutable') and before.get('data') != after.get('data'):
            forbid('data: Forbidden: field is immutable when `immutable` is set')

    def put(self, key, obj, owners, dry=False):
        before = self.objects.get(key)
        meta = dict(obj.get('metadata') or {})
        obj = {**obj, 'metadata': meta}
        if key[1]:
            meta['namespace'] = key[1]
        if key[0] in ('Deployment', 'StatefulSet') and isinstance(obj.get('spec'), dict) and 'replicas' not in obj['spec']:
            obj['spec'] = {**obj['spec'], 'replicas': 1}
        self.admit(key, before, obj)
        if dry:
            return obj
        if before is None:
            self.numbers += 1
            meta['uid'] = '00000000-0000-4000-8000-%012x' % self.numbers
            meta['generation'] = 1
        else:
            meta['uid'] = before['metadata']['uid']
            meta['generation'] = before['metadata']['generation'] + (before.get('spec') != obj.get('spec'))
            if 'status' in before:
                obj['status'] = before['status']
        if before is None:
            self.sorted.pop(key[0], None)
            self.adopt(key, obj)
        if before != obj:
            self.writes += 1
            self.objects[key] = obj if 'record' in obj else canonical(obj)
        self.owners[key] = owners
        return self.objects[key]

    def set(self, key, **fields):
        """What controllers write beside the spec; the generation stays."""
        obj = self.objects[key]
        if any(obj.get(k) != v for k, v in fields.items()):
            self.objects[key] = canonical({**obj, **fields})

    def apply_server(self, key, obj, manager, force=False, dry=False):
        after, owners = merge.server_apply(self.objects.get(key), self.owners.get(key, NOBODY), without_nulls(obj), manager, force)
        return self.put(key, after, owners, dry)

    def upgrade_manager(self, key, manager):
        """What a manager owns by updates it owns by its applies from now on (k8s.io/client-go/util/csaupgrade)."""
        owners = self.owners.get(key, NOBODY)
        if (manager, 'Update', '') in owners:
            owners = {k: set(v) for k, v in owners.items()}
            owners.setdefault((manager, 'Apply', ''), set()).update(owners.pop((manager, 'Update', '')))
            self.owners[key] = owners

    def update(self, key, after, manager, subresource='', dry=False):
        before, after = self.objects.get(key), without_nulls(canonical(after))
        owners = merge.note_update(before, after, self.owners.get(key, NOBODY), manager, subresource)
        return self.put(key, after, owners, dry)

    def scale(self, key, replicas, manager):
        obj = self.objects.get(key)
        if obj is None or obj['spec'].get('replicas') == replicas:
            return
        self.update(key, {**obj, 'spec': {**obj['spec'], 'replicas': replicas}}, manager, 'scale')

    def adopt(self, key, obj):
        """A workload takes the pods that an earlier one of its name has left, when it selects them."""
        orphan = self.orphans.get(key)
        if orphan is None:
            return
        labels = orphan['spec']['template'].get('metadata', {}).get('labels', {})
        if (obj['spec'].get('selector') or {}).get('matchLabels', {}).items() <= labels.items():
            self.orphans = {k: v for k, v in self.orphans.items() if k != key}

    def delete(self, key, orphan=False):
        obj = self.objects.pop(key, None)
        if obj is None:
            return False
        if orphan and key[0] in WORKLOADS:
            self.orphans = {**self.orphans, key: obj}
        self.owners.pop(key, None)
        self.seen.pop(key, None)
        self.sorted.pop(key[0], None)
        self.writes += 1
        uid = obj['metadata'].get('uid')
        for other, child in list(self.objects.items()):
            if any(r.get('uid') == uid for r in child['metadata'].get('ownerReferences', ())):
                self.delete(other)
        if key[0] == 'PersistentVolumeClaim':
            self.let_volume_go(obj)
        elif key[0] == 'CustomResourceDefinition':
            for other in [k for k in self.objects if k[0] == obj['spec']['names']['kind']]:
                self.delete(other)
        return True

    # ---- volumes ----

    def let_volume_go(self, claim):
        key = ('PersistentVolume', '', claim['spec'].get('volumeName'))
        volume = self.objects.get(key)
        if volume is None:
            return
        if volume['spec'].get('persistentVolumeReclaimPolicy') == 'Delete':
            self.delete(key)
        else:
            self.set(key, status={'phase': 'Released'})

    def bind_claims(self):
        for claim in self.of_kind('PersistentVolumeClaim'):
            name = claim['spec'].get('volumeName')
            me = {'namespace': claim['metadata']['namespace'], 'name': claim['metadata']['name'], 'uid': claim['metadata']['uid']}
            if not name:
                self.tokens += 1
                name = 'pvc-%d' % self.tokens
                self.put(('PersistentVolume', '', name), {
                    'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': name},
                    'data-token': 'data-%d' % self.tokens, 'status': {'phase': 'Bound'},
                    'spec': {'persistentVolumeReclaimPolicy': 'Delete', 'claimRef': me}}, {})
            key = ('PersistentVolume', '', name)
            volume, phase = self.objects.get(key), 'Bound'
            if volume is None:
                phase = 'Lost'
            elif volume['spec'].get('claimRef', me).get('uid', me['uid']) != me['uid']:
                phase = 'Pending'
            else:
                self.set(key, spec={**volume['spec'], 'claimRef': me}, status={'phase': 'Bound'})
            self.set(key_of(claim), spec={**claim['spec'], 'volumeName': name}, status={'phase': phase})

    def data(self):
        """What data each claim leads to."""
        out = {}
        for claim in self.of_kind('PersistentVolumeClaim'):
            volume = self.objects.get(('PersistentVolume', '', claim['spec'].get('volumeName')))
            bound = volume is not None and claim.get('status', {}).get('phase') == 'Bound'
            out['%s/%s' % key_of(claim)[1:]] = volume['data-token'] if bound else 'none'
        return out

    # ---- pods ----

    def missing_for(self, template, ns):
        """Why a pod of this template does not start; '' when it does."""
        if self.no_images and any(c.get('image') in self.no_images for c in template.get('spec', {}).get('containers', ())):
            return 'ImagePullBackOff'
        for kind, name, key, why in needs_of(template):
            obj = self.objects.get((kind, ns, name)) if kind else None
            if obj is None or (key is not None and key not in obj.get('data', {}) and key not in obj.get('stringData', {})):
                return why
        return ''

    def settle_workload(self, key):
        obj = self.objects[key]
        self.objects[key] = with_status(obj, self.missing_for(obj['spec']['template'], key[1]))
        if key[0] != 'StatefulSet' or not obj['spec'].get('volumeClaimTemplates'):
            return
        for number in range(obj['spec']['replicas']):
            for claim in obj['spec']['volumeClaimTemplates']:
                mine = ('PersistentVolumeClaim', key[1], '%s-%s-%d' % (claim['metadata']['name'], key[2], number))
                if mine not in self.objects:
                    self.put(mine, {'apiVersion': 'v1', 'kind': mine[0], 'metadata': {'name': mine[2], 'labels': obj['spec'].get('selector', {}).get('matchLabels', {})},
                                    'spec': claim['spec']}, {})

    def pods(self, ns=None):
        left = [obj for key, obj in sorted(self.orphans.items()) if ns is None or key[1] == ns]
        return [pod for obj in [o for kind in WORKLOADS for o in self.of_kind(kind, ns)] + left for pod in pods_of(obj)]

    def ready_pods_of(self, service):
        selector = service.get('spec', {}).get('selector') or {}
        return [p for p in self.pods(service['metadata']['namespace']) if selector and selector.items() <= p['metadata']['labels'].items() and p['status']['phase'] == 'Running']

    def workload_ready(self, obj):
        status = obj.get('status', {})
        want = status.get('desiredNumberScheduled', 0) if obj['kind'] == 'DaemonSet' else obj['spec'].get('replicas', 1)
        up = status.get('numberReady' if obj['kind'] == 'DaemonSet' else 'readyReplicas', 0)
        return status.get('observedGeneration') == obj['metadata']['generation'] and up == want

    # ---- KEDA and the HorizontalPodAutoscaler ----

    def settle_scaler(self, so):
        key = key_of(so)
        kind, ns, name = key
        target = so['spec'].get('scaleTargetRef', {})
        target_key = (target.get('kind', 'Deployment'), ns, target.get('name'))
        workload = self.objects.get(target_key)
        annotations = so['metadata'].get('annotations') or {}
        at, flag = annotations.get('autoscaling.keda.sh/paused-replicas'), annotations.get('autoscaling.keda.sh/paused')
        paused = at is not None or flag == 'true'
        low, high = so['spec'].get('minReplicaCount', 0), so['spec'].get('maxReplicaCount', 100)
        hpa_key = ('HorizontalPodAutoscaler', ns, 'keda-hpa-' + name)
        # A pause scales once, when the ScaledObject is reconciled: after its spec or its pause changed (facts, 9).
        cause = (so['metadata']['generation'], so['metadata']['uid'], at, flag)
        fresh, self.seen[key] = self.seen.get(key) != cause, cause
        if workload is None:
            self.delete(hpa_key) if paused else None
        elif paused:
            self.delete(hpa_key)
            if at is not None and fresh:
                self.scale(target_key, int(at), 'keda-operator')
        else:
            now = workload['spec'].get('replicas', 1)
            if now == 0 and low > 0:
                self.scale(target_key, low, 'keda-operator')
            elif 0 < now < max(low, 1):
                self.scale(target_key, max(low, 1), 'kube-controller-manager')
            elif now > high:
                self.scale(target_key, high, 'kube-controller-manager')
        if not paused and (workload is not None or hpa_key in self.objects):
            self.put(hpa_key, {'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler',
                               'metadata': {'name': hpa_key[2], 'labels': {'app.kubernetes.io/managed-by': 'keda-operator'},
                                            'ownerReferences': [{'kind': 'ScaledObject', 'name': name, 'uid': so['metadata']['uid']}]},
                               'spec': {'minReplicas': max(low, 1), 'maxReplicas': high, 'scaleTargetRef': target}}, {})
        self.set(key, status={'conditions': [{'type': 'Ready', 'status': 'True' if workload is not None or paused else 'False'},
                                             {'type': 'Active', 'status': 'False'}, {'type': 'Fallback', 'status': 'False'},
                                             {'type': 'Paused', 'status': 'True' if paused else 'False'}]})

    def settle(self):
        if self.settled == self.writes:
            return
        for _ in range(4):
            before = self.writes
            self.bind_claims()
            for so in self.of_kind('ScaledObject'):
                self.settle_scaler(so)
            for kind in WORKLOADS:
                for obj in self.of_kind(kind):
                    self.settle_workload(key_of(obj))
            if self.writes == before:
                self.settled = before
                return

    # ---- what is compared ----

    def dump(self):
        """Everything that has to be as it was: not Helm's records, not what the server keeps for itself."""
        out = {}
        for key, obj in self.objects.items():
            if key[0] in ('Event', 'PersistentVolume', 'Namespace') or obj.get('type') == 'helm.sh/release.v1':
                continue
            out['%s/%s/%s' % key] = comparable(obj)
        for name, token in self.data().items():
            out['data of ' + name] = token
        for key in self.orphans:
            out['pods left by %s/%s/%s' % key] = True
        return out


# ---- what depends on an object alone ----

NOBODY = {}                      # the owners of what is not there


@remembered
def without_nulls(obj):
    """As the API server stores it: a null is no field."""
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if v is not None}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return canonical(strip(obj))


@remembered
def needs_of(template):
    """What a pod of this template needs: [(kind, name, key or None, why it does not start without)]; no kind: nothing helps."""
    spec, out = template.get('spec', {}), []
    for volume in spec.get('volumes', ()):
        for kind, field, name in (('ConfigMap', 'configMap', 'name'), ('Secret', 'secret', 'secretName'), ('PersistentVolumeClaim', 'persistentVolumeClaim', 'claimName')):
            if field in volume and not volume[field].get('optional'):
                out.append((kind, volume[field].get(name), None, 'ContainerCreating'))
    for container in spec.get('initContainers', []) + spec.get('containers', []):
        if 'does-not-exist' in container.get('image', ''):
            out.append((None, None, None, 'ImagePullBackOff'))
        if 'crash-loop' in container.get('image', ''):
            out.append((None, None, None, 'CrashLoopBackOff'))
        for env in container.get('env') or ():
            for kind, field in (('Secret', 'secretKeyRef'), ('ConfigMap', 'configMapKeyRef')):
                ref = (env.get('valueFrom') or {}).get(field)
                if ref and not ref.get('optional'):
                    out.append((kind, ref['name'], ref['key'], 'CreateContainerConfigError'))
        for source in container.get('envFrom') or ():
            for kind, field in (('Secret', 'secretRef'), ('ConfigMap', 'configMapRef')):
                if field in source and not source[field].get('optional'):
                    out.append((kind, source[field]['name'], None, 'CreateContainerConfigError'))
    return out


@remembered
def with_status(obj, waiting):
    """A workload after its controller has seen it."""
    kind, _, name = key_of(obj)
    want = NODES if kind == 'DaemonSet' else obj['spec']['replicas']
    up = 0 if waiting else want
    status = {'observedGeneration': obj['metadata']['generation'], 'waiting': waiting}
    if kind == 'DaemonSet':
        status.update(desiredNumberScheduled=want, currentNumberScheduled=want, updatedNumberScheduled=want, numberReady=up, numberAvailable=up)
    else:
        status.update(replicas=want, updatedReplicas=want, readyReplicas=up, availableReplicas=up)
    if kind == 'StatefulSet':
        revision = '%s-%x' % (name, merge_hash(obj['spec']['template']))
        last = obj.get('status', {}).get('currentRevision', revision)
        status.update(updateRevision=revision, currentRevision=last if waiting else revision)
    status = {k: v for k, v in status.items() if v not in ('', 0)}
    return obj if obj.get('status') == status else canonical({**obj, 'status': status})


@remembered
def pods_of(obj):
    spec, out = obj['spec'], []
    waiting = obj.get('status', {}).get('waiting', '')
    template = spec['template']
    for number in range(NODES if obj['kind'] == 'DaemonSet' else spec.get('replicas', 1)):
        state = {'waiting': {'reason': waiting}} if waiting else {'running': {}}
        out.append({'apiVersion': 'v1', 'kind': 'Pod',
                    'metadata': {'name': '%s-%d' % (obj['metadata']['name'], number), 'namespace': obj['metadata']['namespace'],
                                 'labels': template.get('metadata', {}).get('labels', {}), 'annotations': template.get('metadata', {}).get('annotations', {})},
                    'spec': template.get('spec', {}),
                    'status': {'phase': 'Pending' if waiting else 'Running', 'conditions': [{'type': 'Ready', 'status': 'False' if waiting else 'True'}],
                               'containerStatuses': [{'name': c['name'], 'ready': not waiting, 'state': state} for c in template.get('spec', {}).get('containers', ())]}})
    return out


@remembered
def comparable(obj):
    """An object without what the server keeps; keyed lists in one order."""
    obj = {k: copy.deepcopy(v) for k, v in obj.items() if k not in ('status', 'record')}
    meta = obj['metadata']
    for field in ('uid', 'generation', 'resourceVersion', 'creationTimestamp', 'managedFields', 'ownerReferences'):
        meta.pop(field, None)
    if meta.get('annotations'):
        meta['annotations'].pop('kubectl.kubernetes.io/last-applied-configuration', None)
    for field in ('annotations', 'labels'):
        if not meta.get(field):
            meta.pop(field, None)
    if obj['kind'] == 'PersistentVolumeClaim':
        obj.get('spec', {}).pop('volumeName', None)
    return canonical(in_order(obj, merge.built_in(obj)))


def in_order(value, keyed, name=''):
    if isinstance(value, dict):
        return {k: in_order(v, keyed, k) for k, v in value.items()}
    if isinstance(value, list):
        key = merge.list_key(name, value, keyed)
        items = [in_order(v, keyed) for v in value]
        return sorted(items, key=lambda i: str(i[key])) if key else items
    return value


def merge_hash(value):
    import zlib
    return zlib.crc32(json.dumps(value, sort_keys=True).encode())


def differences(before, after, limit=60):
    """What differs between two dumps, a line each, so that a person can follow it."""
    out = []

    def walk(name, a, b, path):
        if a is b:
            return
        if isinstance(a, dict) and isinstance(b, dict):
            for k in sorted(set(a) | set(b)):
                walk(name, a.get(k, merge.MISSING), b.get(k, merge.MISSING), path + [str(k)])
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            for n, (x, y) in enumerate(zip(a, b)):
                walk(name, x, y, path + [str(n)])
        elif not (a is not merge.MISSING and b is not merge.MISSING and merge.same(a, b)):
            def show(v):
                return '(absent)' if v is merge.MISSING else json.dumps(v)[:160]
            out.append('%s %s: was %s, is %s' % (name, ' '.join(path), show(a), show(b)))
    for name in sorted(set(before) | set(after)):
        if name not in after:
            out.append('- %s' % name)
        elif name not in before:
            out.append('+ %s' % name)
        else:
            walk(name, before[name], after[name], [])
    return out[:limit] + (['... %d more' % (len(out) - limit)] if len(out) > limit else [])
