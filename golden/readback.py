"""The words of executors, read back into the steps of plan.json. Written from docs/executors.md, not from the emitters.

A document's reader (golden/executors) finds tasks, their order and their conditions with a YAML parser; this module reads the words in
their arguments: sentences that end with ";", bytes as %HH, values of the run as %(kind:text).
"""
import json
import re

HOLE = re.compile(r"%\((capture|work|input|param):([^)]*)\)|%([0-9A-F]{2})")
EXPECT = {"matches": "matches", "not-matches": "not-matches", "contains": "contains", "empty": "empty", "not-empty": "not-empty", "exit": "exit",
          "int-ge": "at-least", "same-file": "same-file", "same-input": "same-input", "documents": "documents"}


def decode(word):
    """The text of a word that has no hole."""
    return re.sub(rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), word.encode()).decode("utf-8", "surrogateescape")


def keys_of(plan):
    """Key of each capture in the words -> its name: other letters are "_", and no two are alike."""
    keys, taken = {}, {}
    for step in plan["steps"] + plan["rollback"]:
        for capture in step.get("captures", []):
            if capture["name"] in taken:
                continue
            plain = re.sub(rb"[^A-Za-z0-9_.-]", b"_", capture["name"].encode()).decode()
            key, n = plain, 2
            while key in keys:
                key, n = f"{plain}_{n}", n + 1
            keys[key], taken[capture["name"]] = capture["name"], key
    return keys


def argument(word, keys):
    """A word as plan.json has it: text, or a map with one value and what stands before it."""
    m = next((m for m in HOLE.finditer(word) if m[1]), None)
    if not m:
        return decode(word)
    assert m.end() == len(word), f"something follows a value: {word}"
    before, text = decode(word[:m.start()]), decode(m[2])
    out = {m[1]: keys[text] if m[1] == "capture" else text}
    if before:
        out["before"] = before
    return out


def sentences(words):
    out, one = [], []
    for word in words:
        assert isinstance(word, str), f"a word is no text: {word!r}"
        if word == ";":
            out.append(one)
            one = []
        else:
            one.append(word)
    assert not one, f"the last sentence does not end: {one}"
    return out


def expectation(rest, keys):
    kind, text, why = rest[0], rest[1], decode(rest[2])
    out = {}
    value = argument(text, keys)
    if kind in ("equals", "unequal"):
        captured = isinstance(value, dict)
        out["kind"] = {("equals", False): "equals", ("equals", True): "equals-capture", ("unequal", True): "not-capture"}[kind, captured]
        out["text"] = value["capture"] if captured else value
    elif kind in ("exit", "int-ge"):
        out.update(kind=EXPECT[kind], number=int(value))
    else:
        out.update(kind=EXPECT[kind], text=value)
    if out.get("text") == "":
        del out["text"]
    if why:
        out["explain"] = why
    if len(rest) > 3:
        assert rest[3:] == ["stderr"]
        out["stderr"] = True
    if out.get("number") == 0:
        del out["number"]
    return out


def read_steps(words, keys):
    """(steps, other sentences): steps in their order, as in plan.json without what no executor needs."""
    steps, others, step, block, text = [], [], None, None, ""
    for verb, *rest in sentences(words):
        if verb == "step":
            step = {"id": decode(rest[0]), "gives": {}, "uses": []}
            steps.append(step)
            block = None
        elif step is None:
            others.append([verb, *rest])
        elif verb == "about":
            step.update(kind=rest[0], phase=rest[1], title=decode(rest[2]))
        elif verb in ("note", "line"):
            step.setdefault({"note": "note", "line": "lines"}[verb], []).append(decode(rest[0]))
        elif verb == "uses":
            step["uses"] += [keys[k] for k in rest]
        elif verb == "only_if":
            condition = {"capture": keys[rest[0]]}
            value = argument(rest[2], keys) if len(rest) > 2 else ""
            if isinstance(value, dict):
                condition["equalsCapture"] = value["capture"]
            elif value:
                condition["equals"] = value
            if rest[1] == "!=":
                condition["negate"] = True
            step.setdefault("when", []).append(condition)
        elif verb in ("run", "run_helm3", "before", "done_if", "hopeless"):
            if verb == "hopeless":
                step["fatalFor"] = int(rest.pop(0))
            argv = [argument(w, keys) for w in rest]
            if verb == "run":
                step["argv"], block = argv, step
            elif verb == "run_helm3":
                step["argvHelm3"], block = argv, {}  # its expectations are those of `run`
            elif verb == "before":
                block = {"argv": argv}
                step.setdefault("preconditions", []).append(block)
            else:
                block = step[{"done_if": "doneWhen", "hopeless": "fatal"}[verb]] = {"argv": argv}
        elif verb == "expect":
            block.setdefault("expect", []).append(expectation(rest, keys))
        elif verb == "takes":
            capture = {"name": keys[rest[0]], "type": rest[1]}
            if rest[2]:
                capture["mustMatch"] = decode(rest[2])
            if rest[3]:
                capture["explain"] = decode(rest[3])
            if len(rest) > 4:
                capture["ifAbsent"] = decode(rest[4])[1:]
            step.setdefault("captures", []).append(capture)
        elif verb == "with_env":
            step.setdefault("env", []).append({"name": decode(rest[0]), "value": argument(rest[1], keys)})
        elif verb in ("private", "optional", "fresh", "changes", "approved"):
            step[verb] = True
        elif verb in ("at_most", "every", "usually", "retries"):
            step[{"at_most": "timeout", "every": "poll", "usually": "expected", "retries": "retries"}[verb]] = int(rest[0])
            if verb == "at_most" and len(rest) > 1:
                step["timeoutWhy"] = decode(rest[1])
        elif verb in ("save", "stdin", "beside"):
            step[{"save": "stdoutTo", "stdin": "stdinFrom", "beside": "beside"}[verb]] = decode(rest[0])
        elif verb == "background":
            step.update(background=True, log=decode(rest[0]))
        elif verb == "needs":
            step.setdefault("needs", []).append(decode(rest[0]))
        elif verb == "input":
            step["input"] = rest[0]
            if len(rest) > 1:
                step["inputFrom"] = decode(rest[1])
        elif verb == "accept":
            step["accept"] = decode(rest[0])
        elif verb == "ask":
            method, service, port, path, status = map(decode, rest)
            step["http"] = {"method": method, "service": service, "port": int(port), "path": path, "status": int(status)}
        elif verb == "header":
            step["http"].setdefault("headers", []).append(decode(rest[0]))
        elif verb == "token":
            step["http"]["tokenCapture"] = keys[rest[0]]
        elif verb in ("body", "again_on", "header_like", "body_like", "body_unlike"):
            field = {"body": "body", "again_on": "retryStatus", "header_like": "headerMatches", "body_like": "bodyMatches", "body_unlike": "bodyNotMatches"}
            step["http"][field[verb]] = decode(rest[0])
        elif verb == "text":
            step["document"] = step.get("document", "") + decode(rest[0])
        elif verb == "hole":
            hole = json.dumps({"$capture": keys[rest[1]], "type": rest[0]})
            step["document"] = step.get("document", "") + hole
        elif verb == "gives":
            step["gives"][keys[rest[0]]] = rest[1]
        elif verb == "gate_due":
            step["gate_due"] = rest[0]
        else:
            raise AssertionError(f"an unknown word: {verb}")
    for step in steps:
        if "document" in step:
            step["document"] = json.loads(step["document"])
    return steps, others


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def clean(text):
    """Text for people: one line without control characters, blanks where it was broken."""
    return " ".join(CONTROL.sub("\ufffd", text).split())


def cleaned(v, key=""):
    if isinstance(v, dict):
        return {k: cleaned(x, k) for k, x in v.items() if not (k == "explain" and not x)}
    if isinstance(v, list):
        return [clean(x) if key in ("lines", "headers") else cleaned(x) for x in v]
    return clean(v) if isinstance(v, str) and key in ("title", "note", "explain", "timeoutWhy") else v


def used(v):
    """Names of the captures that a step needs to know."""
    if isinstance(v, dict):
        own = {v[k] for k in ("capture", "equalsCapture", "tokenCapture", "$capture") if isinstance(v.get(k), str)}
        if v.get("kind") in ("equals-capture", "not-capture"):
            own.add(v["text"])
        return own.union(*[used(x) for x in v.values()])
    if isinstance(v, list):
        return set().union(*[used(x) for x in v])
    return set()


def wanted(step):
    """A step of plan.json as every executor must have it."""
    out = {k: v for k, v in step.items() if k not in ("section", "findings", "errata", "effects", "inverse", "inverseWhy", "reads")}
    for capture in out.get("captures", []):
        capture.pop("secret", None)
    if out.get("background"):
        out.setdefault("log", step["id"] + ".log")
    if not out.get("timeout"):
        out.pop("timeoutWhy", None)
    if "argv" not in out:
        out.pop("expect", None)
    return cleaned(out)


def found(step):
    out = {k: v for k, v in step.items() if k not in ("gives", "uses", "changes", "approved", "gate_due")}
    if "note" in out:
        out["note"] = " ".join(out["note"])
    return cleaned(out)
