#!/usr/bin/env python3
"""What keeps a customer from harm that nobody answers for: nothing is felt before a notice was, one person cuts for a day and no
longer, who decided does not decide about the appeal; and what lawyers and whoever is on call are told."""
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from desk import Post, null_policy

SECOND, THIRD = 65534, 65533
WORD = "desk@example.net"
BOUNCED = 32
WIDE = """
ladder wide {
    at once suspend all
    forget after 30d
}
"""


class Scene(Post):
    def __init__(self, d):
        super().__init__(d)
        rows = ["type,id,customer,kind,resource,service,target,language,email,lifeline,depends"]
        for i in range(80):
            rows += [f"customer,c{i},,,,,,{'de' if i == 1 else 'en'},{'' if i == 2 else f'c{i}@customers.example'},,", f"prefix,p{i},c{i},static,198.18.2.{i + 1}/32,,,,,,"]
        rows += ["service,s4-line,c4,phone,,,,,,yes,", "service,s4-access,c4,access,,,,,,,s4-line", "service,s5-a,c5,mail,,,box-a,,,,", "service,s5-b,c5,mail,,,box-b,,,,"]
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")

    def spam(self, i):
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.2.{i + 1}", number=self.n, reporter=f"r@{name}{i}.example"), sender="")
        self.d.settle()
        return self.d.cases("--customer", f"c{i}")[0]["case"]

    def letters(self, i, since=0):
        return [x for x in self.d.sink.letters[since:] if x.recipients == [f"c{i}@customers.example"]]


def untold(s):
    """Nothing is felt by somebody who was told nothing."""
    d = s.d
    number = s.spam(0)
    d.check("case", "resolve", number, "settled")
    d.check("case", "flag", number, "do-not-tell")
    heard = len(d.sink.letters)
    s.spam(0)
    tap.is_equal((s.body(number)["state"], s.letters(0, heard)), ("open", []), "a case marked do-not-tell is reopened, and no letter goes")
    d.pass_time("49h")
    tap.is_equal([a["state"] for a in s.acts(number, "limit")[-1:]], ["held"], "then nothing is limited by itself")
    tap.like(s.explain(number), "limit waits for a person: no notice of it has reached the customer", "and the story says why")
    tap.is_equal(d.aup("case", "approve", number, s.acts(number, "limit")[-1]["key"]).rc, 0, "a person may say so")
    d.settle()
    tap.is_equal(s.acts(number, "limit")[-1]["state"], "done", "then it is done")
    number = s.spam(2)
    tap.ok(s.body(number).get("flags", 0) & BOUNCED, "a customer whom the register names no address of is one who could not be reached")
    tap.like(s.explain(number), "the register names no address of the customer.*The ladder stands", "which the story tells")
    d.pass_time("30d")
    tap.is_equal(s.acts(number, "limit"), [], "and nothing follows")
    r = d.aup("case", "reply", number, "hello")
    tap.is_equal((r.rc, "names no address" in r.err), (1, True), "a person's own letter is refused too", r.err)
    d.check("case", "uphold", number, "told by telephone")
    d.pass_time("49h")
    tap.is_equal([a["state"] for a in s.acts(number, "limit")], ["held"], "a person who found another way decides about each act")


def emergency(s):
    d = s.d
    number = s.spam(3)
    d.check("case", "emergency", number, "mail", "--because", "it floods")
    due = s.body(number)["review_by_at"]
    d.pass_time("20h")
    d.check("case", "emergency", number, "access", "--because", "it still floods", uid=SECOND)
    tap.is_equal(s.body(number)["review_by_at"], due, "cutting again puts no review off")
    for uid in (None, SECOND):
        tap.is_equal(d.aup("case", "uphold", number, "fine", uid=uid).rc, 1, "nobody who cut reviews it")
    d.pass_time("5h")
    tap.is_equal([a["state"] for a in s.acts(number, "suspend")], ["undone", "undone"], "nobody looked: all that was cut is lifted")
    tap.like(s.explain(number), "nobody reviewed the emergency in time.*A person decides", "and a person decides")
    r = d.aup("case", "emergency", number, "mail", "--because", "again")
    tap.is_equal((r.rc, "another person has to first" in r.err), (1, True), "who cut and was not reviewed does not cut again", r.err)
    tap.is_equal(d.aup("case", "uphold", number, "fine").rc, 1, "nor lets it go on")
    tap.is_equal(d.aup("case", "uphold", number, "I looked", uid=THIRD).rc, 0, "another person does")
    tap.is_equal(d.aup("case", "emergency", number, "mail", "--because", "again").rc, 0, "then the lane is free again")
    number = s.spam(4)
    r = d.aup("case", "emergency", number, "access", "--because", "it floods")
    tap.is_equal((r.rc, "lifeline" in r.err), (1, True), "one person alone cuts nothing that a lifeline depends on", r.err)


def appeal(s):
    d = s.d
    number = d.check("case", "open", "--customer", "c6", "--ladder", "spam", "--because", "odd traffic").out.strip()
    d.check("case", "uphold", number, "I see it too", uid=SECOND)
    d.check("case", "appeal", number, "it was not us")
    tap.like(s.explain(number), "the customer appeals, and a person who took no part in the decision looks at it", "an appeal stops the ladder, and the story says whom it waits for")
    for uid in (None, SECOND):
        r = d.aup("case", "uphold", number, "no", uid=uid)
        tap.is_equal((r.rc, "took part in the decision" in r.err or "opened this case" in r.err), (1, True), "who opened or upheld it does not decide about the appeal", r.err)
    tap.is_equal(d.aup("case", "dismiss", number, "they are right", uid=THIRD).rc, 0, "somebody else does")
    tap.is_equal(s.body(number)["state"], "resolved", "and it is closed")


def scope(s):
    """suspend all: every service of the customer, each by itself; a step on one kind where several are alike: the address alone."""
    d = s.d
    number = d.check("case", "open", "--customer", "c5", "--ladder", "wide", "--because", "all of it").out.strip()
    d.check("case", "uphold", number, "yes", uid=SECOND)
    got = sorted((a["key"].split("/")[-1], a.get("target", "")) for a in s.acts(number, "suspend") if a["service"] == "mail")
    tap.is_equal(got, [("mail:s5-a", "box-a"), ("mail:s5-b", "box-b")], "all services of a kind are suspended, each by itself")
    d.check("case", "resolve", number, "no")
    number = s.spam(5)
    d.pass_time("49h")
    limit = s.acts(number, "limit")[0]
    tap.is_equal((limit["target"], limit.get("instance")), ("198.18.2.6", None), "where several are alike and none is named the address alone is limited")


def told(s):
    """What the letters say, in the customer's language."""
    d = s.d
    number = s.spam(1)
    notice = s.letters(1)[-1].text()
    tap.like(notice, r"Nächster Schritt:\s+Einschränkung: mail", "a German notice names the next step in German")
    tap.like(notice, r"3 Meldungen zu 1 Vorfall,.*\n.*3 Meldungen von 3 Stellen", "and what it rests on, with none of the reporters")
    tap.unlike(notice, r"@[abc]1\.example|\(s\)", "named nor spelt with a bracket")
    heard = len(d.sink.letters)
    d.pass_time("49h")
    d.check("case", "undo", number, s.acts(number, "limit")[0]["key"])
    d.settle()
    lifted = s.letters(1, heard)[-1]
    tap.like(lifted.subject + lifted.text(), r"wieder frei.*Der Fall ist: offen.*Nächster Schritt:\s+Sperre: mail", "what is lifted while the case goes on is not called settled")
    number = s.spam(7)
    d.pass_time("49h")
    off = d.check("case", "split", number, str(next(e["n"] for e in s.show(number)["events"] if e["type"] == "finding")), "--json").json["case"]
    heard = len(d.sink.letters)
    d.check("case", "merge", number, off)
    d.settle()
    tap.is_equal(s.letters(7, heard), [], "a case that was merged tells nobody that it is over")


def lawyers(s):
    d = s.d
    d.smtp_send("From: <law@firm.example>\nTo: <abuse@example.net>\nSubject: Our client\nMessage-ID: <l@firm.example>\n\nOur lawyers will take legal action over 198.18.2.9.\n",
                sender="law@firm.example")
    d.settle()
    item = next(line.split()[0] for line in d.check("intake", "list").out.splitlines() if "Our client" in line)
    d.check("intake", "confirm", item, "--class", "legal.threat", "--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    d.settle()
    numbers = [c["case"] for c in d.cases("--flag", "counsel")]
    tap.is_equal([s.body(n)["clause"] for n in numbers], ["general.liability"], "a legal threat lies in the lawyers' queue at once")
    tap.is_equal([c["case"] for c in d.cases("--flag", "hold")], numbers, "and nothing of it may be purged")
    tap.like(s.explain(numbers[0]), "lawyers' queue", "as its story says")


def words(s):
    """The word about an emergency is not drowned by others."""
    d = s.d
    number = s.spam(10)
    d.pass_time("2h")
    heard = len(d.sink.letters)
    for i in range(11, 75):
        d.check("case", "open", "--customer", f"c{i}", "--because", "many")
    d.settle()
    got = [x for x in d.sink.letters[heard:] if x.recipients == [WORD]]
    tap.ok(len(got) == 60, "sixty words an hour are enough", len(got))
    heard = len(d.sink.letters)
    d.check("case", "emergency", number, "mail", "--because", "it floods")
    d.settle()
    got = [x.text() for x in d.sink.letters[heard:] if x.recipients == [WORD]]
    tap.ok(len(got) == 1 and re.search(rf"{number}[^$]*review what was cut at once", got[0]), "an emergency is told all the same", got)
    tap.like(s.letters(10, heard)[0].subject, r"suspended: mail$", "and the customer which service it is")
    heard = len(d.sink.letters)
    d.smtp_send(arf("198.51.100.77", number=7777, reporter="abuse@example.net"), sender="abuse@example.net")
    d.settle()
    tap.is_equal(len(d.sink.letters), heard, "who claims to be us is not answered: the answer would come in again")


def main():
    with Daemon(enforcement="on", policy=None, registry=None, provider=f"word-to {WORD}", operators={"tester": os.getuid(), "second": SECOND, "third": THIRD}) as d:
        d.check("policy", "post", null_policy(d, ("ladders.policy", r"\Z", WIDE)))
        s = Scene(d)
        told(s)
        untold(s)
        if os.getuid() == 0:
            emergency(s)
            appeal(s)
            scope(s)
        else:
            tap.skip("emergency, appeal and scope take two people", "only root can be two people")
        lawyers(s)
        words(s)


tap.skip_all(missing()) if missing() else tap.run(main)
