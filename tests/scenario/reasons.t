#!/usr/bin/env python3
"""Statements of reasons: one for each act that was in force, as the transparency database takes them; nothing of a case that is sealed or
whose customer is not to be told; nothing filed that lacks a field; and the counts of a period. The statements are compared whole with golden/reasons.json, days and
ids masked; UPDATE=1 writes it anew, to be read before it is kept."""
import csv
import io
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import PERSONAL, Daemon, arf, missing, xarf
from desk import null_policy

TOLD = {("messaging.spam", "feedback-loop"): 6, ("content.phishing", "trusted"): 1}
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "reasons.json")


DECEPTION = ("content.policy", r'("Fraud and deception" group fraud \{\n    statement \{)',
             r'\1\n        law "Section 263 of a code"\n        explains "pages that deceive are forbidden"\n        keyword PHISHING\n        territory DE AT\n        source trusted-flagger\n       ')


def masked(text):
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r'"(\w*date\w*)":"\d{4}-\d\d-\d\d"', r'"\1":"DAY"', text)
    return re.sub(r'"puid":"[0-9a-f]{32}"', '"puid":"ID"', text)


def golden(statements):
    text = json.dumps(json.loads(masked(json.dumps(statements, separators=(",", ":")))), indent=1) + "\n"
    if os.environ.get("UPDATE"):
        with open(GOLDEN, "w", encoding="utf-8") as f:
            f.write(text)
    with open(GOLDEN, encoding="utf-8") as f:
        tap.is_equal(text.split("\n"), f.read().split("\n"), "the statements are the reviewed ones")


def spam(d, address="203.0.113.17"):
    for n, who in enumerate("abc"):
        d.smtp_send(arf(address, number=n, reporter=f"fbl@reporter-{who}.example"))
    d.settle()


def ruled(d):
    """A case of a rule, from nothing in force to a service suspended and let go again."""
    spam(d)
    number = next(c["case"] for c in d.cases() if c["body"]["clause"] == "email.unsolicited")
    none = d.aup("case", "reasons", number)
    tap.ok(none.rc == 1 and not none.out and "nothing restricts" in none.err, "before an act there is nothing to state", none)
    d.pass_time("8d")
    said = d.check("case", "reasons", number, "--json")
    tap.is_equal([s["decision_provision"] for s in said.json["statements"]], ["DECISION_PROVISION_PARTIAL_SUSPENSION"] * 2, "the limit and the suspension have one each")
    tap.ok(not PERSONAL.search(said.out) and number not in said.out, "without a word about anybody, nor the number of the case", said.out)
    again = d.check("case", "reasons", number, "--json").json
    tap.is_equal(again, said.json, "asked again they are the same")
    cut = [x.text().replace("\r", "") for x in d.sink.letters if "has been suspended" in str(x.message["Subject"])]
    tap.is_equal(re.findall(r"^  (Until|Where|Ground|Brought up by|Found by|Decided by): +(.*)$", cut[0] if cut else "", re.M),
                 [("Until", "it is lifted"), ("Where", "wherever the service is used"), ("Ground", "the contract, by the clause named here"),
                  ("Brought up by", "notices of others"), ("Found by", "people, or machines of others"), ("Decided by", "a machine, by a rule that people wrote")],
                 "the letter about the suspension tells the same")
    d.check("case", "resolve", number, "settled")
    d.settle()
    tap.is_equal(d.check("case", "reasons", number, "--json").json, said.json, "when all is lifted too: the first day counts, not the last")
    act = d.check("case", "show", number, "--json").json["acts"]
    key = next(a["key"] for a in act if a["verb"] == "suspend")
    words = d.check("case", "reasons", number, key).out
    tap.like(words, r"Statement of reasons for C-\d+/\S+/suspend/mail \(undone\)", "one act by its name")
    for line in (r"Service +PARTIAL_SUSPENSION", r"Clause +Acceptable use policy, version \S+, clause email.unsolicited", r"Until +it is lifted",
                 r"Decided +FULLY", r"Redress +an appeal to the provider until \d{4}-"):
        tap.like(words, line, f"  in words: {line.split(' ')[0]}")
    tap.is_equal(words.count("Statement of reasons"), 1, "  and no other")
    return said.json["statements"]


def stated(d):
    """What the policy says for a clause, of an act that a person does."""
    d.report(xarf())
    d.settle()
    d.pass_time("13h")
    number = next(c["case"] for c in d.cases() if c["body"]["clause"] == "fraud.misleading")
    acts = d.check("case", "show", number, "--json").json["acts"]
    held = [a["key"] for a in acts if a["verb"] == "limit" and a["state"] == "held"]
    for key in held:
        d.check("case", "approve", number, key)
    d.settle()
    got = d.check("case", "reasons", number, "--json").json["statements"]
    tap.is_equal([s["decision_visibility"] for s in got], [["DECISION_VISIBILITY_CONTENT_DISABLED"]], "a limit of a web site disables content")
    return got


def rows(d, since, until):
    got = d.check("report", "transparency", "--from", since, "--to", until)
    tap.ok(not PERSONAL.search(got.out) and not re.search(r"C-\d|alice|tester", got.out), f"the counts from {since} on name nobody", got.out)
    return list(csv.DictReader(io.StringIO(got.out)))


def counts(d):
    """What was done so far, in a period; appeals and what became of them."""
    spam(d, "203.0.113.66")
    number = max((c for c in d.cases() if c["body"]["clause"] == "email.unsolicited"), key=lambda c: c["body"]["opened_at"])["case"]
    d.check("case", "appeal", number, "not us")
    got = rows(d, "2000-01-01", "2100-01-01")
    value = {tuple(r[k] for k in ("indicator", "clause", "measure", "automated")): int(r["value"]) for r in got}
    tap.is_equal([v for k, v in value.items() if k[:2] == ("notices", "email.unsolicited")], [6], "six reports of spam")
    told = {(r["kind"], r["told"]): int(r["value"]) for r in got if r["indicator"] == "reports"}
    tap.is_equal(sum(told.values()), sum(int(r["value"]) for r in got if r["indicator"] == "notices"), "each notice is counted once more, by its kind and by who told")
    tap.is_equal(told, TOLD, "which are those that were sent")
    whole = d.check("report", "transparency", "--json", "--from", "2000-01-01", "--to", "2100-01-01").json
    tap.is_equal([{k: v for k, v in r.items() if v} for r in got if r["indicator"] != "median_seconds_to_act"],
                 [{k: str(v) for k, v in r.items()} for r in whole["counts"]], "the same as JSON")
    tap.ok(whole["from"].startswith("2000-01-01") and whole["median_seconds_to_act"] > 0, "with its period, and the median", whole)
    flagged = [r for r in got if r["indicator"] == "notices" and r["clause"] == "fraud.misleading"]
    tap.is_equal([(r["category"], r["source"], r["value"]) for r in flagged], [("SCAMS_AND_FRAUD", "TRUSTED_FLAGGER", "1")], "one of a trusted flagger")
    tap.is_equal(value.get(("actions", "email.unsolicited", "suspend", "fully")), 1, "a suspension, by machine, once though it was lifted again")
    tap.is_equal([(r["measure"], r["ground"]) for r in got if r["indicator"] == "actions" and r["clause"] == "fraud.misleading"], [("limit", "law")],
                 "a limit on the ground of a law, and what takes it back is none")
    tap.is_equal((value.get(("appeals", "email.unsolicited", "", "")), value.get(("appeals_open", "email.unsolicited", "", ""))), (1, 1), "an appeal, undecided")
    median = [int(r["value"]) for r in got if r["indicator"] == "median_seconds_to_act"]
    tap.ok(len(median) == 1 and 12 * 3600 <= median[0] <= 8 * 86400, "the median of the times to act", median)
    d.check("case", "dismiss", number, "they are right")
    value = {(r["indicator"], r["clause"]): r["value"] for r in rows(d, "2000-01-01", "2100-01-01")}
    tap.is_equal((value.get(("appeals_reversed", "email.unsolicited")), ("appeals_open", "email.unsolicited") in value), ("1", False), "and reversed")
    tap.is_equal(rows(d, "2000-01-01", "2000-02-01"), [], "another period has nothing of it")
    for bad in (("--from", "2026-02-01", "--to", "2026-01-01"), ("--from", "x", "--to", "2026-01-01"), ("--from", "2026-01-01")):
        tap.is_equal(d.aup("report", "transparency", *bad).rc, 2, f"no period: {' '.join(bad)}")


def refused(d):
    number = d.check("case", "open", "--customer", "acme", "--because", "seen by us", "--ladder", "spam").out.strip()
    d.check("case", "emergency", number, "mail", "--because", "now")
    d.settle()
    got = d.aup("case", "reasons", number, "--json")
    tap.ok(got.rc == 1 and not got.out and "content_date is missing" in got.err, "what nobody knows is named, and nothing is given out", got)
    d.check("case", "flag", number, "do-not-tell")
    got = d.aup("case", "reasons", number, "--json")
    tap.ok(got.rc == 1 and not got.out and "do-not-tell" in got.err, "of a case that is marked do-not-tell nothing is stated", got)
    d.report(xarf(kind="csam", report_id="12eb480f-8172-431a-9276-c28ba90f694b"))
    d.settle()
    sealed = next(c["case"] for c in d.cases() if c["state"] == "sealed")
    got = d.aup("case", "reasons", sealed)
    tap.ok(got.rc == 1 and not got.out and "sealed" in got.err, "nor of a sealed one", got)
    tap.is_equal([list(r.values()) for r in rows(d, "2000-01-01", "2100-01-01") if "sealed" in r.values()], [["notices", "sealed", "", "", "", "", "", "", "", "1"]],
                 "of which the counts say that there was one")
    tap.is_equal(d.aup("case", "reasons", "C-x").rc, 2, "a number is needed")


def main():
    with Daemon(policy=None, enforcement="on") as d:
        d.check("policy", "post", null_policy(d, DECEPTION))
        golden(ruled(d) + stated(d))
        counts(d)
        refused(d)


tap.skip_all(missing()) if missing() else tap.run(main)
