#!/usr/bin/env python3
"""Proof that a letter arrived: what comes back goes to the next address with all its time, nothing is cut while it may still come back,
and when no address is left a person is asked."""
import email.utils
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import desk
import tap
from daemon import Daemon, arf, missing

WORD = "desk@example.net"
COLUMNS = "type,id,customer,reseller,kind,resource,language,email,from"
START = "2026-01-01T00:00:00Z"


def register():
    rows = [COLUMNS, f"reseller,res,,,,,en,abuse@res.example,{START}"]
    for i, reseller in enumerate(("res", "", "", "", "res")):
        rows += [f"customer,c{i},,{reseller},,,en,own@c{i}.example,{START}", f"prefix,p{i},c{i},,static,198.18.1.{i + 1}/32,,,{START}"]
    for kind in ("legal", "technical", "abuse"):
        rows.append(f"contact,k-{kind},c0,,{kind},,en,{kind}@c0.example,{START}")
    return "\n".join(rows) + "\n"


class Post(desk.Post):
    def open(self, i):
        """A case of customer ci: (number, the letter)."""
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.1.{i + 1}", number=self.n, reporter=f"r@{name}{i}.far.example"), sender="")
        self.d.settle()
        return self.d.cases("--customer", f"c{i}")[0]["case"], [x for x in self.news() if x.recipients != [WORD]][-1]

    def word(self, letter, action, status):
        """What the mail server of the recipient says about a letter."""
        self.n += 1
        to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        self.d.smtp_send(f"""From: <MAILER-DAEMON@mx.example>
To: <{to}>
Subject: about your mail
Message-ID: <{self.n}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

About your message.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {letter.recipients[0]}
Action: {action}
Status: {status}
--r--
""", sender="", to=to)
        self.d.settle()
        return [x for x in self.news()]

    def bounce(self, letter):
        return self.word(letter, "failed", "5.1.1")

    def limits(self, number):
        return [a["state"] for a in self.d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit"]

    def flags(self, number):
        return self.d.check("case", "show", number, "--json").json["body"].get("flags", 0)

    def explain(self, number):
        return self.d.check("case", "explain", number).out


def ways(p):
    number, letter = p.open(0)
    first = letter
    tap.is_equal(letter.recipients, ["abuse@c0.example"], "the notice goes to the contact for abuse")
    p.d.pass_time("10h")
    for want in ("technical@c0.example", "own@c0.example", "legal@c0.example", "abuse@res.example"):
        got = p.bounce(letter)
        tap.is_equal([x.recipients for x in got], [[want]], f"it came back: it goes to {want}, and nobody is asked")
        letter = got[0]
        tap.is_equal(p.flags(number) & 32, 0, "  the ladder does not stand")
    tap.like(letter.text(), r"act by|Please stop", "it is the same letter")
    tap.is_equal(p.bounce(first), [], "the first one comes back once more: that changes nothing")
    p.d.pass_time("39h")
    tap.is_equal(p.limits(number), [], "the customer has all the time that the last letter names")
    p.d.pass_time("10h")
    tap.is_equal(p.limits(number), ["done"], "then the limit comes")
    p.news()
    got = p.bounce(letter)
    tap.is_equal([x.recipients for x in got], [[WORD]], "with no address left a person is asked", got)
    tap.is_equal(p.flags(number) & 32, 32, "and the ladder stands")
    tap.unlike(p.d.check("case", "show", number, "--json").out, r"@c0\.example|@res\.example", "the case names no address")


def words(p):
    """A suspended customer is asked for an undertaking, and the letter comes back: what he is to promise stands in no other letter."""
    number, letter = p.open(0)
    p.d.pass_time("50h")
    p.d.pass_time("6d")
    p.d.pass_time("30h")
    p.news()
    p.d.check("case", "undertaking", number, "--probation", "90d", "We write only to people who have agreed.")
    p.d.settle()
    letter = [x for x in p.news() if x.recipients != [WORD]][0]
    tap.like(letter.text(), "people who have agreed", "the letter says what is to be promised")
    got = p.bounce(letter)
    tap.is_equal([x.recipients for x in got], [[WORD]], "it came back: nobody gets a letter that asks for nothing, and a person is asked", [x.text() for x in got])


def doubt(p):
    number, letter = p.open(1)
    tap.is_equal(p.word(letter, "delayed", "4.4.1"), [], "a letter that is late")
    p.d.pass_time("50h")
    tap.is_equal(p.limits(number), ["queued"], "nothing is cut while it may still come back")
    p.word(letter, "delivered", "2.0.0")
    p.d.pass_time("2h")
    tap.is_equal(p.limits(number), ["done"], "once its arrival is told the ladder goes on")
    number, letter = p.open(2)
    p.word(letter, "delayed", "4.4.1")
    p.d.pass_time("4d")
    tap.is_equal(p.limits(number), ["queued"], "a server goes on trying for days")
    p.d.pass_time("25h")
    tap.is_equal(p.limits(number), ["done"], "after five of silence it counts as told")


def silence(p):
    """A policy that trusts silence only after three days."""
    number, letter = p.open(3)
    p.d.pass_time("50h")
    tap.is_equal(p.limits(number), ["queued"], "the proof that the policy asks for has not come")
    tap.like(p.d.check("case", "show", number, "--json").out, "not yet known that the notice arrived", "and the act says what it waits for")
    p.d.pass_time("23h")
    tap.is_equal(p.limits(number), ["done"], "no letter came back for three days: it arrived")
    p.news()
    got = p.bounce(letter)
    tap.is_equal([x.recipients for x in got], [[WORD]], "it comes back after all, and there is no other address: a person is asked")
    number, letter = p.open(4)
    p.d.pass_time("73h")
    tap.is_equal(p.limits(number), ["done"], "a second customer, who has a reseller")
    p.news()
    got = p.bounce(letter)
    tap.is_equal(sorted(x.recipients[0] for x in got), ["abuse@res.example", WORD], "the letter goes to the reseller, and a person looks at what was cut")
    tap.like(p.explain(number), "cut on a letter that never arrived", "as the case tells")


def run(part, edit=None):
    # nothing is passed on to resellers here: a letter goes to one only when nobody else is left
    edits = [("resellers.policy", r'(?ms)^resellers \{.*?^\}\n|^test ".*?^\}\n', "")] + ([("aup.policy", "languages en de", f"languages en de\n{edit}")] if edit else [])
    with Daemon(enforcement="on", policy=None, registry=None, provider=f"word-to {WORD}") as d:
        d.check("policy", "post", desk.null_policy(d, *edits))
        d.check("registry", "import", "-", stdin=register())
        part(Post(d))


def main():
    run(ways)
    run(words)
    run(doubt)
    run(silence, "proof 3d")


tap.skip_all(missing()) if missing() else tap.run(main)
