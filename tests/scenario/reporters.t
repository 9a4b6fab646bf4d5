#!/usr/bin/env python3
"""Whose report it is: what our own mail server proved is a name of its own, and may take back what it reported; what a stranger
writes of himself is neither. Who is believed, and how much of it counts, is for people to say; what is over that waits, and is not lost."""
import json
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

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


def account(d, name):
    return d.check("reporter", "show", name, "--json").json


def people(d):
    tap.is_equal(account(d, "mail:reporter.example")["retracted"], 100, "what he took back is in his account")
    shown = {r["name"]: r for r in d.check("reporter", "list", "--json").json["reporters"]}
    tap.is_equal((shown["mail:reporter.example"]["reports"], shown["mail:reporter.example"]["reputation"]), (3, "cannot-tell"), "which is listed, and says nothing yet", shown)
    tap.ok(not any("webmail" in name for name in shown), "of who proves nothing there is none", shown)
    refused = d.aup("reporter", "trust", "fbl@reporter.example", "--because", "x")
    tap.ok(refused.rc == 1, "a name that anybody can claim cannot be trusted", refused.err)
    tap.is_equal(d.aup("reporter", "trust", "mail:reporter.example").rc, 2, "nobody is trusted without a reason")
    trusted = d.check("reporter", "trust", "mail:reporter.example", "--because", "a known desk", "--json").json
    tap.is_equal((trusted["standing"], trusted["because"]), ("trusted", "a known desk"), "a person trusts him")
    d.check("reporter", "distrust", "mail:other.example", "--because", "invents things")
    hand_over(d, HOP + proof("other.example") + arf(source="203.0.113.66", number=31, reporter="fbl@other.example"))
    waiting = [r["body"] for r in d.check("intake", "list", "--json").json["rows"]]
    tap.ok(any(i["reason"] == "its reporter is distrusted" for i in waiting), "and of another one all goes before a person", waiting)


def waiting(d):
    return d.check("queue", "over-cap", "--json").json["rows"]


FLOOD_AT = time.time()


def flooding(n, ident=None):
    """Always the same bytes."""
    return xarf(report_id=f"{ident or n:08d}-8172-431a-9276-c28ba90f694a", source=f"203.0.113.{65 + n}", at=FLOOD_AT)


def send(d, n, ident=None):
    """The n-th report of a desk, each about a page of its own."""
    answer = d.report(flooding(n, ident), token=f"flood-{n}-{ident}")
    return json.loads(answer.body)["id"]


def fates(d, ids):
    return [json.loads(d.api(f"/v1/receipts/{i}").body)["row"]["fate"] for i in ids]


def flood(d):
    """One a day counts: the others wait through a crash and through what retention takes, and each counts once, in its turn."""
    # from noon on, so that 30 hours are over one midnight at whatever hour this runs
    d.pass_time(f"{(36 * 3600 - int(FLOOD_AT) % 86400) % 86400}s")
    d.check("reporter", "cap", "api:trusted-desk", "1", "1", "--because", "a loop at their side")
    ids = [send(d, 1), send(d, 2), send(d, 3)]
    d.report(flooding(2), token="copy")
    d.settle()
    tap.is_equal(fates(d, ids), ["case", "over-cap", "over-cap"], "what is over a cap waits, and its receipt says so")
    tap.is_equal((len(waiting(d)), d.check("intake", "list", "--state", "all", "--json").json["rows"]), (3, []), "  in a queue of its own")
    d.crash()
    d.launch()
    tap.is_equal(len(waiting(d)), 3, "kill -9 takes none of it")
    d.pass_time("30h")
    tap.is_equal((len(waiting(d)), fates(d, ids)), (2, ["case", "case", "over-cap"]), "the first to come is the first to be judged")
    d.pass_time("4d")
    tap.is_equal(waiting(d), [], "in the end nothing waits, not even what is older than what retention keeps of the intake")
    tap.is_equal(sum(c["body"]["report_count"] for c in d.cases()), 3, "each counted once, and the copy not at all", d.cases())


def lifted(d):
    d.check("reporter", "cap", "api:trusted-desk", "1", "1", "--because", "a loop again")
    ids = [send(d, n, 100 + n) for n in (1, 2, 3)]
    d.settle()
    waits = len(waiting(d))
    free = d.check("reporter", "cap", "api:trusted-desk", "0", "0", "--because", "mended", "--json").json
    d.settle()
    tap.is_equal((free["released"], len(waiting(d))), (waits, 0), "without a cap what waited is judged at once")
    tap.ok("over-cap" not in fates(d, ids), "  all of it", fates(d, ids))
    d.restart()
    tap.is_equal(account(d, "api:trusted-desk")["over"], 3 + waits, "all of it is there after a restart")


def main():
    with Daemon(CONF) as d:
        names(d)
        back(d)
        people(d)
    with Daemon(conf="retention { items 2d }") as d:
        flood(d)
        lifted(d)


tap.skip_all(missing()) if missing() else tap.run(main)
