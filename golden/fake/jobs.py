"""What the Jobs of a chart's hooks do. Their scripts are not run; what they would find and change is.

Three kinds: one that applies the manifests of a ConfigMap that it mounts, one that waits until all ScaledObjects are ready, and one that asks a
Service. Any other succeeds.
"""
import re

import answers
import kubectl


def script_of(job):
    spec = job['spec']['template']['spec']
    return '\n'.join(' '.join(str(w) for w in c.get('command', []) + c.get('args', [])) for c in spec.get('containers', ()))


def run(c, job, made):
    """Why it fails; '' when it succeeds."""
    ns = job['metadata']['namespace']
    spec = job['spec']['template']['spec']
    text = script_of(job)
    account = spec.get('serviceAccountName')
    if account and ('ServiceAccount', ns, account) not in c.objects:
        return 'its ServiceAccount %s is not there' % account
    applies = re.search(r'kubectl[^\n]*\bapply\b[^\n]*-f\s+(\S+)', text)
    if applies:
        return apply_folder(c, ns, spec, applies[1].strip('"\'').rstrip('/'), made)
    if 'scaledobjects' in text:
        found = c.of_kind('ScaledObject', ns)
        bad = [so['metadata']['name'] for so in found if so.get('status', {}).get('conditions', [{}])[0].get('status') != 'True']
        return 'FAILED: ScaledObjects did not become Ready' if bad or not found else ''
    for name, where in re.findall(r'https?://([a-z0-9-]+)\.([a-z0-9-]+)\.svc', text):
        service = c.get(('Service', where, name))
        if service is None and answers.OUTSIDE.match(name):
            continue
        if service is None or not c.ready_pods_of(service):
            return 'FAILED: %s.%s did not become ready' % (name, where)
    return ''


def apply_folder(c, ns, spec, folder, made):
    volumes = {v['name']: v for v in spec.get('volumes', ())}
    for container in spec['containers']:
        for mount in container.get('volumeMounts', ()):
            if mount['mountPath'].rstrip('/') != folder or 'configMap' not in volumes.get(mount['name'], {}):
                continue
            source = c.get(('ConfigMap', ns, volumes[mount['name']]['configMap']['name']))
            if source is None:
                return 'its ConfigMap is not there'
            for name in sorted(source.get('data', {})):
                for obj in made.read_stream(source['data'][name]):
                    if obj:
                        kubectl.apply_client(c, obj, ns)
    return ''
