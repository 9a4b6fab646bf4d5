#!/usr/bin/env python3
"""Every aup case subcommand against a live daemon: what people see and decide, approvals that take two distinct people, the
emergency lane, do-not-tell, merging and splitting, paging, and the story that explain tells."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from desk import null_policy

SECOND, THIRD = 65534, 65533            # user ids of more operators
ROOT = os.getuid() == 0


def complain(d, source="203.0.113.17", reporters="abc", start=1, at=None):
    for n, who in enumerate(reporters, start):
        reply = d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example", at=at))
        if reply.code != 250:
            raise RuntimeError(reply.text)
    d.settle()


def show(d, number):
    return d.check("case", "show", number, "--json").json


def body(d, number):
    return show(d, number)["body"]


def acts(d, number, verb):
    return [a for a in show(d, number)["acts"] if a["verb"] == verb]


def the_case(d, customer):
    rows = d.cases("--customer", customer)
    return rows[0]["case"] if rows else None


def story(d):
    """explain: what came in, whose and why, which clause in which version, what was decided, what next and when."""
    number = the_case(d, "acme")
    text = d.check("case", "explain", number).out
    for pattern, what in ((r"Case C-\d+ is open", "the state"), (r"customer\s+acme", "the customer"),
                          (r"email\.unsolicited, policy version \S+, rule several-reporters", "clause, version and rule"),
                          (r"because\s+3 independent reporters", "the sentence of the rule"), (r"reports\s+3 reports of 1 incident, first", "how much came in"),
                          (r"reporter-a.*reporter-b.*reporter-c", "every reporter who led to it"), (r"prefix 203\.0\.113\.16/28", "whose it was"),
                          (r"grade A: one customer by the register", "and why"), (r"held: .*messaging\.spam", "the terms that held"),
                          (r"count distinct reporters >= 3 \(it was 3\)", "with their counts"), (r"notify with letter \"spam-first\"", "what was decided"),
                          (r"Due \d{4}-\S+ by ladder spam: limit mail, unless the customer has answered", "what happens next and when"), (r"can appeal until \d{4}-", "until when one can appeal")):
        tap.like(text, pattern, f"explain tells {what}")
    tap.is_equal(body(d, number)["report_count"], 3, "three reporters are three reports")
    tap.is_equal(body(d, number)["incident_count"], 1, "of one incident")
    tap.is_equal(len(body(d, number)["recent"][0]["witnesses"]), 3, "with three witnesses")
    tap.unlike(d.check("case", "show", number).out, "What happened", "show leaves the story out")
    return number


def words(d, number):
    """note, assign, filters and wrong usage."""
    tap.is_equal(d.aup("case", "note", number, "rang them").out, f"{number} note: done\n", "a note")
    tap.is_equal(d.check("case", "assign", number, "alice", "--json").json["case"], number, "assigned, said in JSON")
    tap.is_equal([r["case"] for r in d.cases("--assigned", "alice")], [number], "found by whom it is assigned to")
    tap.is_equal(d.cases("--assigned", "bob"), [], "and by nobody else")
    tap.is_equal([r["case"] for r in d.cases("--clause", "email.unsolicited", "--state", "open")], [number], "by clause and state")
    tap.is_equal(d.cases("--clause", "fraud.misleading"), [], "not by another clause")
    text = d.check("case", "explain", number).out
    tap.like(text, r"note: rang them \(tester\)", "the note and who wrote it stand in the story")
    tap.is_equal(d.aup("case", "note", number).rc, 2, "a note without a text is wrong usage")
    tap.is_equal(d.aup("case", "note", "four", "x").rc, 2, "so is a case without a number")
    r = d.aup("case", "note", "C-999999", "x")
    tap.is_equal((r.rc, r.err), (1, "aup: there is no case C-999999\n"), "a case that is not there is said")
    tap.is_equal(d.aup("case", "list", "--flag", "nonsense").rc, 1, "a flag that is none is refused")
    tap.is_equal(d.aup("case", "list", "--socket", "/nonexistent").rc, 3, "no daemon is exit 3")
    tap.like(d.check("case", "split", "--help").out, r"^usage: aup case split C-N EVENT", "each subcommand has its help")
    tap.is_equal(d.aup("case", "flag", number, "counsel").rc, 0, "to the lawyers' queue")
    tap.is_equal([r["case"] for r in d.cases("--flag", "counsel")], [number], "which can be listed")
    tap.is_equal(d.aup("case", "flag", "--off", number, "counsel").rc, 0, "and out of it again")
    tap.is_equal(d.cases("--flag", "counsel"), [], "which is empty now")


def limits(d, number):
    """The ladder limits and suspends by itself; ending the contract waits for two distinct people."""
    d.pass_time("49h")
    tap.is_equal([a["state"] for a in acts(d, number, "limit")], ["done"], "after two days of silence mail is limited")
    tap.like(d.check("case", "explain", number).out, r"act-done: limit of mail is in force", "which the story tells")
    r = d.check("case", "undo", number, "s1.1/limit/mail", "--json")
    d.settle()
    tap.is_equal([a["state"] for a in acts(d, number, "limit")], ["undone"], "a person lifts it", r.out)
    tap.is_equal(d.aup("case", "undo", number, "s1.1/limit/mail").rc, 1, "once only")
    d.pass_time("30d")
    ends = acts(d, number, "terminate")
    tap.is_equal([(a["state"], a["needs"]) for a in ends], [("held", 2)], "after a month the end of the contract waits for two people")
    tap.like(d.check("case", "show", number).out, r"terminate all.*held, waits for approvals", "show says what it waits for")
    key = ends[0]["key"]
    tap.is_equal(d.aup("case", "approve", number, key).rc, 0, "one approves")
    tap.is_equal(acts(d, number, "terminate")[0]["state"], "held", "one is not enough")
    r = d.aup("case", "approve", number)
    tap.is_equal(r.rc, 1, "the same person again is refused")
    tap.like(r.err, "tester has approved this already; another person has to", "and told why")
    if not ROOT:
        tap.skip("a second person approves", "needs root")
        return
    r = d.aup("case", "approve", number, uid=12345)
    tap.is_equal((r.rc, acts(d, number, "terminate")[0]["state"]), (1, "held"), "somebody who is no operator approves nothing")
    tap.is_equal(d.aup("case", "approve", number, uid=SECOND).rc, 0, "a second person approves")
    d.settle()
    tap.is_equal(acts(d, number, "terminate")[0]["state"], "done", "now it is done")
    tap.is_equal(body(d, number)["state"], "terminated", "and the case is over")
    tap.like(d.check("case", "explain", number).out, r"approves terminate of all \(1 of 2\).*\(tester\).*\(2 of 2\).*\(second\)", "the story names both")
    tap.is_equal(d.aup("case", "resolve", number, "x").rc, 1, "a case that is over is not resolved")


def resolve_and_reopen(d):
    complain(d, source="203.0.113.130", reporters="defg", start=20)
    number = the_case(d, "smith")
    tap.is_equal(body(d, number)["report_count"], 4, "a case of another customer, each report counted")
    tap.is_equal(d.aup("case", "resolve", number, "mended").rc, 0, "resolved")
    tap.is_equal((body(d, number)["state"], body(d, number)["resolution"]), ("resolved", "mended"), "with its reason")
    tap.is_equal(body(d, number).get("next_due_at"), None, "nothing is due any more")
    strikes = body(d, number)["strikes"]
    tap.is_equal(d.aup("case", "reopen", number, "too early").rc, 0, "reopened by a person")
    tap.is_equal((body(d, number)["state"], body(d, number)["strikes"]), ("open", strikes), "which is no further strike")
    tap.is_equal(d.aup("case", "reopen", number, "again").rc, 1, "an open case is not reopened")
    tap.is_equal(d.aup("case", "resolve", number, "now").rc, 0, "resolved again")
    complain(d, source="203.0.113.130", reporters="abc", start=30)
    tap.is_equal((body(d, number)["state"], body(d, number)["strikes"]), ("open", strikes + 1), "a new finding reopens it: a strike")
    tap.is_equal(len(d.cases("--customer", "smith")), 1, "and opens no second one")
    return number


def by_person(d):
    """A case without a rule needs a reason and a second look."""
    tap.is_equal(d.aup("case", "open", "--customer", "bakery").rc, 2, "a reason is needed")
    tap.is_equal(d.aup("case", "open", "--customer", "nobody", "--because", "x").rc, 1, "and a customer")
    tap.is_equal(d.aup("case", "open", "--customer", "bakery", "--ladder", "nonsense", "--because", "x").rc, 1, "and a ladder that is there")
    number = d.check("case", "open", "--customer", "bakery", "--ladder", "spam", "--because", "odd traffic").out.strip()
    tap.is_equal((body(d, number)["state"], body(d, number)["clause"]), ("review", "other.discretion"), "it waits for a second look")
    r = d.aup("case", "open", "--customer", "bakery", "--because", "again")
    tap.is_equal((r.rc, "already" in r.err), (1, True), "one open case a group", r.err)
    r = d.aup("case", "uphold", number, "yes")
    tap.is_equal((r.rc, "another person has to look" in r.err), (1, True), "who opened it does not uphold it", r.err)
    if ROOT:
        tap.is_equal(d.aup("case", "uphold", number, "I see it too", uid=SECOND).rc, 0, "another person does")
        tap.is_equal(body(d, number)["state"], "open", "then it goes on")
    else:
        tap.skip("another person does", "needs root")
    return number


def joined(d):
    """split takes reports into a case of their own; merge brings them back, and nothing is lost or counted twice."""
    complain(d, source="203.0.113.66", reporters="abc", start=40)
    number = next(r["case"] for r in d.cases("--customer", "bakery") if r["body"]["clause"] == "email.unsolicited")
    events = [e["n"] for e in show(d, number)["events"] if e["type"] in ("finding", "witness")]
    r = d.aup("case", "split", number, "9999", "--because", "x")
    tap.is_equal((r.rc, "is no report" in r.err), (1, True), "an event that is no report cannot leave", r.err)
    tap.is_equal(d.aup("case", "split", number, *events).rc, 1, "nor can all of them")
    tap.is_equal(body(d, number)["report_count"], 3, "and a split that is refused changes nothing")
    off = d.check("case", "split", number, events[0], "--because", "another machine", "--json").json["case"]
    tap.ok(off != number, "a part becomes a case of its own")
    tap.is_equal((body(d, number)["report_count"], body(d, off)["report_count"]), (2, 1), "each has what is its own")
    tap.is_equal(body(d, off)["state"], "review", "which a person must uphold")
    tap.like(d.check("case", "explain", off).out, rf"split off from {number}: another machine.*reporter-a", "its story tells where it came from")
    tap.like(d.check("case", "explain", number).out, rf"reports left for {off}", "and the old one where they went")
    tap.is_equal(d.aup("case", "merge", number, number).rc, 1, "a case is not merged into itself")
    tap.is_equal(d.aup("case", "merge", number, the_case(d, "smith")).rc, 1, "nor into one of another customer")
    tap.is_equal(d.aup("case", "merge", off, number, "--because", "the same after all").rc, 0, "merged back")
    tap.is_equal((body(d, number)["report_count"], body(d, off)["state"], body(d, off)["merged_into"]), (3, "merged", number), "all are counted once")
    d.check("case", "resolve", number, "done")
    return number


def emergency(d, number):
    """One person cuts; within a day another one looks, or it is lifted."""
    tap.is_equal(d.aup("case", "emergency", number, "mail").rc, 2, "an emergency needs a reason")
    tap.is_equal(d.aup("case", "emergency", number, "nonsense", "--because", "x").rc, 1, "and a service that can be suspended")
    r = d.check("case", "emergency", number, "mail", "--because", "it floods")
    d.settle()
    cut = [a for a in acts(d, number, "suspend") if "/e" in a["key"]]
    tap.is_equal([a["state"] for a in cut], ["done"], "cut at once by one person", r.out)
    tap.ok(d.log.wait("a person is needed.*review an emergency"), "the word goes to whoever is on call")
    r = d.aup("case", "uphold", number, "fine")
    tap.is_equal((r.rc, "another person has to look" in r.err), (1, True), "who cut does not review it", r.err)
    d.pass_time("25h")
    cut = [a for a in acts(d, number, "suspend") if "/e" in a["key"]]
    tap.is_equal([a["state"] for a in cut], ["undone"], "nobody looked within a day: lifted")
    tap.is_equal(body(d, number)["state"], "review", "and a person decides")
    if ROOT:
        tap.is_equal(d.aup("case", "dismiss", number, "no", uid=SECOND).rc, 0, "who dismisses it")
        tap.is_equal(body(d, number)["state"], "resolved", "closes it")


def no_letters(d):
    before = len(d.sink.letters)
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name,email\ncustomer,quiet,,,,Q,quiet@quiet.example\nprefix,p-quiet,quiet,203.0.113.200/32,static,,\n")
    number = d.check("case", "open", "--customer", "quiet", "--ladder", "spam", "--because", "x").out.strip()
    d.check("case", "flag", number, "do-not-tell")
    r = d.aup("case", "reply", number, "hello")
    tap.is_equal((r.rc, "do-not-tell" in r.err), (1, True), "no reply goes from a case marked do-not-tell", r.err)
    if ROOT:
        d.check("case", "uphold", number, "go on", uid=SECOND)
    d.settle()
    tap.ok(not [l for l in d.sink.letters[before:] if "quiet@quiet.example" in l.recipients], "and no letter of the ladder", d.sink.letters)
    d.check("case", "flag", "--off", number, "do-not-tell")
    tap.is_equal(d.aup("case", "reply", number, "-", stdin="We looked at it.\n").rc, 0, "without the mark a person may write")
    tap.ok(d.sink.wait(lambda letters: any("quiet@quiet.example" in l.recipients and "We looked at it." in l.text() for l in letters)), "in his own words",
           d.sink.letters)


def pages(d):
    """Keyset paging: every case once, the latest first."""
    rows = "".join(f"customer,page{i},,,,\nprefix,p-page{i},page{i},198.51.100.{i}/32,static,\n" for i in range(12))
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name\n" + rows)
    d.pass_time("1s")
    for i in range(12):
        d.check("case", "open", "--customer", f"page{i}", "--because", "paging")
    want = [r["case"] for r in d.cases("--limit", "1000")]
    got, after = [], None
    while True:
        r = d.check("case", "list", "--json", "--limit", "5", *(["--after", after] if after else [])).json
        got += [x["case"] for x in r["rows"]]
        after = r.get("after")
        if not after:
            break
    tap.is_equal(got, want, "page by page every case once")
    tap.is_equal(len(set(got)), len(got), "and none twice")
    opened = [r["opened"] for r in d.cases("--limit", "1000")]
    tap.is_equal(opened, sorted(opened, reverse=True), "the latest first, whoever's they are")
    first = d.check("case", "list", "--json", "--limit", "5").json
    d.check("registry", "import", "-", stdin="type,id,customer,kind,resource\ncustomer,late,,,\nprefix,p-late,late,static,198.51.100.99/32\n")
    d.pass_time("1s")
    d.check("case", "open", "--customer", "late", "--because", "in between")
    rest = [r["case"] for r in d.check("case", "list", "--json", "--limit", "1000", "--after", first["after"]).json["rows"]]
    tap.is_equal([r["case"] for r in first["rows"]] + rest, want, "a case that comes meanwhile moves nothing")
    tap.like(d.check("case", "list", "--limit", "5").out, r"more: --after \S+\n$", "the last line of a page says how to go on")
    found = [r["case"] for r in d.cases("--customer", "page3", "--limit", "2")]
    tap.is_equal(len(found), 1, "a filter and a page together")
    tap.is_equal(d.aup("case", "list", "--after", "C-999999999").rc, 1, "a place that is none is refused")
    seen = d.check("tail", "--count", "5", "--json").out.splitlines()
    tap.is_equal(len(seen), 5, "aup tail gives the latest events")
    tap.is_equal({json.loads(line)["type"] for line in seen}, {"opened"}, "as they happened")


def observed(d):
    """While aupd observes nothing is done; switching on lets nothing off by surprise, a person lets go what was held."""
    complain(d)
    number = the_case(d, "acme")
    d.pass_time("49h")
    key = acts(d, number, "limit")[0]["key"]
    tap.like(d.check("case", "show", number).out, r"held, enforcement is off", "observe-only: the limit is held and says why")
    r = d.aup("case", "approve", number, key)
    tap.is_equal((r.rc, "observe-only" in r.err), (1, True), "and cannot be let go", r.err)
    tap.like(d.check("enforcement", "on").out, '"enforcement":"on"', "switched on")
    d.kill_and_wait("judge")
    d.settle()
    tap.is_equal(acts(d, number, "limit")[0]["state"], "held", "which lets nothing off by itself")
    r = d.aup("case", "approve", number, "s1.1/limit/mail")
    tap.is_equal(r.rc, 0, "the switch outlives the judge: a person lets it go", r.err)
    tap.ok(acts(d, number, "limit")[0]["state"] != "held", "and it goes")
    d.check("case", "resolve", number, "mended")
    tap.ok(acts(d, number, "limit")[0]["state"] in ("undoing", "undone"), "resolving frees")


def main():
    operators = {"tester": os.getuid(), "second": SECOND, "third": THIRD}
    with Daemon(policy=None, operators=operators, enforcement="on") as d:
        d.check("policy", "post", null_policy(d))
        complain(d)
        number = story(d)
        words(d, number)
        limits(d, number)
        emergency(d, resolve_and_reopen(d))
        by_person(d)
        joined(d)
        no_letters(d)
        pages(d)
    with Daemon(operators=operators) as d:
        observed(d)


tap.skip_all(missing()) if missing() else tap.run(main)
