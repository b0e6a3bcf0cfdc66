#!/usr/bin/env python3
"""Runs a plan, or its way back: executor.py PLAN.json steps|rollback CONTEXT WORKFOLDER [yes] [ACCEPT-ID...]. PLAN-FORMAT.md explains it."""
import json, os, subprocess, sys, time
import plan_words
if len(sys.argv) < 5 or sys.argv[2] not in ('steps', 'rollback'): sys.exit(__doc__)
path, way, context, work, *accepted = sys.argv[1:]
run = plan_words.Run(path, context, work)
plan, state = run.plan, work + '/state.json'
kept = json.load(open(state)) if os.path.exists(state) else {'id': plan['id'], 'captures': {}, 'begun': [], 'ended': [], 'changed': False}
if way == 'steps' and not kept['changed']: kept.update(captures={}, begun=[], ended=[])  # what was seen may be out of date
run.captures, steps, again, back = kept['captures'], plan[way], False, way == 'rollback'
if run.refusal() or kept['id'] != plan['id']: sys.exit('refused: ' + (run.refusal() or 'the work folder is of another plan'))
def save(): json.dump(kept, open(state + '.new', 'w')); os.replace(state + '.new', state)
def end(s): kept['ended'] += [s['id']]; save()
def fail(s, why): save(); sys.exit(f"stopped in {s['id']} ({s['title']}): {why}")
def is_so(c): return (run.captures[c['capture']] == (run.captures[c['equalsCapture']] if 'equalsCapture' in c else c.get('equals', ''))) != c.get('negate', False)
def due(s):
    if not all(map(is_so, s.get('when', []))):
        run.captures.update({c['name']: '' for c in s.get('captures', [])}); passed.add(s['id']); return end(s)
    if 'doneWhen' in s and run.check(s['doneWhen']): return end(s)
    if not all(map(run.check, s.get('preconditions', []))): fail(s, 'a precondition does not hold')
    kept['begun'] += [s['id']]; kept['changed'] |= s['kind'] == 'run' and not s.get('reads', False); save()
    return True
def beside(s, others):  # a command in the background; the others are looked at meanwhile, and to their own ends once it has succeeded
    p, left = run.start(run.argv(s), s, s['timeout'], stdout=open(run.file(s['log']), 'wb'), stderr=subprocess.STDOUT), {}
    while p.poll() is None or (p.returncode == 0 and not all(o['id'] in kept['ended'] for o in others)):
        for o in [o for o in others if o['id'] not in kept['ended'] and all(n in kept['ended'] for n in o.get('needs', []))]:
            if o['id'] not in left and not due(o): continue
            now = run.look(o) if o['kind'] in ('wait', 'http') else 2 - 2 * run.tries(o)
            if now == 0 or now == 2 and o.get('optional'): end(o)
            elif now == 2 or time.time() > left.setdefault(o['id'], time.time() + o.get('timeout', 0)): (p.terminate() if now == 2 and 'fatal' in o else None, p.wait(), fail(o, 'it will not be so'))
        plan_words.pause(1)
    return p.returncode == 0
DO = {'note': lambda s: True, 'gate': lambda s: s.get('accept', 'yes') in accepted, 'write': run.write, 'input': run.bring,
      'wait': run.wait, 'http': run.wait, 'run': run.tries, 'check': run.tries, 'capture': run.tries, 'record': run.tries}
passed, entry = set(), next((e.get('enterAt') for e in reversed(plan.get('entry', [])) if e.get('stoppedAt') in kept['begun']), None)
if back and not (entry and kept['changed']): sys.exit(print('nothing to undo'))
begin = [s['id'] for s in steps].index(entry) if back else 0
for s in (s for s in steps[begin:] if not s.get('beside')):
    again |= s.get('fresh', False)
    others = [o for o in steps if o.get('beside') == s['id']]
    if s['id'] in kept['ended'] and not again: continue
    kept['ended'] = [i for i in kept['ended'] if i not in [o['id'] for o in [s] + others]]
    if not due(s): [end(o) for o in others if s['id'] in passed or not due(o) or DO[o['kind']](o) or fail(o, 'it is not as expected')]
    elif not (beside(s, others) if s.get('background') else DO[s['kind']](s)) and not s.get('optional'): fail(s, s.get('note', 'it is not as expected'))
    else: end(s)
print('done')
