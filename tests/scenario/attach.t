#!/usr/bin/env python3
"""Attachments of cases against a live daemon: bounded, listed, read on the record, handed over by choice, gone with the subject."""
import base64
import glob
import os
import shutil
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0
PICTURE = b"\x89PNG\r\n\x1a\n" + b"the-mark-of-the-picture" * 100


def complain(d, source="203.0.113.17", start=1):
    for n, who in enumerate("abc", start):
        d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()


def files(d):
    """Every byte of the data directory."""
    return b"".join(open(p, "rb").read() for p in glob.glob(d.data + "/**", recursive=True) if os.path.isfile(p))


def attached(d, number, where):
    path = os.path.join(where, "screen.png")
    with open(path, "wb") as f:
        f.write(PICTURE)
    r = d.check("case", "attach", number, path, "--text", "as the customer sent it", "--json").json
    event = r["event"]
    tap.is_equal(d.check("case", "attachments", number).out, f"{event:4}  screen.png ({len(PICTURE)} octets): as the customer sent it (tester)\n", "an attachment is listed")
    tap.like(d.check("case", "explain", number).out, rf"attached: screen\.png \({len(PICTURE)} octets\): as the customer sent it \(tester\)", "and stands in the story")
    out = os.path.join(where, "out")
    tap.is_equal(d.aup("case", "attachment", number, event).rc, 2, "who reads it says why")
    d.check("case", "attachment", number, event, "--because", "the customer asks", "-o", out)
    with open(out, "rb") as f:
        tap.ok(f.read() == PICTURE, "it comes back as it was")
    tap.like(d.check("lookups").out, rf"tester asked for attachment {event} of {number}: the customer asks", "which is recorded")
    tap.is_equal(d.aup("case", "attachment", number, 1, "--because", "x").rc, 1, "a report is no attachment")
    tap.is_equal(d.aup("case", "attachment", number, 9999, "--because", "x").rc, 1, "nor what is not there")
    tap.ok(b"the-mark-of-the-picture" not in files(d), "it lies sealed on disk")
    return event


def refused(d, number):
    r = d.aup("case", "attach", number, "-", "--name", "big", stdin=b"x" * ((2 << 20) + 1))
    tap.is_equal((r.rc, r.err), (1, "aup: it has 2097153 octets, and an attachment at most 2097152\n"), "one too large is refused")
    most = d.check("case", "attach", number, "-", "--name", "most", "--json", stdin=b"x" * (2 << 20)).json["event"]
    tap.is_equal(len(d.check("case", "attachment", number, most, "--because", "x").out), 2 << 20, "the largest is taken, and comes back whole")
    tap.is_equal(d.aup("case", "attach", number, "-", "--name", "none", stdin=b"").rc, 1, "an empty one is refused")
    for name in ("../etc/passwd", ".hidden", "a\nb", "n" * 201):
        tap.is_equal(d.aup("case", "attach", number, "-", "--name", name, stdin=b"x").rc, 1, f"so is the name {name[:20]!r}")
    tap.is_equal(d.aup("case", "attach", "C-999999", "-", "--name", "x", stdin=b"x").rc, 1, "and a case that is not there")
    tap.is_equal(d.aup("case", "attach", number, "/nonexistent").rc, 1, "and a file that is not there")
    for i in range(30):
        d.check("case", "attach", number, "-", "--name", f"f{i}", stdin=b"%d" % i)
    r = d.aup("case", "attach", number, "-", "--name", "x", stdin=b"x")
    tap.is_equal((r.rc, r.err), (1, "aup: a case has at most 32 attachments\n"), "there is a bound")
    d.report(xarf("203.0.113.66", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/secret"))
    d.settle()
    sealed = next(r["case"] for r in d.cases("--state", "sealed"))
    tap.like(d.aup("case", "attach", sealed, "-", "--name", "x", stdin=b"x").err, "it is sealed: nothing is attached to it", "a sealed case takes none")


def handed_over(d, number, event, where):
    bundle, key = os.path.join(where, "bundle"), os.path.join(where, "key")
    with open(key, "w") as f:
        f.write(d.check("evidence", "key").out)
    for more, want in ((["--no-raw"], False), ([], False), (["--attachments"], True), (["--attachments", "--no-raw"], True)):
        d.check("evidence", "export", number, "--because", "order 12/26", "-o", bundle, *more)
        records = d.check("verify", bundle, "--key", key, "--json").json["records"]
        raws = [r["raw"] for r in records if r.get("raw")]
        tap.is_equal(base64.b64encode(PICTURE).decode() in raws, want, f"a bundle {' '.join(more)} {'has' if want else 'is without'} the attachment")
    tap.like(d.check("lookups").out, rf"evidence of {number} with attachments: order 12/26", "what was handed over is recorded")


def erased(d, number, event):
    if not ROOT:
        tap.skip("attachments go with the subject", "needs root")
        return
    d.check("case", "resolve", number, "mended")
    d.check("erase", "--basis", "asked by letter", "acme")
    d.check("erase", "--basis", "asked by letter", "acme", uid=SECOND)
    d.pass_time("1h")
    r = d.aup("case", "attachment", number, event, "--because", "x")
    tap.is_equal((r.rc, r.err), (1, "aup: its bytes are gone: they were erased, or their time was over\n"), "attachments go with the subject")
    tap.unlike(d.check("case", "attachments", number).out, "screen.png", "and so do their names")


def main():
    where = tempfile.mkdtemp(prefix="aupd-attach.")
    try:
        with Daemon(operators={"tester": os.getuid(), "second": SECOND}) as d:
            complain(d)
            number = d.cases("--customer", "acme")[0]["case"]
            event = attached(d, number, where)
            handed_over(d, number, event, where)
            refused(d, number)
            erased(d, number, event)
    finally:
        shutil.rmtree(where)


tap.skip_all(missing()) if missing() else tap.run(main)
