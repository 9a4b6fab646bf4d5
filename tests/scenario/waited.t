#!/usr/bin/env python3
"""The raw bytes of what was not judged at once: a report that waited for room under its reporter's cap and one that a person confirmed are
evidence as any other, for as long as their case; what came to nothing is overwritten."""
import json
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing, xarf

AT = time.time()


def report(n):
    return xarf(f"203.0.113.{n}" if n < 256 else "198.51.100.7", report_id=f"{n:08d}-8172-431a-9276-c28ba90f694a", at=AT)


def send(d, *numbers):
    for n in numbers:
        d.report(report(n), token=f"t{n}")
    d.settle()


def evidence(d):
    """What goes out with all the cases."""
    found = b""
    for c in d.cases():
        path = os.path.join(d.dir, "bundle")
        d.check("evidence", "export", c["case"], "--because", "a test", "-o", path)
        with open(path, "rb") as f:
            found += f.read()
        os.unlink(path)
    return found


def chest(d):
    with open(os.path.join(d.data, "evidence", "triage0-00000001"), "rb") as f:
        return f.read()


def over_cap(d):
    d.check("reporter", "cap", "api:trusted-desk", "1", "1", "--because", "a loop at their side")
    send(d, 17, 66, 67)
    tap.is_equal([report(n) in evidence(d) for n in (17, 66, 67)], [True, False, False], "two of three wait")
    d.crash()
    d.launch()
    d.pass_time("5d")
    kept = evidence(d)
    tap.is_equal([kept.count(report(n)) for n in (17, 66, 67)], [1, 1, 1], "and when they are judged their cases have them as they came")


def came_to_nothing(d):
    send(d, 68)
    before = chest(d)
    send(d, 300)
    waits = chest(d)
    tap.ok(len(waits) > len(before) + len(report(300)), "a report about nobody of ours waits, and is kept")
    d.pass_time("2d")
    after = chest(d)
    tap.is_equal(d.check("queue", "over-cap", "--json").json["rows"], [], "it is judged")
    tap.ok(after[:len(before)] == before, "what was kept before lies there as it did")
    tap.ok(b"\0" * len(report(300)) in after[len(before):len(waits)], "its own bytes are overwritten", after[len(before):len(waits)].hex())


def confirmed(d):
    d.check("reporter", "distrust", "api:trusted-desk", "--because", "invents things")
    send(d, 130)
    item = d.check("intake", "list", "--json").json["rows"][0]["key"]
    d.check("intake", "confirm", item)
    d.settle()
    tap.is_equal(evidence(d).count(report(130)), 1, "what a person confirmed is evidence of its case")
    d.pass_time("40d")
    tap.is_equal(d.check("intake", "list", "--state", "all", "--json").json["rows"], [], "the intake keeps it no longer")
    tap.is_equal(evidence(d).count(report(130)), 1, "and the case does")


def main():
    with Daemon(conf="retention { items 30d; cases 400d }") as d:
        over_cap(d)
        came_to_nothing(d)
        d.check("reporter", "cap", "api:trusted-desk", "0", "0", "--because", "mended")
        confirmed(d)


tap.skip_all(missing()) if missing() else tap.run(main)
