#!/usr/bin/env python3
"""Static analysis of src/: cppcheck over the folder, and the compiler's analyzer over each file as the build compiles it."""
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("AUPD_BUILD", os.path.join(TOP, "build"))
# what cppcheck 2.10 misreads here: compound literals, and outputs that a call leaves untouched only when it fails
MISREAD = ("missingInclude", "internalAstError", "legacyUninitvar", "uninitvar", "arrayIndexThenCheck")


def cppcheck(*paths):
    r = subprocess.run(["cppcheck", "--quiet", "--std=c11", "--enable=warning,portability", "--error-exitcode=1", "--inline-suppr", "-DMUST_CHECK=", f"--library={TOP}/tools/cppcheck.cfg",
                        f"-I{TOP}/src", f"-j{os.cpu_count()}", *(f"--suppress={m}" for m in MISREAD), *paths], capture_output=True, text=True)
    return r.returncode, (r.stdout + r.stderr).splitlines()


def analyzer(command, directory):
    words = [w for w in shlex.split(command) if w != "ccache" and not w.startswith("-fsanitize")]
    words[words.index("-o") + 1] = "/dev/null"
    for option in ("-MQ", "-MF", "-MD"):  # no list of headers is wanted
        if option in words:
            at = words.index(option)
            del words[at:at + (1 if option == "-MD" else 2)]
    r = subprocess.run([*words, "-fdiagnostics-color=never", "-fdiagnostics-plain-output", "-fanalyzer", "-Wno-analyzer-malloc-leak",
                        # it does not know that err_from_errno() never gives OK
                        "-Wno-analyzer-use-of-uninitialized-value"], cwd=directory, capture_output=True, text=True)
    return r.returncode, r.stderr.splitlines()


def line(n, good, name, said):
    print(f"{'' if good else 'not '}ok {n} - {name}")
    if not good:
        print(*("# " + s for s in said[:40]), sep="\n")
    return good


def main():
    good, n = True, 1
    status, said = cppcheck(os.path.join(TOP, "src"))
    good &= line(n, status == 0, "cppcheck finds nothing in src", said)
    commands = [c for c in json.load(open(os.path.join(BUILD, "compile_commands.json"))) if os.path.realpath(os.path.join(c["directory"], c["file"])).startswith(TOP + "/src/")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda c: analyzer(c["command"], c["directory"]), commands))
    said = [s for status, lines in found for s in lines]
    n += 1
    good &= line(n, commands and not any(status for status, _ in found), f"the compiler's analyzer finds nothing in {len(commands)} files", said)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "x.c")
        with open(path, "w") as f:
            f.write("int f(int n)\n{\n\tint *p = 0, a[4] = { 0 };\n\treturn n ? *p : a[4];\n}\n")
        n += 1
        good &= line(n, cppcheck(path)[0] != 0, "cppcheck sees a planted fault", [])
        n += 1
        good &= line(n, analyzer(f"gcc -Werror -O1 -c {path} -o x.o", d)[0] != 0, "the analyzer sees a planted fault", [])
    print(f"1..{n}")
    return not good


sys.exit(main())
