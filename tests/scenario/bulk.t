#!/usr/bin/env python3
"""One command over many cases against a live daemon: the list of consequences first, cases that are left out and why, taking it
back as far as that goes."""
import json
import os
import re
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf
from desk import null_policy

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0


def shops(d, count):
    rows = "".join(f"customer,shop{i},,,,Shop {i},shop{i}@shop{i}.example\nprefix,p{i},shop{i},198.51.100.{i}/32,static,,\n" for i in range(1, count + 1))
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name,email\n" + rows)


def complain(d, customer, start):
    for n, who in enumerate("abc", start):
        d.smtp_send(arf(f"198.51.100.{customer}", number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()
    return d.cases("--customer", f"shop{customer}")[0]["case"]


def body(d, number):
    return d.check("case", "show", number, "--json").json["body"]


def acts(d, number, verb):
    return [a["state"] for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] == verb]


def bulk(d, *args, **more):
    r = d.check("case", "bulk", *args, "--yes", "--json", **more).json
    return dict(r["listed"], bulk=r["done"]["bulk"])


def usage(d, cases):
    tap.is_equal(d.aup("case", "bulk", "resolve", "x").rc, 2, "no cases and no filter are wrong usage")
    tap.is_equal(d.aup("case", "bulk", "resolve", "x", cases[0], "--where", "state=open").rc, 2, "so are both")
    tap.is_equal(d.aup("case", "bulk", "resolve", "x", "--where", "colour=red").rc, 2, "and a filter that is none")
    tap.is_equal(d.aup("case", "bulk", "explode", "x", cases[0]).rc, 2, "and a verb that is none")
    r = d.aup("case", "bulk", "resolve", "x", "--where", "customer=nobody", "--yes")
    tap.is_equal((r.rc, r.err), (1, "aup: no case fits\n"), "nothing to do is said")
    tap.like(d.aup("case", "bulk", "resolve", "x", cases[0], cases[0], "--yes").err, "is named twice", "a case is named once")
    tap.is_equal(d.aup("case", "bulk", "undo", "B-77").rc, 1, "what never was is not taken back")
    r = d.aup("case", "bulk", "resolve", "x", "C-999999", "--yes")
    tap.like(r.out, r"C-999999\n  left out: there is no case C-999999\n0 of the cases change, 1 are left out", "a case that is not there is left out")
    tap.is_equal(r.rc, 1, "and when none is left it was of no use")


def asked_first(d, cases):
    """The list comes first, and without a yes nothing happens."""
    d.check("case", "resolve", cases[3], "mended before")
    r = d.aup("case", "bulk", "resolve", "fixed upstream", "--where", "clause=email.unsolicited", stdin="n\n")
    tap.is_equal(r.rc, 1, "no is no")
    tap.like(r.err, "nothing was done", "and that is said")
    for number in cases[:3]:
        tap.like(r.out, rf"{number}\n  open becomes resolved\n  nothing is due any more\n  limit of mail is lifted\n", "what would happen to a case")
    tap.like(r.out, rf"{cases[3]}\n  left out: not with a case that is resolved\n", "which is left out, and why")
    tap.like(r.out, r"3 of the cases change, 1 are left out\n$", "and how many")
    tap.is_equal([body(d, n)["state"] for n in cases[:3]], ["open"] * 3, "nothing was done")
    tap.is_equal([acts(d, n, "limit") for n in cases[:3]], [["done"]] * 3, "nothing at all")


def resolved(d, cases):
    r = d.aup("case", "bulk", "resolve", "fixed upstream", "--where", "clause=email.unsolicited", stdin="y\n")
    tap.like(r.out, r"B-1: 3 cases\n$", "yes does it, under a number", r.err)
    d.settle()
    tap.is_equal([(body(d, n)["state"], body(d, n)["resolution"]) for n in cases[:3]], [("resolved", "fixed upstream")] * 3, "each case is closed with the reason")
    tap.is_equal([acts(d, n, "limit") for n in cases[:3]], [["undone"]] * 3, "and what was in force is lifted")
    tap.is_equal(body(d, cases[3])["resolution"], "mended before", "the one that was left out is as it was")
    d.check("case", "reopen", cases[0], "not mended")
    r = d.check("case", "bulk", "undo", "B-1", "--yes")
    tap.like(r.out, rf"{cases[0]}\n  left out: it was opened again, or resolved anew\n(?s:.*)2 of the cases change, 1 are left out\nB-1 taken back: 2 cases\n$", "taking back tells what comes back and what does not")
    tap.like(r.out, r"the letter \"[a-z-]+\" goes to the customer", "and which letters go again")
    tap.is_equal([body(d, n)["state"] for n in cases[:3]], ["open"] * 3, "the others are open again")
    r = d.aup("case", "bulk", "undo", "B-1", "--yes")
    tap.is_equal((r.rc, r.err), (1, "aup: tester has taken it back already\n"), "once only")
    tap.like(d.check("case", "bulk", "list").out, r"^B-1 .* resolve -: 3 cases, by tester, taken back by tester\n$", "the list of what was done at once")


def assigned(d, cases):
    d.check("case", "assign", cases[0], "bob")
    done = bulk(d, "assign", "alice", *cases[:3])
    tap.is_equal((done["changes"], done["skipped"]), (3, 0), "three cases to one person")
    tap.is_equal([c["consequences"] for c in done["cases"]], [["alice looks after it instead of bob"], ["alice looks after it instead of nobody"],
                                                              ["alice looks after it instead of nobody"]], "each told")
    d.check("case", "assign", cases[2], "carol")
    done = bulk(d, "undo", done["bulk"])
    tap.is_equal([body(d, n).get("assigned", "") for n in cases[:3]], ["bob", "", "carol"], "back to who had it, but for what changed since")
    tap.is_equal([c.get("skipped") for c in done["cases"]], [None, None, "somebody else looks after it by now"], "which is told")
    done = bulk(d, "flag", "counsel", *cases[:2])
    tap.is_equal([body(d, n)["flags"] & 4 for n in cases[:2]], [4, 4], "marks")
    again = d.aup("case", "bulk", "flag", "counsel", *cases[:2], "--yes")
    tap.is_equal((again.rc, "left out: it is so already" in again.out), (1, True), "what is so already is left out")
    bulk(d, "undo", done["bulk"])
    tap.is_equal([body(d, n).get("flags", 0) & 4 for n in cases[:2]], [0, 0], "and back")
    tap.is_equal(d.aup("case", "bulk", "flag", "nonsense", cases[0], "--yes").rc, 1, "a mark that people do not set is refused")


def written(d, cases):
    """Letters go to each; a letter that has left is not taken back."""
    d.check("case", "flag", cases[1], "do-not-tell")
    done = bulk(d, "reply", "We are looking at it.", *cases[:3])
    tap.is_equal([c.get("skipped") for c in done["cases"]], [None, "the case is marked do-not-tell: no letter goes to the customer", None], "do-not-tell holds in a bulk too")
    tap.is_equal(done["cases"][0]["consequences"], ['the letter "reply" goes to the customer'], "the letter is a consequence")
    tap.ok(d.sink.wait(lambda all: sum("We are looking at it." in l.text() for l in all) == 2), "two letters went")
    d.settle()
    back = d.aup("case", "bulk", "undo", done["bulk"], "--yes")
    tap.is_equal(back.rc, 1, "they cannot be taken back")
    tap.like(back.out, r"left out: the letter has left, and cannot be taken back", "which is said of each")
    d.check("case", "flag", "--off", cases[1], "do-not-tell")


def changed_meanwhile(d, cases):
    """Between the list and the yes something happens in a case: it is left out."""
    listed = d.api("/v1/command", "POST", '{"op":"case-bulk","do":"resolve","text":"x","dry":true,"cases":["%s","%s"]}' % (cases[0], cases[1]))
    rows = json.loads(listed.body)["cases"]
    d.check("case", "note", cases[0], "the customer rang")
    done = json.loads(d.api("/v1/command", "POST", json.dumps({"op": "case-bulk", "do": "resolve", "text": "x", "dry": False, "cases": rows})).body)
    tap.is_equal([c.get("skipped") for c in done["cases"]], ["something has happened in it since the list was made", None], "what has changed since the list is left out")
    tap.is_equal([body(d, n)["state"] for n in cases[:2]], ["open", "resolved"], "and stays as it is")
    many = json.dumps({"op": "case-bulk", "do": "resolve", "text": "x", "cases": [f"C-{i * 256}" for i in range(1, 202)]})
    tap.like(json.loads(d.api("/v1/command", "POST", many).body)["error"], "at most 200 cases", "there is a bound")
    tap.is_equal(json.loads(d.api("/v1/command", "POST", '{"op":"case-bulk","do":"approve","cases":["C-256"]}').body)["code"] < 0, True, "approving is no bulk command")


def macros(d, cases):
    """Several things at once to many cases, and all of it back."""
    path = os.path.join(d.dir, "macro")
    with open(path, "w", encoding="utf-8") as f:
        f.write('macro "shut" {\n    note "asked {customer} for {ask what}"\n    flag "counsel"\n    assign "erin"\n    resolve "said {ask what}"\n}\n')
    d.check("macro", "add", path)
    two = [n for n in cases if body(d, n)["state"] == "open"][:2]
    before = [(body(d, n).get("assigned"), body(d, n).get("flags", 0) & 4) for n in two]
    none = d.aup("case", "bulk", "macro", "shut", *two, "--yes")
    tap.like(none.out, r"left out: step 1: .*what", "a macro whose question is not answered leaves each out", none.out)
    tap.is_equal(d.aup("case", "bulk", "macro", "never", *two, "--yes").rc, 1, "one that is not there does nothing")
    done = bulk(d, "macro", "shut", "--set", "what=the log", *two)
    tap.is_equal([(body(d, n)["state"], body(d, n)["assigned"], body(d, n)["flags"] & 4, body(d, n)["resolution"]) for n in two], [("resolved", "erin", 4, "said the log")] * 2,
                 "a macro is run on many")
    d.check("case", "assign", two[1], "frank")
    tap.is_equal(d.check("case", "bulk", "undo", done["bulk"], "--yes", "--json").rc, 0, "it is taken back")
    tap.is_equal([(body(d, n)["state"], body(d, n).get("flags", 0) & 4) for n in two], [("open", before[0][1]), ("open", before[1][1])], "all of it")
    tap.is_equal([body(d, n).get("assigned") for n in two], [before[0][0], "frank"], "but for what somebody has changed since")


def merged(d, cases):
    off = d.check("case", "split", cases[0], "1", "--because", "apart", "--json").json["case"]
    other = cases[2]
    done = bulk(d, "merge", cases[0], off, other)
    tap.is_equal([c.get("skipped") for c in done["cases"]], [None, "the cases are of two customers"], "only what may be merged by itself is merged")
    tap.is_equal((body(d, off)["state"], body(d, off)["merged_into"]), ("merged", cases[0]), "merged")
    back = d.aup("case", "bulk", "undo", done["bulk"], "--yes")
    tap.like(back.out, "cases that were merged come out one by one, the latest first", "a merge is not taken back as a whole")


def sealed(d):
    d.report(xarf("198.51.100.4", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://kid.example/secret"))
    d.settle()
    number = next(r["case"] for r in d.cases("--state", "sealed"))
    r = d.aup("case", "bulk", "assign", "alice", "--where", "state=sealed", "--yes")
    tap.is_equal(r.rc, 1, "a sealed case takes no part")
    tap.like(r.out, rf"{number}\n  left out: it is sealed: it is dealt with by itself, and by two people", "and is its number")
    tap.ok("shop4" not in r.out, "and nothing more", r.out)


def recorded(d, cases):
    """Each bulk command, and each taking back, is a record of its own that names the cases."""
    with sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True) as store:
        texts = [bytes(t).decode() for (t,) in store.execute("SELECT body FROM t7 WHERE CAST(key AS TEXT) LIKE 'deed.%' ORDER BY rank")]
    texts = [t for t in texts if "\nkind bulk" in t]
    kinds = [re.search(r"(?m)^kind (\S+)$", t).group(1) for t in texts]
    tap.is_equal(kinds[:3], ["bulk", "bulk-undone", "bulk"], "a bulk command is a record, and so is taking it back")
    tap.like(texts[0], r"(?m)^bulk B-1\ncases (C-\d+,){2}C-\d+$", "which names the cases")
    tap.ok(all(c in texts[0] for c in cases[:3]) and "tester" not in texts[0], "and nobody", texts[0])


def main():
    with Daemon(policy=None, operators={"tester": os.getuid(), "second": SECOND}, enforcement="on") as d:
        d.check("policy", "post", null_policy(d))
        shops(d, 4)
        cases = [complain(d, i, 10 * i) for i in range(1, 5)]
        d.pass_time("49h")
        usage(d, cases)
        asked_first(d, cases)
        resolved(d, cases)
        assigned(d, cases)
        written(d, cases)
        changed_meanwhile(d, cases)
        macros(d, cases)
        merged(d, cases)
        sealed(d)
        recorded(d, cases)


tap.skip_all(missing()) if missing() else tap.run(main)
