#!/usr/bin/env python3
"""usage: embed.py OUT.c DEPFILE RULES_DIR

Writes every data file under RULES_DIR into OUT.c as a byte array, so that the binary runs alone (src/base/rules.h).
The depfile names files and folders: a file that is new, changed or gone makes the array anew.
"""
import os
import sys


def data_files(root):
    """Paths relative to root, in byte order; this script and build files are no data."""
    found, seen = [], [root]
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(d for d in folders if not d.startswith((".", "__")))
        seen += [os.path.join(folder, d) for d in folders]
        for name in names:
            if not name.startswith(".") and not name.endswith((".py", "meson.build")):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found, key=os.fsencode), seen


def array(data):
    lines = [",".join(str(b) for b in data[i:i + 40]) for i in range(0, len(data), 40)]
    return ",\n".join(lines) or "0"


def main(out, depfile, root):
    files, folders = data_files(root)
    with open(out, "w", encoding="ascii") as f:
        f.write('/* Made by rules/embed.py from the files under rules/. */\n#include "base/rules.h"\n\n')
        sizes = []
        for i, path in enumerate(files):
            with open(os.path.join(root, path), "rb") as source:
                data = source.read()
            sizes.append(len(data))
            f.write(f"static const unsigned char file_{i}[] = {{\n{array(data)}}};\n")
        f.write("\nconst struct rules_file rules_files[] = {\n")
        for i, path in enumerate(files):
            f.write(f'    {{"{path}", {{(const char *)file_{i}, {sizes[i]}}}}},\n')
        f.write(f"    {{0, {{0, 0}}}},\n}};\nconst size_t rules_files_n = {len(files)};\n")
    with open(depfile, "w", encoding="utf-8") as f:
        escaped = [p.replace(" ", "\\ ") for p in folders + [os.path.join(root, p) for p in files]]
        f.write(f"{os.path.basename(out)}: {' '.join(escaped)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
