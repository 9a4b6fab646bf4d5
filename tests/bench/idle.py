#!/usr/bin/env python3
"""idle_pss_mb: the proportional set size of all roles of a daemon that has a policy and a register and nothing to do."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))
from daemon import Daemon  # noqa: E402


def pss_kb(pid):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def tree(pid):
    children = open(f"/proc/{pid}/task/{pid}/children").read().split()
    return [pid] + [p for c in children for p in tree(int(c))]


def main():
    with Daemon() as d:
        d.settle()
        roles = tree(d.process.pid)
        print("idle_pss_mb %.1f MB" % (sum(map(pss_kb, roles)) / 1024))
        print("idle_processes %d 1" % len(roles))


if __name__ == "__main__":
    main()
