#!/usr/bin/env python3
"""SMTP and LMTP as peers break them: limits, extensions, half messages, pressure, and 250 while nobody can judge."""
import os
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, Smtp, arf, missing

HELLO = "EHLO test.invalid"


def intake(d):
    d.settle()
    return d.check("intake", "list", "--json").json["rows"]


def begin(d, *more):
    s = d.smtp()
    for line in (HELLO, "MAIL FROM:<r@reporter.example>", "RCPT TO:<abuse@example.net>", *more):
        s.cmd(line)
    return s


def extensions(d):
    with d.smtp() as s:
        tap.like(s.greeting.text, r"^220 \S+ ESMTP", "the greeting")
        hello = s.cmd(HELLO).text
        for word in ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 1048576"):
            tap.like(hello, rf"(?m)^250[- ]{word}\b", f"EHLO offers {word}")
        tap.is_equal(s.cmd("MAIL FROM:<r@reporter.example> SIZE=1048577").code, 552, "a size beyond the limit is refused at MAIL")
        tap.is_equal(s.cmd("MAIL FROM:<r@reporter.example> SIZE=big").code, 501, "a size that is no number")
        tap.is_equal(s.cmd("MAIL FROM:<r@reporter.example> BODY=BINARYMIME").code, 555, "what was not offered is not taken for granted")
        tap.is_equal(s.cmd("BDAT 5 LAST").code, 500, "nor is BDAT")
        tap.is_equal(s.cmd("MAIL FROM:<jürgen@müller.example> SMTPUTF8 BODY=8BITMIME SIZE=1000").code, 250, "an address in UTF-8, an 8-bit body")
        tap.is_equal(s.cmd("RCPT TO:<abuse@example.net> NOTIFY=NEVER").code, 555, "of a recipient either")
        tap.is_equal(s.cmd("RCPT TO:<abuse@elsewhere.example>").code, 550, "a recipient elsewhere is not relayed")
        tap.is_equal(s.cmd("RCPT TO:<abuse@EXAMPLE.net>").code, 250, "the domain is ours in any case of letters")
        s.cmd("DATA")
        s.data("From: <jürgen@müller.example>\nSubject: Größe\nMessage-ID: <u@x>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
               "Von 203.0.113.130 kommen Angriffe auf ssh.\n")
        tap.is_equal(s.hear().code, 250, "and the message is taken")
    rows = intake(d)
    tap.is_equal([r["body"]["subject_line"] for r in rows], ["Größe"], "its subject arrives as it was")
    with d.smtp() as s:
        s.cmd(HELLO)
        body = "From: a@b.example\r\nSubject: {}\r\nMessage-ID: <{}@p>\r\n\r\n203.0.113.130 scans me\r\n..dots\r\n.\r\n"
        one = "MAIL FROM:<a@b.example>\r\nRCPT TO:<abuse@example.net>\r\nDATA\r\n"
        s.send(one + body.format("piped 1", 1) + one + body.format("piped 2", 2) + "QUIT\r\n")
        codes = [s.hear().code for _ in range(9)]
        tap.is_equal(codes, [250, 250, 354, 250, 250, 250, 354, 250, 221], "two messages in one write are two messages")
    tap.is_equal(sorted(r["body"]["subject_line"] for r in intake(d))[1:], ["piped 1", "piped 2"], "and both are there")


def hostile(d):
    before = len(intake(d))
    with begin(d) as s:
        codes = [s.cmd(f"RCPT TO:<abuse+{n}@example.net>").code for n in range(100)]
        tap.is_equal((codes[:99], codes[99]), ([250] * 99, 452), "the hundred-and-first recipient is put off, the others stand")
    with d.smtp() as s:
        tap.is_equal(s.cmd("MAIL FROM:<a@b.example>").code, 503, "hello comes first")
        tap.is_equal(s.cmd("LHLO x").code, 500, "LHLO is for LMTP")
        tap.is_equal(s.cmd("NOOP " + "x" * 5000).code, 500, "a command line that is too long")
        tap.is_equal(s.cmd("NOOP").code, 250, "does not end the session")
        tap.is_equal(s.cmd(HELLO).code, 250, "hello")
        tap.is_equal(s.cmd("DATA").code, 503, "DATA before RCPT")
        tap.is_equal(s.cmd("MAIL FROM:" + "<" * 10).code, 501, "a broken path")
        last = [s.cmd("XYZZY\0\x7f").code for _ in range(13)]
        tap.ok(all(c == 500 for c in last), "nonsense is refused", last)
        for _ in range(20):
            try:
                reply = s.cmd("XYZZY")
            except (EOFError, OSError):
                break
        tap.like(reply.text, "421 4.7.0 too many errors", "and ends the session after twenty times")
    with d.smtp() as s:
        try:
            s.send(b"x" * 300000)
            code = s.hear().code
        except (EOFError, OSError):
            code = 0
        tap.ok(code in (0, 500), "a line that never ends is cut off", code)
    with begin(d, "DATA") as s:
        s.data(b"Subject: too long\n\n" + (b"y" * 70 + b"\n") * 20000)
        tap.is_equal(s.hear().code, 552, "a message that is too long is refused behind its end")
        tap.is_equal(s.cmd("NOOP").code, 250, "and the session goes on")
    with begin(d, "DATA") as s:
        s.send(b"Subject: smuggled\r\nMessage-ID: <smuggled@x>\r\n\r\nfrom 203.0.113.130: ssh\n.\nMAIL FROM:<evil@x>\r\n\n.\r\nRCPT TO:<a@example.net>\r\n.\n\r\n.\r\n")
        tap.is_equal(s.hear().code, 250, "a bare line feed ends no message")
        tap.is_equal(s.cmd("NOOP").code, 250, "what stands behind it is no command")
    with begin(d, "DATA") as s:
        s.data(b"Subject: zeros\r\nMessage-ID: <zeros@x>\r\n\r\n203.0.113.130 ssh " + bytes(5000) + b"\xff\xfe" + b"z" * 500000)
        tap.is_equal(s.hear().code, 250, "zeros, wrong charset and a line of half a megabyte are taken")
    tap.is_equal(sorted(r["body"]["subject_line"] for r in intake(d))[-2:], ["smuggled", "zeros"], "and are there as one item each")
    tap.is_equal(len(intake(d)), before + 2, "nothing else is")
    with begin(d, "DATA") as s:
        s.send(b"Subject: half\r\n\r\nhalf a mess")
    with begin(d, "DATA") as s:
        s.send(b"Subject: half\r\n\r\nnearly\r\n.\r")
    with d.smtp() as s:
        s.cmd(HELLO)
    tap.is_equal(len(intake(d)), before + 2, "of a peer that goes in the middle of a message nothing is kept")
    many = [Smtp(d.address, d.ports["smtp"]) for _ in range(51)]
    tap.is_equal([m.greeting.code for m in many].count(220), 50, "fifty sessions from one address")
    tap.is_equal(many[-1].greeting.code, 421, "one more is put off")
    for m in many:
        m.close()


def slow(d):
    with d.smtp() as s:
        s.cmd(HELLO)
        d.pass_time("4m")
        s.send(b"N")
        d.pass_time("2m")
        tap.is_equal(s.hear().code, 421, "a byte now and then holds no session")


def lmtp(d):
    with d.smtp("lmtp") as s:
        tap.is_equal(s.cmd(HELLO).code, 500, "EHLO is not for LMTP")
        for line in ("LHLO test.invalid", "MAIL FROM:<>", "RCPT TO:<abuse@example.net>", "RCPT TO:<abuse+x@example.net>", "DATA"):
            s.cmd(line)
        s.data(arf("203.0.113.17", number=77))
        tap.is_equal([s.hear().code, s.hear().code], [250, 250], "LMTP answers once for each recipient")


def judge_away(d):
    pid = d.role_pid("judge")
    os.kill(pid, signal.SIGSTOP)
    for n, who in enumerate("abc"):
        tap.is_equal(d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@away-{who}.example")).code, 250, "250 while the judge stands still")
    os.kill(pid, signal.SIGKILL)
    d.wait_role("judge", d.log.end() - 1 if False else 0)
    d.until(lambda: d.role("judge")["starts"] == 2 and d.role("judge")["state"] == "ready", "the judge is back")
    d.settle()
    tap.is_equal([c["body"]["customer"] for c in d.cases()], ["acme"], "and judged when it is back")
    with begin(d) as s:
        d.wait_role("ear", d.kill("ear"))
        try:
            tap.ok(s.cmd("DATA").code >= 400, "the ear dies with its sessions")
        except (EOFError, OSError):
            tap.ok(True, "the ear dies with its sessions")
    tap.is_equal(d.smtp_send(arf("203.0.113.17", number=9)).code, 250, "and its successor takes mail")


def pressure():
    with Daemon(spool="size 16M\nmessage 4M") as d:
        pid = d.role_pid("judge")
        os.kill(pid, signal.SIGSTOP)
        big = b"Subject: big\r\nMessage-ID: <big%d@x>\r\n\r\n" + b"203.0.113.130 ssh\r\n" + (b"y" * 70 + b"\r\n") * 50000
        codes = []
        while len(codes) < 20 and (not codes or codes[-1] == 250):
            codes.append(d.smtp_send(big % len(codes)).code)
        taken = codes.count(250)
        tap.ok(codes[-1] == 452 and taken >= 3, "mail is put off with 452 when the spool is full", codes)
        answer = d.report(big)
        tap.is_equal((answer.status, answer.headers.get("retry-after")), (503, "30"), "the API says 503 and when to come again", answer)
        tap.is_equal(d.aup("ingest", "-", stdin=big).rc, 1, "aup ingest says that it was not taken")
        os.kill(pid, signal.SIGCONT)
        d.settle()
        tap.is_equal(len(d.check("intake", "list", "--json").json["rows"]), taken, "what was taken is judged")
        d.until(lambda: d.smtp_send(big % 99).code == 250, "there is room again")
        d.settle()
        tap.is_equal(len(d.check("intake", "list", "--json").json["rows"]), taken + 1, "then there is room again")


def main():
    with Daemon(spool="size 64M\nmessage 1M") as d:
        extensions(d)
        hostile(d)
        slow(d)
        lmtp(d)
        judge_away(d)
    pressure()


tap.skip_all(missing()) if missing() else tap.run(main)
