#!/usr/bin/env python3
"""Disks that are full, cannot be written, are slow or belong to somebody else for a while; and clocks that somebody sets.

Each is told in the log and in `aup status`, nothing acknowledged is lost, and when it has passed all goes on by itself. The full
disks are small file systems of their own, in a mount namespace, as root; the slow disk and the clock need a build with points."""
import contextlib
import os
import re
import select
import sqlite3
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from ledgers import leaves, root, whole
from many import address, customers

ROOMS = {"": 48, "spool": 8, "hand": 4, "evidence": 4, "ledger": 4}


def enter():
    """Goes on in a mount namespace; False when there can be none."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        return False
    if "AUPD_TEST_INNER" not in os.environ:
        os.execvp("env", ["env", "AUPD_TEST_INNER=1", "unshare", "-m", "--propagation", "private", sys.executable, os.path.realpath(__file__)])
    return True


def mount(d):
    for name, megabytes in ROOMS.items():
        path = os.path.join(d.data, name)
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", path], check=True)


def unmount(d):
    for name in reversed(ROOMS):
        subprocess.run(["umount", "-l", os.path.join(d.data, name)], check=True)


@contextlib.contextmanager
def full(d, name):
    """Not an octet more on that file system until the block ends."""
    path = os.path.join(d.data, name, "ballast")
    with open(path, "wb", buffering=0) as f:
        with contextlib.suppress(OSError):
            while f.write(bytes(65536)):
                pass
        with contextlib.suppress(OSError):
            while f.write(b"x"):
                pass
    try:
        yield
    finally:
        os.unlink(path)


def told(d, since, line, status, what):
    tap.ok(d.log.wait(line, since, 60), f"{what}: the log tells", *d.log.lines[since:])
    tap.ok(d.until(lambda: re.search(status, d.aup("status").out), "the line of the status"), f"{what}: aup status tells")


def report(d, i):
    """Three complaints about a customer; the codes they got."""
    return [d.smtp_send(arf(address(i), number=f"{i}{r}", reporter=f"r@{r}.example")).code for r in "abc"]


def has_case(d, i):
    return any(c["body"]["customer"] == f"c{i}" for c in d.cases("--limit", 200))


def full_spool(d):
    since = d.log.end()
    with full(d, "spool"):
        codes = report(d, 1)
        tap.ok(all(400 <= code < 500 for code in codes), "full spool: complaints are told to come again", codes)
        told(d, since, "the spool cannot be synced|complaints are told to come again", "ear: (the spool could not be synced|complaints were told)", "full spool")
    tap.is_equal(report(d, 1), [250] * 3, "full spool: there is room again, and they are taken")
    d.until(lambda: has_case(d, 1), "the case")
    tap.ok(True, "full spool: and judged")


def full_store(d):
    since = d.log.end()
    with full(d, ""):
        tap.is_equal(report(d, 2), [250] * 3, "full store: complaints are taken")
        told(d, since, "the store takes nothing", "judge: the store took nothing for a while", "full store")
        tap.is_equal(d.smtp_send(arf(address(2), number="2d", reporter="r@d.example")).code, 250, "full store: and more of them")
    tap.ok(d.log.wait("the store takes changes again", since, 60), "full store: there is room, and the store takes changes again")
    d.until(lambda: has_case(d, 2), "the case")
    tap.ok(True, "full store: and what waited is judged")


def full_evidence(d):
    since = d.log.end()
    with full(d, "evidence"):
        code = d.smtp_send("From: a@b.example\nSubject: waits\nMessage-ID: <1@b.example>\n\nSpam from 203.0.113.17.\n" + "filler " * 3000).code
        tap.is_equal(code, 250, "full evidence: a report in prose is taken")
        told(d, since, "the store takes nothing.*space|the store takes nothing.*full", "judge: the store took nothing for a while", "full evidence")
        tap.unlike(d.check("intake", "list").out, "waits", "full evidence: it is not kept without its bytes")
    item = d.until(lambda: next((i for i in d.check("intake", "list", "--json").json["rows"] if "waits" in str(i)), None), "the item")
    tap.like(d.check("intake", "show", "--raw", item["key"]).out, "filler", "full evidence: there is room, and it waits with its bytes")


def full_hand(d):
    since, fails = d.log.end(), "the journal cannot be written: nothing is done"
    with full(d, "hand"):
        # its last page still takes some lines
        for i in range(20, 60):
            tap.is_equal(report(d, i), [250] * 3, "full journal: complaints are taken")
            d.until(lambda: has_case(d, i), "the case")
            if d.log.find(fails, since):
                break
        told(d, since, fails, "hand: the hand's journal could not be written", "full journal")
        late, last = f"c{i}@customers.example", i
        tap.ok(not any(late in letter.recipients for letter in d.sink.letters) and has_case(d, last), "full journal: they are judged, and nothing is done")
    d.pass_time("1h")
    tap.ok(d.sink.wait(lambda letters: any(late in letter.recipients for letter in letters), 60), "full journal: there is room, and the letters go")


def full_ledger(d):
    since = d.log.end()
    with full(d, "ledger"):
        report(d, 4)
        told(d, since, "the ledger does not grow now|a checkpoint cannot be kept", "judge: the ledger did not grow for a while|judge: a checkpoint", "full ledger")
        tap.ok(has_case(d, 4), "full ledger: cases go on")
    n, c = whole(d)
    tap.ok(c[3] and c[2] == root(leaves(d)) and n, "full ledger: there is room, and it has every record")


def read_only(d):
    d.stop()
    subprocess.run(["mount", "-o", "remount,ro", os.path.join(d.data, "spool")], check=True)
    since = d.log.end()
    d.launch(wait=False)
    tap.is_equal(d.process.wait(), 1, "read-only spool: aupd does not start")
    for thread in d.log.threads:
        thread.join()
    tap.ok(d.log.find("[Rr]ead-only", since), "read-only spool: and says why", *d.log.lines[since:])
    d.process = None
    subprocess.run(["mount", "-o", "remount,rw", os.path.join(d.data, "spool")], check=True)
    d.launch()
    tap.is_equal(report(d, 5), [250] * 3, "read-only spool: mended, complaints are taken")


def with_rooms():
    with Daemon(registry=None, start=False) as d:
        mount(d)
        try:
            d.launch()
            d.check("policy", "post", d.policy)
            customers(d, 60)
            for part in (full_spool, full_store, full_evidence, full_hand, full_ledger, read_only):
                part(d)
            tap.ok(d.stop(), "aupd stops cleanly", *getattr(d, "stop_trouble", []))
        finally:
            if d.process:
                d.crash()
            unmount(d)


def locked(d):
    since = d.log.end()
    db = sqlite3.connect(os.path.join(d.data, "aupd.db"), isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    tap.is_equal(report(d, 6), [250] * 3, "locked store: complaints are taken")
    told(d, since, "the store takes nothing", "the store took nothing for a while", "locked store")
    db.execute("ROLLBACK")
    db.close()
    d.until(lambda: has_case(d, 6), "the case")
    tap.ok(d.log.find("the store takes changes again", since), "locked store: let go, what waited is judged")


def slow(d):
    """No answer before the sync has ended, however long it takes."""
    if not d.points:
        tap.skip("a slow disk", "this build has no points")
        return
    with d.smtp() as s:
        for line in ("EHLO test.invalid", "MAIL FROM:<r@a.example>", "RCPT TO:<abuse@example.net>", "DATA"):
            s.cmd(line)
        with d.points.hold("file.sync"):
            s.data(arf(address(7), number="slow"))
            d.until(d.points.held, "a sync that takes long")
            tap.ok(not select.select([s.socket], [], [], 0)[0], "slow disk: nothing is acknowledged while the sync lasts")
        tap.is_equal(s.hear().code, 250, "slow disk: then it is")


def clock():
    with Daemon(registry=None, testing=False) as d:
        if not d.points:
            tap.skip("a clock that is set", "this build has no points")
            return
        customers(d, 60)
        report(d, 8)
        d.until(lambda: has_case(d, 8), "the case")
        since = d.log.end()
        d.points.clock(-7200)
        report(d, 9)
        told(d, since, "the clock was set back.* seconds=(7200|7199)", "judge: the clock was set back.*: (7200|7199)", "clock set back")
        d.until(lambda: has_case(d, 9), "the case")
        tap.ok(True, "clock set back: reports lead to cases")
        since = d.log.end()
        d.points.clock(50 * 3600)
        d.smtp_send(arf(address(10), number="x", reporter="r@x.example"))
        told(d, since, "the clock was set ahead", "judge: the clock was set ahead.*: [1-9]", "clock set ahead")
        tap.ok(d.log.wait("observe only: an act is held.*verb=limit", since, 60), "clock set ahead: what became due is done at once")


def main():
    if ROOT:
        with_rooms()
    else:
        tap.skip("full and read-only disks", "needs root, to mount small file systems")
    with Daemon(registry=None) as d:
        customers(d, 60)
        locked(d)
        slow(d)
    clock()


if missing():
    tap.skip_all(missing())
ROOT = enter()
tap.run(main)
