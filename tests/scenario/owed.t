#!/usr/bin/env python3
"""A notice that lacks what the customer is owed: a policy with one is not taken; one whose fields have no value is not sent, goes before a person with its
reason, and nothing is cut behind it."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import small_policy
import tap
from browser import Browser
from daemon import Daemon, arf, missing

STEPS = """    at once notify "first" fix within 48h
    after 48h limit mail unless answered"""
# answered only on a page, which there is not without web-url
ON_A_PAGE = "Subject: [{case}] first\n\n{because}\n\nClause {clause}. Answer by {deadline}:\n  {link_case}\n\n{provider}\n"
LACKS = "it lacks the way to answer or appeal"


def policy(d, text):
    where = small_policy.write(os.path.join(d.dir, "policy"), "enforce limit mail { driver null }", STEPS)
    with open(os.path.join(where, "letters/en/first.txt"), "w", encoding="utf-8") as f:
        f.write(text)
    return where


def register(d, count):
    rows = ["type,id,customer,class,kind,resource,service,language,name,email,from,until"]
    for i in range(count):
        rows.append(f"customer,c{i},,business,,,,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z,")
        rows.append(f"service,s{i},c{i},,mail,,,,,,2026-01-01T00:00:00Z,")
        rows.append(f"prefix,p{i},c{i},,static,198.18.0.{i + 1}/32,s{i},,,,2026-01-01T00:00:00Z,")
    d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")


def complain(d, i):
    d.smtp_send(arf(f"198.18.0.{i + 1}", number=i, reporter=f"r@a{i}.example"), sender="")
    d.settle()
    return next(c["case"] for c in d.cases("--limit", 500) if c["body"]["customer"] == f"c{i}")


def limits(d, number):
    return [(a["state"], a.get("hold", 0) != 0) for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit"]


def refused(d):
    r = d.aup("policy", "post", policy(d, ON_A_PAGE.replace("Answer by {deadline}", "Answer")))
    tap.ok(r.rc == 1 and 'letters/en/first.txt:1:1: the notice "first" lacks the deadline (write {deadline} or {fix_within})' in r.err, "a policy with a notice that lacks a part is not taken", r.err)


def held_back(d):
    """Gives the case."""
    sent = len(d.sink.letters)
    number = complain(d, 0)
    tap.is_equal(len(d.sink.letters), sent, "a notice that lacks a part by its values is not sent")
    told = d.check("case", "explain", number).out
    tap.ok(LACKS in told and "The ladder stands" in told, "the case says what lacks, and that it stands", told)
    tap.is_equal([r["case"] for r in json.loads(d.api("/v1/queues/dead").body)["rows"]], [number], "it goes before a person")
    b = Browser(d, local=True)
    tap.like(b.get(f"/cases/{number}").text, LACKS, "its page says why")
    tap.like(b.get(f"/cases/{number}/notice").text, f"first not sent It cannot be sent: the notice is not complete, {LACKS}", "and so does the page of its notice")
    tap.like(d.check("case", "notice", number).out, f"cannot be sent: the notice is not complete, {LACKS}", "the command line, too")
    d.pass_time("3d")
    tap.is_equal(limits(d, number), [], "nothing is limited while nobody has looked")
    return number


def goes_on(d, number):
    d.check("case", "uphold", number, "told by telephone")
    d.pass_time("3d")
    tap.is_equal([state for state, _ in limits(d, number)], ["held"], "and when somebody has, the limit waits for a person: no notice of it reached the customer")
    tap.like(d.check("case", "explain", number).out, "no notice of it has reached the customer", "which the case says")


def sent(d):
    before = len(d.sink.letters)
    number = complain(d, 1)
    d.until(lambda: len(d.sink.letters) > before, "a letter goes out")
    tap.like(d.sink.letters[-1].text(), "https://abuse.example.net/", "where there is such a page the same notice is whole, and goes")
    d.pass_time("3d")
    tap.is_equal([state for state, _ in limits(d, number)], ["done"], "and the limit follows it")


def anew(d):
    """Held back without the page, written anew once there is one."""
    number = complain(d, 2)
    before = len(d.sink.letters)
    tap.is_equal(d.aup("case", "notify", number, "too early").rc, 0, "the notice is written anew when somebody asks for it")
    d.settle()
    tap.ok(len(d.sink.letters) == before and LACKS in d.check("case", "explain", number).out.split("too early")[1], "and held back again while it lacks the same")
    d.pass_time("3d")
    d.stop()
    d.write_config(conf="web-url https://abuse.example.net")
    d.start()
    d.settle()
    b = Browser(d, local=True)
    # the desk may be there before the judge is
    d.until(lambda: "Decide" in b.get(f"/cases/{number}").text, "the judge tells of the case")
    tap.like(b.get(f"/cases/{number}").text, "write the notice anew that was not sent", "the page of the case offers it")
    d.check("case", "notify", number, "there is a page now")
    d.until(lambda: len(d.sink.letters) > before, "the notice goes")
    told = d.check("case", "show", number, "--json").json
    sent_at, fix_by = next(e["at"] for e in reversed(told["events"]) if "is written anew" in e.get("text", "")), told["body"]["fix_by_at"]
    tap.is_equal(fix_by - sent_at, 48 * 3600 * 1000000, "with its time in full")
    tap.is_equal(d.aup("case", "notify", number, "again").rc, 1, "one that was sent is not written anew")
    d.pass_time("47h")
    tap.is_equal(limits(d, number), [], "nothing is limited before that")
    d.pass_time("2h")
    tap.is_equal([state for state, _ in limits(d, number)], ["done"], "and what follows follows it, without a further word")


def main():
    with Daemon(policy=None, registry=None, listens=("smtp", "api")) as d:
        refused(d)
        d.check("policy", "post", policy(d, ON_A_PAGE))
        register(d, 3)
        goes_on(d, held_back(d))
        anew(d)
        sent(d)


tap.skip_all(missing()) if missing() else tap.run(main)
