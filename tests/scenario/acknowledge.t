#!/usr/bin/env python3
"""A posted version is acknowledged by each reseller: asked once, answered by mail or entered with proof, reminded when it is overdue."""
import email.utils
import hashlib
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, missing, program

REGISTRY = """type,id,reseller,class,language,email,from,until
reseller,bigres,,reseller,en,office@bigres.example,2026-01-01T00:00:00Z,
reseller,kleinres,,reseller,de,post@kleinres.example,2026-01-01T00:00:00Z,
reseller,lazy,,reseller,en,post@lazy.example,2026-01-01T00:00:00Z,
reseller,early,,reseller,en,post@early.example,2026-01-01T00:00:00Z,
reseller,mute,,reseller,en,,2026-01-01T00:00:00Z,
reseller,gone,,reseller,en,post@gone.example,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z
customer,shop,bigres,business,en,it@shop.example,2026-01-01T00:00:00Z,
"""
# a hundred that have left: the others are reached a minute later
LEFT = "".join(f"reseller,a{i},,reseller,en,a{i}@gone.example,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\n" for i in range(100))


def version(d, name, drop_letter=False):
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    for file in os.listdir(path):
        if file.endswith(".policy"):
            with open(f"{path}/{file}", encoding="utf-8") as f:
                text = re.sub(r'(?ms)^test ".*?^}\n', "", f.read())
            with open(f"{path}/{file}", "w", encoding="utf-8") as f:
                f.write(re.sub(r"    posted .*\n    effective .*\n", f'    version "{name}"\n    posted {at}\n', text))
    if drop_letter:
        for language in ("de", "en"):
            os.remove(f"{path}/letters/{language}/reseller-acknowledge.txt")
    return path


def owed(d, reseller, name="second"):
    rows = [a for a in d.check("reseller", "show", reseller, "--json").json["acknowledgements"] if a["version"] == name]
    return rows[0] if rows else {}


def letters(d, words):
    return {x.recipients[0]: x for x in d.sink.letters if re.search(words, x.text())}


def answer(d, letter, words, sender, n):
    to = email.utils.parseaddr(letter.message["Reply-To"])[1]
    d.smtp_send(f"From: <{sender}>\nTo: <{to}>\nSubject: Re\nMessage-ID: <{n}@x.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{words}\n",
                sender=sender, to=to)
    d.settle()


def asked(d, path):
    d.check("policy", "post", path)
    d.settle()
    tap.is_equal(letters(d, "second"), {}, "not all at once")
    d.check("reseller", "ack", "early", "second")
    d.pass_time("2m")
    got = letters(d, "second")
    tap.is_equal(sorted(got), ["office@bigres.example", "post@kleinres.example", "post@lazy.example"], "each reseller of the register is asked, and nobody who has acknowledged it or is none")
    tap.like(got["post@kleinres.example"].text(), r"(?s)^An kleinres.*Bestätigt", "in its language")
    tap.ok(owed(d, "mute").get("due") and not owed(d, "mute").get("acknowledged"), "one without an address owes it all the same", owed(d, "mute"))
    tap.is_equal(owed(d, "gone"), {}, "one that has left owes nothing")
    return got


def answered(d, got):
    answer(d, got["office@bigres.example"], "acknowledged", "somebody@elsewhere.example", 1)
    tap.ok(not owed(d, "bigres").get("acknowledged"), "a stranger does not acknowledge for the reseller")
    tap.like(d.check("intake", "list", "--json").out, "not known to speak for it", "and stands before a person")
    answer(d, got["office@bigres.example"], "What is this?", "office@bigres.example", 2)
    answer(d, got["post@lazy.example"], "Fixed.", "post@lazy.example", 5)
    tap.ok(not owed(d, "lazy").get("acknowledged"), "nor does a word that answers complaints")
    tap.ok(not owed(d, "bigres").get("acknowledged"), "other words acknowledge nothing")
    tap.like(d.check("intake", "list", "--json").out, "wrote something else", "and are read by a person")
    answer(d, got["office@bigres.example"], "Acknowledged.\n\n> Reply to this letter", "office@bigres.example", 3)
    tap.is_equal(owed(d, "bigres").get("by"), "reseller", "the word does", owed(d, "bigres"))
    tap.unlike(d.check("intake", "list", "--json").out, "wrote more", "and needs no person")
    answer(d, got["post@kleinres.example"], "Bestätigt\n\nKunden am 1. informiert.", "post@kleinres.example", 4)
    tap.is_equal(owed(d, "kleinres").get("by"), "reseller", "so does the German one")
    tap.like(d.check("intake", "list", "--json").out, "wrote more", "what stands below it is read by a person")


def told(d):
    r = d.aup("reseller", "ack", "bigres", "second", "--told", "2026-03-01T00:00:00Z")
    tap.ok(r.rc == 1 and "said together" in r.err, "a date without proof is refused", r.err)
    r = d.aup("reseller", "ack", "bigres", "nothing")
    tap.ok(r.rc == 1 and "has been posted" in r.err, "so is a version that was never posted", r.err)
    r = d.aup("reseller", "ack", "bigres", "second", "--told", "2099-03-01T00:00:00Z", "--document", "letter")
    tap.ok(r.rc == 1 and "still to come" in r.err, "and a time that is still to come", r.err)
    d.check("reseller", "ack", "bigres", "second", "--told", "2026-03-01T00:00:00Z", "--document", "their letter 17 to it@shop.example", "--file", os.path.join(POLICY, "aup.md"))
    a = owed(d, "bigres")
    with open(os.path.join(POLICY, "aup.md"), "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    tap.is_equal((a["told"][:10], a["document"], a["sha256"], a["by"], a["proven_by"]), ("2026-03-01", "their letter 17 to it@shop.example", digest, "reseller", "tester"),
                 "what proves that its customers were told is kept beside the acknowledgement, and who entered it")
    r = d.aup("reseller", "ack", "bigres", "second", "--told", "2026-03-02T00:00:00Z", "--document", "another")
    tap.ok(r.rc == 1 and "already" in r.err, "and is not overwritten", r.err)
    d.check("reseller", "ack", "mute", "second")
    tap.is_equal(owed(d, "mute")["by"], "tester", "an operator enters what came another way")
    tap.like(d.check("reseller", "show", "bigres").out, r"version second: acknowledged .* by reseller, customers told 2026-03-01.*: their letter 17", "shown in words")
    tap.like(d.check("reseller", "show", "lazy").out, r"version second: owed by .*, no proof", "and what is owed")


def said(d):
    """By the reseller itself, over the API."""
    key = {r: d.check("key", "add", "reseller", r, "--json").json["key"] for r in ("kleinres", "lazy")}

    def say(of, name, body):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key[of]}"}
        r = d._http(("tcp", (d.address, d.ports["api"])), "POST", f"/v1/my/policies/{name}/acknowledge", json.dumps(body).encode(), headers)
        d.settle()
        return r.status

    digest = hashlib.sha256(b"Dear customers").hexdigest()
    proof = {"told": "2026-03-02T00:00:00Z", "document": "our circular 4", "sha256": digest}
    for bad in ({"told": proof["told"]}, {"sha256": digest}, dict(proof, sha256=digest.upper()), dict(proof, sha256="ab"), dict(proof, told="2099-01-01T00:00:00Z")):
        tap.is_equal(say("kleinres", "second", bad), 400, f"half a proof is none: {sorted(bad)}")
    tap.is_equal((say("kleinres", "nothing", {}), owed(d, "kleinres").get("told")), (404, None), "nor is one of a version that was never posted")
    tap.is_equal([say("kleinres", "second", proof) for _ in range(2)], [200, 200], "its proof is taken, and taken again it is the same")
    a = owed(d, "kleinres")
    tap.is_equal((a["told"][:10], a["document"], a["sha256"], a["proven_by"]), ("2026-03-02", "our circular 4", digest, "reseller"), "it stands with the digest of the document")
    tap.is_equal((say("kleinres", "second", dict(proof, document="another")), owed(d, "kleinres")), (409, a), "another one does not take its place")
    tap.like(d.check("reseller", "scorecard", "kleinres").out, rf"customers told 2026-03-02.*: our circular 4, SHA-256 {digest}", "the scorecard shows it")
    tap.is_equal(owed(d, "lazy").get("told"), None, "and of nobody else")
    return say


def overdue(d, path, say):
    d.restart()
    d.pass_time("29d")
    tap.is_equal(d.cases("--customer", "lazy"), [], "within the time nothing happens")
    d.pass_time("2d")
    cases = d.cases("--customer", "lazy")
    tap.is_equal([c["body"]["clause"] for c in cases], ["reseller.inform"], "behind it the reseller has a case of its own")
    tap.is_equal(sorted(letters(d, "we still\r?\nlack your confirmation")), ["post@lazy.example"], "and is reminded, the only one")
    tap.like(d.check("reseller", "show", "lazy").out, "overdue", "it is shown as overdue")
    tap.is_equal([c for r in ("bigres", "kleinres", "mute") for c in d.cases("--customer", r)], [], "who acknowledged has none")
    before = len(letters(d, "second")), len(d.sink.letters)
    reports = cases[0]["body"]["report_count"]
    d.check("policy", "post", path)
    d.pass_time("1d")
    tap.is_equal((len(letters(d, "second")), len(d.sink.letters)), before, "the same version posted again asks nobody")
    tap.is_equal(d.cases("--customer", "lazy")[0]["body"]["report_count"], reports, "and the signal was raised once")
    tap.is_equal((cases[0]["state"], say("lazy", "second", {})), ("open", 200), "it acknowledges at last")
    tap.is_equal([(c["case"], c["state"]) for c in d.cases("--customer", "lazy")], [(cases[0]["case"], "paused")], "its case stands still until a person has read it")
    before = len(d.sink.letters), len(d.check("case", "show", cases[0]["case"], "--json").json["events"])
    tap.is_equal(say("lazy", "second", {}), 200, "said again")
    d.pass_time("40d")
    tap.is_equal((len(d.sink.letters), len(d.check("case", "show", cases[0]["case"], "--json").json["events"])), before, "nothing is done again, and it is reminded no more")


def erased(d):
    for uid in (os.getuid(), 4242):
        d.check("erase", "shop", "--basis", "asked for by letter", "--even-open", "gone", uid=uid)
    d.settle()
    a = owed(d, "bigres")
    tap.ok("shop.example" not in a["document"] and a["told"], "an erased customer's address goes from the proof, the proof's day stays", a)
    for uid in (os.getuid(), 4242):
        d.check("erase", "bigres", "--basis", "asked for by letter", "--even-open", "gone", uid=uid)
    d.settle()
    d.check("registry", "import", "-", stdin=REGISTRY)
    tap.is_equal(owed(d, "bigres"), {}, "of an erased reseller nothing of it is left")


def main():
    with Daemon(registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), enforcement="on", operators={"tester": os.getuid(), "second": 4242}) as d:
        d.check("registry", "import", "-", stdin=REGISTRY + LEFT)
        path = version(d, "second")
        got = asked(d, path)
        answered(d, got)
        told(d)
        say = said(d)
        overdue(d, path, say)
        erased(d)
        r = d.aup("policy", "check", version(d, "third", drop_letter=True))
        tap.ok(r.rc == 1 and re.search('no letter "reseller-acknowledge" in language en', r.out + r.err), "a version that asks without the letter is refused", r)


if missing() or not program("aup"):
    tap.skip_all(missing())
tap.run(main)
