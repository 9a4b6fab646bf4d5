#!/usr/bin/env python3
"""Functions that src/ does not call, and those that only some files may: memory, clocks, randomness, other programs."""
import os
import re
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))

# what is wrong, the names, and the files (or folders) where they are right
RULES = (
    ("unbounded or stateful", "strcpy strcat stpcpy sprintf vsprintf gets strtok atoi atol atoll atof sscanf fscanf scanf asctime ctime "
     "gmtime localtime tmpnam mktemp alloca strncpy strncat setlocale", ()),
    ("another program", "system popen wordexp", ()),
    ("a program started", "execve execv execvp execl execlp fexecve fork vfork posix_spawn",
     ("aupd/child.c", "aupd/nft_role.c")),
    ("a clock outside base/clock.c", "time gettimeofday clock_gettime clock", ("base/clock.c",)),
    ("randomness outside base", "rand random srand drand48 getrandom arc4random randombytes_buf", ("base/",)),
    ("name service", "getaddrinfo gethostbyname getpwnam getpwuid getgrnam getgrgid", ("aupd/config.c", "aupd/sandbox.c", "aupd/keeper.c")),
)


def code(text):
    """Without comments and strings, line for line."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def faults(rule, name, text):
    why, words, allowed = rule
    if any(name == a or a.endswith("/") and name.startswith(a) for a in allowed):
        return []
    call = re.compile(r"(?<![\w.>])(" + "|".join(words.split()) + r")\s*\(")
    return [f"src/{name}:{at}: {m.group(1)}: {why}" for at, line in enumerate(code(text).splitlines(), 1) for m in call.finditer(line)]


def main():
    files = {}
    for base, _, names in os.walk(os.path.join(TOP, "src")):
        for f in names:
            if f.endswith((".c", ".h")):
                path = os.path.join(base, f)
                files[os.path.relpath(path, os.path.join(TOP, "src"))] = open(path, encoding="utf-8").read()
    n, bad = 0, 0
    for rule in RULES:
        found = [line for name in sorted(files) for line in faults(rule, name, files[name])]
        n += 1
        bad += bool(found)
        print(f"{'not ' if found else ''}ok {n} - no call of {rule[1].split()[0]} and its like: {rule[0]}")
        for line in found:
            print("#", line)
        n += 1
        seen = faults(rule, "cases/x.c", f"x = {rule[1].split()[0]} (y);") and not faults(rule, "cases/x.c", f'/* {rule[1].split()[0]}(y) */')
        bad += not seen
        print(f"{'' if seen else 'not '}ok {n} - a call of {rule[1].split()[0]} is seen, a comment is not one")
    print(f"1..{n}")
    return bad > 0


sys.exit(main())
