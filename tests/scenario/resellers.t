#!/usr/bin/env python3
"""The way of complaints about a reseller's customers: passed on with a deadline, acknowledged, answered, late, come back; what the
scorecard counts of it, and what a failing one brings."""
import base64
import datetime
import difflib
import email.header
import email.utils
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, program, xarf

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "resellers")
REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,top,,,reseller,,,en,abuse@top.example,2026-01-01T00:00:00Z
reseller,bigres,top,,reseller,,,en,office@bigres.example,2026-01-01T00:00:00Z
contact,c-bigres,,bigres,,abuse,,en,abuse@bigres.example,2026-01-01T00:00:00Z
reseller,kleinres,,,reseller,,,de,abuse@kleinres.example,2026-01-01T00:00:00Z
customer,own,,,business,,,en,it@own.example,2026-01-01T00:00:00Z
prefix,p-own,,own,,static,198.18.9.1/32,,,2026-01-01T00:00:00Z
customer,laden,kleinres,,business,,,de,post@laden.example,2026-01-01T00:00:00Z
prefix,p-laden,,laden,,static,198.18.8.1/32,,,2026-01-01T00:00:00Z
"""
ABUSE = "abuse@bigres.example"


class Walk:
    """One daemon, its resellers, and mails from and to them."""

    def __init__(self, d):
        self.d, self.n, self.seen = d, 0, 0
        rows = [f"customer,shop{i},bigres,,business,,,en,shop{i}@shops.example,2026-01-01T00:00:00Z\n"
                f"prefix,p{i},,shop{i},,static,198.18.1.{i}/32,,,2026-01-01T00:00:00Z\n" for i in range(1, 17)]
        d.check("registry", "import", "-", stdin=REGISTRY + "".join(rows))

    def complain(self, address, **more):
        """By a client with a key."""
        self.n += 1
        report = xarf(address, report_id=f"02eb480f-8172-431a-9276-{self.n:012x}", url=f"http://{address}/login", **more)
        reply = self.d.report(report, token=f"t{self.n}")
        self.d.settle()
        return reply

    def news(self, to=None):
        letters = [x for x in self.d.sink.letters[self.seen:] if to is None or to in x.recipients]
        self.seen = len(self.d.sink.letters)
        return letters

    def answer(self, letter, words, sender=ABUSE, more="", json_part=None):
        to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        self.n += 1
        head = f"From: <{sender}>\nTo: <{to}>\nSubject: Re: {self.n}\nMessage-ID: <{self.n}@x.example>\n{more}MIME-Version: 1.0\n"
        body = f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
        if json_part is not None:
            body = (f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{body}\n--b\nContent-Type: application/json; name=answer.json\n\n"
                    f"{json_part}\n--b--\n")
        self.d.smtp_send(head + body, sender=sender, to=to)
        self.d.settle()

    def case(self, customer, clause=None):
        return next(c for c in self.d.cases("--customer", customer) if not clause or c["body"]["clause"] == clause)["case"]

    def body(self, number):
        return self.d.check("case", "show", number, "--json").json["body"]

    def explain(self, number):
        return self.d.check("case", "explain", number).out

    def card(self, reseller="bigres"):
        return self.d.check("reseller", "scorecard", reseller, "--json").json

    def forwarding(self, customer, reseller="bigres"):
        return next(f for f in self.d.check("reseller", "show", reseller, "--json").json["forwardings"] if f["customer"] == customer)


def masked(letter):
    """Head and text, with what is another in each run made the same."""
    m = letter.message
    head = "".join(f"{name}: {' '.join(str(email.header.make_header(email.header.decode_header(m[name]))).split())}\n" for name in ("From", "To", "Reply-To", "Subject", "Auto-Submitted", "Content-Type") if m[name])
    text = head + "\n" + letter.text().replace("\r\n", "\n").rstrip("\n") + "\n"
    if m.is_multipart():
        for part in m.get_payload()[1:]:
            payload = part.get_payload(decode=True)
            text += f"\n-- {part.get_content_type()}\n" + (json.dumps(json.loads(payload), indent=1) if payload else part.as_string()) + "\n"
    text = re.sub(r"abuse\+[a-z2-9]{24}@", "abuse+TOKEN@", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"/([lp])/[\w-]{22}\b", r"/\1/LINK", text)
    # how far the ledger is signed at that moment is no part of the letter
    text = re.sub(r"\n\nLedger: .*", "", text)
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"C-\d+", "C-N", text))


def golden(name, letter):
    """The whole letter, against the one that was read and approved."""
    path = os.path.join(GOLDEN, name + ".txt")
    got = masked(letter)
    if os.environ.get("AUPD_GOLDEN"):
        os.makedirs(GOLDEN, exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(got)
    want = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    diff = difflib.unified_diff(want.splitlines(), got.splitlines(), "golden", "sent", lineterm="")
    tap.ok(got == want, f"letter {name} reads as it was approved", *list(diff)[:40])


def passed_on(w):
    """Sent, read by our own reader, acknowledged, fixed."""
    w.complain("198.18.1.1")
    letters = w.news()
    tap.is_equal([x.recipients for x in letters if "trusted" not in x.recipients[0]], [[ABUSE]],
                 "a case of a reseller's customer goes to the lowest reseller, its abuse contact, and to nobody else")
    first = letters[0]
    golden("forward-en", first)
    raw = first.data.decode("ascii") + base64.b64decode(first.message.get_payload(2).get_payload()).decode()
    for word in ("trusted", "shop1@", "Trusted Desk"):
        tap.unlike(raw, re.escape(word), f"nothing in it says {word}")
    path = os.path.join(w.d.dir, "forward.eml")
    with open(path, "wb") as f:
        f.write(first.data)
    r = w.d.aup("decode", "--strict", "--json", path)
    decoded = json.loads(r.out)
    decoded = decoded[0] if isinstance(decoded, list) else decoded
    o = decoded["observations"][0]
    tap.is_equal((r.rc, o["class"], o["source"], o.get("port")), (0, "content.phishing", "198.18.1.1", 443),
                 "a reseller that runs aupd reads it as XARF 4 without a problem", r.out, r.err)
    number = w.case("shop1")
    tap.is_equal([a["verb"] for a in w.d.check("case", "show", number, "--json").json["acts"]], ["forward"], "the customer is not written to, and nothing is cut")
    f = w.forwarding("shop1")
    tap.is_equal((f["state"], f.get("late", False)), ("sent", False), "it is kept as sent")
    w.answer(first, "I am away until Monday.", more="Auto-Submitted: auto-replied\n")
    tap.is_equal(w.forwarding("shop1")["state"], "sent", "a machine acknowledges nothing")
    w.answer(first, "Fixed.", sender="somebody@elsewhere.example")
    tap.is_equal(w.forwarding("shop1")["state"], "sent", "a stranger with the right address does not answer for the reseller")
    tap.like(w.d.check("intake", "list", "--json").out, "not known to speak for it", "and stands before a person")
    w.answer(first, "Acknowledged\n\nWe look into it.\n> fixed")
    f = w.forwarding("shop1")
    tap.is_equal((f["state"], w.body(number)["state"]), ("acknowledged", "open"), "acknowledged, the deadline stays")
    w.d.pass_time("24h")
    w.answer(first, "", json_part='{"status": "fixed", "note": "page taken down"}')
    f = w.forwarding("shop1")
    tap.is_equal((f["state"], f["answer"], w.body(number)["state"], w.body(number)["resolution"]), ("answered", "fixed", "resolved", "fixed by the reseller"),
                 "a structured answer in time settles the case", w.explain(number))
    w.d.pass_time("72h")
    tap.ok(not w.forwarding("shop1").get("late"), "and it is not late afterwards")
    w.answer(first, "disputed")
    tap.is_equal(w.body(number)["state"], "resolved", "what comes behind the answer opens nothing")


def answers(w):
    """What only a person can decide."""
    for i, (words, want) in enumerate((("Not ours", "not-ours"), ("Status: disputed\nIt is a test page.", "disputed"), ("Mehr Angaben.", "needs-more"),
                                       ("Fixed price offers are our business, we see no problem", "unclear")), 2):
        w.complain(f"198.18.1.{i}")
        letter = next(x for x in w.news(ABUSE))
        w.answer(letter, words)
        number = w.case(f"shop{i}")
        tap.is_equal((w.forwarding(f"shop{i}")["answer"], w.body(number)["state"]), (want, "paused"), f"\"{words.splitlines()[0]}\" waits for a person")
    w.complain("198.18.1.6")
    w.news()
    w.d.check("case", "resolve", w.case("shop6"), "settled")
    tap.is_equal(w.forwarding("shop6")["state"], "withdrawn", "of a case that a person closes nothing is expected any more")
    w.complain("198.18.9.1")
    tap.is_equal([x.recipients for x in w.news("it@own.example")], [["it@own.example"]], "a customer of the provider's own is written to itself")
    w.complain("198.18.8.1")
    letter = w.news("abuse@kleinres.example")[0]
    golden("forward-de", letter)
    w.answer(letter, "Behoben\n\nGruß", sender="abuse@kleinres.example")
    tap.is_equal(w.forwarding("laden", "kleinres")["answer"], "fixed", "a German answer to a German letter")
    w.complain("198.18.8.1")
    f = w.forwarding("laden", "kleinres")
    tap.is_equal((f["state"], f["rounds"], f["back"]), ("sent", 2, True), "what happens again is passed on again, and came back")
    w.answer(w.news("abuse@kleinres.example")[0], "behoben", sender="abuse@kleinres.example")
    card = w.card("kleinres")
    tap.is_equal({k: card[k] for k in ("open", "sent", "answered", "fixed", "repeated", "back", "late", "failing")},
                 {"open": 0, "sent": 2, "answered": 2, "fixed": 2, "repeated": 1, "back": 1, "late": 0, "failing": False}, "its scorecard says so")


def over_api(w):
    """The same words by the API: one way, one count."""
    d = w.d
    web = {r: d.check("key", "add", "reseller", r, "--json").json["key"] for r in ("bigres", "top", "kleinres")}

    def say(of, number, what, body=None, token=None):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {web[of]}"}
        if token:
            headers["Idempotency-Key"] = token
        r = d._http(("tcp", (d.address, d.ports["api"])), "POST", f"/v1/my/forwarded/{number}/{what}", json.dumps(body or {}).encode(), headers)
        d.settle()
        return r.status, json.loads(r.body)

    w.complain("198.18.1.11")
    w.complain("198.18.1.12")
    w.news()
    one, two = w.case("shop11"), w.case("shop12")
    before = w.card()
    for other in ("top", "kleinres"):
        tap.is_equal([say(other, one, what, body)[0] for what, body in (("acknowledge", None), ("result", {"result": "fixed"}))], [404, 404],
                     f"{other} answers nothing that was passed on to bigres")
    tap.is_equal((say("bigres", one, "result", {"result": "acknowledged"})[0], say("bigres", one, "result", {"result": "working on it"})[0]), (400, 400),
                 "a word that a mail would not be understood by is refused")
    tap.is_equal((w.forwarding("shop11")["state"], w.card()), ("sent", before), "and nothing is changed by it")
    due = w.forwarding("shop11")["due"]
    tap.is_equal(say("bigres", one, "acknowledge", {"text": "ticket 17"}), (200, {"case": one, "state": "acknowledged", "answer": "none", "code": 0}), "acknowledged")
    first = w.forwarding("shop11")
    tap.is_equal((first["state"], first["due"], w.body(one)["state"], w.card()), ("acknowledged", due, "open", before), "the deadline stays, nothing is counted")
    d.pass_time("1h")
    events = lambda number: len(d.check("case", "show", number, "--json").json["events"])
    told = events(one)
    tap.is_equal((say("bigres", one, "acknowledge")[0], w.forwarding("shop11"), events(one)), (200, first, told), "acknowledged again it is the same")
    tap.is_equal(say("bigres", one, "result", {"result": "fixed", "text": "page taken down"}), (200, {"case": one, "state": "answered", "answer": "fixed", "code": 0}), "fixed")
    card = w.card()
    tap.is_equal((card["open"], card["answered"], card["fixed"]), (before["open"] - 1, before["answered"] + 1, before["fixed"] + 1), "is counted as a mail is")
    tap.is_equal((w.body(one)["state"], w.body(one)["resolution"]), ("resolved", "fixed by the reseller"), "and settles the case")
    tap.like(w.explain(one), r"reseller bigres.*(?s:.*)page taken down", "whose story tells who said it, and the words")
    told = events(one)
    tap.is_equal((say("bigres", one, "result", {"result": "behoben"})[0], say("bigres", one, "acknowledge")[0], w.card(), events(one)), (200, 200, card, told),
                 "what means the same again is done once")
    tap.is_equal((say("bigres", one, "result", {"result": "disputed"})[0], w.card()), (409, card), "another result is refused")
    tap.is_equal(say("bigres", two, "result", {"result": "not ours"}, "k-1")[1], say("bigres", two, "result", {"result": "not ours"}, "k-1")[1], "replayed under its key")
    tap.is_equal((w.forwarding("shop12")["answer"], w.body(two)["state"], w.card()["answered"]), ("not-ours", "paused", card["answered"] + 1), "not ours: a person reads it")


def late(w):
    """Nobody answers: late, and with the third the scorecard fails."""
    for i in (7, 8, 9):
        w.complain(f"198.18.1.{i}")
    tap.is_equal(len(w.news(ABUSE)), 3, "three complaints are passed on")
    w.d.pass_time("47h")
    tap.is_equal((w.card()["late"], w.card()["failing"], w.news(ABUSE)), (0, False, []), "within the deadline nothing happens")
    w.d.pass_time("2h")
    letters = {x.subject.split("]")[1].strip(): x for x in w.news(ABUSE)}
    tap.is_equal((w.card()["late"], w.card()["failing"]), (3, True), "behind it they are late, and the scorecard fails")
    unanswered = [x for s, x in letters.items() if "without an answer" in s]
    tap.is_equal(len(unanswered), 1, "the reseller is told that complaints are unanswered", *letters)
    if unanswered:
        golden("unanswered-en", unanswered[0])
    invited = [x for s, x in letters.items() if "Invitation to a review" in s]
    tap.is_equal(len(invited), 1, "and is invited to a review", *letters)
    if invited:
        golden("invitation-en", invited[0])
    tap.like(w.explain(w.case("bigres", "reseller.forward")), "rule reseller.forward/unanswered", "the reseller has a case of its own")
    tap.like(w.explain(w.case("bigres", "reseller.enforce")), "rule reseller.enforce/scorecard", "and another one for the review, in which its scorecard stands")
    hand = [f for f in w.d.check("reseller", "show", "bigres", "--json").json["forwardings"]]
    card = w.card()
    tap.is_equal((card["open"], card["late"], card["answered"]),
                 (sum(f["state"] in ("sent", "acknowledged") for f in hand), sum(f.get("late", False) for f in hand), sum(f["state"] == "answered" for f in hand)),
                 "the scorecard equals a hand count of what was passed on")
    tap.like(w.d.check("reseller", "scorecard", "bigres").out, r"late +3\b.*failing", "the command line tells it")
    tap.like(w.d.check("reseller", "list").out, r"bigres.*failing", "and lists it")
    restarted = w.card()
    w.d.restart()
    tap.is_equal(w.card(), restarted, "after a restart it is the same")
    customer = w.body(w.case("shop7"))
    tap.is_equal(customer["state"], "open", "the customer's case stays open")
    w.d.pass_time("73h")
    tap.ok(not [a for i in (7, 8, 9) for a in w.d.check("case", "show", w.case(f"shop{i}"), "--json").json["acts"] if a["verb"] in ("limit", "suspend")],
           "and nothing is cut for the reseller's silence")


def remedy(w):
    """Only two people say that a review has failed; then the provider acts itself, until it is passed."""
    said = ("--because", "no plan was kept")
    r = w.d.aup("reseller", "fail", "kleinres", *said)
    tap.ok(r.rc == 1 and "invited to a review" in r.err, "nobody fails who was never invited", r.err)
    r = w.d.aup("reseller", "pass", "bigres", *said)
    tap.ok(r.rc == 1 and "nobody says" in r.err, "nor is passed what nobody calls failed", r.err)
    tap.like(w.d.check("reseller", "fail", "bigres", *said).out, "a second person", "the first person alone is recorded")
    r = w.d.aup("reseller", "fail", "bigres", *said)
    tap.ok(r.rc == 1 and "another person" in r.err, "who is not the second one too", r.err)
    w.news()
    w.complain("198.18.1.13")
    tap.is_equal([x.recipients for x in w.news(ABUSE)], [[ABUSE]], "by one person nothing has failed: complaints are passed on")
    tap.like(w.d.check("reseller", "fail", "bigres", "--because", "I see the same", uid=4242).out, r"has failed\.", "by two it has")
    w.d.restart()
    w.complain("198.18.1.14")
    letters = [x.recipients[0] for x in w.news() if x.recipients[0] in (ABUSE, "shop14@shops.example")]
    tap.is_equal(letters, ["shop14@shops.example"], "what is reported now goes to the customer itself, by the ladder of its rule")
    tap.is_equal(w.body(w.case("shop14"))["ladder"], "phishing", "which is the provider's own")
    w.complain("198.18.8.1")
    letters = w.news("abuse@kleinres.example")
    tap.is_equal([x.recipients for x in letters], [["abuse@kleinres.example"]], "another reseller is not concerned")
    w.answer(letters[0], "behoben", sender="abuse@kleinres.example")
    w.complain("198.18.8.1")
    invited = [x for x in w.news("abuse@kleinres.example") if "Einladung" in str(email.header.make_header(email.header.decode_header(x.message["Subject"])))]
    tap.is_equal(len(invited), 1, "before what it called fixed comes back a third time: it is invited in its language")
    if invited:
        golden("invitation-de", invited[0])
    tap.is_equal(w.body(w.case("shop13"))["ladder"], "forwarded", "and what was passed on goes on as it began")
    tap.like(w.d.check("reseller", "show", "bigres").out, r"(?s)has failed, say tester and second.*no plan was kept", "it is shown")
    tap.like(w.explain(w.case("bigres", "reseller.enforce")), r"(?s)no plan was kept.*I see the same", "and stands in the story of the review")
    r = w.d.aup("reseller", "fail", "bigres", *said)
    tap.ok(r.rc == 1 and "already" in r.err, "it fails once", r.err)
    w.d.check("reseller", "pass", "bigres", "--because", "a new plan")
    w.complain("198.18.1.15")
    tap.is_equal([x.recipients for x in w.news(ABUSE)], [[ABUSE]], "passed, complaints are passed on as before")
    r = w.d.aup("reseller", "fail", "bigres", *said)
    tap.ok("a second person" in r.out, "and it takes two again", r.out, r.err)


def plan(w):
    """What a review finds, and a plan with dates: reminded, kept, missed, passed."""
    d = w.d

    def at(hours):
        now = datetime.datetime.fromisoformat(d.check("reseller", "show", "bigres", "--json").json["findings"][0]["at"].replace("Z", "+00:00"))
        return (now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def queued():
        return [x["case"] for x in d.check("queue", "plans", "--json").json["rows"]]

    def states():
        return {x["n"]: x["state"] for x in d.check("reseller", "show", "bigres", "--json").json["plan"]}

    def reminders():
        return [x for x in w.news(ABUSE) if "Your plan" in x.subject]

    number = w.case("bigres", "reseller.enforce")
    r = d.aup("reseller", "finding", "top", "--text", "x")
    tap.ok(r.rc == 1 and "invited to a review" in r.err, "of who was not invited nothing is found", r.err)
    tap.like(d.check("reseller", "finding", "bigres", "--text", "nobody reads the abuse box at weekends").out, r"Entry 1\.", "a finding")
    for date, what in ((at(-1), "lies ahead"), (at(24 * 731), "lies ahead"), ("tomorrow", "not a time")):
        r = d.aup("reseller", "plan", "bigres", "--date", date, "--text", "x")
        tap.ok(r.rc == 1 and what in r.err, f"no plan by {what}", r.err)
    r = d.aup("reseller", "plan", "bigres", "--date", at(1), "--text", "x" * 1001)
    tap.ok(r.rc == 1 and "1000 octets" in r.err, "nor one that is too long", r.err)
    d.check("reseller", "plan", "bigres", "--date", at(240), "--text", "Two people read it every day.")
    d.check("reseller", "plan", "bigres", "--date", at(480), "--text", "Signed-up customers are checked.")
    tap.ok(d.aup("reseller", "kept", "bigres", "1").rc == 1 and d.aup("reseller", "kept", "bigres", "4").rc == 1, "what is no entry of the plan cannot be kept")
    tap.like(w.explain(number), r"(?s)the review found \(1\): nobody reads.*the plan \(2\), by .*: Two people", "they stand in the story of the review")
    told = [e for e in d.check("case", "show", number, "--json").json["events"] if "the review found" in e["text"] or "the plan (" in e["text"]]
    tap.is_equal([bool(e["record"]) for e in told], [True, True, True], "each with a record of evidence")
    r = d.aup("reseller", "pass", "bigres", "--because", "good")
    tap.is_equal(r.rc, 0, "a first word that it failed is taken back", r.err)
    r = d.aup("reseller", "pass", "bigres", "--because", "good")
    tap.ok(r.rc == 1 and "entry 2 of the plan" in r.err, "and with a plan that is not kept it is not passed", r.err)
    w.news()
    d.pass_time("167h")
    tap.is_equal((reminders(), states()), ([], {2: "planned", 3: "planned"}), "long before the date nothing happens")
    d.pass_time("2h")
    letters = reminders()
    tap.is_equal(len(letters), 1, "three days before it the reseller is reminded, of that entry alone")
    if letters:
        golden("plan-en", letters[0])
    d.restart()
    d.pass_time("70h")
    tap.is_equal((reminders(), queued()), ([], []), "once")
    d.pass_time("2h")
    tap.is_equal((states()[2], queued()), ("missed", [number]), "a date that was missed waits for a person")
    tap.like(d.check("reseller", "show", "bigres").out, r"(?s)Its review found:\n  1  nobody reads.*2  by .*, missed: Two people.*3  by .*, planned: Signed-up", "and is shown")
    d.restart()
    tap.is_equal((states()[2], queued()), ("missed", [number]), "after a restart too")
    d.check("reseller", "kept", "bigres", "2")
    tap.is_equal((states()[2], queued()), ("kept", []), "kept after all, it waits no more")
    d.check("reseller", "kept", "bigres", "3")
    d.check("reseller", "fail", "bigres", "--because", "I doubt it")
    d.pass_time("167h")
    tap.is_equal(d.check("reseller", "show", "bigres", "--json").json["fail_asked_by"], "tester", "the first person's word waits for a week")
    d.pass_time("2h")
    tap.is_equal(d.check("reseller", "show", "bigres", "--json").json["fail_asked_by"], "", "and no longer")
    tap.like(w.explain(number), "no second person said within 7 days", "which the story tells")
    d.pass_time("120h")
    tap.is_equal((reminders(), states()), ([], {2: "kept", 3: "kept"}), "of what is kept nobody is reminded, and it is not missed")
    d.check("reseller", "pass", "bigres", "--because", "all was kept")
    tap.is_equal((w.body(number)["state"], w.body(number)["resolution"]), ("resolved", "review passed"), "all kept, the review is passed")
    r = d.aup("reseller", "plan", "bigres", "--date", at(24 * 100), "--text", "x")
    tap.ok(r.rc == 1 and "invited to a review" in r.err, "and takes no more entries", r.err)


def plan_de(w):
    """In the reseller's language; and what a closed case leaves open is withdrawn."""
    d = w.d
    number = w.case("kleinres", "reseller.enforce")
    w.news()
    d.check("reseller", "finding", "kleinres", "--text", "Beschwerden bleiben liegen")
    at = datetime.datetime.fromisoformat(d.check("reseller", "show", "kleinres", "--json").json["findings"][0]["at"].replace("Z", "+00:00"))
    d.check("reseller", "plan", "kleinres", "--date", (at + datetime.timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M:%SZ"), "--text", "Zwei Leute lesen das Postfach täglich.")
    d.settle()
    letters = [x for x in w.news("abuse@kleinres.example") if "Ihr Plan" in str(email.header.make_header(email.header.decode_header(x.message["Subject"])))]
    tap.is_equal(len(letters), 1, "a date that is near is told at once")
    if letters:
        golden("plan-de", letters[0])
    d.pass_time("49h")
    rows = lambda: [x["case"] for x in d.check("queue", "plans", "--json").json["rows"]]
    tap.is_equal(rows(), [number], "it is missed")
    d.check("case", "resolve", number, "settled")
    tap.is_equal(rows(), [], "in a case that a person closes nothing of it waits")


def ring(w):
    r = w.d.aup("registry", "import", "-", stdin="type,id,reseller,from\nreseller,top,bigres,2026-01-01T00:00:00Z\n")
    tap.ok(r.rc == 1 and "form a loop" in r.err, "resellers above each other in a ring are refused at import", r.err)
    w.complain("198.18.1.10")
    tap.is_equal([x.recipients for x in w.news(ABUSE)], [[ABUSE]], "and the register stands as it was")


def main():
    with Daemon(registry=None, listens=("smtp", "lmtp", "http", "ingest", "api"), enforcement="on", operators={"tester": os.getuid(), "second": 4242},
                conf="web-url https://abuse.example.net/desk") as d:
        w = Walk(d)
        passed_on(w)
        answers(w)
        over_api(w)
        late(w)
        remedy(w)
        plan(w)
        plan_de(w)
        ring(w)


if missing() or not program("aup"):
    tap.skip_all(missing())
tap.run(main)
