"""An access server for tests: it sends RADIUS accounting (RFC 2866) as it is told, and checks what is answered."""
import hashlib
import hmac
import os
import socket
import struct
import threading

STATUS = {"start": 1, "stop": 2, "interim": 3, "on": 7, "off": 8}
LIMIT_S = 60


def attribute(kind, value):
    return bytes([kind, len(value) + 2]) + value


def number(kind, value):
    return attribute(kind, struct.pack("!I", value & 0xffffffff))


def address(kind, text):
    return attribute(kind, socket.inet_pton(socket.AF_INET, text))


def prefix6(kind, text):
    host, bits = text.split("/")
    return attribute(kind, bytes([0, int(bits)]) + socket.inet_pton(socket.AF_INET6, host)[:(int(bits) + 7) // 8])


class Nas:
    """Sends from a loopback address of its own to where aupd listens."""

    def __init__(self, to, secret, name="nas-1", source=None):
        self.to, self.secret, self.name, self.ident = to, secret.encode(), name, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source or to[0], 0))
        self.socket.settimeout(LIMIT_S)

    def close(self):
        self.socket.close()

    def packet(self, attributes, code=4, ident=None, secret=None, signed=False):
        if ident is None:
            self.ident = ident = (self.ident + 1) % 256
        secret = self.secret if secret is None else secret.encode()
        length = 20 + len(attributes) + (18 if signed else 0)
        head = struct.pack("!BBH", code, ident, length)
        authenticator = bytes(16) if code == 4 else os.urandom(16)
        if signed:
            mac = hmac.new(secret, head + authenticator + attribute(80, bytes(16)) + attributes, hashlib.md5).digest()
            attributes = attribute(80, mac) + attributes
        if code == 4:
            authenticator = hashlib.md5(head + bytes(16) + attributes + secret).digest()
        return head + authenticator + attributes

    @staticmethod
    def attributes(status, session="S1", user="alice", lasted=None, v4=None, pd=None, at=None, octets=None, name="nas-1", more=b""):
        out = number(40, STATUS[status]) + attribute(32, name.encode()) + more
        if status not in ("on", "off"):
            out += attribute(44, session.encode()) + attribute(1, user.encode())
        if lasted is not None:
            out += number(46, lasted)
        if v4:
            out += address(8, v4)
        if pd:
            out += prefix6(123, pd)
        if at is not None:
            out += number(55, int(at))
        if octets is not None:
            out += number(42, octets[0]) + number(43, octets[1])
        return out

    def put(self, octets):
        self.socket.sendto(octets, self.to)

    def answered(self, octets):
        """Waits for the answer to that packet, and checks it; others are passed over."""
        while True:
            reply = self.socket.recv(5000)
            if reply[1] == octets[1]:
                return self.is_answer(reply, octets)

    def is_answer(self, reply, octets):
        want = hashlib.md5(reply[:4] + octets[4:20] + reply[20:] + self.secret).digest()
        return reply[:2] == bytes([5, octets[1]]) and reply[4:20] == want

    def say(self, *args, **more):
        """One message, acknowledged."""
        octets = self.packet(self.attributes(*args, name=self.name, **more))
        self.put(octets)
        if not self.answered(octets):
            raise RuntimeError("the answer is none to this request")
        return octets

    def heard(self):
        """The ids of what was answered meanwhile."""
        ids = set()
        self.socket.setblocking(False)
        try:
            while True:
                ids.add(self.socket.recv(5000)[1])
        except BlockingIOError:
            return ids
        finally:
            self.socket.settimeout(LIMIT_S)

    def silent(self, octets):
        """Is that one not answered? Another one behind it is, so that there is nothing to wait for."""
        self.put(octets)
        probe = self.packet(self.attributes("on", name="probe"))
        self.put(probe)
        while True:
            reply = self.socket.recv(5000)
            if reply[1] == octets[1]:
                return False
            if reply[1] == probe[1]:
                return True


class Door:
    """Where an access server takes Disconnect and CoA requests (RFC 5176); a script tells how well it behaves.

    The script gets the request and how often this very one has come, and gives "ack", ("nak", Error-Cause), or None: no answer. It may
    put octets of its own."""

    def __init__(self, host, secret, script=None):
        self.secret, self.script = secret.encode(), script or (lambda request, times: "ack")
        self.changed = threading.Condition()
        self.requests = []              # (code, attributes as (type, value), whole octets)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.at = "%s:%d" % self.socket.getsockname()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                octets, peer = self.socket.recvfrom(5000)
            except OSError:
                return
            with self.changed:
                times = sum(x[2] == octets for x in self.requests)
                self.requests.append((octets[0], attributes_of(octets), octets))
                answer = self.script(octets, times)
                self.changed.notify_all()
            if answer:
                self.socket.sendto(self.reply(octets, answer), peer)

    def reply(self, request, answer, secret=None):
        ack, more = answer == "ack", b"" if answer == "ack" else number(101, answer[1]) if answer[1] else b""
        head = struct.pack("!BBH", request[0] + (1 if ack else 2), request[1], 20 + len(more))
        return head + hashlib.md5(head + request[4:20] + more + (secret or self.secret)).digest() + more

    def whole(self, request):
        """Are both authenticators of the request right?"""
        zero = request[:4] + bytes(16) + request[20:]
        good = hashlib.md5(zero + self.secret).digest() == request[4:20]
        signed = [at for at, kind, _ in walk(request) if kind == 80]
        for at in signed:
            blank = zero[:at + 2] + bytes(16) + zero[at + 18:]
            good = good and hmac.new(self.secret, blank, hashlib.md5).digest() == request[at + 2:at + 18]
        return good and len(signed) == 1

    def wait(self, predicate):
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self.requests), LIMIT_S)

    def news(self):
        """The different requests since the last question, and how many datagrams they were."""
        with self.changed:
            got, self.requests = self.requests, []
        return len({x[2] for x in got}), len(got)


def walk(octets):
    at = 20
    while at < len(octets):
        yield at, octets[at], octets[at + 2:at + octets[at + 1]]
        at += octets[at + 1]


def attributes_of(octets):
    return [(kind, value) for _, kind, value in walk(octets)]
