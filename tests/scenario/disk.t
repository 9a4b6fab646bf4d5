#!/usr/bin/env python3
"""The disk: full, read-only, damaged, not ours. What was acknowledged is kept, what cannot be kept is refused, and each says why.

As root only, on a small file system of its own in a mount namespace."""
import os
import shutil
import signal
import subprocess
import sys
sys.path.insert(0, os.path.realpath(os.path.join(os.path.dirname(__file__), "..")))
import tap
from daemon import Daemon, arf, crlf, missing, program

SIZE = 48 << 20


def enter():
    if os.geteuid() != 0:
        tap.skip_all("needs root, for a file system of its own")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        tap.skip_all("no mount namespace can be made here")
    if "AUPD_TEST_INNER" not in os.environ:
        os.execvp("env", ["env", "AUPD_TEST_INNER=1", "unshare", "-m", "--propagation", "private", sys.executable, os.path.realpath(__file__)])


def start(d):
    os.makedirs(d.data)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", d.data], check=True)
    d.start()
    d.check("policy", "post", d.policy)
    d.check("registry", "import", d.registry)


def fill(d, leave=0):
    with open(d.data + "/filler", "wb", buffering=0) as f:
        try:
            while f.write(b"\0" * 65536) == 65536:
                pass
            while f.write(b"\0"):
                pass
        except OSError:
            pass
        f.truncate(max(os.path.getsize(f.name) - leave, 0))


def prose(n, size=0):
    return crlf(f"From: x@y.example\nSubject: words {n}\nMessage-ID: <{n}@y.example>\n\nsomebody scans me\n" + ("x" * 70 + "\n") * (size // 71))


def waiting(d):
    return len(d.check("intake", "list", "--json").json["rows"])


def no_room(d):
    before = waiting(d)
    fill(d)
    taken = sum(d.smtp_send(prose(n, 1 << 16)).code == 250 for n in range(20))
    answer = d.smtp_send(prose(99, 1 << 16))
    tap.ok(answer.code == 452 and taken < 20, "on a full disk mail is put off", answer, taken)
    tap.is_equal(d.report(prose(98, 1 << 16)).status, 503, "so are reports by the API")
    r = d.aup("ingest", "-", stdin=prose(97, 1 << 16))
    tap.ok(r.rc != 0 and r.err, "aup ingest says that it was not taken", r)
    os.unlink(d.data + "/filler")
    d.until(lambda: d.smtp_send(prose(50)).code == 250, "there is room again")
    d.settle()
    tap.is_equal(waiting(d) - before, taken + 1, "with room again mail is taken; what was acknowledged is there, what was put off is not")


def no_room_for_the_store(d):
    before, since = waiting(d), d.log.end()
    os.kill(d.role_pid("judge"), signal.SIGSTOP)
    codes = [d.smtp_send(prose(f"s{n}", 1 << 20)).code for n in range(5)]
    # the rows would fit, the raw bytes do not
    fill(d, leave=640 << 10)
    os.kill(d.role_pid("judge"), signal.SIGCONT)
    tap.ok(d.log.wait("the store takes nothing; all waits and is tried again.*No space left", since), "the judge says that the store takes nothing, and why", *d.log.lines[since:])
    r = d.aup("enforcement", "on")
    tap.ok(r.rc == 1 and "the store takes nothing now; try again" in r.err, "a command is refused at once, with the reason", r)
    tap.like(d.check("status").out, "judge +ready", "what can be read is read")
    os.unlink(d.data + "/filler")
    tap.ok(d.log.wait("the store takes changes again", since), "and goes on by itself when there is room")
    d.settle()
    items = d.check("intake", "list", "--json").json["rows"]
    tap.is_equal((codes, len(items) - before), ([250] * 5, 5), "nothing that was acknowledged is lost")
    tap.is_equal([i["key"] for i in items if not i["body"].get("raw")], [], "each item has its raw bytes")
    tap.ok(len(d.log.lines) - since < 20, "the log is not flooded meanwhile", len(d.log.lines) - since)
    chest = sum(os.path.getsize(f"{d.data}/evidence/{f}") for f in os.listdir(d.data + "/evidence"))
    tap.ok(chest < 8 << 20, "and tries that failed have left nothing behind", chest)


def read_only(d):
    before, since = waiting(d), d.log.end()
    # what is open for writing forbids the remount of a whole file system; a bind mount of it can be made so
    subprocess.run(["mount", "--bind", d.data, d.data], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", d.data], check=True)
    tap.ok(d.stop(), "aupd stops", *getattr(d, "stop_trouble", []))
    d.launch(wait=False)
    rc = d.process.wait(60)
    for t in d.log.threads:
        t.join()
    tap.ok(rc == 1 and d.log.find("Read-only", since), "on a read-only disk it does not start, and says why", rc, *d.log.lines[since:])
    d.process = None
    subprocess.run(["umount", d.data], check=True)
    d.launch()
    d.settle()
    tap.is_equal(waiting(d), before, "and starts again when it is not")


def damaged(d):
    """A bit flips in a record that waits in the spool, and the last write was cut short."""
    before = waiting(d)
    os.kill(d.role_pid("judge"), signal.SIGSTOP)
    codes = [d.smtp_send(prose(f"d{n}", 4096)).code for n in range(3)]
    d.crash()
    name = max(f for f in os.listdir(d.data + "/spool") if f.endswith(".seg"))
    with open(f"{d.data}/spool/{name}", "r+b") as f:
        f.seek(os.path.getsize(f.name) - 6000)
        octet = f.read(1)
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([octet[0] ^ 1]))
        f.seek(0, os.SEEK_END)
        f.write(b"aupr\1 half a record")
    since = d.log.end()
    d.launch()
    d.settle()
    tap.ok(d.log.find("a stretch of the spool is damaged and skipped.*bytes are no record", since), "a damaged record is told, with its place", *d.log.lines[since:])
    told = sum("the disk damaged it in the spool" in str(i) for i in d.check("intake", "list", "--json").json["rows"])
    tap.is_equal((codes, waiting(d) - before, told), ([250] * 3, 3, 1), "those before and behind it are judged, a person is told of it, what was cut short is none")


def not_ours(d):
    """As another user, on a directory of root's."""
    os.chmod(d.dir, 0o755)
    shutil.copy(program("aupd"), d.dir + "/aupd")
    os.chmod(d.dir + "/aupd", 0o755)
    subprocess.run(["chmod", "o+rx", d.run], check=True)
    r = subprocess.run([d.dir + "/aupd", "-c", d.config], capture_output=True, text=True, user=65534, group=65534, extra_groups=[], check=False, timeout=60)
    tap.ok(r.returncode == 1 and d.data in r.stderr and "Permission denied" in r.stderr, "a directory that it may not enter: it does not start, and says which", r.returncode, r.stderr)


def main():
    with Daemon(spool="size 1G\nmessage 4M", start=False) as d:
        start(d)
        no_room(d)
        no_room_for_the_store(d)
        read_only(d)
        damaged(d)
        not_ours(d)


if missing():
    tap.skip_all(missing())
enter()
tap.run(main)
