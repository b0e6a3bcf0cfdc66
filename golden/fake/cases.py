"""Which pairs of releases are run, with which values."""
import itertools
import os
import shutil
import zlib

WAYS = 'chart', 'oci', 'terraform'
NEW_VALUES = {'gke-router-keda-ingress.yaml': 'migrated-v0.3.yaml'}  # where the old side is below v0.3.0


def without_dependencies(chart, folder):
    """A copy of a chart without the subcharts that Chart.yaml names: they are not at hand, and helm would refuse."""
    copy = os.path.join(folder, 'charts', chart.strip('/').replace('/', '_'))
    if os.path.isdir(copy):
        return copy
    shutil.copytree(chart, copy)
    path = os.path.join(copy, 'Chart.yaml')
    with open(path) as f:
        lines = f.read().splitlines(True)
    out, inside = [], False
    for line in lines:
        if line.startswith('dependencies:'):
            inside = True
        elif inside and line[:1] not in (' ', '-', '#', '\n'):
            inside = False
        if not inside:
            out.append(line)
    with open(path, 'w') as f:
        f.writelines(out)
    if os.path.exists(os.path.join(copy, 'Chart.lock')):
        os.remove(os.path.join(copy, 'Chart.lock'))
    return copy


def demo(root):
    where = os.path.join(root, 'testdata', 'demo')
    return {'old': where + '/old/searchd', 'new': where + '/new/searchd', 'values': [where + '/values.yaml'], 'release': 'demo', 'ns': 'search'}


def sie(shared, folder, old, new, values):
    def chart(version):
        return without_dependencies(os.path.join(shared, 'sie', version, 'deploy/helm/sie-cluster'), folder)
    case = {'old': chart(old), 'new': chart(new), 'values': [os.path.join(shared, 'sie-values', values)], 'release': 'sie', 'ns': 'sie'}
    # The one of the two files that a side understands: v0.3.0 renamed what the older one sets.
    if values in NEW_VALUES and number(old) < (0, 3, 0) <= number(new):
        case['new_values'] = [os.path.join(shared, 'sie-values', NEW_VALUES[values])]
    return case


def published(shared, name):
    """An upgrade of a chart that others have published."""
    where = os.path.join(shared, 'upgrades', name)
    return {'old': where + '/old', 'new': where + '/new', 'values': [where + '/values.yaml'], 'release': 'r', 'ns': 'r'}


def number(version):
    return tuple(int(n) for n in version.lstrip('v').split('.'))


def scripts(name, case, parts, how):
    """The scripts themselves, one of `parts` of their runs."""
    return {'name': name + ', scripts', 'case': case, 'fast': False, 'how': dict(how, parts=parts)}


def plan_json(name, case, **how):
    """plan.json by the executor: all runs."""
    return {'name': name + ', plan.json', 'case': case, 'fast': True, 'how': how}


def mutants(name, case, share):
    """Mutants that the proof calls harmless, every `share`-th."""
    return {'name': name + ', mutants', 'case': case, 'fast': True, 'do': 'harmless', 'how': {'share': share}}


def written(case):
    """The same pair, planned from the runbook as it is written, which knows nothing of values for the new side."""
    return dict({k: v for k, v in case.items() if k != 'new_values'}, options=['--runbook-as-written', '--force', '--profile', 'sie'])


def as_written(name, case, **how):
    """The runbook as it is written, which the proof refuses: it ends as the proof foretells."""
    return {'name': name + ', the runbook as written', 'case': written(case), 'fast': True, 'do': 'as_written', 'how': how}


def both(name, case):
    """Scripts and executor side by side."""
    return {'name': name + ', both ways', 'case': case, 'fast': False, 'do': 'agree', 'how': {}}


def honest(name, case, halves, share):
    """The same, and the scripts killed and interrupted at some points: other ones for each case."""
    return {'name': name + ', honest', 'case': case, 'fast': False, 'do': 'honest', 'how': {'halves': halves, 'share': share, 'first': zlib.crc32(name.encode())}}


def broken(name, case, **how):
    """What goes wrong by itself."""
    return {'name': name + ', faults', 'case': case, 'fast': True, 'do': 'faults', 'how': how}


def everything(name, case, **how):
    """All that plan.json alone can show: every stop, and what goes wrong by itself."""
    return {'name': name + ', plan.json', 'case': case, 'fast': True, 'do': 'everything', 'how': how}


def sample(root, shared, folder, thorough=False):
    jobs, missing = [], []
    gke = pvc = None
    if os.path.isdir(os.path.join(shared, 'sie')):
        gke = dict(sie(shared, folder, 'v0.2.0', 'v0.3.0', 'gke-router-keda-ingress.yaml'), major=4)
        pvc = dict(sie(shared, folder, 'v0.2.0', 'v0.3.0', 'config-store-pvc.yaml'), major=3)
        jobs += [plan_json('v0.2.0 to v0.3.0, gke, helm 4', gke, stride=9), scripts('v0.2.0 to v0.3.0, gke, helm 4', gke, 60, {'stride': 7}),
                 both('v0.2.0 to v0.3.0, gke, helm 4', gke), broken('v0.2.0 to v0.3.0, gke, helm 4', gke, stride=3, moved=True),
                 plan_json('v0.2.0 to v0.3.0, PVC, helm 3', pvc, stride=2), scripts('v0.2.0 to v0.3.0, PVC, helm 3', pvc, 18, {'stride': 5}),
                 both('v0.2.0 to v0.3.0, PVC, helm 3', pvc)]
        jobs += [as_written('v0.2.0 to v0.3.0, %s, helm %d' % (kind, major), dict(case, major=major), moved=moved)
                 for kind, case, moves in (('gke', gke, (False, True)), ('PVC', pvc, (False,))) for major in (4, 3) for moved in moves]
        # Its hooks run before the upgrade, those of SIE after it.
        if os.path.isdir(os.path.join(shared, 'upgrades')):
            jobs.append(broken('ingress-nginx, helm 4', dict(published(shared, 'ingress-nginx-4.7.5-4.12.1'), major=4), stride=4))
    else:
        missing.append('pairs of SIE: %s is not there' % os.path.join(shared, 'sie'))
    for major, strategy in (4, 'chart'), (3, 'oci'), (3, 'terraform'):
        case, name = dict(demo(root), major=major, strategy=strategy), 'demo, %s, helm %d' % (strategy, major)
        jobs += [plan_json(name, case, moved=False), plan_json(name + ', moved', case, moved=True), scripts(name, case, 18, {'stride': 3}),
                 honest(name, case, 3, 24), broken(name, case, moved=major == 4)]
    jobs += [as_written('demo, helm %d' % major, dict(demo(root), major=major), moved=moved) for major in (4, 3) for moved in (False, True)]
    jobs.append(mutants('demo, chart, helm 4', dict(demo(root), major=4), 1 if thorough else 6))
    return jobs, missing


def every(root, shared, folder):
    jobs, missing = sample(root, shared, folder, True)
    where = os.path.join(shared, 'sie')
    if missing:
        return jobs, missing
    jobs.append(mutants('v0.2.0 to v0.3.0, gke, helm 4', dict(sie(shared, folder, 'v0.2.0', 'v0.3.0', 'gke-router-keda-ingress.yaml'), major=4), 5))
    others = os.path.join(shared, 'upgrades')
    for count, name in enumerate(sorted(os.listdir(others)) if os.path.isdir(others) else []):
        if not os.path.isdir(os.path.join(others, name, 'old')):
            continue
        for major in 3, 4:
            one, title = dict(published(shared, name), major=major), '%s, chart, helm %d' % (name, major)
            jobs.append(everything(title, one, moved=False, stride=1, first=0))
            if count % 2 == major % 2:
                jobs.append(honest(title, one, 1, 60))
    versions = sorted(os.listdir(where), key=number)
    for pair, (old, new) in enumerate(itertools.permutations(versions, 2)):
        for count, values in enumerate(sorted(os.listdir(os.path.join(shared, 'sie-values')))):
            case = sie(shared, folder, old, new, values)
            for strategy in WAYS:
                for major in 3, 4:
                    name = '%s to %s, %s, %s, helm %d' % (old, new, values.removesuffix('.yaml'), strategy, major)
                    one = dict(case, strategy=strategy, major=major)
                    # Every stop at a command; of those within helm, and of the faults, every third, other ones for each case. The two other ways of
                    # bringing the chart take turns with the majors of helm, and the scripts themselves run once for each pair, way and major.
                    if strategy == 'chart' or (count + (strategy == 'oci')) % 2 == major % 2:
                        jobs.append(everything(name, one, moved=major == 3, stride=3 if strategy == 'chart' else 6, first=zlib.crc32(name.encode())))
                    if (strategy == 'chart' or major == 4) and count == (pair + 3 * WAYS.index(strategy) + major) % 8:
                        jobs.append(honest(name, one, 1, 60))
    return jobs, missing
