#!/usr/bin/env python3
"""Backup and restore as doc/operations.md says, tried: all of it, without the ledger's files, and an older store beside a newer
checkpoint, over which nothing may be signed."""
import os
import shutil
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import REGISTRY, Daemon, arf, missing, xarf
from ledgers import checkpoint, leaves, root, whole

ALL = ("subjects.keys", "token.key", "signer", "evidence", "sealed")


def complain(d, source, name):
    for r in "abc":
        d.smtp_send(arf(source, number=f"{name}{r}", reporter=f"r@{r}.example"))
    d.settle()


def back_up(d, name):
    """In the order of operations.md: the checkpoint is never newer than the store, the keys never older."""
    to = os.path.join(d.dir, name)
    os.mkdir(to)
    shutil.copytree(os.path.join(d.data, "ledger"), os.path.join(to, "ledger"))
    d.check("backup", f"{name}.db")
    shutil.move(os.path.join(d.data, f"{name}.db"), os.path.join(to, "daily.db"))
    for what in ALL:
        source = os.path.join(d.data, what)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(to, what))
    return to


def restore(d, backup, ledger="backup", fresh=True):
    """On an empty machine, or (fresh=False) over what is there, whose spool and ledger stay."""
    d.stop()
    if fresh:
        shutil.rmtree(d.data)
        os.mkdir(d.data, 0o700)
    for end in ("", "-wal", "-shm"):
        if os.path.exists(d.data + "/aupd.db" + end):
            os.unlink(d.data + "/aupd.db" + end)
    shutil.copy(os.path.join(backup, "daily.db"), os.path.join(d.data, "aupd.db"))
    for what in ALL + (("ledger",) if ledger == "backup" else ()):
        source, to = os.path.join(backup, what), os.path.join(d.data, what)
        if os.path.isdir(source):
            shutil.copytree(source, to, dirs_exist_ok=True)
        else:
            shutil.copy(source, to)
    since = d.log.end()
    d.launch()
    return since


def cases(d):
    return sorted((c["case"], c["body"]["customer"]) for c in d.cases())


def grown(d, before, what):
    n, now = whole(d)
    entries = leaves(d)
    tap.ok(now[3] and now[1] == n and now[2] == root(entries), f"{what}: a checkpoint is signed for all records", now)
    tap.is_equal([root(entries[:c[1]]) == c[2] for c in before], [True] * len(before), f"{what}: and the ledger has grown from every one before the backup")


def everything(d, backup, first, had, letters):
    restore(d, backup)
    tap.is_equal(cases(d), had, "all of it: the cases are there")
    tap.like(d.check("registry", "export").out, "Acme", "all of it: and the names can be read")
    tap.is_equal(len(d.sink.letters), letters, "all of it: no letter goes out again")
    item = d.check("intake", "list", "--json").json["rows"][0]
    tap.is_equal(d.aup("intake", "show", "--raw", item["key"]).rc, 0, "all of it: raw bytes of what waits can be read")
    complain(d, "203.0.113.130", "e")
    tap.is_equal(len(cases(d)), len(had) + 1, "all of it: a new report leads to a case, though the spool is new")
    grown(d, [first], "all of it")


def without_ledger(d, backup, first, had):
    restore(d, backup, ledger=None)
    tap.is_equal(cases(d), had, "without ledger/: the cases are there")
    complain(d, "203.0.113.130", "w")
    grown(d, [first], "without ledger/")


def older_store(d, backup):
    """What came after the backup was signed for; the store that is put back does not have it."""
    complain(d, "203.0.113.66", "o")
    _, newest = whole(d)
    for tiles in (True, False):
        d.stop()
        if not tiles:
            shutil.rmtree(os.path.join(d.data, "ledger", "tile"))
        since = restore(d, backup, ledger=None, fresh=False)
        how = f"older store, {'with' if tiles else 'without'} tiles"
        tap.ok(d.log.wait("stands still", since, 60), f"{how}: the ledger stands still, and the log says so", *d.log.lines[since:])
        tap.like(d.check("status").out, "is not that of its last checkpoint and stands still", f"{how}: and aup status")
        before = len(cases(d))
        d.report(xarf("203.0.113.66", report_id=f"02eb480f-8172-431a-9276-c28ba90f694{int(tiles)}"), token=how.replace(" ", "-"))
        d.settle()
        tap.ok(len(cases(d)) >= before, f"{how}: cases go on")
        tap.is_equal(checkpoint(d), newest, f"{how}: nothing is signed over the newer checkpoint")


def a_new_ledger(d):
    """The way on from there: a key of its own, so that nobody takes it for the old one."""
    with open(os.path.join(d.data, "signer", "key"), encoding="ascii") as f:
        old = f.read()
    d.stop()
    for what in ("ledger", "signer/key"):
        os.rename(os.path.join(d.data, what), os.path.join(d.dir, "old-" + os.path.basename(what)))
    d.launch()
    complain(d, "203.0.113.18", "n")
    grown(d, [], "a new ledger")
    with open(os.path.join(d.data, "signer", "key"), encoding="ascii") as f:
        tap.ok(f.read() != old, "a new ledger: it has a key of its own")


def names(d):
    for name in ("aupd.db", "subjects.keys", "../x.db", "aupd.db-wal", "x"):
        tap.ok(d.aup("backup", name).rc != 0, f"a backup is not written as {name}")
    d.check("backup", "twice.db")
    tap.is_equal(d.aup("backup", "twice.db").rc, 0, "a backup replaces an older one of its name")
    tap.is_equal([n for n in os.listdir(d.data) if ".new" in n], [], "and leaves nothing beside it")


def main():
    with Daemon() as d:
        names(d)
        d.smtp_send("From: a@b.example\nSubject: spam\nMessage-ID: <1@b.example>\n\nSpam from 203.0.113.17.\n")
        complain(d, "203.0.113.17", "b")
        _, first = whole(d)
        had = cases(d)
        backup = back_up(d, "daily")
        letters = len(d.sink.letters)
        complain(d, "203.0.113.66", "later")
        whole(d)
        letters = len(d.sink.letters)
        everything(d, backup, first, had, letters)
        without_ledger(d, backup, first, had)
        older_store(d, backup)
        a_new_ledger(d)


tap.skip_all(missing()) if missing() else tap.run(main)
