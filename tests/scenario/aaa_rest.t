#!/usr/bin/env python3
"""What is wanted of a login is put to a system that keeps who may log in, and read back: an answer to a PUT proves nothing, what cannot be told is looked at
first, what is not ours comes before a person. The hand killed in between, and the brakes."""
import os
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import rest
import tap
from daemon import loopback, missing
from dialin import LOGIN, Scene


class Wired(Scene):
    def __init__(self, hand="", token=rest.TOKEN, count=10):
        address = loopback()
        self.rest = rest.Rest(address, [LOGIN % i for i in range(count)])
        self.token = token
        super().__init__(enforce="enforce suspend access { driver aaa-rest blocked }", steps="    at once suspend access", verb="suspend", count=count,
                         hand=f"allow-hook 127.0.0.0/8; suspensions-rule 50; suspensions 50; {hand}", conf="aaa-rest { url %s/; token-file FILE }" % self.rest.url)

    def write_config(self):
        path = os.path.join(self.dir, "token")
        with open(path, "w", encoding="ascii") as f:
            f.write(self.token + "\n")
        self.more["conf"] = self.more["conf"].replace("FILE", path)
        super().write_config()

    def resolve(self, i):
        self.check("case", "resolve", self.case(i), "mended")
        self.settle()


def put(d):
    d.spam(0)
    key = d.act(0)["key"]
    tap.is_equal((d.stands(0), d.rest.news()), ("done", ["PUT in-force", "GET"]), "put, read back, and done")
    name, header, body = d.rest.bodies[0]
    tap.is_equal((name, header), (key, key), "at the act's own address, under its key")
    tap.is_equal(body, {"state": "in-force", "profile": "blocked", "logins": [LOGIN % 0], "key": key, "verb": "suspend", "service": "access", "instance": "s0",
                        "case": d.case(0), "expires": None}, "with what is wanted, and nothing of the person")
    d.resolve(0)
    tap.is_equal((d.stands(0), d.rest.news(), d.rest.states(LOGIN % 0)), ("undone", ["PUT lifted", "GET"], ["lifted"]), "resolved: put as lifted, and read back")


def unknown(d):
    d.rest.logins.discard(LOGIN % 1)
    d.spam(1)
    state, text = d.told(1)
    tap.ok(state == "refused" and "does not know a login" in text and d.rest.news() == ["PUT in-force"], "404: a login that is not there comes before a person", state, text)


def unsure(d):
    """Not done, and not known."""
    answers = iter([(503, {}), (429, {}), (500, {"text": "out of order"}), "deaf"])
    d.rest.script = lambda method, act: next(answers, None) if method == "PUT" else None
    d.spam(2)
    d.let(3600)
    calls = d.rest.news()
    tap.is_equal((d.stands(2), calls), ("done", ["PUT in-force"] * 3 + ["GET"] + ["PUT in-force", "GET"]),
                 "503 and 429 are put again; after a 500 it is looked, seen not to be, and put; after no answer it is looked, and seen to be")
    answers = iter([(200, b"what?"), (200, {"state": "perhaps"}), (200, {"state": "in-force", "logins": []}), (500, {}), (404, {})])
    d.rest.script = lambda method, act: next(answers, None) if method == "GET" else None
    d.spam(3)
    tap.is_equal(d.told(3), ("unclear", "what the AAA system tells of the act was not understood"), "an answer that is none tells nothing")
    d.let(3600)
    tap.is_equal((d.stands(3), d.rest.news()), ("done", ["PUT in-force"] + ["GET"] * 5 + ["PUT in-force", "GET"]),
                 "nor do a state without a name, logins that are not there, and an error; not there at last, it is put again")
    d.rest.script = lambda method, act: None


def strangers(d):
    d.spam(4)
    d.rest.acts[d.act(4)["key"]]["state"] = "changed"
    d.rest.news()
    d.resolve(4)
    state, text = d.told(4)
    tap.ok(state == "refused" and "not what was set" in text and d.rest.news() == ["PUT lifted"], "409: what is not ours is left, and comes before a person", state, text)
    tap.like(d.check("queue", "dead").out, d.case(4), "who sees it")
    d.rest.script = lambda method, act: (403, {"text": "ask \u001b[31mthem"}) if method == "PUT" else None
    d.spam(5)
    tap.is_equal(d.told(5), ("refused", "ask \\x1b[31mthem"), "every other status is final, and its words are shown as text")
    d.rest.script = lambda method, act: None


def killed(d):
    d.rest.news()
    d.rest.script = lambda method, act: "hang" if method == "PUT" else None
    clock = threading.Thread(target=lambda: d.spam(6), daemon=True)
    clock.start()
    d.rest.wait(lambda calls: calls)
    d.rest.script = lambda method, act: None
    d.kill_and_wait("hand")
    d.rest.free.set()
    clock.join()
    d.until(lambda: d.stands(6) == "done", "the act to be seen")
    calls = d.rest.news()
    tap.ok(calls[0] == "PUT in-force" and set(calls[1:]) == {"GET"}, "killed in between: what was put is looked at, and not put twice", calls)


def switch(d):
    stop = os.path.join(d.data, "hand", "stop")
    with open(stop, "w", encoding="ascii"):
        pass
    d.rest.news()
    d.spam(7)
    tap.is_equal((d.told(7), d.rest.news()), (("queued", "the kill switch is set"), []), "the kill switch holds it")
    os.unlink(stop)
    d.let(600)
    tap.is_equal(d.stands(7), "done", "until it is gone")


def main():
    with Wired() as d:
        for part in (put, unknown, unsure, strangers, killed, switch):
            part(d)
        d.rest.server.shutdown()
        d.rest.server.server_close()
        d.spam(8)
        tap.is_equal(d.told(8), ("queued", "the AAA system cannot be reached"), "one that is away is told later")
    with Wired(hand="protect c0", token="another-token", count=2) as d:
        d.spam(0)
        tap.is_equal((d.told(0), d.rest.news()), (("refused", "the target is on the protected list"), []), "whom the list protects nothing is put of")
        d.spam(1)
        tap.is_equal(d.told(1), ("refused", "the AAA system refused it"), "a token that it does not know is for a person")


tap.skip_all(missing()) if missing() else tap.run(main)
