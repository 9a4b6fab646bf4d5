#!/usr/bin/env python3
"""Digests: letters that may wait go in one, at the hour that the register says and in the account's language; what becomes of it becomes of
each of them, whatever is killed meanwhile; and what must not wait does not."""
import datetime
import email.utils
import http.client
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import golden
import tap
from daemon import LIMIT, POLICY, Daemon, arf, missing, xarf

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "digest")
SECOND = 65534
START = "2026-01-01T00:00:00Z"
#        number, language, digest, reseller
PEOPLE = {"acme": (1, "en", "daily", ""), "bolte": (2, "de", "daily", ""), "crow": (3, "en", "each", ""), "doe": (4, "en", "weekly", ""), "elm": (5, "en", "", ""),
          "fox": (6, "en", "daily", "res"), "gnu": (7, "en", "daily", ""), "hare": (8, "en", "daily", "")}


class Desk:
    def __init__(self, d, weekly):
        self.d, self.n, self.heard = d, 0, 0
        self.start, self.passed = int(time.time()), 0
        # a week's digest goes on Monday, where the day is an hour ahead, and is not to come among the first
        while weekly and datetime.datetime.fromtimestamp(self.now() + 3600, datetime.timezone.utc).weekday() in (6, 0):
            self.go_on(24)
        # from a minute past the hour on, so that the letters say the same whenever the test runs
        self.go_on(1 + (60 - self.minute()) / 60)
        self.base = self.now() - self.now() % 3600
        self.hour = (datetime.datetime.fromtimestamp(self.base, datetime.timezone.utc).hour + 4) % 24
        # the provider's day is an hour ahead
        when = lambda w: f"{w} {(self.hour + 1) % 24}" if w in ("daily", "weekly") else w
        rows = ["type,id,customer,reseller,kind,resource,language,digest,email,from", f"reseller,res,,,,,en,{when('daily')},abuse@res.example,{START}",
                f"prefix,pr,res,,static,198.18.1.99/32,,,,{START}"]
        for who, (n, language, digest, reseller) in PEOPLE.items():
            rows += [f"customer,{who},,{reseller},,,{language},{when(digest)},{who}@customers.example,{START}",
                     f"prefix,p-{who},{who},,static,198.18.1.{n}/32,,,,{START}"]
        rows += [f"contact,k-{who},{who},,technical,,en,,tech@{who}.example,{START}" for who in ("gnu",)]
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")

    def now(self):
        return self.start + self.passed

    def minute(self):
        return datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc).minute

    def go_on(self, hours):
        minutes = round(hours * 60)
        self.passed += minutes * 60
        self.d.pass_time(f"{minutes}m")

    def to_the_hour(self):
        """To just before the digests go; the test clock may be some seconds ahead of ours."""
        at = datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc)
        minutes = ((self.hour - at.hour) % 24) * 60 - at.minute
        self.go_on((minutes % 1440 - 5) / 60)

    def news(self):
        self.d.settle()
        letters = self.d.sink.letters[self.heard:]
        self.heard += len(letters)
        return letters

    def advice(self, who, kind="misconfiguration"):
        self.n += 1
        n = PEOPLE[who][0] if who in PEOPLE else 99
        self.d.report(xarf(f"198.18.1.{n}", "vulnerability", kind, at=self.now(), report_id=f"12eb480f-8172-431a-9276-{self.n:012d}", service="dns", port=53))
        self.d.settle()

    def spam(self, who):
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.1.{PEOPLE[who][0]}", at=self.now(), number=self.n, reporter=f"r@{name}{who}.far.example"), sender="")
        self.d.settle()

    def mine(self, key):
        c = http.client.HTTPConnection(self.d.address, 2600, timeout=LIMIT)
        try:
            c.request("GET", "/v1/my/cases", headers={"Authorization": f"Bearer {key}"})
            return json.loads(c.getresponse().read())
        finally:
            c.close()

    def case(self, who, group):
        return next((c["case"] for c in self.d.cases("--customer", who) if c["body"]["clause"].startswith(group)), None)

    def body(self, number):
        return self.d.check("case", "show", number, "--json").json["body"]

    def explain(self, number):
        return self.d.check("case", "explain", number).out

    def limits(self, number):
        return [a["state"] for a in self.d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit"]

    def fates(self, who):
        text = self.d.check("customer", "show", who, "--because", "test").out
        return text

    def mail(self, to, sender, text):
        self.n += 1
        self.d.smtp_send(f"From: <{sender}>\nTo: <{to}>\nSubject: Re\nMessage-ID: <{self.n}@x.example>\n\n{text}\n", sender=sender, to=to)
        self.d.settle()

    def word(self, letter, action, status):
        self.n += 1
        to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        self.d.smtp_send(f"""From: <MAILER-DAEMON@mx.example>
To: <{to}>
Subject: about your mail
Message-ID: <{self.n}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

About your message.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {letter.recipients[0]}
Action: {action}
Status: {status}
--r--
""", sender="", to=to)
        return self.news()


def to_whom(letters):
    return sorted(x.recipients[0] for x in letters)


def entries(letter):
    """The cases that are new in it, each with the address that answers go to."""
    new = re.search(r"(?ms)^(?:New|Neu)\n---\n(.*?)^(?:Open besides|Außerdem offen)", letter.text().replace("\r\n", "\n")).group(1)
    return dict(re.findall(r"(?ms)^  (C-\d+) .*?(abuse\+\S+)", new))


def gathered(k):
    for who in ("acme", "bolte", "crow", "doe", "elm"):
        k.advice(who)
        k.advice(who, "open_service")
    tap.is_equal(to_whom(k.news()), ["crow@customers.example"] * 2 + ["elm@customers.example"] * 2, "who has no digest gets each letter at once, who has one none")
    k.spam("acme")
    k.spam("doe")
    k.d.report(xarf("198.18.1.8", at=k.now(), report_id="12eb480f-8172-431a-9276-00000000ffff", url="http://198.18.1.8/login"))
    tap.is_equal(to_whom(k.news()), ["doe@customers.example", "hare@customers.example"],
                 "a notice that the policy lets wait waits, but not where its deadline, or its ladder's next step, comes before a digest surely would")
    account(k)
    text = k.fates("acme")
    tap.like(text, "waits for the digest", "an operator sees that they wait", text)
    spam = k.case("acme", "email.")
    tap.ok(not k.body(spam).get("noticed"), "the case has told nobody yet", k.body(spam))
    before = k.body(spam)["fix_by_at"]
    k.to_the_hour()
    tap.is_equal(k.news(), [], "before the hour nothing goes")
    k.d.kill_and_wait("judge")
    k.go_on(10 / 60)
    got = k.news()
    tap.is_equal(to_whom(got), ["acme@customers.example", "bolte@customers.example"], "at the hour each gets one letter", got)
    for letter in got:
        who = letter.recipients[0].split("@")[0]
        golden.is_golden(letter, f"{GOLDEN}/{who}.txt", k.base, f"the digest of {who}")
    k.go_on(1)
    tap.is_equal(k.news(), [], "once")
    acme = next(x for x in got if x.recipients == ["acme@customers.example"])
    tap.is_equal(sorted(entries(acme)), sorted(c["case"] for c in k.d.cases("--customer", "acme")), "it lists all three")
    found = k.d.check("search", acme.message_id).out
    tap.is_equal(sorted(set(re.findall(r"C-\d+", found))), sorted(entries(acme)), "and its Message-ID leads to them", found)
    body = k.body(spam)
    waited = (body["fix_by_at"] - before) / 3600e6
    tap.ok(3 < waited < 5 and body.get("noticed"), "the case has told, and its deadline counts from the digest on", waited)
    tap.like(k.explain(spam), r"goes in the digest of the account[\s\S]*handed to the mail server", "as the case tells", k.explain(spam))
    k.go_on(46)
    tap.is_equal(k.limits(spam), [], "the customer has all the time that the digest names")
    k.go_on(3)
    tap.is_equal(k.limits(spam), ["done"], "then the limit comes")
    k.news()
    return acme


def account(k):
    """What an account has, over the API and for an operator: what is asked, and by when."""
    key = re.search(r"aup_\S+", k.d.check("key", "add", "customer", "hare").out).group()
    asked = lambda: {c["clause"].split(".")[0]: (c["state"], c["asked"], c.get("asked_by")) for c in k.mine(key)["cases"]}
    text = k.fates("hare")
    number = k.d.cases("--customer", "hare")[0]["case"]
    body = k.body(number)
    tap.is_equal(body.get("noticed"), True, "hare was told", body)
    (state, what, by), = asked().values()
    tap.is_equal((state, what, bool(by)), ("open", "fix", True), "it is asked to end it by a day")
    tap.like(text, r"asked fix", "as an operator sees", text)
    k.d.check("case", "ask", number, "--within", "5d", "Whose is the site?")
    tap.is_equal([x[1] for x in asked().values()], ["information"], "a question comes before that")
    k.news()
    both = text + k.d.check("customer", "show", "hare", "--because", "test", "--json").out
    tap.unlike(both, r"/l/[\w-]{22}|abuse\+[a-z2-9]{24}", "and neither link nor address of a letter is shown")


def answers(k, acme):
    addresses = entries(acme)
    first, second = k.case("acme", "access."), k.case("acme", "config.")
    k.mail(addresses[first], "acme@customers.example", "We closed the port.")
    tap.is_equal((k.body(first)["state"], k.body(second)["state"]), ("paused", "open"), "an answer to one matter's own address halts that one")
    to = email.utils.parseaddr(acme.message["Reply-To"])[1]
    k.mail(to, "acme@customers.example", "What do you want?")
    rows = k.d.check("intake", "list", "--json").json["rows"]
    tap.ok(any("several cases" in r["body"].get("reason", "") for r in rows), "one about none of them is read by a person", rows)
    tap.is_equal(k.body(second)["state"], "open", "  and halts nothing")
    k.mail(to, "acme@customers.example", f"About {second}: that is as it shall be.\n\n> {first} and others")
    tap.is_equal(k.body(second)["state"], "paused", "one that names its number is about that")
    link = re.search(r"https://abuse\.example\.net/desk(/l/\S+)", acme.text())
    tap.ok(link, "and each has a page to answer on")


def weekly(k):
    now = datetime.datetime.fromtimestamp(k.now(), datetime.timezone.utc)
    days = (7 - now.weekday()) % 7 or 7
    for _ in range(days):
        k.go_on(24)
    k.news()
    # of the whole test: a Monday may have passed before
    got = [x for x in k.d.sink.letters if x.recipients == ["doe@customers.example"] and "new on your account" in str(x.message["Subject"])]
    tap.is_equal(len(got), 1, "a week's digest goes once a week", got)
    if got:
        tap.is_equal(len(entries(got[0])), 2, "with the advice")
        tap.like(got[0].text(), rf"Open besides[\s\S]*{k.case('doe', 'email.')}", "and what else is open")


def returned(k):
    k.advice("gnu")
    k.advice("gnu", "open_service")
    k.to_the_hour()
    k.go_on(10 / 60)
    got = [x for x in k.news() if "gnu" in x.recipients[0]]
    tap.is_equal(to_whom(got), ["tech@gnu.example"], "one letter to the first contact")
    again = k.word(got[0], "failed", "5.1.1")
    tap.is_equal(to_whom(again), ["gnu@customers.example"], "it comes back: one goes to the next", again)
    tap.is_equal(sorted(entries(again[0])), sorted(entries(got[0])), "  with all that was in it")
    tap.is_equal(k.word(got[0], "failed", "5.1.1"), [], "and what comes back twice changes nothing")
    k.word(again[0], "delivered", "2.0.0")
    text = k.fates("gnu")
    tap.is_equal((len(re.findall("delivered", text)), len(re.findall("bounced", text))), (2, 2), "an operator sees what became of each", text)
    lost = k.word(again[0], "failed", "5.2.2")
    flags = [k.body(c["case"]).get("flags", 0) & 32 for c in k.d.cases("--customer", "gnu")]
    tap.is_equal((to_whom(lost), flags), ([], [32, 32]), "when no address is left each case waits for a person", lost)


def settled(k):
    k.advice("hare")
    k.d.check("case", "resolve", k.case("hare", "access."), "closed the port")
    k.to_the_hour()
    k.go_on(10 / 60)
    tap.is_equal([x for x in k.news() if "hare" in x.recipients[0]], [], "what is settled meanwhile is no news, and a digest without any is none")
    k.spam("hare")
    number = k.case("hare", "email.")
    k.d.check("case", "flag", number, "do-not-tell")
    k.to_the_hour()
    k.go_on(10 / 60)
    tap.is_equal([x for x in k.news() if "hare" in x.recipients[0]], [], "nor is what nobody is to be told")


def reseller(k):
    k.spam("fox")
    case = k.case("fox", "email.")
    forwarded = [x for x in k.news() if x.recipients == ["abuse@res.example"]]
    tap.is_equal(len(forwarded), 1, "what is passed on to a reseller goes at once", forwarded)
    k.advice("res")
    k.to_the_hour()
    k.go_on(10 / 60)
    got = [x for x in k.news() if x.recipients == ["abuse@res.example"] and "new on your account" in str(x.message["Subject"])]
    tap.is_equal(len(got), 1, "a reseller has a digest too", got)
    text = got[0].text() if got else ""
    tap.like(text, rf"Open besides[\s\S]*{case}", "it lists what is open below it", text)
    tap.unlike(text, r"\bfox\b|198\.18\.1\.6\b", "by number and clause, without a word of its customers")


def erased(k):
    if os.getuid():
        return tap.skip("an erasure takes two people", "only root can be two people")
    k.advice("bolte", "open_service")
    for c in k.d.cases("--customer", "bolte"):
        if k.body(c["case"])["state"] == "resolved":
            k.d.check("case", "reopen", c["case"])
    k.n += 1
    k.spam("bolte")
    tap.like(k.fates("bolte"), "waits for the digest", "a letter waits")
    for uid in (None, SECOND):
        k.d.check("erase", "bolte", "--basis", "asked for by letter", "--even-open", "gone", uid=uid)
    k.d.pass_time("5m")
    k.passed += 300
    k.to_the_hour()
    k.go_on(10 / 60)
    tap.is_equal([x for x in k.news() if "bolte" in x.recipients[0]], [], "who is erased is written to no more")
    k.d.stop()
    stores = [name for name in os.listdir(k.d.data) if name.startswith("aupd.db")]
    tap.ok(stores, "there is a store to look into", os.listdir(k.d.data))
    left = [m for name in stores for m in re.findall(rb".{40}\bbolte\b.{40}", open(os.path.join(k.d.data, name), "rb").read())]
    tap.is_equal(left, [], "and nothing that waited names him")


def letters(k):
    """To whom, by Message-ID: one that was in hand at a kill may come twice."""
    return {x.message_id: x.recipients[0] for x in k.d.sink.letters if "customers.example" in x.recipients[0]}


def counted(k):
    """The back-test of the policy in force sends as many letters as were sent."""
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(k.now()))
    got = k.d.aup("policy", "backtest", "--json", "--all", "--to", until, k.policy).json
    return got, letters(k)


def replayed():
    with Daemon(start=False, policy=None, registry=None, enforcement="on") as d:
        k = begin(d)
        for who in ("acme", "bolte", "elm"):
            k.advice(who)
            k.advice(who, "open_service")
        k.spam("acme")
        k.d.restart()
        k.to_the_hour()
        k.d.crash()
        k.d.launch()
        # a test clock begins anew with its daemon
        k.start, k.passed = int(time.time()), 0
        k.to_the_hour()
        # what a busy machine answers too late for a clock that jumps is tried again some minutes later
        for _ in range(30):
            k.go_on(10 / 60)
            if len(letters(k)) == 4:
                break
        got, sent = counted(k)
        tap.is_equal([f"{who}@customers.example" for who in ("acme", "bolte", "elm", "elm")], sorted(sent.values()), "what a kill came before goes out all the same")
        tap.is_equal((got["draft"]["letters"], got["draft"]["letters"], len(got["cases"])), (4, len(sent), 7), "the back-test counts a digest as the one letter that it was", got["draft"], sent)


def refused(d, policy):
    """What must be told at once cannot be let wait."""
    def said(file, find, by):
        path = os.path.join(d.dir, "bad")
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(policy, path)
        edit(path, file, find, by)
        r = d.aup("policy", "check", path)
        return r.out + r.err
    tap.like(said("ladders.policy", r'(?s)(ladder flood \{.*?at once notify "[^"]+" fix within 24h)', r"\1 may wait"), "an emergency does not wait", "an emergency")
    tap.like(said("ladders.policy", r'at once notify "copyright-removed"', 'at once notify "copyright-removed" may wait'), "at once", "what may be disputed, and is disabled")
    tap.like(said("ladders.policy", r'(at once forward "reseller-forward" answer within 48h)', r"\1 may wait"), "means nothing behind forward", "what a reseller answers")
    tap.like(said("ladders.policy", r"    after 48h limit mail", "    at once limit mail"), "comes before the deadline|told at once", "what is cut with it")
    tap.like(said("aup.policy", r'zone "\+01:00"', 'zone "Berlin"'), "fixed distance from UTC", "a zone that is none")
    shutil.rmtree(os.path.join(d.dir, "bad"))
    shown = d.check("policy", "show", policy).out
    tap.like(shown, r'zone "\+01:00"[\s\S]*notify "spam-first" fix within 48h may wait', "the normal form says zone and word")
    told = d.aup("policy", "diff", POLICY, policy).out
    tap.like(told, r"zone[\s\S]*It may wait for the digest of the account|It may wait for the digest of the account[\s\S]*zone", "and a difference says what they mean", told[:1500])
    r = d.aup("registry", "import", "-", stdin="type,id,digest\ncustomer,x,hourly\n")
    tap.like(r.out + r.err, r'"hourly" is none of', "nor is a digest every hour known", r)


def edit(path, file, find, by):
    with open(f"{path}/{file}", encoding="utf-8") as f:
        text = f.read()
    if not re.search(find, text):
        raise RuntimeError(f"{file}: nothing is {find}")
    with open(f"{path}/{file}", "w", encoding="utf-8") as f:
        f.write(re.sub(find, by, text))


def begin(d, weekly=False):
    d.write_config(conf=f"listen api {d.address}:2600\nweb-url https://abuse.example.net/desk")
    d.start()
    policy = os.path.join(d.dir, "policy")
    shutil.copytree(POLICY, policy)
    edit(policy, "aup.policy", r"driver nft set \w+", "driver null")
    edit(policy, "aup.policy", "    languages en de\n", '    languages en de\n    zone "+01:00"\n')
    edit(policy, "ladders.policy", r'(notify "spam-first" fix within 48h)', r"\1 may wait")
    edit(policy, "ladders.policy", r'(notify "phishing-first" fix within 12h)', r"\1 may wait")
    d.check("policy", "post", policy)
    k = Desk(d, weekly)
    k.policy = policy
    return k


def main():
    with Daemon(start=False, policy=None, registry=None, enforcement="on", operators={"tester": os.getuid(), "second": SECOND} if os.getuid() == 0 else None) as d:
        k = begin(d, weekly=True)
        refused(d, k.policy)
        acme = gathered(k)
        answers(k, acme)
        weekly(k)
        returned(k)
        settled(k)
        reseller(k)
        erased(k)
    replayed()


tap.skip_all(missing()) if missing() else tap.run(main)
