#!/usr/bin/env python3
"""The files of the shared samples that are listed in decode.expected through `aup decode --strict`, held
against the facts that a reader of each file finds in it. Prints the table: files, recognised, observations, with problems, by folder.

A line of decode.expected: file, format, observations, class, source, port, time, problems (none or some); * is anything, - is
nothing, \\s a space. Lines that begin with # tell why a line reads otherwise than its file at first sight.

What the table shows as not recognised or with problems is so on purpose: the mails of mime4j are no reports; the negative samples of
XARF break its rules; three of Shadowserver's tables have rows with a field too few and two rows with broken quotes; and the notes beside
acns, cyscon, netcraft and sisimai-arf in decode.expected say what each of those breaks while its facts are still read."""
import collections
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "..", ".."))
SAMPLES = os.path.join(os.environ.get("AUPD_SHARED", os.path.join(TOP, "..", "shared")), "samples")
AUP = os.path.join(os.environ.get("AUPD_BUILD", os.path.join(TOP, "build")), "aup")
FIELDS = ("format", "observations", "class", "source", "port", "time", "problems")


def expectations():
    for line in open(os.path.join(HERE, "decode.expected"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, *values = line.split()
            yield name, dict(zip(FIELDS, (v.replace("\\s", " ") for v in values), strict=True))


def facts(answer):
    seen = answer["observations"][0] if answer["observations"] else {}
    one = lambda v: "-" if v is None or v == "" else str(v)
    return {"format": answer["format"], "observations": str(len(answer["observations"])), "class": one(seen.get("class")), "source": one(seen.get("source")),
            "port": one(seen.get("port")), "time": one(seen.get("time")), "problems": "some" if answer["problems"] else "none"}


def main():
    if not os.path.isdir(SAMPLES):
        print("1..0 # SKIP the shared samples are not here")
        return 0
    expected = list(expectations())
    run = subprocess.run([AUP, "decode", "--json", "--strict", *(os.path.join(SAMPLES, name) for name, _ in expected)], capture_output=True, text=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    table = collections.defaultdict(collections.Counter)
    n = failed = 0

    def ok(good, name, *why):
        nonlocal n, failed
        n += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {n} - {name}", *(f"# {w}" for w in (why if not good else ())), sep="\n" if not good and why else "")

    ok(run.returncode == 0 and len(answers) == len(expected), "one line a file, exit 0", run.stderr[:500])
    for (name, want), answer in zip(expected, answers):
        got = facts(answer)
        wrong = [f"{k} is {got[k]}, should be {want[k]}" for k in FIELDS if want[k] not in ("*", got[k])]
        ok(not wrong, name, *wrong, *answer["problems"][:3])
        row = table[os.path.dirname(name)]
        row["files"] += 1
        row["recognised"] += got["format"] not in ("unknown", "prose")
        row["observations"] += int(got["observations"])
        row["problems"] += got["problems"] == "some"
    print("# %-46s %6s %11s %13s %9s" % ("folder", "files", "recognised", "observations", "problems"))
    for folder in sorted(table):
        r = table[folder]
        print("# %-46s %6d %11d %13d %9d" % (folder, r["files"], r["recognised"], r["observations"], r["problems"]))
    listed = {name for name, _ in expected}
    for folder in sorted(table):
        # beside messages, XML is the structure that they should have
        wanted = (".json", ".eml", ".csv", ".msg") if folder.startswith("mime4j/") else (".json", ".eml", ".csv", ".xml")
        missed = [f for f in sorted(os.listdir(os.path.join(SAMPLES, folder))) if f.endswith(wanted) and f"{folder}/{f}" not in listed]
        ok(not missed, f"each sample of {folder} has its line", *missed)
    print(f"1..{n}")
    return failed > 0


sys.exit(main())
