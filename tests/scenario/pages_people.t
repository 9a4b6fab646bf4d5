#!/usr/bin/env python3
"""The pages about people: a look says why and is recorded; names are masked, and shown by role and for a reason; what is told is that of the API."""
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, enter
from daemon import Daemon, arf, missing, xarf

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>"
MORE = f"""type,id,customer,class,kind,resource,name,email,value,unit
customer,evil,,business,,,<script>alert(2)</script>,x@evil.example,,
contact,k1,acme,,technical,,{HOSTILE.replace('"', "'")},noc@acme.example,,
limit,l1,acme,,usage-volume-sum,,,,1000,GB
"""


def plain(page):
    """No element that a template has not."""
    return not [t for t, a in page.tags if t in ("script", "img") or any(k.startswith("on") for k in a)]


def asked(d, n):
    return [(x["operator"], x["asked"], x["because"]) for x in d.check("lookups", "--json").json["lookups"][:n]]


def customers(d):
    b = Browser(d, local=True)
    page = b.get("/customers")
    tap.ok(all(f"/customers/{x}" in page.links for x in ("acme", "bakery", "smith", "florist")), "customers of the register are listed, each with its page", page.links)
    tap.is_equal(d.check("lookups", "--json").json["lookups"], [], "which is no look at one")
    page = b.get("/customers/acme")
    tap.ok("say why you look" in page.text and "email.unsolicited" not in page.text, "a customer's page first asks why", page.text)
    tap.is_equal(d.check("lookups", "--json").json["lookups"], [], "  and has told nothing yet")
    page = b.get("/customers/acme?because=she+phoned")
    tap.is_equal(page.status, 200, "with a reason it is shown")
    tap.is_equal(asked(d, 1), [("tester", "acme, names masked", "she phoned")], "  and the look is recorded, once")
    for what in ("email.unsolicited", "spam-first", "203.0.113.16/28", "acme-mail", "1,000 GB", "limit mail"):
        tap.ok(what in page.text, f"  with {what}")
    case = d.cases("--customer", "acme")[0]["case"]
    tap.ok(f"/cases/{case}" in page.links, "  and the way to its case")
    tap.ok("Acme Widgets" not in page.html and "it@acme.example" not in page.html and "A…" in page.text, "names and addresses are masked", page.text)
    page = b.submit_get(page, "/customers/acme", because="I write to her")
    tap.ok("Acme Widgets" in page.text and "it@acme.example" in page.text, "for a reason of its own they are shown", page.text)
    tap.is_equal(asked(d, 1), [("tester", "acme", "I write to her")], "  which is recorded as that")
    tap.ok("<script>alert(1)</script>" in page.text and plain(page), "what stands in the register is text")
    page = b.get("/customers/evil?because=x&clear=yes")
    tap.ok("<script>alert(2)</script>" in page.text and plain(page), "  wherever")
    page = b.get(f"/customers/acme?because={'%22%3E%3Cscript%3Ealert(3)%3C/script%3E'}")
    tap.ok("<script>alert(3)</script>" in page.text and plain(page), "  and so does the reason")
    tap.is_equal(b.get("/customers/nobody?because=x").status, 404, "who is unknown has no page")
    page = b.submit_get(b.get("/customers"), "/customer", customer="smith", because="a letter")
    tap.ok("smith-line" in page.text and page.status == 200, "one is found by the id", page.text)
    page = b.get(f"/cases/{case}")
    page = b.get(next(x for x in page.links if x.startswith("/customers/acme")))
    tap.is_equal((page.status, asked(d, 1)[0][2]), (200, f"case {case}"), "from a case one comes with the case for a reason")


def held(d):
    b = Browser(d, local=True)
    tap.ok(plain(b.get("/who")) and d.check("lookups", "--json").json["lookups"], "a page to ask who held something")
    page = b.submit_get(b.get("/who"), "/who", source="203.0.113.17", because="a court asks")
    told = d.check("who", "203.0.113.17", "--because", "x", "--json").json["subject"]
    tap.ok(all(x in page.text for x in ("acme held it", "grade A", told["binding"], *told["reasons"])), "it is told with grade, binding and reasons", page.text)
    tap.ok(any(x.startswith("/customers/acme?because=a%20court%20asks") for x in page.links), "  and leads to the customer for the same reason", page.links)
    tap.ok(("tester", "203.0.113.17", "a court asks") in asked(d, 3), "  and recorded")
    page = b.submit_get(b.get("/who"), "/who", source="203.0.113.17", at="yesterday", because="x")
    tap.ok("is no time such as" in page.text and any(a.get("value") == "yesterday" for t, a in page.tags if t == "input"), "what is wrong is said, and stays in the form", page.text)
    page = b.get("/who?source=192.0.2.1&because=x")
    tap.ok("Nobody of ours held it" in page.text or "cannot be told" in page.text, "what is not ours is told as such", page.text)


def sealed(d):
    d.report(xarf("203.0.113.66", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/secret"))
    d.settle()
    case = next(r["case"] for r in d.cases("--state", "sealed"))
    page = Browser(d, local=True).get("/customers/bakery?because=x")
    tap.ok(case in page.text and "content.csam" not in page.text and "secret" not in page.html, "of a sealed case there is number and state", page.text)


def roles(d):
    viewer, analyst = enter(d, "vic", "viewer"), enter(d, "ann", "analyst")
    page = viewer.get("/customers/acme?because=x")
    tap.ok(page.status == 200 and "A…" in page.text and "Your role does not see them" in page.text, "a viewer sees names masked, and no way to more", page.text)
    page = viewer.get("/customers/acme?because=x&clear=yes")
    tap.ok(page.status == 403 and "Acme Widgets" not in page.html, "  also by the address", page.text)
    page = analyst.get("/customers/acme?because=I+call+her&clear=yes")
    tap.ok(page.status == 200 and "Acme Widgets" in page.text, "an analyst may", page.text)
    tap.is_equal(asked(d, 1), [("ann", "acme", "I call her")], "  which is recorded under the analyst's name")
    return viewer


def others(d):
    invitation = d.check("user", "add", "--json", "--customer", "bakery", "baker").json["invitation"]
    b = enter(d, "baker", None, invitation)
    for path in ("/customers", "/customers/acme?because=x", "/customers/bakery?because=x", "/customer?customer=acme&because=x", "/who?source=203.0.113.17&because=x"):
        a = b.get(path, follow=False)
        tap.is_equal((a.status, a.headers.get("location")), (404, None), f"for a customer there is no {path}")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 600", enforcement="on") as d:
        d.check("registry", "import", "-", stdin=MORE)
        for source in ("203.0.113.17", "203.0.113.130"):
            for n, who in enumerate("abc"):
                d.smtp_send(arf(source, number=n, reporter=f"fbl@reporter-{who}.example"))
        d.settle()
        d.pass_time("72h")
        customers(d)
        held(d)
        sealed(d)
        roles(d)
        others(d)


tap.run(main)
