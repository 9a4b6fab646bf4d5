#!/usr/bin/env python3
"""Evidence of a case, handed over: complaints come in, a case opens, its bundle verifies where there is nothing but aup and the
public key, and does not once it was changed; openings, policy and raw bytes; proofs; the footer of letters against the ledger."""
import base64
import hashlib
import json
import os
import random
import re
import sys
import uuid
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf
from elsewhere import Elsewhere, joined, sections

WHY = ("--because", "the court asked")


def exported(d, name, *more):
    path = os.path.join(d.dir, name)
    d.check("evidence", "export", *more, "-o", path)
    with open(path, "rb") as f:
        return f.read()


def contents(d, elsewhere, number, complaint):
    data = exported(d, "whole", number, *WHY, "--open", "all")
    got = elsewhere.verify(data)
    tap.is_equal(got.returncode, 0, "the bundle verifies where there is nothing but aup and the key", got.stdout, got.stderr)
    tap.like(got.stdout, r"opened: it is what was committed to", "it says what was opened")
    tap.like(got.stdout, rf"records 1 to \d+ of case {number} are here without a gap", "and that no record is missing")
    tap.like(got.stdout, r"Not proved:\n  That nothing came after", "and what is not proved")
    said = json.loads(elsewhere.verify(data, "--json").stdout)
    opened = [r["opened"] for r in said["records"]]
    tap.ok(any(o.get("source") == "203.0.113.66" and o.get("customer") for o in opened), "the address and the customer are opened", opened)
    raw = [base64.b64decode(r["raw"]) for r in said["records"] if "raw" in r]
    tap.is_equal(raw, [complaint], "the report is there as it came in, octet for octet")
    tap.ok(all(r["policy_text"] for r in said["records"] if "policy" in r["record"]), "and the text of the policy behind each record")
    policy = [o for n, o in sections(data) if n == "policy"]
    version = next(r["record"]["policy"] for r in said["records"] if "policy" in r["record"])
    tap.ok(len(policy) == 1 and json.loads(policy[0])["main"] and hashlib.sha256(policy[0]).hexdigest() == next(r["record"]["policy.digest"] for r in
           said["records"] if "policy" in r["record"]), f"whose digest is that of version {version}")
    lookups = d.check("lookups", "--json").json["lookups"]
    tap.ok(lookups[0]["asked"].startswith(f"evidence of {number} with raw bytes, opened: all") and lookups[0]["because"] == WHY[1], "that it was handed over is recorded",
           lookups[0])


def long_report(d, elsewhere):
    """Longer than two answers of the judge, and with octets of every kind."""
    payload = base64.b64encode(random.Random(1).randbytes(3 << 20)).decode()
    complaint = xarf("203.0.113.67", report_id=str(uuid.uuid4()), evidence=[{"content_type": "image/png", "payload": payload}])
    tap.is_equal(d.report(complaint).status, 202, "a report of 4 MB comes in")
    d.settle()
    number = next(c["case"] for c in d.cases() if c["body"]["customer"] == "bakery")
    said = json.loads(elsewhere.verify(exported(d, "long", number, *WHY), "--json").stdout)
    raw = [base64.b64decode(r["raw"]) for r in said["records"] if "raw" in r]
    tap.ok(complaint in raw and len(raw) == 2, "and goes out whole, beside the first", [len(r) for r in raw])


def chosen(d, elsewhere, number):
    data = exported(d, "chosen", number, *WHY, "--open", "source", "--no-raw")
    said = json.loads(elsewhere.verify(data, "--json").stdout)
    tap.is_equal({name for r in said["records"] for name in r["opened"]}, {"source"}, "only what was chosen is opened")
    own = b"".join(o for n, o in sections(data) if n != "policy")
    tap.ok(not [n for n, _ in sections(data) if n == "raw"] and b"bakery" not in own and b"desk" not in own, "nothing else is in it")
    closed = exported(d, "closed", number, *WHY, "--no-raw")
    tap.ok(b"203.0.113.66" not in closed, "without --open no value is")
    tap.is_equal(elsewhere.verify(closed).returncode, 0, "and the records prove themselves")
    for args, what in (((number,), "without a reason"), (("C-99999", *WHY), "of no case"), ((number, *WHY, "--open", "nonsense"), "of a name that is not there")):
        tap.ok(d.aup("evidence", "export", *args, "-o", os.path.join(d.dir, "no")).rc and not os.path.exists(os.path.join(d.dir, "no")), f"no export {what}")


def recorded(d, number):
    """Nobody reads past the record of the look-up."""
    def ask(op, **more):
        return json.loads(d.api("/v1/command", "POST", json.dumps({"op": op, "case": number, "because": WHY[1], "open": ["all"], "raw": True, **more})).body)
    before = len(d.check("lookups", "--json").json["lookups"])
    first = ask("evidence-export")
    page = {"size": first["size"], "until": first["until"], "ticket": first["ticket"]}
    tap.ok(ask("evidence-export", **page, after=1)["records"] and ask("evidence-raw", **page, after=1).get("piece"), "with its ticket the rest of an export is given")
    tap.is_equal(len(d.check("lookups", "--json").json["lookups"]), before + 1, "which is recorded once")
    for op, what, more in (("evidence-export", "without one", {"ticket": ""}), ("evidence-raw", "raw bytes without one", {"ticket": ""}),
                           ("evidence-export", "more than was asked for", {"until": page["until"] + 1}), ("evidence-export", "other values", {"open": ["text"]})):
        got = ask(op, **{**page, "after": 1, **more})
        tap.ok("recorded" in got.get("error", "") and "records" not in got and "piece" not in got, f"but not {what}", got)


def changed(d, elsewhere):
    """Each byte is tried by the unit test; here some, by the program."""
    number = next(c["case"] for c in d.cases() if c["body"]["customer"] == "acme")
    data = exported(d, "three", number, *WHY, "--open", "source")
    random.seed(7)
    survived = []
    for at in random.sample(range(len(data)), 60):
        bad = bytearray(data)
        bad[at] ^= 1
        got = elsewhere.verify(bytes(bad))
        if got.returncode != 1 or "NOT verify" not in got.stdout:
            survived.append((at, got))
    tap.is_equal(survived, [], "a changed byte is refused wherever it is")
    parts = sections(data)
    tap.is_equal(joined(parts), data, "the parts make the bundle again")
    records = [i for i, (n, _) in enumerate(parts) if n == "record"]
    openings = [i for i, (n, _) in enumerate(parts) if n == "opening"]
    swapped = list(parts)
    a, b = openings[0], openings[1]
    swapped[a], swapped[b] = parts[b], parts[a]
    got = elsewhere.verify(joined(swapped))
    tap.ok(got.returncode == 1 and "is not what it commits to" in got.stderr, "the opening of another record is refused, whatever the digest says", got.stderr)
    forged = list(parts)
    forged[records[0]] = ("record", parts[records[0]][1].replace(b"state ", b"state x"))
    got = elsewhere.verify(joined(forged))
    tap.ok(got.returncode == 1 and "does not have this record" in got.stderr, "so is a forged record", got.stderr)
    more = list(parts)
    more[0] = ("checkpoint", parts[0][1] + "\u2014 stranger.example AAAAAAE=\n".encode())
    got = elsewhere.verify(joined(more))
    tap.ok(got.returncode == 0 and "1 signature of others under the checkpoint says" in got.stdout, "a signature of a stranger says nothing, and that is told", got.stdout, got.stderr)
    name, public = b"example.net/aupd", b"\1" + hashlib.sha256(b"another").digest()
    other = b"+".join((name, hashlib.sha256(name + b"\n" + public).hexdigest()[:8].encode(), base64.b64encode(public)))
    elsewhere.put("other", other)
    tap.is_equal(elsewhere.verify(data, key="other").returncode, 1, "and another ledger's key verifies nothing")
    tap.is_equal(elsewhere.verify(data, key="nothing").returncode, 2, "no key, no check")


def ledger(d, number):
    proof = d.check("evidence", "proof", f"{number}.1").out
    tap.like(proof, r"^c2sp\.org/tlog-proof@v1\nindex \d+\n", "a record's proof is that of C2SP")
    tap.ok(d.aup("evidence", "proof", "C-1.77").rc == 1, "of no record there is none")
    status = d.check("evidence", "status", "--json").json
    tap.ok(status["signed"] and not status["stands_still"] and status["root"], "the ledger is signed", status)
    key = d.check("evidence", "key").out.strip()
    tap.is_equal(key, status["key"], "its key is shown")
    tap.like(key, r"^example\.net/aupd\+[0-9a-f]{8}\+", "and has the ledger's name")
    return key


def path_of(d, name, text):
    path = os.path.join(d.dir, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def growth(d, first):
    old, new = path_of(d, "old", first), path_of(d, "new", d.check("evidence", "status", "--json").json["checkpoint"])
    proof = os.path.join(d.dir, "growth")
    tap.like(d.check("evidence", "consistency", old, new, "-o", proof).out, r"^consistent: ", "an old checkpoint and a new one are of one ledger")
    key = d.check("evidence", "key").out.strip()
    away = ("--socket", "/nonexistent")
    got = d.aup("evidence", "consistency", old, new, "--proof", proof, "--key", key, *away)
    tap.ok(got.rc == 0 and got.out.startswith("consistent"), "also without the daemon, by the proof that it gave", got)
    tap.is_equal(d.aup("evidence", "consistency", old, new, "--proof", proof, *away).rc, 1, "but not without its key")
    hashes = open(proof).read()
    letter = re.search(r"\n([A-Za-z0-9+/])[^\n]*\n$", hashes).group(1)
    wrong = path_of(d, "wrong", hashes[:hashes.rindex("\n" + letter) + 1] + ("A" if letter != "A" else "B") + hashes[hashes.rindex("\n" + letter) + 2:])
    got = d.aup("evidence", "consistency", old, new, "--proof", wrong, "--key", key, *away)
    tap.ok(got.rc == 1 and "NOT CONSISTENT" in got.err, "a proof of something else proves nothing", got)
    size = int(first.splitlines()[1])
    tap.is_equal(d.aup("evidence", "consistency", str(size)).rc, 0, "sizes will do")
    forged = "example.net/aupd %d %s" % (size, base64.b64encode(bytes(32)).decode())
    got = d.aup("evidence", "consistency", forged)
    tap.ok(got.rc == 1 and "NOT CONSISTENT" in got.err, "a root that never was is found out", got)
    tap.is_equal(d.aup("evidence", "consistency", "999999").rc, 1, "and a size that is not there yet")


def footers(d):
    told = [re.search(r"^Ledger: (.*)$", l.text().replace("\r", ""), re.M) for l in d.sink.letters]
    tap.ok(told and all(told[1:]), "every letter after the first checkpoint tells the ledger", d.sink.letters)
    for m in filter(None, told):
        tap.is_equal(d.aup("evidence", "consistency", m.group(0)).rc, 0, "the ledger begins with the one that a letter tells")
    acts = [a for c in d.cases() for a in d.check("case", "show", c["case"], "--json").json["acts"] if a.get("letter")]
    kept = {a["ledger"] for a in acts if a.get("ledger")}
    tap.ok(kept and kept <= {m.group(1) for m in told if m}, "and the act keeps what its letter told", kept)


def sealed(d):
    d.report(xarf("203.0.113.66", kind="csam", report_id="02eb480f-8172-431a-9276-c28ba90f6999"))
    d.settle()
    case = next(c for c in d.cases() if "body" not in c)
    got = d.aup("evidence", "export", case["case"], *WHY)
    tap.ok(got.rc == 1 and "sealed" in got.err and not got.out, "a sealed case is not exported", got)


def main():
    with Daemon() as d:
        complaint = xarf("203.0.113.66")
        tap.is_equal(d.report(complaint).status, 202, "a report comes in")
        d.settle()
        number = d.cases()[0]["case"]
        key = ledger(d, number)
        first = d.check("evidence", "status", "--json").json["checkpoint"]
        for n in range(3):
            d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@reporter-{n}.example"))
        d.settle()
        d.pass_time("72h")
        elsewhere = Elsewhere(key)
        contents(d, elsewhere, number, complaint)
        chosen(d, elsewhere, number)
        recorded(d, number)
        long_report(d, elsewhere)
        changed(d, elsewhere)
        growth(d, first)
        footers(d)
        sealed(d)
        d.kill_and_wait("judge")
        tap.is_equal(elsewhere.verify(exported(d, "again", number, *WHY)).returncode, 0, "after a kill of the judge the next bundle verifies too")
        elsewhere.close()


tap.skip_all(missing()) if missing() else tap.run(main)
