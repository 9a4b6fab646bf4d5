#!/usr/bin/env python3
"""The form of the files: a comment at the head of each source file that says what it owns, no file too long to own one thing,
no trailing blanks, tabs for indentation, no unfinished words, and every test file that `make test` should run may be run."""
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
LINES_MAX = 600
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HAC" r"K|not yet implemented)\b")


def tracked():
    return subprocess.run(["git", "-C", TOP, "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()


def head(name, text):
    return name.endswith(".def") or text.startswith("/*")


CHECKS = (
    ("begins with a comment on what it owns", lambda n, t: head(n, t)),
    (f"has at most {LINES_MAX} lines", lambda n, t: t.count("\n") <= LINES_MAX),
    ("has no trailing blanks", lambda n, t: not re.search(r"[ \t]+$", t, re.M)),
    ("indents with tabs", lambda n, t: not re.search(r"^ {8}", t, re.M)),
    ("ends with one newline", lambda n, t: t.endswith("\n") and not t.endswith("\n\n")),
    ("has no unfinished words", lambda n, t: not UNFINISHED.search(t)),
)


def main():
    names = tracked()
    sources = {n: open(os.path.join(TOP, n), encoding="utf-8").read() for n in names if re.match(r"src/.*\.(c|h|def)$|tests/.*\.[ch]$", n) and os.path.exists(os.path.join(TOP, n))}
    n, bad = 0, 0
    for what, check in CHECKS:
        wrong = [s for s in sorted(sources) if not check(s, sources[s])]
        n += 1
        bad += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {n} - each of {len(sources)} source files {what}")
        for s in wrong:
            print("#", s)
    for what, wrong in (
        ("each .t may be run", [f for f in names if f.endswith(".t") and os.path.exists(os.path.join(TOP, f)) and not os.access(os.path.join(TOP, f), os.X_OK)]),
        ("every C file is built", [f for f in sources if f.endswith(".c") and os.path.basename(f) not in
                                   "".join(open(os.path.join(TOP, m)).read() for m in names if m.endswith("meson.build"))
                                   and os.path.basename(f)[:-2] not in "".join(open(os.path.join(TOP, m)).read() for m in names if m.endswith("meson.build"))]),
    ):
        n += 1
        bad += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {n} - {what}")
        for s in wrong:
            print("#", s)
    print(f"1..{n}")
    return bad > 0


sys.exit(main())
