#!/usr/bin/env python3
"""aup ingest: files of one message, mailbox files, Maildirs, JSON and standard input; what cannot be taken, and its exit status."""
import os
import subprocess
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, program, xarf

FROM = "From reporter@reporter.example Sun Mar  1 10:00:00 2026\n"
MANY = 300


def mail(n, body="nothing in particular"):
    return f"From: r{n}@home.example\nTo: abuse@example.net\nSubject: number {n}\nMessage-ID: <n{n}@home.example>\n\n{body}\n"


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def subjects(d):
    d.settle()
    rows = d.check("intake", "list", "--state", "all", "--limit", "1000", "--json").json["rows"]
    return sorted(r["body"]["subject_line"] for r in rows)


def shapes(d, folder):
    d.check("ingest", write(folder, "one.eml", mail(1)))
    tap.is_equal(subjects(d), ["number 1"], "a file of one message")
    box = FROM + mail(2, "hello\n\n>From the start\n\nFrom here on") + "\n" + FROM + mail(3) + "\n" + FROM + "Content-Length: 100000\n" + mail(4) + "\n" + FROM + mail(5)
    answer = d.check("ingest", write(folder, "box", box))
    tap.is_equal(len(answer.out.split()), 4, "a mailbox file gives a receipt for each message", answer.out)
    tap.is_equal(subjects(d), [f"number {n}" for n in range(1, 6)], "each is an item, whatever Content-Length says")
    key = next(r["key"] for r in d.check("intake", "list", "--json").json["rows"] if r["body"]["subject_line"] == "number 2")
    tap.like(d.check("intake", "show", "--raw", key).out, r"hello\n\nFrom the start\n\nFrom here on\n$", "without the file's quoting")
    for n, place in ((6, "cur/1:2,S"), (7, "new/2"), (8, "tmp/3"), (9, "new/.hidden")):
        write(folder, "Maildir/" + place, mail(n))
    d.check("ingest", os.path.join(folder, "Maildir"))
    tap.is_equal(subjects(d)[5:], ["number 6", "number 7"], "a Maildir: what is in cur and new, nothing of tmp")
    d.check("ingest", "-", stdin=(FROM + mail(10) + "\n" + FROM + mail(11)).encode())
    tap.is_equal([s for s in subjects(d) if s in ("number 10", "number 11")], ["number 10", "number 11"], "a mailbox from standard input")
    waiting = len(subjects(d))
    d.check("ingest", write(folder, "report.json", xarf()), write(folder, "report.eml", arf("203.0.113.17", number=50)))
    d.settle()
    tap.is_equal((len(d.cases()), len(subjects(d))), (1, waiting), "a JSON document makes its case, and a report by mail is counted")


def faults(d, folder):
    before = len(subjects(d))
    answer = d.aup("ingest", os.path.join(folder, "missing"), write(folder, "empty", ""), folder, write(folder, "good.eml", mail(20)))
    tap.is_equal(answer.rc, 1, "what is missing, empty or no Maildir ends in 1")
    tap.like(answer.err, r"missing.*\n.*empty was not taken.*\n.*no Maildir", "each is named")
    tap.is_equal(len(subjects(d)), before + 1, "and the good one behind them is taken")
    tap.is_equal(d.aup("ingest").rc, 2, "no file is wrong usage")
    big = write(folder, "big", FROM + mail(21) + "\n" + FROM + mail(22, "x" * 2000000) + "\n" + FROM + mail(23))
    tap.is_equal(d.aup("ingest", big).rc, 1, "a message that is longer than the daemon takes ends in 1")
    tap.is_equal(len(subjects(d)), before + 3, "the messages around it are taken")


def readers_gone(d, folder):
    box = write(folder, "many", "".join(FROM + mail(1000 + n, "y" * 9000) + "\n" for n in range(MANY)))
    run = subprocess.Popen([program("aup"), "ingest", "--socket", f"{d.run}/ingest.sock", box], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.readline()
    run.stdout.close()
    err = run.stderr.read()
    tap.is_equal((run.wait(), err), (0, b""), "nobody reads the receipts any more: it goes on")
    tap.is_equal(len([s for s in subjects(d) if s.startswith("number 1") and len(s) == len("number 1000")]), MANY, "and every message is there")


def down(d, folder):
    d.stop()
    answer = d.aup("ingest", write(folder, "late", FROM + mail(30) + "\n" + FROM + mail(31)))
    tap.is_equal(answer.rc, 3, "without a daemon it ends in 3")
    tap.like(answer.err, r"\A[^\n]+\naup: 0 taken before, the rest is to be handed in again\n\Z", "once, and says what is left")


def main():
    with tempfile.TemporaryDirectory() as folder, Daemon(spool="size 64M\nmessage 1M") as d:
        shapes(d, folder)
        faults(d, folder)
        readers_gone(d, folder)
        down(d, folder)


tap.skip_all(missing()) if missing() else tap.run(main)
