#!/usr/bin/env python3
"""A letter and a suspension ordered with the keyboard, thought over within 20 seconds, ordered again and done; the customer appeals from the letter's page, and
another person lifts it all in one step."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import Daemon, missing
from desk import Post, customers, null_policy

PEOPLE = ("acme", "bolt")
FORM = 'form:has([value="{}"]) {}'


def letters(d, post, p, number):
    p.goto(f"/cases/{number}").unfold("Write to the customer")
    p.tab_to(FORM.format("case-reply", "textarea")).type("Your mail server was taken over.").tab_to(FORM.format("case-reply", "button")).lead()
    p.wait("time[data-until]").press("z").wait_text("undone")
    d.pass_time("1m")
    tap.is_equal(post.news(), [], "a letter that was thought over within 20 seconds goes to nobody")
    p.unfold("Write to the customer")
    p.tab_to(FORM.format("case-reply", "textarea")).type("Your mail server was taken over. Call us.").tab_to(FORM.format("case-reply", "button")).lead()
    p.wait("time[data-until]")
    d.pass_time("21s")
    d.until(lambda: d.sink.letters[post.seen:], "the letter")
    tap.is_equal(["Call us." in x.text() for x in post.news()], [True], "  and the next one goes, once")


def cut(p, number, why):
    p.goto(f"/cases/{number}").unfold("Emergency")
    p.tab_to(FORM.format("case-emergency", "select")).tab_to(FORM.format("case-emergency", "[name=text]")).type(why).lead()
    p.wait("time[data-until]")


def suspends(d, post, p, number):
    cut(p, number, "it floods a hospital")
    p.press("z").wait_text("undone")
    d.pass_time("1m")
    tap.is_equal(post.states(number, "suspend"), ["undone"], "a suspension that was thought over was never begun")
    cut(p, number, "it floods a hospital, and goes on")
    d.pass_time("21s")
    d.settle()
    tap.is_equal(post.states(number, "suspend"), ["undone", "done"], "  and the next one is done")


def appeal(d, s, post, number, path):
    """The customer, on a telephone, without an account and without script."""
    p = s.page(javaScriptEnabled=False, viewport={"width": 320, "height": 700}).goto(path)
    tap.is_equal(p.status, 200, "the link of the letter opens the customer's page")
    p.at("#appeal").at("xpath=..").at("textarea").fill("It was a newsletter to members, here is the list.")
    p.at("#appeal").at("xpath=..").at("button").click()
    tap.like(p.text(), "appeal", "he appeals from it")
    s.quiet(p, "the customer's page")
    p.close()
    d.settle()
    tap.is_equal([r["case"] for r in d.check("queue", "appeals", "--json").json["rows"]], [number], "which waits for another person")


def overturned(d, s, post, ann, number):
    ann.goto("/appeals")
    tap.is_equal(ann.at('button[value="no"]').count(), 0, "who decided is not offered the appeal")
    tap.like(ann.text(), "members, here is the list", "  but reads the customer's words")
    bob = s.log_in("bob").goto("/appeals")
    bob.tab_to(FORM.format("case-review", "textarea")).type("Members are no strangers.").tab_to('button[value="no"]').press("Enter")
    bob.wait_text("No appeal waits")
    d.pass_time("1m")
    tap.is_equal(post.states(number, "suspend"), ["undone", "undone"], "another person grants it, and the suspension is lifted")
    body = post.body(number)
    tap.is_equal((body["state"], body.get("strikes") or 0), ("resolved", 0), "with the strike, and the case is resolved")
    told = [x for x in post.news("it@acme.example")]
    tap.ok(told, "and the customer is told")
    s.quiet(bob, "the appeal")


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "api"), conf="key-rate 60000\nundo 20s\nweb-url https://abuse.example.net", policy=None, registry=None, enforcement="on") as d, screen.Screen(d) as s:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE))
        post = Post(d, PEOPLE)
        number, notice, _ = post.open("acme")
        path = re.search(r"https://abuse\.example\.net(/p/[\w-]{22})\s", notice.text()).group(1)
        for name in ("ann", "bob"):
            s.account(name, "senior")
        ann = s.log_in("ann")
        letters(d, post, ann, number)
        suspends(d, post, ann, number)
        s.quiet(ann, "what she did")
        appeal(d, s, post, number, path)
        overturned(d, s, post, ann, number)


if __name__ == "__main__":
    tap.run(main)
