#!/usr/bin/env python3
"""A customer whose machine was taken over tells cause and fix, it is looked at again and closed, apart from what is held against him elsewhere; and
advice about a weakness is never a strike, however often it comes."""
import email.utils
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, crlf, missing, xarf

HOST, CUSTOMER = "203.0.113.17", "it@acme.example"


class Desk:
    def __init__(self, d):
        self.d, self.n, self.ahead = d, 0, 0

    def go_on(self, hours):
        self.d.pass_time(f"{hours}h")
        self.ahead += hours * 3600

    def now(self):
        return time.time() + self.ahead

    def infected(self, who):
        """A report of an infected machine by somebody of that name."""
        self.n += 1
        person = {"org": who, "contact": f"desk@{who}.example", "domain": f"{who}.example"}
        self.d.smtp_send(mail(xarf(HOST, "connection", "infected_host", at=self.now(), report_id=f"02eb480f-8172-431a-9276-{self.n:012d}", reporter=person, sender=person),
                              f"desk@{who}.example", self.n), sender=f"desk@{who}.example")
        self.d.settle()

    def case(self, clause):
        found = [c for c in self.d.cases() if c["body"]["clause"] == clause]
        return max(found, key=lambda c: c["body"]["opened_at"]) if found else None

    def acts(self, number):
        return [a for a in self.d.check("case", "show", number, "--json").json["acts"] if a["verb"] in ("limit", "suspend", "terminate")]

    def answer(self, subject, text):
        letter = [x for x in self.d.sink.letters if subject in x.text() and CUSTOMER in x.recipients][-1]
        to = email.utils.parseaddr(letter.message["Reply-To"] or letter.message["From"])[1]
        self.n += 1
        self.d.smtp_send(crlf(f"From: {CUSTOMER}\nTo: {to}\nSubject: Re: it\nMessage-ID: <{self.n}@acme.example>\n\n{text}"), sender=CUSTOMER, to=to)
        self.d.settle()


def mail(report, sender, number):
    head = (f"From: <{sender}>\nTo: <abuse@example.net>\nSubject: report {number}\nMessage-ID: <{number}@{sender.split('@')[1]}>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease see the report.\n--b\n"
            "Content-Type: application/json\nContent-Disposition: attachment; filename=xarf.json\n\n")
    return crlf(head.encode() + report + b"\n--b--\n")


def mended(k):
    """Cause and fix, a look, closed."""
    for who in "one", "two":
        k.infected(who)
    number = k.case("access.report-and-fix")["case"]
    k.go_on(24)
    k.answer(number, "FIXED\nThe cause was a router with an old password. We set it up anew and changed all passwords.\n")
    body = k.case("access.report-and-fix")["body"]
    tap.ok(body.get("recheck_until_at"), "who tells cause and fix is believed, and it is looked at again", body)
    tap.like(k.d.check("case", "explain", number).out, r"The cause was a router with an old password", "what he told stands in the case")
    k.go_on(720)
    body = k.case("access.report-and-fix")["body"]
    tap.is_equal((body["state"], k.acts(number)), ("resolved", []), "nothing new happened: it is closed, and nothing was ever felt")


def not_mended(k):
    for who in "three", "four":
        k.infected(who)
    number = k.case("access.report-and-fix")["case"]
    k.answer(number, "FIXED\nWe scanned it.\n")
    k.go_on(2)
    k.infected("five")
    body = k.case("access.report-and-fix")["body"]
    tap.is_equal((body["state"], body.get("recheck_until_at")), ("open", None), "what happens again meanwhile ends the look, and help goes on")


def apart(k):
    """It weighs nothing in a case of another group."""
    for i, who in enumerate("abc"):
        k.d.smtp_send(arf(HOST, at=k.now(), number=100 + i, reporter=f"fbl@reporter-{who}.example"))
    k.d.settle()
    spam, help_case = k.case("email.unsolicited"), k.case("access.report-and-fix")
    tap.ok(spam and spam["case"] != help_case["case"], "spam of the same customer is a case of its own")
    tap.is_equal(spam["body"]["strikes"], 1, "whose strikes are its own")
    tap.is_equal(spam["body"]["ladder"], "spam", "and whose ladder begins where everybody's does")


def advice(k):
    number = None
    for i in range(12):
        k.n += 1
        k.d.report(xarf(HOST, "vulnerability", "misconfiguration", at=k.now(), report_id=f"12eb480f-8172-431a-9276-{k.n:012d}", service="dns", port=53 + i))
        k.d.settle()
        k.go_on(48)
        case = k.case("access.basic-security")
        number = case["case"] if case else None
        if i == 5 and number:
            k.d.check("case", "resolve", number, "closed the port")
    body = k.case("access.basic-security")["body"]
    tap.ok(body["report_count"] > 5, "a weakness is reported over and over", body)
    tap.is_equal((body.get("strikes", 0), k.acts(number)), (0, []), "it is no strike and nothing is felt, also when it was settled between")
    found = [c["case"] for c in k.d.cases("--flag", "advice")]
    tap.is_equal(found, [number], "it is found as advice")


def main():
    with Daemon(enforcement="on") as d:
        k = Desk(d)
        mended(k)
        not_mended(k)
        apart(k)
        advice(k)


tap.skip_all(missing()) if missing() else tap.run(main)
