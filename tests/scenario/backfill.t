#!/usr/bin/env python3
"""A store from before there were rows for search and for queues: when today's aupd opens it, its cases are found and wait where they
belong, whatever kills the walk that writes these rows."""
import json
import os
import re
import sqlite3
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import TOP, Daemon, arf, missing, xarf

MANY = 1200                             # reports of one case: more than one slice of the walk
BEFORE = 6                              # the last schema without these rows
TEXTS = ("203.0.113.17", "203.0.113.16/28", "203.0.113.0/24", "203.0.113.130", "203.0.113.66", "email.unsolicited")


def tables():
    """Numbers of the tables, by their names in the header."""
    with open(os.path.join(TOP, "src", "model", "row.h")) as f:
        names = re.findall(r"(?m)^\tTABLE_(\w+)", f.read())
    return {name: n for n, name in enumerate(names, 1)}


def feed(d):
    """Cases of three customers; one of many reports, one that the lawyers have; and the id that a reporter was given."""
    for source in ("203.0.113.17", "203.0.113.130"):
        for n, who in enumerate("abc", 1):
            d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
    receipt = json.loads(d.report(xarf("203.0.113.66")).body)["id"]
    day = time.time() - 86400
    path = os.path.join(d.dir, "scan_adb.csv")
    with open(path, "w") as f:
        f.write('"timestamp","ip","protocol","port","hostname","tag","asn","geo"\n')
        for n in range(MANY):
            f.write(f'"{time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(day - n))}","203.0.113.67","tcp",5555,"","adb",64500,"ZZ"\n')
    d.check("ingest", path)
    d.settle()
    d.check("case", "flag", next(c["case"] for c in d.cases("--customer", "acme")), "counsel")
    return receipt


def seen(d, receipt):
    """What is found, and what waits: without the order, and without since when."""
    found = {t: sorted(c["case"] for c in (d.aup("search", t, "--json").json or {"cases": []})["cases"]) for t in (*TEXTS, receipt)}
    people = d.aup("search", "fbl@reporter-b.example", "--because", "a test", "--json").json
    found["reporter"] = sorted(c["case"] for c in people["cases"]) if people else []
    waits = {q["name"]: q["count"] for q in d.check("queue", "--json").json["queues"]}
    return found, waits, [r["case"] for r in d.check("queue", "counsel", "--json").json["rows"]]


def make_old(d):
    """As it was under the last schema without these rows."""
    number = tables()
    with sqlite3.connect(f"{d.data}/aupd.db") as db:
        for name in ("FIND", "QUEUE"):
            db.execute(f"DROP TABLE t{number[name]}")
        gone = db.execute(f"DELETE FROM t{number['SWITCH']} WHERE CAST(key AS TEXT)='backfill'").rowcount
        db.execute(f"PRAGMA user_version={BEFORE}")
        events = db.execute(f"SELECT count(*) FROM t{number['CASE_EVENT']}").fetchone()[0]
    return gone, events


def rows(d, name):
    with sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True) as db:
        return db.execute(f"SELECT count(*) FROM t{tables()[name]}").fetchone()[0]


def main():
    with Daemon() as d:
        receipt = feed(d)
        before = seen(d, receipt)
        tap.ok(all(before[0].values()) and before[1]["counsel"] == 1, "cases are found, and one waits", before)
        d.stop()
        gone, events = make_old(d)
        tap.ok(gone == 1 and events > MANY, f"the store is as old as that, with {events} events")
        d.launch()
        d.settle()
        tap.is_equal(seen(d, receipt), before, "an old store's cases are found as before, and wait where they did")
        since = d.check("queue", "counsel", "--json").json["rows"][0]["since"]
        tap.like(since, r"^20\d\d-", "since a time that is known")
        count = rows(d, "FIND"), rows(d, "QUEUE")
        d.restart()
        d.settle()
        tap.is_equal((rows(d, "FIND"), rows(d, "QUEUE")), count, "the walk is done once")
        for passes in (1, 2, 3):
            d.stop()
            make_old(d)
            if d.asan:
                d.points.kill("judge.ordering", passes)
            d.launch()
            if d.asan:
                d.until(lambda: not d.points.armed(), "the judge ends between two slices")
            else:
                d.kill_and_wait("judge")
            d.settle()
            tap.is_equal((seen(d, receipt), (rows(d, "FIND"), rows(d, "QUEUE"))), (before, count), f"a judge that is killed on the way, at slice {passes}, loses nothing")


tap.skip_all(missing()) if missing() else tap.run(main)
