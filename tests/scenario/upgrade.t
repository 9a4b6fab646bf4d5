#!/usr/bin/env python3
"""Stores that an older aupd wrote, opened by this one: all that was told of them is told again, their ledger goes on where it was, what was
handed over is proved by the same key, and what people do then goes on in the old cases."""
import base64
import glob
import json
import os
import re
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

OLD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "old")
KEPT = "retention { cases 36500d; items 36500d; look-ups 36500d }"        # whatever year it is


def restore(d, name):
    """The data directory as it was; what was told of it then."""
    with open(os.path.join(OLD, name + ".json"), encoding="utf-8") as f:
        then = json.load(f)
    os.mkdir(d.data, 0o700)
    for path, text in then["files"].items():
        whole = os.path.join(d.data, path)
        os.makedirs(os.path.dirname(whole), 0o700, exist_ok=True)
        with open(os.open(whole, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
            f.write(base64.b64decode(text))
    with open(os.path.join(OLD, name + ".sql"), encoding="utf-8") as f, sqlite3.connect(os.path.join(d.data, "aupd.db")) as db:
        db.executescript(f.read())
    return then


def lost(then, now, where=""):
    """What was said then and is not now: members of objects, elements of lists and lines of texts, in their order."""
    if isinstance(then, dict):
        return [w for k, v in then.items() for w in (lost(v, now[k], f"{where}.{k}") if isinstance(now, dict) and k in now else [f"{where}.{k} is gone"])]
    if isinstance(then, str) and isinstance(now, str) and "\n" in then:
        then, now = then.splitlines(), now.splitlines()
    if isinstance(then, list):
        found, at = [], 0
        for i, x in enumerate(then):
            rest = [n for n, y in enumerate(now[at:], at) if not lost(x, y)]
            at = rest[0] + 1 if rest else at
            found += [] if rest else [f"{where}[{i}] is gone: {x}"]
        return found
    return [] if then == now else [f"{where}: {then!r} has become {now!r}"]


def told_again(d, then):
    for command, said in then["told"].items():
        r = d.aup(*command.split(" "))
        tap.is_equal((r.rc, lost(said, r.json if "--json" in command else r.out)), (0, []), f"aup {command} tells what it told")
    tap.is_equal(json.loads(d.api(f"/v1/receipts/{then['receipt']}").body)["row"]["fate"], "case", "so does a receipt")


def ledger(d, then):
    status = d.check("evidence", "status", "--json").json
    tap.is_equal((status["key"], status["stands_still"], status["leaves"] >= then["leaves"]), (then["key"], False, True), "the ledger goes on under its key", status)
    for name in ("checkpoint", "bundle"):
        with open(os.path.join(d.dir, name), "w", encoding="utf-8", newline="") as f:
            f.write(then[name])
    tap.like(d.check("evidence", "consistency", os.path.join(d.dir, "checkpoint")).out, "^consistent: ", "it begins with what was signed then")
    tap.is_equal(d.aup("verify", os.path.join(d.dir, "bundle"), "--key", then["key"]).rc, 0, "evidence that was handed over then is proved")
    fresh = os.path.join(d.dir, "fresh")
    d.check("evidence", "export", "--because", "a test", "-o", fresh, case(then, "acme"))
    tap.is_equal(d.aup("verify", fresh, "--key", then["key"]).rc, 0, "and so is what is handed over of the same case now")


def case(then, customer):
    return next(c["case"] for c in then["told"]["case list --json"]["rows"] if c.get("body", {}).get("customer") == customer)


def found(d, then):
    """What this aupd has beyond the older one holds for the old cases, too."""
    acme, smith = case(then, "acme"), case(then, "smith")
    tap.is_equal([c["case"] for c in d.check("search", "203.0.113.17", "--json").json["cases"]], [acme], "an old case is found by an address")
    tap.is_equal(sorted(c["case"] for c in d.check("search", "email.unsolicited", "--json").json["cases"]), sorted([acme, smith]), "and by its clause")
    tap.is_equal([r["case"] for r in d.check("queue", "counsel", "--json").json["rows"]], [acme], "it waits in its queue")
    tap.is_equal([r["case"] for r in d.check("queue", "answers", "--json").json["rows"]], [acme], "and with an answer")
    waiting = [len(d.check("queue", name, "--json").json["rows"]) for name in ("unattributed", "intake")]
    tap.is_equal(sum(waiting), 2, "what could not be told whose it was waits, and what a person is to read", waiting)


def goes_on(d, then):
    """People act on old cases, and reports join them."""
    acme, smith, bakery = (case(then, c) for c in ("acme", "smith", "bakery"))
    d.check("case", "reply", acme, "thank you")
    d.check("case", "reopen", bakery, "it is there again")
    events = d.check("case", "show", acme, "--json").json["body"]["event_count"]
    d.smtp_send(arf("203.0.113.18", number=70, reporter="fbl@reporter-c.example"))
    d.smtp_send(arf("203.0.113.18", number=71, reporter="fbl@reporter-d.example"))
    d.settle()
    tap.ok(d.check("case", "show", acme, "--json").json["body"]["event_count"] > events, "a new report joins the old case")
    d.check("case", "undo", smith)
    d.settle()
    tap.like(d.check("case", "explain", smith).out, r"act-lifted: .*mail", "what an older aupd put into force is lifted")

    def all_is_signed():
        told = d.check("evidence", "status").out
        return re.search(r"(?m)^signed +(\d+)$", told).group(1) == re.search(r"(?m)^leaves +(\d+)$", told).group(1)
    tap.ok(d.until(all_is_signed, "the signature of all that was done"), "and all of it is signed")


def main():
    stores = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(OLD, "*.sql")))
    tap.ok(stores, "there are old stores", stores)
    for name in stores:
        with Daemon(start=False, enforcement="on", conf=KEPT) as d:
            then = restore(d, name)
            d.launch()
            d.settle()
            told_again(d, then)
            ledger(d, then)
            found(d, then)
            goes_on(d, then)


tap.skip_all(missing()) if missing() else tap.run(main)
