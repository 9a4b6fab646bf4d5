#!/usr/bin/env python3
"""Two daemons, one the reseller of the other: what is passed on is acknowledged at once, mended before the upstream's deadline, and
answered when it is over; nothing goes back and forth. What nobody proved to come from the upstream is a report like any other."""
import calendar
import email.utils
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, program, xarf

ABUSE, DESK = "abuse@example.net", "abuse@bigres.example"
PROOF = b"Authentication-Results: mx.bigres.example;\r\n\tdkim=pass header.d=example.net\r\n"
ABOVE = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,bigres,,,reseller,,,en,abuse@bigres.example,2026-01-01T00:00:00Z
""" + "".join(f"customer,shop{i},bigres,,business,,,en,it@shop{i}.example,2026-01-01T00:00:00Z\n"
              f"prefix,p{i},,shop{i},,static,198.18.1.{i}/32,,,2026-01-01T00:00:00Z\n" for i in range(1, 7))
BELOW = """type,id,reseller,customer,class,kind,resource,language,email,from
""" + "".join(f"customer,kiosk{i},,,business,,,en,it@kiosk{i}.example,2026-01-01T00:00:00Z\n"
              f"prefix,q{i},,kiosk{i},,static,198.18.1.{i}/32,,,2026-01-01T00:00:00Z\n" for i in (1, 2, 3, 5, 6, 7))
CONF = """intake { authserv-id mx.bigres.example }
upstream example { from example.net }"""


class Reseller(Daemon):
    def config_text(self, **changes):
        return super().config_text(**changes).replace('"Example Net" { domain example.net }', '"Big Reseller" { domain bigres.example }')


class Pair:
    """The post between an upstream and its reseller, carried by hand."""

    def __init__(self, up, down):
        self.up, self.down, self.n, self.seen = up, down, 0, {up: 0, down: 0}

    def news(self, of):
        letters = of.sink.letters[self.seen[of]:]
        self.seen[of] = len(of.sink.letters)
        return letters

    def complain(self, address):
        self.n += 1
        self.up.report(xarf(address, report_id=f"02eb480f-8172-431a-9276-{self.n:012x}", url=f"http://{address}/login"), token=f"t{self.n}")
        self.up.settle()
        return next(x for x in self.news(self.up) if x.recipients == [DESK] and re.search(rf"Concerns: +{address}\s", x.text()))

    def deliver(self, letter, proof=PROOF):
        reply = self.down.smtp_send(proof + letter.data, sender=ABUSE, to=DESK, kind="lmtp")
        if reply.code != 250:
            raise RuntimeError(reply.text)
        self.down.settle()
        return self.news(self.down)

    def back(self, letter):
        """What the reseller wrote, to whom it is addressed."""
        self.up.smtp_send(letter.data, sender=letter.sender, to=letter.recipients[0])
        self.up.settle()

    def pass_time(self, span):
        self.up.pass_time(span)
        self.down.pass_time(span)

    def forwarding(self, customer):
        return next(f for f in self.up.check("reseller", "show", "bigres", "--json").json["forwardings"] if f["customer"] == customer)

    def case(self, customer):
        number = next(c for c in self.down.cases("--customer", customer))["case"]
        return number, self.down.check("case", "show", number, "--json").json["body"]

    def waiting(self):
        return self.down.check("queue", "upstream", "--json").json["rows"]


def to_upstream(letters):
    return [x for x in letters if x.recipients[0].endswith("@example.net")]


def stamp(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def masked(letter):
    m = letter.message
    text = "".join(f"{name}: {m[name]}\n" for name in ("From", "To", "Reply-To", "Subject", "Auto-Submitted") if m[name]) + "\n" + letter.text().replace("\r\n", "\n")
    text = re.sub(r"abuse\+[a-z2-9]{24}@", "abuse+TOKEN@", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"\n\nLedger: .*", "", text)
    return re.sub(r"C-\d+", "C-N", text).rstrip("\n") + "\n"


def golden(name, letter):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "upstream", name + ".txt")
    if os.environ.get("AUPD_GOLDEN"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(masked(letter))
    want = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    tap.is_equal(masked(letter), want, f"letter {name} reads as it was approved")


def there_and_back(p):
    forward = p.complain("198.18.1.1")
    theirs = p.forwarding("shop1")
    letters = p.deliver(forward)
    acks = to_upstream(letters)
    tap.is_equal([x.recipients[0] for x in acks], [email.utils.parseaddr(forward.message["Reply-To"])[1]], "it is acknowledged at once, to the address of the letter")
    golden("acknowledged", acks[0])
    number, body = p.case("kiosk1")
    tap.is_equal([x.recipients for x in letters if x not in acks], [["it@kiosk1.example"]], "our own customer is written to, and nobody gets a receipt beside")
    left = stamp(theirs["due"]) - body["fix_by_at"] / 1e6
    tap.ok(left >= 4 * 3600, "and is given no longer than the upstream gives us", left, theirs["due"], body["fix_by_at"])
    tap.is_equal(to_upstream(p.deliver(forward)), [], "the same mail again is not acknowledged again")
    p.back(acks[0])
    f = p.forwarding("shop1")
    tap.is_equal((f["state"], f["due"]), ("acknowledged", theirs["due"]), "the upstream reads the acknowledgement of a machine")
    tap.is_equal(p.news(p.up), [], "and answers nothing")
    p.down.check("case", "resolve", number, "taken down")
    p.down.settle()
    results = to_upstream(p.news(p.down))
    tap.is_equal(len(results), 1, "when the case is closed the result goes back")
    golden("fixed", results[0])
    p.back(results[0])
    f = p.forwarding("shop1")
    tap.is_equal((f["state"], f["answer"]), ("answered", "fixed"), "and is read as such")
    tap.is_equal((p.news(p.up), p.news(p.down)), ([], []), "then both are silent")
    tap.is_equal(to_upstream(p.deliver(forward)), [], "nor is the same mail behind the result")
    p.back(results[0])
    p.down.lmtp(PROOF + b"From: <" + ABUSE.encode() + b">\r\nAuto-Submitted: auto-replied\r\nSubject: Re: thank you\r\n\r\nStatus: acknowledged\r\n", sender="",
                to=email.utils.parseaddr(results[0].message["Reply-To"])[1])
    p.down.settle()
    tap.is_equal((p.news(p.up), p.news(p.down)), ([], []), "whatever comes back to an answer is not answered")


def again(p):
    forward = p.complain("198.18.1.1")
    acks = to_upstream(p.deliver(forward))
    tap.is_equal(len(acks), 1, "passed on anew it is acknowledged anew")
    p.back(acks[0])
    tap.is_equal((p.forwarding("shop1")["state"], p.forwarding("shop1")["rounds"]), ("acknowledged", 2), "to the letter of that round")
    number, body = p.case("kiosk1")
    other = p.down.check("case", "open", "--customer", "kiosk1", "--clause", "other.discretion", "--because", "by hand", "--json").json["case"]
    told = lambda n: p.down.check("case", "show", n, "--json").json["body"].get("upstreams", [])
    p.down.check("case", "merge", number, other)
    tap.is_equal(told(other), body["upstreams"], "a case that takes it in owes the result")
    p.down.check("case", "back", other)
    tap.is_equal((told(other), told(number)), ([], body["upstreams"]), "and no longer when that is taken back")
    p.down.check("case", "resolve", other, "nothing")
    p.down.settle()
    tap.is_equal(to_upstream(p.news(p.down)), [], "it tells nothing when it ends")
    p.down.check("case", "resolve", number, "Not ours")
    p.down.settle()
    p.back(to_upstream(p.news(p.down))[0])
    tap.is_equal(p.forwarding("shop1")["answer"], "not-ours", "a person's word is passed on where it is one of the words")


def other_results(p):
    letters = to_upstream(p.deliver(p.complain("198.18.1.4")))
    tap.is_equal(len(letters), 1, "what is nobody's of ours has its result at once")
    p.back(letters[0])
    tap.is_equal(p.forwarding("shop4")["answer"], "not-ours", "not ours")
    forward = p.complain("198.18.1.2")
    p.pass_time("38h")
    p.deliver(forward)
    by = stamp(p.forwarding("shop2")["due"]) - p.case("kiosk2")[1]["fix_by_at"] / 1e6
    tap.ok(4 * 3600 <= by < 4 * 3600 + 2, "what was long on its way leaves the customer the upstream's time less four hours, whatever our ladder gives", by)
    p.down.check("case", "flag", p.case("kiosk2")[0], "do-not-tell")
    p.down.check("case", "resolve", p.case("kiosk2")[0], "settled")
    p.down.settle()
    tap.is_equal(to_upstream(p.news(p.down)), [], "of a case that is marked do-not-tell nothing is told")


def late(p):
    p.deliver(p.complain("198.18.1.3"))
    tap.is_equal([r["key"] for r in p.waiting()], [], "within the deadline nothing waits")
    p.pass_time("49h")
    rows = p.waiting()
    tap.is_equal(sorted(r["customer"] for r in rows), ["kiosk2", "kiosk3"], "behind it the queue tells what the upstream waits for", rows)
    tap.like(p.down.check("queue", "upstream").out, r"example waits for the result of its C-\d+", "and under which number")
    p.news(p.down)
    p.down.restart()
    p.down.check("case", "resolve", p.case("kiosk3")[0], "cleaned")
    p.down.settle()
    tap.is_equal(len(to_upstream(p.news(p.down))), 1, "late, it is answered all the same")
    tap.is_equal([r["customer"] for r in p.waiting()], ["kiosk2"], "and waits no longer")


def strangers(p):
    forward = p.complain("198.18.1.5")
    tap.is_equal(to_upstream(p.deliver(forward, proof=b"")), [], "nobody proved it: no word goes out")
    tap.is_equal(p.case("kiosk5")[1].get("upstreams"), None, "it is a report like any other")
    forward = p.complain("198.18.1.6")
    forward.data = re.sub(rb"(?m)^Reply-To: .*$", b"Reply-To: <victim@elsewhere.example>\r", forward.data)
    tap.is_equal([x.recipients[0] for x in p.deliver(forward) if "kiosk" not in x.recipients[0]], [ABUSE],
                 "a proved sender who names another's address is answered at his own")


def taken_back(p):
    def passed_on(number, kind="abuse"):
        mail = arf("198.18.1.7", number=number, kind=kind, reporter=ABUSE)
        reply = p.down.smtp_send(PROOF + re.sub(rb"(?m)^Subject: .*?\r$", b"Subject: [C-77] passed on\r", mail, count=1), sender=ABUSE, to=DESK, kind="lmtp")
        p.down.settle()
        return [re.search(r"(?m)^Status: (\S+)", x.text()).group(1) for x in to_upstream(p.news(p.down))] if reply.code == 250 else reply.text

    for i in range(1, 6):
        p.down.smtp_send(arf("198.18.1.7", number=i, reporter=f"fbl@other{i}.example"), to=DESK, kind="lmtp")
    p.down.settle()
    number = next(c["case"] for c in p.down.cases("--customer", "kiosk7") if c["body"]["clause"].startswith("email"))
    p.news(p.down)
    tap.is_equal(passed_on(6), ["acknowledged"], "what joins others' reports is acknowledged")
    tap.is_equal(passed_on(7, "not-spam"), ["disputed"], "and has its result when the upstream takes it back")
    tap.is_equal(p.down.check("case", "show", number, "--json").json["state"], "open", "while the case goes on for the others")
    tap.is_equal(passed_on(8, "not-spam"), [], "once")


def refused(p):
    for conf, why in (("upstream example { from example.net }", "there is none"), (CONF.replace("from example.net", "from nobody"), "no mail address and no domain"),
                      (CONF.replace("upstream example", 'upstream "a b"'), "make such a name")):
        path = os.path.join(p.down.dir, "bad.conf")
        with open(path, "w") as f:
            f.write(p.down.config_text(conf=conf))
        r = p.down.aup("check", "-c", path)
        tap.ok(r.rc != 0 and why in r.out + r.err, f"refused: {why}", r.out, r.err)


def main():
    with Daemon(registry=None, enforcement="on") as up, Reseller(registry=None, enforcement="on", conf=CONF, listens=("smtp", "lmtp", "http", "ingest")) as down:
        up.check("registry", "import", "-", stdin=ABOVE)
        down.check("registry", "import", "-", stdin=BELOW)
        p = Pair(up, down)
        taken_back(p)
        there_and_back(p)
        again(p)
        other_results(p)
        late(p)
        strangers(p)
        refused(p)


if missing() or not program("aup"):
    tap.skip_all(missing())
tap.run(main)
