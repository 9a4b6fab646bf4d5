#!/usr/bin/env python3
"""The way of a copyright notice about what a customer has stored: asked for what is missing; complete and disabled; disputed, sent on and
put back; stayed; taken back. The letters are compared whole with golden/copyright/: times, tokens and numbers of cases masked. UPDATE=1
writes them anew, to be read before they are kept."""
import email.utils
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, crlf, missing

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "copyright")
RIGHTS, CUSTOMER, DAY = "notices@rights.example", "it@acme.example", 86400 * 1000000
HEAD = "From: Rights <notices@rights.example>\nTo: abuse@example.net\nSubject: DMCA takedown {n}\nMessage-ID: <{n}@rights.example>\n\n"
LESS = """This is a notice under 17 U.S.C. 512(c)(3), the DMCA, of copyright infringement.
Copyrighted work: A Song
Infringing URL: http://203.0.113.17/song-{n}.mp3
I have a good faith belief that the use is not authorized by the owner, its agent, or the law.
"""
FULL = LESS + """The information in this notice is accurate and, under penalty of perjury, I am authorized to act on behalf of the owner.
Telephone: +1 202 555 0100
Address: 1 Main Street, Springfield
Signature: Ann Owner
"""
COUNTER = """This is my counter-notice. You disabled http://203.0.113.17/song.mp3 by mistake or misidentification: under penalty of perjury
I believe so in good faith. I consent to the jurisdiction of the federal court and accept service of process.
Adam Smith, 2 Side Street, Springfield, +1 202 555 0111
Signature: Adam Smith
"""


def masked(letter):
    text = "".join(f"{name}: {letter.message[name]}\n" for name in ("From", "To", "Subject") if letter.message[name]) + "\n" + letter.text().replace("\r", "")
    for pattern, word in ((r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"), (r"C-\d+", "C-N"), (r"abuse\+[a-z2-9]{24}", "abuse+TOKEN"),
                          (r"\b[a-z2-9]{24}\b", "RECEIPT"), (r"\n+(Ledger: [^\n]*)?\n*\Z", "\n")):
        text = re.sub(pattern, word, text)
    return text


class Desk:
    def __init__(self, d):
        self.d, self.seen, self.n = d, 0, 0

    def notice(self, text):
        self.n += 1
        reply = self.d.smtp_send(crlf(HEAD.format(n=self.n) + text.format(n=self.n)), sender=RIGHTS)
        if reply.code != 250:
            raise RuntimeError(reply.text)
        self.d.settle()
        rows = self.d.check("intake", "list", "--json").json["rows"]
        item = next(r for r in rows if r["body"]["subject_line"].endswith(f" {self.n}"))
        self.d.check("intake", "confirm", item["key"], "--because", "read")
        self.d.settle()

    def answer(self, letter, sender, text):
        to = email.utils.parseaddr(letter.message["Reply-To"] or letter.message["From"])[1]
        self.n += 1
        reply = self.d.smtp_send(crlf(f"From: {sender}\nTo: {to}\nSubject: Re: it\nMessage-ID: <{self.n}@answer.example>\n\n{text}"), sender=sender, to=to)
        if reply.code != 250:
            raise RuntimeError(reply.text)
        self.d.settle()

    def letters(self):
        self.d.settle()
        got = self.d.sink.letters[self.seen:]
        self.seen = len(self.d.sink.letters)
        return got

    def golden(self, name, to, subject):
        """The one new letter to that address with that subject, compared whole; gives the letter."""
        got = self.letters()
        fit = [x for x in got if to in x.recipients and subject in str(x.message["Subject"])]
        path = os.path.join(GOLDEN, name)
        if len(fit) != 1:
            tap.ok(False, f"letter {name}", [(x.recipients, str(x.message["Subject"])) for x in got])
            return None
        text = masked(fit[0])
        if os.environ.get("UPDATE"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        with open(path, encoding="utf-8") as f:
            tap.is_equal(text.split("\n"), f.read().split("\n"), f"letter {name}")
        return fit[0]

    def case(self):
        open_ones = [c for c in self.d.cases() if c["body"]["clause"] == "ip.infringement"]
        return max(open_ones, key=lambda c: c["body"]["opened_at"])

    def state(self, number):
        body = next(c["body"] for c in self.d.cases() if c["case"] == number)
        return body["state"], body.get("dispute", "none"), body.get("strikes", 0)

    def at(self, number):
        return next(c["body"] for c in self.d.cases() if c["case"] == number)


def incomplete(k):
    k.notice(LESS)
    tap.is_equal(k.d.cases(), [], "a notice that lacks something opens no case")
    k.golden("reporter-incomplete", RIGHTS, "something is missing")


def restored(k):
    d = k.d
    k.notice(FULL)
    number = k.case()["case"]
    tap.is_equal(k.state(number), ("open", "none", 1), "a complete one does, and is a strike")
    told = k.golden("copyright-removed", CUSTOMER, "disabled material")
    k.answer(told, CUSTOMER, "I dispute this.\n")
    tap.is_equal(k.state(number)[0], "paused", "an answer stands until a person has read it")
    d.check("case", "counter-incomplete", number, "your signature\nyour consent to the jurisdiction")
    k.golden("counter-incomplete", CUSTOMER, "something is missing")
    tap.is_equal((k.state(number)[:2], k.at(number).get("restore_at")), (("open", "none"), None), "what is missing is asked for, and no clock runs")
    d.pass_time("3d")
    k.answer(told, CUSTOMER, COUNTER)
    d.check("case", "counter-notice", number)
    copy = k.golden("counter-forward", RIGHTS, "counter-notice to your notice")
    c = k.at(number)
    tap.is_equal(k.state(number)[:2], ("paused", "countered"), "a complete counter-notice is sent on")
    first, last = c["restore_at"] - c["counter_at"], c["restore_by_at"] - c["counter_at"]
    tap.ok(11 * DAY < first < last < 26 * DAY and last - first >= 4 * DAY, "and ten to fourteen business days run", (first, last))
    tap.ok(d.aup("case", "uphold", number, "go on").rc != 0, "nobody lets the ladder go on meanwhile")
    k.answer(copy, RIGHTS, "We are thinking about it.\n")
    tap.is_equal(k.state(number)[:2], ("paused", "asked"), "an answer of the rights holder holds the putting back")
    d.pass_time("27d")
    tap.is_equal(k.state(number)[:2], ("paused", "asked"), "also beyond the last day: a person decides")
    k.letters()
    d.check("case", "uphold", number, "no court was asked")
    tap.is_equal(k.state(number), ("resolved", "restored", 0), "who finds that no court was asked: put back, and no strike is left")
    k.golden("copyright-restored", CUSTOMER, "put back")
    story = d.check("case", "explain", number).out
    tap.like(story, r"counter-notice: .*not complete", "the story tells each step")
    tap.like(story, r"restored: .*put back", "  to the end")


def by_itself(k):
    d = k.d
    k.notice(FULL)
    number = k.case()["case"]
    d.check("case", "counter-notice", number, COUNTER)
    c = k.at(number)
    hours = (c["restore_at"] - c["counter_at"]) // 3600000000
    d.pass_time(f"{hours - 1}h")
    tap.is_equal(k.state(number)[:2], ("paused", "countered"), "an hour before the time nothing has been put back")
    d.pass_time("2h")
    tap.is_equal(k.state(number)[:2], ("resolved", "restored"), "when it has come it is, without anybody's doing")
    k.letters()


def stayed(k):
    d = k.d
    k.notice(FULL)
    number = k.case()["case"]
    d.check("case", "counter-notice", number, COUNTER)
    k.letters()
    d.check("case", "stay", number, "complaint 26-cv-1, Southern District")
    k.golden("copyright-stayed", CUSTOMER, "stays disabled")
    d.pass_time("60d")
    tap.is_equal((k.state(number)[:2], k.at(number).get("next_due_at")), (("paused", "stayed"), None), "while a court is asked nothing is put back")
    d.check("case", "resolve", number, "the court has decided")


def german(k):
    """The same letters in the customer's language."""
    to = "info@bakery.example"
    k.notice(FULL.replace("203.0.113.17", "203.0.113.66"))
    number = k.case()["case"]
    k.golden("de-copyright-removed", to, "gesperrt")
    k.d.check("case", "counter-incomplete", number, "Ihre Unterschrift")
    k.golden("de-counter-incomplete", to, "etwas fehlt")
    k.d.check("case", "counter-notice", number, COUNTER)
    k.d.pass_time("27d")
    k.golden("de-copyright-restored", to, "wieder freigegeben")
    k.notice(FULL.replace("203.0.113.17", "203.0.113.66"))
    k.d.check("case", "counter-notice", number, COUNTER)
    k.letters()
    k.d.check("case", "stay", number, "Klage 3 O 1/26")
    k.golden("de-copyright-stayed", to, "bleibt gesperrt")


def main():
    with Daemon() as d:
        k = Desk(d)
        incomplete(k)
        restored(k)
        by_itself(k)
        stayed(k)
        german(k)


tap.skip_all(missing()) if missing() else tap.run(main)
