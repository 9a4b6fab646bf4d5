#!/usr/bin/env python3
"""The judge among a keeper and an ear of this test: frames in order, twice, with a gap, damaged, and after a kill.

The judge is the real program; what it is handed, and what comes over its links, is written here byte by byte."""
import array
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import LIMIT, missing, program

HELLO, OBSERVATION, ITEM, MARK, REWIND, CONTROL = 1, 2, 3, 5, 6, 13
HEAD = struct.Struct(">HHIQ QQI QQI BBH q I")
ITEMS = "t9"
LANE = 7


def crc32c(data):
    crc = 0xffffffff
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def encode(kind, body="{}", at=(0, 0, 0), prev=(0, 0, 0), lane=0, fds=0):
    body = body.encode() if isinstance(body, str) else body
    head = HEAD.pack(kind, 1, 1, 1, *at, *prev, lane, 0, fds << 8, 0, len(body))
    data = b"aup1" + struct.pack(">I", len(head) + len(body) + 4) + head + body
    return data + struct.pack(">I", crc32c(data))


class Frame:
    def __init__(self, data):
        v = HEAD.unpack(data[8:8 + HEAD.size])
        self.kind, self.at, self.lane, self.body = v[0], v[4:7], v[10], data[8 + HEAD.size:-4].decode()


class Link:
    """One end of a link."""

    def __init__(self):
        self.mine, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.mine.settimeout(LIMIT)
        self.read = b""

    def send(self, data, fd=None):
        more = [] if fd is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        self.mine.sendmsg([data], more)

    def hear(self):
        """The next frame; None when the link was closed."""
        while len(self.read) < 8 or len(self.read) < 8 + struct.unpack(">I", self.read[4:8])[0]:
            try:
                got = self.mine.recv(1 << 16)
            except ConnectionResetError:
                got = b""
            if not got:
                return None
            self.read += got
        n = 8 + struct.unpack(">I", self.read[4:8])[0]
        data, self.read = self.read[:n], self.read[n:]
        return Frame(data)


class Judge:
    def __init__(self, directory):
        self.keeper = Link()
        page = os.memfd_create("attempt")
        os.ftruncate(page, 4096)
        self.data = os.path.join(directory, "data")
        os.makedirs(self.data + "/spool", exist_ok=True)
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$0" --role judge 3<&{self.keeper.theirs.fileno()}', program("aupd")], pass_fds=[self.keeper.theirs.fileno()],
            stderr=subprocess.PIPE)
        self.keeper.theirs.close()
        figures = os.memfd_create("figures")
        os.ftruncate(figures, 4096)
        for name, fd in (("attempt", page), ("figures", figures), ("data", os.open(self.data, os.O_RDONLY)), ("spool", os.open(self.data + "/spool", os.O_RDONLY))):
            self.control({"op": "fd", "name": name}, fd)
            os.close(fd)
        share = dict(incarnation=1, log_level=2, provider="p", mail_domain="p.example", mail_local="abuse", judges=1, store="aupd.db")
        self.control({"op": "start", "share": share})
        while self.said() != {"op": "ready"}:
            pass

    def control(self, body, fd=None):
        self.keeper.send(encode(CONTROL, json.dumps(body, separators=(",", ":")), fds=int(fd is not None)), fd)

    def said(self):
        """What it tells its keeper next; but not whether it enforces."""
        while True:
            f = self.keeper.hear()
            if f is None:
                raise RuntimeError(self.process.stderr.read().decode())
            body = json.loads(f.body)
            if body not in ({"op": "observe"}, {"op": "enforce"}):
                return body

    def link(self):
        """A new link to an ear, and the marks of its greeting."""
        ear = Link()
        self.control({"op": "link", "name": "ear"}, ear.theirs.fileno())
        ear.theirs.close()
        if self.said() != {"op": "linked"}:
            raise RuntimeError("it does not say that it took the link")
        ear.send(encode(HELLO))
        marks = {}
        while True:
            f = ear.hear()
            if f.kind == HELLO:
                return ear, marks
            marks[f.lane] = f.at

    def rows(self):
        """How often an item was written."""
        db = sqlite3.connect(f"file:{self.data}/aupd.db?mode=ro", uri=True)
        try:
            return db.execute(f"SELECT coalesce(sum(version), 0) FROM {ITEMS}").fetchone()[0]
        finally:
            db.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


def item(at, prev, body=None):
    return encode(ITEM, body or json.dumps({"type": "prose", "at": dict(zip(("segment", "offset", "index"), at)), "received_at": 1, "text": "words"}), at, prev, LANE)


def order(j, ear, marks):
    tap.is_equal(marks, {lane: (0, 0, 0) for lane in range(256)}, "a new store has no mark in any lane")
    first, second, third = (1, 24, 0), (1, 200, 0), (1, 400, 0)
    ear.send(item(first, (0, 0, 0)))
    f = ear.hear()
    tap.is_equal((f.kind, f.lane, f.at, j.rows()), (MARK, LANE, first, 1), "a frame is folded and its mark told")
    ear.send(item(first, (0, 0, 0)))
    f = ear.hear()
    tap.is_equal((f.kind, f.at, j.rows()), (MARK, first, 1), "the same frame again: the mark again, and nothing is folded twice")
    ear.send(item(third, second))
    f = ear.hear()
    tap.is_equal((f.kind, f.lane, f.at, j.rows()), (REWIND, LANE, first, 1), "behind a gap: the ear is asked to go back behind the mark, nothing is folded")
    ear.send(item(second, first) + item(third, second))
    got = [ear.hear()]
    while got[-1].at != third:
        got.append(ear.hear())
    tap.is_equal(({g.kind for g in got}, j.rows()), ({MARK}, 3), "in order again, both are folded")
    fourth = (1, 600, 0)
    ear.send(item(fourth, third, body="[]"))
    f = ear.hear()
    tap.is_equal((f.kind, f.at, j.rows()), (MARK, fourth, 4), "a body that is no item goes before a person, and its mark passes")
    return fourth


def damaged(j, ear, last):
    whole = item((1, 800, 0), last)
    for what, data in (("a wrong checksum", whole[:-1] + bytes([whole[-1] ^ 1])), ("what is no frame", b"GET / HTTP/1.1\r\n\r\n"),
                       ("a length above the maximum", b"aup1\xff\xff\xff\xff"), ("descriptors that did not come", encode(ITEM, "{}", (1, 800, 0), last, LANE, fds=2))):
        ear.send(data)
        tap.is_equal(ear.hear(), None, f"{what} ends the link")
        tap.is_equal(j.said(), {"op": "bad", "name": "ear"}, "the keeper hears whose fault it was")
        ear, _ = j.link()
    tap.is_equal(j.rows(), 4, "nothing of it was folded")
    ear.send(whole[:50])
    ear.send(whole[50:])
    tap.is_equal((ear.hear().at, j.rows()), ((1, 800, 0), 5), "a frame in two pieces is a frame")


def main():
    directory = tempfile.mkdtemp(prefix="aupd-frames.")
    try:
        j = Judge(directory)
        ear, marks = j.link()
        last = order(j, ear, marks)
        j.kill()
        j = Judge(directory)
        ear, marks = j.link()
        tap.is_equal((marks[LANE], j.rows()), (last, 4), "a judge that was killed greets with the marks that it had committed")
        ear.send(item(last, (1, 400, 0)))
        tap.is_equal((ear.hear().at, j.rows()), (last, 4), "what it had is a duplicate to its successor")
        damaged(j, ear, last)
        j.kill()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


tap.skip_all(missing()) if missing() else tap.run(main)
