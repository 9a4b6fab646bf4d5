#!/usr/bin/env python3
"""The pages of the desk: lists and their files, cases with all that people do to them, what comes in, acts, and what waits for a second person."""
import csv
import gzip
import io
import json
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, missing
from desk import Post, customers, null_policy

PEOPLE = [f"shop{i}" for i in range(1, 211)]
FORMULA = '=HYPERLINK("https://evil.example")'


def command(d, op, **members):
    a = d.api("/v1/command", "POST", json.dumps({"op": op, **members}))
    if a.status != 200:
        raise RuntimeError(a.body)
    return json.loads(a.body)


def opened(d, count):
    """Cases that a person opened, one of each customer."""
    for name in PEOPLE[:count]:
        command(d, "case-open", customer=name, clause="email.unsolicited", text="by hand")


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def lists(d, b):
    opened(d, 205)
    page = b.get("/cases")
    rows = [a["id"] for t, a in page.tags if t == "tr" and "id" in a]
    tap.is_equal(len(rows), 200, "a page of cases has 200")
    tap.ok(len(page.html) <= 60000 and len(gzip.compress(page.html.encode())) <= 12000, "and is small", len(page.html), len(gzip.compress(page.html.encode())))
    behind = next(x for x in page.links if x.startswith("/cases?after="))
    tap.is_equal(len([1 for t, a in b.get(behind).tags if t == "tr" and "id" in a]), 5, "the rest is behind it")
    for n, whom in enumerate((FORMULA, "-1+1", 'ann, "the first"\nof us')):
        command(d, "case-assign", case=rows[n], text=whom)
    a = b.ask("/cases?format=csv")
    tap.is_equal((a.status, a.headers["content-type"], a.headers["content-disposition"]), (200, "text/csv; charset=utf-8; header=present", 'attachment; filename="cases.csv"'),
                 "the list comes as CSV")
    got = {r["case"]: r for r in table(a)}
    tap.is_equal(len(got), 205, "all of it, and not the first page alone")
    tap.is_equal([got[n]["body.assigned"] for n in rows[:4]], ["'" + FORMULA, "'-1+1", 'ann, "the first"\nof us', ""], "what a spreadsheet would run is a text in it; all else goes as it is")
    tap.is_equal((got[rows[0]]["body.customer"][:4], got[rows[0]]["body.clause"], got[rows[0]]["body.opened_at"][:4]), ("shop", "email.unsolicited", "2026"), "members within members have columns, times are times")
    a = b.ask("/cases?format=json&assigned=-1%2B1")
    tap.is_equal([r["case"] for r in json.loads(a.body)["rows"]], [rows[1]], "and as JSON, with the same filter")
    tap.is_equal(b.ask("/cases?format=csv&assigned=nobody").body, b"more\r\n", "a list of nothing is one")
    tap.is_equal([b.ask(f"/cases{x}").status for x in ("?format=pdf", "?format=csv&sort=due&after=" + rows[0])], [400, 200], "in no other shape, and from its beginning")
    a = b.ask("/queues/review?format=csv")
    tap.is_equal((a.status, len(table(a))), (200, 200), "a queue comes as a file, too")
    tap.is_equal(a.headers["content-disposition"], 'attachment; filename="queue-not-all.csv"', "and is named by what it has not")
    tap.is_equal(b.ask("/nothing?format=csv").status, 404, "no list of a page that is none")
    page = b.get("/cases?sort=due&severity=high")
    tap.like(page.text, "No case is like that|late|min|h|d", "cases come by what falls due first")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(policy=None, registry=None) as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(PEOPLE))
        b = Browser(d, local=True)
        lists(d, b)


tap.run(main)
