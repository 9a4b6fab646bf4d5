#!/usr/bin/env python3
"""Leases of Kea as bindings: lease files and legal log imported and followed, an address handed from one customer to another, holes."""
import os
import re
import signal
import subprocess
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing, program

REGISTRY = """type,id,customer,class,kind,resource,service,name,email,lifeline
customer,x,,business,,,,Ex Ltd,ex@x.example,
customer,y,,business,,,,Why Ltd,why@y.example,
login,l-x,x,,,line-1,,,,
login,l-y,y,,,line-2,,,,
login,l-m,y,,,02:00:00:00:00:0b,,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,,
"""
CONF = "bindings { feed dhcp 1; capacity 20000; retention 30d }"
HEAD4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
HEAD6 = ("address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,"
         "hwtype,hwaddr_source,pool_id\n")


def at(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def lease4(address, line, given, span=1800, state=0, mac="02:00:00:00:00:0a"):
    context = ""
    if line:
        relay = bytes([1, len(line)]) + line.encode()
        context = '{ "ISC": { "relay-agent-info": { "sub-options": "0x%s" } } }' % relay.hex()
    return f"{address},{mac},,{span},{given + span},1,0,0,a&#x2cb,{state},{context},0\n"


def legal(when, text, zone="UTC"):
    return time.strftime("%Y-%m-%d %H:%M:%S ", time.gmtime(when)) + zone + " " + text + "\n"


class World:
    def __init__(self, d):
        self.d = d
        self.t = int(time.time()) - 5400
        self.asked = 0
        d.check("registry", "import", "-", stdin=REGISTRY)

    def load(self, form, text, *more):
        return self.d.aup("bindings", "import", "-", "--format", form, *more, stdin=text)

    def take(self, form, text, *more):
        r = self.load(form, text, "--json", *more)
        assert r.rc == 0, r.err
        return (r.json["rows"], r.json["new"])

    def who(self, address, when):
        self.asked += 1
        s = self.d.check("who", address, "--at", at(when), "--because", f"question {self.asked}", "--json").json["subject"]
        return (s["ours"], s["grade"], s.get("customer", ""))

    def interval(self, address, when):
        s = self.d.check("who", address, "--at", at(when), "--because", "its interval", "--json").json["subject"]
        return (s["from"] // 10**6, s["until"] // 10**6)

    def whole(self, form, head=""):
        return self.take(form, head, "--from", at(self.t - 7200), "--until", at(self.t + 5300))

    def kept(self):
        return self.d.check("bindings", "status", "--json").json


def daemon():
    return Daemon(registry=None, policy=None, conf=CONF)


def hands_over():
    with daemon() as d:
        w = World(d)
        ten = w.t
        file = HEAD4 + lease4("198.51.100.7", "line-1", ten - 3600) + lease4("198.51.100.7", "line-1", ten - 2700) + lease4("198.51.100.7", "line-1", ten - 1800) + \
            lease4("198.51.100.7", "", ten - 1800, state=2) + lease4("198.51.100.7", "line-2", ten) + lease4("198.51.100.7", "line-2", ten + 900) + \
            lease4("198.51.100.8", "", ten, mac="02:00:00:00:00:0b") + lease4("198.51.100.8", "", ten + 900, mac="02:00:00:00:00:0b")
        tap.is_equal(w.take("kea4", file), (8, 8), "a lease file of Kea")
        tap.is_equal(w.who("198.51.100.7", ten - 600), ("yes", "B", "x"), "a hole lowers the grade: the feed was not heard")
        w.whole("kea4", HEAD4)
        for when, want, why in ((ten - 600, ("yes", "A", "x"), "before ten it was the one"), (ten + 600, ("yes", "A", "y"), "after ten the other"),
                                (ten, ("cannot-tell", "C", ""), "at ten: two who could be meant"),
                                (ten + 1500, ("yes", "B", "y"), "after the last renewal nothing confirms it")):
            tap.is_equal(w.who("198.51.100.7", when), want, why)
        tap.is_equal(w.interval("198.51.100.7", ten - 600), (ten - 3600, ten), "its renewals and its end are of one binding, until its expiry")
        tap.is_equal(w.who("198.51.100.8", ten + 400), ("yes", "B", "y"), "a hardware address can be copied: no grade A")
        tap.is_equal(w.take("kea4", file), (8, 0), "the same file again is no news")
        bad = file + "198.51.100.9,02:00:00:00:00:0a,,18\n"
        r = w.load("kea4", bad)
        tap.is_equal(r.rc, 1, "a torn line in an import")
        tap.like(r.err, r"-:10:1: 4 fields where the header has 12", "is told with its line, and nothing is taken")
        tap.like(w.load("kea4", HEAD4 + lease4("198.51.100.9", "line-9", ten)).err, r"-:2:1: this subject is not known", "a line that the register does not know, too")

        six = HEAD6 + f"2001:db8:100::,00:03,1800,{ten + 1800},1,900,2,7,56,0,0,,,0," + '{ "ISC": { "relay-info": [ { "hop": 0&#x2c "remote-id": "00000de96c696e652d31" } ] } },,,0\n'
        tap.is_equal(w.take("kea6", six), (1, 1), "a delegated prefix")
        tap.is_equal(w.who("2001:db8:100:7::1", ten + 200), ("yes", "B", "x"), "and who is within it")

        device = "a device with hardware address: hwtype=1 02:00:00:00:00:0a connected via relay at address: 198.51.100.1, identified by circuit-id: "
        log = "".join(legal(when + 3600, f"Address: 198.51.100.20 has been {what}{device}{who}", "CET") for when, what, who in (
            (ten - 3600, "assigned for 0 hrs 30 mins 0 secs to ", "6c:69:6e:65:2d:31 (line-1)"), (ten - 2400, "renewed for 0 hrs 30 mins 0 secs to ", "6c:69:6e:65:2d:31 (line-1)"),
            (ten - 1200, "released from ", "6c:69:6e:65:2d:31 (line-1)"), (ten - 1200, "assigned for 1 hrs 0 mins 0 secs to ", "6c:69:6e:65:2d:32 (line-2)")))
        r = w.load("kea-legal", log)
        tap.ok(r.rc == 1 and re.search(r"-:1:1: a time zone by name.*\n?.*--zone \+01:00", r.err), "a zone by name is refused with a hint", r.err)
        tap.is_equal(w.take("kea-legal", log, "--zone", "+01:00"), (4, 4), "the legal log, with its zone")
        tap.is_equal(w.who("198.51.100.20", ten - 1800), ("yes", "A", "x"), "a release makes the end sure")
        tap.is_equal(w.who("198.51.100.20", ten - 900), ("yes", "B", "y"), "given to the other within the same second")
        tap.is_equal(d.aup("bindings", "import", "-", "--format", "kea5", stdin="").rc, 2, "a format that there is not")
        tap.is_equal(d.aup("bindings", "import", "-", "--zone", "+01:00", stdin="").rc, 2, "a zone without a format")


def add(path, text):
    with open(path, "a") as f:
        f.write(text)


def follows():
    with daemon() as d:
        w = World(d)
        path = os.path.join(d.dir, "kea-leases4.csv")

        def follower():
            env = dict(os.environ, AUPD_SOCKET=os.path.join(d.run, "api.sock"))
            return subprocess.Popen([program("aup"), "bindings", "follow", path, "--format", "kea4"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def lost():
            return [h for f in w.kept()["feeds"] for h in f["holes"] if h["reason"] == "the feed lost messages"]

        row = lease4("198.51.100.2", "line-1", w.t)
        add(path, HEAD4 + lease4("198.51.100.1", "line-1", w.t) + row[:30])
        f = follower()
        d.until(lambda: w.kept()["bindings"] == 1, "whole lines, not the torn one")
        add(path, row[30:])
        d.until(lambda: w.kept()["bindings"] == 2, "which is taken when it is whole")
        d.kill_and_wait("judge")
        add(path, lease4("198.51.100.3", "line-1", w.t))
        d.until(lambda: w.kept()["bindings"] == 3, "what was written while the judge was away")
        tap.is_equal(lost(), [], "nothing is lost so far")
        add(path, "198.51.100.4,02:00:00:00:00:0a,,18\n")
        d.until(lost, "a line that cannot be read is a hole of the feed")
        # as the clean-up does: the file is moved away, a new one begun, and the old one's last lines still arrive
        os.rename(path, path + ".1")
        add(path + ".1", lease4("198.51.100.5", "line-1", w.t))
        add(path, HEAD4 + lease4("198.51.100.1", "line-1", w.t + 900) + lease4("198.51.100.6", "line-2", w.t))
        d.until(lambda: w.kept()["bindings"] == 6, "the end of the old file, and the new one")
        tap.is_equal(w.interval("198.51.100.1", w.t + 400), (w.t, w.t + 2700), "a renewal in the new one is of the binding in the old one")
        with open(path, "w") as cut:
            cut.write(HEAD4)
        add(path, lease4("198.51.100.9", "line-2", w.t))
        d.until(lambda: w.kept()["bindings"] == 7, "a file that was copied and cut off begins again")
        f.send_signal(signal.SIGTERM)
        _, err = f.communicate()
        tap.is_equal(f.returncode, 0, "it ends when it is told", err)
        tap.is_equal(re.findall(r"kea-leases4\.csv:.*", err), [f"{path}:5: 4 fields where the header has 12; the line is left out".split("/")[-1]],
                     "the bad line was told once, with its number")
        f = follower()
        add(path, lease4("198.51.100.10", "line-2", w.t))
        d.until(lambda: w.kept()["bindings"] == 8, "a new follower begins with the whole file, of which what is known is no news")
        f.send_signal(signal.SIGTERM)
        f.communicate()


def main():
    hands_over()
    follows()


tap.skip_all(missing()) if missing() else tap.run(main)
