"""A whole aupd for a test: its own directory, its own loopback address, a test clock, a sink for its letters.

    with Daemon() as d:                        # started, ready, policy posted, registry imported; stopped and checked at the end
        d.smtp_send(arf("203.0.113.17"))       # -> Reply(code, text)
        d.settle()                             # everything taken is judged, the outbox is settled
        d.aup("case", "list", "--json").json   # -> .rc .out .err .json
        d.pass_time("48h")
        d.sink.wait(lambda letters: len(letters) == 1)

Programs are found by AUPD_BUILD (a build directory with `aupd` and `aup`), else <top>/build. Every instance listens on a
loopback address made of the process id, so tests of several people run side by side. Nothing waits by the clock: a wait
is for a line of the log, a datagram, a letter or the end of a process, with one long limit after which the test fails.
"""
import atexit
import email.utils
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

from points import Points

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BUILD = os.path.realpath(os.environ.get("AUPD_BUILD", os.path.join(TOP, "build")))
LIMIT = float(os.environ.get("AUPD_TEST_LIMIT", "120"))
ROLES = ("ear", "judge", "desk", "hand", "signer", "nft", "fetcher")
POLICY = os.path.join(TOP, "policy")
REGISTRY = os.path.join(TOP, "conf", "demo", "registry.csv")
API_KEY = "a-key-of-the-tests"

# mail addresses, and the addresses that the tests give to customers
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w|\b203\.0\.113\.\d|\b198\.18\.\d|\bcustomer[ =](acme|smith|bakery)\b")

Result = namedtuple("Result", "rc out err json")
Reply = namedtuple("Reply", "code text")
Answer = namedtuple("Answer", "status headers body")

_addresses = itertools.count()


def program(name):
    for path in (os.path.join(BUILD, name), os.path.join(BUILD, "src", name, name)):
        if os.access(path, os.X_OK):
            return path
    return None


def missing():
    """Why no daemon can be run here, or None."""
    for name in ("aupd", "aup"):
        if not program(name):
            return f"{name} is not built"
    return None


def loopback():
    """A loopback address of this process alone; another one with each call."""
    pid, n = os.getpid(), next(_addresses)
    return f"127.{64 + (n & 127)}.{pid >> 8 & 255}.{pid & 255 or 1}"


def crlf(message):
    """Bytes of a mail with CRLF line ends."""
    if isinstance(message, str):
        message = message.encode()
    return re.sub(rb"\r?\n", b"\r\n", message)


def arf(source="203.0.113.17", kind="abuse", number=1, reporter="fbl@reporter.example", at=None, subject="Abuse report", more="", received=None):
    """A complaint in ARF (RFC 5965) about an address; received: the Received field of the message complained about, else the reporter's own."""
    when = email.utils.formatdate(at)
    own = f"from mail.shop.invalid ([{source}]) by mx.{reporter.split('@')[-1]}; {when}"
    return crlf(f"""From: <{reporter}>
To: <abuse@example.net>
Subject: {subject}
Message-ID: <{kind}.{number}.{source}@{reporter.split('@')[-1]}>
Date: {when}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"
{more and more + chr(10)}
--b
Content-Type: text/plain

Mail from your network was reported as abuse.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: test/1
Version: 1
Source-IP: {source}
Arrival-Date: {when}

--b
Content-Type: text/rfc822-headers

Received: {received or own}
From: offers@shop.invalid
Subject: Buy now
Message-ID: <{number}.{source}@shop.invalid>
--b--
""")


def xarf(source="203.0.113.66", category="content", kind="phishing", report_id="02eb480f-8172-431a-9276-c28ba90f694a", at=None, **more):
    """A complaint in XARF v4 about an address, as bytes."""
    who = {"org": "Trusted Desk", "contact": "desk@trusted.example", "domain": "trusted.example"}
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    report = {"xarf_version": "4.2.0", "report_id": report_id, "timestamp": stamp, "reporter": who, "sender": who, "source_identifier": source,
              "source_port": 443, "category": category, "type": kind}
    if category == "content":
        report["url"] = "https://bakery.example/login"
    report.update(more)
    return json.dumps(report).encode()


class Sink:
    """The smarthost: takes every letter, keeps (sender, recipients, bytes); reply(letter) may change the answer."""

    def __init__(self, address):
        self.letters = []
        self.changed = threading.Condition()
        self.reply = lambda letter: "250 2.0.0 taken"
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._session, args=(client,), daemon=True).start()

    def _session(self, client):
        with client, client.makefile("rwb") as f:
            def say(line):
                f.write(line.encode() + b"\r\n")
                f.flush()
            try:
                say("220 sink ESMTP")
                sender, recipients = "", []
                for line in f:
                    verb = line.strip().upper()
                    if verb.startswith(b"EHLO"):
                        say("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100000000")
                    elif verb.startswith(b"MAIL FROM:"):
                        sender, recipients = re.sub(rb".*?<(.*?)>.*", rb"\1", line.strip()).decode(), []
                        say("250 2.1.0 go on")
                    elif verb.startswith(b"RCPT TO:"):
                        recipients.append(re.sub(rb".*?<(.*?)>.*", rb"\1", line.strip()).decode())
                        say("250 2.1.5 go on")
                    elif verb == b"DATA":
                        say("354 go on")
                        body = b""
                        for part in f:
                            if part == b".\r\n":
                                break
                            body += part[1:] if part.startswith(b".") else part
                        letter = Letter(sender, recipients, body)
                        answer = self.reply(letter)
                        if answer.startswith("2"):
                            with self.changed:
                                self.letters.append(letter)
                                self.changed.notify_all()
                        say(answer)
                    elif verb == b"QUIT":
                        say("221 2.0.0 bye")
                        return
                    else:
                        say("250 2.0.0 ok")
            except OSError:
                return

    def wait(self, predicate, limit=LIMIT):
        """Until predicate(letters) holds; False when the limit passed."""
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self.letters), limit)

    def close(self):
        # a thread left waiting would go on under the number of the descriptor, and take a letter of whose it is next
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(LIMIT)
        self.listener.close()


class Letter:
    def __init__(self, sender, recipients, data):
        self.sender, self.recipients, self.data = sender, recipients, data
        self.message = email.message_from_bytes(data)
        self.message_id = self.message["Message-ID"]
        self.subject = self.message["Subject"]

    def text(self):
        part = self.message
        while part.is_multipart():
            part = part.get_payload(0)
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")

    def __repr__(self):
        return f"Letter(to={self.recipients}, id={self.message_id}, subject={self.subject!r})"


class Smtp:
    """One SMTP or LMTP conversation by hand."""

    def __init__(self, address, port, timeout=LIMIT):
        self.socket = socket.create_connection((address, port), timeout)
        self.file = self.socket.makefile("rb")
        self.greeting = self.hear()

    def hear(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise EOFError("the server closed: " + " / ".join(lines))
            lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), "\n".join(lines))

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def cmd(self, line):
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.hear()

    def data(self, message):
        """The message behind 354, dots doubled, with the lone dot at the end."""
        body = re.sub(rb"(?m)^\.", b"..", crlf(message))
        self.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Log:
    """The lines that aupd writes, kept in memory and in the file `log` of the directory."""

    def __init__(self, path):
        self.lines = []
        self.changed = threading.Condition()
        self.file = open(path, "ab", buffering=0)
        self.threads = []

    def follow(self, pipe):
        def read():
            for line in pipe:
                self.file.write(line)
                with self.changed:
                    self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self.changed.notify_all()
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        self.threads.append(thread)

    def end(self):
        return len(self.lines)

    def find(self, pattern, since=0):
        return next((line for line in self.lines[since:] if re.search(pattern, line)), None)

    def wait(self, pattern, since=0, limit=LIMIT):
        """The first line from `since` on that matches; None when the limit passed."""
        with self.changed:
            self.changed.wait_for(lambda: self.find(pattern, since) is not None, limit)
            return self.find(pattern, since)

    def pause(self):
        """Until something is written, or a moment passed: for loops that ask for a state."""
        with self.changed:
            self.changed.wait(0.05)


class Daemon:
    """See the head of this file.

    conf: more lines of configuration; spool, hand, provider: lines of those blocks; listens: kinds; operators: {name: uid};
    start=False: only the directory and the configuration are made; policy, registry: None = nothing is posted, imported.
    """

    def __init__(self, conf="", hand="", spool="", provider="", listens=("smtp", "lmtp", "http", "ingest"), operators=None, policy=POLICY, registry=REGISTRY,
                 testing=True, start=True, env=None, log_level="info", enforcement="observe"):
        self.dir = tempfile.mkdtemp(prefix="aupd-test.")
        self.address = loopback()
        self.sink = Sink(self.address)
        self.log = Log(os.path.join(self.dir, "log"))
        self.data, self.run, self.config = (os.path.join(self.dir, n) for n in ("data", "run", "aupd.conf"))
        self.env = dict(os.environ, **(env or {}))
        self.policy, self.registry = policy, registry
        self.process = None
        # who fails before anybody could end it leaves none behind, that would hold what the test writes to
        atexit.register(self.leave_none)
        self.readiness = None
        self.ports = {}
        self.more = dict(conf=conf, hand=hand, spool=spool, provider=provider, testing=testing, log_level=log_level, enforcement=enforcement)
        self.listens = listens
        self.operators = operators if operators is not None else {"tester": os.getuid()}
        self.asan = "asan" in os.path.basename(BUILD)
        self.points = None
        if self.asan:                           # the build that has them
            self.points = Points(os.path.join(self.dir, "points"))
            self.env["AUPD_TEST_POINTS"] = self.points.path
        self.write_config()
        if start:
            try:
                self.start()
                if policy:
                    self.check("policy", "post", policy)
                if registry:
                    self.check("registry", "import", registry)
            except BaseException:
                self.abandon()
                raise

    # --- configuration and life

    def config_text(self, **changes):
        m = dict(self.more, **changes)
        provider = f"domain example.net\n{m['provider']}\n" if m["provider"] else "domain example.net"
        lines = [f'provider "Example Net" {{ {provider} }}', f"data {self.data}", f"run {self.run}"]
        for i, kind in enumerate(self.listens):
            if kind == "ingest":
                lines.append(f"listen ingest {self.run}/ingest.sock")
                continue
            self.ports.setdefault(kind, 2500 + i)
            lines.append(f"listen {kind} {self.address}:{2500 + i}")
        lines.append(f"api-key trusted-desk {hashlib.sha256(API_KEY.encode()).hexdigest()}")
        lines += [f"operator {name} uid {uid}" for name, uid in self.operators.items()]
        lines.append(f"hand {{ smarthost {self.address}:{self.sink.port}\n{m['hand']}\n}}")
        if m["spool"]:
            lines.append(f"spool {{ {m['spool']} }}")
        lines += [f"enforcement {m['enforcement']}", f"log-level {m['log_level']}", "testing yes" if m["testing"] else "", m["conf"],
                  # the test clock stands still: nothing that a person orders would be done at once
                  "" if re.search(r"^undo ", m["conf"], re.M) else "undo 0s", ""]
        return "\n".join(lines)

    def write_config(self, text=None, **changes):
        with open(self.config, "w") as f:
            f.write(text if text is not None else self.config_text(**changes))

    def launch(self, wait=True, argv=(), pass_fds=()):
        """Starts the process; with wait until systemd would be told READY=1."""
        path = os.path.join(self.dir, "notify")
        if os.path.exists(path):
            os.unlink(path)
        if self.readiness:
            self.readiness.close()
        self.readiness = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.readiness.bind(path)
        self.readiness.settimeout(LIMIT)
        env = dict(self.env, NOTIFY_SOCKET=path)
        self.process = subprocess.Popen([program("aupd"), "-c", self.config, *argv], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env, pass_fds=pass_fds)
        self.log.follow(self.process.stderr)
        if wait:
            self.wait_notify("READY=1")

    start = launch

    def wait_notify(self, word):
        """The next datagram of readiness that holds the word; those before it are given too."""
        got = []
        while not any(word in text for text in got):
            self.readiness.settimeout(0.2)
            try:
                got.append(self.readiness.recv(4096).decode())
            except socket.timeout:
                if self.process.poll() is not None:
                    raise RuntimeError(f"aupd ended with {self.process.returncode}:\n" + "\n".join(self.log.lines[-20:])) from None
        return got

    def stop(self):
        """SIGTERM; True when it ended by itself with 0 and no sanitizer complained."""
        if not self.process:
            return True
        self.process.terminate()
        try:
            rc = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            rc = self.process.wait()
        for thread in self.log.threads:
            thread.join(LIMIT)
        self.process = None
        self.stop_trouble = [f"exit status {rc}"] if rc else []
        for i, line in enumerate(self.log.lines):
            if re.search(r"ERROR: \w+Sanitizer|runtime error:|BUG", line):
                self.stop_trouble += self.log.lines[i:i + 40]      # with its frames
        return not self.stop_trouble

    def restart(self):
        clean = self.stop()
        self.launch()
        return clean

    def crash(self):
        """kill -9 of the keeper: the whole daemon goes."""
        self.process.kill()
        self.process.wait()
        for thread in self.log.threads:
            thread.join(LIMIT)
        self.process = None

    def leave_none(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def abandon(self):
        """Whatever its state: ended and its directory removed."""
        self.leave_none()
        self.sink.close()
        if self.readiness:
            self.readiness.close()
        if os.environ.get("AUPD_TEST_KEEP"):
            print(f"# kept {self.dir}", flush=True)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        import tap
        if kind is not None:
            tap.diag("the last lines of the log:", *self.log.lines[-15:])
        elif self.process:
            tap.ok(self.stop(), "aupd stops cleanly and no sanitizer complains", *getattr(self, "stop_trouble", []), *self.log.lines[-10:])
            named = [line for line in self.log.lines if PERSONAL.search(line)]
            tap.ok(not named, "its log names no customer, no address of one and no mail address", *named[:5])
        self.abandon()
        return False

    # --- roles

    def state(self):
        """The keeper's state file."""
        with open(os.path.join(self.run, "state.json")) as f:
            return json.load(f)

    def role(self, name):
        return next(r for r in self.state()["roles"] if r["role"] == name)

    def role_pid(self, name):
        return self.role(name)["pid"]

    def kill(self, name, sig=signal.SIGKILL):
        """A signal to a role; gives the place in the log from which its restart can be waited for."""
        # 0 while it is down, and to that a signal goes to all of us
        pid = self.until(lambda: self.role_pid(name), f"a process of {name}")
        since = self.log.end()
        os.kill(pid, sig)
        return since

    def wait_role(self, name, since=0):
        """Until the role was started again and is ready."""
        if not self.log.wait(rf"role ready.* role={name}\b", since):
            raise RuntimeError(f"{name} did not come back:\n" + "\n".join(self.log.lines[-20:]))
        if name == "judge" and self.role("desk")["state"] == "ready":
            self.until(lambda: json.loads(self.api("/v1/status").body)["judge_linked"], "the link of desk and judge")

    def kill_and_wait(self, name, sig=signal.SIGKILL):
        self.wait_role(name, self.kill(name, sig))

    # --- the command line and the API

    def aup(self, *args, stdin=None, env=None, uid=None):
        """Runs aup; uid: as another user (only root can)."""
        name, more = program("aup"), {}
        if uid is not None:
            os.chmod(self.dir, 0o755)
            name = os.path.join(self.dir, "aup")
            if not os.path.exists(name):
                shutil.copy(program("aup"), name)
                os.chmod(name, 0o755)
            more = dict(user=uid, group=uid, extra_groups=[], cwd="/")
        env = dict(self.env, AUPD_SOCKET=f"{self.run}/api.sock", AUPD_INGEST=f"{self.run}/ingest.sock", AUPD_RUN=self.run, **(env or {}))
        p = subprocess.run([name, *map(str, args)], input=stdin.encode() if isinstance(stdin, str) else stdin, capture_output=True, env=env,
                           timeout=LIMIT * 5, **more)
        out = p.stdout.decode("utf-8", "replace")
        try:
            parsed = json.loads(out)
        except ValueError:
            parsed = None
        return Result(p.returncode, out, p.stderr.decode("utf-8", "replace"), parsed)

    def check(self, *args, **more):
        """As aup, and an error when it does not give 0."""
        r = self.aup(*args, **more)
        if r.rc:
            raise RuntimeError(f"aup {' '.join(map(str, args))}: {r.rc}: {r.out}{r.err}")
        return r

    def pass_time(self, span):
        return self.check("test", "pass", span)

    def settle(self):
        """Until everything that was taken is judged and the outbox is settled."""
        return self.pass_time("0s")

    def until(self, predicate, what, limit=LIMIT):
        """Asks again and again, whenever something was logged or a moment passed."""
        end = time.monotonic() + limit
        while True:
            got = predicate()
            if got:
                return got
            if time.monotonic() > end:
                raise RuntimeError(f"it never came: {what}\n" + "\n".join(self.log.lines[-20:]))
            self.log.pause()

    def cases(self, *args):
        """The cases as the API lists them."""
        return self.check("case", "list", "--json", *args).json["rows"]

    def api(self, path, method="GET", body=None, headers=None):
        """A request to the desk's socket."""
        return self._http(("unix", f"{self.run}/api.sock"), method, path, body, headers)

    def report(self, body, key=API_KEY, token=None, headers=None, path="/v1/reports"):
        """POST of a report to the HTTP listener."""
        h = dict(headers or {})
        if key is not None:
            h["Authorization"] = f"Bearer {key}"
        if token is not None:
            h["Idempotency-Key"] = token
        return self._http(("tcp", (self.address, self.ports["http"])), "POST", path, body, h)

    def _http(self, where, method, path, body, headers):
        import http.client
        connection = http.client.HTTPConnection("aupd", timeout=LIMIT)
        if where[0] == "unix":
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.settimeout(LIMIT)
            connection.sock.connect(where[1])
        else:
            connection.sock = socket.create_connection(where[1], LIMIT)
        try:
            connection.request(method, path, body, headers or {})
            r = connection.getresponse()
            return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            connection.close()

    # --- mail

    def smtp(self, kind="smtp"):
        return Smtp(self.address, self.ports[kind])

    def smtp_send(self, message, sender="reporter@reporter.example", to="abuse@example.net", kind="smtp"):
        """One message; the reply that decided: the one to the end of data, or the first that refused."""
        with self.smtp(kind) as s:
            for line in ("LHLO test.invalid" if kind == "lmtp" else "EHLO test.invalid", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
                reply = s.cmd(line)
                if reply.code >= 400:
                    return reply
            s.data(message)
            return s.hear()

    def lmtp(self, message, **more):
        return self.smtp_send(message, kind="lmtp", **more)
