#!/usr/bin/env python3
"""Proceedings over domain names (UDRP, URS): a notice of a dispute provider is recognised and confirmed, the name is locked before its
holder hears of it, by a person or a driver; the decision is carried out after its wait, stayed by a court, or the lock goes. The letters
are compared whole with golden/proceeding/. GOLDEN=write writes them anew, to be read before they are kept."""
import os
import re
import shutil
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, REGISTRY, Daemon, crlf, missing
from golden import plain

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "proceeding")
PROVIDER, ACME, BAKERY, DAY = "cases@provider.example", "it@acme.example", "info@bakery.example", 86400 * 1000000
UDRP = """Request for Registrar Verification, Case No. D2026-{n:04d}

Under paragraph 4(b) of the Rules for the Uniform Domain Name Dispute Resolution Policy we ask you to lock the
disputed domain name and to confirm the lock.

Disputed domain name:
  <{name}>
"""
URS = """Notice of Complaint under the Uniform Rapid Suspension System, Claim Number: FA2601{n:04d}

The domain name is {name}. The complaint has passed our review.
"""


def where():
    """The policy with a driver for locks, and the register with a name for acme."""
    top = tempfile.mkdtemp(prefix="aupd-policy.")
    shutil.copytree(POLICY, os.path.join(top, "policy"))
    with open(REGISTRY, encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(top, "registry.csv"), "w", encoding="utf-8") as f:
        f.write(text.rstrip("\n") + "\ndomain,d-acme,,acme,,,acme-shop.example,,,,,2026-01-01T00:00:00Z,\n")
    return top


def driven(top):
    path = os.path.join(top, "policy", "aup.policy")
    with open(path, encoding="utf-8") as f:
        text, n = re.subn(r"enforce limit registration \{[^}]*\}", "enforce limit registration { driver null }", f.read())
    if n != 1:
        raise RuntimeError("the policy names no lock")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    # the tests of the shipped policy have a person who says that it is locked
    path = os.path.join(top, "policy", "content.policy")
    with open(path, encoding="utf-8") as f:
        parts = re.split(r"(?m)^(?=test )", f.read())
    with open(path, "w", encoding="utf-8") as f:
        f.write("".join(p for p in parts if "legal.u" not in p or not p.startswith("test ")))
    return os.path.join(top, "policy")


class Desk:
    def __init__(self, d):
        self.d, self.n, self.seen = d, 0, set()

    def notice(self, text, name):
        """The provider's mail, confirmed by a person. Gives what the item says, and the case."""
        self.n += 1
        self.d.smtp_send(crlf(f"From: {PROVIDER}\nTo: abuse@example.net\nSubject: Notice {self.n}\nMessage-ID: <{self.n}@provider.example>\n\n"
                              + text.format(n=self.n, name=name)), sender=PROVIDER)
        self.d.settle()
        item = next(r for r in self.d.check("intake", "list", "--json").json["rows"] if r["body"]["subject_line"] == f"Notice {self.n}")
        self.d.check("intake", "confirm", item["key"], "--because", "the provider's number is good")
        self.d.settle()
        got = [c for c in self.d.cases() if c["body"]["clause"] == "ip.domain" and c["body"].get("disputed") == name]
        return item["body"], max(got, key=lambda c: c["body"]["opened_at"])["case"] if got else None

    def at(self, number):
        return next(c["body"] for c in self.d.cases() if c["case"] == number)

    def state(self, number):
        body = self.at(number)
        return body["state"], body.get("proceeding", "none"), body.get("decision", "none")

    def say(self, *args):
        self.d.check("case", *args)
        self.d.settle()

    def tasks(self, number):
        return [e["text"] for e in self.d.check("case", "show", "--json", number).json["events"] if e["type"] == "task"]

    def letters(self, to):
        """What is new; one that is handed over again is the same letter."""
        self.d.settle()
        new = {x.message["Message-ID"]: x for x in self.d.sink.letters if x.message["Message-ID"] not in self.seen}
        self.seen |= set(new)
        return [x for x in new.values() if to in x.recipients]

    def golden(self, name, to):
        self.d.settle()
        self.d.sink.wait(lambda letters: any(to in x.recipients and x.message["Message-ID"] not in self.seen for x in letters))
        got = self.letters(to)
        tap.is_equal(len(got), 1, f"one letter goes to {to}", [str(x.message["Subject"]) for x in got])
        # waits end at midnight of a calendar's zone: how many hours off that is depends on the hour, so all times are one word
        text = re.sub(r"T[+-]\d+\.\dh", "TIME", plain(got[0], 0)) if got else "no letter\n"
        path = os.path.join(GOLDEN, name)
        if os.environ.get("GOLDEN") == "write":
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        with open(path, encoding="utf-8") as f:
            tap.is_equal(text.split("\n"), f.read().split("\n"), f"letter {name}")


def by_hand(k):
    """The provider is no registrar, or its people lock by hand."""
    item, number = k.notice(UDRP, "acme-shop.example")
    first = item["candidates"][0]
    tap.is_equal((item["format"], first["kind"], first["source"]["text"]), ("dispute", "legal.udrp", "acme-shop.example"), "the notice is known, with its name")
    tap.like(item["reason"], "locked within two business days", "and says what hurries")
    tap.is_equal(k.state(number), ("open", "noticed", "none"), "once confirmed it opens a case")
    c = k.at(number)
    tap.ok(2 * DAY <= c["lock_by_at"] - item["received_at"] <= 8 * DAY, "the name is locked within two business days of the receipt")
    tap.ok(any("Where another registrar has it, tell that one at once" in t for t in k.tasks(number)), "a person is told to lock it, or to tell the registrar", k.tasks(number))
    tap.is_equal(k.letters(ACME), [], "and the customer hears nothing")
    tap.like(k.d.check("case", "show", number).out, r"(?m)^proceeding +noticed, about acme-shop.example$", "show tells where it stands")
    tap.like(k.d.check("case", "show", number).out, r"Due .* by ladder udrp: the last time to lock the name\.", "and what is due")
    tap.ok(k.d.aup("case", "stay", number, "x").rc != 0, "nothing is stayed before it is decided")
    k.d.pass_time("8d")
    tap.like(k.tasks(number)[-1], "the time to lock the name is over", "a lock that nobody has set is called for")
    k.say("locked", number, "set at the registrar, ticket 4711")
    tap.is_equal(k.state(number), ("open", "locked", "none"), "a person says that it is locked")
    k.golden("domain-locked", ACME)
    tap.ok(k.d.aup("case", "locked", number).rc != 0, "not twice")
    tap.ok(k.d.aup("case", "decision", number, "won", "x").rc != 0 and k.d.aup("case", "decision", number, "transfer").rc != 0, "a decision takes a word and its number")
    k.d.pass_time("60d")
    tap.is_equal(k.state(number), ("open", "locked", "none"), "however long the panel takes it stays locked")
    k.say("decision", number, "transfer", "D2026-0001, the panel's decision of today")
    tap.is_equal(k.state(number), ("open", "decided", "transfer"), "the decision is entered")
    k.golden("domain-decided", ACME)
    c = k.at(number)
    days = (c["implement_at"] - c["changed_at"]) / DAY
    tap.ok(13 <= days <= 20, "and waits for ten business days", days)
    k.d.pass_time("9d")
    k.say("stay", number, "complaint 26-cv-1, stamped by the clerk")
    k.golden("domain-stayed", ACME)
    k.d.pass_time("90d")
    tap.is_equal(k.state(number), ("open", "stayed", "transfer"), "while a court is asked nothing is carried out")
    k.say("decision", number, "transfer", "the complaint was dismissed")
    tap.is_equal(k.state(number), ("open", "due", "transfer"), "what comes after the court is carried out at once")
    tap.like(k.tasks(number)[-1], "carry out the decision now.*transfer", "by a person")
    tap.is_equal([str(x.message["Subject"]).split("] ")[1] for x in k.letters(ACME)], ["The proceeding about your domain name is decided"], "and the customer hears of it")
    k.say("resolve", number, "transferred")
    tap.is_equal(k.state(number)[:2], ("resolved", "ended"), "who has done it resolves the case")
    tap.like(k.tasks(number)[-1], "take back: Lock the name", "and the lock goes")


def rapid(k):
    item, number = k.notice(URS, "acme-shop.example")
    tap.is_equal((item["candidates"][0]["kind"], k.state(number)[1]), ("legal.urs", "noticed"), "a notice under the URS is another")
    tap.ok(k.at(number)["lock_by_at"] - item["received_at"] == DAY, "there are 24 hours to lock the name")
    k.say("locked", number)
    k.letters(ACME)
    k.say("decision", number, "denied", "FA26010002, determined for the registrant")
    tap.is_equal(k.state(number), ("resolved", "ended", "denied"), "a complaint that was denied ends it")
    k.golden("domain-released", ACME)
    tap.ok(any("the lock of the name is gone by" in t for t in k.tasks(number)), "who lifts the lock knows by when")


def by_driver(k):
    """A registrar's driver; the letters are German."""
    _, number = k.notice(UDRP, "bakery.example")
    tap.is_equal(k.state(number), ("open", "locked", "none"), "a lock that a driver has set is seen by itself")
    k.golden("de-domain-locked", BAKERY)
    k.say("decision", number, "cancel", "D2026-0001")
    k.golden("de-domain-decided", BAKERY)
    k.say("stay", number, "Klage 3 O 1/26")
    k.golden("de-domain-stayed", BAKERY)
    k.say("decision", number, "denied", "Urteil 3 O 1/26")
    tap.is_equal(k.state(number) + (k.at(number).get("strikes", 0),), ("resolved", "ended", "denied", 0), "the court has ended it, and nothing is held against the customer")
    k.golden("de-domain-released", BAKERY)
    acts = k.d.check("case", "show", "--json", number).json["acts"]
    tap.is_equal([a["state"] for a in acts if a["verb"] == "limit"], ["undone"], "and the driver has lifted the lock")
    _, number = k.notice(UDRP, "bakery.example")
    k.letters(BAKERY)
    k.say("decision", number, "transfer", "D2026-0002")
    k.letters(BAKERY)
    k.d.pass_time("21d")
    tap.is_equal(k.state(number), ("open", "due", "transfer"), "without a court it is carried out")
    k.say("resolve", number, "transferred")
    tap.is_equal([("aufgehoben" in x.text()) for x in k.letters(BAKERY)], [True], "what is lifted then the customer is told as ever")


def main():
    top = where()
    with Daemon(policy=os.path.join(top, "policy"), registry=os.path.join(top, "registry.csv"), enforcement="on") as d:
        k = Desk(d)
        by_hand(k)
        rapid(k)
    with Daemon(policy=driven(top), registry=os.path.join(top, "registry.csv"), enforcement="on") as d:
        by_driver(Desk(d))
    shutil.rmtree(top)


tap.skip_all(missing()) if missing() else tap.run(main)
