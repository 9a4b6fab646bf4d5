#!/usr/bin/env python3
"""What an access server counts that does not fit, through the listener of accounting: only a customer who differs from the others of the same
server is told about; a server that errs for all is the operators' matter; and many devices behind one account are a person's."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing
from nas import Nas, attribute, number

SECRET = "a secret of twenty-two"
PEOPLE = [f"p{i}" for i in range(12)]
DSL = number(61, 16)
HOUR, DAY = 3600, 86400


class Access(Daemon):
    def __init__(self):
        super().__init__(registry=None, start=False)
        path = os.path.join(self.dir, "secret")
        with open(path, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 1000; client {self.address} {{ feed radius; secret-file {path} }} }}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        rows = ["type,id,customer,class,kind,resource,service,language,value,unit,name,email", "prefix,pool,,,dynamic,198.51.100.0/24,,,,,,"]
        for p in PEOPLE:
            rows += [f"customer,{p},,residential,,,,en,,,{p},{p}@people.example", f"login,l{p},{p},,,u{p},,,,,,"]
        rows.append("permission,w,p3,,resale,contract 12,,,,,,")
        self.check("registry", "import", "-", stdin="\n".join(rows) + "\n")
        self.let(0)
        self.nas = Nas((self.address, 1813), SECRET)
        self.began, self.lag, self.octets = {}, dict.fromkeys(PEOPLE, 0), dict.fromkeys(PEOPLE, 0)

    def let(self, seconds):
        self.pass_time(f"{int(seconds)}s")
        # what the test itself takes is time, too
        self.now = json.loads(self.api("/v1/command", "POST", json.dumps({"op": "clock", "span": "0s"})).body)["now"] / 1e6

    def until(self, hour):
        """The next such hour of the day."""
        self.let((hour * HOUR - self.now) % DAY)

    def say(self, status, p, session=None, began=None, more=b""):
        began = self.began[p] if began is None else began
        octets = () if status == "start" else (self.octets[p], self.octets[p])
        self.nas.say(status, session=session or p, user=f"u{p}", lasted=int(self.now) - began - self.lag[p], v4=f"198.51.100.{PEOPLE.index(p) + 1}", at=int(self.now),
                     octets=octets or None, more=DSL + number(52, 0) + number(53, 0) + more)

    def begin(self, p):
        self.began[p] = int(self.now)
        self.say("start", p)

    def beats(self, rise=1000):
        for p in PEOPLE:
            self.octets[p] += rise
            self.say("interim", p)
        self.settle()

    def clauses(self):
        return sorted((c["body"]["customer"], c["body"]["clause"]) for c in self.cases())

    def figure(self, name, label):
        lines = self.api("/metrics").body.decode().splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith(f"aupd_{name}_total{{") and f'"{label}"' in line)


def differs(d):
    d.until(12)
    for p in PEOPLE:
        d.begin(p)
    for day in range(3):
        d.until(20)
        d.beats()
        for i in range(3):
            d.let(600)
            d.lag["p0"] += 40
            d.beats()
        if day == 1:
            d.crash()
            d.launch()
            d.settle()
        tap.is_equal(d.clauses(), [], "nothing is told before the day is over")
        d.until(0.5)
        d.beats()
        d.until(1.1)
        tap.is_equal(d.figure("metering_days", "told") > 0, True, f"day {day + 1}: one differs from the eleven others of his server")
    tap.is_equal(d.clauses(), [("p0", "other.metering")], "on three days: a person looks at it")
    shown = d.check("case", "show", d.cases()[0]["case"], "--json").json
    tap.is_equal((shown["body"]["state"], [a["verb"] for a in shown["acts"]]), ("review", ["ask"]), "  and nobody is written to before")


def errs(d):
    told = d.figure("metering_days", "told")
    d.until(20)
    d.beats()
    for i in range(3):
        d.let(600)
        d.beats(rise=-500)
    d.until(0.5)
    d.beats()
    d.until(1.1)
    tap.is_equal((d.figure("metering_days", "server"), d.figure("metering_days", "told"), d.clauses()), (1, told, [("p0", "other.metering")]),
                 "counters that fall for all are the server's matter, and no customer's")
    tap.ok(d.log.wait("what an access server counts does not fit"), "which the operators are told")


def resells(d):
    d.until(12)
    for p in ("p2", "p3"):
        for i in range(30):
            station = attribute(31, f"02-00-5E-{PEOPLE.index(p):02X}-00-{i:02X}".encode())
            d.say("start", p, session=f"{p}.{i}", began=int(d.now), more=station)
            d.let(60)
            d.say("stop", p, session=f"{p}.{i}", began=int(d.now) - 60, more=station)
    d.settle()
    d.until(0.5)
    d.beats()
    d.until(1.1)
    tap.is_equal(d.clauses(), [("p0", "other.metering"), ("p2", "other.resale")], "thirty devices behind one account are a person's matter, unless that was agreed in writing")
    stored = b"".join(open(os.path.join(root, name), "rb").read() for root, _, names in os.walk(d.data) for name in names)
    tap.ok(b"02-00-5E-02" not in stored and b"02005e02" not in stored.lower(), "the address of a device is stored nowhere")


def main():
    with Access() as d:
        differs(d)
        errs(d)
        resells(d)


tap.skip_all(missing()) if missing() else tap.run(main)
