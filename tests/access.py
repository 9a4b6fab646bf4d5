"""A daemon that hears RADIUS accounting, with two customers whose addresses come from it.

    with Access() as d:                         # one feed, radius, from d.address
    with Access(feeds=("radius", "other")) as d:        # d.nas(feed="other") sends from an address of that feed
"""
import datetime
import json
import os
import re
import time

from daemon import Daemon, loopback
from nas import Nas

SECRET = "a secret of twenty-two"
REGISTRY = """type,id,customer,class,kind,resource,service,name,email
customer,a,,residential,,,,Ann,a@a.example
customer,b,,residential,,,,Ben,b@b.example
login,la,a,,,alice,,,
login,lb,b,,,bob,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,
"""


class Access(Daemon):
    def __init__(self, feeds=("radius",), sessions=1000, registry=REGISTRY, **more):
        super().__init__(registry=None, start=False, **more)
        path = os.path.join(self.dir, "secret")
        with open(path, "w") as f:
            f.write(SECRET + "\n")
        self.sources = {name: loopback() if i else self.address for i, name in enumerate(feeds)}
        named = "\n".join(f"feed {name} {i + 1}" for i, name in enumerate(feeds))
        clients = "\n".join(f"client {address} {{ feed {name}; secret-file {path} }}" for name, address in self.sources.items())
        self.more["conf"] = f"bindings {{ {named}\ncapacity 100000; retention 30d }}\nradius {{ listen {self.address}:1813; sessions {sessions}\n{clients} }}"
        self.write_config()
        self.customers = registry
        self.asked = 0
        self.start()

    def start(self):
        self.launch()
        if self.policy:
            self.check("policy", "post", self.policy)
        self.check("registry", "import", "-", stdin=self.customers)
        self.now = self.clock()

    def clock(self):
        """The test clock, which stands."""
        return self.moment(self.state()["time"])

    @staticmethod
    def moment(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

    def away(self, seconds):
        """kill -9, and back after so many seconds by the test clock."""
        self.crash()
        path = os.path.join(self.run, "state.json")
        with open(path) as f:
            state = json.load(f)
        self.now += seconds
        state["time"] = datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with open(path, "w") as f:
            json.dump(state, f)
        self.launch()

    def nas(self, feed=None, **more):
        if feed:
            more["source"] = self.sources[feed]
        return Nas((self.address, 1813), more.pop("secret", SECRET), **more)

    def let(self, seconds):
        self.pass_time(f"{seconds}s")
        self.now += seconds

    def ask(self, address, at):
        self.asked += 1
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        return self.check("who", address, "--at", when, "--because", f"question {self.asked}", "--json").json["subject"]

    def who(self, address, at):
        s = self.ask(address, at)
        return (s["grade"], s.get("customer", "") or "/".join(sorted(s.get("candidates", []))))

    def holes(self, reason):
        """Names of the feeds that have a hole of that reason, sorted, one for each."""
        feeds = self.check("bindings", "status", "--json").json["feeds"]
        return sorted(f["name"] for f in feeds for h in f["holes"] if reason in h["reason"])

    def fates(self):
        """What became of packets, counted; what there was none of is left out."""
        found = re.findall(r'^aupd_radius_packets_total\{.*?fate="([^"]+)".*?\} (\d+)$', self.api("/metrics").body.decode(), re.M)
        return {fate: int(n) for fate, n in found if n != "0"}
