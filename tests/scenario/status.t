#!/usr/bin/env python3
"""What a reporter hears after his receipt: one letter when his report has come to its end, in his language, with what the API tells.
Machines, whoever wants none, whoever cannot be reached and whoever was erased hear nothing; nor does anybody of what may not be told."""
import email.utils
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import golden
import tap
from daemon import Daemon, POLICY, arf, crlf, missing, xarf

HERE = os.path.dirname(os.path.abspath(__file__))
BAKERY, HARBOUR = "203.0.113.66", "203.0.113.130"
SECOND = 4711


class Post:
    def __init__(self, d):
        self.d, self.n = d, 0

    def send(self, who, source=BAKERY, more="", message=None, sender=None):
        """A report in XARF, as somebody's mail; gives the letters that answer it."""
        self.n += 1
        heard = len(self.d.sink.letters)
        head = f"From: <{who}>\nTo: <abuse@example.net>\nSubject: phishing\nMessage-ID: <{self.n}@mail.example>\nMIME-Version: 1.0\n{more}"
        body = "Content-Type: application/json; name=xarf.json\n\n".encode() + xarf(source, report_id=f"{self.n:08d}-8172-431a-9276-c28ba90f694a")
        self.d.smtp_send(message or crlf(head.encode() + body), sender=who if sender is None else sender)
        self.d.settle()
        return [x for x in self.d.sink.letters[heard:] if x.recipients == [who]]

    def news(self, since):
        self.d.settle()
        return ends(self.d.sink.letters[since:])

    def case(self, customer="bakery", state="open"):
        return next(c["case"] for c in self.d.cases("--customer", customer) if c["state"] == state)

    def resolve(self, number, text="taken down"):
        since = len(self.d.sink.letters)
        self.d.check("case", "resolve", number, text)
        return self.news(since)

    def ask(self, letter, words, sender=None, frm=None):
        """A reply, with the letter quoted; gives what it is answered."""
        self.n += 1
        since, to = len(self.d.sink.letters), email.utils.parseaddr(letter.message["Reply-To"])[1]
        sender = sender or letter.recipients[0]
        quoted = "".join(f"> {line}\n" for line in ["STATUS", "We have received it and keep it."])
        self.d.smtp_send(f"From: <{frm or sender}>\nTo: <{to}>\nSubject: Re: your receipt\nMessage-ID: <{self.n}@reply.example>\nMIME-Version: 1.0\n"
                         f"Content-Type: text/plain; charset=utf-8\n\n{words}\n\nOn Mon, 2 Feb 2026 at 10:00 Example Net\n<{to}> wrote:\n{quoted}", sender=sender, to=to)
        self.d.settle()
        return self.d.sink.letters[since:]

    def items(self, state):
        return [i["body"].get("reason", "") for i in json.loads(self.d.api(f"/v1/intake?state={state}").body)["rows"]]

    def discard(self, n=-1):
        """What waits before a person, the newest unless told."""
        since = len(self.d.sink.letters)
        self.d.check("intake", "discard", self.d.check("intake", "list", "--json").json["rows"][n]["key"])
        return self.news(since)


def ends(letters):
    """Letters that tell an end, by their recipients: a receipt has another subject."""
    return {x.recipients[0]: x for x in letters if re.search(r"(Status|Stand): ", x.text())}


def receipt_of(letter):
    return re.search(r"(?:Receipt|Eingangsnummer):\s+(\S+)", letter.text()).group(1)


def told(d, letter):
    a = json.loads(d.api(f"/v1/receipts/{receipt_of(letter)}").body)
    return a["state"], a["reason"]


def is_golden(letter, name, base):
    golden.is_golden(letter, os.path.join(HERE, "golden", "status", name), base, f"{name} reads as it was approved")


def told_once(p):
    base = time.time()
    english = p.send("anna@one.example")[0]
    german = p.send("bert@two.example", more="Content-Language: de-DE\n")[0]
    tap.like(german.text(), "Vielen Dank", "a mail in German is answered in German")
    p.send("cora@three.example", more="Accept-Language: de, en-GB\n")
    tap.is_equal(p.news(0), {}, "while the case is open nobody is told an end")
    got = p.resolve(p.case())
    tap.is_equal(sorted(got), ["anna@one.example", "bert@two.example", "cora@three.example"], "when it is settled each reporter is told")
    is_golden(got["anna@one.example"], "acted-en.txt", base)
    is_golden(got["bert@two.example"], "acted-de.txt", base)
    tap.is_equal((told(p.d, english), receipt_of(got["anna@one.example"])), (("acted", "none"), receipt_of(english)), "as the API tells of that receipt")
    tap.like(p.d.check("case", "show", p.case(state="resolved")).out, r"told +3 reporters of its end\n", "the case says how many were told")
    p.send("dora@four.example")
    got = p.resolve(p.case())
    tap.is_equal(sorted(got), ["dora@four.example"], "when it is opened and settled again, only who reported since")
    p.d.crash()
    p.d.launch()
    tap.is_equal(p.news(len(p.d.sink.letters)), {}, "nobody is told again after a crash")


def refused(p):
    base = time.time()
    p.send("anna@five.example")
    since = len(p.d.sink.letters)
    p.d.check("case", "appeal", p.case(), "the customer says that it is his own page")
    p.d.check("case", "dismiss", p.case(state="paused"), "it was his own page", uid=SECOND)
    got = p.news(since)
    tap.is_equal(sorted(got), ["anna@five.example"], "when a person finds no breach its reporter is told that")
    is_golden(got["anna@five.example"], "refused-en.txt", base)
    p.d.check("reporter", "distrust", "eva@six.example", "--because", "invents things")
    p.d.check("reporter", "distrust", "trusted.example", "--because", "so does that desk")
    p.send("eva@six.example", more="Content-Language: de\n")
    got = p.discard()
    tap.is_equal(sorted(got), ["eva@six.example"], "when a person discards what waited its reporter is told too")
    is_golden(got["eva@six.example"], "discarded-de.txt", base)
    p.d.check("reporter", "forget", "trusted.example", "--because", "they mended it")


def machines(p):
    p.send("fbl@seven.example", message=arf(BAKERY, kind="fraud", number=71, reporter="fbl@seven.example"))
    p.send("no-reply@eight.example")
    p.send("robot@nine.example", more="Auto-Submitted: auto-generated\n")
    p.send("list@ten.example", more="Precedence: bulk\n")
    p.send("forged@eleven.example", sender="other@twelve.example")
    p.d.report(xarf(BAKERY, report_id="99999999-8172-431a-9276-c28ba90f694a"), token="key")
    p.send("gerd@thirteen.example")
    tap.is_equal(sorted(p.resolve(p.case())), ["gerd@thirteen.example"],
                 "no feedback loop is told, no address that nobody reads, no machine, no list, nobody whose envelope names another, no key: but who wrote beside them is")


def unwanted(p):
    p.d.check("reporter", "set", "hans@fourteen.example", "--letters", "no", "--because", "he asked for none")
    tap.is_equal(p.send("hans@fourteen.example"), [], "who wants no letters gets no receipt")
    p.send("ida@fifteen.example")
    p.d.check("reporter", "set", "ida@fifteen.example", "--letters", "no", "--because", "she asked for none")
    letter = p.send("jan@sixteen.example")[0]
    p.d.sink.reply = lambda letter: "550 5.1.1 no such user" if letter.recipients == ["kim@seventeen.example"] else "250 2.0.0 taken"
    p.send("kim@seventeen.example")
    p.d.sink.reply = lambda letter: "250 2.0.0 taken"
    p.send("leo@eighteen.example")
    report = f"""From: MAILER-DAEMON@sixteen.example
To: abuse@example.net
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.sixteen.example

Final-Recipient: rfc822; jan@sixteen.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {letter.message_id}
--b--
"""
    p.d.smtp_send(crlf(report), sender="")
    p.d.settle()
    tap.is_equal(sorted(p.resolve(p.case())), ["leo@eighteen.example"], "nor is he told the end; nor whose receipt came back, at once or later")
    shown = p.d.check("reporter", "show", "jan@sixteen.example", "--json").json
    tap.ok(shown["bounced"] and shown["letters"], "people see that a letter came back", shown)
    p.d.check("reporter", "set", "jan@sixteen.example", "--letters", "yes", "--language", "de", "--because", "his new mailbox works")
    letter = p.send("jan@sixteen.example", more="Content-Language: en\n")
    tap.is_equal(letter, [], "an address gets one receipt a day")
    p.d.pass_time("1d")
    letter = p.send("jan@sixteen.example", more="Content-Language: en\n")[0]
    tap.like(letter.text(), "Vielen Dank", "the language that a person decided goes before that of a mail")
    tap.is_equal(sorted(p.resolve(p.case())), ["jan@sixteen.example"], "and he is told again, for the report whose receipt he has")
    for words in (("--letters", "maybe"), ("--language", "klingon")):
        r = p.d.aup("reporter", "set", "jan@sixteen.example", *words, "--because", "x")
        tap.ok(r.rc == 1, f"{' '.join(words)} is refused", r.err)


def untold(p):
    p.send("mia@nineteen.example")
    p.d.check("case", "flag", p.case(), "do-not-tell")
    tap.is_equal(p.resolve(p.case()), {}, "of a case that is marked do-not-tell nothing is told")
    p.d.check("case", "flag", "--off", p.case(state="resolved"), "do-not-tell")
    receipt = receipt_of(p.send("ned@twenty.example")[0])
    first = p.d.aup("erase", "ned@twenty.example", "--basis", "asked for by letter", "--even-open", "he takes it back")
    second = p.d.aup("erase", "ned@twenty.example", "--basis", "asked for by letter", "--even-open", "he takes it back", uid=SECOND)
    tap.is_equal((first.rc, second.rc), (0, 0), "two people have a reporter erased", first.err, second.err)
    p.d.pass_time("5m")
    p.d.until(lambda: "erasure" not in p.d.check("status").out, "the end of the erasure")
    row = json.loads(p.d.api(f"/v1/receipts/{receipt}").body)["row"]
    tap.is_equal((row["fate"], row.get("whose"), row.get("to")), ("case", None, None), "his address is gone from the receipt, which stays")
    tap.is_equal(p.resolve(p.case()), {}, "and he is not written to")


def merged(p):
    p.send("ole@one.example")
    first = p.case()
    p.d.check("case", "split", first, "1")
    since = len(p.d.sink.letters)
    other = next(c["case"] for c in p.d.cases("--customer", "bakery") if c["state"] in ("open", "review") and c["case"] != first)
    p.send("pia@two.example")
    p.d.check("case", "merge", first, other)
    tap.is_equal(p.news(since), {}, "a merged case has not come to its end")
    got = p.resolve(other)
    tap.is_equal(sorted(got), ["ole@one.example", "pia@two.example"], "the end of the other one is that of both")


def asked(p):
    """By mail, to the address of any letter about the report."""
    base = time.time()
    letter = p.send("sam@asks.example")[0]
    german = p.send("tea@asks.example", more="Content-Language: de\n")[0]
    got = p.ask(letter, "STATUS")
    tap.is_equal([x.recipients for x in got], [["sam@asks.example"]], "who asks is answered")
    is_golden(got[0], "asked-en.txt", base)
    tap.is_equal((p.items("done")[-1:], p.items("waiting")), (["he asked what became of his report, and was told"], []), "and nobody has to look at it")
    is_golden(p.ask(german, "Stand?")[0], "asked-de.txt", base)
    number = p.case()
    p.d.check("case", "flag", number, "do-not-tell")
    tap.is_equal((p.ask(letter, "STATUS"), len(p.items("waiting"))), ([], 1), "a second time in a day he is not, and a person sees it")
    p.d.pass_time("1d")
    tap.like(p.ask(letter, "status")[0].text(), r"Status: +received\s+Reason: +-\s", "a day later he is; of a case that is marked do-not-tell it was received, and no more")
    p.d.check("case", "flag", "--off", number, "do-not-tell")
    p.d.pass_time("1d")
    waits = len(p.items("waiting"))
    for what, words, sender in (("another address", "STATUS", "eve@stranger.example"), ("other words", "What is the status of this?", None), ("the word below others", "Hello,\nSTATUS", None)):
        tap.is_equal(p.ask(letter, words, sender), [], f"no answer to {what}")
        waits += 1
        tap.is_equal(len(p.items("waiting")), waits, "  which waits for a person as it did")
    got = p.ask(letter, "Status.\n\nAnd please call me.")
    tap.is_equal(([x.recipients for x in got], p.items("waiting").count("he asked what became of his report and was told; he says more")), ([["sam@asks.example"]], 1),
                 "who says more is answered, and a person reads the rest")
    p.d.check("reporter", "set", "tea@asks.example", "--letters", "no", "--because", "she asked for none")
    tap.like(p.ask(german, "STATUS")[0].text(), "Stand: +bearbeitet", "who wants no letters by themselves is answered when he asks")
    end = p.resolve(number)["sam@asks.example"]
    p.d.pass_time("1d")
    p.d.restart()
    got = p.ask(end, "STATUS")
    tap.is_equal([x.subject for x in got], [end.subject], "the letter at the end can be asked too, and says the same, also after a restart")
    p.d.pass_time("91d")
    tap.is_equal(p.ask(letter, "STATUS"), [], "after the 90 days of letters nothing is told at its address")


def asked_by_machine(p):
    p.d.report(xarf(HARBOUR, report_id="88888888-8172-431a-9276-c28ba90f694a"), token="machine")
    letter = p.send("uwe@asks.example")[0]
    p.n += 1
    since, to = len(p.d.sink.letters), email.utils.parseaddr(letter.message["Reply-To"])[1]
    p.d.smtp_send(f"From: <uwe@asks.example>\nTo: <{to}>\nSubject: Re: your receipt\nAuto-Submitted: auto-replied\nMessage-ID: <{p.n}@reply.example>\n\nSTATUS\n",
                  sender="uwe@asks.example", to=to)
    p.d.settle()
    tap.is_equal(p.d.sink.letters[since:], [], "a program that answers by itself is not answered")


def crowd(p, rounds):
    """More than may be told of one case, and more than go in an hour."""
    # no hour ends while it goes on
    p.d.pass_time(f"{3601 - int(time.time()) % 3600}s")
    names = [[f"r{n}@round{r}.example" for n in range(34 if not r else 32)] for r in range(rounds)]
    got = []
    for r in names:
        for who in r:
            p.send(who)
        got.append(len(p.resolve(p.case())))
    tap.is_equal(got[:-1], [32] * (rounds - 1), "of one case 32 are told, each time that it is settled")
    tap.is_equal(sum(got), 200, "and 200 in an hour")
    tap.like(p.d.check("case", "show", p.case(state="resolved")).out, rf"told +{32 * rounds} reporters of its end; not told, .*: 2\n", "the case says how many were not told")
    since = len(p.d.sink.letters)
    return since, 32 * rounds - 200


def later(p):
    since, left = crowd(p, 7)
    p.d.pass_time("1h")
    tap.is_equal(len(p.news(since)), left, "the others follow in the next hour")


def withheld(p):
    since, left = crowd(p, 7)
    p.d.check("case", "flag", p.case(state="resolved"), "do-not-tell")
    p.d.pass_time("1h")
    tap.is_equal((left, p.news(since)), (24, {}), "what waits for its hour does not go when the case is marked meanwhile")
    acts = [a for a in json.loads(p.d.api("/v1/acts?limit=1000&prefix=reporter-status/").body)["rows"]]
    tap.is_equal(acts, [], "and is no act any more")


REGISTER = """type,id,customer,class,kind,resource,service,name,email,from
customer,one,,business,,,,One Ltd,one@customers.example,
customer,two,,business,,,,Two Ltd,two@customers.example,
customer,three,,business,,,,Three Ltd,three@customers.example,
login,l-three,three,,,three@dsl,,,,
prefix,p-one,one,,static,198.51.100.1/32,,,,
prefix,p-two,two,,static,198.51.100.2/32,,,,
prefix,p-dsl,,,dynamic,192.0.2.0/24,,,,
"""
BINDINGS = "address,subject,start,end,seen,port_from,port_to,kind\n"


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def table(p, who, addresses, at):
    """A mail with a table: one report about several customers, with one receipt."""
    rows = "".join(f"{stamp(at).replace('T', ' ').replace('Z', '')},{a},1025,64500,worm\n" for a in addresses)
    p.send(who, message=crlf(f"""From: <{who}>
To: <abuse@example.net>
Subject: sinkhole
Message-ID: <table.{p.n}@{who.split('@')[1]}>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

See the table.
--b
Content-Type: text/csv; name="{stamp(at)[:10]}-event4_sinkhole-example-asn.csv"

timestamp,src_ip,src_port,src_asn,infection
{rows}--b--
"""))


def one_of_many():
    """What one mail says leads to several cases; its receipt goes with one."""
    at = int(time.time()) - 3600
    with Daemon("bindings { feed dhcp 7; capacity 20000; retention 30d }", registry=None) as d:
        d.check("registry", "import", "-", stdin=REGISTER)
        p = Post(d)
        table(p, "qin@one.example", ["198.51.100.1", "198.51.100.2"], at)
        tap.is_equal(p.resolve(p.case("one")), {}, "of two cases that one mail led to the end of the first is not told")
        tap.is_equal(sorted(p.resolve(p.case("two"))), ["qin@one.example"], "that of the second is, which its receipt leads to")
        table(p, "rob@two.example", ["198.51.100.1", "192.0.2.7"], at)
        tap.is_equal(sorted(p.resolve(p.case("one"))), ["rob@two.example"], "while a part of a mail is not judged yet the end of the rest is told")
        row = f"192.0.2.7,three@dsl,{stamp(at - 40000)},{stamp(at + 3000)},,,,\n"
        d.check("bindings", "import", "-", "--feed", "dhcp", "--from", stamp(at - 80000), "--until", stamp(at + 3500), stdin=BINDINGS + row)
        d.pass_time("2h")
        tap.is_equal(p.resolve(p.case("three")), {}, "and when that part has led to a case of its own its reporter is not told again")


def switched_off(top):
    path = os.path.join(top, "policy")
    shutil.copytree(POLICY, path)
    with open(os.path.join(path, "aup.policy"), encoding="utf-8") as f:
        text = f.read()
    for name in ("en", "de"):
        os.remove(os.path.join(path, "letters", name, "reporter-status.txt"))
    return path, text


def silent():
    with Daemon(policy=None) as d:
        path, text = switched_off(d.dir)
        r = d.aup("policy", "check", path)
        tap.ok(r.rc == 1 and 'no letter "reporter-status" in language en' in r.out + r.err, "a policy that tells reporters needs the letter for it", r.out, r.err)
        with open(os.path.join(path, "aup.policy"), "w", encoding="utf-8") as f:
            f.write(text.replace("    reporter-status yes\n", ""))
        shutil.copy(os.path.join(POLICY, "letters", "en", "reporter-status.txt"), os.path.join(path, "letters", "en"))
        shutil.copy(os.path.join(POLICY, "letters", "de", "reporter-status.txt"), os.path.join(path, "letters", "de"))
        d.check("policy", "post", path)
        tap.like(d.aup("policy", "diff", path, POLICY).out, r"reporter-status changed\n +from +no\n +to +yes", "the difference of two versions tells it")
        p = Post(d)
        receipt = p.send("anna@one.example")[0]
        tap.is_equal(p.resolve(p.case()), {}, "where the policy does not say so nobody is told")
        row = d.api("/v1/receipts/" + receipt_of(receipt)).body.decode()
        tap.ok("whose" not in row, "and no address is kept for it", row)
        tap.is_equal(p.ask(receipt, "STATUS"), [], "who asks is not told either")


def main():
    people = {"tester": os.getuid(), "second": SECOND}
    with Daemon(operators=people) as d:
        p = Post(d)
        told_once(p)
        refused(p)
        machines(p)
        unwanted(p)
        untold(p)
        merged(p)
        asked_by_machine(p)
    with Daemon() as d:
        asked(Post(d))
    with Daemon(operators=people) as d:
        later(Post(d))
    with Daemon(operators=people) as d:
        withheld(Post(d))
    one_of_many()
    silent()


if missing():
    tap.skip_all(missing())
if os.getuid():
    tap.skip_all("only root can be two people")
tap.run(main)
