#!/usr/bin/env python3
"""Search against a live daemon: cases by what stands in them, people on the record, nothing of who was erased, sealed cases by number."""
import os
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0


def complain(d, source, start):
    for n, who in enumerate("abc", start):
        d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()


def found(d, text, *more):
    r = d.aup("search", text, "--json", *more)
    return [c["case"] for c in r.json["cases"]] if r.json else r.err


def by_words(d, acme, smith):
    tap.is_equal(found(d, acme), [acme], "a case by its number")
    tap.is_equal(found(d, "acme"), [acme], "by its customer")
    tap.is_equal(found(d, "203.0.113.17"), [acme], "by an address that a report is about")
    tap.is_equal(found(d, "203.0.113.18"), [], "and not by its neighbour")
    tap.is_equal(sorted(found(d, "203.0.113.0/24")), sorted([acme, smith]), "by the /24 around it")
    tap.is_equal(found(d, "203.0.113.16/28"), [acme], "by a longer prefix")
    tap.is_equal(found(d, "203.0.113.128/25"), [smith], "by one that holds the other case alone")
    tap.is_equal(sorted(found(d, "203.0.0.0/16")), sorted([acme, smith]), "by the /16")
    tap.is_equal(sorted(found(d, "203.0.112.0/20")), sorted([acme, smith]), "by one in between")
    tap.is_equal(sorted(found(d, "203.0.0.0/8")), sorted([acme, smith]), "by the widest that is taken")
    tap.like(d.aup("search", "0.0.0.0/0").err, "too wide", "one that is too wide is refused")
    tap.is_equal(sorted(found(d, "email.unsolicited")), sorted([acme, smith]), "by the clause")
    tap.is_equal(found(d, "fraud.misleading"), [], "not by another clause")
    body = d.check("case", "show", acme, "--json").json
    letter = next(a["letter"] for a in body["acts"] if a.get("letter"))
    tap.is_equal(found(d, letter), [acme], "by the Message-ID of a letter of ours")
    r = d.aup("search", "no such thing")
    tap.is_equal((r.rc, r.err), (1, "aup: nothing is found\n"), "nothing found is said")
    tap.is_equal(d.aup("search", "").rc, 1, "an empty text is refused")
    tap.is_equal(d.aup("search").rc, 2, "none is wrong usage")
    tap.like(d.check("search", "203.0.113.17").out, rf"^{acme} +open +email\.unsolicited +acme +a report is about that address\n$", "the list for people says why")


def people(d, acme, smith):
    r = d.aup("search", "fbl@reporter-a.example")
    tap.is_equal((r.rc, r.err), (1, "aup: that is a person: say why you ask, --because TEXT\n"), "who looks for a person says why")
    tap.is_equal(sorted(found(d, "FBL@Reporter-A.example", "--because", "he asks")), sorted([acme, smith]), "cases of a reporter, in any case of letters")
    tap.like(d.check("lookups", "--limit", "1").out, "tester asked for FBL@Reporter-A.example: he asks", "which is recorded")


def moved(d, acme):
    """A part that is split off is found as well; sealed cases are not."""
    off = d.check("case", "split", acme, "1", "--because", "apart", "--json").json["case"]
    tap.is_equal(sorted(found(d, "203.0.113.17")), sorted([acme, off]), "what was split off is found")
    d.check("case", "merge", off, acme)
    tap.like(d.check("search", "203.0.113.17").out, rf"{off} +merged .*, now {acme}\n", "and where it went")
    d.report(xarf("203.0.113.66", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/secret"))
    d.settle()
    sealed = next(r["case"] for r in d.cases("--state", "sealed"))
    for text in ("203.0.113.66", "203.0.113.64/27", "bakery.example", "bakery", "5a480b0f-8172-431a-9276-c28ba90f694a"):
        tap.ok(sealed not in found(d, text), f"a sealed case is not found by {text}")


def reported(d):
    """By what an API report names: its id, its domain, its receipt."""
    d.report(xarf("203.0.113.67", kind="phishing", report_id="77480b0f-8172-431a-9276-c28ba90f694a", url="https://shop.bakery.example/login"))
    d.settle()
    rows = [r["case"] for r in d.cases("--customer", "bakery") if not r["body"].get("flags", 0) & 128]
    tap.is_equal(found(d, "77480b0f-8172-431a-9276-c28ba90f694a"), rows[:1], "by the reporter's own id of a report")


def keyed(d):
    """Nothing in the index says anything to who has not the key."""
    with sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True) as store:
        keys = [bytes(k).decode() for (k,) in store.execute("SELECT key FROM t" + str(table(store)))]
    tap.ok(len(keys) > 5 and not [k for k in keys if "203.0" in k or "reporter" in k or "acme" in k], "what is found by stands as keyed digests", keys)


def table(store):
    for n in range(60, 20, -1):
        if store.execute("SELECT 1 FROM sqlite_master WHERE name=?", (f"t{n}",)).fetchone() and \
           store.execute(f"SELECT 1 FROM t{n} WHERE CAST(key AS TEXT) LIKE 'k/email%'").fetchone():
            return n
    return 0


def erased(d, acme, smith):
    if not ROOT:
        tap.skip("who was erased is found no more", "needs root")
        return
    d.check("case", "resolve", acme, "mended")
    for uid in (None, SECOND):
        d.check("erase", "--basis", "asked by letter", "acme", uid=uid)
    d.pass_time("1h")
    tap.is_equal(found(d, "203.0.113.17"), [], "a customer who was erased is found by no address")
    tap.is_equal(found(d, "acme"), [], "nor by his id")
    tap.is_equal(found(d, "203.0.113.130"), [smith], "others are")
    for uid in (None, SECOND):
        d.check("erase", "--basis", "asked by letter", "--even-open", "asked", "fbl@reporter-a.example", uid=uid)
    d.pass_time("1h")
    tap.is_equal(found(d, "fbl@reporter-a.example", "--because", "x"), [], "a reporter who was erased leads nowhere")
    tap.is_equal(found(d, "fbl@reporter-b.example", "--because", "x"), [smith], "another one does")


def retained(d, smith):
    d.check("case", "resolve", smith, "mended")
    d.pass_time("200d")
    tap.is_equal(found(d, "203.0.113.130"), [], "a case that was thinned out is found by no address")
    tap.is_equal(found(d, "email.unsolicited")[:1] and smith in found(d, "email.unsolicited"), True, "but by its clause")


def main():
    with Daemon(operators={"tester": os.getuid(), "second": SECOND}, conf="retention { cases 30d }") as d:
        complain(d, "203.0.113.17", 1)
        complain(d, "203.0.113.130", 10)
        acme, smith = (d.cases("--customer", c)[0]["case"] for c in ("acme", "smith"))
        by_words(d, acme, smith)
        people(d, acme, smith)
        moved(d, acme)
        reported(d)
        keyed(d)
        erased(d, acme, smith)
        retained(d, smith)


tap.skip_all(missing()) if missing() else tap.run(main)
