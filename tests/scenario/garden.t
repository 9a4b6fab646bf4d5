#!/usr/bin/env python3
"""The walled garden: whatever a blocked line asks for leads to one small page, which says to that line alone why, since when and what to do; and
over TLS it tells devices whether their network is held back (RFC 8908)."""
import json
import os
import re
import ssl
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Page
from daemon import LIMIT, Answer, Daemon, arf, missing
from desk import START, null_policy
import http.client

LINE, FREE, SHARED, TWICE, FOREIGN = "127.9.1.1", "127.9.1.2", "127.9.1.3", "127.9.1.4", "127.9.1.9"
REGISTRY = f"""type,id,customer,kind,resource,language,email,from
customer,acme,,,,de,it@acme.example,{START}
prefix,p-acme,acme,static,{LINE}/32,,,{START}
prefix,q-acme,acme,static,198.18.2.1/32,,,{START}
service,m-acme,acme,mail,,,,{START}
customer,bolt,,,,en,it@bolt.example,{START}
prefix,p-bolt,bolt,static,{FREE}/32,,,{START}
prefix,x-acme,acme,static,{TWICE}/32,,,{START}
prefix,x-bolt,bolt,static,{TWICE}/32,,,{START}
prefix,p-pool,,dynamic,{SHARED}/32,,,{START}
"""
PORT, TLS_PORT = 2680, 2681


class Garden:
    def __init__(self, d):
        self.d = d

    def ask(self, path, source=LINE, method="GET", host="news.example", headers=None, body=None):
        c = http.client.HTTPConnection(self.d.address, PORT, timeout=LIMIT, source_address=(source, 0))
        try:
            c.request(method, path, body, {"Host": host, **(headers or {})})
            r = c.getresponse()
            return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            c.close()

    def page(self, source=LINE, query="", **more):
        return Page(self.ask("/blocked" + query, source, **more))


class Secret(Garden):
    """The same over TLS."""

    def __init__(self, d, cert):
        super().__init__(d)
        self.context = ssl.create_default_context(cafile=cert)

    def ask(self, path, source=LINE, method="GET", host=None, headers=None, body=None):
        c = http.client.HTTPSConnection(self.d.address, TLS_PORT, timeout=LIMIT, source_address=(source, 0), context=self.context)
        try:
            c.request(method, path, body, {**({"Host": host} if host else {}), **(headers or {})})
            r = c.getresponse()
            return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            c.close()

    def captive(self, source=LINE, **more):
        a = self.ask("/captive", source, headers={"Accept": "application/captive+json"}, **more)
        return json.loads(a.body) if a.status == 200 else a.status


def certificate(d):
    cert, key = os.path.join(d.dir, "cert.pem"), os.path.join(d.dir, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=garden", "-addext",
                    f"subjectAltName=IP:{d.address}", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def free(d, s):
    page = f"https://{d.address}:{TLS_PORT}/blocked"
    a = s.ask("/captive")
    tap.is_equal((a.status, a.headers["content-type"], a.headers["cache-control"]), (200, "application/captive+json", "no-store"), "a device is answered in the form of RFC 8908")
    tap.is_equal(s.captive(), {"captive": False, "user-portal-url": page}, "while only mail is limited the network of the line is not held back")
    tap.is_equal(s.captive(FREE), {"captive": False, "user-portal-url": page}, "nor is another line's")
    tap.is_equal([s.captive(x) for x in (SHARED, TWICE, FOREIGN)], [503] * 3, "a line of which it cannot be told hears neither yes nor no")
    tap.is_equal(s.captive(host="evil.example/\" x"), {"captive": False}, "what is no host leads nowhere")
    tap.is_equal((Garden(d).ask("/captive").status, s.ask("/captive", method="POST", body=b"x").status), (302, 302), "in clear, or by another method, it is no API")
    tap.is_equal(s.page().status, 200, "the page is there over TLS, too")


def captured(d, s, number):
    d.check("case", "emergency", number, "access", "--because", "a flood")
    d.pass_time("1m")
    d.settle()
    tap.is_equal((s.captive()["captive"], s.captive(FREE)["captive"]), (True, False), "when the access itself is suspended the line hears that, and nobody else")
    d.kill("judge")
    tap.ok(s.captive() in (503, {"captive": True, "user-portal-url": f"https://{d.address}:{TLS_PORT}/blocked"}), "while the judge is away it is an error, not a no")
    d.wait_role("judge")
    d.check("case", "resolve", number, "mended")
    d.pass_time("1m")
    d.settle()
    tap.is_equal(s.captive()["captive"], False, "and when it is lifted, that")


def leads(g):
    for path, host, method in (("/", "news.example", "GET"), ("/generate_204", "connectivitycheck.example", "GET"), ("/a/b?c=d", "[2001:db8::1]", "GET"), ("/v1/my", "x", "GET"),
                               ("/login", "x", "GET"), ("/p/" + "A" * 22, "x", "GET"), ("/l/" + "A" * 22, "x", "GET"), ("/report", "x", "GET"), ("/do", "x", "POST"), ("/blocked", "x", "POST"),
                               ("//evil.example/", "x", "GET"), ("/v1/command", "x", "POST")):
        a = g.ask(path, host=host, method=method, body=b"a=b" if method == "POST" else None)
        tap.is_equal((a.status, a.headers["location"], a.headers["cache-control"]), (302, "/blocked", "no-store"), f"{method} {host}{path} leads to the page")
    a = g.ask("/v1/my", headers={"Authorization": "Bearer aup_" + "A" * 43})
    tap.is_equal((a.status, a.headers["location"]), (302, "/blocked"), "no key is looked at here")


def general(g, what, page):
    tap.is_equal(page.status, 200, f"{what}: there is a page")
    tap.ok("This connection is led here" in page.text and not re.search(r"C-\d|acme|bolt|mail", page.text.replace("mailto", "").split("Questions")[0]), f"{what}: it names no case and nobody", page.text)


def told(g, number):
    page = g.page()
    tap.is_equal([a["lang"] for t, a in page.tags if t == "html"], ["de"], "the line of the customer is told in the language of the register")
    tap.like(page.text, rf"Ihr Anschluss ist eingeschränkt Dienst: mail\. Seit \d{{4}}-\d\d-\d\d \d\d:\d\d UTC\. Warum .* \(email\.unsolicited\)\. Fall {number}\. Was jetzt zu tun ist Lesen Sie unser Schreiben",
             "what is in force, since when, why, and what to do")
    tap.like(page.text, r"https://abuse\.example\.net/p/.*abuse@example\.net.*Notrufe \(112\)", "where, whom to ask, and that calls for help go through")
    tap.like(g.page(query="?lang=en").text, r"Your connection is limited Service: mail.*What to do now", "and in another that is asked for")
    tap.unlike(page.html, r"acme|127\.9|198\.18|reporter|<script|src=", "nothing of a name, an address or a reporter is on it")
    for what, source in (("another customer's line", FREE), ("a line of a pool without a binding", SHARED), ("a line that two customers hold by the register", TWICE), ("a line that is not ours", FOREIGN)):
        general(g, what, g.page(source))
    forged = g.page(FREE, headers={"X-Forwarded-For": LINE, "Forwarded": f"for={LINE}"})
    general(g, "another's line that names that one", forged)


def small(g):
    a = g.ask("/blocked")
    page = Page(a)
    css = [x["href"] for t, x in page.tags if t == "link"]
    style = g.ask(css[0])
    tap.is_equal((len(css), style.status, style.headers["content-type"]), (1, 200, "text/css; charset=utf-8"), "it needs one style sheet")
    size = len(a.body) + len(style.body)
    tap.ok(size < 20 << 10, "page and style are small enough for a line of 64 kbit/s", size)
    tap.is_equal([x for t, x in page.tags if t in ("img", "script", "iframe") or "http" in x.get("href", "")], [], "nothing else is loaded, and nothing from elsewhere")
    tap.like(a.headers["content-security-policy"], r"default-src 'none'", "by its policy, too")


def recorded(d):
    looks = d.check("lookups", "--json").json["lookups"] if d.aup("lookups", "--json").rc == 0 else d.check("registry", "lookups", "--json").json["lookups"]
    mine = [x for x in looks if "walled garden" in x["because"]]
    tap.ok(mine and mine[0]["operator"] == "nobody" and {x["asked"] for x in mine} <= {LINE, FREE}, "each look is recorded", *looks)


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(policy=None, registry=None, start=False, listens=("smtp", "lmtp", "http", "ingest", "api")) as d:
        cert, key = certificate(d)
        d.write_config(conf=f"key-rate 6000\nweb-url https://abuse.example.net\nlisten garden {d.address}:{PORT}\nlisten garden {d.address}:{TLS_PORT} tls {cert} {key}")
        d.start()
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=REGISTRY)
        g = Garden(d)
        general(g, "a line on which nothing is in force", g.page(LINE))
        for n, name in enumerate("abc", 1):
            d.smtp_send(arf("198.18.2.1", number=n, reporter=f"{name}@reporter.example", subject="<script>alert(1)</script>"), sender="")
        d.settle()
        d.check("enforcement", "on")
        d.pass_time("50h")
        d.settle()
        number = d.cases("--customer", "acme")[0]["case"]
        leads(g)
        told(g, number)
        small(g)
        recorded(d)
        secret = Secret(d, cert)
        free(d, secret)
        captured(d, secret, number)
        d.kill("judge")
        tap.like(Page(g.ask("/blocked")).text, r"This connection is led here|Please try again later", "while the judge is away it says nothing of anybody")
        d.wait_role("judge")


tap.run(main)
