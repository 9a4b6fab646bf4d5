#!/usr/bin/env python3
"""Sessions are ended by Disconnect: a request names the session octet for octet as its server did; an act is done when accounting tells of
the end, whatever the server acknowledges; and nobody's session is ended for another's, however badly a server behaves."""
import os
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import missing
from dialin import COUNT, LOGIN, OTHER, SECRET, Scene
from nas import Door, Nas, address, attribute


def named(d):
    d.door.script = lambda request, times: "ack"
    more = attribute(31, b"02-00-5E-10-00-01") + attribute(25, b"a class") + attribute(4, bytes([192, 0, 2, 9]))
    d.begin(0, more=more)
    d.spam(0)
    tap.ok(d.door.wait(lambda got: got), "the server is asked")
    d.settle()
    code, attributes, octets = d.door.requests[0]
    sent = [x for x in attributes if x[0] not in (55, 80)]
    tap.is_equal(sent, [(32, b"nas-1"), (31, b"02-00-5E-10-00-01"), (4, bytes([192, 0, 2, 9])), (44, b"S0"), (1, (LOGIN % 0).encode()), (8, bytes([198, 51, 100, 1]))],
                 "by what its server named it with, in its order and nothing else")
    tap.ok(code == 40 and d.door.whole(octets) and [x[0] for x in attributes].count(55) == 1, "a Disconnect-Request with both authenticators and its time")
    tap.is_equal(d.told(0), ("unclear", "the access server acknowledged it"), "acknowledged: that is no effect")
    tap.like(d.check("case", "explain", d.case(0)).out, "it cannot be told whether end of access took effect", "the case says so")
    d.say("S0", LOGIN % 0, "stop", more=more)
    d.let(40)
    tap.is_equal(d.stands(0), "done", "its Stop is")
    tap.like(d.check("case", "explain", d.case(0)).out, "what ran of access was ended, its end was seen", "and the case says that")
    d.let(3600)
    tap.is_equal(d.door.news(), (1, 1), "it was asked once")


def slow(d):
    d.begin(1)
    d.spam(1)
    d.door.wait(lambda got: got)
    d.settle()
    d.let(20)
    d.goes_on(1)
    d.let(20)
    tap.is_equal(d.stands(1), "unclear", "acknowledged early: while it may still end nothing is said")
    d.ends(1)
    d.let(300)
    tap.is_equal((d.stands(1), d.door.news()), ("done", (1, 1)), "ended later, it is done, and was not asked twice")


def deaf(d):
    """It acknowledges, and does nothing."""
    d.begin(2)
    d.spam(2)
    d.door.wait(lambda got: got)
    for _ in range(12):
        d.let(300)
        d.goes_on(2)
    d.let(300)
    state, text = d.told(2)
    tap.is_equal((state, text, d.door.news()), ("refused", "the session goes on, however often its end was asked for", (3, 3)), "ignored three times: a person has to look")
    tap.like(d.check("queue", "dead").out, d.case(2), "who sees it")


def refused(d):
    for i, (cause, want, word) in enumerate(((402, "refused", "profile"), (401, "refused", "profile"), (407, "refused", "profile"), (403, "refused", "not the server"),
                                             (508, "refused", "nothing was done"), (504, "refused", "Error-Cause 504"), (0, "refused", "gave no reason")), 3):
        d.door.script = lambda request, times, cause=cause: ("nak", cause)
        d.begin(i)
        d.spam(i)
        d.let(7200)
        state, text = d.told(i)
        tap.ok(state == want and word in text, f"NAK {cause}: {want}", state, text)
        tap.is_equal(d.door.news(), (1, 1), "  asked once")
        d.ends(i)


def gone(d):
    d.door.script = lambda request, times: ("nak", 503)
    d.begin(10)
    d.spam(10)
    d.door.wait(lambda got: got)
    d.settle()
    tap.is_equal(d.stands(10), "unclear", "NAK 503: it may be over")
    d.ends(10)
    d.let(60)
    tap.is_equal(d.stands(10), "done", "its Stop tells that it is")
    d.begin(11)
    d.spam(11)
    d.door.wait(lambda got: len(got) > 1)
    for _ in range(12):
        d.let(300)
        d.goes_on(11)
    d.let(300)
    tap.is_equal(d.stands(11), "refused", "503 about a session that goes on: a person has to look")
    d.door.news()


def later(d):
    answers = iter([("nak", 506), ("nak", 505)])
    d.door.script = lambda request, times: next(answers, "ack")
    d.begin(12)
    d.spam(12)
    d.let(120)
    tap.is_equal((d.stands(12), d.door.news()[0]), ("unclear", 3), "NAK 506 and 505: asked again later")
    d.ends(12)
    d.let(120)
    tap.is_equal(d.stands(12), "done", "  and done")


def silent(d):
    """It drops what it gets; forged answers and those of others count for nothing."""
    stranger = Door(d.address, OTHER)

    def script(request, times):
        forged = d.door.reply(request, "ack", secret=b"not the secret of it")
        d.door.socket.sendto(forged, d.peer)
        stranger.socket.sendto(d.door.reply(request, "ack"), d.peer)
        d.door.socket.sendto(b"\x29\x00\x00\x05", d.peer)

    receive = d.door.socket.recvfrom

    class Tap:
        def recvfrom(self, n):
            octets, d.peer = receive(n)
            return octets, d.peer

        def __getattr__(self, name):
            return getattr(real, name)

    real, d.door.socket = d.door.socket, Tap()
    d.door.script = lambda request, times: None
    d.begin(13)
    d.spam(13)
    d.door.wait(lambda got: got)
    d.door.script = script
    d.ends(13)
    d.until(lambda: d.stands(13) == "unclear", "the end of three tries")
    tap.is_equal(d.told(13)[1], "the access server did not answer", "forged answers, answers of others and rubbish are none")
    tap.is_equal(d.door.news(), (1, 3), "three tries of the same octets")
    d.let(120)
    tap.is_equal((d.stands(13), d.door.news()), ("done", (0, 0)), "no answer, but its Stop: done")
    d.door.socket = real


def several(d):
    d.door.script = lambda request, times: "ack"
    d.begin(14)
    d.begin(14, "S14b")
    d.say("S14c", LOGIN % 14, "start")
    d.spam(14)
    d.let(5)
    asked = sorted(v for _, attributes, _ in d.door.requests for k, v in attributes if k == 44)
    tap.is_equal(asked, [b"S14", b"S14b", b"S14c"], "all sessions of the customer are asked for, each by its id")
    d.ends(14)
    d.ends(14, "S14b")
    d.let(40)
    tap.is_equal(d.stands(14), "unclear", "one goes on")
    d.ends(14, "S14c")
    d.let(200)
    tap.is_equal(d.stands(14), "done", "all are over")
    d.door.news()


def moved(d):
    """Held by the kill switch: meanwhile the session ends, and its address and line are another customer's."""
    with open(os.path.join(d.data, "hand", "stop"), "w"):
        pass
    d.begin(15)
    d.spam(15)
    tap.is_equal((d.told(15), d.door.news()), (("queued", "the kill switch is set"), (0, 0)), "the kill switch holds it")
    d.ends(15)
    d.let(10)
    d.say("S16", LOGIN % 16, "start", v4="198.51.100.16")
    os.unlink(os.path.join(d.data, "hand", "stop"))
    d.let(600)
    tap.is_equal((d.told(15), d.door.news()), (("done", "no session was open"), (0, 0)), "the session is another's by then: nobody is asked")


def contested(d):
    """Two servers' words about one address."""
    d.say("S17", LOGIN % 17, "start", v4="198.51.100.99")
    d.let(60)
    d.say("S18", LOGIN % 18, "start", v4="198.51.100.99")
    d.say("S17", LOGIN % 17, "interim")
    d.spam(17)
    d.let(60)
    state, text = d.told(17)
    tap.ok(state == "refused" and "another one" in text and d.door.news() == (0, 0), "another one has its address: nobody is asked", state, text)


def killed(d):
    d.door.script = lambda request, times: None
    d.begin(19)
    clock = threading.Thread(target=lambda: d.spam(19), daemon=True)
    clock.start()
    d.door.wait(lambda got: got)
    d.kill_and_wait("hand")
    d.door.script = lambda request, times: "ack"
    clock.join()
    d.let(20)
    tap.is_equal(d.stands(19), "unclear", "the hand is killed between request and answer: whether it was done is looked for")
    d.ends(19)
    d.let(120)
    tap.is_equal((d.stands(19), d.door.news()[0]), ("done", 1), "its Stop is seen, and nothing was asked again")


def restarted(d):
    d.door.script = lambda request, times: "ack"
    d.begin(20)
    d.crash()
    d.launch()
    d.settle()
    d.say("W", "warm", "interim")
    d.spam(20)
    state, text = d.told(20)
    tap.ok(state == "queued" and "since this program started" in text and d.door.news() == (0, 0), "after a crash what names a session is not known", state, text)
    d.let(10)
    d.goes_on(20)
    d.let(120)
    tap.is_equal((d.stands(20), d.door.news()), ("unclear", (1, 1)), "until its server speaks of it: then it is asked")
    d.ends(20)
    d.let(120)
    tap.is_equal(d.stands(20), "done", "  and done")


def quiet(d):
    """No Stop comes, and no interim report any more."""
    d.begin(21)
    d.let(300)
    d.goes_on(21)
    d.spam(21)
    d.let(2400)
    state, text = d.told(21)
    tap.ok(state == "done" and "weak proof" in text, "two interim reports that do not come are a weak proof, and it says so", state, text)
    d.begin(22)
    d.spam(22)
    d.let(2400)
    tap.is_equal(d.stands(22), "unclear", "of a session that sent none silence proves nothing")
    d.door.news()


def stranger(d):
    other = Nas((d.address, 1813), SECRET, name="nas-2")
    other.say("start", session="S23", user=LOGIN % 23, lasted=0, at=d.now, v4="198.51.100.24")
    d.settle()
    d.spam(23)
    state, text = d.told(23)
    tap.ok(state == "refused" and "goes by the names" in text and d.door.news() == (0, 0), "of a server that is not configured nobody is asked", state, text)
    other.close()


def broken():
    """A policy, or a profile, that is wrong for everybody: nobody goes on asking."""
    with Scene(count=COUNT) as d:
        d.door.script = lambda request, times: ("nak", 402)
        for i in range(COUNT):
            d.begin(i)
        for i in range(COUNT):
            d.spam(i)
        d.until(lambda: d.stands(COUNT - 1) == "queued", "the last one to be held back")
        states = [d.told(i) for i in range(COUNT)]
        tap.is_equal((sum(s == "refused" for s, _ in states), sum(s == "queued" for s, _ in states), d.door.news()), (20, COUNT - 20, (20, 20)),
                     "twenty refusals in a row: the others are not asked for")
        tap.like(states[-1][1], "the breaker is open", "and say why")
        tap.ok(any("access servers are not asked for a while" in line for line in d.log.lines), "the log says it")
        d.door.script = lambda request, times: "ack"
        d.let(1500)
        tap.is_equal(d.door.news()[0], COUNT - 20, "a quarter of an hour later they are")


def budget():
    """What one server is asked within an hour, whoever wants it, and over restarts."""
    with Scene("per-hour 3", count=6) as d:
        d.door.script = lambda request, times: "ack"
        for i in range(5):
            d.begin(i)
            d.spam(i)
            d.until(lambda: d.told(i)[1], "an answer")
        tap.is_equal(([d.stands(i) for i in range(5)], d.door.news()[0]), (["unclear"] * 3 + ["queued"] * 2, 3), "three an hour: more wait")
        tap.like(d.told(4)[1], "budget of this hour", "and say why")
        d.kill_and_wait("hand")
        d.begin(5)
        d.spam(5)
        d.until(lambda: d.told(5)[1], "an answer")
        tap.is_equal((d.stands(5), d.door.news()), ("queued", (0, 0)), "a hand that starts anew remembers")
        for i in range(3):
            d.ends(i)
        d.let(4200)
        tap.is_equal(d.door.news()[0], 3, "an hour later the others are asked for")


def profiled():
    """What one maker's server wants."""
    profile = "sign no; send NAS-Port-Type; omit Framed-IP-Address User-Name; add Service-Type number 2; add vendor 14988 8 text 1M/1M"
    with Scene(profile, count=1) as d:
        d.begin(0, more=attribute(61, bytes([0, 0, 0, 5])) + address(4, "192.0.2.1"))
        d.spam(0)
        d.door.wait(lambda got: got)
        d.settle()
        got = [x for x in d.door.requests[0][1] if x[0] != 55]
        tap.is_equal(got, [(32, b"nas-1"), (61, bytes([0, 0, 0, 5])), (4, bytes([192, 0, 2, 1])), (44, b"S0"), (6, bytes([0, 0, 0, 2])),
                           (26, bytes([0, 0, 0x3a, 0x8c, 8, 7]) + b"1M/1M")], "a profile adds and takes away")
    with Scene("omit Acct-Session-Id", count=1) as d:
        d.begin(0)
        d.spam(0)
        tap.is_equal((d.told(0), d.door.news()), (("refused", "the session has no id that its server would know it by"), (0, 0)), "without a session id nobody is asked")
    with Scene("omit Acct-Session-Id; without-session-id yes", count=2) as d:
        d.begin(0)
        d.spam(0)
        tap.is_equal(d.stands(0), "unclear", "unless its server knows it by name, and it has one session")
        d.door.news()
        d.begin(1)
        d.begin(1, "S1b")
        d.spam(1)
        tap.is_equal((d.told(1), d.door.news()), (("refused", "without a session id several sessions of the customer would be meant"), (0, 0)), "not when it has two")


def main():
    with Scene() as d:
        for part in (named, slow, deaf, gone, later, silent, several, moved, contested, killed, restarted, quiet, stranger):
            part(d)
    with Scene() as d:
        refused(d)
    broken()
    budget()
    profiled()


tap.skip_all(missing()) if missing() else tap.run(main)
