#!/usr/bin/env python3
"""A significant version: customers are told of it, once each and not all at once; posting stands in the ledger; posted twice it changes nothing."""
import json
import os
import re
import shutil
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, missing

CUSTOMERS, A_MINUTE = 250, 100
NEW_TEXT = "Do not send bulk mail at all, and keep no lists."


def register(d):
    rows = ["type,id,customer,reseller,class,resource,email,language,from,until", "reseller,r1,,,,,r1@reseller.example,,2026-01-01T00:00:00Z,"]
    rows += [f"customer,t{i},,,business,,t{i}@told.example,{'de' if i == 7 else 'en'},2026-01-01T00:00:00Z," for i in range(CUSTOMERS)]
    rows += ["customer,u1,,r1,business,,u1@untold.example,en,2026-01-01T00:00:00Z,", "customer,u2,,,business,,u2@untold.example,en,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z",
             "customer,u3,,,business,,,en,2026-01-01T00:00:00Z,"]
    path = os.path.join(d.dir, "told.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    d.check("registry", "import", path)


def edit(path, file, pattern, by):
    with open(f"{path}/{file}", encoding="utf-8") as f:
        text = f.read()
    with open(f"{path}/{file}", "w", encoding="utf-8") as f:
        f.write(re.sub(pattern, by, text))


def version(d, name, posted, head="", bulk=None):
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(posted))
    edit(path, "aup.policy", r"    posted .*\n    effective .*\n", f'    version "{name}"\n    posted {at}\n{head}')
    for file in os.listdir(path):
        if file.endswith(".policy"):
            edit(path, file, r'(?ms)^test ".*?^}\n', "")
    if bulk:
        edit(path, "aup.md", r"(?s)Do not send bulk mail to people.*?no\nagreement\.", bulk)
    return path


def told(d, name):
    return [x for x in d.sink.letters if f"version {name}" in x.text() or f"Fassung {name}" in " ".join(x.text().split())]


def quiet(d, now):
    path = version(d, "quiet", now + 3600, bulk=NEW_TEXT)
    r = d.aup("policy", "post", path)
    tap.ok(r.rc != 0 and "does not say whether that is significant" in r.err and "--minor" in r.err, "other words of a clause are not posted without saying whether that is significant", r.out + r.err)
    r = d.aup("policy", "diff", POLICY, path)
    tap.like(r.out, r"(?m)^clauses say something else, and the new version does not say whether that is significant", "the difference of the two tells it as well")
    r = d.check("policy", "post", "--minor", path)
    tap.like(r.out, r"^posted version quiet, sha256 [0-9a-f]{64}$", "who says that it is minor posts it")
    records = [x["body"] for x in json.loads(d.api("/v1/records?limit=1000").body)["rows"]]
    tap.is_equal(sum("version quiet\n" in x and "significant no\n" in x for x in records), 1, "and the ledger has that it was said")
    said = version(d, "said", now + 3700, "    significant no\n", bulk="Send no bulk mail.")
    tap.is_equal(d.aup("policy", "diff", path, said).out.count("does not say whether"), 0, "a version that says so itself needs no more")
    d.check("policy", "post", said)
    tap.is_equal(d.aup("policy", "post", version(d, "rules", now + 3800, bulk="Send no bulk mail.")).rc, 0, "nor does one that leaves the words as they are")
    d.pass_time("5m")
    tap.is_equal(len(told(d, "quiet")), 0, "and nobody is written to")


def significant(d, now):
    path = version(d, "loud", now + 7200, "    significant yes\n", bulk="Never send bulk mail.")
    r = d.check("policy", "post", path)
    tap.like(r.out, r"^posted version loud, sha256 [0-9a-f]{64}; customers are told of it$", "one that says so tells that customers are told")
    d.settle()
    first = len(told(d, "loud"))
    tap.ok(0 < first <= A_MINUTE, "not all at once", first)
    d.restart()
    d.pass_time("2m")
    d.kill_and_wait("judge")
    d.pass_time("5m")
    letters = told(d, "loud")
    to = sorted(str(r) for x in letters for r in x.recipients)
    tap.is_equal(len({x.message_id for x in letters}), len(set(to)), "one letter each")
    direct = {r for r in to if "told.example" in r and "untold" not in r}
    tap.is_equal(len(direct), CUSTOMERS, "each customer is told, whatever is restarted meanwhile")
    tap.ok(not any("untold" in r for r in to), "nobody who has a reseller, or has left", [r for r in to if "untold" in r])
    text = next(x.text() for x in letters if "t3@told.example" in str(x.recipients))
    tap.like(text, r"(?s)What is new binds from \d{4}-\d\d-\d\dT.*Unsolicited bulk.*\(email\.unsolicited\)", "the letter names the clause whose words are other, and the time")
    tap.ok("email.malware" not in text, "and no other")
    german = next(x.text() for x in letters if "t7@told.example" in str(x.recipients))
    tap.like(german, "^Guten Tag", "in the customer's language")
    r = d.check("policy", "post", path)
    tap.like(r.out, r"^version loud, sha256 [0-9a-f]{64}, was posted before: nothing changes$", "the same again says so")
    sha256 = re.search("[0-9a-f]{64}", r.out).group()
    records = [x["body"] for x in json.loads(d.api("/v1/records?limit=1000").body)["rows"]]
    tap.is_equal(sum("kind policy-posted\n" in x and "version loud\n" in x and sha256 in x for x in records), 1, "that it was posted stands in the ledger once, with the digest")
    d.pass_time("5m")
    tap.is_equal(len({x.message_id for x in told(d, "loud")}), len({x.message_id for x in letters}), "and nobody is told twice")


def checked(d, now):
    path = version(d, "mute", now + 9000, "    significant yes\n")
    os.remove(f"{path}/letters/de/policy-changed.txt")
    os.remove(f"{path}/letters/en/policy-changed.txt")
    r = d.aup("policy", "check", path)
    tap.ok(r.rc == 1 and re.search(r'there is no letter "policy-changed" in language en', r.out + r.err), "a significant version without the letter is refused", r)
    r = d.aup("policy", "diff", POLICY, os.path.join(d.dir, "loud"))
    tap.like(r.out, r"significant changed\n    from  no\n    to    yes", "the difference tells of it")


def main():
    with Daemon(enforcement="on") as d:
        now = time.time()
        register(d)
        quiet(d, now)
        significant(d, now)
        checked(d, now)


tap.skip_all(missing()) if missing() else tap.run(main)
