#!/usr/bin/env python3
"""One customer on a page: register, cases, acts, letters and holds of it and nothing of another; the look-up is recorded; sealed cases by
number and state; who is unknown or was erased is a clear error."""
import datetime
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

SECOND = 65534                          # user id of another operator
ROOT = os.getuid() == 0


def told(us):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"


def show(d, who):
    return d.check("customer", "show", who, "--because", "she phoned", "--json").json


def refused(d):
    r = d.aup("customer", "show", "acme")
    tap.is_equal((r.rc, r.err), (1, "aup: say why you ask: --because TEXT\n"), "who asks says why")
    r = d.aup("customer", "show", "nobody", "--because", "x")
    tap.is_equal((r.rc, r.err), (1, "aup: there is no customer nobody\n"), "who is unknown is a clear error")
    tap.is_equal(d.aup("customer", "acme", "--because", "x").rc, 2, "no verb is wrong usage")
    tap.is_equal(d.check("lookups").out, "", "what was refused leaves no look-up")


def whole(d, acme, smith):
    body = show(d, "acme")
    tap.is_equal(sorted(f"{e['type']}/{e['id']}" for e in body["register"]), ["customer/acme", "prefix/p-acme", "service/acme-mail"], "what the register has of it")
    who = next(e for e in body["register"] if e["type"] == "customer")
    tap.is_equal((who["class"], who["name"], who["email"]), ("business", "Acme Widgets", "it@acme.example"), "names and addresses in clear")
    tap.is_equal([c["case"] for c in body["cases"]], [acme], "its cases, and no other's")
    c, listed = body["cases"][0], d.cases("--customer", "acme")[0]["body"]
    tap.is_equal((c["state"], c["clause"], c["strikes"], c["opened"], c["resolved"], c["due"]),
                 ("open", "email.unsolicited", listed["strikes"], told(listed["opened_at"]), None, told(listed["next_due_at"])), "what the case says")
    tap.ok(c["strikes"] > 0 and (body["strikes"], body["states"]) == (c["strikes"], {"open": 1}), "strikes, and cases by state", body["strikes"], body["states"])
    tap.ok(body["letters"] and all(x["case"] == acme and x["letter"] and x["time"] and x["fate"] == "sent" for x in body["letters"]), "its letters", body["letters"])
    acts = [a["key"] for a in d.check("case", "show", acme, "--json").json["acts"] if a["verb"] in ("limit", "suspend") and a["state"] == "done"]
    tap.ok(acts and [(a["act"], a["state"]) for a in body["in_force"]] == [(a, "done") for a in acts], "the acts in force", acts, body["in_force"])
    tap.is_equal((body["holds"], body["resellers"], "erasure" in body, body["more"]), ([], [], False, False), "no hold, no reseller, no erasure, nothing more")
    text = d.check("customer", "show", "acme", "--because", "again").out
    tap.ok(smith not in text and "smith" not in text, "nothing of the other one", text)
    tap.like(text, rf"(?s)customer: acme\nregister: .*name Acme Widgets email it@acme\.example.*\ncase: case {acme} state open clause email\.unsolicited .*\nopen: 1\nin force: act .*"
             rf"\nletter: case {acme} letter ", "the list for people")
    tap.like(d.check("lookups").out, r"(?s)^\S+ +tester asked for acme: again\n.*tester asked for acme: she phoned\n", "each look-up is recorded")


def served(d):
    tap.is_equal(show(d, "florist")["resellers"], ["hostland"], "the resellers above")
    tap.is_equal(show(d, "florist")["cases"], [], "one without cases is shown as well")


def kept(d, acme, smith):
    d.check("hold", "--until", "90d", "--because", "a suit", acme)
    d.check("hold", "--until", "90d", "--because", "another suit", "smith")
    tap.is_equal([(h["about"], h["because"]) for h in show(d, "acme")["holds"]], [(acme, "a suit")], "a hold on a case")
    tap.is_equal([(h["about"], h["because"]) for h in show(d, "smith")["holds"]], [("smith", "another suit")], "a hold on the customer")
    d.check("hold", "--off", "--because", "settled", acme)
    d.check("case", "undertaking", smith, "We close the relay.", "--probation", "90d")
    tap.is_equal(next(c for c in show(d, "smith")["cases"] if c["case"] == smith)["undertaking"], {"probation": "90d", "signed": None, "until": None}, "an undertaking")
    d.check("case", "resolve", acme, "mended")
    d.settle()
    body = show(d, "acme")
    tap.is_equal((body["states"], body["strikes"], body["in_force"]), ({"resolved": 1}, 0, []), "a case that is over is counted as such, and nothing is in force")
    tap.ok(body["cases"][0]["resolved"], "and says when")


def sealed(d):
    d.report(xarf("203.0.113.66", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/secret"))
    d.settle()
    case = next(r["case"] for r in d.cases("--state", "sealed"))
    d.check("hold", "--until", "90d", "--because", "of that", case)
    body = show(d, "bakery")
    tap.is_equal([c for c in body["cases"] if c["case"] == case], [{"case": case, "state": "sealed"}], "of a sealed case number and state")
    tap.is_equal((body["letters"], body["in_force"], body["holds"], body["strikes"]), ([], [], [], 0), "and nothing else tells of it")


def erased(d):
    if not ROOT:
        tap.skip("who was erased is shown no more", "needs root")
        return
    d.check("erase", "--basis", "asked by letter", "acme")
    tap.is_equal([(x["phase"], x["by"], x["basis"]) for x in [show(d, "acme")["erasure"]]], [("asked", ["tester"], "asked by letter")], "an erasure that one has asked for")
    d.check("erase", "--basis", "asked by letter", "acme", uid=SECOND)
    d.pass_time("1h")
    r = d.aup("customer", "show", "acme", "--because", "x")
    tap.is_equal((r.rc, r.err), (1, "aup: there is no customer acme\n"), "who was erased is shown no more")
    out = d.check("lookups").out
    tap.ok("acme" not in out and "florist" in out, "and the look-ups name him no more", out)


def main():
    with Daemon(operators={"tester": os.getuid(), "second": SECOND}, enforcement="on") as d:
        for source in ("203.0.113.17", "203.0.113.130"):
            for n, who in enumerate("abc"):
                d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
        d.settle()
        d.pass_time("72h")
        acme, smith = (d.cases("--customer", c)[0]["case"] for c in ("acme", "smith"))
        refused(d)
        whole(d, acme, smith)
        served(d)
        kept(d, acme, smith)
        sealed(d)
        erased(d)


tap.skip_all(missing()) if missing() else tap.run(main)
