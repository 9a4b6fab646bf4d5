#!/usr/bin/env python3
"""What is kept how long: of a case that was closed long ago letters, openings and texts go, of the intake what was decided, of look-ups
all; one record a day says how much. Nothing goes that is held or open."""
import json
import os
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

ACME, SMITH, BAKERY = "203.0.113.17", "203.0.113.130", "203.0.113.66"


def stored(d, sql):
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    rows = [tuple(bytes(x) if isinstance(x, bytes) else x for x in row) for row in db.execute(sql)]
    db.close()
    return rows


def case(d, customer):
    return next(x for x in d.cases() if x["body"]["customer"] == customer)


def events(d, number):
    return [json.loads(body) for (body,) in stored(d, "SELECT body FROM t2") if json.loads(body)["number"] == int(number[2:])]


def openings(d, number):
    return sum(key.decode().startswith(number + ".") for (key,) in stored(d, "SELECT key FROM t8"))


def letters(d, customer):
    return sum(owner.decode() == customer for (owner,) in stored(d, "SELECT owner FROM t13"))


def purges(d):
    found = [body.decode() for key, body in stored(d, "SELECT key, body FROM t7 ORDER BY rank") if key.startswith(b"deed.")]
    return [dict(line.split(" ", 1) for line in text.splitlines()[1:]) for text in found if "\nkind purge\n" in text]


def prose(d, name):
    d.smtp_send(f"From: <{name}@home.example>\nTo: <abuse@example.net>\nSubject: {name}\nMessage-ID: <{name}@home.example>\n\nWhen are you open?\n",
                sender=f"{name}@home.example")


def main():
    with Daemon(conf="retention { cases 30d; items 30d; look-ups 30d }") as d:
        for n, who in enumerate("abc"):
            for address in (ACME, SMITH, BAKERY):
                d.smtp_send(arf(address, number=n, reporter=f"r@{who}.example"))
        prose(d, "decided")
        prose(d, "waits")
        d.settle()
        items = {x["body"]["subject_line"]: x["key"] for x in d.check("intake", "list", "--json").json["rows"]}
        d.check("intake", "discard", items["decided"])
        d.check("who", ACME, "--because", "a question")
        acme, smith, bakery = (case(d, x)["case"] for x in ("acme", "smith", "bakery"))
        d.check("case", "resolve", acme, "mended")
        d.check("case", "resolve", smith, "mended")
        d.check("hold", smith, "--until", "60d", "--because", "a court")
        d.settle()
        with open(os.path.join(d.data, "evidence", "triage0-00000001"), "rb") as f:
            kept = f.read().count(b"aupc")
        before = openings(d, acme), openings(d, smith), openings(d, bakery)
        d.pass_time("3d")
        tap.is_equal([(p["windows"], p["cases"]) for p in purges(d)], [("3", "0")], "counts that can matter no more go first")
        d.pass_time("26d")
        tap.is_equal((openings(d, acme), openings(d, smith)), before[:2], "before its time all is there")
        d.pass_time("4d")
        tap.is_equal((openings(d, acme), letters(d, "acme")), (0, 0), "of a case closed for long the openings and letters are gone")
        tap.is_equal([e for e in events(d, acme) if {"text", "source", "reporter"} & set(e)], [], "and the texts, addresses and reporters of its story")
        tap.ok(case(d, "acme")["body"]["clause"] and all(e["at"] and e["record"] for e in events(d, acme)), "clause, times and the ids of its records stay")
        tap.is_equal(d.aup("case", "explain", acme).rc, 0, "its story can be told")
        tap.ok(openings(d, smith) == before[1] and letters(d, "smith"), "of one that is held nothing is")
        tap.ok(openings(d, bakery) >= before[2] and letters(d, "bakery"), "nor of one that is open")
        tap.ok(len(stored(d, "SELECT key FROM t9")) == 2 and d.check("lookups").out, "while something is held, items and look-ups stay")
        got = purges(d)
        tap.is_equal([(p["cases"], p["openings"], p["items"]) for p in got], [("0", "0", "0"), ("1", str(before[0]), "0")], "one record says how much went")
        d.pass_time("30d")
        tap.is_equal(openings(d, smith), 0, "when the hold has ended the rest follows")
        tap.is_equal([json.loads(body)["subject_line"] for (body,) in stored(d, "SELECT body FROM t9")], ["waits"], "of the intake what was decided, not what waits")
        tap.is_equal(d.check("lookups").out, "", "and the look-ups")
        got = purges(d)
        tap.is_equal([(p["cases"], p["openings"], p["look-ups"]) for p in got if p["items"] == "1"], [("1", str(before[1]), "1")], "in one more record", got)
        with open(os.path.join(d.data, "evidence", "triage0-00000001"), "rb") as f:
            content = f.read()
        tap.ok(content.count(b"aupx") >= 2 and content.count(b"aupc") == kept - content.count(b"aupx"), "and their raw bytes were written over", content.count(b"aupx"))
        d.pass_time("2d")
        n = len(purges(d))
        d.kill_and_wait("judge")
        d.pass_time("2d")
        tap.is_equal(len(purges(d)), n, "a day without anything to do leaves none")


tap.skip_all(missing()) if missing() else tap.run(main)
