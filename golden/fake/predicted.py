"""Compares the fake's state with the states that the proof predicted (`rutter verify PLAN --states`; its form is in src/proof/proof.h).

The proof sees parts: an object, or a workload with what scales it. Here each is read off the cluster and told in the same words.
"""
import json
import re
import subprocess

import cluster
import helm
import merge


class Predicted:
    def __init__(self, rutter, path, plan, sides):
        """sides: {'old': {key: object}, 'new': {key: object}}, what each version has, with what its hooks apply."""
        done = subprocess.run([rutter, 'verify', path, '--states'], capture_output=True, text=True)
        self.plan, self.sides, self.cache = plan, sides, {}
        self.states, self.seen, self.keys = {}, {}, {}
        self.parts = json.loads(done.stdout)['parts']
        self.objects = {o['id']: o for o in plan['objects']}
        self.order = {}
        for script, steps in (('plan', plan['steps']), ('rollback', plan['rollback'])):
            self.order[script] = {s['id']: n for n, s in enumerate(steps, 1)}
            self.order[script][''] = 0
        for part in self.parts:
            part['at'] = {'plan': [], 'rollback': []}
            for row in part['steps']:
                part['at'][row['script']].append((self.order[row['script']][row['step']], row))
            for rows in part['at'].values():
                rows.sort(key=lambda r: r[0])
        self.checked = 0
        self.kinds = set()

    def begin(self, c):
        """The start state, by which `start` is understood."""
        self.start = {}
        for part in self.parts:
            main, scaler = self.live(c, part.get('main')), self.live(c, part.get('scaler'))
            self.start[part.get('main'), part.get('scaler')] = {
                'replicas': (main or {}).get('spec', {}).get('replicas') if main and isinstance(main.get('spec'), dict) else None,
                'at': note(scaler, 'paused-replicas')}
        self.data = c.data()
        self.seen = {}

    def expect_nothing(self):
        """For plans that are not the one that was proved."""
        self.parts, self.states = [], {}

    def key(self, ident):
        if ident not in self.keys:
            self.keys[ident] = self.make_key(ident)
        return self.keys[ident]

    def make_key(self, ident):
        row = self.objects[ident]
        ns = row.get('namespace', row.get('ns', ''))
        return row['kind'], ns if cluster.namespaced(row['kind']) else '', row['name']

    def live(self, c, ident):
        return c.get(self.key(ident)) if ident else None

    # ---- what an object is ----

    def content(self, ident, obj):
        """(values, fields of old, fields of new): each True, False or None when it cannot be told; 'mixed' values are a string."""
        key = self.key(ident)
        found = self.cache.get((ident, id(obj)))
        if found:
            return found[1]
        old, new = (self.sides[s].get(key) for s in ('old', 'new'))
        keyed = merge.built_in(obj)
        have, was, will = (self.fields(o, keyed) if o else {} for o in (obj, old, new))
        both = [p for p in was if p in will and not merge.same(was[p], will[p])]
        values = None
        if both:
            as_old = all(p in have and merge.same(have[p], was[p]) for p in both)
            as_new = all(p in have and merge.same(have[p], will[p]) for p in both)
            values = 'old' if as_old else 'new' if as_new else 'mixed'

        def some(mine, other):
            paths = [p for p in mine if p not in other]
            return None if not paths else any(p in have for p in paths)
        answer = values, some(was, will) if new else bool(old), some(will, was) if old else bool(new)
        self.cache[ident, id(obj)] = obj, answer
        return answer

    @staticmethod
    def fields(obj, keyed):
        out = {}
        for path, value in merge.leaves({k: v for k, v in obj.items() if k != 'status'}, keyed).items():
            if path == ('spec', 'replicas') or path[-1] in ('minReplicaCount', 'maxReplicaCount') or path[:2] == ('metadata', 'annotations') and 'helm.sh/' in str(path[2]):
                continue
            out[path] = re.sub(r'(m..ReplicaCount|replicas): \d+', '', value) if isinstance(value, str) and 'ReplicaCount' in value else value
        return out

    def is_like(self, ident, obj, word):
        if obj is None or word == 'absent':
            return obj is None and word == 'absent'
        row = self.objects[ident]
        if row.get('digestOld') and row.get('digestOld') == row.get('digestNew'):
            return True  # the same on both sides, labels that tell the version apart
        values, olds, news = self.content(ident, obj)
        side, _, more = word.partition(', with fields of ')
        if values is not None and values != side:
            return False
        mine, others = (olds, news) if side == 'old' else (news, olds)
        if more:
            return others is not False
        # A patch may have taken a side's own fields off already; the words do not tell that.
        return not (others and mine is not False)

    # ---- matching ----

    def matches(self, c, part, state, record):
        release = state.get('release')
        if release and (record['side'], record['status']) != (release['side'], release['status']):
            return False
        main, scaler = self.live(c, part.get('main')), self.live(c, part.get('scaler'))
        for name, obj in (('main', main), ('scaler', scaler)):
            if name in state and not self.is_like(part[name], obj, state[name]):
                # A hook's Job is named after the revision: the old chart's may come to bear the name that the new one's would have.
                row = self.objects[part[name]]
                if not (row['kind'] == 'Job' and row.get('owner' + record['side'].capitalize()) is None and state[name] == 'absent'):
                    return False
        start = self.start[part.get('main'), part.get('scaler')]
        known = {}

        def number(symbol, value):
            if symbol == 'start':
                # What was held at a number before the plan is held at that.
                return value in (start['replicas'], start['at'])
            if symbol in ('chart-old', 'chart-new'):
                obj = self.sides[symbol[6:]].get(self.key(part['main']), {})
                return obj.get('spec', {}).get('replicas', 1) == value
            return symbol == 'constant' or known.setdefault(symbol, value) == value
        if 'replicas' in state and main is not None and not number(state['replicas'], main['spec'].get('replicas')):
            return False
        at, flag = note(scaler, 'paused-replicas'), note(scaler, 'paused')
        if scaler is not None:
            if (at is None) != ('pausedReplicas' not in state) or at is not None and not number(state['pausedReplicas'], at):
                return False
            if (flag is None) != ('paused' not in state) or flag is not None and state['paused'] != {'true': 'true', 'false': 'false'}.get(flag, 'otherwise'):
                return False
        if 'data' in state and main is not None or state.get('data') in ('detached', 'gone'):
            return self.data_is(c, part['main'], state)
        return True

    def data_is(self, c, ident, state):
        name = '%s/%s' % self.key(ident)[1:]
        token = self.data.get(name)
        volumes = {o['data-token'] for o in c.of_kind('PersistentVolume')}
        now = 'none' if token is None else 'alive' if c.data().get(name) == token else 'detached' if token in volumes else 'gone'
        return now == state['data']

    def record(self, c, ns, release):
        last = helm.records(c, ns, release)[-1]
        status = 'pending' if last['status'].startswith('pending') else last['status']
        return {'side': 'old' if last['chart']['version'] == self.plan['versionOld'] else 'new', 'status': status}

    def allowed(self, part, script, step, inside):
        """States that the proof has for this part: `inside` a step, or after it."""
        at = self.order[script][step]
        rows = part['at'][script]
        before = [r for n, r in rows if n < at]
        here = [r for n, r in rows if n == at]
        out = []
        if here:
            out += here[0].get('after', [])
            if inside:
                out += here[0].get('stopped', [])
        if (inside or not here) and before:
            out += before[-1].get('after', [])
        return out

    def expected(self, script, step, inside):
        """The parts of which the proof says something here, those whose data it tells at the end: ([(part, its states)], how many tell no data, their keys)."""
        here = script, step, inside
        if here not in self.states:
            rows = [(part, states) for part, states in ((part, self.allowed(part, *here)) for part in self.parts) if states]
            rows.sort(key=lambda row: any('data' in s for s in row[1]))
            keys = [self.key(part[w]) if part.get(w) else None for part, _ in rows for w in ('main', 'scaler')]
            self.states[here] = rows, sum(not any('data' in s for s in states) for _, states in rows), keys
        return self.states[here]

    def check(self, c, ns, release, script, step, inside):
        """What the proof did not predict, a line each."""
        record = self.record(c, ns, release)
        rows, plain, keys = self.expected(script, step, inside)
        self.checked += len(rows)
        # Objects are never changed in place: what has been found right here is right as long as the objects are the same ones. Data lie elsewhere.
        objects = list(map(c.objects.get, keys))
        seen, last = self.seen.setdefault((record['side'], record['status'], script, step, inside), ({}, [[0] * len(keys)]))
        wrong = []
        if objects[:2 * plain] != last[0][:2 * plain]:
            for n in range(plain):
                one = objects[2 * n], objects[2 * n + 1]
                if one[0] is last[0][2 * n] and one[1] is last[0][2 * n + 1]:
                    continue
                key = n, id(one[0]), id(one[1])
                if key not in seen:
                    seen[key] = any(self.matches(c, rows[n][0], state, record) for state in rows[n][1]), one
                if not seen[key][0]:
                    wrong.append(n)
            if not wrong:
                last[0] = objects
        wrong += [n for n in range(plain, len(rows)) if not any(self.matches(c, rows[n][0], state, record) for state in rows[n][1])]
        return [self.line(c, rows[n], record, step or 'the beginning', script) for n in wrong]

    def line(self, c, row, record, step, script):
        part, states = row
        return '%s%s: %s in %s of %s is none of %d predicted states' % (
            part.get('main', ''), ' with ' + part['scaler'] if part.get('scaler') else '', json.dumps(self.told(c, part, record)), step, script, len(states))

    def told(self, c, part, record):
        out = {'release': '%(side)s %(status)s' % record}
        for name in 'main', 'scaler':
            if part.get(name):
                obj = self.live(c, part[name])
                out[name] = 'absent' if obj is None else '/'.join(str(v) for v in self.content(part[name], obj))
                if obj is not None and name == 'main' and part.get('scaler'):
                    out['replicas'] = obj['spec'].get('replicas')
                if obj is not None and name == 'scaler':
                    out.update(pausedReplicas=note(obj, 'paused-replicas'), paused=note(obj, 'paused'))
        if part.get('main') and self.key(part['main'])[0] == 'PersistentVolumeClaim':
            out['data'] = c.data().get('%s/%s' % self.key(part['main'])[1:])
        return out


def note(scaler, name):
    """A pause annotation: a number, a flag, or None."""
    value = ((scaler or {}).get('metadata', {}).get('annotations') or {}).get('autoscaling.keda.sh/' + name)
    return int(value) if value is not None and name == 'paused-replicas' else value


def applied_by(hooks, made, ns):
    """What Jobs of hooks apply from ConfigMaps: {key: object}."""
    out = {}
    for hook in hooks:
        if hook['object']['kind'] == 'ConfigMap':
            for text in hook['object'].get('data', {}).values():
                if 'kind: ScaledObject' in text or 'kind: TriggerAuthentication' in text:
                    for obj in made.read_stream(text):
                        if obj:
                            out[cluster.key_of(obj, ns)] = obj
    return out
