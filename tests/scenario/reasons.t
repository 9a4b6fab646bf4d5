#!/usr/bin/env python3
"""Statements of reasons: one for each act that was in force, as the transparency database takes them; nothing of a case that is sealed or
whose customer is not to be told; nothing filed that lacks a field. The statements are compared whole with golden/reasons.json, days and
ids masked; UPDATE=1 writes it anew, to be read before it is kept."""
import json
import os
import re
import shutil
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import PERSONAL, POLICY, Daemon, arf, missing, xarf

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "reasons.json")


def policy():
    where = os.path.join(tempfile.mkdtemp(prefix="aupd-policy."), "policy")
    shutil.copytree(POLICY, where)
    for name, edits in (("aup.policy", ((r"driver nft set \w+", "driver null"),)),
                        ("content.policy", ((r'("Fraud and deception" group fraud \{\n    statement \{)',
                                            r'\1\n        law "Section 263 of a code"\n        explains "pages that deceive are forbidden"\n'
                                            r'        keyword PHISHING\n        territory DE AT\n        source trusted-flagger\n       '),))):
        path = os.path.join(where, name)
        with open(path) as f:
            text = f.read()
        for pattern, new in edits:
            text, n = re.subn(pattern, new, text)
            if not n:
                raise RuntimeError(f"{pattern} is not in {name}")
        with open(path, "w") as f:
            f.write(text)
    return where


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
    tap.is_equal(d.aup("case", "reasons", "C-x").rc, 2, "a number is needed")


def main():
    with Daemon(policy=policy(), enforcement="on") as d:
        golden(ruled(d) + stated(d))
        refused(d)


tap.skip_all(missing()) if missing() else tap.run(main)
