#!/usr/bin/env python3
"""A complaint's whole way among real peers: Postfix in front and behind, nft as the packet filter.

Complaint by SMTP to Postfix, by LMTP to aupd; letters through the same Postfix to a sink; limits in a set of nft. Everything runs
in network, mount and process namespaces of its own, so that neither the machine's mail server nor its packet filter is touched.
"""
import email.utils
import hashlib
import hmac
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import mta
import tap

SET, SET6 = "mail_limited", "mail_limited6"
ACME, SMITH, BAKERY = "203.0.113.17", "203.0.113.130", "203.0.113.66"


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces and nft need it"
    for program in ("unshare", "ip", "nft"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    return mta.missing() or daemon.missing()


def nft(*args):
    return subprocess.run(["nft", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()


def limited(name=SET):
    """The addresses in a set, as nft shows them."""
    return re.findall(r"\d+\.\d+\.\d+\.\d+", nft("list", "set", "inet", "aupd", name))


class Scene:
    """aupd with a Postfix in front of it and behind it."""

    def __init__(self):
        self.reports = 0
        self.passed = 0
        self.d = d = daemon.Daemon(start=False)
        os.chmod(d.dir, 0o711)
        self.mail = mta.Postfix(f"{d.dir}/postfix", daemon.loopback(), (d.address, 2501), (d.address, d.sink.port))
        self.configure()
        d.start()
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", daemon.REGISTRY)

    def configure(self, **changes):
        text = self.d.config_text(**changes)
        self.d.write_config(text.replace(f"smarthost {self.d.address}:{self.d.sink.port}", f"smarthost {self.mail.address}:25"))

    def now(self):
        """The test clock, as far as the test itself moved it."""
        return time.time() + self.passed

    def pass_hours(self, hours):
        self.d.pass_time(f"{hours}h")
        self.passed += hours * 3600

    def complain(self, source):
        """Three people complain by mail, through Postfix."""
        for name in "abc":
            self.reports += 1
            sender = f"fbl@reporter-{name}.example"
            reply = self.mail.send(daemon.arf(source, number=self.reports, reporter=sender, at=self.now()), sender, "abuse@example.net")
            if reply.code != 250:
                raise RuntimeError(f"postfix did not take a complaint: {reply}")
        self.d.settle()

    def case(self, customer):
        return next((c["case"] for c in self.d.cases() if c["body"]["customer"] == customer), None)

    def show(self, number):
        return self.d.check("case", "show", number, "--json").json

    def state(self, number):
        return self.show(number)["state"]

    def events(self, number, kind):
        return [e for e in self.show(number)["events"] if e.get("type") == kind]

    def act(self, number, verb):
        """The last act of a verb."""
        return next((a for a in reversed(self.show(number)["acts"]) if a["verb"] == verb), {})

    def letters(self, to):
        return [x for x in self.d.sink.letters if to in x.recipients]

    def letter(self, to, count=1):
        """The letter to an address, when it has arrived behind Postfix."""
        self.d.sink.wait(lambda _: len(self.letters(to)) >= count)
        found = self.letters(to)
        return found[count - 1] if len(found) >= count else None

    def answer(self, letter, text, sender, headers=""):
        """A mail of the customer to the letter's reply address; in the case when this returns."""
        reply_to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        body = f"From: <{sender}>\nTo: <{reply_to}>\nSubject: Re: {letter.subject}\nIn-Reply-To: {letter.message_id}\n{headers}\n{text}\n"
        self.mail.send(body, sender, reply_to)
        self.d.settle()


def observed(s):
    """Complaints come in while aupd only observes."""
    d = s.d
    s.complain(ACME)
    number = s.case("acme")
    tap.ok(number, "three complaints through Postfix open a case of the customer behind the address", d.cases())
    letter = s.letter("it@acme.example")
    tap.ok(letter, "the notice goes out through Postfix and arrives", s.mail.log.lines[-10:])
    act = s.act(number, "notify")
    with open(os.path.join(d.data, "token.key"), "rb") as f:
        want = "<" + hmac.new(f.read(), b"message-id/" + act["key"].encode(), hashlib.sha256).hexdigest()[:32] + "@example.net>"
    tap.is_equal(letter.message_id, want, "under the Message-ID that belongs to its step")
    tap.like(letter.message["Reply-To"], r"^<abuse\+[a-z2-9]{24}@example\.net>$", "with a reply address of its own")
    tap.is_equal(letter.sender, letter.message["Reply-To"].strip("<>"), "which is its envelope sender too, so that what comes back finds its case")
    tap.is_equal(letter.message["Auto-Submitted"], "auto-generated", "marked as automatic")
    text = letter.text().replace("\r", "")
    clause = re.search(r'Clause email\.unsolicited, "Unsolicited bulk mail", .*?\sversion 2026-03-01\. It reads:\n\n(.*?)\n\n', text, re.S)
    with open(os.path.join(daemon.POLICY, "aup.md"), encoding="utf-8") as f:
        posted = " ".join(f.read().split())
    tap.ok(clause and " ".join(clause.group(1).split()) in posted, "it quotes the clause from the posted policy", text)
    tap.like(text, r"You can appeal until 20", "it says until when an appeal is possible")
    tap.like(text, r"Next step:  limit mail", "and what comes next", text)
    s.pass_hours(49)
    limit = s.act(number, "limit")
    tap.is_equal(limit.get("state"), "held", "the deadline passes: the limit is shown, and held")
    tap.is_equal(limited(), [], "nothing has been put into the packet filter")
    r = d.aup("case", "approve", number, limit["key"])
    tap.ok(r.rc and "observe" in r.err, "it cannot be approved while aupd only observes", r)
    return number, letter


def enforced(s, number, letter):
    """Enforcement is switched on, a person releases what was held; the customer answers, a person resolves."""
    d = s.d
    d.check("enforcement", "on")
    d.settle()
    tap.is_equal(limited(), [], "switching on does not release what was held")
    d.check("case", "approve", number, s.act(number, "limit")["key"])
    d.settle()
    tap.is_equal(s.act(number, "limit")["state"], "done", "an operator approves: it is done", s.act(number, "limit"))
    tap.is_equal(limited(), [ACME], "and seen in the set of nft")
    s.answer(letter, "I am out of the office.", "it@acme.example", "Auto-Submitted: auto-replied\n")
    tap.is_equal((s.state(number), len(s.events(number, "auto-answer"))), ("open", 1), "an automatic reply is recognised and changes nothing")
    s.answer(letter, "We found the bot and removed it.\n\n> Spam from your service", "it@acme.example")
    answers = s.events(number, "answer")
    tap.is_equal(s.state(number), "paused", "the customer's mail to the reply address pauses the ladder")
    tap.is_equal([e["text"] for e in answers], ["We found the bot and removed it."], "the customer's words stand in the case")
    s.pass_hours(24 * 6)
    tap.ok(not s.act(number, "suspend"), "a week goes by: nothing is suspended while the answer waits for a person")
    d.check("case", "resolve", number, "bot removed")
    d.settle()
    tap.is_equal(limited(), [], "a person resolves: the address is free, seen in nft")
    tap.is_equal(s.act(number, "limit")["state"], "undone", "and the act says so")


def on_the_clock(s):
    """With enforcement on, the deadline alone brings the limit."""
    s.complain(SMITH)
    number = s.case("smith")
    tap.ok(s.letter("smith@mail.example"), "another customer gets a notice")
    s.pass_hours(47)
    tap.is_equal(limited(), [], "before the deadline nothing happens")
    s.pass_hours(2)
    tap.is_equal(limited(), [SMITH], "the deadline passes in silence: the address is limited, seen in nft")
    return number


def reconciled(s, number):
    """Somebody else changes the packet filter while aupd is down."""
    d = s.d
    d.stop()
    nft("delete", "element", "inet", "aupd", SET, "{", SMITH, "}")
    tap.is_equal(limited(), [], "aupd is down, and somebody deletes the address")
    d.launch()
    tap.ok(d.until(lambda: limited() == [SMITH], "the address back in its set"), "aupd starts again, compares, and puts it back")
    d.settle()
    tap.ok([e for e in s.events(number, "act-unknown") if "found gone" in e["text"]], "the case tells that it was found gone", s.show(number)["events"][-3:])
    before = len(s.show(number)["events"])
    runs = d.log.end()
    d.restart()
    d.log.wait("no rule of table", runs)
    d.settle()
    tap.is_equal((limited(), len(s.show(number)["events"])), ([SMITH], before), "a restart that finds everything as it should be changes nothing")
    late_child(s, number, before)
    d.stop()
    nft("delete", "table", "inet", "aupd")
    d.launch()
    tap.ok(d.until(lambda: limited() == [SMITH], "the table"), "the whole table goes: it is made again with what is in force")
    d.settle()
    tap.ok(d.log.find("no rule .*looks at the set"), "and the log says that no rule uses the set yet", d.log.lines[-8:])
    tap.is_equal(d.check("enforcement", "on").json["enforcement"], "on", "the switch is on still")
    d.check("case", "resolve", number, "settled")
    d.settle()
    tap.is_equal(limited(), [], "resolved, it is free")


def late_child(s, number, before):
    """The hand is there and has an act to look at, its child that runs nft is not yet."""
    d = s.d
    if not d.points:
        tap.skip("a child that comes late", "this build has no points")
        return
    d.stop()
    with d.points.hold("nft.starting"):
        d.launch(wait=False)
        d.until(lambda: os.path.exists(f"{d.run}/api.sock") and re.search(r"^aupd_acts_running.* 1$|_results_total.*[1-9]$", metrics(d), re.M), "the act, in the hand's hands")
    d.wait_notify("READY=1")
    d.settle()
    tap.is_equal((s.act(number, "limit").get("state"), s.show(number)["events"][before:]), ("done", []), "a hand whose child comes late waits for it, and the case tells nothing")


def metrics(d):
    try:
        return d.api("/metrics").body.decode()
    except OSError:
        return ""


def bounced(s):
    """The notice cannot be delivered."""
    d = s.d
    d.sink.reply = lambda letter: "550 5.1.1 no such person" if "info@bakery.example" in letter.recipients else "250 2.0.0 taken"
    since = s.mail.log.end()
    s.complain(BAKERY)
    number = s.case("bakery")
    tap.ok(s.mail.log.wait(r"to=<abuse\+[a-z2-9]+@example.net>.*status=sent", since), "Postfix sends its delivery report to the letter's own address")
    d.settle()
    tap.is_equal(len(s.events(number, "bounce")), 1, "the bounce finds its case", s.show(number)["events"])
    s.pass_hours(24 * 8)
    tap.ok(not s.act(number, "limit") and not limited(), "the ladder stands: nobody is limited who was not told", s.show(number)["acts"])
    tap.like(d.check("case", "explain", number).out, "came back", "and the story says why")
    d.check("case", "resolve", number, "told by telephone")


def without_nft(s):
    """The program is not there when the deadline passes."""
    d = s.d
    s.configure(hand="nft /nonexistent/nft", enforcement="on")
    d.restart()
    s.complain(SMITH)
    number = s.case("smith")
    s.letter("smith@mail.example", 2)
    since = d.log.end()
    s.pass_hours(49)
    limit = s.act(number, "limit")
    tap.ok(d.log.find("an act was not done.*nft cannot be run", since), "without nft the log says so", d.log.lines[-5:])
    tap.is_equal((limit.get("state"), limited()), ("queued", []), "the act waits, nothing is half done", limit)
    tap.like(d.check("case", "explain", number).out, "nft cannot be run: is it installed", "explain tells what it waits for")
    s.configure(enforcement="on")
    d.restart()
    tap.ok(d.until(lambda: limited() == [SMITH], "the limit"), "nft is back: the limit follows")
    d.check("case", "resolve", number, "settled")
    d.settle()
    tap.is_equal(limited(), [], "and is lifted")


def upgraded_nft(s):
    """Another file stands under the name of the program that the role was fenced for."""
    d = s.d
    own = os.path.join(d.dir, "nft")
    shutil.copy(shutil.which("nft"), own)
    s.configure(hand=f"nft {own}", enforcement="on")
    d.restart()
    s.complain(SMITH)
    number = s.case("smith")
    shutil.copy(own, own + ".new")
    os.rename(own + ".new", own)
    since = d.log.end()
    s.pass_hours(49)
    tap.ok(d.log.wait("nft is not the one that this role may run: it begins anew", since), "an nft that was replaced is not run by a role that knows the old one")
    tap.ok(d.until(lambda: limited() == [SMITH], "the limit"), "the role begins anew, and the limit follows")
    d.check("case", "resolve", number, "settled")
    d.settle()
    tap.is_equal(limited(), [], "and is lifted")


def main():
    s = Scene()
    with s.d as d:
        number, letter = observed(s)
        enforced(s, number, letter)
        reconciled(s, on_the_clock(s))
        bounced(s)
        without_nft(s)
        upgraded_nft(s)
        ids = [x.message_id for x in d.sink.letters]
        tap.is_equal(len(ids), len(set(ids)), "no letter was sent twice")
    s.mail.stop()


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, os.path.abspath(__file__), "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tap.run(main)
