#!/usr/bin/env python3
"""A policy changed with the keyboard: drafted from the version in force, back-tested, tried beside it, posted by another person, and in force from its time on."""
import datetime
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import REGISTRY, Daemon, arf, missing
from desk import with_mail_tests

SECOND = 54321                          # user id of another operator


def at(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def drafted(p):
    p.press("g", "p").wait_path("^/policy$")
    p.tab_to('a[href="/policy/2026-03-01/draft"]').press("Enter").wait_path("/draft")
    p.tab_to('a[href$="file=systems.policy"]').press("Enter").wait_path("file=systems.policy")
    p.tab_to("textarea").press("Control+End").type("\n# looked through by the desk\n")
    p.tab_to("[name=version]").type("next").tab_to("[name=posted]").type(at(86400))
    p.tab_to("[name=significant]").press("ArrowDown", "ArrowDown").tab_to("button").press("Enter").wait_path("^/policy$")
    tap.like(p.at("article").text(), r"^next draft Written by ann", "a draft is made from a version, file by file")
    p.tab_to('a[href="/policy/2026-03-01..next"]').press("Enter").wait_path(r"\.\.next$")
    tap.like(p.text(), "2026-03-01 next", "  and held beside what is in force")


def tested(d, p):
    first = d.check("policy", "backtest", "--json", "--draft", "next", "--keep").json
    p.goto("/policy/next/backtest")
    tap.ok(first["digest"] in p.text(), "it is back-tested, and what came of it is shown with its digest")
    tap.like(p.text(), r"Cases gained 0 Lost 0 Changed 0 The same 1", "  which is that it changes nothing")
    p.press("g", "p").wait_path("^/policy$")
    tap.like(p.at("article").text(), "^next back-tested", "  and its stage")


def tried(d, p):
    p.tab_to('button[value="policy-shadow"]').press("Enter").wait("article small:has-text('shadow')")
    d.smtp_send(arf(number=9, reporter="fbl@reporter-d.example"))
    d.settle()
    tap.like(p.goto("/policy").at("article").text(), "proposed by ann", "it is tried beside the version in force")
    p.tab_to('button[value="policy-post"]').press("Enter").wait_text("another one posts it")
    tap.ok(True, "who proposed it does not post it")
    p.said()


def posted(d, p):
    p.press("g", "p").wait_path("^/policy$")
    p.tab_to('button[value="policy-post"]').press("Enter").wait_path("^/policy$").wait_text("to-come")
    tap.like(p.text(), r"next to-come .* 2026-03-01 in-force", "another person posts it, for its time")
    d.pass_time("25h")
    d.settle()
    tap.like(d.check("policy", "list").out, r"(?m)^next +in-force", "  from which on it is in force")


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "api"), conf="key-rate 60000\nposting-by-two yes", policy=None, registry=None, operators={"tester": os.getuid(), "second": SECOND}) as d, screen.Screen(d) as s:
        d.check("policy", "shadow", with_mail_tests(d))
        d.check("policy", "post", os.path.join(d.dir, "policy"), uid=SECOND)
        d.check("registry", "import", REGISTRY)
        for n, who in enumerate("abc", 1):
            d.smtp_send(arf(number=n, reporter=f"fbl@reporter-{who}.example"))
        d.settle()
        for name in ("ann", "bob"):
            s.account(name, "policy")
        ann = s.log_in("ann")
        drafted(ann)
        tested(d, ann)
        tried(d, ann)
        s.quiet(ann, "her part of it")
        bob = s.log_in("bob")
        posted(d, bob)
        s.quiet(bob, "his")


if __name__ == "__main__":
    tap.run(main)
