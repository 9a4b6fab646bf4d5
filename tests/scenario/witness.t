#!/usr/bin/env python3
"""Witnesses of the ledger: checkpoints are cosigned over HTTP by a second implementation that checks each consistency proof; whoever
is killed, nothing is lost; bundles carry the cosignatures and verify offline; and a witness that is wrong in any way holds up nothing
but itself, while one that contradicts the ledger is told to people."""
import base64
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from ledgers import checkpoint, leaves, root, whole
from witness import Witness, good, key_id, public_of, vkey

WHY = ("--because", "the court asked")


def complain(d, name):
    """More records of the one case, and a checkpoint over them."""
    before = len(leaves(d))
    for r in "abc":
        d.smtp_send(arf("203.0.113.17", number=f"{name}{r}", reporter=f"r@{r}.example"))
    d.settle()
    n = whole(d)[0]
    assert n > before
    return n


def cosigned(d):
    """Text, size, root of the cosigned checkpoint, and its signature lines."""
    try:
        with open(os.path.join(d.data, "ledger", "cosigned"), encoding="utf-8") as f:
            note = f.read()
    except FileNotFoundError:
        return None
    text, _, lines = note.partition("\n\n")
    origin, size, tree = text.split("\n")
    return text + "\n", int(size), base64.b64decode(tree), re.findall("\u2014 (\\S+) (\\S+)\n", lines)


def signers(d, *witnesses):
    """Which of the witnesses have a good line in the cosigned checkpoint, by this test's own reading."""
    text, _, _, lines = cosigned(d)
    found = []
    for w in witnesses:
        for name, blob in lines:
            raw = base64.b64decode(blob)
            stamp = int.from_bytes(raw[4:12], "big")
            if name == w.name and raw[:4] == key_id(name, 4, w.public) and good(w.public, b"cosignature/v1\ntime %d\n" % stamp + text.encode(), raw[12:]):
                found.append(w.name)
    return found


def status(d):
    return d.aup("evidence", "status", "--json").json


def both_sign(d, n, *witnesses):
    return d.until(lambda: (cosigned(d) or (0, 0))[1] >= n and len(signers(d, *witnesses)) == len(witnesses), f"{len(witnesses)} cosignatures over {n}")


def grows(d, a, b):
    for i, victim in enumerate((None, "hand", "judge", "signer", "hand")):
        n = complain(d, f"g{i}")
        if victim:
            d.kill_and_wait(victim)
        both_sign(d, n, a, b)
        text, size, tree, lines = cosigned(d)
        tap.ok(tree == root(leaves(d)[:size]) and a.size == b.size == size and len(lines) == 3,
               "both witnesses signed the checkpoint of all records" + (f", {victim} killed" if victim else ""), text, lines)
    s = status(d)
    tap.is_equal([w["cosigned"] for w in s["witnesses"]] + [s["witnessed"]], [n, n, n], "status tells what each has signed")
    tap.ok(all(w["signs"] and not w["contradicts"] for w in s["witnesses"]), "and that both do", s)
    tap.ok(all(b"old " in body.encode() and body.count("\u2014 example.net/aupd ") == 1 for body in a.bodies), "nothing was shown to a witness that the ledger had not signed")


def too_few(d, a, b):
    """Required is 2."""
    before = cosigned(d)[1]
    b.set_mode("down")
    n = complain(d, "few")
    d.until(lambda: status(d)["witnesses"][0]["cosigned"] >= n and not status(d)["witnesses"][1]["signs"], "one signature")
    s = status(d)
    tap.ok(cosigned(d)[1] == before == s["witnessed"] and s["required"] == 2, "what too few have signed is not given out as witnessed", s)
    b.set_mode("honest")
    both_sign(d, n, a, b)
    tap.ok(cosigned(d)[1] == n, "and it is once the other one came back, on the same checkpoint")


def lost_answers(d, a, b):
    """What a witness signed and could not say is found by its 409."""
    a.set_mode("lost")
    n = complain(d, "l0")
    a.wait(lambda: a.size >= n)
    d.until(lambda: status(d)["witnesses"][0]["trouble"], "the trouble")
    a.set_mode("honest")
    since = d.log.end()
    n = complain(d, "l1")
    both_sign(d, n, a, b)
    tap.ok(409 in a.statuses, "a witness whose answer was lost tells the size it knows, and is shown the growth from there", a.statuses)
    tap.ok(d.log.find("a witness signs again", since), "it is said when it signs again")
    a.set_mode("honest")
    os.unlink(os.path.join(d.data, "ledger", "witnesses"))
    d.restart()
    n = complain(d, "l2")
    both_sign(d, n, a, b)
    tap.ok(409 in a.statuses, "what was known of witnesses is not needed: they tell it", a.statuses)
    with open(os.path.join(d.data, "ledger", "witnesses"), "w", encoding="ascii") as f:
        f.write("{ torn")
    with open(os.path.join(d.data, "ledger", "cosigned"), "w", encoding="ascii") as f:
        f.write("torn")
    since = d.log.end()
    d.restart()
    tap.ok(d.log.find("cannot be read, and they are asked anew", since) and d.log.find("is of no use", since), "damaged files of them are told of")
    n = complain(d, "l3")
    both_sign(d, n, a, b)
    tap.ok(True, "and begun anew")


def bundles(d, a, b, old):
    key = d.check("evidence", "key").out.strip()
    case = d.cases()[0]["case"]
    path = os.path.join(d.dir, "bundle")
    out = d.check("evidence", "export", case, *WHY, "-o", path).out
    tap.ok(a.key in out and b.key in out, "the export says whose keys are needed", out)
    r = d.aup("verify", path, "--key", key, "--witness", a.key, "--witness", b.key, "--required", 2)
    tap.ok(r.rc == 0 and "2 of the 2 witnesses given signed it" in r.out, "a bundle verifies with the keys of both", r.out, r.err)
    r = d.aup("verify", path, "--key", key, "--witness", a.key)
    tap.ok(r.rc == 0 and "1 of the 1 witnesses given signed it" in r.out and "What 1 signature of others" in r.out, "a line that no given key covers says nothing", r.out, r.err)
    r = d.aup("verify", path, "--key", key, "--witness", a.key, "--witness", b.key, "--witness", stranger(), "--required", 3)
    tap.ok(r.rc == 1 and "2 of the 3 witnesses given signed it, and 3 must have" in r.out + r.err, "too few are refused", r.out, r.err)
    r = d.aup("verify", path, "--key", key, "--json")
    tap.ok(r.rc == 0 and r.json["signatures_unchecked"] == 2 and r.json["witnesses_signed"] == 0, "the ledger's key alone is enough", r.out, r.err)
    r = d.aup("verify", old, "--key", key)
    tap.ok(r.rc == 0, "a bundle from before there were witnesses still verifies", r.out, r.err)
    r = d.aup("verify", old, "--key", key, "--witness", a.key, "--required", 1)
    tap.ok(r.rc == 1 and "0 of the 1 witnesses" in r.out + r.err, "and says that none signed it", r.out, r.err)
    record = case + ".1"
    proof = d.check("evidence", "proof", record).out
    tap.ok(f"\u2014 {a.name} " in proof and f"\u2014 {b.name} " in proof, "a proof bears their lines too", proof)


def stranger():
    return vkey("witness.example/w9", 4, public_of(b"9" * 32))


def wrong(d, a, b):
    """Required is 1: b goes on, whatever a does."""
    for mode, says in (("wrong-key", "without a good signature of the key"), ("wrong-signature", "without a good signature of the key"),
                       ("wrong-time", "more than a day"), ("no-time", "more than a day"), ("garbage", "was not understood"),
                       ("empty", "was not understood"), ("huge", "cannot be reached, or did not answer"), ("loop", "was not understood"),
                       ("no-size", "was not understood"), ("bad-size", "was not understood"), ("forbidden", "does not accept the signature"),
                       ("unknown", "does not know this ledger"), ("down", "cannot be reached")):
        a.set_mode("honest")
        both_sign(d, complain(d, "h" + mode), a, b)
        a.set_mode(mode)
        n = complain(d, mode)
        d.until(lambda: re.search(says, status(d)["witnesses"][0]["trouble"] or "") and not status(d)["witnesses"][0]["signs"] and (cosigned(d) or (0, 0))[1] >= n, f"{mode}: {says}")
        s = status(d)
        tap.ok(signers(d, a, b) == [b.name] and not s["witnesses"][0]["signs"] and s["witnesses"][1]["cosigned"] >= n and not s["witnesses"][0]["contradicts"],
               f"{mode}: it is told, nothing of it is kept, the other one signs", s)
    a.set_mode("honest")
    both_sign(d, complain(d, "hslow"), a, b)
    a.set_mode("slow")
    asked = a.asked
    complain(d, "slow1")
    a.wait(lambda: a.asked > asked)
    since = d.log.end()
    n = complain(d, "slow")
    tap.ok(checkpoint(d)[1] == n, "a witness that never answers does not hold up the ledger", d.log.lines[since:])
    d.kill_and_wait("judge")
    for i in range(3):
        n = complain(d, f"slow3{i}")
        d.until(lambda: cosigned(d)[1] >= n, "the other witness's signature")
    tap.ok(signers(d, a, b) == [b.name], "nor, when the judge is killed meanwhile, the other witness")
    a.set_mode("honest")
    a.hold.set()
    d.kill_and_wait("hand")
    both_sign(d, complain(d, "after"), a, b)
    tap.ok(True, "and a new hand asks again")


def contradicted(d, a, b):
    for mode, says, told in (("inconsistent", "did not grow from what it signed", "a witness says that the ledger did not grow"),
                             ("ahead", "has signed a larger ledger", "a witness has signed a larger ledger")):
        a.set_mode("honest")
        both_sign(d, complain(d, "c" + mode), a, b)
        a.set_mode(mode)
        complain(d, mode)
        d.until(lambda: status(d)["witnesses"][0]["contradicts"], mode)
        r = d.aup("evidence", "status")
        tap.ok(r.rc == 1 and "IT CONTRADICTS THE LEDGER" in r.out and says in r.out, f"{mode}: evidence status says it and fails", r.out)
        tap.like(d.check("status").out, told, "aup status has it in words")
        since = d.log.end()
        d.kill_and_wait("judge")
        tap.ok(d.log.wait("a witness contradicts the ledger", since) and status(d)["witnesses"][0]["contradicts"], "and it is remembered, and said again after a restart")
        n = complain(d, "on" + mode)
        tap.ok(checkpoint(d)[1] == n, "the ledger goes on")
    a.set_mode("honest")


def restored(d, a, b):
    """A ledger of another history under the same key: the witness is the one to see it."""
    a.set_mode("honest")
    both_sign(d, complain(d, "r"), a, b)
    a.state["logs"]["example.net/aupd"]["root"] = base64.b64encode(b"x" * 32).decode()
    complain(d, "r2")
    d.until(lambda: status(d)["witnesses"][0]["contradicts"], "the contradiction")
    tap.ok(422 in a.statuses and status(d)["witnesses"][1]["signs"], "a witness that saw another history refuses the growth proof, and that is told", a.statuses)


def main():
    with Daemon() as d:
        complain(d, "first")
        key = d.check("evidence", "key").out.strip()
        tap.is_equal(status(d)["witnesses"], [], "without witnesses there are none")
        old = os.path.join(d.dir, "old")
        d.check("evidence", "export", d.cases()[0]["case"], *WHY, "-o", old)
        with Witness(d.address, "witness.example/w1", os.path.join(d.dir, "w1"), [key]) as a, \
                Witness(d.address, "witness.example/w2", os.path.join(d.dir, "w2"), [key]) as b:
            d.stop()
            block = "ledger {{ witness %s %s\nwitness %s %s/\nrequired {}\nallow 127.0.0.0/8 }}" % (a.key, a.url, b.key, b.url)
            d.more["conf"] = block.format(2)
            d.write_config()
            d.launch()
            grows(d, a, b)
            too_few(d, a, b)
            lost_answers(d, a, b)
            bundles(d, a, b, old)
            d.stop()
            d.more["conf"] = block.format(1)
            d.write_config()
            d.launch()
            wrong(d, a, b)
            contradicted(d, a, b)
            restored(d, a, b)


tap.skip_all(missing()) if missing() else tap.run(main)
