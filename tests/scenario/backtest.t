#!/usr/bin/env python3
"""The back-test of a draft: equal to what the daemon itself did, the same twice, on a store that is written, and on a file."""
import json
import os
import random
import re
import shutil
import stat
import sys
import threading
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import PERSONAL, POLICY, Daemon, arf, missing, xarf

SECOND, THIRD = 54321, 54322
CUSTOMERS = 8


def register(d, name="customers"):
    rows = ["type,id,customer,reseller,class,kind,resource,email,from,lifeline", "reseller,r1,,,,,,r1@reseller.example,2026-01-01T00:00:00Z,"]
    for i in range(CUSTOMERS):
        mail = "" if i == 3 else f"c{i}@customer.example"       # nobody to write to
        rows += [f"customer,c{i},,{'r1' if i % 2 else ''},business,,,{mail},2026-01-01T00:00:00Z,",
                 f"service,s{i},c{i},,,mail,,,2026-01-01T00:00:00Z,{'yes' if i == 6 else ''}",
                 f"prefix,p{i},c{i},,,static,198.18.9.{i}/32,,2026-01-01T00:00:00Z,"]
    path = os.path.join(d.dir, name + ".csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    d.check("registry", "import", path)


def reports(now):
    """What is reported: spam by one to six reporters, phishing, a class that nobody knows, one thing twice."""
    out = []
    for i in range(CUSTOMERS):
        for k in range(i % 6 + 1):
            out.append(("smtp", arf(f"198.18.9.{i}", number=100 * i + k, reporter=f"fbl@n{k}.example", at=now - 3600 + 600 * k)))
    for i in (1, 5):
        out.append(("http", xarf(f"198.18.9.{i}", report_id=f"02eb480f-8172-431a-9276-{i:012x}", at=now - 1800)))
    out.append(("smtp", arf("198.18.9.3", kind="unheard-of", number=9001, at=now - 1700)))
    out.append(out[7])
    return out


def give(d, what, index):
    kind, body = what
    if kind == "smtp":
        return d.smtp_send(body, sender="").code == 250
    return d.report(body, token=f"t{index}").status in (200, 202)


def draft(d, name, *edits):
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    for file, pattern, by in edits + (("aup.policy", r"    posted .*\n    effective .*\n",
                                       f'    version "{name}"\n    posted 2030-01-01T00:00:00Z\n    effective 2030-01-01T00:00:00Z\n'),):
        with open(f"{path}/{file}", encoding="utf-8") as f:
            text = f.read()
        with open(f"{path}/{file}", "w", encoding="utf-8") as f:
            f.write(re.sub(pattern, by, text))
    for file in os.listdir(path):       # the inline tests say what the shipped thresholds are
        if file.endswith(".policy"):
            with open(f"{path}/{file}", encoding="utf-8") as f:
                text = f.read()
            with open(f"{path}/{file}", "w", encoding="utf-8") as f:
                f.write(re.sub(r'(?ms)^test ".*?^}\n', "", text))
    return path


VERBS = ("none", "advise", "task", "ask", "notify", "forward", "limit", "suspend", "terminate")


def lived(d):
    """Each case as it stands in the daemon, with the gravest act that is in force or waits."""
    gravest = {}
    for act in (r["body"] for r in json.loads(d.api("/v1/acts?limit=1000").body)["rows"]):
        if act.get("desired") and act["state"] in ("done", "held"):
            gravest.setdefault(act.get("number"), []).append((VERBS.index(act["verb"]), act["state"] == "done"))
    rows = [c["body"] for c in d.cases()]
    return sorted((c["clause"], c["state"], c.get("report_count", 0), c.get("incident_count", 0), c.get("strikes", 0), c.get("next_step", 0),
                   VERBS[max(gravest.get(c["number"], [(0, True)]))[0]], not max(gravest.get(c["number"], [(0, True)]))[1]) for c in rows)


def replayed(answer, side):
    rows = [c[side] for c in answer["cases"] if side in c]
    return sorted((c["clause"], c["state"], c["reports"], c["incidents"], c["strikes"], c["step"], c["act"], c["waits"]) for c in rows)


def backtest(d, path, *more, rc=None):
    r = d.aup("policy", "backtest", "--json", "--all", *more, path)
    if rc is not None:
        tap.is_equal(r.rc, rc, f"the exit code is {rc}", r.err)
    return r.json


def live(seed):
    """One seed: the reports in an order of its own, with restarts between. Gives the cases."""
    order = random.Random(seed)
    with Daemon(enforcement="on") as d:
        register(d)
        given = reports(time.time())
        order.shuffle(given)
        restarts = sorted(order.sample(range(1, len(given)), 2))
        for i, what in enumerate(given):
            if i == restarts[0]:
                d.settle()
                d.restart()
            elif i == restarts[1]:
                d.kill_and_wait("judge")
            if not give(d, what, i):
                raise RuntimeError(f"report {i} was not taken")
        d.settle()
        d.pass_time("60h")
        cases, answer = lived(d), backtest(d, POLICY)
        tap.ok(len(cases) > 4 and len({c[0] for c in cases}) > 1, f"seed {seed}: there are cases of several clauses", cases)
        tap.is_equal(replayed(answer, "base"), cases, f"seed {seed}: the back-test of the version in force makes the cases that the daemon made")
        tap.is_equal((answer["gained"], answer["lost"], answer["changed"]), (0, 0, 0), f"seed {seed}: and as a draft it changes nothing")
        # one that was in flight at a kill may come twice, under the same name
        letters = {x.message_id for x in d.sink.letters if any(re.search("customer.example|reseller.example", str(r)) for r in x.recipients)}
        tap.is_equal(answer["draft"]["letters"], len(letters), f"seed {seed}: it counts as many letters to customers and resellers as were sent")
        return cases


def asked(d, until):
    """Twice the same, whatever goes on meanwhile."""
    first = backtest(d, POLICY, "--to", until)
    stop, sent = threading.Event(), []

    def write():
        i = 0
        while not stop.is_set():
            sent.append(give(d, ("smtp", arf(f"198.18.9.{i % CUSTOMERS}", number=5000 + i, reporter=f"fbl@w{i}.example")), i))
            i += 1
    writer = threading.Thread(target=write)
    writer.start()
    try:
        d.until(lambda: len(sent) > 20, "somebody writes")
        during = [backtest(d, POLICY, "--to", until) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    tap.is_equal({x["digest"] for x in during}, {first["digest"]}, "while the store is written the digest stays the same")
    tap.ok(re.fullmatch("[0-9a-f]{64}", first["digest"]), "and is one")
    d.settle()
    r = d.aup("policy", "backtest", POLICY, "--to", until)
    tap.like(r.out, rf"digest {first['digest']}$", "the text ends with the same digest")
    tap.ok(backtest(d, POLICY)["observations"] > first["observations"], "a longer time holds more")


def drafts(d, until):
    strict = draft(d, "strict", ("mail.policy", r"count distinct reporters per customer >= 3 in 24h", "count distinct reporters per customer >= 2 in 24h"))
    lax = draft(d, "lax", ("mail.policy", r"count distinct reporters per customer >= 3 in 24h", "count distinct reporters per customer >= 5 in 24h"))
    more, less = backtest(d, strict, "--to", until, rc=1), backtest(d, lax, "--to", until, rc=1)
    tap.is_equal((more["lost"], more["gained"] > 0), (0, True), "a lower threshold gains cases and loses none")
    tap.is_equal((less["gained"], less["lost"] > 0), (0, True), "a higher one loses some and gains none")
    tap.ok(more["customers_hit"] > less["customers_hit"] and more["resellers_hit"] == 1, "customers and resellers are counted", more["customers_hit"], less["customers_hit"])
    tap.ok(more["draft"]["letters"] > more["base"]["letters"] > less["draft"]["letters"], "and letters")
    slow = draft(d, "slow", ("ladders.policy", r"after 48h  limit mail", "after 96h  limit mail"), ("ladders.policy", r"after 48h +limit mail", "after 96h limit mail"))
    later = backtest(d, slow, "--to", until)
    tap.ok(later["changed"] > 0 and later["gained"] == later["lost"] == 0, "a slower ladder changes where cases stand", later["changed"])
    r = d.aup("policy", "backtest", slow, "--to", until)
    tap.like(r.out, r"(?m)^  changed  [0-9a-f]{16} email\.unsolicited: limit, \d steps -> notify, \d steps; \d+ reports$", "and says so in a line a case")
    reads = draft(d, "reads", ("mail.policy", r"when report messaging.spam or messaging.bulk_messaging, grade A\n", 'when report messaging.spam, grade A, fact colour is "red"\n'))
    unread = backtest(d, reads, "--to", until)
    tap.is_equal(unread["facts_not_recorded"], ["colour"], "a fact that was not recorded is named, and nothing is concluded from it")
    return strict


def files(d, until, strict):
    path = os.path.join(d.dir, "saved.export")
    live_answer = backtest(d, strict, "--to", until, "--save", path)
    tap.is_equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "an export can be read by its owner alone")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    inside = [x for x in text.splitlines() if not x.startswith('{"policy"')]
    tap.ok(not PERSONAL.search("\n".join(inside).replace("someone@replay.invalid", "")) and not re.search(r'198\.18\.|"c\d"|reseller\.example|n\d\.example', "\n".join(inside)),
           "it holds no address, no customer and no reporter")
    r = d.aup("policy", "backtest", "--json", "--all", "--export", path, "--socket", "/nowhere", strict)
    tap.is_equal((r.rc, r.json["digest"]), (1, live_answer["digest"]), "replayed from the file, without the daemon, the digest is the same")
    r = d.aup("policy", "backtest", "--to", until, "--save", path, strict)
    tap.is_equal((r.rc, os.path.getsize(path)), (1, len(text.encode())), "an export is not written over")
    lines = text.splitlines(keepends=True)
    bad = {"cut off in a line": (text[:-20], r"is cut off"), "without its end": ("".join(lines[:-1]), "has no end"),
           "with an observation less": ("".join(lines[:-2] + lines[-1:]), "says that it holds"), "without a head": ("".join(lines[1:]), "begins with its head"),
           "with something in it that is no line": ("".join(lines[:3] + ['{"what":{}}\n'] + lines[3:]), "line 4 of the export: this is no line of an export"),
           "that goes on behind its end": (text + lines[-1], "goes on behind its end"), "empty": ("", "no end"),
           "of the year fifty thousand": (re.sub(r'"event":(\d+)', r'"event":\g<1>000', text, count=1), "out of range")}
    for name, (content, pattern) in bad.items():
        with open(path + ".bad", "w", encoding="utf-8") as f:
            f.write(content)
        r = d.aup("policy", "backtest", "--export", path + ".bad", strict)
        tap.ok(r.rc == 1 and not r.out and re.search(pattern, r.err), f"an export {name} is refused", r.rc, r.out, r.err)
    for args in ((), ("--export", path, "--save", "x", strict), ("--export", path, "--from", until, strict), (strict, strict)):
        tap.is_equal(d.aup("policy", "backtest", *args).rc, 2, f"{' '.join(args[:2:2]) or 'nothing'} is wrong usage")
    tap.is_equal(d.aup("policy", "backtest", "--socket", "/nowhere", strict).rc, 3, "without a daemon the exit code is 3")
    r = d.aup("policy", "backtest", "--from", until, "--to", "2026-01-01T00:00:00Z", strict)
    tap.ok(r.rc == 1 and "the end of that time lies before its beginning" in r.err, "a time that ends before it begins is refused", r.err)


def asked_by_whom(d):
    tap.like(d.aup("lookups").out, r"tester asked for observations from \S+ to \S+, pseudonymised: a back-test", "that it was asked for is recorded")
    r = d.api("/v1/command", "POST", json.dumps({"op": "sightings", "after": "0006000000000000.1", "last": "z", "ticket": "0" * 64}).encode())
    tap.ok(r.status == 409 and b"begins with its first page" in r.body, "nobody comes by what is recorded without its being recorded", r.status, r.body)
    for body in ({"op": "sightings", "compared": [1]}, {"op": "sightings", "from": -5}, {"op": "sightings", "from": 2**62, "to": 5}):
        tap.is_equal(d.api("/v1/command", "POST", json.dumps(body).encode()).status, 409, f"{body} is refused")


def posted(d, until):
    """A draft that is posted, twice: what was is judged as before."""
    before = backtest(d, POLICY, "--to", until)
    path = draft(d, "posted", ("mail.policy", r"distinct reporters per customer >= 3 in 24h", "distinct reporters per customer >= 4 in 24h"))
    for _ in range(2):
        d.check("policy", "post", path)
    after = backtest(d, POLICY, "--to", until)
    tap.is_equal(after["digest"], before["digest"], "a version that binds later, posted twice, changes nothing of what was")


def appeals(d):
    """A hit that a second person found wrong on appeal is counted against a draft that makes it again."""
    number = next(c["case"] for c in d.cases() if c["body"]["state"] == "open" and c["body"]["clause"] == "email.unsolicited")
    before = backtest(d, POLICY)
    d.check("case", "appeal", number, "it was not us")
    d.check("case", "dismiss", number, "they are right", uid=THIRD)
    after = backtest(d, POLICY)
    tap.is_equal((before["draft"]["reversed"], after["draft"]["reversed"] > 0), (0, True), "hits that were later reversed on appeal are counted", after["draft"])
    number = next(c["case"] for c in d.cases() if c["body"]["state"] == "open" and c["body"]["clause"] == "email.unsolicited")
    d.check("case", "resolve", number, "not upheld")
    again = backtest(d, POLICY)
    tap.is_equal(again["draft"]["reversed"], after["draft"]["reversed"], "what was closed without an appeal is not")


def erased(d):
    """Who is erased by two people's word is gone from the log as well."""
    before = backtest(d, POLICY)
    for uid in (None, SECOND):
        d.check("erase", "c5", "--basis", "asked for by letter", "--even-open", "gone", uid=uid)
    d.pass_time("5m")
    after = backtest(d, POLICY)
    tap.is_equal((before["erased"], after["erased"] > 0, after["observations"] + after["erased"]), (0, True, before["observations"]), "what was noted of an erased customer is left out, and counted")
    tap.ok(after["customers_hit"] < before["customers_hit"], "with the cases that came of it", before["customers_hit"], after["customers_hit"])
    register(d, "back")
    tap.ok(give(d, ("smtp", arf("198.18.9.5", number=8001, reporter="fbl@back.example", at=time.time() + 65 * 3600)), 0), "who was erased comes back and is reported")
    d.settle()
    back = backtest(d, POLICY)
    tap.is_equal((back["erased"], back["observations"]), (after["erased"], after["observations"] + 1), "under his new key, what was noted before stays left out", back)


def kept(d):
    r = d.report(xarf("198.18.9.2", kind="csam", report_id="02eb480f-8172-431a-9276-00000000cccc"), token="sealed")
    tap.ok(r.status in (200, 202), "a report of the sealed class is taken", r.status)
    before = backtest(d, POLICY)["observations"]
    d.settle()
    tap.is_equal(backtest(d, POLICY)["observations"], before, "and not kept for back-tests")
    d.pass_time("91d")
    tap.is_equal(backtest(d, POLICY, "--from", "2026-01-01T00:00:00Z")["observations"], 0, "after 90 days what was judged is forgotten")


def main():
    cases = [live(seed) for seed in (1, 2)]
    tap.is_equal(*[[c[:5] for c in x] for x in cases], "whatever the order and the restarts, the cases are the same")
    root = os.getuid() == 0
    with Daemon(enforcement="on", operators={"tester": os.getuid(), "second": SECOND, "third": THIRD} if root else None) as d:
        register(d)
        for i, what in enumerate(reports(time.time())):
            give(d, what, i)
        d.settle()
        d.pass_time("60h")
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60 * 3600))
        d.pass_time("2h")
        asked(d, until)
        strict = drafts(d, until)
        files(d, until, strict)
        asked_by_whom(d)
        posted(d, until)
        if root:
            appeals(d)
            erased(d)
        else:
            tap.skip("appeals and erasure take two people", "only root can be two people")
        kept(d)


tap.skip_all(missing()) if missing() else tap.run(main)
