#!/usr/bin/env python3
"""Mail is picked up from Maildirs: handed over once, moved, never deleted; what cannot be taken stays and is told; a kill in between
loses nothing and makes no second case."""
import os
import shutil
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

LONG = 64 << 10


class Maildir:
    def __init__(self, path, *folders):
        self.path = path
        self.count = 0
        for folder in ("", *folders):
            for name in ("new", "cur", "tmp"):
                os.makedirs(os.path.join(path, folder, name))

    def deliver(self, message, name=None):
        """As an MTA does: written in tmp, moved to new."""
        self.count += 1
        name = name or f"{self.count:010}.test"
        with open(f"{self.path}/tmp/{name}", "wb") as f:
            f.write(message)
        os.rename(f"{self.path}/tmp/{name}", f"{self.path}/new/{name}")
        return name

    def new(self):
        return sorted(os.listdir(f"{self.path}/new"))

    def cur(self, folder=""):
        return sorted(os.listdir(os.path.join(self.path, folder, "cur")))


def mail(source, number, reporter, head=""):
    """Lines of a Maildir end with LF."""
    return head.encode() + arf(source, number=number, reporter=reporter).replace(b"\r\n", b"\n")


def figure(d, name):
    line = next((l for l in d.api("/metrics").body.decode().splitlines() if l.startswith(name)), "0")
    return int(float(line.split()[-1]))


def passes(d, span):
    """Time goes by, and each mailbox has been looked at afterwards."""
    before = figure(d, "aupd_fetch_rounds_total")
    d.pass_time(span)
    d.until(lambda: figure(d, "aupd_fetch_rounds_total") >= before + 2, "a round over both mailboxes")


def told(d):
    return [t["text"] for t in d.state()["told"] if t["role"] == "fetcher"]


def picked_up(d, box, moving):
    """What lay there before the start, and what comes later."""
    tap.is_equal(box.cur(), ["0000000001.test:2,S"], "what was taken is moved to cur, as seen")
    names = [moving.deliver(mail("203.0.113.17", n, f"fbl@r-{n}.example")) for n in (2, 3)]
    d.pass_time("30s")
    tap.is_equal(moving.new(), names, "before its time nothing is looked for")
    passes(d, "40s")
    d.until(lambda: not moving.new(), "the next round")
    tap.is_equal((moving.cur(), moving.cur(".Done")), ([], [n + ":2,S" for n in names]), "a folder takes what was taken, where one is named")
    d.settle()
    tap.ok(any(c["body"]["customer"] == "acme" for c in d.cases()), "three reports from Maildirs open a case", d.cases())
    tap.is_equal(figure(d, "aupd_mails_fetched_total"), 3, "each is counted")


def envelopes(d, box):
    """What the MTA wrote into the head is the envelope again."""
    box.deliver(b"Return-Path: <it@acme.example>\nDelivered-To: abuse+nobodys@example.net\nFrom: it@acme.example\nSubject: Re: your letter\n"
                b"To: abuse@example.net\nMessage-ID: <a1@acme.example>\n\n.We found it.\n..\n.\nGone.\n")
    for n, head in enumerate((b"Return-Path: <>\nReceived: by mx\n", b"Received: by mx\n")):
        box.deliver(head + b"From: q@x.example\nTo: abuse+nobodys@example.net\nSubject: %d\nMessage-ID: <q%d@x.example>\n\nWe found it.\n" % (n, n))
    passes(d, "70s")
    d.until(lambda: not box.new(), "all are picked up")
    d.settle()
    rows = {r["body"].get("subject_line"): r["body"] for r in d.check("intake", "list", "--json").json["rows"]}
    answer = rows.get("Re: your letter", {})
    tap.is_equal((answer.get("type"), answer.get("token")), ("answer", "nobodys"), "the token of the recipient comes from the head", rows)
    tap.is_equal([rows.get(n, {}).get("type") for n in "01"], [None, "answer"],
                 "the null sender means a machine, whose words nobody is asked about; who sent it is not known: a person's words, until they are read", rows)
    tap.like(answer.get("text", ""), r"\.We found it\.\n\.\.\n\.\nGone\.", "dots come through as they are", answer)


def stays(d, box):
    """Too long, or no file at all: it stays, it is told once, and what follows is not held up."""
    box.deliver(b"Subject: long\n\n" + b"x" * LONG, "0001000000.long")
    os.symlink("/etc/passwd", f"{box.path}/new/0001000001.link")
    os.mkfifo(f"{box.path}/new/0001000002.pipe")
    box.deliver(mail("203.0.113.17", 9, "fbl@r-9.example"), "0001000003.good")
    passes(d, "70s")
    tap.is_equal(len(box.new()), 3, "what cannot be taken stays, what lies behind is picked up", box.new())
    passes(d, "3m")
    tap.is_equal(figure(d, "aupd_mails_not_fetched_total"), 3, "each is told once, not in each round")
    tap.is_equal([t for t in told(d) if "longer than what is taken" in t or "is no file" in t],
                 ["mailbox 1: a mail is longer than what is taken, and stays where it is", "mailbox 1: what lies there as a mail is no file, and stays where it is"],
                 "aup status tells which mailbox", told(d))
    tap.like(d.check("status").out, "mailbox 1: a mail is longer than what is taken", "and prints it")
    for name in box.new():
        os.unlink(f"{box.path}/new/{name}")


def fails_and_mends(d, box):
    """The directory goes, and comes back: nothing is handed over that could not be moved."""
    os.rename(f"{box.path}/cur", f"{box.path}/away")
    box.deliver(mail("203.0.113.17", 12, "fbl@r-12.example"))
    since = d.log.end()
    passes(d, "70s")
    tap.ok(d.log.wait("mail could not be picked up.*mailbox=1.*directory that mail is moved to", since), "a Maildir that cannot be moved in is told")
    tap.is_equal((len(box.new()), figure(d, "aupd_mailboxes_failing")), (1, 1), "and nothing of it is handed over; the figure says that it fails")
    os.rename(f"{box.path}/away", f"{box.path}/cur")
    passes(d, "10m")
    d.until(lambda: not box.new(), "it mends")
    tap.ok(d.log.wait("mail is picked up again.*mailbox=1", since), "it is tried again, and the log says that it goes on")
    d.until(lambda: figure(d, "aupd_mailboxes_failing") == 0, "the figure goes back")


def killed(d, box):
    """The fetcher ends between the 250 and the move."""
    if not d.points:
        tap.skip("a kill between the ear's word and the move", "this build has no points")
        return
    before = len(d.cases())
    d.points.kill("fetcher.taken")
    since = d.log.end()
    for n in range(3):
        box.deliver(mail("203.0.113.130", 20 + n, f"fbl@k-{n}.example"))
    d.pass_time("70s")
    d.wait_role("fetcher", since)
    d.until(lambda: not box.new(), "all are picked up")
    tap.is_equal((d.points.armed(), d.role("fetcher")["last_signal"]), (False, signal.SIGKILL), "it was ended with a mail in hand that the ear had")
    d.settle()
    tap.is_equal(len(d.cases()), before + 1, "one case, not two")
    mine = next(c["case"] for c in d.cases() if c["body"]["customer"] == "smith")
    shown = d.check("case", "show", mine, "--json").json
    tap.is_equal(shown["body"]["report_count"], 3, "three reports: the one that came twice counts once", shown)
    fates = d.check("intake", "list", "--json").json["rows"]
    tap.ok(not [r for r in fates if "203.0.113.130" in str(r)], "and nobody is asked about it", fates)


def main():
    with Daemon(spool=f"message {LONG}") as d:
        box, moving = Maildir(os.path.join(d.dir, "box")), Maildir(os.path.join(d.dir, "moving"), ".Done")
        box.deliver(mail("203.0.113.17", 1, "fbl@r-1.example"))
        d.write_config(d.config_text(conf=f"fetch {{\n maildir {box.path} {{ }}\n maildir {moving.path} {{ folder .Done }}\n}}"))
        since = d.log.end()
        d.process.send_signal(signal.SIGHUP)
        d.wait_role("fetcher", since)
        d.until(lambda: figure(d, "aupd_fetch_rounds_total") >= 2, "the first round")
        picked_up(d, box, moving)
        envelopes(d, box)
        stays(d, box)
        fails_and_mends(d, box)
        killed(d, box)
        shutil.rmtree(moving.path)
        since = d.log.end()
        d.kill_and_wait("fetcher")
        tap.ok(d.log.wait("mail could not be picked up.*mailbox=2.*the Maildir cannot be opened", since), "a Maildir that is not there is told")
        d.until(lambda: "mailbox 2: the Maildir cannot be opened" in told(d), "the state file tells")
        tap.like(d.check("status").out, "mailbox 2: the Maildir cannot be opened", "in aup status too")


tap.skip_all(missing()) if missing() else tap.run(main)
