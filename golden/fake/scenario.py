"""One pair of releases with its values: the plan made, the cluster set up as it is before the upgrade, and the runs that have to lead back.

A run's script is ended at a point by keeping cluster and work folder as they are there: that is what `kill -9` leaves. (`kill` runs do it with a
real SIGKILL, to show that it is the same.)
"""
import base64
import glob
import json
import os
import subprocess

import cluster
import helm
import jobs
import kubectl
import lab


class Refusal(Exception):
    """The plan says that it cannot be run; the reason."""


class Scenario:
    def __init__(self, made, tools, folder, rutter, case):
        self.made, self.case = made, case
        self.lab = lab.Lab(made, tools, folder)
        self.lab.major = case['major']
        self.dir = os.path.join(self.lab.folder, 'plan')
        self.results = []        # (name, problems)
        self.states = set()      # of cluster states that were compared
        self.rutter = rutter

    def close(self):
        self.lab.close()

    # ---- the plan ----

    def make_plan(self):
        case = self.case
        words = [self.rutter, 'plan', '--old', case['old'], '--new', case['new'], '--release', case['release'], '-n', case['ns'],
                 '--helm-version', str(case['major']), '--strategy', case.get('strategy', 'chart'), '-o', self.dir]
        for path in case['values']:
            words += ['-f', path]
        for path in case.get('new_values', ()):
            words += ['--new-values', path]
        if case.get('strategy') == 'oci':
            words += ['--chart-ref', 'oci://registry.example.com/charts/' + self.made.metadata(case['old'])['name']]
        elif case.get('strategy') == 'terraform':
            words += ['--terraform-dir', os.path.join(self.lab.folder, 'module')]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode > 1:
            raise Refusal('rutter plan: ' + done.stderr.strip()[-400:])
        with open(self.dir + '/plan.json') as f:
            self.plan = json.load(f)
        self.lab.inputs = {'CHART_OLD': os.path.abspath(case['old']), 'CHART_NEW': os.path.abspath(case['new'])}
        if self.plan.get('refused'):
            raise Refusal(self.plan['refused'])
        if case.get('strategy') == 'oci':
            for side in 'old', 'new':
                self.made.registry[self.plan['chartRef'], self.plan['version' + side.capitalize()]] = case[side]
        elif case.get('strategy') == 'terraform':
            self.make_module()

    def make_module(self):
        os.makedirs(self.lab.folder + '/module')
        names = {e['name']: e['value'] for s in self.plan['steps'] for e in s.get('env', ()) if e['name'].startswith('TF_VAR_')}
        back = {e['name']: e['value'] for s in self.plan['rollback'] for e in s.get('env', ()) if e['name'].startswith('TF_VAR_')}
        name = sorted(names)[0]
        with open(self.lab.folder + '/module/rutter-fake.json', 'w') as f:
            json.dump({'release': self.case['release'], 'namespace': self.case['ns'], 'variable': name.removeprefix('TF_VAR_'), 'major': self.case['major'],
                       'versions': {names[name]: {'chart': self.case['new'], 'values': [self.dir + '/values-new.yaml']},
                                    back[name]: {'chart': self.case['old'], 'values': [self.dir + '/values-old.yaml']}}}, f)

    # ---- the start state ----

    def needed_secrets(self):
        """Secrets that pods of either side name and no chart brings: {(ns, name): keys}."""
        out, brought = {}, set()
        for side in 'old', 'new':
            shown = self.made.render(self.case[side], self.case['release'], self.case['ns'], self.made.user_values([self.dir + '/values-%s.yaml' % side]),
                                     1, False, self.case['major'])
            for obj in shown['objects'] + [h['object'] for h in shown['hooks']]:
                kind, ns, name = cluster.key_of(obj, self.case['ns'])
                if kind == 'Secret':
                    brought.add((ns, name))
                walk_secrets(obj, ns, out)
        return {k: v for k, v in out.items() if k not in brought}

    def set_up(self, moved=False):
        """The old release, installed; `moved`: replicas elsewhere than rendered, and two ScaledObjects paused."""
        c = self.lab.cluster = cluster.Cluster()
        case = self.case
        c.make_namespace(case['ns'])
        for (ns, name), keys in sorted(self.needed_secrets().items()):
            c.make_namespace(ns)
            data = {k: base64.b64encode(('secret-of-%s' % k).encode()).decode() for k in sorted(keys)}
            c.update(('Secret', ns, name), {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': name}, 'data': data}, 'kubectl-create')
        tokens = {base64.b64decode(v).decode() for o in c.of_kind('Secret') for v in o.get('data', {}).values()}
        for step in self.plan['steps'] + self.plan['rollback']:
            if step['kind'] == 'http' and step['http']['status'] == 401:
                c.secrets[case['ns'], step['http']['service'].partition('/')[2]] = tokens
        helm.install(c, self.made, case['major'], case['release'], case['ns'], case['old'], self.made.user_values([self.dir + '/values-old.yaml']))
        c.settle()
        if moved:
            self.move(c)
        c.settle()

    def move(self, c):
        scalers = c.of_kind('ScaledObject')
        for n, so in enumerate(scalers):
            target = so['spec']['scaleTargetRef']
            key = (target.get('kind', 'Deployment'), so['metadata']['namespace'], target['name'])
            low, high = so['spec'].get('minReplicaCount', 0), so['spec'].get('maxReplicaCount', 100)
            c.scale(key, min(high, max(low, 1) + 1), 'kube-controller-manager')
            if n < 2:
                after = json.loads(json.dumps(so))
                note = {'autoscaling.keda.sh/paused': 'true'} if n else {'autoscaling.keda.sh/paused-replicas': str(c.get(key)['spec']['replicas'])}
                after['metadata'].setdefault('annotations', {}).update(note)
                c.update(cluster.key_of(so), after, 'kubectl-annotate')
        for obj in [] if scalers else c.of_kind('StatefulSet')[:1]:
            if obj['spec']['replicas']:
                c.scale(cluster.key_of(obj), obj['spec']['replicas'] + 1, 'kubectl')

    # ---- comparing ----

    def declared(self, line):
        """Whether a difference is a loss that the plan declares."""
        return any(loss['object'] and loss['object'].split('/')[-1] in line for loss in self.plan.get('losses', ()))

    def unlike_start(self):
        found = cluster.differences(self.start, self.lab.cluster.dump())
        last = helm.records(self.lab.cluster, self.case['ns'], self.case['release'])[-1]
        if last['status'] != 'deployed' or last['chart']['version'] != self.plan['versionOld']:
            found.append('release: the newest record is %s, %s' % (last['status'], last['chart']['version']))
        return [line for line in found if not self.declared(line)]

    def unlike_goal(self):
        """What is not as the new version wants it."""
        c, out, ns = self.lab.cluster, [], self.case['ns']
        last = helm.records(c, ns, self.case['release'])[-1]
        if last['status'] != 'deployed' or last['chart']['version'] != self.plan['versionNew']:
            out.append('release: the newest record is %s, %s' % (last['status'], last['chart']['version']))
        for row in self.plan['objects']:
            key = row['kind'], row.get('ns', row.get('namespace', '')), row['name']
            if not cluster.namespaced(key[0]):
                key = key[0], '', key[2]
            hook = 'hook' == row.get('ownerNew', '') or 'hook' == row.get('ownerOld', '')
            there = c.get(key) is not None
            if row.get('ownerNew') in ('release', 'hook-applied') and not there:
                out.append('%s/%s of the new version is not there' % (key[0], key[2]))
            if row.get('ownerOld') in ('release', 'hook-applied') and not row.get('ownerNew') and there and not hook and not self.kept(key):
                out.append('%s/%s of the old version is still there' % (key[0], key[2]))
        for name, token in self.start.items():
            if name.startswith('data of ') and c.data().get(name[8:]) != token and not self.declared(name):
                out.append('%s: was %s, is %s' % (name, token, c.data().get(name[8:])))
        return out

    def kept(self, key):
        annotations = self.lab.cluster.get(key)['metadata'].get('annotations') or {}
        return annotations.get('helm.sh/resource-policy') == 'keep'

    def report(self, name, problems):
        self.results.append((name, problems))

    # ---- runs ----

    def forward(self):
        """plan.sh to its end; keeps the state at every point of every change."""
        points = []

        def watch(point, argv):
            points.append((point, argv, self.lab.keep('f%d' % len(points))))
        self.lab.watch = watch
        status, out = self.lab.run(self.dir + '/plan.sh')
        self.lab.watch = None
        problems = [] if status == 0 else ['plan.sh: exit status %d' % status] + out.splitlines()[-25:]
        return points, problems + ([] if status else self.unlike_goal())

    def back(self, name, kept, watch=None):
        """rollback.sh from a kept state to its end, compared with the start."""
        self.lab.back_to(kept)
        self.lab.cluster.settle()
        self.lab.watch = watch
        status, out = self.lab.run(self.dir + '/rollback.sh')
        self.lab.watch = None
        if status == 0:
            problems = self.unlike_start()
        elif status == 2 and 'no journal' in out or 'changed nothing' in out:
            problems = self.unlike_start()
        else:
            problems = ['rollback.sh: exit status %d' % status] + out.splitlines()[-25:]
        self.report(name, problems)
        return not problems

    def run_all(self, moved=False, stride=1, part=0, parts=1):
        """Success and back; stopped at every change, and at every `stride`-th one within helm, and back; stopped and taken up again; the
        rollback itself stopped and begun again. Of those runs the `part`-th of `parts`."""
        label = 'moved: ' if moved else ''
        self.set_up(moved)
        self.start = self.lab.cluster.dump()
        points, problems = self.forward()
        goal = self.lab.cluster.dump()
        end = self.lab.keep('end')
        if not problems and not self.unlike_start():
            problems = ['the comparison sees no difference between the two versions']
        if part == 0 or problems:
            self.report(label + 'plan.sh to its end', problems)
        if problems:
            return
        back_points = []

        def watch(point, argv):
            back_points.append((point, argv, self.lab.keep('b%d' % len(back_points))))
        self.back(label + 'rollback.sh after success', end, watch)
        if part:
            self.results.pop()
        todo = []
        for point, argv, kept in thin(points, stride):
            name = '%sstopped %s %s' % (label, point, short(argv))
            todo.append((self.back, name + '; rollback.sh', kept))
            if ': runs' in point:
                todo.append((self.back_beside_jobs, name + ', whose Job goes on; rollback.sh', kept))
            if not point.startswith('during'):
                todo.append((self.resume, name + '; plan.sh again', kept, goal))
        for point, argv, kept in thin(back_points, stride):
            todo.append((self.back, '%srolled back, stopped %s %s; rollback.sh again' % (label, point, short(argv)), kept))
        for what, *words in todo[part::parts]:
            what(*words)

    def back_beside_jobs(self, name, kept):
        """The Job that helm had started is not ended by the kill: it acts before the second change of the rollback, if it is still there then."""
        seen = []

        def watch(point, argv):
            seen.append(point)
            c = self.lab.cluster
            if seen.count('before') == 2 and point == 'before':
                for job in c.of_kind('Job'):
                    if 'status' not in job:
                        job['status'] = {'succeeded': 1}
                        jobs.run(c, job, self.made)
                        c.settle()
        self.back(name, kept, watch)

    def resume(self, name, kept, goal):
        self.lab.back_to(kept)
        self.lab.cluster.settle()
        status, out = self.lab.run(self.dir + '/plan.sh')
        if status == 0:
            problems = cluster.differences(goal, self.lab.cluster.dump())
            self.report(name, problems)
            return
        # Not possible here; then the way back has to be.
        self.report(name + ' (refused: %s)' % status, [] if status in (1, 2) else out.splitlines()[-25:])
        self.back(name + ' refused; rollback.sh', self.lab.keep('refused-%d' % len(self.results)))


def thin(points, stride):
    """All points but those within helm, of which every `stride`-th stays."""
    return [p for n, p in enumerate(points) if not p[0].startswith('during') or n % stride == 0]


def walk_secrets(value, ns, out):
    if isinstance(value, dict):
        for field, name in (('secretKeyRef', 'name'), ('secretRef', 'name'), ('secret', 'secretName')):
            ref = value.get(field)
            if isinstance(ref, dict) and ref.get(name) and not ref.get('optional'):
                keys = out.setdefault((ns, ref[name]), set())
                if field == 'secretKeyRef':
                    keys.add(ref['key'])
                keys.update(i['key'] for i in ref.get('items') or ())
        for v in value.values():
            walk_secrets(v, ns, out)
    elif isinstance(value, list):
        for v in value:
            walk_secrets(v, ns, out)


def short(argv):
    words = []
    skip = False
    for word in argv:
        if skip:
            skip = False
        elif word in ('--context', '--kube-context', '-n', '--timeout', '-f', '--description'):
            skip = True
        else:
            words.append(os.path.basename(word) if word.startswith('/') else word)
    return ' '.join(words)[:110]
