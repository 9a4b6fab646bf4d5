#!/usr/bin/env python3
"""Every address that any page leads to, or that stands in the tables of pages and of routes, asked by everybody whose it is not: it is not there,
and strangers are told to come in. And what strangers wrote is a text on every page that shows it."""
import glob
import json
import os
import re
import sys
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, enrol
from daemon import TOP, Daemon, arf, missing, xarf
from desk import null_policy

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,walrusnet,,,reseller,,,en,abuse@walrusnet.example,2026-01-01T00:00:00Z
reseller,marmotnet,,,reseller,,,de,abuse@marmotnet.example,2026-01-01T00:00:00Z
customer,zebrashop,walrusnet,,business,,,en,it@zebrashop.example,2026-01-01T00:00:00Z
prefix,p-1,,zebrashop,,static,198.18.1.1/32,,,2026-01-01T00:00:00Z
customer,quokkaladen,marmotnet,,business,,,de,it@quokkaladen.example,2026-01-01T00:00:00Z
prefix,p-2,,quokkaladen,,static,198.18.8.1/32,,,2026-01-01T00:00:00Z
customer,ibexhost,,,business,,,en,it@ibexhost.example,2026-01-01T00:00:00Z
prefix,p-3,,ibexhost,,static,198.18.9.1/32,,,2026-01-01T00:00:00Z
"""
CUSTOMERS = {"zebrashop": "198.18.1.1", "quokkaladen": "198.18.8.1", "ibexhost": "198.18.9.1"}
# who may see what of whom
SEES = {"zebrashop": {"zebrashop"}, "quokkaladen": {"quokkaladen"}, "ibexhost": {"ibexhost"}, "walrusnet": {"walrusnet", "zebrashop"}, "marmotnet": {"marmotnet", "quokkaladen"},
        "desk-one": {"desk-one"}, "desk-two": {"desk-two"}, "nobody": set()}
RESELLERS = ("walrusnet", "marmotnet")
REPORTERS = ("desk-one", "desk-two")
PAGE = re.compile(r'^\t\{ "(/[^"]*)", "[a-z0-9-]+", "[^"]*", ([A-Z_ |()]+), \{', re.M)
PAGES_MAX = 1500


class World:
    """What each tenant has, by names that stand in addresses and nowhere else; and everybody who asks."""

    def __init__(self, d):
        self.d, self.marks, self.ids, self.pages = d, {t: {t} for t in SEES if t != "nobody"}, {t: {} for t in SEES if t != "nobody"}, {}
        self.d.check("registry", "import", "-", stdin=REGISTRY)
        self.complain()
        self.keys = {t: d.check("key", "add", self.scope(t), t, "--json").json["key"] for t in self.ids}
        self.reports()
        self.browsers = {t: enrol(d, f"{t}-user", f"--{self.scope(t)}", t) for t in self.ids if t not in REPORTERS}
        self.browsers["nobody"] = Browser(d)
        self.operator = Browser(d, local=True)
        self.hooks()
        self.packs()
        for t, ids in self.ids.items():
            self.marks[t] |= {v for v in ids.values() if len(v) > 3}

    @staticmethod
    def scope(t):
        return "reseller" if t in RESELLERS else "reporter" if t in REPORTERS else "customer"

    def complain(self):
        """A case of each customer, whose complaints are full of markup; and the link of its letter."""
        n = 0
        for t, address in CUSTOMERS.items():
            for who in "abc":
                n += 1
                self.d.smtp_send(arf(address, number=n, reporter=f"x@{who}{n}.example", subject=HOSTILE, more=f"X-Note: {HOSTILE}"), sender="")
            self.d.settle()
            self.ids[t]["case"] = self.d.cases("--customer", t)[0]["case"]
        for x in self.d.sink.letters:
            for t in CUSTOMERS:
                link = re.search(r"https://abuse\.example\.net/p/([\w-]{22})", x.text())
                if link and x.recipients == [f"it@{t}.example"]:
                    self.ids[t]["token"] = link.group(1)

    def reports(self):
        for n, t in enumerate(REPORTERS):
            a = self.api(t, "/v1/reports", "POST", xarf("198.18.9.1", report_id=f"02eb480f-8172-431a-9276-00000000000{n}", url=f"http://198.18.9.1/{HOSTILE}"), port="http")
            self.ids[t]["receipt"] = json.loads(a.body)["id"]
        body = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in (("kind", "other"), ("text", HOSTILE + " 198.18.9.1"), ("source", HOSTILE)))
        body += f'--b\r\nContent-Disposition: form-data; name="file"; filename="{HOSTILE.replace(chr(34), "")}.txt"\r\n\r\nx\r\n--b--\r\n'
        self.d._http(("tcp", (self.d.address, self.d.ports["http"])), "POST", "/report/send", body, {"Content-Type": "multipart/form-data; boundary=b"})
        self.d.settle()

    def hooks(self):
        for t in self.ids:
            a = self.api(t, "/v1/webhooks", "POST", json.dumps({"url": "https://hooks.example/x", "events": "all"}))
            self.ids[t]["webhook"] = json.loads(a.body)["webhook"]

    def packs(self):
        for t in CUSTOMERS:
            a = self.api(t, f"/v1/my/cases/{self.ids[t]['case']}/evidence", "POST", json.dumps({"because": "a test"}))
            self.ids[t]["pack"] = json.loads(a.body)["pack"]
            self.d.until(lambda t=t: self.api(t, f"/v1/my/cases/{self.ids[t]['case']}/evidence/{self.ids[t]['pack']}").status == 200, "the signature of a pack")

    def api(self, t, path, method="GET", body=None, port="api"):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.keys[t]}"} if t in self.keys else {})}
        return self.d._http(("tcp", (self.d.address, self.d.ports[port])), method, path, body, headers)

    def owner(self, path):
        """Whose things an address names; None: nobody's."""
        parts = set(re.split(r"[/?&=]", urllib.parse.unquote(path)))
        found = {t for t in self.ids if parts & self.marks[t]}
        return found or None

    def hidden(self, who):
        return {m for t, marks in self.marks.items() if t not in SEES[who] for m in marks}


def harmless(what, html):
    tap.ok("<script>alert" not in html and "<img src=x" not in html, f"{what}: what strangers wrote is a text", html[:300])


def crawl(w, name, b, starts):
    """All that its pages lead to, of this site."""
    seen, todo, files = {}, list(starts), set()
    while todo and len(seen) < PAGES_MAX:
        path = todo.pop(0).split("#")[0]
        if path in seen:
            continue
        a = b.ask(path, headers={"Sec-Fetch-Site": "same-origin"})
        seen[path] = a.status
        if a.status == 303 and a.headers["location"].startswith("/"):
            todo.append(a.headers["location"])
        if not a.headers.get("content-type", "").startswith("text/html"):
            continue
        html = a.body.decode()
        harmless(f"{name} {path}", html)
        for href in re.findall(r'<a [^>]*?href="([^"]*)"', html):
            to = urllib.parse.urljoin(path, href.replace("&amp;", "&"))
            if "format=" in to:
                files.add(to)
            elif to.startswith("/") and not to.startswith("/a/"):
                todo.append(to)
    tap.ok(len(seen) < PAGES_MAX, f"{name}: all of {len(seen)} pages are seen")
    return files | {p for p, status in seen.items() if status == 200}


def of_tables(w):
    """The addresses of the tables, with the things of each tenant in them."""
    paths = set()
    for file in glob.glob(os.path.join(TOP, "src", "web", "pages_*.c")):
        with open(file, encoding="utf-8") as f:
            paths |= {path for path, _ in PAGE.findall(f.read())}
    document = json.loads(w.d._http(("tcp", (w.d.address, w.d.ports["api"])), "GET", "/v1/openapi.json", None, {}).body)
    paths |= {path for path, ops in document["paths"].items() if "get" in ops}
    filled = set()
    for path in paths:
        for t, ids in w.ids.items():
            of = {**ids, "customer": t, "reseller": t, "name": t, "id": t}
            for key in ("case", "receipt", "webhook", "pack", "token"):
                of.setdefault(key, {"case": "C-1"}.get(key, "0" * 32))
            filled.add(re.sub(r"\{(\w+)\}", lambda m: of.get(m.group(1), "x"), path))
    return filled


def ask_all(w, paths):
    """As everybody whose it is not."""
    wrong, asked = [], 0
    for path in sorted(paths):
        owners = w.owner(path)
        for who, b in w.browsers.items():
            if path.startswith(("/p/" + "x", "/logout")) or (owners and owners & SEES[who]):
                continue
            api = path.startswith("/v1/") or path == "/metrics"
            a = w.api(who, path) if api else b.ask(path, headers={"Sec-Fetch-Site": "same-origin"})
            asked += 1
            body = a.body.decode("utf-8", "replace")
            # what says again what was asked names nothing that the asker did not know
            told = [m for m in w.hidden(who) if m in body and m not in urllib.parse.unquote(path)]
            link = re.match(r"/[pl]/[\w-]{22}", path) or re.match(r"/report/", path) or path.startswith("/v1/form/reports/")
            if told:
                wrong.append((who, path, a.status, told))
            elif owners and not link and not (a.status in (400, 401, 403, 404) or (who == "nobody" and a.status == 303 and a.headers["location"].startswith("/login"))):
                wrong.append((who, path, a.status, "is there"))
            elif who == "nobody" and a.status == 200 and not link and path.split("?")[0] not in ("/login", "/welcome", "/report", "/v1/openapi.json"):
                wrong.append((who, path, a.status, "is open"))
    tap.is_equal(wrong[:10], [], f"of {asked} questions about {len(paths)} addresses none is answered to whom it does not concern")
    tap.ok(asked > 500, "and they are many", asked)


def links(w):
    """Whoever has a letter has its case, and no more, also when he has an account of somebody else."""
    having = [t for t in CUSTOMERS if "token" in w.ids[t]]
    tap.ok(having, "there is a letter with a link")
    for t in having:
        for who, b in w.browsers.items():
            a = b.ask(f"/p/{w.ids[t]['token']}")
            told = [m for m in {m for x in w.marks if x != t and x not in SEES[who] for m in w.marks[x]} if m in a.body.decode()]
            tap.ok(a.status == 200 and not told, f"the link of {t}'s letter shows {who} that case, and nothing else", a.status, told)
        other = next(x for x in CUSTOMERS if x != t)
        got = w.browsers["nobody"].ask(f"/p/{w.ids[t]['token']}/evidence/{w.ids[other]['pack']}")
        tap.is_equal(got.status, 404, "and no evidence of another")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(policy=None, registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 100000\nform-rate 100\nweb-url https://abuse.example.net") as d:
        d.check("policy", "post", null_policy(d))
        w = World(d)
        paths = of_tables(w)
        paths |= crawl(w, "operator", w.operator, ["/", "/cases"])
        for who, b in w.browsers.items():
            paths |= crawl(w, who, b, ["/", "/report", "/p/", "/r/"])
        ask_all(w, paths)
        links(w)


tap.run(main)
