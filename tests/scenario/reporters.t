#!/usr/bin/env python3
"""Whose report it is: what our own mail server proved is a name of its own, and may take back what it reported; what a stranger
writes of himself is neither."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

HOP = b"Received: from mail.reporter.example (mail.reporter.example [198.51.100.7]) by mx.example.net (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0000\r\n"
FOREIGN = b"Received: from evil.example ([198.51.100.66]) by mx.evil.example with SMTP id 2; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
CONF = "intake { authserv-id mx.example.net; mailbox-domain webmail.example }"


def proof(domain, result="dkim=pass"):
    return f"Authentication-Results: mx.example.net;\r\n\t{result} header.d={domain}\r\n".encode()


def witnesses(d):
    bodies = [c["body"] for c in d.cases()]
    return sorted(w for b in bodies for i in b["recent"] for w in i["witnesses"])


def hand_over(d, message, kind="lmtp", **more):
    reply = d.smtp_send(message, kind=kind, **more)
    if reply.code != 250:
        raise RuntimeError(reply.text)
    d.settle()


def names(d):
    def sent(number, top, reporter="fbl@reporter.example", kind="lmtp"):
        hand_over(d, top + arf(number=number, reporter=reporter), kind)

    sent(1, HOP + proof("reporter.example"))
    sent(2, proof("reporter.example") + HOP, "other@desk.reporter.example")
    tap.is_equal(d.cases(), [], "two addresses of a proved domain are one reporter, and open no case that needs several")
    sent(3, HOP)
    sent(4, HOP + FOREIGN + proof("spammer.example"), "fbl@spammer.example")
    sent(5, HOP + proof("evil.example"), "fbl@bank.example")
    sent(6, HOP + proof("smtp.example"), "fbl@smtp.example", kind="smtp")
    sent(7, HOP + proof("webmail.example"), "anna@webmail.example")
    sent(8, HOP, "mail:reporter.example@evil.example")
    found = witnesses(d)
    for name, what in (("mail:reporter.example", "a domain that our mail server proved"), ("fbl@reporter.example", "who proves nothing is who he says he is"),
                       ("fbl@spammer.example", "a proof from below a foreign host is none"), ("fbl@bank.example", "nor is a stranger's signature"),
                       ("fbl@smtp.example", "nor any that came by SMTP, where anybody may write it"),
                       ("anna@webmail.example", "a domain where anybody has a mailbox proves none of them")):
        tap.is_equal(found.count(name), 1, what, found)
    tap.is_equal([n for n in found if n.startswith("mail:")], ["mail:reporter.example"], "nobody calls himself proved", found)


def back(d):
    def retracted(number, top, reporter):
        hand_over(d, top + arf(number=number, kind="not-spam", reporter=reporter))
        return "mail:reporter.example" not in witnesses(d)

    tap.ok(not retracted(21, HOP, "fbl@reporter.example"), "who only says that he is the reporter takes nothing of his back")
    tap.ok(not retracted(22, HOP + proof("other.example"), "fbl@other.example"), "nor does another one who is proved")
    tap.ok(retracted(23, HOP + proof("reporter.example"), "desk@reporter.example"), "the proved reporter himself does")


def main():
    with Daemon(CONF) as d:
        names(d)
        back(d)


tap.skip_all(missing()) if missing() else tap.run(main)
