"""A fake cluster behind a socket, with stand-ins on PATH, in which scripts run and can be killed at any change.

Each changing command passes through `change`, which tells the watcher of every point at which it could end: before it, at each of helm's own
changes, after it. What a watcher does there (keep the state, kill the script) is the harness's business.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import answers
import helm
import kubectl
import terraform
import words
from cluster import Cluster, Refused

TOOLS = ('helm', 'kubectl', 'terraform', 'sleep')


class Stop(Exception):
    """The watcher has killed the script: the command is not carried on."""


class Cancelled(Exception):
    """SIGTERM has reached the command: helm gives up and says so in its record."""


def build_client(folder):
    """The stand-ins: one small C program under several names."""
    os.makedirs(folder, exist_ok=True)
    program = os.path.join(folder, 'client')
    if not os.path.exists(program):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'client.c')
        made = '%s.%d' % (program, os.getpid())
        subprocess.run(['cc', '-O1', '-o', made, source], check=True)
        os.replace(made, program)
        for name in TOOLS:
            if not os.path.lexists(os.path.join(folder, name)):
                os.symlink('client', os.path.join(folder, name))
    return folder


def processes():
    """[(pid, session)] of all there are: what `timeout` runs has a process group of its own, but the script's session."""
    out = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name) as f:
                    fields = f.read().rpartition(')')[2].split()
            except OSError:
                continue
            out.append((int(name), int(fields[3])))
    return out


class Lab:
    def __init__(self, made, tools, folder):
        self.made, self.tools = made, tools
        self.folder = tempfile.mkdtemp(prefix='fake-', dir=folder)
        self.work = os.path.join(self.folder, 'work')
        self.cluster, self.major = Cluster(), 4
        self.lock = threading.RLock()
        self.watch = None        # called with (point, argv) at each point of a changing command
        self.faults = {}         # for the next operation of helm
        self.log = []            # (program, argv, status, error output)
        self.cancelled = threading.Event()
        self.inputs = {}         # CHART_OLD and the like, for the scripts
        self.script, self.script_name = None, ''
        self.path = os.path.join(self.folder, 'socket')
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen(64)
        self.open = True
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def close(self):
        # The thread is ended before its socket is closed: blocked in accept it would go on with the next lab's socket, should that get the same number.
        self.open = False
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(self.path)
        self.acceptor.join(10)
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- commands ----

    def accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            if not self.open:
                connection.close()
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b''
        while True:
            part = connection.recv(65536)
            if not part:
                break
            data += part
        fields = data.decode(errors='replace').split('\0')[:-1]
        if len(fields) < 3:
            connection.close()
            return
        end = fields.index('', 2)
        if fields[0] == 'cancel':
            self.cancelled.set()
            connection.close()
            return
        argv = ['' if w == ' ' else w for w in fields[2:end]]
        env = dict(e.split('=', 1) for e in fields[end + 1:])
        try:
            if fields[0] == 'kubectl' and 'port-forward' in argv:
                self.forward(connection, argv)
                return
            with self.lock:
                try:
                    result = self.command(fields[0], argv, env)
                except Stop:
                    connection.close()
                    return
                except Exception as e:  # pylint: disable=broad-except
                    import traceback
                    result = kubectl.Result('', 'fake: %s\n' % ''.join(traceback.format_exception(e)), 99)
            self.log.append((fields[0], argv, result.status, result.err))
            self.answer(connection, result.status, result.out, result.err)
        except OSError:
            pass
        finally:
            connection.close()

    def answer(self, connection, status, out, err):
        out, err = out.encode(), err.encode()
        connection.sendall(b'%d %d %d\n' % (status, len(out), len(err)) + out + err)

    def command(self, program, argv, env):
        """One command, in this cluster: its Result."""
        c = self.cluster
        try:
            if program == 'kubectl':
                if not kubectl.changes(argv):
                    return kubectl.run(c, argv, self.made)
                return self.change(program, argv, self.kubectl_steps(argv))
            if program == 'helm':
                out = helm.read_command(c, self.made, self.major, argv)
                if out is not None:
                    return kubectl.Result(out)
                return self.change(program, argv, helm.change_command(c, self.made, self.major, argv, self.faults))
            if program == 'terraform':
                result = terraform.read_command(c, self.made, argv, env)
                if result is not None:
                    return result
                return self.change(program, argv, terraform.change_command(c, self.made, argv, env, self.faults))
        except kubectl.Result as e:
            return e
        except (helm.HelmError, words.TemplateError, Refused, OSError) as e:
            return kubectl.Result('', helm.error_text(self.major, e), 1)
        return kubectl.Result('', 'fake: no such program: %s\n' % program, 127)

    def kubectl_steps(self, argv):
        result = kubectl.run(self.cluster, argv, self.made)
        self.cluster.settle()
        yield from ()
        return result

    def change(self, program, argv, steps):
        """Carries a change out, and tells of every point on the way."""
        argv = [program] + argv
        self.tell('before', argv)
        try:
            while True:
                point = 'during: ' + next(steps)
                try:
                    self.tell(point, argv)
                except Cancelled:
                    steps.throw(helm.HelmError('context canceled'))
        except StopIteration as e:
            self.cluster.settle()
            self.tell('after', argv)
            return e.value if isinstance(e.value, kubectl.Result) else kubectl.Result(e.value)
        except (helm.HelmError, Refused):
            self.cluster.settle()
            self.tell('failed', argv)
            raise

    def tell(self, point, argv):
        if self.watch:
            self.watch(point, argv)

    # ---- port-forward ----

    def forward(self, connection, argv):
        with self.lock:
            plain, flags = kubectl.read_words(argv)
            ns = flags.get('namespace', 'default')
            name, port = plain[1].partition('/')[2], plain[2].partition(':')[2]
            problem = answers.service_problem(self.cluster, ns, name, port)
        if problem:
            self.answer(connection, 1, '', 'error: %s\n' % problem)
            connection.close()
            return
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(8)
        self.answer(connection, -1, 'Forwarding from 127.0.0.1:%d -> %s\n' % (listener.getsockname()[1], port), '')
        threading.Thread(target=self.forward_requests, args=(listener, ns, name, port), daemon=True).start()
        try:
            while True:
                # The client has shut its sending side: only an attempt to write shows that it has gone.
                connection.send(b'')
                import select
                poll = select.poll()
                poll.register(connection, select.POLLHUP | select.POLLERR)
                if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(200)):
                    break
        except OSError:
            pass
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        connection.close()

    def forward_requests(self, listener, ns, name, port):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                connection.settimeout(10)
                data = b''
                while b'\r\n\r\n' not in data:
                    part = connection.recv(65536)
                    if not part:
                        break
                    data += part
                lines = data.decode().split('\r\n')
                method, path, _ = lines[0].split(' ', 2)
                headers = {k.lower(): v.strip() for k, v in (line.split(':', 1) for line in lines[1:lines.index('')])}
                if self.unanswered(name, method, path, headers):
                    continue
                missing = int(headers.get('content-length', 0)) - len(data.split(b'\r\n\r\n', 1)[1])
                while missing > 0:
                    missing -= len(connection.recv(65536)) or missing
                with self.lock:
                    problem = answers.service_problem(self.cluster, ns, name, port)
                    status, more, body = answers.answer(self.cluster, ns, name, method, path, headers)
                if not problem:
                    head = 'HTTP/1.1 %d Status\r\n%sContent-Length: %d\r\n\r\n' % (status, ''.join('%s: %s\r\n' % h for h in more.items()), len(body))
                    connection.sendall((head + body).encode())
            except (OSError, ValueError):
                pass
            finally:
                connection.close()

    def unanswered(self, name, method, path, headers):
        """Whether the connection is to end without an answer; for harnesses that let requests fail."""
        return False

    # ---- scripts ----

    def environment(self, more=None):
        env = {'PATH': self.tools + ':/usr/local/bin:/usr/bin:/bin', 'HOME': self.folder, 'LC_ALL': 'C', 'RUTTER_FAKE': self.path, **self.inputs}
        env.update(more or {})
        return env

    def run(self, script, *options, env=None, limit=120, approvals=('--yes', '--accept', 'all')):
        """Runs a script to its end: (exit status, output). A kill by the watcher shows as -9."""
        done = subprocess.Popen(['bash', script, '--context', 'fake', '--work-dir', self.work, *approvals, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors='replace',
                                env=self.environment(env), start_new_session=True)
        self.script, self.script_name = done, script
        try:
            out, _ = done.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.kill()
            out, _ = done.communicate()
            return 124, out + '\nfake: it did not end within %d s\n' % limit
        self.script = None
        if done.returncode:
            out += ''.join('fake: %s %s: exit status %d %s\n' % (p, ' '.join(a), s, e) for p, a, s, e in self.log[-2:])
        return done.returncode, out

    def kill(self):
        """kill -9 of the script and of all that it has started; returns when all of it is gone."""
        mine = self.script.pid
        for _ in range(1000):
            alive = [pid for pid, session in processes() if session == mine]
            if not alive:
                return
            for pid in alive:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)

    def interrupt(self):
        """SIGTERM to the script, in the midst of a command that it runs: raises Cancelled when the command has heard of it."""
        self.cancelled.clear()
        os.kill(self.script.pid, signal.SIGTERM)
        if not self.cancelled.wait(30):
            raise AssertionError('the script did not pass SIGTERM on to what it was running')
        raise Cancelled

    # ---- states ----

    def keep(self, name):
        """Cluster and work folder as they are."""
        folder = os.path.join(self.folder, 'kept', name)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        if os.path.isdir(self.work):
            subprocess.run(['cp', '-a', self.work, folder], check=True)
        return self.cluster.freeze(), folder

    def back_to(self, kept):
        state, folder = kept
        self.cluster.thaw(state)
        shutil.rmtree(self.work, ignore_errors=True)
        if os.path.isdir(folder):
            subprocess.run(['cp', '-a', folder, self.work], check=True)
