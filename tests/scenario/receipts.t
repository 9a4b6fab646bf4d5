#!/usr/bin/env python3
"""What becomes of a report, as its reporter is told: a state that follows the case, a reason, and nothing else of it."""
import json
import os
import re
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf


def told(d, receipt):
    a = json.loads(d.api(f"/v1/receipts/{receipt}").body)
    return a["state"], a["reason"]


class Desk:
    def __init__(self, d):
        self.d, self.n = d, 0

    def report(self, source="203.0.113.66", report_id=None, **more):
        self.n += 1
        answer = self.d.report(xarf(source, report_id=report_id or f"{self.n:08d}-8172-431a-9276-c28ba90f694a", **more), token=f"t-{self.n}")
        self.d.settle()
        return json.loads(answer.body)["id"]


def by_key(d):
    desk = Desk(d)
    # the same bytes, however long it takes
    once = dict(report_id="12345678-8172-431a-9276-c28ba90f694a", at=time.time())
    first = desk.report(**once)
    tap.is_equal(told(d, first), ("acted", "none"), "the customer was told")
    tap.is_equal(told(d, desk.report(**once)), ("refused", "duplicate"), "the same again is refused as a duplicate")
    tap.is_equal(told(d, desk.report("198.51.100.9")), ("not-ours", "not-ours"), "what is nobody's of ours is not ours")
    number = next(c["case"] for c in d.cases() if c["body"]["customer"] == "bakery")
    d.check("case", "flag", number, "do-not-tell")
    tap.is_equal(told(d, first), ("received", "none"), "of a case that is marked do-not-tell no more is told than that the report was received")
    d.check("case", "flag", "--off", number, "do-not-tell")
    tap.is_equal(told(d, first), ("acted", "none"), "the state follows the case")
    sealed = desk.report("203.0.113.17", category="content", kind="csam")
    answer = d.api(f"/v1/receipts/{sealed}")
    tap.is_equal(answer.status, 404, "of the sealed class not even a receipt is kept", answer.body)
    d.check("reporter", "cap", "api:trusted-desk", "1", "0", "--because", "a loop")
    over = desk.report("203.0.113.130")
    tap.is_equal(told(d, over), ("received", "over-cap"), "more than may count is received")
    d.check("reporter", "distrust", "api:trusted-desk", "--because", "a loop")
    d.pass_time("1h")
    kept = [r["key"] for r in d.check("intake", "list", "--json").json["rows"]]
    d.check("intake", "discard", kept[-1])
    tap.is_equal(told(d, over), ("refused", "not-a-breach"), "and refused when it comes before a person, who discards it")
    d.kill_and_wait("judge")
    tap.is_equal([told(d, x)[0] for x in (first, over)], ["acted", "refused"], "a judge that died tells the same")


def by_mail(d):
    receipts = []
    for n, name in enumerate("abc", 1):
        seen = len(d.sink.letters)
        d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@{name}.example"), sender=f"fbl@{name}.example")
        d.settle()
        letter = next(x for x in d.sink.letters[seen:] if x.recipients == [f"fbl@{name}.example"])
        receipts.append(re.search(r"Receipt:\s+(\S+)", letter.text()).group(1))
        if n == 1:
            tap.is_equal(told(d, receipts[0]), ("ours", "none"), "one report of three is ours, and no case")
    tap.is_equal([told(d, x) for x in receipts], [("acted", "none")] * 3, "those that were only counted go with the case that they led to")


def main():
    with Daemon() as d:
        by_mail(d)
    with Daemon() as d:
        by_key(d)


tap.skip_all(missing()) if missing() else tap.run(main)
