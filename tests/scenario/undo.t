#!/usr/bin/env python3
"""Thinking again: what a person orders waits and can be taken back, also over a kill; what was done last is taken back from the story; and no two people take
the same case next."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, missing
from desk import Post, customers, null_policy

PEOPLE = ("acme", "bolt", "cog", "dove")


def shown(d, case):
    return d.check("case", "show", "--json", case).json


def waiting(d, case):
    """Acts that can still be taken back."""
    return [a for a in shown(d, case)["acts"] if a.get("undo_until_at") and a["state"] == "queued"]


def letters(d, post, case):
    """A reply waits, is taken back, or goes."""
    post.news()
    d.check("case", "reply", case, "First thought.")
    acts = waiting(d, case)
    tap.is_equal([a["verb"] for a in acts], ["notify"], "a letter that a person writes waits in the outbox")
    tap.is_equal(acts[0]["undo_until_at"] - acts[0]["created_at"], 20_000_000, "for 20 seconds")
    d.check("case", "undo", case)
    d.pass_time("1m")
    tap.is_equal(post.news(), [], "taken back in time, it goes to nobody")
    d.check("case", "reply", case, "Second thought.")
    d.pass_time("19s")
    tap.is_equal(post.news(), [], "after 19 seconds it has not gone")
    d.kill_and_wait("judge")
    d.pass_time("10s")
    d.until(lambda: d.sink.letters[post.seen:], "the letter")
    tap.is_equal([("Second thought." in l.text(), "First" in l.text()) for l in post.news()], [(True, False)], "afterwards it goes once, also when the judge was killed meanwhile")
    bad = d.aup("case", "undo", case, next(a["key"] for a in shown(d, case)["acts"] if a["verb"] == "notify" and a["state"] == "done"))
    tap.ok(bad.rc == 1 and "cannot be taken back" in bad.err, "what has gone is not taken back", bad.err)
    d.check("case", "reply", case, "Third thought.")
    key = waiting(d, case)[0]["key"]
    d.crash()
    d.launch()
    tap.is_equal([a["key"] for a in waiting(d, case)], [key], "what waits, waits on when all of the daemon was killed")
    b = Browser(d, local=True)
    page = b.get(f"/cases/{case}")
    tap.ok(any(t == "time" and "data-until" in a for t, a in page.tags), "the page of the case says until when")
    f = next(f for f in page.forms if f["fields"].get("act") == key)
    page = b.post("/do", {**f["fields"], "op": "case-undo"})
    tap.is_equal((page.status, waiting(d, case)), (200, []), "and takes it back")
    d.pass_time("1m")
    tap.is_equal(post.news(), [], "  so that it goes to nobody")


def by_itself(post):
    case, notice, _ = post.open("bolt")
    tap.ok(notice, "what the policy does by itself does not wait")
    return case


def enforced(d):
    """An emergency, let go or not."""
    case = shown(d, d.cases("--customer", "acme")[0]["case"])["case"]
    d.check("case", "emergency", case, "mail", "--because", "it floods")
    acts = [a for a in waiting(d, case) if a["verb"] != "notify"]
    tap.is_equal([a["verb"] for a in acts], ["suspend"], "what a person cuts waits")
    d.check("case", "undo", case, acts[0]["key"])
    d.pass_time("1m")
    after = next(a for a in shown(d, case)["acts"] if a["key"] == acts[0]["key"])
    tap.is_equal((after["state"], after.get("attempts", 0)), ("undone", 0), "taken back in time, it was never begun")
    return case


def story(d, post, case):
    d.check("case", "assign", case, "ann")
    d.check("case", "assign", case, "bob")
    d.check("case", "back", case)
    tap.is_equal(shown(d, case)["body"]["assigned"], "ann", "who looks after it is taken back to who did before")
    d.check("case", "note", case, "nothing to take back")
    d.check("case", "flag", case, "counsel")
    d.check("case", "back", case)
    tap.ok("counsel" not in str(d.check("case", "show", case).out.split("\n")[0]), "so is a mark")
    d.check("case", "resolve", case, "all is well")
    d.check("case", "back", case)
    tap.is_equal(shown(d, case)["state"], "open", "so is that it was closed")
    events = [e["type"] for e in shown(d, case)["events"]]
    tap.ok(events.index("resolved") < events.index("reopened"), "the story keeps both")
    d.check("case", "resolve", case, "all is well")
    d.pass_time("8d")
    bad = d.aup("case", "back", case)
    tap.is_equal(bad.rc, 1, "after seven days it stays", bad.err)


def nexts(d, post):
    """Two people at once."""
    for who in PEOPLE[2:]:
        post.open(who)
    taken = []
    b = Browser(d, local=True)
    page = b.get("/")
    form = next(f for f in page.forms if ("op", "case-next") in f["buttons"])
    open_cases = {c["case"] for c in d.cases("--state", "open") if not c["body"].get("assigned")}
    for n in range(len(open_cases)):
        if n % 2:
            taken.append(d.check("case", "next", "--json").json["case"])
        else:
            a = b.post("/do", {**form["fields"], "op": "case-next"}, follow=False)
            taken.append(a.headers["location"].rsplit("/", 1)[1])
    tap.is_equal((len(set(taken)), set(taken)), (len(open_cases), open_cases), "each case that nobody looks after is given once")
    tap.is_equal({shown(d, c)["body"]["assigned"] for c in taken}, {"tester"}, "and to whom it was given, is assigned")
    none = d.aup("case", "next")
    tap.ok(none.rc == 1 and "no case waits" in none.err, "then there is none", none.err)
    tap.like(b.post("/do", {**form["fields"], "op": "case-next"}).text, "no case waits", "  which the page says")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(policy=None, registry=None, conf="undo 20s", enforcement="on") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE))
        post = Post(d, PEOPLE)
        case, _, _ = post.open("acme")
        letters(d, post, case)
        other = by_itself(post)
        enforced(d)
        story(d, post, other)
        nexts(d, post)


tap.run(main)
