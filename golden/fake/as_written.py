"""The runbook as it is written (`rutter plan --runbook-as-written`), run although the proof refuses it: does it end as the proof foretells?

`rutter verify PLAN --foretell` says how plan.sh and rollback.sh end when every step does what it can: which step stops, and in which states each part may
be then. Here that is compared with a cluster, the fake one or a dump of the real one, part by part, in the words of predicted.py; and the other way round:
what differs from before must be what the foretelling calls wrong. No step is passed over or replaced: those that only look are runnable as the plan has
them, and one that fails makes the script end where nothing of that was foretold.
"""
import json
import re
import subprocess

import predicted


class Foretold(predicted.Predicted):
    def __init__(self, rutter, path, plan, sides, major, server_side, moved):
        # pylint: disable=super-init-not-called
        done = subprocess.run([rutter, 'verify', path, '--foretell'], capture_output=True, text=True)
        wanted = major, 'server-side' if server_side else 'client-side', 'moved' if moved else 'rendered'
        self.runs = [r for r in json.loads(done.stdout)['runs'] if (r['helm'], r['applies'], r['replicas']) == wanted]
        self.run = next(r for r in self.runs if not r.get('hookFails'))
        self.plan, self.sides, self.cache = plan, sides, {}
        self.states, self.seen, self.keys = {}, {}, {}
        self.objects = {o['id']: o for o in plan['objects']}
        self.parts = self.run['plan']['parts']
        self.lines = []

    def saw(self, said):
        """What helm said decides whether it is the run in which a hook fails."""
        if not self.ends_at('plan') and 'hooks failed' in said:
            self.run = next(r for r in self.runs if r.get('hookFails'))

    def ends_at(self, script):
        """Id of the step that fails; '' when the script comes to its end."""
        return self.run[script].get('stops', '')

    def of_start(self, c):
        """The cluster from before decides from which of its starts each part is told."""
        self.begin(c)
        self.began = {}
        for part in self.parts:
            main, scaler = self.live(c, part.get('main')), self.live(c, part.get('scaler'))
            name = part.get('main'), part.get('scaler')
            if predicted.note(scaler, 'paused-replicas') is not None:
                self.began[name] = 'paused at a number'
            elif predicted.note(scaler, 'paused') is not None:
                self.began[name] = 'paused'
            elif main is None and part.get('main') and self.objects[part['main']].get('inOld'):
                self.began[name] = 'absent'
            elif part.get('began') == 'as rendered' and main['spec'].get('replicas') == self.sides['old'][self.key(part['main'])]['spec'].get('replicas'):
                self.began[name] = 'as rendered'

    def rows(self, script):
        for part in self.run[script]['parts']:
            if part.get('began') == self.began.get((part.get('main'), part.get('scaler'))):
                yield part

    def check_end(self, c, record, script):
        """(parts compared, what is not as foretold, a line each)."""
        n, problems = 0, []
        for part in self.rows(script):
            n += 1
            if not any(self.matches(c, part, state, record) for state in part['states']):
                problems.append('%s: %s, and foretold was %s' % (part.get('main') or part['scaler'], json.dumps(self.told(c, part, record)), json.dumps(part['states'])[:600]))
        if n < len({(p.get('main'), p.get('scaler')) for p in self.run[script]['parts']}):
            problems.append('of some parts it is not foretold how they end that begin as these do')
        return n, problems

    def wrong(self, script):
        """{object: what is wrong with it}, as foretold; of the release itself under ''."""
        out = {}
        for part in self.rows(script):
            for w in part.get('wrong', ()):
                out.setdefault(w.get('object', ''), []).append(w)
        return out

    def check_differences(self, differing, free):
        """After a rollback that came to its end: the objects of the plan that differ from before are those that are foretold to be wrong. `differing`: their ids."""
        foretold = {name for name, ws in self.wrong('rollback').items() if name and any(w['wrong'] not in ('replicas',) or name not in free for w in ws)}
        known = set(differing) & {name for part in self.parts for name in (part.get('main'), part.get('scaler'))}
        hooks = {name for name, o in self.objects.items() if 'hook' in (o.get('ownerOld'), o.get('ownerNew'))}
        out = ['%s differs from before, and nothing of that was foretold' % name for name in sorted(known - foretold - self.possible() - hooks - free)]
        return out + ['%s should differ from before, and does not' % name for name in sorted(foretold - known)]

    def possible(self):
        """Objects that need not be as before in some state that is foretold."""
        out = set()
        for part in self.rows('rollback'):
            for name in 'main', 'scaler':
                if part.get(name):
                    was = 'old' if self.objects[part[name]].get('inOld') else 'absent'
                    out |= {part[name] for state in part['states'] if state[name] != was}
        return out

    def words(self, script):
        """What is foretold to be wrong, for a table."""
        if self.ends_at(script):
            return '`%s` fails: %s' % (self.ends_at(script), self.run[script]['why'])
        found = {}
        for name, ws in self.wrong(script).items():
            for w in ws:
                found.setdefault(w['text'], []).append(name)
        return '; '.join('%s %s' % (', '.join(names), text) for text, names in sorted(found.items())) or 'nothing wrong'


class Dump:
    """A dump of the real control plane, asked as the fake cluster is."""

    def __init__(self, dump, plan, volumes):
        self.objects, self.tokens, self.volumes = {}, dump['pvc_data'], volumes
        rows = {o['kind']: o['apiVersion'] for o in plan['objects']}
        for key, obj in dump['objects'].items():
            kind = key.split('/')[0].split('.')[0]
            self.objects[kind, key.split('/')[1]] = dict(obj, kind=kind, apiVersion=rows.get(kind, 'v1'))
        self.ns = plan['namespace']

    def get(self, key):
        return self.objects.get((key[0], key[2]))

    def data(self):
        return {'%s/%s' % (self.ns, name): token for name, token in self.tokens.items()}

    def of_kind(self, kind, _ns=None):
        return [{'data-token': v} for v in self.volumes] if kind == 'PersistentVolume' else [o for (k, _), o in self.objects.items() if k == kind]


def ids_of(lines, plan):
    """Objects of the plan that stand in lines of a difference: `+ Kind.group/name ...` of the tool, `Kind/ns/name ...` of the fake."""
    rows = {}
    for o in plan['objects']:
        rows[o['kind'], o['name']] = o['id']
    out = set()
    for line in lines:
        m = re.match(r'\s*(?:[-+~] )?([A-Z]\w+)[^/ ]*/(?:[^/ ]*/)?([^/ :]+)', line)
        if m and (m[1], m[2]) in rows:
            out.add(rows[m[1], m[2]])
        # The data behind a claim: `data of NS/NAME` of the fake, `pvc_data NAME` of the tool.
        m = re.match(r'\s*(?:[-+~] )?(?:data of [^/]*/|pvc_data )([^ :]+)', line)
        if m and ('PersistentVolumeClaim', m[1]) in rows:
            out.add(rows['PersistentVolumeClaim', m[1]])
    return out
