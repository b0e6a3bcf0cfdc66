"""What the words of a plan mean (PLAN-FORMAT.md): arguments, expectations, captures, documents, requests, inputs. executor.py runs steps with them."""
import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import time


class Run:
    """One run of a plan: where its files are, and what was captured."""

    def __init__(self, path, context, work):
        with open(path) as f:
            self.plan = json.load(f)
        self.home, self.context, self.work, self.captures, self.hopeless = os.path.dirname(os.path.abspath(path)), context, work, {}, {}
        os.makedirs(work + '/files', mode=0o700, exist_ok=True)

    def refusal(self):
        """Why this plan is not to be run: refused, changed, or with something in it that is not known here. "" for nothing."""
        plan = self.plan
        if plan['schema'] != 'rutter.plan/v1':
            return 'the schema %s' % plan['schema']
        canonical = json.dumps({k: v for k, v in plan.items() if k != 'id'}, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
        if digest(canonical.encode()) != plan['id']:
            return 'the plan was changed: its id is another'
        unknown = [k for s in plan['steps'] + plan['rollback'] for k in unknown_kinds(s)]
        return plan.get('refused') or ('not known here: ' + unknown[0] if unknown else '')

    # ---- arguments ----

    def file(self, name):
        return os.path.join(self.work, 'files', name)

    def input(self, role):
        packaged = role.startswith('chart') and self.plan.get('packaged' + role[6:].title())
        return os.path.join(self.work, role) + ('.yaml' if role.startswith('values') else '.tgz' if packaged else '')

    def word(self, arg):
        """Literal text is a string; what is only known now is a map of one key, after `before`."""
        if isinstance(arg, str):
            return arg
        value = {'capture': self.captures.__getitem__, 'work': self.file, 'input': self.input,
                 'param': {'context': self.context, 'terraform-dir': self.plan.get('terraformDir')}.__getitem__}
        key = next(k for k in arg if k in value)
        return arg.get('before', '') + value[key](arg[key])

    def start(self, argv, step, limit, **how):
        """`timeout` ends it with SIGTERM: helm then leaves no record that is pending."""
        env = {**os.environ, **{e['name']: self.word(e['value']) for e in step.get('env', [])}}
        stdin = open(self.file(step['stdinFrom'])) if 'stdinFrom' in step else subprocess.DEVNULL
        return subprocess.Popen(['timeout', str(limit), *map(self.word, argv)], stdin=stdin, env=env, **how)

    def call(self, argv, step=None, limit=60):
        p = self.start(argv, step or {}, limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = p.communicate()
        return p.returncode, out, err

    def argv(self, step):
        return step['argvHelm3'] if 'argvHelm3' in step and self.captures.get('helm_major') == '3' else step['argv']

    # ---- steps ----

    def once(self, step):
        """One command: as expected, its output kept, its captures taken."""
        result = self.call(self.argv(step), step, step.get('timeout', 120))
        if not self.meets(step.get('expect', []), result):
            return False
        if 'stdoutTo' in step:
            self.put(step['stdoutTo'], result[1])
        return self.take(step, result[1])

    def tries(self, step):
        for _ in range(step.get('retries', 0)):
            if self.once(step):
                return True
            pause(step.get('poll', 0))
        return self.once(step)

    def look(self, step):
        """0: it is so; 1: not yet; 2: it will not be."""
        if step['kind'] == 'http':
            return self.ask(step['http'])
        if self.meets(step.get('expect', []), self.call(step['argv'])):
            return 0
        if 'fatal' not in step or not self.check(step['fatal']):
            self.hopeless.pop(step['id'], None)
            return 1
        since = self.hopeless.setdefault(step['id'], time.time())
        return 2 if time.time() - since >= step.get('fatalFor', 0) else 1

    def wait(self, step):
        until = time.time() + step.get('timeout', 0)
        while True:
            now = self.look(step)
            if now != 1 or not step.get('poll') or time.time() >= until:
                return now == 0
            pause(step['poll'])

    # ---- expectations ----

    def check(self, c):
        return self.meets(c.get('expect', []), self.call(c['argv']))

    def meets(self, expects, result):
        codes = [e.get('number', 0) for e in expects if e['kind'] == 'exit'] or [0]
        return result[0] in codes and all(self.shows(e, result[2 if e.get('stderr') else 1]) for e in expects)

    def shows(self, e, raw):
        kind, text, out = e['kind'], e.get('text', ''), raw.decode(errors='replace').rstrip('\n')
        if kind == 'exit':
            return True
        if kind in ('matches', 'not-matches'):
            return some_line(text, out) == (kind == 'matches')
        if kind in ('equals', 'equals-capture', 'not-capture'):
            return (out == (text if kind == 'equals' else self.captures[text])) == (kind != 'not-capture')
        if kind in ('empty', 'not-empty'):
            return (out == '') == (kind == 'empty')
        if kind == 'contains':
            return text in out
        if kind == 'at-least':
            return bool(re.fullmatch(r'-?\d+', out)) and int(out) >= e.get('number', 0)
        if kind in ('same-file', 'same-input'):
            return raw == read(self.file(text) if kind == 'same-file' else self.input(text))
        if kind == 'documents':
            return self.has_documents(text, out)
        raise ValueError('an expectation that is not known: ' + kind)

    def has_documents(self, side, manifest):
        there = documents(manifest)
        for want in (d for d in self.plan['documents'] if d['side'] == side):
            same = [text for source, text in there if source == want['source']]
            if want.get('sha256'):
                found = want['sha256'] in [digest(t.encode()) for t in same]
            else:
                found = any('\nkind: %s\n' % want['kind'] in t and want['name'] in t for t in same)
            if not found:
                return False
        return True

    # ---- captures and documents with holes ----

    def take(self, step, out):
        lines = out.decode(errors='replace').split('\n')
        for n, c in enumerate(step.get('captures', [])):
            value = lines[n] if n < len(lines) else ''
            if not value and 'ifAbsent' in c:
                value = c['ifAbsent']
            elif not value and 'mustMatch' not in c or not re.search(c.get('mustMatch', ''), value):
                return False
            if value and not re.fullmatch({'int': r'-?\d+', 'bool': 'true|false'}.get(c['type'], '.*'), value):
                return False
            self.captures[c['name']] = value
        return True

    def filled(self, value):
        if isinstance(value, list):
            return [self.filled(v) for v in value]
        if isinstance(value, dict) and '$capture' in value:
            text = self.captures[value['$capture']]
            return text if value['type'] == 'string' else json.loads(text)
        return {k: self.filled(v) for k, v in value.items()} if isinstance(value, dict) else value

    def write(self, step):
        try:
            self.put(step['stdoutTo'], json.dumps(self.filled(step['document'])).encode())
        except OSError:
            return False
        return True

    def put(self, name, data):
        os.makedirs(os.path.dirname(self.file(name)), exist_ok=True)
        with open(os.open(self.file(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as f:
            f.write(data)

    # ---- requests ----

    def ask(self, h):
        """0: as wanted; 1: not yet; 2: another answer than any that is wanted."""
        argv = ['kubectl', '--context', self.context, '-n', self.plan['namespace'], 'port-forward', '--address', '127.0.0.1', h['service'], ':%d' % h['port']]
        forward = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            port = re.search(r'127\.0\.0\.1:(\d+)', forward.stdout.readline())
            if not port:
                return 1
            headers = dict(one.split(': ', 1) for one in h.get('headers', []))
            if 'tokenCapture' in h:
                headers['Authorization'] = 'Bearer ' + self.captures[h['tokenCapture']]
            connection = http.client.HTTPConnection('127.0.0.1', int(port[1]), timeout=60)
            connection.request(h['method'], h['path'], h.get('body'), headers)
            answer = connection.getresponse()
            body = answer.read().decode(errors='replace')
        except (OSError, http.client.HTTPException):
            return 1
        finally:
            forward.terminate()
            forward.wait()
        if answer.status != h['status']:
            return 1 if 'retryStatus' in h and re.search(h['retryStatus'], str(answer.status)) else 2
        if 'headerMatches' in h and not some_line('(?i)' + h['headerMatches'], '\n'.join(map(': '.join, answer.getheaders()))):
            return 2
        return int('bodyMatches' in h and not some_line(h['bodyMatches'], body) or 'bodyNotMatches' in h and some_line(h['bodyNotMatches'], body))

    # ---- inputs ----

    def bring(self, step):
        """A copy in the work folder that has the plan's digests, and nothing beside them that Helm would render."""
        role = step['input']
        source = os.environ.get(role.upper().replace('-', '_'), os.path.join(self.home, role + '.yaml'))
        if 'inputFrom' in step and not os.path.exists(self.input(role)):
            source = self.file(step['inputFrom'])
            shutil.rmtree(self.file(step['inputFrom'].split('/')[0]), ignore_errors=True)
            os.makedirs(os.path.dirname(source), exist_ok=True)
            if not self.once(step):
                return False
        want = {i.get('path', ''): i['sha256'] for i in self.plan['inputs'] if i['role'] == role}
        at = self.input(role)
        if not os.path.exists(source) and not os.path.exists(at):
            return False
        if not os.path.exists(at):
            (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, at)
        have = [os.path.relpath(os.path.join(d, f), at) for d, _, names in os.walk(at) for f in names]
        if os.path.isfile(at):
            want = {'': want['']}
        same = all(os.path.exists(os.path.join(at, p) if p else at) and digest(read(os.path.join(at, p) if p else at)) == want[p] for p in want)
        if same and all(p in want for p in have if p.startswith(('templates/', 'crds/'))):
            return True
        (shutil.rmtree if os.path.isdir(at) else os.remove)(at)  # the next start takes it anew
        return False


STEPS = 'run check capture record wait write http input gate note'.split()
EXPECTATIONS = 'exit equals equals-capture not-capture matches not-matches contains empty not-empty at-least same-file same-input documents'.split()
ARGUMENTS = 'before capture work input param'.split()


def unknown_kinds(step):
    checks = [step, *step.get('preconditions', []), step.get('doneWhen', {}), step.get('fatal', {})]
    words = [w for c in checks for w in c.get('argv', [])] + step.get('argvHelm3', []) + [e['value'] for e in step.get('env', [])]
    yield from (step['kind'] for _ in '1' if step['kind'] not in STEPS)
    yield from (e['kind'] for c in checks for e in c.get('expect', []) if e['kind'] not in EXPECTATIONS)
    yield from (k for w in words if isinstance(w, dict) for k in w if k not in ARGUMENTS)
    yield from (c['type'] for c in step.get('captures', []) if c['type'] not in ('string', 'int', 'bool'))


def pause(seconds):
    subprocess.run(['sleep', str(seconds)], check=True)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def some_line(pattern, text):
    return any(re.search(pattern, line) for line in text.split('\n'))


def documents(manifest):
    """(source, text) of each document: from "# Source:" to the next "---" or the notes, without empty lines after the first and at the end."""
    out = []
    for part in re.split(r'(?m)^(?:---|NOTES:)$', manifest):
        found = re.search(r'(?ms)^# Source: ([^\n]*)\n(.*)', part)
        if found:
            body = re.sub(r'\A(?:[ \t]*\n)+|(?:\n[ \t]*)+\Z', '', found[2])
            out.append((found[1], '# Source: %s\n%s' % (found[1], body + '\n' if body else '')))
    return out
