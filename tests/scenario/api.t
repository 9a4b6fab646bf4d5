#!/usr/bin/env python3
"""The API over TCP with keys: every route of the OpenAPI document with the ids of others and the scopes of others, answers held against
their schemas, replayed calls, rates, keys that end, and TLS."""
import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
from urllib.parse import quote
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf

OUTSIDE = ("reseller", "customer", "reporter")
METRICS = re.compile(rb"# TYPE ")


class Web:
    """The API as whoever has the key sees it."""

    def __init__(self, d, key=None):
        self.d, self.key = d, key

    def __call__(self, path, method="GET", body=None, token=None, key=None):
        headers = {"Content-Type": "application/json"}
        if key or self.key:
            headers["Authorization"] = f"Bearer {key or self.key}"
        if token is not None:
            headers["Idempotency-Key"] = token
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        return self.d._http(("tcp", (self.d.address, self.d.ports["api"])), method, path, data, headers)


def key(d, scope, ident, *more):
    return d.check("key", "add", scope, ident, "--json", *more).json["key"]


# --- a small reader of schemas

def faults(schema, value, root, where="answer"):
    """Where a value is not what the schema says; of what is not in it, too."""
    if "$ref" in schema:
        return faults(root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, root, where)
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(isinstance(value, kinds[t]) and not (t == "integer" and isinstance(value, bool)) for t in types):
        return [f"{where}: {value!r} is no {types}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    found = []
    if isinstance(value, dict) and "properties" in schema:
        for k, v in value.items():
            if k in schema["properties"]:
                found += faults(schema["properties"][k], v, root, f"{where}.{k}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{where}.{k} is not in the document")
    if isinstance(value, list):
        for i, v in enumerate(value):
            found += faults(schema.get("items", {}), v, root, f"{where}[{i}]")
    return found


def operations(document):
    for path, methods in document["paths"].items():
        for method, op in methods.items():
            yield path, method.upper(), op


ASKED = {"because": "a test", "text": "bakery", "source": "203.0.113.66"}


def fill(path, ids, op):
    """The path with ids, and with what has to be asked along."""
    asked = [f"{p['name']}={quote(ASKED[p['name']])}" for p in op["parameters"] if p["in"] == "query" and p["required"]]
    return re.sub(r"\{(\w+)\}", lambda m: ids[m.group(1)], path) + ("?" + "&".join(asked) if asked else "")


def body_of(op):
    """A body that would be taken: each member that is needed."""
    schema = op.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {name: schema["properties"][name].get("enum", ["a text"])[-1] for name in schema["required"]} if schema else None


# --- the world: two tenants of each kind, with a case and a report each

class World:
    def __init__(self, d):
        self.d = d
        rows = ("type,id,reseller,customer,class,kind,resource,language,name,email,from\n"
                "reseller,rival,,,reseller,,,en,Rival Ltd,abuse@rival.example,2026-01-01T00:00:00Z\n"
                "customer,bakery,hostland,,business,,,de,Baeckerei Sommer,info@bakery.example,2026-01-01T00:00:00Z\n"
                "customer,florist,rival,,business,,,en,Florist Ltd,it@florist.example,2026-01-01T00:00:00Z\n"
                "prefix,p-florist,,florist,,static,203.0.113.80/28,,,,2026-01-01T00:00:00Z\n")
        path = os.path.join(d.dir, "more.csv")
        with open(path, "w") as f:
            f.write(rows)
        d.check("registry", "import", path)
        self.receipts = {}
        for i, (host, who) in enumerate((("203.0.113.66", "bakery"), ("203.0.113.82", "florist"), ("203.0.113.17", "acme"))):
            a = d.report(xarf(host, report_id=f"0000000{i}-8172-431a-9276-c28ba90f694a"), token=f"r-{i}")
            self.receipts[who] = json.loads(a.body)["id"]
        d.smtp_send(arf("203.0.113.130"))
        d.settle()
        self.cases = {c["body"]["customer"]: c["case"] for c in d.cases()}
        self.keys = {"reseller": key(d, "reseller", "hostland"), "customer": key(d, "customer", "bakery"), "reporter": key(d, "reporter", "trusted-desk"),
                     "operator": key(d, "operator", "tester")}
        self.web = {scope: Web(d, k) for scope, k in self.keys.items()}
        self.reporter = d.check("reporter", "list", "--json").json["reporters"][0]["name"]
        self.document = json.loads(Web(d)("/v1/openapi.json").body)
        self.packs = {}

    def pack(self, scope):
        """A pack that whoever has the key of that scope asked for, signed."""
        if scope not in self.packs:
            url = f"/v1/my/cases/{self.cases['bakery']}/evidence"
            self.packs[scope] = json.loads(self.web[scope](url, "POST", {"because": "a test"}).body)["pack"]
            self.d.until(lambda: self.web[scope](f"{url}/{self.packs[scope]}").status == 200, "the signature of a pack")
        return self.packs[scope]

    def named(self, scope, owner):
        """The name of a further key."""
        return hashlib.sha256(key(self.d, scope, owner).encode()).hexdigest()[:16]

    def ids(self):
        """For each path that takes ids: who may ask, with his own, with those of others, and with some that nobody has."""
        mine = {"case": self.cases["bakery"]}
        others = [{"case": self.cases["florist"]}, {"case": self.cases["acme"]}]
        nobody = {"case": "C-99999999"}
        cases = {scope: (mine, others, nobody) for scope in ("reseller", "customer")}
        item = self.d.check("intake", "list", "--json").json["rows"]
        tester = lambda own, none: {"operator": (own, [], none)}
        hooks = {s: ({"webhook": self.hook(s)}, [{"webhook": self.hook(o)} for o in self.web if o != s] if s != "operator" else [], {"webhook": "wh_0"})
                 for s in self.web}
        return {
            "/v1/my/cases/{case}": cases,
            "/v1/my/cases/{case}/told": cases,
            "/v1/my/cases/{case}/reasons": cases,
            "/v1/my/cases/{case}/answer": cases,
            "/v1/my/cases/{case}/appeal": cases,
            "/v1/my/cases/{case}/evidence": cases,
            "/v1/my/cases/{case}/evidence/{pack}": {scope: ({"case": mine["case"], "pack": self.pack(scope)}, [{"case": o["case"], "pack": self.pack(scope)} for o in others],
                                                            {"case": nobody["case"], "pack": self.pack(scope)}) for scope in ("reseller", "customer")},
            "/v1/my/cases/{case}/fixed": {"customer": cases["customer"]},
            "/v1/my/keys/{name}/revoke": {scope: ({"name": self.named(scope, own)}, [{"name": self.named(scope, o)} for o in others] + [{"name": self.named("reporter", own)}],
                                                  {"name": "0" * 16}) for scope, own, others in (("reseller", "hostland", []), ("customer", "bakery", ["florist", "acme"]))},
            "/v1/my/forwarded/{case}": {"reseller": cases["reseller"]},
            "/v1/my/forwarded/{case}/acknowledge": {"reseller": cases["reseller"]},
            "/v1/my/forwarded/{case}/result": {"reseller": cases["reseller"]},
            "/v1/my/policies/{version}/acknowledge": {"reseller": ({"version": self.d.cases()[0]["body"]["policy"]}, [], {"version": "none"})},
            **{f"/v1/webhooks/{{webhook}}{end}": hooks for end in ("", "/deliveries", "/enable", "/rotate", "/test")},
            "/v1/webhooks/{webhook}/remove": {s: ({"webhook": self.hook(s)}, x[1], x[2]) for s, x in hooks.items()},
            "/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver": {s: (None, [dict(o, delivery="evt_1") for o in x[1]], dict(x[2], delivery="evt_1")) for s, x in hooks.items()},
            "/v1/form/reports/{receipt}": {},
            "/v1/my/reports/{receipt}": {"reporter": ({"receipt": self.receipts["bakery"]}, [{"receipt": self.foreign_receipt()}], {"receipt": "0" * 32})},
            "/v1/cases/{case}": tester(mine, nobody),
            "/v1/intake/{item}": tester({"item": item[0]["key"]} if item else None, {"item": "1.99.1.1"}),
            "/v1/registry/{type}/{id}": tester({"type": "customer", "id": "bakery"}, {"type": "customer", "id": "nobody"}),
            "/v1/receipts/{receipt}": tester({"receipt": self.receipts["bakery"]}, {"receipt": "0" * 32}),
            "/v1/cases/{case}/reasons": tester(mine, nobody),
            "/v1/cases/{case}/explained": tester(mine, nobody),
            "/v1/cases/{case}/notice": tester(mine, nobody),
            "/v1/cases/{case}/attachments/{event}": tester({**mine, "event": str(self.d.check("case", "attach", mine["case"], "-", "--name", "log", "--json", stdin=b"log").json["event"])},
                                                             {**mine, "event": "999"}),
            "/v1/cases/{case}/reports/{report}": tester({**mine, "report": str(next(e["n"] for e in self.d.check("case", "show", "--json", mine["case"]).json["events"] if e.get("raw")))},
                                                        {**mine, "report": "999"}),
            "/v1/raw/{item}": tester({"item": item[0]["key"]} if item else None, {"item": "1.99.1.1"}),
            "/v1/queues/{queue}": tester({"queue": "due"}, {"queue": "none"}),
            "/v1/customers/{customer}": tester({"customer": "bakery"}, {"customer": "nobody"}),
            "/v1/customers/{customer}/terms": tester({"customer": "bakery"}, {"customer": "nobody"}),
            "/v1/customers/{customer}/sessions": tester({"customer": "bakery"}, {"customer": "nobody"}),
            "/v1/customers/{customer}/usage": {"operator": ({"customer": "bakery"}, [], {"customer": "nobody"}),
                                               **{scope: ({"customer": "bakery"}, [{"customer": "florist"}, {"customer": "acme"}], {"customer": "nobody"}) for scope in ("reseller", "customer")}},
            "/v1/resellers/{reseller}": tester({"reseller": "hostland"}, {"reseller": "bakery"}),
            "/v1/resellers/{reseller}/tree": tester({"reseller": "hostland"}, {"reseller": "bakery"}),
            "/v1/resellers/{reseller}/scorecard": tester({"reseller": "hostland"}, {"reseller": "bakery"}),
            "/v1/reporters/{name}": tester({"name": quote(self.reporter)}, {"name": "nobody"}),
            "/v1/policy/{version}": tester({"version": self.d.cases()[0]["body"]["policy"]}, {"version": "none"}),
            "/v1/detectors/{detector}": tester({"detector": "messaging.spam"}, {"detector": "none"}),
            "/v1/policy/{version}/files": tester({"version": self.d.cases()[0]["body"]["policy"]}, {"version": "none"}),
            "/v1/policy/{version}/backtest": tester({"version": self.d.cases()[0]["body"]["policy"]}, {"version": "none"}),
            "/v1/policy/{version}/file": tester({"version": self.d.cases()[0]["body"]["policy"]}, {"version": "none"}),
            "/v1/policy/{from}/changes/{to}": tester({"from": self.d.cases()[0]["body"]["policy"], "to": self.d.cases()[0]["body"]["policy"]}, {"from": "none", "to": "none"}),
            "/v1/policies/{version}": tester({"version": self.d.cases()[0]["body"]["policy"]}, {"version": "none"}),
        }

    def hook(self, scope):
        """A webhook of that scope; nobody answers there."""
        r = self.web[scope]("/v1/webhooks", "POST", {"url": "https://hooks.invalid/", "events": "all"})
        assert r.status == 200, r.body
        return json.loads(r.body)["webhook"]

    def foreign_receipt(self):
        """Of a report that another one made: by mail."""
        with open(os.path.join(self.d.dir, "one.eml"), "wb") as f:
            f.write(arf("203.0.113.66", number=9))
        r = self.d.check("ingest", "--json", os.path.join(self.d.dir, "one.eml")).json
        self.d.settle()
        found = re.findall(r"[0-9a-f]{32}", json.dumps(r))
        assert self.d.api(f"/v1/receipts/{found[0]}").status == 200
        return found[0]


def isolation(w):
    """A route cannot be forgotten: one with ids that has no line in ids() fails."""
    ids = w.ids()
    for path, method, op in operations(w.document):
        scopes = op["x-scopes"]
        if "{" not in path:
            continue
        if not tap.ok(path in ids and set(scopes) <= set(ids[path]) | {"local", "nobody"}, f"{path}: the test has ids for each of its scopes", scopes):
            continue
        for scope, (own, others, nobody) in ids[path].items():
            ask = lambda which: w.web[scope](fill(path, which, op), method, body_of(op))
            none = ask(nobody)
            tap.is_equal(none.status, 404, f"{scope}: {method} {path}: what does not exist is 404", none.body)
            for other in others:
                w.d.settle()
                before = w.d.check("case", "list", "--json").json
                got = ask(other)
                same = got.body.decode().replace(list(other.values())[0], "X") == none.body.decode().replace(list(nobody.values())[0], "X")
                tap.ok(got.status == 404 and same, f"{scope}: {method} {path}: what is another's is answered like it", got.body, none.body)
                w.d.settle()
                tap.is_equal(w.d.check("case", "list", "--json").json, before, "and nothing is done")
            if own:
                mine = ask(own)
                tap.is_equal(mine.status, 200, f"{scope}: {method} {path}: one's own is given", mine.body)


def scopes(w):
    """Every route with every scope that it is not for, and without a key."""
    for path, method, op in operations(w.document):
        full = fill(path, {"case": w.cases["bakery"], "report": "1", "event": "1", "receipt": w.receipts["bakery"], "item": "1.1.1.1", "type": "customer", "id": "bakery", "version": "1", "from": "1", "to": "2",
                           "queue": "due", "pack": "deed.1", "customer": "bakery", "reseller": "hostland", "detector": "messaging.spam", "name": quote(w.reporter), "webhook": "wh_0",
                           "delivery": "evt_1"}, op)
        for scope, web in w.web.items():
            if scope not in op["x-scopes"]:
                tap.is_equal(web(full, method, body_of(op)).status, 403, f"{method} {path} is not for a {scope}")
        if "nobody" not in op["x-scopes"]:
            tap.is_equal(Web(w.d)(full, method, body_of(op)).status, 401, "nor for anybody without a key")
    for web in (Web(w.d, "aup_" + "A" * 43), Web(w.d, "x" * 4000)):
        tap.is_equal(web("/v1/my").status, 401, "an unknown key opens nothing")
    r = w.web["customer"]("/v1/command", "POST", {"op": "enforcement", "on": True})
    tap.is_equal(r.status, 403, "nor a command of operators", r.body)
    before = w.d.check("status", "--json").out
    r = w.web["operator"]("/v1/command", "POST", {"op": "key-add", "scope": "operator", "id": "tester"})
    tap.ok(r.status == 409 and b"on the machine" in r.body, "a key makes no key", r.body)
    tap.ok(w.d.aup("key", "add", "operator", "bob").rc == 1, "nobody makes a key of another operator")
    tap.ok(before, "the daemon answers")


def answers(w):
    """Each answer is what the document says, and tells nothing of others."""
    ids = w.ids()
    for path, method, op in operations(w.document):
        content = op["responses"]["200"]["content"]
        if method != "GET" or path == "/v1/openapi.json":
            continue
        for scope in op["x-scopes"]:
            own = ids[path].get(scope, (None,))[0] if "{" in path else {}
            if scope not in w.web or own is None:
                continue
            r = w.web[scope](fill(path, own, op))
            if not tap.is_equal(r.status, 200, f"{scope}: {method} {path}", r.body[:300]):
                continue
            if "application/json" not in content:
                tap.ok(METRICS.search(r.body), "its text is one of metrics")
                continue
            wrong = faults(content["application/json"]["schema"], json.loads(r.body), w.document)
            tap.is_equal(wrong[:5], [], f"{scope}: {method} {path} is answered as the document says")
            if scope in OUTSIDE:
                tap.unlike(r.body.decode(), r"florist|acme|smith|rival|reporter\.example|trusted\.example|tester|" + w.cases["florist"], "and names nobody else")
    got = {c["case"] for c in json.loads(w.web["reseller"]("/v1/my/cases").body)["cases"]}
    tap.is_equal(got, {w.cases["bakery"]}, "a reseller has the cases below it")
    got = json.loads(w.web["reporter"]("/v1/my/reports").body)["reports"]
    tap.is_equal({r["receipt"] for r in got}, set(w.receipts.values()), "a reporter has his reports")
    for bad, why in (("/v1/my/cases?limit=0", "a number out of bounds"), ("/v1/my/cases?owner=acme", "a parameter that is not there"),
                     ("/v1/my/cases?limit=1&limit=2", "one given twice"), ("/v1/my/cases?after=x", "a place that is none")):
        tap.is_equal(w.web["customer"](bad).status, 400, why)
    r = w.web["customer"](f"/v1/my/cases?after={w.cases['acme']}")
    tap.is_equal(r.status, 404, "another's case is no place in a list", r.body)


def asked_outside(w):
    """Of a route that is for others than operators each question is known here: a place in a list of cases is a case, and of another's 404."""
    for path, method, op in operations(w.document):
        for scope in set(op["x-scopes"]) & set(OUTSIDE):
            for p in [p for p in op["parameters"] if p["in"] == "query"]:
                tap.ok(p["name"] in ("limit", "state", "after", "month", "series", "because", "language"), f"{scope}: {method} {path}: the test knows what {p['name']} asks")
                if "pattern" in p["schema"]:
                    r = w.web[scope](f"{path}?{p['name']}={w.cases['acme']}")
                    tap.is_equal(r.status, 404, f"{scope}: {method} {path}: another's case is no {p['name']}", r.body)


def told(w):
    """What the judge tells is the answer to a GET: the operator's own, recorded, and nothing is changed by it."""
    web, d = w.web["operator"], w.d
    d.settle()
    records = lambda: len(json.loads(d.api("/v1/records?limit=1000").body)["rows"])
    before = d.check("case", "list", "--json").json, records()
    queue = json.loads(web("/v1/queues").body)["queues"]
    own = lambda rows: [{k: v for k, v in q.items() if k != "oldest"} for q in rows]
    tap.is_equal(own(queue), own(d.check("queue", "--json").json["queues"]), "the queues are those of aup queue")
    row = json.loads(web("/v1/queues/appeals?limit=1").body)
    tap.is_equal(row["rows"], d.check("queue", "appeals", "--limit", "1", "--json").json["rows"], "and each has its rows, as many as are asked for")
    tap.ok(len(row["rows"]) == 1 and row["after"], "page by page", row)
    tap.is_equal(json.loads(web("/v1/search?text=bakery").body)["cases"][0]["case"], w.cases["bakery"], "a case is found")
    tap.is_equal(web("/v1/search?text=a%40b.example").status, 403, "a person is not looked for without a reason")
    tap.is_equal(web("/v1/customers/bakery").status, 400, "nor a customer")
    r = web("/v1/customers/bakery?because=he%20rang", token="k-9")
    tap.is_equal((r.status, r.headers.get("cache-control")), (200, "no-store"), "a customer whole, and nobody keeps it", r.body)
    look = d.check("lookups", "--json").json["lookups"][0]
    tap.is_equal((look["operator"], look["asked"], look["because"]), ("tester", "bakery, names masked", "he rang"), "who asked stands in the record of look-ups")
    tap.is_equal(web("/v1/my/cases/C-1").status, 403, "an operator's key is no customer's")
    tap.is_equal(web("/v1/who?source=203.0.113.66&port=70000&because=x").status, 400, "a port out of bounds")
    tap.is_equal((d.check("case", "list", "--json").json, records()), before, "nothing is changed by all that")
    post = d.api("/v1/command", "POST", json.dumps({"op": "queue"}), {"Idempotency-Key": "k-9"})
    tap.is_equal(post.status, 200, "a GET has no Idempotency-Key", post.body)


def hidden(w):
    """What is nobody's business outside stays hidden behind the fence too."""
    case = w.cases["bakery"]
    w.d.check("case", "flag", case, "do-not-tell")
    for scope in ("reseller", "customer"):
        tap.is_equal(w.web[scope](f"/v1/my/cases/{case}").status, 404, f"{scope}: a case marked do-not-tell is not there")
        tap.is_equal(json.loads(w.web[scope]("/v1/my/cases").body)["cases"], [], "nor in the list")
        r = w.web[scope](f"/v1/my/cases/{case}/answer", "POST", {"text": "hello"})
        tap.is_equal(r.status, 404, "and takes no answer", r.body)
    told = json.loads(w.web["reporter"](f"/v1/my/reports/{w.receipts['bakery']}").body)
    tap.is_equal((told["state"], told["reason"]), ("received", "none"), "its reporter sees that his report was received, and no more", told)
    w.d.check("case", "flag", "--off", case, "do-not-tell")


def replays(w):
    case, web = w.cases["bakery"], w.web["customer"]
    url = f"/v1/my/cases/{case}/answer"
    events = lambda: [e["type"] for e in json.loads(w.d.api(f"/v1/cases/{case}").body)["events"]].count("answer")
    before = events()
    a = web(url, "POST", {"text": "it was the printer"}, token="k-1")
    b = web(url, "POST", {"text": "it was the printer"}, token="k-1")
    tap.is_equal((a.status, b.status, a.body), (200, 200, b.body), "the same call again has the same answer", a.body, b.body)
    tap.is_equal(events(), before + 1, "and is done once")
    c = web(url, "POST", {"text": "it was the router"}, token="k-1")
    tap.is_equal((c.status, events()), (422, before + 1), "another body under the same key is refused", c.body)
    e = w.web["reseller"](url, "POST", {"text": "it was the printer"}, token="k-1")
    tap.is_equal((e.status, events()), (200, before + 2), "the words of another principal are another key", e.body)
    w.d.kill_and_wait("judge")
    tap.is_equal((web(url, "POST", {"text": "it was the printer"}, token="k-1").body, events()), (a.body, before + 2), "also after a restart")
    w.d.pass_time("25h")
    f = web(url, "POST", {"text": "it was the printer"}, token="k-1")
    tap.is_equal((f.status, events()), (200, before + 3), "a day later it is a new call", f.body)
    tap.is_equal(web(url, "POST", {"text": "x"}, token="y" * 257).status, 400, "an Idempotency-Key that is too long")
    g = w.d.api("/v1/command", "POST", json.dumps({"op": "case-note", "case": case, "text": "n"}), {"Idempotency-Key": "k-1"})
    h = w.d.api("/v1/command", "POST", json.dumps({"op": "case-note", "case": case, "text": "n"}), {"Idempotency-Key": "k-1"})
    tap.is_equal((g.status, g.body), (200, h.body), "an operator's commands likewise", g.body, h.body)
    actors = {e["actor"] for e in json.loads(w.d.api(f"/v1/cases/{case}").body)["events"] if e["type"] == "answer"}
    tap.is_equal(actors, {"customer bakery", "reseller hostland"}, "who answered stands in the case")
    for body in ({}, {"text": ""}, {"text": "x" * 9000}, {"text": 1}, {"text": "x", "more": "y"}, b"[]", b"{", b""):
        tap.is_equal(web(url, "POST", body).status, 400, f"no such body: {str(body)[:30]}")
    r = web(f"/v1/my/cases/{case}/appeal", "POST", {"text": "not ours"})
    tap.ok(r.status == 200 and json.loads(web(f"/v1/my/cases/{case}").body)["appealed"], "an appeal is one", r.body)
    w.d.check("case", "dismiss", case, "looked at")
    tap.is_equal(web(url, "POST", {"text": "late"}).status, 409, "a closed case takes no answer")


def forwarded(w):
    """What was passed on to a reseller, page by page; and a customer who says that it is mended."""
    d, web = w.d, w.web["reseller"]
    d.check("registry", "import", "-", stdin="type,id,reseller,customer,class,kind,resource,language,email,from\n"
            "customer,kiosk,hostland,,business,,,en,it@kiosk.example,2026-01-01T00:00:00Z\n"
            "prefix,p-kiosk,,kiosk,,static,198.18.1.1/32,,,2026-01-01T00:00:00Z\n")
    d.report(xarf("198.18.1.1", report_id="00000009-8172-431a-9276-c28ba90f694a"), token="r-9")
    d.settle()
    case = next(c["case"] for c in d.cases() if c["body"]["customer"] == "kiosk")
    rows = lambda query="", of=web: json.loads(of(f"/v1/my/forwarded{query}").body)
    told = d.check("reseller", "show", "hostland", "--json").json["forwardings"]
    tap.is_equal([x["case"] for x in told], [case, w.cases["bakery"]], "two complaints were passed on")
    tap.is_equal(rows(), {"forwarded": told}, "the reseller is told of them what an operator sees")
    page = rows("?limit=1")
    tap.is_equal(page["forwarded"], told[:1], "a page of one")
    tap.is_equal(rows(f"?limit=1&after={page['after']}")["forwarded"], told[1:], "and the next")
    tap.is_equal(rows("?state=sent")["forwarded"], told[:1], "those that wait for an answer")
    schema = w.document["paths"]["/v1/my/forwarded"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    tap.is_equal(faults(schema, page, w.document), [], "as the document says")
    rival = Web(d, key(d, "reseller", "rival"))
    tap.is_equal([x["case"] for x in rows(of=rival)["forwarded"]], [w.cases["florist"]], "another one has its own")
    d.check("case", "flag", case, "do-not-tell")
    tap.is_equal(rows()["forwarded"], told[1:], "a case marked do-not-tell is not in it")
    tap.is_equal(rows("?limit=1")["forwarded"], told[1:], "and takes no room on its page")
    d.check("case", "flag", "--off", case, "do-not-tell")
    kiosk = Web(d, key(d, "customer", "kiosk"))
    r = kiosk(f"/v1/my/cases/{case}/fixed", "POST", {"text": "the mailer is gone"})
    tap.is_equal(r.status, 200, "mended, the customer says", r.body)
    shown = json.loads(kiosk(f"/v1/my/cases/{case}").body)
    tap.is_equal((shown["state"], "fixed" in [e["type"] for e in shown["events"]]), ("paused", True), "the ladder stands")
    said = [(e["actor"], e["text"]) for e in json.loads(d.api(f"/v1/cases/{case}").body)["events"] if e["type"] == "fixed"]
    tap.is_equal(said, [("customer kiosk", "the mailer is gone")], "his words stand in the case")
    d.check("case", "dismiss", case, "looked at")
    r = kiosk(f"/v1/my/cases/{case}/fixed", "POST", {"text": "again"})
    tap.is_equal(r.status, 409, "of a closed case nobody would look", r.body)


def rates(w):
    web = Web(w.d, key(w.d, "customer", "acme", "--label", "for the rate"))
    got = [web("/v1/my").status for _ in range(200)]
    r = web("/v1/my")
    tap.is_equal((got, r.status), ([200] * 200, 429), "so many calls a minute and no more")
    tap.like(r.headers.get("retry-after"), r"^([1-9]|[1-5]\d|60)$", "and when to come again")
    tap.is_equal(w.web["customer"]("/v1/my").status, 200, "another key has its own")
    w.d.pass_time("61s")
    tap.is_equal(web("/v1/my").status, 200, "a minute later it goes on")


def ends(w):
    d = w.d
    brief = Web(d, key(d, "customer", "acme", "--expires", "2h"))
    tap.is_equal(brief("/v1/my").status, 200, "a key for a time")
    d.pass_time("2h")
    tap.is_equal(brief("/v1/my").status, 401, "is none when it is over")
    other = d.check("key", "add", "reseller", "rival", "--json").json
    web = Web(d, other["key"])
    tap.is_equal(web("/v1/my").status, 200, "a key")
    tap.like(d.check("key", "list").out, rf"{other['name']}  reseller rival  by tester  made", "it stands in the list")
    tap.ok(other["key"] not in d.check("key", "list", "--json").out, "by its digest")
    d.check("key", "revoke", other["name"])
    tap.is_equal(web("/v1/my").status, 401, "is none when it is revoked")
    tap.is_equal(d.aup("key", "revoke", "0123456789abcdef").rc, 1, "no such key")
    for bad in (("add", "customer", "nobody"), ("add", "reseller", "acme"), ("add", "local", "x"), ("add", "customer", "acme", "--expires", "2020-01-01T00:00:00Z")):
        tap.is_equal(d.aup("key", *bad).rc, 1, f"aup key {' '.join(bad)} is refused")
    raw = b"".join(open(os.path.join(d.data, n), "rb").read() for n in os.listdir(d.data) if n.startswith("aupd.db"))
    tap.ok(not any(k.encode() in raw for k in (*w.keys.values(), other["key"])), "no file of the store has a key")


def tls():
    with Daemon(start=False) as d:
        cert, secret = os.path.join(d.dir, "cert.pem"), os.path.join(d.dir, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=desk", "-addext",
                        f"subjectAltName=IP:{d.address}", "-keyout", secret, "-out", cert], check=True, capture_output=True)
        d.write_config(conf=f"listen api {d.address}:2600 tls {cert} {secret}")
        d.start()
        d.check("registry", "import", d.registry)
        k = key(d, "customer", "acme")
        context = ssl.create_default_context(cafile=cert)
        import http.client
        c = http.client.HTTPSConnection(d.address, 2600, context=context, timeout=60)
        c.request("GET", "/v1/my", headers={"Authorization": f"Bearer {k}"})
        r = c.getresponse()
        tap.is_equal((r.status, json.loads(r.read())), (200, {"scope": "customer", "id": "acme"}), "over TLS")
        tap.is_equal(r.getheader("strict-transport-security"), "max-age=31536000", "  by which a browser is told to come from now on")
        c.request("GET", "/events", headers={"Authorization": f"Bearer {k}"})
        r = c.getresponse()
        tap.is_equal((r.status, r.readline()[:4], r.readline()), (200, b"id: ", b"event: beat\n"), "a stream begins over it, too")
        c.close()


def main():
    why = missing()
    if why:
        tap.skip_all(why)
    offline = None
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 200\nbindings { feed radius 1 }") as d:
        w = World(d)
        offline = d.check("api", "openapi").json
        tap.is_equal(offline, w.document, "aup api openapi is the same document")
        answers(w)
        isolation(w)
        d.pass_time("61s")
        asked_outside(w)
        told(w)
        d.pass_time("61s")
        scopes(w)
        hidden(w)
        d.pass_time("61s")
        replays(w)
        d.pass_time("61s")
        forwarded(w)
        d.pass_time("61s")
        rates(w)
        ends(w)
    tls()


tap.run(main)
