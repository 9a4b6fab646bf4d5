#!/usr/bin/env python3
"""More sessions at once than agreed: they are counted over all access servers and all logins of a customer. Of grade A when as many are sure to have
been there together; else B: one that was not heard of again, or whose feed is not heard, may be over."""
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing
from nas import Nas

SECRET = "a secret of twenty-two"
PEOPLE = [f"p{i}" for i in range(130)]        # one in twenty of a server's sessions would be its own matter
HOUR, DAY = 3600, 86400


class Access(Daemon):
    def __init__(self):
        super().__init__(registry=None, start=False)
        path = os.path.join(self.dir, "secret")
        with open(path, "w", encoding="ascii") as f:
            f.write(SECRET + "\n")
        self.others = self.address.rsplit(".", 1)[0] + ".251"
        self.more["conf"] = f"""bindings {{ feed radius 1; feed far 2; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 1000; client {self.address} {{ feed radius; secret-file {path} }}
client {self.others} {{ feed far; secret-file {path} }} }}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        rows = ["type,id,customer,class,kind,resource,service,language,value,unit,name,email", "prefix,pool,,,dynamic,198.51.100.0/24,,,,,,"]
        for p in PEOPLE:
            rows += [f"customer,{p},,residential,,,,en,,,{p},{p}@people.example", f"login,l{p},{p},,,u{p},,,,,,"]
        rows += ["login,l1b,p1,,,u1b,,,,,,", "limit,two,,,sessions,,,,2,,,", "limit,five,p6,,sessions,,,,5,,,"]
        self.check("registry", "import", "-", stdin="\n".join(rows) + "\n")
        self.now = time.time()
        self.servers = {"a": Nas((self.address, 1813), SECRET, name="nas-a"), "b": Nas((self.address, 1813), SECRET, name="nas-b"),
                        "far": Nas((self.address, 1813), SECRET, name="nas-far", source=self.others)}
        self.began, self.silent = {}, set()

    def let(self, seconds):
        self.pass_time(f"{int(seconds)}s")
        self.now += int(seconds)

    def until(self, hour):
        """The next such hour of the day."""
        self.let((hour * HOUR - self.now) % DAY)

    def say(self, status, where, session, user, settle=True):
        self.began.setdefault((where, session, user), int(self.now))
        self.servers[where].say(status, session=session, user=user, lasted=int(self.now) - self.began[where, session, user], at=int(self.now))
        if status == "stop":
            del self.began[where, session, user]
        if settle:
            self.settle()

    def beats(self, *without):
        for where, session, user in list(self.began):
            if where not in without and (where, session, user) not in self.silent:
                self.say("interim", where, session, user, settle=False)
        self.settle()

    def told(self):
        """Whom a case is about, and the grade of what opened it."""
        cases = [c for c in self.cases("--limit", 100) if c["body"]["clause"] == "other.resale"]
        return {c["body"]["customer"]: self.check("case", "show", c["case"], "--json").json["body"]["grade"] for c in cases}


def night(d, *without):
    """The day is over, and it is looked at; these servers are not heard in the last half an hour."""
    d.until(23.5)
    d.beats()
    d.until(0.5)
    d.beats()
    d.until(0.9)
    d.beats(*without)
    d.let(300)
    d.until(1.01)


def main():
    with Access() as d:
        d.until(12)
        for p in PEOPLE:
            d.say("start", "a", p, f"u{p}", settle=False)
        d.let(600)
        # p0: one more here and one there; p1: by another login; p2: two are what was agreed; p3: three, of which one ends
        for where, session, user in (("b", "x", "up0"), ("a", "y", "up0"), ("b", "x", "u1b"), ("a", "y", "u1b"), ("b", "x", "up2"), ("b", "x", "up3"), ("a", "y", "up3"),
                                     ("b", "x", "up6"), ("a", "y", "up6")):
            d.say("start", where, session, user)
        d.let(600)
        d.beats()
        d.say("stop", "b", "x", "up3")
        # p4: of one of the three nothing is heard again; p5: nor of the feed of one
        for where, session, user in (("b", "x", "up4"), ("a", "y", "up4"), ("far", "x", "up5"), ("a", "y", "up5")):
            d.say("start", where, session, user)
        d.silent.add(("b", "x", "up4"))
        d.let(600)
        d.beats()
        tap.is_equal(d.told(), {}, "nothing is told before the day is over")
        night(d, "far")
        tap.is_equal(d.told(), {"p0": "A", "p1": "A", "p4": "B", "p5": "B"},
                     "over all servers and logins: sure where each was heard of with the others, not where one may be over")
        counts = {c["body"]["customer"]: c["body"]["report_count"] for c in d.cases("--limit", 100)}
        tap.is_equal(counts, dict.fromkeys(("p0", "p1", "p4", "p5"), 1), "once each, however many servers and logins showed it")


tap.skip_all(missing()) if missing() else tap.run(main)
