"""How the API server and its clients merge objects: server-side apply with field managers, the three-way strategic merge of
helm 3 and kubectl, and merge patches. A path is a tuple of map keys and of list keys; a list with a merge key is a map by it.

Sources: kubernetes.io/docs/reference/using-api/server-side-apply, k8s.io/apimachinery/pkg/util/strategicpatch.
"""
import copy

from shared import remembered

# Lists of the built-in types that are merged by a key (patchMergeKey in k8s.io/api); any other list is one value.
LIST_KEYS = {
    'containers': ('name',), 'initContainers': ('name',), 'ephemeralContainers': ('name',), 'env': ('name',),
    'volumeMounts': ('mountPath',), 'volumes': ('name',), 'imagePullSecrets': ('name',), 'hostAliases': ('ip',),
    'ports': ('containerPort', 'port'), 'topologySpreadConstraints': ('topologyKey',), 'secrets': ('name',),
}
# What client-go's scheme has (k8s.io/client-go/kubernetes/scheme), and the definitions that helm adds to it; apiregistration.k8s.io is none of them.
BUILT_IN = {'v1', 'apps/v1', 'batch/v1', 'batch/v1beta1', 'policy/v1', 'policy/v1beta1', 'rbac.authorization.k8s.io/v1', 'networking.k8s.io/v1',
            'networking.k8s.io/v1beta1', 'extensions/v1beta1', 'autoscaling/v2', 'autoscaling/v1', 'storage.k8s.io/v1', 'scheduling.k8s.io/v1',
            'admissionregistration.k8s.io/v1', 'apiextensions.k8s.io/v1', 'coordination.k8s.io/v1'}


def built_in(obj):
    return obj.get('apiVersion') in BUILT_IN


def list_key(name, items, keyed):
    """The key by which a list's items are told apart; None when the list is one value."""
    if not keyed or not items or not all(isinstance(i, dict) for i in items):
        return None
    for key in LIST_KEYS.get(name, ()):
        if all(key in i for i in items):
            return key
    return None


def leaves(obj, keyed, path=()):
    """Paths and values of what is not itself a map or a keyed list."""
    out = {}
    if isinstance(obj, dict) and obj:
        for key, value in obj.items():
            out.update(leaves(value, keyed, path + (key,)))
        return out
    if isinstance(obj, list):
        key = list_key(path[-1] if path else '', obj, keyed)
        if key:
            for item in obj:
                out.update(leaves(item, keyed, path + ((key, item[key]),)))
            return out
    out[path] = obj
    return out


MISSING = object()


def get_path(obj, path):
    for step in path:
        if isinstance(step, tuple):
            if not isinstance(obj, list):
                return MISSING
            obj = next((i for i in obj if isinstance(i, dict) and i.get(step[0]) == step[1]), MISSING)
        else:
            obj = obj.get(step, MISSING) if isinstance(obj, dict) else MISSING
        if obj is MISSING:
            return MISSING
    return obj


def set_path(obj, path, value):
    for step, after in zip(path, path[1:] + (None,)):
        last = after is None
        empty = [] if isinstance(after, tuple) else {}
        if isinstance(step, tuple):
            item = next((i for i in obj if i.get(step[0]) == step[1]), None)
            if item is None:
                item = {step[0]: step[1]}
                obj.append(item)
            obj = item
        elif last:
            obj[step] = copy.deepcopy(value)
        else:
            if not isinstance(obj.get(step), type(empty)):
                obj[step] = empty
            obj = obj[step]


def delete_path(obj, path):
    """Takes the value away, and what is empty after that on the way to it."""
    trail = []
    for step in path[:-1]:
        after = get_path(obj, (step,))
        if after is MISSING:
            return
        trail.append((obj, step))
        obj = after
    trail.append((obj, path[-1]))
    while trail:
        holder, step = trail.pop()
        if isinstance(step, tuple):
            if isinstance(holder, list):
                holder[:] = [i for i in holder if i != {} and not (isinstance(i, dict) and i.get(step[0]) == step[1])]
        elif isinstance(holder, dict):
            holder.pop(step, None)
        if holder or not trail:
            return


IDENTITY = {('apiVersion',), ('kind',), ('metadata', 'name'), ('metadata', 'namespace')}


class Conflict(Exception):
    """Fields that others own with other values: [(manager, subresource, path)]."""

    def __init__(self, fields):
        super().__init__(fields)
        self.fields = fields


def same(a, b):
    """Equal as the API server stores it: it keeps quantities and numbers as they came."""
    return a == b and type(a) is type(b) or a == b and not isinstance(a, bool) and not isinstance(b, bool)


@remembered
def server_apply(live, owners, new, manager, force=False):
    """Server-side apply: the object after it, and its owners. `live` is None when it is not there.

    owners: {(manager, operation, subresource): set of paths}"""
    keyed = built_in(new)
    want = {p: v for p, v in leaves(new, keyed).items() if p not in IDENTITY}
    me = (manager, 'Apply', '')
    after = copy.deepcopy(live) if live is not None else {k: copy.deepcopy(new[k]) for k in ('apiVersion', 'kind')}
    owners = {k: set(v) for k, v in owners.items()}
    if live is None:
        after['metadata'] = {k: new['metadata'][k] for k in ('name', 'namespace') if k in new['metadata']}
    conflicts = []
    for path, value in want.items():
        now = get_path(after, path)
        if now is not MISSING and same(now, value):
            continue
        if now is MISSING:
            continue
        for other, paths in owners.items():
            if other != me and path in paths:
                conflicts.append((other, path))
    if conflicts and not force:
        raise Conflict(conflicts)
    for path, value in want.items():
        set_path(after, path, value)
    for other, path in conflicts:
        owners[other].discard(path)
    # The deepest first; of an item the field by which it is found last.
    for path in sorted(owners.get(me, ()), key=lambda p: (-len(p), len(p) > 1 and isinstance(p[-2], tuple) and p[-2][0] == p[-1])):
        if path not in want and not any(path in p for o, p in owners.items() if o != me):
            delete_path(after, path)
    owners[me] = set(want)
    return after, {k: v for k, v in owners.items() if v}


@remembered
def note_update(before, after, owners, manager, subresource=''):
    """Owners after an update: what changed belongs to who changed it, alone."""
    keyed = built_in(after)
    was = leaves(before, keyed) if before else {}
    now = leaves(after, keyed)
    changed = {p for p, v in now.items() if (p not in was or not same(was[p], v)) and p not in IDENTITY}
    gone = set(was) - set(now)
    owners = {k: {p for p in v if p not in changed and p not in gone} for k, v in owners.items()}
    if changed:
        me = (manager, 'Update', subresource)
        owners[me] = owners.get(me, set()) | changed
    return {k: v for k, v in owners.items() if v}


def three_way(original, modified, current, keyed, name=''):
    """The strategic (or, without keys, the JSON) three-way merge: what `original` had and `modified` has not goes from `current`;
    what `modified` has is set; the rest of `current` stays."""
    if isinstance(modified, dict) and isinstance(current, dict):
        original = original if isinstance(original, dict) else {}
        out = {}
        for key, value in current.items():
            if key in modified:
                out[key] = three_way(original.get(key), modified[key], value, keyed, key)
            elif key not in original:
                out[key] = copy.deepcopy(value)
        for key, value in modified.items():
            if key not in current and value is not None:
                out[key] = copy.deepcopy(value)
        return {k: v for k, v in out.items() if v is not None}
    if isinstance(modified, list) and isinstance(current, list):
        key = list_key(name, modified + current, keyed)
        if key:
            was = {i.get(key): i for i in original or [] if isinstance(i, dict)}
            now = {i[key]: i for i in current}
            out = [three_way(was.get(i[key]), i, now[i[key]], keyed) if i[key] in now else copy.deepcopy(i) for i in modified]
            want = {i[key] for i in modified}
            return out + [copy.deepcopy(i) for i in current if i[key] not in want and i[key] not in was]
    return copy.deepcopy(modified)


def merge_patch(current, patch):
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    out = dict(current) if isinstance(current, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merge_patch(out.get(key), value)
    return out


def make_merge_patch(old, new):
    """The merge patch that leads from old to new."""
    out = {}
    for key in old:
        if key not in new:
            out[key] = None
    for key, value in new.items():
        if key not in old:
            out[key] = value
        elif isinstance(value, dict) and isinstance(old[key], dict):
            inner = make_merge_patch(old[key], value)
            if inner:
                out[key] = inner
        elif not same(old[key], value):
            out[key] = value
    return out


@remembered
def three_way_of(original, modified, current, keyed):
    """The same for whole objects."""
    return three_way(original, modified, current, keyed)


def strategic_patch(current, patch, name=''):
    """A strategic merge patch with its `$patch: delete` items."""
    if isinstance(patch, dict):
        out = dict(current) if isinstance(current, dict) else {}
        for key, value in patch.items():
            if key == '$patch':
                continue
            if value is None:
                out.pop(key, None)
            else:
                out[key] = strategic_patch(out.get(key), value, key)
        return out
    if isinstance(patch, list) and isinstance(current, list):
        key = list_key(name, patch, True)
        if key:
            out = list(current)
            for item in patch:
                at = next((n for n, i in enumerate(out) if i.get(key) == item[key]), None)
                if item.get('$patch') == 'delete':
                    out = [i for i in out if i.get(key) != item[key]]
                elif at is None:
                    out.append(copy.deepcopy(item))
                else:
                    out[at] = strategic_patch(out[at], item)
            return out
    return copy.deepcopy(patch)
