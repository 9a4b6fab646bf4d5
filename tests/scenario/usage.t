#!/usr/bin/env python3
"""What customers use, by accounting: cells, volumes and percentiles are those that the packets say, octet for octet; once each, also after
kill -9; what was not heard is not known; and who may ask."""
import calendar
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing
from golden import TIME, is_golden
from metered import CELL, REGISTRY, SECOND, Metered

LIMITS = """type,id,customer,kind,value,unit,class,language,resource,name,email
customer,c,,,,,residential,de,,Carla,c@c.example
login,lc,c,,,,,,carla,,
limit,l1,,usage-volume-sum,1000,MB,,,,,
limit,l2,,usage-p95-max,50,Mbit/s,,,,,
limit,l3,b,usage-volume-in,2,MB,,,,,
"""


def series(d):
    t0 = d.say("start", "S1", "alice", 0)
    d.say("start", "S2", "alice-2", 0)
    d.say("start", "S3", "bob", 0)
    counted = [0, 0]
    for step in (1, 2, 3):
        d.let(700)
        counted = [counted[0] + 1000001 * step, counted[1] + 70003]
        at = int(d.now)
        d.say("interim", "S1", "alice", at - t0, tuple(counted))
        d.say("interim", "S2", "alice-2", at - t0, (5 * step, 6 * step))
        d.say("interim", "S3", "bob", at - t0, (step, step))
    check(d, "what the packets say")
    bob = d.usage("b", "--json").json
    tap.is_equal(bob["volume"], {"in": 3, "out": 3, "sum": 6}, "another customer has what is his")
    return t0, counted


def check(d, name):
    want, got = d.expected(["alice", "alice-2"]), d.cells("a")
    month = {k: v for k, v in want.items() if k in got}
    tap.is_equal({k: got[k][:2] for k in got if got[k][0] or got[k][1]}, {k: tuple(v) for k, v in month.items() if any(v)}, f"each cell: {name}")
    root = d.usage("a", "--json").json
    tap.is_equal(root["volume"], {"in": sum(v[0] for v in month.values()), "out": sum(v[1] for v in month.values()), "sum": sum(map(sum, month.values()))}, "  and the volume")
    known = sorted((v[0] for v in got.values() if v[2] in ("known", "inferred")), reverse=True)
    want95 = known[len(known) * 5 // 100] if known else None
    tap.is_equal(root["p95"]["in"].get("octets"), want95, "  and the percentile of what is known")
    least = sorted((v[0] for v in got.values()), reverse=True)[len(got) * 5 // 100]
    tap.is_equal(root["p95"]["in"]["least"], least, "  and its least")
    return root


def crashes(d, t0, counted):
    before = check(d, "before a crash")["volume"]
    d.crash()
    d.launch()
    d.settle()
    tap.is_equal(check(d, "after kill -9")["volume"], before, "nothing is counted twice, and nothing is gone")
    d.let(400)
    counted = [counted[0] + 333, counted[1] + 1]
    d.say("interim", "S1", "alice", int(d.now) - t0, tuple(counted))
    d.crash()
    d.launch()
    d.settle()
    check(d, "and what goes on goes on from there")
    d.let(300)
    counted = [counted[0] + 10, counted[1] + 10]
    stop = (int(d.now) - t0, tuple(counted))
    d.say("stop", "S1", "alice", *stop)
    d.crash()
    d.launch()
    d.settle()
    tap.ok(check(d, "a Stop too"), "it is asked")
    d.server.say("stop", session="S1", user="alice", lasted=stop[0], octets=stop[1], at=int(d.now))
    d.settle()
    check(d, "a Stop that comes again says nothing new")
    # an hour makes a block of what was counted
    for _ in range(5):
        d.let(850)
        d.say("interim", "S3", "bob", int(d.now) - t0, (3, 3))
    d.say("interim", "S2", "alice-2", int(d.now) - t0, (10 ** 6, 18))
    names = os.listdir(os.path.join(d.data, "usage"))
    tap.ok([n for n in names if n.startswith("usage-20")] and len([n for n in names if n.startswith("usage-log")]) == 1, "a block of the day, and one log", names)
    d.crash()
    d.launch()
    d.settle()
    check(d, "in blocks and log")


def holes(d, t0):
    d.let(3 * 3600)
    at = int(d.now)
    d.say("interim", "S3", "bob", at - t0, (4, 4))
    d.let(1200)
    d.say("interim", "S3", "bob", int(d.now) - t0, (5, 5))
    got = d.cells("b")
    tap.is_equal(got[at // CELL - 18][2], "not known", "where no feed was heard nothing is known")
    root = d.usage("b", "--json").json
    tap.ok(root["not_known"] >= 30, "  and that is counted", root["not_known"])
    tap.ok("most" not in root["p95"]["in"], "  so nobody can tell how much it was at most")
    tap.like(d.usage("b").out, r"95th percentile in: .* of the whole month at least 0\n", "in words")


def asked(d):
    look = d.check("lookups", "--json").json["lookups"][0]
    tap.ok(look["asked"].startswith("use of ") and look["because"] == "a question", "a look-up is left", look)
    tap.ok(d.aup("usage", "nobody", "--because", "x").rc == 1, "of nobody there is none")
    tap.ok(d.aup("usage", "a").rc == 2, "who asks says why")
    tap.ok("no month" in d.aup("usage", "a", "--month", "2026-13", "--because", "x").err, "a month is one")
    other = d.usage("a", "--month", "2020-01", "--json").json
    tap.is_equal((other["volume"]["sum"], other["not_known"]), (0, 31 * 288), "of a month of which no feed told nothing is known")
    figures = d.api("/metrics").body.decode()
    for name in ("aupd_usage_readings_total", "aupd_usage_accounts"):
        found = [line for line in figures.splitlines() if line.startswith(name)]
        tap.ok(found and float(found[0].split()[-1]) >= 1, f"figure {name}", found)


def erased(d):
    """Nothing of his use is left, in memory or in files: not even when his login is there again."""
    before = d.usage("a", "--json").json["volume"]
    tap.ok(d.usage("b", "--json").json["volume"]["sum"] > 0, "a customer has used something")
    for uid in (None, SECOND):
        d.check("erase", "b", "--basis", "asked for by letter", **({"uid": uid} if uid else {}))
    d.let(3600)
    tap.is_equal(d.aup("usage", "b", "--because", "x").rc, 1, "when he is erased there is nobody")
    d.check("registry", "import", "-", stdin=REGISTRY)
    tap.is_equal(d.usage("b", "--json").json["volume"]["sum"], 0, "  and a login of that name has used nothing")
    d.crash()
    d.launch()
    d.settle()
    tap.is_equal((d.usage("b", "--json").json["volume"]["sum"], d.usage("a", "--json").json["volume"]), (0, before), "  nor after kill -9; others have used what they have")


def zones(d):
    """Of a customer whose months begin two hours earlier, and of one of a class whose begin an hour later."""
    d.check("registry", "import", "-", stdin="type,id,customer,class,kind,value,unit\nlimit,ob,b,,usage-offset,120,min-before\nlimit,oc,,residential,usage-offset,60,min-after\n"
            "limit,vb,b,,usage-volume-sum,9,MB\n")
    year, month = time.gmtime(d.now)[:2]
    first = calendar.timegm((year + month // 12, month % 12 + 1, 1, 0, 0, 0))
    name, before = time.strftime("%Y-%m", time.gmtime(first)), time.strftime("%Y-%m", time.gmtime(d.now))
    d.let(first - int(d.now) - 3 * 3600)
    d.say("start", "Z1", "alice", 0)
    d.say("start", "Z2", "bob", 0)
    t0, used = int(d.now), 0

    def use(mega, minutes):
        nonlocal used
        for _ in range(minutes // 10):
            d.let(600)
            used += mega * 10 ** 6 * 10 // minutes
            d.say("interim", "Z1", "alice", int(d.now) - t0, (used, 0))
            d.say("interim", "Z2", "bob", int(d.now) - t0, (used, 0))

    def volumes(customer):
        return [d.usage(customer, "--month", m, "--json").json["volume"]["sum"] // 10 ** 6 for m in (before, name)]

    use(6, 60)
    tap.is_equal((volumes("a"), volumes("b")), ([6, 0], [6, 0]), "three hours before the month ends both are in it")
    tap.is_equal(d.cases(), [], "  and nobody is beyond his limit")
    use(12, 60)
    tap.is_equal((volumes("a"), volumes("b")), ([18, 0], [6, 12]), "in the next hours one is in the next month")
    got = d.usage("b", "--json").json
    tap.is_equal((got["month"], got["zone"], got["offset"], got["from"]), (name, "UTC+02:00", 120, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first - 7200))), "which is what he is told of")
    d.let(900)
    body = [c["body"] for c in d.cases()]
    tap.is_equal([(c["customer"], c["kind"]) for c in body], [("b", "usage.over-limit")], "and what his limit is held against")
    number = d.cases()[0]["case"]
    tap.like(d.check("case", "explain", number).out, f"in {name} the use went beyond", "  by its name")
    use(6, 60)
    use(4, 40)
    tap.is_equal((volumes("a"), volumes("b")), ([28, 0], [6, 22]), "of a class it is what is agreed with the class")
    tap.is_equal((d.usage("a", "--month", name, "--json").json["zone"], d.usage("a", "--json").json["month"]), ("UTC-01:00", before), "whose month is not over yet")
    use(6, 60)
    tap.is_equal(volumes("a"), [28, 5], "then it is")
    for unit, value in (("h", 2), ("min", 60), ("min-before", 50), ("min-after", 855)):
        r = d.aup("registry", "import", "-", stdin=f"type,id,kind,value,unit\nlimit,bad,usage-offset,{value},{unit}\n")
        tap.ok(r.rc == 1 and "quarters of an hour" in r.err, f"no such offset: {value} {unit}", r.err)


def limits(d):
    """Volumes of a month that is metered from its beginning on."""
    d.check("registry", "import", "-", stdin=LIMITS)
    year, month = time.gmtime(d.now)[:2]
    first = calendar.timegm((year + month // 12, month % 12 + 1, 1, 0, 0, 0))
    name = time.strftime("%Y-%m", time.gmtime(first))
    d.let(first - int(d.now) - 1500)
    # b is first heard of in the middle of a session
    d.say("start", "S1", "alice", 0)
    d.say("start", "S4", "carla", 0)
    t0 = int(d.now)

    def use(mega, users=("alice", "carla")):
        # as often as the limits are looked at goes into three of these: so the look finds the same, whenever it comes
        d.let(600)
        for i, user in enumerate(users):
            d.say("interim", "S1" if user == "alice" else "S4", user, int(d.now) - t0, (mega * 500000 + i, mega * 500000))

    use(1)
    d.say("interim", "S9", "bob", int(d.now) - t0 + 86400, (5, 5))
    use(2)
    use(100)
    use(200)
    tap.is_equal((d.usage("a", "--json").json["limits"][0]["state"], len(d.cases())), ("within", 0), "below its limit nobody is told of it")
    for _ in range(3):
        use(900)
    cases = sorted((c["body"]["customer"], c["body"]["clause"], c["body"]["kind"], c["body"]["grade"]) for c in d.cases())
    tap.is_equal(cases, [(x, "usage.limits", "usage.near-limit", "A") for x in ("a", "c")], "near it a customer is told, once")
    for whose, language in (("a@a.example", "en"), ("c@c.example", "de")):
        letters = [x for x in d.sink.letters if whose in x.recipients]
        tap.is_equal(len(letters), 1, f"  by one letter in {language}")
        golden_letter(letters[0], f"warning-{language}.txt", name)
    root = d.usage("a", "--month", name, "--json").json
    tap.is_equal([(x["kind"], x["by"], x["state"]) for x in root["limits"]], [("usage-volume-sum", "default", "near"), ("usage-p95-max", "default", "within")], "it is shown")
    tap.like(d.usage("a").out, r"limit usage-volume-sum: 1000 MB by default, used at least 84\d+ octets: near", "in words")
    for _ in range(3):
        use(1100)
    d.crash()
    d.launch()
    d.settle()
    use(1101)
    use(1102)
    over = [c["body"] for c in d.cases()]
    tap.ok(d.usage("a", "--month", name, "--json").json["not_known"] > 0, "what was not heard while it was down is not known")
    tap.is_equal(sorted((c["customer"], c["report_count"], c["kind"], c["grade"]) for c in over), [("a", 2, "usage.over-limit", "A"), ("c", 2, "usage.over-limit", "A")], "beyond it the case goes on, once, also after kill -9")
    tap.like(d.check("case", "explain", re.search(r"C-\d+", d.sink.letters[0].text()).group()).out, rf"in {name} the use went beyond the limit usage-volume-sum", "  and says why")
    letters = [x for x in d.sink.letters if "c@c.example" in x.recipients]
    tap.is_equal(len(letters), 2, "  by one more letter")
    golden_letter(letters[-1], "notice-de.txt", name)
    # a whole day of what was counted before it was heard of is inferred: bob is beyond his own limit, and a person looks
    d.say("interim", "S10", "bob", int(d.now) - t0 + 86400, (3000000, 5))
    use(1103)
    use(1104)
    bob = [c["body"] for c in d.cases() if c["body"]["customer"] == "b"]
    tap.is_equal([(c["kind"], c["grade"], c["state"]) for c in bob], [("usage.over-limit", "B", "review")], "where something is inferred a person decides first")
    tap.is_equal([x for x in d.sink.letters if "b@b.example" in x.recipients], [], "  and nobody is written to")
    d.check("registry", "import", "-", stdin="type,id,class,kind,value,unit\nlimit,lk,residential,usage-volume-sum,2,TB\nlimit,lb,business,usage-volume-sum,3,TB\nlimit,lo,,usage-volume-out,9,TB\n")
    tap.is_equal([(x["kind"], x["value"], x["by"]) for x in d.usage("a", "--json").json["limits"]], [("usage-p95-max", 50, "default"), ("usage-volume-sum", 2, "class"), ("usage-volume-out", 9, "default")],
                 "the default of a class of customers goes before that of all")
    r = d.aup("registry", "import", "-", stdin="type,id,customer,class,kind,value,unit\nlimit,bad,a,residential,usage-volume-in,1,GB\n")
    tap.ok(r.rc == 1 and "or the default of a class" in r.err, "no limit is one customer's and of a class", r.err)
    for kind, unit in (("usage-volume", "GB"), ("usage-volume-sum", "Mbit/s"), ("usage-p95-in", "")):
        r = d.aup("registry", "import", "-", stdin=f"type,id,kind,value,unit\nlimit,bad,{kind},1,{unit}\n")
        tap.ok(r.rc == 1 and "usage-" in r.err, f"no limit: {kind} in {unit or 'no unit'}", r.err)


def golden_letter(letter, name, month):
    at = calendar.timegm(time.strptime(TIME.search(letter.text()).group()[:19], "%Y-%m-%dT%H:%M:%S"))
    is_golden(letter, os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "usage", name), at, f"  {name}", masks=((month, "MONTH"), (re.search(r"C-\d+", letter.text()).group(), "C-N")))


def east(d):
    """The last half of an hour of a month of UTC, which is the first of the next one an hour to the east."""
    year, month = time.gmtime(d.now)[:2]
    first = calendar.timegm((year + month // 12, month % 12 + 1, 1, 0, 0, 0))
    name = time.strftime("%Y-%m", time.gmtime(first))
    d.let(first - int(d.now) - 3600 - 900)
    d.say("start", "S1", "alice", 0)
    t0 = int(d.now)
    for octets in (1000, 2000, 3000):
        d.let(900)
        d.say("interim", "S1", "alice", int(d.now) - t0, (octets, 0))
    root = d.usage("a", "--json").json
    tap.is_equal((root["month"], root["from"][:19], root["zone"]), (name, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(first - 3600)), "UTC+01:00"), "a month begins where contracts say")
    tap.is_equal((root["volume"]["in"], root["days"][0]["date"]), (2000, f"{name}-01"), "what was used before that is of the month before")
    tap.is_equal(d.usage("a", "--json", "--month", time.strftime("%Y-%m", time.gmtime(first - 86400))).json["volume"]["in"], 1000, "  and stands there")
    tap.like(d.usage("a").out, rf"month: {name}, of UTC\+01:00\n", "in words")


def refused():
    d = Daemon(registry=None, start=False)
    path = os.path.join(d.dir, "bad.conf")
    for conf, why in (("usage { metering yes }", "without a client of radius { } nothing is counted"), ("usage { series 1d }", "out of its range"), ("usage { accounts 1 }", "out of its range"), ("usage { offset 900 }", "out of its range"), ("usage { offset 7 }", "quarter of an hour")):
        with open(path, "w") as f:
            f.write(d.config_text(conf=conf))
        r = d.aup("check", "-c", path)
        tap.ok(r.rc != 0 and why in r.out + r.err, f"refused: {why}", r.out, r.err)
    d.abandon()


def main():
    with Metered() as d:
        t0, counted = series(d)
        crashes(d, t0, counted)
        holes(d, t0)
        asked(d)
        erased(d)
    with Metered() as d:
        limits(d)
    with Metered() as d:
        zones(d)
    with Metered(usage="usage { accounts 1000 }") as d:
        tap.is_equal(d.usage("a", "--json").json["metered"], False, "nothing is metered unless it is switched on")
    with Metered(usage="usage { metering yes; accounts 1000; offset 60 }") as d:
        east(d)
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
