#!/usr/bin/env python3
"""The console's pages of accounts, keys, letters, settings, one's own sessions, and the audit of what operators did."""
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, clock, totp
from daemon import Daemon, arf, missing

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
PASSWORD = "correct horse battery"
OTHER = "another long password"


def at(d):
    return clock(Browser(d, local=True).get("/"))


def come(d, b, name, code, password=PASSWORD, agent=None):
    b.headers = {"User-Agent": agent} if agent else {}
    page = b.get("/login")
    return b.post("/login", {**page.form("/login")["fields"], "name": name, "password": password, "code": code}, headers=b.headers)


def account(d, b, name, role):
    """An account that is made on the page, up to its recovery codes."""
    page = b.get("/admin")
    form = next(f for f in page.forms if ("op", "user-add") in f["buttons"])["fields"]
    page = b.post("/do", {**form, "op": "user-add", "name": name, "role": role})
    invitation = re.search(r"Invitation, for the page /welcome (\S+)", page.text).group(1)
    tap.ok(invitation not in b.get("/admin").html, f"the invitation of {name} is shown once")
    other = Browser(d)
    page = other.submit(other.get("/welcome"), "/welcome", name=name, invitation=invitation, password=PASSWORD)
    secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    done = other.submit(page, "/welcome/code", code=totp(secret, at(d)))
    return other, re.findall(r"\b[0-9a-z]{10}\b", done.text)


def users(d, b):
    tap.like(b.get("/admin").text, "Nobody has an account yet", "without accounts the page says what is the case")
    ann, codes = account(d, b, "ann", "admin")
    bea, _ = account(d, b, "bea", "viewer")
    page = b.get("/admin")
    tap.like(page.text, r"ann us admin active by tester, .*bea us viewer active", "the accounts are listed")
    form = next(f for f in page.forms if f["fields"].get("name") == "ann" and ("op", "user-disable") in f["buttons"])["fields"]
    bad = b.post("/do", {**form, "op": "user-disable"})
    tap.ok(bad.status == 409 and "last administrator" in bad.text, "the last administrator stays", bad.text)
    form = next(f for f in page.forms if f["fields"].get("name") == "bea" and ("op", "user-role") in f["buttons"])["fields"]
    tap.like(b.post("/do", {**form, "op": "user-role", "role": "auditor"}).text, "bea us auditor", "a role is changed")
    tap.is_equal(bea.get("/cases", follow=False).status, 303, "and its sessions are over")
    tap.is_equal(ann.post("/do", {**ann.get("/admin").forms[-1]["fields"], "op": "user-add", "name": "cea", "role": "viewer", "_show": ""}).status, 200, "an administrator's session does the same")
    return ann, codes


def keys(d, b):
    page = b.get("/admin/keys")
    tap.like(page.text, "There is no key", "no key, and the page says so")
    form = next(f for f in page.forms if ("op", "key-add") in f["buttons"])["fields"]
    page = b.post("/do", {**form, "op": "key-add", "scope": "customer", "id": "acme", "label": HOSTILE})
    key = re.search(r"aup_[\w-]{43}", page.text).group()
    page = b.get("/admin/keys")
    tap.ok(key not in page.html and re.search(r"customer acme .* valid by tester", page.text), "a key is shown once; what is kept is its digest", page.text)
    tap.ok(not [t for t, a in page.tags if t in ("script", "img") or any(k.startswith("on") for k in a)], "a label is a text and nothing else")
    form = next(f for f in page.forms if ("op", "key-revoke") in f["buttons"])["fields"]
    tap.like(b.post("/do", {**form, "op": "key-revoke"}).text, "customer acme .* revoked", "it is revoked")
    page = b.get("/admin/webhooks")
    form = next(f for f in page.forms if ("op", "webhook-add") in f["buttons"])["fields"]
    page = b.post("/do", {**form, "op": "webhook-add", "url": "https://hooks.invalid/", "events": "all"})
    tap.like(page.text, r"Webhook wh_\S+ Secret \S{20}", "the secret of a webhook is shown once, too")
    tap.like(b.get("/admin/webhooks").text, r"wh_\S+ operator .*https://hooks.invalid/", "and it is listed")


def rest(d, b):
    d.api("/v1/command", "POST", json.dumps({"op": "macro-add", "name": "close", "steps": [{"do": "note", "text": "looked at"}]}))
    tap.like(b.get("/admin/macros").text, r"close note looked at by tester", "macros are told with their steps")
    tap.ok("/admin/letters?name=spam-first#en-spam-first" in b.get("/admin/letters").links, "the letters are listed")
    page = b.get("/admin/letters?name=spam-first")
    tap.like(page.text, r"spam-first en Template .*\{case\}.*As a letter .*C-4711", "letters are shown as they are written and as they read")
    tap.like(b.get("/admin/letters?name=spam-first").text, "spam-first de", "in each language")
    page = b.get("/admin/feeds")
    tap.like(page.text, "No feed tells who held which address", "without a feed the page says what that means")
    page = b.get("/admin/settings")
    tap.like(page.text, r"key-rate 601 \d+ 600 most calls a minute", "a setting has its value, its line and its default")
    tap.like(page.text, r"retention cases 1095d default 1095d", "and what is not said is the default")
    tap.like(page.text, r"api-key \(not shown\)", "what is secret is not shown")
    line = int(re.search(r"key-rate 601 (\d+)", page.text).group(1))
    with open(f"{d.dir}/aupd.conf", encoding="utf-8") as f:
        tap.like(f.read().splitlines()[line - 1], "key-rate 601", "the line is that of the file")
    page = b.get("/admin/retention")
    tap.like(page.text, r"cases: letters.* 1095d nowhere: the default", "how long things are kept is told")
    form = next(f for f in page.forms if ("op", "hold") in f["buttons"])["fields"]
    page = b.post("/do", {**form, "op": "hold", "subject": "acme", "because": "a court asks", "until": "90d"})
    tap.like(page.text, r"acme a court asks tester", "a hold is made")
    form = next(f for f in page.forms if f["fields"].get("f:off"))["fields"]
    tap.like(b.post("/do", {**form, "op": "hold", "because": "it is over"}).text, "Nothing is held back", "and lifted")


def own(d, b, ann, codes):
    """One's own sessions."""
    firefox = Browser(d)
    d.pass_time("10s")
    come(d, firefox, "ann", codes[0], agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    page = ann.get("/me")
    tap.like(page.text, r"[0-9a-f]{16} 127\.0\.0\.0/24 Firefox ", "a session tells its network and the family of its browser")
    tap.like(page.text, r"[0-9a-f]{16}, this one", "and which one is this")
    tap.ok("140.0" not in page.text and "127.0.0.1" not in open(f"{d.data}/aupd.db", "rb").read().decode("latin-1"), "and no more of either is kept")
    form = next(f for f in page.forms if f["fields"].get("session"))["fields"]
    tap.is_equal(ann.post("/do", {**form, "op": "session-end"}).status, 200, "she ends the other one")
    tap.is_equal(firefox.get("/cases", follow=False).status, 303, "which is over")
    tap.is_equal(ann.post("/do", {**form, "op": "session-end", "session": "0" * 16}).status, 409, "one that is not hers she cannot end")
    page = ann.get("/me/password")
    tap.is_equal(ann.submit(page, "/me/password", password="wrong wrong wrong", code=codes[1], new=OTHER).status, 401, "another password wants the present one")
    tap.is_equal(ann.submit(page, "/me/password", password=PASSWORD, code=codes[1], new="short").status, 401, "and is none when it is short")
    come(d, firefox, "ann", codes[2])
    done = ann.submit(page, "/me/password", password=PASSWORD, code=codes[1], new=OTHER)
    tap.ok(done.status == 200 and "Your sessions" in done.text, "it is changed", done.text)
    tap.is_equal(firefox.get("/cases", follow=False).status, 303, "and her other sessions are over")
    d.pass_time("10s")
    done = ann.submit(ann.get("/me/recovery"), "/me/recovery", password=OTHER, code=codes[3])
    fresh = re.findall(r"\b[0-9a-z]{10}\b", done.text)
    tap.is_equal((done.status, len(fresh)), (200, 10), "she has other recovery codes")
    tap.is_equal(come(d, firefox, "ann", codes[4], OTHER).status, 401, "the old ones open nothing")
    tap.is_equal(come(d, firefox, "ann", fresh[0], OTHER).status, 200, "the new ones do")
    tap.like(b.get("/me").text, "there is no session", "who comes by the socket has none")


def audit(d, b, ann):
    page = b.get("/audit")
    tap.like(page.text, r"bea.* viewer → auditor", "what was changed stands in the audit, before and after")
    tap.like(page.text, r"ann login .*console, 127\.\d+\.\d+\.0/24, Firefox", "who came in, and from where")
    tap.like(page.text, r"tester key-add scope customer, id acme.* socket", "what was made, and by which way")
    tap.like(page.text, r"tester hold .*because|tester hold .*a court asks", "and why")
    tap.ok(PASSWORD not in page.html and "aup_" not in page.text, "no secret does")
    tap.like(b.get("/audit?operator=ann").text, r"^(?!.*tester key-add).*ann user-add", "by whom")
    tap.like(b.get("/audit?what=user-&about=bea").text, r"bea.*auditor", "what, and about what are asked for in the address")
    tap.like(b.get("/audit?what=nothing").text, "Nobody did anything like that", "and what is not there is not")
    tap.like(b.get("/audit?until=2026-01-01").text, "Nobody did anything like that", "nor is what was later")
    first = json.loads(d.api("/v1/audit?limit=2").body)
    rest_ = json.loads(d.api("/v1/audit?limit=200&after=" + first["after"].replace(" ", "%20").replace("/", "%2F")).body)
    whole = json.loads(d.api("/v1/audit").body)["deeds"]
    tap.is_equal(first["deeds"] + rest_["deeds"], whole, "page by page it is the same")
    tap.is_equal(len(d.check("audit").out.splitlines()), len(whole), "aup tells as much")
    before = len(whole)
    d.aup("user", "disable", "ann")
    b.get("/admin")
    tap.is_equal(len(json.loads(d.api("/v1/audit").body)["deeds"]), before, "what was refused, and what only tells, is no deed")
    tap.like(page.text, r"Records in the chain \d+ Signed and proved .*, up to", "the ledger is told up to where it is proved")
    d.check("who", "203.0.113.17", "--because", "a call " + HOSTILE)
    page = b.get("/audit")
    tap.like(page.text, r"tester 203\.0\.113\.17 a call <script>", "who looked whom up stands below")
    tap.ok(not [t for t, a in page.tags if t in ("script", "img") or any(k.startswith("on") for k in a)], "as text and nothing else")


def daemon(d, b):
    """What the page of the daemon tells, against what a collector reads."""
    d.kill_and_wait("hand")
    # the keeper counts a role as ready a moment after that
    d.until(lambda: all(r["ready"] for r in json.loads(d.api("/v1/cluster").body)["roles"]), "each role is ready")
    x = json.loads(d.api("/v1/cluster").body)
    roles = {r["role"]: (r["ready"], r["broken"], r["starts"]) for r in x["roles"]}
    tap.ok({"ear", "judge", "desk", "hand", "signer"} <= set(roles) and roles["hand"] == (1, False, 2) and roles["judge"][2] == 1, "each role that runs is told, and one that died with its starts", x["roles"])
    collected = d.api("/metrics").body.decode()
    asked = {(f["role"], f["name"]): f["value"] for f in x["figures"] if not f["of"] and not f["name"].endswith("requests")}
    same = [f'{name}_total{{role="{role}"}} {value}' in collected or f'{name}{{role="{role}"}} {value}' in collected for (role, name), value in asked.items()]
    tap.ok(len(same) > 8 and all(same), "its figures are those of a collector", asked, collected)
    tap.like(b.get("/cluster").text, r"Last backup \(UTC\) never", "that there is no backup is said")
    d.check("backup", "copy.db")
    page = b.get("/cluster")
    tap.like(page.text, r"hand ready 1 2 .*Judge linked .*Last backup \(UTC\) \d{4}-.*Frames of ears that were judged\. judge", "the page says all that")
    tap.ok({"/intake", "/cases?state=open", "/actions?state=held"} <= set(page.links), "and its numbers lead to the rows", page.links)


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 601") as d:
        for n, who in enumerate("abc", 1):
            d.smtp_send(arf(number=n, reporter=f"fbl@reporter-{who}.example", subject=HOSTILE))
        d.settle()
        b = Browser(d, local=True)
        ann, codes = users(d, b)
        keys(d, b)
        rest(d, b)
        own(d, b, ann, codes)
        audit(d, b, ann)
        daemon(d, b)


tap.run(main)
