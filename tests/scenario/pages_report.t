#!/usr/bin/env python3
"""Reports by the public form: from the page to the intake and to what its reporter is told; files, machines' formats, and what is taken of the
sealed class; bounds, limits, and what is not led elsewhere."""
import os
import re
import sys
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, Page
from daemon import Daemon, arf, crlf, missing, xarf

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
BOUNDARY = "----WebKitFormBoundaryAbC123"


def multipart(fields, files=(), boundary=BOUNDARY):
    out = b""
    for name, value in fields:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, data in files:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + data + b"\r\n"
    return out + f"--{boundary}--\r\n".encode()


class Form:
    def __init__(self, d):
        self.d, self.b = d, Browser(d)

    def raw(self, body, kind=f"multipart/form-data; boundary={BOUNDARY}", **headers):
        return self.d._http(("tcp", (self.d.address, self.d.ports["http"])), "POST", "/report/send", body, {"Content-Type": kind, **headers})

    def send(self, *files, **fields):
        """The receipt; and what came of it on the page."""
        a = self.raw(multipart(list({"kind": "other", "source": "", "url": "", "when": "", "text": "", "pasted": "", "mail": "", **fields}.items()), files))
        to = re.fullmatch(r"https://abuse\.example\.net/report/([0-9a-f]{32})", a.headers.get("location", ""))
        tap.ok(a.status == 303 and to, f"{fields.get('kind', 'a report')} is taken, and has a page", a.status, a.headers)
        self.d.settle()
        return to.group(1)

    def told(self, receipt, lang="en"):
        return self.b.get(f"/report/{receipt}?lang={lang}")

    def item(self, receipt):
        rows = self.d.check("intake", "list", "--json").json["rows"]
        return next((r for r in rows if r["body"].get("receipt") == receipt), None)


def page(f):
    p = f.b.get("/report")
    form = p.form("/report/send")
    tap.ok(p.status == 200 and form["method"] == "post", "anybody finds the form")
    tap.like(p.text, r"Child sexual abuse material: Do not send pictures.*inhope\.org", "which says what not to send, and names the hotline")
    tap.is_equal(sorted(form["fields"]), ["file", "mail", "pasted", "source", "text", "url", "when"], "it has the fields that are taken")
    tap.like(f.b.get("/report?lang=de").text, "Missbrauch melden", "in German, too")
    tap.is_equal([t for t, a in f.b.get("/report?" + urllib.parse.urlencode({"why": HOSTILE, "lang": HOSTILE})).tags if t in ("script", "img")], [], "nothing of the address becomes markup")


def by_hand(f):
    receipt = f.send(("../../<script>.log", b"Feb 1 sshd: Failed password from 203.0.113.17"), kind="attack", source="203.0.113.17", when="2026-11-27 10:00 UTC", mail="me@reporter.example",
                     text="Somebody tries our doors. " + HOSTILE, pasted="Feb  1 10:00:00 sshd[1]: Failed password for root from 203.0.113.17 port 2")
    item = f.item(receipt)
    tap.ok(item and item["state"] == "waiting", "it waits for a person", item)
    body = item["body"]
    tap.is_equal((body["listener"], body["reporter"]), ("form", "me@reporter.example"), "from the form, and by whom")
    tap.ok("203.0.113.17" in [c["source"]["text"] for c in body["candidates"]], "with the address that was found in it", body["candidates"])
    raw = f.d.check("intake", "show", "--raw", item["key"]).out
    tap.ok(HOSTILE in raw and "script_.log" in raw and "../" not in raw, "whole, with its file under a harmless name", raw[:2000])
    told = f.told(receipt)
    tap.like(told.text, rf"Reference {receipt} Received .* State It has arrived", "its reporter is told that it has arrived")
    tap.like(f.told(receipt, "de").text, "Sie ist angekommen", "in German, too")
    before = len(f.d.sink.letters)
    f.d.check("intake", "discard", item["key"], "--because", "no rule is broken")
    f.d.settle()
    tap.like(f.told(receipt).text, r"It led to nothing ?A person found that no rule was broken", "and what became of it")
    tap.is_equal([x for x in f.d.sink.letters[before:] if "me@reporter.example" in x.recipients], [], "nobody writes to an address that nobody has proved")


def by_machine(f):
    receipt = f.send(("report.json", xarf("203.0.113.66")), kind="phishing")
    tap.ok(f.item(receipt) is None and len(f.d.cases()) == 1, "a report of a machine is read as it is, and opens its case", f.d.cases())
    told = f.told(receipt)
    tap.like(told.text, r"State (We have acted on it|It concerns a customer of ours)", "its reporter is told so")
    body = f.d.cases()[0]["body"]
    tap.ok(body["customer"] not in told.html and f.d.cases()[0]["case"] not in told.html, "and neither whose it is nor the number of the case")
    receipt = f.send(pasted=crlf(arf("203.0.113.82")).decode(), kind="spam")
    tap.ok(f.item(receipt) or len(f.d.cases()) > 1 or "concerns" in f.told(receipt).text, "a whole message that was pasted is read as one", f.told(receipt).text)


def sealed(f):
    picture = b"\x89PNG-a-picture-that-must-not-be-kept"
    receipt = f.send(("x.png", picture), kind="child", url="http://203.0.113.17/a", text="It lies there", pasted="Received: x\r\n\r\n" + "no-copy")
    tap.like(f.told(receipt).text, "State It has arrived and waits|State It has arrived, and waits", "of the sealed class no more is told than that it arrived")
    kept = b"".join(open(os.path.join(p, n), "rb").read() for p, _, names in os.walk(f.d.data) for n in names)
    tap.ok(b"a-picture-that-must-not-be-kept" not in kept and b"no-copy" not in kept, "and nothing that could be a picture is kept anywhere")
    items = f.d.check("intake", "list", "--json").out + f.d.check("case", "list", "--json").out
    tap.ok("It lies there" not in items, "nor shown what was written")


def bounds(f):
    lead = lambda a: (a.status, a.headers.get("location", "").replace("https://abuse.example.net", ""))
    good = multipart([("kind", "spam"), ("text", "x")])
    tap.is_equal(lead(f.raw(multipart([("kind", "spam"), ("text", "  ")]))), (303, "/report?why=empty"), "one that says nothing is none")
    for what, body, kind in (("no boundary", good, "multipart/form-data"), ("another boundary", good, "multipart/form-data; boundary=other"), ("another form", b"text=x", "application/x-www-form-urlencoded"),
                             ("one cut off", good[:-20], None), ("an unknown kind", multipart([("kind", "nonsense"), ("text", "x")]), None), ("no text", multipart([("text", "\0")]), None),
                             ("an address that is a header", multipart([("text", "x"), ("mail", "a@b\r\nBcc: c@d")]), None), ("a line that is two", multipart([("source", "1.2.3.4\r\nX: y")]), None)):
        a = f.raw(body, kind or f"multipart/form-data; boundary={BOUNDARY}")
        tap.is_equal(lead(a), (303, "/report?why=bad"), f"{what} is refused")
    for what, body in (("too long a file", multipart([("text", "x")], [("a", b"x" * (5 << 20 | 1))])), ("too many files", multipart([("text", "x")], [(f"f{i}", b"x") for i in range(11)])),
                       ("too many fields", multipart([(f"f{i}", "x") for i in range(40)])), ("too long a text", multipart([("text", "x" * (257 << 10))]))):
        tap.is_equal(lead(f.raw(body)), (303, "/report?why=large"), f"{what} is refused")
    tap.like(f.b.get("/report?why=large").text, "That is more than is taken", "and the page says why")
    a = f.d._http(("tcp", (f.d.address, f.d.ports["http"])), "GET", "/report/send", None, {})
    tap.is_equal(lead(a), (303, "/report"), "a GET sends nothing")
    for unknown in ("0" * 32, "C-1", "x" * 300):
        p = f.told(unknown)
        tap.ok(p.status == 200 and "Nothing is known by this reference" in p.text, "an unknown reference tells nothing")
    tap.is_equal(Browser(f.d).get("/report/a/b").status, 404, "there is no page below it")


def limited(d):
    f = Form(d)
    body = multipart([("kind", "spam"), ("text", "x")])
    got = [f.raw(body).headers["location"].rsplit("/", 1)[1] for _ in range(4)]
    tap.is_equal([len(x) for x in got[:3]] + [got[3]], [32, 32, 32, "report?why=often"], "one neighbour sends no more than may be within a minute")
    tap.is_equal(f.raw(body, **{"X-Forwarded-For": "198.51.100.1, 198.51.100.9"}).headers["location"].rsplit("/", 1)[1][:10].find("report"), -1, "another, by a proxy on this machine, may still")
    tap.is_equal(f.raw(body, **{"X-Forwarded-For": "198.51.100.2, nonsense"}).headers["location"].rsplit("/", 1)[1], "report?why=often", "one that the proxy does not name is the proxy")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000\nweb-url https://abuse.example.net\nform-rate 1000") as d:
        f = Form(d)
        page(f)
        by_hand(f)
        by_machine(f)
        sealed(f)
        bounds(f)
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000\nweb-url https://abuse.example.net\nform-rate 3") as d:
        limited(d)
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 6000\nweb-url https://abuse.example.net") as d:
        tap.like(Browser(d).get("/report").text, "Reports are not taken by this page", "where there is no form, the page says so")
        tap.is_equal(Form(d).raw(multipart([("text", "x")])).status, 404, "and nothing is taken")


tap.run(main)
