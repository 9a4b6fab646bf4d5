#!/usr/bin/env python3
"""Accounting out of detail files: read as they grow, by day and when they are renamed or cut off; sent until it is answered, over kills of either
side; what cannot be read is put aside; and a file that is done goes."""
import os
import re
import signal
import subprocess
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing, program

SECRET = "a secret of twenty-two"
REGISTRY = """type,id,customer,class,kind,resource,service,name,email
customer,a,,residential,,,,Ann,a@a.example
customer,b,,residential,,,,Ben,b@b.example
login,la,a,,,alice,,,
login,lb,b,,,bob,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,
"""


class Detail(Daemon):
    def __init__(self):
        super().__init__(registry=None, start=False)
        self.secret = os.path.join(self.dir, "secret")
        with open(self.secret, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 10000; client 127.0.0.0/8 {{ feed radius; secret-file {self.secret}; message-authenticator yes }} }}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        self.check("registry", "import", "-", stdin=REGISTRY)
        self.acct = os.path.join(self.dir, "radacct")
        self.state_path = os.path.join(self.dir, "detail.state")
        os.mkdir(self.acct)
        self.began = int(time.time())
        self.asked = 0

    def path(self, name):
        return os.path.join(self.acct, name)

    def follower(self, *more, patterns=("detail-*",)):
        command = [program("aup"), "accounting", "follow", *[self.path(p) for p in patterns], "--to", f"{self.address}:1813", "--secret-file", self.secret,
                   "--state", self.state_path, *more]
        self.said = os.path.join(self.dir, f"follower.{time.monotonic_ns()}")
        with open(self.said, "w") as err:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True)

    def errors(self):
        """What the last one has complained about."""
        with open(self.said) as f:
            return f.read()

    def who(self, address, at):
        self.asked += 1
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        s = self.check("who", address, "--at", when, "--because", f"question {self.asked}", "--json").json["subject"]
        return (s["grade"], s.get("customer", "") or "/".join(sorted(s.get("candidates", []))))

    def places(self):
        """What the state says: path and how far."""
        try:
            with open(self.state_path) as f:
                rows = [line.rstrip("\n").split(" ", 6) for line in f.read().splitlines()[1:]]
        except FileNotFoundError:
            return {}
        return {os.path.basename(r[6]): int(r[2]) for r in rows}


def record(status, at, session, user, *more, stamp=True, delay=0):
    text = time.strftime("%a %b %e %H:%M:%S %Y\n", time.gmtime(at))
    text += f'\tAcct-Status-Type = {status}\n\tAcct-Session-Id = "{session}"\n\tUser-Name = "{user}"\n\tNAS-IP-Address = 192.0.2.1\n'
    text += "".join(f"\t{line}\n" for line in more)
    if stamp:
        text += time.strftime('\tEvent-Timestamp = "%b %e %Y %H:%M:%S UTC"\n', time.gmtime(at - delay))
    if delay:
        text += f"\tAcct-Delay-Time = {delay}\n"
    return text + f'\tAcct-Unique-Session-Id = "0cc175b9c0f1b6a831c399e269772661"\n\tTimestamp = {int(at)}\n\n'


def add(path, text):
    with open(path, "a") as f:
        f.write(text)


def ended(process, sig=signal.SIGTERM):
    process.send_signal(sig)
    out, _ = process.communicate()
    return process.returncode, out


def whole(d, path):
    """How far the follower is in a file, when it has done with all of it."""
    return d.places().get(os.path.basename(path)) == os.path.getsize(path)


def days(d):
    """Two days that lie there, sessions over midnight, and one that has no time of its own; then what is added."""
    t = d.began - 3 * 86400
    one, two = d.path("detail-1"), d.path("detail-2")
    add(one, record("Start", t, "S1", "alice", "Framed-IP-Address = 198.51.100.1", "Delegated-IPv6-Prefix = 2001:db8:100:100::/56", "Acct-Session-Time = 0"))
    add(one, record("Start", t, "S2", "bob", "Framed-IP-Address = 198.51.100.2", "Acct-Session-Time = 0", stamp=False))
    add(two, record("Interim-Update", t + 3600, "S1", "alice", "Acct-Session-Time = 3600"))
    add(two, record("Stop", t + 7200, "S2", "bob", "Framed-IP-Address = 198.51.100.2", "Acct-Session-Time = 7190", stamp=False, delay=10))
    add(two, record("Stop", t + 7200, "S1", "alice", "Framed-IP-Address = 198.51.100.1", "Acct-Session-Time = 7200"))
    os.utime(one, (t, t))
    f = d.follower()
    d.until(lambda: whole(d, one) and whole(d, two), "both days")
    d.settle()
    empty = "address,subject,start,end\n"
    stamp = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    d.check("bindings", "import", "-", "--feed", "radius", "--from", stamp(t - 86400), "--until", stamp(d.began - 60), stdin=empty)
    tap.is_equal((d.who("198.51.100.1", t + 1800), d.who("2001:db8:100:1ff::1", t + 1800)), (("A", "a"), ("A", "a")), "three days late, the holder is known for sure, and of the prefix")
    tap.is_equal(d.who("198.51.100.1", t + 7500), ("D", ""), "and nobody behind the Stop")
    tap.is_equal((d.who("198.51.100.2", t + 3600)[1], d.who("198.51.100.2", t + 7400)[1]), ("b", ""), "a message that tells no time is placed by when it was written and its delay")
    tap.is_equal(d.who("198.51.100.2", d.began - 3600)[1], "", "and not by when it was sent")
    return f, t


def goes_on(d, f, t):
    """Torn ends, a broken record, kills of either side, and the daemon away."""
    two = d.path("detail-2")
    text = record("Start", t + 8000, "S3", "bob", "Framed-IP-Address = 198.51.100.3", "Acct-Session-Time = 0")
    before = os.path.getsize(two)
    add(two, text[:-30])
    add(d.path("detail-3"), record("Start", t + 8000, "S4", "alice", "Framed-IP-Address = 198.51.100.4", "Acct-Session-Time = 0"))
    d.until(lambda: whole(d, d.path("detail-3")), "a new file")
    tap.is_equal(d.places()["detail-2"], before, "a record that is not whole waits")
    add(two, text[-30:])
    d.until(lambda: whole(d, two), "until it is")
    bad = record("Start", t + 8100, "S5", "alice", "Framed-IP-Address = 198.51.100.999")
    add(two, bad + record("Stop", t + 8600, "S3", "bob", "Acct-Session-Time = 600"))
    d.until(lambda: whole(d, two), "what stands behind a broken record is taken")
    with open(d.state_path + ".aside") as a:
        aside = a.read()
    tap.ok(aside.endswith(bad + "\n") and re.match(r"# .*detail-2, octet \d+: Framed-IP-Address: no value of that kind\n", aside), "which is put aside whole, with the reason", aside)
    tap.is_equal(oct(os.stat(d.state_path + ".aside").st_mode & 0o777), "0o600", "for nobody else's eyes")
    d.kill("ear", signal.SIGSTOP)
    add(two, "".join(record("Start", t + 9000 + i, f"K{i}", "alice", f"Framed-IP-Address = 198.51.100.{100 + i}", "Acct-Session-Time = 0") for i in range(20)))
    d.until(lambda: "does not answer" in d.errors(), "that nobody answers is told")
    other = d.follower()
    other.communicate()
    tap.ok(other.returncode == 1 and "in use" in d.errors(), "a second one with the same state is refused", d.errors())
    ended(f, signal.SIGKILL)
    tap.ok(d.places()["detail-2"] < os.path.getsize(two), "killed while nobody answers: the place has not moved")
    f = d.follower()
    d.kill_and_wait("ear")
    d.until(lambda: whole(d, two), "all is taken after kill -9 of both sides")
    d.settle()
    tap.is_equal([d.who(f"198.51.100.{100 + i}", t + 9000 + i)[1] for i in range(20)], ["a"] * 20, "and nothing is lost")
    tap.is_equal(d.who("198.51.100.3", t + 8300)[1], "b", "nor what came before")
    return f


def turns(d, f, t):
    """Renamed to what a pattern finds, and to what none finds; cut off; and gone when done."""
    ended(f)
    live = d.path("detail")
    add(live, record("Start", t + 10000, "R1", "alice", "Framed-IP-Address = 198.51.100.21", "Acct-Session-Time = 0"))
    f = d.follower(patterns=("detail", "detail-*"))
    d.until(lambda: whole(d, live), "a file without a day")
    f.send_signal(signal.SIGSTOP)
    os.rename(live, d.path("gone.1"))
    add(d.path("gone.1"), record("Start", t + 10001, "R2", "alice", "Framed-IP-Address = 198.51.100.22", "Acct-Session-Time = 0"))
    add(live, record("Start", t + 10002, "R3", "alice", "Framed-IP-Address = 198.51.100.23", "Acct-Session-Time = 0"))
    f.send_signal(signal.SIGCONT)
    d.until(lambda: d.who("198.51.100.23", t + 10100)[1] == "a", "the new one under its name")
    d.until(lambda: d.who("198.51.100.22", t + 10100)[1] == "a", "a file that was renamed away is read to its end")
    os.rename(live, d.path("detail-4"))
    add(d.path("detail-4"), record("Start", t + 10003, "R4", "alice", "Framed-IP-Address = 198.51.100.24", "Acct-Session-Time = 0"))
    d.until(lambda: whole(d, d.path("detail-4")), "one that a pattern finds goes on under its new name")
    with open(d.path("detail-4"), "w") as cut:
        cut.write(record("Start", t + 10004, "R5", "alice", "Framed-IP-Address = 198.51.100.25", "Acct-Session-Time = 0"))
    d.until(lambda: whole(d, d.path("detail-4")) and d.who("198.51.100.25", t + 10100)[1] == "a", "one that was cut off begins anew")
    tap.is_equal(d.who("198.51.100.24", t + 10100)[1], "a", "the one before it too")
    rc, out = ended(f)
    tap.ok(rc == 0 and re.match(r"\d+ records taken, 0 put aside\n", out), "it ends well and says what it did", out, d.errors())
    old = d.began - 4000
    for name in ("detail-1", "detail-3"):
        os.utime(d.path(name), (old, old))
    add(d.path("detail-1"), record("Start", t + 100, "T1", "alice")[:-25])
    os.utime(d.path("detail-1"), (old, old))
    f = d.follower("--delete-done")
    d.until(lambda: not os.path.exists(d.path("detail-1")) and not os.path.exists(d.path("detail-3")), "what is done and not written to any more is unlinked")
    with open(d.state_path + ".aside") as a:
        tap.like(a.read(), r"detail-1, octet \d+: it has no Timestamp.*\n", "the torn record at its end was put aside before")
    tap.ok(os.path.exists(d.path("detail-2")) and os.path.exists(d.path("detail-4")), "what was written to lately is not")
    d.until(lambda: "detail-1" not in d.places(), "and it is out of the state")
    rc, out = ended(f)
    tap.ok(rc == 0 and out == "0 records taken, 1 put aside\n", "nothing was sent twice", out, d.errors())


def wrong(d):
    run = lambda *more: subprocess.run([program("aup"), "accounting", *more], capture_output=True, text=True)
    base = ("follow", d.path("none"), "--to", f"{d.address}:1813", "--secret-file", d.secret, "--state", d.state_path)
    tap.is_equal([run(*base[:-2]).returncode, run(*base, "--zone", "CET").returncode, run("follow").returncode], [2, 2, 2], "usage")
    with open(d.secret + ".short", "w") as f:
        f.write("short\n")
    with open(d.state_path + ".bad", "w") as f:
        f.write("what is this\n")
    tap.is_equal(run(*base[:5], d.secret + ".short", *base[6:]).returncode, 1, "a secret that is found by trying")
    r = run(*base[:-1], d.state_path + ".bad")
    tap.ok(r.returncode == 1 and "is no state" in r.stderr, "a state that is none", r.stderr)
    tap.is_equal(run(*base[:2], "--to", "somewhere", *base[4:]).returncode, 1, "no address")
    add(d.path("detail-9"), record("Start", d.began - 100 * 86400, "O1", "alice"))
    f = d.follower(patterns=("detail-9",))
    d.until(lambda: whole(d, d.path("detail-9")), "one that is a hundred days old")
    ended(f)
    tap.like(d.errors(), "it is older than 90 days", "is put aside")


def main():
    with Detail() as d:
        f, t = days(d)
        f = goes_on(d, f, t)
        turns(d, f, t)
        wrong(d)


tap.skip_all(missing()) if missing() else tap.run(main)
