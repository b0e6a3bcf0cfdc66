"""Which pairs of releases are run, with which values."""
import os
import shutil

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


def number(version):
    return tuple(int(n) for n in version.lstrip('v').split('.'))


def split(name, case, parts, how):
    return [{'name': name if parts == 1 else '%s (%d of %d)' % (name, n + 1, parts), 'case': case, 'how': dict(how, part=n, parts=parts)} for n in range(parts)]


def sample(root, shared, folder):
    jobs, missing = [], []
    if os.path.isdir(os.path.join(shared, 'sie')):
        jobs += split('v0.2.0 to v0.3.0, gke, helm 4', dict(sie(shared, folder, 'v0.2.0', 'v0.3.0', 'gke-router-keda-ingress.yaml'), major=4), 5, {'stride': 7})[:1]
        jobs += split('v0.2.0 to v0.3.0, PVC, helm 3', dict(sie(shared, folder, 'v0.2.0', 'v0.3.0', 'config-store-pvc.yaml'), major=3), 2, {'stride': 5})[:1]
    else:
        missing.append('pairs of SIE: %s is not there' % os.path.join(shared, 'sie'))
    for major, strategy in (4, 'chart'), (3, 'oci'):
        jobs += split('demo, %s, helm %d' % (strategy, major), dict(demo(root), major=major, strategy=strategy), 2, {'stride': 3, 'moved': major == 3})[:1]
    return jobs, missing


def every(root, shared, folder):
    jobs, missing = [], []
    for major in 3, 4:
        for moved in False, True:
            jobs += split('demo, helm %d%s' % (major, ', moved' if moved else ''), dict(demo(root), major=major), 1, {'moved': moved})
    where = os.path.join(shared, 'sie')
    if not os.path.isdir(where):
        return jobs, ['pairs of SIE: %s is not there' % where]
    versions = sorted(os.listdir(where), key=number)
    for old in versions:
        for new in versions:
            for values in sorted(os.listdir(os.path.join(shared, 'sie-values'))):
                if old == new:
                    continue
                case = sie(shared, folder, old, new, values)
                for strategy in 'chart', 'oci', 'terraform':
                    for major in 3, 4:
                        name = '%s to %s, %s, %s, helm %d' % (old, new, values.removesuffix('.yaml'), strategy, major)
                        jobs += split(name, dict(case, strategy=strategy, major=major), 1, {'moved': major == 3})
    return jobs, missing
