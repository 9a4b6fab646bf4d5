#!/usr/bin/env python3
"""The desk work of operators against a live daemon: queues with who may act on what, and why reports stand together."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import REGISTRY, Daemon, arf, missing, xarf
from desk import null_policy

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0
PROSE = b"From: <someone@outside.example>\r\nTo: abuse@example.net\r\nSubject: please help\r\nMessage-ID: <prose@outside.example>\r\n\r\nYour network is bad.\r\n"
PEOPLE = """type,id,customer,resource,kind,name,email
customer,deaf,,,,Deaf Shop,
prefix,p-deaf,deaf,203.0.113.224/28,static,,
customer,kid,,,,Kid,
prefix,p-kid,kid,203.0.113.240/28,static,,
"""


def complain(d, source="203.0.113.17", reporters="abc", start=1):
    for n, who in enumerate(reporters, start):
        reply = d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
        if reply.code != 250:
            raise RuntimeError(reply.text)
    d.settle()


def case_of(d, customer, **body):
    rows = [r for r in d.cases("--customer", customer) if all(r["body"].get(k) == v for k, v in body.items())]
    return rows[0]["case"] if rows else None


def queues(d, *args, uid=None):
    return {q["name"]: q for q in d.check("queue", "--json", *args, uid=uid).json["queues"]}


def rows(d, name, *args, uid=None):
    return d.check("queue", name, "--json", *args, uid=uid).json["rows"]


def numbers(d, name, *args, uid=None):
    return [r.get("case") for r in rows(d, name, *args, uid=uid)]


def empty(d):
    """A desk with nothing to do has every queue, and nothing in it."""
    q = queues(d)
    tap.is_equal({n: v["count"] for n, v in q.items() if v["count"]}, {}, "nothing waits in the morning")
    tap.is_equal(sorted(q), ["answers", "appeals", "approvals", "corrections", "counsel", "dead", "due", "emergencies", "intake", "over-cap", "plans", "review", "snoozed", "unattributed", "upstream", "webhooks"],
                 "and every queue is there to say so")
    r = d.aup("queue", "nonsense")
    tap.is_equal((r.rc, r.err), (1, "aup: there is no queue nonsense\n"), "a queue that is none is said")
    tap.is_equal(d.aup("queue", "--within", "soon").rc, 1, "so is a span that is none")
    tap.is_equal(d.aup("queue", "one", "two").rc, 2, "two queues at once are wrong usage")


def together(d):
    """show and explain tell of each report why it is in this case."""
    complain(d)
    number = case_of(d, "acme")
    tap.like(d.check("case", "show", number).out,
             r"Why this is one case\n  Of customer acme, clause group \S+; what comes in new of these goes here\.\n"
             r"    1  the first incident of customer acme under clause group \S+, by rule several-reporters\n    2  the same incident as report 1: .*\n    3  the same incident",
             "show tells of each report why it is here")
    text = d.check("case", "explain", number).out
    tap.is_equal(len(re.findall(r"here because: ", text)), 3, "explain does so within the story", text)
    complain(d, source="203.0.113.18", reporters="d", start=10)
    tap.like(d.check("case", "show", number).out, r"another incident of customer acme under clause group", "another address of the customer's is another incident")
    off = d.check("case", "split", number, "1", "--because", "another machine", "--json").json["case"]
    tap.like(d.check("case", "show", off).out, rf"it stands by itself.*\n +\d+  tester: split off from {number}: another machine\n +\d+  tester moved it: split off from {number}",
             "of a case that was split off: who took which report where, and why")
    tap.like(d.check("case", "show", number).out, rf"tester: reports left for {off}: another machine", "the old case tells what left")
    d.check("case", "merge", off, number, "--because", "the same after all")
    tap.like(d.check("case", "show", number).out, rf"tester: took in {off}: the same after all", "and what was merged into it, by whom and why")
    tap.like(d.check("case", "show", off).out, rf"what comes in new goes to {number}\.\n", "a merged case tells where things go")
    return number


def waiting(d, number):
    """Each queue holds what it says, as long as it holds."""
    tap.is_equal(numbers(d, "due", "--within", "3d"), [number], "a step that falls due within the span")
    tap.is_equal(numbers(d, "due", "--within", "1h"), [], "and not one that falls due later")
    d.check("case", "flag", number, "counsel")
    tap.is_equal(numbers(d, "counsel"), [number], "with the lawyers")
    d.check("case", "flag", "--off", number, "counsel")
    tap.is_equal(numbers(d, "counsel"), [], "and back")
    d.smtp_send(PROSE, sender="someone@outside.example")
    d.settle()
    q = queues(d)["intake"]
    tap.is_equal((q["count"], q["yours"], bool(q.get("oldest"))), (1, 1, True), "what waits to be read, and since when")
    key = rows(d, "intake")[0]["key"]
    d.check("intake", "discard", key)
    tap.is_equal(rows(d, "intake"), [], "is gone when it was read")
    tap.like(d.check("queue", "--within", "3d").out, r"(?m)^due +\d+  \d{4}-\S+ +the next step falls due$", "the list for people")
    tap.like(d.check("queue", "due", "--within", "3d").out, rf"^{number} +open +since .*  due .*acme under email\.unsolicited", "and the rows of one")


def second_people(d):
    """What I may do myself, and what takes somebody else."""
    number = d.check("case", "open", "--customer", "smith", "--ladder", "spam", "--because", "odd").out.strip()
    mine = rows(d, "review")
    tap.is_equal([(r["case"], r["yours"], r.get("needs")) for r in mine], [(number, False, "tester opened this case; another person has to look at it")],
                 "who opened a case does not uphold it, and the queue says so")
    tap.like(d.check("queue").out, r"(?m)^review +1 .*\(1 of them for somebody else\)$", "so does the list")
    tap.like(d.check("queue", "review").out, r"NOT YOURS: tester opened this case", "and the row")
    if not ROOT:
        tap.skip("another person may", "needs root")
        return
    tap.is_equal([(r["case"], r["yours"]) for r in rows(d, "review", uid=SECOND)], [(number, True)], "another person may")
    d.check("case", "uphold", number, "I see it too", uid=SECOND)
    tap.is_equal(numbers(d, "review"), [], "upheld, it waits no longer")
    d.check("case", "appeal", number, "it was not me")
    tap.is_equal([(r["case"], r["yours"]) for r in rows(d, "appeals")], [(number, False)], "an appeal is not for who opened the case")
    tap.is_equal([(r["case"], r["yours"]) for r in rows(d, "appeals", uid=SECOND)], [(number, False)], "nor for who upheld it")
    tap.is_equal(numbers(d, "answers"), [], "it stands in one queue only")
    d.check("case", "resolve", number, "taken back")
    tap.is_equal(numbers(d, "appeals"), [], "a closed case waits for nobody")
    d.check("erase", "--basis", "asked by letter", "smith")
    tap.is_equal([(r["what"], r["yours"]) for r in rows(d, "approvals")], [("an erasure that tester asked for", False)], "an erasure waits for another one")
    tap.is_equal([r["yours"] for r in rows(d, "approvals", uid=SECOND)], [True], "who may agree")


def undelivered(d):
    """A letter that nobody gets is a dead letter, until a person found another way."""
    complain(d, source="203.0.113.225", reporters="abc", start=40)
    number = case_of(d, "deaf")
    tap.is_equal(numbers(d, "dead"), [number], "a notice without an address is a dead letter")
    d.check("case", "uphold", number, "rang them")
    tap.is_equal(numbers(d, "dead"), [], "until a person found another way")


def held(d, number):
    """The end of a contract waits for two people, each of whom counts once."""
    d.pass_time("31d")
    ends = [r for r in rows(d, "approvals") if r["case"] == number]
    tap.is_equal([r["yours"] for r in ends], [True], "an act that waits for approvals", ends)
    tap.like(ends[0]["what"], "^terminate of ", "and what it is")
    d.check("case", "approve", number, ends[0]["key"])
    again = [r for r in rows(d, "approvals") if r["case"] == number]
    tap.is_equal([(r["yours"], r["needs"]) for r in again], [(False, "tester has approved this already; another person has to")], "who approved it is not asked again")
    d.check("case", "resolve", number, "mended")
    tap.is_equal([r for r in rows(d, "approvals") if r.get("case") == number], [], "what is lifted is not asked for")


def sealed(d):
    """Of the sealed class a queue shows the number, and who has to ask."""
    d.report(xarf("203.0.113.241", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://kid.example/secret"))
    d.settle()
    number = next(r["case"] for r in d.cases("--state", "sealed"))
    d.check("case", "note", number, "looked at")
    r = d.check("queue", "approvals", "--json")
    got = [x for x in r.json["rows"] if x.get("case") == number]
    tap.is_equal([sorted(x) for x in got], [["case", "due", "first", "needs", "sealed", "since", "state", "yours"]], "a sealed case is its number, state and time, and that it is urgent as all of these are")
    tap.is_equal([(x["yours"], x["needs"]) for x in got], [(False, "you have asked already; another person has to")], "who asked waits for another person")
    tap.ok("kid" not in r.out and "child" not in r.out, "and nothing says whose or what", r.out)
    if ROOT:
        tap.is_equal([x["yours"] for x in rows(d, "approvals", uid=SECOND) if x.get("case") == number], [True], "who may ask for the same")


def unattributed():
    """What cannot be told is counted by its reason, and goes when it can."""
    with Daemon(registry=None) as d:
        complain(d, reporters="ab")
        q = queues(d)["unattributed"]
        tap.is_equal((q["count"], q["reasons"]), (2, [{"reason": "the registry is empty", "count": 2}]), "reports wait for a register, and the queue says so")
        tap.like(d.check("queue").out, r"(?m)^ +2  the registry is empty$", "also for people")
        tap.is_equal([r["reason"] for r in rows(d, "unattributed")], ["the registry is empty"] * 2, "row by row")
        d.check("registry", "import", REGISTRY)
        d.pass_time("1h")
        tap.is_equal(rows(d, "unattributed"), [], "with a register they are told apart")


def paged(d):
    """Each row once, page by page."""
    people = "".join(f"customer,q{i},,,,,\n" for i in range(7))
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name,email\n" + people)
    for i in range(7):
        d.check("case", "open", "--customer", f"q{i}", "--because", "paging")
    want = numbers(d, "review")
    got, after = [], None
    while True:
        r = d.check("queue", "review", "--json", "--limit", "3", *(["--after", after] if after else [])).json
        got += [x["case"] for x in r["rows"]]
        after = r.get("after")
        if not after:
            break
        tap.unlike(after, r"q\d/", "a place names no customer")
    tap.is_equal((got, len(set(got))), (want, 7), "a queue in pages has each case once")
    tap.is_equal(d.aup("queue", "review", "--after", "9,9,9").rc, 1, "a place that is none is refused")
    tap.is_equal(d.aup("queue", "review", "--after", "0,9,C-999999").rc, 1, "and one of no case")


def main():
    with Daemon(policy=None, operators={"tester": os.getuid(), "second": SECOND}, enforcement="on") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=PEOPLE)
        empty(d)
        number = together(d)
        waiting(d, number)
        second_people(d)
        undelivered(d)
        held(d, number)
        sealed(d)
        paged(d)
    unattributed()


tap.skip_all(missing()) if missing() else tap.run(main)
