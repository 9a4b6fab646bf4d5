#!/usr/bin/env python3
"""The pages of the desk: lists and their files, cases with all that people do to them, what comes in, acts, and what waits for a second person."""
import csv
import datetime
import email
import email.policy
import gzip
import html
import io
import json
import os
import re
import sys
import time
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, totp
from daemon import Daemon, arf, crlf, missing
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
    for name in PEOPLE[1:count + 1]:
        command(d, "case-open", customer=name, clause="email.unsolicited", text="by hand")


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def lists(d, b):
    opened(d, 203)
    page = b.get("/cases")
    rows = [value for name, value in page.inputs if name == "l:cases"]
    tap.is_equal(len(rows), 200, "a page of cases has 200")
    tap.ok(len(page.html) <= 60000 and len(gzip.compress(page.html.encode())) <= 12000, "and is small", len(page.html), len(gzip.compress(page.html.encode())))
    behind = next(x for x in page.links if x.startswith("/cases?after="))
    tap.is_equal(len([1 for name, _ in b.get(behind).inputs if name == "l:cases"]), 5, "the rest is behind it")
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


RULES = ("mail.policy", r"(?m)^    rule again-and-again {", """    rule told-as-abuse {
        when report messaging.spam, grade A, fact feedback-type is "abuse"
        count distinct reporters per customer >= 2 in 24h
        severity medium
        ladder spam
        because "told as abuse"
        appeal 30d
    }
    rule told-of-many {
        when report messaging.spam, grade A, fact incidents >= 5
        severity medium
        ladder spam
        because "told of many"
        appeal 30d
    }
    rule again-and-again {""")


SUSPENDS = ("aup.policy", r"enforce suspend mail +{ driver null }", "enforce suspend mail { driver nft set mail_suspended }")


def done(b, case, op, **fields):
    """A form of the page of the case, as its reader sends it."""
    page = b.get(f"/cases/{case}")
    form = next(f for f in page.forms if f["action"] == "/do" and (f["fields"].get("op") == op or ("op", op) in f["buttons"]))
    return b.post("/do", {**form["fields"], "op": op, **fields})


def story(d, case):
    return [(e["type"], e["actor"], e.get("text", "")) for e in d.check("case", "show", "--json", case).json["events"]]


def case(d, b, post):
    number, _, _ = post.open("shop1")
    page = b.get(f"/cases/{number}")
    tap.like(page.text, r"Unsolicited bulk mail.*email\.unsolicited.*version 2026-03-01, in force since 2026-03-01 00:00 UTC", "a case tells its clause, and the version that bound then")
    tap.like(page.text, "The version in force now, 2026-03-01, says the same", "and whether it says the same now")
    tap.like(page.text, r"grade A: prefix 198\.18\.2\.1/32, held from 2026-01-01 00:00 on; one customer by the register", "whose it was, since when, how surely and why")
    tap.like(page.text, r"told-as-abuse fact feedback-type is abuse 1 0 2 held \(abuse\)", "a term that held")
    tap.like(page.text, r"told-of-many fact incidents >= 5 0 2 2 cannot tell", "and one of which nobody can tell is not taken for no")
    tap.like(page.text, "the first incident of customer shop1 under clause group", "why its reports stand together")
    raw = next(x for x in page.links if x.endswith("#marks"))
    shown = b.get(raw.split("#")[0])
    tap.like(shown.html, r"<mark>abuse<small class=\"fact\"> feedback-type </small></mark>", "the raw bytes are a link away, with what was read marked in them")
    tap.like(shown.html, r"<mark>198\.18\.2\.1<small class=\"fact\"> source-ip </small></mark>", "and the source")
    tap.like(d.api("/v1/lookups").body.decode(), f"case {number} report", "that they were looked at is recorded")
    tap.is_equal([b.get(f"/cases/{number}/reports/{n}").status for n in (99, "x")], [404, 400], "no report that is none")
    return number


NOTHING_RUNS = ("application/octet-stream", 'attachment; filename="_b_1.html"', "nosniff")


def attachments(d, b, number):
    """A file is put beside the story, and comes back as a file, whatever is in it."""
    form = next(f for f in b.get(f"/cases/{number}").forms if f["fields"].get("op") == "case-attach")
    evil = b"<script>alert(1)</script>\r\n\x00\xff"
    page = b.post_file("/do", {**form["fields"], "text": "<i>as sent</i>"}, "C:\\tmp\\<b>1.html", evil)
    tap.like(page.text, rf"<b>1\.html {len(evil)} B [0-9a-f]{{64}} tester", "a file is attached, and listed with its size, its commitment and by whom", page.text[:300])
    form = page.form("/file")["fields"]
    event = next(e["n"] for e in d.check("case", "show", "--json", number).json["events"] if e["type"] == "attached")
    h = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Origin": f"http://{b.host}"}
    save = lambda **more: b.ask("/file", "POST", urllib.parse.urlencode({**form, "event": event, **more}), h)
    a = save(because="to see")
    tap.is_equal((a.status, a.body), (200, evil), "it comes back as it was")
    tap.is_equal((a.headers["content-type"], a.headers["content-disposition"], a.headers["x-content-type-options"]), NOTHING_RUNS, "as a file of octets under a plain name")
    tap.ok(a.headers["content-security-policy"].endswith("; sandbox"), "and in a sandbox", a.headers["content-security-policy"])
    tap.like(d.check("lookups").out, rf"tester asked for attachment {event} of {number}: to see", "which is recorded")
    tap.is_equal([save().status, save(because="x", event=1).status, save(because="x", _token="0" * 32).status, b.ask("/file").status], [400, 404, 403, 405],
                 "not without a reason, nor what is none, nor from elsewhere")
    form = next(f for f in page.forms if f["fields"].get("op") == "case-attach")["fields"]
    tap.is_equal(b.post_file("/do", form, "most", b"x" * (2 << 20)).status, 200, "the largest is taken")
    page = b.post_file("/do", {**form, "text": "a long log"}, "big", b"x" * ((2 << 20) + 1))
    tap.ok(page.status == 409 and "2097153 octets, and an attachment at most 2097152" in page.text and "a long log" in page.html, "a larger one is not, and what was typed is kept", page.text)
    tap.is_equal(b.post_file("/do", form, "huge", b"x" * (4 << 20)).status, 413, "nor what is more than a form takes")
    tap.is_equal(b.post_file("/do", form, "", b"").status, 409, "nor nothing")


def acts(d, b, number):
    for op, fields, want in (("case-assign", {"text": "bob"}, ("assigned", "bob")), ("case-flag", {"f:on": "yes"}, ("flag", "sets do-not-tell")),
                             ("case-flag", {"f:on": "no"}, ("flag", "clears do-not-tell")), ("case-reply", {"text": "please look"}, ("letter", "please look")),
                             ("case-part", {"part": "helper", "text": "hacked"}, ("part", "hacked")), ("case-ask", {"text": "how many?", "within": "5d"}, ("request", "how many?")),
                             ("case-fixed", {"text": "all mended"}, ("fixed", "all mended")), ("case-appeal", {"text": "it was not me"}, ("appeal", "it was not me"))):
        page = done(b, number, op, **fields)
        said = [e for e in story(d, number) if e[0] == want[0]]
        tap.ok(page.status == 200 and [e for e in said if e[1] == "tester" and want[1] in e[2]], f"{op} is done by its form", page.text[:300], said)
    page = done(b, number, "case-review", text="he is right", **{"f:on": "no"})
    tap.is_equal((page.status, d.check("case", "show", "--json", number).json["state"]), (200, "resolved"), "an appeal is decided by its form")
    page = b.get(f"/cases/{number}")
    ops = {f["fields"].get("op") for f in page.forms}
    tap.ok("case-reopen" in ops and not ops & {"case-resolve", "case-merge", "case-fixed", "case-emergency"}, "of a closed case only that is offered which may be done", ops)
    done(b, number, "case-reopen", text="once more")
    n = next(a["value"] for t, a in b.get(f"/cases/{number}").tags if t == "input" and a.get("name") == "l:events")
    page = done(b, number, "case-split", text="another matter", **{"l:events": n})
    tap.ok(page.status == 200 and any(e[0] == "split" for e in story(d, number)), "a report leaves for a case of its own", page.text[:300])
    other = next(c["case"] for c in d.cases("--customer", "shop1") if c["case"] != number)
    tap.like(b.get(f"/cases/{number}").text, f"Other cases of this customer {other}", "which stands beside it")
    done(b, other, "case-merge", into=number)
    tap.is_equal(d.check("case", "show", "--json", other).json["state"], "merged", "and is merged again")


def tried(b, where, **fields):
    """The form below a list of cases, with these ticked (cases=...) or all of the list."""
    page = b.get(where)
    form = page.form("/try")["fields"]
    form.pop("l:cases", None)
    cases = fields.pop("cases", ())
    kept = fields.pop("leave", ("kept", "reseller", "protected"))
    form.pop("l:except", None)
    form.update(fields)
    return b.post("/try", [*form.items(), *(("l:cases", n) for n in cases), *(("l:except", n) for n in kept)])


def agreed(b, page, **more):
    """The page of a trial, agreed to."""
    return b.post("/do", [(n, v) for n, v in page.inputs if n not in more] + list(more.items()))


def assigned(d, whom):
    return sorted(c["case"] for c in d.cases("--assigned", whom, "--limit", "300"))


def bulk(d, b):
    cases = sorted(c["case"] for c in d.cases("--limit", "300") if c["body"]["opened_by"] == "tester")
    three = cases[:3]
    page = tried(b, "/cases", cases=three, do="assign", text="carol")
    tap.like(page.text, "Nothing has been done yet. 3 cases would change, 0 are left out", "what would happen to many cases is told first")
    tap.like(page.text, r"email\.unsolicited [^ ].* 3 ", "by clause and by what is done")
    tap.is_equal(assigned(d, "carol"), [], "and nothing is done")
    page = agreed(b, page)
    tap.is_equal((page.status, assigned(d, "carol")), (200, three), "then all of it is")
    page = b.post("/try", {**next(f for f in page.forms if f["action"] == "/try")["fields"], "bulk": "B-1"})
    tap.like(page.text, "3 cases of B-1 would be as they were", "it can be taken back as a whole, told first, too")
    agreed(b, page)
    tap.is_equal(assigned(d, "carol"), [], "and is")
    tap.like(b.get("/bulks").text, "B-1 assign carol tester .* by tester", "which the list of such commands tells")
    done(b, three[0], "case-flag", **{"text": "hold", "n:flag": "2", "f:on": "yes"})
    page = tried(b, "/cases", cases=three, do="resolve", text="mended")
    tap.like(page.text, f"2 cases would change, 1 are left out.*{three[0]} .*left out: it is kept: it is marked hold", "what is marked is left out, and said to be")
    done(b, three[1], "case-note", text="wait")
    tap.like(agreed(b, page).text, "1 cases would change: say that number, or look again", "what has changed since is not what was agreed to")
    page = tried(b, "/cases", cases=three, do="resolve", text="mended", leave=())
    tap.like(page.text, "3 cases would change", "who wants to takes them along")
    many = cases[10:70]
    page = tried(b, "/cases", cases=many, do="assign", text="dave")
    tap.ok(any(a.get("name") == "n:count" and a.get("type") != "hidden" for t, a in page.tags), "how many they are is typed when they are many")
    tap.is_equal(agreed(b, page, **{"n:count": "59"}).status, 409, "a wrong number does nothing")
    tap.is_equal((agreed(b, page, **{"n:count": "60"}).status, assigned(d, "dave")), (200, sorted(many)), "the right one does it")
    page = tried(b, "/cases?assigned=dave", _all="yes", do="assign", text="erin")
    tap.like(page.text, "60 cases would change", "a list goes as a whole, without a tick")
    tap.like(tried(b, "/cases", _all="yes", do="assign", text="x").text, "more than 200 cases are like that", "unless it is too long")
    tap.is_equal(b.post("/try", {**b.get("/cases").form("/try")["fields"], "op": "erase"}).status, 404, "nothing else is tried")


def macro(d, b):
    command(d, "macro-add", name="ask-back", steps=[{"do": "note", "text": "asked {customer} for {ask what}"}, {"do": "assign", "text": "{operator}"}])
    case = d.cases("--customer", "shop150")[0]["case"]
    page = b.get(f"/cases/{case}")
    form = next(f for f in page.forms if f["fields"].get("name") == "ask-back")
    tried = b.post("/try", {**form["fields"], "s:what": "<b>logs</b>"})
    tap.like(tried.text, "note: asked shop150 for <b>logs</b> assign: tester", "a macro tells first what it would do, with what it asks for")
    tap.ok("asked shop150" not in str(story(d, case)), "and does nothing")
    agreed(b, tried)
    tap.is_equal([e[0] for e in story(d, case)][-2:], ["note", "assigned"], "then it does it")
    tap.like(agreed(b, tried).text, "has changed since it was shown", "once")


def macro_of_many(d, b):
    """A macro run on several cases: what it asks for is asked once, and all of it is told before it is done."""
    three = sorted(c["case"] for c in d.cases("--limit", "300") if c["body"]["opened_by"] == "tester")[100:103]
    notes = lambda: [sum(e[0] == "note" and "<b>logs</b>" in e[2] for e in story(d, n)) for n in three]
    page = tried(b, "/cases", cases=three, do="macro", macro="ask-back")
    tap.like(page.text, "Macro ask-back. Nothing has been done yet. 0 cases would change, 3 are left out.*step 1", "what it asks for is missing, which is told of each", page.text)
    form = next(f for f in page.forms if f["action"] == "/try")
    tap.ok("s:what" in form["fields"] and not [f for f in page.forms if f["action"] == "/do" and f["main"]], "and asked for, before anything can be agreed to", page.forms)
    def sent(page, action, **more):
        inside = next(x for x in page.html.split("<form ")[1:] if f'action="{action}"' in x and 'class="out"' not in x.split(">")[0]).split("</form>")[0]
        kept = [(html.unescape(n), html.unescape(v)) for n, v in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', inside)]
        return b.post(action, [*more.items(), *kept])
    again = lambda page, **more: sent(page, "/try", **more)
    page = again(page, **{"s:what": "<i>wrong</i>"})
    page = again(page, **{"s:what": "<b>logs</b>"})
    tap.like(page.text, "3 cases would change, 0 are left out.*tester looks after it instead of nobody", "then what would happen is told", page.text[:600])
    tap.is_equal(notes(), [0, 0, 0], "and nothing is done")
    done_page = sent(page, "/do")
    tap.is_equal((done_page.status, notes(), [n in assigned(d, "tester") for n in three]), (200, [1, 1, 1], [True] * 3), "all of it is done to each of them")
    tap.like(done_page.text, "macro ask-back tester", "and stands among what was done to many", done_page.text[:400])
    back = next(f for f in done_page.forms if f["action"] == "/try")
    agreed(b, b.post("/try", {**back["fields"], "bulk": re.search(r"B-\d+ macro", done_page.text).group().split()[0]}))
    tap.is_equal([n in assigned(d, "tester") for n in three], [False] * 3, "it is taken back as a whole, but for what is written")
    tap.is_equal(notes(), [1, 1, 1], "which stays")


def body_of(letter):
    return email.message_from_bytes(letter.data, policy=email.policy.default).get_content().replace("\r\n", "\n")


def notice(d, b, post):
    """What is sent is what was shown, but for the line of the ledger."""
    for n, who in enumerate("abcde"):
        d.smtp_send(arf("198.18.2.207", "other", number=n, reporter=f"fbl@{who}.far.example"))
    d.settle()
    case = d.cases("--customer", "shop207")[0]["case"]
    post.news()
    page = b.get(f"/cases/{case}/notice")
    shown = re.search(r'<pre class="raw" tabindex="0">(.*?)</pre>', page.html, re.S)
    tap.ok(shown, "the letter of the next deadline is shown before it goes", page.text)
    tap.like(page.text, "at the next deadline To it@shop207.example, customer shop207 Language de", "to whom, in which language")
    at, then = page.text.index("On the customer's page then"), json.loads(d.api(f"/v1/cases/{case}/notice").body)["portal"]
    tap.ok(then["status"] in page.text[at:] and then["because"] in page.text[at:] and then["next_step"] in page.text[at:], "what the customer's page will say stands beside it", page.text[at:], then)
    tap.like(page.text, "If nothing is done", "and what comes when nobody does anything")
    told = d.check("case", "notice", case).out
    tap.ok(html.unescape(shown.group(1)).strip() in told and "When nothing is done:" in told, "by hand the same is told", told)
    tap.is_equal(d.check("case", "notice", "--json", case).json["case"], case, "and by a program")
    post.pass_time(8 * 24)
    sent = [x for x in post.news("it@shop207.example")]
    if tap.ok(sent, "it is sent"):
        body = body_of(sent[0])
        tap.is_equal(re.sub(r"\n\nLedger: [^\n]*\n$", "", body).rstrip("\n"), html.unescape(shown.group(1)).rstrip("\n"), "byte by byte as it was shown")
    key = d.check("key", "add", "--json", "customer", "shop207").json["key"]
    told = json.loads(d._http(("tcp", (d.address, d.ports["api"])), "GET", f"/v1/my/cases/{case}/told", None, {"Authorization": f"Bearer {key}"}).body)
    same = ("status", "because", "source", "next_step", "evidence", "clause_text", "help_title", "may_answer", "may_fix")
    tap.is_equal([told[k] for k in same] + [told["fix_by"][:19]], [then[k] for k in same] + [then["fix_by"][:19]], "and the customer reads on his page what was shown of it")


def at_once(b, action, op, **fields):
    page = b.get(action)
    form = next(f for f in page.forms if f["fields"].get("op") == op)
    return b.post("/do", {**form["fields"], **fields})


def intake(d, b):
    d.smtp_send(crlf("""From: <neighbour@elsewhere.example>
To: <abuse@example.net>
Subject: <b>hello</b>
Message-ID: <prose@elsewhere.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

F=FCr 198.18.2.209: somebody knocks at my server all night.
"""))
    d.settle()
    page = b.get("/intake?state=waiting")
    tap.like(page.text, r"waiting prose prose .* elsewhere\.example|neighbour@elsewhere\.example <b>hello</b>", "what came in and is no report stands in the intake")
    item = next(x for x in page.links if x.startswith("/intake/"))
    page = b.get(item)
    tap.like(page.text, r"198\.18\.2\.209 not told address 198\.18\.2\.209 \(guessed, octets 5 to 17", "an item tells what it may say, and where that stands")
    raw = b.get(next(x for x in page.links if x.startswith("/raw/")))
    tap.like(raw.html, r"Für <mark>198\.18\.2\.209<small", "its raw bytes are a link away")
    tap.is_equal(b.get(item).text, page.text, "to read it again changes nothing")
    tap.is_equal(at_once(b, item, "intake-confirm", **{"class": "connection.login_attack", "at": "2026-11-01T00:00:00Z"}).status, 200, "a person confirms it")
    tap.is_equal(at_once(b, item, "intake-discard").status, 409, "once")
    tap.like(b.get("/intake?state=confirmed").text, "neighbour@elsewhere.example|elsewhere.example", "and it is told to be so")
    tap.is_equal(len(table(b.ask("/intake?format=csv"))), 1, "the list comes as a file")


def actions(d, b, post):
    """The switch, and what is wanted against what is so."""
    case, _, _ = post.open("shop208")
    post.pass_time(8 * 24)
    suspensions = lambda number: [a["state"] for a in d.check("case", "show", "--json", number).json["acts"] if a["verb"] == "suspend"]
    page = b.get("/actions?state=held")
    tap.like(page.text, f"Enforcement is observe.* {case}/[^ ]+ suspend held nft, by a rule mail", "an act that is held is not what is wanted, and is shown as that")
    tap.ok("<strong>held</strong>" in page.html, "not by its colour alone")
    tap.is_equal(at_once(b, "/actions", "enforcement", **{"f:on": "yes"}).status, 200, "enforcement is switched on")
    tap.like(b.get("/actions").text, "Enforcement is on.*Stop all enforcement now", "and the switch is there to stop it")
    page = b.get("/approvals")
    form = next(f for f in page.forms if f["fields"].get("case") == case)
    tap.like(page.text, f"{case} shop208 suspend of mail rule told-as-abuse", "what waits for a person says what it is, and who asked for it")
    tap.is_equal((b.post("/do", form["fields"]).status, suspensions(case) == ["held"]), (200, False), "it is approved from there")
    tap.is_equal(at_once(b, "/actions", "enforcement", **{"f:on": "no"}).status, 200, "all is stopped by one button")
    other, _, _ = post.open("shop210")
    post.pass_time(8 * 24)
    tap.is_equal(suspensions(other), ["held"], "from then on nothing is enforced")
    return case


def appeals(d, b, case):
    done(b, case, "case-appeal", text="<i>it was my neighbour</i>")
    page = b.get("/appeals")
    tap.like(page.text, f"{case} shop208, email.unsolicited The customer says <i>it was my neighbour</i>", "an appeal stands with the customer's words")
    tap.like(page.text, "In force limit mail; suspend mail; Evidence 3 reports, 0 since the appeal; 1 strikes", "and with what is in force, and the evidence then and since")
    tap.like(page.text, "tester took part in the decision; another person has to look at the appeal", "who took part does not decide again")
    tap.ok(not any(f["fields"].get("op") == "case-review" for f in page.forms), "nor is it offered")


def second(d, case, post):
    """Another operator, over the network."""
    invitation = d.check("user", "add", "--json", "--role", "senior", "ann").json["invitation"]
    b = Browser(d)
    page = b.submit(b.get("/welcome"), "/welcome", name="ann", invitation=invitation, password="correct horse battery")
    secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    now = next(a["datetime"] for t, a in page.tags if t == "time")
    b.submit(page, "/welcome/code", code=totp(secret, int(datetime.datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp())))
    by_hand = command(d, "case-open", customer="shop206", clause="email.unsolicited", ladder="spam", text="by hand")["case"]
    page = b.get(f"/cases/{by_hand}/notice")
    shown = re.search(r'<pre class="raw" tabindex="0">(.*?)</pre>', page.html, re.S)
    tap.like(page.text, "when it is upheld To it@shop206.example", "of a case that is to be decided the letter of an upheld one is shown")
    post.news()
    done(b, by_hand, "case-review", **{"f:on": "yes"})
    d.settle()
    tap.is_equal(re.sub(r"\n\nLedger: [^\n]*\n$", "", body_of(post.news("it@shop206.example")[0])).rstrip("\n"), html.unescape(shown.group(1)).rstrip("\n"), "and is what goes")
    tap.is_equal(at_once(b, "/appeals", "case-review", text="he is right", **{"f:on": "no"}).status, 200, "another one grants it from the list")
    d.settle()
    shown = d.check("case", "show", "--json", case).json
    tap.is_equal((shown["state"], shown["body"].get("strikes", 0), [a["state"] for a in shown["acts"] if a["verb"] == "limit"]), ("resolved", 0, ["undone"]),
                 "what was in force is lifted and the strike taken back, in one step")
    tap.ok(any(a.get("service") == "appeal-granted" for a in shown["acts"]), "and the customer is told", shown["acts"])
    viewer = d.check("user", "role", "ann", "viewer")
    d.pass_time("1m")
    b.submit(b.get("/login"), "/login", name="ann", password="correct horse battery", code=totp(secret, int(datetime.datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp()) + 60))
    page = b.get(f"/cases/{case}")
    tap.ok(page.status == 200 and "What to do" in page.text and not [f for f in page.forms if f["action"] == "/do"], "who may only read is offered nothing", page.text[:200], page.forms)
    item = next(x for x in b.get("/intake").links if x.startswith("/intake/"))
    for path in ("/actions", "/approvals", "/appeals", item):
        page = b.get(path)
        tap.ok(page.status == 200 and not [f for f in page.forms if f["action"] == "/do"], f"nor on {path}", page.text[:200])
    tap.ok("Many cases at once" not in b.get("/cases").text, "nor many cases at once")


def today(d, b):
    page = b.get("/")
    tap.like(page.text, r"\d+ overdue \d+ due within an hour \d+ more within a day", "the day is told in figures")
    for link in [x for x in page.links if x.startswith("/") and "{" not in x]:
        if b.get(link).status != 200:
            tap.ok(False, f"{link} is there")
    tap.like(b.get("/").text, "observe enforcement", "and what is enforced")


def stamp(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def unattributed(d, b):
    """A feed told who held an address from two hours ago on; one reporter's clock is two hours behind that."""
    now = int(time.time())
    d.check("registry", "import", "-", stdin="type,id,customer,kind,resource,service\ncustomer,x,,,,\nservice,m-x,x,access,,\n"
            "login,l-x,x,,ex@dsl,m-x\nprefix,pool,,dynamic,198.51.100.0/24,\n")
    d.check("bindings", "import", "-", "--feed", "radius", "--from", stamp(now - 7200), "--until", stamp(now - 60),
            stdin=f"address,subject,start,end\n198.51.100.7,ex@dsl,{stamp(now - 3600)},\n")
    for n, source in enumerate(("198.51.100.7", "198.51.100.7", "198.51.100.9")):
        d.smtp_send(arf(source, number=n, at=now - 7200 - 3600 + 1800))
    d.settle()
    page = b.get("/unattributed")
    tap.like(page.text, r"3 reports wait.* 198\.51\.100\.0/24 .* fbl@reporter\.example 3 ", "what nobody can be told of is grouped by place, reason and reporter", page.text)
    before = d.api("/v1/parked").body
    page = b.get("/unattributed?shift=2h")
    tap.like(page.text, "With that, 2 of them would be one customer's, surely enough for a notice; 1 would be nobody's of ours.* Nothing has been changed", "one assumption is tried on all of them")
    tap.is_equal(d.api("/v1/parked").body, before, "and changes nothing")
    tap.is_equal(b.get("/unattributed?shift=9d").status, 400, "a clock is not wrong by days")
    page = b.get("/")
    tap.ok("Silent feeds" not in page.text, "a feed that was heard just now is not silent", page.text)
    tap.like(d.check("queue", "unattributed", "--shift", "2h").out, "with that, 2 of 3 would be told, 1 are not ours; nothing has been changed", "by hand, too")
    tap.is_equal(d.aup("queue", "review", "--shift", "2h").rc, 2, "of that queue alone")
    d.pass_time("10m")
    tap.like(b.get("/").text, r"Silent feeds radius: heard last .* UTC, \d+ min", "one that was not is told to be, on the first page")


def main():
    if missing():
        tap.skip_all(missing())
    with Daemon(policy=None, registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), conf="key-rate 600") as d:
        d.check("policy", "post", null_policy(d, RULES, SUSPENDS))
        d.check("registry", "import", "-", stdin=customers(PEOPLE, german="shop207"))
        b = Browser(d, local=True)
        post = Post(d, PEOPLE)
        number = case(d, b, post)
        attachments(d, b, number)
        acts(d, b, number)
        lists(d, b)
        bulk(d, b)
        macro(d, b)
        macro_of_many(d, b)
        notice(d, b, post)
        intake(d, b)
        limited = actions(d, b, post)
        appeals(d, b, limited)
        second(d, limited, post)
        today(d, b)
    with Daemon(registry=None, conf="bindings { feed radius 1; capacity 20000; retention 30d }") as d:
        unattributed(d, Browser(d, local=True))


tap.run(main)
