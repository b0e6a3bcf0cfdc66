"""What `-o go-template`, `--template` and `-o jsonpath` print: the part of Go's text/template and of kubectl's JSONPath that plans use. Anything
else is an error, so that a plan which uses more shows it."""
import base64
import json
import re

TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|`[^`]*`|:=|[(),|]|\$?\.?[A-Za-z0-9_$][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*|(?:\.[A-Za-z0-9_]+)+|\.|-?\d+)')


class TemplateError(Exception):
    pass


def split(text):
    """Text and actions: [(is_action, text)]."""
    out, at = [], 0
    for m in re.finditer(r'\{\{(-?)\s*((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^}"`]|\}(?!\}))*?)\s*(-?)\}\}', text, re.S):
        before = text[at:m.start()]
        if out and out[-1][0] == 'trim':
            before = before.lstrip()
            out.pop()
        out.append((False, before.rstrip() if m[1] else before))
        out.append((True, m[2]))
        if m[3]:
            out.append(('trim', ''))
        at = m.end()
    out.append((False, text[at:]))
    return [o for o in out if o[0] != 'trim']


def tokens(text):
    out, at = [], 0
    while text[at:].strip():
        m = TOKEN.match(text, at)
        if not m:
            raise TemplateError('unexpected %r in action' % text[at:])
        # A field of a value in parentheses or after one stands without a space before it.
        out.append((m[1], bool(out) and m.start(1) == m.start() and out[-1][0] == ')'))
        at = m.end()
    return out


def parse(parts, at=0, ends=()):
    nodes = []
    while at < len(parts):
        action, text = parts[at]
        at += 1
        if not action:
            nodes.append(('text', text))
            continue
        word = text.split(None, 1)[0] if text else ''
        if word in ends:
            return nodes, text, at
        if word in ('if', 'range', 'with'):
            body, stop, at = parse(parts, at, ('else', 'end'))
            other = []
            if stop.startswith('else'):
                rest = stop[4:].strip()
                if rest.startswith('if'):
                    raise TemplateError('else if is not known here')
                other, stop, at = parse(parts, at, ('end',))
            nodes.append((word, text[len(word):].strip(), body, other))
        else:
            nodes.append(('print', text))
    if ends:
        raise TemplateError('unexpected EOF')
    return nodes, '', at


def show(value):
    """As fmt.Print."""
    if value is None:
        return '<no value>'
    if value is True or value is False:
        return 'true' if value else 'false'
    if isinstance(value, float) and value == int(value):
        return '%d' % value
    if isinstance(value, dict):
        return 'map[%s]' % ' '.join('%s:%s' % (k, show(value[k])) for k in sorted(value))
    if isinstance(value, list):
        return '[%s]' % ' '.join(show(v) for v in value)
    return str(value)


def printf(form, *args):
    args = list(args)

    def one(m):
        flags, width, precision, verb = m.groups()
        if verb == '%':
            return '%'
        if width == '*':
            width = str(args.pop(0))
        value = args.pop(0)
        text = json.dumps(value) if verb == 'q' else show(value)
        if precision and verb in 'sv':
            text = text[:int(precision[1:])]
        if width:
            text = text.ljust(int(width)) if '-' in flags else text.rjust(int(width))
        return text
    return re.sub(r'%([-+# 0]*)(\*|\d+)?(\.\d+)?([a-z%])', one, form)


def index(value, *keys):
    for key in keys:
        if isinstance(value, list):
            if not 0 <= key < len(value):
                raise TemplateError('error calling index: index out of range: %s' % key)
            value = value[key]
        elif value is None:
            raise TemplateError('error calling index: index of untyped nil')
        else:
            value = value.get(key)
    return value


def last_of(values, good):
    for value in values:
        if good(value):
            return value
    return values[-1]


FUNCTIONS = {
    'print': lambda *a: ''.join(show(v) for v in a), 'printf': printf, 'len': lambda v: len(v), 'index': index,
    'eq': lambda a, *b: any(a == x for x in b), 'ne': lambda a, b: a != b, 'lt': lambda a, b: a < b, 'gt': lambda a, b: a > b,
    'le': lambda a, b: a <= b, 'ge': lambda a, b: a >= b, 'not': lambda v: not v,
    'or': lambda *v: last_of(v, bool), 'and': lambda *v: last_of(v, lambda x: not x),
    'base64decode': lambda v: base64.b64decode(v).decode(), 'slice': lambda v, a, b=None: v[a:b],
}


class Run:
    def __init__(self, data):
        self.data, self.variables = data, {'$': data}

    def fields(self, value, names):
        for name in names:
            if value is None:
                return None
            if not isinstance(value, dict):
                raise TemplateError("can't evaluate field %s" % name)
            value = value.get(name)
        return value

    def operand(self, toks, dot):
        word, _ = toks.pop(0)
        if word == '(':
            value = self.pipeline(toks, dot, True)
            if toks and toks[0][1] and toks[0][0].startswith('.'):
                value = self.fields(value, toks.pop(0)[0][1:].split('.'))
            return value
        if word[0] == '"':
            return json.loads(word)
        if word[0] == '`':
            return word[1:-1]
        if re.fullmatch(r'-?\d+', word):
            return int(word)
        if word == '.':
            return dot
        if word in ('true', 'false', 'nil'):
            return {'true': True, 'false': False, 'nil': None}[word]
        if word.startswith('$'):
            name, *rest = word.split('.')
            if name not in self.variables:
                raise TemplateError('undefined variable "%s"' % name)
            return self.fields(self.variables[name], rest)
        if word.startswith('.'):
            return self.fields(dot, word[1:].split('.'))
        raise TemplateError('function "%s" not defined' % word)

    def command(self, toks, dot, extra):
        word = toks[0][0]
        if word in FUNCTIONS:
            toks.pop(0)
            args = []
            while toks and toks[0][0] not in ('|', ')'):
                args.append(self.operand(toks, dot))
            try:
                return FUNCTIONS[word](*args, *extra)
            except (TypeError, ValueError, KeyError) as e:
                raise TemplateError('error calling %s: %s' % (word, e)) from e
        if re.fullmatch(r'[A-Za-z_]\w*', word) and word not in ('true', 'false', 'nil'):
            raise TemplateError('function "%s" not defined' % word)
        return self.operand(toks, dot)

    def pipeline(self, toks, dot, inside=False):
        value, extra = None, []
        while toks:
            value = self.command(toks, dot, extra)
            extra = [value]
            if toks and toks[0][0] == '|':
                toks.pop(0)
                continue
            if inside:
                if not toks or toks.pop(0)[0] != ')':
                    raise TemplateError('unclosed left paren')
                return value
            if toks:
                raise TemplateError('unexpected %r' % toks[0][0])
        return value

    def nodes(self, nodes, dot, out):
        for node in nodes:
            if node[0] == 'text':
                out.append(node[1])
            elif node[0] == 'print':
                m = re.match(r'(\$\w+)\s*:?=\s*(.*)', node[1], re.S)
                if m:
                    self.variables[m[1]] = self.pipeline(tokens(m[2]), dot)
                elif not node[1].startswith('/*'):
                    out.append(show(self.pipeline(tokens(node[1]), dot)))
            elif node[0] in ('if', 'with'):
                value = self.pipeline(tokens(node[1]), dot)
                self.nodes(node[2] if value else node[3], value if node[0] == 'with' and value else dot, out)
            else:
                m = re.match(r'(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*(.*)', node[1], re.S)
                value = self.pipeline(tokens(m[3] if m else node[1]), dot)
                pairs = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value or []))
                for k, v in pairs:
                    if m:
                        self.variables[m[2]] = v
                        if m[1]:
                            self.variables[m[1]] = k
                    self.nodes(node[2], v, out)
                if not pairs:
                    self.nodes(node[3], dot, out)


def go_template(text, data):
    out = []
    Run(data).nodes(parse(split(text))[0], data, out)
    return ''.join(out)


# ---- JSONPath ----

def path_steps(text):
    steps, at = [], 0
    while at < len(text):
        m = re.compile(r'\.((?:[^.\[\]\\]|\\.)+)|\[(\*)\]|\[(-?\d+)\]|\[\?\(@\.([\w.]+)\s*==\s*"([^"]*)"\)\]|\[\'([^\']*)\'\]|\.').match(text, at)
        if not m:
            raise TemplateError('unrecognized path %r' % text[at:])
        if m[1] == '*' or m[2]:
            steps.append(('all',))
        elif m[1]:
            steps.append(('key', re.sub(r'\\(.)', r'\1', m[1])))
        elif m[3]:
            steps.append(('at', int(m[3])))
        elif m[4]:
            steps.append(('where', m[4].split('.'), m[5]))
        elif m[6] is not None:
            steps.append(('key', m[6]))
        at = m.end()
    return steps


def follow(values, steps):
    for step in steps:
        after = []
        for value in values:
            if step[0] == 'key':
                if isinstance(value, dict) and step[1] in value:
                    after.append(value[step[1]])
            elif step[0] == 'all':
                after += list(value) if isinstance(value, list) else [value[k] for k in sorted(value)] if isinstance(value, dict) else []
            elif step[0] == 'at':
                if isinstance(value, list) and -len(value) <= step[1] < len(value):
                    after.append(value[step[1]])
            elif isinstance(value, list):
                after += [v for v in value if follow([v], [('key', k) for k in step[1]]) == [step[2]]]
        values = after
    return values


def show_path(value):
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(',', ':'))
    return show(value)


def json_path(text, data):
    parts = re.findall(r'\{((?:"(?:[^"\\]|\\.)*"|[^}"])*)\}|([^{]+)', text)

    def run(at, dot, end):
        out = ''
        while at < len(parts):
            action, plain = parts[at]
            at += 1
            if plain:
                out += plain
            elif action.startswith('range '):
                items = follow([dot], path_steps(action[6:].strip()))
                after = at
                for item in items or [None]:
                    text_of, after = run(at, item, True)
                    out += text_of if items else ''
                at = after
            elif action == 'end':
                if end:
                    return out, at
                raise TemplateError('not in range, nothing to end')
            elif action.startswith('"'):
                out += json.loads(action)
            else:
                out += ' '.join(show_path(v) for v in follow([dot], path_steps(action)))
        return out, at
    return run(0, data, False)[0]
