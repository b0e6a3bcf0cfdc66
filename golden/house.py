#!/usr/bin/env python3
"""Does every #include point upwards in the house? usage: house.py SRC

The order of the folders in SRC/meson.build is the order in which data moves; a file may include headers of its own folder
and of folders above it. Last line: `N passed, N failed`, one a folder.
"""
import os, re, sys

src = sys.argv[1]
order = re.findall(r"subdir\('([a-z]+)'\)", open(os.path.join(src, "meson.build")).read())
rank = {name: i for i, name in enumerate(order)}
passed = failed = 0
for folder in order:
    bad = []
    for name in sorted(os.listdir(os.path.join(src, folder))):
        if not name.endswith((".c", ".h")) or name.endswith("_test.c"):
            continue
        path = os.path.join(src, folder, name)
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            m = re.match(r'#include "([a-z]+)/', line)
            if m and m.group(1) in rank and rank[m.group(1)] > rank[folder]:
                bad.append(f"{path}:{number}: {folder}/ may not include {m.group(1)}/, which stands below it")
    for b in bad:
        print("FAIL", b)
    passed += not bad
    failed += bool(bad)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
