#!/usr/bin/env python3
"""A customer whose contract was ended comes back under another name: known again by marks that stand nowhere in clear, judged by a person, asked about when
a weak mark alone agrees; not by what a granted appeal, the end of keeping or an erasure took away."""
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, arf, missing

SECOND, THIRD, FOURTH = 1001, 1002, 1003
OPERATORS = {"tester": os.getuid(), "second": SECOND, "third": THIRD, "fourth": FOURTH}
PEOPLE = ("olaf", "petra", "quinn", "rosa")
START = "2026-01-01T00:00:00Z"
MAIL, PHONE, TOKEN, NAME, DEVICE = "olaf.storm@mail.example", "+49 30 9018200", "cus_Olaf7", "Olaf Storm, 10115", "00-1B-44-11-3A-B7"
CLEAR = ("olaf.storm", "9018200", "cus_Olaf7", "olaf storm", "001b44113ab7", "00-1b-44", "storm olaf", "petra@mail", "quinn@mail", "rosa@mail")
HEAD = "type,id,customer,kind,resource\n"


def register():
    rows = ["type,id,customer,kind,resource,email,from"]
    for i, name in enumerate(PEOPLE):
        rows += [f"customer,{name},,,,it@{name}.example,{START}", f"prefix,p-{name},{name},static,198.18.2.{i + 1}/32,,{START}", f"service,m-{name},{name},mail,,,{START}"]
    return "\n".join(rows) + "\n"


def marks(name, *given):
    return "".join(f'mark,{name}-{n},{name},{kind},"{text}"\n' for n, (kind, text) in enumerate(given))


def comes(name, *given):
    return HEAD + f"customer,{name},,,\n" + marks(name, *given)


def stored(d, sql):
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    rows = [tuple(bytes(x).decode() if isinstance(x, bytes) else x for x in row) for row in db.execute(sql)]
    db.close()
    return rows


def kept(d):
    """Rows of marks: what of them stands there, by kind of key."""
    return sorted(key.split("/")[0] for (key,) in stored(d, "SELECT key FROM t42"))


def show(d, who):
    return d.check("customer", "show", who, "--because", "an order", "--json").json


def files(d):
    for base, _, names in os.walk(d.dir):
        for name in names:
            path = os.path.join(base, name)
            if name == "aup" or not os.path.isfile(path):
                continue
            with open(path, "rb") as f:
                yield os.path.relpath(path, d.dir), f.read().lower()


def refused(d):
    for text, what in (("payment,4111 1111 1111 1111", "the number of a card"), ("phone,030 9018200", "a telephone number without its country"),
                       ("iban,DE02", "a kind that there is not"), ("mail,nobody", "what is no mailbox")):
        r = d.aup("registry", "import", "-", stdin=HEAD + f"mark,m,olaf,{text}\n")
        tap.ok(r.rc == 1 and re.search(r"-:2:\d+: ", r.err) and "4111" not in r.err, f"refused: {what}", r.err)
    tap.is_equal([x for x in d.check("registry", "list", "--json").json["rows"] if x["body"]["type"] == "mark"], [], "and nothing is taken")


def given(d):
    text = HEAD + marks("olaf", ("mail", MAIL), ("phone", PHONE), ("payment", TOKEN), ("name+postcode", NAME), ("device", DEVICE))
    text += "".join(marks(x, ("mail", f"{x}@mail.example")) for x in PEOPLE[1:])
    d.check("registry", "import", "-", stdin=text)
    rows = [x["body"] for x in d.check("registry", "list", "--json").json["rows"] if x["body"]["type"] == "mark"]
    tap.ok(len(rows) == 8 and all(re.fullmatch("keyed:[0-9a-f]{32}", x["resource"]) for x in rows), "of a mark the register shows a digest", rows)
    again = d.check("registry", "import", "-", "--json", stdin=text).json
    tap.is_equal((again["entities"], again["changed"]), (8, 0), "the same file again changes nothing")
    out = d.check("registry", "export").out
    again = d.check("registry", "import", "-", "--json", stdin=out).json
    tap.is_equal((len(json.loads(out)), again["changed"]), (20, 0), "nor does what is exported")
    tap.is_equal(kept(d), [], "as long as no contract was ended nothing of it is kept")


def end_contracts(d):
    """All four, by two people each."""
    for i in range(len(PEOPLE)):
        for n, who in enumerate("abc"):
            d.smtp_send(arf(f"198.18.2.{i + 1}", number=n, reporter=f"fbl@{who}.far.example", at=time.time()), sender="")
    d.settle()
    d.pass_time("31d")
    numbers = {name: d.cases("--customer", name)[0]["case"] for name in PEOPLE}
    for n in numbers.values():
        d.check("case", "approve", n)
    d.settle()
    tap.is_equal(kept(d), [], "one person ends no contract")
    for n in numbers.values():
        d.check("case", "approve", n, uid=SECOND)
    d.settle()
    tap.is_equal(kept(d), ["case"] * 4 + ["device"] + ["mail"] * 4 + ["name+postcode", "payment", "phone"], "two do, and the marks are kept")
    return numbers


def found(d, who):
    """The rules that the case about his data stands on, or None."""
    return next((x["body"]["rule"] for x in d.cases("--customer", who) if x["body"]["clause"] == "fraud.false-data"), None)


def letters_to(d, *names):
    return [x.subject for x in d.sink.letters if any(f"it@{n}.example" in x.recipients for n in names)]


def returns(d, numbers):
    text = HEAD.replace("resource", "resource,email") + "".join(f"customer,{x},,,,it@{x}.example\n" for x in ("novak", "gadget", "namesake", "bystander"))
    text += "".join(x + "\n" if x.startswith("type") else x + ",\n" for x in (marks("novak", ("mail", MAIL.upper()), ("name+postcode", "STORM, olaf, 10 115")) +
                    marks("gadget", ("name+postcode", NAME), ("device", "001b.4411.3ab7")) + marks("namesake", ("name+postcode", NAME)) +
                    marks("bystander", ("phone", "+49 30 9018201"), ("mail", "cus_olaf7@mail.example")) + marks("olaf", ("phone", "0049 30 9018200"))).splitlines())
    since = len(d.log.lines)
    if d.points:
        d.points.kill("judge.marked")
        d.aup("registry", "import", "-", stdin=text)
        tap.ok(not d.points.armed(), "the judge ends when the register is committed and nothing of it was looked at")
        d.wait_role("judge", since)
    else:
        d.check("registry", "import", "-", stdin=text)
        d.kill_and_wait("judge")
    d.until(lambda: d.aup("holds").rc == 0, "an answer of the judge")
    d.settle()
    tap.is_equal([found(d, x) for x in ("novak", "gadget", "namesake", "bystander", "olaf")], ["returned", "returned", "perhaps-returned", None, None],
                 "a strong mark, two weak ones; one weak one; none; and the same customer")
    case = next(x for x in d.cases("--customer", "novak"))
    acts = d.check("case", "show", case["case"], "--json").json["acts"]
    tap.is_equal((case["state"], [a["verb"] for a in acts]), ("review", ["ask"]), "a person is asked, and nothing else is done")
    rows = d.check("queue", "review", "--json").json["rows"]
    tap.is_equal(sorted(x["customer"] for x in rows), ["gadget", "namesake", "novak"], "in the queue of what people decide")
    told = d.check("case", "explain", case["case"]).out
    tap.like(told, rf"2 in common with the contract that {numbers['olaf']} ended: mail name\+postcode", "the story says what is in common, and with which case")
    tap.ok("olaf" not in told, "and not with whom", told)
    weak = d.cases("--customer", "namesake")[0]["case"]
    d.check("case", "uphold", weak, "it may be", uid=THIRD)
    d.pass_time("3d")
    tap.is_equal(letters_to(d, "novak", "gadget", "namesake", "bystander"), [], "nobody is written to, not even when a person upholds a weak mark alone")
    d.check("registry", "import", "-", stdin=d.check("registry", "export").out)
    d.settle()
    tap.is_equal([x["body"]["report_count"] for n in ("novak", "gadget", "namesake") for x in d.cases("--customer", n)], [1, 1, 1], "the register once more tells nothing anew")


def shown(d, numbers):
    got = show(d, "novak")["returned"]
    tap.is_equal([(x["case"], x["clause"], x["marks"], x["equal"], x["sure"]) for x in got], [(numbers["olaf"], "email.unsolicited", "mail name+postcode", 2, True)],
                 "who is looked up: with which ended contract he has what in common")
    tap.ok(got[0]["ended"] and got[0]["until"], "since when, and until when that is known", got)
    tap.is_equal([(x["equal"], x["sure"]) for x in show(d, "namesake")["returned"]], [(1, False)], "that a weak mark alone is not sure")
    body = show(d, "olaf")
    tap.is_equal((body["returned"], [(x["case"], x["marks"]) for x in body["kept"]]), ([], [(numbers["olaf"], "mail phone payment name+postcode device")]), "of the other, what is kept of him")
    text = d.check("customer", "show", "novak", "--because", "again").out
    tap.like(text, rf"in common with an ended contract: case {numbers['olaf']} clause email\.unsolicited ended \S+ marks mail name\+postcode equal 2 sure yes", "in words")
    tap.ok("olaf" not in text, "and nothing of the other", text)
    tap.like(d.check("lookups").out, "tester asked for novak: again", "the look-up is recorded")
    clear = sorted({(name, x) for name, content in files(d) for x in CLEAR if x.encode() in content})
    tap.is_equal(clear, [], "no file has a mark in clear")


def replayed(d, policy):
    got = d.check("policy", "backtest", policy, "--json").json
    tap.is_equal((got["observations"], got["base"]["cases"], got["same"], got["gained"], got["lost"], got["changed"]), (3, 3, 3, 0, 0, 0), "a back-test has the three, and makes the same of them")


def taken_back(d, numbers):
    for name in ("petra", "rosa"):
        d.check("case", "appeal", numbers[name], "It was not us.")
    d.check("case", "uphold", numbers["rosa"], "the log says otherwise", uid=THIRD)
    d.check("case", "dismiss", numbers["petra"], "the reports were wrong", uid=THIRD)
    act = next(a["key"] for a in d.check("case", "show", numbers["quinn"], "--json").json["acts"] if a["verb"] == "terminate")
    d.check("case", "undo", numbers["quinn"], act)
    d.settle()
    tap.is_equal([[x["marks"] for x in show(d, n)["kept"]] for n in ("petra", "quinn", "rosa")], [[], [], ["mail"]],
                 "an appeal that is granted takes the marks away, and so does the lifting of the end; one that is refused does not")
    for x in PEOPLE[1:]:
        d.check("registry", "import", "-", stdin=comes(x + "2", ("mail", f"{x}@mail.example")))
    d.settle()
    tap.is_equal([found(d, x) for x in ("petra2", "quinn2", "rosa2")], [None, None, "returned"], "and whoever has them then is nobody who came back")


def erased(d):
    for uid in (None, SECOND):
        d.check("erase", "rosa", "--basis", "asked for by letter", uid=uid)
    d.pass_time("5m")
    tap.is_equal(d.aup("customer", "show", "rosa", "--because", "x").rc, 1, "she is erased")
    d.check("registry", "import", "-", stdin=comes("rosa3", ("mail", "rosa@mail.example")))
    d.settle()
    rows = [k for k, body in stored(d, "SELECT key, body FROM t42") if '"rosa"' in body or k == "met/rosa"]
    tap.is_equal((found(d, "rosa3"), show(d, "rosa2")["returned"], rows), (None, [], []),
                 "and her marks with her: as the policy says, unless it says otherwise")


def over(d):
    tap.ok("phone" in kept(d), "until then the marks of the others are kept")
    d.pass_time("121d")
    tap.is_equal(kept(d), [], "when their time is over nothing is left")
    d.check("registry", "import", "-", stdin=comes("late", ("phone", PHONE), ("mail", MAIL)))
    d.settle()
    tap.is_equal((found(d, "late"), show(d, "late")["returned"], show(d, "olaf")["kept"]), (None, [], []), "and nobody is known again")


def main():
    if os.getuid():
        tap.skip("customers who come back", "needs root")
        return
    with tempfile.TemporaryDirectory() as work:
        policy = os.path.join(work, "policy")
        shutil.copytree(POLICY, policy)
        for name, changes in (("aup.policy", (('    letters "letters"\n', '    letters "letters"\n    marks 120d\n'),)),
                              ("mail.policy", (("appeal 30d", "appeal 60d"),))):
            with open(os.path.join(policy, name), "r+", encoding="utf-8") as f:
                text = f.read()
                for old, new in changes:
                    text = text.replace(old, new)
                f.seek(0)
                f.truncate()
                f.write(text)
        with Daemon(policy=policy, registry=None, operators=OPERATORS, enforcement="on") as d:
            d.check("registry", "import", "-", stdin=register())
            refused(d)
            given(d)
            numbers = end_contracts(d)
            returns(d, numbers)
            shown(d, numbers)
            replayed(d, policy)
            taken_back(d, numbers)
            erased(d)
            over(d)


tap.skip_all(missing()) if missing() else tap.run(main)
