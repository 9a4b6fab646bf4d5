#!/usr/bin/env python3
"""Letters beside the notices: what reporters, customers and operators are told, and who is told nothing."""
import email.utils
import json
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import desk
import tap
from daemon import REGISTRY, Daemon, arf, missing, xarf

ACME, SMITH, BAKERY, STRANGER = "203.0.113.17", "203.0.113.130", "203.0.113.66", "198.51.100.9"
WORD = "desk@example.net"


class Post(desk.Post):
    def report(self, source, reporter, sender=None, more="", days=0):
        self.n += 1
        at = time.time() + days * 86400 if days else None
        reply = self.d.smtp_send(arf(source, number=self.n, reporter=reporter, more=more, at=at), sender=reporter if sender is None else sender)
        self.d.settle()
        return reply

    def spam(self, source, days=0):
        for name in "abc":
            self.report(source, f"fbl@{name}{source.replace('.', '-')}.example", sender="", days=days)

    def case(self, customer):
        return next((c["case"] for c in self.d.cases() if c.get("body", {}).get("customer") == customer), None)

    def notices(self, number):
        return {a["service"]: a["state"] for a in self.acts(number, "notify")}


def reporters(p):
    d = p.d
    p.report(ACME, "anna@reporter.example")
    got = p.news()
    tap.is_equal([x.recipients for x in got], [["anna@reporter.example"]], "a report by mail is acknowledged")
    receipt = got[0]
    tap.is_equal(receipt.sender, "", "by a letter without a sender, which nobody can answer by machine")
    tap.is_equal(receipt.message["Auto-Submitted"], "auto-replied", "marked as automatic")
    tap.like(receipt.message["In-Reply-To"], r"^<abuse\.1\.203", "as an answer to the report")
    tap.like(receipt.text(), r"Receipt:\s+[a-z2-9]{24}\b.*Your reference:\s+<abuse\.1\.", "with a receipt and the reporter's own reference")
    tap.unlike(receipt.data.decode(), "acme", "and without a word of whose it is")
    id = re.search(r"Receipt:\s+(\S+)", receipt.text()).group(1)
    tap.is_equal(json.loads(d.api(f"/v1/receipts/{id}").body)["row"]["fate"], "counted", "the receipt leads to what became of the report")
    p.report(ACME, "anna@reporter.example")
    p.report(ACME, "Anna@Reporter.example")
    tap.is_equal(p.news(), [], "the same reporter gets one receipt a day")
    p.report(STRANGER, "anna@reporter.example")
    p.report(STRANGER, "anna@reporter.example")
    got = p.news()
    tap.is_equal(len(got), 1, "a report about somebody else's address is answered, once")
    tap.like(got[0].text(), rf"not in our network.*Concerns:\s+{re.escape(STRANGER)}", "that it is not ours")
    reply_to = email.utils.parseaddr(got[0].message["Reply-To"])[1]
    d.smtp_send(f"From: <anna@reporter.example>\nTo: <{reply_to}>\nSubject: Re\nMessage-ID: <1@x>\n\nIt is yours, look again.\n", sender="anna@reporter.example", to=reply_to)
    d.settle()
    tap.like(d.check("intake", "list").out, r"answer\s+Re", "a reporter's answer waits for a person")
    d.smtp_send(f"From: <anna@reporter.example>\nTo: <{reply_to}>\nSubject: Away\nMessage-ID: <2@x>\nAuto-Submitted: auto-replied\n\nI am away.\n", to=reply_to)
    d.settle()
    tap.unlike(d.check("intake", "list").out, "Away", "a machine's answer does not")
    tap.is_equal(p.news(), [], "and neither is answered")


def nobody(p):
    """Who gets no receipt."""
    d = p.d
    for name, source, sender, more in (("a machine by Auto-Submitted", SMITH, None, "Auto-Submitted: auto-generated"), ("bulk mail", SMITH, None, "Precedence: bulk"),
                               ("a list", BAKERY, None, "List-Id: <x.example>"), ("mail without a sender", BAKERY, "", ""),
                               ("a sender of another domain than the author", ACME, "x@elsewhere.example", "")):
        p.report(source, f"r{p.n}@{p.n}.example", sender=sender, more=more)
        tap.is_equal(p.news(), [], f"no receipt for {name}")
    d.check("ingest", "-", stdin=arf(STRANGER, number=900, reporter="old@archive.example"))
    d.report(xarf(STRANGER, "messaging", "spam"))
    d.settle()
    tap.is_equal(p.news(), [], "none for what is read from files, none for the API")
    p.n += 1
    sealed = xarf(ACME, "content", "csam", report_id="12eb480f-8172-431a-9276-c28ba90f694a").decode()
    d.smtp_send(f"From: <h@hotline.example>\nTo: <abuse@example.net>\nSubject: report\nMessage-ID: <s@hotline.example>\nMIME-Version: 1.0\n"
                f"Content-Type: application/json\n\n{sealed}\n", sender="h@hotline.example")
    d.settle()
    got = p.news()
    tap.ok(all(x.recipients == [WORD] for x in got), "a sealed report has no receipt", got)
    tap.ok(got and not re.search("csam|hotline|203.0.113", got[0].data.decode()), "and the word to the desk tells nothing of it", got and got[0].data.decode())


def questions(p):
    d = p.d
    d.smtp_send("From: <ute@home.example>\nTo: <abuse@example.net>\nSubject: Opening hours\nMessage-ID: <q@home.example>\n\nWhen are you open?\n",
                sender="ute@home.example")
    d.settle()
    tap.is_equal(p.news(), [], "prose gets no answer by itself: spam sent to the abuse address would get one too")
    item = next(line.split()[0] for line in d.check("intake", "list").out.splitlines() if "Opening hours" in line)
    d.check("intake", "answer", item)
    d.settle()
    got = p.news()
    tap.is_equal([x.recipients for x in got], [["ute@home.example"]], "a person says that it is a question: it is acknowledged")
    tap.like(got[0].text(), "reads as a question", "as one")
    tap.ok(d.aup("intake", "answer", item).rc, "once")


def customers(p):
    d = p.d
    p.spam(SMITH)
    number = p.case("smith")
    tap.is_equal([x.recipients[0] for x in p.news()], ["smith@mail.example"], "a notice to the customer, no receipts to machines")
    d.pass_time("49h")
    got = p.news()
    tap.is_equal(sorted(x.recipients[0] for x in got), ["smith@mail.example"], "the limit is told to the customer")
    tap.like(got[0].subject, "has been limited", "by a letter of its own")
    tap.like(got[0].text(), r"Next step:\s+suspend mail", "which names the next step")
    d.pass_time("6d")
    got = [x for x in p.news("smith@mail.example")]
    tap.like(got[0].subject if got else "", "suspended", "so is the suspension")
    d.check("case", "reply", number, "We saw your mail server.\nPlease call us.")
    d.settle()
    got = p.news()
    tap.ok(got and "Please call us." in got[0].text() and not got[0].message["Auto-Submitted"], "a person's own words go out as they are", got)
    d.check("case", "resolve", number, "cleaned")
    d.settle()
    got = p.news()
    tap.is_equal([x.recipients[0] for x in got], ["smith@mail.example"], "resolved: one letter, though two things were lifted")
    tap.like(got[0].subject, "free again", "which says that the service is free")
    tap.like(got[0].text(), r"Reason:\s+cleaned", "and why")


def words(p):
    d = p.d
    p.spam(ACME, days=8)
    number = p.case("acme")
    notice = p.news("it@acme.example")[-1]
    reply_to = email.utils.parseaddr(notice.message["Reply-To"])[1]
    d.smtp_send(f"From: <it@acme.example>\nTo: <{reply_to}>\nSubject: Re\nMessage-ID: <a@acme.example>\n\nMy secret words.\n", sender="it@acme.example", to=reply_to)
    d.settle()
    got = p.news()
    tap.is_equal([x.recipients for x in got], [[WORD]], "the customer answers: the desk gets word")
    tap.like(got[0].text(), rf"{number}.*read the customer's answer", "of the case, and of what is to be done")
    tap.unlike(got[0].data.decode(), "secret|acme|203\\.", "and nothing of the customer")
    d.check("case", "uphold", number, "read")
    d.check("case", "flag", number, "do-not-tell")
    p.news()
    d.pass_time("8d")
    tap.is_equal(p.acts(number, "suspend")[-1]["state"], "done", "a case marked do-not-tell goes its way")
    tap.is_equal(p.news("it@acme.example"), [], "and the customer is told nothing")
    d.check("case", "resolve", number, "closed")
    d.settle()
    tap.is_equal(p.news("it@acme.example"), [], "to the end")


def refused(p):
    """The smarthost says no, for the moment or for good."""
    d = p.d
    d.sink.reply = lambda letter: "451 4.3.0 later" if "info@bakery.example" in letter.recipients else "250 2.0.0 taken"
    p.spam(BAKERY, days=17)
    number = p.case("bakery")
    d.pass_time("50h")
    limit = p.acts(number, "limit")[-1]
    tap.is_equal((limit["state"], limit["last_text"]), ("queued", "the notice has not been handed over yet"), "while the notice cannot go out nothing is cut")
    d.sink.reply = lambda letter: "250 2.0.0 taken"
    d.pass_time("5h")
    got = p.news("info@bakery.example")
    tap.is_equal(len(got), 1, "it goes out once the smarthost takes it")
    tap.is_equal(p.acts(number, "limit")[-1]["state"], "queued", "and the customer has all the time that it names")
    d.pass_time("49h")
    tap.is_equal(p.acts(number, "limit")[-1]["state"], "done", "then the limit follows")
    d.check("case", "resolve", number, "closed")
    d.settle()
    p.news()
    d.sink.reply = lambda letter: "550 5.1.1 no such person" if letter.recipients[0] in ("info@bakery.example", "abuse@hostland.example") else "250 2.0.0 taken"
    p.spam(BAKERY, days=20)
    got = p.news()
    tap.is_equal([x.recipients for x in got], [[WORD]], "a letter that is refused for good, by the reseller too, is a matter for a person", got)
    d.pass_time("8d")
    tap.is_equal([a["state"] for a in p.acts(number, "limit")], ["undone"], "and the ladder stands")


def main():
    with Daemon(enforcement="on", policy=None, registry=None, provider=f"word-to {WORD}") as d:
        d.check("policy", "post", desk.null_policy(d))
        d.check("registry", "import", REGISTRY)
        p = Post(d)
        reporters(p)
        nobody(p)
        questions(p)
        customers(p)
        words(p)
        refused(p)


tap.skip_all(missing()) if missing() else tap.run(main)
