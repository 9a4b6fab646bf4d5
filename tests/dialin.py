"""aupd with customers who dial in: their sessions begin, go on and end in accounting, and a report about one of them ends his sessions by
Disconnect at once. For tests; the clock of aupd is the one that accounting tells."""
import os
import time
import small_policy
from daemon import Daemon, arf
from nas import Door, Nas

SECRET, OTHER = "a secret of twenty-two", "the secret of requests"
COUNT = 24
STEPS = "    at once end access"
LOGIN = "user%d@isp.example"


class Scene(Daemon):
    def __init__(self, nas="", count=COUNT, door=None, enforce="enforce end access { driver radius-disconnect }", steps=STEPS, verb="end", conf="", **more):
        """nas: more lines of its block; conf: more of the configuration; door: where it is asked, else a server that is played (nas.Door); verb: that of the acts that are asked for."""
        super().__init__(registry=None, policy=None, start=False, enforcement="on", **more)
        self.verb = verb
        self.door = None if door else Door(self.address, OTHER)
        for name, text in (("secret", SECRET), ("other", OTHER)):
            with open(os.path.join(self.dir, name), "w", encoding="ascii") as f:
                f.write(text + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 1000; client {self.address} {{ feed radius; secret-file {self.dir}/secret }} }}
nas one {{ match identifier nas-1; address {door or self.door.at}; secret-file {self.dir}/other; per-second 50; {nas} }}
{conf}"""
        self.write_config()
        self.start()
        self.check("policy", "post", small_policy.write(os.path.join(self.dir, "policy"), enforce, steps))
        rows = ["type,id,customer,class,kind,resource,service,name,email", "prefix,pool,,,dynamic,198.51.100.0/24,,,"]
        for i in range(count):
            rows += [f"customer,c{i},,residential,,,,Customer {i},c{i}@customers.example", f"service,s{i},c{i},,access,,,,",
                     f"prefix,p{i},c{i},,static,198.18.0.{i + 1}/32,s{i},,", f"login,l{i},c{i},,,{LOGIN % i},s{i},,"]
        self.check("registry", "import", "-", stdin="\n".join(rows) + "\n")
        self.nas = Nas((self.address, 1813), SECRET)
        self.now, self.t0, self.number = int(time.time()), {}, 0
        self.started = self.now
        self.say("W", "warm", "start", v4="198.51.100.250")

    def say(self, session, user, status, settle=True, **more):
        self.t0.setdefault(session, self.now)
        self.nas.say(status, session=session, user=user, lasted=self.now - self.t0[session], at=self.now, **more)
        if settle:
            self.settle()

    def begin(self, i, session=None, **more):
        """A session of customer i that has been heard of twice."""
        session = session or f"S{i}"
        self.say(session, LOGIN % i, "start", v4=f"198.51.100.{i + 1}", **more)
        return session

    def goes_on(self, i, session=None, **more):
        self.say(session or f"S{i}", LOGIN % i, "interim", **more)

    def ends(self, i, session=None):
        self.say(session or f"S{i}", LOGIN % i, "stop")

    def let(self, seconds):
        """Time goes by, and the feed is heard."""
        while seconds > 0:
            step = min(600, seconds)
            self.pass_time(f"{step}s")
            self.now += step
            self.say("W", "warm", "interim")
            seconds -= step

    def spam(self, i):
        self.number += 1
        self.smtp_send(arf(f"198.18.0.{i + 1}", number=self.number, reporter=f"r@a{i}.example"), sender="")
        self.settle()
        return self.case(i)

    def case(self, i):
        return next(c["case"] for c in self.cases("--limit", 500) if c["body"]["customer"] == f"c{i}")

    def act(self, i):
        acts = self.check("case", "show", self.case(i), "--json").json["acts"]
        return next(a for a in acts if a["verb"] == self.verb)

    def stands(self, i):
        return self.act(i)["state"]

    def told(self, i):
        a = self.act(i)
        return a["state"], a.get("last_text", "")
