#!/usr/bin/env python3
"""The store: a backup made under load and run in a new directory; a store that is damaged, locked, or of a newer aupd."""
import json
import os
import re
import shutil
import sqlite3
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, crlf, missing


def prose(n):
    return crlf(f"From: x@y.example\nSubject: words {n}\nMessage-ID: <{n}@y.example>\n\nsomebody scans me\n")


def rows(d, *what):
    return d.check(*what, "--json").json["rows"]


def waits(d):
    return json.loads(d.api("/v1/status").body)["items_waiting"]


def restore(d, new):
    """As doc/operations.md has it, on a machine that never had a spool."""
    os.makedirs(new.data)
    shutil.copy(f"{d.data}/daily.db", f"{new.data}/aupd.db")
    for name in ("subjects.keys", "token.key", "evidence", "sealed"):
        (shutil.copytree if os.path.isdir(f"{d.data}/{name}") else shutil.copy)(f"{d.data}/{name}", f"{new.data}/{name}")


def under_load(d):
    codes = []
    for n in range(3):
        d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@b-{n}.example"))
    d.settle()
    load = [threading.Thread(target=lambda t=t: codes.extend(d.smtp_send(prose(f"{t}.{n}")).code for n in range(60))) for t in range(3)]
    for t in load:
        t.start()
    done = [d.aup("backup", "daily.db").rc for _ in range(5)]
    for t in load:
        t.join()
    d.settle()
    tap.is_equal((done, set(codes)), ([0] * 5, {250}), "backups are made while mail comes in")
    tap.is_equal(sorted(f for f in os.listdir(d.data) if "daily" in f), ["daily.db"], "one file each time, and nothing beside it")
    before = os.stat(d.data + "/subjects.keys")
    for name in ("aupd.db", "subjects.keys", "token.key", "../x.db", "spool", "aupd.db-wal", ""):
        r = d.aup("backup", name)
        tap.ok(r.rc and "a backup is a file name" in r.err, f"not over {name or 'nothing'}", r)
    after = os.stat(d.data + "/subjects.keys")
    tap.is_equal((before.st_ino, before.st_mtime), (after.st_ino, after.st_mtime), "and the keys are as they were")
    d.check("backup", "daily.db")


def runs_elsewhere(d):
    new = Daemon(start=False)
    restore(d, new)
    with new:
        new.launch()
        tap.is_equal([(c["key"], c["state"]) for c in rows(new, "case", "list")], [(c["key"], c["state"]) for c in rows(d, "case", "list")], "the cases are there")
        waiting = waits(d)
        tap.is_equal((waiting, waits(new)), (180, 180), "what waits for a person is, too")
        number = re.search(r"C-\d+", new.check("case", "list").out).group()
        tap.like(new.check("case", "explain", number).out, "reported by fbl@b-0.example", "what is sealed can be read with the keys")
        for n in range(20):
            tap.is_equal(new.smtp_send(prose(f"new.{n}")).code, 250, "mail is taken") if n == 0 else new.smtp_send(prose(f"new.{n}"))
        new.settle()
        tap.is_equal(waits(new), waiting + 20, "and judged: none is taken for an old one, although the spool counts anew")
        new.restart()
        new.smtp_send(prose("last"))
        new.settle()
        tap.is_equal(waits(new), waiting + 21, "nor after a restart")


def ends(d, pattern, name):
    since = d.log.end()
    d.launch(wait=False)
    rc = d.process.wait(120)
    for t in d.log.threads:
        t.join()
    d.process = None
    tap.ok(rc == 1 and d.log.find(pattern, since), name, rc, *d.log.lines[since:])


def locked(d):
    db = sqlite3.connect(d.data + "/aupd.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    since = d.log.end()
    code = d.smtp_send(prose("locked")).code
    tap.ok(d.log.wait("the store takes nothing; all waits and is tried again.*locked", since), "somebody holds the store: it is told, and waited for")
    db.execute("ROLLBACK")
    db.close()
    tap.ok(code == 250 and d.log.wait("the store takes changes again", since), "and then it goes on")
    d.settle()
    tap.ok(any(i["body"]["subject_line"] == "words locked" for i in rows(d, "intake", "list")), "with what came meanwhile")


def refused(d):
    store, whole = d.data + "/aupd.db", d.data + "/whole.db"
    tap.ok(d.stop(), "aupd stops", *getattr(d, "stop_trouble", []))
    shutil.copy(store, whole)
    db = sqlite3.connect(store)
    db.execute("PRAGMA user_version=99")
    db.commit()
    db.close()
    ends(d, r"the store has schema 99, this program knows \d+.*it was written by a newer aupd", "a store of a newer aupd is not touched")
    shutil.copy(whole, store)
    with open(store, "r+b") as f:
        f.write(b"this is no database any more")
    ends(d, "the role cannot start.*not a database.*restore the last backup", "a damaged store is told, and what to do")
    shutil.copy(whole, store)
    d.launch()
    tap.ok(rows(d, "case", "list"), "with the whole one it starts")


def main():
    with Daemon() as d:
        under_load(d)
        runs_elsewhere(d)
        locked(d)
        refused(d)


tap.skip_all(missing()) if missing() else tap.run(main)
