"""What goes wrong by itself while plan.sh runs: a hook that fails, a patch that the API server refuses, an object that is not created, a rollout that does not
end in time, an image that nobody can pull, SIGTERM. After each plan.sh has to stop with an error, and rollback.sh to lead back; or plan.sh, begun again when the
cause is gone, goes on to the goal or says that it cannot, and then rollback.sh leads back.
"""
import cluster
import lab


def upgrade_faults(one):
    """[(name, faults of helm)] for the new version of a scenario that stands before its upgrade."""
    c, ns = one.lab.cluster, one.case['ns']
    shown = one.made.render(one.case['new'], one.case['release'], ns, one.made.user_values([one.dir + '/values-new.yaml']), 2, True, one.case['major'])
    out = []
    for event in 'pre-upgrade', 'post-upgrade':
        for hook in shown['hooks']:
            if event in hook['events'] and hook['object']['kind'] == 'Job':
                name = 'Job/' + hook['object']['metadata']['name']
                out += [('%s hook %s fails' % (event, name), {'hook': name}), ('%s hook %s fails before it has done anything' % (event, name), {'hook idle': name})]
    for obj in shown['objects']:
        key = cluster.key_of(obj, ns)
        if c.get(key) is None:
            out.append(('%s/%s cannot be created' % (key[0], key[2]), {'create': key}))
        else:
            out.append(('the patch of %s/%s is refused' % (key[0], key[2]), {'patch': (key,)}))
    out.append(('the rollout does not end in time', {'wait': True}))
    return out


def new_images(one):
    """Images that only the new version has: {image}."""
    sides = {}
    for side in 'old', 'new':
        sides[side] = {k['image'] for o in one.predicted.sides[side].values() if o['kind'] in cluster.WORKLOADS for k in o['spec']['template']['spec'].get('containers', ())}
    return sides['new'] - sides['old']


def cancellable(point):
    """Whether SIGTERM finds helm at work there: with its record written, and not yet with the next one."""
    return point.startswith('during') and 'record' not in point


def run(one, moved=False, stride=1, first=0):
    """Every fault, or every `stride`-th; there, back, and there again."""
    one.begin(moved)
    first %= stride
    course = Course(one)
    if course.goal is None:
        return
    one.back_to(course.place(course.first)[1])
    todo = upgrade_faults(one)[first::stride]
    for name, faults in todo:
        one.lab.faults = faults
        disturbed(one, course, course.first, name)
    for image in sorted(new_images(one))[first::stride]:
        disturbed(one, course, course.first, 'nobody can pull ' + image, image=image)
    for at in course.cancels[first::stride]:
        disturbed(one, course, at, 'SIGTERM at change %d' % at, cancel=at)


class Course:
    """An undisturbed run: its goal, None when it does not get there (which is told elsewhere), and the points at which a signal may come."""

    def __init__(self, one):
        self.start, self.goal = one.keep('start-of-faults'), None
        self.places = []         # (points before it, state, place) for each step; plan.json alone can be carried on
        points = []
        if one.fast:
            one.executor.at_step = lambda place: self.places.append((len(points), one.keep(''), place))
        status, _ = one.watched('/plan.sh', lambda point, argv: points.append((point, argv)))
        one.executor.at_step = None
        if status:
            return
        self.goal = one.lab.cluster.dump()
        self.cancels = [n for n, (point, _) in enumerate(points) if cancellable(point)]
        self.first = next(n for n, (point, argv) in enumerate(points) if argv[0] != 'kubectl')

    def place(self, at):
        """The last step begun before a point: (points before it, state, place)."""
        return next(((n, kept, place) for n, kept, place in reversed(self.places) if n <= at), (0, self.start, None))


def interrupted(one, at):
    """SIGTERM to the script itself while helm is at work, once."""
    one.fast = True
    one.begin()
    course = Course(one)
    one.fast = False
    if course.goal is None or not course.cancels:
        return
    one.begin()
    course.start, course.places = one.keep('start-of-signals'), []
    cancel = course.cancels[at % len(course.cancels)]
    disturbed(one, course, cancel, 'SIGTERM to plan.sh at change %d' % cancel, cancel=cancel)


def disturbed(one, course, at, name, image=None, cancel=None):
    seen, kept, place = course.place(at)

    def watch(point, argv):
        nonlocal seen
        one.look(point)
        seen += 1
        if cancel is not None and seen == cancel + 1:
            if one.fast:
                raise lab.Cancelled
            one.lab.interrupt()
    one.back_to(kept)
    if image:
        one.lab.cluster.no_images = {image}
    status, out = one.watched('/plan.sh', watch, place)
    one.counts['faults'] += 1
    one.lab.faults = {}
    if status != 1:
        one.report(name, ['plan.sh: exit status %d' % status] + out.splitlines()[-25:])
        return
    failed = one.keep('failed-%d' % len(one.results))
    one.back(name + '; rollback.sh', failed)
    one.back_to(failed)
    one.lab.cluster.no_images = set()
    one.lab.cluster.settled = -1
    one.resume(name + ' no longer; plan.sh again', one.keep('mended-%d' % len(one.results)), course.goal)
