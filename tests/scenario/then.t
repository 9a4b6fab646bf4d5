#!/usr/bin/env python3
"""AAA first, then the sessions: who is suspended is refused by AAA, was seen to be, and only then put out; each part has its own proof, half of it is told as
half, and an act that is lifted meanwhile puts nobody out."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import rest
import tap
from daemon import loopback, missing
from dialin import LOGIN, Scene
import small_policy


class Wired(Scene):
    def __init__(self, hand="", count=8):
        self.rest = rest.Rest(loopback(), [LOGIN % i for i in range(count)])
        super().__init__(enforce="enforce suspend access { driver aaa-rest blocked then radius-disconnect }", steps="    at once suspend access", verb="suspend", count=count,
                         hand=f"allow-hook 127.0.0.0/8; suspensions-rule 50; suspensions 50; {hand}", conf="aaa-rest { url %s; token-file FILE }" % self.rest.url)

    def write_config(self):
        path = os.path.join(self.dir, "token")
        with open(path, "w", encoding="ascii") as f:
            f.write(rest.TOKEN + "\n")
        self.more["conf"] = self.more["conf"].replace("FILE", path)
        super().write_config()

    def acts(self, i):
        return {a["verb"]: a for a in self.check("case", "show", self.case(i), "--json").json["acts"]}

    def states(self, i):
        return {verb: a["state"] for verb, a in self.acts(i).items()}

    def story(self, i):
        return self.check("case", "explain", self.case(i)).out

    def resolve(self, i):
        self.check("case", "resolve", self.case(i), "mended")
        self.settle()


def both(d):
    d.begin(0)
    order = []
    d.rest.script = lambda method, act: order.append(method)
    d.door.script = lambda request, times: order.append("disconnect") or "ack"
    d.spam(0)
    tap.ok(d.door.wait(lambda got: got), "the access server is asked to end the session")
    d.settle()
    tap.is_equal(order, ["PUT", "GET", "disconnect"], "after AAA refuses the login, and was seen to")
    tap.is_equal(d.states(0), {"suspend": "done", "end": "unclear"}, "acknowledged: the first half is proven, the second is not")
    tap.like(d.story(0), "suspend of access is in force, its effect was seen; what runs of it is to be ended yet", "and the case says so")
    d.ends(0)
    d.let(60)
    tap.is_equal((d.states(0), d.door.news()), ({"suspend": "done", "end": "done"}, (1, 1)), "the session's Stop proves the second")
    tap.like(d.story(0), "what ran of access was ended, its end was seen", "and the case says that")
    d.resolve(0)
    d.let(60)
    tap.is_equal((d.states(0), d.door.news(), d.rest.states(LOGIN % 0)), ({"suspend": "undone", "end": "done"}, (0, 0), ["lifted"]), "resolved: AAA lets him in, nobody is put out")


def first_fails(d):
    d.rest.logins.discard(LOGIN % 1)
    d.begin(1)
    d.spam(1)
    d.let(600)
    tap.is_equal((d.states(1), d.door.news()), ({"suspend": "refused"}, (0, 0)), "what AAA does not take puts nobody out: he would be in again")


def second_fails(d):
    d.begin(2)
    d.door.script = lambda request, times: ("nak", 402)
    d.spam(2)
    d.let(600)
    tap.is_equal(d.states(2), {"suspend": "done", "end": "refused"}, "what the access server refuses is half done, and stands")
    tap.like(d.check("queue", "dead").out, f"{d.case(2)}.*end of access", "before a person")
    d.resolve(2)
    tap.is_equal(d.states(2), {"suspend": "undone", "end": "undone"}, "undone: both")
    d.door.news()


def lifted(d):
    """The suspension is taken back while its end is held."""
    d.begin(3)
    d.rest.news()
    d.door.script = lambda request, times: ("nak", 506)
    d.spam(3)
    d.door.wait(lambda got: got)
    d.settle()
    tap.is_equal(d.states(3), {"suspend": "done", "end": "queued"}, "the access server has no time now")
    d.check("case", "undo", d.case(3), d.acts(3)["suspend"]["key"])
    d.door.news()
    d.door.script = lambda request, times: "ack"
    d.let(3600)
    tap.is_equal((d.states(3), d.door.news()), ({"suspend": "undone", "end": "undone"}, (0, 0)), "lifted meanwhile: nobody is put out")


def nobody(d):
    d.spam(4)
    d.let(60)
    tap.is_equal((d.states(4), d.acts(4)["end"]["last_text"], d.door.news()), ({"suspend": "done", "end": "done"}, "no session was open", (0, 0)), "who is not in need not be put out")


def told(d):
    """Not twice, when a new hand looks at what is in force."""
    d.begin(5)
    d.door.script = lambda request, times: "ack"
    d.spam(5)
    d.door.wait(lambda got: got)
    d.ends(5)
    d.let(60)
    d.begin(5, "S5b")
    d.door.news()
    answers = iter([(500, {}), (500, {})])
    d.rest.script = lambda method, act: next(answers, None)
    d.kill_and_wait("hand")
    d.settle()
    d.until(lambda: d.states(5)["suspend"] == "unclear", "the suspension to be looked for in vain")
    d.let(600)
    tap.is_equal((d.states(5), d.door.news()), ({"suspend": "done", "end": "done"}, (0, 0)), "a suspension that is seen again ends nothing again")


def policies(d):
    for driver, word in (("radius-coa", "does not end what runs by its name alone"), ("radius-disconect", "did you mean \"radius-disconnect\""), ("task", "by its name alone"),
                         ("radius-disconnect more", "then names one driver")):
        where = small_policy.write(os.path.join(d.dir, "checked"), f"enforce suspend access {{ driver aaa-rest blocked then {driver} }}", "    at once suspend access")
        tap.like(d.aup("policy", "check", where).err, word, f"then {driver} is refused")
    where = small_policy.write(os.path.join(d.dir, "checked"), "enforce suspend access { driver aaa-rest blocked then radius-disconnect }", "    at once suspend access")
    tap.like(d.check("policy", "show", where).out, "enforce suspend access { driver aaa-rest blocked then radius-disconnect }", "and shown as it is written")


def main():
    with Wired() as d:
        for part in (both, first_fails, second_fails, lifted, nobody, told, policies):
            part(d)
    with Wired(hand="ends 0", count=1) as d:
        d.begin(0)
        d.spam(0)
        tap.is_equal((d.states(0), d.acts(0)["end"].get("last_text"), d.door.news()), ({"suspend": "done", "end": "queued"}, "the budget of this hour is used up", (0, 0)),
                     "the budget of ends holds the second half alone")


tap.skip_all(missing()) if missing() else tap.run(main)
