#!/usr/bin/env python3
"""As in service: roles as users of their own with directories of their own, and who may read what.

As root only, in a mount namespace with users made up for it: nothing of the machine is changed."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.realpath(os.path.join(os.path.dirname(__file__), "..")))
import daemon
import tap

ROLES = ["ear", "judge", "desk", "hand", "signer", "nft", "fetcher"]
FIRST, STRANGER = 61000, 65534
CAP_NET_ADMIN = 1 << 12


def enter():
    """Goes on in a namespace whose passwd has the roles' users; the programs go where these may run them."""
    if os.geteuid() != 0:
        tap.skip_all("needs root, to become other users")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        tap.skip_all("no mount namespace can be made here")
    if "AUPD_TEST_INNER" not in os.environ:
        os.execvp("env",
                  ["env", "AUPD_TEST_INNER=1", "unshare", "-m", "--propagation", "private", sys.executable, os.path.realpath(__file__)])


def bind(directory, target, lines):
    with open(target, encoding="utf-8") as f:
        kept = [l for l in f.read().splitlines() if not l.startswith("aupd-")]
    path = os.path.join(directory, os.path.basename(target))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(kept + lines) + "\n")
    os.chmod(path, 0o644)
    subprocess.run(["mount", "--bind", path, target], check=True)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def conf(name):
    with open(os.path.join(daemon.TOP, "conf", name), encoding="utf-8") as f:
        return f.read()


def like_the_unit(d):
    """Directories as tmpfiles.d makes them, and a command that leaves no capability but those of the unit."""
    shutil.rmtree(d.data)
    for path, mode, user, group in re.findall(r"^d /var/lib/aupd(\S*) +(\d+) +(\S+) +(\S+)", conf("tmpfiles.conf"), re.M):
        os.mkdir(d.data + path)
        shutil.chown(d.data + path, user, group)
        os.chmod(d.data + path, int(mode, 8))
    caps = re.search(r"^CapabilityBoundingSet=(.*)", conf("aupd.service"), re.M).group(1).lower().replace("cap_", "+").split()
    with open(d.dir + "/bin/bounded", "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\nexec setpriv --bounding-set -all,{','.join(caps)} --no-new-privs {d.dir}/bin/aupd.real \"$@\"\n")
    os.chmod(d.dir + "/bin/bounded", 0o755)
    os.rename(d.dir + "/bin/aupd", d.dir + "/bin/aupd.real")
    os.rename(d.dir + "/bin/bounded", d.dir + "/bin/aupd")


def as_stranger(d, *args):
    env = dict(os.environ, AUPD_SOCKET=f"{d.run}/api.sock", AUPD_RUN=d.run)
    return subprocess.run([daemon.program("aup"), *args], capture_output=True, text=True, env=env, user=STRANGER, group=STRANGER, extra_groups=[], check=False)


def with_users():
    with daemon.Daemon(testing=False, start=False) as d:
        os.chmod(d.dir, 0o755)
        os.makedirs(d.dir + "/bin")
        for name in ("aup", "aupd"):
            shutil.copy(daemon.program(name), f"{d.dir}/bin/{name}")
        os.environ["AUPD_BUILD"] = daemon.BUILD = d.dir + "/bin"
        bind(d.dir, "/etc/passwd", [])
        missing = subprocess.run([daemon.program("aupd"), "-S", "-c", d.config], capture_output=True, text=True, check=False)
        tap.ok(missing.returncode == 1 and "there is no user aupd-ear" in missing.stderr, "in service a role without a user is an error", missing.stderr)
        shutil.rmtree(d.data, ignore_errors=True)

        bind(d.dir, "/etc/passwd", [f"aupd-{r}:x:{FIRST + i}:{FIRST + i}::/nonexistent:/usr/sbin/nologin" for i, r in enumerate(ROLES)])
        bind(d.dir, "/etc/group", [f"aupd-{r}:x:{FIRST + i}:" for i, r in enumerate(ROLES)])
        d.launch(argv=("-S",))
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", daemon.REGISTRY)
        for i, role in enumerate(ROLES):
            s = status_of(d.role_pid(role))
            want = f"{CAP_NET_ADMIN if role == 'nft' else 0:016x}"
            tap.is_equal((s["Uid"].split()[1], s["CapEff"], s["NoNewPrivs"], s["Groups"].strip()), (str(FIRST + i), want, "1", ""),
                         f"{role} runs as aupd-{role}, with {'the one capability' if role == 'nft' else 'no capability'}, no group, no new privileges")
        for name, owner, mode in (("", "judge", 0o2750), ("spool", "ear", 0o2750), ("sealed", "ear", 0o700), ("hand", "hand", 0o700), ("fetcher", "fetcher", 0o700), ("aupd.db", "judge", 0o640),
                                  ("subjects.keys", "judge", 0o600), ("token.key", "judge", 0o600)):
            st = os.stat(os.path.join(d.data, name))
            tap.is_equal((st.st_uid - FIRST, oct(st.st_mode & 0o7777)), (ROLES.index(owner), oct(mode)), f"data/{name} is {owner}'s")

        tap.is_equal(d.aup("case", "list").rc, 0, "an operator reads")
        for args in (("case", "list"), ("case", "show", "C-1"), ("registry", "export"), ("intake", "list"), ("enforcement", "on")):
            r = as_stranger(d, *args)
            tap.ok(r.returncode == 1 and "you are no operator" in r.stderr and not r.stdout, f"a stranger may not: aup {' '.join(args)}", r.stdout, r.stderr)
        r = as_stranger(d, "status")
        tap.ok(r.returncode == 0 and "enforcement observe" in r.stdout, "but see how much there is", r.stdout, r.stderr)

        d.check("enforcement", "on")
        d.kill_and_wait("judge")
        tap.like(d.check("status").out, r"enforcement +on", "what was said of enforcement outlives the judge")
        tap.ok(d.stop(), "aupd stops", *getattr(d, "stop_trouble", []))
        d.launch(argv=("-S",))
        tap.like(d.check("status").out, r"enforcement +on", "and the daemon")
        tap.like(d.check("who", "203.0.113.17", "--because", "a test").out, "ours: yes", "a second start finds all that the first one made")

        tap.is_equal(sorted(re.findall(r"^u (\S+)", conf("sysusers.conf"), re.M)), sorted(f"aupd-{r}" for r in ROLES), "sysusers.d names a user for each role")
        tap.ok(d.stop(), "aupd stops", *getattr(d, "stop_trouble", []))
        if not shutil.which("setpriv"):
            tap.skip("the capabilities of the unit are enough", "setpriv is not installed")
            return
        like_the_unit(d)
        d.launch(argv=("-S",))
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", daemon.REGISTRY)
        tap.is_equal(status_of(d.process.pid)["CapEff"], status_of(d.process.pid)["CapBnd"], "the keeper has the capabilities of the unit alone")
        tap.is_equal([status_of(d.role_pid(r))["CapEff"] for r in ROLES], [f"{CAP_NET_ADMIN if r == 'nft' else 0:016x}" for r in ROLES], "and nft alone keeps one")
        d.check("ingest", "-", stdin="From: a@b.example\nSubject: spam\nMessage-ID: <1@b.example>\n\nSpam from 203.0.113.17 at 2026-11-01 10:00:00 +0000.\n")
        d.until(lambda: "spam" in d.aup("intake", "list").out, "a report comes through")
        tap.ok(True, "they are enough: a report comes through")
        for role in ROLES:
            d.kill_and_wait(role)
        tap.like(d.check("intake", "list").out, "spam", "and each role comes back")


enter()
tap.run(with_users)
