#!/usr/bin/env python3
"""What stands first in the queues: threats, then what trusted flaggers reported, then what waits longest or falls due first; page by page,
each row once, with the reason why; as long as it waits and no longer."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import REGISTRY, Daemon, arf, missing, xarf

HOP = (b"Received: from mail.flag.example (mail.flag.example [198.51.100.7]) by mx.example.net (Postfix) with ESMTPS id 1; "
       b"Mon, 2 Mar 2026 10:00:00 +0000\r\n")
CONF = "intake { authserv-id mx.example.net }"
PROSE = "From: <{who}>\r\nTo: <abuse@example.net>\r\nSubject: {subject}\r\nMessage-ID: <{n}@mail.example>\r\n\r\nLook at 203.0.113.17, please.\r\n"


def proof(domain):
    return f"Authentication-Results: mx.example.net;\r\n\tdkim=pass header.d={domain}\r\n".encode()


def prose(d, n, who="someone@outside.example", top=b"", subject="help"):
    reply = d.smtp_send(top + PROSE.format(n=n, who=who, subject=subject).encode(), kind="lmtp")
    if reply.code != 250:
        raise RuntimeError(reply.text)
    d.settle()


def flagged(n, source="203.0.113.66"):
    return xarf(source, category="copyright", kind="copyright", report_id=f"02eb480f-8172-431a-9276-{n:012x}", infringing_url="https://bakery.example/song")


def queue(d, name, *args):
    return d.check("queue", name, "--json", *args).json


def paged(d, name, size, *args):
    got, after = [], None
    while True:
        r = queue(d, name, "--limit", str(size), *args, *(["--after", after] if after else []))
        got += r["rows"]
        after = r.get("after")
        if not after:
            return got, r.get("more", False)


def what(rows):
    return [r.get("first", "") for r in rows]


def waiting(d):
    """Reports of which nobody can tell yet whose they are."""
    tap.is_equal(d.aup("reporter", "flagger", "fbl@x.example", "--because", "x").rc, 1, "a name that anybody can claim is no trusted flagger's")
    shown = d.check("reporter", "flagger", "api:trusted-desk", "--because", "named by the authority", "--json").json
    tap.is_equal((shown["standing"], shown["cap_hour"]), ("trusted-flagger", 0), "a person marks one, who has no cap then")
    for n in range(3):
        d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@r{n}.example"))
    d.settle()
    d.report(flagged(1), token="t1")
    d.settle()
    rows, _ = paged(d, "unattributed", 1)
    tap.is_equal(what(rows), ["trusted-flagger", "", "", ""], "what a trusted flagger reported last stands first", rows)
    tap.is_equal(len({r["key"] for r in rows}), 4, "and each row once")
    tap.is_equal([q["first"] for q in d.check("queue", "--json").json["queues"] if q["name"] == "unattributed"], [1], "the list says how many stand first")
    d.pass_time("20m")
    tap.is_equal(what(queue(d, "unattributed")["rows"]), ["trusted-flagger", "", "", ""], "tried again, it does still")
    d.check("registry", "import", REGISTRY)
    d.pass_time("2h")
    tap.is_equal(queue(d, "unattributed")["rows"], [], "attributed it does not any more")


def over_cap(d):
    d.check("reporter", "cap", "api:trusted-desk", "1", "0", "--because", "a loop")
    for n in (2, 3, 4):
        d.report(flagged(n, "203.0.113.65"), token=f"t{n}")
    d.settle()
    rows = queue(d, "over-cap")["rows"]
    tap.ok(rows and set(what(rows)) == {"trusted-flagger"}, "nor is he forgotten over his cap", rows)
    d.check("reporter", "cap", "api:trusted-desk", "0", "0", "--because", "mended")
    d.settle()
    tap.is_equal(queue(d, "over-cap")["rows"], [], "until there is room")


def intake(d):
    """Letters that a person reads."""
    d.check("reporter", "flagger", "mail:flag.example", "--because", "named by the authority")
    for n in range(3):
        prose(d, n)
    prose(d, 7, "desk@flag.example", HOP + proof("flag.example"))
    d.report(xarf("203.0.113.65", kind="csam", report_id="5a480b0f-8172-431a-9276-c28ba90f694a", url="https://bakery.example/x"))
    d.settle()
    rows, _ = paged(d, "intake", 2)
    tap.is_equal(what(rows), ["trusted-flagger", "", "", ""], "a letter of a trusted flagger is read first", rows)
    tap.like(d.check("queue", "intake").out.splitlines()[0], "FIRST: a trusted flagger reported it", "and says why")
    for row in rows[:2]:
        d.check("intake", "discard", row["key"])
    tap.is_equal(what(queue(d, "intake")["rows"]), ["", ""], "read, it is gone")
    return rows[2]["key"], rows[3]["key"]


def cases(d, key):
    """A threat and a flagger's report among cases that are older."""
    people = "".join(f"customer,q{i},,,,,\n" for i in range(5))
    d.check("registry", "import", "-", stdin="type,id,customer,resource,kind,name,email\n" + people)
    for i in range(5):
        d.check("case", "open", "--customer", f"q{i}", "--because", "to page through")
    old = [r["case"] for r in queue(d, "review")["rows"] if not r.get("first")]
    first = [r["case"] for r in queue(d, "review")["rows"] if r.get("first")]
    tap.is_equal((len(old), len(first)), (5, 1), "five that people opened, and the one of the trusted flagger", queue(d, "review"))
    d.check("intake", "confirm", key, "--class", "content.threat")
    rows, _ = paged(d, "review", 2)
    threat = rows[0]["case"]
    tap.is_equal([(r["case"], r.get("first", "")) for r in rows], [(threat, "urgent"), (first[0], "trusted-flagger")] + [(c, "") for c in old],
                 "a threat, then the trusted flagger's, then the others in their order, page by page", rows)
    tap.like(d.check("queue", "review").out.splitlines()[0], rf"^{threat} .*FIRST: its kind is urgent", "and why, for people")
    tap.like(d.check("case", "show", threat).out, r"(?m)^first +its kind is urgent$", "the case says it too")
    whole, more = paged(d, "due", 100, "--within", "60d")
    tap.is_equal([r["case"] for r in whole if r.get("first")], [r["case"] for r in rows if r.get("first") and r.get("due")], "of what falls due as well")
    late = [r["due"] for r in whole if not r.get("first")]
    tap.ok(late == sorted(late) and len(late) == len(set(r["case"] for r in whole)) - len(whole) + len(late), "the others by when they do", whole)
    d.restart()
    tap.is_equal(what(queue(d, "review")["rows"])[:3], ["urgent", "trusted-flagger", ""], "after a restart it is the same")
    d.check("case", "flag", threat, "counsel")
    tap.is_equal([(r["case"], r["first"]) for r in queue(d, "counsel")["rows"]], [(threat, "urgent")], "in every queue in which it stands")
    d.check("case", "flag", "--off", threat, "counsel")
    tap.is_equal(queue(d, "counsel")["rows"], [], "as long as it does")
    return threat, first[0], old


def joined(d, threat, flagged_case, old, key):
    """What becomes urgent later moves up, and what is settled goes."""
    d.check("case", "resolve", threat, "not-a-breach")
    tap.is_equal(what(queue(d, "review")["rows"]), ["trusted-flagger"] + [""] * 5, "what is settled stands nowhere")
    d.check("case", "resolve", flagged_case, "not-a-breach")
    tap.is_equal(what(queue(d, "review")["rows"]), [""] * 5, "and leaves the others as they were")
    d.check("intake", "confirm", key, "--class", "content.threat")
    tap.is_equal([r["case"] for r in queue(d, "review")["rows"]][:1], [threat], "opened again by another threat it stands first again")


def counted(d):
    """The counts that the law asks for know them apart."""
    report = d.check("report", "transparency", "--from", "2026-01-01", "--to", "2100-01-01").out
    tap.like(report, r"(?m)^reports,,,,,,,copyright\.copyright,trusted-flagger,\d+\r?$", "reports of a trusted flagger are counted as his")
    tap.like(report, r"(?m)^notices,[^,]+,[^,]*,TRUSTED_FLAGGER,", "and as his notices, whatever the policy says of the clause")


def main():
    with Daemon(CONF, registry=None, enforcement="on") as d:
        waiting(d)
        over_cap(d)
        one, other = intake(d)
        joined(d, *cases(d, one), other)
        counted(d)


tap.skip_all(missing()) if missing() else tap.run(main)
