#!/usr/bin/env python3
"""evidence_export_ms: from `aup evidence export` of a case of 1,000 events and a report of each in raw, with every value opened,
until the bundle is in its file, verified; the best of three. evidence_verify_ms: `aup verify` of that bundle.

Prints `name value unit`. The case is one customer's: 1,000 reports of XARF about one address.
"""
import os
import subprocess
import sys
import tempfile
import time
import uuid
top = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(top, "tests"))
from daemon import Daemon, program, xarf

EVENTS, ROUNDS = 1000, 3


def best(run):
    times = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        run()
        times.append(time.monotonic() - start)
    return 1000 * min(times)


def main():
    d = Daemon(log_level="error")
    try:
        at = time.time() - 3600
        for i in range(EVENTS):
            d.report(xarf("203.0.113.66", report_id=str(uuid.UUID(int=i)), at=at + i))
        d.settle()
        case = d.cases()[0]
        with tempfile.TemporaryDirectory() as away:
            bundle, key = os.path.join(away, "bundle"), d.check("evidence", "key").out.strip()
            out = {}
            ms = best(lambda: out.update(d.check("evidence", "export", case["case"], "--open", "all", "--because", "bench", "-o", bundle, "--json").json))
            if out["records"] < EVENTS or out["raw"] < EVENTS:
                raise RuntimeError(f"the case is smaller than it should be: {out}")
            print(f"evidence_export_ms {ms:.0f} ms")
            print(f"evidence_export_octets {out['octets']} B")
            print(f"evidence_verify_ms {best(lambda: subprocess.run([program('aup'), 'verify', bundle, '--key', key], stdout=subprocess.DEVNULL, check=True)):.0f} ms")
    finally:
        d.stop()
        d.abandon()


main()
