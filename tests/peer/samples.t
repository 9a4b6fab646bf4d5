#!/usr/bin/env python3
"""The shared samples through a real Postfix: what it hands over says the same as the file itself. Then a reseller and a customer
answer as real mails.

Each sample is handed to aupd twice: as the file it is, by `aup ingest`, and as a mail through Postfix, which adds what it adds. A
message is sent as it is; a table, a document or a structure is the attachment of a mail. Both ways must give the same number of
frames, and of them the same number that nobody could read. Runs in namespaces of its own, like the other peers."""
import email.message
import email.utils
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import mta
import tap

SAMPLES = os.path.join(os.environ.get("AUPD_SHARED", os.path.join(HERE, "..", "..", "..", "shared")), "samples")
EXPECTED = os.path.join(HERE, "..", "conformance", "decode.expected")
TYPES = {".csv": ("text", "csv"), ".json": ("application", "json"), ".xml": ("text", "xml")}
SENDER = "desk@world.example"
LINE_MAX = 990          # longer ones are not for SMTP (RFC 5321, 4.5.3.1.6): Postfix would break them


def reason_to_skip():
    if not os.path.isdir(SAMPLES):
        return "the shared samples are not here"
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    if not shutil.which("ip") or subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    return mta.missing() or daemon.missing()


def names():
    """Each sample, and whether it says nothing against anybody: a report to the victims."""
    for line in open(EXPECTED, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            words = line.split()
            yield words[0], (words[2], words[-1]) == ("0", "none")


def as_mail(name, octets):
    """The sample as a mail of the world; None when it is one that SMTP cannot carry as it is."""
    kind = TYPES.get(os.path.splitext(name)[1])
    if not kind:
        lines = octets.replace(b"\r\n", b"\n").split(b"\n")
        return None if max(map(len, lines)) > LINE_MAX or b"\0" in octets or b"\r" in b"\n".join(lines) else b"\n".join(lines)
    m = email.message.EmailMessage()
    m["From"], m["To"], m["Subject"] = SENDER, "abuse@example.net", "see the attachment"
    m["Date"], m["Message-ID"] = "Sun, 01 Mar 2026 10:00:00 +0000", f"<{abs(hash(name))}@world.example>"
    m.set_content("Please see the attachment.")
    m.add_attachment(octets, maintype=kind[0], subtype=kind[1], filename=os.path.basename(name))
    return m.as_bytes()


class Frames:
    """What the ear made of all that came since it was asked last."""

    def __init__(self, d):
        self.d, self.last = d, {}
        self.fresh()

    def fresh(self):
        self.d.settle()
        text = self.d.api("/metrics").body.decode()
        now = {what: sum(float(v) for v in re.findall(rf"^aupd_{what}_total(?:{{[^}}]*}})? ([0-9.]+)", text, re.M)) for what in ("frames", "items_unparsed", "items_sealed")}
        gone = {what: int(now[what] - self.last.get(what, 0)) for what in now}
        self.last = now
        return gone


def complain(d, mail, source, number):
    for who in "abc":
        sender = f"fbl@reporter-{who}.example"
        reply = mail.send(daemon.arf(source, number=f"{number}{who}", reporter=sender), sender, "abuse@example.net")
        if reply.code != 250:
            raise RuntimeError(f"Postfix did not take a complaint: {reply}")
    d.settle()


def answer(d, mail, letter, words, sender):
    """As a mail program answers: to the address in Reply-To, with the letter quoted, by the sender's own server."""
    m = email.message.EmailMessage()
    to = email.utils.parseaddr(letter.message["Reply-To"])[1]
    m["From"], m["To"], m["Subject"], m["In-Reply-To"], m["References"] = sender, to, f"Re: {letter.subject}", letter.message_id, letter.message_id
    m["Date"], m["Message-ID"] = email.utils.formatdate(), email.utils.make_msgid(domain="answers.example")
    m.set_content(f"{words}\n\nOn Monday, {letter.message['From']} wrote:\n" + "".join(f"> {line}\n" for line in letter.text().splitlines()[:20]))
    mail.send(m.as_bytes(), sender, to)
    d.settle()


def answers(d, mail):
    """A reseller says that it is dealt with; a customer asks."""
    d.check("registry", "import", daemon.REGISTRY)
    complain(d, mail, "203.0.113.98", 9001)
    complain(d, mail, "203.0.113.17", 9002)
    d.sink.wait(lambda _: {"abuse@hostland.example", "it@acme.example"} <= {r for x in d.sink.letters for r in x.recipients})
    letter = lambda to: next(x for x in d.sink.letters if to in x.recipients)
    case = lambda customer: next(c for c in d.cases() if c["body"]["customer"] == customer)
    answer(d, mail, letter("abuse@hostland.example"), "Fixed\n\nThe account was closed.", "abuse@hostland.example")
    tap.is_equal((case("florist")["state"], case("florist")["body"].get("resolution")), ("resolved", "fixed by the reseller"), "a reseller's mail settles the case passed on to it")
    answer(d, mail, letter("it@acme.example"), "Which mails are meant?", "it@acme.example")
    tap.is_equal(case("acme")["state"], "paused", "a customer's mail stops the clock of his case")
    said = [e["text"] for e in d.check("case", "show", case("acme")["case"], "--json").json["events"] if e["type"] == "answer"]
    tap.ok(len(said) == 1 and said[0].startswith("Which mails are meant?\n") and "\n>" not in said[0], "which has his words, without what he quoted", said)
    answer(d, mail, letter("it@acme.example"), "APPEAL\n\nThese were our invoices.", "it@acme.example")
    tap.ok([e for e in d.check("case", "show", case("acme")["case"], "--json").json["events"] if e["type"] == "appeal"], "and a mail that begins so appeals")


def main():
    with daemon.Daemon(start=False) as d:
        os.chmod(d.dir, 0o711)
        mail = mta.Postfix(f"{d.dir}/postfix", daemon.loopback(), (d.address, 2501), (d.address, d.sink.port))
        text = d.config_text()
        d.write_config(text.replace(f"smarthost {d.address}:{d.sink.port}", f"smarthost {mail.address}:25"))
        d.start()
        d.check("policy", "post", daemon.POLICY)
        frames = Frames(d)
        sent = skipped = 0
        for name, empty in names():
            path = os.path.join(SAMPLES, name)
            with open(path, "rb") as f:
                octets = f.read()
            message = as_mail(name, octets)
            if message is None:
                skipped += 1
                continue
            sent += 1
            d.check("ingest", path)
            direct = frames.fresh()
            reply = mail.send(message, SENDER, "abuse@example.net")
            by_mail = frames.fresh()
            tap.ok(reply.code == 250 and direct == by_mail and (direct["frames"] > 0) != empty, name, f"as a file {direct}, through Postfix {by_mail}, {reply}")
        answers(d, mail)
        tap.diag(f"{sent} samples, {skipped} left out: SMTP cannot carry them as they are")
        tap.is_equal(mail.queue(), "", "nothing waits in Postfix")
        tap.ok(not [x for x in d.sink.letters if SENDER in x.recipients and "Undelivered" in x.subject], "nothing was sent back")
        mail.stop()


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, os.path.abspath(__file__), "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tap.run(main)
