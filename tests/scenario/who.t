#!/usr/bin/env python3
"""Look-ups: whose it was then, by address, domain, mailbox and login, at a time, with grade and reasons; "not ours" and "cannot
tell" apart; and that every look-up of a person is recorded and can be shown."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing

REGISTRY = """type,id,customer,reseller,class,kind,resource,service,from,until
reseller,res,,,reseller,,,,,
customer,a,,res,business,,,,,
customer,b,,,residential,,,,,
prefix,own,,,,,192.0.2.0/24,,,
prefix,wide,a,,,static,192.0.2.0/26,,,
prefix,old,a,,,static,192.0.2.32/28,,2026-01-01,2026-03-01
prefix,new,b,,,static,192.0.2.32/28,,2026-03-01,
prefix,pool,,,,dynamic,192.0.2.64/27,,,
prefix,nat,b,,,shared,192.0.2.96/28,,,
prefix,below,a,,,delegated,192.0.2.112/28,,,
prefix,six,b,,,static,2001:db8:7::/48,,,
domain,dom,a,,,,example.co.uk,,,
domain,sub,b,,,,shop.example.co.uk,,,
mailbox,box,b,,,,joe@example.co.uk,,,
login,log,b,,,,joe7,,,
login,log2,a,,,,joe@dsl.example.net,,,
login,log3,b,,,,example.co.uk,,,
asn,as,a,,,,64496,,,
customer,gone,,,,,,,,2026-01-01
prefix,left,gone,,,static,192.0.2.128/28,,,
domain,idn,a,,,,bücher.example,,,
"""


def main():
    with Daemon(registry=None) as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        asked = 0

        def who(what, *more):
            nonlocal asked
            asked += 1
            return d.check("who", what, *more, "--because", f"question {asked}", "--json").json["subject"]

        def brief(s):
            return (s["ours"], s["grade"], s.get("customer", ""))

        for what, more, want, why in (
                ("192.0.2.7", (), ("yes", "A", "a"), "the longest prefix that a customer holds"),
                ("192.0.2.40", (), ("yes", "A", "b"), "a longer one inside it"),
                ("192.0.2.40", ("--at", "2026-02-01T00:00:00Z"), ("yes", "A", "a"), "its holder at another time"),
                ("192.0.2.40", ("--at", "2026-03-01T00:00:30Z"), ("yes", "C", "b"), "two holders within the uncertainty of the time"),
                ("192.0.2.70", (), ("cannot-tell", "D", ""), "dynamic space without session data: cannot tell"),
                ("192.0.2.99", (), ("yes", "E", "b"), "a shared address without a port"),
                ("192.0.2.99", ("--port", "4711"), ("yes", "A", "b"), "and with one"),
                ("192.0.2.115", (), ("yes", "B", "a"), "a delegated prefix is sure of the reseller only"),
                ("192.0.2.200", (), ("cannot-tell", "D", ""), "our own space that nobody holds: cannot tell"),
                ("198.51.100.1", (), ("no", "-", ""), "an address of nobody of ours"),
                ("2001:db8:7::1", (), ("yes", "A", "b"), "IPv6"),
                ("example.co.uk", (), ("yes", "C", "b"), "a domain and a login of the same name that two customers have"),
                ("WWW.Example.CO.UK.", (), ("yes", "A", "a"), "a name below it, however written"),
                ("shop.example.co.uk", (), ("yes", "A", "b"), "the nearest domain decides"),
                ("co.uk", (), ("no", "-", ""), "nobody is asked for a public suffix"),
                ("notexample.co.uk", (), ("no", "-", ""), "a name that only ends alike is another one"),
                ("joe@example.co.uk", (), ("yes", "A", "b"), "a mailbox comes before its domain"),
                ("ann@example.co.uk", (), ("yes", "A", "a"), "a mailbox that is not known belongs to its domain"),
                ("JOE7", (), ("yes", "A", "b"), "a login"),
                ("nobody", (), ("no", "-", ""), "a login of nobody"),
                ("192.0.2.40", ("--at", "2026-02-28T23:57:59.999999Z"), ("yes", "A", "a"), "the last instant that is sure before a change of hands"),
                ("192.0.2.40", ("--at", "2026-02-28T23:59:59.999Z"), ("yes", "C", "a"), "a millisecond before it"),
                ("192.0.2.40", ("--at", "2026-03-01T00:00:00Z"), ("yes", "C", "b"), "at it"),
                ("192.0.2.40", ("--at", "2026-03-01T00:02:00Z"), ("yes", "A", "b"), "the first instant that is sure after it"),
                ("192.0.2.40", ("--at", "2026-02-28"), ("yes", "C", "a"), "a whole day, with what is unsure about its end"),
                ("192.0.2.130", (), ("cannot-tell", "D", ""), "a holder who was no customer any more"),
                ("::ffff:192.0.2.7", (), ("yes", "A", "a"), "an IPv4 address in IPv6's clothes"),
                ("2001:db8:7:8::/64", (), ("yes", "A", "b"), "a prefix inside a delegated one"),
                ("192.0.2.0/24", (), ("cannot-tell", "D", ""), "a prefix of which a part is dynamic"),
                ("xn--bcher-kva.example", (), ("yes", "A", "a"), "a domain in the other form of IDN"),
                ("BÜCHER.example.", (), ("yes", "A", "a"), "and as people write it"),
                ("Joe@DSL.example.net", (), ("yes", "A", "a"), "a login with its realm"),
                ("joe@other.example.net", (), ("no", "-", ""), "another realm is another login"),
                ("as64496", (), ("yes", "A", "a"), "an AS number")):
            s = who(what, *more)
            tap.is_equal(brief(s), want, f"{what} {' '.join(more)}: {why}")
            tap.ok(s.get("reasons"), "with its reasons")
        s = who("192.0.2.7")
        tap.is_equal((s["resellers"], s["tenant"], s["binding"]), (["res"], "/res/", "prefix 192.0.2.0/26"), "the reseller, the view, the binding")
        text = d.check("who", "192.0.2.70", "--because", "in words").out
        asked += 1
        tap.like(text, r"ours: cannot-tell\ngrade: D\n.*because: .*dynamically", "in words too")
        tap.is_equal(d.aup("who", "192.0.2.7").rc, 2, "without a reason there is no answer")
        tap.is_equal(d.aup("who", "192.0.2.7", "--because", " ").rc, 1, "a blank is no reason")
        for more in ({}, {"because": ""}, {"because": " \t"}):
            r = d.api("/v1/command", "POST", json.dumps({"op": "who", "source": "192.0.2.7", **more}))
            tap.is_equal((r.status, b"subject" in r.body), (409, False), "nor by the API", r.body)
        r = d.api("/v1/command", "POST", json.dumps({"op": "who", "source": "192.0.2.7", "because": "x", "port": 70000}))
        tap.is_equal((r.status, b"subject" in r.body), (409, False), "a port that is none is not left away", r.body)
        tap.is_equal(d.aup("who", "192.0.2.7", "--at", "soon", "--because", "x").rc, 2, "a time must be one")
        rows = d.check("lookups", "--json", "--limit", "500").json["lookups"]
        tap.is_equal(len(rows), asked, "every look-up is recorded, and what was refused is none")
        tap.is_equal({r["operator"] for r in rows}, {"tester"}, "with who asked")
        tap.is_equal(sorted(r["because"] for r in rows if r["because"].startswith("q")), sorted(f"question {i + 1}" for i in range(asked - 1)), "and why")
        tap.ok(any(r["asked"] == "192.0.2.40 at 2026-02-01T00:00:00Z" for r in rows), "and about what and when", rows)
        tap.is_equal(d.check("lookups", "--operator", "nobody", "--json").json["lookups"], [], "listed by operator")
        tap.like(d.check("lookups", "--limit", "1").out, r"^\d{4}-\S+  tester asked for \S+: ", "in words")
        with open(os.path.join(d.data, "aupd.db"), "rb") as f:
            data = f.read()
        for name in os.listdir(d.data):
            if name.startswith("aupd.db-"):
                with open(os.path.join(d.data, name), "rb") as f:
                    data += f.read()
        tap.ok(b"192.0.2.40 at 2026" not in data, "what was asked lies sealed in the store")
        text = d.check("who", "192.0.2.40", "--at", "2026-03-01T00:00:00Z", "--because", "all of them").out
        asked += 1
        tap.like(text, r"candidate: a\ncandidate: b\n|candidate: b\ncandidate: a\n", "all who could be meant are told")
        d.restart()
        tap.is_equal(len(d.check("lookups", "--json", "--limit", "500").json["lookups"]), asked, "the records outlive a restart")


tap.skip_all(missing()) if missing() else tap.run(main)
