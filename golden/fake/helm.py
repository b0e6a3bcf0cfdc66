"""The stand-in for helm: 3.17 and 4.1 as the facts found them with real ones.

An operation is a generator that yields before each of its changes, so that the harness can end it there (a kill), or take the state at every
such point. What goes wrong is told by `faults`: {'patch': keys, 'create': key, 'delete': keys, 'hook': name, 'hook idle': name, 'wait': True}; an idle hook fails
before it has done anything.
"""
import copy
import os
import re
import shutil

import cluster
import jobs
import merge
import words
from shared import canonical, remembered

VERSIONS = {3: 'v3.17.3', 4: 'v4.1.4'}


class HelmError(Exception):
    pass


class Killed(Exception):
    pass


# ---- records ----

def record_key(ns, name, number):
    return 'Secret', ns, 'sh.helm.release.v1.%s.v%d' % (name, number)


def records(c, ns, name):
    """Helm's records of a release, the newest last."""
    out = [dict(o['record']) for o in c.of_kind('Secret', ns) if o.get('type') == 'helm.sh/release.v1' and o['record']['name'] == name]
    return sorted(out, key=lambda r: r['version'])


def save(c, record):
    key = record_key(record['ns'], record['name'], record['version'])
    labels = {'owner': 'helm', 'name': record['name'], 'status': record['status'], 'version': str(record['version'])}
    obj = {'apiVersion': 'v1', 'kind': 'Secret', 'type': 'helm.sh/release.v1', 'metadata': {'name': key[2], 'labels': labels}, 'record': dict(record)}
    c.put(key, obj, {})


def set_status(c, record, status, description=None):
    record['status'] = status
    if description is not None:
        record['description'] = description
    save(c, record)


@remembered
def own(obj, release, ns):
    """An object of a release with what helm writes on each."""
    meta = dict(obj.get('metadata') or {})
    meta['labels'] = {**(meta.get('labels') or {}), 'app.kubernetes.io/managed-by': 'Helm'}
    meta['annotations'] = {**(meta.get('annotations') or {}), 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': ns}
    if cluster.namespaced(obj['kind']):
        meta.setdefault('namespace', ns)
    return canonical({**obj, 'metadata': meta})


def keys_of(record):
    return by_key(record['objects'], record['ns'])


@remembered
def by_key(objects, ns):
    return {cluster.key_of(o, ns): o for o in objects}


@remembered
def owned_by_key(objects, release, ns):
    return {cluster.key_of(o, ns): own(o, release, ns) for o in objects}


# ---- applying ----

class Operation:
    """What upgrade, rollback and install have in common."""

    def __init__(self, c, made, major, faults, say, manager='helm', migrates=False):
        """manager: Helm names itself after its program, so that a provider has a name of its own. migrates: what it owns by updates it takes for applied."""
        self.c, self.made, self.major, self.faults, self.say, self.manager, self.migrates = c, made, major, faults, say, manager, migrates

    def conflict_text(self, obj, ns, error):
        lines = []
        by = {}
        for (manager, operation, sub), path in error.fields:
            dotted = ''.join('.' + s if isinstance(s, str) else '[%s="%s"]' % s for s in path)
            by.setdefault((manager, sub), []).append(dotted)
        for (manager, sub), paths in sorted(by.items()):
            who = 'conflict%s with "%s"%s using %s' % ('s' if len(paths) > 1 else '', manager, ' with subresource "%s"' % sub if sub else '', obj['apiVersion'])
            lines.append(who + (': ' + paths[0] if len(paths) == 1 else ':\n' + '\n'.join('- ' + p for p in paths)))
        n = len(error.fields)
        return 'conflict occurred while applying object %s/%s %s, Kind=%s: Apply failed with %d conflict%s: %s' % (
            ns, obj['metadata']['name'], obj['apiVersion'], obj['kind'], n, 's' if n > 1 else '', '\n'.join(lines))

    def write(self, key, old, new, record, force):
        """Creates or patches one object."""
        c, live = self.c, self.c.get(key)
        if record['method'] == 'ssa':
            try:
                if self.migrates:
                    c.upgrade_manager(key, self.manager)
                c.apply_server(key, new, self.manager, force)
            except merge.Conflict as e:
                raise HelmError(self.conflict_text(new, record['ns'], e)) from e
            return
        if live is None:
            c.update(key, new, self.manager)
        elif merge.built_in(new):
            c.update(key, merge.three_way_of(old, new, live, True), self.manager)
        else:
            # Custom resources: helm compares the two manifests alone, and patches the difference (pkg/kube/client.go, createPatch).
            patch = merge.make_merge_patch(old, new)
            if patch:
                c.update(key, merge.merge_patch(live, patch), self.manager)

    def apply(self, before, record, adopted, force):
        """The objects of a record, in its order; then what only `before` has goes. `before`: key -> object."""
        c, errors = self.c, []
        target = owned_by_key(record['objects'], record['name'], record['ns'])
        for key, new in target.items():
            yield 'apply %s/%s' % (key[0], key[2])
            live = c.get(key)
            if live is None:
                if self.faults.get('create') == key:
                    raise HelmError('failed to create resource: injected failure of %s/%s' % (key[0], key[2]))
                self.write(key, None, new, record, force)
                continue
            if key not in before and key not in adopted:
                if self.major == 4:
                    raise HelmError('original object %s with the name "%s" not found' % (key[0], key[2]))
                raise HelmError('no %s with the name "%s" found' % (key[0], key[2]))
            if key in self.faults.get('patch', ()):
                errors.append('injected failure to patch %s/%s' % (key[0], key[2]))
                continue
            # What helm adopts it compares with itself: nothing is taken away.
            old = own(before.get(key, new), record['name'], record['ns'])
            try:
                self.write(key, old, new, record, force)
            except (HelmError, cluster.Refused) as e:
                errors.append(str(e))
        if errors:
            raise HelmError(' && '.join(errors))
        for key in before:
            if key in target or c.get(key) is None:
                continue
            yield 'delete %s/%s' % (key[0], key[2])
            if ((c.get(key)['metadata'].get('annotations') or {}).get('helm.sh/resource-policy') or '').lower() == 'keep':
                continue
            if key in self.faults.get('delete', ()):
                continue
            c.delete(key)

    def wait(self, record):
        yield 'wait'
        c = self.c
        c.settle()
        if self.faults.get('wait'):
            raise HelmError('context deadline exceeded')
        for key in keys_of(record):
            obj = c.get(key)
            if obj is not None and key[0] in cluster.WORKLOADS and not c.workload_ready(obj):
                if self.major == 4:
                    raise HelmError('resource %s/%s/%s not ready. status: InProgress\ncontext deadline exceeded' % (key[0], key[1], key[2]))
                raise HelmError('context deadline exceeded')

    def hooks(self, record, event, changed=True):
        """One after the other by weight, then name; deletion policies as they say (pkg/action/hooks.go)."""
        c, ns = self.c, record['ns']
        todo = sorted((h for h in record['hooks'] if event in h['events']), key=lambda h: (h['weight'], h['object']['metadata']['name']))
        for n, hook in enumerate(todo):
            obj = hook['object']
            key = cluster.key_of(obj, ns)
            name = '%s/%s' % (key[0], key[2])
            if 'before-hook-creation' in hook['policies'] and c.get(key) is not None:
                yield 'hook %s: delete the old one' % name
                c.delete(key)
            yield 'hook %s: create' % name
            if c.get(key) is not None:
                raise HelmError('%s hooks failed: %s "%s" already exists' % (event, cluster.resources(key[0]), key[2]))
            if record['method'] == 'ssa':
                c.apply_server(key, obj, self.manager)
            else:
                c.update(key, obj, self.manager)
            error = ''
            if key[0] == 'Job':
                c.settle()
                yield 'hook %s: runs' % name
                error = 'injected failure' if self.faults.get('hook idle') == name else jobs.run(c, c.get(key), self.made)
                c.settle()
            if self.faults.get('hook') == name:
                error = error or 'injected failure'
            if error:
                c.set(key, status={'failed': 1})
                if 'hook-failed' in hook['policies']:
                    c.delete(key)
                # Helm 4 takes away what had succeeded before; Helm 3 leaves it (facts, 2).
                if self.major == 4:
                    for done in todo[:n]:
                        if 'hook-succeeded' in done['policies']:
                            c.delete(cluster.key_of(done['object'], ns))
                text = 'resource Job/%s/%s not ready. status: Failed, message: Job Failed. failed: 1/1' % key[1:] if self.major == 4 else \
                    '1 error occurred:\n\t* job %s failed: BackoffLimitExceeded\n' % key[2]
                raise HelmError('%s hooks failed: %s' % (event, text))
        for hook in reversed(todo):
            if 'hook-succeeded' in hook['policies']:
                key = cluster.key_of(hook['object'], ns)
                if c.get(key) is not None:
                    yield 'hook %s/%s: delete, it has succeeded' % (key[0], key[2])
                    c.delete(key)


def adoptable(c, record, before):
    """Objects that are there and not in the last record: adopted when they bear the release's marks, refused otherwise."""
    out = {}
    for obj in record['objects']:
        key = cluster.key_of(obj, record['ns'])
        live = c.get(key)
        if live is None or key in before:
            continue
        meta = live['metadata']
        annotations = meta.get('annotations') or {}
        problems = []
        if (meta.get('labels') or {}).get('app.kubernetes.io/managed-by') != 'Helm':
            problems.append('label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"')
        for field, want in (('release-name', record['name']), ('release-namespace', record['ns'])):
            if annotations.get('meta.helm.sh/' + field) != want:
                problems.append('annotation validation error: missing key "meta.helm.sh/%s": must be set to "%s"' % (field, want))
        if problems:
            raise HelmError('Unable to continue with update: %s "%s" in namespace "%s" exists and cannot be imported into the current release: invalid ownership metadata; %s'
                            % (key[0], key[2], key[1], '; '.join(problems)))
        out[key] = obj
    return out


def new_record(made, name, ns, version, chart, values, status, description, method, upgrade, major):
    shown = made.render(chart, name, ns, values, version, upgrade, major)
    return {'name': name, 'ns': ns, 'version': version, 'status': status, 'description': description, 'config': values, 'method': method,
            'manifest': shown['manifest'], 'objects': shown['objects'], 'hooks': shown['hooks'], 'chart': shown['metadata']}


def upgrade(c, made, major, name, ns, chart, values, options, faults=None, say=None, manager='helm'):
    """`helm upgrade`; a generator."""
    known = records(c, ns, name)
    if not known:
        raise HelmError('"%s" has no deployed releases' % name)
    last = known[-1]
    if last['status'].startswith('pending-'):
        raise HelmError('another operation (install/upgrade/rollback) is in progress')
    deployed = [r for r in known if r['status'] == 'deployed']
    if last['status'] == 'deployed':
        current = last
    elif deployed:
        current = deployed[-1]
    elif last['status'] in ('failed', 'superseded'):
        current = last
    else:
        raise HelmError('"%s" has no deployed releases' % name)
    # helm 4 goes on as the release was applied before, unless --server-side says otherwise.
    method = {'true': 'ssa', 'false': 'csa'}.get(options.get('server-side'), current['method']) if major == 4 else 'csa'
    record = new_record(made, name, ns, last['version'] + 1, chart, values, 'pending-upgrade', 'Preparing upgrade', method, True, major)
    before = keys_of(current)
    op = Operation(c, made, major, faults or {}, say, manager, method == 'ssa' and current['method'] == 'csa')
    adopted = adoptable(c, record, before)
    if options.get('dry-run'):
        return record
    yield 'record pending'
    save(c, record)
    try:
        if not options.get('no-hooks'):
            yield from op.hooks(record, 'pre-upgrade')
        yield from op.apply(before, record, adopted, options.get('force-conflicts') == 'true')
        c.settle()
        if options.get('wait'):
            yield from op.wait(record)
        if not options.get('no-hooks'):
            yield from op.hooks(record, 'post-upgrade')
    except (HelmError, cluster.Refused) as e:
        set_status(c, record, 'failed', 'Upgrade "%s" failed: %s' % (name, e))
        raise HelmError('UPGRADE FAILED: %s' % e) from e
    yield 'record deployed'
    set_status(c, current, 'superseded')
    yield 'record deployed, the old one superseded'
    set_status(c, record, 'deployed', options.get('description') or 'Upgrade complete')
    return record


def rollback(c, made, major, name, ns, number, options, faults=None, say=None):
    """`helm rollback`: compares with the newest record, whatever its status; runs no upgrade hooks."""
    known = records(c, ns, name)
    if not known:
        raise HelmError('release: not found')
    current = known[-1]
    number = number or current['version'] - 1
    target = next((r for r in known if r['version'] == number), None)
    if target is None:
        raise HelmError('release has no %s version' % number)
    record = {**target, 'version': current['version'] + 1, 'status': 'pending-rollback', 'description': 'Rollback to %d' % number}
    # Helm 4 goes back as the target was applied, and takes over what it owns by updates (pkg/action/rollback.go); Helm 3 knows one way.
    record['method'] = target['method'] if major == 4 else 'csa'
    op = Operation(c, made, major, faults or {}, say, migrates=True)
    yield 'record pending'
    save(c, record)
    try:
        yield from op.hooks(record, 'pre-rollback')
        yield from op.apply(keys_of(current), record, {}, options.get('force-conflicts') == 'true')
    except (HelmError, cluster.Refused) as e:
        set_status(c, current, 'superseded')
        set_status(c, record, 'failed', 'Rollback "%s" failed: %s' % (name, e))
        raise HelmError(str(e)) from e
    c.settle()
    try:
        if options.get('wait'):
            yield from op.wait(record)
        yield from op.hooks(record, 'post-rollback')
    except HelmError as e:
        set_status(c, record, 'failed', 'Release "%s" failed: %s' % (name, e))
        raise
    for one in known:
        if one['status'] == 'deployed':
            yield 'record superseded'
            set_status(c, one, 'superseded')
    yield 'record deployed'
    set_status(c, record, 'deployed', 'Rollback to %d' % number)
    return record


def install(c, made, major, name, ns, chart, values):
    """`helm install`, for the start state."""
    c.make_namespace(ns)
    record = new_record(made, name, ns, 1, chart, values, 'pending-install', 'Initial install underway', 'ssa' if major == 4 else 'csa', False, major)
    op = Operation(c, made, major, {}, None)
    # From crds/, before all else; an upgrade does not look there (helm.sh/docs/chart_best_practices/custom_resource_definitions).
    for crd in made.crds(chart):
        if c.get(cluster.key_of(crd)) is None:
            c.update(cluster.key_of(crd), crd, 'helm')
    save(c, record)
    for _ in op.hooks(record, 'pre-install'):
        pass
    for _ in op.apply({}, record, {}, False):
        pass
    c.settle()
    for _ in op.hooks(record, 'post-install'):
        pass
    set_status(c, record, 'deployed', 'Install complete')
    return record


def finish(steps):
    """Runs an operation to its end; its result."""
    while True:
        try:
            next(steps)
        except StopIteration as e:
            return e.value


# ---- the command line ----

VALUE_FLAGS = {'-n', '--namespace', '--kube-context', '-f', '--values', '--timeout', '--description', '--template', '-o', '--output', '--max', '--version',
               '--untardir', '-d', '--destination', '--set', '--set-string', '--set-json', '--post-renderer'}
BOOL_FLAGS = {'--wait', '--reset-values', '--reuse-values', '--untar', '--no-hooks', '--force', '--debug', '--hide-notes', '--cleanup-on-fail', '--install', '-i',
              '--dry-run', '--server-side', '--force-conflicts', '--atomic', '--rollback-on-failure', '--wait-for-jobs', '--create-namespace', '-a', '--all'}


def read_words(argv):
    plain, flags, files = [], {}, []
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if not word.startswith('-'):
            plain.append(word)
            continue
        name, has, value = word.partition('=')
        if name in VALUE_FLAGS and not has:
            if at == len(argv):
                raise HelmError('flag needs an argument: %s' % name)
            value, at = argv[at], at + 1
        elif name in BOOL_FLAGS:
            value = value if has else 'true'
        elif name not in VALUE_FLAGS:
            raise HelmError('unknown flag: %s' % name)
        if name in ('-f', '--values'):
            files.append(value)
        flags[{'-n': '--namespace', '-o': '--output', '-d': '--destination'}.get(name, name).lstrip('-')] = value
    return plain, flags, files


def with_sets(values, argv):
    """--set KEY.KEY=TEXT over the values: of its language only that."""
    out = copy.deepcopy(values)
    for text in (argv[n + 1] for n, word in enumerate(argv[:-1]) if word == '--set'):
        path, has, value = text.partition('=')
        if not has or not re.fullmatch(r'[A-Za-z][\w.-]*', path) or not re.fullmatch(r'v[\w.-]*', value):
            raise HelmError('the stand-in does not know this --set: %s' % text)
        *way, last = path.split('.')
        at = out
        for key in way:
            at = at.setdefault(key, {})
        at[last] = value
    return out


def release_data(record):
    """A release as --template sees it."""
    chart = record['chart']
    return {'Release': {'Name': record['name'], 'Namespace': record['ns'], 'Version': record['version'], 'Config': record['config'], 'Manifest': record['manifest'],
                        'ApplyMethod': record['method'], 'Info': {'Status': record['status'], 'Description': record['description']},
                        'Chart': {'Metadata': {'Name': chart['name'], 'Version': chart['version'], 'AppVersion': chart.get('appVersion', '')}}}}


def print_record(record):
    text = 'NAME: %s\nLAST DEPLOYED: Mon Jan  1 00:00:00 2024\nNAMESPACE: %s\nSTATUS: %s\nREVISION: %d\n' % (record['name'], record['ns'], record['status'], record['version'])
    hooks = ''.join('---\n' + h['text'] for h in record['hooks'])
    return text + 'HOOKS:\n' + hooks + 'MANIFEST:\n' + record['manifest']


def read_command(c, made, major, argv):
    """A command that changes nothing: its output. None: it is one that changes."""
    plain, flags, files = read_words(argv)
    ns = flags.get('namespace', 'default')
    verb = plain[0] if plain else ''
    if verb == 'version':
        return words.go_template(flags['template'], {'Version': VERSIONS[major]}) if 'template' in flags else 'version.BuildInfo{Version:"%s"}\n' % VERSIONS[major]
    if verb == 'show' and plain[1] == 'chart':
        return made.write_yaml(made.metadata(plain[2])) + '\n'
    if verb == 'pull':
        found = made.registry.get((plain[1], flags.get('version')))
        if found is None:
            raise HelmError('%s:%s: not found' % (plain[1], flags.get('version')))
        target = os.path.join(flags['untardir'], made.metadata(found)['name'])
        if os.path.exists(target):
            raise HelmError('failed to untar: a file or directory with the name %s already exists' % target)
        shutil.copytree(found, target, symlinks=True)
        return 'Pulled: %s\n' % plain[1]
    if verb in ('get', 'history', 'status'):
        name = plain[2] if verb == 'get' else plain[1]
        known = records(c, ns, name)
        if not known:
            raise HelmError('release: not found')
        last = known[-1]
        if verb == 'history':
            rows = known[-int(flags.get('max', 256)):]
            return 'REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n' + ''.join(
                '%d\t-\t%s\t%s-%s\t%s\t%s\n' % (r['version'], r['status'], r['chart']['name'], r['chart']['version'], r['chart'].get('appVersion', ''), r['description']) for r in rows)
        if verb == 'status':
            return print_record(last).partition('HOOKS:')[0]
        what = plain[1]
        if what == 'all' and 'template' in flags:
            data = release_data(last)
            if major == 3:
                del data['Release']['ApplyMethod']
                if 'ApplyMethod' in flags['template']:
                    raise HelmError("template: :1: can't evaluate field ApplyMethod in type *release.Release")
            return words.go_template(flags['template'], data)
        if what == 'values':
            return made.write_yaml(last['config']) if flags.get('output') == 'yaml' else 'USER-SUPPLIED VALUES:\n' + made.write_yaml(last['config'])
        if what == 'manifest':
            return last['manifest'] + '\n'
        if what == 'hooks':
            return ''.join('---\n' + h['text'] for h in last['hooks']) + '\n'
        if what == 'all':
            return print_record(last)
    if verb == 'upgrade' and flags.get('dry-run') in ('true', 'server', 'client'):
        steps = upgrade(c, made, major, plain[1], ns, plain[2], made.user_values(files), {'dry-run': True})
        return 'Release "%s" has been upgraded. Happy Helming!\n' % plain[1] + print_record(finish(steps))
    return None


def change_command(c, made, major, argv, faults=None):
    """A command that changes: its generator; the generator's value is what it prints."""
    plain, flags, files = read_words(argv)
    ns = flags.get('namespace', 'default')
    if plain[0] == 'upgrade':
        if 'reuse-values' in flags or 'install' in flags or 'i' in flags or 'atomic' in flags or 'rollback-on-failure' in flags:
            raise HelmError('the stand-in does not know these flags: %s' % ' '.join(argv))
        if 'reset-values' in flags or files:
            values = made.user_values(files)
        else:
            values = records(c, ns, plain[1])[-1]['config']
        values = with_sets(values, argv)
        steps = upgrade(c, made, major, plain[1], ns, plain[2], values, flags, faults)
        done = 'Release "%s" has been upgraded. Happy Helming!\n' % plain[1]
    elif plain[0] == 'rollback':
        steps = rollback(c, made, major, plain[1], ns, int(plain[2]) if len(plain) > 2 else 0, flags, faults)
        done = 'Rollback was a success! Happy Helming!\n'
    else:
        raise HelmError('the stand-in does not know: helm %s' % ' '.join(argv))
    yield from steps
    return done


def error_text(major, error):
    return ('level=WARN msg="upgrade failed"\n' if major == 4 and 'UPGRADE FAILED' in str(error) else '') + 'Error: %s\n' % error
