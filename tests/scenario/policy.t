#!/usr/bin/env python3
"""Versions of a policy and a live daemon: what may be posted and what not, which version judges what, and which text a letter cites."""
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, arf, missing

ACME, SMITH, BAKERY = "203.0.113.17", "203.0.113.130", "203.0.113.66"
QUIET = "198.18.7.7"
NEW_TEXT = "Do not send bulk mail at all, and keep no lists."


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def draft(d, name, posted, effective=None, **changes):
    """A copy of the shipped policy with another head, under a version of its own."""
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    head = f'    version "{name}"\n    posted {stamp(posted)}\n' + (f"    effective {stamp(effective)}\n" if effective else "")
    edit(path, "aup.policy", r"    posted .*\n    effective .*\n", head)
    # the inline tests count from midnight of the effective day: they are no part of this
    for file in os.listdir(path):
        if file.endswith(".policy"):
            edit(path, file, r'(?ms)^test ".*?^}\n', "")
    for file, (pattern, by) in changes.items():
        edit(path, file.replace("__", "."), pattern, by)
    return path


def edit(path, file, pattern, by):
    with open(f"{path}/{file}", encoding="utf-8") as f:
        text = f.read()
    with open(f"{path}/{file}", "w", encoding="utf-8") as f:
        f.write(re.sub(pattern, by, text))


def refused(d, path, pattern, name):
    r = d.aup("policy", "post", path)
    tap.ok(r.rc == 1 and re.search(pattern, r.err + r.out), name, r.rc, r.err)


def posting(d, now):
    r = d.aup("policy", "post", "--json", POLICY)
    tap.ok(r.rc == 0 and json.loads(r.out)["version"] == "2026-03-01", "the same files again change nothing, however late", r)
    changed = os.path.join(d.dir, "changed")
    shutil.copytree(POLICY, changed)
    edit(changed, "letters/en/notice.txt", "Dear customer", "Dear sir")
    refused(d, changed, "version 2026-03-01 has been posted and does not change", "a version that is posted does not change")
    refused(d, draft(d, "late", now - 60), r"posted lies before now.*write a moment that is still to come, such as: posted 20", "a later version is not dated back, by not even a minute")
    refused(d, draft(d, "same", now + 7200, 1772323200), "takes effect before it is posted", "nor made to bind before it is posted")
    good = draft(d, "second", now + 3600, aup__policy=("languages en de", "languages de en"), aup__md=(r"(?s)Do not send bulk mail to people.*?no\nagreement\.", NEW_TEXT))
    r = d.check("policy", "post", "--minor", good)
    tap.like(r.out, r"^posted version second, sha256 [0-9a-f]{64}$", "a version that is still to come is posted")
    refused(d, draft(d, "third", now + 3600), "version second takes effect at the same moment", "two versions never begin at once")
    r = d.aup("policy", "post", "--socket", "/nowhere", good)
    tap.is_equal(r.rc, 3, "without a daemon the exit code is 3")
    tap.is_equal(d.aup("policy", "post").rc, 2, "without a path it is 2")


def spam(d, source, at=None):
    for i, name in enumerate("abc"):
        d.smtp_send(arf(source, number=hash((source, at, i)) % 100000, reporter=f"fbl@{name}{source.replace('.', '-')}.example", at=at), sender="")
    d.settle()


def case_of(d, customer):
    return next(c for c in d.cases() if c["body"]["customer"] == customer)


def letter_of(d, since):
    d.until(lambda: len(d.sink.letters) > since, "a letter goes out")
    return next(x for x in d.sink.letters[since:] if "Spam from your service" in x.text() or "bulk mail" in x.text())


def judging(d, now):
    spam(d, ACME)
    first = letter_of(d, 0).text()
    tap.like(first, r"version 2026-03-01.*It reads:.*Do not send bulk mail to people who have not asked", "a notice cites the version in force, and its text")
    d.pass_time("2h")
    number = case_of(d, "acme")["case"]
    before = len(d.sink.letters)
    d.pass_time("48h")
    again = next(x.text() for x in d.sink.letters[before:] if number in x.text())
    tap.like(again, r"version 2026-03-01.*It reads:.*Do not send bulk mail to people who have not asked", "a later letter of that case still cites the text that it was judged by")
    before = len(d.sink.letters)
    spam(d, SMITH)
    tap.like(letter_of(d, before).text(), "version 2026-03-01.*Do not send bulk mail to people", "what happened under the old version is judged by it, reported when it may be")
    before = len(d.sink.letters)
    spam(d, BAKERY, now + 49 * 3600)
    tap.like(letter_of(d, before).text(), rf"Fassung\s+second.*{NEW_TEXT}", "what happens under the new version is judged by that")
    quiet = os.path.join(d.dir, "quiet.csv")
    with open(quiet, "w", encoding="utf-8") as f:
        f.write("type,id,customer,class,kind,resource,email,from\ncustomer,quiet,,business,,,q@quiet.example,2026-01-01T00:00:00Z\n"
                f"prefix,q1,quiet,,static,{QUIET}/32,,2026-01-01T00:00:00Z\n")
    d.check("registry", "import", quiet)
    before = len(d.sink.letters)
    spam(d, QUIET, now + 49 * 3600 + 60)
    tap.like(letter_of(d, before).text(), "^Guten Tag", "a customer whose language nobody knows is written to in the first of the policy")
    text = d.api("/v1/policies/second").body
    tap.ok(NEW_TEXT.encode() in text or NEW_TEXT in str(text), "and the version can be read")


def hostile(d):
    """What a program could send that is not aup."""
    for name, bundle in (("no files", {"main": "a.policy"}), ("nothing in it", {"main": "a.policy", "files": []}),
                         ("a file of another type", {"main": "a.policy", "files": [{"name": 1, "text": []}]}),
                         ("a letter with a NUL", {"main": "a.policy", "files": [{"name": "a.policy", "text": 'policy "x" { text "t"; posted 2030-01-01T00:00:00Z }\n'},
                                                                                {"name": "t", "text": "x"}, {"name": "letters/en/l.txt", "text": "Subject: x\n\n\u0000"}]}),
                         ("a thousand files", {"main": "a.policy", "files": [{"name": f"{i}.policy", "text": ""} for i in range(5000)]})):
        r = d.api("/v1/command", "POST", json.dumps({"op": "policy-post", "policy": bundle}).encode())
        tap.ok(r.status == 409 and "error" in json.loads(r.body), f"the daemon refuses a policy with {name}", r.status, r.body[:200])
    tap.like(d.check("status").out, "judge", "and goes on")


def main():
    with Daemon(enforcement="on") as d:
        now = time.time()
        posting(d, now)
        hostile(d)
        judging(d, now)


tap.skip_all(missing()) if missing() else tap.run(main)
