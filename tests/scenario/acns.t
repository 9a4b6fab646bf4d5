#!/usr/bin/env python3
"""Copyright notices in XML are answered in XML: what came of one, and how it ended, beside the letter, for the program that sent it."""
import email.utils
import os
import shutil
import subprocess
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, crlf, missing

HERE = os.path.dirname(os.path.abspath(__file__))
AT = time.strftime("%Y-%m-%dT10:00:00Z", time.gmtime(time.time() - 2 * 86400))
MAIL = """From: notices@{who}.example
To: abuse@example.net
Subject: notice {n}
Message-ID: <{n}@{who}.example>
MIME-Version: 1.0
Content-Type: application/xml

<?xml version="1.0"?>
<Infringement xmlns="{ns}">
<Case><ID>case-{n}</ID></Case>
<Complainant><Entity>Rights &amp; Sons</Entity><Email>notices@{who}.example</Email></Complainant>
<Service_Provider><Entity>Example Net</Entity><Email>abuse@example.net</Email></Service_Provider>
<Source><TimeStamp>{at}</TimeStamp><IP_Address>{ip}</IP_Address><Port>4711</Port>{kind}</Source>
<Content><Item><TimeStamp>{at}</TimeStamp><Title>A Film</Title><FileName>film.mkv</FileName></Item></Content>
</Infringement>
"""
V12, V11 = "http://www.acns.net/ACNS", "http://www.movielabs.com/ACNS"


def send(d, n, who, ip, ns=V12, kind='<SubType BaseType="P2P" Protocol="BITTORRENT"/>'):
    """The letter that its sender gets, or None."""
    to = f"notices@{who}.example"
    d.smtp_send(crlf(MAIL.format(n=n, who=who, ip=ip, ns=ns, kind=kind, at=AT)), sender=to)
    d.settle()
    return next((x for x in d.sink.letters if to in x.recipients), None)


def document(letter):
    parts = [p for p in letter.message.walk() if p.get_filename() == "acns.xml"] if letter else []
    return (parts[0].get_content_type(), parts[0].get_payload(decode=True)) if len(parts) == 1 else (None, b"")


def is_well_formed(xml, what):
    lint = shutil.which("xmllint")
    if not lint:
        return tap.skip(what, "xmllint is not installed")
    run = subprocess.run([lint, "--noout", "--nonet", "-"], input=xml, capture_output=True)
    return tap.is_equal((run.returncode, run.stderr), (0, b""), what, xml)


def is_golden(xml, name, what):
    """GOLDEN=write makes the file anew, for somebody to review."""
    path = os.path.join(HERE, "golden", "acns", name)
    if os.environ.get("GOLDEN") == "write":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(xml)
    with open(path, "rb") as f:
        tap.is_equal(xml.decode().split("\n"), f.read().decode().split("\n"), what)


def answers(d):
    for n, who, ip, ns, golden, words in ((1, "first", "203.0.113.17", V12, "accepted.xml", r"Receipt:\s+[a-z2-9]{24}"),
                                          (2, "second", "198.51.100.9", V11, "out-of-range.xml", "not in our network")):
        letter = send(d, n, who, ip, ns)
        kind, xml = document(letter)
        tap.is_equal((letter.message.get_content_type(), kind), ("multipart/mixed", "application/xml"), f"{golden}: the letter has a document with it")
        tap.like(letter.text(), words, "  beside its words")
        is_well_formed(xml, "  that is well formed")
        is_golden(xml, golden, "  and says what came of the notice")
    tap.is_equal(len(d.cases()), 1, "the first one opened a case", d.cases())
    return letter


def silent(d):
    letter = send(d, 3, "third", "203.0.113.18", kind="")
    tap.is_equal(len(d.check("intake", "list", "--json").json["rows"]), 1, "a notice of no known class is put before a person")
    tap.ok(letter and not letter.message.is_multipart(), "its sender has a receipt, and no answer in XML: nobody can tell yet", letter and letter.data)


def ended(d):
    """The letter at the end of a notice."""
    def news(*words):
        before = len(d.sink.letters)
        d.check(*words)
        d.settle()
        return {x.recipients[0]: x for x in d.sink.letters[before:]}

    got = news("intake", "discard", d.check("intake", "list", "--json").json["rows"][0]["key"]).get("notices@third.example")
    tap.is_equal(document(got)[0], "application/xml", "a notice that a person discards has its status with the letter")
    is_well_formed(document(got)[1], "  that is well formed")
    is_golden(document(got)[1], "rejected.xml", "  and says that it was rejected")
    first = next(x for x in d.sink.letters if x.recipients == ["notices@first.example"])
    to = email.utils.parseaddr(first.message["Reply-To"])[1]
    d.smtp_send(crlf(f"From: notices@first.example\nTo: {to}\nSubject: Re\nMessage-ID: <ask@first.example>\n\nSTATUS\n"), sender="notices@first.example", to=to)
    d.settle()
    is_golden(document(d.sink.letters[-1])[1], "open.xml", "who asks by mail before is told that it is open")
    got = news("case", "resolve", d.cases()[0]["case"], "the customer deleted it")
    is_golden(document(got.get("notices@first.example"))[1], "closed.xml", "when its case is settled a notice is closed")
    tap.ok("notices@second.example" not in got, "of what was not ours nothing is told twice", got)
    status = document(got.get("notices@first.example"))[1].decode()
    send(d, 5, "fifth", "203.0.113.19", V11)
    got = news("case", "resolve", d.cases()[0]["case"], "the customer deleted it")
    tap.is_equal(document(got.get("notices@fifth.example"))[1].decode(), status.replace(V12, V11).replace("case-1", "case-5"), "one of 1.1 in its own namespace")


def returned(d, letter):
    """An answer to an answer."""
    before = len(d.sink.letters)
    head = "From: notices@fourth.example\nTo: abuse@example.net\nSubject: Re\nMessage-ID: <4@fourth.example>\nMIME-Version: 1.0\nContent-Type: application/xml\n\n"
    d.smtp_send(crlf(head + document(letter)[1].decode()), sender="notices@fourth.example")
    d.settle()
    formats = [r["body"].get("format") for r in d.check("intake", "list", "--json").json["rows"]]
    tap.ok("acns-reply" in formats, "such an answer that comes in waits for a person", formats)
    tap.is_equal([x for x in d.sink.letters[before:] if "notices@fourth.example" in x.recipients], [], "and is not answered")


def main():
    with Daemon() as d:
        letter = answers(d)
        silent(d)
        ended(d)
        returned(d, letter)


tap.skip_all(missing()) if missing() else tap.run(main)
