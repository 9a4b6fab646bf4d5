#!/usr/bin/env python3
"""RADIUS accounting comes in: answered when it is on disk, once and to whom the secret proves; and who held an address when is told for
each of the ways in which a table of sessions goes wrong. What was acknowledged is there after kill -9."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from access import Access
from daemon import Daemon, arf, missing
from nas import attribute, number


class Clock:
    """The clock of a server: it says when things happen, by the time that has passed for the daemon."""

    def __init__(self, d, nas):
        self.d, self.nas = d, nas

    def say(self, status, **more):
        at = int(self.d.now)
        self.nas.say(status, at=at, **more)
        self.d.settle()
        return at


def warm(d, n):
    """A session that is heard of before and behind all others, so that the feed is."""
    n.say("start", session="W", user="warm", lasted=0, v4="198.51.100.250", at=int(d.now))
    d.settle()


def beat(d, n, t0):
    n.say("interim", session="W", user="warm", lasted=int(d.now - t0), at=int(d.now))
    d.settle()


def pass_on(d, n, seconds, t0):
    """Time goes by, and the feed is heard."""
    while seconds > 0:
        step = min(850, seconds)
        d.let(step)
        beat(d, n, t0)
        seconds -= step


def seven(d):
    n = d.nas()
    c = Clock(d, n)
    t0 = int(d.now)
    warm(d, n)
    pass_on(d, n, 600, t0)
    first = c.say("start", v4="198.51.100.1", lasted=0)
    pass_on(d, n, 600, t0)
    c.say("interim", v4="198.51.100.1", lasted=600)
    pass_on(d, n, 600, t0)
    second = c.say("interim", v4="198.51.100.2", lasted=1200)
    pass_on(d, n, 600, t0)
    third = c.say("stop", v4="198.51.100.2", lasted=1800, octets=(5, 6))
    pass_on(d, n, 600, t0)
    tap.is_equal(d.who("198.51.100.1", first + 300), ("A", "a"), "1: an address that a session had before it got another one")
    tap.is_equal(d.who("198.51.100.2", second + 300), ("A", "a"), "   and the other one")
    tap.is_equal(d.who("198.51.100.1", third + 200), ("D", ""), "   which nobody has behind the Stop")
    at = c.say("start", session="S2", v4="198.51.100.3", pd="2001:db8:100:100::/56", lasted=0)
    pass_on(d, n, 600, t0)
    c.say("interim", session="S2", lasted=600)
    tap.is_equal((d.who("198.51.100.3", at + 300), d.who("2001:db8:100:150::1", at + 300)), (("A", "a"), ("A", "a")), "2: a message without addresses takes none away")
    day = c.say("start", session="S3", v4="198.51.100.4", lasted=0)
    pass_on(d, n, 900, t0)
    c.say("interim", session="S3", lasted=900)
    pass_on(d, n, 86400, t0)
    later = c.say("start", session="S3", v4="198.51.100.4", lasted=0)
    pass_on(d, n, 900, t0)
    c.say("stop", session="S3", lasted=900, octets=(7, 8))
    tap.is_equal((d.who("198.51.100.4", day + 300), d.who("198.51.100.4", later + 300)), (("A", "a"), ("A", "a")), "3: an id that comes again a day later, without a Stop: both")
    c.say("start", session="S3", v4="198.51.100.77", lasted=0)
    pass_on(d, n, 600, t0)
    c.say("stop", session="S3", lasted=600, octets=(9, 9))
    tap.is_equal((d.who("198.51.100.77", later + 900 + 300), d.who("198.51.100.4", later + 900 + 300)), (("A", "a"), ("D", "")), "4: an id that comes again behind its Stop")
    began = c.say("start", session="S5", v4="198.51.100.5", lasted=0)
    pass_on(d, n, 600, t0)
    ended = c.say("stop", session="S5", lasted=600, octets=(1, 2))
    pass_on(d, n, 300, t0)
    c.say("start", session="S6", user="bob", v4="198.51.100.5", lasted=0)
    pass_on(d, n, 7200, t0)
    n.say("stop", session="S5", lasted=600, octets=(1, 2))
    c.say("interim", session="S6", user="bob", lasted=7200)
    tap.is_equal((d.who("198.51.100.5", began + 300), d.who("198.51.100.5", ended + 3600)), (("A", "a"), ("A", "b")), "5: a Stop that comes two hours late once more")
    one = c.say("start", session="S7", v4="198.51.100.6", lasted=0)
    pass_on(d, n, 900, t0)
    c.say("interim", session="S7", lasted=900)
    pass_on(d, n, 1200, t0)
    two = c.say("start", session="S8", user="bob", v4="198.51.100.6", lasted=0)
    pass_on(d, n, 900, t0)
    c.say("interim", session="S8", user="bob", lasted=900)
    tap.is_equal((d.who("198.51.100.6", one + 300), d.who("198.51.100.6", two - 60), d.who("198.51.100.6", two + 300)), (("A", "a"), ("C", "a/b"), ("A", "b")),
                 "6: two sessions that have one address: the one, either, the other")
    lone = d.nas(name="nas-2")
    began = int(d.now)
    lone.say("start", session="T", v4="198.51.100.8", lasted=0, at=began)
    pass_on(d, n, 900, t0)
    lone.say("interim", session="T", lasted=900, at=int(d.now))
    pass_on(d, n, 14 * 3600, t0)
    lone.say("on", at=int(d.now))
    pass_on(d, n, 600, t0)
    tap.is_equal((d.who("198.51.100.8", began + 300), d.who("198.51.100.8", began + 7 * 3600), d.who("198.51.100.8", d.now - 100)), (("A", "a"), ("B", "a"), ("D", "")),
                 "7: a server that starts fourteen hours after it was heard of last")


def crashes(d):
    n = d.nas(name="nas-3")
    t0 = int(d.now)
    n.say("start", session="K", v4="198.51.100.9", lasted=0, at=t0)
    d.crash()
    d.launch()
    d.settle()
    d.let(600)
    n.say("interim", session="K", lasted=600, at=int(d.now))
    d.settle()
    tap.is_equal(d.who("198.51.100.9", t0 + 300)[1], "a", "what was acknowledged is there after kill -9, and goes on")
    d.let(100)
    n.say("stop", session="K", lasted=700, at=int(d.now))
    d.crash()
    d.launch()
    d.settle()
    d.let(200)
    n.say("on", at=int(d.now))
    d.settle()
    tap.is_equal(d.who("198.51.100.9", t0 + 300)[0], "A", "a Stop too")
    tap.is_equal(d.who("198.51.100.9", t0 + 880)[1], "", "  whose session is over")


def rested_on(d):
    """What a case rests on is on disk, though the session was confirmed five minutes before and is only noted until it will be again."""
    n = d.nas(name="nas-4")
    t0 = int(d.now)
    n.say("start", session="R", v4="198.51.100.14", lasted=0, at=t0)
    for seconds in (301, 289):
        d.let(seconds)
        n.say("interim", session="R", lasted=int(d.now - t0), at=int(d.now))
    d.settle()
    d.let(1)
    for i, by in enumerate("abc"):
        reply = d.smtp_send(arf("198.51.100.14", number=i, reporter=f"fbl@reporter-{by}.example", at=t0 + 400).replace(b"-0000", b"+0000"))
        assert reply.code == 250, reply.text
    d.settle()
    tap.is_equal([c["body"]["grade"] for c in d.cases("--customer", "a")], ["A"], "a case that rests on a session that is noted to go on")
    d.crash()
    d.launch()
    d.settle()
    tap.is_equal(d.who("198.51.100.14", t0 + 400), ("A", "a"), "rests on it after kill -9")
    tap.is_equal(d.cases("--flag", "corrected"), [], "and nothing is corrected")


def strangers(d):
    n, other = d.nas(), d.nas(secret="not the one that is shared")
    text = n.attributes("start", session="X", v4="198.51.100.10", lasted=0)
    tap.ok(n.silent(n.packet(text, secret="not the one that is shared")), "under another secret nothing is answered")
    whole = n.packet(text)
    tap.ok(n.silent(whole[:-3]), "nor what is cut off")
    tap.ok(n.silent(n.packet(attribute(44, b"Y") + bytes([8, 1]))), "nor an attribute of length 1")
    elsewhere = d.nas(source="127.0.0.2")
    elsewhere.put(whole)
    tap.ok(n.silent(n.packet(text, secret="again not the one")), "nor a stranger")
    status = n.packet(b"", code=12, signed=True)
    n.put(status)
    tap.ok(n.answered(status), "Status-Server is")
    first = n.say("start", session="Z", v4="198.51.100.11", lasted=0, at=int(d.now))
    n.put(first)
    tap.ok(n.answered(first), "the same request again is answered again")
    d.settle()
    figures = d.api("/metrics").body.decode()
    for fate, least in (("denied", 2), ("malformed", 2), ("unknown-client", 1), ("repeated", 1)):
        found = [line for line in figures.splitlines() if line.startswith("aupd_radius_packets") and f'"{fate}"' in line]
        tap.ok(found and int(found[0].split()[-1]) >= least, f"counted as {fate}", found)
    for x in (n, other, elsewhere):
        x.close()
    long = n = d.nas(name="nas-9")
    octets = long.packet(long.attributes("start", session="L", v4="198.51.100.12", lasted=0, more=b"".join(attribute(25, bytes([i]) * 253) for i in range(15))))
    long.put(octets)
    tap.ok(len(octets) > 3850 and long.answered(octets), "a packet of nearly 4,096 octets is one")
    proxied = long.packet(long.attributes("interim", session="L", lasted=1) + attribute(33, b"state 1") + attribute(33, b"2"))
    long.put(proxied)
    while True:
        reply = long.socket.recv(5000)
        if reply[1] == proxied[1]:
            break
    tap.ok(attribute(33, b"state 1") + attribute(33, b"2") in reply, "Proxy-State comes back in its order")
    tap.is_equal(number(40, 1), bytes([40, 6, 0, 0, 0, 1]), "as numbers are written")


def refused():
    d = Daemon(registry=None, start=False)
    short = os.path.join(d.dir, "short")
    with open(short, "w") as f:
        f.write("short\n")
    for conf, why in ((f"radius {{ client 192.0.2.1 {{ feed x; secret-file {short} }} }}", "has no feed x"),
                      (f"bindings {{ feed x 1 }}\nradius {{ client 192.0.2.1 {{ feed x; secret-file {short} }} }}", "is found by trying"),
                      (f"bindings {{ feed x 1 }}\nradius {{ client nowhere {{ feed x; secret-file {short} }} }}", "no address and no prefix"),
                      ("bindings { feed x 1 }\nradius { listen 127.0.0.1:1813 }", "no client to hear"),
                      (f"bindings {{ feed x 1 }}\nradius {{ client 192.0.2.1 {{ feed x; secret-file {d.dir}/none }} }}", "cannot be read"),
                      ("bindings { feed x 1 }\nradius { listen /run/radius }", "by UDP")):
        path = os.path.join(d.dir, "bad.conf")
        with open(path, "w") as f:
            f.write(d.config_text(conf=conf))
        r = d.aup("check", "-c", path)
        tap.ok(r.rc != 0 and why in r.out + r.err, f"refused: {why}", r.out, r.err)
    d.abandon()


def main():
    with Access() as d:
        seven(d)
    with Access() as d:
        rested_on(d)
    with Access() as d:
        strangers(d)
        crashes(d)
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
