#!/usr/bin/env python3
"""Accounting that is hostile or wrong, through the real listener: ids that come again within a second, Stops of others, packets that are
malformed, cut, or as long as can be, and clocks that jump by an hour. Nobody is named for sure who did not hold the address."""
import os
import struct
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from access import Access
from daemon import loopback, missing
from nas import address, attribute, number

HOUR = 3600


class Site:
    """An access server of its own, and another session of it that is heard of all the time, so that the feed is."""

    def __init__(self, d, name, **more):
        self.d, self.nas, self.off = d, d.nas(name=name, **more), 0
        self.began = self.at()
        self.say("start", session="W", user="warm", v4="198.51.100.250", lasted=0)

    def at(self):
        """By its clock, which may be off."""
        return int(self.d.now) + self.off

    def say(self, status, **more):
        at = self.at()
        self.nas.say(status, at=at, **more)
        return at

    def go(self, seconds, step=300):
        while seconds > 0:
            self.d.let(min(step, seconds))
            self.say("interim", session="W", user="warm", lasted=self.at() - self.off - self.began)
            seconds -= step
        self.d.settle()


def ids(d):
    s = Site(d, "bras-ids")
    s.go(600)
    first = s.say("start", session="I", v4="198.51.100.30", lasted=0)
    s.say("stop", session="I", v4="198.51.100.30", lasted=0, octets=(0, 0))
    s.say("start", session="I", v4="198.51.100.31", lasted=0)
    s.go(300)
    s.say("interim", session="I", v4="198.51.100.31", lasted=300)
    s.go(600)
    tap.is_equal((d.who("198.51.100.30", first + 150)[1], d.who("198.51.100.31", first + 150)), ("", ("A", "a")), "an id that comes again within the second of its Stop: the second session goes on, the first is over")
    s.say("start", session="J", v4="198.51.100.32", lasted=0)
    again = s.say("start", session="J", user="bob", v4="198.51.100.33", lasted=0)
    s.go(300)
    s.say("stop", session="J", v4="198.51.100.32", lasted=300, octets=(1, 1))
    s.say("interim", session="J", user="bob", v4="198.51.100.33", lasted=300)
    s.go(300)
    s.say("interim", session="J", user="bob", v4="198.51.100.33", lasted=600)
    s.go(600)
    tap.is_equal((d.who("198.51.100.32", again + 150), d.who("198.51.100.33", again + 150)), (("A", "a"), ("A", "b")), "the same id of two users within a second: two sessions")
    tap.is_equal(d.who("198.51.100.33", again + 450), ("A", "b"), "  and the Stop of the one ends not the other")


def forged(d):
    s = Site(d, "bras-forged")
    s.go(600)
    own = address(4, d.address)
    began = s.say("start", session="F", v4="198.51.100.40", lasted=0, more=own)
    s.go(300)
    stop = dict(session="F", v4="198.51.100.40", lasted=300, octets=(1, 2), at=s.at(), name="bras-forged")
    tap.ok(s.nas.silent(s.nas.packet(s.nas.attributes("stop", more=own, **stop), secret="another secret, no shorter")), "a Stop under a wrong secret is not answered")
    stranger = d.nas(source=loopback())
    stranger.put(stranger.packet(stranger.attributes("stop", more=own, **stop)))
    tap.ok(s.nas.silent(s.nas.packet(s.nas.attributes("stop", more=own, **stop), secret="still another, no shorter")), "nor one of a stranger who knows the secret")
    other = d.nas(feed="other", name="bras-forged")
    other.say("stop", more=own, **{k: v for k, v in stop.items() if k != "name"})
    tap.ok(True, "one of a client of another feed is answered, though it names this server and its session")
    s.go(300)
    s.say("interim", session="F", v4="198.51.100.40", lasted=600, more=own)
    other.say("on", at=s.at())
    s.go(600)
    s.say("interim", session="F", v4="198.51.100.40", lasted=1200, more=own)
    s.go(300)
    tap.is_equal(d.who("198.51.100.40", began + 450)[1], "a", "and the session goes on")
    tap.ok(not stranger.heard(), "the stranger has heard nothing")
    for x in (stranger, other):
        x.close()


def whole(d, size):
    """Attributes that fill a packet to that size."""
    n = d.nas(name="bras-long")
    base = n.attributes("interim", session="L", lasted=1, at=int(d.now), name="bras-long")
    room = size - 20 - len(base)
    fill = b"".join(attribute(25, bytes(253)) for _ in range(room // 255))
    rest = room - len(fill)
    return n, n.packet(base + fill + (attribute(25, bytes(rest - 2)) if rest else b""))


def malformed(d):
    s = Site(d, "bras-bad")
    base = s.nas.attributes("interim", session="M", lasted=1, at=s.at(), name="bras-bad")
    for what, more in (("an attribute of length 0", bytes([25, 0])), ("of length 1", bytes([25, 1])), ("one that ends behind the packet", bytes([25, 40]) + bytes(10)),
                       ("an attribute without its length", bytes([25]))):
        tap.ok(s.nas.silent(s.nas.packet(base + more)), f"{what} is not answered")
    packet = s.nas.packet(base)
    for what, length in (("shorter than its head", 19), ("longer than what came", len(packet) + 1), ("longer than a packet may be", 4097)):
        tap.ok(s.nas.silent(packet[:2] + struct.pack("!H", length) + packet[4:]), f"a length that is {what} is not answered")
    n, octets = whole(d, 4096)
    n.put(octets)
    tap.ok(len(octets) == 4096 and n.answered(octets), "a packet of 4096 octets is answered")
    n, octets = whole(d, 4097)
    tap.ok(len(octets) == 4097 and n.silent(octets), "one of 4097 is not")
    s.go(600)
    began = s.say("start", session="N", v4="198.51.100.50", lasted=0, more=address(8, "198.51.100.51"))
    s.say("start", session="O", v4="198.51.100.52", lasted=0, more=number(46, 7) + number(40, 2))
    s.go(600)
    s.say("interim", session="N", v4="198.51.100.50", lasted=600, more=address(8, "198.51.100.51"))
    s.go(600)
    tap.is_equal([d.who(f"198.51.100.{n}", began + 300)[1] for n in (50, 51, 52)], ["", "", ""],
                 "a session with two addresses, and a Start that is a Stop too, are answered, and nobody is named")
    fates = d.fates()
    tap.ok(fates.get("malformed", 0) >= 7 and fates.get("denied", 0) >= 2 and fates.get("unknown-client", 0) >= 1, "all of that is counted", fates)


class Truth:
    """True time, beside the clocks of the daemon and of the server."""

    def __init__(self, d, name, address_):
        self.d, self.s, self.address, self.held, self.ours = d, Site(d, name), address_, [], 0

    def true(self):
        return int(self.d.now) - self.ours

    def hold(self, session, user, seconds, jump=None):
        """A session of so many seconds; jump() in its middle."""
        s, began = self.s, self.true()
        s.say("start", session=session, user=user, v4=self.address, lasted=0)
        for n in range(seconds // 300):
            s.go(300)
            if jump and n == seconds // 600:
                jump()
            s.say("interim", session=session, user=user, v4=self.address, lasted=self.true() - began)
        s.say("stop", session=session, user=user, v4=self.address, lasted=self.true() - began, octets=(5, 5))
        self.held.append((began, self.true(), user))
        s.go(600)

    def ask(self, step=240):
        """(wrong names that were sure, right ones that were, those that were not) over all that was held."""
        wrong, sure, unsure = [], 0, 0
        for began, ended, user in self.held:
            for at in range(began + 150, ended - 150, step):
                grade, customer = self.d.who(self.address, at)
                right = customer == {"alice": "a", "bob": "b"}[user]
                wrong += [(at - self.held[0][0], grade, customer)] if grade == "A" and not right else []
                sure += grade == "A" and right
                unsure += grade != "A"
        return wrong, sure, unsure


def server_jumps(d, hours, address_):
    t = Truth(d, f"bras-jump{hours}", address_)

    def jump():
        t.s.off += hours * HOUR
    t.s.go(600)
    t.hold("A", "alice", 1800)
    t.hold("B", "bob", 1800, jump)
    t.hold("C", "alice", 1800)
    t.hold("D", "bob", 1800)
    t.s.go(HOUR)
    wrong, sure, unsure = t.ask()
    tap.is_equal(wrong, [], f"a server's clock jumps by {hours:+d} h while sessions run: nobody is named for sure who did not hold it")
    tap.ok(sure >= 5 and (hours > 0 or unsure > 0), f"  {sure} answers are sure, {unsure} are not")


def we_jump(d):
    t = Truth(d, "bras-still", "198.51.100.62")

    def ahead():
        d.let(HOUR)
        t.ours, t.s.off = HOUR, -HOUR

    def back():
        d.away(-HOUR)
        t.ours, t.s.off = 0, 0
    t.s.go(600)
    t.hold("A", "alice", 1800)
    t.hold("B", "bob", 1800, ahead)
    t.hold("C", "alice", 1800, back)
    t.hold("D", "bob", 1800)
    t.s.go(2 * HOUR)
    wrong, sure, unsure = t.ask()
    tap.is_equal(wrong, [], "our own clock jumps ahead by an hour, and back: nobody is named for sure who did not hold it")
    tap.ok(sure >= 3 and unsure > 0, f"  {sure} answers are sure, {unsure} are not")


def main():
    with Access(feeds=("radius", "other")) as d:
        forged(d)
        malformed(d)
    with Access() as d:
        ids(d)
        server_jumps(d, 1, "198.51.100.60")
        server_jumps(d, -1, "198.51.100.61")
    with Access() as d:
        we_jump(d)


tap.skip_all(missing()) if missing() else tap.run(main)
