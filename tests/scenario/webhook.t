#!/usr/bin/env python3
"""Webhooks of subscribers, against HTTP servers that check each signature: who is told of what, retries in order, targets that fail, hang,
redirect or hide, kills in between, secrets that are replaced, webhooks that are disabled, removed, erased."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, crlf, loopback, missing, xarf

PERSON = re.compile(r"@|203\.0\.113|198\.18|bakery|florist|acme|Sommer|hostland|rival|trusted-desk|tester")


def fits(schema, value):
    """Is it an object of just these members, and they of theirs?"""
    if "const" in schema and value != schema["const"]:
        return False
    if schema["type"] != "object":
        return isinstance(value, str)
    return set(value) == set(schema["properties"]) and all(fits(s, value[k]) for k, s in schema["properties"].items())


class Target:
    """A subscriber's server: keeps every call, checks it with the secrets that it was given, and answers by its script."""

    def __init__(self, address=None):
        self.calls, self.secrets, self.changed, self.free = [], [], threading.Condition(), threading.Event()
        self.script = lambda call: 204          # a status, (status, headers), or "hang"
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                target.take(self)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server((address or loopback(), 0), Handler)
        self.host = self.server.server_address[0]
        self.url = "http://%s:%d/in" % self.server.server_address[:2]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        head = {k.lower(): v for k, v in request.headers.items()}
        call = {"id": head.get("webhook-id"), "head": head, "raw": body, "body": json.loads(body) if body else {}, "by": self.signers(head, body), "path": request.path}
        with self.changed:
            answer = self.script(call)
            call["answer"] = answer
            self.calls.append(call)
            self.changed.notify_all()
        if answer == "hang":
            self.free.wait()
            return
        status, more = answer if isinstance(answer, tuple) else (answer, {})
        request.send_response(status)
        for name, value in more.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def signers(self, head, body):
        """Which of the secrets signed it, by place."""
        said = f"{head.get('webhook-id')}.{head.get('webhook-timestamp')}.".encode() + body
        given = head.get("webhook-signature", "").split(" ")
        return [i for i, s in enumerate(self.secrets)
                if "v1," + base64.b64encode(hmac.new(base64.b64decode(s[len("whsec_"):]), said, hashlib.sha256).digest()).decode() in given]

    def wait(self, predicate):
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self.calls), 120)

    def news(self):
        with self.changed:
            calls, self.calls = self.calls, []
        return calls

    def types(self):
        return [c["body"]["type"] for c in self.news()]

    def subscribe(self, d, events, *more):
        got = d.check("webhook", "add", self.url, "--events", events, "--json", *more).json
        self.secrets.append(got["secret"])
        return got["webhook"]


def crlf_xarf(address, number):
    """A mail with one report that is enough for a case."""
    return crlf(f"""From: <desk@trusted.example>
To: <abuse@example.net>
Subject: phishing
Message-ID: <{number}.{address}@trusted.example>
MIME-Version: 1.0
Content-Type: application/json; name="xarf.json"
Content-Transfer-Encoding: base64

{base64.encodebytes(xarf(address, report_id=f"{number:08d}-8172-431a-9276-c28ba90f694b")).decode()}""")


class World:
    """Two tenants of each kind, and the scopes of the API for one of each."""

    def __init__(self, d, target):
        self.d, self.target, self.n = d, target, 0
        d.check("registry", "import", "-", stdin="type,id,reseller,customer,class,kind,resource,language,name,email,from\n"
                "reseller,rival,,,reseller,,,en,Rival Ltd,abuse@rival.example,2026-01-01T00:00:00Z\n"
                "customer,bakery,hostland,,business,,,de,Baeckerei Sommer,info@bakery.example,2026-01-01T00:00:00Z\n"
                "customer,florist,rival,,business,,,en,Florist Ltd,it@florist.example,2026-01-01T00:00:00Z\n"
                "prefix,p-florist,,florist,,static,203.0.113.80/28,,,,2026-01-01T00:00:00Z\n")
        self.keys = {s: d.check("key", "add", s, i, "--json").json for s, i in (("reseller", "hostland"), ("customer", "bakery"), ("reporter", "trusted-desk"))}

    def web(self, scope, path, method="GET", body=None):
        headers = {"Authorization": f"Bearer {self.keys[scope]['key']}", "Content-Type": "application/json"}
        r = self.d._http(("unix", f"{self.d.run}/api.sock"), method, path, json.dumps(body) if body is not None else None, headers)
        return r.status, json.loads(r.body)

    def report(self, address):
        self.n += 1
        r = self.d.report(xarf(address, report_id=f"{self.n:08d}-8172-431a-9276-c28ba90f694a"), token=f"r-{self.n}")
        self.d.settle()
        return json.loads(r.body)["id"]

    def numbers(self):
        return [c["case"] for c in self.d.cases()]

    def case(self, customer):
        return next((c["case"] for c in self.d.cases() if c.get("body", {}).get("customer") == customer), None)

    def deliveries(self, hook, *more):
        return self.d.check("webhook", "deliveries", hook, "--json", *more).json["deliveries"]


def told(w):
    """An operator's webhook, from the registration to the details behind the path."""
    d, t = w.d, w.target
    hook = t.subscribe(d, "all")
    tap.like(t.secrets[-1], r"^whsec_[A-Za-z0-9+/]{43}=$", "a secret is told once")
    tap.unlike(d.check("webhook", "list", "--json").out + d.api("/v1/webhooks").body.decode(), re.escape(t.secrets[-1]), "and not in a list")
    w.report("203.0.113.66")
    case = w.case("bakery")
    calls = t.news()
    opened = [c for c in calls if c["body"]["type"] == "case.opened"]
    tap.is_equal(len(opened), 1, "the case that was opened is told of once", [c["body"] for c in calls])
    c = opened[0]
    tap.is_equal(c["by"], [0], "Python's hmac says that the secret signed it")
    tap.is_equal(c["head"]["content-type"], "application/json", "it is JSON")
    tap.is_equal((c["body"]["id"], c["body"]["data"]), (c["id"], {"case": case, "path": f"/v1/cases/{case}"}), "a number, and where the rest is read")
    tap.is_equal(d.api(c["body"]["data"]["path"]).status, 200, "which is there")
    document = d.check("api", "openapi").json["webhooks"]
    wrong = [x["body"] for x in calls if not fits(document[x["body"]["type"]]["post"]["requestBody"]["content"]["application/json"]["schema"], x["body"])]
    tap.is_equal(wrong, [], "each is what the OpenAPI document says of its kind")
    tap.ok(all(len(x["raw"]) < 512 and not PERSON.search(x["raw"].decode()) for x in calls), "nothing of a person is in any of them", [x["raw"] for x in calls])
    ids = [x["id"] for x in calls]
    tap.is_equal(len(set(ids)), len(ids), "each has an id of its own")
    rows = w.deliveries(hook)
    tap.is_equal(sorted((r["delivery"], r["state"], r["attempts"], r["repeated"], r["status"]) for r in rows), [(i, "delivered", 1, 0, 204) for i in sorted(ids)],
                 "its deliveries are listed")
    tap.is_equal([c["body"]["type"] for c in calls][:2], ["case.opened", "case.step"], "in the order in which it happened")
    story = [e["type"] for e in d.check("case", "show", case, "--json").json["events"]]
    tap.is_equal([x["body"]["type"] for x in calls if x["body"]["data"].get("case") == case].count("case.step"), story.count("step"), "each step is told of", story)
    tap.like(d.check("webhook", "list").out, rf"(?m)^{hook}  operator tester  on  {re.escape(t.url)}$", "it stands in the list")
    d.check("webhook", "test", hook)
    d.settle()
    c = t.news()[-1]
    tap.is_equal((c["body"]["type"], c["body"]["data"]["webhook"], c["by"]), ("webhook.test", hook, [0]), "a test")
    with open(os.path.join(d.data, "aupd.db"), "rb") as f:
        raw = f.read() + (open(f"{d.data}/aupd.db-wal", "rb").read() if os.path.exists(f"{d.data}/aupd.db-wal") else b"")
    octets = base64.b64decode(t.secrets[0][6:])
    tap.ok(t.secrets[0][6:].encode() not in raw and octets not in raw, "no file of the store has the secret")
    figures = d.api("/metrics").body.decode()
    tap.like(figures, r'(?m)^aupd_deliveries_total\{role="hand",outcome="done"\} [1-9]', "deliveries are counted")
    tap.unlike("\n".join(x for x in figures.split("\n") if "deliver" in x or "webhook" in x), r"wh_|evt_|127\.", "without a name")
    return hook


def refused(w):
    """What is no webhook."""
    d, t = w.d, w.target
    for events, url, why in (("all", "https://user@hooks.example/", "a user in the URL"), ("all", "http://hooks.example/", "no TLS to a host that is not named"),
                             ("all", "ftp://hooks.example/", "another scheme"), ("case.unheard", t.url, "a kind that is not there"), ("report.state", t.url, "one for reporters"),
                             ("", t.url, "no kind")):
        tap.is_equal(d.aup("webhook", "add", url, "--events", events).rc, 1, why)
    tap.is_equal(d.aup("webhook", "add", t.url, "--events", "all", "--customer", "nobody").rc, 1, "a customer that is not there")
    tap.is_equal(w.web("customer", "/v1/webhooks", "POST", {"url": t.url, "events": "all", "scope": "customer", "id": "acme"})[0], 403, "one for somebody else")
    tap.is_equal(w.web("customer", "/v1/webhooks", "POST", {"url": t.url, "events": "notice.proved"})[0], 400, "what is for operators alone")
    for i in range(20):
        got = w.web("customer", "/v1/webhooks", "POST", {"url": t.url, "events": "all"})
        tap.is_equal(got[0], 200, f"{i + 1} of one", got)
    tap.is_equal(w.web("customer", "/v1/webhooks", "POST", {"url": t.url, "events": "all"})[0] // 100, 4, "and no more")
    for row in w.web("customer", "/v1/webhooks")[1]["webhooks"]:
        w.web("customer", f"/v1/webhooks/{row['webhook']}/remove", "POST", {})
    d.settle()
    tap.is_equal(w.web("customer", "/v1/webhooks")[1]["webhooks"], [], "removed, they are gone")


def fence(w):
    """Each scope hears of what it may read, by the number that it knows, and of nothing else."""
    d = w.d
    targets, hooks = {}, {}
    for scope in w.keys:
        t = targets[scope] = Target(w.target.host)
        status, got = w.web(scope, "/v1/webhooks", "POST", {"url": t.url, "events": "all"})
        tap.is_equal(status, 200, f"a {scope} registers one over the API", got)
        t.secrets.append(got["secret"])
        hooks[scope] = got["webhook"]
    florist = w.report("203.0.113.82")
    acme = w.report("203.0.113.17")
    d.smtp_send(arf("203.0.113.66", number=77))
    d.settle()
    other = w.case("florist")
    calls = {s: t.news() for s, t in targets.items()}
    tap.is_equal([c["body"] for c in calls["customer"] if c["body"]["data"]["case"] != w.case("bakery")], [], "a customer hears of its own cases alone")
    tap.is_equal([c["body"] for c in calls["reseller"] if c["body"]["data"]["case"] != w.case("bakery")], [], "a reseller of those below it")
    tap.is_equal({c["body"]["data"]["report"] for c in calls["reporter"]}, {florist, acme}, "a reporter of his own reports", [c["body"] for c in calls["reporter"]])
    tap.is_equal({c["body"]["type"] for c in calls["reporter"]}, {"report.state"}, "and of their state alone")
    for scope, list_ in calls.items():
        for c in list_:
            tap.is_equal(c["by"], [0], f"{scope}: signed with its own secret")
            tap.is_equal(w.web(scope, c["body"]["data"]["path"])[0], 200, f"{scope}: the path is one that its key reads", c["body"])
    case = w.case("bakery")
    d.check("case", "reply", case, "hello")
    d.settle()
    seen = {s: t.types() for s, t in targets.items()}
    tap.ok("notice.sent" in seen["customer"] and "notice.sent" in seen["reseller"] and not seen["reporter"], "a letter of a case: its customer and its reseller hear", seen)
    d.check("case", "flag", case, "do-not-tell")
    w.target.news()
    d.check("case", "note", case, "x")
    d.check("case", "resolve", case, "done")
    d.settle()
    seen = {s: t.types() for s, t in targets.items()}
    tap.is_equal(seen, {"reseller": [], "customer": [], "reporter": []}, "of what is marked do-not-tell nobody outside hears")
    tap.ok("case.closed" in w.target.types(), "an operator does")
    d.check("case", "flag", "--off", case, "do-not-tell")
    before = set(w.numbers())
    d.report(xarf("203.0.113.66", kind="csam", report_id="00009999-8172-431a-9276-c28ba90f694a"), token="sealed")
    d.settle()
    sealed = set(w.numbers()) - before
    tap.is_equal(len(sealed), 1, "a case of the sealed class")
    tap.is_equal({s: t.types() for s, t in targets.items()}, {"reseller": [], "customer": [], "reporter": []}, "of which nobody outside hears")
    calls = w.target.news()
    tap.ok(calls and {c["body"]["data"]["case"] for c in calls} == sealed and not any(PERSON.search(c["raw"].decode()) for c in calls),
           "and operators no more than that there is one", [c["raw"] for c in calls])
    d.check("case", "dismiss", other, "no breach")
    d.settle()
    calls = targets["reporter"].news()
    tap.is_equal([c["body"]["data"]["report"] for c in calls], [florist], "a decision changes the state of a report: its reporter hears", [c["body"] for c in calls])
    tap.is_equal(w.web("reporter", f"/v1/my/reports/{florist}")[1]["state"], "refused", "and reads it")
    tap.is_equal({s: t.types() for s, t in targets.items() if s != "reporter"}, {"reseller": [], "customer": []}, "nobody else")
    for scope in w.keys:
        tap.is_equal([r["webhook"] for r in w.web(scope, "/v1/webhooks")[1]["webhooks"]], [hooks[scope]], f"a {scope} sees its own")
        foreign = hooks["customer" if scope != "customer" else "reseller"]
        for path, method in ((f"/v1/webhooks/{foreign}", "GET"), (f"/v1/webhooks/{foreign}/deliveries", "GET"), (f"/v1/webhooks/{foreign}/remove", "POST"),
                             (f"/v1/webhooks/{foreign}/rotate", "POST"), (f"/v1/webhooks/{foreign}/test", "POST"), (f"/v1/webhooks/{foreign}/enable", "POST")):
            tap.is_equal(w.web(scope, path, method, {} if method == "POST" else None)[0], 404, f"{scope}: {method} of another's is not there")
    got = w.deliveries(hooks["customer"])
    own = w.web("customer", f"/v1/webhooks/{hooks['customer']}/deliveries")[1]["deliveries"]
    tap.is_equal(own, got[:len(own)], "its deliveries are its own to see")
    # what is on its way when a case is hidden does not arrive
    targets["customer"].script = lambda call: 503
    d.check("case", "reopen", case, "again")
    d.settle()
    targets["customer"].news()
    d.check("case", "flag", case, "do-not-tell")
    d.pass_time("10m")
    tap.is_equal(targets["customer"].types(), [], "what was waiting when the case was hidden is told no more")
    d.check("case", "flag", "--off", case, "do-not-tell")
    targets["customer"].script = lambda call: 204
    return targets, hooks


def keys(w, targets, hooks):
    """A webhook ends with the key that registered it."""
    d = w.d
    targets["reseller"].news()
    d.check("key", "revoke", w.keys["reseller"]["name"])
    d.check("case", "reply", w.case("bakery"), "once more")
    d.settle()
    tap.is_equal(targets["reseller"].types(), [], "its key is revoked: nothing is told")
    tap.ok(targets["customer"].types(), "to another it is")
    row = next(r for r in d.check("webhook", "list", "--json").json["webhooks"] if r["webhook"] == hooks["reseller"])
    tap.is_equal((row["state"], row["because"]), ("disabled", "key-revoked"), "it is disabled, and says why", row)
    rows = d.check("queue", "webhooks", "--json").json["rows"]
    tap.is_equal([(r["key"], r["reason"]) for r in rows], [(hooks["reseller"], "key-revoked")], "and stands before a person", rows)
    for hook in hooks.values():
        d.check("webhook", "remove", hook)
    d.settle()
    tap.is_equal(d.check("queue", "webhooks", "--json").json["rows"], [], "removed, it stands there no more")


def order(w, hook):
    """500s: tried again, later and later, under one id; what follows in the case waits, other cases do not."""
    d, t = w.d, w.target
    t.news()
    a, b = w.case("acme"), w.case("florist")
    bad = {"case": a}
    t.script = lambda call: 500 if call["body"]["data"].get("case") == bad["case"] else 204
    d.check("case", "reply", a, "one")
    d.check("case", "reply", a, "two")
    d.settle()
    d.check("case", "reply", b, "three")
    d.settle()
    calls = t.news()
    first = calls[0]["id"]
    tap.is_equal([c["id"] for c in calls if c["body"]["data"]["case"] == a], [first], "the first of a case is tried, the others of it wait", [c["body"] for c in calls])
    tap.ok([c for c in calls if c["body"]["data"]["case"] == b], "another case goes on")
    d.pass_time("45m")                  # no wait is an eighth longer than its span
    calls = t.news()
    tap.is_equal({c["id"] for c in calls}, {first}, "it is tried again under its id")
    tap.is_equal(len(calls), 4, "after 5 seconds, a minute, five minutes and half an hour")
    tap.is_equal(len({c["raw"] for c in calls}), 1, "the same octets each time")
    stamps = [int(c["head"]["webhook-timestamp"]) for c in calls]
    tap.ok(stamps == sorted(set(stamps)) and all(c["by"] == [0] for c in calls), "signed anew with the time of the try", stamps)
    row = next(r for r in w.deliveries(hook) if r["delivery"] == first)
    tap.is_equal((row["state"], row["attempts"], row["failure"], row["status"]), ("waiting", 5, "status", 500), "its row says so", row)
    bad["case"] = None
    d.pass_time("15h")
    calls = t.news()
    tap.is_equal(calls[0]["id"], first, "when it is taken, it is the first")
    at = [c["body"]["timestamp"] for c in calls if c["body"]["data"]["case"] == a]
    tap.ok(len(at) > 1 and at == sorted(at), "and the others follow in their order", at)
    tap.is_equal(w.deliveries(hook, "--state", "waiting"), [], "nothing waits")


def elsewhere(w, hidden):
    """Redirects are not followed; addresses that are not public are not spoken to, however they are named; a target that hangs holds up nobody."""
    d, t = w.d, w.target
    other, slow = Target(t.host), Target(t.host)
    hook = other.subscribe(d, "case.closed")
    other.script = lambda call: (307, {"Location": slow.url})
    t.news()
    d.check("webhook", "test", hook)
    d.settle()
    row = w.deliveries(hook)[0]
    tap.is_equal((len(other.news()), slow.news()), (1, []), "a redirect is not followed, also to where one may live")
    tap.is_equal((row["state"], row["failure"], row["status"]), ("failed", "status", 307), "it is a failure", row)
    d.check("webhook", "remove", hook)
    hook = hidden.subscribe(d, "case.closed")
    d.check("webhook", "test", hook)
    d.settle()
    row = w.deliveries(hook)[0]
    tap.is_equal((hidden.news(), row["failure"]), ([], "not-allowed"), "an address that is not public and not listed is not connected to", row)
    d.check("webhook", "remove", hook)
    named = d.check("webhook", "add", f"http://localhost:{hidden.server.server_address[1]}/", "--events", "all", "--json").json["webhook"]
    d.check("webhook", "test", named)
    d.settle()
    row = w.deliveries(named)[0]
    tap.is_equal((hidden.news(), row["failure"]), ([], "not-allowed"), "nor by a name", row)
    d.check("webhook", "remove", named)
    hook = slow.subscribe(d, "case.closed,case.reopened")
    slow.script = lambda call: "hang"
    t.news()
    case = w.case("acme")
    d.sink.letters.clear()
    d.check("case", "resolve", case, "done")
    tap.ok(slow.wait(lambda calls: calls), "one target hangs")
    d.check("case", "reply", w.case("florist"), "while one hangs")
    tap.ok(t.wait(lambda calls: [c for c in calls if c["body"]["type"] == "notice.sent"]) and d.sink.wait(lambda letters: letters), "letters and other webhooks go on")
    row = w.deliveries(hook)[0]
    tap.is_equal((row["state"], row["attempts"], row["failure"]), ("waiting", 1, "none"), "while it hangs", row)
    slow.script = lambda call: 204
    slow.free.set()
    d.check("webhook", "remove", hook)
    d.settle()


def kills(w, hook):
    """kill -9 of the hand and of the judge with deliveries in flight: none is lost, what is repeated has its id and is counted."""
    d, t = w.d, w.target
    for role in ("hand", "judge", "keeper"):
        t.news()
        t.free.clear()
        t.script = lambda call: "hang"
        case = w.case("florist")
        d.check("case", "reply", case, f"before the kill of {role}")
        tap.ok(t.wait(lambda calls: calls), f"{role}: a delivery is in flight")
        first = t.calls[0]["id"]
        t.script = lambda call: 204
        if role == "keeper":
            d.crash()
            d.launch()
        else:
            d.kill_and_wait(role)
        t.free.set()
        d.pass_time("2m")
        ids = [c["id"] for c in t.news()]
        rows = {r["delivery"]: r for r in w.deliveries(hook)}
        tap.ok(ids.count(first) >= 1 and {i for i in ids} <= set(rows), f"{role}: what comes after the kill is known", ids)
        tap.is_equal([r for r in rows.values() if r["state"] != "delivered" and r["state"] != "failed"], [], f"{role}: nothing is left over")
        tap.ok(all(rows[i]["attempts"] + rows[i]["repeated"] >= ids.count(i) for i in set(ids)), f"{role}: repeats have their id and are counted", ids, rows)
        tap.ok(rows[first]["repeated"] >= (1 if role != "judge" else 0), f"{role}: the one in flight was repeated", rows[first])
        events = [e for e in d.check("case", "show", case, "--json").json["events"] if e["type"] == "letter"]
        sent = [r for r in rows.values() if r["type"] == "notice.sent" and r["about"] == case]
        tap.is_equal(len(sent), len(events), f"{role}: each letter of the case was told of", len(events))


def rotation(w, hook):
    d, t = w.d, w.target
    got = d.check("webhook", "rotate", hook, "--json").json
    t.secrets.append(got["secret"])
    t.news()
    d.check("webhook", "test", hook)
    d.settle()
    tap.is_equal(t.news()[-1]["by"], [0, 1], "for a day both secrets sign")
    d.pass_time("25h")
    t.news()
    d.check("webhook", "test", hook)
    d.settle()
    tap.is_equal(t.news()[-1]["by"], [1], "then the new one alone")


def ends(w, hook):
    """Days of failures: a delivery is given up, then the webhook is disabled; a person hears of both, and it can be had again."""
    d, t = w.d, w.target
    t.news()
    t.script = lambda call: 500
    case = w.case("florist")
    d.check("case", "note", case, "x")
    d.check("case", "reply", case, "lost")
    d.settle()
    tries = [c["id"] for c in t.news()]
    d.pass_time("85h")
    calls = t.news()
    lost = next(r for r in w.deliveries(hook) if r["delivery"] == tries[0])
    tap.is_equal((lost["state"], lost["failure"]), ("failed", "status"), "after three days a delivery is given up", lost)
    tap.ok(5 < len([c for c in calls if c["id"] == tries[0]]) < 20, "after not too many tries", len(calls))
    tap.is_equal([r["key"] for r in d.check("queue", "webhooks", "--json").json["rows"]], [hook], "a person hears of it")
    for i in range(3):
        d.check("case", "reply", case, f"day {i}")
        d.pass_time("24h")
    row = next(r for r in d.check("webhook", "list", "--json").json["webhooks"] if r["webhook"] == hook)
    tap.is_equal((row["state"], row["because"]), ("disabled", "failing"), "after five days it is disabled", row)
    t.script = lambda call: 204
    t.news()
    d.check("case", "reply", case, "to nobody")
    d.pass_time("13h")
    tap.is_equal(t.news(), [], "and is told nothing")
    tap.is_equal(w.deliveries(hook, "--state", "waiting"), [], "what waited is given up")
    tap.is_equal(d.aup("webhook", "redeliver", hook, tries[0]).rc, 1, "nothing is delivered to it")
    d.check("webhook", "enable", hook)
    d.check("webhook", "redeliver", hook, tries[0])
    d.settle()
    calls = t.news()
    tap.is_equal([c["id"] for c in calls], [tries[0]], "enabled, it gets again what is asked for, under its id")
    tap.is_equal(d.check("queue", "webhooks", "--json").json["rows"], [], "and stands before nobody")
    tap.is_equal(d.aup("webhook", "redeliver", hook, "evt_none").rc, 1, "there is no such delivery")
    t.script = lambda call: 410
    d.check("case", "reply", case, "gone")
    d.settle()
    row = next(r for r in d.check("webhook", "list", "--json").json["webhooks"] if r["webhook"] == hook)
    tap.is_equal((row["state"], row["because"]), ("disabled", "gone"), "410 disables at once", row)
    t.script = lambda call: 204
    d.check("webhook", "enable", hook)
    d.pass_time("15d")
    tap.is_equal(w.deliveries(hook), [], "two weeks later its deliveries are forgotten")


def budget(w, hook):
    """More than a minute's worth: the rest follows, none is lost."""
    d, t = w.d, w.target
    t.script = lambda call: 204
    t.news()
    for _ in range(70):
        d.check("webhook", "test", hook)
    d.settle()
    first = len(t.calls)
    tap.ok(40 <= first <= 60, "no more than a minute's worth goes out at once", first)
    d.pass_time("2m")
    ids = [c["id"] for c in t.news()]
    tap.is_equal((len(ids), len(set(ids))), (70, 70), "then the rest, each once")


def two():
    """Two processes fold: what either writes is told, also of a webhook that the other one registered."""
    t = Target()
    with Daemon(conf=f"judges 2\nwebhooks {{ allow {t.host}/32\nhttp {t.host}\n}}", listens=("smtp", "ingest")) as d:
        rows = "".join(f"customer,c{i},,business,,,,en,it@c{i}.example,2026-01-01T00:00:00Z\nprefix,p{i},c{i},,static,198.18.3.{i}/32,,,,2026-01-01T00:00:00Z\n" for i in range(12))
        d.check("registry", "import", "-", stdin="type,id,customer,class,kind,resource,service,language,email,from\n" + rows)
        for round_ in range(2):
            if not round_:
                hook = t.subscribe(d, "case.opened")
            for i in range(6):
                d.smtp_send(crlf_xarf(f"198.18.3.{round_ * 6 + i}", round_ * 6 + i))
            d.until(lambda: len(d.cases()) == 6 * (round_ + 1), "a case of each")
            d.settle()
            told = {c["body"]["data"]["case"] for c in t.calls}
            tap.is_equal(told, {c["case"] for c in d.cases()}, "two judges: each case is told of")
        d.check("webhook", "remove", hook)
        d.smtp_send(crlf_xarf("198.18.3.0", 99))
        d.settle()
        tap.is_equal(len(t.calls), 12, "removed, nothing is")


def erased(w):
    """A customer's webhook is his: it goes with him."""
    d = w.d
    t = Target(w.target.host)
    t.subscribe(d, "all", "--customer", "florist")
    d.check("case", "reply", w.case("florist"), "to be forgotten")
    d.settle()
    tap.ok(t.news(), "a customer's webhook, registered by an operator")
    for uid in (0, 4711):
        d.aup("erase", "--basis", "art. 17", "--even-open", "asked", "florist", uid=uid or None)
    d.until(lambda: (d.pass_time("2m"), d.log.find("an erasure is complete"))[1], "the end of the erasure")
    tap.unlike(d.check("webhook", "list", "--json").out, "florist", "erased with him")
    with open(os.path.join(d.data, "aupd.db"), "rb") as f:
        tap.ok(t.url.encode() not in f.read(), "his URL is in no file")


def main():
    why = missing()
    if why:
        tap.skip_all(why)
    target, hidden = Target(), Target()
    people = {"tester": os.getuid(), "second": 4711}
    with Daemon(listens=("smtp", "lmtp", "http", "ingest"), operators=people,
                conf=f"webhooks {{ allow {target.host}/32\nhttp {target.host}\nhttp {hidden.host}\nhttp localhost\nper-minute 60 }}") as d:
        w = World(d, target)
        hook = told(w)
        refused(w)
        targets, hooks = fence(w)
        keys(w, targets, hooks)
        order(w, hook)
        elsewhere(w, hidden)
        kills(w, hook)
        rotation(w, hook)
        ends(w, hook)
        budget(w, hook)
        if os.getuid() == 0:
            erased(w)
        else:
            tap.skip("a customer's webhook is erased with him", "only root is two people")
    two()


tap.run(main)
