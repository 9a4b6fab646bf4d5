#!/usr/bin/env python3
"""A bit that the disk turned, in each file that aupd keeps: told in the log and in `aup status`, never believed, nothing else harmed."""
import os
import re
import shutil
import signal
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from ledgers import checkpoint, leaves, root, whole
from many import address, customers


def flip(path, at, bit=0x10):
    """Turns a bit; at counts from the end when it is negative."""
    with open(path, "r+b") as f:
        f.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
        octet = f.read(1)[0]
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([octet ^ bit]))


def newest(directory, ending=""):
    return max((os.path.join(directory, n) for n in os.listdir(directory) if n.endswith(ending)), key=os.path.getmtime)


def told(d, since, line, status, what):
    """One line of the log and one of the status."""
    tap.ok(d.log.wait(line, since, 60), f"{what}: the log tells", *d.log.lines[since:])
    tap.ok(d.until(lambda: re.search(status, d.aup("status").out), "the line of the status"), f"{what}: aup status tells", d.aup("status").out)


def report(d, source, name):
    for r in "abc":
        reply = d.smtp_send(arf(source, number=f"{name}{r}", reporter=f"r@{r}.example"))
        if reply.code != 250:
            raise RuntimeError(str(reply))


def opens_a_case(d, i, name, what):
    before = len(d.cases())
    report(d, address(i), name)
    d.settle()
    tap.is_equal(len(d.cases()), before + 1, f"{what}: a new report leads to a case")


def spool(d):
    """Of four reports that wait, the second and the last are damaged."""
    spool_dir, names = os.path.join(d.data, "spool"), ["one", "two", "three", "four"]
    d.kill("judge", signal.SIGSTOP)
    ends = []
    for name in names:
        d.smtp_send(f"From: a@b.example\nSubject: spam {name}\nMessage-ID: <{name}@b.example>\n\nSpam from 203.0.113.17.\n")
        ends.append(os.path.getsize(newest(spool_dir, ".seg")))
    segment = newest(spool_dir, ".seg")
    d.crash()
    flip(segment, ends[1] - 20)
    flip(segment, ends[3] - 20)
    since = d.log.end()
    d.launch()
    told(d, since, "a stretch of the spool is damaged", "ear: a stretch of the spool was damaged", "spool")
    d.settle()
    items = d.check("intake", "list", "--json").json["rows"]
    text = str(items)
    tap.is_equal([name for name in names if f"spam {name}" in text], ["one", "three"], "spool: the others are there")
    tap.is_equal(len(re.findall("the disk damaged it in the spool", text)), 2, "spool: each damaged one waits for a person", text)
    d.kill_and_wait("ear")
    d.settle()
    tap.is_equal(len(d.check("intake", "list", "--json").json["rows"]), len(items), "spool: and is told of once")


def evidence(d):
    item = next(i for i in d.check("intake", "list", "--json").json["rows"] if "spam one" in str(i))
    tap.is_equal(d.aup("intake", "show", "--raw", item["key"]).rc, 0, "evidence: raw bytes are given while they are whole")
    path = newest(os.path.join(d.data, "evidence"))
    shutil.copy(path, path + ".whole")
    for at in range(200, os.path.getsize(path), 97):
        flip(path, at)
    r = d.aup("intake", "show", "--raw", item["key"])
    tap.ok(r.rc != 0 and re.search("damaged|no evidence stands", r.err), "evidence: damaged ones are refused, and why", r.out, r.err)
    os.rename(path + ".whole", path)


def tile(d):
    before = whole(d)[1]
    directory = os.path.join(d.data, "ledger", "tile", "0", "000.p")
    d.stop()
    since = d.log.end()
    flip(newest(directory), 40)
    d.launch()
    opens_a_case(d, 1, "t", "tile")
    told(d, since, "the ledger's tiles are damaged and are made again", "judge: leaves of the ledger were written to its tiles again.*: [1-9]", "tile")
    d.until(lambda: checkpoint(d)[1] > before[1], "the next checkpoint")
    after = whole(d)[1]
    tap.ok(after[2] == root(leaves(d)) and after[3] and root(leaves(d)[:before[1]]) == before[2], "tile: the ledger goes on")


def the_checkpoint(d):
    path = os.path.join(d.data, "ledger", "checkpoint")
    before = whole(d)[1]
    for at, what in ((-30, "its signature"), (25, "its text")):
        d.stop()
        shutil.copy(path, path + ".whole")
        flip(path, at, 1)
        with open(path, "rb") as f:
            damaged = f.read()
        since = d.log.end()
        d.launch()
        told(d, since, "stands still", "the ledger is not that of its last checkpoint and stands still", f"checkpoint, {what}")
        opens_a_case(d, 2 if at < 0 else 3, "c", f"checkpoint, {what}")
        with open(path, "rb") as f:
            tap.ok(f.read() == damaged, f"checkpoint, {what}: nothing is signed over it")
        d.stop()
        os.rename(path + ".whole", path)
        d.launch()
    after = whole(d)[1]
    tap.ok(after[1] > before[1] and after[2] == root(leaves(d)), "checkpoint: put back, the ledger goes on with what came meanwhile")


def page(d):
    """The root page of the cases."""
    d.stop()
    path = os.path.join(d.data, "aupd.db")
    db = sqlite3.connect(path)
    size, at = db.execute("PRAGMA page_size").fetchone()[0], db.execute("SELECT rootpage FROM sqlite_master WHERE name='t1'").fetchone()[0]
    db.close()
    flip(path, size * (at - 1), 0xf0)
    since = d.log.end()
    d.launch()
    report(d, address(4), "p")
    told(d, since, "the store takes nothing.*malformed", "judge: the store took nothing for a while", "database page")
    tap.is_equal(d.smtp_send(arf(address(4), number="pd", reporter="r@d.example")).code, 250, "database page: complaints are still taken")
    flip(path, size * (at - 1), 0xf0)
    d.crash()
    d.launch()
    d.settle()
    tap.ok(any(c["body"]["customer"] == "c4" for c in d.cases()), "database page: put back, what came meanwhile is judged", d.cases())


def keyring(d):
    d.stop()
    path = os.path.join(d.data, "subjects.keys")
    flip(path, 20)
    since = d.log.end()
    d.launch(wait=False)
    tap.is_equal(d.process.wait(), 1, "keys: aupd does not start with a damaged file")
    for thread in d.log.threads:
        thread.join()
    tap.ok(d.log.find("the key file is damaged at octet", since), "keys: and says where", *d.log.lines[since:])
    d.process = None
    flip(path, 20)
    d.launch()
    tap.like(d.check("registry", "export").out, "customer", "keys: put back, all can be read")


def journal(d):
    d.stop()
    path = os.path.join(d.data, "hand", "journal")
    tap.ok(os.path.getsize(path) > 100, "the journal has lines")
    flip(path, 8)
    since = d.log.end()
    d.launch()
    told(d, since, "lines of the hand's journal are damaged.* lines=1", "hand: lines of the hand's journal were damaged.*: 1", "journal")


def the_mark(d):
    d.stop()
    path = os.path.join(d.data, "spool", "mark")
    flip(path, 14)
    since = d.log.end()
    d.launch(wait=False)
    tap.is_equal(d.process.wait(), 1, "mark: aupd does not start with a damaged one")
    for thread in d.log.threads:
        thread.join()
    tap.ok(d.log.find("the spool's file mark is damaged", since), "mark: and says why", *d.log.lines[since:])
    d.process = None
    os.unlink(path)
    d.launch()
    opens_a_case(d, 5, "k", "mark removed")


def lost_spool(d):
    """Numbers are never given twice: what is new would pass for what was judged long ago."""
    d.stop()
    shutil.rmtree(os.path.join(d.data, "spool"))
    d.launch()
    opens_a_case(d, 6, "l", "spool lost as a whole")


def main():
    with Daemon(registry=None) as d:
        customers(d, 20)
        opens_a_case(d, 0, "first", "whole")
        for part in (spool, evidence, tile, the_checkpoint, page, keyring, journal, the_mark, lost_spool):
            part(d)


tap.skip_all(missing()) if missing() else tap.run(main)
