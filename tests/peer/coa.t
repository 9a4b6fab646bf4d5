#!/usr/bin/env python3
"""A real FreeRADIUS listens for Disconnect and CoA: what aupd sends is taken by it as whole and signed, it logs each attribute as the access server
had sent it, its ACK is no effect and its NAK with an Error-Cause is understood. On a port of its own."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import radius_server
import tap
from dialin import LOGIN, OTHER, Scene
from nas import attribute

PORT = 3799
CONF = """prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {dir}
logdir = {dir}
run_dir = {dir}
security {{
	status_server = no
}}
client aupd {{
	ipaddr = 127.0.0.0/8
	secret = "{secret}"
	require_message_authenticator = yes
}}
modules {{
	always ok {{
		rcode = ok
	}}
	always reject {{
		rcode = reject
	}}
}}
server coa {{
	listen {{
		type = coa
		ipaddr = {address}
		port = {port}
	}}
	recv-coa {{
		if (&User-Name == "{gone}") {{
			update reply {{
				&Error-Cause := 503
			}}
			reject
		}}
		elsif (&User-Name == "{wrong}") {{
			update reply {{
				&Error-Cause := 402
			}}
			reject
		}}
		else {{
			ok
		}}
	}}
	send-coa {{
		ok
	}}
}}
"""


class Listener:
    def __init__(self, directory, address):
        os.makedirs(directory)
        os.chmod(directory, 0o755)
        with open(f"{directory}/radiusd.conf", "w", encoding="ascii") as f:
            f.write(CONF.format(dir=directory, address=address, secret=OTHER, port=PORT, gone=LOGIN % 1, wrong=LOGIN % 2))
        self.log = daemon.Log(f"{directory}/seen.log")
        self.process = subprocess.Popen([radius_server.PROGRAM, "-X", "-d", directory, "-D", radius_server.DICTIONARY], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/")
        self.log.follow(self.process.stdout)
        if not self.log.wait("Ready to process requests"):
            raise RuntimeError("freeradius does not start:\n" + "\n".join(self.log.lines[-30:]))



def asked(d, server, i, more=b""):
    since = server.log.end()
    d.begin(i, more=more)
    d.spam(i)
    if not server.log.wait(r"Sent \S+-(ACK|NAK) Id", since):
        raise RuntimeError("no answer of FreeRADIUS:\n" + "\n".join(server.log.lines[-30:]))
    d.settle()


def changed(address):
    profile = 'coa limited { set Filter-Id text "limited"; set vendor 14988 8 text "1M/1M"; restore Filter-Id text "full" }'
    with Scene(profile, door=f"{address}:{PORT}", count=2, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        os.chmod(d.dir, 0o711)
        server = Listener(f"{d.dir}/freeradius", address)
        asked(d, server, 0)
        text = "\n".join(server.log.lines)
        tap.like(text, r"Received CoA-Request Id \d+ from", "FreeRADIUS takes a CoA-Request")
        for name, value in (("Filter-Id", "limited"), ("Mikrotik-Rate-Limit", "1M/1M"), ("Acct-Session-Id", "S0")):
            tap.like(text, rf'{name} = "?{re.escape(value)}"?(\n|$)', f"with {name}")
        tap.is_equal(d.stands(0), "unclear", "its ACK is no effect")
        d.let(60)
        d.goes_on(0, more=attribute(11, b"limited") + attribute(26, bytes([0, 0, 0x3a, 0x8c, 8, 7]) + b"1M/1M"))
        d.let(300)
        tap.is_equal(d.stands(0), "done", "what accounting tells is")
        asked(d, server, 1)
        tap.like(d.told(1)[1], "Error-Cause 503", "its NAK is understood")
        server.process.terminate()
        tap.is_equal(server.process.wait(), 0, "FreeRADIUS ends well")


def timed(address):
    with Scene("session-timeout 60s", door=f"{address}:{PORT}", count=3) as d:
        os.chmod(d.dir, 0o711)
        server = Listener(f"{d.dir}/freeradius", address)
        asked(d, server, 0)
        text = "\n".join(server.log.lines)
        tap.like(text, r"(?s)Received CoA-Request.*Session-Timeout = 60", "FreeRADIUS is given a Session-Timeout")
        d.ends(0)
        d.let(60)
        tap.is_equal(d.stands(0), "done", "the Stop is the end")
        since = server.log.end()
        asked(d, server, 2)
        d.let(60)
        tap.ok(server.log.wait(r"Received Disconnect-Request", since), "what it refuses by CoA is asked for by Disconnect")
        server.process.terminate()
        tap.is_equal(server.process.wait(), 0, "FreeRADIUS ends well")


def main():
    address = daemon.loopback()
    with Scene(door=f"{address}:{PORT}", count=3) as d:
        os.chmod(d.dir, 0o711)
        server = Listener(f"{d.dir}/freeradius", address)
        asked(d, server, 0, attribute(31, b"02-00-5E-10-00-01") + attribute(4, bytes([192, 0, 2, 9])))
        text = "\n".join(server.log.lines)
        tap.like(text, r"Received Disconnect-Request Id \d+ from", "FreeRADIUS takes a Disconnect-Request")
        for name, value in (("NAS-Identifier", "nas-1"), ("Calling-Station-Id", "02-00-5E-10-00-01"), ("NAS-IP-Address", "192.0.2.9"), ("Acct-Session-Id", "S0"),
                            ("User-Name", LOGIN % 0), ("Framed-IP-Address", "198.51.100.1")):
            tap.like(text, rf'{name} = "?{re.escape(value)}"?(\n|$)', f"with {name} as it was sent")
        tap.like(text, "Message-Authenticator = 0x", "signed")
        tap.like(text, "Event-Timestamp = ", "and with its time")
        tap.is_equal(d.told(0), ("unclear", "the access server acknowledged it"), "its ACK is no effect")
        d.say("S0", LOGIN % 0, "stop", more=attribute(31, b"02-00-5E-10-00-01") + attribute(4, bytes([192, 0, 2, 9])))
        d.let(40)
        tap.is_equal(d.stands(0), "done", "the Stop is")
        asked(d, server, 1)
        tap.like(d.told(1)[1], r"Error-Cause 503", "its NAK 503 is understood")
        d.ends(1)
        d.let(60)
        tap.is_equal(d.stands(1), "done", "and is no failure where the session has ended")
        asked(d, server, 2)
        state, told = d.told(2)
        tap.ok(state == "refused" and "Error-Cause 402" in told, "its NAK 402 is one for a person", state, told)
        server.process.terminate()
        tap.is_equal(server.process.wait(), 0, "FreeRADIUS ends well")
    changed(address)
    timed(address)


if __name__ == "__main__":
    reason = radius_server.missing() or daemon.missing()
    if reason:
        tap.skip_all(reason)
    tap.run(main)
