#!/usr/bin/env python3
"""The first page of the desk: what is new since one's last visit, and how promptly customers were written to this week."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import clock, enrol, totp
from daemon import Daemon, arf, missing

ADDRESS = {"acme": "203.0.113.17", "bakery": "203.0.113.66", "florist": "203.0.113.97"}
number = 0


def complain(d, *customers):
    global number
    for name in customers:
        for who in "abc":
            number += 1
            d.smtp_send(arf(ADDRESS[name], number=number, reporter=f"fbl@reporter-{who}.example"))
    d.settle()


def log_in(d, b, name):
    d.pass_time("1m")                       # a code is good once
    now = clock(b.get("/login"))
    b.submit(b.get("/login"), "/login", name=name, password="correct horse battery", code=totp(b.secret, now))


def visits(d):
    b = enrol(d, "ann", "--role", "analyst")
    tap.ok("since you were here" not in b.get("/").text, "who was never here before has nothing that is new since")
    complain(d, "acme")
    d.pass_time("10m")
    b.post("/logout", b.get("/").form("/logout")["fields"])
    complain(d, "bakery", "florist")
    d.pass_time("1h")
    log_in(d, b, "ann")
    page = b.get("/")
    tap.like(page.text, r" 2 new since you were here, \d{4}-\d\d-\d\d \d\d:\d\d", "what came since the last visit is counted", page.text)
    link = next(x for x in page.links if x.startswith("/cases?since="))
    rows = [x for x in b.get(link).links if x.startswith("/cases/C-")]
    want = sorted(d.cases("--customer", who)[0]["case"] for who in ("bakery", "florist"))
    tap.is_equal(sorted(x.rsplit("/", 1)[1] for x in rows), want, "and the figure leads to those cases")
    d.pass_time("6m")
    b.get("/")
    d.pass_time("25m")
    tap.like(b.get("/").text, r" 2 new since you were here", "which stay so for the whole visit")
    log_in(d, b, "ann")
    tap.like(b.get("/").text, r" 0 new since you were here", "a session that was not ended is a visit, too")
    tap.is_equal([d.api(f"/v1/cases?since={x}").status for x in ("yesterday", "2026-03-01T00:00:00Z")], [400, 200], "since takes a time")
    tap.ok("since" not in json.loads(d.api("/v1/week").body), "who has no session has no last visit")
    return b


def main():
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d:
        b = visits(d)
        w = (d.api("/v1/figures"), json.loads(d.api("/v1/week").body))[1]
        tap.is_equal((w["noticed"], w["prompt"], w["prompt_percent"], w["counting"]), (3, 3, 100, False), "three customers were written to at once")
        page = b.get("/")
        tap.like(page.text, r"100 % of 3 customers written to within a day of their case, in seven days", "which the first page says")
        link = next(x for x in page.links if x.startswith("/reports?from="))
        tap.like(b.get(link).text, "100 % of 3 within 24 hours", "and the figure leads to its report")
        d.pass_time("9d")
        w = (d.api("/v1/figures"), json.loads(d.api("/v1/week").body))[1]
        tap.is_equal((w["noticed"], "prompt_percent" in w), (0, False), "after a week that is past")
        log_in(d, b, "ann")
        tap.like(b.get("/").text, " 0 customers written to in seven days", "and is said to be")


tap.skip_all(missing()) if missing() else tap.run(main)
