#!/usr/bin/env python3
"""The shared samples through a real Postfix: what it hands over says the same as the file itself.

Each sample is handed to aupd twice: as the file it is, by `aup ingest`, and as a mail through Postfix, which adds what it adds. A
message is sent as it is; a table, a document or a structure is the attachment of a mail. Both ways must give the same number of
frames, and of them the same number that nobody could read. Runs in namespaces of its own, like the other peers."""
import email.message
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
