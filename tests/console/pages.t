#!/usr/bin/env python3
"""Each page of the tables of pages in a real browser: for people who see, hear or use a telephone, in both themes, valid, silent, and whole with
script off. A page without a sample here fails."""
import glob
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import TOP, Daemon, arf, crlf, missing

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
PROSE = crlf(f"""From: <neighbour@elsewhere.example>
To: <abuse@example.net>
Subject: {HOSTILE}
Message-ID: <prose@elsewhere.example>

Somebody at 203.0.113.17 knocks at my server all night {HOSTILE}.
""")
ROW = re.compile(r'^\t\{ "(/[^"]*)", "([a-z0-9-]+)", "[^"]*", ([A-Z_ |()]+), \{', re.M)
REACHED = """() => [...document.querySelectorAll('main a[href], main form')].map(e => e.tagName + ' ' + (e.getAttribute('href') ?? e.getAttribute('action'))).sort()"""

# by path of the table: an address, or several, in which {case} and the like stand for what was made
SAMPLES = {
    "/": ["/"],
    "/cases": ["/cases", "/cases?state=closed"],
    "/cases/{case}": ["/cases/{case}"],
    "/cases/{case}/reports/{report}": ["/cases/{case}/reports/{report}"],
    "/raw/{item}": ["/raw/{item}"],
    "/cases/{case}/notice": ["/cases/{open}/notice"],
    "/bulks": ["/bulks"],
    "/unattributed": ["/unattributed", "/unattributed?shift=2h"],
    "/intake": ["/intake", "/intake?state=discarded"],
    "/intake/{item}": ["/intake/{item}"],
    "/actions": ["/actions"],
    "/appeals": ["/appeals"],
    "/approvals": ["/approvals"],
    "/queues/{queue}": ["/queues/due?within=7d"],
    "/coverage": ["/coverage"],
    "/detectors/{detector}": ["/detectors/messaging.spam", "/detectors/usage.over-limit"],
    "/audit": ["/audit", "/audit?operator=nobody"],
    "/admin": ["/admin"],
    **{f"/admin/{x}": [f"/admin/{x}"] for x in ("keys", "webhooks", "macros", "feeds", "retention", "settings")},
    "/admin/letters": ["/admin/letters", "/admin/letters?name=notice"],
    "/reports": ["/reports", "/reports?form=public", "/reports?from=2020-01-01&until=2020-02-01"],
    "/me": ["/me"],
    "/cluster": ["/cluster"],
    "/policy": ["/policy"],
    "/policy/{version}": ["/policy/2026-03-01"],
    "/policy/{from}..{to}": ["/policy/2026-03-01..next"],
    "/policy/{version}/backtest": ["/policy/2026-03-01/backtest", "/policy/next/backtest"],
    "/policy/{version}/draft": ["/policy/2026-03-01/draft", "/policy/next/draft?file=mail.policy"],
    "/customers": ["/customers"],
    "/customers/{customer}": ["/customers/acme", "/customers/acme?because=a+test", "/customers/acme?because=a+test&clear=yes"],
    "/customer": ["/customer?customer=acme&because=a+test"],
    "/customers/{customer}/usage": ["/customers/acme/usage", "/customers/acme/usage?because=a+test"],
    "/resellers": ["/resellers"],
    "/resellers/{reseller}": ["/resellers/hostland"],
    "/reporters": ["/reporters"],
    "/reporters/{owner}": ["/reporters/spam.example"],
    "/holds": ["/holds"],
    "/who": ["/who", "/who?source=203.0.113.17&because=a+test", "/who?source=!&because=a+test"],
}


def rows():
    for path in sorted(glob.glob(os.path.join(TOP, "src", "web", "pages_*.c"))):
        with open(path, encoding="utf-8") as f:
            yield from ROW.findall(f.read())


def fill(d):
    for n, who in enumerate("abc", 1):
        d.smtp_send(arf(number=n, reporter=f"fbl@reporter-{who}.example", subject=HOSTILE))
        d.smtp_send(arf("203.0.113.66", number=10 + n, reporter=f"fbl@reporter-{who}.example", subject=HOSTILE))
    d.smtp_send(PROSE)
    d.settle()
    with open(os.path.join(TOP, "policy", "mail.policy"), encoding="utf-8") as f:
        text = f.read().replace("because \"", "because \"said anew: ")
    d.api("/v1/command", "POST", json.dumps({"op": "policy-draft", "from": "2026-03-01", "version": "next", "significant": "no", "file": "mail.policy", "content": text}))
    case, other = (d.cases("--customer", who)[0]["case"] for who in ("acme", "bakery"))
    d.api("/v1/command", "POST", json.dumps({"op": "macro-add", "name": "ask-back", "steps": [{"do": "note", "text": "asked for {ask what}"}]}))
    d.check("case", "appeal", case, f"it was not me {HOSTILE}")
    d.check("case", "attach", case, "-", "--name", HOSTILE.replace("/", ""), "--text", HOSTILE, stdin=b"a log")
    events = d.check("case", "show", "--json", case).json["events"]
    d.aup("policy", "backtest", "--draft", "next", "--keep")
    d.check("reporter", "distrust", "spam.example", "--because", "a test")
    d.check("hold", "--until", "9d", "--because", "a test", "acme")
    return {"case": case, "open": other, "report": next(e["n"] for e in events if e.get("raw")), "item": json.loads(d.api("/v1/intake?state=waiting").body)["rows"][0]["key"]}


def strangers(s):
    p = s.page()
    for path, name in (("/login", "login"), ("/welcome", "welcome")):
        s.look(p.goto(path), name)


def trials(s, p, made):
    """What is shown before it is done."""
    p.goto("/cases").at("[name='l:cases']").nth(0).click()
    p.at("[name=text]").nth(0).fill("ann")
    p.at("button", "Try with those").click()
    p.wait_path("^/try$")
    s.look(p, "try-bulk")
    p.goto(f"/cases/{made['case']}").at("summary", "Run a macro").click()
    p.at("[name='s:what']").fill("logs")
    p.at("button", "Try ask-back").click()
    p.wait_path("^/try$")
    s.look(p, "try-macro")


def look(s, p, bare, name, path):
    p.goto(path)
    if not tap.is_equal(p.status, 200, f"{path} is there"):
        return
    s.look(p, name)
    tap.is_equal(sorted(set(p.js(REACHED)) - set(reached(bare.goto(path)))), [], f"{path}: what it leads to, it leads to with script off, too")


def reached(bare):
    """A browser whose script is off runs none of ours either: what it shows is read from its HTML."""
    html = bare.call(["content"])
    main = html[html.index("<main"):html.index("</main>")]
    links = re.findall(r'<a [^>]*?href="([^"]*)"', main)
    forms = re.findall(r'<form [^>]*?action="([^"]*)"', main)
    return [f"A {x.replace('&amp;', '&')}" for x in links] + [f"FORM {x.replace('&amp;', '&')}" for x in forms]


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d, screen.Screen(d) as s:
        made = fill(d)
        strangers(s)
        s.account("ann", "admin")
        p = s.log_in("ann")
        bare = s.page(javaScriptEnabled=False, storageState=p.call(["context"], ["storageState"]))
        for pattern, template, scopes in rows():
            if "OPERATOR" not in scopes:
                continue
            tap.ok(pattern in SAMPLES, f"{pattern} has a sample")
            for n, sample in enumerate(SAMPLES.get(pattern, [])):
                look(s, p, bare, f"{template}-{n}" if n else template, sample.format(**made))
        trials(s, p, made)
        s.look(p.goto("/prove"), "prove")
        s.look(p.goto("/nothing"), "error")
        s.validate()


if __name__ == "__main__":
    tap.run(main)
