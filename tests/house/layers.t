#!/usr/bin/env python3
"""Every #include of src/ against tools/layers.txt: arrows run downwards, and a library's header stays behind its wrapper."""
import fnmatch
import os
import re
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


def rules(path):
    folders, wrappers = {}, {}
    for line in open(path, encoding="utf-8"):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith("@"):
            wrappers[words[0][1:]] = words[1:]
        else:
            folders[words[0].rstrip(":")] = words[1:]
    return folders, wrappers


def faults(folders, wrappers, name, text):
    """What is wrong with the includes of src/NAME, as lines."""
    own = name.split("/")[0]
    if own not in folders:
        return [f"src/{name}: folder {own} has no line in tools/layers.txt"]
    out = []
    for at, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not m:
            continue
        quote, header = m.groups()
        if quote == '"':
            folder = header.split("/")[0]
            if "/" not in header:
                out.append(f"src/{name}:{at}: \"{header}\" is named without its folder")
            elif folder != own and folder not in folders[own] and header not in folders[own]:
                out.append(f"src/{name}:{at}: {own} may not include {header}")
        for pattern, where in wrappers.items():
            if quote == "<" and fnmatch.fnmatch(header, pattern) and not any(name == w or w.endswith("/") and name.startswith(w) for w in where):
                out.append(f"src/{name}:{at}: <{header}> belongs behind {' '.join(where)}")
    return out


def main():
    folders, wrappers = rules(os.path.join(TOP, "tools", "layers.txt"))
    by_folder = {}
    for base, _, files in os.walk(os.path.join(TOP, "src")):
        for f in files:
            if f.endswith((".c", ".h", ".def")):
                path = os.path.join(base, f)
                name = os.path.relpath(path, os.path.join(TOP, "src"))
                by_folder.setdefault(name.split("/")[0], []).extend(faults(folders, wrappers, name, open(path, encoding="utf-8").read()))
    n = 0
    for folder in sorted(by_folder):
        n += 1
        print(f"{'not ' if by_folder[folder] else ''}ok {n} - src/{folder} includes only {' '.join(folders.get(folder, [])) or 'libraries'}")
        for line in by_folder[folder]:
            print("#", line)
    # the check itself must see an arrow upwards, one sideways and a library out of its wrapper
    for why, name, text in (("upwards", "base/x.c", '#include "model/act.h"'), ("sideways", "cases/x.c", '#include "policy/bundle.h"'),
                            ("around a wrapper", "engine/x.c", "#include <sqlite3.h>"), ("without a folder", "base/x.c", '#include "err.h"')):
        n += 1
        print(f"{'' if faults(folders, wrappers, name, text) else 'not '}ok {n} - an include {why} is seen")
    print(f"1..{n}")
    return any(by_folder.values())


sys.exit(main())
