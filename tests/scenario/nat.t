#!/usr/bin/env python3
"""Carrier-grade NAT: what its log tells of shared addresses, and the customer behind them."""
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing

REGISTRY = """type,id,customer,class,kind,resource,service,name,email
customer,a,,residential,,,,Ann,a@a.example
customer,b,,residential,,,,Ben,b@b.example
login,la,a,,,alice,,,
login,lb,b,,,bob,,,
prefix,nat,,,shared,203.0.113.0/24,,,
prefix,inner,,,dynamic,100.64.0.0/10,,,
"""
SHARED = "203.0.113.7"


def at(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


class World(Daemon):
    def __init__(self, conf, **more):
        super().__init__(registry=None, policy=None, conf=conf, **more)
        self.check("registry", "import", "-", stdin=REGISTRY)
        self.asked = 0

    def who(self, port, when, address=SHARED):
        self.asked += 1
        port = () if port is None else ("--port", str(port))
        s = self.check("who", address, *port, "--at", at(when), "--because", f"question {self.asked}", "--json").json["subject"]
        return (s["grade"], s.get("customer", "") or "/".join(sorted(s.get("candidates", []))))


def a10(what, inside, first, when, zone=3600, last=None, outside=SHARED):
    """As a relay writes it to a file, in a time without zone and year."""
    stamp = time.gmtime(when + zone)
    return (time.strftime("%b %d %H:%M:%S", stamp) + time.strftime(" nat1 NAT:%Y%m%d%H%M%S 3e2d ", stamp) +
            f"PortBatchV2{what}: [{inside} {outside} {first} {last or first + 511}]\n")


def files():
    """Sessions by CSV and the NAT's log from a file; then the same log followed."""
    t = int(time.time()) - 7200
    with World("bindings { feed radius 1; feed cgnat 2; capacity 20000; retention 30d }") as d:
        whole = ("--from", at(t - 60), "--until", at(t + 7000))
        d.check("bindings", "import", "-", "--feed", "radius", *whole, stdin="address,subject,start,end\n" +
                f"100.64.0.1,alice,{at(t)},{at(t + 6000)}\n100.64.0.2,bob,{at(t)},{at(t + 6000)}\n")
        log = (a10("Allocated", "100.64.0.1", 1024, t + 100) + "Jul  6 14:05:36 nat1 link eth0 is up\n" + a10("Freed", "100.64.0.1", 1024, t + 2000) +
               a10("Allocated", "100.64.0.2", 1024, t + 2100) + a10("Freed", "100.64.0.2", 1024, t + 3000) + a10("Allocated", "100.64.0.1", 1024, t + 3100) +
               a10("Allocated", "100.64.0.2", 1024, t + 4000) + a10("Freed", "100.64.0.2", 1024, t + 5000))
        path = os.path.join(d.dir, "nat.log")
        with open(path, "w") as f:
            f.write(log)
        command = ("bindings", "import", path, "--feed", "cgnat", "--format", "syslog-a10")
        r = d.aup(*command)
        tap.ok(r.rc != 0 and "without a zone" in r.err and "nat.log:1:1" in r.err, "a time without a zone is refused, with its line", r.err)
        r = d.check(*command, "--zone", "+01:00", *whole)
        tap.ok(" 8 new" in r.out and "1 lines are of no form" in r.err, "with its zone the log is taken; a line of another program is passed over and counted", r.out, r.err)
        tap.is_equal([d.who(1100, t + 1000), d.who(1100, t + 2500), d.who(1024, t + 1000), d.who(1535, t + 1000)], [("A", "a"), ("A", "b"), ("A", "a"), ("A", "a")],
                     "address, port and time: the address behind, its session, the customer, graded A")
        tap.is_equal([d.who(1536, t + 1000)[1], d.who(1100, t + 5500)[1]], ["", ""], "nobody has the port beside it, nor that one afterwards")
        tap.is_equal([d.who(1100, t + 3500), d.who(1100, t + 4500)], [("B", "a"), ("A", "b")], "a release is missing: the end is inferred, and the answer is B")
        tap.is_equal(d.who(None, t + 1000)[0], "E", "without a port it cannot be told")
        r = d.check(*command, "--zone", "+01:00", *whole, "--json").json
        tap.is_equal((r["new"], r["corrections"]), (0, 0), "the same file again is no news")
        bad = a10("Allocated", "100.64.0.1", 2048, t + 6000).replace("[", "(")
        r = d.aup(*command[:2], "-", *command[3:], "--zone", "+01:00", stdin=log + bad)
        tap.ok(r.rc != 0 and "-:9:1" in r.err and "no known form" in r.err, "a line that speaks of ports in no known form is told, and nothing is taken", r.err)
        for more in (("--format", "syslog-none"), ("--year", "2026"), ("--format", "syslog-jool", "--subject", "hwaddr"), ("--format", "syslog-jool", "--year", "26")):
            r = d.aup("bindings", "import", path, *more)
            tap.ok(r.rc == 2, f"no such options: {' '.join(more)}", r.out, r.err)


def main():
    files()


tap.skip_all(missing()) if missing() else tap.run(main)
