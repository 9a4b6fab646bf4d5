#!/usr/bin/env python3
"""A draft that is tried beside the versions in force: it does nothing, outlives restarts, and tells what it would have done; posting by two people."""
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, arf, missing

SECOND = 54321
CUSTOMERS = 4


def register(d):
    rows = ["type,id,customer,class,kind,resource,email,from"]
    for i in range(CUSTOMERS):
        rows += [f"customer,c{i},,business,,,c{i}@customer.example,2026-01-01T00:00:00Z", f"service,s{i},c{i},,mail,,,2026-01-01T00:00:00Z",
                 f"prefix,p{i},c{i},,static,198.18.9.{i}/32,,2026-01-01T00:00:00Z"]
    path = os.path.join(d.dir, "customers.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    d.check("registry", "import", path)


def draft(d, name, posted, *edits):
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(posted))
    for file, pattern, by in edits + (("aup.policy", r"    posted .*\n    effective .*\n", f'    version "{name}"\n    posted {at}\n'),):
        with open(f"{path}/{file}", encoding="utf-8") as f:
            text = f.read()
        with open(f"{path}/{file}", "w", encoding="utf-8") as f:
            f.write(re.sub(pattern, by, text))
    for file in os.listdir(path):
        if file.endswith(".policy"):
            with open(f"{path}/{file}", encoding="utf-8") as f:
                text = f.read()
            with open(f"{path}/{file}", "w", encoding="utf-8") as f:
                f.write(re.sub(r'(?ms)^test ".*?^}\n', "", text))
    return path


def report(d, customer, reporters, at):
    for k in range(reporters):
        d.smtp_send(arf(f"198.18.9.{customer}", number=int(at) % 100000 + 100 * customer + k, reporter=f"fbl@n{k}.example", at=at), sender="")
    d.settle()


def shown(d, *more):
    r = d.aup("policy", "shadow", "show", "--json", *more)
    return r.rc, r.json


def tried(d, now):
    strict = draft(d, "strict", now + 30 * 86400, ("mail.policy", r"count distinct reporters per customer >= 3 in 24h", "count distinct reporters per customer >= 2 in 24h"))
    r = d.aup("policy", "shadow", "show")
    tap.ok(r.rc == 1 and "no draft is tried" in r.err, "without a draft there is nothing to show", r)
    report(d, 0, 2, now)
    d.pass_time("1h")
    r = d.check("policy", "shadow", strict)
    tap.like(r.out, r"^version strict, sha256 [0-9a-f]{64}, is tried since ", "a draft is tried")
    d.pass_time("1m")
    report(d, 1, 2, now + 3600)
    tap.is_equal((len(d.cases()), len(d.sink.letters)), (0, 0), "what the draft would act on opens no case and sends no letter")
    rc, answer = shown(d)
    tap.is_equal((rc, answer["observations"], answer["gained"], answer["lost"]), (1, 2, 1, 0), "but it is told: a case of what was judged since, and not of what was before")
    before = d.check("policy", "shadow", strict).out
    d.restart()
    d.pass_time("1m")
    report(d, 2, 2, now + 3700)
    rc, answer = shown(d)
    tap.is_equal((answer["observations"], answer["gained"]), (4, 2), "after a restart it goes on from where it began")
    tap.is_equal(d.check("policy", "shadow", strict).out, before, "also when the same draft is given again")
    r = d.aup("policy", "shadow", "show")
    tap.like(r.out, r"^proposed by tester, tried since 20", "and says who proposed it")
    report(d, 3, 3, now + 3700)
    tap.is_equal(len(d.cases()), 1, "what is in force goes on beside it")
    return strict


def reads(d, now):
    """A fact that no posted version reads is noted from when a draft that reads it is tried."""
    reading = draft(d, "reading", now + 30 * 86400, ("mail.policy", r"when report messaging.spam or messaging.bulk_messaging, grade A\n", 'when report messaging.spam, grade A, fact colour is "red"\n'))
    r = d.aup("policy", "backtest", "--json", reading)
    tap.is_equal(r.json["facts_not_recorded"], ["colour"], "what no version reads is not recorded")
    d.check("policy", "shadow", reading)
    d.pass_time("1m")
    report(d, 1, 1, now + 4000)
    tap.is_equal(shown(d)[1]["facts_not_recorded"], [], "what the draft reads is, from then on")
    d.check("policy", "shadow", "off")
    tap.is_equal(d.aup("policy", "shadow", "show").rc, 1, "it ends when it is switched off")
    d.check("policy", "shadow", "off")


def two(d, strict):
    late = draft(d, "late", time.time() + 60 * 86400)
    r = d.aup("policy", "post", strict)
    tap.ok(r.rc == 1 and "has not been tried" in r.err, "what was not tried is not posted", r)
    d.check("policy", "shadow", strict)
    r = d.aup("policy", "post", strict)
    tap.ok(r.rc == 1 and "another one posts it" in r.err, "nor by who proposed it", r)
    r = d.aup("policy", "post", late, uid=SECOND)
    tap.ok(r.rc == 1 and "has not been tried" in r.err, "nor another text in its place", r)
    tap.like(d.check("policy", "post", strict, uid=SECOND).out, "^posted version strict", "a second person posts it")
    tap.is_equal(d.aup("policy", "shadow", "show").rc, 1, "then it is not tried any more")
    tap.like(d.check("policy", "post", strict).out, "was posted before", "and the same again says so, whoever asks")


def main():
    with Daemon(enforcement="on") as d:
        now = time.time()
        register(d)
        tried(d, now)
        reads(d, now)
        for args in ((), ("show", "more"), ("off", "--all")):
            tap.is_equal(d.aup("policy", "shadow", *args).rc, 2, f"{args} is wrong usage")
    if os.getuid() != 0:
        tap.skip("posting by two takes two people", "only root can be two people")
        return
    with Daemon(enforcement="on", operators={"tester": 0, "second": SECOND}, conf="posting-by-two yes", policy=None) as d:
        first = draft(d, "first", time.time() - 86400)
        d.check("policy", "shadow", first)
        d.check("policy", "post", first, uid=SECOND)
        two(d, draft(d, "strict", time.time() + 30 * 86400))


tap.skip_all(missing()) if missing() else tap.run(main)
