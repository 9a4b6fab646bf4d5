#!/usr/bin/env python3
"""A request for information: the customer is asked with a date, an answer by mail or API completes it, and silence is a finding of its own that
comes before a person, once. The letters are held against reviewed files."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import golden
import tap
from daemon import Daemon, missing
from desk import Post, customers, null_policy

WORD = "desk@example.net"
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "request")
PEOPLE = ("acme", "bolt", "cask", "dune", "echo")
ASKED = "Which system was it at that time, and who looks after it?"


class Desk(Post):
    def ask(self, number, *more):
        self.d.check("case", "ask", number, ASKED, "--within", "5d", *more)
        self.d.settle()

    def events(self, number):
        return [(e["type"], e["actor"]) for e in self.show(number)["events"] if e["type"] in ("request", "unanswered")]

    def silent(self, name):
        return [c for c in self.d.cases("--customer", name) if c["body"]["clause"] == "investigation.user-duty"]


def main():
    with Daemon(policy=None, registry=None, provider=f"word-to {WORD}") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE, german="bolt"))
        p = Desk(d, PEOPLE)
        acme, notice, base = p.open("acme")
        bolt, notice_bolt, base_bolt = p.open("bolt")
        cask, notice_cask, _ = p.open("cask")
        dune, _, _ = p.open("dune")
        echo, _, _ = p.open("echo")
        tap.ok(d.aup("case", "ask", acme, ASKED).rc, "nobody is asked without a date")
        tap.ok(d.aup("case", "ask", acme, ASKED, "--within", "91d").rc, "nor with one that is too far")
        p.news()
        p.ask(acme)
        got = p.news()
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/1-request.txt", base, "acme is asked")
        tap.like(d.aup("case", "ask", acme, "And?", "--within", "5d").err, "has been asked already", "one request is open at a time")
        tap.like(d.check("case", "explain", acme).out, "asked for information by", "the case says so")
        p.answer(notice_bolt, "Moment.")
        p.news()
        p.ask(bolt)
        got = p.news()
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/2-request-de.txt", base_bolt, "bolt is asked in German")
        rows = [r for r in d.check("queue", "due", "--within", "6d", "--json").json["rows"] if r["case"] == bolt]
        tap.like(rows[0]["what"] if rows else "", "silence about the request", "what is due says what silence means")
        p.answer(got[0], "Das ist unser Webserver.")
        tap.is_equal([t for t, _ in p.events(bolt)], ["request", "request"], "which completes it")
        p.ask(cask)
        p.answer(notice_cask, "FIXED\n\nIt was a printer.")
        tap.is_equal((p.show(cask)["body"]["state"], p.show(cask)["body"].get("recheck_until_at")), ("paused", None),
                     "who was asked something and says that it is mended is read by a person")
        p.ask(dune)
        d.check("case", "flag", dune, "do-not-tell")
        p.ask(echo)
        key = d.check("key", "add", "customer", "echo", "--json").json["key"]
        said = d.api(f"/v1/my/cases/{echo}/answer", "POST", json.dumps({"text": "It is our mail server."}),
                     {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "Idempotency-Key": "one"})
        tap.is_equal((said.status, [t for t, _ in p.events(echo)]), (200, ["request", "request"]), "an answer by API completes it as well")
        d.pass_time("4d")
        tap.is_equal([p.silent(x) for x in PEOPLE], [[] for _ in PEOPLE], "before the date silence is nothing")
        p.news()
        d.pass_time("26h")
        got = p.silent("acme")
        tap.is_equal([c["state"] for c in got], ["review"], "after it, it is a case of its own that a person decides about")
        tap.is_equal([t for t, _ in p.events(acme)], ["request", "unanswered"], "and stands in the case that asked")
        tap.like(d.check("case", "explain", got[0]["case"]).out, f"about {acme}", "which the new one names")
        tap.ok(any(got[0]["case"] in x.subject + x.text() for x in p.news(WORD)), "the desk gets word")
        tap.is_equal([p.silent(x) for x in PEOPLE[1:]], [[] for _ in PEOPLE[1:]], "nothing of the kind of who answered, nor of who may not be told")
        tap.ok(any(e["type"] == "task" and "kept silent" in e["text"] for e in p.show(dune)["events"]), "of the latter a person looks")
        d.pass_time("20d")
        tap.is_equal(len(p.silent("acme")), 1, "once")
        tap.is_equal(p.show(got[0]["case"])["body"]["report_count"], 1, "and no more")


WHY = missing() or None
tap.skip_all(WHY) if WHY else tap.run(main)
