#!/usr/bin/env python3
"""What waits for a person: prose, what nothing recognised, spam sent to the abuse address; confirmed, discarded, read again,
hidden by rules and never lost."""
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, crlf, missing

PROSE = """From: angry@home.example
To: abuse@example.net
Subject: someone bothers me
Message-ID: <prose-{n}@home.example>

Your 203.0.113.17 was at my door at WHEN 10:00:00 +0100. Stop it!
""".replace("WHEN", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 4 * 86400)))
SPAM = """From: Prince <prince@rich.example>
To: abuse@example.net
Subject: A business proposal {n}
Message-ID: <spam-{n}@rich.example>

Dear friend, I have a sum of money and need your help to move it.
"""


def items(d, *args):
    return d.check("intake", "list", "--json", *args).json["rows"]


def send(d, text, n, sender="angry@home.example"):
    reply = d.smtp_send(crlf(text.format(n=n)), sender=sender)
    if reply.code != 250:
        raise RuntimeError(reply.text)
    d.settle()


def listed(d):
    send(d, PROSE, 1)
    send(d, SPAM, 1, "prince@rich.example")
    d.smtp_send(crlf("From: x@y.example\nSubject: \nMessage-ID: <e@y.example>\n\n"))
    d.settle()
    rows = items(d)
    kinds = sorted(r["body"]["type"] for r in rows)
    tap.is_equal(len(rows), 3, "prose, spam to the abuse address and an empty mail wait", rows)
    tap.ok(set(kinds) <= {"prose", "unparsed"} and "unparsed" in kinds, "each says what it is", kinds)
    tap.like(d.check("intake", "list").out, r"prose\s+someone bothers me \(waiting, from angry@home\.example\)", "listed with subject, state and sender")
    tap.like(d.check("intake", "list").out, r"unparsed\s+A business proposal", "what nothing recognised is called unparsed")
    tap.is_equal(d.cases(), [], "and no case comes of it by itself")
    text = d.check("intake", "show", rows[-1]["key"]).out
    key = next(r["key"] for r in rows if r["body"]["type"] == "prose")
    text = d.check("intake", "show", key).out
    tap.like(text, r"is prose, waiting.*subject\s+someone bothers me", "show tells what it is")
    tap.like(text, r"candidate 1: 203\.0\.113\.17.*T09:00:00Z", "and what was found: the address and the time, in UTC")
    tap.is_equal(d.check("intake", "show", key, "--json").json["row"]["subject_line"], "someone bothers me", "also in JSON")
    tap.like(d.check("intake", "show", "--raw", key).out, r"^From: angry@home\.example\r?\n.*Stop it!", "its bytes can be read")
    tap.like(d.check("lookups").out, r"tester asked for item \S+: its raw bytes", "which is recorded")
    return key


def decided(d, key):
    r = d.aup("intake", "confirm", key)
    tap.is_equal((r.rc, "--class" in r.err), (1, True), "without a class it is not confirmed", r.err)
    tap.is_equal(d.aup("intake", "confirm", key, "--class", "nonsense").rc, 1, "a class must be one of ours")
    tap.is_equal(d.aup("intake", "confirm", key, "--class", "connection.login_attack", "--candidate", "7").rc, 1, "a candidate must be there")
    tap.is_equal(d.aup("intake", "confirm", key, "--class", "connection.login_attack", "--at", "yesterday").rc, 1, "a time must be one")
    tap.is_equal(items(d)[0]["state"], "waiting", "refused, and it waits on")
    r = d.check("intake", "confirm", key, "--class", "connection.login_attack", "--json").json
    tap.is_equal(r["fate"], "counted", "confirmed: counted by the rules as a report is")
    tap.is_equal(d.aup("intake", "confirm", key, "--class", "connection.login_attack").rc, 1, "once only")
    tap.is_equal([r["state"] for r in items(d, "--state", "confirmed")], ["confirmed"], "kept with its state")
    tap.is_equal(d.aup("intake", "discard", "1.99.0.0").rc, 1, "an item that is not there is said")
    waiting = items(d)
    spam = next(r["key"] for r in waiting if "business" in r["body"].get("subject_line", ""))
    tap.is_equal(d.check("intake", "discard", spam, "--because", "spam").out, "discarded\n", "discarded")
    kept = items(d, "--state", "discarded")[0]
    tap.like(kept["body"]["reason"], "discarded by tester: spam", "with who and why, and kept")
    tap.is_equal(len(items(d)), len(waiting) - 1, "and waits no longer")


def case_of_prose(d):
    """Two people who write in prose and one who reports by form are three witnesses."""
    for n in (2, 3):
        send(d, PROSE.replace("angry@home", f"angry{n}@home{n}").replace("10:00:00", f"10:0{n}:00"), n, f"angry{n}@home{n}.example")
    for row in items(d):
        if row["body"]["type"] == "prose":
            d.check("intake", "confirm", row["key"], "--class", "connection.login_attack")
    rows = [r for r in d.cases() if r["body"]["clause"] == "access.accounts"]
    tap.is_equal(len(rows), 1, "what people confirmed opens a case")
    tap.like(d.check("case", "explain", rows[0]["case"]).out, "angry@home.example.*angry2@home2.example", "which names all who wrote, also the first")


def ignored(d):
    tap.is_equal(d.aup("intake", "ignore", "rich").rc, 2, "a rule must say whom or what")
    send(d, SPAM, 4, "prince@rich.example")
    before = len(items(d))
    r = d.check("intake", "ignore", "rich", "--from", "@rich.example", "--because", "only spam", "--json").json
    tap.is_equal(r["hidden"], 1, "a rule hides what waits already")
    send(d, SPAM, 5, "prince@rich.example")
    send(d, SPAM.replace("rich.example", "notrich.invalid"), 6, "prince@notrich.invalid")
    tap.is_equal(len(items(d)), before, "and what comes; not what only looks alike")
    hidden = items(d, "--state", "ignored")
    tap.is_equal({r["body"]["reason"] for r in hidden}, {"ignored by rule rich"}, "hidden, kept, and told by which rule")
    tap.like(d.check("intake", "ignores").out, r"rich\s+from \"@rich\.example\".*by tester: only spam", "the rules can be listed")
    tap.is_equal(d.aup("intake", "discard", hidden[0]["key"]).rc, 0, "a hidden item can be decided")
    tap.is_equal(d.aup("intake", "ignore", "rich", "--off").rc, 0, "a rule is taken away")
    tap.is_equal(d.aup("intake", "ignore", "rich", "--off").rc, 1, "once only")
    send(d, SPAM, 7, "prince@rich.example")
    tap.is_equal(len(items(d)), before + 1, "then such things wait again")
    d.smtp_send(arf("203.0.113.17", number=70, reporter="fbl@rich.example"))
    d.settle()
    tap.is_equal([r for r in items(d, "--state", "ignored") if r["body"].get("format") == "arf"], [], "a report is never hidden")


def again(d):
    row = next(r for r in items(d) if r["body"]["type"] == "unparsed")
    n = len(items(d))
    r = d.check("intake", "reparse", row["key"])
    d.settle()
    tap.like(r.out, "^[0-9a-f]{32}$", "reading again gives a receipt")
    rows = items(d)
    tap.is_equal((len(rows), row["key"] in [x["key"] for x in rows]), (n, False), "the item comes anew, the old one is closed")
    tap.is_equal(d.check("intake", "show", row["key"], "--json").json["row"]["state"], "discarded", "and says so")
    d.kill_and_wait("ear")
    d.settle()
    d.restart()
    d.settle()
    tap.is_equal(len(items(d)), n, "nothing comes twice or is lost when the ear, then everything is started again")
    tap.ok(d.aup("intake", "show", "--raw", rows[0]["key"]).rc == 0, "the bytes of what waits are still there")


def main():
    with Daemon() as d:
        key = listed(d)
        decided(d, key)
        case_of_prose(d)
        ignored(d)
        again(d)


tap.skip_all(missing()) if missing() else tap.run(main)
