#!/usr/bin/env python3
"""What a customer can do about a case by mail: appeal to somebody who has not decided in it, say that it is mended, and sign an undertaking. Each letter of the
way is held against a reviewed file."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import golden
import tap
from daemon import Daemon, missing
from desk import Post, customers, null_policy

WORD = "desk@example.net"
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "appeal")
PEOPLE = ("acme", "bolt", "cask", "dune", "echo", "fern", "gale")
OPERATORS = {"tester": os.getuid(), "alice": 1001, "bob": 1002}


def granted(p):
    number, notice, base = p.open("acme")

    def letter(name, got, what):
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/{name}.txt", base, what)
    letter("1-notice", [notice], "acme: the notice tells how to appeal")
    p.answer(notice, "We see no mail of ours in this.")
    tap.is_equal([x.recipients for x in p.news()], [[WORD]], "an answer is read by a person")
    p.d.check("case", "uphold", number, "the reports are sound", uid=1001)
    p.pass_time(49)
    tap.is_equal(p.states(number, "limit"), [], "who answered is not limited")
    p.pass_time(6 * 24)
    letter("2-suspended", p.news("it@acme.example"), "he is suspended")
    p.answer(notice, "Appeal.\n\nThe mailing was confirmed by every reader; the list is attached.")
    got = p.news()
    letter("3-received", [x for x in got if x.recipients != [WORD]], "the appeal is acknowledged")
    letter("4-word", [x for x in got if x.recipients == [WORD]], "the desk gets word, with nothing of the customer")
    tap.is_equal(p.body(number)["state"], "paused", "the clock stands")
    p.answer(notice, "APPEAL\n\nStill waiting.")
    tap.is_equal([x.recipients for x in p.news()], [[WORD]], "an appeal said twice is acknowledged once")
    r = p.d.aup("case", "dismiss", number, "I think again", uid=1001)
    tap.ok(r.rc, "who took part in the decision cannot decide about the appeal")
    tap.like(r.err, "another person", "and is told so", r)
    strikes = p.body(number).get("strikes", 0)
    p.pass_time(30 * 24)
    tap.is_equal((p.states(number, "suspend"), p.news("it@acme.example")), (["done"], []), "while nobody has decided, nothing comes and nothing goes")
    p.d.check("case", "dismiss", number, "the readers had agreed", uid=1002)
    p.d.settle()
    got = {x.subject.split("] ")[1]: x for x in p.news("it@acme.example")}
    tap.is_equal(len(got), 2, "another person grants it: two letters")
    letter("5-granted", [x for s, x in got.items() if "appeal" in s], "the appeal is granted")
    letter("6-lifted", [x for s, x in got.items() if "free" in s], "and the service is free")
    tap.is_equal(p.states(number, "suspend"), ["undone"], "what was in force is lifted")
    tap.is_equal((strikes, p.body(number).get("strikes", 0)), (1, 0), "and it is no strike")
    p.answer(notice, "APPEAL\n\nOne more word.")
    tap.is_equal(p.body(number)["flags"] & 16 if p.body(number).get("flags") else 0, 0, "when the time to appeal is over an appeal is an answer")


def refused(p):
    number, notice, base = p.open("bolt")

    def letter(name, got, what):
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/{name}.txt", base, what)
    letter("7-notice-de", [notice], "bolt: the same in German")
    p.pass_time(49)
    p.news()
    p.answer(notice, "> zitiert\nWiderspruch\n\nDas waren wir nicht.")
    letter("8-received-de", p.news("it@bolt.example"), "an appeal in German")
    p.pass_time(10 * 24)
    tap.is_equal(p.states(number, "suspend"), [], "ten days later the clock still stands")
    p.d.check("case", "uphold", number, "the log says otherwise", uid=1001)
    p.d.settle()
    letter("9-refused-de", p.news("it@bolt.example"), "it is refused by somebody who had not decided before")
    tap.is_equal(p.body(number)["state"], "open", "the ladder goes on")
    p.pass_time(118)
    tap.is_equal(p.states(number, "suspend"), [], "later by as long as the appeal took")
    p.pass_time(2)
    tap.is_equal(p.states(number, "suspend"), ["done"], "to the hour")
    p.d.check("case", "resolve", number, "settled", uid=1001)
    p.news()
    p.answer(notice, "Widerspruch\n\nIch sehe das noch immer anders.")
    tap.is_equal(p.body(number)["flags"] & 16, 16, "a case that is closed can be appealed too, while the time lasts")
    p.news()
    tap.ok(p.d.aup("case", "dismiss", number, "no", uid=1001).rc, "and not before the same person")
    p.d.check("case", "dismiss", number, "he is right", uid=1002)
    p.d.settle()
    tap.is_equal((p.body(number)["state"], p.body(number).get("strikes", 0), len(p.news("it@bolt.example"))), ("resolved", 0, 1), "it is decided and told")


def fixed(p):
    number, notice, base = p.open("cask")

    def letter(name, got, what):
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/{name}.txt", base, what)
    p.answer(notice, "Fixed.\n\nA password was guessed; it is another one now.")
    letter("10-recheck", p.news(), "cask says that it is mended: that is told, and nobody is asked")
    p.spam("cask", "d", hours=-1)
    tap.is_equal((p.body(number)["state"], p.news()), ("paused", []), "a late report of what was before changes nothing")
    p.pass_time(73)
    letter("11-closed", p.news(), "nothing new for three days: the case is closed")
    tap.is_equal((p.body(number)["state"], p.body(number)["resolution"]), ("resolved", "fixed"), "as fixed")
    tap.is_equal(p.states(number, "limit"), [], "and nothing was cut")


def not_fixed(p):
    number, notice, base = p.open("dune")

    def letter(name, got, what):
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/{name}.txt", base, what)
    p.pass_time(10)
    p.answer(notice, "FIXED")
    p.news()
    p.pass_time(20)
    p.spam("dune", "efg")
    letter("12-again", p.news("it@dune.example"), "dune mended it, and it happens again: that is told")
    tap.is_equal(p.body(number)["state"], "open", "the ladder goes on")
    p.answer(notice, "fixed")
    tap.is_equal((p.body(number)["state"], [x.recipients for x in p.news()]), ("paused", [[WORD]]), "said a second time it is a matter for a person")
    p.pass_time(24 * 30)
    tap.is_equal(p.body(number)["state"], "paused", "and nothing closes it by itself")
    number, notice, base = p.open("echo")
    p.pass_time(49)
    p.answer(notice, "fixed")
    p.news()
    p.pass_time(73)
    tap.is_equal([x.recipients for x in p.news()], [[WORD]], "echo is limited when he says it: silence then proves nothing, a person looks")
    tap.is_equal((p.body(number)["state"], p.states(number, "limit")), ("paused", ["done"]), "and until then it stays as it is")
    tap.like(p.explain(number), "keeps it from being seen", "as the case tells")
    p.d.check("case", "resolve", number, "seen to be mended", uid=1001)
    p.d.settle()
    tap.is_equal(p.states(number, "limit"), ["undone"], "he does")


def suspended(p, name):
    number, notice, base = p.open(name)
    p.pass_time(49)
    p.pass_time(6 * 24)
    p.news()
    return number, notice, base


def undertaking(p):
    number, notice, base = suspended(p, "fern")

    def letter(name, got, what):
        golden.is_golden(got[0] if len(got) == 1 else None, f"{GOLDEN}/{name}.txt", base, what)
    tap.ok(p.d.aup("case", "signed", number, "on paper", uid=1001).rc, "nobody signs what nobody asked for")
    tap.ok(p.d.aup("case", "undertaking", number, "be good", uid=1001).rc, "and nobody is asked without a probation")
    p.d.check("case", "undertaking", number, "--probation", "90d", "We write only to people who have agreed, and keep their agreement.", uid=1001)
    p.d.settle()
    letter("13-undertaking", p.news(), "fern is asked for an undertaking")
    tap.is_equal(p.states(number, "suspend"), ["done"], "which lifts nothing yet")
    p.answer(notice, "I undertake\n\nFern Ltd")
    got = {x.subject.split("] ")[1]: x for x in p.news("it@fern.example")}
    letter("14-probation", [x for s, x in got.items() if "undertaking" in s], "he signs: the probation begins")
    tap.is_equal((len(got), p.body(number)["state"], p.states(number, "suspend")), (2, "resolved", ["undone"]), "and the service is free again")
    p.pass_time(80 * 24)
    p.spam("fern", "xyz")
    tap.is_equal((p.body(number)["state"], p.states(number, "suspend")), ("open", ["undone", "done"]), "within the probation the ladder goes on where it stood")
    got = p.news("it@fern.example")
    tap.is_equal(["suspended" in x.subject for x in got], [True], "without a new warning", got)
    tap.is_equal(p.body(number)["strikes"], 2, "and it is a second strike")
    number, notice, _ = suspended(p, "gale")
    p.answer(notice, "I undertake")
    tap.is_equal((p.body(number)["state"], p.states(number, "suspend")), ("paused", ["done"]), "who was not asked has answered, no more")
    p.d.check("case", "undertaking", number, "--probation", "90d", "No more of it.", uid=1001)
    p.d.check("case", "signed", number, "on paper", uid=1002)
    p.pass_time(91 * 24)
    p.news()
    p.spam("gale", "xyz")
    tap.is_equal(["act by" in x.subject for x in p.news("it@gale.example")], [True], "when the probation is over it begins anew, with a warning")


def main():
    with Daemon(enforcement="on", policy=None, registry=None, operators=OPERATORS, provider=f"word-to {WORD}") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE, german="bolt"))
        p = Post(d, PEOPLE)
        for part in (granted, refused, fixed, not_fixed, undertaking):
            part(p)


WHY = missing() or (os.getuid() and "only root can be two people") or None
tap.skip_all(WHY) if WHY else tap.run(main)
