#!/usr/bin/env python3
"""A report of the sealed class, by every way in: what it says is nowhere in clear, not in a file of the data and run
directories, the log, a letter, or anything that the daemon shows; the officer alone can open it; whatever is done to its
case takes two people. Marks stand in every part of the reports and are searched for byte by byte, also as base64, hex and
UTF-16."""
import base64
import ctypes
import ctypes.util
import glob
import json
import os
import secrets
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser
from daemon import Daemon, crlf, missing, xarf

SECOND = 65534                          # the user id of the second officer
marks = {}


def mark(where):
    """A word that stands in one place of one report."""
    return marks.setdefault(where, "mk" + secrets.token_hex(10))


def forms(word):
    """The bytes that would give the word away."""
    plain = word.encode()
    yield plain
    yield plain.hex().encode()
    yield word.encode("utf-16-le")
    for shift in range(3):              # base64 of it wherever it begins in a longer text; the ends depend on the neighbours
        yield base64.b64encode(b"\0" * shift + plain)[4 if shift else 0:-4]


def found_in(data):
    low = data.lower()
    return sorted({where for where, word in marks.items() for form in forms(word) if form in data or form.lower() in low})


def report(way, report_id, source="203.0.113.66", kind="csam"):
    evidence = [{"content_type": "text/plain", "description": mark(way + " evidence"),
                 "payload": base64.b64encode(("x " + mark(way + " payload")).encode()).decode()}]
    who = {"org": mark(way + " org"), "contact": f"{mark(way + ' contact')}@reporter.example", "domain": "reporter.example"}
    return xarf(source, kind=kind, report_id=report_id, url=f"https://bakery.example/{mark(way + ' url')}", description=mark(way + " description"),
                evidence=evidence, evidence_source=mark(way + " evidence source"), reporter=who, sender=who)


def xarf_mail(way, report_id):
    return crlf(f"""From: "{mark(way + ' name')}" <{mark(way + ' from')}@reporter.example>
To: abuse@example.net
Subject: {mark(way + ' subject')}
Message-ID: <{mark(way + ' message-id')}@reporter.example>
X-Note: {mark(way + ' header')}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

{mark(way + ' words')}
--b
Content-Type: application/json; name="{mark(way + ' file')}.json"
Content-Transfer-Encoding: base64

{base64.encodebytes(report(way, report_id)).decode()}
--b--
""")


def prose(way, body, subject=None):
    return crlf(f"""From: "{mark(way + ' name')}" <{mark(way + ' from')}@home.example>
To: abuse@example.net
Subject: {subject or mark(way + ' subject')}
Message-ID: <{mark(way + ' message-id')}@home.example>

{body}
{mark(way + ' words')}
""")


def parts(way, subject, *bodies, kind="mixed"):
    """A multipart mail; each body is (header lines, text)."""
    text = "".join(f"--o\n{head}\n\n{body}\n" for head, body in bodies)
    return (f"From: <{mark(way + ' from')}@reporter.example>\nTo: abuse@example.net\nSubject: {subject}\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/{kind}; boundary=o\n\n{text}--o--\n")


def hidden():
    """Ways to say it that no format tells: (mail, recipient)."""
    b64 = "Content-Transfer-Encoding: base64"
    inner = xarf_mail("forwarded", "50000000-8172-431a-9276-c28ba90f694a").decode().replace("boundary=b", "boundary=i").replace("--b", "--i")
    yield parts("forwarded", mark("forwarded subject"), ("Content-Type: text/plain", mark("forwarded words")), ("Content-Type: message/rfc822", inner)), "abuse@example.net"
    html = f"<p>There is ch<b>ild</b>&nbsp;<i>por</i>nography at http://203.0.113.130/{mark('html url')}</p>{mark('html words')}"
    yield parts("html", mark("html subject"), (f"Content-Type: text/html\n{b64}", base64.encodebytes(html.encode()).decode()), kind="alternative"), "abuse@example.net"
    folded = f"On 203.0.113.130 there is chi=\nld=20p=6Frn: {mark('folded words')}"
    yield parts("folded", mark("folded subject"), ("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", folded)), "abuse@example.net"
    coded = base64.b64encode(("Kinderpornographie " + mark("coded subject")).encode()).decode()
    yield parts("coded", f"=?utf-8?B?{coded}?=", ("Content-Type: text/plain", "on 203.0.113.130 " + mark("coded words"))), "abuse@example.net"
    feedback = "Feedback-Type: abuse\nUser-Agent: t/1\nVersion: 1\nSource-IP: 203.0.113.17\n"
    yield parts("arf", mark("arf subject"), ("Content-Type: text/plain", "child sexual abuse material, " + mark("arf words")), ("Content-Type: message/feedback-report", feedback),
                ("Content-Type: message/rfc822", f"Subject: {mark('arf original')}\n\nx"), kind="report; report-type=feedback-report"), "abuse@example.net"
    broken = base64.encodebytes(report("broken", "60000000-8172-431a-9276-c28ba90f694a")[:-1]).decode()
    yield parts("broken", mark("broken subject"), (f"Content-Type: application/octet-stream\n{b64}", broken)), "abuse@example.net"
    yield xarf_mail("tagged", "70000000-8172-431a-9276-c28ba90f694a").decode(), "abuse+something@example.net"


def officer():
    """libsodium's box for the officer, or None where it cannot be loaded."""
    name = ctypes.util.find_library("sodium")
    if not name:
        return None, None, "00" * 31 + "09"
    sodium = ctypes.CDLL(name)
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    sodium.crypto_box_keypair(public, secret)

    def unbox(data):
        out = ctypes.create_string_buffer(len(data))
        ok = sodium.crypto_box_seal_open(out, data, ctypes.c_ulonglong(len(data)), public, secret) == 0
        return out.raw[:len(data) - 48] if ok else None
    return unbox, secret, public.raw.hex()


def send_all(d):
    """Every way in; gives the bytes of each report."""
    sent = [xarf_mail("smtp", "10000000-8172-431a-9276-c28ba90f694a"),
            prose("prose", f"On 203.0.113.130 there is child porn: http://203.0.113.130/{mark('prose url')} Remove it."),
            prose("subject", "see above", subject="csam " + mark("subject subject"))]
    for i, message in enumerate(sent):
        reply = d.smtp_send(message, sender=f"{mark(f'envelope {i}')}@reporter.example", kind="lmtp" if i == 1 else "smtp")
        tap.is_equal(reply.code, 250, f"a sealed report by mail is taken ({i + 1})")
    for i, (message, to) in enumerate(hidden()):
        sent.append(crlf(message))
        tap.is_equal(d.smtp_send(sent[-1], sender=f"{mark(f'hidden {i}')}@reporter.example", to=to).code, 250, f"one that no format tells ({i + 1})")
    ours, other = report("api", "20000000-8172-431a-9276-c28ba90f694a"), report("api-not-ours", "30000000-8172-431a-9276-c28ba90f694a", "198.51.100.9")
    for body in (ours, other):
        answer = d.report(body, token=mark("idempotency"))
        tap.is_equal(answer.status, 202, "one by the API is taken")
    sent += [ours, other]
    ingested = report("ingest", "40000000-8172-431a-9276-c28ba90f694a", "203.0.113.17", kind="csem")
    d.check("ingest", "-", stdin=ingested)
    return sent + [ingested]


def shown(d):
    """Everything that can be asked for, as (what, bytes)."""
    def run(*args):
        r = d.aup(*args)
        return " ".join(args), (r.out + r.err).encode()
    yield run("status")
    yield run("status", "--json")
    yield run("case", "list")
    yield run("case", "list", "--json")
    yield run("intake", "list")
    yield run("intake", "list", "--json")
    yield run("registry", "export")
    for case in d.cases():
        for verb in ("show", "explain"):
            yield run("case", verb, case["case"])
            yield run("case", verb, case["case"], "--json")
    for item in d.check("intake", "list", "--json").json["rows"]:
        yield run("intake", "show", item["key"])
    for path in ("cases", "intake", "acts", "records", "parked", "lookups", "registry", "status"):
        yield path, d.api(f"/v1/{path}?limit=1000").body
    yield "metrics", d.api("/metrics").body
    b = Browser(d, local=True)
    for path in ("/v1/unattributed", "/v1/unattributed?shift=2h", "/v1/appeals", "/v1/today"):
        yield path, d.api(path).body
    for case in d.cases():
        for path in ("explained", "notice", "reports/1"):
            yield f"case {path}", d.api(f"/v1/cases/{case['case']}/{path}").body
        yield "case page", b.get(f"/cases/{case['case']}").html.encode()
    for path in ("/", "/cases", "/cases?format=csv", "/unattributed", "/intake", "/actions", "/appeals", "/approvals", "/queues/due?within=90d"):
        yield f"page {path}", b.ask(path).body
    for item in d.check("intake", "list", "--json").json["rows"]:
        for path in (f"/intake/{item['key']}", f"/raw/{item['key']}"):
            yield f"page {path}", b.ask(path).body


def search(d, when):
    files = [p for p in glob.glob(d.dir + "/**", recursive=True) if os.path.isfile(p) and os.path.basename(p) != "aup"]
    for path in sorted(files):
        try:
            with open(path, "rb") as f:
                hits = found_in(f.read())
        except FileNotFoundError:
            continue                    # a tile that a wider one replaced, or a segment that was trimmed
        if hits or os.path.basename(path) in ("aupd.db", "aupd.db-wal", "log"):
            tap.is_equal(hits, [], f"{when}: nothing of a sealed report in {os.path.relpath(path, d.dir)}")
    tap.ok(len(files) > 8, f"{when}: {len(files)} files were searched")
    for what, data in shown(d):
        hits = found_in(data)
        if hits or what.startswith("case"):
            tap.is_equal(hits, [], f"{when}: nothing of it in {what}")
    tap.is_equal([l for l in d.sink.letters if found_in(l.data)], [], f"{when}: nothing of it in a letter")


def two_people(d):
    if os.getuid() != 0:
        tap.skip("whatever is done takes two people", "only root can be two people")
        return
    number = next(c["case"] for c in d.cases() if c["state"] == "sealed")
    state = lambda: next(c["state"] for c in d.cases() if c["case"] == number)
    first = d.aup("case", "resolve", number, "handed over")
    tap.is_equal(state(), "sealed", "one person alone closes nothing", first.out + first.err)
    tap.ok(d.aup("case", "resolve", number, "handed over").rc != 0, "nor the same person twice")
    for verb, arg in (("note", "x"), ("assign", "tester"), ("undo", "x"), ("flag", "counsel"), ("emergency", "mail")):
        d.aup("case", verb, number, arg)
        tap.is_equal(state(), "sealed", f"{verb} by one person leaves it sealed")
    d.aup("case", "resolve", number, "handed over")
    second = d.aup("case", "resolve", number, "handed over", uid=SECOND)
    tap.is_equal(second.rc, 0, "a second person who asks for the same closes it", second.err)
    tap.is_equal(state(), "resolved", "then it is closed")
    stranger = d.aup("case", "list", uid=SECOND + 1)
    tap.ok(d.aup("case", "note", number, "x", uid=SECOND - 7).rc != 0, "somebody who is no operator may do nothing", stranger.out)


def whose(d):
    """Whose a sealed case is, and what it is about, is not shown either."""
    for customer in ("acme", "bakery", "smith"):
        tap.is_equal(d.cases("--customer", customer), [], f"no sealed case is found by its customer ({customer})")
    for what, answer in (("a page of cases", d.check("case", "list", "--json", "--limit", "1").out), ("the last line of a page", d.check("case", "list", "--limit", "1").out),
                         ("the acts", d.api("/v1/acts?limit=1000").body.decode()), ("what happened", d.api("/v1/events?limit=1000").body.decode())):
        tap.unlike(answer, "acme|bakery|smith|csam", f"{what} names no customer and no clause")
    first = d.check("case", "list", "--json", "--limit", "1").json
    tap.is_equal(len(d.check("case", "list", "--json", "--limit", "9", "--after", first["after"]).json["rows"]), len(d.cases()) - 1, "page by page they are all there")
    number = first["rows"][0]["case"]
    for args in (("split", number, "1", "--because", "x"), ("merge", number, first["after"])):
        for uid in (None, SECOND) if os.getuid() == 0 else (None,):
            tap.ok(d.aup("case", *args, uid=uid).rc == 1, f"nothing of a sealed case is taken away ({args[0]})")
    tap.is_equal(len(d.cases()), 3, "and no case without a seal came of it")
    for path in ("explained", "notice", "reports/1"):
        a = d.api(f"/v1/cases/{number}/{path}")
        tap.ok(a.status != 200 and "sealed" in a.body.decode(), f"nothing of it is told by {path}", a.body)


def by_hand(d):
    """A person opens one: sealed from the start, and the reason is not kept in clear."""
    d.check("registry", "import", "-", stdin="type,id,kind,resource,customer\ncustomer,hand,,,\nprefix,p-hand,static,203.0.113.210/32,hand\n")
    number = d.check("case", "open", "--customer", "hand", "--clause", "content.csam", "--ladder", "spam", "--because", mark("by hand reason")).out.strip()
    tap.is_equal(next(c["state"] for c in d.cases() if c["case"] == number), "sealed", "a case of the class that a person opens is sealed at once")
    if os.getuid() == 0:
        for uid in (None, SECOND):
            d.aup("case", "uphold", number, "x", uid=uid)
        tap.is_equal(next(c["state"] for c in d.cases() if c["case"] == number), "sealed", "and stays so")


def two_for_items(d):
    if os.getuid() != 0:
        return
    rows = d.check("intake", "list", "--json").json["rows"]
    tap.ok(rows, "a sealed report about nobody of ours, or without an address, waits for people")
    for row in rows:
        for verb in (("discard",), ("confirm", "--class", "content.csam")):
            d.aup("intake", verb[0], row["key"], *verb[1:])
        left = [r["key"] for r in d.check("intake", "list", "--json").json["rows"]]
        tap.ok(row["key"] in left, f"one person alone decides nothing about item {row['key']}")
        d.aup("intake", "discard", row["key"])
        second = d.aup("intake", "discard", row["key"], uid=SECOND)
        left = [r["key"] for r in d.check("intake", "list", "--json").json["rows"]]
        tap.ok(row["key"] not in left, f"two do ({row['key']})", second.err)


def main():
    unbox, _, public = officer()
    operators = {"tester": os.getuid(), "second": SECOND}
    with Daemon(conf=f"officer-key {public}", log_level="debug", operators=operators) as d:
        sent = send_all(d)
        for name, data in (("as it is", sent[-1]), ("as base64", base64.b64encode(sent[-1])), ("as hex", sent[-1].hex().encode())):
            tap.ok(found_in(data), f"the search finds a report {name}")
        d.settle()
        d.check("backup", "copy.db")
        states = [c["state"] for c in d.cases()]
        tap.is_equal(states, ["sealed"] * 3, "three customers of ours have a sealed case, and only a sealed one")
        search(d, "after the fold")
        boxes = []
        for path in glob.glob(d.data + "/sealed/*.box"):
            with open(path, "rb") as f:
                boxes.append(f.read())
        tap.is_equal(len(boxes), len(sent), "each report is encrypted to the officer")
        if unbox:
            tap.is_equal(sorted(unbox(b) or b"" for b in boxes), sorted(sent), "the officer reads exactly what was sent")
        else:
            tap.skip("the officer reads exactly what was sent", "libsodium cannot be loaded here")
        d.pass_time("90d")
        tap.is_equal([l for l in d.sink.letters if "acme" in str(l.recipients) or "bakery" in str(l.recipients)], [], "no letter goes to the customers")
        whose(d)
        two_people(d)
        two_for_items(d)
        by_hand(d)
        search(d, "in the end")
        tap.ok(d.restart(), "aupd stops and starts", *getattr(d, "stop_trouble", []))
        d.settle()
        tap.is_equal(len(d.cases()), 4, "the cases are the same after a restart")
        search(d, "after a restart")


tap.skip_all(missing()) if missing() else tap.run(main)
