"""A daemon that meters what two customers use, and an access server that tells it; what the cells are to be, by the packets alone."""
import csv
import io
import json
import os
import time

from daemon import Daemon
from nas import Nas

SECRET = "a secret of twenty-two"
SECOND = 60002
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
        super().__init__(registry=None, start=False, operators={"tester": os.getuid(), "second": SECOND}, **more)
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
        # the daemon's own clock: a server whose clock is off is found out and corrected
        self.now = json.loads(self.api("/v1/command", "POST", json.dumps({"op": "clock", "span": "0s"})).body)["now"] / 1e6
        # from noon on, so that no month ends while something is counted
        self.let((36 * 3600 - int(self.now) % 86400) % 86400)
        self.sessions = {}
        self.spans = {}
        self.server = Nas((self.address, 1813), SECRET)

    def let(self, seconds):
        self.pass_time(f"{seconds}s")
        self.now += seconds

    def say(self, status, session, user, lasted, octets=None):
        """One packet, and what it means for the cells of its user."""
        at = int(self.now)
        self.server.say(status, session=session, user=user, lasted=lasted, octets=octets, v4=f"198.51.100.{sum(map(ord, user)) % 250 + 1}", at=at)
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
