#!/usr/bin/env python3
"""A real browser at work: with keys alone from a list to a case and back, pages that renew themselves without moving anything under a hand, and what is taken
back while it counts down."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import Daemon, arf, missing

FOCUS = "() => document.activeElement.textContent.trim()"
STORY = "section[aria-labelledby=story] tbody tr"


def fill(d):
    for i, address in enumerate(("203.0.113.17", "203.0.113.66", "203.0.113.97")):
        for n, who in enumerate("abc"):
            d.smtp_send(arf(source=address, number=10 * i + n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()
    return [c["case"] for c in d.cases()]


def keys(p, cases):
    p.goto("/cases").press("j")
    tap.is_equal(p.js(FOCUS), cases[0], "j goes to the first row")
    p.press("j", "j", "k")
    tap.is_equal(p.js(FOCUS), cases[1], "j and k go down and up")
    p.press("o").wait_path(f"^/cases/{cases[1]}$")
    p.press("u").wait_path("^/cases$")
    p.call(["waitForFunction", f"js:() => document.activeElement.textContent.trim() === '{cases[1]}'"])
    tap.ok(True, "o opens it, u goes back to its row")
    p.press("?").wait("dialog[open]")
    tap.like(p.at("dialog").text(), "the next row", "? tells what keys do")
    p.at("dialog input[type=checkbox]").click()
    p.press("Escape", "k")
    tap.is_equal(p.js("() => localStorage.getItem('aupd-keys-off')"), "yes", "they are switched off there")
    before = p.goto("/cases").js(FOCUS)
    tap.is_equal(p.press("j").js(FOCUS), before, "then j does nothing")
    p.at("header button.keys").click()
    p.at("dialog input[type=checkbox]").click()
    p.press("Escape")
    p.press("Control+k").wait("dialog[open]").type(cases[2][2:])
    p.press("Enter").wait_path(f"^/cases/{cases[2]}$")
    tap.ok(True, "Ctrl-K finds a case by its number")
    p.press("g", "c").wait_path("^/cases$")
    tap.ok(True, "g c goes to the cases")


def taken(d, p, cases):
    got = set()
    for _ in cases:
        p.goto("/").press("e").wait_path("^/cases/C-")
        got.add(p.path().rsplit("/", 1)[1])
    tap.is_equal(got, set(cases), "e takes one case after the other")
    tap.is_equal({c["body"]["assigned"] for c in d.cases()}, {"ann"}, "and they are hers")


def live(d, p, case):
    p.goto(f"/cases/{case}").call(["mouse"], ["move", 400, 400])
    before = p.at(STORY).count()
    d.check("case", "note", case, "from elsewhere")
    p.wait(".live button:not([hidden])")
    tap.is_equal((p.at(".live button").text(), p.at(STORY).count()), ("1 new, press .", before), "what is new waits, and nothing moves")
    p.press(".").wait_text("from elsewhere")
    tap.is_equal(p.at(STORY).count(), before + 1, "until it is asked for")
    p.at("textarea[name=text]").nth(0).fill("j is half a thought")
    d.check("case", "note", case, "once more")
    p.wait(".live button:not([hidden])").at(".live button").click()
    p.wait_text("once more")
    tap.is_equal(p.js("() => document.querySelector('textarea[name=text]').value"), "j is half a thought", "what is typed stays")
    d.kill_and_wait("desk")
    d.until(lambda: d.aup("case", "note", case, "after the desk").rc == 0, "the desk")
    p.wait(".live button:not([hidden])")
    tap.ok(True, "a page goes on where it was when the desk was started again")
    p.said()


def taken_back(d, p, case):
    d.check("case", "reply", case, "Too quick.")
    p.goto(f"/cases/{case}").wait("time[data-until]")
    tap.like(p.at("time[data-until]").text(), r"^\d+ s from now$", "what a person ordered counts down")
    p.press("z").wait_text("undone")
    tap.is_equal(p.at("time[data-until]").count(), 0, "and z takes it back")


def viewing(s, p, case, other):
    """Two people before one case: each sees the other, and nothing moves for it."""
    p.goto(f"/cases/{case}").call(["mouse"], ["move", 400, 400])
    at = p.js("() => document.querySelector('main h2').getBoundingClientRect().top")
    q = s.log_in("bob")
    q.goto(f"/cases/{case}").wait_text("Open now before ann")
    p.wait_text("Open now before bob")
    tap.is_equal((p.js("() => document.querySelector('main h2').getBoundingClientRect().top"), p.at(".live button").text()), (at, ""), "who else looks is shown, and nothing moves or waits for it")
    q.goto(f"/cases/{other}")
    p.wait(".viewing:empty")
    tap.ok(True, "and no longer when he has gone on")


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000\nundo 20s") as d, screen.Screen(d) as s:
        cases = fill(d)
        s.account("ann", "analyst")
        p = s.log_in("ann")
        keys(p, cases)
        taken(d, p, cases)
        live(d, p, cases[0])
        taken_back(d, p, cases[0])
        s.account("bob", "analyst")
        viewing(s, p, cases[0], cases[1])
        s.quiet(p, "all of it")


tap.run(main)
