#!/usr/bin/env python3
"""One witness under several names: the same spam and the same log under five names open no case, a case counts such copies once and says
whose they are, nobody is held to have done wrong, and a back-test of it all is what was."""
import base64
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, arf, missing, xarf

RIVAL = "from mail.shop.invalid ([203.0.113.17]) by mx.rival.example with SMTP id 1; Mon, 2 Mar 2026 10:00:00 +0000"
HOP = b"Received: from mail.reporter.example (mail.reporter.example [198.51.100.7]) by mx.example.net (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:00 +0000\r\n"
LOG = b"Mar  2 10:00:01 host sshd[123]: Failed password for root from 203.0.113.17 port 4711 ssh2\n"
CONF = "intake { authserv-id mx.example.net }"


def proof(domain):
    return f"Authentication-Results: mx.example.net;\r\n\tdkim=pass header.d={domain}\r\n".encode()


def spam(d, name, at, received=None, number=1, proved=False, source="203.0.113.17"):
    top = HOP + proof(name.split("@")[1]) if proved else b""
    if d.smtp_send(top + arf(source, number=number, reporter=name, at=at, received=received), kind="lmtp").code != 250:
        raise RuntimeError("not taken")
    d.settle()


def attack(d, name, n, at, log):
    who = {"org": name, "contact": f"desk@{name}", "domain": name}
    body = xarf("203.0.113.17", category="connection", kind="login_attack", report_id=f"02eb480f-8172-431a-9276-{n:012x}", at=at, reporter=who, sender=who,
                source_port=4711, protocol="tcp", first_seen=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
                evidence=[{"content_type": "text/plain", "payload": base64.b64encode(log).decode()}])
    mail = (f"From: <desk@{name}>\r\nTo: <abuse@example.net>\r\nSubject: x\r\nMessage-ID: <{n}@{name}>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: application/json; name=xarf.json\r\n\r\n").encode() + body + b"\r\n"
    if d.smtp_send(mail, kind="lmtp").code != 250:
        raise RuntimeError("not taken")
    d.settle()


def the_case(d, clause):
    rows = [c for c in d.cases() if c["body"]["clause"] == clause]
    return rows[0] if rows else None


def mails(d, at):
    for i in range(5):
        spam(d, f"desk@rival{i}.example", at, RIVAL)
    tap.is_equal(d.cases(), [], "one spam mail under five names opens no case that needs three witnesses")
    spam(d, "fbl@reporter.example", at, RIVAL, proved=True)
    tap.is_equal(d.cases(), [], "nor under a sixth name, though it is proved")
    spam(d, "fbl@one.example", at, number=2)
    tap.is_equal(d.cases(), [], "a second witness is one too few")
    spam(d, "fbl@two.example", at, number=1)
    c = the_case(d, "email.unsolicited")
    tap.ok(c, "who took in the same message himself is the third: the case is opened", d.cases())
    first = c["body"]["recent"][0]
    tap.is_equal((c["body"]["report_count"], c["body"]["incident_count"]), (8, 1), "it has eight reports of one incident", c)
    tap.is_equal((len(first["witnesses"]), len(first["copies"])), (3, 5), "by three witnesses, and five who showed what one of them had shown", first)
    tap.ok(all(len(x["shown"]) == 16 for x in first["exhibits"]), "of what was shown keyed digests are kept", first)
    return c["case"]


def told(d, number):
    text = d.check("case", "show", number).out
    tap.is_equal(text.count("the same evidence as report 1, under another name: it counts as the same witness"), 5, "show says of each copy whose evidence it is", text)
    tap.like(d.check("case", "explain", number).out, "the same evidence as report 1", "and so does explain")
    shown = d.check("reporter", "show", "mail:reporter.example", "--json").json
    tap.is_equal((shown["copies"], shown["refused"], shown["standing"], shown["reputation"]), (1, 0, "none", "cannot-tell"),
                 "the proved name has a sign in its account, and nothing is held against it")
    tap.like(d.check("reporter", "show", "mail:reporter.example").out, r"copies\s+1 that showed what another name had shown before", "in words too")


def logs(d, at):
    for i in range(5):
        spam(d, f"desk@rival{i}.example", at, RIVAL.replace("113.17", "113.66"), source="203.0.113.66")
    for i in range(5):
        attack(d, f"lab{i}.example", i, at, LOG)
    tap.ok(not the_case(d, "access.accounts"), "one log under five names opens no case either", d.cases())
    attack(d, "sensor.example", 10, at, LOG.replace(b"10:00:01", b"10:00:09"))
    tap.ok(the_case(d, "access.accounts"), "one who saw it himself makes it two", d.cases())


def replayed(d):
    r = d.aup("policy", "backtest", "--json", "--all", POLICY)
    rows = sorted((c["base"]["clause"], c["base"]["reports"], c["base"]["incidents"]) for c in r.json["cases"] if "base" in c)
    lived = sorted((c["body"]["clause"], c["body"]["report_count"], c["body"]["incident_count"]) for c in d.cases())
    tap.is_equal(rows, lived, "a back-test of what was recorded makes the same cases of it, and none of copies alone", r.err)
    tap.is_equal((r.json["gained"], r.json["lost"], r.json["changed"]), (0, 0, 0), "and no others")


def main():
    with Daemon(CONF) as d:
        at = time.time() - 600
        told(d, mails(d, at))
        d.restart()
        logs(d, at)
        replayed(d)


tap.skip_all(missing()) if missing() else tap.run(main)
