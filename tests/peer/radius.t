#!/usr/bin/env python3
"""radclient and the RADIUS codec: what it sends is understood, under its secret alone, and what is answered it accepts.

Accounting of all kinds with addresses of both families, counters above 4 GiB, vendors' attributes and ports of RFC 8045; Status-Server;
Disconnect and Change of Authorization, acknowledged and refused. An answer under another secret is one that radclient does not take."""
import os
import shutil
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import tap

BUILD = os.environ.get("AUPD_BUILD", os.path.join(HERE, "..", "..", "build"))
ANSWER = os.path.join(BUILD, "tests", "peer", "radius_answer")
DICTIONARY = "/usr/share/freeradius"
SECRET = "testing123"
WAIT_S = 60
SESSION = 'User-Name = "alice@example.net"\nAcct-Session-Id = "0000002a"\n'
ALICE = " 0=616c696365406578616d706c652e6e6574"
V4 = "00000000000000000000ffff"

# name, command, attributes, what must stand in the form, the code of the answer, what radclient says of it
CASES = (
    ("Start with addresses of both families", "acct", SESSION + 'NAS-IP-Address = 192.0.2.1\nAcct-Status-Type = Start\nFramed-IP-Address = 203.0.113.7\n'
     'Framed-IPv6-Prefix = 2001:db8:1::/64\nDelegated-IPv6-Prefix = 2001:db8:100::/56\nFramed-IPv6-Address = 2001:db8:1::5\nNAS-Port-Type = Ethernet\n'
     'ADSL-Agent-Circuit-Id = "c7"\n',
     (ALICE, f" 1={V4}c0000201", f" 7={V4}cb007107", " 9=20010db8000100000000000000000005,", " 10=20010db8000100000000000000000000/64,",
      " 11=20010db8010000000000000000000000/56,", " 5=15", " 15=1", " 32=6337"), 5, "Received Accounting-Response Id \\d+ from"),
    ("Interim-Update with counters above 4 GiB", "acct", SESSION + "Acct-Status-Type = Interim-Update\nAcct-Input-Octets = 5\nAcct-Input-Gigawords = 1\n"
     "Acct-Output-Octets = 7\nAcct-Session-Time = 3600\n" 'Event-Timestamp = "Jan  2 2026 03:04:05 UTC"\n',
     (" 15=3", " 17=4294967301", " 18=7", " 19=1", " 25=3600", " 27=1767323045000000"), 5, "Received Accounting-Response Id \\d+ from"),
    ("Stop with a Message-Authenticator", "acct", SESSION + "Acct-Status-Type = Stop\nAcct-Terminate-Cause = Admin-Reset\nMessage-Authenticator = 0x00\n",
     (" 15=2", " 26=6"), 5, "Received Accounting-Response Id \\d+ from"),
    ("Accounting-On", "acct", 'NAS-Identifier = "bng-1"\nAcct-Status-Type = Accounting-On\n', (" 3=626e672d31", " 15=7"), 5, "Received Accounting-Response Id \\d+ from"),
    ("Proxy-State", "acct", SESSION + "Acct-Status-Type = Start\nProxy-State = 0x3131\nProxy-State = 0x32\n", (ALICE,), 5, "Received Accounting-Response Id \\d+ from.*Proxy-State = 0x3131\\s+Proxy-State = 0x32"),
    ("a block of ports", "acct", SESSION + "Acct-Status-Type = Interim-Update\nIP-Port-Range-Ext-IPv4-Addr = 198.51.100.1\nIP-Port-Range-Int-IPv4-Addr = 100.64.0.9\n"
     "IP-Port-Range-Alloc = Allocation\nIP-Port-Range-Range-Start = 1024\nIP-Port-Range-Range-End = 2047\n",
     (f" p6.718:0,0,0,0,1,1024,2047,{V4}c6336401,{V4}64400009,",), 5, "Received Accounting-Response Id \\d+ from"),
    ("vendors' attributes", "acct", SESSION + 'Acct-Status-Type = Start\nMikrotik-Rate-Limit = "1M/1M"\nCisco-AVPair = "a=b"\n',
     (" v14988.8.0:314d2f314d", " v9.1.0:613d62"), 5, "Received Accounting-Response Id \\d+ from"),
    ("a name of 253 octets", "acct", f'User-Name = "{"n" * 253}"\nAcct-Status-Type = Start\n', (" 0=" + "6e" * 253,), 5, "Received Accounting-Response Id \\d+ from"),
    ("Status-Server", "status", "Message-Authenticator = 0x00\n", ("code=12",), 2, "Received Access-Accept Id \\d+ from"),
    ("Disconnect-Request, acknowledged", "disconnect", SESSION + "Message-Authenticator = 0x00\n", ("code=40", ALICE), 41, "Received Disconnect-ACK Id \\d+ from"),
    ("Disconnect-Request, refused", "disconnect", SESSION, ("code=40", ALICE), 42, "Received Disconnect-NAK Id \\d+ from.*Error-Cause = Session-Context-Not-Found"),
    ("CoA-Request, acknowledged", "coa", SESSION + "Session-Timeout = 3600\n", ("code=43", " 29=3600"), 44, "Received CoA-ACK Id \\d+ from"),
    ("CoA-Request, refused", "coa", SESSION + "Message-Authenticator = 0x00\n", ("code=43",), 45, "Received CoA-NAK Id \\d+ from.*Error-Cause = Session-Context-Not-Found"),
)


def reason_to_skip():
    if not shutil.which("radclient") or not os.path.exists(os.path.join(DICTIONARY, "dictionary")):
        return "radclient is not installed"
    return None if os.access(ANSWER, os.X_OK) else "radius_answer is not built"


class Server:
    """A socket that radclient asks, and the codec behind it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(WAIT_S)
        self.codec = subprocess.Popen([ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def understand(self, datagram, code, secret=SECRET):
        self.codec.stdin.write(f"{secret} {code} {datagram.hex()}\n")
        self.codec.stdin.flush()
        return self.codec.stdout.readline().rstrip("\n"), self.codec.stdout.readline().rstrip("\n")

    def asked(self, command, attributes):
        """radclient, and the first datagram it sends."""
        client = subprocess.Popen(["radclient", "-x", "-D", DICTIONARY, "-d", DICTIONARY, "-r", "1", "-t", str(WAIT_S), f"127.0.0.1:{self.socket.getsockname()[1]}", command, SECRET],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        client.stdin.write(attributes)
        client.stdin.close()
        datagram, sender = self.socket.recvfrom(65536)
        return client, datagram, sender

    def said(self, client):
        """All that it says, or up to where it takes an answer for a forged one and waits for another."""
        text = ""
        for line in client.stdout:
            text += line
            if "verification failed" in line:
                client.kill()
        client.wait()
        return text


def main():
    server = Server()
    for name, command, attributes, wanted, code, word in CASES:
        client, datagram, sender = server.asked(command, attributes)
        form, reply = server.understand(datagram, code)
        tap.ok(" holds " in form and all(part + " " in form + " " or part in form and part.endswith(",") for part in wanted), f"{name}: understood", form, *wanted)
        tap.ok(" bad=0 conflict=0 not_utf8=0 more=0 " in form, "  and nothing of it is in doubt", form)
        denied, none = server.understand(datagram, code, "other")
        tap.ok(" denied " in denied and none == "-", "  under another secret it is not answered", denied)
        if reply == "-":
            client.kill()
            continue
        server.socket.sendto(bytes.fromhex(reply), sender)
        tap.like(server.said(client), word, "  the answer is one for radclient")
    client, datagram, sender = server.asked("disconnect", SESSION)
    wrong = bytearray.fromhex(server.understand(datagram, 41)[1])
    wrong[-1] ^= 1
    server.socket.sendto(wrong, sender)
    tap.like(server.said(client), "Reply verification failed", "an answer with one other bit is none for radclient")
    server.codec.stdin.close()
    tap.is_equal(server.codec.wait(), 0, "the codec ends well")


reason = reason_to_skip()
if reason:
    tap.skip_all(reason)
tap.run(main)
