"""Bundles of evidence where there is nothing but aup and a public key, and their parts, read from aup-evidence(5) alone."""
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from daemon import BUILD, program


class Elsewhere:
    """A root of its own with aup and its libraries, and nothing else; a directory and an empty environment for who is not root, and for
    sanitizers, which need /proc."""

    def __init__(self, key):
        self.dir = tempfile.mkdtemp(prefix="aupd-verify.")
        self.chroot = os.getuid() == 0 and "asan" not in os.path.basename(BUILD)
        libraries = subprocess.run(["ldd", program("aup")], capture_output=True, text=True, check=True).stdout
        for path in [program("aup")] + re.findall(r"(/\S+) \(0x", libraries):
            inside = self.dir + ("/aup" if path == program("aup") else path)
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            shutil.copy(path, inside)
        self.put("key", (key + "\n").encode())

    def put(self, name, data):
        with open(os.path.join(self.dir, name), "wb") as f:
            f.write(data)

    def verify(self, data, *more, key="key"):
        self.put("bundle", data)
        env = {"PATH": os.environ["PATH"], "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        argv = (["unshare", "--net", "chroot", self.dir, "/aup"] if self.chroot else ["./aup"])
        return subprocess.run([*argv, "verify", "bundle", "--key", key, *more], capture_output=True, text=True, cwd=self.dir, env=env, check=False)

    def close(self):
        shutil.rmtree(self.dir)


def sections(data):
    """The sections of a bundle, read from its description alone."""
    head, rest = b"aupd-bundle/1\n", data
    assert rest.startswith(head)
    body, tail = rest[:-72], rest[-72:]
    assert tail == b"sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"
    at, found = len(head), []
    while at < len(body):
        end = body.index(b"\n", at)
        name, length = body[at:end].split(b" ")
        octets = body[end + 1:end + 1 + int(length)]
        assert body[end + 1 + int(length):end + 2 + int(length)] == b"\n"
        found.append((name.decode(), octets))
        at = end + 2 + int(length)
    return found


def joined(parts):
    body = b"aupd-bundle/1\n" + b"".join(b"%s %d\n%s\n" % (n.encode(), len(o), o) for n, o in parts)
    return body + b"sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"
