"""A relay of DHCP (RFC 2131, RFC 3046, RFC 8415) and the devices behind it, in a network of their own: a program that does what it is told, a line
a command: NAME VERB. Its answer is a line, too."""
import os
import socket
import struct
import subprocess
import sys

LIMIT_S = 60
SERVER4, CLIENT4, PORT6 = 67, 68, 547
DISCOVER, REQUEST, DECLINE, RELEASE, OFFER, ACK, NAK = 1, 3, 4, 7, 2, 5, 6


def option4(code, value):
    return bytes([code, len(value)]) + value


def option6(code, value):
    return struct.pack("!HH", code, len(value)) + value


class Device4:
    """One device: its hardware address, and the id that it calls itself by, if any. line: what the relay says of the port."""

    def __init__(self, relay, mac, client_id=None, line=None, remote=None):
        self.relay, self.mac, self.client_id, self.line, self.remote = relay, bytes.fromhex(mac.replace(":", "")), client_id, line, remote
        self.address = None

    def message(self, kind, more=b"", current=None, direct=False):
        self.xid = os.urandom(4)
        giaddr = bytes(4) if direct else socket.inet_aton(self.relay.address)
        head = struct.pack("!BBBB", 1, 1, 6, 0 if direct else 1) + self.xid + bytes(4)
        head += socket.inet_aton(current or "0.0.0.0") + bytes(8) + giaddr + self.mac.ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63"
        out = head + option4(53, bytes([kind])) + more
        if self.client_id:
            out += option4(61, self.client_id)
        relayed = b"".join(option4(code, value.encode()) for code, value in ((1, self.line), (2, self.remote)) if value)
        if relayed and not direct:
            out += option4(82, relayed)
        return out + b"\xff"

    def answered(self, sock):
        """The kind of the answer and the address in it; answers to others are passed over."""
        while True:
            octets = sock.recv(4096)
            if octets[4:8] != self.xid:
                continue
            at, kind = 240, 0
            while octets[at] != 255:
                if octets[at] == 0:
                    at += 1
                    continue
                if octets[at] == 53:
                    kind = octets[at + 2]
                at += 2 + octets[at + 1]
            return kind, socket.inet_ntoa(octets[16:20])

    def ask(self, kind, more=b"", **how):
        self.relay.four.sendto(self.message(kind, more, **how), (self.relay.server4, SERVER4))
        return self.answered(self.relay.four)

    def take(self, wanted=None):
        kind, offer = self.ask(DISCOVER, option4(50, socket.inet_aton(wanted)) if wanted else b"")
        if kind != OFFER:
            raise RuntimeError(f"no offer but {kind}")
        kind, self.address = self.ask(REQUEST, option4(50, socket.inet_aton(offer)) + option4(54, socket.inet_aton(self.relay.server4)))
        if kind != ACK:
            raise RuntimeError(f"no lease but {kind}")
        return self.address

    def renew(self):
        kind, _ = self.ask(REQUEST, current=self.address)
        if kind != ACK:
            raise RuntimeError(f"no renewal but {kind}")

    def renew_directly(self):
        """As a device does that has an address: past the relay."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(LIMIT_S)
            subprocess.run(["ip", "address", "replace", f"{self.address}/32", "dev", "relay"], check=True)
            sock.bind((self.address, CLIENT4))
            sock.sendto(self.message(REQUEST, current=self.address, direct=True), (self.relay.server4, SERVER4))
            kind, _ = self.answered(sock)
        if kind != ACK:
            raise RuntimeError(f"no renewal but {kind}")

    def release(self):
        self.end(RELEASE)

    def decline(self):
        self.end(DECLINE)

    def end(self, kind):
        more = option4(54, socket.inet_aton(self.relay.server4))
        if kind == DECLINE:
            octets = self.message(kind, more + option4(50, socket.inet_aton(self.address)))
        else:
            octets = self.message(kind, more, current=self.address)
        self.relay.four.sendto(octets, (self.relay.server4, SERVER4))


class Device6:
    """One device that wants an address and a prefix of IPv6."""

    def __init__(self, relay, duid, line=None, remote=None):
        self.relay, self.duid, self.line, self.remote = relay, duid, line, remote

    def message(self, kind, more):
        self.xid = os.urandom(3)
        inner = bytes([kind]) + self.xid + option6(1, self.duid) + more
        out = bytes([12, 0]) + socket.inet_pton(socket.AF_INET6, self.relay.address6) + socket.inet_pton(socket.AF_INET6, "fe80::1")
        if self.line:
            out += option6(18, self.line.encode())
        if self.remote:
            out += option6(37, struct.pack("!I", 3561) + self.remote.encode())
        return out + option6(9, inner)

    def options(self, octets):
        at, found = 0, {}
        while at + 4 <= len(octets):
            code, size = struct.unpack_from("!HH", octets, at)
            found.setdefault(code, octets[at + 4:at + 4 + size])
            at += 4 + size
        return found

    def ask(self, kind, more):
        self.relay.six.sendto(self.message(kind, more), (self.relay.server6, PORT6))
        while True:
            inner = self.options(self.relay.six.recv(4096)[34:])[9]
            if inner[1:4] == self.xid:
                return self.options(inner[4:])

    def take(self):
        found = self.ask(1, option6(3, struct.pack("!III", 7, 0, 0)) + option6(25, struct.pack("!III", 8, 0, 0)))
        self.server = found[2]
        self.held = option6(3, found[3]) + option6(25, found[25])
        self.ask(3, option6(2, self.server) + self.held)
        address, prefix = self.options(found[3][12:])[5], self.options(found[25][12:])[26]
        self.address = socket.inet_ntop(socket.AF_INET6, address[:16])
        self.prefix = f"{socket.inet_ntop(socket.AF_INET6, prefix[9:25])}/{prefix[8]}"
        return self.address, self.prefix

    def renew(self):
        self.ask(5, option6(2, self.server) + self.held)

    def release(self):
        self.ask(8, option6(2, self.server) + self.held)

    def decline(self):
        self.ask(9, option6(2, self.server) + self.held)


class Relay:
    def __init__(self, address, server4, address6, server6):
        self.address, self.server4, self.address6, self.server6 = address, server4, address6, server6
        self.four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.four.bind((address, SERVER4))
        self.six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.six.bind((address6, PORT6))
        for s in (self.four, self.six):
            s.settimeout(LIMIT_S)


DEVICES = {     # what the relay says of the line, and what they say of themselves
    "a": (Device4, "02:00:00:00:00:0a", b"\xff\x01\x02\x03", "line-1", "rem-1"),
    "b": (Device4, "02:00:00:00:00:0b", b"\xff\x01\x02\x04", "line-2", None),
    "c": (Device4, "02:00:00:00:00:0c", b"c-id", None, None),
    "m": (Device4, "02:00:00:00:00:0d", None, None, None),
    "s": (Device6, bytes.fromhex("00030001020000000001"), "line-1", "rem-1"),
    "t": (Device6, bytes.fromhex("00030001020000000002"), None, "rem-2"),
    "u": (Device6, bytes.fromhex("00030001020000000003"), None, None),
}


def main():
    relay = Relay(*sys.argv[1:])
    devices = {name: kind(relay, *what) for name, (kind, *what) in DEVICES.items()}
    for line in sys.stdin:
        name, verb, *more = line.split()
        got = getattr(devices[name], verb)(*more)
        print(" ".join([got] if isinstance(got, str) else got or ["done"]), flush=True)


if __name__ == "__main__":
    main()
