#!/usr/bin/env python3
"""A hundred cases triaged by two people with their keyboards alone: each takes the next one, and says what it is or closes it; nobody gets the other's."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import Daemon, arf, missing
from desk import null_policy
from many import address, customers

CASES = 100


def fill(d):
    d.check("policy", "post", null_policy(d))
    customers(d, CASES)
    for i in range(CASES):
        for n, who in enumerate("abc"):
            d.smtp_send(arf(source=address(i), number=3 * i + n, reporter=f"fbl@reporter-{who}.example"), sender="")
    d.settle()


def close(p, why):
    """Closes the case in hand; nothing but keys."""
    p.press("c").type(why)
    p.lead().wait_text(why)


def note(p, text):
    p.press("n").type(text)
    p.press("Tab").lead().wait_text(text)


def triage(p, n):
    """One case; its number."""
    p.press("g").lead("q")
    p.lead("e")
    number = p.path().rsplit("/", 1)[1]
    if n % 2:
        close(p, f"told by telephone {n}")
    else:
        note(p, f"asked for the log {n}")
    return number


def put_away(p, number):
    """Away and back; nothing but keys."""
    p.goto(f"/cases/{number}")
    p.press("s").type("5d")
    p.lead().wait_text("Put away until")
    tap.ok("it is back" not in p.at("main").text(), "a case is put away by a key")
    p.lead("z").wait_text("it is back")
    tap.ok("Put away until (UTC)" not in p.at("#next ~ dl").text(), "and taken back by another")


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "api"), conf="key-rate 60000", policy=None, registry=None) as d, screen.Screen(d) as s:
        fill(d)
        tap.is_equal(len(d.cases("--limit", 200)), CASES, "there are a hundred cases")
        people = []
        for name in ("ann", "bob"):
            s.account(name, "analyst")
            people.append(s.log_in(name))
        got = [triage(people[n % 2], n // 2) for n in range(CASES)]
        tap.is_equal(len(set(got)), CASES, "each was taken once")
        cases = {c["case"]: c for c in d.cases("--limit", 200)}
        mine = [cases[number]["body"]["assigned"] for number in got]
        tap.is_equal(mine, ["ann", "bob"] * (CASES // 2), "by the one who has it")
        tap.is_equal(sum(c["state"] == "resolved" for c in cases.values()), CASES // 2, "half of them are closed")
        put_away(people[0], next(n for n in got if cases[n]["state"] != "resolved"))
        for p, name in zip(people, ("ann", "bob")):
            p.press("g").lead("q")
            s.quiet(p, name)
            p.lead("e").wait_text("no case waits")


if __name__ == "__main__":
    tap.run(main)
