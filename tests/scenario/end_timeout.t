#!/usr/bin/env python3
"""A session is to end by Session-Timeout: the server is told by CoA how long it has left, and ends it of itself. What it refuses, or what goes on all the
same, is disconnected; done is what accounting tells the end of."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import missing
from dialin import LOGIN, Scene


def codes(d):
    return [r[0] for r in d.door.requests]


def timed(d):
    d.begin(0)
    d.spam(0)
    d.door.wait(lambda got: got)
    d.settle()
    code, attributes, octets = d.door.requests[0]
    sent = [x for x in attributes if x[0] not in (55, 80)]
    tap.is_equal((code, sent), (43, [(32, b"nas-1"), (44, b"S0"), (1, (LOGIN % 0).encode()), (8, bytes([198, 51, 100, 1])), (27, bytes([0, 0, 0, 120]))]),
                 "the server is told by CoA how long the session has left")
    tap.ok(d.door.whole(octets), "with both authenticators")
    d.let(100)
    d.goes_on(0)
    d.let(150)
    tap.is_equal((d.stands(0), codes(d)), ("unclear", [43]), "that it goes on while it may run yet says nothing")
    d.ends(0)
    d.let(600)
    tap.is_equal((d.stands(0), codes(d)), ("done", [43]), "its Stop is the end")


def goes_on(d):
    d.door.news()
    d.begin(1)
    d.spam(1)
    d.door.wait(lambda got: got)
    d.settle()
    d.let(200)
    d.goes_on(1)
    d.let(300)
    tap.is_equal((d.stands(1), codes(d)), ("unclear", [43, 40]), "what goes on is disconnected")
    tap.ok(27 not in dict(d.door.requests[1][1]), "with nothing but what names it")
    d.goes_on(1)
    d.let(300)
    d.goes_on(1)
    d.let(600)
    tap.is_equal((d.stands(1), codes(d)), ("refused", [43, 40, 40]), "three times in all")
    d.ends(1)


def denied(d):
    for i, cause in enumerate((401, 405, 501, 0), 2):
        d.door.news()
        d.door.script = lambda request, times, cause=cause: ("nak", cause) if request[0] == 43 else "ack"
        d.begin(i)
        d.spam(i)
        d.let(60)
        tap.is_equal((codes(d), d.stands(i)), ([43, 40], "unclear"), f"NAK {cause} to the CoA: it is disconnected")
        d.ends(i)
        d.let(60)
        tap.is_equal(d.stands(i), "done", "  and ended")
    for i, (cause, want) in enumerate(((503, "unclear"), (403, "refused"), (508, "refused")), 6):
        d.door.news()
        d.door.script = lambda request, times, cause=cause: ("nak", cause)
        d.begin(i)
        d.spam(i)
        d.let(60)
        tap.is_equal((codes(d), d.stands(i)), ([43], want), f"NAK {cause} is one to both")
        d.ends(i)


def held(d):
    """What was not asked does not count as asked."""
    d.door.news()
    d.door.script = lambda request, times: "ack"
    stop = os.path.join(d.data, "hand", "stop")
    with open(stop, "w", encoding="ascii"):
        pass
    d.begin(9)
    d.spam(9)
    d.let(1200)
    tap.like(d.check("act", "preview", d.act(9)["key"], "--because", "a look").out, r"(?s)CoA-Request to one at .*Session-Timeout = 120", "held for long: a preview shows the CoA")
    os.unlink(stop)
    for _ in range(20):
        d.let(200)
        d.goes_on(9)
    tap.is_equal((d.stands(9), codes(d)), ("refused", [43, 40, 40]), "no longer held, it is asked as often as ever")


def main():
    with Scene("session-timeout 2m", count=10) as d:
        for part in (timed, goes_on, denied, held):
            part(d)
        path = os.path.join(d.dir, "bad.conf")
        with open(path, "w", encoding="ascii") as f:
            f.write(d.config_text().replace("session-timeout 2m", "session-timeout 2h"))
        tap.like(d.aup("check", "-c", path).err, "session-timeout", "more than an hour is refused")


tap.skip_all(missing()) if missing() else tap.run(main)
