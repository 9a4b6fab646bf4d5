#!/usr/bin/env python3
"""What resellers see: what was passed on to them and by when, the cases below them, their figures, keys and webhooks; and nothing of another tree."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, enrol
from daemon import Daemon, missing, xarf

REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,value,unit,from
reseller,bigres,,,reseller,,,en,abuse@bigres.example,,,2026-01-01T00:00:00Z
reseller,kleinres,,,reseller,,,de,abuse@kleinres.example,,,2026-01-01T00:00:00Z
customer,shop,bigres,,business,,,en,it@shop.example,,,2026-01-01T00:00:00Z
prefix,p-shop,,shop,,static,198.18.1.1/32,,,,,2026-01-01T00:00:00Z
customer,laden,kleinres,,business,,,de,post@laden.example,,,2026-01-01T00:00:00Z
prefix,p-laden,,laden,,static,198.18.8.1/32,,,,,2026-01-01T00:00:00Z
"""


def complain(d, address, n):
    d.report(xarf(address, report_id=f"02eb480f-8172-431a-9276-{n:012x}", url=f"http://{address}/<script>alert({n})</script>"), token=f"t{n}")
    d.settle()


def field(page, at):
    return next(f["fields"] for f in page.forms if f["fields"].get("_at") == at)


def complaints(d, b, other, number, theirs):
    tap.is_equal(b.get("/", follow=False).headers["location"], "/r/", "a reseller's account begins with what was passed on to it")
    page = b.get("/r/")
    tap.ok(f"/r/cases/{number}" in page.links and theirs not in page.html, "its own complaint is there, and none of another", *page.links)
    tap.like(page.text, r"Your figures.*Open 1 Passed on 1", "and its figures")
    tap.is_equal([t for t, a in page.tags if t == "script"], [], "nothing of a stranger is markup")
    page = b.get(f"/r/cases/{number}")
    tap.like(page.text, rf"Case {number} .*Passed on to you Customer shop .*Answer due \d{{4}}-.*What happened", "a case says by when an answer is due, and what happened")
    tap.unlike(page.html, r"<script", "a script in an address is a text")
    for path in (f"/r/cases/{theirs}", "/r/cases/C-99", f"/p/cases/{number}", "/p/", "/cases", f"/cases/{number}"):
        tap.is_equal(b.get(path).status, 404, f"{path} is not there for it")
    at = f"/v1/my/forwarded/{number}/"
    said = b.post("/do", {**field(page, at + "acknowledge"), "text": "we look"})
    tap.like(said.text, "Your acknowledgement has arrived", "it acknowledges")
    tap.is_equal(other.post("/do", {**field(page, at + "result"), "_token": field(other.get("/r/account"), "/v1/my/keys")["_token"], "result": "fixed"}).status, 404, "another does not answer for it")
    tap.is_equal(b.post("/do", {**field(page, at + "result"), "result": "nonsense"}).status, 400, "nonsense is no result")
    tap.like(b.post("/do", {**field(page, at + "result"), "result": "fixed", "text": "taken down"}).text, "Your answer has arrived", "and says what came of it")
    d.settle()
    tap.is_equal(d.check("case", "show", "--json", number).json["state"], "resolved", "which settles the case")
    tap.like(b.get("/r/").text, r"Answered", "the list says so")
    a = b.ask("/r/cases?format=csv")
    tap.ok(a.status == 200 and number in a.body.decode() and theirs not in a.body.decode(), "its cases come as CSV, none of another's", a.body)


def acknowledges(d, b):
    version = "2026-03-01"
    page = b.get("/r/")
    tap.like(page.text, r"Versions of the policy", "there is a place for versions of the policy")
    fields = {"_token": field(b.get("/r/account"), "/v1/my/keys")["_token"], "_at": f"/v1/my/policies/{version}/acknowledge", "_to": "/r/?said=acknowledged"}
    tap.like(b.post("/do", {**fields, "told": "2026-03-01T10:00:00Z", "document": "circular 4"}).text, rf"Version {version}.*Acknowledged", "a version is acknowledged")
    tap.like(d.check("reseller", "show", "bigres").out, "circular 4", "with what proves that its customers were told")


def keys(d, b, other):
    page = b.get("/r/account")
    made = b.post("/do", {**field(page, "/v1/my/keys"), "label": "<b>desk</b>", "expires": "90d"})
    key = re.search(r"aup_[\w-]{43}", made.text).group()
    tap.ok(made.status == 200 and made.headers["cache-control"] == "no-store", "a key is shown once")
    ask = lambda path: d._http(("tcp", (d.address, d.ports["api"])), "GET", path, None, {"Authorization": f"Bearer {key}"})
    tap.is_equal((ask("/v1/my").body, ask("/v1/status").status), (b'{"scope":"reseller","id":"bigres"}', 403), "it opens what the reseller may see, and no more")
    page = b.get("/r/account")
    tap.ok(key not in page.html and "<b>desk</b>" in page.text, "then it is there by its name and label, which is a text", page.text)
    name = re.search(r"/v1/my/keys/(\w{16})/revoke", page.html).group(1)
    tap.ok(name not in other.get("/r/account").html, "another reseller does not see it")
    foreign = field(other.get("/r/account"), "/v1/my/keys")
    tap.is_equal(other.post("/do", {**foreign, "_at": f"/v1/my/keys/{name}/revoke", "label": "", "expires": ""}).status, 404, "nor revokes it")
    d.check("key", "add", "customer", "bigres", "--json")
    names = re.findall(r"/v1/my/keys/(\w{16})/revoke", b.get("/r/account").html)
    tap.is_equal(names, [name], "a key of another scope under the same name is none of its own")
    tap.is_equal(b.post("/do", field(page, f"/v1/my/keys/{name}/revoke")).status, 200, "it revokes its own")
    tap.is_equal(ask("/v1/my").status, 401, "which then opens nothing")
    for _ in range(4):
        d.pass_time("4m")
        b.get("/r/")
    late = b.post("/do", {**field(b.get("/r/account"), "/v1/my/keys"), "label": "late"})
    tap.ok(late.status == 403 and any(x.startswith("/prove") for x in late.links), "later a new one takes a fresh proof", late.text)


def hooks(d, b, other):
    page = b.get("/r/account")
    made = b.post("/do", {**field(page, "/v1/webhooks"), "url": "https://hooks.bigres.example/aupd"})
    tap.like(made.text, r"Secret whsec_\S+", "the secret of a webhook is shown once")
    page = b.get("/r/account")
    at = next(f["fields"]["_at"] for f in page.forms if f["fields"].get("_at", "").endswith("/remove"))
    foreign = field(other.get("/r/account"), "/v1/webhooks")
    tap.is_equal(other.post("/do", {"_token": foreign["_token"], "_at": at, "_to": "/r/account"}).status, 404, "another does not remove it")
    tap.is_equal(b.post("/do", field(page, at)).status, 200, "its owner does")
    tap.ok(at not in b.get("/r/account").html, "and it is gone")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000") as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        complain(d, "198.18.1.1", 1)
        complain(d, "198.18.8.1", 2)
        number, theirs = (d.cases("--customer", c)[0]["case"] for c in ("shop", "laden"))
        b, other = enrol(d, "desk-of-bigres", "--reseller", "bigres"), enrol(d, "pult-von-kleinres", "--reseller", "kleinres")
        tap.like(other.get("/r/").text, r"Beschwerden.*Ihre Zahlen", "each in the language of the register")
        keys(d, b, other)
        complaints(d, b, other, number, theirs)
        acknowledges(d, b)
        hooks(d, b, other)


tap.run(main)
