#!/usr/bin/env python3
"""What the browser runs, without running it: the types in its comments hold, the rules of a linter do, and none of it makes markup or code of text."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.join(TOP, "tests", "console", "node_modules", ".bin")
SCRIPTS = sorted(glob.glob(os.path.join(TOP, "web", "script", "*.js")))
OPTIONS = {"checkJs": True, "allowJs": True, "noEmit": True, "strict": True, "noUnusedLocals": True, "noImplicitReturns": True, "types": [], "target": "es2022", "module": "esnext",
           "moduleResolution": "bundler", "lib": ["es2023", "dom", "dom.iterable"]}
LINT = {"linter": {"enabled": True}, "formatter": {"enabled": False}, "assist": {"enabled": False}}
# what the libraries give, as far as it is used
LIBRARIES = {"idiomorph": "declare const Idiomorph: { morph(old: Node, now: Node, config?: object): unknown };\nexport default Idiomorph;\n",
             "uplot": "declare const uPlot: any;\nexport default uPlot;\n"}
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"(on|style)")


def types(folder):
    x = subprocess.run([os.path.join(BIN, "tsc"), "-p", folder], capture_output=True, text=True, check=False)
    return x.stdout.strip() or x.returncode


def lint(folder):
    x = subprocess.run([os.path.join(BIN, "biome"), "lint", f"--config-path={folder}", "--error-on-warnings", *glob.glob(os.path.join(folder, "*.js"))], capture_output=True, text=True, check=False)
    return x.stderr.strip() if x.returncode else 0


def makes_markup(folder):
    found = []
    for path in glob.glob(os.path.join(folder, "*.js")):
        with open(path, encoding="utf-8") as f:
            found += [f"{os.path.basename(path)}: {m.group()}" for m in MARKUP.finditer(f.read())]
    return found


# what is held, and a module that breaks it
CHECKS = (("the types in its comments hold", types, "// @ts-check\n/** @param {string} s */\nexport function f(s) {\n\treturn s.nothing;\n}\n"),
          ("a linter finds nothing", lint, "export function f(x) {\n\treturn x == 1 ? undefined : f(x), x;\n}\nvar y = 1;\ny;\n"),
          ("it makes no markup of text", makes_markup, "export const f = (e, s) => {\n\te.innerHTML = s;\n};\n"))


def main():
    if not os.path.exists(os.path.join(BIN, "tsc")):
        print("1..0 # SKIP tests/console/node_modules is not there: make setup-test installs it")
        return 0
    n = bad = 0
    for what, check, broken in CHECKS:
        for seen in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                for path in SCRIPTS:
                    shutil.copy(path, folder)
                for name, text in LIBRARIES.items():
                    with open(os.path.join(folder, name + ".d.ts"), "w", encoding="utf-8") as f:
                        f.write(text)
                for name, data in (("tsconfig.json", {"compilerOptions": OPTIONS, "include": ["*.js"]}), ("biome.json", LINT)):
                    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                        json.dump(data, f)
                if seen:
                    with open(os.path.join(folder, "broken.js"), "w", encoding="utf-8") as f:
                        f.write(broken)
                said = check(folder)
            n += 1
            good = bool(said) == seen
            bad += not good
            print(f"{'ok' if good else 'not ok'} {n} - {'and what breaks that is seen' if seen else f'of {len(SCRIPTS)} files {what}'}")
            if not good:
                print("\n".join("# " + line for line in str(said).splitlines()[:30]))
    print(f"1..{n}")
    return bad > 0


sys.exit(main())
