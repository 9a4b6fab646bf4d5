#!/usr/bin/env python3
"""What comes back to a notice, in the shapes that mail systems give it: people's answers count and stop the clock whatever way they
came, machines' do not, and a notice that came back stops the ladder, in whatever words the mail server says so."""
import email.utils
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from desk import Post

MARKS = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8"
QMAIL = """Hi. This is the qmail-send program at mx.customers.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<c@customers.example>:
Sorry, no mailbox here by that name. (#5.1.1)
"""


def report_of(action, status):
    return f"""MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

About your message.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customers.example

Final-Recipient: rfc822; c@customers.example
Action: {action}
Status: {status}
--r--
"""


# what, its header and body as one text, envelope sender ("" = none), what becomes of the case
MAILS = (
    ("a person", f"Subject: Re: your letter\n{MARKS}\n\nWe looked into it.\n", "c@customers.example", "answer"),
    ("a person whose mail goes through a list", f"Subject: Re: your letter\nList-Id: <it.customers.example>\nPrecedence: list\n{MARKS}\n\nWe looked into it.\n",
     "it-bounces@customers.example", "answer"),
    ("a person whose server asks for no automatic answers", f"Subject: AW: your letter\nX-Auto-Response-Suppress: All\n{MARKS}\n\nWe looked into it.\n",
     "c@customers.example", "answer"),
    ("a person who writes HTML alone", "Subject: Re\nMIME-Version: 1.0\nContent-Type: text/html\n\n<style>p{color:red}</style><p>We looked &amp; looked<br>into it.</p>\n",
     "c@customers.example", "answer"),
    ("a machine by RFC 3834", f"Subject: Re\nAuto-Submitted: auto-replied\n{MARKS}\n\nI am away.\n", "", "auto"),
    ("a machine without a sender", f"Subject: Re: your letter\n{MARKS}\n\nI am away.\n", "", "auto"),
    ("a machine by its subject", f"Subject: Automatic reply: your letter\n{MARKS}\n\nI am away.\n", "c@customers.example", "auto"),
    ("a delivery report of a failure", f"Subject: Undelivered\n{report_of('failed', '5.1.1')}", "", "bounce"),
    ("a delivery report of a delay", f"Subject: Delayed\n{report_of('delayed', '4.4.1')}", "", "auto"),
    ("qmail's own words", f"Subject: failure notice\n{MARKS}\n\n{QMAIL}", "", "bounce"),
    ("exim's own words", f"Subject: Mail delivery failed: returning message to sender\nAuto-Submitted: auto-replied\nX-Failed-Recipients: c@customers.example\n{MARKS}\n\nx\n",
     "", "bounce"),
    ("a gateway's words in German", f"Subject: Unzustellbar: your letter\n{MARKS}\n\nDiese Nachricht wurde nicht zugestellt.\n", "", "bounce"),
    ("exim's word of a delay", f"Subject: Warning: message delayed 24 hours\nAuto-Submitted: auto-replied\n{MARKS}\n\nx\n", "", "auto"),
)
SENDERS = {"bounce": "Mail Delivery System <MAILER-DAEMON@mx.customers.example>"}


class Desk(Post):
    def __init__(self, d):
        super().__init__(d)
        rows = ["type,id,customer,kind,resource,language,email,from"]
        for i in range(len(MAILS) + 4):
            rows += [f"customer,c{i},,,,en,c{i}@customers.example,2026-01-01T00:00:00Z", f"prefix,p{i},c{i},static,198.18.1.{i + 1}/32,,,2026-01-01T00:00:00Z"]
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")

    def open(self, i):
        """A case of customer ci with its notice: (number, the reply address)."""
        heard = len(self.d.sink.letters)
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.1.{i + 1}", number=self.n, reporter=f"r@{name}{i}.example"), sender="")
        self.d.settle()
        letter = next(x for x in self.d.sink.letters[heard:] if x.recipients == [f"c{i}@customers.example"])
        return self.d.cases("--customer", f"c{i}")[0]["case"], email.utils.parseaddr(letter.message["Reply-To"])[1]

    def send(self, text, to, sender="c@customers.example", author="Somebody <c@customers.example>"):
        self.n += 1
        self.d.smtp_send(f"From: {author}\nTo: <{to}>\nMessage-ID: <{self.n}@customers.example>\n{text}", sender=sender, to=to)
        self.d.settle()


def shapes(k):
    for i, (what, text, sender, want) in enumerate(MAILS):
        number, to = k.open(i)
        k.send(text, to, sender, SENDERS.get(want, "Somebody <c@customers.example>"))
        body, story = k.body(number), k.explain(number)
        got = "answer" if body["state"] == "paused" else "bounce" if body.get("flags", 0) & 32 else "auto"
        tap.is_equal(got, want, f"{what} is taken for {'an ' if want != 'bounce' else 'a '}{want}", story)
        if want == "answer":
            tap.like(story, r"answer: .*looked.*into it", f"what {what} wrote stands in the case")
    k.d.pass_time("49h")
    for i, (what, _, _, want) in enumerate(MAILS):
        number = k.d.cases("--customer", f"c{i}")[0]["case"]
        limits = [a["verb"] for a in k.d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit"]
        tap.is_equal(limits, ["limit"] if want == "auto" else [], f"after two days {'nobody has answered' if want == 'auto' else 'the ladder stands'}: {what}")


def places(k):
    """Which case an answer belongs to."""
    n = len(MAILS)
    one, to_one = k.open(n)
    two, to_two = k.open(n + 1)
    local, domain = to_one.split("@")
    k.send("Subject: Log attached\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nMine.\n--o\nContent-Type: text/x-log\n\nattached line\n--o--\n",
           f"{local.upper()}@{domain}")
    item = next(line.split()[0] for line in k.d.check("intake", "list", "--state", "done").out.splitlines() if "Log attached" in line)
    tap.like(k.d.check("intake", "show", "--raw", item).out, "attached line", "what a customer attached is kept as it came")
    tap.is_equal((k.body(one)["state"], k.body(two)["state"]), ("paused", "open"), "a token whose letters some system made capitals still finds its case, and no other")
    token = local.split("+")[1]
    k.send("Subject: Guess\n\nGuessed.\n", f"abuse+{token[:-1]}{'a' if token[-1] != 'a' else 'b'}@{domain}")
    tap.is_equal(k.body(two)["state"], "open", "a token that was guessed is nobody's")
    tap.like(k.d.check("intake", "list").out, r"answer\s+Guess", "and a person sees it")
    k.d.check("case", "resolve", two, "settled")
    k.send("Subject: Late thanks\n\nThank you.\n", to_two)
    tap.is_equal(k.body(two)["state"], "resolved", "an answer opens no closed case")
    tap.like(k.d.check("intake", "list").out, r"answer\s+Late thanks", "a person sees it all the same")
    tap.like(k.explain(two), r"answer: Thank you\.", "and it stands in the case")
    first, to_first = k.open(n + 2)
    number = k.d.check("case", "open", "--customer", f"c{n + 2}", "--because", "x").out.strip()
    events = [e["n"] for e in k.d.check("case", "show", first, "--json").json["events"] if e["type"] in ("finding", "witness")]
    off = k.d.check("case", "split", first, events[0], "--json").json["case"]
    k.d.check("case", "uphold", off, "apart")
    k.d.check("case", "merge", first, off, "--because", "the same after all")
    k.send("Subject: Re\n\nWe mended it.\n", to_first)
    tap.is_equal(k.body(off)["state"], "paused", "an answer to a letter of a case that was merged pauses the one that it went into", k.explain(off))
    tap.ok(number != off, "and not another")


def strangers(k):
    """What comes to the desk itself and is about no letter of ours."""
    n = len(MAILS) + 3
    inner = f"--r\nContent-Type: text/rfc822-headers\n\nReceived: from x [198.18.1.{n + 1}] by mx.far.example; {email.utils.formatdate()}\nMessage-ID: <1@far.example>\n--r--"
    report = report_of("failed", "5.1.1").replace("--r--", inner)
    for i in range(3):
        k.send(f"Subject: Undelivered\n{report}", "abuse@example.net", "", f"MAILER-DAEMON@mx{i}.far.example")
    k.send(f"Subject: Delayed\n{report.replace('failed', 'delayed')}", "abuse@example.net", "", "MAILER-DAEMON@mx.far.example")
    tap.is_equal(k.d.cases("--customer", f"c{n}"), [], "a few bounces of a customer's mail open no case")
    tap.unlike(k.d.check("intake", "list").out, r"Undelivered|Delayed", "and no person is asked")
    k.send(f"Subject: Undelivered mail\n{report.replace('198.18', '10.18')}", "abuse@example.net", "", "MAILER-DAEMON@mx.far.example")
    tap.like(k.d.check("intake", "list").out, r"bounce\s+Undelivered mail", "of one that tells no origin a person is")
    desk = f"Subject: [Ticket#1] your report\nIn-Reply-To: <r@example.net>\nAuto-Submitted: auto-replied\n{MARKS}\n\n198.18.1.{n + 1} scans, you wrote.\n"
    k.send(desk, "abuse@example.net", "desk@other.example", "desk@other.example")
    tap.unlike(k.d.check("intake", "list").out, "Ticket#1", "nor is anybody asked about what another desk's machine answers")
    tap.is_equal(k.d.cases("--customer", f"c{n}"), [], "and no case is opened")
    tap.like(k.d.check("intake", "list", "--state", "done").out, "Ticket#1", "though it can be looked up")


def main():
    with Daemon(enforcement="on", registry=None) as d:
        k = Desk(d)
        shapes(k)
        places(k)
        strangers(k)


tap.skip_all(missing()) if missing() else tap.run(main)
