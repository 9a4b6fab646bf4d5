#!/usr/bin/env python3
"""The console's pages of the policy: versions, drafts and their stages, and two versions side by side."""
import datetime
import json
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, arf, missing
from desk import with_mail_tests

SECOND = 54321
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def at(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def versions(d, b):
    page = b.get("/policy")
    tap.is_equal(page.status, 200, "there is a page of the policy", page.text)
    tap.like(page.text, r"2026-03-01 in-force 2026-03-01 00:00", "which tells the version in force")
    tap.ok("/policy/2026-03-01" in page.links and "There is no draft" in page.text, "leads to its text, and has no draft", page.links)
    page = b.get("/policy/2026-03-01")
    tap.like(page.text, r"email\.unsolicited .*Kept by rules", "a version shows its clauses")
    tap.like(page.text, r"count distinct reporters per customer >= 3 in 24h", "and its rules")
    tap.is_equal((b.get("/policy/none").status, b.get("/policy/none..2026-03-01").status, b.get("/policy/2026-03-01/draft?file=none").status), (404, 404, 404),
                 "what is not there is not found")
    tap.like(b.get("/policy/2026-03-01..2026-03-01").text, "The two versions say the same", "a version and itself say the same")


def write(b, page, old=None, new=None, **head):
    """The form of a draft, with one text in its file put in the place of another one."""
    f = page.form("/do")["fields"]
    with open(os.path.join(b.d.dir, "policy", f["file"]), encoding="utf-8") as file:
        text = file.read()
    return b.post("/do", {**f, "op": "policy-draft", "content": (text.replace(old, new) if old else text).replace("\n", "\r\n"), **head})


def drafts(d, b):
    page = b.get("/policy/2026-03-01/draft?file=mail.policy")
    tap.ok("/policy/2026-03-01/draft?file=letters%2Fen%2Fspam-first.txt" in page.links, "a draft is made from any file of a version", page.links)
    limits = ("count distinct reporters per customer >= 3 in 24h", "count distinct reporters per customer >= 4 in 24h")
    r = write(b, page, *limits, version="strict", posted="tomorrow")
    tap.ok(r.status == 409 and "a time such as" in r.text, "a time is a time", r.text)
    r = write(b, page, limits[0], "count nonsense", version="strict", posted=at(3600))
    tap.ok(r.status == 409 and "mail.policy" in r.text + r.html and "count nonsense" in r.text, "what does not load is refused, and what was typed is not lost", r.text[:400])
    r = write(b, page, version="2026-03-01", posted=at(3600))
    tap.ok(r.status == 409 and "has been posted" in r.text, "a posted version is none to work at", r.text[:400])
    # the policy's own tests hold its thresholds
    r = write(b, page, *limits, version="strict", posted=at(3600))
    tap.ok(r.status == 409 and "test" in r.text, "nor is a draft kept that fails its own tests", r.text[:400])
    r = write(b, b.get("/policy/2026-03-01/draft?file=systems.policy"), version="next " + HOSTILE, posted=at(86400), significant="no")
    tap.is_equal(r.status, 200, "a draft is kept under a name and a time of its own", r.text[:400])
    tap.like(r.text, "next <script>alert.* draft Written by tester", "the page shows it as a draft")
    tap.ok(not [t for t, a in r.tags if t in ("script", "img") or any(k.startswith("on") for k in a)], "and its name is a text and nothing else")
    d.check("policy", "draft", "remove", "next " + HOSTILE)
    r = write(b, b.get("/policy/2026-03-01/draft?file=systems.policy"), version="next", posted=at(86400), significant="no")
    tap.like(r.text, "next draft", "another one")
    old = "because \""
    page = b.get("/policy/next/draft?file=mail.policy")
    r = write(b, page, old, 'because "stated anew: ')
    tap.is_equal(r.status, 200, "it is worked at again", r.text[:400])
    page = b.get("/policy/2026-03-01..next")
    tap.like(page.text, r"policy shipped version changed 2026-03-01 next", "two versions are compared")
    tap.ok([a for t, a in page.tags if t == "ins"] and [a for t, a in page.tags if t == "del"] and "stated anew: " in page.text, "clause by clause, side by side")
    api = d.api("/v1/policy/2026-03-01/changes/next")
    tap.ok(api.status == 200 and b'"sides"' not in api.body and b'"clauses"' in api.body, "programs get the same", api.body[:300])
    tap.is_equal(d.aup("policy", "post", "--draft", "none").rc, 1, "a draft that is not there is not posted")


def tested(d, b):
    page = b.get("/policy/next/backtest")
    tap.like(page.text, "The draft was not tested yet", "a draft that was not tested says so, and how it is")
    tap.is_equal(b.get("/policy/none/backtest").status, 404, "one that is not there is not found")
    for k in range(5):
        d.smtp_send(arf("203.0.113.17", number=k, reporter=f"fbl@reporter-{k}.example"))
    d.settle()
    first = d.aup("policy", "backtest", "--json", "--draft", "next", "--keep").json
    tap.is_equal((first["observations"], first["draft"]["cases"], first["same"]), (5, 1, 1), "a draft that says it in other words makes the same case")
    page = b.get("/policy/next/backtest")
    tap.ok(first["digest"] in page.text and "Cases gained" in page.text, "what came of it stands there, with its digest", page.text)
    tap.like(b.get("/policy").text, "next back-tested", "and the draft is back-tested")
    again = d.aup("policy", "backtest", "--json", "--to", first["to"], "--from", first["from"], "--draft", "next", "--keep").json
    tap.is_equal(again["digest"], first["digest"], "twice the same digest")
    page = b.get("/policy/next/backtest?from=2026-01-01")
    form = page.form("/policy/next/backtest")["fields"]
    tap.is_equal(form["from"], "2026-01-01", "the address says what is to be tested")
    page = b.post("/policy/next/backtest", {**form, "from": first["from"], "until": first["to"]})
    tap.ok(page.status == 200 and first["digest"] in page.text, "from the page it is the same test, with the same digest", page.text[:600])
    tap.is_equal((b.post("/policy/next/backtest", {**form, "from": "never"}).status, b.post("/policy/none/backtest", form).status, b.post("/policy/next/backtest", {**form, "_token": ""}).status),
                 (400, 404, 403), "a time is a time, a draft is a draft, and a form is one of ours")
    r = write(b, b.get("/policy/next/draft?file=mail.policy"), 'because "', 'because "once more: ')
    tap.like(r.text, "next draft", "a draft that is changed is none that was tested")
    tap.like(b.get("/policy/next/backtest").text, "of an earlier text", "and the page says so")
    r = d.api("/v1/command", "POST", json.dumps({"op": "policy-tested", "result": first}))
    tap.ok(r.status == 409 and b"says something else" in r.body, "the result of another text is not kept", r.body)


def stages(d, b):
    page = b.get("/policy")
    form = next(f for f in page.forms if f["fields"].get("draft") == "next")["fields"]
    page = b.post("/do", {**form, "op": "policy-post"})
    tap.ok(page.status == 409 and "has not been tried" in page.text, "what was not tried is not posted", page.text)
    page = b.post("/do", {**form, "op": "policy-shadow"})
    tap.like(page.text, "next shadow .*proposed by tester", "it is tried")
    page = b.post("/do", {**form, "op": "policy-post"})
    tap.ok(page.status == 409 and "another one posts it" in page.text, "and not posted by who proposed it", page.text)
    off = next(f for f in b.get("/policy").forms if "f:off" in f["fields"])["fields"]
    tap.like(b.post("/do", {**off, "op": "policy-shadow"}).text, "next draft", "one step back: it is a draft again")
    b.post("/do", {**form, "op": "policy-shadow"})
    tap.like(d.check("policy", "post", "--draft", "next", uid=SECOND).out, "^posted version next", "a second person posts it")
    page = b.get("/policy")
    tap.like(page.text, r"next to-come .*2026-03-01 in-force", "it binds from its time on")
    tap.ok("There is no draft" in page.text and "/policy/2026-03-01..next" in page.links, "and is no draft any more", page.text)
    out = d.check("policy", "list").out
    tap.like(out, r"^next +to-come +from .*\n2026-03-01 +in-force", "aup tells the same")
    page = b.get("/policy/2026-03-01/draft")
    r = write(b, page, version="back", posted=at(2 * 86400), significant="no")
    tap.like(r.text, "back draft", "and an earlier version comes back as a draft of a new one")
    tap.like(b.get("/policy/2026-03-01..back").text, r"version changed 2026-03-01 back", "with another head and nothing else")
    tap.ok("count" not in str([x["fault"] for x in d.check("policy", "list", "--json").json["drafts"]]), "and the list says so")


def detector(d, b, page, cases, coverage):
    """One of what rules wait for, against the coverage and a count by hand."""
    tap.ok("/detectors/messaging.spam" in page.links, "what a rule waits for has a page")
    x = json.loads(d.api("/v1/detectors/messaging.spam").body)
    inputs = [(c["clause"], r["rule"], i["reports"]) for c in coverage["clauses"] for r in c.get("rules", []) for i in r["inputs"] if i["name"] == "messaging.spam"]
    tap.is_equal([(r["clause"], r["rule"], r["by_it"]) for r in x["rules"]], inputs, "the rules that wait for it, and what each had of it")
    tap.is_equal((x["type"], x["state"], x["reports"], x["reports"] == sum(n for _, _, n in inputs)), ("complaint", "covered", x["reports"], True), "its reports are the sum of theirs", x)
    mine = [c for c in cases if c["body"]["kind"] == "messaging.spam"]
    tap.is_equal((x["cases"], x["decided"], x["upheld"], x["precision"]), (len(mine), 1, 0, 0), "the cases that it opened, and what people made of them")
    week = x["weeks"]
    tap.is_equal((len(week), sum(k["reports"] for k in week), sum(k["cases"] for k in week), sum(k["decided"] for k in week)), (13, x["reports"], x["cases"], 1), "by week they are the same")
    days = [datetime.date.fromisoformat(k["week"][:10]) for k in week]
    tap.ok({k.weekday() for k in days} == {0} and all((a - b).days == 7 for a, b in zip(days, days[1:])), "each from its Monday", days)
    tap.like(b.get("/detectors/messaging.spam").text, rf"messaging\.spam complaint .*Reports {x['reports']} Cases that it opened {len(mine)} Upheld of decided 0 of 1, 0 %", "its page says so")
    tap.like(b.get("/detectors/usage.over-limit").text, "blind nothing that is configured could tell it.*never", "and of another one that nothing could tell it")
    tap.is_equal([b.get(f"/detectors/{n}").status for n in ("none", "email.unsolicited", "email.unsolicited%2F", "messaging.spam%202900")], [404] * 4, "what nothing waits for has none")


def covered(d, b):
    """What could tell, and what did; the numbers against a count by hand."""
    for host, n in (("203.0.113.17", 60), ("203.0.113.66", 3)):
        for k in range(n):
            d.smtp_send(arf(host, number=100 + k, reporter=f"fbl@reporter-{k}.example", subject=HOSTILE))
    d.settle()
    cases = d.cases()
    answer = json.loads(d.api("/v1/coverage").body)
    rows = {c["clause"]: c for c in answer["clauses"]}
    spam = rows["email.unsolicited"]
    tap.is_equal(spam["cases"], len([c for c in cases if c["body"]["clause"] == "email.unsolicited"]), "the cases of a clause are counted", spam)
    tap.is_equal(spam["reports"], sum(c["body"]["report_count"] for c in cases if c["body"]["clause"] == "email.unsolicited"), "and its reports, those that were counted before it opened as well", spam)
    rule = next(r for r in spam["rules"] if r["rule"] == cases[0]["body"]["rule"])
    tap.is_equal((rule["live"], [i["state"] for i in rule["inputs"]][:1], rule["cases"]), (True, ["covered"], len([c for c in cases if c["body"]["rule"] == rule["rule"]])),
                 "by rule and by what it waits for", rule)
    tap.ok(all(r["reports"] == sum(i["reports"] for i in r["inputs"]) for r in spam["rules"]) and sum(r["cases"] for r in spam["rules"]) == spam["cases"],
           "and the numbers of rules are the sums of those of what they wait for", spam)
    waits = next(r for r in spam["rules"] if not r["live"])
    tap.ok(spam["state"] == "partial" and "blind" in [i["state"] for i in waits["inputs"]], "what no detector tells is blind, and its clause in part", waits)
    tap.is_equal((rows["session.duration"]["state"], "session.duration" in answer["unenforced"]), ("blind", True), "without accounting nothing tells how long sessions last")
    tap.is_equal(answer["unjustified"], [], "no rule lacks its clause")
    tap.ok("precision" not in spam and spam["last"], "nothing was decided, and when the last report came is told", spam)
    before = answer["counted_until"]
    number = next(c["case"] for c in cases if c["body"]["clause"] == "email.unsolicited")
    d.api("/v1/command", "POST", json.dumps({"op": "case-appeal", "case": number, "text": "not me"}))
    d.pass_time("1h")
    d.api("/v1/command", "POST", json.dumps({"op": "case-review", "case": number, "on": False, "text": "it was not him"}))
    d.settle()
    spam = {c["clause"]: c for c in json.loads(d.api("/v1/coverage").body)["clauses"]}["email.unsolicited"]
    tap.is_equal((spam["decided"], spam["upheld"], spam["precision"]), (1, 0, 0), "what people decide makes its precision", spam)
    again = json.loads(d.api("/v1/coverage").body)
    tap.ok(again["counted_until"] > before and {c["clause"]: c for c in again["clauses"]}["email.unsolicited"]["decided"] == 1, "and is counted once, however often it is asked")
    d.restart()
    anew = json.loads(d.api("/v1/coverage").body)
    tap.is_equal(anew["clauses"], again["clauses"], "a desk that begins anew counts the same")
    page = b.get("/coverage")
    tap.like(page.text, r"email\.unsolicited.* partial .*0 of 1, 0 %", "the page says so")
    detector(d, b, page, cases, again)
    tap.ok("/cases?clause=email.unsolicited" in page.links and f"/policy/{answer['version']}#email.unsolicited" in page.links, "and leads to the cases, and to the clause")
    tap.like(page.text, "The two are the same yes", "the document is the one that was posted")
    tap.like(d.check("policy", "coverage", "--live").out, r"email\.unsolicited +partial [^\n]*; %d cases, 0 of 1 decided" % spam["cases"], "aup tells the same")


def figures(d, b):
    """Against a count by hand over the events that the API tells; the page, the file and the API are one."""
    answer = json.loads(d.api("/v1/figures?from=2026-01-01").body)
    events = json.loads(d.api("/v1/events?limit=1000&after=0,").body)["events"]
    number = lambda *types: len([e for e in events if e["type"] in types])
    total = answer["total"]
    tap.is_equal((total["reports"], total["opened"], total["reviewed"], total["appeals"]), (number("finding", "witness"), number("opened"), number("reviewed"), number("appeal")),
                 "reports, cases, decisions and appeals are as many as there are events", total)
    tap.is_equal((total["refused"], total["reversed"], total["reversed_percent"]), (1, 1, 100), "what an appeal undid is a reversal")
    cases = d.cases()
    tap.is_equal(total["noticed"], len([c for c in cases if c["body"].get("noticed")]), "each case whose customer was written to counts once")
    tap.is_equal({r["clause"]: r["opened"] for r in answer["rows"]}, {k: len([c for c in cases if c["body"]["clause"] == k]) for k in {c["body"]["clause"] for c in cases}},
                 "by clause, too")
    page = b.get("/reports?from=2026-01-01")
    lines = b.ask("/reports?from=2026-01-01&format=csv").body.decode().splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","))) for line in lines[1:]]
    tap.is_equal([(r["clause"], r["reports"], r["opened"]) for r in rows], [(r["clause"], str(r["reports"]), str(r["opened"])) for r in answer["rows"]], "the file has the same numbers", lines)
    tap.ok(all(re.search(rf"{re.escape(r['clause'])} {r['reports']} {r['opened']} ", page.text) for r in answer["rows"]), "and so has the page", page.text)
    public = json.loads(d.api("/v1/figures?from=2026-01-01&form=public").body)
    shown = [r["opened"] for r in public["rows"]]
    tap.ok("few" in shown and all(x == "few" or x == 0 or x >= 5 for r in public["rows"] for k, x in r.items() if k in total and not k.endswith(("percent", "seconds"))),
           "for the public small numbers are not told", public["rows"])
    tap.ok("opened" in public["at_least"] and public["total"]["opened"] == sum(x for x in shown if x != "few"), "and no sum gives them away", public)
    tap.like(b.get("/reports?from=2020-01-01&until=2020-02-01").text, "Nothing was reported", "a time in which nothing happened says so")
    tap.is_equal((b.get("/reports?from=never").status, b.get("/reports?from=2026-02-01&until=2026-01-01").status), (400, 400), "a period is one")


def main():
    if missing():
        tap.skip_all(missing())
    if os.getuid() != 0:
        tap.skip_all("posting by two takes two people, and only root can be two")
    with Daemon(conf="posting-by-two yes", operators={"tester": 0, "second": SECOND}, policy=None) as d:
        d.check("policy", "shadow", with_mail_tests(d))
        d.check("policy", "post", os.path.join(d.dir, "policy"), uid=SECOND)
        b = Browser(d, local=True)
        versions(d, b)
        drafts(d, b)
        tested(d, b)
        stages(d, b)
    with Daemon() as d:
        covered(d, Browser(d, local=True))
        figures(d, Browser(d, local=True))


tap.run(main)
