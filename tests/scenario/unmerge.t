#!/usr/bin/env python3
"""A merge taken back: both cases are as they were, what came since stays, and what rests on both keeps it from being taken back."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, arf, missing
from desk import Post, customers, null_policy

PEOPLE = ["acme", "bolt", "cane"]
# what is counted, and of what a report may never be lost or counted twice
COUNTED = ("report_count", "incident_count", "strikes", "grade", "flags", "first_event_at", "last_event_at", "role", "content", "receipts", "untold", "upstreams")


def body(d, number):
    return d.check("case", "show", number, "--json").json["body"]


def counted(b):
    return {**{k: b.get(k) for k in COUNTED}, "recent": sorted((i["key"], i["reports"]) for i in b.get("recent", []))}


def witnesses(b):
    return sorted(w.split("@")[1].split(".")[0] for i in b.get("recent", []) for w in i.get("witnesses", []))


def told(d, number):
    return [(e["type"], e["text"]) for e in d.check("case", "show", number, "--json").json["events"]]


def complain(d, customer, who, start, source=None):
    for n, w in enumerate(who, start):
        d.smtp_send(arf(source or f"198.18.2.{PEOPLE.index(customer) + 1}", number=n, reporter=f"fbl@{w}.far.example"), sender="")
    d.settle()


def two_cases(d, post, customer):
    """A case, and one that was split off it: of one incident both know."""
    number, _, _ = post.open(customer)
    off = d.check("case", "split", number, "2", "--because", "another matter", "--json").json["case"]
    return number, off


def as_before(d, post):
    into, off = two_cases(d, post, "acme")
    d.check("case", "flag", off, "counsel")
    before = counted(body(d, into)), counted(body(d, off))
    tap.is_equal((before[0]["report_count"], before[1]["report_count"], before[0]["recent"][0][0]), (2, 1, before[1]["recent"][0][0]), "two cases know of one incident")
    d.check("case", "merge", off, into, "--because", "the same after all")
    joined = counted(body(d, into))
    tap.is_equal((joined["report_count"], joined["incident_count"], witnesses(body(d, into))), (3, 1, ["a", "b", "c"]), "one takes the other in: one incident, three who saw it")
    tap.ok(body(d, into).get("flags", 0) & 4, "and its mark")
    d.check("case", "back", off)
    tap.is_equal(counted(body(d, into)), before[0], "taken back, the one has what it had")
    tap.is_equal(counted(body(d, off)), before[1], "and so has the other")
    tap.is_equal((witnesses(body(d, into)), witnesses(body(d, off))), (["a", "c"], ["b"]), "with those who saw it")
    tap.is_equal((body(d, off)["state"], body(d, off).get("merged_into"), "joined" in body(d, off)), ("review", None, False), "which is what it was")
    tap.is_equal((told(d, into)[-1], ("reopened", f"taken out of {into} again: that it was merged is taken back") in told(d, off)),
                 (("split", f"gave {off} back: that it was merged is taken back"), True), "both stories tell of it")
    tap.is_equal(off in [r["case"] for r in d.check("queue", "review", "--json").json["rows"]], True, "it waits where it waited")
    return into, off, before


def came_since(d, into, off, before):
    d.check("case", "merge", off, into)
    complain(d, "acme", "x", 50)
    complain(d, "acme", "y", 51, source="198.18.2.1")
    d.check("case", "back", into)
    after = counted(body(d, into))
    tap.is_equal((after["report_count"], counted(body(d, off))), (before[0]["report_count"] + 2, before[1]), "what came since stays with the one, and is none of the other's", after)
    tap.is_equal(witnesses(body(d, into)), ["a", "c", "x", "y"], "who saw what the other one brought is no witness here")
    tap.ok(not body(d, into).get("flags", 0) & 4, "its mark has gone with it, all the same")


def ladder(d, post):
    number, notice, _ = post.open("bolt")
    by_hand = d.check("case", "open", "--customer", "bolt", "--clause", "other.discretion", "--because", "by hand", "--json").json["case"]
    limits = lambda: [a["state"] for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit"]
    d.check("case", "merge", number, by_hand)
    post.pass_time(72)
    tap.is_equal(limits(), [], "while it is merged its ladder is over")
    d.check("case", "back", by_hand)
    tap.is_equal((body(d, number)["state"], body(d, number)["report_count"], body(d, by_hand).get("report_count", 0)), ("open", 3, 0), "it goes on by itself, with its reports")
    post.pass_time(49)
    tap.ok(limits() and limits()[0] != "undone", "and its ladder begins anew", limits())
    d.check("case", "resolve", number, "done")
    d.check("case", "merge", number, by_hand)
    d.check("case", "back", number)
    tap.is_equal((body(d, number)["state"], body(d, number)["resolution"]), ("resolved", "done"), "one that was closed is closed again")
    return number, by_hand


def refused(d, into, off, number, by_hand):
    d.check("case", "back", off)
    tap.is_equal(body(d, off).get("flags", 0) & 4, 0, "once more takes back what was done before that: a mark")
    d.check("case", "merge", off, into)
    d.check("case", "flag", into, "hold")
    r = d.aup("case", "back", off)
    tap.like(r.err, f"{into} has gone on since: flag", "a mark that was set since rests on both")
    d.check("case", "back", into)
    tap.is_equal(body(d, into).get("flags", 0) & 2, 0, "on the page of the other one the mark is what was done last")
    tap.like(d.aup("case", "back", off).err, "has gone on since", "and a merge behind that stays")
    d.check("case", "reopen", number, "once more")
    d.check("case", "merge", number, by_hand)
    d.check("case", "resolve", by_hand, "over")
    tap.like(d.aup("case", "back", number).err, f"{by_hand} is resolved by now", "nor does a case come out of one that is over")
    d.check("case", "back", by_hand)
    tap.like(d.aup("case", "back", number).err, "has gone on since: resolved", "nor of one that was")


def too_late(d):
    one = d.check("case", "open", "--customer", "acme", "--clause", "other.discretion", "--because", "one", "--json").json["case"]
    two = d.check("case", "open", "--customer", "acme", "--clause", "other.resale", "--because", "two", "--json").json["case"]
    d.check("case", "merge", one, two)
    d.pass_time("8d")
    tap.like(d.aup("case", "back", one).err, "more than 7 days ago", "after a week it stays")


def page(d, post):
    into, off = two_cases(d, post, "cane")
    b = Browser(d, local=True)
    act = lambda n, op, **more: b.post("/do", {**next(f for f in b.get(f"/cases/{n}").forms if f["fields"].get("op") == op or ("op", op) in f["buttons"])["fields"], "op": op, **more})
    for number, op, state, fields in ((off, "case-merge", "merged", {"into": into}), (off, "case-assign", "", {"text": "ann"}), (off, "case-flag", "", {"text": "hold", "n:flag": "2", "f:on": "yes"}),
                                      (into, "case-resolve", "resolved", {"text": "mended"})):
        before = body(d, number)
        act(number, op, **fields)
        changed = body(d, number)
        act(number, "case-back")
        after = body(d, number)
        same = {k: (before.get(k), after.get(k)) for k in ("assigned", "flags", "report_count") if before.get(k) != after.get(k)}
        tap.ok(changed != before and (not state or changed["state"] == state) and after["state"] in (before["state"], "open") and not same, f"{op} is taken back by a button of the page",
               before["state"], changed["state"], after["state"], same)


def main():
    with Daemon(policy=None, registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 600") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE))
        post = Post(d, PEOPLE)
        into, off, before = as_before(d, post)
        came_since(d, into, off, before)
        number, by_hand = ladder(d, post)
        refused(d, into, off, number, by_hand)
        too_late(d)
        page(d, post)


tap.skip_all(missing()) if missing() else tap.run(main)
