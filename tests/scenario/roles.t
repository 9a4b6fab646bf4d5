#!/usr/bin/env python3
"""The lives of the roles: what each holds, what it may, an item that ends its decoder, roles that die too often, a reload.

Bytes that are no frame are put on a link by taking the role's own descriptor (pidfd_getfd), which root may."""
import ctypes
import os
import re
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import ROLES, Daemon, arf, crlf, missing, program

PIDFD_OPEN, PIDFD_GETFD = 434, 438
EVERYONE = [r"pipe:", r"socket:", r"anon_inode:\[eventpoll\]", r"anon_inode:\[eventfd\]", r"/memfd:aupd-test-clock"]
FIGURES = [r"/memfd:aupd-figures"]
PAGE = [r"/memfd:aupd-attempt"]
STORE = [r"DATA", r"DATA/aupd\.db(-wal|-shm)?"]
HOLDS = {"ear": PAGE + [r"DATA/(spool|sealed)", r"DATA/spool/\w+\.(seg|key)"], "judge": PAGE + STORE + [r"DATA/(spool|evidence|ledger)", r"DATA/(evidence|ledger)/\S+", r"DATA/subjects\.keys"],
         "desk": STORE, "hand": [r"DATA/hand", r"DATA/hand/journal"], "signer": [], "nft": [],
         "fetcher": PAGE + [r"DATA/fetcher"]}


def says(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def descriptors(d, role):
    """What is open in a role and does not belong to it; 0 to 2 are those of whoever started the daemon."""
    pid = d.role_pid(role)
    directory, odd = f"/proc/{pid}/fd", []
    for fd in (fd for fd in os.listdir(directory) if int(fd) > 2):
        target = os.readlink(f"{directory}/{fd}")
        allowed = "|".join(EVERYONE + FIGURES + HOLDS[role]).replace("DATA", re.escape(d.data))
        if d.points and target == os.path.join(d.dir, "points"):
            continue                    # a build with points has them open
        if not re.fullmatch(f"({allowed})( \\(deleted\\))?.*" if target.startswith(("pipe", "socket", "/memfd")) else f"({allowed})", target):
            odd.append(f"{fd} -> {target}")
    return odd


def listening(pid):
    """How many listening sockets a process has."""
    inodes = {m.group(1) for fd in os.listdir(f"/proc/{pid}/fd") for m in [re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))] if m}
    tcp = [l.split() for l in says(f"/proc/{pid}/net/tcp").splitlines()[1:]]
    unix = [l.split() for l in says(f"/proc/{pid}/net/unix").splitlines()[1:]]
    return sum(l[9] in inodes and l[3] == "0A" for l in tcp) + sum(l[6] in inodes and l[3] == "00010000" for l in unix)


def fences(d):
    d.smtp_send(arf("203.0.113.17", number=1))
    d.settle()
    for role in ROLES:
        pid = d.role_pid(role)
        status = dict(l.split(":\t", 1) for l in says(f"/proc/{pid}/status").splitlines() if ":\t" in l)
        tap.is_equal((len(os.listdir(f"/proc/{pid}/task")), status["NoNewPrivs"], status["Seccomp"]), (1, "1", "2"), f"{role} has one thread, no new privileges and a filter")
        if os.geteuid() != 0:
            tap.skip(f"{role} holds nothing that it was not handed", "needs root")
            continue
        tap.is_equal(descriptors(d, role), [], f"{role} holds nothing that it was not handed")
        tap.is_equal(listening(pid), {"ear": 4, "desk": 1}.get(role, 0), f"{role} listens where it should")
        loaded = {os.path.basename(l.split()[-1]) for l in says(f"/proc/{pid}/maps").splitlines() if "/" in l}
        tap.is_equal(sorted(m for m in loaded if re.match(r"libnss_|.*\.mo$|locale-archive|zoneinfo|tzdata", m)), [], f"{role} has no name service, locale or time zone")


def take(pid, fd):
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.syscall(PIDFD_OPEN, pid, 0)
    if handle < 0:
        return -1                           # it has ended
    got = libc.syscall(PIDFD_GETFD, handle, fd, 0)
    os.close(handle)
    return got


def links(pid):
    """Its sockets that are connected: that of the keeper first, then those to roles."""
    names = sorted((int(fd) for fd in os.listdir(f"/proc/{pid}/fd") if os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")))
    return [fd for fd in names if fd >= 3]


def bad_frames(d):
    if os.geteuid() != 0 or take(d.role_pid("signer"), 3) < 0:
        tap.skip("a role that sends no frame is ended", "needs root that may take descriptors")
        return
    for role, others in (("ear", False), ("signer", True)):
        since = d.log.end()
        mine = take(d.role_pid(role), 3)
        os.write(mine, b"this is no frame")
        os.close(mine)
        tap.ok(d.log.wait(rf"sent a bad frame and is ended.* role={role}\b", since), f"the keeper ends the {role} that sends it no frame")
        d.wait_role(role, since)
    # the judge is told garbage on each of the links of the hand: the one to nft too
    since = d.log.end()
    pid = d.role_pid("hand")
    for fd in links(pid)[1:]:
        mine = take(pid, fd)
        # the first one may have ended it already
        if mine >= 0:
            os.write(mine, b"this is no frame")
            os.close(mine)
    tap.ok(d.log.wait(r"sent a bad frame and is ended.* role=hand\b", since), "who gets no frame from a role tells the keeper, which ends it")
    d.wait_role("hand", since)
    d.smtp_send(arf("203.0.113.5", number=3))
    d.settle()
    tap.ok(True, "and all speak to each other again")


def quarantine(d):
    """Behind mail that is there already, and again behind what is judged."""
    with open(program("aupd"), "rb") as f:
        planted = b"X-Aupd-Test-Crash" in f.read()
    if not planted:
        tap.skip("an item that ends its decoder twice is set aside", "this build has no planted faults")
        return
    before = d.role("ear")["starts"]
    for n in range(3):
        d.smtp_send(arf("203.0.113.17", number=20 + n, reporter=f"fbl@q-{n}.example"))
    d.settle()
    for n in range(2):
        since = d.log.end()
        tap.is_equal(d.smtp_send(crlf(f"Subject: trap {n}\nX-Aupd-Test-Crash: yes\nMessage-ID: <trap{n}@x.example>\n\n203.0.113.17\n")).code, 250, "what ends the decoder is taken like all else")
        tap.ok(d.log.wait(r"an item ended its decoder twice and is skipped", since), "at the third time it is skipped")
        d.smtp_send(arf("203.0.113.17", number=30 + n, reporter=f"fbl@r-{n}.example"))
        d.settle()
    waiting = [r for r in d.check("intake", "list", "--json").json["rows"] if "ended the decoder twice" in r["body"].get("reason", "")]
    tap.is_equal(len(waiting), 2, "both go before a person")
    tap.is_equal((d.role("ear")["starts"] - before, d.role("ear")["state"]), (4, "ready"), "each ended two ears, no more")
    d.kill_and_wait("ear")
    d.settle()
    tap.is_equal(d.role("ear")["state"], "ready", "a new ear does not touch them again")
    tap.ok(any(c["body"]["customer"] == "acme" for c in d.cases()), "what came behind them is judged")


def too_often(d):
    starts = d.role("judge")["starts"]
    for n in range(3):
        since = d.log.end()
        d.kill("judge", signal.SIGABRT)
        if n < 2:
            d.wait_role("judge", since)
    tap.ok(d.log.wait("a role stays down: it died three times within a minute", since), "three deaths within a minute without work: it stays down, and the log says so")
    d.until(lambda: d.role("judge")["state"] == "broken", "the state file tells")
    tap.is_equal(d.role("judge")["starts"], starts + 2, "it is not started again")
    d.until(lambda: d.smtp_send(arf("203.0.113.17", number=50)).code == 452, "the ear hears of it")
    tap.is_equal((d.smtp_send(arf("203.0.113.17", number=50)).code, d.report("{}").status), (452, 503), "the ears put off what comes")
    tap.like(d.aup("status").out, r"judge\s+broken", "aup status tells")
    r = d.aup("enforcement", "on")
    tap.ok(r.rc == 3 and "the judge is away" in r.err, "a command is refused", r)
    since = d.log.end()
    d.process.send_signal(signal.SIGHUP)
    d.wait_role("judge", since)
    d.until(lambda: d.smtp_send(arf("203.0.113.17", number=51)).code == 250, "after a reload it tries again, and the ears take mail")
    tap.ok(True, "after a reload it tries again, and the ears take mail")
    d.settle()


def reload(d):
    def again(text):
        since = d.log.end()
        d.write_config(text)
        d.process.send_signal(signal.SIGHUP)
        told = d.wait_notify("READY=1")
        return since, "\n".join(told)

    pids = {r: d.role_pid(r) for r in ROLES}
    good = d.config_text()
    _, told = again(good + "\nenforcment on\n")
    tap.like(told, r"RELOADING=1\nMONOTONIC_USEC=\d+", "systemd hears that it reloads")
    tap.like(told, r'STATUS=the new configuration is not taken; the old one stays: .*"enforcment" is not known here', "a wrong file is not taken, and why is told")
    for change, word in (("listen smtp 127.0.0.1:2999", "listen and api"), ("judges 2", "judges")):
        _, told = again(good + f"\n{change}\n")
        tap.like(told, f"old one stays: {word} change only with a restart", f"{change.split()[0]}: needs a restart, which is told")
    _, told = again(re.sub(r"(?m)^data .*", f"data {d.dir}/elsewhere", good))
    tap.like(told, "old one stays: data and run change only", "so do the directories")
    tap.is_equal({r: d.role_pid(r) for r in ROLES}, pids, "no role was touched by all this")
    tap.is_equal(d.smtp_send(arf("203.0.113.17", number=60)).code, 250, "and work went on")
    since, told = again(good.replace("hand {", "hand {\nprotect 203.0.113.64/28\n"))
    tap.ok(d.log.find("configuration reloaded", since) and "not taken" not in told, "a good one is taken", told)
    d.until(lambda: d.role("hand")["state"] == "ready", "the hand is back")
    now = {r: d.role_pid(r) for r in ROLES}
    tap.is_equal([r for r in ROLES if now[r] != pids[r]], ["desk", "hand"], "the role that it concerns is new, and the desk, which shows the configuration; the others go on")
    reload_maps(d, again, good)


def reload_maps(d, again, good):
    """A directory of maps is checked before it is used; then the ear alone is new, and when one of its files changes again."""
    maps = os.path.join(d.dir, "maps")
    os.mkdir(maps)

    def write(kind):
        with open(os.path.join(maps, "own.map"), "w", encoding="utf-8") as f:
            f.write(f"classes own {{\n    version 1\n    class x {kind}\n}}\n")

    text = good + f"\nintake {{ maps {maps} }}\n"
    for kind, taken in (("messaging.spma", False), ("messaging.spam", True), ("content.fraud", True)):
        write(kind)
        pids = {r: d.role_pid(r) for r in ROLES}
        since, told = again(text)
        if taken:
            tap.ok(d.log.find("configuration reloaded", since), f"{kind}: taken", told)
            d.until(lambda: d.role("ear")["state"] == "ready" and d.role_pid("ear") != pids["ear"], "the ear is back")
        else:
            tap.like(told, "old one stays: .*own.map:3:13: \"messaging.spma\" is no kind of report", f"{kind}: not taken, and where it is wrong")
        now = {r: d.role_pid(r) for r in ROLES}
        tap.is_equal([r for r in ROLES if now[r] != pids[r]], ["ear", "desk", "hand"] if taken and kind == "messaging.spam" else ["ear"] if taken else [],
            f"{kind}: the ear alone has maps, and the desk shows the configuration")
    d.until(lambda: d.smtp_send(arf("203.0.113.17", number=61)).code == 250, "the ear takes mail")


def linked():
    """Ready is told when each role has what leads to the others, and not before: an answer would be that the judge is away."""
    with Daemon(start=False, policy=None, registry=None) as d:
        if not d.points:
            tap.ok(True, "the other build has points")
            return
        with d.points.hold("role.link"):
            d.launch(wait=False)
            d.until(lambda: sum("role ready" in line for line in d.log.lines) == len(ROLES) and d.points.held(), "all roles are ready")
            # the keeper has gone on to something else since
            d.process.send_signal(signal.SIGHUP)
            d.log.wait("configuration")
            tap.ok(not d.log.find("aupd: ready"), "a role that has no link yet: nobody is told that aupd is ready", d.log.lines[-12:])
        d.wait_notify("READY=1")
        tap.is_equal(d.aup("case", "list").rc, 0, "told so, commands are taken at once")
        tap.is_equal(d.aup("queue").rc, 0, "  and answered by the judge")


def main():
    linked()
    with Daemon(start=False) as d:
        # what the keeper was started with is not passed on either
        with open("/etc/passwd", "rb") as f:
            d.start(pass_fds=[f.fileno()])
        d.check("policy", "post", d.policy)
        d.check("registry", "import", d.registry)
        fences(d)
        bad_frames(d)
        quarantine(d)
        reload(d)
    with Daemon() as d:
        too_often(d)


tap.skip_all(missing()) if missing() else tap.run(main)
