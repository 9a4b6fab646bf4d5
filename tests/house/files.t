#!/usr/bin/env python3
"""The form of the files: a comment at the head of each source file that says what it owns, no file too long to own one thing,
no line too long to read, no trailing blanks, tabs for indentation, braces and blanks where they belong, no unfinished words, and every test file that `make test` should run may be run."""
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
LINES_MAX, COLUMNS_MAX = 600, 200
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HAC" r"K|not yet implemented)\b")


def tracked():
    return subprocess.run(["git", "-C", TOP, "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()


def head(name, text):
    return name.endswith(".def") or text.startswith("/*")


def words(text):
    """Without strings and comments."""
    return re.sub(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/', '""', text, flags=re.S)


# what is held, the check, and a file that breaks it
CHECKS = (
    ("begins with a comment on what it owns", head, "int x;\n"),
    (f"has at most {LINES_MAX} lines", lambda n, t: t.count("\n") <= LINES_MAX, "\n" * (LINES_MAX + 1)),
    (f"has no line beyond column {COLUMNS_MAX}", lambda n, t: all(len(l.expandtabs(8)) <= COLUMNS_MAX for l in t.splitlines()), "\t" + "x" * COLUMNS_MAX + "\n"),
    ("has no trailing blanks", lambda n, t: not re.search(r"[ \t]+$", t, re.M), "int x; \n"),
    ("indents with tabs", lambda n, t: not re.search(r"^ {8}|^\t* +\t", t, re.M), "        x;\n"),
    ("has a blank behind if, for, while and switch", lambda n, t: not re.search(r"\b(if|for|while|switch)\(", words(t)), "\tif(x)\n"),
    ("has the brace of a function on a line of its own", lambda n, t: not re.search(r"^[a-z][^=;{}\n]*\) *\{$", words(t), re.M), "int f(void) {\n}\n"),
    ("has other braces behind their condition", lambda n, t: not re.search(r"^\t+(if|for|while|switch) .*\)\n\t+\{$|^\t+else\n\t+\{$|^\t+\}\n\t+else\b", words(t), re.M), "\tif (x)\n\t{\n"),
    ("ends with one newline", lambda n, t: t.endswith("\n") and not t.endswith("\n\n"), "int x;"),
    ("has no unfinished words", lambda n, t: not UNFINISHED.search(t), "/* TO" "DO */\n"),
)


def main():
    names = tracked()
    sources = {n: open(os.path.join(TOP, n), encoding="utf-8").read() for n in names if re.match(r"src/.*\.(c|h|def)$|tests/.*\.[ch]$", n) and os.path.exists(os.path.join(TOP, n))}
    n, bad = 0, 0
    for what, check, broken in CHECKS:
        wrong = [s for s in sorted(sources) if not check(s, sources[s])]
        n += 1
        bad += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {n} - each of {len(sources)} source files {what}")
        for s in wrong:
            print("#", s)
        n += 1
        bad += check("x.c", broken)
        print(f"{'not ' if check('x.c', broken) else ''}ok {n} - and one that does not is seen")
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
