#!/usr/bin/env python3
"""What a step may cut: the instance that the address belongs to, and what could be struck where the register does not say which;
what depends on it, in rings too and of other customers; customers with more services than a step looks at."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

LIFELINE = 64
HEAD = "type,id,customer,kind,resource,service,depends,lifeline\n"
RING = [f"ring{i}" for i in range(9)]
CUSTOMERS = "type,id,email\n" + "".join(f"customer,c{i},c{i}@customers.example\n" for i in range(1, 7))
REGISTRY = HEAD + "".join((
    # c1: which of two mail services it is, is not known; one is a lifeline
    "service,m1,c1,mail,,,,\nservice,m2,c1,mail,,,,yes\nprefix,p1,c1,static,192.0.2.1/32,,,\n",
    # c2: the address names the one that is none
    "service,m3,c2,mail,,,,\nservice,m4,c2,mail,,,,yes\nprefix,p2,c2,static,192.0.2.2/32,m3,,\n",
    # c3: everything depends on everything, and an alarm on one of them
    "".join(f"service,{n},c3,{'mail' if n == 'ring0' else 'other'},,,{' '.join(x for x in RING if x != n)}{' alarm' if n == 'ring8' else ''},\n" for n in RING),
    "service,alarm,c3,alarm,,,,yes\nprefix,p3,c3,static,192.0.2.3/32,ring0,,\n",
    # c4: more than a step looks at, the offending one far behind
    "".join(f"service,many{i},c4,mail,,,,{'yes' if i == 99 else ''}\n" for i in range(100)) + "prefix,p4,c4,static,192.0.2.4/32,many90,,\n",
    # c5: a service of c2 stops with it
    "service,m5,c5,mail,,,m3,\nprefix,p5,c5,static,192.0.2.5/32,m5,,\n",
    # c6: nothing of the kind that is cut, but a telephone behind the same address
    "service,phone,c6,voice,,,,yes\nprefix,p6,c6,static,192.0.2.6/32,,,\n"))


def main():
    with Daemon(registry=None) as d:
        d.check("registry", "import", "-", stdin=CUSTOMERS)
        d.check("registry", "import", "-", stdin=REGISTRY)
        for i in range(1, 6):
            for n, who in enumerate("abc"):
                d.smtp_send(arf(f"192.0.2.{i}", number=n, reporter=f"fbl@reporter-{who}.example"))
        d.report(xarf("192.0.2.6", "connection", "exploit"))
        d.pass_time("8d")
        acts, story = {}, {}
        for case in d.cases():
            shown = d.check("case", "show", case["case"], "--json").json
            told = d.check("case", "explain", case["case"]).out
            customer = re.search(r"^customer +(\S+)", told, re.M).group(1)
            acts[customer] = {a["verb"]: a for a in shown["acts"]}
            story[customer] = told
        tap.is_equal(sorted(acts), [f"c{i}" for i in range(1, 7)], "a case each")

        def held(customer, verb="suspend"):
            return bool(acts[customer][verb].get("hold", 0) & LIFELINE)

        tap.ok(held("c1"), "which of two it is, is not known: a person looks before the lifeline could be cut", acts["c1"])
        tap.like(story["c1"], r"suspend waits for a person: it could cut a lifeline", "and the story says that it is not known")
        tap.is_equal((held("c2"), acts["c2"]["suspend"].get("instance")), (False, "m3"), "where it is known, the other one holds nothing up")
        tap.ok(held("c3"), "a lifeline at the end of a ring of services holds it", acts["c3"])
        tap.like(story["c3"], r"suspend waits for a person: it would cut a lifeline", "for sure")
        tap.is_equal((held("c4"), acts["c4"]["suspend"].get("instance")), (False, "many90"), "the offending one is found among a hundred")
        tap.like(story["c5"], r"limit mail, and with it what depends on it: m3", "what stops with it is told")
        tap.ok(held("c6"), "cutting the access could cut the telephone behind it", acts["c6"])
        tap.like(story["c2"], r"\nservice +m3\n", "the story names the service")


tap.skip_all(missing()) if missing() else tap.run(main)
