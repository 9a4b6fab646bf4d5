#!/usr/bin/env python3
"""What an act would send is shown and not sent: packets with their attributes, statements with their values, calls with their bodies, as they are sent once
nothing holds the act any more; and why nothing would be."""
import json
import os
import signal
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import rest
import tap
from daemon import loopback, missing
from dialin import LOGIN, Scene
from nas import attribute

SQL = """aaa-sql {
    address /nonexistent; login aupd; database billing; check-table aaa.checks
    profile blocked { verb suspend; group suspended 7; check Auth-Type := Reject }
}
"""
COA = 'coa limited { set Filter-Id text "limited"; set vendor 14988 8 text "1M/1M"; set Session-Timeout number 3600; restore Filter-Id text "full" }'


class Held(Scene):
    """The kill switch holds what is asked for."""

    def __init__(self, **more):
        super().__init__(count=4, **more)
        with open(self.stop(), "w", encoding="ascii"):
            pass

    def stop(self):
        return os.path.join(self.data, "hand", "stop")

    def go(self):
        os.unlink(self.stop())

    def preview(self, i, *more):
        return self.aup("act", "preview", self.act(i)["key"], "--because", "a look", *more)

    def requests(self, i):
        return json.loads(self.preview(i, "--json").out)["requests"]


def ended():
    with Held() as d:
        d.begin(0, more=attribute(31, b"02-00-5E-10-00-01") + attribute(61, bytes([0, 0, 0, 5])))
        d.spam(0)
        shown = d.preview(0)
        tap.like(shown.out, r"Disconnect-Request to one at [\d.]+:\d+\n", "the packet is shown, and to whom it would go")
        lines = d.requests(0)[0]["lines"]
        want = ["Message-Authenticator", 'NAS-Identifier = "nas-1"', 'Calling-Station-Id = "02-00-5E-10-00-01"', 'Acct-Session-Id = "S0"', f'User-Name = "{LOGIN % 0}"',
                "Framed-IP-Address = 198.51.100.1"]
        tap.is_equal(lines[:-1], want, "with its attributes")
        tap.ok(lines[-1].startswith("Event-Timestamp = 1"), "and its time", lines[-1])
        tap.is_equal((d.door.news(), d.stands(0)), ((0, 0), "queued"), "nothing is sent")
        tap.like(d.check("lookups", "--json").out, f'act {d.act(0)["key"]}', "the look-up is recorded")
        tap.ok(d.aup("act", "preview", d.act(0)["key"]).rc == 1, "without a reason nothing is shown")
        tap.like(d.aup("act", "preview", "C-1/s0.1/end/access", "--because", "x").err, "no such act", "nor of an act that is not there")
        d.go()
        d.let(60)
        sent = [k for k, _ in d.door.requests[0][1]]
        tap.is_equal(sent, [80, 32, 31, 44, 1, 8, 55], "what is sent then is that")
        d.ends(0)
        d.let(60)
        tap.like(d.preview(0).out, "no session was open", "of what would be sent to nobody it says why")


def changed():
    with Held(nas=COA, enforce="enforce limit access { driver radius-coa limited }", steps="    at once limit access", verb="limit") as d:
        d.begin(0)
        d.begin(0, "S0b")
        d.spam(0)
        requests = d.requests(0)
        tap.is_equal(sorted(next(x for x in r["lines"] if "Session-Id" in x) for r in requests), ['Acct-Session-Id = "S0"', 'Acct-Session-Id = "S0b"'], "a packet for each session")
        tap.is_equal(requests[0]["what"], "CoA-Request", "to change it")
        tap.is_equal(requests[0]["lines"][-3:], ['Filter-Id = "limited"', 'vendor 14988 type 8 = "1M/1M"', "Session-Timeout = 3600"], "with what is set, decoded")


def stated():
    with Held(conf=SQL, enforce="enforce suspend access { driver aaa-sql blocked }", steps="    at once suspend access", verb="suspend") as d:
        d.spam(0)
        login = LOGIN % 0
        want = ["BEGIN",
                f'SELECT groupname, \'\', priority FROM radusergroup WHERE username = $1 ORDER BY priority, groupname LIMIT 33 FOR UPDATE   -- $1 = "{login}"',
                f'SELECT attribute, rtrim(op), value FROM aaa.checks WHERE username = $1 AND lower(attribute) = lower($2) ORDER BY id LIMIT 33 FOR UPDATE   -- $1 = "{login}", $2 = "Auth-Type"',
                f'DELETE FROM radusergroup WHERE username = $1   -- $1 = "{login}"',
                f'INSERT INTO radusergroup (username, groupname, priority) VALUES ($1, $2, $3::integer)   -- $1 = "{login}", $2 = "suspended", $3 = "7"',
                f'DELETE FROM aaa.checks WHERE username = $1 AND lower(attribute) = lower($2)   -- $1 = "{login}", $2 = "Auth-Type"',
                f'INSERT INTO aaa.checks (username, attribute, op, value) VALUES ($1, $2, $3, $4)   -- $1 = "{login}", $2 = "Auth-Type", $3 = ":=", $4 = "Reject"', "COMMIT"]
        request = d.requests(0)[0]
        tap.is_equal((request["to"], request["lines"]), ("database billing at /nonexistent", want), "the statements are shown, each with its values")


def put():
    target = rest.Rest(loopback(), [LOGIN % i for i in range(4)])
    with Held(hand="allow-hook 127.0.0.0/8", conf="", enforce="enforce suspend access { driver aaa-rest blocked }", steps="    at once suspend access", verb="suspend") as d:
        with open(os.path.join(d.dir, "token"), "w", encoding="ascii") as f:
            f.write(rest.TOKEN + "\n")
        d.more["conf"] += f"aaa-rest {{ url {target.url}; token-file {f.name} }}\n"
        d.spam(0)
        tap.like(d.preview(0).out, "no AAA system is configured", "where none is configured it says so")
        d.write_config()
        since = d.log.end()
        d.process.send_signal(signal.SIGHUP)
        for role in ("hand", "judge"):
            d.wait_role(role, since)
        d.settle()
        requests = d.requests(0)
        key = d.act(0)["key"]
        tap.is_equal([r["what"] for r in requests], ["PUT", "GET"], "the calls are shown")
        tap.unlike(json.dumps(requests), rest.TOKEN, "without the token")
        tap.is_equal(target.news(), [], "and not made")
        d.go()
        d.let(600)
        tap.is_equal((json.loads(requests[0]["lines"][1]), requests[0]["lines"][0]), (target.bodies[0][2], f"Idempotency-Key: {key}"), "what is put then is that")


def main():
    ended()
    changed()
    stated()
    put()


tap.skip_all(missing()) if missing() else tap.run(main)
