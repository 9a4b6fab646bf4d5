"""A time-stamping authority for tests, RFC 3161 over HTTP: OpenSSL's `openssl ts -reply` behind a small server, with a CA of its own.

    with Authority(d.address, directory) as t:
        conf = f"ledger {{ stamp {t.url}\nstamp-ca {t.ca} }}"
        t.wait(lambda: t.asked)
        t.mode = "rejected"             # see Authority.answer
"""
import http.server
import os
import subprocess
import threading

LIMIT = float(os.environ.get("AUPD_TEST_LIMIT", "120"))
CONF = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha3-256
accuracy = secs:1
"""


class Authority:
    def __init__(self, address, directory, days=30):
        self.dir = directory
        os.makedirs(directory, exist_ok=True)
        self.ca = os.path.join(directory, "ca.pem")
        self._run("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", str(days), "-config", self._conf("a CA of tests"),
                  "-extensions", "ca")
        self._run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-config", self._conf("an authority of tests"))
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem", "-days", str(days), "-extfile", "conf",
                  "-extensions", "tsa")
        with open(os.path.join(directory, "serial"), "w", encoding="ascii") as f:
            f.write("01\n")
        self.lock = threading.Condition()
        self.mode, self.asked, self.queries = "honest", 0, []
        self.first = None
        self.hold = threading.Event()
        handler = type("Handler", (Handler,), {"authority": self})
        self.server = http.server.ThreadingHTTPServer((address, 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://{address}:{self.server.server_port}/tsr"

    def _conf(self, name):
        path = os.path.join(self.dir, "conf")
        with open(path, "w", encoding="ascii") as f:
            f.write(CONF.format(name=name))
        return path

    def _run(self, *args):
        subprocess.run(["openssl", *args], cwd=self.dir, check=True, capture_output=True)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()

    def set_mode(self, mode):
        with self.lock:
            self.mode = mode

    def wait(self, predicate, limit=LIMIT):
        with self.lock:
            return self.lock.wait_for(predicate, limit)

    def reply(self, query):
        """What OpenSSL answers."""
        for name, data in (("query", query),):
            with open(os.path.join(self.dir, name), "wb") as f:
                f.write(data)
        self._run("ts", "-reply", "-config", "conf", "-section", "tsa_config", "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply")
        with open(os.path.join(self.dir, "reply"), "rb") as f:
            return f.read()

    def other_query(self):
        """A request over something else, without a nonce."""
        with open(os.path.join(self.dir, "data"), "wb") as f:
            f.write(b"something else")
        self._run("ts", "-query", "-data", "data", "-sha256", "-no_nonce", "-cert", "-out", "other")
        with open(os.path.join(self.dir, "other"), "rb") as f:
            return f.read()

    def answer(self, query, kind):
        """(status, body); the modes but for honest are ways to be wrong."""
        mode = self.mode
        if kind != "application/timestamp-query":
            return 400, b""
        if mode == "honest":
            out = self.reply(query)
            self.first = self.first or out
            return 200, out
        if mode == "replayed":
            return 200, self.first
        if mode == "other":
            return 200, self.reply(self.other_query())
        if mode == "rejected":
            return 200, self.reply(b"no request")
        if mode == "tail":
            return 200, self.reply(query) + b"\0"
        if mode == "slow":
            self.hold.wait(LIMIT)
        return {"slow": (503, b""), "down": (503, b"later"), "garbage": (200, b"\x30\x82\xff\xff" + b"A" * 100), "empty": (200, b""),
                "huge": (200, b"\x30\x83\x4c\x4b\x40" + b"A" * 5000000)}[mode]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        t = self.authority
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with t.lock:
            t.asked += 1
            t.queries.append(query)
            t.lock.notify_all()
        status, out = t.answer(query, self.headers["Content-Type"])
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)
        except OSError:
            pass

    def log_message(self, *_):
        pass
