#!/usr/bin/env python3
"""Notices of rights holders: a copyright notice in XML opens a case of the customer and comes once; one that contradicts itself, one
in words and letters of law go before a person, who is told why."""
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, crlf, missing

AT = time.strftime("%Y-%m-%dT10:00:00Z", time.gmtime(time.time() - 2 * 86400))
HEAD = "From: notices@rights.example\nTo: abuse@example.net\nSubject: {subject}\nMessage-ID: <{n}@rights.example>\n\n"
XML = """<Infringement xmlns="http://www.acns.net/ACNS">
<Case><ID>case-{n}</ID></Case>
<Complainant><Entity>Rights</Entity><Email>notices@rights.example</Email></Complainant>
<Service_Provider><Entity>Example Net</Entity><Email>abuse@example.net</Email></Service_Provider>
<Source><TimeStamp>{at}</TimeStamp><IP_Address>203.0.113.17</IP_Address><Port>4711</Port><SubType BaseType="P2P" Protocol="BITTORRENT"/></Source>
<Content><Item><TimeStamp>{at}</TimeStamp><Title>A Film</Title><FileName>film.mkv</FileName></Item></Content>
</Infringement>
"""
DMCA = """This is a notice under 17 U.S.C. 512(c)(3), the DMCA, of infringement.
Copyrighted work: A Song
Infringing URL: http://203.0.113.17/song.mp3
I have a good faith belief that the use is not authorized by the owner, its agent, or the law.
"""


def send(d, n, subject, text):
    reply = d.smtp_send(crlf(HEAD.format(n=n, subject=subject) + text), sender="notices@rights.example")
    if reply.code != 250:
        raise RuntimeError(reply.text)
    d.settle()


def waiting(d):
    return [r["body"] for r in d.check("intake", "list", "--json").json["rows"]]


def notices(d):
    send(d, 1, "notice", XML.format(n=1, at=AT))
    cases = d.cases()
    tap.is_equal([(c["body"]["customer"], c["body"]["clause"]) for c in cases], [("acme", "ip.infringement")], "a notice opens the case of the customer", cases)
    tap.ok(d.sink.wait(lambda letters: any("it@acme.example" in l.recipients for l in letters)), "who is told", d.sink.letters)
    send(d, 2, "notice, once more", "see below\n> again\n" + XML.format(n=1, at=AT))
    tap.is_equal((len(d.cases()), d.cases()[0]["body"]["report_count"]), (1, 1), "the same notice in another mail counts once")
    tap.is_equal(waiting(d), [], "and nothing waits for a person")


def persons(d):
    send(d, 3, "another", "IP Address: 203.0.113.18\n\n" + XML.format(n=3, at=AT))
    send(d, 4, "takedown", DMCA)
    send(d, 5, "order", "Attached you find a court order about 203.0.113.17.\n")
    reasons = sorted((i["format"], i["reason"]) for i in waiting(d))
    tap.is_equal([r[0] for r in reasons], ["acns", "dmca", "legal"], "a contradiction, a notice in words and an order wait", reasons)
    tap.like(reasons[0][1], "another address", "  the first because its text names another address")
    tap.like(reasons[1][1], "whether it is complete", "  the second because nobody but a person may say that")
    tap.like(reasons[2][1], "^for counsel", "  the third for counsel")
    tap.is_equal(d.cases()[0]["body"]["report_count"], 1, "and the case is left alone")
    facts = {f["name"]: f["value"] for i in waiting(d) if i["format"] == "dmca" for f in i["candidates"][0]["facts"] if f["name"].startswith("dmca-")}
    tap.is_equal([facts.get("dmca-" + n) for n in ("signature", "work", "material", "good-faith", "accuracy")], ["absent", "present", "present", "present", "absent"],
                 "the elements of the notice are kept with it", facts)


def main():
    with Daemon() as d:
        notices(d)
        persons(d)


tap.skip_all(missing()) if missing() else tap.run(main)
