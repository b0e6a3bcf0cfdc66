"""Runs plan.json itself, without its scripts: the same steps on the same fake in this process, some fifty times as fast.

For what needs thousands of runs (every stop of every pair; mutants). That it does what the scripts do is checked: for a sample both run, and every changing
command, in order, and the state at the end must be the same.
"""
import hashlib
import json
import os
import re
import shlex

import answers
import kubectl


class Stopped(Exception):
    """A step failed, or the watcher ended the run."""

    def __init__(self, why, step=''):
        super().__init__(why)
        self.step = step


def new_journal():
    return {'state': 'open', 'started': [], 'ended': [], 'changed': [], 'have': {}, 'entered': '', 'files': {}}


def copied(journal):
    return {k: list(v) if isinstance(v, list) else dict(v) if isinstance(v, dict) else v for k, v in journal.items()}


def regex(text):
    return text.replace('[[:space:]]', r'\s')


def some_line(pattern, text):
    return any(re.search(regex(pattern), line) for line in text.split('\n'))


class Executor:
    def __init__(self, lab, plan, inputs, folder):
        """inputs: role -> path."""
        self.lab, self.plan, self.inputs, self.folder = lab, plan, inputs, folder
        os.makedirs(folder, exist_ok=True)
        self.on_disk = {}
        self.at_step = None      # called with the place before each step
        self.done = []           # changing commands, in order

    # ---- words ----

    def word(self, part):
        if isinstance(part, str):
            return part
        before = part.get('before', '')
        if 'capture' in part:
            if part['capture'] not in self.j['have']:
                raise Stopped('it needs %s, which is not in the journal' % part['capture'], self.id)
            return before + self.j['have'][part['capture']]
        if 'work' in part:
            return before + os.path.join(self.folder, part['work'])
        if 'input' in part:
            return before + self.inputs[part['input']]
        return before + {'context': 'fake', 'terraform-dir': os.path.join(self.lab.folder, 'module')}[part['param']]

    def sync(self):
        """The work files of this journal are on the disk."""
        for name, text in self.j['files'].items():
            if self.on_disk.get(name) != text:
                path = os.path.join(self.folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w') as f:
                    f.write(text)
                self.on_disk[name] = text

    def call(self, argv, env=()):
        words = [self.word(w) for w in argv]
        self.sync()
        out = next((w.partition('=')[2] for w in words if w.startswith('-out=')), None)
        result = self.lab.command(words[0], words[1:], {e['name']: self.word(e['value']) for e in env})
        if out:
            # terraform writes its plan by itself
            name = os.path.relpath(out, self.folder)
            with open(out) as f:
                self.j['files'][name] = self.on_disk[name] = f.read()
        return result

    # ---- expectations ----

    def meets(self, result, expects):
        """Why the result is not as expected; ''."""
        exits = [e.get('number', 0) for e in expects if e['kind'] == 'exit'] or [0]
        if result.status not in exits:
            return 'exit status %d: %s' % (result.status, (result.err or result.out).strip()[:300])
        for e in expects:
            got, want = (result.err if e.get('stderr') else result.out), e.get('text', '')
            text = got.rstrip('\n')
            kind = e['kind']
            if kind == 'exit':
                continue
            have = self.j['have'].get(want)
            good = {
                'equals': lambda: text == want, 'equals-capture': lambda: have is not None and text == have,
                'not-capture': lambda: text != have, 'matches': lambda: some_line(want, text), 'not-matches': lambda: not some_line(want, text),
                'contains': lambda: want in text, 'empty': lambda: not text, 'not-empty': lambda: bool(text),
                'int-ge': lambda: re.fullmatch(r'-?\d+', text) and int(text) >= e.get('number', 0),
                'same-file': lambda: self.j['files'].get(want) == got, 'same-input': lambda: self.read(self.inputs[want]) == got,
                'documents': lambda: self.has_documents(want, got),
            }.get(kind)
            if good is None:
                return 'unknown expectation %s' % kind
            if not good():
                return '%s %s: %s' % (kind, want, text[:200])
        return ''

    @staticmethod
    def read(path):
        with open(path) as f:
            return f.read()

    def has_documents(self, side, text):
        seen, sources = set(), []
        for part in re.split(r'^(?:---|NOTES:)$', text, flags=re.M):
            m = re.search(r'^# Source: (.*)$', part, re.M)
            if m:
                lines = part[m.start():].split('\n')
                while len(lines) > 1 and not lines[1].strip():
                    del lines[1]
                while not lines[-1].strip():
                    lines.pop()
                body = '\n'.join(lines) + '\n'
                seen.add((hashlib.sha256(body.encode()).hexdigest(), m[1]))
                sources.append((m[1], body))
        for row in self.plan['documents']:
            if row['side'] == side:
                if row.get('sha256'):
                    if (row['sha256'], row['source']) not in seen:
                        return False
                elif not any(s == row['source'] and '\nkind: %s\n' % row['kind'] in b and row['name'] in b for s, b in sources):
                    return False
        return True

    def check(self, one):
        return self.meets(self.call(one['argv']), one.get('expect', ()))

    # ---- one step ----

    def applies(self, step):
        for c in step.get('when', ()):
            if c['capture'] not in self.j['have']:
                raise Stopped('it needs %s' % c['capture'], step['id'])
            want = self.j['have'].get(c['equalsCapture'], '') if 'equalsCapture' in c else c.get('equals', '')
            if (self.j['have'][c['capture']] == want) == bool(c.get('negate')):
                return False
        return True

    def argv_of(self, step):
        return step['argvHelm3'] if self.j['have'].get('helm_major') == '3' and 'argvHelm3' in step else step.get('argv', [])

    def end(self, step, captures=None):
        self.j['ended'].append(step['id'])
        for c in step.get('captures', ()):
            if captures is None:
                self.j['have'][c['name']] = ''

    def is_due(self, step):
        if not self.applies(step):
            self.end(step)
            self.passed.add(step['id'])
            return False
        for c in self.needed(step):
            if c not in self.j['have']:
                raise Stopped('it needs %s, which is not in the journal' % c, step['id'])
        if 'doneWhen' in step and not self.check(step['doneWhen']):
            self.end(step, ())
            return False
        for one in step.get('preconditions', ()):
            problem = self.check(one)
            if problem:
                raise Stopped('precondition: ' + problem, step['id'])
        return True

    @staticmethod
    def needed(step):
        """Captures that the step's own words need."""
        out = [w['capture'] for w in step.get('argv', ()) if isinstance(w, dict) and 'capture' in w]

        def holes(value):
            if isinstance(value, dict):
                if '$capture' in value:
                    out.append(value['$capture'])
                for v in value.values():
                    holes(v)
            elif isinstance(value, list):
                for v in value:
                    holes(v)
        holes(step.get('document'))
        return out

    def fill(self, value):
        if isinstance(value, dict):
            if '$capture' in value:
                text = self.j['have'][value['$capture']]
                try:
                    return {'int': int, 'bool': lambda t: t == 'true', 'string': str}[value.get('type', 'string')](text)
                except ValueError as e:
                    raise Stopped('%s is no number' % value['$capture'], self.id) from e
            return {k: self.fill(v) for k, v in value.items()}
        return [self.fill(v) for v in value] if isinstance(value, list) else value

    def take(self, step, result):
        lines = result.out.split('\n')
        for n, c in enumerate(step.get('captures', ())):
            value = lines[n] if n < len(lines) else ''
            if not value and 'ifAbsent' in c:
                value = c['ifAbsent']
            elif not value and 'mustMatch' not in c:
                raise Stopped('%s: there is no value' % c['name'], step['id'])
            elif 'mustMatch' in c and not re.search(regex(c['mustMatch']), value):
                raise Stopped('%s is not like %s: %s' % (c['name'], c['mustMatch'], value), step['id'])
            if c.get('type') == 'int' and value and not re.fullmatch(r'-?\d+', value):
                raise Stopped('%s is no number' % c['name'], step['id'])
            self.j['have'][c['name']] = value

    def perform(self, step):
        kind = step['kind']
        if kind in ('note', 'gate', 'input'):
            return
        if kind == 'write':
            self.j['files'][step['stdoutTo']] = json.dumps(self.fill(step['document']), sort_keys=True) + '\n'
            return
        if kind == 'http':
            problem = self.http(step['http'])
            if problem:
                raise Stopped(problem, step['id'])
            return
        result = self.call(self.argv_of(step), step.get('env', ()))
        problem = self.meets(result, step.get('expect', ()))
        if problem:
            raise Stopped(problem, step['id'])
        if step.get('stdoutTo'):
            self.j['files'][step['stdoutTo']] = result.out
        self.take(step, result)

    def http(self, http):
        c, ns = self.lab.cluster, self.plan['namespace']
        name = http['service'].partition('/')[2]
        problem = answers.service_problem(c, ns, name, str(http['port']))
        if problem:
            return problem
        headers = {h.split(':', 1)[0].lower(): h.split(':', 1)[1].strip() for h in http.get('headers', ())}
        if http.get('tokenCapture'):
            headers['authorization'] = 'Bearer ' + self.j['have'][http['tokenCapture']]
        status, more, body = answers.answer(c, ns, name, http['method'], http['path'], headers)
        if status != http['status']:
            return 'status %d' % status
        lines = ['%s: %s' % h for h in more.items()]
        if http.get('headerMatches') and not any(re.search(http['headerMatches'], line, re.I) for line in lines):
            return 'no header matches'
        if http.get('bodyMatches') and not some_line(http['bodyMatches'], body):
            return 'the body does not match'
        if http.get('bodyNotMatches') and some_line(http['bodyNotMatches'], body):
            return 'the body matches'
        return ''

    def changes(self, step):
        return step['kind'] == 'run' and not step.get('reads')

    def do(self, step):
        self.id = step['id']
        if not self.is_due(step):
            return
        self.j['started'].append(step['id'])
        if self.changes(step):
            self.j['changed'].append(step['id'])
        try:
            self.perform(step)
        except Stopped:
            if not step.get('optional'):
                raise
        self.end(step, ())

    # ---- a script ----

    def run(self, script, journal, watch=None, place=None):
        """plan.sh or rollback.sh with this journal: (exit status, why it stopped, the journal after it). With a place (see `walk`) the same run is carried on
        from there, as often as one likes: it need not come there again and again."""
        self.j = copied(journal)
        self.script, self.passed, self.id = script, set(place[2]) if place else set(), ''
        steps = self.plan['steps'] if script == 'plan' else self.plan['rollback']

        def seen(point, argv):
            if point == 'before':
                self.done.append(argv)
            if watch:
                watch(point, argv)
        self.lab.watch = seen
        try:
            if place:
                pass
            elif script == 'plan':
                if self.j['state'] == 'back':
                    return 2, 'its rollback is under way', self.j
                if not self.j['changed']:
                    self.j.update(started=[], ended=[], have={})
            else:
                if not self.begin_back():
                    return 0, 'the upgrade changed nothing', self.j
            self.walk(steps, *(place[:2] if place else ()))
        except Stopped as e:
            return 1, '%s: %s' % (e.step, e), self.j
        finally:
            self.lab.watch = None
        self.j['state'] = 'done' if script == 'plan' else 'ended'
        return 0, '', self.j

    def begin_back(self):
        mine = {s['id'] for s in self.plan['rollback']}
        if self.j['state'] != 'back':
            forward = [s['id'] for s in self.plan['steps']]
            begun = set(self.j['started'])
            last = next((i for i in reversed(forward) if i in begun), '')
            entered = next((e.get('enterAt', '') for e in self.plan['entry'] if e.get('stoppedAt', '') == last), '')
            if not self.j['changed'] or not entered:
                return False
            self.j.update(entered=entered, state='back')
            self.j['ended'] = [e for e in self.j['ended'] if e not in mine]
        self.skip = True
        for step in self.plan['rollback']:
            if step['id'] == self.j['entered']:
                break
            self.j['ended'].append(step['id'])
        return True

    def walk(self, steps, at=0, rerun=False):
        skip_to = next((n for n, s in enumerate(steps) if s['id'] == self.j['entered']), 0) if self.script == 'rollback' else 0
        while at < len(steps):
            step = steps[at]
            if self.at_step:
                self.at_step((at, rerun, frozenset(self.passed)))
            at += 1
            if at - 1 < skip_to:
                continue
            rerun = rerun or bool(step.get('fresh'))
            beside = []
            if step.get('background'):
                while at < len(steps) and steps[at].get('beside') == step['id']:
                    beside.append(steps[at])
                    at += 1
                if rerun:
                    self.j['ended'] = [e for e in self.j['ended'] if e not in {s['id'] for s in beside}]
            if step['id'] in self.j['ended'] and not rerun:
                if not beside:
                    continue
            else:
                self.do(step)
            for one in beside:
                if step['id'] in self.passed:
                    self.end(one)
                elif one['id'] not in self.j['ended']:
                    self.do(one)


def shown(argv):
    """A changing command without the folders of its run, to compare two ways of running."""
    return ' '.join(shlex.quote(os.path.basename(w) if w.startswith('/') else w) for w in argv)
