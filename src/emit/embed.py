#!/usr/bin/env python3
"""usage: embed.py OUT.c FILE.sh... FILE.css

Writes the shell runtime into OUT.c: every numbered file in the order of its name, then one variable for each other file (shell.h); and the
report's style sheet (doc.h).
"""
import os
import sys


def array(name, data):
    lines = [",".join(str(b) for b in data[i:i + 40]) for i in range(0, len(data), 40)]
    return f"static const unsigned char {name}_bytes[] = {{\n{(chr(44) + chr(10)).join(lines)}}};\nconst struct str {name} = {{(const char *){name}_bytes, {len(data)}}};\n"


def main(out, paths):
    common, others = b"", []
    for path in sorted(paths, key=os.path.basename):
        with open(path, "rb") as f:
            data = f.read()
        name = os.path.basename(path)
        if name[0].isdigit():
            common += data
        else:
            others.append(("doc_style" if name.endswith(".css") else "shell_runtime_" + name.removesuffix(".sh"), data))
    with open(out, "w", encoding="ascii") as f:
        f.write('/* Made by src/emit/embed.py from src/emit/runtime and src/emit/doc_style.css. */\n#include "emit/doc.h"\n#include "emit/shell.h"\n\n')
        f.write(array("shell_runtime_common", common))
        for name, data in others:
            f.write(array(name, data))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
