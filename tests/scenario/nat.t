#!/usr/bin/env python3
"""Carrier-grade NAT: what its log tells of shared addresses, and the customer behind them."""
import os
import signal
import socket
import subprocess
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import ipfix
import tap
from daemon import Daemon, missing, program
from nas import Nas

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


def followed():
    """A log that is followed: each line once, one with several records, one that cannot be read, and the same file from its beginning."""
    t = int(time.time()) - 3600
    with World("bindings { feed cgnat 1; capacity 20000; retention 30d }") as d:
        path = os.path.join(d.dir, "nat.log")

        def line(*records, when):
            with open(path, "a") as f:
                f.write(time.strftime("<10>1 %Y %b %d %H:%M:%S nat1 - - NAT44 - ", time.gmtime(when)) + "".join(f"[{r}]" for r in records) + "\n")

        def follower():
            env = dict(os.environ, AUPD_SOCKET=os.path.join(d.run, "api.sock"))
            return subprocess.Popen([program("aup"), "bindings", "follow", path, "--format", "syslog-cisco", "--zone", "Z"], env=env, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)

        def kept():
            return d.check("bindings", "status", "--json").json

        def lost():
            return [h for f in kept()["feeds"] for h in f["holes"] if h["reason"] == "the feed lost messages"]

        record = "Userbased{} - {} VRF - 203.0.113.7 - {} {} - -"
        line(record.format("A", "100.64.0.1", 1024, 1535), record.format("A", "100.64.0.2", 1536, 2047), when=t)
        f = follower()
        d.until(lambda: kept()["bindings"] == 2, "two records of one line")
        line(record.format("W", "100.64.0.1", 1024, 1535), record.format("A", "100.64.0.3", 1024, 1535), when=t + 900)
        d.until(lambda: kept()["bindings"] == 3, "a block is taken back, and given to another one")
        tap.is_equal(lost(), [], "nothing is lost so far")
        line(record.format("X", "100.64.0.1", 1024, 1535), when=t + 1000)
        d.until(lost, "a record of no known kind")
        f.send_signal(signal.SIGTERM)
        _, err = f.communicate()
        tap.ok(f.returncode == 0 and "nat.log:3: a record in no known form; the line is left out" in err, "a line that cannot be read is told with its number, and is a hole", err)
        f = follower()
        line(record.format("W", "100.64.0.3", 1024, 1535), record.format("A", "100.64.0.4", 1024, 1535), when=t + 1200)
        d.until(lambda: kept()["bindings"] == 4, "a follower that begins with the whole file")
        f.send_signal(signal.SIGTERM)
        f.communicate()
        tap.is_equal(kept()["bindings"], 4, "what is known is no news to it")


SECRET = "a secret of twenty-two"


class Live(World):
    """A NAT that speaks syslog from one address, others that speak IPFIX, and an access server; logs and accounting come in by UDP."""
    SYSLOG, RFC, JUNOS = "127.8.158.1", "127.8.158.2", "127.8.158.3"

    def __init__(self):
        Daemon.__init__(self, registry=None, start=False)
        path = os.path.join(self.dir, "secret")
        with open(path, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; feed lines 2; feed rfc 3; feed junos 4; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; client {self.address} {{ feed radius; secret-file {path} }} }}
nat {{
    listen {self.address}:4739
    exporter {self.SYSLOG} {{ feed lines; format syslog-a10 }}
    exporter 127.8.158.2/31 {{ feed rfc; format ipfix; dialect rfc8158 }}
    exporter {self.JUNOS} {{ feed junos; format ipfix; dialect junos-draft }}
}}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        self.check("registry", "import", "-", stdin=REGISTRY)
        self.now, self.asked, self.sent, self.sequence, self.sockets = time.time(), 0, 0, {}, {}
        self.nas = Nas((self.address, 1813), SECRET)
        self.t0 = int(self.now)
        self.nas.say("start", session="A", user="alice", lasted=0, v4="100.64.0.1", at=self.t0)
        self.nas.say("start", session="B", user="bob", lasted=0, v4="100.64.0.2", at=self.t0)
        for source in (self.RFC, self.JUNOS):
            self.export(source, ipfix.template(256, ipfix.BLOCK))
        self.beat()

    def figures(self, name):
        lines = [x for x in self.api("/metrics").body.decode().splitlines() if x.startswith(name + "_total{")]
        return {x.split('"')[3]: int(float(x.split()[-1])) for x in lines}

    def put(self, source, octets, count=1):
        if source not in self.sockets:
            self.sockets[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[source].bind((source, 0))
        self.sockets[source].sendto(octets, (self.address, 4739))
        self.sent += 1
        self.until(lambda: self.settle() and sum(self.figures("aupd_nat_datagrams").values()) >= self.sent, "a datagram")
        self.settle()

    def line(self, what, inside, first, **more):
        self.put(self.SYSLOG, b"<134>" + a10(what, inside, first, self.now, **more).encode())

    def export(self, source, *sets, records=0, skip=0):
        number = self.sequence.get(source, 0) + skip
        self.sequence[source] = number + records
        self.put(source, ipfix.message(number, *sets, exported=int(self.now)))

    def block(self, source, event, inside, first, outside=SHARED):
        self.export(source, ipfix.one_set(256, ipfix.block(self.now, event, inside, outside, first, first + 1023)), records=1)

    def beat(self, silent=()):
        """Every feed is heard."""
        self.put(self.SYSLOG, b"<134>Jul  6 14:05:36 nat1 link eth0 is up")
        for source in {self.RFC, self.JUNOS} - set(silent):
            self.export(source, ipfix.template(256, ipfix.BLOCK))
        for session, user in (("A", "alice"), ("B", "bob")):
            self.nas.say("interim", session=session, user=user, lasted=int(self.now) - self.t0, at=int(self.now))
        self.settle()

    def let(self, seconds):
        self.pass_time(f"{seconds}s")
        self.now += seconds

    def turn(self, seconds=600, silent=()):
        self.let(seconds)
        self.beat(silent)
        return int(self.now)


def lines(d):
    t1 = d.turn()
    d.line("Allocated", "100.64.0.1", 1024)
    d.turn()
    d.turn()
    d.line("Freed", "100.64.0.1", 1024)
    d.turn()
    d.turn()
    tap.is_equal([d.who(1100, t1 + 300), d.who(1100, t1 + 1500), d.who(1100, t1 - 300)], [("A", "a"), ("D", ""), ("D", "")],
                 "lines of syslog: address, port and time give the address behind, its session, and the customer, graded A")
    tap.is_equal(d.who(None, t1 + 300)[0], "E", "a report without a port: E")
    t2 = d.turn()
    d.line("Allocated", "100.64.0.1", 1024)
    d.turn()
    d.line("Allocated", "100.64.0.2", 1024)
    d.turn()
    d.line("Freed", "100.64.0.2", 1024)
    t3 = d.turn()
    d.line("Freed", "100.64.0.2", 2048)
    d.turn()
    tap.is_equal([d.who(1100, t2 + 300), d.who(1100, t2 + 900)], [("B", "a"), ("A", "b")], "a block that is given once more without a release: the end is inferred, and B")
    tap.is_equal(d.who(2100, t3 - 60), ("B", "b"), "one that is taken back and was never given: since when is not known, and B")
    before = d.figures("aupd_nat_records")["unread"]
    t4 = d.turn()
    d.put(d.SYSLOG, b"<134>Jul  6 14:05:36 nat1 NAT:20260706140536 3e2d PortBatchV3Allocated: {100.64.0.1 203.0.113.7 1024 1535}")
    d.put(d.SYSLOG, b"<134>Jul  6 14:05:36 nat1 NAT:20260706140536 3e2d PortBatchV2Allocated: {100.64.0.1 203.0.113.7 1024 1535}")
    d.turn()
    d.line("Allocated", "100.64.0.1", 4096)
    d.turn()
    d.line("Freed", "100.64.0.1", 4096)
    d.turn()
    holes = [f["holes"] for f in d.check("bindings", "status", "--json").json["feeds"] if f["name"] == "lines"][0]
    tap.ok(d.figures("aupd_nat_records")["unread"] == before + 1 and any("dropped" in h["reason"] or "lost" in h["reason"] for h in holes),
           "a line in no known form is counted, and a hole", holes)
    items = [i for i in d.check("intake", "list", "--json").json["rows"] if i["body"].get("listener") == "nat"]
    tap.ok(len(items) == 1 and "link eth0" in items[0]["body"]["text"], "and a person is shown the first line of the day that was no event", items)
    tap.is_equal(d.who(4100, t4 + 900)[0], "A", "behind the hole answers are as good as before")


def flows(d):
    for source, given, back, what in ((d.RFC, 16, 17, "RFC 8158"), (d.JUNOS, 14, 15, "the draft of Junos")):
        outside = "203.0.113.8" if source == d.RFC else "203.0.113.9"
        t = d.turn()
        d.block(source, given, "100.64.0.2", 8192, outside=outside)
        d.turn()
        d.block(source, back, "100.64.0.2", 8192, outside=outside)
        d.turn()
        tap.is_equal([d.who(9000, t + 300, outside), d.who(9216, t + 300, outside)[1]], [("A", "b"), ""], f"IPFIX by {what}: the customer, graded A")
    t = d.turn()
    d.block(d.JUNOS, 14, "100.64.0.1", 16384, outside="203.0.113.9")
    d.turn()
    tap.is_equal(d.who(17000, t + 300, "203.0.113.9"), ("B", "a"), "while it is not taken back nothing vouches for it")
    d.block(d.JUNOS, 16, "100.64.0.1", 16384, outside="203.0.113.9")
    d.turn()
    tap.is_equal(d.who(17000, t + 300, "203.0.113.9"), ("A", "a"), "but that it is active still")
    t = d.turn()
    d.block(d.RFC, 200, "100.64.0.1", 20480, outside="203.0.113.8")
    d.turn()
    got = d.who(20500, t + 300, "203.0.113.8")
    tap.ok(got == ("D", ""), "an event whose value the dialect does not have names nobody", got)
    t = d.turn()
    d.block(d.RFC, 16, "100.64.0.1", 24576, outside="203.0.113.8")
    d.turn(300)
    d.sequence[d.RFC] += 2
    d.turn(300)
    d.block(d.RFC, 17, "100.64.0.1", 24576, outside="203.0.113.8")
    d.turn()
    tap.is_equal([d.who(24600, t + 450, "203.0.113.8")[0], d.who(24600, t + 150, "203.0.113.8")[0]], ["B", "A"], "records are missing by the sequence: a hole, and B")
    before = d.figures("aupd_nat_datagrams")["unknown-exporter"]
    d.put("127.8.158.9", b"<134>" + a10("Allocated", "100.64.0.2", 1024, d.now, outside="203.0.113.20").encode())
    tap.ok(d.figures("aupd_nat_datagrams")["unknown-exporter"] == before + 1 and d.who(1100, d.now, "203.0.113.20")[1] == "", "who is no exporter is counted and dropped")


def silence(d):
    d.line("Allocated", "100.64.0.1", 50000)
    d.block(d.JUNOS, 14, "100.64.0.1", 50000, outside="203.0.113.9")
    t = d.turn(silent=(d.JUNOS,))
    d.turn(silent=(d.JUNOS,))
    d.line("Freed", "100.64.0.1", 50000)
    d.turn(silent=(d.JUNOS,))
    d.block(d.JUNOS, 15, "100.64.0.1", 50000, outside="203.0.113.9")
    d.turn()
    tap.is_equal([d.who(None, t, "100.64.0.1"), d.who(50010, t), d.who(50010, t, "203.0.113.9")], [("A", "a"), ("A", "a"), ("B", "a")],
                 "the silence of one NAT is no hole in what another one tells, nor in what is told of sessions")


def crashes(d):
    t = d.turn()
    d.line("Allocated", "100.64.0.1", 30000)
    d.crash()
    d.launch()
    d.sent = 0
    d.settle()
    d.turn()
    d.line("Freed", "100.64.0.1", 30000)
    d.crash()
    d.launch()
    d.sent = 0
    d.settle()
    d.turn()
    got = d.who(30010, t + 300)
    tap.ok(got[1] == "a" and d.who(30010, t + 900)[1] == "", "what came before kill -9 is there: a block given, and taken back", got)


def refused():
    d = Daemon(registry=None, start=False)
    for conf, why in (("nat { exporter 192.0.2.1 { feed x; format ipfix; dialect rfc8158 } }", "has no feed x"),
                      ("bindings { feed x 1 }\nnat { exporter 192.0.2.1 { feed x; format ipfix } }", "needs its dialect"),
                      ("bindings { feed x 1 }\nnat { exporter 192.0.2.1 { feed x; format syslog-a10; dialect rfc8158 } }", "of ipfix alone"),
                      ("bindings { feed x 1 }\nnat { exporter nowhere { feed x; format syslog-a10 } }", "no address and no prefix"),
                      ("bindings { feed x 1 }\nnat { exporter 192.0.2.1 { feed x; format syslog-none } }", "format"),
                      ("bindings { feed x 1 }\nnat { exporter 192.0.2.1 { feed x } }", "format"),
                      ("bindings { feed x 1 }\nnat { listen 127.0.0.1:4739 }", "no exporter to hear"),
                      ("bindings { feed x 1 }\nnat { listen /run/nat }", "by UDP")):
        path = os.path.join(d.dir, "bad.conf")
        with open(path, "w") as f:
            f.write(d.config_text(conf=conf))
        r = d.aup("check", "-c", path)
        tap.ok(r.rc != 0 and why in r.out + r.err, f"refused: {why}", r.out, r.err)
    d.abandon()


def main():
    files()
    followed()
    with Live() as d:
        lines(d)
        flows(d)
        silence(d)
        crashes(d)
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
