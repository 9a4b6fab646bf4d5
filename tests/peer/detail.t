#!/usr/bin/env python3
"""A real FreeRADIUS copies each message and writes it into a detail file: what is read out of the file is the message that was copied, and who
held what is the same by both ways, also when the reader was killed meanwhile. Its local time is not UTC. In namespaces of its own."""
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import radius_server
import tap
from radius_server import WRITTEN

SECRET = "a-secret-of-twenty-two"
ANSWER = os.path.join(daemon.BUILD, "tests", "peer", "radius_answer")
REGISTRY = """type,id,customer,class,kind,resource,service,name,email
customer,a,,residential,,,,Ann,a@a.example
customer,b,,residential,,,,Ben,b@b.example
login,la,a,,,alice,,,
login,lb,b,,,"bo""b\\c",,,
prefix,pool,,,dynamic,198.51.100.0/24,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,
"""
PART_S, APART_S = 600, 10
PORTS = "IP-Port-Range-Ext-IPv4-Addr = 192.0.2.1\nIP-Port-Range-Range-Start = 1024\nIP-Port-Range-Range-End = 2047\nIP-Port-Range-Alloc = Allocation\n"
LINE, NAMED = 'NAS-Port-Id = "eth0/1:5"\n', 'NAS-Identifier = "n\\303\\244s"\n'


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    if not shutil.which("ip") or subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    if not os.access(ANSWER, os.X_OK):
        return "radius_answer is not built"
    return radius_server.missing() or daemon.missing()


class Answering:
    """A server that answers each message and keeps it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((daemon.loopback(), 0))
        self.heard = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            octets, sender = self.socket.recvfrom(5000)
            head = b"\5" + octets[1:2] + b"\0\x14"
            self.socket.sendto(head + hashlib.md5(head + octets[4:20] + SECRET.encode()).digest(), sender)
            self.heard.append(octets)


class World:
    """One aupd, and its clock."""

    def __init__(self, client):
        self.d = d = daemon.Daemon(registry=None, start=False)
        os.chmod(d.dir, 0o711)
        self.secret = os.path.join(d.dir, "secret")
        with open(self.secret, "w", encoding="ascii") as f:
            f.write(SECRET + "\n")
        d.write_config(d.config_text(conf=f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {d.address}:1813; client {client} {{ feed radius; secret-file {self.secret} }} }}"""))
        self.began = int(time.time())
        d.start()
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", "-", stdin=REGISTRY)
        self.asked = 0

    def taken(self):
        lines = self.d.api("/metrics").body.decode().splitlines()
        return int(float(next(l for l in lines if l.startswith("aupd_radius_packets") and '"taken"' in l).split()[-1]))

    def who(self, address, at):
        self.asked += 1
        s = self.d.check("who", address, "--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)), "--because", f"question {self.asked}", "--json").json["subject"]
        return (s["grade"], s.get("customer", "")), (s.get("from", 0), s.get("until", 0))


class Scene:
    def __init__(self):
        address = daemon.loopback()
        self.copied, self.read = World(address), World("127.0.0.0/8")
        self.witness = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.witness.bind((daemon.loopback(), 0))
        self.witness.settimeout(daemon.LIMIT)
        self.answering = {name: Answering() for name in ("zone", "no zone")}
        self.server = radius_server.FreeRadius(f"{self.copied.d.dir}/freeradius", address, SECRET, (self.copied.d.address, 1813), self.witness.getsockname())
        self.nas = daemon.loopback()
        self.now, self.said, self.began, self.followers = self.copied.began, 0, {}, {}

    def follow(self, name):
        to = "{}:{}".format(*(self.answering[name].socket.getsockname() if name in self.answering else (self.read.d.address, 1813)))
        command = [daemon.program("aup"), "accounting", "follow", self.server.files, "--to", to, "--secret-file", self.read.secret, "--state",
                   os.path.join(self.read.d.dir, name), *(["--zone", "+01:00"] if name != "no zone" else [])]
        self.followers[name] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def say(self, status, session="S1", user="alice", more=""):
        began = self.began.setdefault(session, self.now)
        text = f'Packet-Src-IP-Address = {self.nas}\nAcct-Status-Type = {status}\n{more}'
        text += time.strftime('Event-Timestamp = "%b %e %Y %H:%M:%S UTC"\n', time.gmtime(self.now))
        if not status.startswith("Accounting"):
            text += f'Acct-Session-Id = "{session}"\nUser-Name = "{user}"\nAcct-Session-Time = {self.now - began}\n'
        if not self.server.answered(self.server.ask(WRITTEN, text)):
            raise RuntimeError("FreeRADIUS does not answer:\n" + "\n".join(self.server.log.lines[-30:]))
        self.said += 1
        self.copied.d.until(lambda: self.copied.taken() >= self.said, "a copy")

    def level(self):
        """Until the reader has caught up."""
        self.read.d.until(lambda: self.read.taken() >= self.said, "what was written")
        for world in (self.copied, self.read):
            world.d.settle()

    def let(self, seconds):
        self.level()
        for world in (self.copied, self.read):
            world.d.pass_time(f"{seconds}s")
        self.now += seconds
        self.say("Interim-Update", session="W", user="warm")


def sessions(s):
    counted = "Acct-Input-Octets = {}\nAcct-Input-Gigawords = 1\nAcct-Output-Octets = 7\nAcct-Output-Gigawords = 2\nAcct-Input-Packets = 9\n"
    s.say("Start", session="W", user="warm")
    s.let(PART_S)
    began = s.now
    s.say("Start", more="Framed-IP-Address = 198.51.100.1\nDelegated-IPv6-Prefix = 2001:db8:100:100::/56\nDelegated-IPv6-Prefix = 2001:db8:100:200::/56\n"
          "Framed-IPv6-Prefix = 2001:db8:101:1::/64\nFramed-Interface-Id = 0:0:0:1\nFramed-IPv6-Address = 2001:db8:102::1\nClass = 0x00ff22\n"
          "NAS-Port = 7\nNAS-Port-Type = PPPoEoVLAN\nService-Type = Framed-User\nFramed-IP-Netmask = 255.255.255.255\n"
          "Calling-Station-Id = \"02:00:00:00:00:01\"\nADSL-Agent-Circuit-Id = 0x6c696e652d31\nFramed-Route = \"198.51.100.64/29 198.51.100.1 1\"\n" + PORTS + LINE)
    s.say("Start", session="S2", user='bo\\"b\\\\c', more=NAMED + "Framed-IP-Address = 198.51.100.2\nChargeable-User-Identity = 0x0102\n")
    s.let(PART_S)
    s.say("Interim-Update", more=LINE + counted.format(5) + "Acct-Delay-Time = 3\n")
    s.let(PART_S)
    s.say("Interim-Update", more=LINE)
    s.level()
    s.followers["aupd"].kill()
    s.followers["aupd"].communicate()
    s.say("Stop", session="S2", user='bo\\"b\\\\c', more=NAMED + counted.format(6) + "Acct-Terminate-Cause = User-Request\nFramed-IP-Address = 198.51.100.2\n")
    ended = s.now
    s.follow("aupd")
    s.let(PART_S)
    s.say("Accounting-On")
    on = s.now
    s.let(PART_S)
    s.level()
    questions = [(a, began + at) for a in ("198.51.100.1", "198.51.100.2", "198.51.100.65", "2001:db8:100:1ff::1", "2001:db8:100:2ff::1", "2001:db8:101:1::9", "2001:db8:102::1")
                 for at in (300, PART_S + 300)] + [("198.51.100.2", ended + 300), ("198.51.100.1", on + 300)]
    copied, read = ([w.who(*q) for q in questions] for w in (s.copied, s.read))
    tap.is_equal([a for a, _ in read], [a for a, _ in copied], "who held what is the same by the copies and by the files")
    tap.is_equal([a for a, _ in copied], [("A", "a")] * 2 + [("A", "b")] * 2 + [("A", "a")] * 10 + [("D", ""), ("D", "")], "and it is right")
    apart = [abs(x - y) // 10**6 for (_, a), (_, b) in zip(copied, read) for x, y in zip(a, b)]
    tap.ok(max(apart) <= APART_S, "from when until when, too", apart)


def same(s):
    """Message by message, as the codec reads it, but for ids and what became of the delay."""
    for name, to in s.answering.items():
        s.read.d.until(lambda: len(to.heard) == s.said, f"each message out of the files, {name}")
    codec = subprocess.Popen([ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    packets = [s.witness.recv(5000) for _ in range(s.said)] + s.answering["zone"].heard + s.answering["no zone"].heard
    text, _ = codec.communicate("".join(f"{SECRET} 5 {p.hex()}\n" for p in packets))
    forms = text.splitlines()[::2]
    delay = lambda form: int((re.search(r" 16=(\d+)", form) or [0, 0])[1])
    bare = lambda form: re.sub(r" 16=\d+", "", form.split(" ", 3)[3])
    copied, read, guessed = (forms[n * s.said:(n + 1) * s.said] for n in range(3))
    tap.is_equal([bare(f) for f in read], [bare(f) for f in copied], "each message is the one that was copied")
    tap.ok(all(f.startswith("holds") and "bad=0 conflict=0" in f for f in map(bare, read)), "and whole", *read)
    event = lambda form: (re.search(r" 27=(\d+)", form) or [0, None])[1]
    known = [(event(g), event(c)) for g, c in zip(guessed, copied) if event(g)]
    tap.ok(all(g == c for g, c in known) and 0 < len(known) < s.said, "without a zone, a time is told where it is sure, and no other", *guessed)
    late = [delay(r) - delay(c) for r, c in zip(read, copied)]
    tap.ok(all(0 <= n < daemon.LIMIT for n in late) and max(map(delay, copied)) == 3, "with the time that it lay there added to its delay", late)


def main():
    os.environ["TZ"] = "CET-1"
    time.tzset()
    s = Scene()
    with s.copied.d, s.read.d:
        for name in ("aupd", *s.answering):
            s.follow(name)
        sessions(s)
        same(s)
        for f in s.followers.values():
            f.send_signal(signal.SIGTERM)
        said = [f.communicate() for f in s.followers.values()]
        tap.ok(all(re.fullmatch(r"\d+ records taken, 0 put aside\n", out) and not err for out, err in said), "nothing was put aside, and there was nothing to complain about", said)
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
