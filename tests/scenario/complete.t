#!/usr/bin/env python3
"""A reporter is asked for what his report lacks, and answers: the report that waits is completed and judged, once, and counts as the one
report that it is. What is unclear, what still lacks and what somebody else writes goes before a person, and the report waits on."""
import email.utils
import json
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

REGISTRY = """type,id,customer,class,kind,resource,service,name,email,from
customer,one,,business,,,,One Ltd,one@customers.example,
customer,two,,business,,,,Two Ltd,two@customers.example,
login,l-one,one,,,one@dsl,,,,
login,l-two,two,,,two@dsl,,,,
prefix,nat,,,shared,192.0.2.0/24,,,,
"""
CONF = "bindings { feed cgnat 7; capacity 20000; retention 30d }"
HEAD = "address,subject,start,end,seen,port_from,port_to,kind\n"


def at(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


class Desk:
    def __init__(self, d):
        self.d, self.n, self.t = d, 0, int(time.time()) - 3600
        d.check("registry", "import", "-", stdin=REGISTRY)
        rows = [f"192.0.2.{n},{who}@dsl,{at(self.t - 40000)},{at(self.t + 3000)},,{first},{first + 1023}," for n in range(1, 9) for who, first in (("one", 1024), ("two", 2048))]
        d.check("bindings", "import", "-", "--feed", "cgnat", stdin=HEAD + "\n".join(rows) + "\n")
        d.check("bindings", "import", "-", "--feed", "cgnat", "--from", at(self.t - 80000), "--until", at(self.t + 3500), stdin=HEAD)
        d.pass_time("1s")

    def report(self, address, reporter, port=None, zoned=True):
        """Gives the letter that answers it, or None."""
        heard = len(self.d.sink.letters)
        message = arf(address, number=self.n, reporter=reporter, at=self.t)
        self.n += 1
        if zoned:
            message = message.replace(b"-0000", b"+0000")
        if port:
            message = message.replace(b"Version: 1\r\n", b"Version: 1\r\nSource-Port: %d\r\n" % port)
        self.d.smtp_send(message, sender=reporter)
        self.d.settle()
        return next((x for x in self.d.sink.letters[heard:] if x.recipients == [reporter]), None)

    def reply(self, letter, words, sender=None):
        """As a mail program writes it: the letter quoted below, with times and a port that are not his."""
        to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        sender = sender or letter.recipients[0]
        self.n += 1
        quoted = "\n".join("> " + line for line in ["Your report of 2026-01-05 04:05:06 UTC, source port 3000", "198.51.100.3"])
        self.d.smtp_send(f"From: <{sender}>\nTo: <{to}>\nSubject: Re: more\nMessage-ID: <{self.n}@reply.example>\nMIME-Version: 1.0\n"
                         f"Content-Type: text/plain; charset=utf-8\n\n{words}\n\nOn Mon, 2 Feb 2026 at 10:00 Example Net\n<{to}> wrote:\n{quoted}\n", sender=sender, to=to)
        self.d.settle()

    def parked(self):
        return len(json.loads(self.d.api("/v1/parked").body)["rows"])

    def items(self, state):
        return [i["body"].get("reason", "") for i in json.loads(self.d.api(f"/v1/intake?state={state}").body)["rows"]]

    def counts(self):
        return {c["body"]["customer"]: c["body"]["report_count"] for c in self.d.cases()}

    def receipt(self, letter):
        return json.loads(self.d.api(f"/v1/receipts/{letter.message['Subject'].split('(')[1].split(')')[0]}").body)["row"]["fate"]


def completed(k):
    k.report("192.0.2.1", "r@a.example", 1500)
    k.report("192.0.2.1", "r@b.example", 1500)
    asked = k.report("192.0.2.1", "r@c.example")
    tap.like(asked.text(), r"What is missing:\s+the source port\s", "the port of a shared address is asked for", asked.text())
    tap.is_equal((k.counts(), k.parked(), k.receipt(asked)), ({}, 1, "parked"), "and the report waits")
    words = "Hello,\n\nsource port: 1500\n\n-- \nC. Example, port 3000 house"
    k.reply(asked, words)
    tap.is_equal((k.counts(), k.parked(), k.receipt(asked)), ({"one": 3}, 0, "case"), "one answer completes it: the third report of the case")
    tap.is_equal((k.items("done"), k.items("waiting")), (["it completes the report that it answers about"], []), "the answer is kept, and waits for nobody")
    number = k.d.cases()[0]["case"]
    tap.like(k.d.check("case", "explain", number).out, r"3 independent reporters", "the rule counts its reporter")
    item = k.d.check("intake", "list", "--state", "done").out.split()[0]
    tap.like(k.d.check("intake", "show", "--raw", item).out, "source port: 1500", "and the answer can be read as it came")
    k.reply(asked, words)
    tap.is_equal((k.counts(), k.items("waiting")), ({"one": 3}, []), "the same answer again changes nothing")
    k.reply(asked, "Sorry, it was port 2500.")
    tap.is_equal((k.counts(), k.items("waiting")), ({"one": 3}, ["a reporter answers, and his report waits no more"]), "another one is for a person")


def unclear(k):
    asked = k.report("192.0.2.2", "r@d.example")
    before = len(k.items("waiting"))
    for words, reason in (("It was TCP.", "it gives nothing of what was asked for"), ("Port 1500 or port 2500.", "it names more than one port"),
                          ("192.0.2.7:1500", "it names another address than the report"),
                          ("Source port 1500; our clock is five minutes fast.", "it says that a clock is wrong, or much in two ways"), ("It was at 2026-03-02 10:00 UTC.", "it names no port")):
        k.reply(asked, words)
        waiting = k.items("waiting")
        tap.is_equal((len(waiting), k.parked()), (before + 1, 1), f"before a person: {words}", waiting)
        tap.ok(f"a reporter was asked, and answers: {reason}" in waiting, f"  since {reason}", waiting)
        before = len(waiting)
    k.reply(asked, "source port 1500", sender="x@stranger.example")
    tap.ok("a reporter was asked, and somebody else answers" in k.items("waiting") and k.parked() == 1, "so is what a stranger answers", k.items("waiting"))
    tap.is_equal(k.receipt(asked), "parked", "and the report waits as it did")
    k.d.restart()
    k.reply(asked, "Attack came from 192.0.2.2:1500, destination port 22")
    tap.is_equal((k.parked(), k.receipt(asked), k.counts()["one"]), (0, "case", 4), "until he says it, also after a restart")


def zones(k):
    asked = k.report("192.0.2.3", "r@e.example", zoned=False)
    tap.like(asked.text(), r"the source port; the time zone", "the zone is asked for too")
    k.reply(asked, "source port 1500")
    tap.ok("a reporter was asked, and answers: it names no time zone" in k.items("waiting"), "half of it does not do", k.items("waiting"))
    k.reply(asked, "1500\nThe time zone is UTC+1.")
    tap.is_equal((k.parked(), k.receipt(asked), k.counts()["one"]), (0, "case", 5), "both do")
    want = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(k.t - 3600))
    tap.like(k.d.check("case", "show", k.d.cases()[0]["case"]).out, want.replace("T", "[T ]"), "and the event is an hour earlier, as the zone says")


def main():
    with Daemon(CONF, registry=None) as d:
        k = Desk(d)
        completed(k)
        unclear(k)
        zones(k)


tap.skip_all(missing()) if missing() else tap.run(main)
