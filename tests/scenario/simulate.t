#!/usr/bin/env python3
"""A provider that is made up, tried on a real daemon: its register, its bindings, the logs of its NATs and its leases are imported, its access servers' accounting is sent through the
listener while the test clock goes along, and what the daemon answers is held against the truth. What was broken on purpose is seen to be wrong."""
import os
import re
import socket
import struct
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing, program

SECRET = "a secret of twenty-two"


class Provider(Daemon):
    def __init__(self, feeds=""):
        super().__init__(registry=None, start=False)
        self.secret = os.path.join(self.dir, "secret")
        with open(self.secret, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; {feeds} capacity 1000000; retention 90d }}
radius {{ listen {self.address}:1813; sessions 10000; client 127.0.0.0/8 {{ feed radius; secret-file {self.secret} }} }}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)

    def simulate(self, *more):
        return self.aup("simulate", "isp", *more)

    def grades(self, directory, *more):
        r = self.aup("simulate", "ask", directory, "--json", *more)
        return r, r.json and r.json["grades"]


def share(g):
    return g["answerable"]["A"] / max(1, sum(g["answerable"].values()))


def live(d, faults, subscribers, days):
    out = os.path.join(d.dir, "made-" + faults)
    r = d.simulate("--seed", "3", "--subscribers", str(subscribers), "--days", str(days), "--interim", "30m", "--faults", faults, "--out", out, "--to", f"{d.address}:1813",
                   "--secret-file", d.secret, "--test-clock")
    tap.ok(r.rc == 0 and re.search(r"^\d{3,} messages answered", r.out, re.M) and ", 0 given up" in r.out, f"each message is answered, faults: {faults}", r.out, r.err)
    d.settle()
    tap.ok("entities" in d.check("registry", "import", os.path.join(out, "registry.csv")).out, "the register is taken")
    r, g = d.grades(out, "--questions", "250", "--until", "2100-01-01T00:00:00Z")
    tap.ok(r.rc == 0 and g and g["wrong"]["A"] == 0 and r.json["wrong_paths"] == 0, f"no name at grade A is wrong, nor any reseller above it, faults: {faults}", r.out, r.err)
    return out, g


def imported(d):
    out = os.path.join(d.dir, "made")
    r = d.simulate("--seed", "4", "--subscribers", "60", "--out", out, "--from", "2026-01-01T00:00:00Z")
    tap.ok(r.rc == 0, "files are made", r.out, r.err)
    with open(os.path.join(out, "README")) as f:
        tap.ok("--seed 4 --subscribers 60" in f.read(), "which say how")
    with open(os.path.join(out, "accounting.pcap"), "rb") as f:
        head, first = f.read(24), f.read(16)
        seconds, _, length, whole = struct.unpack("!IIII", first)
        packet = f.read(length)
    tap.is_equal((struct.unpack("!IHH", head[:8]), struct.unpack("!I", head[20:])[0], length, packet[0], packet[9], struct.unpack("!H", packet[22:24])[0], packet[28]),
                 ((0xa1b2c3d4, 2, 4), 228, whole, 0x45, 17, 1813, 4), "the packets are a capture of RADIUS over UDP")
    tap.ok(1767225600 <= seconds < 1767225600 + 3600, "whose times are those of the provider")
    d.check("registry", "import", os.path.join(out, "registry.csv"))
    r = d.aup("bindings", "import", os.path.join(out, "bindings.csv"), "--feed", "radius", "--from", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z")
    tap.ok(r.rc == 0, "the bindings are taken", r.out, r.err)
    return out


def logged(d):
    """Behind NATs that keep a log, and by leases, which are imported as they are."""
    out, day = os.path.join(d.dir, "made-logged"), ("--from", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z")
    r = d.simulate("--seed", "5", "--subscribers", "120", "--cgnat", "40", "--dhcp", "30", "--out", out, "--from", "2026-01-01T00:00:00Z", "--no-packets")
    tap.ok(r.rc == 0 and "nat-junos" in r.out, "NATs write logs", r.out, r.err)
    d.check("registry", "import", os.path.join(out, "registry.csv"))
    d.check("bindings", "import", os.path.join(out, "bindings.csv"), "--feed", "radius", *day)
    with open(os.path.join(out, "nat-ipfix.pcap"), "rb") as f:
        head = f.read(24 + 16 + 20 + 8 + 2)
    tap.is_equal((struct.unpack("!H", head[62:64])[0], struct.unpack("!H", head[68:70])[0]), (4739, 10), "IPFIX is a capture of it")
    for name, more in (("junos.log", ("--format", "syslog-junos")), ("a10.log", ("--format", "syslog-a10", "--zone", "+00:00", "--year", "2026")),
                       ("cisco.log", ("--format", "syslog-cisco", "--zone", "+00:00")), ("ipfix.csv", ())):
        r = d.aup("bindings", "import", os.path.join(out, "nat-" + name), "--feed", "cgnat", *more, *day)
        tap.ok(r.rc == 0 and re.search(r"^[1-9]", r.out, re.M), f"nat-{name} is taken", r.out, r.err)
    r = d.aup("bindings", "import", os.path.join(out, "kea-leases4.csv"), "--feed", "dhcp", "--format", "kea4", *day)
    tap.ok(r.rc == 0 and re.search(r"^[1-9]", r.out, re.M), "so is the lease file", r.out, r.err)
    r, g = d.grades(out, "--questions", "500", "--until", "2026-01-01T23:00:00Z")
    tap.ok(r.rc == 0 and g and g["nat"]["answerable"]["A"] > 40 and share(g["nat"]) >= 0.9, "who was behind a port then is told for sure", r.out, r.err)
    tap.ok(g["leases"]["answerable"]["A"] > 15 and share(g["leases"]) >= 0.85, "who had a lease, too", g["leases"])
    tap.ok(g["no_port"]["answerable"]["A"] == g["no_port"]["other"]["A"] == 0 < g["no_port"]["other"]["E"], "and never without the port", g["no_port"])


def broken(d, out):
    """The truth is told wrong: that must be seen."""
    path = os.path.join(out, "truth.csv")
    with open(path) as f:
        lines = f.read().splitlines()
    with open(path, "w") as f:
        f.write(lines[0] + "\n" + "".join(re.sub(r",sim-c(\d+),", lambda m: f",sim-c{(int(m.group(1)) + 1) % 60},", line) + "\n" for line in lines[1:]))
    r, g = d.grades(out, "--questions", "50")
    tap.ok(r.rc == 1 and g and g["wrong"]["A"] > 10 and "wrong at grade A" in r.err, "answers that are wrong are seen to be, and end with 1", r.out, r.err)


def sent(d):
    """What a NAT logs goes over the network when it happens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((d.address, 0))
        s.settimeout(60)
        p = subprocess.Popen([program("aup"), "simulate", "isp", "--seed", "1", "--subscribers", "2000", "--cgnat", "90", "--nat-format", "syslog-a10", "--to", f"{d.address}:1813", "--secret-file",
                              d.secret, "--real-time", "--nat-to", "%s:%d" % s.getsockname()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = [s.recv(2000).decode() for _ in range(4)]
        p.kill()
        p.communicate()
    tap.ok(all(re.search(r"PortBatchV2Allocated: \[100\.\d+\.\d+\.\d+ 251\.", line) for line in lines), "lines of NATs are sent as they happen, in one format", lines)


def refused(d):
    for args, why in ((("--faults", "nonsense", "--ask", "5"), "there is no fault"), (("--subscribers", "3", "--ask", "5"), "is a number from 16"), (("--days", "1"), "usage:"),
                      (("--out", d.dir, "--ask", "5"), "usage:"), (("--cgnat", "101", "--ask", "5"), "a number from 0 to 100"), (("--cgnat", "60", "--dhcp", "60", "--ask", "5"), "no more than a hundred"),
                      (("--to", f"{d.address}:1813", "--secret-file", d.secret, "--nat-to", "127.0.0.1:514"), "goes with"), (("--nat-format", "smoke", "--ask", "5"), "--nat-format is"), (("--to", f"{d.address}:1813"), "--secret-file"), (("--ask", "5", "--interim", "1s"), "interims are")):
        r = d.simulate(*args)
        tap.ok(r.rc in (1, 2) and why in r.err, f"refused: {' '.join(args[:2])}", r.out, r.err)


def main():
    with Provider() as d:
        refused(d)
        sent(d)
        out = imported(d)
        r, g = d.grades(out, "--questions", "250")
        tap.ok(r.rc == 0 and g and g["asked"] == 250 and share(g) >= 0.95, "of what was imported the daemon tells who held it", r.out, r.err)
        broken(d, out)
    with Provider("feed cgnat 2; feed dhcp 3;") as d:
        logged(d)
    with Provider() as d:
        _, g = live(d, "none", 32, 1)
        tap.ok(share(g) >= 0.9, "and of nearly all that can be answered it is sure", g)
    with Provider() as d:
        _, g = live(d, "all", 32, 1)
        tap.ok(g["answerable"]["A"] > 10, "and of some it is sure", g)


tap.skip_all(missing()) if missing() else tap.run(main)
