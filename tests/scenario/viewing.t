#!/usr/bin/env python3
"""Who has the page of a case open now: told to the others who have it open, as long as their streams last, and to nobody else."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, enter
from daemon import Daemon, arf, missing
from stream import Ended, Stream


def stream(d, b=None, viewing=None):
    path = f"/events?viewing={viewing}" if viewing is not None else "/events"
    where, host = (("tcp", (d.address, d.ports["api"])), b.host) if b else (("unix", f"{d.run}/api.sock"), "localhost")
    return Stream(where, {"Host": host, **({"Cookie": f"__Host-aupd={b.cookie}"} if b else {})}, path=path).begin()


def seen(b, case):
    return b.get(f"/cases/{case}").text.split("Whose, and what")[0]


def main():
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d:
        for i, source in enumerate(("203.0.113.17", "203.0.113.66")):
            for n, who in enumerate("abc"):
                d.smtp_send(arf(source, number=10 * i + n, reporter=f"fbl@reporter-{who}.example"))
        d.settle()
        case, other = (d.cases("--customer", who)[0]["case"] for who in ("acme", "bakery"))
        ann, bob = enter(d, "ann", "analyst"), enter(d, "bob", "senior")
        with stream(d, ann, case) as mine:
            mine.next("beat")
            tap.ok("Open now" not in seen(ann, case), "one's own look is nobody's else")
            tap.like(seen(bob, case), "Open now before ann", "who comes sees who is there")
            tap.ok("Open now" not in seen(bob, other), "before that case, and no other")
            rows = {r["case"]: r.get("viewing") for r in json.loads(d.api("/v1/cases").body)["rows"]}
            tap.is_equal((rows[case], rows[other]), (["ann"], None), "the list of cases says so, too")
            tap.like(bob.get("/cases").text, "ann looks", "on its page")
            with stream(d, bob, f"{other},{case},{case}") as theirs:
                tap.is_equal(mine.next("view"), ("view", case), "who is there hears that somebody came")
                tap.like(seen(ann, case), "Open now before bob", "and sees who")
                with stream(d, bob, case) as again:
                    again.next("beat")
                    tap.is_equal(json.loads(d.api(f"/v1/cases/{case}").body)["viewing"], ["ann", "bob"], "each once, however often")
            tap.is_equal(mine.next("view"), ("view", case), "and that he went")
            d.until(lambda: "Open now" not in seen(ann, case), "nobody else")
            tap.ok(True, "then nobody is told to be there")
        key = d.check("key", "add", "customer", "acme", "--json").json["key"]
        with Stream(("tcp", (d.address, d.ports["api"])), {"Host": bob.host, "Authorization": f"Bearer {key}"}, path=f"/events?viewing={case}").begin() as s:
            s.next("beat")
            d.until(lambda: "ann" not in seen(bob, case), "whoever closed his browser")
            tap.ok("Open now" not in seen(bob, case), "a customer is none of them")
        for bad in (",".join(f"C-{n}" for n in range(1, 18)), "x", "C-1;C-2", "C-"):
            with stream(d, None, bad) as s:
                tap.is_equal(s.status, 400, f"{bad[:8]} is no list of cases")
        with stream(d, bob, "C-99999999") as s:
            tap.is_equal(s.next("beat")[0], "beat", "a case that is not there harms nobody")


tap.skip_all(missing()) if missing() else tap.run(main)
