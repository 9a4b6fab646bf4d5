#!/usr/bin/env python3
"""The disk is full while accounting comes in, or the spool is: what is not durable is not answered, its senders come again, and when there
is room all of it is there. Complaints are taken longer than accounting.

As root only, on a small file system of its own in a mount namespace."""
import os
import signal
import subprocess
import sys
sys.path.insert(0, os.path.realpath(os.path.join(os.path.dirname(__file__), "..")))
import tap
from access import Access
from daemon import arf, missing
from nas import attribute

SIZE = 80 << 20
LONG = b"".join(attribute(25, bytes(253)) for _ in range(15))


def enter():
    if os.geteuid() != 0:
        tap.skip_all("needs root, for a file system of its own")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        tap.skip_all("no mount namespace can be made here")
    if "AUPD_TEST_INNER" not in os.environ:
        os.execvp("env", ["env", "AUPD_TEST_INNER=1", "unshare", "-m", "--propagation", "private", sys.executable, os.path.realpath(__file__)])


class Small(Access):
    def start(self):
        os.makedirs(self.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", self.data], check=True)
        super().start()


def fill(path):
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 1):
            try:
                while f.write(bytes(size)) == size:
                    pass
            except OSError:
                pass


def refused(d):
    return d.fates().get("refused", 0)


def taken(d):
    return d.fates().get("taken", 0)


def disk(d):
    n = d.nas()
    began = int(d.now)
    n.say("start", session="S", v4="198.51.100.70", lasted=0, at=began)
    d.let(300)
    n.say("interim", session="S", lasted=300, at=int(d.now))
    d.settle()
    before = taken(d)
    fill(d.data + "/filler")
    # the last block of a segment may have room for some
    late = [n.packet(n.attributes("interim", session="S" if not i else f"T{i}", lasted=300, at=int(d.now), octets=(i, i), more=LONG)) for i in range(40)]
    for octets in late:
        n.put(octets)
    d.until(lambda: taken(d) + refused(d) >= before + len(late), "all packets, counted")
    held = n.heard()
    tap.ok(len(held) + refused(d) == len(late) and refused(d), "on a full disk what finds no room is not answered", len(held), d.fates())
    os.unlink(d.data + "/filler")
    open_ = [octets for octets in late if octets[1] not in held]

    def again():
        for octets in open_:
            n.put(octets)
        held.update(n.heard())
        return all(octets[1] in held for octets in open_)
    d.until(again, "an answer to each, sent again and again")
    tap.ok(True, "with room again each is answered when it is sent again")
    d.let(300)
    n.say("interim", session="S", lasted=600, at=int(d.now))
    for _ in range(2):
        d.let(300)
        n.say("interim", session="S", lasted=int(d.now) - began, at=int(d.now))
    d.settle()
    tap.is_equal(d.holes("lost messages"), ["radius"], "that time is a hole of the feed: who was refused may have given up")
    tap.is_equal((d.who("198.51.100.70", began + 150), d.who("198.51.100.70", began + 300), d.who("198.51.100.70", began + 750)), (("A", "a"), ("B", "a"), ("A", "a")),
                 "and all is there: sure before, less sure then, sure behind it")


def spool(d):
    """The judge is held, so that nothing leaves the spool."""
    n = d.nas(name="nas-2")
    d.kill("judge", signal.SIGSTOP)
    before, i = refused(d), 0
    while refused(d) == before:
        for _ in range(200):
            i += 1
            n.put(n.packet(n.attributes("interim", session=f"U{i}", lasted=1, at=int(d.now), octets=(i, i), more=LONG)))
        n.heard()
    tap.ok(i > 200, "a spool that fills up takes no more accounting", i)
    codes = [d.smtp_send(arf("198.51.100.70", number=k)).code for k in range(5)]
    tap.is_equal(codes, [250] * 5, "and goes on to take complaints")
    d.kill("judge", signal.SIGCONT)
    d.settle()
    probe = n.packet(n.attributes("interim", session="U1", lasted=2, at=int(d.now)))

    def is_taken():
        n.put(probe)
        return probe[1] in n.heard()
    d.until(is_taken, "accounting is taken again")
    tap.ok(True, "when the judge has caught up accounting is taken again")


def main():
    with Small(spool="size 24M\nmessage 4M") as d:
        disk(d)
        spool(d)


if missing():
    tap.skip_all(missing())
enter()
tap.run(main)
