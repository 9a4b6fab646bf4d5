#!/usr/bin/env python3
"""A subject is erased: of a customer and of a reporter nothing personal is left in any file, in no coding, while every record, leaf
and proof is as it was and others' data opens as before; a hold refuses it, a kill in the middle only delays it."""
import base64
import email.utils
import glob
import hashlib
import json
import os
import quopri
import re
import sqlite3
import sys
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import REGISTRY, Daemon, arf, missing, xarf

ACME, SMITH, BAKERY, FREE = "203.0.113.17", "203.0.113.130", "203.0.113.66", "203.0.113.200"
ANNA = "anna@reporter.example"
SECOND = 4242
KILLS = 16      # more than the commits of one erasure
# of customer acme and of the reporter: all that the story says of them
OF_ACME = {"id": "kd40117", "name": "Acme Widgets", "mail": "it@acme.example", "address": ACME, "words": "My secret words", "note": "phoned Mr. Cooper", "range": "203.0.113.16"}
OF_HOSTLAND = {"id": "hostland", "name": "Hostland Ltd"}
OF_ANNA = {"mail": ANNA, "name": "Max Reporter", "words": "my dog saw it all"}


def forms(text):
    """The text as it may stand in a file."""
    b = text.encode()
    yield "clear", b
    yield "hex", b.hex().encode()
    yield "HEX", b.hex().upper().encode()
    yield "percent-encoded", urllib.parse.quote(text, safe="").encode()
    yield "percent-encoded as in records", re.sub(rb"[\x00-\x20%\x7f]", lambda m: b"%%%02X" % m.group(0)[0], b)
    yield "quoted-printable", quopri.encodestring(b, quotetabs=True).replace(b"\n", b"")
    yield "quoted-printable with @", b.replace(b"@", b"=40").replace(b" ", b"=20")
    for shift in range(3):       # base64 of it at any place of a longer text: what does not depend on its neighbours
        coded = base64.b64encode(b"\0" * shift + b)
        yield f"base64 at {shift}", coded[(0, 2, 3)[shift]:(shift + len(b)) * 8 // 6]


def files(d):
    for base, _, names in os.walk(d.data):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                yield os.path.relpath(path, d.data), f.read()


def traces(d, texts):
    found = []
    for name, content in files(d):
        low = content.lower()
        found += [f"{what} {form} in {name}" for what, text in texts.items() for form, coded in forms(text) if len(coded) >= 4 and coded.lower() in low]
    return sorted(set(found))


def stored(d, sql):
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    rows = [tuple(bytes(x) if isinstance(x, bytes) else x for x in row) for row in db.execute(sql)]
    db.close()
    return rows


def under_way(d):
    return [key for (key,) in stored(d, "SELECT key FROM t26") if key != b"purge"]


def leaves(d):
    """The records in the order of the ledger."""
    records = {rank: body for rank, body in stored(d, "SELECT rank, body FROM t7")}
    order = []
    for first, rank, count in sorted((int(key, 16), rank, int(body)) for key, rank, body in stored(d, "SELECT key, rank, body FROM t23")):
        order += [records[rank + i] for i in range(count)]
    return order


def root(entries):
    """RFC 6962 2.1."""
    if len(entries) < 2:
        return hashlib.sha256(b"\0" + entries[0] if entries else b"").digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + root(entries[:k]) + root(entries[k:])).digest()


def path_of(m, entries):
    """RFC 6962 2.1.1: the inclusion proof of leaf m."""
    if len(entries) < 2:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return path_of(m, entries[:k]) + [root(entries[k:])] if m < k else path_of(m - k, entries[k:]) + [root(entries[:k])]


def proves(entry, m, n, path, want):
    """RFC 9162 2.1.3.2."""
    fn, sn, r = m, n - 1, hashlib.sha256(b"\0" + entry).digest()
    for p in path:
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\1" + p + r).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\1" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == want


def checkpoint(d):
    try:
        with open(os.path.join(d.data, "ledger", "checkpoint"), encoding="utf-8") as f:
            _, size, b64 = f.read().partition("\n\n")[0].split("\n")
    except FileNotFoundError:
        return None
    return int(size), base64.b64decode(b64)


def whole(d):
    """Until the last checkpoint covers every record."""
    def done():
        n, c = len(stored(d, "SELECT key FROM t7")), checkpoint(d)
        return c and c[0] == n and c
    return d.until(done, "a checkpoint of all records")


def answer(d, to_whom, words):
    letter = next(l for l in d.sink.letters if to_whom in l.recipients)
    to = email.utils.parseaddr(letter.message["Reply-To"])[1]
    d.smtp_send(f"From: <{to_whom}>\nTo: <{to}>\nSubject: Re\nMessage-ID: <a@{to_whom.split('@')[1]}>\n\n{words}\n", sender=to_whom, to=to)


def story(d):
    """Mail, API, prose, letters, an answer, a note, acts, look-ups; about acme and about others."""
    for n, who in enumerate("abc"):
        for address in (ACME, SMITH):
            d.smtp_send(arf(address, number=f"{n}", reporter=f"r@{who}.example"))
    d.smtp_send(arf(ACME, number=7, reporter=ANNA), sender=ANNA)
    d.smtp_send(arf(SMITH, number=8, reporter=ANNA), sender=ANNA)
    d.smtp_send(arf(FREE, number=9, reporter=ANNA), sender=ANNA)
    d.smtp_send(f"From: Max Reporter <{ANNA}>\nTo: <abuse@example.net>\nSubject: spam from {ACME}\nMessage-ID: <q@reporter.example>\n\n"
                f"I am Max Reporter, my dog saw it all: {ACME} and {SMITH} sent me spam on 2026-11-01 10:00 +0000.\n", sender=ANNA)
    d.report(xarf(ACME))
    d.report(xarf(BAKERY, report_id="32eb480f-8172-431a-9276-c28ba90f694a"))
    d.settle()
    d.pass_time("72h")
    answer(d, "it@acme.example", "My secret words.")
    answer(d, "smith@mail.example", "The words of another.")
    d.settle()
    for case in d.cases("--customer", "kd40117"):
        d.check("case", "note", case["case"], "phoned Mr. Cooper of it@acme.example")
    for text in ("the same as with it@acme.example", f"see what is known of {ACME}", "nothing else"):
        d.check("case", "note", d.cases("--customer", "smith")[0]["case"], text)
    d.check("who", ACME, "--because", "Mr. Cooper of it@acme.example asked")
    d.check("who", SMITH, "--because", f"a question of {ANNA}")
    d.check("intake", "ignore", "hers", "--from", ANNA, "--subject", "never")
    d.settle()


def erase(d, who, *more):
    """Both people ask; until it is done."""
    first = d.aup("erase", who, "--basis", "asked for by letter", *more)
    second = d.aup("erase", who, "--basis", "asked for by letter", *more, uid=SECOND)
    if first.rc or second.rc:
        return first, second
    d.pass_time("5m")
    d.until(lambda: not under_way(d), "the end of the erasure")
    return first, second


def deeds(d, kind):
    return [body.decode() for (body,) in stored(d, "SELECT body FROM t7 WHERE CAST(key AS TEXT) LIKE 'deed.%' ORDER BY rank") if f"kind {kind}\n".encode() in body]


def openings(d, customer):
    """Which records of whose cases have an opening."""
    numbers = [json.loads(body)["number"] for body, owner in stored(d, "SELECT body, owner FROM t1") if owner.decode() == customer]
    return sorted(key.decode() for (key,) in stored(d, "SELECT key FROM t8") if key.decode().split(".")[0] in {f"C-{n}" for n in numbers})


def refusals(d):
    case = d.cases("--customer", "kd40117")[0]["case"]
    r = d.aup("erase", "nobody", "--basis", "x")
    tap.ok(r.rc == 1 and "no customer" in r.err, "who is not known cannot be erased", r.err)
    r = d.aup("erase", "hostland", "--basis", "x")
    tap.ok(r.rc == 1 and "serves others" in r.err, "a reseller that serves others neither", r.err)
    r = d.aup("erase", "kd40117", "--basis", "x")
    tap.ok(r.rc == 1 and "is open" in r.err, "nor a customer with an open case", r.err)
    r = d.aup("erase", "kd40117", "--basis", "it@acme.example asked", "--even-open", "x")
    tap.ok(r.rc == 1 and "names the subject" in r.err, "nor on a ground that names him", r.err)
    for what in ("kd40117", case):
        d.check("hold", what, "--until", "90d", "--because", "court order 17")
        r = d.aup("erase", "kd40117", "--basis", "x", "--even-open", "he has left")
        tap.ok(r.rc == 1 and "refused, and recorded" in r.err, f"under a hold on {'the case' if what == case else 'the subject'} it is refused", r.err)
        tap.like(d.check("holds").out, rf"{what}, by tester: court order 17", "the hold is listed")
        d.check("hold", "--off", what, "--because", "the court is done")
    tap.is_equal([len(deeds(d, kind)) for kind in ("hold", "erasure-refused", "hold-lifted")], [2, 2, 2], "each of that is a record")
    tap.ok(not any(re.search(r"acme|kd40117|court|tester|203\.0", text) for kind in ("hold", "erasure-refused", "hold-lifted") for text in deeds(d, kind)), "that names nobody")
    d.check("case", "flag", case, "hold")
    r = d.aup("erase", "kd40117", "--basis", "x", "--even-open", "he has left")
    tap.ok(r.rc == 1 and f"{case} is held" in r.err, "the flag of a case holds too", r.err)
    d.check("case", "flag", "--off", case, "hold")
    d.check("hold", "smith", "--until", "2d", "--because", "y")
    d.pass_time("3d")
    tap.ok(deeds(d, "hold-ended") and not d.check("holds").out, "a hold ends by itself")
    r = d.aup("erase", "kd40117", "--basis", "asked for by letter", "--even-open", "he has left")
    tap.ok(r.rc == 0 and "another person" in r.out, "otherwise it is asked for", r.err)
    r = d.aup("erase", "kd40117", "--basis", "asked for by letter", "--even-open", "he has left")
    tap.ok(r.rc == 1 and "another person has to" in r.err, "once for each person", r.err)


def customer(d):
    tap.ok(len(traces(d, OF_ACME)) > len(OF_ACME), "before, the files are full of him")
    c, before = whole(d), leaves(d)
    smith, theirs = openings(d, "smith"), len(openings(d, "kd40117"))
    proof = path_of(3, before[:c[0]])
    numbers = [x["case"] for x in d.cases("--customer", "kd40117")]
    old, fresh, his = (os.path.join(d.dir, name) for name in ("old.bundle", "fresh.bundle", "his.bundle"))
    key = d.check("evidence", "key").out.strip()
    d.check("evidence", "export", numbers[0], "--because", "for a court", "-o", old)
    for words in (("other words", "he has left"), ("asked for by letter", "other words")):
        r = d.aup("erase", "kd40117", "--basis", words[0], "--even-open", words[1], uid=SECOND)
        tap.ok(r.rc == 1 and "asked for by letter" in r.err and "he has left" in r.err, "a second person who says something else is told what the first one said", r.err)
    d.check("backup", "daily.db")
    links = "SELECT 1 FROM t36 WHERE CAST(owner AS TEXT) = 'kd40117'"
    tap.ok(stored(d, links), "his letters have one-time links")
    api_key = d.check("key", "add", "customer", "kd40117", "--json").json["name"]
    second = d.aup("erase", "kd40117", "--basis", "asked for by letter", "--even-open", "he has left", uid=SECOND)
    tap.ok(second.rc == 0 and "daily.db" in second.out, "a second person asks, and is told which backups have to go", second.err)
    os.unlink(os.path.join(d.data, "daily.db"))
    d.pass_time("5m")
    tap.is_equal(under_way(d), [], "it is done", *d.log.lines[-10:])
    tap.is_equal(stored(d, links), [], "of the links none is left")
    tap.unlike(d.check("key", "list").out, f"{api_key}|kd40117", "the keys that he had of the API are gone")
    c2 = whole(d)
    after = leaves(d)
    tap.ok(theirs and not openings(d, "kd40117"), "the openings of his records are gone")
    tap.ok(smith and set(smith) <= set(openings(d, "smith")), "those of others are not")
    tap.ok(after[:len(before)] == before and root(after[:c[0]]) == c[1] and root(after) == c2[1], "every record and leaf is as before")
    tap.ok(proves(before[3], 3, c[0], proof, c[1]), "an old proof still verifies")
    tap.is_equal(d.aup("verify", old, "--key", key).rc, 0, "so does a bundle that was given away before")
    d.check("evidence", "export", numbers[0], "--because", "for a court", "-o", fresh)
    d.check("evidence", "export", d.cases("--customer", "smith")[0]["case"], "--because", "for a court", "-o", his)
    tap.is_equal([d.aup("verify", x, "--key", key).rc for x in (fresh, his)], [0, 0], "and bundles made now, of his case and of another's")
    with open(fresh, "rb") as f:
        content = f.read()
    tap.is_equal([what for what, text in OF_ACME.items() for _, coded in forms(text) if coded in content], [], "the one of his case names him no more")
    done = deeds(d, "erasure")
    listed = " ".join(re.findall(r"^records (\S+)$", "\n".join(done), re.M))
    tap.ok(len(done) == 1 and all(f"{n}.1-" in listed for n in numbers), "the record of it lists his records", *done)
    tap.ok(re.search(r"^com\.asked-by [0-9a-f]{64}$", done[0], re.M) and re.search(r"^com\.approved-by ", done[0], re.M) and not re.search("tester|second|acme", done[0]),
           "and commits to who asked and who approved", *done)
    left = [x for x in d.cases() if x["case"] in numbers]
    tap.ok(len(left) == len(numbers) and all(x["body"]["customer"].startswith("erased-") and x["state"] == "resolved" and x["body"]["clause"] for x in left),
           "number, state and clause of his cases stay", left)
    tap.like(d.check("case", "explain", numbers[0]).out, "customer     erased-", "and can be told")
    smiths = d.check("case", "explain", d.cases("--customer", "smith")[0]["case"]).out
    tap.like(smiths, SMITH, "other customers' cases are as they were")
    tap.ok("it@acme" not in smiths and ACME not in smiths and "nothing else" in smiths, "but for notes that named him or his address", smiths)
    item = next(x for x in d.check("intake", "list", "--json").json["rows"] if x["body"].get("type") == "prose")
    tap.is_equal([x["source"]["text"] for x in item["body"]["candidates"]], [SMITH], "of a mail about two, what concerns the other stays")
    tap.ok(d.aup("intake", "show", "--raw", item["key"]).rc, "and the mail itself cannot be read any more")
    tap.like(d.check("who", ACME, "--because", "x").out, "cannot-tell", "the register does not know him")


def back(d):
    """Until commands are answered again."""
    d.until(lambda: d.aup("holds").rc == 0, "an answer of the judge")


def phases(d):
    return [json.loads(body).get("phase", "asked") for key, body in stored(d, "SELECT key, body FROM t26") if key != b"purge"]


def reporter(d):
    for uid in (None, SECOND):
        d.check("erase", ANNA, "--basis", "asked for by mail", uid=uid)
    d.settle()
    tap.ok(not phases(d) and len(deeds(d, "erasure-refused")) == 4, "a reporter in an open case is not erased, which is recorded", phases(d))
    tap.like(d.check("status").out, "an erasure was refused", "and told")
    c, before = whole(d), leaves(d)
    n = len(openings(d, "smith"))
    erase(d, ANNA, "--even-open", "the others have said the same")
    c2, after = whole(d), leaves(d)
    tap.ok(after[:len(before)] == before and root(after) == c2[1], "unless both say why it may be: every record is as before")
    tap.is_equal(len(openings(d, "smith")), n, "records about others can be opened as before, but for his name")
    event = next(body.decode() for (body,) in stored(d, "SELECT body FROM t2") if b"erased-" in body and b"witness" in body or b'"reporter":"erased-' in body)
    tap.like(event, r'"reporter":"erased-', "as a witness he counts under an alias")
    tap.unlike(d.check("intake", "ignores").out, "hers", "a rule that named him is gone")


def kill(d):
    """Reporters, one after the other, with the judge killed in the middle of a step, another one each time, or where it happens to be."""
    whom = [f"witness{n:02}@kill.example" for n in range(KILLS)]
    for n, who in enumerate(whom):
        d.smtp_send(arf(SMITH, number=f"k{n}", reporter=who), sender=who)
    d.settle()
    wrong, kills = [], 0
    for n, who in enumerate(whom):
        done = len(deeds(d, "erasure"))
        d.check("erase", who, "--basis", "asked for by mail", "--even-open", "x")
        since = d.log.end()
        if d.points:
            d.points.kill("store.middle" if n % 2 else "judge.ordering", n + 1)
        d.aup("erase", who, "--basis", "asked for by mail", "--even-open", "x", uid=SECOND)
        if d.points and d.points.armed():
            d.points.clear()
        elif d.points:
            kills += 1
            d.wait_role("judge", since)
        else:
            kills += 1
            d.kill_and_wait("judge")
        back(d)
        if phases(d) == ["asked"]:
            d.check("erase", who, "--basis", "asked for by mail", "--even-open", "x", uid=SECOND)
        d.settle()
        if phases(d) or len(deeds(d, "erasure")) != done + 1:
            wrong.append((n, phases(d), len(deeds(d, "erasure")) - done))
    tap.ok(kills >= KILLS // 2, "most are killed on the way", kills)
    tap.is_equal(wrong, [], "killed anywhere, an erasure that was asked for is done, and once")
    d.crash()
    d.launch()
    back(d)
    c = whole(d)
    tap.is_equal(root(leaves(d)), c[1], "and the ledger is whole")
    return {who: who for who in whom}


def key_of(d, subject):
    """In the file: length of the id, id, key."""
    with open(os.path.join(d.data, "subjects.keys"), "rb") as f:
        content = f.read()
    at = content.find(bytes([len(subject)]) + subject.encode()) + 1 + len(subject)
    return content[at:at + 32]


def memory_has(pid, what):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(x, 16) for x in span.split("-"))
            if not rights.startswith("rw") or end - begin > 1 << 30:
                continue
            try:
                mem.seek(begin)
                if what in mem.read(end - begin):
                    return True
            except (OSError, ValueError):
                pass
    return False


def second_judge(d):
    """Two judges on one store: neither knows the key any more, and a customer that comes back is another one."""
    d.stop()
    d.more["conf"] = "judges 2"
    d.write_config()
    d.launch()
    back(d)
    for n, who in enumerate("abc"):
        d.smtp_send(arf(BAKERY, number=f"t{n}", reporter=f"r@{who}.example"))
    d.settle()
    d.check("registry", "import", d.registry)
    d.settle()
    key, judges = key_of(d, "bakery"), [d.role_pid(x) for x in ("judge", "judge.1")]
    tap.is_equal([memory_has(pid, key) for pid in judges], [True, True], "both judges have the key in memory")
    for uid in (None, SECOND):
        d.check("erase", "bakery", "--basis", "asked for by letter", "--even-open", "gone", uid=uid)
    d.settle()
    while phases(d) in (["check"], ["settle"]):
        d.pass_time("30s")
    r = d.aup("hold", "smith", "--until", "1d", "--because", "a court")
    tap.ok(phases(d) == ["rows"] and r.rc == 1 and "an erasure is going through the tables" in r.err, "on its way nothing can be held", phases(d), r.err)
    d.pass_time("5m")
    d.until(lambda: not under_way(d), "the end of the erasure")
    tap.is_equal([memory_has(pid, key) for pid in judges], [False, False], "and neither has when it is destroyed, though nothing else came")
    tap.is_equal([x for x in d.cases() if x["body"]["customer"] == "bakery"], [], "with two judges he goes as well")
    d.check("registry", "import", d.registry)
    for n, who in enumerate("defghijkl"):
        d.smtp_send(arf(BAKERY, number=f"u{n}", reporter=f"r@{who}.example"), kind="lmtp")
    d.settle()
    fresh = [x for x in d.cases() if x["body"]["customer"] == "bakery"]
    tap.ok(fresh, "when he is imported again, that is a new customer")
    d.restart()
    back(d)
    tap.ok(d.check("registry", "export").json and "Baeckerei" in d.check("registry", "export").out, "whose key is the same for both")


def reseller(d):
    """Who served others goes when somebody else does, out of their cases too."""
    with open(d.registry, encoding="utf-8") as old:
        rows = re.sub(r"customer,(\w+),hostland,", r"customer,\1,,", old.read())
    with open(d.registry, "w", encoding="utf-8") as f:
        f.write("\n".join(row for row in rows.split("\n") if not row.startswith("reseller,")))
    d.check("registry", "import", d.registry)
    tap.ok(traces(d, OF_HOSTLAND), "a reseller stands in cases of whom it served")
    for row in d.cases("--customer", "hostland"):
        d.check("case", "resolve", row["case"], "it sells no more")
    first, second = erase(d, "hostland")
    tap.is_equal((first.rc, second.rc), (0, 0), "it is erased when it serves nobody any more", first.err, second.err)


def register(d):
    """That of the demonstration, with an id that is no word."""
    path = os.path.join(d.dir, "registry.csv")
    with open(d.registry, encoding="utf-8") as old, open(path, "w", encoding="utf-8") as f:
        f.write(re.sub(r"\bacme\b(?!\.)", "kd40117", old.read()).replace("customer,bakery,,", "customer,bakery,hostland,"))
    d.registry = path
    d.check("registry", "import", path)


def main():
    with Daemon(operators={"tester": os.getuid(), "second": SECOND}, enforcement="on", registry=None, start=False) as d:
        d.more["conf"] = f"listen api {d.address}:2600\nweb-url https://abuse.example.net"
        d.write_config()
        d.start()
        d.check("policy", "post", d.policy)
        d.registry = REGISTRY
        register(d)
        story(d)
        refusals(d)
        customer(d)
        d.stop()
        tap.is_equal(traces(d, OF_ACME), [], "of a customer nothing is left in any file, in no coding")
        d.launch()
        back(d)
        reporter(d)
        witnesses = kill(d)
        d.stop()
        tap.is_equal(traces(d, {**OF_ACME, **OF_ANNA, **witnesses}), [], "of reporters neither")
        d.launch()
        second_judge(d)
        reseller(d)
        d.stop()
        tap.is_equal(traces(d, OF_HOSTLAND), [], "and nothing of it is left")
        d.launch()


tap.skip_all(missing() or os.getuid() != 0 and "only root can be two people") if missing() or os.getuid() != 0 else tap.run(main)
