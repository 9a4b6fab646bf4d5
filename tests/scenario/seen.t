#!/usr/bin/env python3
"""Seeing it: status, the OpenMetrics page, the log as key=value and as JSON, and what follows a case as it happens."""
import json
import os
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, crlf, missing


def work(d):
    for n, who in enumerate("abc"):
        d.smtp_send(arf("203.0.113.17", number=n, reporter=f"fbl@reporter-{who}.example"))
    d.smtp_send(arf("203.0.113.5", number=9))
    d.smtp_send(crlf("From: x@y.example\nSubject: hello\nMessage-ID: <h@y.example>\n\nWords.\n"))
    d.settle()


def status(d):
    text = d.check("status").out
    for role in ("ear", "judge", "desk", "hand"):
        tap.like(text, rf"\b{role}\s+ready\s+pid \d+", f"status tells of the {role}")
    s = json.loads(d.api("/v1/status").body)
    want = {"cases": 1, "cases_open": 1, "items_waiting": 1, "parked": 1, "switched": "never", "last_backup": None}
    tap.is_equal({k: s.get(k) for k in want}, want, "how much waits, and where")
    tap.like(s["oldest_waiting"] or "", r"^\d{4}-\d\d-\d\dT", "since when the oldest item waits")
    few = json.loads(d.api("/v1/status?most=1").body)
    tap.is_equal((few["entities"], few["cases"], few["more"].get("entities"), few["more"].get("cases")), (1, 1, True, None), "it counts no further than is asked, and says so")
    tap.is_equal(d.api("/v1/status?most=x").status, 400, "by a number")
    tap.like(text, r"last_backup\s+-", "no backup yet")
    d.check("backup", "copy.db")
    d.check("enforcement", "on")
    s = json.loads(d.api("/v1/status").body)
    tap.like(s["last_backup"] or "", r"^\d{4}-", "then when the last one was made")
    tap.is_equal(s["switched"], "on", "and what was switched")
    tap.ok(os.path.getsize(os.path.join(d.data, "copy.db")) > 0, "the copy is there")


def faults(lines):
    """What breaks OpenMetrics 1.0 in a page of counters and gauges."""
    types, closed, samples, family, out = {}, set(), set(), None, []
    for line in lines[:-1]:
        word = line.split()
        name = word[2] if word[0] == "#" else re.split(r"[{ ]", line)[0]
        mine = name if word[0] == "#" or types.get(name) == "gauge" else name.removesuffix("_total")
        if mine != family:
            out += [f"{mine} is not in one piece"] * (mine in closed)
            closed.add(family)
            family = mine
        if word[:2] == ["#", "TYPE"]:
            out += [f"{name} has two types"] * (name in types)
            types[name] = word[3]
        elif word[0] != "#":
            out += [f"{name} has no type"] * (mine not in types)
            out += [f"{name} is a counter without _total"] * (types.get(mine) == "counter" and name == mine)
            sample = line.rsplit(" ", 1)[0]
            out += [f"{sample} stands twice"] * (sample in samples)
            samples.add(sample)
    return out


def metrics(d):
    a = d.api("/metrics")
    text = a.body.decode()
    tap.is_equal((a.status, a.headers["content-type"].split(";")[0]), (200, "application/openmetrics-text"), "the page and its type")
    tap.ok(text.endswith("# EOF\n"), "it ends as the format asks")
    lines = text.splitlines()
    wrong = faults(lines)
    tap.is_equal(wrong, [], "and holds to it: families together, declared once, counters end in _total, no sample twice")
    tap.ok(faults(["# TYPE a counter", "a 1", "# EOF"]) and faults(["# TYPE a gauge", "a 1", "a 1", "# EOF"]) and faults(["a 1", "# EOF"]), "which this test would see")
    bad = [l for l in lines if not re.fullmatch(r"# (EOF|(TYPE|HELP|UNIT) \w+ .*)|[a-z_]\w*(\{[^}]*\})? -?[0-9.e+]+", l)]
    tap.is_equal(bad, [], "each line is a sample or says what one is")
    typed = {l.split()[2] for l in lines if l.startswith("# TYPE")}
    tap.is_equal([l for l in lines if not l.startswith("#") and l.split()[0].split("{")[0].removesuffix("_total") not in typed], [], "each sample has its type")
    tap.like(text, r"(?m)^aupd_cases_open 1$", "an open case is counted")
    for figure in (r'role_ready\{role="keeper",of="judge"\} 1', r'role_broken\{role="keeper",of="ear"\} 0', r'role_starts_total\{role="keeper",of="hand"\} 1', r'items_total\{role="ear"\} 5',
                   r'frames_folded_total\{role="judge"\} 5', r'items_shed_total\{role="ear",class="complaint"\} 0', r'store_stuck\{role="judge"\} 0',
                   r'act_results_total\{role="hand",result="done"\} [1-9]', r'acts_running\{role="hand"\} 0', r'spool_bytes\{role="ear"\} [1-9]\d*'):
        tap.like(text, rf"(?m)^aupd_{figure}$", re.sub(r"\\.*", "", figure) + " is told")
    d.kill_and_wait("ear")
    tap.like(d.api("/metrics").body.decode(), r'aupd_role_starts_total\{role="keeper",of="ear"\} 2', "what happens counts")
    tap.unlike(text, r"acme|reporter|203\.0\.113", "nothing of anybody is in it")


def log(d, form):
    tap.ok(d.log.wait(r"role ready.*desk", d.kill("desk")), "a role that is killed comes back, which the log tells")
    lines = d.log.lines
    if form == "json":
        tap.is_equal([l for l in lines if not isinstance(json.loads(l[l.index("{"):]), dict)], [], "each line is one JSON object")
    else:
        tap.ok(d.log.find(r"role ready role=desk"), "a sentence and key=value")
    tap.unlike("\n".join(lines), r"acme|it@acme|reporter-a|x@y\.example", f"no personal data in the {form} log")


def main():
    for form in ("plain", "json"):
        with Daemon(conf=f"log {form}") as d:
            work(d)
            if form == "plain":
                status(d)
                metrics(d)
                first = d.check("tail", "--count", "1").out
                tap.like(first, r"^\d{4}-\S+  C-\d+\s+\w+", "tail tells when, which case and what")
            log(d, form)


tap.skip_all(missing()) if missing() else tap.run(main)
