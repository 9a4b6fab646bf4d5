#!/usr/bin/env python3
"""make demo as a newcomer meets it: without root, each command that it prints, and Ctrl-C."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import BUILD, LIMIT, TOP, missing

NOBODY = 65534


def anybody(work):
    """Options of subprocess that give up root, where the tree can be read by others."""
    if os.geteuid() != 0:
        return {}
    os.chown(work, NOBODY, NOBODY)
    more = dict(user=NOBODY, group=NOBODY, extra_groups=[])
    try:
        readable = subprocess.run(["test", "-r", f"{BUILD}/aup", "-a", "-r", f"{TOP}/policy/aup.policy"], check=False, **more).returncode == 0
    except PermissionError:
        readable = False
    return more if readable else {}


def main():
    work = tempfile.mkdtemp(prefix="aupd-demo-test.")
    try:
        more = anybody(work)
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": work, "HOME": work, "LC_ALL": "C.UTF-8"}
        env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        p = subprocess.Popen([f"{TOP}/tools/demo", BUILD], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, env=env, cwd="/",
                             start_new_session=True, **more)
        said = ""
        for line in p.stdout:
            said += line
            if line.startswith("Ctrl-C ends it"):
                break
        tap.like(said, r"C-\d+ +open +email\.unsolicited +acme.*C-\d+ +sealed|C-\d+ +sealed.*C-\d+ +open +email\.unsolicited +acme", "the cases are shown", said)
        tap.like(said, r"(?m)^    To: <it@acme\.example>$.*Your answer stops the", "and the letter that the customer got")
        tap.like(said, r"spam-first by notify: done \(250", "which was handed over")
        commands = re.findall(r"(?m)^  (.*)$", said[said.index("Try, in another shell:"):])
        tap.ok(len(commands) >= 7 and commands[0].startswith("export "), "it lists what to try next", commands)
        for c in commands[1:]:
            r = subprocess.run(["bash", "-c", f"{commands[0]}\n{c}"], capture_output=True, text=True, env=env, timeout=LIMIT, check=False, cwd="/", **more)
            tap.ok(r.returncode == 0 and r.stdout and not r.stderr, re.sub(r"^\S*/|/\S*/", "", c), r.returncode, r.stdout, r.stderr)
            if "case explain" in c:
                tap.like(r.stdout, "is resolved", "what was tried shows")
        os.killpg(p.pid, signal.SIGINT)
        rest = p.stdout.read()
        tap.is_equal((p.wait(LIMIT), os.listdir(work)), (0, []), "Ctrl-C ends it, and nothing is left", rest)
        left = subprocess.run(["pgrep", "-g", str(p.pid), "-a"], capture_output=True, text=True, check=False).stdout
        tap.is_equal(left, "", "no process either")
    finally:
        shutil.rmtree(work, ignore_errors=True)


tap.skip_all(missing()) if missing() else tap.run(main)
