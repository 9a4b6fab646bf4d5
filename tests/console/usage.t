#!/usr/bin/env python3
"""What a customer used, on its page: a day of readings against the contract, drawn by the server and, where script runs, as a plot; the same figures in both."""
import math
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import missing
from metered import Metered

READINGS = 144                                  # a day of them
AGREED = "type,id,customer,kind,value,unit\nlimit,l1,a,usage-p95-max,20,Mbit/s\nlimit,l2,a,usage-volume-sum,200,GB\n"
PAGE = "/customers/a/usage?because=a+bill"


def day(d):
    """More in the evening than at night, and an hour of which nothing is told."""
    t0, octets = d.say("start", "S1", "alice", 0), [0, 0]
    for n in range(READINGS):
        d.let(600)
        much = 1 + math.sin(math.pi * n / READINGS) * 20
        octets = [octets[0] + int(much * 7e6), octets[1] + int(much * 37e6)]
        if not 40 <= n < 46:
            d.say("interim", "S1", "alice", int(d.now) - t0, tuple(octets))


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Metered(listens=("smtp", "api")) as d, screen.Screen(d) as s:
        d.check("registry", "import", "-", stdin=AGREED)
        day(d)
        s.account("ann", "senior")
        p = s.log_in("ann").goto(PAGE)
        p.wait("figure.plot canvas")
        told = d.check("usage", "a", "--because", "x", "--json").json
        for way in ("in", "out"):
            rate = told["p95"][way]["bits_per_s"] / 1e6
            tap.ok(f"{math.floor(rate * 10) / 10:.1f} Mbit/s" in p.text(), f"the percentile {way} is that of the meter", rate, p.text())
        tap.ok(re.search(r"\d[\d,]* samples", p.text()), "with the number of its samples")
        first = p.at("main table", text="Greatest in").at("tbody tr").nth(0)
        tap.like(first.text(), "not known", "a day of which nothing was told is not known, and not zero")
        s.look(p, "usage-drawn")
        bare = s.page(javaScriptEnabled=False, storageState=p.call(["context"], ["storageState"])).goto(PAGE)
        tap.is_equal((bare.at("figure.plot svg").count() > 0, bare.at("figure.plot canvas").count()), (True, 0), "with script off the drawing of the server stands there")
        tap.ok(bare.at("main table").count() > 0, "  and its table")
        s.quiet(bare, "with script off")
        s.validate()


if __name__ == "__main__":
    tap.run(main)
