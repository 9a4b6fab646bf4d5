#!/usr/bin/env python3
"""Accounting that is lost on our side is a hole of each feed that it may be of: what cannot be read again, what the system dropped."""
import os
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from access import Access
from daemon import missing
from nas import attribute

FEEDS = ("other", "radius")
LOST = "lost messages"


def begin(d, session, address):
    """A session that was heard of for ten minutes, and what is heard of both feeds meanwhile."""
    a, b = d.nas(feed="radius"), d.nas(feed="other", name="nas-2")
    at = int(d.now)
    a.say("start", session=session, v4=address, lasted=0, at=at)
    b.say("on", at=at)
    for lasted in (300, 600):
        d.let(300)
        a.say("interim", session=session, lasted=lasted, at=int(d.now))
        b.say("interim", session="other", user="bob", lasted=lasted, at=int(d.now))
    d.settle()
    return a, b, at


def goes_on(d, a, b, session, lasted):
    for _ in range(2):
        d.let(300)
        lasted += 300
        a.say("interim", session=session, lasted=lasted, at=int(d.now))
        b.say("interim", session="other", user="bob", lasted=lasted, at=int(d.now))
    d.settle()


def decoder(d):
    """Ends the decoder whenever it comes to it."""
    a, b, at = begin(d, "D", "198.51.100.20")
    before, since = d.holes(LOST), d.log.end()
    a.say("stop", session="E", lasted=1, at=int(d.now), more=attribute(25, b"X-Aupd-Test-Crash: yes"))
    tap.ok(d.log.wait("an item of accounting ended its decoder twice or is none, and is skipped", since), "an item that ends its decoder twice is skipped, and told", *d.log.lines[since:])
    d.settle()
    tap.is_equal((before, d.holes(LOST)), ([], sorted(FEEDS)), "it is a hole of each feed: nobody knows whose messages it held")
    d.kill_and_wait("judge")
    goes_on(d, a, b, "D", 600)
    tap.is_equal((d.who("198.51.100.20", at + 300), d.who("198.51.100.20", at + 600)), (("A", "a"), ("B", "a")), "before it who held an address is sure, then it is not")
    tap.is_equal(d.holes(LOST), sorted(FEEDS), "and a judge that began anew has not closed it")


def damage(d):
    """Of three messages that wait in the spool the second is damaged."""
    a, b, at = begin(d, "G", "198.51.100.21")
    before = len(d.holes(LOST))
    spool, ends = os.path.join(d.data, "spool"), []
    d.kill("judge", signal.SIGSTOP)
    for session in ("G", "H", "G"):
        a.say("interim", session=session, lasted=600, at=int(d.now), octets=(len(ends), 0))
        segment = max((os.path.join(spool, n) for n in os.listdir(spool) if n.endswith(".seg")), key=os.path.getmtime)
        ends.append(os.path.getsize(segment))
    d.crash()
    with open(segment, "r+b") as f:
        f.seek(ends[1] - 20)
        octet = f.read(1)[0]
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([octet ^ 16]))
    d.launch()
    d.settle()
    tap.is_equal(len(d.holes(LOST)), before + 2, "what the disk damaged in the spool may have been accounting: a hole of each feed")
    d.kill_and_wait("ear")
    d.settle()
    tap.is_equal(len(d.holes(LOST)), before + 2, "once")
    tap.is_equal(sum("the disk damaged it" in str(i) for i in d.check("intake", "list", "--json").json["rows"]), 1, "and a person is told once")
    goes_on(d, a, b, "G", 600)
    tap.is_equal(d.who("198.51.100.21", at + 600), ("B", "a"), "then it is not sure who held an address")


def dropped(d):
    """More comes than the system keeps while the ear is held."""
    a, b, at = begin(d, "S", "198.51.100.22")
    before = len(d.holes(LOST))
    large = a.packet(a.attributes("interim", session="S", lasted=600, at=int(d.now), more=b"".join(attribute(25, bytes([i]) * 253) for i in range(15))))
    d.kill("ear", signal.SIGSTOP)
    for _ in range(12000):
        a.put(large)
    d.kill("ear", signal.SIGCONT)
    b.say("interim", session="other", user="bob", lasted=600, at=int(d.now))
    a.heard()
    d.settle()
    tap.ok(d.fates().get("dropped"), "packets that the system dropped are counted", d.fates())
    tap.is_equal(len(d.holes(LOST)), before + 2, "what the system dropped is a hole of each feed, though it is told by one of them")
    goes_on(d, a, b, "S", 600)
    tap.is_equal((d.who("198.51.100.22", at + 300), d.who("198.51.100.22", at + 600)), (("A", "a"), ("B", "a")), "and then it is not sure who held an address")


def late(d):
    """A message that was under way for minutes: with it there was a queue, whose other messages are not known yet."""
    a, c, at = d.nas(), d.nas(name="nas-3"), int(d.now)
    for lasted in (0, 300, 600):
        a.say("interim" if lasted else "start", session="Q", v4="198.51.100.23", lasted=lasted, at=int(d.now))
        d.let(300)
    d.settle()
    before = d.who("198.51.100.23", at + 300)
    waited = attribute(41, (800).to_bytes(4, "big"))
    c.say("start", session="U", user="bob", lasted=0, at=int(d.now) - 800, more=waited)
    d.settle()
    d.let(1)
    tap.is_equal((before, d.who("198.51.100.23", at + 300)), (("A", "a"), ("B", "a")), "while a queue drains nobody knows what else it holds: an answer about its time is not sure")
    for _ in range(3):
        d.let(100)
        a.say("interim", session="Q", lasted=int(d.now) - at, at=int(d.now))
        d.settle()
    d.let(1)
    tap.is_equal(d.who("198.51.100.23", at + 300), ("A", "a"), "when it has drained it is sure again")
    d.let(1200)
    a.say("interim", session="Q", lasted=int(d.now) - at, at=int(d.now))
    d.settle()
    gap = d.now - 600
    waited = attribute(41, (1000).to_bytes(4, "big"))
    c.say("interim", session="U", user="bob", lasted=600, at=int(d.now) - 1000, more=waited)
    for _ in range(3):
        d.let(100)
        a.say("interim", session="Q", lasted=int(d.now) - at, at=int(d.now))
        d.settle()
    d.let(1)
    tap.is_equal(d.who("198.51.100.23", gap), ("B", "a"), "but what was not heard anyway is not made whole by that")


def main():
    with Access(feeds=FEEDS) as d:
        if d.points:
            decoder(d)
        else:
            tap.skip("an item that ends its decoder", "this build has no means to plant one")
        damage(d)
        dropped(d)
    with Access() as d:
        late(d)


tap.skip_all(missing()) if missing() else tap.run(main)
