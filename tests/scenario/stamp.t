#!/usr/bin/env python3
"""Time stamps of the ledger, RFC 3161, by OpenSSL's own authority: a checkpoint is stamped once a day, whoever is killed; the stamp is
kept as OpenSSL verifies it, goes into bundles and is checked offline; an authority that is down or wrong holds nothing up."""
import hashlib
import os
import re
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from ledgers import checkpoint, leaves, root, whole
from tsa import Authority

WHY = ("--because", "the court asked")


def complain(d, name):
    before = len(leaves(d))
    for r in "abc":
        d.smtp_send(arf("203.0.113.17", number=f"{name}{r}", reporter=f"r@{r}.example"))
    d.settle()
    n = whole(d)[0]
    assert n > before
    return n


def status(d):
    return d.aup("evidence", "status", "--json").json


def stamps(d):
    path = os.path.join(d.data, "ledger", "stamps")
    return sorted(int(n) for n in os.listdir(path) if n.isdigit()) if os.path.isdir(path) else []


def kept(d, size):
    """Text of the checkpoint, time and DER of what is kept of a size."""
    with open(os.path.join(d.data, "ledger", "stamps", str(size)), "rb") as f:
        data = f.read()
    head, rest = data.split(b"\n", 1)
    text, _, der = rest.partition(b"\n\n")
    assert der[:1] == b"\n"
    return text + b"\n", int(head.split(b" ")[1]), der[1:]


def by_openssl(d, t, text, der):
    for name, data in (("text", text), ("der", der)):
        with open(os.path.join(d.dir, name), "wb") as f:
            f.write(data)
    r = subprocess.run(["openssl", "ts", "-verify", "-data", d.dir + "/text", "-in", d.dir + "/der", "-CAfile", t.ca], capture_output=True, text=True, check=False)
    return r.returncode == 0


def stamped(d, t):
    first = d.until(lambda: stamps(d), "a stamp")[-1]
    n = complain(d, "s1")
    d.kill_and_wait("hand")
    d.kill_and_wait("judge")
    tap.ok(stamps(d) == [first] and t.asked == 1, "one stamp; no second one within the day, whoever is killed", stamps(d), t.asked)
    text, at, der = kept(d, first)
    tree = text.decode().split("\n")
    tap.ok(tree[0] == "example.net/aupd" and int(tree[1]) == first and by_openssl(d, t, text, der), "OpenSSL finds it good over the checkpoint's text", text)
    s = status(d)
    tap.ok(s["stamped"] == first and s["stamped_at"].startswith("20") and not s["stamp_trouble"], "status tells it", s)
    d.pass_time("25h")
    n = max(n, complain(d, "s2"))
    d.until(lambda: len(stamps(d)) == 2, "the second stamp")
    tap.ok(stamps(d)[1] > first and by_openssl(d, t, *kept(d, stamps(d)[1])[::2]), "a day later what is new is stamped")
    queries = [hashlib.sha256(q).hexdigest() for q in t.queries]
    tap.ok(len(set(queries)) == len(queries), "no request is as another one")


def bundles(d, t, old):
    key = d.check("evidence", "key").out.strip()
    case = d.cases()[0]["case"]
    path = os.path.join(d.dir, "bundle")
    out = d.check("evidence", "export", case, *WHY, "-o", path).out
    tap.ok("--tsa-ca" in out, "the export says what is needed to check it", out)
    r = d.aup("verify", path, "--key", key, "--tsa-ca", t.ca)
    covered = re.search(r"was there at 20\S+: (\d+) of these (\d+) records", r.out)
    tap.ok(r.rc == 0 and covered and 0 < int(covered[1]) <= int(covered[2]), "a bundle verifies with the certificates", r.out[-1000:], r.err)
    r = d.aup("verify", path, "--key", key, "--tsa-ca", t.ca, "--json")
    tap.ok(r.json["stamped"].startswith("20") and r.json["records_stamped"] == sum(x["leaf"] < status(d)["stamped"] for x in r.json["records"]),
           "and tells in JSON when, and how many records of it the stamp covers", r.err)
    with open(os.path.join(d.dir, "none.pem"), "wb") as f:
        f.write(b"none\n")
    r = d.aup("verify", path, "--key", key, "--tsa-ca", os.path.join(d.dir, "none.pem"))
    tap.ok(r.rc == 1 and "no certificate" in r.err, "so it is with a file that holds no certificate", r.err)
    with Authority(d.address, os.path.join(d.dir, "tsa2")) as other:
        r = d.aup("verify", path, "--key", key, "--tsa-ca", other.ca)
        tap.ok(r.rc == 1 and "the time stamp is not good" in r.err, "and with those of another authority", r.err)
    with open(path, "rb") as f:
        body = f.read()[:-72]
    at = body.index(b"\ntime ") + 6
    wrong = 0
    changes = [at, at + 9, body.index(b"example.net/aupd\n", at), body.index(b"\n", at + 12) + 30]
    changes += range(body.index(b"\x30\x82", at) + 60, body.index(b"\x30\x82", at) + 200, 7)
    for i in changes:
        changed = body[:i] + bytes([body[i] ^ 1]) + body[i + 1:]
        with open(path + ".x", "wb") as f:
            f.write(changed + b"sha256 " + hashlib.sha256(changed).hexdigest().encode() + b"\n")
        wrong += d.aup("verify", path + ".x", "--key", key, "--tsa-ca", t.ca).rc == 0
    tap.is_equal(wrong, 0, f"a stamp of which an octet was changed is refused ({len(changes)} tried), also with a new digest at the end")
    d.check("evidence", "export", case, *WHY, "-o", path)
    r = d.aup("verify", path, "--key", key)
    tap.ok(r.rc == 0 and "What its time stamp says: no certificate" in r.out, "the ledger's key alone is enough, and it is told that the stamp was not looked at", r.out, r.err)
    r = d.aup("verify", path, "--key", key, "--json")
    tap.ok(r.rc == 0 and r.json["stamp_unchecked"] and not r.json["stamped"] and not r.json["records_stamped"], "also to a program")
    tap.ok(d.aup("verify", old, "--key", key).rc == 0, "a bundle from before there were stamps still verifies")
    r = d.aup("verify", old, "--key", key, "--tsa-ca", t.ca)
    tap.ok(r.rc == 1 and "has no time stamp" in r.out + r.err, "and is refused where a stamp is asked for", r.err)
    n = complain(d, "b1")
    d.check("evidence", "export", case, *WHY, "-o", path)
    r = d.aup("verify", path, "--key", key, "--tsa-ca", t.ca, "--json")
    tap.ok(r.rc == 0 and 0 < r.json["records_stamped"] < len(r.json["records"]) and r.json["size"] == n, "records since the last stamp are told apart",
           {k: v for k, v in (r.json or {}).items() if k != "records"}, r.err)


def wrong(d, t):
    for mode, says in (("down", "did not answer"), ("garbage", "no answer of a time-stamping"), ("empty", "no or more than"), ("huge", "did not answer|longer than"),
                       ("rejected", "was not granted"), ("other", "not good"), ("replayed", "not good|another request"), ("tail", "no answer of a time-stamping")):
        t.set_mode(mode)
        before, since = stamps(d), d.log.end()
        d.pass_time("25h")
        n = complain(d, mode)
        d.until(lambda: re.search(says, status(d)["stamp_trouble"] or ""), f"{mode}: {says}")
        tap.ok(stamps(d) == before and checkpoint(d)[1] == n, f"{mode}: it is told, nothing is kept, the ledger goes on", status(d))
        tap.ok(d.log.find("the ledger was not stamped with a time", since), "the log has it")
        t.set_mode("honest")
        d.until(lambda: len(stamps(d)) > len(before) and not status(d)["stamp_trouble"], "a stamp after " + mode)
    tap.like(d.check("status").out, "the ledger was not stamped with a time", "aup status has it in words")
    t.set_mode("slow")
    asked, before = t.asked, stamps(d)
    d.pass_time("25h")
    complain(d, "slow")
    t.wait(lambda: t.asked > asked)
    n = complain(d, "slow2")
    tap.ok(checkpoint(d)[1] == n, "an authority that never answers does not hold up the ledger")
    t.set_mode("honest")
    d.kill_and_wait("hand")
    d.until(lambda: len(stamps(d)) > len(before), "a stamp by the new hand")
    tap.ok(checkpoint(d)[2] == root(leaves(d)), "the hand is killed while it waits: the new one is asked again")


def damaged(d, t):
    last = stamps(d)[-1]
    with open(os.path.join(d.data, "ledger", "stamps", str(last)), "wb") as f:
        f.write(b"torn")
    since = d.log.end()
    d.restart()
    tap.ok(d.log.find("the last time stamp of the ledger cannot be read", since), "a damaged stamp is told of")
    d.until(lambda: status(d)["stamped"] and by_openssl(d, t, *kept(d, status(d)["stamped"])[::2]), "another stamp")
    tap.ok(True, "and another one is asked for")


def main():
    with Daemon() as d:
        complain(d, "first")
        key_old = os.path.join(d.dir, "old")
        d.check("evidence", "export", d.cases()[0]["case"], *WHY, "-o", key_old)
        with Authority(d.address, os.path.join(d.dir, "tsa")) as t:
            d.stop()
            d.more["conf"] = f"ledger {{ stamp {t.url}\nstamp-ca {t.ca}\nallow 127.0.0.0/8 }}"
            d.write_config()
            d.launch()
            stamped(d, t)
            bundles(d, t, key_old)
            wrong(d, t)
            damaged(d, t)


tap.skip_all(missing()) if missing() else tap.run(main)
