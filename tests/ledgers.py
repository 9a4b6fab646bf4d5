"""A second implementation of the ledger's reader, for tests: records in the order of their leaves, the tree's root, checkpoints.

    entries = leaves(d); origin, size, tree, good = checkpoint(d); root(entries[:size]) == tree
    with Watch(d) as seen: ...            # every checkpoint that stood in the directory meanwhile: seen.problems(d)
"""
import base64
import hashlib
import os
import re
import sqlite3
import subprocess
import tempfile
import threading


def leaves(d):
    """The records in the order of the ledger, from the store alone."""
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    records = {rank: bytes(body) for rank, body in db.execute("SELECT rank, body FROM t7")}
    runs = sorted((int(bytes(key), 16), rank, int(bytes(body))) for key, rank, body in db.execute("SELECT key, rank, body FROM t23"))
    order = []
    for first, rank, count in runs:
        assert first == len(order), f"a run begins at {first}, not {len(order)}"
        order += [records[rank + i] for i in range(count)]
    db.close()
    return order


def root(entries):
    """RFC 6962 2.1."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + root(entries[:k]) + root(entries[k:])).digest()


def checkpoint(d):
    """The one that is in force, as parse gives it; None when there is none."""
    try:
        with open(os.path.join(d.data, "ledger", "checkpoint"), encoding="utf-8") as f:
            return parse(d, f.read())
    except FileNotFoundError:
        return None


def parse(d, note):
    """Origin, size, root and whether OpenSSL finds the signature good."""
    text, _, signatures = note.partition("\n\n")
    origin, size, b64 = text.split("\n")
    name, sig = re.match("\u2014 (\\S+) (\\S+)\n", signatures).groups()
    return origin, int(size), base64.b64decode(b64), name == origin and signed(d, text + "\n", base64.b64decode(sig)[4:])


def signed(d, text, signature):
    with open(os.path.join(d.data, "signer", "key"), encoding="ascii") as f:
        seed = base64.b64decode(f.read().strip().split("+", 4)[4])[1:]
    with tempfile.TemporaryDirectory() as t:
        for name, data in (("key", bytes.fromhex("302e020100300506032b657004220420") + seed), ("text", text.encode()), ("sig", signature)):
            with open(os.path.join(t, name), "wb") as f:
                f.write(data)
        r = subprocess.run(["openssl", "pkeyutl", "-verify", "-inkey", t + "/key", "-keyform", "DER", "-rawin", "-in", t + "/text", "-sigfile", t + "/sig"], capture_output=True, check=False)
    return r.returncode == 0


def whole(d):
    """Until the last checkpoint covers every record."""
    def done():
        db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
        n = db.execute("SELECT count(*) FROM t7").fetchone()[0]
        db.close()
        c = checkpoint(d)
        return n and c and c[1] == n and (n, c)
    return d.until(done, "a checkpoint of all records")


class Watch:
    """Collects every checkpoint as it is given out: it appears by a rename, which the kernel tells of."""

    IN_MOVED_TO, IN_IGNORED = 0x80, 0x8000

    def __init__(self, d):
        import ctypes
        self.notes, self.d = set(), d
        os.makedirs(os.path.join(d.data, "ledger"), exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        self.watch = libc.inotify_add_watch(self.fd, os.path.join(d.data, "ledger").encode(), self.IN_MOVED_TO)
        self.libc = libc
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.take()

    def take(self):
        try:
            with open(os.path.join(self.d.data, "ledger", "checkpoint"), encoding="utf-8") as f:
                self.notes.add(f.read())
        except FileNotFoundError:
            pass

    def _read(self):
        while True:
            got = os.read(self.fd, 65536)
            self.take()
            while got:
                mask, length = int.from_bytes(got[4:8], "little"), int.from_bytes(got[12:16], "little")
                if mask & self.IN_IGNORED:
                    return
                got = got[16 + length:]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.libc.inotify_rm_watch(self.fd, self.watch)
        self.thread.join()
        os.close(self.fd)

    def problems(self, d):
        """What of all that was seen does not fit the ledger as it is now."""
        self.take()
        entries, wrong = leaves(d), []
        for origin, size, tree, good in sorted(parse(d, note) for note in self.notes):
            if not good or size > len(entries) or root(entries[:size]) != tree:
                wrong.append(f"{origin} {size}: " + ("not of this ledger" if good else "no good signature"))
        return wrong
