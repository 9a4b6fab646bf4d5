#!/usr/bin/env python3
"""Macros against a live daemon: added from a file, shown before they are run, done whole or not at all."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0
CLEANED = """# what we do when a customer has cleaned up
macro "cleaned" {
    reply   "Thank you. Case {case} is closed.\\nWhat it was: {ask cause}"
    note    "cleaned, says {operator} on {date}: {ask cause}"
    resolve "cleaned"
}
macro "to-counsel" { flag counsel; assign lawyer }
"""


def complain(d, source="203.0.113.17", start=1):
    for n, who in enumerate("abc", start):
        d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()


def the_case(d, customer):
    return d.cases("--customer", customer)[0]["case"]


def show(d, number):
    return d.check("case", "show", number, "--json").json


def added(d):
    tap.is_equal(d.check("macro", "add", "-", stdin=CLEANED).out, "cleaned: added\nto-counsel: added\n", "macros come from a file")
    tap.is_equal(d.check("macro", "list").out, "cleaned              reply note resolve\nto-counsel           flag assign\n", "and are listed")
    shown = d.check("macro", "show", "cleaned").out
    tap.like(shown, r'reply +"Thank you\. Case \{case\} is closed\.\\nWhat it was: \{ask cause\}"', "shown as a file has it")
    tap.is_equal(d.check("macro", "add", "-", stdin=shown).out, "cleaned: replaced\n", "which can be added again")
    tap.is_equal(d.check("macro", "show", "cleaned").out, shown, "and is the same")
    for text, why, what in (('macro "m" { note "{colour}" }', r"step 1: nothing fills \{colour\}: there are \{case\}, ", "an unknown placeholder"),
                            ('macro "m" { note "{case" }', "step 1: a placeholder does not end", "a placeholder that does not end"),
                            ('macro "m" { explode "x" }', "step 1: a step is reply, note", "a step that is none"),
                            ('macro "m" { flag "emergency" }', "step 1: the flags that people set are", "a flag that people do not set"),
                            ('macro "m" { note "" }', "step 1: it says nothing", "a step that says nothing"),
                            ('macro "M" { note "x" }', "has a name of small letters", "a name that is none"),
                            ('macro "m" { }', "without steps does nothing", "no step at all"),
                            ('macro "m" { note }', r"-:1:13: .*a word and one text", "a step without a text, with its place"),
                            ('macro "m" {' + ' note "x";' * 17 + ' }', "at most 16 steps", "more steps than there may be"),
                            ('micro "m" { note "x" }', "micro", "a file of something else")):
        r = d.aup("macro", "add", "-", stdin=text)
        tap.is_equal(r.rc, 1, f"{what} is refused")
        tap.like(r.err, why, "and told", r.err)
    tap.is_equal(d.check("macro", "list").out.count("\n"), 2, "none of them is there")


def run(d):
    complain(d)
    number = the_case(d, "acme")
    r = d.aup("macro", "run", "cleaned", number, stdin="y\n")
    tap.is_equal((r.rc, r.err), (1, "aup: step 1: it asks for cause: --set cause=TEXT\n"), "what it asks for must be said")
    before = show(d, number)
    r = d.aup("macro", "run", "cleaned", number, "--set", "cause=an old router", stdin="\n")
    tap.is_equal(r.rc, 1, "it is shown first, and no answer is no")
    tap.like(r.out, rf"reply: Thank you\. Case {number} is closed\.\S*What it was: an old router\nnote: cleaned, says tester on \d{{4}}-\d\d-\d\d: an old router\nresolve: cleaned\n"
             rf"does to {number}:\n  open becomes resolved\n  nothing is due any more\n  the letter \"reply\" goes to the customer\n$", "its texts filled, and what it does")
    tap.is_equal(show(d, number)["body"], before["body"], "nothing was done")
    r = d.check("macro", "run", "cleaned", number, "--set", "cause=an old router", "--yes")
    tap.like(r.out, rf"{number}: done\n$", "done")
    after = show(d, number)
    tap.is_equal([e["type"] for e in after["events"][len(before["events"]):]][:3], ["letter", "note", "resolved"], "all steps in their order")
    tap.is_equal(after["body"]["resolution"], "cleaned", "the case is closed")
    tap.ok(d.sink.wait(lambda all: any(f"Case {number} is closed." in l.text() for l in all)), "and the letter goes")


def whole_or_not(d):
    """A step that is refused takes the ones before it back."""
    number = the_case(d, "acme")
    events = show(d, number)["body"]["event_count"]
    r = d.aup("macro", "run", "cleaned", number, "--set", "cause=x", "--yes")
    tap.is_equal((r.rc, r.err), (1, "aup: step 3, resolve: not with a case that is resolved\n"), "the step that is refused is told")
    tap.is_equal(show(d, number)["body"]["event_count"], events, "and none was done")
    tap.is_equal(d.aup("macro", "run", "nothing", number, "--yes").rc, 1, "a macro that is not there does nothing")
    tap.is_equal(d.aup("macro", "run", "cleaned", "C-999999", "--set", "cause=x", "--yes").rc, 1, "nor does one on no case")
    complain(d, source="203.0.113.130", start=20)
    other = the_case(d, "smith")
    shown = json.loads(d.api("/v1/command", "POST", json.dumps({"op": "macro-run", "name": "to-counsel", "case": other})).body)
    d.check("case", "note", other, "meanwhile")
    done = d.api("/v1/command", "POST", json.dumps({"op": "macro-run", "name": "to-counsel", "case": other, "dry": False, "events": shown["events"],
                                                   "version": shown["version"]}))
    tap.is_equal((done.status, json.loads(done.body)["error"]), (409, "the case or the macro has changed since it was shown"), "a case that changed meanwhile is shown anew")
    d.check("macro", "run", "to-counsel", other, "--yes")
    tap.is_equal((show(d, other)["body"]["flags"] & 4, show(d, other)["body"]["assigned"]), (4, "lawyer"), "then it is done")
    d.check("macro", "add", "-", stdin='macro "up" { uphold "looks right" }')
    mine = d.check("case", "open", "--customer", "bakery", "--because", "odd").out.strip()
    r = d.aup("macro", "run", "up", mine, "--yes")
    tap.like(r.err, "step 1, uphold: tester opened this case; another person has to look at it", "who may not do it alone may not do it by a macro")
    d.report(xarf("203.0.113.66", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/secret"))
    d.settle()
    sealed = next(r["case"] for r in d.cases("--state", "sealed"))
    r = d.aup("macro", "run", "to-counsel", sealed, "--yes")
    tap.is_equal((r.rc, r.out), (1, ""), "on a sealed case no macro is run")
    tap.like(r.err, "it is sealed: it is dealt with by itself, and by two people", "which is told")


def erased(d):
    """A macro that names somebody who is erased says nothing any more."""
    d.check("macro", "add", "-", stdin='macro "joe" { note "as agreed with it@smith.example" }')
    if not ROOT:
        tap.skip("a macro that names who is erased", "needs root")
        return
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name,email\ncustomer,gone,,,,Gone Ltd,it@gone.example\n")
    d.check("macro", "add", "-", stdin='macro "joe" { note "as agreed with it@gone.example" }')
    d.check("erase", "--basis", "asked by letter", "gone")
    d.check("erase", "--basis", "asked by letter", "gone", uid=SECOND)
    d.pass_time("1h")
    tap.ok("gone.example" not in d.check("macro", "show", "joe").out, "a macro that names who was erased names him no more")
    d.check("macro", "remove", "joe")
    tap.is_equal(d.aup("macro", "show", "joe").rc, 1, "removed")


def main():
    with Daemon(operators={"tester": os.getuid(), "second": SECOND}) as d:
        added(d)
        run(d)
        whole_or_not(d)
        erased(d)


tap.skip_all(missing()) if missing() else tap.run(main)
