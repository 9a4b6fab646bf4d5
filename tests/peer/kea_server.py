"""A Kea of the test's own, of DHCPv4 and DHCPv6, below one directory; and a network of its own behind it, where the relay is.

The script that aupd ships is its hook; where that writes is said as in the manual, in /etc/default of the namespace. What concerns that hook is
read out of the head of the script, as a person would take it. Its clock is the machine's and what the test adds to it."""
import glob
import json
import os
import re
import subprocess
import time

import daemon

PROGRAMS = {4: "/usr/sbin/kea-dhcp4", 6: "/usr/sbin/kea-dhcp6"}
HOOK = os.path.join(daemon.TOP, "conf", "kea-lease-events")
LFC = "/usr/sbin/kea-lfc"
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), "")
SERVER4, RELAY4, SERVER6, RELAY6 = "198.51.100.1", "198.51.100.2", "2001:db8:100::1", "2001:db8:100::2"
NETWORK = "relay"


def missing():
    """What is not there, or None."""
    for program in (*PROGRAMS.values(), LFC):
        if not os.access(program, os.X_OK):
            return f"{os.path.basename(program)} is not installed"
    return None if FAKETIME else "faketime is not installed"


def run(*command):
    subprocess.run(command, check=True)


class Clock:
    """What goes ahead of the machine's clock, for Kea and its hook alike; their timers go by the machine's."""

    def __init__(self, directory):
        self.path, self.ahead, self.hook = f"{directory}/ahead", 0, f"{directory}/hook"
        self.env = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": self.path, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.pass_on(0)
        with open(self.hook, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nexport " + " ".join(f"{k}={v}" for k, v in self.env.items()) + f'\nexec {HOOK} "$@"\n')
        os.chmod(self.hook, 0o755)

    def pass_on(self, seconds):
        self.ahead += seconds
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(f"+{self.ahead}\n")
        os.rename(self.path + ".new", self.path)

    def now(self):
        return time.time() + self.ahead


def documented(hook):
    """The hook's part of the configuration, with the script where it is for the test."""
    with open(HOOK, encoding="utf-8") as f:
        text = "".join(line[1:] for line in f if line.startswith("# "))
    part = re.search(r'"hooks-libraries": \[.*?\} \} \]', text, re.S).group(0)
    library = re.search(r'"library": "([^"]+)"', part).group(1)
    if part.count('"/usr/share/aupd/kea-lease-events"') != 1 or not os.path.exists(library):
        raise RuntimeError(f"the hook's configuration is not as it was: {part}")
    return json.loads("{" + part.replace("/usr/share/aupd/kea-lease-events", hook) + "}")


def networks():
    """Two that are joined; the relay is in the other one."""
    run("ip", "link", "set", "lo", "up")
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("mount", "-t", "tmpfs", "tmpfs", "/etc/default")
    run("ip", "netns", "add", NETWORK)
    run("ip", "link", "add", "server", "type", "veth", "peer", "name", "relay", "netns", NETWORK)
    inside = ("ip", "netns", "exec", NETWORK)
    for where, name, four, six in (((), "server", SERVER4, SERVER6), (inside, "relay", RELAY4, RELAY6)):
        run(*where, "ip", "address", "add", f"{four}/24", "dev", name)
        run(*where, "ip", "address", "add", f"{six}/64", "dev", name, "nodad")
        run(*where, "ip", "link", "set", name, "up")
    run(*inside, "ip", "link", "set", "lo", "up")


class Kea:
    """family: 4 or 6. Its lease file and its log."""

    def __init__(self, directory, family, lifetime, clock, lfc_s=0):
        self.family, self.dir, self.clock = family, directory, clock
        self.leases = f"{directory}/kea-leases{family}.csv"
        self.socket = f"{directory}/kea{family}.sock"
        name = f"Dhcp{family}"
        common = {"lease-database": {"type": "memfile", "persist": True, "name": self.leases, "lfc-interval": lfc_s}, "valid-lifetime": lifetime,
                  "store-extended-info": True, "decline-probation-period": 3600,
                  "expired-leases-processing": {"reclaim-timer-wait-time": 1, "hold-reclaimed-time": 3600},
                  "control-socket": {"socket-type": "unix", "socket-name": self.socket},
                  "loggers": [{"name": f"kea-dhcp{family}", "severity": "INFO", "output_options": [{"output": "stdout"}]}], **documented(clock.hook)}
        common["hooks-libraries"].append({"library": re.sub("run_script", "lease_cmds", common["hooks-libraries"][0]["library"])})
        if family == 4:
            own = {"interfaces-config": {"interfaces": ["server"], "dhcp-socket-type": "udp"},
                   "subnet4": [{"id": 1, "subnet": "198.51.100.0/24", "pools": [{"pool": "198.51.100.10 - 198.51.100.200"}]}]}
        else:
            own = {"interfaces-config": {"interfaces": [f"server/{SERVER6}"]}, "server-id": {"type": "LL", "persist": False},
                   "subnet6": [{"id": 1, "subnet": "2001:db8:100::/64", "pools": [{"pool": "2001:db8:100::1000-2001:db8:100::ffff"}],
                                "pd-pools": [{"prefix": "2001:db8:180::", "prefix-len": 44, "delegated-len": 56}]}]}
        self.config = f"{directory}/kea{family}.conf"
        with open(self.config, "w", encoding="ascii") as f:
            json.dump({name: {**common, **own}}, f, indent=1)
        self.log = daemon.Log(f"{directory}/kea{family}.log")
        self.start()

    def start(self):
        since = self.log.end()
        env = dict(os.environ, KEA_PIDFILE_DIR=self.dir, KEA_LOCKFILE_DIR=self.dir, **self.clock.env)
        self.process = subprocess.Popen([PROGRAMS[self.family], "-c", self.config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        self.log.follow(self.process.stdout)
        if not self.log.wait(f"DHCP{self.family}_STARTED", since):
            raise RuntimeError("kea does not start:\n" + "\n".join(self.log.lines[-20:]))

    def crash(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait()
