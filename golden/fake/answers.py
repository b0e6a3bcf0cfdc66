"""What Services answer: through the API server's proxy (`kubectl get --raw`) and through a port-forward. A Service answers when it has a ready
pod; services that the cluster is taken to have beside the release (Prometheus) always do. Errors in the API server's words (facts, 13).
"""
import json
import re
import urllib.parse

import kubectl

OUTSIDE = re.compile(r'^(prometheus|nats|loki)')
OK = '{"status":"ok"}\n'


def group_list(c, path):
    """/apis/GROUP/VERSION: its resources."""
    import cluster
    group = path.split('/')[2]
    kinds = [k for k, row in cluster.KINDS.items() if row[1] == group]
    if not kinds:
        return kubectl.Result(err='Error from server (NotFound): the server could not find the requested resource\n', status=1)
    return kubectl.Result(json.dumps({'kind': 'APIResourceList', 'resources': [{'name': cluster.KINDS[k][0], 'kind': k} for k in kinds]}, separators=(',', ':')))


def service_problem(c, ns, name, port):
    """Why a Service does not answer; ''."""
    service = c.get(('Service', ns, name))
    if service is None:
        return '' if OUTSIDE.match(name) else '(NotFound): services "%s" not found' % name
    ports = service.get('spec', {}).get('ports', [])
    if not any(str(p.get('port')) == port or p.get('name') == port for p in ports):
        return '(ServiceUnavailable): no service port %s found for service "%s"' % (port, name)
    if not c.ready_pods_of(service):
        return '(ServiceUnavailable): no endpoints available for service "%s:%s"' % (name, port)
    return ''


def raw(c, path):
    if path.startswith('/apis/'):
        return group_list(c, path)
    m = re.fullmatch(r'/api/v1/namespaces/([^/]+)/services/([^/:]+):([^/]+)/proxy(/.*)?', path)
    if not m:
        return kubectl.Result(err='Error from server (NotFound): the server could not find the requested resource\n', status=1)
    problem = service_problem(c, m[1], m[2], m[3])
    if problem:
        return kubectl.Result(err='Error from server %s\n' % problem, status=1)
    status, _, body = answer(c, m[1], m[2], 'GET', m[4] or '/', {})
    if status == 401:
        return kubectl.Result(err='error: You must be logged in to the server (the server has asked for the client to provide credentials)\n', status=1)
    if status != 200:
        return kubectl.Result(err='Error from server (ServiceUnavailable): the server is currently unable to handle the request\n', status=1)
    return kubectl.Result(body)


def version_of(c, ns, name):
    """The version of the image behind a Service."""
    service = c.get(('Service', ns, name))
    for pod in c.ready_pods_of(service) if service else ():
        m = re.search(r':v?(\d+\.\d+\.\d+)', pod['spec']['containers'][0]['image'])
        if m:
            return m[1]
    return '0.0.0'


def answer(c, ns, name, method, path, headers):
    """(status, headers, body) of a healthy service."""
    path = urllib.parse.unquote(path)
    if OUTSIDE.match(name):
        return 200, {}, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}'
    if re.match(r'/(readyz|healthz|livez)', path):
        return 200, {}, OK
    token = headers.get('authorization', '').removeprefix('Bearer ')
    wanted = c.secrets.get((ns, name))
    if wanted and token not in wanted:
        return 401, {}, '{"detail":"unauthorized"}\n'
    if path.startswith('/v1/models'):
        return 200, {}, '{"object":"list","data":[{"id":"BAAI/bge-m3"}]}\n'
    return 200, {'x-sie-server-version': version_of(c, ns, name)}, OK
