#!/usr/bin/env python3
"""Each page for customers, resellers and reporters in a real browser: in both themes, on a telephone, valid and silent; and a customer who answers
by the link of his letter, with script off."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import TOP, Daemon, arf, missing, xarf
from desk import null_policy

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,bigres,,,reseller,,,en,abuse@bigres.example,2026-01-01T00:00:00Z
customer,shop,bigres,,business,,,en,it@shop.example,2026-01-01T00:00:00Z
prefix,p-shop,,shop,,static,198.18.1.1/32,,,2026-01-01T00:00:00Z
customer,acme,,,business,,,en,it@acme.example,2026-01-01T00:00:00Z
prefix,p-acme,,acme,,static,198.18.2.1/32,,,2026-01-01T00:00:00Z
prefix,p-line,,acme,,static,127.0.0.1/32,,,2026-01-01T00:00:00Z
service,m-acme,,acme,,mail,,,,2026-01-01T00:00:00Z
"""
ROW = re.compile(r'^\t\{ "(/[^"]*)", "([a-z0-9-]+)", "[^"]*", ([A-Z]+), \{', re.M)
SAMPLES = {
    "CUSTOMER": {"/p/": "/p/", "/p/cases/{case}": "/p/cases/{acme}", "/p/account": "/p/account"},
    "RESELLER": {"/r/": "/r/", "/r/cases": "/r/cases", "/r/cases/{case}": "/r/cases/{shop}", "/r/account": "/r/account"},
    "NOBODY": {"/report": "/report", "/report/{receipt}": "/report/{receipt}"},
}


def rows():
    with open(os.path.join(TOP, "src", "web", "pages_portal.c"), encoding="utf-8") as f:
        return ROW.findall(f.read())


def fill(d):
    for n, name in enumerate("abc", 1):
        d.smtp_send(arf("198.18.2.1", number=n, reporter=f"{name}@reporter.example", subject=HOSTILE), sender="")
    d.report(xarf("198.18.1.1", url=f"http://198.18.1.1/{HOSTILE}"), token="t")
    d.settle()
    d.check("enforcement", "on")
    d.pass_time("50h")
    d.settle()
    body = '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello 198.18.2.1\r\n--b--\r\n'
    a = d._http(("tcp", (d.address, d.ports["http"])), "POST", "/report/send", body, {"Content-Type": "multipart/form-data; boundary=b"})
    d.settle()
    letter = next(x for x in d.sink.letters if x.recipients == ["it@acme.example"])
    return {**{c: d.cases("--customer", c)[0]["case"] for c in ("acme", "shop")}, "receipt": a.headers["location"].rsplit("/", 1)[1],
            "link": re.search(r"https://abuse\.example\.net(/p/[\w-]{22})\s", letter.text()).group(1)}


def pages_of(s, p, scope, made):
    for pattern, name, of in rows():
        if of == scope:
            tap.ok(pattern in SAMPLES[scope], f"{pattern} has a sample")
            p.goto(SAMPLES[scope].get(pattern, "/").format(**made))
            tap.is_equal(p.status, 200, f"{pattern} is there")
            s.look(p, f"{scope.lower()}-{name}")


def answers(s, d, made):
    """Ten seconds with the letter in hand: what happened, and one button; with script off, on a telephone."""
    p = s.page(javaScriptEnabled=False, viewport={"width": 320, "height": 700})
    p.goto(made["link"])
    tap.like(p.text(), r"What happened[\s\S]*How to put it right", "the link of a letter shows the case")
    form = p.at("form[action^='/p/']").nth(0)
    p.at("section[aria-labelledby=fixed] textarea").fill("cleaned up")
    p.at("section[aria-labelledby=fixed] button").click()
    p.wait_text("We look whether it happens again")
    d.settle()
    tap.ok("fixed" in [e["type"] for e in d.check("case", "show", "--json", made["acme"]).json["events"]], "and what the customer says begins a recheck", form)
    p.close()


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    with Daemon(policy=None, registry=None, start=False, listens=("smtp", "lmtp", "http", "ingest", "api")) as d:
        d.write_config(conf=f"key-rate 6000\nform-rate 100\nweb-url https://abuse.example.net\nlisten garden {d.address}:2681")
        d.start()
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=REGISTRY)
        with screen.Screen(d) as s:
            made = fill(d)
            s.look(s.page().goto(made["link"]), "link")
            s.look(s.page().goto("/p/" + "A" * 22), "gone")
            pages_of(s, s.page(), "NOBODY", made)
            s.account("acme-user", None, "--customer", "acme")
            s.account("bigres-user", None, "--reseller", "bigres")
            pages_of(s, s.log_in("acme-user"), "CUSTOMER", made)
            pages_of(s, s.log_in("bigres-user"), "RESELLER", made)
            answers(s, d, made)
            s.base = f"http://{d.address}:2681"
            s.look(s.page().goto("/anything"), "blocked")
            s.validate()


if __name__ == "__main__":
    tap.run(main)
