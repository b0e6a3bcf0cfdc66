"""One pair of releases with its values: the plan made, the cluster set up as it is before the upgrade, and the runs that have to lead back.

A run's script is ended at a point by keeping cluster and work folder as they are there: that is what `kill -9` leaves. (`kill` runs do it with a
real SIGKILL, to show that it is the same.)
"""
import base64
import collections
import difflib
import glob
import json
import os
import re
import shutil
import subprocess

import as_written
import cluster
import executor
import faults
import helm
import jobs
import kubectl
import lab
import predicted
import shared


class Refusal(Exception):
    """The plan says that it cannot be run; the reason."""


class Scenario:
    def __init__(self, made, tools, folder, rutter, case, fast=False):
        self.made, self.case, self.fast = made, case, fast
        self.lab = lab.Lab(made, tools, folder)
        self.lab.major = case['major']
        self.dir = os.path.join(self.lab.folder, 'plan')
        self.results = []        # (name, problems)
        self.skipped = []        # what is known not to work, with the reason
        self.rutter = rutter
        self.predicted = None
        self.running = False
        self.counts = collections.Counter()
        self.strange = []        # states that the proof did not predict: [(where, lines)]

    def close(self):
        self.lab.close()
        shared.forget()

    # ---- the plan ----

    def plan_command(self):
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
        words += case.get('options', ())
        return words

    def make_plan(self):
        case = self.case
        done = subprocess.run(self.plan_command(), capture_output=True, text=True)
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
            json.dump({'release': self.case['release'], 'namespace': self.case['ns'], 'variable': name.removeprefix('TF_VAR_'),
                       'versions': {names[name]: {'chart': self.case['new'], 'values': [self.dir + '/values-new.yaml']},
                                    back[name]: {'chart': self.case['old'], 'values': [self.dir + '/values-old.yaml']}}}, f)

    def predict(self):
        """Reads what the proof predicts."""
        self.predicted = predicted.Predicted(self.rutter, self.dir + '/plan.json', self.plan, sides_of(self.made, self.case, self.dir))

    def look(self, point):
        """Is the state of the moment one that the proof predicted?"""
        if self.predicted is None:
            return
        script, step = self.at_step(point == 'end')
        found = self.predicted.check(self.lab.cluster, self.case['ns'], self.case['release'], script, step, point != 'end')
        if found and len(self.strange) < 50:
            self.strange.append(('%s in %s %s' % (point, script, step), found))

    # ---- running, by the scripts or by the executor ----

    def begin(self, moved=False):
        self.set_up(moved)
        shutil.rmtree(self.lab.work, ignore_errors=True)
        self.start = self.lab.cluster.dump()
        if self.predicted is None and not self.case.get('options'):
            self.predict()
        if self.predicted:
            self.predicted.begin(self.lab.cluster)
        self.journal = executor.new_journal()
        inputs = {'values-old': self.dir + '/values-old.yaml', 'values-new': self.dir + '/values-new.yaml'}
        for role in 'chart-old', 'chart-new':
            inputs[role] = os.path.join(self.lab.folder, role)
            if not os.path.lexists(inputs[role]):
                os.symlink(os.path.abspath(self.case[role[6:]]), inputs[role])
        self.executor = executor.Executor(self.lab, self.plan, inputs, os.path.join(self.lab.folder, 'files'))

    def keep(self, name):
        if self.fast:
            # Within a run the executor's own journal is the newest.
            return self.lab.cluster.freeze(), executor.copied(self.executor.j if self.running else self.journal)
        return self.lab.keep(name)

    def back_to(self, kept):
        if self.fast:
            self.lab.cluster.thaw(kept[0])
            self.journal = kept[1]
        else:
            self.lab.back_to(kept)

    def watched(self, script, watch=None, place=None):
        """plan.sh or rollback.sh, watched: (exit status, output)."""
        watch = watch or (lambda point, argv: self.look(point))
        self.counts['runs'] += 1
        if self.fast:
            self.running = True
            status, out, self.journal = self.executor.run('rollback' if 'rollback' in script else 'plan', self.journal, watch, place)
            self.running = False
        else:
            self.lab.watch = watch
            status, out = self.lab.run(self.dir + script)
            self.lab.watch = None
        if status == 0:
            self.look('end')
        return status, out

    def at_step(self, ended):
        """The changing step that was begun last, by the journal: steps beside a command that is still at work do not count."""
        if self.fast:
            script, steps = self.executor.script, self.plan['rollback' if self.executor.script == 'rollback' else 'steps']
            mine = {x['id'] for x in steps}
            return script, steps[-1]['id'] if ended else next((x for x in reversed(self.executor.j['changed']) if x in mine), '')
        script = 'rollback' if self.lab.script_name.endswith('rollback.sh') else 'plan'
        if ended:
            return script, self.plan['rollback' if script == 'rollback' else 'steps'][-1]['id']
        for home in glob.glob('%s/*/%s/%s' % (self.lab.work, self.case['ns'], self.case['release'])):
            if not os.path.exists(home + '/current'):
                continue
            with open(home + '/current') as f:
                journal = os.path.join(home, f.read().strip(), 'journal')
            with open(journal) as f:
                begun = [line.split()[2] for line in f if line.split()[1] == 'change']
            mine = {s['id'] for s in self.plan['rollback' if script == 'rollback' else 'steps']}
            return script, next((b for b in reversed(begun) if b in mine), '')
        return script, ''

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

    # ---- comparing ----

    def declared(self, line):
        """Whether a difference is a loss that the plan declares."""
        return any(loss['object'] and loss['object'].split('/')[-1] in line for loss in self.plan.get('losses', ()))

    def unlike_start(self):
        found = cluster.differences(self.start, self.lab.cluster.dump())
        last = helm.records(self.lab.cluster, self.case['ns'], self.case['release'])[-1]
        if last['status'] != 'deployed' or last['chart']['version'] != self.plan['versionOld']:
            found.append('release: the newest record is %s, %s' % (last['status'], last['chart']['version']))
        return found

    def undeclared(self, found):
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
            self.look(point)
            points.append((point, argv, self.keep('f%d' % len(points))))
        status, out = self.watched('/plan.sh', watch)
        problems = [] if status == 0 else ['plan.sh: exit status %d' % status] + out.splitlines()[-25:]
        return points, problems + ([] if status else self.unlike_goal())

    def back(self, name, kept, watch=None):
        """rollback.sh from a kept state to its end, compared with the start."""
        self.back_to(kept)
        self.lab.cluster.settle()
        status, out = self.watched('/rollback.sh', watch)
        if status == 0 or status == 2 and 'no journal' in out or 'changed nothing' in out:
            found = self.unlike_start()
            problems = self.undeclared(found)
            self.counts['equal'] += not found
            self.counts['declared'] += bool(found) and not problems
        else:
            problems = ['rollback.sh: exit status %d' % status] + out.splitlines()[-25:]
        self.report(name, problems)
        return not problems

    def run_all(self, moved=False, stride=1, part=0, parts=1, first=0):
        """Success and back; stopped at every change, and at every `stride`-th one within helm, and back; stopped and taken up again; the
        rollback itself stopped and begun again. Of those runs the `part`-th of `parts`."""
        label = 'moved: ' if moved else ''
        self.begin(moved)
        points, problems = self.forward()
        goal = self.lab.cluster.dump()
        end = self.keep('end')
        if not problems and not self.unlike_start():
            problems = ['the comparison sees no difference between the two versions']
        if part == 0 or problems:
            self.report(label + 'plan.sh to its end', problems)
        if problems:
            return
        back_points = []

        def watch(point, argv):
            self.look(point)
            back_points.append((point, argv, self.keep('b%d' % len(back_points))))
        self.back(label + 'rollback.sh after success', end, watch)
        if part:
            self.results.pop()
        todo = []
        for point, argv, kept in thin(points, stride, first):
            name = '%sstopped %s %s' % (label, point, short(argv))
            self.counts['kills'] += 1
            todo.append((self.back, name + '; rollback.sh', kept))
            if ': runs' in point:
                todo.append((self.back_beside_jobs, name + ', whose Job goes on; rollback.sh', kept))
            todo += [(self.resume, name + '; plan.sh again', kept, goal)] if not point.startswith('during') or len(todo) % 4 == 0 else []
        for point, argv, kept in thin(back_points, stride, first):
            self.counts['kills'] += 1
            todo.append((self.back, '%srolled back, stopped %s %s; rollback.sh again' % (label, point, short(argv)), kept))
        for what, *words in todo[part::parts]:
            what(*words)
        self.report_strange(label)

    def agree(self, most=3):
        """The scripts and the executor do the same: the same changes in the same order, and the same state at the end; there, back, and stopped half way."""
        found = {}
        for fast in False, True:
            self.fast = fast
            self.begin()
            done, halves = [], []

            def watch(point, argv, done=done, halves=halves):
                self.look(point)
                if point == 'before':
                    done.append(executor.shown(argv))
                if point == 'before' or 'apply' in point and len(halves) < 8:
                    halves.append(self.keep('%s-%d' % (fast, len(halves))))
            ends = []
            for script in '/plan.sh', '/rollback.sh':
                status, out = self.watched(script, watch)
                ends.append((status, self.lab.cluster.dump(), '' if status == 0 else out))
            for half in halves[1::max(1, len(halves) // most)][:most]:
                self.back_to(half)
                self.lab.cluster.settle()
                status, out = self.watched('/rollback.sh', lambda point, argv, done=done: point == 'before' and done.append(executor.shown(argv)))
                ends.append((status, self.lab.cluster.dump(), '' if status == 0 else out))
            found[fast] = done, ends
        (by_scripts, ends), (by_plan, others) = found[False], found[True]
        problems = ['a change of one way alone: %s' % line for line in difflib.unified_diff(by_scripts, by_plan, 'scripts', 'plan.json', lineterm='', n=0)]
        for n, (one, other) in enumerate(zip(ends, others)):
            if one[0] != other[0]:
                problems += ['run %d: exit status %d by the script, %d by plan.json' % (n, one[0], other[0])] + one[2].splitlines()[-12:] + other[2].splitlines()[-12:]
            problems += cluster.differences(one[1], other[1])
            if one[0] == 0 and n:
                problems += [line for line in cluster.differences(self.start, one[1]) if not self.declared(line)]
        self.report('scripts and plan.json: %d changes, %d ends' % (len(by_plan), len(ends)), problems)
        self.report_strange('')

    def killed(self, share=1, first=0):
        """A real SIGKILL to plan.sh and all that it has started, at every `share`-th point; then rollback.sh."""
        self.fast = True
        self.begin()
        names = []
        self.watched('/plan.sh', lambda point, argv: names.append('killed %s %s' % (point, short(argv))))
        self.fast = False
        self.begin()
        start = self.keep('start-of-kills')
        for at in range(first % len(names), len(names), share):
            seen = []

            def watch(point, argv, seen=seen, at=at):
                seen.append(point)
                if len(seen) == at + 1:
                    self.lab.kill()
                    raise lab.Stop
            self.back_to(start)
            self.counts['kills'] += 1
            status, out = self.watched('/plan.sh', watch)
            if status != -9:
                self.report(names[at], ['plan.sh: exit status %d' % status] + out.splitlines()[-12:])
                continue
            self.back(names[at] + '; rollback.sh', self.keep('killed-%d' % at))

    def honest(self, halves=3, share=40, first=0):
        """The scripts beside plan.json, killed, and interrupted."""
        self.agree(halves)
        self.killed(share, first)
        faults.interrupted(self, first)

    def harmless(self, share=1):
        """Mutants of the plan that the proof calls harmless: they end where the plan does, there, back, and back from stops on the way. Every `share`-th of them."""
        self.begin()
        self.watched('/plan.sh', lambda point, argv: None)
        goal, own = self.lab.cluster.dump(), self.plan
        folder = os.path.join(self.lab.folder, 'mutants')
        subprocess.run([self.rutter, 'verify', self.dir + '/plan.json', '--mutants', '-o', folder], capture_output=True, text=True)
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else [])[::share]:
            with open(os.path.join(folder, name, 'plan.json')) as f:
                self.plan = json.load(f)
            with open(os.path.join(folder, name, 'mutation')) as f:
                what = f.read().strip()
            self.begin()
            self.predicted.expect_nothing()
            points = []

            def watch(point, argv, points=points):
                points.append((point, argv, self.keep('')))
            status, out = self.watched('/plan.sh', watch)
            problems = ['plan.sh: %s' % out] if status else cluster.differences(goal, self.lab.cluster.dump())
            self.report('harmless mutant (%s): there' % what, problems)
            before = len(self.results)
            self.back('', self.keep(''))
            for point, argv, kept in thin(points, 5):
                self.back('stopped %s %s' % (point, short(argv)), kept)
            bad = [(n, p) for n, p in self.results[before:] if p]
            del self.results[before:]
            self.report('harmless mutant (%s): back, and from %d stops' % (what, len(points)), [line for n, p in bad[:3] for line in [n] + p[:6]])
        self.plan = own

    def everything(self, moved, stride, first):
        self.run_all(moved, stride, first=first)
        self.faults(moved=moved, stride=stride, first=first)
        self.scaled_by_hand()

    def scaled_by_hand(self):
        """A workload that nothing scales was given another count: the plan says so and changes nothing, or leads there and back to that count."""
        self.begin()
        c = self.lab.cluster
        scaled = {so['spec']['scaleTargetRef']['name'] for so in c.of_kind('ScaledObject')}
        for obj in c.of_kind('StatefulSet', self.case['ns']) + c.of_kind('Deployment', self.case['ns']):
            if obj['metadata']['name'] in scaled:
                continue
            c.scale(cluster.key_of(obj), obj['spec']['replicas'] + 1, 'kubectl')
            c.settle()
            self.start = c.dump()
            self.predicted.begin(c)
            status, out = self.watched('/plan.sh')
            name = '%s scaled by hand' % obj['metadata']['name']
            if status:
                self.report(name + ': refused', self.unlike_start())
            else:
                self.back(name + ': there and back', self.keep('by-hand'))
            self.report_strange(name + ': ')
            return

    def faults(self, **how):
        faults.run(self, **how)
        self.report_strange('')

    def as_written(self, moved=False):
        """The runbook as it is written: there and back, each end as the proof foretells it."""
        self.begin(moved)
        told = as_written.Foretold(self.rutter, self.dir + '/plan.json', self.plan, sides_of(self.made, self.case, self.dir), self.case['major'], self.case['major'] == 4, moved)
        told.of_start(self.lab.cluster)
        for script in 'plan', 'rollback':
            status, out = self.watched('/%s.sh' % script, lambda point, argv: None)
            if script == 'plan':
                told.saw(out)
            stops, last = told.ends_at(script), helm.records(self.lab.cluster, self.case['ns'], self.case['release'])[-1]
            problems = [] if (status == 0) == (not stops) and stops in out else ['exit status %d, foretold was %s' % (status, stops or 'the end')] + out.splitlines()[-12:]
            record = {'side': 'old' if last['chart']['version'] == self.plan['versionOld'] else 'new', 'status': last['status']}
            n, found = told.check_end(self.lab.cluster, record, script)
            problems += found
            if script == 'rollback' and not stops:
                free = {o['id'] for o in self.plan['objects'] if o.get('scaledBy')} if moved else set()
                problems += told.check_differences(as_written.ids_of(cluster.differences(self.start, self.lab.cluster.dump(), 10 ** 6), self.plan), free)
            self.report('%s: %s.sh as written ends as foretold (%d parts; %s)' % ('moved' if moved else 'as rendered', script, n, told.words(script)), problems)

    def report_strange(self, label):
        if not self.predicted.checked:
            return
        self.counts['states'] += self.predicted.checked
        self.report('%sstates that the proof predicted (%d compared)' % (label, self.predicted.checked),
                    [line for where, found in self.strange[:8] for line in [where + ':'] + ['    ' + f for f in found[:4]]])
        self.predicted.checked, self.strange = 0, []

    def back_beside_jobs(self, name, kept):
        """The Job that helm had started is not ended by the kill: it acts before the second change of the rollback, if it is still there then."""
        seen = []

        def watch(point, argv):
            self.look(point)
            seen.append(point)
            c = self.lab.cluster
            if seen.count('before') == 2 and point == 'before':
                for job in c.of_kind('Job'):
                    if 'status' not in job:
                        c.set(cluster.key_of(job), status={'succeeded': 1})
                        jobs.run(c, job, self.made)
                        c.settle()
        self.back(name, kept, watch)

    def resume(self, name, kept, goal):
        self.back_to(kept)
        self.lab.cluster.settle()
        status, out = self.watched('/plan.sh')
        if status == 0:
            problems = cluster.differences(goal, self.lab.cluster.dump())
            self.report(name, problems)
            return
        # Not possible here; then the way back has to be.
        self.report(name + ' (refused: %s)' % status, [] if status in (1, 2) else out.splitlines()[-25:])
        self.back(name + ' refused; rollback.sh', self.keep('refused-%d' % len(self.results)))


def sides_of(made, case, folder):
    """What each version has, with what its hooks apply: {'old': {key: object}, 'new': ...}. `folder`: of the plan, with the two values files."""
    sides, ns = {}, case['ns']
    for side, revision in (('old', 1), ('new', 2)):
        shown = made.render(case[side], case['release'], ns, made.user_values(['%s/values-%s.yaml' % (folder, side)]), revision, side == 'new', case['major'])
        sides[side] = {cluster.key_of(o, ns): helm.own(o, case['release'], ns) for o in shown['objects']}
        sides[side].update({cluster.key_of(h['object'], ns): h['object'] for h in shown['hooks']})
        sides[side].update(predicted.applied_by(shown['hooks'], made, ns))
    return sides


def thin(points, stride, first=0):
    """All points but those within helm, of which every `stride`-th stays."""
    return [p for n, p in enumerate(points) if not p[0].startswith('during') or (n + first) % stride == 0]


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
            words.append(re.sub(r'(^|=)/(\S*/)?', r'\1', word))
    return ' '.join(words)[:110]
