#!/usr/bin/env python3
"""The console without a screen: pages and what they do, accounts from the invitation to the way out, and what other sites must not be able to do."""
import datetime
import gzip
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, totp
from daemon import Daemon, arf, missing

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
PASSWORD = "correct horse battery"


def complain(d):
    for n, who in enumerate("abc", 1):
        d.smtp_send(arf(number=n, reporter=f"fbl@reporter-{who}.example", subject=HOSTILE))
    d.settle()
    return d.cases()[0]["case"]


def script(b, page):
    """What the browser runs and draws beside the page, packed and as it is."""
    tap.is_equal(len(page.scripts), 1, "the page names one module")
    tap.is_equal(b.ask(next(a["href"] for t, a in page.tags if t == "link" and a["rel"] == "icon")).headers["content-type"], "image/svg+xml", "and its sign")
    at, todo, packed = page.scripts[0].rsplit("/", 1)[0], ["app.js"], {}
    while todo:
        name = todo.pop()
        plain, small = b.ask(f"{at}/{name}"), b.ask(f"{at}/{name}", headers={"Accept-Encoding": "br, gzip"})
        if (plain.status, plain.headers.get("content-encoding"), small.headers.get("content-encoding"), small.headers["vary"]) != (200, None, "gzip", "Accept-Encoding") \
                or gzip.decompress(small.body) != plain.body:
            tap.ok(False, f"{name} is sent packed, and as it is to whoever asks so", plain.headers, small.headers)
        packed[name] = len(small.body)
        todo += [n for n in re.findall(r'(?:from|import|import\() ?"\./([a-z]+\.js)"', plain.body.decode()) if n not in packed and n not in todo]
    tap.ok({"keys.js", "uplot.js"} <= set(packed), "each module names the others, down to the libraries", packed)
    tap.ok(sum(packed.values()) <= 40000, "all script together is at most 40 kB", packed)
    tap.ok(sum(n for name, n in packed.items() if name != "uplot.js") <= 18000, "and without the plots, which few pages have, less than half of it", packed)
    tap.ok(not re.search(rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", b"".join(b.ask(f"{at}/{n}").body for n in packed if n not in ("uplot.js", "idiomorph.js"))),
           "nothing of ours makes markup of text")


def local(d, case):
    """Over a tunnel of ssh: who the operator is tells the socket."""
    b = Browser(d, local=True)
    page = b.get("/")
    tap.is_equal((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"), "there is a first page")
    tap.like(page.text, "tester", "it says who reads it")
    policy = page.headers["content-security-policy"]
    tap.ok("default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy and "script-src 'self'; connect-src 'self'" in policy
           and "require-trusted-types-for 'script'; " in policy and policy.endswith("trusted-types aupd"), "nothing runs on it but what is ours, and nobody frames it", policy)
    tap.is_equal([page.headers.get(h) for h in ("x-content-type-options", "cross-origin-opener-policy", "referrer-policy", "strict-transport-security")],
                 ["nosniff", "same-origin", "same-origin", None], "what it says beside that")
    tap.like(page.headers["permissions-policy"], r"camera=\(\)", "and no device of the reader is for it")
    tap.ok("trusted-types 'none'" in b.ask("/v1/status").headers["content-security-policy"], "what is no page runs nothing at all")
    css = next(a["href"] for t, a in page.tags if t == "link")
    a = b.ask(css)
    tap.is_equal((a.status, a.headers["content-type"], a.headers["cache-control"]), (200, "text/css; charset=utf-8", "public, max-age=31536000, immutable"), "its style is kept for ever")
    script(b, page)
    tap.like(b.get("/queues/due?within=7d").text, case, "a queue leads to its cases")
    page = b.get("/cases?state=open")
    tap.ok(f"/cases/{case}" in page.links, "the list of cases leads to the case")
    tap.like(b.get("/cases?state=closed").text, "No case is like that", "an empty list says so")
    page = b.get(f"/cases/{case}")
    tap.like(page.text, "several-reporters", "a case shows its rule")
    tap.like(page.text, "count distinct reporters", "and the terms that held")
    after = b.submit(page, "/do", "case-note", text=HOSTILE + " & more")
    tap.is_equal(after.status, 200, "a note is added, and the page comes again")
    tap.like(after.text, re.escape(HOSTILE + " & more"), "with the note, letter for letter")
    tap.ok(not [t for t, a in after.tags if t in ("script", "img") or any(k.startswith("on") for k in a)], "which is a text and nothing else")
    events = d.check("case", "show", "--json", case).json["events"]
    tap.is_equal([(e["type"], e["actor"]) for e in events][-1], ("note", "tester"), "the note stands in the case under his name")
    tap.is_equal(b.get("/cases/C-99").status, 404, "no page of a case that is none")
    tap.is_equal(b.get("/nothing").status, 404, "no page that is none")
    tap.is_equal(b.ask("/cases", "PUT").status, 405, "a page is only read")
    page = b.get(f"/cases/{case}")
    bad = b.submit(page, "/do", "case-approve", text="x" * 20)
    tap.ok(bad.status in (400, 409) and "x" * 20 in bad.text, "what is refused is said, and what was typed is not lost", bad.text)
    return page


def elsewhere(d, case, page):
    """Other sites."""
    b = Browser(d, local=True)
    fields = {**page.form("/do")["fields"], "op": "case-note", "text": "from elsewhere"}
    for what, headers in (("another site", {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}),
                          ("a sister of the site", {"Sec-Fetch-Site": "same-site"}),
                          ("an older browser on another site", {"Sec-Fetch-Site": None, "Origin": "https://evil.example"}),
                          ("nowhere", {"Sec-Fetch-Site": None, "Origin": "null"}),
                          ("a program that says nothing", {"Sec-Fetch-Site": None, "Origin": None})):
        tap.is_equal(b.post("/do", fields, headers=headers).status, 403, f"a form sent by {what} does nothing")
    for what, token in (("no token", ""), ("another token", "0" * 32)):
        tap.is_equal(b.post("/do", {**fields, "_token": token}).status, 403, f"nor does one with {what}")
    tap.is_equal(b.post("/do", fields, headers={"Content-Type": "text/plain"}).status, 400, "nor one that is no form")
    tap.is_equal(Browser(d, local=True, host="evil.example").ask("/cases").status, 421, "a name that leads here by chance or by design shows nothing")
    tap.is_equal(b.post("/do", {**fields, "_to": "//evil.example/", "text": "home"}, follow=False).headers["location"], "/", "no form leads elsewhere")
    tap.ok("from elsewhere" not in d.check("case", "show", case).out, "nothing of it stands in the case")


def at(d):
    return int(datetime.datetime.fromisoformat(next(a["datetime"] for t, a in Browser(d, local=True).get("/").tags if t == "time").replace("Z", "+00:00")).timestamp())


def invite(d, name, *args):
    return d.check("user", "add", "--json", *args, name).json["invitation"]


def enrol(d, name, invitation, password=PASSWORD):
    b = Browser(d)
    page = b.submit(b.get("/welcome"), "/welcome", name=name, invitation=invitation, password=password)
    if page.status != 200:
        return b, page, None
    return b, page, re.search(r"[A-Z2-7]{32}", page.text).group()


def accounts(d, case):
    """From the invitation to the way out."""
    b = Browser(d)
    tap.is_equal(b.get("/cases", follow=False).headers["location"], "/login?to=%2Fcases", "over a network one logs in first")
    invitation = invite(d, "ann", "--role", "analyst")
    tap.is_equal(d.aup("user", "add", "--role", "analyst", "ann").rc, 1, "a name is one account")
    tap.like(d.check("user", "reset", "ann").out, r"^[\w-]{22}\nThis invitation is shown once; it opens /welcome for ann until ", "who asks by hand is told what to do with it")
    invitation = d.check("user", "reset", "--json", "ann").json["invitation"]
    tap.is_equal(enrol(d, "ann", "AAAAAAAAAAAAAAAAAAAAAA")[1].status, 401, "a guessed invitation opens nothing")
    tap.is_equal(enrol(d, "ann", invitation, "short")[1].status, 401, "a short password is none")
    b, page, secret = enrol(d, "ann", invitation)
    tap.is_equal(page.status, 200, "the invitation takes a password, and gives a secret for the app")
    tap.is_equal(b.get("/cases", follow=False).headers["location"], "/welcome", "before the app works nothing else is open")
    tap.is_equal(b.submit(page, "/welcome/code", code="000000").status, 403, "a wrong code does not finish it")
    now = at(d)
    done = b.submit(page, "/welcome/code", code=totp(secret, now))
    tap.is_equal(done.status, 200, "a right one does", done.text)
    codes = re.findall(r"\b[0-9a-z]{10}\b", done.text)
    tap.is_equal(len(codes), 10, "and gives recovery codes")
    tap.is_equal(b.get("/cases").status, 200, "the session is open")
    tap.is_equal(enrol(d, "ann", invitation)[1].status, 401, "the invitation is used")
    b = Browser(d)
    form = b.get("/login?to=/cases")
    said = set()
    for what, fields in (("an unknown name", {"name": "nobody", "password": PASSWORD, "code": totp(secret, now)}),
                         ("a wrong password", {"name": "ann", "password": "wrong wrong wrong", "code": totp(secret, now + 30)}),
                         ("a wrong code", {"name": "ann", "password": PASSWORD, "code": "000000"}),
                         ("a code that was used", {"name": "ann", "password": PASSWORD, "code": totp(secret, now)})):
        page = b.submit(form, "/login", **fields)
        tap.is_equal(page.status, 401, f"{what} opens nothing")
        said.add(next(iter(re.findall(r"Name, password.*failures\.", page.text)), page.text))
    tap.is_equal(len(said), 1, "and each is answered alike", *said)
    a = b.submit(form, "/login", name="ann", password=PASSWORD, code=totp(secret, now + 30), follow=False)
    tap.is_equal((a.status, a.headers["location"]), (303, "/cases"), "name, password and code open it, and lead where one wanted to go")
    tap.like(a.headers["set-cookie"], r"^__Host-aupd=aus_[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax$", "by a cookie that no script reads")
    tap.ok(b.cookie not in open(f"{d.data}/aupd.db", "rb").read().decode("latin-1"), "which the store does not have")
    page = b.get(f"/cases/{case}")
    tap.is_equal(b.submit(page, "/do", "case-note", text="by ann").status, 200, "an analyst adds a note")
    tap.is_equal(d.check("case", "show", "--json", case).json["events"][-1]["actor"], "ann", "under her name")
    f = page.form("/do")["fields"]
    tap.like(b.post("/do", {**f, "op": "user-add", "name": "eve", "role": "admin"}).text, "not for the role analyst", "what is an administrator's she may not")
    tap.like(b.post("/do", {**f, "op": "enforcement", "f:on": "yes"}).text, "not for the role analyst", "nor what is a senior's")
    other = Browser(d)
    other.submit(other.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[0])
    tap.is_equal(other.get("/cases").status, 200, "a recovery code opens it, too")
    tap.is_equal(other.submit(other.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[0]).status, 401, "once")
    tap.is_equal(other.post("/do", {**f, "op": "case-note", "text": "stolen form"}).status, 403, "a form of one session is none of another")
    return b, secret, codes


def agree(b, page):
    return b.post("/do", [(a["name"], a.get("value", "")) for t, a in page.tags if t == "input" and a.get("name")])


def heavy(d, b, codes):
    d.pass_time("10s")                      # logins of all together are few a second, by the daemon's clock
    d.check("user", "role", "ann", "admin")
    tap.is_equal(b.get("/cases", follow=False).status, 303, "with another role a session is over")
    b.submit(b.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[1])
    page = b.get(f"/cases/{d.cases()[0]['case']}")
    f = page.form("/do")["fields"]
    tap.is_equal(b.post("/do", {**f, "op": "user-add", "name": "bea", "role": "viewer", "case": ""}).status, 200, "an administrator who has just come in makes an account")
    for _ in range(3):
        d.pass_time("4m")
        b.get("/cases")
    page = b.post("/do", {**f, "op": "user-add", "name": "cea", "role": "viewer", "case": ""})
    tap.is_equal((page.status, any(x.startswith("/prove") for x in page.links)), (409, True), "later she proves again who she is", page.text)
    tried = b.post("/try", {**f, "op": "case-bulk", "do": "assign", "text": "ann", "l:cases": f["case"]})
    tap.is_equal(tried.status, 200, "to try what would happen to many cases takes no proof")
    tap.is_equal(agree(b, tried).status, 409, "to do it does")
    tap.is_equal(b.post("/do", {**f, "op": "enforcement", "f:on": "no"}).status, 200, "to stop all enforcement takes none")
    tap.is_equal(b.post("/do", {**f, "op": "enforcement", "f:on": "yes"}).status, 409, "to switch it on does")
    prove = b.get("/prove?to=/cases")
    tap.is_equal(b.submit(prove, "/prove", password="wrong wrong wrong", code="000000").status, 401, "not by anything")
    b.submit(prove, "/prove", password=PASSWORD, code=codes[2])
    tap.is_equal(b.post("/do", {**f, "op": "user-add", "name": "cea", "role": "viewer", "case": ""}).status, 200, "then it is done")
    tap.is_equal(d.aup("user", "disable", "ann").rc, 1, "the last administrator stays")
    users = {u["name"]: u for u in d.check("user", "list", "--json").json["users"]}
    tap.is_equal(sorted((n, u["role"], u["state"], u["made_by"]) for n, u in users.items()),
                 [("ann", "admin", "active", "tester"), ("bea", "viewer", "invited", "ann"), ("cea", "viewer", "invited", "ann")], "the accounts are told, and who made them")


def over(d, b, codes):
    d.pass_time("10s")
    page = b.get("/cases")
    d.pass_time("29m")
    tap.is_equal(b.get("/cases", follow=False).status, 200, "a session that is used goes on")
    d.pass_time("29m")
    tap.is_equal(b.get("/cases", follow=False).status, 200, "  and on")
    d.pass_time("31m")
    tap.is_equal(b.get("/cases", follow=False).status, 303, "one that is not used is over")
    b.submit(b.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[3])
    page = b.get("/cases")
    cookie = b.cookie
    b.submit(page, "/logout", follow=False)
    tap.is_equal(b.cookie, None, "who goes takes the cookie along")
    b.cookie = cookie
    tap.is_equal(b.get("/cases", follow=False).status, 303, "and its session is over for whoever has kept it")
    b.cookie = None
    for n in range(5):
        b.submit(b.get("/login"), "/login", name="ann", password="wrong wrong wrong", code="000000")
        d.pass_time("1s")
    tap.is_equal(b.submit(b.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[4]).status, 401, "after five failures the right ones open nothing")
    d.pass_time("16m")
    tap.is_equal(b.submit(b.get("/login"), "/login", name="ann", password=PASSWORD, code=codes[4]).status, 200, "but do so when it has waited")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 600") as d:
        case = complain(d)
        page = local(d, case)
        elsewhere(d, case, page)
        b, _, codes = accounts(d, case)
        heavy(d, b, codes)
        over(d, b, codes)
        log = "\n".join(d.log.lines)
        tap.ok(not any(what in log for what in (PASSWORD, *codes)), "no secret is in the log")


tap.run(main)
