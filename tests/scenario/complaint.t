#!/usr/bin/env python3
"""The main job: three reporters complain by mail, a case opens, the customer gets a letter, silence brings the limit."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing


def main():
    with Daemon() as d:
        for n, who in enumerate("abc"):
            reply = d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@reporter-{who}.example"))
            tap.is_equal(reply.code, 250, f"complaint {n + 1} is taken", reply.text)
        reply = d.lmtp(arf("198.51.100.9", number=9))
        tap.is_equal(reply.code, 250, "one about an address of nobody of ours is taken too")
        d.settle()
        cases = d.cases()
        tap.is_equal(len(cases), 1, "one case")
        tap.is_equal(cases[0]["body"]["customer"], "acme", "of the customer behind the address")
        tap.is_equal(cases[0]["body"]["clause"], "email.unsolicited", "under the clause of unsolicited mail")
        tap.ok(d.sink.wait(lambda letters: any("it@acme.example" in l.recipients for l in letters)), "the customer gets a letter", d.sink.letters)
        notice = next(l for l in d.sink.letters if "it@acme.example" in l.recipients)
        tap.like(notice.text(), "203.0.113.17", "which names the address")
        tap.like(notice.message_id or "", r"@example\.net>$", "and has a Message-ID of our domain")
        number = cases[0]["case"]
        story = d.check("case", "explain", number).out
        tap.like(story, "email.unsolicited", "explain names the clause")
        d.pass_time("72h")
        acts = d.check("case", "show", number, "--json").json["acts"]
        limits = [a for a in acts if a["verb"] == "limit"]
        tap.is_equal([a["state"] for a in limits], ["held"] * len(limits) or ["none"], "the limit is there, and held: observe only")
        d.check("case", "resolve", number, "mended")
        d.settle()
        tap.is_equal(d.cases()[0]["state"], "resolved", "a person resolves it")


tap.skip_all(missing()) if missing() else tap.run(main)
