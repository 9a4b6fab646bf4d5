#!/usr/bin/env python3
"""A server that tells nothing of a change in accounting: what it counts shows whether a session keeps to the rate of the profile. That it fell is a weak
proof and is told as one; above it is asked again; of whom is idle, or never was above, nothing is known. Also with kill -9 in between."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import missing
from dialin import Scene
from nas import attribute, number

PROFILE = 'coa limited { set Filter-Id text "limited"; restore Filter-Id text "full"; rate down 1 Mbit/s }'
ENFORCE = dict(enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit")
FAST, SLOW, IDLE = 8_000_000, 900_000, 20_000
WEAK = "its server does not tell, and its rate fell: a weak proof"


class Line(Scene):
    """Its sessions are counted."""

    def __init__(self, **more):
        super().__init__(PROFILE, **ENFORCE, **more)
        self.octets = {}

    def counts(self, i, seconds, rate, wide=True, more=b""):
        """Time goes by, with so many bits a second to the customer; then his server says so."""
        self.let(seconds)
        self.octets[i] = self.octets.get(i, 2**32 - 10**7) + rate * seconds // 8
        halves = number(52, 0) + number(53, self.octets[i] >> 32) if wide else b""
        self.goes_on(i, octets=(seconds, self.octets[i] % 2**32), more=halves + more)

    def asked(self, i, rate, wide=True):
        """A session that was that fast, and a report about its customer."""
        self.begin(i)
        for _ in range(2):
            self.counts(i, 300, rate, wide)
        case = self.spam(i)
        if not self.door.wait(lambda got: got):
            raise RuntimeError("the server is not asked")
        self.settle()
        self.door.news()
        return case


def falls(d):
    case = d.asked(0, FAST)
    tap.is_equal(d.told(0), ("unclear", "the access server acknowledged it"), "acknowledged: that is no effect")
    d.counts(0, 300, SLOW)
    d.counts(0, 300, SLOW)
    tap.is_equal(d.stands(0), "unclear", "one interval behind the question is not enough; one in which it was asked is none")
    d.counts(0, 300, SLOW)
    tap.is_equal((d.told(0), d.door.news()[0]), (("done", WEAK), 0), "two are: done, and told as a weak proof")
    d.check("case", "resolve", case, "mended")
    d.door.wait(lambda got: got)
    d.settle()
    tap.is_equal([x for x in d.door.requests[0][1] if x[0] == 11], [(11, b"full")], "resolved: what takes it back is asked for")
    for _ in range(3):
        d.counts(0, 300, SLOW)
    tap.is_equal(d.stands(0), "unclear", "that it is low still does not show whether it is lifted")
    d.counts(0, 300, FAST)
    tap.is_equal(d.told(0), ("undone", "the session is above the rate of the profile again"), "above the rate again it is")
    tap.like(d.check("case", "explain", case).out, "limit of access was lifted, seen gone", "and the case says so")
    d.door.news()


def stays(d):
    d.asked(1, FAST)
    for _ in range(12):
        d.counts(1, 300, FAST)
    state, text = d.told(1)
    tap.ok(state == "refused" and text == "the session is above the rate of the profile, however often it was asked for" and d.door.news()[0] == 2,
           "above after three questions: a person has to look", state, text)


def late(d):
    d.asked(2, FAST)
    d.counts(2, 300, FAST)
    d.counts(2, 300, FAST)
    tap.ok(d.told(2)[0] == "unclear" and d.door.wait(lambda got: len(got) == 1), "above once: it is asked again")
    d.door.news()
    for _ in range(3):
        d.counts(2, 300, SLOW)
    tap.is_equal((d.told(2), d.door.news()[0]), (("done", WEAK), 0), "and that has an effect")


def unknown(d):
    """Nobody can tell."""
    d.asked(3, FAST)
    d.asked(4, SLOW)
    for _ in range(6):
        d.counts(3, 300, IDLE)
        d.counts(4, 300, SLOW)
    tap.is_equal([d.stands(i) for i in (3, 4)], ["unclear"] * 2, "who is idle, and who never was above, shows nothing")
    d.let(30 * 3600)
    tap.is_equal({d.told(i) for i in (3, 4)}, {("refused", "nobody can tell whether the session was changed")}, "in the end a person has to look")
    tap.is_equal(d.door.news()[0], 0, "and nobody was asked again")


def echoed(d):
    """What the server tells goes before what it counts."""
    case = d.asked(6, FAST)
    for _ in range(3):
        d.counts(6, 300, FAST, more=attribute(11, b"limited"))
    tap.is_equal((d.told(6)[0], d.door.news()[0]), ("done", 0), "its server tells of it: done, however fast it is")
    d.check("case", "resolve", case, "mended")
    d.door.wait(lambda got: got)
    d.settle()
    d.door.news()
    d.counts(6, 300, IDLE)
    d.let(600)
    tap.is_equal(d.stands(6), "undone", "and lifted when it no longer tells of it")
    d.asked(7, FAST)
    for _ in range(2):
        d.counts(7, 300, SLOW, more=attribute(11, b"full"))
    tap.ok(d.door.wait(lambda got: got) and d.stands(7) != "done", "slow, and told to be as before: it is asked again")
    d.door.news()


def idle(d):
    """To be taken back of one who is idle: until his session ends nobody can tell."""
    case = d.asked(8, FAST)
    for _ in range(3):
        d.counts(8, 300, SLOW)
    tap.is_equal(d.stands(8), "done", "in force")
    d.check("case", "resolve", case, "mended")
    d.door.wait(lambda got: got)
    d.settle()
    for _ in range(4):
        d.counts(8, 300, IDLE)
    tap.is_equal(d.stands(8), "unclear", "idle: whether it is lifted is not known")
    d.ends(8)
    d.let(3600)
    tap.is_equal(d.stands(8), "undone", "his session over, nothing is left of it")
    d.door.news()


def narrow(d):
    """A server that sends no upper halves: what wrapped without falling would look low."""
    d.octets[0] = 2**31
    d.asked(0, FAST, wide=False)
    for _ in range(4):
        d.counts(0, 300, SLOW, wide=False)
    tap.is_equal(d.stands(0), "unclear", "without upper halves low is not known to be low")
    d.counts(0, 300, FAST, wide=False)
    tap.ok(d.door.wait(lambda got: got), "but above is above")
    d.door.news()


def crashes(d):
    d.asked(0, FAST)
    d.asked(1, FAST)
    d.counts(0, 300, SLOW)
    d.counts(0, 300, SLOW)
    d.counts(1, 300, SLOW)
    tap.is_equal((d.stands(0), d.stands(1)), ("unclear", "unclear"), "one interval was low")
    d.crash()
    d.launch()
    d.settle()
    d.counts(1, 300, SLOW)
    d.counts(0, 300, SLOW)
    tap.is_equal((d.stands(0), d.stands(1)), ("unclear", "unclear"), "after kill -9: over a time in which nobody counted nothing is measured")
    d.counts(1, 300, SLOW)
    d.counts(0, 300, SLOW)
    tap.is_equal((d.told(0), d.stands(1)), (("done", WEAK), "unclear"), "what was seen before it is not forgotten: the second one makes it done")
    d.counts(1, 300, SLOW)
    tap.is_equal(d.told(1), ("done", WEAK), "with that it was above before")
    d.crash()
    d.launch()
    d.settle()
    d.counts(0, 300, SLOW)
    d.let(600)
    tap.is_equal((d.stands(0), d.door.news()[0]), ("done", 0), "a start asks for nothing again")


def refused(d):
    path = os.path.join(d.dir, "bad.conf")
    good = d.config_text()
    for bad, said in (("rate down 1Mbit/s", "rate reads"), ("rate both 1 Mbit/s", "rate reads"), ("rate down 1 MB/s", "rate reads"), ("rate up 0 kbit/s", "rate reads"),
                      ("rate up 401 Gbit/s", "up to 400 Gbit/s"), ("rate up 1 bit/s; rate up 2 bit/s", "says one for that direction already")):
        with open(path, "w", encoding="ascii") as f:
            f.write(good.replace("rate down 1 Mbit/s", bad))
        tap.like(d.aup("check", "-c", path).err, said, f"{bad}: refused")


def main():
    with Line(count=9) as d:
        refused(d)
        for part in (falls, stays, late, unknown, echoed, idle):
            part(d)
    with Line(count=1) as d:
        narrow(d)
    with Line(count=2) as d:
        crashes(d)


tap.skip_all(missing()) if missing() else tap.run(main)
