#!/usr/bin/env python3
"""A real Kea gives addresses and prefixes to devices behind a relay and without one: they renew, also past the relay, give back, decline and let
expire, while its clean-up renews the lease files under the reader, Kea is killed and so is the reader. Who held what is told for each moment by
the lease files and by what the hook tells, also when the files know it no more. In namespaces of its own."""
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import kea_server
import tap
from kea_server import Kea

REGISTRY = """type,id,customer,class,kind,resource,service,name,email,lifeline
customer,x,,business,,,,Ex Ltd,ex@x.example,
customer,y,,business,,,,Why Ltd,why@y.example,
customer,z,,business,,,,Zed Ltd,zed@z.example,
customer,w,,business,,,,Dou Ltd,dou@w.example,
login,l1,x,,,line-1,,,,
login,l2,y,,,line-2,,,,
login,l3,z,,,c-id,,,,
login,l4,w,,,02:00:00:00:00:0d,,,,
login,l5,y,,,rem-2,,,,
login,l6,z,,,00:03:00:01:02:00:00:00:00:03,,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,,
"""
LIFETIME_S, AHEAD_S, WAIT_S = 1800, 300, 30
HEAD = "address,subject,start,end\n"


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    if not shutil.which("ip") or subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    return kea_server.missing() or daemon.missing()


def utc(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Scene:
    """aupd, both servers, the relay, the readers, and the time: aupd's clock is ahead of Kea's, so that nothing comes before it happens."""

    def __init__(self):
        self.d = d = daemon.Daemon(registry=None, conf="bindings { feed dhcp 1; capacity 20000; retention 30d }")
        d.check("registry", "import", "-", stdin=REGISTRY)
        os.chmod(d.dir, 0o711)
        self.events = f"{d.dir}/events"
        with open("/etc/default/kea-lease-events", "w", encoding="ascii") as f:
            f.write(f"spool={self.events}\n")
        self.clock = kea_server.Clock(d.dir)
        self.began = time.time()
        d.pass_time(f"{AHEAD_S}s")
        self.kea = {family: Kea(d.dir, family, LIFETIME_S, self.clock, lfc_s=1) for family in (4, 6)}
        command = ["ip", "netns", "exec", kea_server.NETWORK, sys.executable, os.path.join(HERE, "dhcp_relay.py"), kea_server.RELAY4, kea_server.SERVER4,
                   kea_server.RELAY6, kea_server.SERVER6]
        self.relay = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.readers, self.asked = {}, 0

    def tell(self, *words):
        """One device does something, and what it has then."""
        print(*words, file=self.relay.stdin, flush=True)
        answer = self.relay.stdout.readline().split()
        if not answer:
            raise RuntimeError(f"{' '.join(words)} came to nothing:\n" + "\n".join(self.kea[4].log.lines[-10:] + self.kea[6].log.lines[-10:]))
        return answer

    def read(self):
        for family, kea in self.kea.items():
            env = dict(os.environ, AUPD_SOCKET=os.path.join(self.d.run, "api.sock"))
            command = [daemon.program("aup"), "bindings", "follow", kea.leases, "--format", f"kea{family}", "--hook", self.events]
            with open(f"{self.d.dir}/reader{family}.err", "a", encoding="utf-8") as err:
                self.readers[family] = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=err)

    def stop_reading(self, sig):
        for reader in self.readers.values():
            reader.send_signal(sig)
            reader.wait()

    def errors(self):
        text = ""
        for family in self.kea:
            with open(f"{self.d.dir}/reader{family}.err", encoding="utf-8") as f:
                text += f.read()
        return text

    def told(self, *parts):
        """Has the hook told of that?"""
        with open(self.events, encoding="ascii") as f:
            return any(all(part in line for part in parts) for line in f)

    def let(self, seconds):
        """Time goes by, for all."""
        self.clock.pass_on(seconds)
        self.d.pass_time(f"{seconds}s")

    def now(self):
        return int(self.clock.now())

    def subject(self, address, at):
        self.asked += 1
        return self.d.check("who", address.split("/")[0], "--at", utc(at), "--because", f"question {self.asked}", "--json").json["subject"]

    def who(self, address, at):
        s = self.subject(address, at)
        return (s["grade"], s.get("customer", "") or "/".join(sorted(s.get("candidates", []))))

    def until(self, address, at, wanted):
        """Until that is the answer, or the last one that came instead."""
        last = []

        def asked():
            last[:] = [self.who(address, at)]
            return last[0] == wanted
        try:
            self.d.until(asked, f"{wanted} of {address}", limit=WAIT_S)
        except RuntimeError:
            pass
        return last[0]


def given(s):
    """Each kind of name, and what makes it less sure."""
    had = {name: s.tell(name, "take") for name in "acmstu"}
    t = s.now()
    s.let(900)
    for name in "acmst":
        s.tell(name, "renew")
    s.tell("u", "decline")
    s.d.until(lambda: s.told("lease6_decline", had["u"][0]), "the hook tells of what was declined")
    s.let(600)
    s.tell("a", "renew_directly")
    s.let(300)
    s.tell("t", "release")
    done = s.now()
    s.d.until(lambda: all(s.told("lease6_release", resource.split("/")[0] + " ") for resource in had["t"]), "the hook tells of what was given back")
    s.let(300)
    s.tell("a", "renew_directly")
    for name, want, why in (("a", ("A", "x"), "by what the relay says of the line"), ("c", ("A", "z"), "by the id that the device gives itself"),
                            ("m", ("B", "w"), "by its hardware address alone, which can be copied")):
        tap.is_equal(s.until(had[name][0], t + 450, want), want, f"an address {why}")
    for name, want, why in (("s", ("A", "x"), "interface-id"), ("t", ("A", "y"), "remote-id")):
        tap.is_equal([s.until(resource, t + 450, want) for resource in had[name]], [want] * 2, f"an address and a delegated prefix of IPv6 by the relay's {why}")
    tap.is_equal(s.until(had["u"][1], t + 300, ("B", "z")), ("B", "z"), "one by its DUID, of which nobody knows whether it was held on")
    tap.is_equal(s.until(had["u"][0], t + 1300, ("D", "")), ("D", ""), "an address that was declined is nobody's")
    tap.is_equal(s.until(had["a"][0], t + 1700, ("A", "x")), ("A", "x"), "renewed past the relay, it is still the line's")
    tap.is_equal([s.until(resource, done + 200, ("D", "")) for resource in had["t"]], [("D", "")] * 2, "what was given back is nobody's")
    ends = [s.subject(resource, t + 450)["until"] // 10**6 - done for resource in had["t"]]
    tap.ok(all(-2 <= apart <= 2 for apart in ends), "and ended when it was given back", ends)
    return had, t


def kept(s, had, t):
    """The reader is away, Kea is killed, and the clean-up throws away who had it."""
    address = had["a"][0]
    s.stop_reading(signal.SIGKILL)
    s.tell("a", "release")
    back = s.now()
    s.d.until(lambda: s.told("lease4_release", f"address={address}"), "the hook tells of it")
    s.let(300)
    since = s.kea[4].log.end()
    s.kea[4].crash()
    s.kea[4].start()
    tap.is_equal(s.tell("b", "take", address), [address], "another one gets the address, from a Kea that was killed")
    taken = s.now()
    tap.ok(s.kea[4].log.wait("LFC_EXECUTE", since), "the clean-up runs", *s.kea[4].log.lines[-10:])

    def cleaned():
        lines = []
        for end in ("", ".1", ".2", ".completed", ".output"):
            try:
                with open(s.kea[4].leases + end, encoding="utf-8") as f:
                    lines += [line for line in f if line.startswith(address + ",")]
            except FileNotFoundError:
                pass
        return lines and all("02:00:00:00:00:0b" in line for line in lines)
    s.d.until(cleaned, "and nothing of the one before is left in the lease files")
    s.let(600)
    s.tell("b", "renew")
    s.read()
    tap.is_equal(s.until(address, taken + 300, ("B", "y")), ("B", "y"), "a new reader finds the new holder; that nobody read meanwhile lowers the grade")
    s.d.until(lambda: abs(s.subject(address, back - 125)["until"] // 10**6 - back) <= 2, "the end of the one before, which the hook alone has told")
    tap.is_equal(s.who(address, back - 125), ("A", "x"), "the one before had it until then")
    s.d.check("bindings", "import", "-", "--feed", "dhcp", "--from", utc(t - 10), "--until", utc(s.now()), stdin=HEAD)
    tap.is_equal(s.who(address, taken + 300), ("A", "y"), "it is sure when it is said that nothing is missing")
    tap.is_equal(s.who(address, back + 150), ("D", ""), "between the two nobody had it")


def expired(s, had):
    """Nobody renews any more."""
    s.d.kill_and_wait("judge")
    s.let(LIFETIME_S + 60)
    for name in "cms":
        for resource in had[name]:
            s.d.until(lambda: s.told("_expire", resource.split("/")[0] + " "), "the hook tells of what expired")
    ends = {}
    with open(s.events, encoding="ascii") as f:
        for line in f:
            fields = dict(word.split("=", 1) for word in line.split()[2:])
            if "_expire" in line:
                ends[fields["address"]] = int(fields["cltt"]) + int(fields["lifetime"])
    for name, customer in (("c", "z"), ("m", "w"), ("s", "x")):
        for resource in had[name]:
            end = ends[resource.split("/")[0]]
            tap.is_equal(s.until(resource, end + 125, ("D", "")), ("D", ""), f"{name}: behind its expiry it is nobody's")
            told = s.subject(resource, end - 130)
            tap.is_equal((told.get("customer"), told["until"] // 10**6 - end), (customer, 0), "which is its end, for sure")


def main():
    kea_server.networks()
    s = Scene()
    with s.d as d:
        s.read()
        had, t = given(s)
        kept(s, had, t)
        expired(s, had)
        s.stop_reading(signal.SIGTERM)
        tap.is_equal([r.returncode for r in s.readers.values()], [0, 0], "the readers end well", s.errors())
        tap.is_equal([line for line in s.errors().splitlines() if not line.startswith("aup: the judge ")], [], "and had nothing else to complain about")
        s.relay.stdin.close()
        s.relay.wait()
        tap.is_equal([kea.stop() for kea in s.kea.values()], [0, 0], "so does Kea")


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        fence = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.execvp("unshare", [*fence, sys.executable, os.path.abspath(__file__), "--inside"])
    tap.run(main)
