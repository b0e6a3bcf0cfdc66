#!/usr/bin/env python3
"""Writes the Unicode tables: src/text/unicode/generate.py > src/text/unicode/tables.c

Input: Debian's package unicode-data (/usr/share/unicode). It must be the edition of the Go release that Helm is
built with (15.0.0 for Go 1.21 to 1.26), or answers differ; the script refuses another one.
"""
import re
import sys

DATA = "/usr/share/unicode"
EDITION = "15.0.0"
LAST = 0x10FFFF
COMMAND = "src/text/unicode/generate.py > src/text/unicode/tables.c"


def lines(name):
    """Fields of each line that is not a comment."""
    with open(f"{DATA}/{name}", encoding="utf-8") as f:
        for line in f:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def span(text):
    """"0041..005A" or "0041" as (from, to)."""
    first, _, last = text.partition("..")
    return int(first, 16), int(last or first, 16)


def ranges(members):
    """Sorted (from, to) pairs that cover a set of code points."""
    out = []
    for r in sorted(members):
        if out and out[-1][1] == r - 1:
            out[-1][1] = r
        else:
            out.append([r, r])
    return out


def read_unicode_data():
    """Category of every code point, and the three simple case mappings."""
    category = ["Cn"] * (LAST + 1)
    upper, lower, title = {}, {}, {}
    first = None
    for f in lines("UnicodeData.txt"):
        r = int(f[0], 16)
        if f[1].endswith(", First>"):
            first = r
            continue
        for c in range(first if f[1].endswith(", Last>") else r, r + 1):
            category[c] = f[2]
        for field, into in ((12, upper), (13, lower), (14, title)):
            if f[field]:
                into[r] = int(f[field], 16)
        if not f[14] and f[12]:
            title[r] = int(f[12], 16)
    return category, upper, lower, title


def read_odd_folds(upper, lower):
    """unicode.SimpleFold (the next rune of the case orbit, the last leading to the first) where it is not simply
    the small letter of a capital or the capital of a small one."""
    orbits = {}
    for r, status, to, *_ in lines("CaseFolding.txt"):
        if status in "CS":
            orbits.setdefault(int(to, 16), {int(to, 16)}).add(int(r, 16))
    after = {}
    for orbit in orbits.values():
        members = sorted(orbit)
        for i, r in enumerate(members):
            after[r] = members[(i + 1) % len(members)]
    odd = {}
    for r in set(after) | set(upper) | set(lower):
        if after.get(r, r) != lower.get(r, upper.get(r, r)):
            odd[r] = after.get(r, r)
    return odd


def category_sets(category):
    sets = {}
    for r, c in enumerate(category):
        sets.setdefault(c, []).append(r)
        sets.setdefault(c[0], []).append(r)
    sets["LC"] = sets["Lu"] + sets["Ll"] + sets["Lt"]
    return sets


def script_sets():
    sets = {}
    for f in lines("Scripts.txt"):
        a, b = span(f[0])
        sets.setdefault(f[1], []).extend(range(a, b + 1))
    return sets


def white_space():
    out = []
    for f in lines("PropList.txt"):
        if f[1] == "White_Space":
            a, b = span(f[0])
            out.extend(range(a, b + 1))
    return out


def category_aliases():
    """Long names of the categories, as Go's unicode.CategoryAliases has them."""
    for f in lines("PropertyValueAliases.txt"):
        if f[0] == "gc":
            for alias in f[2:]:
                yield alias, f[1]


def canonical(name):
    """As \\p{...} compares names: without _, - and space; the first letter large, the others small."""
    name = re.sub("[-_ ]", "", name)
    return name[:1].upper() + name[1:].lower()


def mapping_runs(mapping):
    """(from, to, step, delta): runs of code points, each or every other one, that move by the same distance."""
    out = []
    todo = sorted(mapping.items())
    i = 0
    while i < len(todo):
        r, delta = todo[i][0], todo[i][1] - todo[i][0]
        step, j = 1, i + 1
        if j < len(todo) and todo[j][1] - todo[j][0] == delta and todo[j][0] - r in (1, 2):
            step = todo[j][0] - r
            while j < len(todo) and todo[j][1] - todo[j][0] == delta and todo[j][0] - todo[j - 1][0] == step:
                j += 1
        out.append((r, todo[j - 1][0], step, delta))
        i = j
    return out


def emit(items):
    """Items of an initializer, as many to a line as fit in 120 columns."""
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 120:
            print(line)
            line = "   "
        line += f" {item},"
    print(line)


def emit_ranges(symbol, members):
    pairs = ranges(members)
    print(f"static const struct rune_range {symbol}[] = {{")
    emit(f"{{{a:#x}, {b:#x}}}" for a, b in pairs)
    print("};\n")
    return len(pairs)


def emit_mapping(symbol, mapping):
    runs = mapping_runs(mapping)
    print(f"const struct rune_run {symbol}[] = {{")
    emit(f"{{{a:#x}, {b:#x}, {step}, {delta}}}" for a, b, step, delta in runs)
    print("};")
    print(f"const uint32_t {symbol}_count = {len(runs)};\n")


def main():
    with open(f"{DATA}/Scripts.txt", encoding="utf-8") as f:
        if f"Scripts-{EDITION}.txt" not in f.readline():
            sys.exit(f"{DATA} is not Unicode {EDITION}")
    category, upper, lower, title = read_unicode_data()
    sets = category_sets(category)

    print(f"/* Generated by `{COMMAND}` from Unicode {EDITION}. Do not edit. */")
    print('#include "text/unicode/tables.h"\n')

    names = {}  # what \p{...} finds: canonical name -> (symbol, count)

    # Go looks scripts up by the canonical form of the name that was written, but its map has them under their full
    # names: "Old_Italic" and "SignWriting" are never found (Go 1.25, regexp/syntax/parse.go).
    for script, members in sorted(script_sets().items()):
        if canonical(script) == script:
            symbol = f"script_{script}"
            names[script] = (symbol, emit_ranges(symbol, members))
    for name, members in sorted(sets.items()):
        symbol = f"category_{name}"
        names[canonical(name)] = (symbol, emit_ranges(symbol, members))
    for alias, name in category_aliases():
        names.setdefault(canonical(alias), names[canonical(name)])
    assigned = [r for r in range(LAST + 1) if category[r] != "Cn"]
    for name, members in (("Any", range(LAST + 1)), ("Assigned", assigned), ("Ascii", range(128))):
        symbol = f"special_{name}"
        names[name] = (symbol, emit_ranges(symbol, members))

    printable = [r for r in range(LAST + 1) if category[r][0] in "LMNPS" or r == 0x20]
    extra = {"print": emit_ranges("special_print", printable), "space": emit_ranges("special_space", white_space())}

    print("const struct unicode_named unicode_named[] = {")
    for name, (symbol, count) in sorted(names.items()):
        print(f'    {{"{name}", {{{symbol}, {count}}}}},')
    print("};")
    print(f"const uint32_t unicode_named_count = {len(names)};\n")

    kinds = (("letter", "L"), ("digit", "Nd"), ("number", "N"), ("upper", "Lu"), ("lower", "Ll"), ("punct", "P"))
    print("const struct rune_set unicode_kinds[] = {")
    for kind, name in kinds:
        symbol, count = names[canonical(name)]
        print(f"    [KIND_{kind.upper()}] = {{{symbol}, {count}}},")
    for kind, count in sorted(extra.items()):
        print(f"    [KIND_{kind.upper()}] = {{special_{kind}, {count}}},")
    print("};\n")

    spaces = set(white_space())
    print("/* Of the first 256 runes, the kinds as bits. */")
    print("const uint8_t unicode_latin1[256] = {")
    flags = []
    for r in range(256):
        members = {kind for kind, name in kinds if category[r].startswith(name)}
        members |= {"print"} if category[r][0] in "LMNPS" or r == 0x20 else set()
        members |= {"space"} if r in spaces else set()
        order = [kind for kind, _ in kinds] + ["print", "space"]
        flags.append(sum(1 << i for i, kind in enumerate(order) if kind in members))
    emit(f"{f:#04x}" for f in flags)
    print("};\n")

    emit_mapping("unicode_upper", upper)
    emit_mapping("unicode_lower", lower)
    emit_mapping("unicode_title", title)
    emit_mapping("unicode_odd_fold", read_odd_folds(upper, lower))


main()
