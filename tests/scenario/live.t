#!/usr/bin/env python3
"""What changes is told while it does: by a stream of ids that goes on where it was broken off, to each what he may know, and to nobody longer than he may."""
import datetime
import os
import re
import resource
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, totp
from daemon import Daemon, arf, missing
from stream import Stream

ADDRESS = {"acme": "203.0.113.17", "florist": "203.0.113.97"}
OF_ONE = 64
number = 0


def local(d, headers=None, **more):
    return Stream(("unix", f"{d.run}/api.sock"), headers, **more).begin()


def far(d, headers=None, **more):
    return Stream(("tcp", (d.address, d.ports["api"])), {"Host": f"{d.address}:{d.ports['api']}", **(headers or {})}, **more).begin()


def complain(d, customer="acme"):
    """Reports of three reporters: with the first three there is a case, with later ones there is more of it."""
    global number
    for who in "abc":
        number += 1
        d.smtp_send(arf(number=number, reporter=f"fbl@reporter-{who}.example", source=ADDRESS[customer]))
    d.settle()
    return next(c["case"] for c in d.cases() if c["body"]["customer"] == customer)


def told(d):
    with local(d) as s:
        tap.is_equal((s.status, s.headers["content-type"], s.headers["cache-control"], s.headers["x-content-type-options"]),
                     (200, "text/event-stream", "no-store", "nosniff"), "a stream begins")
        kind, data = s.event()
        tap.is_equal(kind, "beat", "with a beat")
        tap.like(data, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "that says how late it is")
        place = s.last
        case = complain(d)
        tap.is_equal(s.next(), ("case", case), "a case that opens is told by its number, and by nothing else")
        with open(f"{d.dir}/prose.eml", "w") as f:
            f.write("From: angry@home.example\nTo: abuse@example.net\nSubject: hello\nMessage-ID: <prose@home.example>\n\nSomething is wrong with you.\n")
        d.check("ingest", f"{d.dir}/prose.eml")
        kind, data = s.next("item")
        tap.like(data, r"^\d+(\.\d+)+$", "so is a report that waits for a person")
        d.check("case", "note", case, "seen")
        tap.is_equal(s.next("case"), ("case", case), "and what people do")
    return case, place


def resumed(d, case, place):
    with local(d) as s:
        s.next("beat")
        here = s.last
    tap.like(here, r"^\d+,[0-9a-f]{16};\d+,[0-9a-f]{16}$", "a place says where, and of whose row nothing")
    d.check("case", "note", case, "while nobody looked")
    for what, headers, path in (("the browser's header", {"Last-Event-ID": here}, "/events"), ("the address", {}, f"/events?after={here}")):
        with local(d, headers, path=path) as s:
            tap.is_equal(s.event(), ("case", case), f"what was missed is told at once to who says by {what} how far he was")
            tap.is_equal(s.event()[0], "beat", "  once")
    with local(d, {"Last-Event-ID": s.last}) as s:
        tap.is_equal(s.event()[0], "beat", "who missed nothing is told nothing")
    with local(d, {"Last-Event-ID": place}) as s:
        got = [s.event()]
        while got[-1][0] != "beat":
            got.append(s.event())
        tap.is_equal(sorted(k for k, _ in got), ["beat", "case", "item"], "who missed much is told each id once", got)
    for what, bad in (("of no row", "999999,9/9;0,"), ("where another row is", re.sub(r",[^;]*;", ",1/1;", place if place[0] != "0" else here))):
        with local(d, {"Last-Event-ID": bad}) as s:
            tap.is_equal(s.event()[0], "anew", f"a place {what} says that all is to be looked at anew")
    for bad in ("x", "1,1/1", "-1,;0,", "1," + "9" * 99 + ";0,", "1,1/1;0,;"):
        with local(d, {"Last-Event-ID": bad}) as s:
            tap.is_equal(s.status, 400, f"{bad[:12]} is no place")


def refused(d, reporter):
    for what, s, status in (("who has no session", lambda: far(d), 401), ("a guessed session", lambda: far(d, {"Cookie": "__Host-aupd=aus_" + "A" * 43}), 401),
                            ("a guessed key", lambda: far(d, {"Authorization": "Bearer aup_" + "A" * 43}), 401),
                            ("a reporter", lambda: far(d, {"Authorization": f"Bearer {reporter}"}), 401),
                            ("a page of another site", lambda: local(d, {"Sec-Fetch-Site": "cross-site"}), 403),
                            ("another name of this machine", lambda: local(d, {"Host": "evil.example"}), 403),
                            ("a form", lambda: local(d, method="POST"), 405)):
        with s() as stream:
            tap.is_equal(stream.status, status, f"{what} is told nothing")


def with_key(d, scope, ident):
    made = d.check("key", "add", scope, ident, "--json").json
    return {"Authorization": f"Bearer {made['key']}"}, made


def fenced(d):
    """Tenants: each the ids of his own."""
    keys = {who: with_key(d, *whose)[0] for who, whose in {"acme": ("customer", "acme"), "florist": ("customer", "florist"), "hostland": ("reseller", "hostland")}.items()}
    streams = {who: far(d, headers) for who, headers in keys.items()}
    for s in streams.values():
        s.next("beat")
    cases = {who: complain(d, who) for who in ("acme", "florist")}
    tap.is_equal(streams["acme"].next(), ("case", cases["acme"]), "a customer is told of his case")
    tap.is_equal(streams["florist"].next(), ("case", cases["florist"]), "another one of his, and not of the one before")
    tap.is_equal(streams["hostland"].next(), ("case", cases["florist"]), "a reseller of what is below it alone")
    for who in ("florist", "hostland"):
        with far(d, {**keys[who], "Last-Event-ID": "0,;0,"}) as s:
            tap.is_equal([s.event(), s.event()[0]], [("case", cases["florist"]), "beat"], f"nor is {who} told of others when it asks from the beginning on")
    for s in streams.values():
        s.close()


def now_s(d):
    return int(datetime.datetime.fromisoformat(d.state()["time"].replace("Z", "+00:00")).timestamp())


def no_longer(d):
    """Who may not be told any more is not."""
    headers, made = with_key(d, "operator", "tester")
    with far(d, headers) as s:
        s.next("beat")
        d.check("key", "revoke", made["name"])
        d.pass_time("1s")
        tap.ok(s.ended(), "with its key a stream ends")
    b, secret = Browser(d), None
    page = b.submit(b.get("/welcome"), "/welcome", name="ann", invitation=d.check("user", "add", "--json", "--role", "viewer", "ann").json["invitation"], password="correct horse battery")
    with far(d, {"Cookie": f"__Host-aupd={b.cookie}"}) as s:
        tap.is_equal(s.status, 401, "a session that is not whole yet begins none")
    secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    tap.is_equal(b.submit(page, "/welcome/code", code=totp(secret, now_s(d))).status, 200, "somebody comes in")
    with far(d, {"Cookie": f"__Host-aupd={b.cookie}"}) as s:
        s.next("beat")
        for _ in range(2):
            d.pass_time("14m")
            s.next("beat")
        d.pass_time("3m")
        tap.ok(s.ended(), "a session of which a stream is the only use ends after half an hour")
    tap.is_equal(b.get("/cases", follow=False).status, 303, "  for the pages, too")


def many(d):
    """A thousand at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    where = ("unix", f"{d.run}/api.sock")
    streams = [Stream(where) for _ in range(1000)]
    statuses = [s.begin().status for s in streams]
    tap.is_equal((statuses.count(200), statuses.count(503)), (OF_ONE, 1000 - OF_ONE), f"of a thousand connections of one person {OF_ONE} are streams, and the others are told so")
    tap.is_equal(next(s for s in streams if s.status == 503).headers["retry-after"], "10", "and when to come again")
    page = Browser(d, local=True).get("/cases")
    tap.is_equal(page.status, 200, "pages are answered beside them")
    case = complain(d)
    tap.is_equal({s.next("case") for s in streams if s.status == 200}, {("case", case)}, "each stream is told")
    for s in streams:
        s.close()

    def room():
        d.pass_time("1s")
        with local(d) as s:
            return s.status == 200
    d.until(room, "room for a stream")
    tap.ok(True, "those who have gone leave room")


def survives(d):
    case = complain(d)
    with local(d) as s:
        s.next("beat")
        d.kill_and_wait("judge")
        d.check("case", "note", case, "after the judge")
        tap.is_equal(s.next("case"), ("case", case), "a stream goes on when the judge is started again")
        here = s.last
        since = d.kill("desk")
        tap.ok(s.ended(), "it ends with the desk")
    d.wait_role("desk", since)
    d.until(lambda: d.aup("case", "note", case, "after the desk").rc == 0, "the desk")
    with local(d, {"Last-Event-ID": here}) as s:
        tap.is_equal(s.next(), ("case", case), "and goes on where it was with the next one")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d:
        case, place = told(d)
        resumed(d, case, place)
        refused(d, with_key(d, "reporter", "desk")[1]["key"])
        fenced(d)
        no_longer(d)
        many(d)
        survives(d)


tap.run(main)
