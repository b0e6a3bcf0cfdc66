"""Charts for the stand-in of helm: rendered by `rutter template`, which prints what `helm template` prints, and read as objects.

YAML is read by rutter as well (a chart of one line that turns text into JSON), so Python needs no library for it. Everything is kept by digest,
in memory and in a folder that all runs share. What is returned is shared (shared.py): nobody changes it.
"""
import hashlib
import json
import os
import pickle
import re
import shutil
import subprocess
import tempfile

from shared import canonical


class RenderError(Exception):
    pass


HOOK_EVENTS = {'pre-install', 'post-install', 'pre-upgrade', 'post-upgrade', 'pre-rollback', 'post-rollback', 'pre-delete', 'post-delete', 'test', 'test-success'}


class Charts:
    def __init__(self, rutter, folder):
        self.rutter, self.folder, self.memory = os.path.abspath(rutter), folder, {}
        self.on_disk = {}        # (path, what for) -> the file's state, what was made of it
        self.registry = {}       # (reference, version) -> chart, for `helm pull`
        os.makedirs(folder, exist_ok=True)
        with open(self.rutter, 'rb') as f:
            self.salt = hashlib.sha256(f.read()).hexdigest()

    def kept(self, name, parts, make):
        digest = hashlib.sha256(json.dumps([self.salt, name] + parts).encode()).hexdigest()
        if digest not in self.memory:
            path = os.path.join(self.folder, digest)
            try:
                with open(path, 'rb') as f:
                    self.memory[digest] = pickle.load(f)
            except OSError:
                self.memory[digest] = make()
                with open('%s.%d' % (path, os.getpid()), 'wb') as f:
                    pickle.dump(self.memory[digest], f)
                os.replace('%s.%d' % (path, os.getpid()), path)
        return self.memory[digest]

    def run(self, *words):
        done = subprocess.run([self.rutter, 'template', *words], capture_output=True, text=True)
        if done.returncode:
            raise RenderError(done.stderr.strip())
        return done.stdout

    def convert(self, template, values):
        """The output of a one-line template over values."""
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(folder + '/templates')
            with open(folder + '/Chart.yaml', 'w') as f:
                f.write('apiVersion: v2\nname: convert\nversion: 1.0.0\n')
            with open(folder + '/templates/out.txt', 'w') as f:
                f.write(template)
            with open(folder + '/values.yaml', 'w') as f:
                json.dump(values, f)
            out = self.run('x', folder)
        return out.split('\n', 2)[2]

    def read_yaml(self, documents):
        """Objects of YAML documents."""
        def make():
            made = self.convert('{{ $out := list }}{{ range .Values.documents }}{{ $out = append $out (fromYaml .) }}{{ end }}{{ dict "documents" $out | toJson }}',
                                {'documents': documents})
            out = json.loads(made)['documents']
            for one in out:
                if set(one or ()) == {'Error'}:
                    raise RenderError('YAML parse error: ' + one['Error'])
            return out
        return self.kept('yaml', documents, make)

    def write_yaml(self, value):
        return self.kept('write', [value], lambda: self.convert('{{ .Values.value | toYaml }}', {'value': value}).rstrip('\n') + '\n')

    def read_stream(self, text):
        return self.read_yaml([d for d in split_documents(text) if d.strip()])

    # ---- charts ----

    def files(self, chart):
        """[(path, digest)] of a chart folder or the package itself."""
        out = []
        if os.path.isfile(chart):
            return [('', self.digest(chart))]
        for where, folders, names in os.walk(chart):
            folders.sort()
            out += [(os.path.relpath(os.path.join(where, name), chart), self.digest(os.path.join(where, name))) for name in sorted(names)]
        return out

    def digest(self, path):
        """Of a file, read again when it has changed."""
        return self.read(path, lambda text: hashlib.sha256(text).hexdigest())

    def read(self, path, make):
        """What `make` makes of a file's bytes, made again when it has changed."""
        at = os.stat(path)
        key, state = (path, make.__code__), (at.st_ino, at.st_size, at.st_mtime_ns)
        if self.on_disk.get(key, (None,))[0] != state:
            with open(path, 'rb') as f:
                self.on_disk[key] = state, make(f.read())
        return self.on_disk[key][1]

    def document(self, path):
        """The one YAML document of a file."""
        return self.read(path, lambda text: self.read_yaml([text.decode()])[0])

    def metadata(self, chart):
        return self.document(os.path.join(chart, 'Chart.yaml'))

    def user_values(self, paths):
        if len(paths) == 1:
            return self.document(paths[0])
        out = {}
        for path in paths:
            out = merge_values(out, self.document(path))
        return canonical(out)

    def crds(self, chart):
        """The objects of the chart's own crds/ folder."""
        folder = os.path.join(chart, 'crds')
        out = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            out += self.read(os.path.join(folder, name), lambda text: [o for o in self.read_stream(text.decode()) if o])
        return out

    def render(self, chart, release, ns, values, revision, upgrade, major):
        """What helm keeps of a render: {'manifest': text, 'objects': [...], 'hooks': [...], 'metadata': ...}."""
        parts = [self.files(chart), release, ns, values, revision, upgrade, major]
        return self.kept('render', parts, lambda: self.render_now(chart, release, ns, values, revision, upgrade, major))

    def render_now(self, chart, release, ns, values, revision, upgrade, major):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, 'chart')
            shutil.copytree(chart, copy)
            # `helm template` always renders revision 1; the cluster's has its own number, which Jobs have in their names.
            for where, _, names in os.walk(copy):
                for name in names:
                    path = os.path.join(where, name)
                    if '/templates' not in path:
                        continue
                    with open(path, encoding='utf-8', errors='surrogateescape') as f:
                        text = f.read()
                    if '.Release.Revision' in text:
                        with open(path, 'w', encoding='utf-8', errors='surrogateescape') as f:
                            f.write(re.sub(r'(\$\w*)?\.Release\.Revision', str(revision), text))
            given = os.path.join(folder, 'values.json')
            with open(given, 'w') as f:
                json.dump(values, f)
            words = [release, copy, '-n', ns, '-f', given, '--helm-version', str(major), '--skip-missing-dependencies']
            text = self.run(*words, *(['--is-upgrade'] if upgrade else []))
        documents = [d for d in split_documents(text) if d.strip()]
        objects, hooks, manifest = [], [], ''
        for document, obj in zip(documents, self.read_yaml(documents)):
            if not obj:
                continue
            annotations = (obj.get('metadata') or {}).get('annotations') or {}
            if 'helm.sh/hook' in annotations:
                hooks.append({'events': [e.strip() for e in annotations['helm.sh/hook'].split(',')], 'object': obj, 'text': document,
                              'weight': int(annotations.get('helm.sh/hook-weight', 0)),
                              'policies': [p.strip() for p in annotations.get('helm.sh/hook-delete-policy', 'before-hook-creation').split(',')]})
            else:
                objects.append(obj)
                manifest += '---\n' + document
        return {'manifest': manifest, 'objects': objects, 'hooks': hooks, 'metadata': self.metadata(chart)}


def split_documents(text):
    return re.split(r'^---[ \t]*\n', text, flags=re.M)


def merge_values(under, over):
    """Later values files over earlier ones, as helm merges them."""
    out = dict(under)
    for key, value in over.items():
        out[key] = merge_values(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out
