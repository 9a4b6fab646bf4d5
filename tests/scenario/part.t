#!/usr/bin/env python3
"""Which part a customer had, actor or helper, and what he did with content, sent, stored or shown: presumed by the reports, told to
operators, to the customer and in statements of reasons, recorded in the ledger, set right by a person, and the same in a back-test."""
import json
import os
import re
import shutil
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, crlf, missing


def policy(*edits):
    where = os.path.join(tempfile.mkdtemp(prefix="aupd-policy."), "policy")
    shutil.copytree(POLICY, where)
    for name, pattern, new in (("aup.policy", r"driver nft set \w+", "driver null"), ("aup.policy", r"limit web \{ task [^}]*\}", "limit web { driver null }")) + edits:
        path = os.path.join(where, name)
        with open(path, encoding="utf-8") as f:
            text, n = re.subn(pattern, new, f.read())
        if not n:
            raise RuntimeError(f"{pattern} is not in {name}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return where


def mail(who, n):
    return crlf(f"From: {who}\nTo: abuse@example.net\nSubject: Stresser at your customer {n}\nMessage-ID: <{n}@stress.example>\n\n"
                "A stresser sells attacks for hire at https://bakery.example/plans\n")


def helper(d):
    """Two people write of a site that sells attacks: a person confirms each."""
    for n, who in enumerate(("a@one.example", "b@two.example")):
        d.smtp_send(mail(who, n), sender=who)
        d.settle()
        item = next(r for r in d.check("intake", "list", "--json").json["rows"] if r["body"]["subject_line"].endswith(f" {n}") and r["state"] == "waiting")
        tap.is_equal(item["body"]["candidates"][0]["kind"], "content.facilitation", "the words of the mail name the class")
        d.check("intake", "confirm", item["key"], "--because", "looked at")
        d.settle()
    return next(c for c in d.cases() if c["body"]["clause"] == "general.facilitate")


def shown(d, number, role, content):
    text = d.check("case", "show", number).out
    tap.like(text, rf"(?m)^role +{role}$", f"show: role {role}")
    tap.like(text, rf"(?m)^content +{content}$", f"show: content {content}")


def letter(d, words):
    d.settle()
    text = next(t for t in (x.text().replace("\r", "") for x in reversed(d.sink.letters)) if words in t)
    return [line.strip() for line in text.split("\n") if "Your part:" in line or "Ihr Anteil:" in line]


def mine(d, key, number):
    answer = d._http(("tcp", (d.address, d.ports["api"])), "GET", f"/v1/my/cases/{number}", None, {"Authorization": f"Bearer {key}"})
    got = json.loads(answer.body)
    return got["role"], got["content"]


def main():
    here = policy()
    with Daemon(policy=here, listens=("smtp", "lmtp", "http", "ingest", "api"), enforcement="on") as d:
        customer = d.check("key", "add", "customer", "bakery", "--json").json["key"]
        case = helper(d)
        number = case["case"]
        tap.is_equal((case["body"]["role"], case["body"]["content"]), ("helper", "shown"), "who sells attacks helps others; what a link leads to is shown")
        shown(d, number, "helper, as its reports presume", "shown, as its reports presume")
        tap.is_equal(letter(d, "uns liegt eine Beschwerde"),
                     ["Ihr Anteil:       nach den Meldungen: andere handeln, und was Sie anbieten, hilft ihnen; nach den Meldungen: Sie zeigen den Inhalt"], "the letter tells the customer")
        tap.is_equal(mine(d, customer, number), ("helper", "shown"), "so does the API")
        record = d.check("evidence", "export", number, "--because", "test", "-o", os.path.join(d.dir, "bundle"))
        with open(os.path.join(d.dir, "bundle"), "rb") as f:
            tap.ok(b"role helper" in f.read(), "and each record of the ledger", record.err)

        tap.ok(d.aup("case", "part", number, "victim", "x").rc != 0 and d.aup("case", "part", number, "actor").rc != 0, "a part takes a word and a reason")
        d.check("case", "part", number, "actor", "the attacks leave from his own host")
        shown(d, number, r"actor, as \S+ says", "shown, as its reports presume")
        tap.like(d.check("case", "explain", number).out, r"part: the role is actor, it was helper: the attacks leave", "a person sets it right, with a reason that stays")
        d.check("case", "part", number, "stored", "nothing is linked to it")
        tap.is_equal(mine(d, customer, number), ("actor", "stored"), "what he did with the content, too")
        d.smtp_send(mail("c@three.example", 3), sender="c@three.example")
        d.settle()
        item = next(r for r in d.check("intake", "list", "--json").json["rows"] if r["state"] == "waiting")
        d.check("intake", "confirm", item["key"], "--because", "looked at")
        d.settle()
        tap.is_equal(mine(d, customer, number), ("actor", "stored"), "and no further report changes that")

        d.pass_time("73h")
        d.settle()
        waiting = d.check("case", "show", "--json", number).json["acts"]
        for act in waiting:
            if act["verb"] == "limit" and act["state"] == "held":
                d.check("case", "approve", number, act["key"])
        d.settle()
        tap.is_equal(letter(d, "eingeschränkt"), ["Ihr Anteil:    Sie haben selbst gehandelt; der Inhalt liegt bei Ihnen"], "the letter about a measure says so")
        facts = d.check("case", "reasons", number, "--json").json["statements"][0]["decision_facts"]
        tap.like(facts, r"found, the customer acted himself\. As one of the provider.s people found, the content is stored with the customer\. Measure: limit", "and the statement of reasons")

        same = policy(("general.policy", r"when report content.facilitation, grade A or B\n", "when report content.facilitation, grade A or B, role helper, content shown\n"))
        none = policy(("general.policy", r"when report content.facilitation, grade A or B\n", "when report content.facilitation, grade A or B, role actor\n"))
        a, b = (d.aup("policy", "backtest", "--json", "--all", x).json for x in (same, none))
        tap.is_equal((a["lost"], a["gained"], a["same"] + a["changed"] > 0), (0, 0, True), "a rule that asks for it judges what was recorded as it was judged live")
        tap.ok(b["lost"] + b["changed"] >= 1, "and one that asks for the other does not", b)
        for x in (same, none):
            shutil.rmtree(os.path.dirname(x))
    shutil.rmtree(os.path.dirname(here))


tap.skip_all(missing()) if missing() else tap.run(main)
