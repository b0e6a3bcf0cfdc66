"""A failure at any step of a plan or of its way back, for whatever runs it: the scripts, the example executor, an executor's document.

What can fail of a step is one of WAYS below. A command fails as often as its step tries it, and is well again after that; what a step waits for does not
come about as long as the failure lasts, and `shorten` lets the step lose its patience after a second. Each failure says where the run has to stop.
"""
import glob
import hashlib
import json
import os
import re
import shutil
import sys
import threading

import kubectl
import lab

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs'))
import plan_words  # noqa: E402

WAYS = {
    'command': 'its command ends with exit status 1',
    'precondition': 'the command of a precondition ends with exit status 1',
    'request': 'the service does not answer',
    'place': 'the file cannot be written',
    'input': 'the input is another than the one of the plan',
    'answer': 'nobody answers the gate',
}
FAILED = {'helm': 'Error: fake: this one is made to fail\n', 'kubectl': 'Unable to connect to the server: fake: this one is made to fail\n'}


class Failure:
    """One way for one step to fail. `n` is its place in plan[way], `earlier` are the steps whose command, or request, is the same and whose turn comes before."""

    def __init__(self, plan, way, n, how, command=None):
        self.plan, self.way, self.step, self.how, self.command = plan, way, plan[way][n], how, command
        self.id = self.step['id']
        self.earlier = [s for s in plan[way][:n] for c in commands(s) if c == command] if command else []
        if how == 'command':
            self.earlier += [self.step] * (commands(self.step).count(command) - 1)
        self.endless = self.step['kind'] in ('wait', 'http')
        if how == 'request':
            self.earlier = [s for s in plan[way][:n] if s['kind'] == 'http' and request(s) == request(self.step)]
        # Beside a command in the background an earlier one may look once or many times: the first time comes before that command has done anything.
        beside = next((s['beside'] for s in self.earlier if s.get('beside')), None)
        self.looks_first_at = next((s['argv'] for s in plan[way] if s['id'] == beside), None)
        # For the sake of their folder, the scripts and the library ask which cluster it is before any step does.
        self.early = any(c['name'] == 'cluster_uid' for c in self.step.get('captures', []))
        self.times = None if self.endless else 1 + self.step.get('retries', 0)

    def __str__(self):
        return '%s (%s): %s' % (self.id, 'upgrade' if self.way == 'steps' else 'rollback', WAYS[self.how])

    def answers(self):
        """(whether the gates without an id are answered, the ids that are accepted)"""
        if self.how != 'answer':
            return True, ids(self.plan, self.way)
        return 'accept' in self.step, [i for i in ids(self.plan, self.way) if i != self.step.get('accept')]


def request(step):
    h = step['http']
    return h['service'], h['method'], h['path'], 'tokenCapture' in h


def ids(plan, way):
    return [s['accept'] for s in plan[way] if s.get('accept')]


def commands(step):
    out = [step['doneWhen']['argv']] if 'doneWhen' in step else []
    out += [p['argv'] for p in step.get('preconditions', [])]
    return out + [step[k] for k in ('argv',) if k in step]


def failures(plan, way):
    """All that can fail, in the order of the steps. Nothing of a note can; gates without an id share one answer, so the first of them stands for all."""
    out, yes = [], False
    for n, step in enumerate(plan[way]):
        for p in step.get('preconditions', []):
            out.append(Failure(plan, way, n, 'precondition', p['argv']))
        if step['kind'] == 'http':
            out.append(Failure(plan, way, n, 'request'))
        elif step['kind'] == 'write':
            out.append(Failure(plan, way, n, 'place'))
        elif step['kind'] == 'gate' and ('accept' in step or not yes):
            out.append(Failure(plan, way, n, 'answer'))
            yes = yes or 'accept' not in step
        elif step['kind'] == 'input' and ('inputFrom' not in step or way == 'rollback'):
            out.append(Failure(plan, way, n, 'input'))
        if 'argv' in step:
            out.append(Failure(plan, way, n, 'command', step['argv']))
    return out


def one_of_each(found):
    """The first of every sort: a sample."""
    seen = {}
    for f in found:
        s = f.step
        sort = f.how, s['kind'], s.get('reads', False), bool(s.get('retries')), bool(s.get('background')), bool(s.get('beside')), 'accept' in s, bool(f.looks_first_at)
        seen.setdefault(sort, f)
    return list(seen.values())


def ends(step, argv, result):
    """Whether this was the last time that the step needs this command: a wait looks until it is so."""
    if step['kind'] != 'wait' or argv != step['argv']:
        return True
    words = object.__new__(plan_words.Run)
    return words.meets(step.get('expect', []), (result.status, result.out.encode(), result.err.encode()))


def pattern(argv):
    """A regular expression over the words of a command. A value that only the run knows may be anything; a file must have its name."""
    def word(w):
        if isinstance(w, str):
            return re.escape(w)
        named = {'work': '/files/' + re.escape(w.get('work', '')), 'input': '/' + re.escape(w.get('input', '')) + '[^\0/]*'}
        return re.escape(w.get('before', '')) + '[^\0]*' + next((v for k, v in named.items() if k in w), '')
    return re.compile('\0'.join(map(word, argv)))


class FailingLab(lab.Lab):
    """A cluster, and the folders of a run, in which one thing fails."""
    failure, hits, like, undo, earlier, held, looks = None, 0, (), (), (), None, 0

    def fail(self, failure, plan_folder):
        """From now on, until `mend`. The inputs of an upgrade lie in `plan_folder` and where self.inputs says, those of a rollback in the work folder."""
        self.failure, self.hits, self.earlier, self.undo, self.looks = failure, 0, list(failure.earlier), [], 0
        self.like = [pattern(c) for c in (failure.command, failure.how == 'command' and failure.step.get('argvHelm3')) if c]
        self.held, self.looked = failure.looks_first_at and pattern(failure.looks_first_at), threading.Condition(self.lock)
        if failure.how == 'input':
            self.change_input(failure.step['input'], plan_folder)

    def mend(self):
        for action in self.undo:
            action()
        self.failure, self.undo = None, []

    # ---- commands and requests ----

    def command(self, program, argv, env):
        f = self.failure
        if f and f.how == 'place':
            self.take_place(f.step['stdoutTo'])
        text = '\0'.join([program, *argv])
        if f and self.held and self.held.fullmatch(text):
            if not self.looked.wait_for(lambda: self.looks, 60):
                raise AssertionError('nobody looks beside ' + f.looks_first_at[0])
        if not (f and f.command and any(p.fullmatch(text) for p in self.like) and (f.endless or self.hits < f.times)):
            return super().command(program, argv, env)
        if not self.earlier:
            self.hits += 1
            return kubectl.Result('', FAILED.get(program, 'fake: this one is made to fail\n'), 1)
        result = super().command(program, argv, env)
        self.looks += 'beside' in self.earlier[0]
        self.looked.notify_all()
        if ends(self.earlier[0], f.command, result):
            del self.earlier[0]
        return result

    def unanswered(self, name, method, path, headers):
        f = self.failure
        if not f or f.how != 'request' or request(f.step) != ('svc/' + name, method, path, 'authorization' in headers):
            return False
        if self.earlier:
            del self.earlier[0]
            return False
        self.hits += 1
        return True

    # ---- files ----

    def take_place(self, name):
        """A folder where the file would be, and where it would be made. (A file that nobody may write would not stop root.)"""
        for folder in glob.glob(self.work + '/files') + glob.glob(self.work + '/*/*/*/*/files'):
            for path in (os.path.join(folder, n) for n in (name, name + '.new')):
                if not os.path.isdir(path):
                    if os.path.exists(path):
                        os.remove(path)
                    os.makedirs(path)
                    self.hits += 1
                    self.undo.append(lambda path=path: shutil.rmtree(path, ignore_errors=True))

    def change_input(self, role, plan_folder):
        self.hits = 1
        if self.failure.way == 'rollback':
            for path in glob.glob('%s/%s*' % (self.work, role)) + glob.glob('%s/*/*/*/*/%s*' % (self.work, role)):
                change(path)
        elif role.startswith('values'):
            path = '%s/%s.yaml' % (plan_folder, role)
            shutil.copy(path, path + '.kept')
            self.undo.append(lambda: os.replace(path + '.kept', path))
            change(path)
        else:
            variable = role.upper().replace('-', '_')
            was, other = self.inputs[variable], os.path.join(self.folder, 'other-' + role)
            (shutil.copytree if os.path.isdir(was) else shutil.copy)(was, other)
            change(other)
            self.inputs[variable] = other

            def undo():
                self.inputs[variable] = was
                shutil.rmtree(other) if os.path.isdir(other) else os.remove(other)
            self.undo.append(undo)


def change(path):
    if os.path.isdir(path):
        path = sorted(p for p in glob.glob(path + '/templates/**', recursive=True) if os.path.isfile(p))[0]
    with open(path, 'a') as f:
        f.write('# other bytes\n')


# ---- patience ----

def shorten_script(text, failure):
    """plan.sh or rollback.sh in which the step that fails waits a second."""
    n = failure.plan[failure.way].index(failure.step) + 1
    head, name, rest = text.partition('\nstep_%d_' % n)
    body, end, rest = rest.partition('\n}\n')
    return head + name + re.sub(r'(?m)^( *)at_most \d+', r'\1at_most 1', body) + end + rest


def shorten_document(text, failure):
    """The same in a playbook: in its sentences, and in its task where it has one of its own."""
    out, here = [], False
    begins = re.compile(r'\s*step, "?(.*?)"?, ";",\s*')
    for line in text.splitlines(True):
        step = begins.fullmatch(line)
        here = step[1] == failure.id if step else here and not line.lstrip().startswith('- name:')
        if here and line.lstrip().startswith('at_most, '):
            line = re.sub(r'"?\d+"?', '"1"', line, count=1)
        elif here and line.lstrip().startswith('delay: '):
            line = re.sub(r'\d+', '1', line)
        out.append(line)
    return ''.join(out)


def shorten_plan(plan, failure):
    """The same in plan.json, which then has another id."""
    plan = json.loads(json.dumps(plan))
    step = next(s for s in plan[failure.way] if s['id'] == failure.id)
    step['timeout'] = 1
    return seal(plan)


def seal(plan):
    plan.pop('id', None)
    plan['id'] = hashlib.sha256(json.dumps(plan, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest()
    return plan
