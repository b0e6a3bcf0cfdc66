#!/usr/bin/env python3
"""usage: embed.py OUT.c FILE.sh...

Writes the shell runtime into OUT.c: every numbered file in the order of its name, then one variable for each other file (shell.h).
"""
import os
import sys


def array(name, data):
    lines = [",".join(str(b) for b in data[i:i + 40]) for i in range(0, len(data), 40)]
    return f"static const unsigned char {name}_bytes[] = {{\n{chr(44).join(lines)}}};\nconst struct str shell_runtime_{name} = {{(const char *){name}_bytes, {len(data)}}};\n"


def main(out, paths):
    common, others = b"", []
    for path in sorted(paths, key=os.path.basename):
        with open(path, "rb") as f:
            data = f.read()
        name = os.path.basename(path)
        if name[0].isdigit():
            common += data
        else:
            others.append((name.removesuffix(".sh"), data))
    with open(out, "w", encoding="ascii") as f:
        f.write('/* Made by src/emit/embed.py from src/emit/runtime. */\n#include "emit/shell.h"\n\n')
        f.write(array("common", common))
        for name, data in others:
            f.write(array(name, data))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
