#!/usr/bin/env python3
"""The kill harness sees what it is there to see: with a commit in two transactions, or marks committed apart from the effects,
kill.t fails. Only a build with points can plant these faults."""
import os
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import daemon
import tap

HARNESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kill.t")


SEEDS = "7 8 9 10 11 12".split()        # where a kill falls is chance: one of these days must see the fault


def run(fault, seed):
    env = dict(os.environ, AUPD_PLANT=fault, AUPD_POINTS="store.committed", AUPD_ROUNDS="20", AUPD_SEED=seed, AUPD_TEST_LIMIT="20")
    return subprocess.run([HARNESS], env=env, capture_output=True, text=True, check=False)


def main():
    for fault, what in (("split", "a commit in two transactions"), ("marks apart", "marks committed apart from the effects")):
        for seed in SEEDS:
            r = run(fault, seed)
            failed = [line for line in r.stdout.splitlines() if line.startswith("not ok")]
            tap.diag(f"seed {seed}", *failed)
            if r.returncode and failed:
                break
        tap.ok(r.returncode != 0 and failed, f"the harness sees {what}", r.stdout[-2000:], r.stderr[-2000:])


if daemon.missing():
    tap.skip_all(daemon.missing())
if "asan" not in os.path.basename(daemon.BUILD):
    tap.skip_all("this build has no points: it is the other one's")
tap.run(main)
