#!/usr/bin/env python3
"""Every bounce of the shared samples through `aup decode`, held against bounce.expected: what a reader of each file finds in it."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "..", ".."))
SAMPLES = os.path.join(os.environ.get("AUPD_SHARED", os.path.join(TOP, "..", "shared")), "samples")
AUP = os.path.join(os.environ.get("AUPD_BUILD", os.path.join(TOP, "build")), "aup")
FIELDS = ("outcome", "recipients", "actions", "codes", "message", "source")


def expectations():
    for line in open(os.path.join(HERE, "bounce.expected"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, *values = line.split()
            yield name, dict(zip(FIELDS, (v.replace("\\s", " ") for v in values), strict=True))


def bare(recipient):
    """Without its type, and without the angle brackets that some write."""
    return recipient.split(";", 1)[-1].strip().strip("<>")


def facts(answer):
    recipients, actions, codes, message, source = [], [], [], "-", "-"
    for o in answer["observations"]:
        f = {}
        for fact in o["facts"]:
            f.setdefault(fact["name"], fact["value"])
        recipients.append(bare(f.get("final-recipient") or f.get("original-recipient") or "-"))
        actions.append(f.get("action", "-").lower())
        codes.append((f.get("status") or f.get("diagnostic-status", "-")).split()[0])
        message = "".join(f.get("reported-message-id", "-").split())
        source = o["source"] or "-"
    return {"outcome": answer["outcome"], "recipients": ",".join(recipients), "actions": ",".join(actions), "codes": ",".join(codes), "message": message, "source": source}


def main():
    if not os.path.isdir(SAMPLES):
        print("1..0 # SKIP the shared samples are not here")
        return 0
    expected = list(expectations())
    run = subprocess.run([AUP, "decode", "--json", "--strict", *(os.path.join(SAMPLES, name) for name, _ in expected)], capture_output=True, text=True)
    answers = [json.loads(line) for line in run.stdout.split("\n") if line]
    n = failed = recognised = 0

    def ok(good, name, *why):
        nonlocal n, failed
        n += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {n} - {name}", *(f"# {w}" for w in (why if not good else ())), sep="\n" if not good and why else "")

    ok(run.returncode == 0 and len(answers) == len(expected), "one line a file, exit 0", run.stderr[:500])
    for (name, want), answer in zip(expected, answers):
        got = facts(answer)
        recognised += answer["format"] in ("dsn", "bounce")
        kinds = {o["class"] for o in answer["observations"]} if answer["format"] in ("dsn", "bounce") else {"messaging.bounce"}
        wrong = [f"{k} is {got[k]}, should be {want[k]}" for k in FIELDS if want[k] not in ("*", got[k])]
        # a complaint is no bounce: who reads the mail says it, not a server
        kind = "messaging.spam" if want["actions"] == "complained" else "messaging.bounce"
        ok(not wrong and kinds == {kind}, name, *wrong, *sorted(kinds))
    ok(recognised == len(expected), "every one is recognised", f"{recognised} of {len(expected)}")
    print(f"# {len(expected)} files, {recognised} recognised")
    for folder in sorted({os.path.dirname(name) for name, _ in expected}):
        listed = {os.path.basename(name) for name, _ in expected}
        missed = [f for f in sorted(os.listdir(os.path.join(SAMPLES, folder))) if f.endswith(".eml") and f not in listed]
        ok(not missed, f"each sample of {folder} has its line", *missed)
    print(f"1..{n}")
    return failed > 0


sys.exit(main())
