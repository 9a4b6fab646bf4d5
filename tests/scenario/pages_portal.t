#!/usr/bin/env python3
"""What customers see: a case by the link of a letter and by an account, in their language, with what they can do about it; and nothing of anybody else."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, enrol
from daemon import Daemon, arf, missing
from desk import customers, null_policy

PEOPLE = ("acme", "bolt")
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


class Shop:
    def __init__(self, d):
        self.d, self.n = d, 0

    def open(self, who, address):
        """A case of that customer: its number, and the path of its page in the letter."""
        heard = len(self.d.sink.letters)
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(address, number=self.n, reporter=f"{name}{self.n}@secret-reporter.example", subject=HOSTILE, more="X-Note: " + HOSTILE), sender="")
        self.d.settle()
        letter = next(x for x in self.d.sink.letters[heard:] if x.recipients == [f"it@{who}.example"])
        return self.d.cases("--customer", who)[0]["case"], re.search(r"https://abuse\.example\.net(/p/[\w-]{22})\s", letter.text()).group(1), letter

    def story(self, number):
        return [(e["type"], e.get("actor"), e.get("text")) for e in self.d.check("case", "show", "--json", number).json["events"]]


def harmless(page, what):
    bad = [t for t, a in page.tags if t in ("script", "img", "iframe") or any(k.startswith("on") for k in a)]
    tap.ok(not bad, f"{what}: nothing of a stranger is markup", *bad)


def by_link(s, number, path, letter):
    b = Browser(s.d)
    before = s.d.check("case", "show", number, "--json").out
    pages = [b.ask(path, method) for method in ("GET", "HEAD", "GET", "GET")]
    s.d.settle()
    tap.is_equal([p.status for p in pages], [200] * 4, "the link of a letter opens its page, again and again")
    tap.is_equal(s.d.check("case", "show", number, "--json").out, before, "and nothing changes by it")
    page = b.get(path)
    text = " ".join(letter.text().split())
    told = re.search(r"What happened -+ (.*?) What we ask", text).group(1)
    tap.ok(told in page.text, "it says what the letter says happened", told, page.text)
    tap.like(page.text, r"email\.unsolicited.*Unsolicited bulk mail.*policy, version 2026-03-01", "which rule")
    tap.like(page.text, r"Next step limit mail On \d{4}-\d\d-\d\d \d\d:\d\d", "what comes next, and when")
    tap.like(page.text, r"3 reports of \d incidents?", "what it rests on")
    tap.like(page.text, r"How to put it right: Stop mail that you did not mean to send", "how it is put right")
    tap.unlike(page.html, r"secret-reporter", "and not who told us")
    tap.is_equal(page.headers["cache-control"], "no-store", "it is kept nowhere")
    harmless(page, "the page of a case")
    tap.is_equal([a.get("lang") for t, a in page.tags if t == "html"], ["en"], "in the language of the register")
    tap.like(b.get(path + "?lang=de").text, r"Was geschehen ist.*Mails unterbinden", "and in another that is asked for")
    for wish, wanted in (("de-AT, en;q=0.5", "de"), ("fr, en;q=0.3, de;q=0.7", "de"), ("fr;q=1, de;q=0", "en"), ("en;q=0.901,de;q=0.9", "en"), ("", "en")):
        got = re.search(r'<html lang="(\w+)">', b.ask("/p/nothing", headers={"Accept-Language": wish}).body.decode()).group(1)
        tap.is_equal(got, wanted, f"of whom nothing is known, the browser's wish holds: {wish or 'none'}")
    return b, page


def does(s, b, number, path):
    page = b.get(path)
    forms = {f["fields"]["_at"].rsplit("/", 1)[1]: f for f in page.forms if "_at" in f["fields"]}
    tap.is_equal(sorted(forms), ["answer", "appeal", "evidence", "fixed"], "it takes an answer, an appeal, what was mended, and gives evidence")
    send = lambda what, **more: b.post(path, {**forms[what]["fields"], **more})
    tap.is_equal(b.post(path, {**forms["fixed"]["fields"], "text": "x"}, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}).status, 403, "not from another site")
    tap.is_equal(send("fixed", text="x" * 9000).status, 400, "not what is too long")
    after = send("fixed", text="Cleaned. " + HOSTILE)
    tap.ok(after.status == 200 and "We look whether it happens again" in after.text, "that it is mended is taken", after.text)
    harmless(after, "the page after that")
    s.d.settle()
    tap.ok(("fixed", "customer acme") in [x[:2] for x in s.story(number)], "and begins a recheck", *s.story(number))
    tap.like(send("answer", text="Who was it?").text, r"Your answer has arrived", "an answer is taken")
    tap.like(send("appeal", text="It was not us").text, r"Your appeal has arrived", "an appeal is taken")
    s.d.settle()
    tap.ok({"answer", "appeal"} <= {x[0] for x in s.story(number)}, "both stand in the case")
    made = send("evidence", because="a court")
    link = next(x for x in made.links if "/evidence/" in x)
    s.d.until(lambda: b.ask(link).status != 503, "the record of the evidence is signed")
    a = b.ask(link)
    tap.is_equal((a.status, a.headers["content-disposition"]), (200, f'attachment; filename="{number}.evidence"'), "evidence is a file")
    where = os.path.join(s.d.dir, "pack")
    with open(where, "wb") as f:
        f.write(a.body)
    key = s.d.check("evidence", "status", "--json").json["key"]
    tap.like(s.d.aup("verify", "--key", key, where).out, number, "which can be verified")


def fenced(s, b, number, path, other, other_path):
    """A link is for its case alone, whatever a form asks for."""
    fields = b.get(path).form(path)["fields"]
    for at in (f"/v1/my/cases/{other}/answer", "/v1/webhooks", "/v1/command", "/v1/my/forwarded/C-1/acknowledge", ""):
        page = b.post(path, {**fields, "_at": at, "text": "from the wrong case", "url": "https://x.example/", "events": "all"})
        tap.ok(page.status in (400, 403, 404, 409), f"a link does nothing at {at or 'no path'}", page.status)
    tap.ok("wrong case" not in s.d.check("case", "show", other).out, "nor in another case of the same customer")
    gone = b.ask("/p/" + "A" * 22)
    tap.is_equal(gone.status, 404, "an unknown link opens nothing")
    for what in (path[:-1], path + "x", path + "/", path + "/evidence", path + "/evidence/nothing", "/p/C-1", path.replace("/p/", "/l/")):
        tap.is_equal(b.ask(what).status, 404 if what != path + "/" else 200, f"nor does {what.replace(path[3:24], '...')}")
    tap.is_equal(b.ask(path, "DELETE").status, 404, "nor another method")
    tap.is_equal(b.post(other_path, fields).status, 403, "a form of one page is none of another")
    s.d.pass_time("31d")
    late = b.ask(path)
    tap.is_equal((late.status, late.body), (404, gone.body), "after its time it is gone like what never was")


def by_account(s, number):
    b, other, reseller = enrol(s.d, "acme-user", "--customer", "acme"), enrol(s.d, "bolt-user", "--customer", "bolt"), Browser(s.d)
    tap.is_equal(b.get("/", follow=False).headers["location"], "/p/", "a customer's account begins with his cases")
    page = b.get("/p/")
    tap.ok(f"/p/cases/{number}" in page.links, "which it lists", *page.links)
    tap.like(page.text, "Nothing is measured", "it says what is used, or that nothing is measured")
    page = b.get(f"/p/cases/{number}")
    tap.like(page.text, r"What happened.*How to put it right", "a case is the page that its link shows")
    harmless(page, "the page by account")
    tap.is_equal(other.get(f"/p/cases/{number}").status, 404, "another customer finds no such case")
    tap.is_equal(other.get("/p/").links.count(f"/p/cases/{number}"), 0, "nor is it in his list")
    tap.is_equal([b.get(p).status for p in ("/cases", f"/cases/{number}", "/queues/due")], [404] * 3, "pages of operators are not there for him")
    tap.is_equal(reseller.get(f"/p/cases/{number}", follow=False).status, 303, "a stranger logs in first")
    fields = next(f for f in page.forms if f["fields"].get("_at", "").endswith("/evidence"))["fields"]
    tap.is_equal(other.post("/do", {**other_fields(other), **{k: v for k, v in fields.items() if k != "_token"}, "because": "x"}).status, 404, "and none is put together for another")
    made = b.post("/do", {**fields, "because": "a court"})
    link = next(x for x in made.links if "/evidence/" in x)
    s.d.until(lambda: b.ask(link).status != 503, "the record of the evidence is signed")
    tap.is_equal((b.ask(link).status, other.ask(link).status), (200, 404), "his evidence is a file for him alone")
    return b


def other_fields(b):
    return {"_token": next(f["fields"]["_token"] for f in b.get("/p/").forms if "_token" in f["fields"])}


def main():
    with Daemon(policy=None, registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000\nweb-url https://abuse.example.net") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE, german="bolt"))
        s = Shop(d)
        number, path, letter = s.open("acme", "198.18.2.1")
        other, other_path, german = s.open("bolt", "198.18.2.2")
        b, _ = by_link(s, number, path, letter)
        page = Browser(d).get(other_path)
        tap.like(page.text, r"Fall C-\d+ offen.*Was geschehen ist.*Nächster Schritt Einschränkung: mail", "a German customer reads German")
        tap.like(german.text(), r"Den Fall ansehen und antworten", "and is told so in the letter")
        does(s, b, number, path)
        by_account(s, number)
        fenced(s, b, number, path, other, other_path)


tap.skip_all(missing()) if missing() else tap.run(main)
