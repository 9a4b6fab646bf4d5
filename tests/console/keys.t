#!/usr/bin/env python3
"""Keys of one's own, in a real browser: chosen at /me for the account, they do what the usual ones did, in every browser of it and in no other account's."""
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import TOP, Daemon, arf, missing

FOCUS = "() => document.activeElement.textContent.trim()"


def names():
    """The browser's table and the judge's are one."""
    with open(os.path.join(TOP, "web", "script", "own.js"), encoding="utf-8") as f:
        script = dict((a.strip('"'), b) for a, b in re.findall(r'([a-z-]+|"[a-z-]+"): "(.)"', f.read().split("USUAL = {")[1].split("};")[0]))
    with open(os.path.join(TOP, "src", "model", "user.c"), encoding="utf-8") as f:
        judge = dict(re.findall(r'\{ "([a-z-]+)", "(.)", "', f.read().split("user_keys[] = {")[1].split("};")[0]))
    tap.ok(len(judge) > 15 and script == judge, "the page's keys are those that the account knows", script, judge)


def choose(p, **keys):
    p.goto("/me")
    for name, key in keys.items():
        p.at(f"[name='s:{name.replace('_', '-')}']").fill(key)
    p.at("main button", "Keep these keys").click()
    return p


def own(p, cases):
    choose(p, down=";", up="l", go="-").wait_path("^/me$")
    tap.is_equal(p.at("[name='s:down']")("inputValue"), ";", "a key is kept")
    p.goto("/cases")
    before = p.js(FOCUS)
    tap.is_equal(p.press("j").js(FOCUS), before, "the usual key does nothing any more")
    p.press(";", ";")
    tap.is_equal(p.js(FOCUS), cases[1], "the own one goes to the next row")
    tap.is_equal(p.press("l").js(FOCUS), cases[0], "and another one back")
    p.press("?").wait("dialog[open]")
    tap.like(p.at("dialog").text(), "; the next row l the row before", "the list of keys tells them")
    tap.like(p.at("dialog").text(), "- c go to the cases", "also what two keys do")
    p.press("Escape").goto("/policy").press("-", "c").wait_path("^/cases$")
    tap.ok(True, "which they do")


def elsewhere(s, p, cases):
    s.d.pass_time("1m")                     # a code is good once
    other = s.log_in("ann").goto("/cases").press(";")
    tap.is_equal(other.js(FOCUS), cases[0], "another browser of the account has them, too")
    bob = s.log_in("bob").goto("/cases").press("j")
    tap.is_equal(bob.js(FOCUS), cases[0], "another account's are as usual")
    tap.unlike(bob.goto("/me").at("body")("innerHTML"), "data-keys", "and know nothing of them")
    p.goto("/me")


def refused(s, p):
    s.look(p, "me")
    choose(p, note="m")
    tap.like(p.at("main").text(), "m would be two things: write a note, and merge", "no key is two things")
    choose(p, note=" ")
    tap.like(p.at("main").text(), "a key is one letter or sign", "a blank is no key")
    p.said()
    choose(p, down="ö")
    tap.is_equal(p.at("[name='s:down']")("inputValue"), "ö", "a letter of another alphabet is one")
    choose(p, down="", up="", go="").goto("/cases").press("j", "j", "k")
    tap.is_equal(p.at("body")("getAttribute", "data-keys"), None, "without any of one's own the page says nothing of keys")


def main():
    names()
    why = missing() or screen.missing()
    if why:
        print(f"ok 2 # SKIP {why}\n1..2")
        return
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d, screen.Screen(d) as s:
        for source in ("203.0.113.17", "203.0.113.66"):
            for n, who in enumerate("abc"):
                d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
        d.settle()
        cases = [c["case"] for c in d.cases()]
        s.account("ann", "viewer")
        s.account("bob", "viewer")
        p = s.log_in("ann")
        own(p, cases)
        elsewhere(s, p, cases)
        refused(s, p)
        tap.is_equal(json.loads(d.api("/v1/sessions").body)["sessions"], [], "who comes by the socket has none")


if __name__ == "__main__":
    tap.run(main)
