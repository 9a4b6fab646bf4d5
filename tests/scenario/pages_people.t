#!/usr/bin/env python3
"""The pages about people: a look says why and is recorded; names are masked, and shown by role and for a reason; what is told is that of the API."""
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, Page, enter
from daemon import Daemon, arf, missing, xarf
from metered import Metered

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>"
MORE = f"""type,id,customer,class,kind,resource,name,email,value,unit
customer,evil,,business,,,<script>alert(2)</script>,x@evil.example,,
contact,k1,acme,,technical,,{HOSTILE.replace('"', "'")},noc@acme.example,,
limit,l1,acme,,usage-volume-sum,,,,1000,GB
"""
AGREED = """type,id,customer,kind,resource,value,unit
prefix,pa,a,static,192.0.2.16/28,,
limit,l1,a,usage-volume-sum,,1,MB
limit,l2,a,usage-p95-max,,9,Mbit/s
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
    drawn = re.search(r"<svg.*</svg>", page.html, re.S).group()
    tap.ok(f">{case} open</text>" in drawn and ">email.unsolicited</text>" in drawn and drawn.count('class="case') == 1, "  drawn in a lane of its clause", drawn)
    tap.ok(f"/cases/{case}" in page.links, "  and the way to its case")
    tap.ok("Acme Widgets" not in page.html and "it@acme.example" not in page.html and "A…" in page.text, "names and addresses are masked", page.text)
    led = Page(b.ask("/customers/acme?because=from+elsewhere&clear=yes", headers={"Sec-Fetch-Site": "cross-site"}))
    tap.ok("say why you look" in led.text and "email.unsolicited" not in led.text, "a link of another site brings no reason: it is asked", led.text)
    tap.is_equal(asked(d, 1), [("tester", "acme, names masked", "she phoned")], "  and nobody has looked")
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
    for path in ("/customers", "/resellers", "/resellers/hostland", "/reporters", "/reporters/api:trusted-desk", "/holds", "/customers/acme?because=x", "/customers/bakery?because=x", "/customer?customer=acme&because=x", "/who?source=203.0.113.17&because=x"):
        a = b.get(path, follow=False)
        tap.is_equal((a.status, a.headers.get("location")), (404, None), f"for a customer there is no {path}")


TREE = """type,id,reseller,customer,class,kind,resource,language,email
reseller,top,,,reseller,,,en,abuse@top.example
reseller,mid,top,,reseller,,,en,abuse@mid.example
reseller,low,mid,,reseller,,,en,abuse@low.example
reseller,idle,top,,reseller,,,en,abuse@idle.example
""" + "".join(f"""customer,x{i},{by},,business,,,en,x{i}@shops.example
prefix,px{i},,x{i},,static,198.18.1.{i}/32,,
""" for i, by in enumerate(("top", "mid", "mid", "low", "low", "low", ""), 1))
ADDITIVE = ("customers", "cases", "open", "over", "affected", "repeated")


def tree(d, path):
    return json.loads(d.api(path).body)


def adds_up(d, told):
    """Lines make up the sum, and each child's line is the sum of its own page."""
    lines = [told["direct"], *told["children"]]
    tap.is_equal({k: sum(x[k] for x in lines) for k in ADDITIVE}, {k: told["sum"][k] for k in ADDITIVE}, f"below {told['reseller'] or 'us'} the lines make up the sum")
    for child in told["children"]:
        below = tree(d, f"/v1/resellers/{child['reseller']}/tree")
        tap.is_equal({k: v for k, v in child.items() if k != "reseller"}, below["sum"], f"  and what {child['reseller']} has in it is the sum of its own")
        adds_up(d, below)


def resellers(d):
    d.check("registry", "import", "-", stdin=TREE)
    for n, i in enumerate((1, 2, 2, 4, 4, 5, 6, 7)):
        d.report(xarf(f"198.18.1.{i}", kind="phishing" if n % 2 else "malware", report_id=f"5a480b0f-8172-431a-9276-{n:012x}", url=f"http://198.18.1.{i}/{n}"), token=f"tree{n}")
        d.settle()
    for i, span in ((5, "3h"), (6, "5h")):
        d.pass_time(span)
        d.check("case", "resolve", d.cases("--customer", f"x{i}")[0]["case"], "mended")
    d.settle()
    told = tree(d, "/v1/tree")
    top = next(x for x in told["children"] if x["reseller"] == "top")
    tap.is_equal((top["customers"], top["cases"], top["over"]), (6, len([c for i in range(1, 7) for c in d.cases("--customer", f"x{i}")]), 2), "what is below a reseller is counted at any depth", top)
    low = tree(d, "/v1/resellers/low/tree")
    tap.is_equal((low["sum"]["customers"], low["above"], low["children"]), (3, ["top", "mid"], []), "and of the last one its own")
    tap.is_equal(low["sum"]["per_1000"], f"{low['sum']['cases'] * 1000 // 3}.{low['sum']['cases'] * 10000 // 3 % 10}", "cases per 1,000 customers", low)
    tap.is_equal(low["sum"]["median_fix_s"], 3 * 3600, "the median time, of two the lower", low)
    adds_up(d, told)
    few = tree(d, "/v1/resellers/top/tree?limit=1")
    all_of = tree(d, "/v1/resellers/top/tree")["children"]
    tap.ok([x["reseller"] for x in few["children"]] == ["mid"] and [x["reseller"] for x in all_of] == ["mid", "idle"], "lines stand by cases", few, all_of)
    tap.is_equal({k: sum(x[k] for x in (few["direct"], *few["children"], few["others"])) for k in ADDITIVE}, {k: few["sum"][k] for k in ADDITIVE}, "  and what is beyond a limit is one of them")
    tap.is_equal(few["others"]["resellers"], 1, "  of so many")
    names, after = [], ""
    while after is not None:
        part = tree(d, f"/v1/resellers?limit=2{after and '&after=' + after}")
        names += [x["reseller"] for x in part["resellers"]]
        after = part.get("after")
    tap.is_equal(names, ["hostland", "idle", "low", "mid", "top"], "scorecards come by id, in pages")
    out = d.check("reseller", "tree", "low").out
    tap.like(out, r"low: 3 customers, \d+ cases, \d open, .* per 1,000, median 3 h.*", "aup tells it, too")
    b = Browser(d, local=True)
    page = b.get("/resellers")
    tap.ok(page.status == 200 and "/resellers/top" in page.links and "hostland" in page.text, "resellers have a page", page.text)
    page = b.get("/resellers/low")
    tap.ok("3 h" in page.text and low["sum"]["per_1000"] in page.text and "/resellers/mid" in page.links, "each has one of its own", page.text)
    page = b.get("/resellers/top")
    tap.ok("/resellers/mid" in page.links and "/resellers/idle" in page.links, "  that leads to those below it, also to who serves nobody", page.links)
    tap.is_equal((b.get("/resellers/nobody").status, b.get("/resellers/acme").status), (404, 404), "who is none has none")
    review(d, b)


def review(d, b):
    page = b.get("/resellers/low")
    bad = b.submit(page, "/do", "reseller-finding", text="no abuse desk " + HOSTILE)
    tap.ok(bad.status == 409 and "no abuse desk" in bad.text and plain(bad), "what cannot be is refused, and what was typed is not lost", bad.status, bad.text)
    done = b.submit(page, "/do", "reseller-ack", version="2026-03-01", told="2026-03-05T00:00:00Z", document="its letter " + HOSTILE)
    tap.ok(done.status == 200 and "its letter " + HOSTILE in done.text and plain(done), "that it acknowledged a version is entered by a form", done.text)
    tap.is_equal([(x["version"], x["by"]) for x in d.check("reseller", "scorecard", "low", "--json").json["acknowledgements"]], [("2026-03-01", "tester")], "  and stands in its scorecard")


def reporters(d):
    b = Browser(d, local=True)
    page = b.get("/reporters")
    name = "api:trusted-desk"
    tap.ok(page.status == 200 and f"/reporters/{name.replace(':', '%3A')}" in page.links, "reporters are listed", page.links, page.text)
    tap.is_equal(asked(d, 1), [("tester", "reporters", "the list of reporters")], "  which is recorded")
    page = b.get(f"/reporters/{name}")
    told = d.check("reporter", "show", name, "--json").json
    tap.ok(page.status == 200 and f"Reports {told['reports']:,}" in page.text, "one has a page, with how many reports there are", page.text)
    case = d.cases("--customer", "x7")[0]["case"]
    tap.ok(f"/cases/{case}" in page.links, "  and what became of them", page.links)
    tap.ok(sealed_case(d) not in page.text, "  but for the sealed class")
    for what, fields, want in (("standing", {"standing": "trusted"}, {"standing": "trusted"}), ("a cap", {"n:hour": "7", "n:day": "70"}, {"cap_hour": 7, "cap_day": 70}),
                               ("how he is written to", {"letters": "no", "language": "de"}, {"letters": False, "language": "de"})):
        form = next(f for f in page.forms if set(fields) <= set(f["fields"]))
        done = b.post("/do", {**form["fields"], **fields, "op": "reporter-decide", "because": "agreed " + HOSTILE})
        told = d.check("reporter", "show", name, "--json").json
        tap.is_equal((done.status, {k: told[k] for k in want}), (200, want), f"  {what} is decided by a form", done.text)
        tap.ok("agreed " + HOSTILE in done.text and plain(done), "    with its reason, which is text")
    tap.is_equal(b.get("/reporters/nobody.example").status, 404, "who is unknown has no page")


def sealed_case(d):
    return next(r["case"] for r in d.cases("--state", "sealed"))


def holds(d):
    b = Browser(d, local=True)
    page = b.get("/holds")
    page = b.submit(page, "/do", "hold", subject="smith", until="90d", because="a suit " + HOSTILE)
    tap.ok(page.status == 200 and "a suit " + HOSTILE in page.text and plain(page), "something is held by a form, and listed", page.text)
    tap.is_equal([(h["about"], h["by"]) for h in json.loads(d.api("/v1/holds").body)["holds"] if h["about"] == "smith"], [("smith", "tester")], "  as aup has it")
    form = next(f for f in page.forms if f["fields"].get("subject") == "smith")
    page = b.post("/do", {**form["fields"], "op": "hold", "because": "settled"})
    tap.ok(page.status == 200 and "a suit" not in page.text, "  and lifted", page.text)


def scaled(n, unit):
    scale, of = 0, 1
    while n // of >= 1000:
        scale, of = scale + 1, of * 1000
    return f"{n // of}.{n % of // (of // 10)} {' kMGT'[scale]}{unit}" if scale else f"{n} {unit}"


def use(d):
    """Much, then a complaint and what follows, then three hours of which nothing is known."""
    d.check("registry", "import", "-", stdin=AGREED)
    t0, octets = d.say("start", "S1", "alice", 0), (0, 0)
    for step in range(1, 6):
        d.let(600)
        octets = (octets[0] + 70000001 * step, octets[1] + 30000)
        d.say("interim", "S1", "alice", int(d.now) - t0, octets)
    for who in "abc":
        d.smtp_send(arf("192.0.2.17", reporter=f"fbl@reporter-{who}.example", at=d.now - 60))
    d.settle()
    case = next(c["case"] for c in d.cases("--customer", "a") if c["body"]["clause"] != "usage.limits")
    d.check("case", "emergency", case, "mail", "--because", "it floods")
    d.settle()
    d.let(3 * 3600)
    d.say("interim", "S1", "alice", int(d.now) - t0, octets)
    return case


def usage(d):
    case = use(d)
    b = Browser(d, local=True)
    before = len(d.check("lookups", "--json").json["lookups"])
    tap.ok("say why you look" in b.get("/customers/a/usage").text, "the use of a customer is a look at one, too")
    tap.is_equal(len(d.check("lookups", "--json").json["lookups"]), before, "  that has told nothing yet")
    page = b.get("/customers/a/usage?because=a+bill")
    tap.is_equal((page.status, asked(d, 1)[0][0], asked(d, 1)[0][2]), (200, "tester", "a bill"), "with a reason it is shown, and recorded")
    told = d.check("usage", "a", "--because", "x", "--json").json
    for name, n, unit in (("volume in", told["volume"]["in"], "B"), ("volume out", told["volume"]["out"], "B"), ("the sum", told["volume"]["sum"], "B"),
                          ("the 95th percentile", told["p95"]["in"]["bits_per_s"], "bit/s"), ("what it is at least", told["p95"]["sum"]["least_bits_per_s"], "bit/s")):
        tap.ok(scaled(n, unit) in page.text, f"  {name} is that of aup usage", scaled(n, unit), page.text)
    tap.ok(f"of the {told['p95']['in']['cells']:,} samples that are known" in page.text and f"{told['not_known']:,} of them not known" in page.text, "  with how many samples there are", page.text)
    tap.ok("1 MB" in page.text and "over" in page.text, "  and the limit that it is beyond")
    drawing(d, page, told, case)
    days = {x["day"][:10]: x for x in told["days"]}
    tap.is_equal((sum(x["in"] for x in days.values()), sum(x["not_known"] for x in days.values())), (told["volume"]["in"], told["not_known"]), "the days add up to the month")
    tap.ok(all(day in page.text and scaled(x["in"], "B") in page.text for day, x in days.items()), "  and stand in a table behind the drawing")
    series = next(a["data-series"] for t, a in page.tags if t == "figure")
    got = json.loads(b.ask(series, headers={"Sec-Fetch-Site": "same-origin"}).body)
    tap.is_equal({k: got[k] for k in ("in", "out", "state", "from", "p95")}, {k: told[k] for k in ("in", "out", "state", "from", "p95")}, "a script finds the series where the page says")
    tap.is_equal(b.get("/customers/nobody/usage?because=x").status, 404, "of nobody there is none")
    tap.is_equal(b.get("/customers/a/usage?because=x&month=2026-13").status, 400, "nor of a month that is none")
    tap.ok("0 B" in b.get("/customers/a/usage?because=x&month=2020-01").text, "of a month long ago nothing is known")
    other = enter(d, "ben", None, d.check("user", "add", "--json", "--customer", "b", "ben").json["invitation"])
    for path in ("/customers/a/usage?because=x", "/customers/a/usage.json?because=x", "/customers/b/usage?because=x"):
        tap.is_equal(other.get(path, follow=False).status, 404, f"for a customer there is no {path}")


def drawing(d, page, told, case):
    drawn = re.search(r"<svg.*</svg>", page.html, re.S).group()
    tap.is_equal(drawn.count('class="line"'), 3, "it is drawn")
    tap.ok(f"95th percentile {scaled(told['p95']['in']['bits_per_s'], 'bit/s')}" in drawn and "limit 9.0 Mbit/s" in drawn and "limit 1.0 MB" in drawn, "  with percentile and limits", drawn)
    tap.ok('class="gap"' in drawn, "  and with its gaps")
    tap.ok(">suspend mail</text>" in drawn and f"/cases/{case}" in page.links, "  and with what was enforced, which leads to its case", drawn, page.links)
    tap.ok(plain(page) and len(page.html) < 60000, "no script in it, and it is small", len(page.html))


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
        resellers(d)
        reporters(d)
        holds(d)
        roles(d)
        others(d)
    with Metered(listens=("smtp", "lmtp", "http", "ingest", "api"), enforcement="on") as d:
        usage(d)


tap.run(main)
