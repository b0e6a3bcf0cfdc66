"""The stand-in for kubectl: what plans ask of it, with kubectl's words where they are compared."""
import copy
import json

import answers
import cluster
import merge
import words
from cluster import Refused, kind_of, resource, resources
from shared import canonical, remembered

VERSION = 'v1.35.4'
LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
VALUE_FLAGS = {'-n', '--namespace', '--context', '-o', '--output', '-l', '--selector', '-f', '--filename', '--type', '--patch-file', '-p', '--patch', '--timeout',
               '--replicas', '--field-manager', '--tail', '--raw', '--template', '--for', '--address', '--cascade', '--current-replicas', '--request-timeout'}
BOOL_FLAGS = {'--overwrite', '--ignore-not-found', '--server-side', '--dry-run', '--all-containers', '--force-conflicts', '--all', '--wait', '-A', '--all-namespaces',
              '--client', '--no-headers', '--force', '--now'}
LONG = {'-n': 'namespace', '-o': 'output', '-l': 'selector', '-f': 'filename', '-p': 'patch', '-A': 'all-namespaces'}


class Result(Exception):
    """Ends a command: its output, error output and exit status."""

    def __init__(self, out='', err='', status=0):
        super().__init__(err)
        self.out, self.err, self.status = out, err, status


def read_words(argv):
    plain, flags = [], {}
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if not word.startswith('-') or word == '-':
            plain.append(word)
            continue
        name, has, value = word.partition('=')
        if name in VALUE_FLAGS and not has:
            if at == len(argv):
                raise Result(err='error: flag needs an argument: %s\n' % name, status=1)
            value, at = argv[at], at + 1
        elif name in BOOL_FLAGS:
            value = value if has else 'true'
        elif name not in VALUE_FLAGS:
            raise Result(err='error: unknown flag: %s\n' % name, status=1)
        flags[LONG.get(name, name.lstrip('-'))] = value
    return plain, flags


@remembered
def last_applied(obj):
    """The annotation that a client-side apply leaves: the object as it was given."""
    obj = copy.deepcopy(obj)
    (obj.get('metadata', {}).get('annotations') or {}).pop(LAST_APPLIED, None)
    return json.dumps(obj, sort_keys=True, separators=(',', ':')) + '\n'


@remembered
def applied(obj, live, ns):
    """The object after kubectl apply without --server-side: three-way with what it applied last."""
    meta = dict(obj['metadata'])
    if cluster.namespaced(obj['kind']):
        meta['namespace'] = ns
    obj = {**obj, 'metadata': meta}
    meta['annotations'] = {**(meta.get('annotations') or {}), LAST_APPLIED: last_applied(obj)}
    if live is None:
        return canonical(obj)
    was = (live['metadata'].get('annotations') or {}).get(LAST_APPLIED)
    return canonical(merge.three_way(json.loads(was) if was else {}, obj, live, merge.built_in(obj)))


def apply_client(c, obj, ns):
    key = cluster.key_of(obj, ns)
    live = c.get(key)
    after = applied(obj, live, key[1])
    c.update(key, after, 'kubectl-client-side-apply')
    return 'created' if live is None else 'configured' if after != live else 'unchanged'


def apply_server(c, obj, ns, manager, force, dry):
    key = cluster.key_of(obj, ns)
    try:
        c.apply_server(key, obj, manager, force, dry)
    except merge.Conflict as e:
        by = {}
        for (other, _, sub), path in e.fields:
            by.setdefault('"%s"%s' % (other, ' with subresource "%s"' % sub if sub else ''), []).append(
                ''.join('.' + s if isinstance(s, str) else '[%s="%s"]' % s for s in path))
        n = len(e.fields)
        lines = []
        for who, paths in sorted(by.items()):
            head = 'conflict%s with %s' % ('s' if len(paths) > 1 else '', who)
            lines.append('%s: %s' % (head, paths[0]) if len(paths) == 1 else head + ':\n' + '\n'.join('- ' + p for p in paths))
        text = 'error: Apply failed with %d conflict%s: %s\n' % (n, 's' if n > 1 else '', '\n'.join(lines))
        return text + 'Please review the fields above--they currently have other managers.\n'
    return ''


def named(words_given, flags, ns):
    """The objects that `KIND/NAME...`, `KIND NAME...` or `KIND[,KIND]` name: [(kind, name or None)]."""
    if not words_given:
        raise Result(err='error: You must specify the type of resource to get.\n', status=1)
    if '/' in words_given[0]:
        out = []
        for word in words_given:
            kind, _, name = word.partition('/')
            out.append((kind_of(kind), name))
        return out
    kinds = [kind_of(k) for k in words_given[0].split(',')]
    if len(words_given) > 1:
        return [(k, n) for k in kinds for n in words_given[1:]]
    return [(k, None) for k in kinds]


def find(c, wanted, flags, ns):
    """Objects found, and the errors for those that are not there."""
    found, missing = [], []
    everywhere = 'all-namespaces' in flags
    for kind, name in wanted:
        where = None if everywhere else ns if cluster.namespaced(kind) else ''
        if name is None:
            pool = c.pods(where) if kind == 'Pod' else c.of_kind(kind, where)
            if 'selector' in flags:
                pool = [o for o in pool if cluster.matches(o['metadata'].get('labels') or {}, flags['selector'])]
            found += pool
            continue
        obj = c.get((kind, where, name)) if kind != 'Pod' else next((p for p in c.pods(where) if p['metadata']['name'] == name), None)
        if obj is not None:
            found.append(obj)
        else:
            missing.append('Error from server (NotFound): %s "%s" not found\n' % (resources(kind), name))
    return found, missing


def shown(obj):
    return {k: v for k, v in obj.items() if k not in ('record', 'data-token')}


def printed(data, form, text):
    """`-o FORM=TEXT`."""
    if form == 'jsonpath':
        return words.json_path(text, data)
    if form == 'go-template':
        return words.go_template(text, data)
    # JSON is YAML; nobody reads the layout.
    return json.dumps(data, indent=2, sort_keys=True) + '\n'


@remembered
def one_printed(obj, form, text):
    return printed(shown(obj), form, text)


def get(c, plain, flags, ns):
    if 'raw' in flags:
        return answers.raw(c, flags['raw'])
    wanted = named(plain, flags, ns)
    found, missing = find(c, wanted, flags, ns)
    if 'ignore-not-found' in flags:
        missing = []
    err, status = ''.join(missing), 1 if missing else 0
    form, _, text = flags.get('output', '').partition('=')
    one = len(wanted) == 1 and wanted[0][1] is not None
    if not found and (missing or one or form in ('name', '')):
        return Result('', err if missing or form == 'name' or one else 'No resources found in %s namespace.\n' % ns, status)
    if form == 'name':
        return Result(''.join('%s/%s\n' % (resource(o['kind']), o['metadata']['name']) for o in found), err, status)
    data = shown(found[0]) if one else {'apiVersion': 'v1', 'kind': 'List', 'items': [shown(o) for o in found]}
    try:
        if form in ('jsonpath', 'go-template'):
            return Result(one_printed(found[0], form, text) if one else printed(data, form, text), err, status)
    except words.TemplateError as e:
        return Result('', 'error: error executing template: %s\n' % e, 1)
    if form in ('json', 'yaml'):
        return Result(one_printed(found[0], form, text) if one else printed(data, form, text), err, status)
    return Result(''.join('%s/%s\n' % (o['kind'], o['metadata']['name']) for o in found), err, status)


def version(c, plain, flags, ns):
    return Result('Client Version: %s\nKustomize Version: v5.7.1\n%s' % (VERSION, '' if 'client' in flags else 'Server Version: %s\n' % VERSION))


def can_i(c, plain, flags, ns):
    # kubectl warns of a resource that the server does not know, and answers all the same.
    return Result('yes\n')


def logs(c, plain, flags, ns):
    return Result('')


def delete(c, plain, flags, ns):
    if 'selector' in flags:
        wanted = [(o['kind'], o['metadata']['name']) for o in find(c, named(plain, flags, ns), flags, ns)[0]]
    else:
        wanted = named(plain, flags, ns)
        if any(n is None for _, n in wanted):
            raise Result(err='error: resource(s) were provided, but no name was specified\n', status=1)
    out, err = '', ''
    for kind, name in wanted:
        key = kind, ns if cluster.namespaced(kind) else '', name
        if c.delete(key, flags.get('cascade') == 'orphan'):
            out += '%s "%s" deleted from %s namespace\n' % (resource(kind), name, ns)
        elif 'ignore-not-found' not in flags:
            err += 'Error from server (NotFound): %s "%s" not found\n' % (resources(kind), name)
    return Result(out or ('No resources found\n' if not wanted else ''), err, 1 if err else 0)


def one_object(c, plain, flags, ns):
    wanted = named(plain, flags, ns)
    found, missing = find(c, wanted[:1], flags, ns)
    if missing:
        raise Result(err=missing[0], status=1)
    if len(wanted) != 1 or not found:
        raise Result(err='error: one object has to be named\n', status=1)
    obj = found[0]
    return cluster.key_of(obj), obj


def annotate(c, plain, flags, ns):
    at = next((n for n, w in enumerate(plain) if n and ('=' in w or w.endswith('-'))), len(plain))
    if 'all' in flags:
        # Of a kind of which there is nothing it says nothing, and exits 0.
        found, _ = find(c, named(plain[:at], flags, ns), flags, ns)
        names = [o['metadata']['name'] for o in found]
        one = {k: v for k, v in flags.items() if k != 'all'}
        return Result(''.join(annotate(c, [plain[0], name] + plain[at:], one, ns).out for name in names))
    key, obj = one_object(c, plain[:at], flags, ns)
    annotations = dict(obj['metadata'].get('annotations') or {})
    for word in plain[at:]:
        name, has, value = word.partition('=')
        if not has:
            annotations.pop(word[:-1], None)
        elif name in annotations and annotations[name] != value and 'overwrite' not in flags:
            raise Result(err='error: --overwrite is false but found the following declared annotation(s): \'%s\' already has a value (%s)\n' % (name, annotations[name]), status=1)
        else:
            annotations[name] = value
    meta = {k: v for k, v in obj['metadata'].items() if k != 'annotations'}
    obj = {**obj, 'metadata': {**meta, 'annotations': annotations} if annotations else meta}
    c.update(key, obj, 'kubectl-annotate')
    return Result('%s/%s annotated\n' % (resource(key[0]), key[2]))


def scale(c, plain, flags, ns):
    key, obj = one_object(c, plain, flags, ns)
    if not flags.get('replicas', '').isdigit():
        raise Result(err='error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0\n', status=1)
    c.scale(key, int(flags['replicas']), 'kubectl')
    return Result('%s/%s scaled\n' % (resource(key[0]), key[2]))


def patch(c, plain, flags, ns):
    key, obj = one_object(c, plain, flags, ns)
    text = flags.get('patch')
    if 'patch-file' in flags:
        with open(flags['patch-file']) as f:
            text = f.read()
    given = document(text)
    kind = flags.get('type', 'strategic')
    if kind == 'strategic' and not merge.built_in(obj):
        raise Result(err='Error from server (UnsupportedMediaType): the body of the request was in an unknown format\n', status=1)
    after = merge.strategic_patch(obj, given) if kind == 'strategic' else merge.merge_patch(obj, given)
    changed = after != obj
    c.update(key, after, 'kubectl-patch')
    return Result('%s/%s patched%s\n' % (resource(key[0]), key[2], '' if changed else ' (no change)'))


document = remembered(json.loads)


def apply(c, plain, flags, ns, made):
    with open(flags['filename']) as f:
        text = f.read()
    try:
        given = [document(text)]
    except ValueError:
        given = made.read_stream(text)
    objects = []
    for obj in given:
        objects += obj['items'] if obj and obj.get('kind') == 'List' else [obj] if obj else []
    out, err = '', ''
    dry = flags.get('dry-run') in ('server', 'true')
    for obj in objects:
        name = '%s/%s' % (resource(obj['kind']), obj['metadata']['name'])
        try:
            if 'server-side' in flags:
                problem = apply_server(c, obj, ns, flags.get('field-manager', 'kubectl'), 'force-conflicts' in flags, dry)
                if problem:
                    err += problem
                    continue
                done = 'serverside-applied'
            elif dry:
                done = 'configured'
            else:
                done = apply_client(c, obj, ns)
        except Refused as e:
            err += 'The %s "%s" is invalid: %s\n' % (obj['kind'], obj['metadata']['name'], e)
            continue
        out += name + ('\n' if flags.get('output') == 'name' else ' %s%s\n' % (done, ' (server dry run)' if dry else ''))
    return Result(out, err, 1 if err else 0)


READS = {'get': get, 'version': version, 'logs': logs, 'auth': can_i}
CHANGES = {'delete': delete, 'annotate': annotate, 'scale': scale, 'patch': patch}


def changes(argv):
    """Whether a command line changes anything."""
    try:
        plain, flags = read_words(argv)
    except Result:
        return False
    return bool(plain) and (plain[0] in CHANGES or plain[0] == 'apply') and 'dry-run' not in flags


def run(c, argv, made):
    """A command; its Result."""
    try:
        plain, flags = read_words(argv)
        if not plain:
            return Result(err='error: no command\n', status=1)
        ns = flags.get('namespace', 'default')
        verb = plain.pop(0)
        if verb == 'apply':
            return apply(c, plain, flags, ns, made)
        do = READS.get(verb) or CHANGES.get(verb)
        if do is None:
            return Result(err='error: the stand-in does not know: kubectl %s\n' % ' '.join(argv), status=1)
        return do(c, plain, flags, ns)
    except Result as e:
        return e
    except Refused as e:
        return Result('', str(e) + '\n', 1)
