#!/usr/bin/env python3
"""A real FreeRADIUS takes accounting of several access servers and hands it on: copied, passed on, and kept in a file until aupd has it.

Who held what is then told for sure; who waits for aupd's answer and who does not; and what an outage of aupd loses, what not, and how the
hole that it leaves is told and closed. In namespaces of its own."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import radius_server
import tap
from radius_server import COPIED, KEPT, PASSED

SECRET = "a-secret-of-twenty-two"
ANSWER = os.path.join(daemon.BUILD, "tests", "peer", "radius_answer")
REGISTRY = """type,id,customer,class,kind,resource,name,email
customer,a,,residential,,,Ann,a@a.example
customer,b,,residential,,,Ben,b@b.example
customer,c,,residential,,,Cleo,c@c.example
customer,d,,residential,,,Dan,d@d.example
login,la,a,,,alice,,
login,lb,b,,,bob,,
login,lc,c,,,carol,,
login,ld,d,,,dave,,
prefix,pool,,,dynamic,198.51.100.0/24,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,
"""
PART_S = 600
HEAD = "address,subject,start,end\n"


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    if not shutil.which("ip") or subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    if not os.access(ANSWER, os.X_OK):
        return "radius_answer is not built"
    return radius_server.missing() or daemon.missing()


def utc(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Scene:
    """aupd, FreeRADIUS before it, and the time, which aupd keeps by its test clock and the messages tell."""

    def __init__(self):
        self.d = d = daemon.Daemon(registry=None, start=False)
        os.chmod(d.dir, 0o711)
        path = os.path.join(d.dir, "secret")
        with open(path, "w", encoding="ascii") as f:
            f.write(SECRET + "\n")
        address = daemon.loopback()
        d.write_config(d.config_text(conf=f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {d.address}:1813; client {address} {{ feed radius; secret-file {path} }} }}"""))
        self.witness = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.witness.bind((daemon.loopback(), 0))
        self.witness.settimeout(daemon.LIMIT)
        self.server = radius_server.FreeRadius(f"{d.dir}/freeradius", address, SECRET, (d.address, 1813), self.witness.getsockname())
        self.servers = (daemon.loopback(), daemon.loopback())
        self.now = int(time.time())
        self.asked = self.said = 0
        self.began = {}

    def attributes(self, status, nas, session="S1", user="alice", more="", stamp=True):
        """One message of the server at that address, which does not name itself; how long a session has lasted is counted from its first one."""
        text = f'Packet-Src-IP-Address = {nas}\nAcct-Status-Type = {status}\n{more}'
        if stamp:
            text += time.strftime('Event-Timestamp = "%b %e %Y %H:%M:%S UTC"\n', time.gmtime(self.now))
        if not status.startswith("Accounting"):
            began = self.began.setdefault((nas, session, user), self.now)
            text += f'Acct-Session-Id = "{session}"\nUser-Name = "{user}"\nAcct-Session-Time = {self.now - began}\n'
        return text

    def tell(self, port, *args, **more):
        """One message, answered by FreeRADIUS."""
        if not self.server.answered(self.server.ask(port, self.attributes(*args, **more))):
            raise RuntimeError("FreeRADIUS does not answer:\n" + "\n".join(self.server.log.lines[-30:]))

    def figure(self, fate):
        self.d.settle()
        lines = self.d.api("/metrics").body.decode().splitlines()
        line = next(l for l in lines if l.startswith("aupd_radius_packets") and f'"{fate}"' in l)
        return int(float(line.split()[-1]))

    def hears(self, count, what):
        """Until aupd has taken and judged so many more."""
        self.said += count
        self.d.until(lambda: self.figure("taken") >= self.said, what)
        self.d.settle()

    def say(self, port, *args, **more):
        self.tell(port, *args, **more)
        self.hears(1, "a message")

    def launch(self):
        self.d.launch()
        self.said = 0

    def let(self, seconds, port):
        """Time goes by, and the feed is heard, of a session that nobody asks for."""
        self.d.pass_time(f"{seconds}s")
        self.now += seconds
        self.say(port, "Interim-Update", self.d.address, session="W", user="warm")

    def who(self, address, at):
        self.asked += 1
        s = self.d.check("who", address, "--at", utc(at), "--because", f"question {self.asked}", "--json").json["subject"]
        return (s["grade"], s.get("customer", ""))


def carried(s):
    """The copy says all that the server said, and who it is, as the codec reads it."""
    codec = subprocess.Popen([ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    text, _ = codec.communicate("".join(f"{SECRET} 5 {s.witness.recv(5000).hex()}\n" for _ in range(s.said)))
    forms = [line + " " for line in text.splitlines()[::2]]
    found = lambda *parts: [f for f in forms if all(f" {part} " in f for part in parts)]
    tap.is_equal(len(found("holds", "bad=0", "conflict=0")), s.said, "each copy is whole", *forms)
    tap.is_equal(len([f for f in forms if " 27=" in f]), s.said, "and has a time, also of the server that told none", *forms)
    named = ["1=" + bytes(10).hex() + "ffff" + socket.inet_aton(nas).hex() for nas in s.servers]
    tap.is_equal([len(found("15=1", name)) for name in named], [1, 1], "it names the server that did not name itself", *forms)
    prefixed = found("10=20010db8010100010000000000000000/64,", "11=20010db8010001000000000000000000/56,")
    tap.is_equal(len(prefixed), 1, "with prefixes of both kinds", *forms)
    counted = (len(found("15=3", "17=4294967301", "18=8589934599")), len(found("15=2", "17=4294967302")))
    tap.is_equal(counted, (2, 1), "and counters beyond 4 GiB", *forms)


def copied(s):
    """Two servers that begin the same session id of the same user, known by where their messages come from."""
    one, two = s.servers
    counted = "Acct-Input-Octets = {}\nAcct-Input-Gigawords = 1\nAcct-Output-Octets = 7\nAcct-Output-Gigawords = 2\n"
    s.say(COPIED, "Start", s.d.address, session="W", user="warm", stamp=False)
    s.let(PART_S, COPIED)
    began = s.now
    prefixes = "Delegated-IPv6-Prefix = 2001:db8:100:100::/56\nFramed-IPv6-Prefix = 2001:db8:101:1::/64\n"
    s.say(COPIED, "Start", one, more="Framed-IP-Address = 198.51.100.1\n" + prefixes)
    s.say(COPIED, "Start", two, more="Framed-IP-Address = 198.51.100.2\n")
    s.let(PART_S, COPIED)
    for nas in s.servers:
        s.say(COPIED, "Interim-Update", nas, more=counted.format(5))
    s.let(PART_S, COPIED)
    s.say(COPIED, "Accounting-On", one)
    on = s.now
    s.let(PART_S, COPIED)
    s.say(COPIED, "Stop", two, more=counted.format(6))
    off = s.now
    s.let(PART_S, COPIED)
    tap.is_equal((s.who("198.51.100.1", began + 300), s.who("198.51.100.2", began + 300)), (("A", "a"), ("A", "a")),
                 "copied: one id at two servers is two sessions")
    tap.is_equal((s.who("2001:db8:100:1ff::1", began + 300), s.who("2001:db8:101:1::1", began + 300)), (("A", "a"), ("A", "a")),
                 "with their prefixes")
    tap.is_equal((s.who("198.51.100.1", on + 300), s.who("198.51.100.2", on + 300)), (("D", ""), ("A", "a")),
                 "a server that starts ends its own alone")
    tap.is_equal(s.who("198.51.100.2", off + 300), ("D", ""), "and a Stop the other one")
    tap.is_equal((s.figure("taken"), s.figure("denied"), s.figure("malformed")), (s.said, 0, 0), "nothing of it was refused")


def waits(s):
    """While aupd cannot answer, who is passed on waits, and who is copied does not."""
    began, since = s.now, s.server.log.end()
    s.d.kill("ear", signal.SIGSTOP)
    client = s.server.ask(PASSED, s.attributes("Start", s.servers[0], session="S2", user="bob", more="Framed-IP-Address = 198.51.100.3\n"))
    handed_on = s.server.log.wait("Proxying request to home server", since)
    s.tell(COPIED, "Interim-Update", s.d.address, session="W", user="warm")
    tap.ok(handed_on and client.poll() is None, "a copy is answered while aupd is held up, what is passed on is not", *s.server.log.lines[-20:])
    s.d.kill("ear", signal.SIGCONT)
    tap.ok(s.server.answered(client), "until aupd has it")
    s.hears(2, "both")
    s.let(PART_S, PASSED)
    s.say(PASSED, "Interim-Update", s.servers[0], session="S2", user="bob")
    tap.is_equal(s.who("198.51.100.3", began + 300), ("A", "b"), "and it names the holder")


def outage(s):
    """aupd goes while sessions begin and end; FreeRADIUS is killed meanwhile; then all is there that was kept, and the hole is told."""
    d, server, nas = s.d, s.server, s.servers[0]
    began = s.now
    s.say(KEPT, "Start", nas, session="S3", user="alice", more="Framed-IP-Address = 198.51.100.4\n")
    s.let(PART_S, KEPT)
    s.say(KEPT, "Interim-Update", nas, session="S3", user="alice")
    d.pass_time(f"{PART_S}s")
    s.now += PART_S
    d.stop()
    stopped, since = time.monotonic(), server.log.end()
    s.tell(COPIED, "Start", nas, session="S4", user="dave", more="Framed-IP-Address = 198.51.100.5\n")
    s.tell(KEPT, "Stop", nas, session="S3", user="alice")
    s.tell(KEPT, "Start", nas, session="S5", user="bob", more="Framed-IP-Address = 198.51.100.6\n")
    tap.ok(server.log.wait("No response to request", since) and not server.empty(), "FreeRADIUS answers all the same, and keeps it")
    server.crash()
    since = server.log.end()
    server.start()
    s.tell(KEPT, "Start", nas, session="S6", user="carol", more="Framed-IP-Address = 198.51.100.7\n")
    tap.ok(server.log.wait("Marking home server .* as dead", since), "also over a kill of its own")
    # the clock of aupd stands still meanwhile, and FreeRADIUS tells how long a message has waited
    server.process.send_signal(signal.SIGSTOP)
    s.launch()
    down = int(time.monotonic() - stopped) + radius_server.REVIVE_S
    d.pass_time(f"{down}s")
    s.now += down
    server.process.send_signal(signal.SIGCONT)
    tap.ok(server.log.wait("Marking home server .* alive", since), "it finds out that aupd is there again")
    s.hears(3, "what was kept")
    d.until(server.empty, "an empty queue")
    return began, s.now - down


def after_outage(s, began, stopped):
    d, nas = s.d, s.servers[0]
    tap.is_equal((s.who("198.51.100.6", s.now)[1], s.who("198.51.100.7", s.now)[1]), ("b", "c"), "what began during the outage is known")
    s.let(PART_S, KEPT)
    for session, user in (("S5", "bob"), ("S6", "carol")):
        s.say(KEPT, "Interim-Update", nas, session=session, user=user)
    middle = stopped - PART_S // 2
    tap.is_equal((s.who("198.51.100.4", began + 300), s.who("198.51.100.4", s.now - 300)), (("A", "a"), ("D", "")),
                 "what ended during it has ended")
    tap.is_equal((s.who("198.51.100.6", s.now - 300), s.who("198.51.100.7", s.now - 300)), (("A", "b"), ("A", "c")), "and others go on")
    tap.is_equal(s.who("198.51.100.5", s.now - 300), ("D", ""), "a copy that was sent meanwhile is lost")
    holes = lambda: [h for f in d.check("bindings", "status", "--json").json["feeds"] for h in f["holes"]]
    told = [h for h in holes() if h["reason"] == "aupd was down"]
    tap.ok(len(told) == 1 and told[0]["from"] <= utc(middle) < utc(stopped) <= told[0]["until"], "the hole is told", holes(), utc(stopped))
    tap.is_equal(s.who("198.51.100.4", middle), ("B", "a"), "and lowers the grade")
    d.check("bindings", "import", "-", "--feed", "radius", "--from", told[0]["from"], "--until", told[0]["until"], stdin=HEAD)
    tap.is_equal(s.who("198.51.100.4", middle), ("A", "a"), "until a person says that all of that time is there")
    tap.is_equal([h for h in holes() if h["reason"] == "aupd was down"], [], "who closes it so")


def main():
    s = Scene()
    with s.d as d:
        d.start()
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", "-", stdin=REGISTRY)
        copied(s)
        carried(s)
        waits(s)
        after_outage(s, *outage(s))
        tap.is_equal(s.server.stop(), 0, "FreeRADIUS ends well")


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        fence = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.execvp("unshare", [*fence, sys.executable, os.path.abspath(__file__), "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tap.run(main)
