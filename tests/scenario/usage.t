#!/usr/bin/env python3
"""What customers use, by accounting: cells, volumes and percentiles are those that the packets say, octet for octet; once each, also after
kill -9; what was not heard is not known; and who may ask."""
import csv
import io
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing
from nas import Nas

SECRET = "a secret of twenty-two"
CELL = 300
REGISTRY = """type,id,reseller,customer,class,kind,resource,name,email
reseller,shop,,,reseller,,,Shop,abuse@shop.example
customer,a,shop,,residential,,,Ann,a@a.example
customer,b,,,residential,,,Ben,b@b.example
login,la,,a,,,alice,,
login,la2,,a,,,alice-2,,
login,lb,,b,,,bob,,
prefix,pool,,,,dynamic,198.51.100.0/24,,
"""


class Metered(Daemon):
    def __init__(self, usage="usage { metering yes; accounts 1000 }", **more):
        super().__init__(registry=None, start=False, **more)
        path = os.path.join(self.dir, "secret")
        with open(path, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 1000; client {self.address} {{ feed radius; secret-file {path} }} }}
{usage}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        self.check("registry", "import", "-", stdin=REGISTRY)
        self.now = time.time()
        self.sessions = {}
        self.spans = {}
        self.server = Nas((self.address, 1813), SECRET)

    def let(self, seconds):
        self.pass_time(f"{seconds}s")
        self.now += seconds

    def say(self, status, session, user, lasted, octets=None):
        """One packet, and what it means for the cells of its user."""
        at = int(self.now)
        self.server.say(status, session=session, user=user, lasted=lasted, octets=octets, v4=f"198.51.100.{len(user)}", at=at)
        self.settle()
        last = self.sessions.get(session, (at - lasted, (0, 0)))
        if octets and octets != last[1]:
            self.spans.setdefault(user, []).append((last[0], at, octets[0] - last[1][0], octets[1] - last[1][1]))
        if octets or status == "start":
            self.sessions[session] = (at, octets or (0, 0))
        return at

    def expected(self, users):
        cells = {}
        for user in users:
            for a, b, *octets in self.spans.get(user, []):
                for cell in range(a // CELL, (b - 1) // CELL + 1):
                    share = [[n * (min(max(x, a), b) - a) // (b - a) for n in octets] for x in (cell * CELL, (cell + 1) * CELL)]
                    got = cells.setdefault(cell, [0, 0])
                    for i in (0, 1):
                        got[i] += share[1][i] - share[0][i]
        return cells

    def usage(self, customer, *more):
        return self.check("usage", customer, "--because", "a question", *more)

    def cells(self, customer):
        """By cell what it has, of this month: in, out, state."""
        out = {}
        for row in csv.DictReader(io.StringIO(self.usage(customer, "--csv").out)):
            at = int(time.mktime(time.strptime(row["start"], "%Y-%m-%dT%H:%M:%SZ"))) - time.timezone
            out[at // CELL] = (int(row["in"]), int(row["out"]), row["state"])
        return out


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


def refused():
    d = Daemon(registry=None, start=False)
    path = os.path.join(d.dir, "bad.conf")
    for conf, why in (("usage { metering yes }", "without a client of radius { } nothing is counted"), ("usage { series 1d }", "out of its range"), ("usage { accounts 1 }", "out of its range")):
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
    with Metered(usage="usage { accounts 1000 }") as d:
        tap.is_equal(d.usage("a", "--json").json["metered"], False, "nothing is metered unless it is switched on")
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
