#!/usr/bin/env python3
"""Sessions are changed by CoA: a limit is in force when the server tells of it in accounting, and lifted when it no longer does; a server that
acknowledges and does nothing convinces nobody."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import missing
from dialin import LOGIN, Scene
from nas import attribute

PROFILE = 'coa limited { set Filter-Id text "limited"; set vendor 14988 8 text "1M/1M"; restore Filter-Id text "full"; restore vendor 14988 8 text "50M/50M" }'
VENDOR = bytes([0, 0, 0x3a, 0x8c, 8])


def rate(text):
    return attribute(26, VENDOR + bytes([len(text) + 2]) + text)


LIMITED = attribute(11, b"limited") + rate(b"1M/1M")
FULL = attribute(11, b"full") + rate(b"50M/50M")


def told(d, i):
    state, text = d.told(i)
    return state, text


def changed(d):
    d.begin(0, more=FULL)
    number = d.spam(0)
    tap.ok(d.door.wait(lambda got: got), "the server is asked")
    d.settle()
    code, attributes, octets = d.door.requests[0]
    sent = [x for x in attributes if x[0] not in (55, 80)]
    tap.is_equal(sent, [(32, b"nas-1"), (44, b"S0"), (1, (LOGIN % 0).encode()), (8, bytes([198, 51, 100, 1])), (11, b"limited"), (26, VENDOR + b"\x071M/1M")],
                 "with what names the session, and what is to be so")
    tap.ok(code == 43 and d.door.whole(octets), "in a CoA-Request with both authenticators")
    tap.is_equal(d.told(0), ("unclear", "the access server acknowledged it"), "acknowledged: that is no effect")
    d.let(300)
    tap.is_equal(d.stands(0), "unclear", "before its server speaks of it again nothing is known")
    d.goes_on(0, more=LIMITED)
    d.let(600)
    tap.is_equal((d.stands(0), d.door.news()), ("done", (1, 1)), "told in accounting, it is in force, and was asked for once")
    tap.like(d.check("case", "explain", number).out, "limit of access is in force, its effect was seen", "the case says so")
    d.check("case", "resolve", number, "mended")
    d.door.wait(lambda got: got)
    d.settle()
    sent = [x for x in d.door.requests[0][1] if x[0] in (11, 26)]
    tap.is_equal(sent, [(11, b"full"), (26, VENDOR + b"\x0950M/50M")], "resolved: what takes it back is asked for")
    tap.is_equal(d.stands(0), "unclear", "which is no effect either")
    d.let(300)
    d.goes_on(0, more=FULL)
    d.let(600)
    tap.is_equal((d.stands(0), d.door.news()), ("undone", (1, 1)), "told no longer, it is lifted")
    tap.like(d.check("case", "explain", number).out, "limit of access was lifted, seen gone", "and the case says that")


def ignored(d):
    d.begin(1, more=FULL)
    number = d.spam(1)
    d.door.wait(lambda got: got)
    for _ in range(14):
        d.let(300)
        d.goes_on(1, more=FULL)
    state, text = d.told(1)
    tap.ok(state == "refused" and "however often" in text and d.door.news() == (3, 3), "acknowledged and ignored three times: a person has to look", state, text)
    d.check("case", "resolve", number, "mended")


def half(d):
    d.begin(2, more=FULL)
    d.spam(2)
    d.door.wait(lambda got: got)
    for _ in range(14):
        d.let(300)
        d.goes_on(2, more=attribute(11, b"limited") + rate(b"50M/50M"))
    tap.is_equal((d.stands(2), d.door.news()[0]), ("refused", 3), "half of it is not it")


def ended(d):
    d.begin(3, more=FULL)
    number = d.spam(3)
    d.door.wait(lambda got: got)
    d.let(60)
    d.goes_on(3, more=LIMITED)
    d.let(300)
    tap.is_equal(d.stands(3), "done", "in force")
    d.ends(3)
    d.let(60)
    d.door.news()
    d.check("case", "resolve", number, "mended")
    d.let(60)
    tap.is_equal((d.stands(3), d.door.news()), ("undone", (0, 0)), "the session has ended: nothing is left to take back")


def later(d):
    d.spam(4)
    tap.is_equal((d.told(4), d.door.news()), (("queued", "no session is open that could be changed"), (0, 0)), "nobody is there: it waits")
    d.begin(4, more=FULL)
    d.let(3600)
    tap.is_equal(d.door.news()[0], 1, "until a session begins")


OWN = 'coa limited { set vendor 14988 8 text "1M/1M"; set Filter-Id text "limited"; restore vendor 14988 8 saved; restore Filter-Id saved }'


def own(d):
    """Each session gets back what it had."""
    had = {"S0": b"50M/50M", "S0b": b"7M/2M"}
    for session, text in had.items():
        d.begin(0, session, more=attribute(11, b"open") + rate(text))
    number = d.spam(0)
    d.door.wait(lambda got: len(got) == 2)
    d.settle()
    # the first answer has no effect: what is asked for again is what was asked for first
    d.let(300)
    for session, text in had.items():
        d.goes_on(0, session, more=attribute(11, b"limited") + rate(text))
    d.let(600)
    tap.is_equal(len(d.door.requests), 4, "what shows half of it only is asked again")
    for session in had:
        d.goes_on(0, session, more=LIMITED)
    d.let(600)
    tap.is_equal(d.stands(0), "done", "then each shows all of it")
    d.door.news()
    d.check("case", "resolve", number, "mended")
    d.door.wait(lambda got: len(got) == 2)
    d.settle()
    sent = {dict(r[1])[44].decode(): [x for x in r[1] if x[0] in (11, 26)] for r in d.door.requests}
    tap.is_equal(sent, {s: [(26, VENDOR + bytes([len(t) + 2]) + t), (11, b"open")] for s, t in had.items()}, "resolved: each session is given what it had before, not what it had later")
    d.let(300)
    for session, text in had.items():
        d.goes_on(0, session, more=attribute(11, b"open") + rate(text))
    d.let(600)
    tap.is_equal(d.stands(0), "undone", "and when it shows that, the limit is lifted")
    d.door.news()


def untold(d):
    d.begin(1, more=rate(b"50M/50M"))
    d.spam(1)
    state, text = d.told(1)
    tap.ok(state == "refused" and "could not be put back" in text and d.door.news() == (0, 0), "what its server does not tell of is not changed", state, text)


def unnamed():
    with Scene(count=1, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        d.begin(0)
        d.spam(0)
        state, text = d.told(0)
        tap.ok(state == "refused" and "no coa profile of that name" in text and d.door.news() == (0, 0), "a server without that profile is not asked", state, text)


def many():
    """An answer that proves nothing is no failure, however often."""
    with Scene(PROFILE, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        for i in range(21):
            d.begin(i, more=FULL)
            d.spam(i)
            d.door.wait(lambda got: got)
            d.settle()
            d.door.news()
        tap.is_equal({d.stands(i) for i in range(21)}, {"unclear"}, "of twenty-one changes that were acknowledged nothing is known yet")
        tap.ok(not d.log.find("a breaker is open"), "that is no reason to hold what else is to be done", d.log.find("a breaker is open"))


def main():
    with Scene(PROFILE, count=8, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        for part in (changed, ignored, half, ended, later):
            part(d)
    with Scene(OWN, count=2, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        own(d)
        untold(d)
    unnamed()
    many()


tap.skip_all(missing()) if missing() else tap.run(main)
