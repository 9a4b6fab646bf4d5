#!/usr/bin/env python3
"""Cases that people put away: where they stand meanwhile, what brings them back, what goes on all the same, and taking it back."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, arf, missing, xarf
from desk import Post, customers, null_policy

PEOPLE = ["acme", "bolt", "cane", "dorn", "erle"]


def queues(d):
    return {q["name"]: q["count"] for q in d.check("queue", "--within", "90d", "--json").json["queues"]}


def rows(d, name):
    return [r["case"] for r in d.check("queue", name, "--within", "90d", "--json").json["rows"]]


def story(d, number):
    return [(e["type"], e["actor"], e["text"]) for e in d.check("case", "show", number, "--json").json["events"]]


def away(d):
    return [c["case"] for c in d.cases("--state", "snoozed")]


def put_away(d, post, number):
    before, due = queues(d), d.check("case", "show", number, "--json").json["due"]
    d.check("case", "snooze", number, "30h", "--because", "he is on holiday")
    last = story(d, number)[-1]
    tap.ok(last[:2] == ("snoozed", "tester") and last[2].startswith("put away until 20") and last[2].endswith("Z: he is on holiday"), "that a case was put away stands in its story", last)
    after = queues(d)
    tap.is_equal((after["due"], after["snoozed"]), (before["due"] - 1, before["snoozed"] + 1), "it stands in no queue but its own")
    tap.is_equal((number in rows(d, "due"), rows(d, "snoozed"), away(d)), (False, [number], [number]), "where it is found")
    tap.is_equal([d.cases("--state", "snoozed", "--customer", who) != [] for who in ("acme", "bolt")], [True, False], "by its customer, too")
    tap.like(d.aup("case", "next").err, "no case waits", "it is nobody's next case")
    today = json.loads(d.api("/v1/today").body)
    tap.is_equal(today["due"]["overdue"] + today["due"]["hour"] + today["due"]["today"], 0, "and not what falls due today")
    tap.is_equal(number in [r["case"] for r in json.loads(d.api("/v1/cases?sort=due").body)["rows"]], False, "nor what falls due first")
    tap.ok("snoozed" in next(r for r in json.loads(d.api("/v1/cases").body)["rows"] if r["case"] == number), "the list of all cases says so")
    tap.is_equal(d.check("case", "show", number, "--json").json["due"], due, "its deadline is as it was")
    tap.like(d.check("case", "show", number).out, "put away +until ", "and so do words")
    d.check("case", "note", number, "nothing new")
    tap.is_equal(away(d), [number], "a note is nothing new")
    post.pass_time(31)
    tap.is_equal((away(d), rows(d, "snoozed"), number in rows(d, "due"), queues(d)["snoozed"]), ([], [], True, 0), "when its time is over it is back")
    tap.ok("woken" not in [e[0] for e in story(d, number)], "by itself")


def disturbed(d, post, number):
    d.check("case", "snooze", number, "60d")
    post.pass_time(24)
    tap.ok(away(d) == [] and any(e[0] == "woken" and "back before its time" in e[2] for e in story(d, number)), "a deadline brings it back", story(d, number))
    tap.ok(any(a["verb"] == "limit" for a in d.check("case", "show", number, "--json").json["acts"]), "and was kept")
    d.check("case", "snooze", number, "2d")
    for n, who in enumerate("xyz", 70):
        d.smtp_send(arf("198.18.2.1", number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()
    tap.is_equal((away(d), ("woken", "rule") in [e[:2] for e in story(d, number)[-6:]]), ([], True), "so does a report")


def answered(d, post):
    number, notice, _ = post.open("bolt")
    d.check("case", "snooze", number, "2d")
    tap.is_equal(away(d), [number], "it is put away")
    post.answer(notice, "it was my neighbour")
    d.settle()
    tap.is_equal((away(d), number in rows(d, "answers")), ([], True), "an answer brings it back before a person")
    return number


def back(d, number):
    until = lambda: d.check("case", "show", number, "--json").json.get("snoozed")
    d.check("case", "snooze", number, "1d")
    one = until()
    d.check("case", "snooze", number, "2d")
    tap.ok(until() > one, "it is put away for longer")
    d.check("case", "back", number)
    tap.is_equal(until(), one, "that is taken back: it is put away as before")
    d.check("case", "wake", number, "--because", "I have time")
    tap.is_equal((until(), story(d, number)[-1]), (None, ("woken", "tester", "it is back: I have time")), "a person takes it back")
    d.check("case", "back", number)
    tap.is_equal(until(), one, "and that is taken back, too")
    d.check("case", "back", number)
    tap.is_equal(until(), None, "and with that it is not put away")
    tap.is_equal(d.aup("case", "wake", number).rc, 1, "what is not put away is not taken back")


def refused(d, number):
    for until in ("", "soon", "0s", "91d", "2020-01-01T00:00:00Z"):
        tap.is_equal(d.aup("case", "snooze", number, until).rc, 1, f"not until {until!r}")
    tap.is_equal(d.aup("case", "snooze", number).rc, 2, "nor without a time")
    d.check("case", "emergency", number, "mail", "--because", "it burns")
    tap.like(d.aup("case", "snooze", number, "1d").err, "a person looks at it before", "an emergency is not put away")
    d.check("case", "resolve", number, "done")
    tap.like(d.aup("case", "snooze", number, "1d").err, "not with a case that is resolved", "nor what is over")
    d.report(xarf("198.18.2.5", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://x.example/secret"))
    d.settle()
    sealed = next(r["case"] for r in d.cases("--state", "sealed"))
    tap.like(d.aup("case", "snooze", sealed, "1d").err, "it is sealed", "nor what is sealed")


def many(d, post):
    cases = sorted(post.open(who)[0] for who in ("cane", "dorn"))
    done = d.check("case", "bulk", "snooze", "2d", *cases, "--yes", "--json").json
    tap.like(str(done["listed"]), "it is put away until ", "what is put away is told first")
    tap.is_equal(sorted(away(d)), cases, "many are put away at once")
    page = json.loads(d.api("/v1/cases?state=snoozed&limit=1").body)
    behind = json.loads(d.api(f"/v1/cases?state=snoozed&limit=1&after={page['after']}").body)
    tap.is_equal(sorted(r["case"] for r in page["rows"] + behind["rows"]), cases, "their list goes page by page")
    d.check("case", "wake", cases[0])
    d.check("case", "bulk", "undo", done["done"]["bulk"], "--yes")
    tap.is_equal(away(d), [], "and are taken back at once, but for those that are back")
    path = os.path.join(d.dir, "macro")
    with open(path, "w", encoding="utf-8") as f:
        f.write('macro "later" {\n    note "wait"\n    snooze "3d"\n}\n')
    d.check("macro", "add", path)
    d.check("macro", "run", "later", cases[0], "--yes")
    tap.is_equal(away(d), cases[:1], "a macro puts away")
    with open(path, "w", encoding="utf-8") as f:
        f.write('macro "never" {\n    snooze "never"\n}\n')
    tap.like(d.aup("macro", "add", path).err, "for how long", "for a span")
    d.check("case", "wake", cases[0])
    return cases


def page(d, number):
    b = Browser(d, local=True)
    form = next(f for f in b.get(f"/cases/{number}").forms if f["fields"].get("op") == "case-snooze")
    shown = b.post("/do", {**form["fields"], "until": "4d", "text": "<b>later</b>"})
    tap.like(shown.text, r"Put away until \(UTC\) 20\d\d-\d\d-\d\d \d\d:\d\d, or until something happens", "a case is put away by its form", shown.text[:600])
    tap.like(b.get("/cases?state=snoozed").text, f"What comes back first .*{number} open, put away", "and stands in the list of those")
    tap.like(b.get("/queues/snoozed").text, number, "and in the queue of them")
    form = next(f for f in shown.forms if ("op", "case-wake") in f["buttons"])
    shown = b.post("/do", {**form["fields"], "op": "case-wake"})
    tap.ok("Put away until (UTC)" not in shown.text, "it is taken back by a button")
    tap.like(b.get("/cases?state=snoozed").text, "No case is like that", "then none is")


def main():
    with Daemon(policy=None, registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 600") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE))
        post = Post(d, PEOPLE)
        number, _, _ = post.open("acme")
        put_away(d, post, number)
        disturbed(d, post, number)
        other = answered(d, post)
        back(d, other)
        refused(d, other)
        cases = many(d, post)
        page(d, cases[1])


tap.skip_all(missing()) if missing() else tap.run(main)
