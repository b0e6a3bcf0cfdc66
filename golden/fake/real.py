"""The same runs on a real control plane: real helm and kubectl, real API server, controllers and KEDA (../shared/tools/control-plane).

Stand-ins on PATH pass every command on to the real program; they count the changing ones, and end script (and helm) with SIGKILL where a run wants
it. One thing is added: pods there answer whoever asks, so the port-forward in front of them turns away who has no token, where the plan asks for that.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import as_written
import cases
import scenario

WRAPPER = r'''#!/bin/bash
name=${0##*/}
real=REAL_$name
changing=no verb=''
for word in "$@"; do
    case $word in
    port-forward) exec python3 -S -E "$REAL_PROXY" "${!real}" "$@" ;;
    can-i | --dry-run*) changing=no; break ;;
    delete | annotate | scale | patch | apply | upgrade | rollback) changing=yes verb=$word ;;
    esac
done
[ "$changing" = yes ] || exec "${!real}" "$@"
finish() { kill -9 -- "-$(<"$REAL_STATE/script")" 2>/dev/null; kill -9 -- "-$$" 2>/dev/null; kill -9 $$; }
if [ "$name" != kubectl ] && [ -n "${REAL_KILL_WHEN:-}" ]; then
    "${!real}" "$@" &
    child=$!
    while kill -0 "$child" 2>/dev/null; do
        if "$REAL_kubectl" get ${REAL_KILL_WHEN% *} -n "$REAL_NS" -o name 2>/dev/null | grep -q "${REAL_KILL_WHEN#* }"; then
            kill -9 "$child"
            printf 'killed %s %s\n' "$name" "$verb" >>"$REAL_STATE/changes"
            finish
        fi
    done
    wait "$child"
    exit
fi
"${!real}" "$@"
status=$?
printf '%s %s %s\n' "$status" "$name" "$*" >>"$REAL_STATE/changes"
[ "$(wc -l <"$REAL_STATE/changes")" != "${REAL_STOP_AFTER:-0}" ] || finish
exit "$status"
'''

# Instead of Terraform with its provider, which has to be fetched: one helm_release, by Helm 3 under a provider's name. Like the provider it compares the newest record with its
# configuration (here the chart's version, which differs), and never looks at objects.
TERRAFORM = r'''#!/bin/bash
for word in "$@"; do
    case $word in
    version) echo 'Terraform v1.9.8'; exit ;;
    -out=*) out=${word#-out=} ;;
    esac
done
tag=${!REAL_VARIABLE}
case " $* " in
*' plan '*)
    read -r chart values version <"$REAL_STATE/module/$tag"
    last=$("$REAL_provider" -n "$REAL_NS" history "$REAL_RELEASE" --max 1 -o json) || exit 1
    case $last in
    *'"status":"deployed"'*"-$version\""*) echo same >"$out"; echo 'No changes.'; exit ;;
    esac
    echo "$tag" >"$out"
    echo 'Plan: 0 to add, 1 to change, 0 to destroy.'
    exit 2 ;;
*' apply '*)
    tag=$(<"${!#}")
    [ "$tag" != same ] || { echo 'Apply complete! Resources: 0 added, 0 changed, 0 destroyed.'; exit; }
    read -r chart values version <"$REAL_STATE/module/$tag"
    exec "$REAL_provider" -n "$REAL_NS" upgrade "$REAL_RELEASE" "$chart" --reset-values -f "$values" --wait --timeout 900s ;;
esac
echo "terraform: not known: $*" >&2
exit 1
'''

PROXY = r'''
import os, re, signal, socket, subprocess, sys, threading
real, words = sys.argv[1], sys.argv[2:]
child = subprocess.Popen([real] + words, stdout=subprocess.PIPE, text=True)
signal.signal(signal.SIGTERM, lambda *_: (child.kill(), os._exit(143)))
line = child.stdout.readline()
m = re.search(r'127\.0\.0\.1:(\d+) -> (\d+)', line)
if not m:
    sys.exit(child.wait())
listener = socket.create_server(('127.0.0.1', 0))
print('Forwarding from 127.0.0.1:%d -> %s' % (listener.getsockname()[1], m[2]), flush=True)
guarded = os.environ.get('REAL_GUARDED', '').split()
service = next((w for w in words if w.startswith('svc/')), '')[4:]
def serve(conn):
    with conn:
        data = b''
        while b'\r\n\r\n' not in data:
            part = conn.recv(65536)
            if not part:
                return
            data += part
        if service in guarded and b'\nauthorization:' not in data.lower() and b' /v1/' in data.split(b'\r\n')[0]:
            conn.sendall(b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}')
            return
        with socket.create_connection(('127.0.0.1', int(m[1]))) as far:
            far.sendall(data)
            def on():
                try:
                    while True:
                        more = conn.recv(65536)
                        if not more:
                            break
                        far.sendall(more)
                except OSError:
                    pass
            threading.Thread(target=on, daemon=True).start()
            while True:
                part = far.recv(65536)
                if not part:
                    # Not close alone: the other thread still reads from it, and the end would never be told.
                    conn.shutdown(socket.SHUT_RDWR)
                    return
                conn.sendall(part)
while True:
    conn, _ = listener.accept()
    threading.Thread(target=lambda c=conn: serve(c), daemon=True).start()
'''


class Real:
    """One instance of the control plane and one pair of releases in it."""

    def __init__(self, tool, name, folder, rutter, made, case, helms):
        helm = helms[case['major']]
        self.tool, self.case, self.rutter, self.made = tool, case, rutter, made
        self.folder = os.path.join(folder, name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder + '/bin')
        self.env = dict(os.environ, CONTROL_PLANE_NAME=name)
        self.control('up')
        said = self.control('env')
        self.env['KUBECONFIG'] = re.search(r'KUBECONFIG=(\S+)', said)[1].strip('\'"')
        self.kubectl = re.search(r'PATH="?([^:"]+)', said)[1] + '/kubectl'
        for tool_name in 'helm', 'kubectl', 'terraform':
            with open('%s/bin/%s' % (self.folder, tool_name), 'w') as f:
                f.write(WRAPPER)
            os.chmod('%s/bin/%s' % (self.folder, tool_name), 0o755)
        with open(self.folder + '/proxy.py', 'w') as f:
            f.write(PROXY)
        self.helm = helm
        self.env.update(REAL_helm=helm, REAL_kubectl=self.kubectl, REAL_PROXY=self.folder + '/proxy.py', REAL_STATE=self.folder, REAL_NS=case['ns'])
        # Helm names itself after its program in the fields that it writes.
        provider = self.folder + '/terraform-provider-helm'
        os.symlink(helms[3], provider)
        with open(self.folder + '/terraform', 'w') as f:
            f.write(TERRAFORM)
        os.chmod(self.folder + '/terraform', 0o755)
        self.env.update(REAL_terraform=self.folder + '/terraform', REAL_provider=provider, REAL_RELEASE=case['release'])
        # The release as Terraform has it: its provider's, or one that Helm 4 had installed before Terraform took it over.
        self.installer = provider if case.get('strategy') == 'terraform' and case['major'] == 3 else helm
        self.rows = []
        self.make_plan()

    def control(self, *words, check=True):
        done = subprocess.run([self.tool, *words], env=self.env, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError('control-plane %s: %s' % (' '.join(words), done.stderr))
        return done.stdout

    def kube(self, *words, given=None, check=True):
        done = subprocess.run([self.kubectl, *words], env=self.env, input=given, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError('kubectl %s: %s' % (' '.join(words), done.stderr))
        return done.stdout

    def make_plan(self):
        self.dir = self.folder + '/plan'
        self.context = self.kube('config', 'current-context').strip()
        case = self.case
        words = [self.rutter, 'plan', '--old', case['old'], '--new', case['new'], '--release', case['release'], '-n', case['ns'],
                 '--helm-version', str(case['major']), '-o', self.dir]
        for path in case['values']:
            words += ['-f', path]
        for path in case.get('new_values', ()):
            words += ['--new-values', path]
        words += case.get('options', ())
        if case.get('strategy') == 'terraform':
            os.mkdir(self.folder + '/module')
            words += ['--strategy', 'terraform', '--terraform-dir', self.folder + '/module']
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode > 1:
            raise RuntimeError(done.stderr)
        with open(self.dir + '/plan.json') as f:
            self.plan = json.load(f)
        if case.get('strategy') == 'terraform':
            self.make_module()
        every = self.plan['steps'] + self.plan['rollback']
        guarded = {s['http']['service'].partition('/')[2] for s in every if s['kind'] == 'http' and s['http']['status'] == 401}
        self.env.update(REAL_GUARDED=' '.join(guarded), CHART_OLD=case['old'], CHART_NEW=case['new'])

    def make_module(self):
        """What the variable of the run means: a chart, its values, its version."""
        for side, steps in ('new', self.plan['steps']), ('old', self.plan['rollback']):
            name, tag = next((e['name'], e['value']) for s in steps for e in s.get('env', ()) if e['name'].startswith('TF_VAR_'))
            with open('%s/module/%s' % (self.folder, tag), 'w') as f:
                f.write('%s %s/values-%s.yaml %s\n' % (self.case[side], self.dir, side, self.plan['version' + side.capitalize()]))
            self.env['REAL_VARIABLE'] = name

    # ---- the start ----

    def rules(self):
        self.control('rule', 'clear')
        for version, name in ((self.plan['versionOld'], 'router'), (self.plan['versionNew'], 'gateway')):
            self.control('rule', 'http', '-H', 'x-sie-server-version: ' + version, name, '^/v1/encode', '200', '{"status":"ok"}')
        self.control('rule', 'http', '.', '^/v1/models', '200', '{"object":"list","data":[{"id":"BAAI/bge-m3"}]}')

    def set_up(self):
        self.control('reset')
        self.rules()
        ns = self.case['ns']
        self.kube('create', 'namespace', ns, check=False)
        self.kube('create', 'namespace', 'monitoring', check=False)
        prometheus = {'apiVersion': 'v1', 'kind': 'List', 'items': [
            {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'prometheus-operated', 'namespace': 'monitoring'},
             'spec': {'selector': {'app': 'prometheus'}, 'ports': [{'port': 9090}]}},
            {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'prometheus', 'namespace': 'monitoring'},
             'spec': {'selector': {'matchLabels': {'app': 'prometheus'}}, 'template': {'metadata': {'labels': {'app': 'prometheus'}}, 'spec': {'containers': [
                 {'name': 'prometheus', 'image': 'prom/prometheus', 'ports': [{'containerPort': 9090}]}]}}}}]}
        self.kube('apply', '-f', '-', given=json.dumps(prometheus))
        needed = {}
        for side in 'old', 'new':
            shown = self.made.render(self.case[side], self.case['release'], ns, self.made.user_values([self.dir + '/values-%s.yaml' % side]), 1, False, self.case['major'])
            for obj in shown['objects'] + [h['object'] for h in shown['hooks']]:
                scenario.walk_secrets(obj, obj['metadata'].get('namespace', ns), needed)
        for (where, name), keys in sorted(needed.items()):
            self.kube('-n', where, 'create', 'secret', 'generic', name, *['--from-literal=%s=secret-of-%s' % (k, k) for k in sorted(keys) or ['token']])
        done = subprocess.run([self.installer, '-n', ns, 'install', self.case['release'], self.case['old'], '-f', self.dir + '/values-old.yaml', '--wait', '--timeout', '180s'],
                              env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError('helm install: ' + done.stderr)
        self.settle()

    def settle(self):
        # KEDA and the controllers act within seconds of a change.
        time.sleep(6)
        self.control('settle', '30', check=False)

    def dump(self, name):
        path = '%s/%s.json' % (self.folder, name)
        with open(path, 'w') as f:
            f.write(self.control('dump', self.case['ns']))
        return path

    def unlike(self, before):
        lines = [line for line in self.control('diff', before, self.dump('after'), check=False).splitlines() if line.strip()]
        return [line for line in lines if not re.search(r'sh\.helm\.release|release history|revision \d|^[-+~ ]*release', line, re.I)]

    def autoscaled(self, line):
        """Replicas that an autoscaler owns: KEDA takes an idle target to its minimum whenever it likes, and that is no difference of the release."""
        m = re.match(r'\s*[-+~] (\w+)\S*/(\S+) spec replicas', line)
        if not m:
            return False
        scalers = json.loads(self.kube('-n', self.case['ns'], 'get', 'scaledobject', '-o', 'json'))['items']
        return any(so['spec']['scaleTargetRef']['name'] == m[2] and not any('paused' in a for a in so['metadata'].get('annotations') or {}) for so in scalers)

    # ---- runs ----

    def script(self, name, *options, limit=900, **env):
        with open(self.folder + '/changes', 'w'):
            pass
        began = time.time()
        done = subprocess.Popen(['bash', '%s/%s' % (self.dir, name), '--context', self.context, '--work-dir', self.folder + '/work', '--yes', '--accept', 'all', *options],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors='replace', start_new_session=True,
                                env=dict(self.env, PATH=self.folder + '/bin:' + os.environ['PATH'], **env))
        with open(self.folder + '/script', 'w') as f:
            f.write(str(done.pid))
        try:
            out, _ = done.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(done.pid, signal.SIGKILL)
            out, _ = done.communicate()
            out += '\nit did not end within %d s\n' % limit
        with open('%s/%s-%d.log' % (self.folder, name, len(self.rows)), 'a') as f:
            f.write(out)
        with open(self.folder + '/changes') as f:
            changes = f.read().splitlines()
        return done.returncode, out, changes, time.time() - began

    def run(self, what, before, options=(), wanted=None, between=None, **env):
        """plan.sh under `env`, then rollback.sh; a row of the table."""
        shutil.rmtree(self.folder + '/work', ignore_errors=True)
        status, out, changes, forward = self.script('plan.sh', *options, **env)
        problems = []
        if wanted is not None and status not in wanted:
            problems.append('plan.sh: exit status %d' % status)
            problems += out.splitlines()[-15:]
        if between:
            between()
        self.control('settle', '10', check=False)
        back_status, back_out, _, back = self.script('rollback.sh')
        if back_status and not ('changed nothing' in back_out or 'no journal' in back_out):
            problems.append('rollback.sh: exit status %d' % back_status)
            problems += back_out.splitlines()[-15:]
        self.settle()
        found = self.unlike(before)
        scaled = [line for line in found if self.autoscaled(line)]
        problems += [line for line in found if line not in scaled]
        self.rows.append((what, changes, status, forward, back_status, back, problems, scaled))
        print('%s %s: plan.sh %d (%d changes, %.0f s), rollback.sh %d (%.0f s): %s' % (
            self.case['name'], what, status, len(changes), forward, back_status, back, 'equal' if not problems else 'NOT EQUAL'), flush=True)
        for line in problems:
            print('     ' + line, flush=True)
        return changes

    def run_all(self):
        """All runs of one case, one after the other; after a run that did not end equal the cluster is made anew."""
        self.set_up()
        before = self.dump('before')

        def again():
            nonlocal before
            if self.rows and self.rows[-1][6]:
                self.set_up()
                before = self.dump('before')
        changes = self.run('success, then back', before, wanted=(0,))
        gateway = next((o['name'] for o in self.plan['objects'] if o['kind'] == 'Deployment' and not o.get('ownerOld') and o.get('ownerNew') == 'release'), None)
        again()
        if gateway:
            self.run('helm killed in the apply phase', before, wanted=(-9,), REAL_KILL_WHEN='deployment %s$' % gateway)
            again()
        job = next((n for n in ('keda-apply', 'health-gateway') if any(n in o['name'] and o['kind'] == 'Job' for o in self.plan['objects'])), None)
        if job:
            self.run('helm killed in a hook', before, wanted=(-9,), REAL_KILL_WHEN='job %s' % job)
            again()
        if any('health-gateway' in o['name'] and o['kind'] == 'Job' for o in self.plan['objects']):
            self.control('rule', 'pod', '^%s/.*health-gateway' % self.case['ns'], 'fail')
            self.run('a post-upgrade hook fails', before, wanted=(1,), between=self.rules)
            again()
        for n in range(1, len(changes)):
            words = changes[n - 1].split(' ')[1:]
            # What is done before and after Terraform is as with Helm.
            if self.case.get('strategy') == 'terraform' and words[0] != 'terraform':
                continue
            self.run('stopped after change %d, `%s`' % (n, scenario.short(words)), before, wanted=(-9,), REAL_STOP_AFTER=str(n))
            again()
        self.moved()

    def moved(self):
        scalers = self.move()
        self.run('scaled and paused beforehand' if scalers else 'scaled by hand beforehand: refused', self.dump('moved'), wanted=(0,) if scalers else (2,))

    def move(self):
        ns = self.case['ns']
        scalers = json.loads(self.kube('-n', ns, 'get', 'scaledobject', '-o', 'json'))['items']
        for n, so in enumerate(scalers):
            target = so['spec']['scaleTargetRef']
            low, high = so['spec'].get('minReplicaCount', 0), so['spec'].get('maxReplicaCount', 100)
            self.kube('-n', ns, 'scale', '%s/%s' % (target.get('kind', 'Deployment').lower(), target['name']), '--replicas=%d' % min(high, max(low, 1) + 1))
            if n == 0:
                self.kube('-n', ns, 'annotate', 'scaledobject', so['metadata']['name'], 'autoscaling.keda.sh/paused-replicas=%d' % min(high, max(low, 1) + 1))
        if not scalers:
            # Nothing scales here but a hand, and the plan refuses what was scaled by hand before it changes anything.
            first = self.kube('-n', ns, 'get', 'statefulset', '-o', 'name').split()[0]
            self.kube('-n', ns, 'scale', first, '--replicas=2')
        self.settle()
        return scalers

    # ---- the runbook as it is written ----

    def look(self, name):
        """A dump, asked as the fake cluster is; and Helm's newest record."""
        with open(self.dump(name)) as f:
            dump = json.load(f)
        volumes = self.kube('get', 'persistentvolume', '-o', 'jsonpath={range .items[*]}{.metadata.annotations.control-plane\\.test/data-token}{"\\n"}{end}').split()
        done = subprocess.run([self.helm, '-n', self.case['ns'], 'history', self.case['release'], '-o', 'json'], env=self.env, capture_output=True, text=True)
        last = json.loads(done.stdout)[-1]
        side = 'old' if last['chart'].endswith('-' + self.plan['versionOld']) else 'new'
        return as_written.Dump(dump, self.plan, volumes), {'side': side, 'status': 'pending' if last['status'].startswith('pending') else last['status']}

    def run_as_written(self, moved):
        """There and back, each end as the proof foretells it; rows of the table."""
        self.set_up()
        if moved:
            self.move()
        shutil.rmtree(self.folder + '/work', ignore_errors=True)
        sides = scenario.sides_of(self.made, self.case, self.dir)
        told = as_written.Foretold(self.rutter, self.dir + '/plan.json', self.plan, sides, self.case['major'], self.case['major'] == 4, moved)
        before, _ = self.look('before')
        told.of_start(before)
        for script in 'plan', 'rollback':
            status, out, changes, seconds = self.script(script + '.sh')
            self.settle()
            now, record = self.look(script)
            if script == 'plan':
                told.saw(out)
            stops = told.ends_at(script)
            problems = [] if (status == 0) == (not stops) and stops in out else ['exit status %d, foretold was %s' % (status, stops or 'the end')] + out.splitlines()[-15:]
            n, found = told.check_end(now, record, script)
            problems += found
            if script == 'rollback' and not stops:
                free = {o['id'] for o in self.plan['objects'] if o.get('scaledBy')} if moved else set()
                lines = self.control('diff', self.folder + '/before.json', self.folder + '/rollback.json', check=False).splitlines()
                problems += told.check_differences(as_written.ids_of([line for line in lines if not self.autoscaled(line)], self.plan), free)
            what = 'replicas moved, one ScaledObject paused' if moved else 'replicas as rendered'
            self.rows.append((what, script + '.sh', status, seconds, told.words(script), n, problems))
            print('%s %s: %s.sh %d (%d changes, %.0f s): %s: %s' % (self.case['name'], what, script, status, len(changes), seconds,
                                                                  'as foretold' if not problems else 'NOT as foretold', told.words(script)), flush=True)
            for line in problems:
                print('     ' + line, flush=True)

    def down(self):
        self.control('down', check=False)


CASES = [('gke', 'gke-router-keda-ingress.yaml', 4), ('gke', 'gke-router-keda-ingress.yaml', 3), ('PVC', 'config-store-pvc.yaml', 4), ('PVC', 'config-store-pvc.yaml', 3)]
TERRAFORM_CASES = CASES[:2]

HEAD = """# Runs on a real control plane

`./dev cluster` runs plan.sh and rollback.sh of SIE v0.2.0 to v0.3.0 with real helm and kubectl against a real API server with its controllers and KEDA
(Kubernetes 1.35.4, KEDA 2.20.2, Helm 4.1.4 and 3.17.3; nodes and long-running pods are simulated, hooks really run), ends them with SIGKILL where the table
says so, and compares the cluster with what it was before: every field of every object of the namespace, and the data behind each claim. Only Helm's own
history may differ, and replicas that an autoscaler owns. The charts are copies without the `dependencies:` block. With the PVC values there are no hooks and
nothing scales: no hook can fail there, and the plan refuses what was scaled by hand. After the last change nothing is left to be stopped but checks.

With Terraform its part is played by Helm 3 under a provider's name, which compares the newest record alone (Terraform's provider would have to be fetched). Under Helm 3 the release is the
provider's from the beginning; under Helm 4 Helm had installed it, server-side, before Terraform took it over. Stops at what Terraform does not do are as above and not run again.

"Changes" counts the commands of plan.sh that change something, up to where it ended; the times are of a machine of two cores that did other work as well.
"""


def table(found):
    """The page: found is [(name, rows)]."""
    out = [HEAD]
    runs = sum(len(rows) for _, rows in found)
    good = sum(not row[6] for _, rows in found for row in rows)
    out.append('%d runs, of which %d ended equal.\n' % (runs, good))
    for name, rows in found:
        out += ['## %s\n' % name, '| run | changes | plan.sh | rollback.sh | after it |', '|---|---|---|---|---|']
        for what, changes, status, forward, back_status, back, problems, *rest in rows:
            end = 'killed' if status == -9 else 'exit %d' % status
            scaled = ['; KEDA had scaled %s, idle, %s' % (m[1], 'to its minimum') for m in (re.search(r'\+ \S+/(\S+) spec replicas', line) for line in (rest[0] if rest else ())) if m]
            after = 'equal%s' % ''.join(scaled) if not problems else 'NOT equal: ' + '; '.join(p.strip() for p in problems[:4])
            out.append('| %s | %d | %s, %.0f s | %s, %.0f s | %s |' % (what.replace('|', '\\|'), len(changes), end, forward, 'exit %d' % back_status, back, after))
        out.append('')
    return '\n'.join(out)


AS_WRITTEN = '## The runbook as it is written'

AS_WRITTEN_HEAD = """
`rutter plan --runbook-as-written` makes of the operator's runbook what it says, and the proof refuses it. With `--force` the scripts run all the same: its steps that only look
are made runnable by the plan (the runbook's own ask images for a `wget` that they do not have, R4), those that change something are left as they are written. `rutter verify --foretell`
says how that ends: which step fails, if one does, and for each object the state, or the few states, in which it is then. After each script all objects are compared with
it: which version's fields they have, replicas, pauses and the data of claims ("parts" counts a workload and what scales it as one); and after a rollback that came to its end the
objects that differ from before must be those that are foretold to be wrong, no more and no fewer, hooks' own objects and replicas that an autoscaler had set apart. Whether a hook fails that waits for what the upgrade has broken depends on how fast KEDA looks; which of the two endings is the one to compare with is told by Helm's message.
"""


def as_written_table(found):
    """The section of the page: found is [(name, rows)]."""
    out = [AS_WRITTEN, AS_WRITTEN_HEAD, '| with | script | ended | what the proof foretold to be wrong | parts compared | found |', '|---|---|---|---|---|---|']
    for name, rows in found:
        for what, script, status, seconds, words, n, problems in rows:
            cells = '%s, %s' % (name, what), script, 'exit %d, %.0f s' % (status, seconds), words, '%d' % n, 'as foretold' if not problems else 'NOT: ' + '; '.join(p.strip() for p in problems[:4])
            out.append('| %s |' % ' | '.join(c.replace('|', '\\|') for c in cells))
    return '\n'.join(out) + '\n'


def run_as_written(tool, folder, rutter, made, charts_of, helms, page):
    """The runbook as it is written, in each of CASES; puts its section at the end of the page. (runs, of which did not end as foretold)"""
    found = []
    for kind, values, major in CASES:
        case = cases.written(dict(charts_of(values), major=major, name='%s values, Helm %d' % (kind, major)))
        real = Real(tool, 'rutter-%s%d' % (kind.lower(), major), folder, rutter, made, case, helms)
        try:
            for moved in (False, True) if kind == 'gke' else (False,):
                real.run_as_written(moved)
        finally:
            real.down()
        found.append((case['name'], real.rows))
        with open(page) as f:
            text = f.read().partition(AS_WRITTEN)[0]
        with open(page, 'w') as f:
            f.write(text.rstrip('\n') + '\n\n' + as_written_table(found))
    rows = [row for _, rows in found for row in rows]
    return len(rows), sum(bool(row[6]) for row in rows)


def run_cases(tool, folder, rutter, made, charts_of, helms, page):
    """All of CASES, one after the other; writes the page. The number of runs that did not end equal."""
    found = []
    for strategy, kind, values, major in [('chart', *one) for one in CASES] + [('terraform', *one) for one in TERRAFORM_CASES]:
        case = dict(charts_of(values), major=major, strategy=strategy, name='%s values, %sHelm %d' % (kind, 'Terraform, ' if strategy == 'terraform' else '', major))
        real = Real(tool, 'rutter-%s%d' % (kind.lower(), major), folder, rutter, made, case, helms)
        try:
            real.run_all()
        finally:
            real.down()
        found.append((case['name'], real.rows))
        with open(page, 'w') as f:
            f.write(table(found))
    return [len(rows) for _, rows in found], sum(bool(row[6]) for _, rows in found for row in rows)
