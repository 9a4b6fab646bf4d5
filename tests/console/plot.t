#!/usr/bin/env python3
"""A drawing of the server that becomes a plot which can be looked into: a month of five minutes, with what is not known left out; and one that stays as it is."""
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import Daemon, missing

CELLS = 8928
MONTH = {"from": "2026-03-01T00:00:00Z", "in": [i * 7919 % 3_000_000_000 for i in range(CELLS)], "out": [i * 104729 % 900_000_000 for i in range(CELLS)],
         "state": "." * 4000 + "?" * 500 + "i" * 100 + "." * (CELLS - 4600), "p95": {"in": {"bits_per_s": 60_000_000}}}
BEGIN = """address => {
	const figure = document.createElement('figure');
	figure.className = 'plot';
	figure.dataset.series = address;
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	svg.setAttribute('aria-label', 'Use of acme');
	figure.append(svg, document.createElement('figcaption'));
	document.querySelector('main').append(figure);
	const module = document.querySelector('script[type=module]').src.replace('app.js', 'plot.js');
	return import(module).then(m => m.begin());
}"""


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d, screen.Screen(d) as s:
        s.account("ann", "viewer")
        p = s.log_in("ann")
        tap.ok(not p.js("() => performance.getEntriesByType('resource').some(r => r.name.includes('uplot'))"), "a page without a plot does not load what draws them")
        for what, body in (("another list", {**MONTH, "out": [1]}), ("no list", {"from": "2026-03-01T00:00:00Z"})):
            p.call(["route", "**/bad.json", f"js:route => route.fulfill({{ json: {json.dumps(body)} }})"])
            p.js(BEGIN, "/bad.json")
            p.call(["waitForFunction", "js:() => performance.getEntriesByType('resource').some(r => r.name.endsWith('/bad.json'))"])
            tap.is_equal((p.at("figure canvas").count(), p.js("() => document.querySelector('figure svg').style.display")), (0, ""), f"of {what} the drawing stays")
            p.call(["unroute", "**/bad.json"])
            p.goto("/cases")
        p.call(["route", "**/month.json", f"js:route => route.fulfill({{ json: {json.dumps(MONTH)} }})"])
        p.js(BEGIN, "/month.json")
        p.wait("figure.plot canvas")
        tap.is_equal(p.js("() => document.querySelector('figure.plot svg').style.display"), "none", "the plot takes the place of the drawing")
        tap.is_equal(p.at("figure.plot .drawn")("getAttribute", "aria-label"), "Use of acme", "under its name")
        p.call(["hover", "figure.plot .u-over"])
        tap.like(p.at("figure.plot .u-legend").text(), r"2026-03-\d\d \d\d:\d\d.*(Mbit/s|not known)", "under the pointer it says when, and how much")
        s.quiet(p, "the plot")


tap.run(main)
