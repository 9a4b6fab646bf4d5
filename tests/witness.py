"""A small witness for tests, after C2SP tlog-witness: add-checkpoint over HTTP on a loopback address, or HTTPS; what it signed last in
a file. Written from the specification alone: notes, proofs (RFC 9162 2.1.4.2) and cosignatures are its own, Ed25519 is OpenSSL's.

    with Witness(d.address, "witness.example/w1", state=path, logs=[vkey]) as w:
        conf = f"ledger {{ witness {w.key} {w.url} }}"
        w.wait(lambda: w.size >= 7)
        w.mode = "inconsistent"         # see Witness.answer

python3 tests/witness.py ADDRESS:PORT NAME STATE LOG-KEY... runs one by itself.
"""
import base64
import hashlib
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time

LIMIT = float(os.environ.get("AUPD_TEST_LIMIT", "120"))
HASH = "[A-Za-z0-9+/]{43}="


def openssl(*args, **files):
    """Runs openssl in a directory with the files; gives its status and the file `out`."""
    with tempfile.TemporaryDirectory() as t:
        for name, data in files.items():
            with open(os.path.join(t, name), "wb") as f:
                f.write(data)
        r = subprocess.run(["openssl", *args], capture_output=True, cwd=t, check=False)
        out = os.path.join(t, "out")
        return r.returncode, open(out, "rb").read() if os.path.exists(out) else r.stdout


def public_of(seed):
    rc, der = openssl("pkey", "-inform", "DER", "-in", "key", "-pubout", "-outform", "DER", "-out", "out", key=bytes.fromhex("302e020100300506032b657004220420") + seed)
    assert rc == 0
    return der[-32:]


def sign(seed, message):
    rc, sig = openssl("pkeyutl", "-sign", "-inkey", "key", "-keyform", "DER", "-rawin", "-in", "text", "-out", "out",
                      key=bytes.fromhex("302e020100300506032b657004220420") + seed, text=message)
    assert rc == 0
    return sig


def good(public, message, signature):
    return openssl("pkeyutl", "-verify", "-pubin", "-inkey", "key", "-keyform", "DER", "-rawin", "-in", "text", "-sigfile", "sig",
                   key=bytes.fromhex("302a300506032b6570032100") + public, text=message, sig=signature)[0] == 0


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def read_vkey(text):
    name, ident, key = text.split("+", 2)
    raw = base64.b64decode(key)
    assert key_id(name, raw[0], raw[1:]).hex() == ident
    return name, raw[0], raw[1:]


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def consistent(old, old_root, size, root, proof):
    """RFC 9162 2.1.4.2."""
    if old == size:
        return not proof and old_root == root
    path = list(proof)
    if not path:
        return False
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == root and sn == 0


class Refused(Exception):
    """A status that is none of the specification's business: broken off."""


class Witness:
    def __init__(self, address, name, state, logs, port=0, cert=None):
        self.name, self.path = name, state
        self.logs = {read_vkey(k)[0]: read_vkey(k) for k in logs}
        self.lock = threading.Condition()
        self.mode, self.asked, self.statuses, self.bodies = "honest", 0, [], []
        self.offset = 0
        try:
            with open(state, encoding="ascii") as f:
                self.state = json.load(f)
        except FileNotFoundError:
            self.state = {"seed": hashlib.sha256(name.encode() + b" is a witness of tests").hexdigest(), "logs": {}}
        self.seed = bytes.fromhex(self.state["seed"])
        self.public = public_of(self.seed)
        self.key = vkey(name, 4, self.public)
        handler = type("Handler", (Handler,), {"witness": self})
        self.server = http.server.ThreadingHTTPServer((address, port), handler)
        self.server.daemon_threads = True
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*cert)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if cert else 'http'}://{address}:{self.server.server_port}/w"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.hold = threading.Event()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def size(self):
        """Of the largest ledger that it signed."""
        return max([log["size"] for log in self.state["logs"].values()], default=0)

    def set_mode(self, mode):
        with self.lock:
            self.mode, self.statuses = mode, []

    def wait(self, predicate, limit=LIMIT):
        with self.lock:
            return self.lock.wait_for(predicate, limit)

    def known(self, origin):
        return self.state["logs"].get(origin, {"size": 0, "root": ""})

    def cosign(self, text, at):
        message = b"cosignature/v1\ntime %d\n" % at + text
        blob = key_id(self.name, 4, self.public) + at.to_bytes(8, "big") + sign(self.seed, message)
        return f"\u2014 {self.name} {base64.b64encode(blob).decode()}\n"

    def add_checkpoint(self, body):
        """(status, type, body), as the specification has it; what was signed is in the file before it is answered."""
        try:
            head, _, note = body.partition("\n\n")
            lines = head.split("\n")
            text, _, signatures = note.partition("\n\n")
            text += "\n"
            origin, size, root = text.split("\n")[:3]
            old = int(re.fullmatch("old (0|[1-9][0-9]*)", lines[0]).group(1))
            size = int(re.fullmatch("0|[1-9][0-9]*", size).group())
            proof = [base64.b64decode(re.fullmatch(HASH, line).group()) for line in lines[1:]]
            root = base64.b64decode(re.fullmatch(HASH, root).group())
            if len(proof) > 63:
                raise ValueError
        except (ValueError, AttributeError):
            return 400, "text/plain", "malformed\n"
        if origin not in self.logs:
            return 404, "text/plain", "unknown log\n"
        name, kind, public = self.logs[origin]
        found = False
        for line in signatures.splitlines():
            who, blob = re.fullmatch("\u2014 (\\S+) (\\S+)", line).groups()
            blob = base64.b64decode(blob)
            if who == name and blob[:4] == key_id(name, kind, public):
                if not good(public, text.encode(), blob[4:]):
                    return 403, "text/plain", "bad signature\n"
                found = True
        if not found:
            return 403, "text/plain", "no signature\n"
        if old > size:
            return 400, "text/plain", "old is larger\n"
        known = self.known(origin)
        if old != known["size"]:
            return 409, "text/x.tlog.size", f"{known['size']}\n"
        if (size == 0 and root != hashlib.sha256(b"").digest()) or (old == 0 and proof) or \
                (old and not consistent(old, base64.b64decode(known["root"]), size, root, proof)):
            return 422, "text/plain", "inconsistent\n"
        self.state["logs"][origin] = {"size": size, "root": base64.b64encode(root).decode()}
        with open(self.path + ".new", "w", encoding="ascii") as f:
            json.dump(self.state, f)
            f.flush()
            os.fsync(f.fileno())
        os.rename(self.path + ".new", self.path)
        return 200, "text/plain", self.cosign(text.encode(), int(time.time()) + self.offset)

    def answer(self, body):
        """The modes but for honest are ways to be wrong."""
        text = body.partition("\n\n")[2].partition("\n\n")[0].encode() + b"\n"
        other = Witness.__new__(Witness)
        other.name, other.seed = self.name, hashlib.sha256(b"another").digest()
        if self.mode == "honest" or self.mode == "lost":
            status, kind, out = self.add_checkpoint(body)
            if self.mode == "lost" and status == 200:
                raise Refused       # signed, and the answer never came
            return status, kind, out
        if self.mode == "wrong-key":
            other.public = public_of(other.seed)
            return 200, "text/plain", other.cosign(text, int(time.time()))
        if self.mode == "wrong-signature":
            other.public = self.public
            return 200, "text/plain", other.cosign(text, int(time.time()))
        if self.mode == "slow":
            self.hold.wait(LIMIT)
            raise Refused
        return {"wrong-time": (200, "text/plain", self.cosign(text, int(time.time()) - 864000)),
                "no-time": (200, "text/plain", self.cosign(text, 0)),
                "garbage": (200, "text/plain", "\u2014 \0\x01 !!\n\xff"),
                "empty": (200, "text/plain", ""),
                "huge": (200, "text/plain", "\u2014 a AAAAAAAA\n" * 500000),
                "inconsistent": (422, "text/plain", "no\n"),
                "ahead": (409, "text/x.tlog.size", "4000000\n"),
                "loop": (409, "text/x.tlog.size", f"{1 + self.asked % 2}\n"),
                "no-size": (409, "text/plain", "7\n"),
                "bad-size": (409, "text/x.tlog.size", "007\n"),
                "forbidden": (403, "text/plain", "no\n"),
                "unknown": (404, "text/plain", "no\n"),
                "down": (503, "text/plain", "later\n")}[self.mode]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        w = self.witness
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with w.lock:
            w.asked += 1
            w.bodies.append(body)
            mode = w.mode
            w.lock.notify_all()
        try:
            if mode == "slow":
                status, kind, out = w.answer(body)
            else:
                with w.lock:
                    status, kind, out = w.answer(body) if self.path == "/w/add-checkpoint" else (404, "text/plain", "")
        except Refused:
            self.close_connection = True
            return
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(out.encode())))
            self.end_headers()
            self.wfile.write(out.encode())
        except OSError:
            pass
        with w.lock:
            w.statuses.append(status)
            w.lock.notify_all()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    host, _, port = sys.argv[1].rpartition(":")
    with Witness(host, sys.argv[2], sys.argv[3], sys.argv[4:], port=int(port)) as alone:
        print(alone.key, alone.url, flush=True)
        alone.thread.join()
