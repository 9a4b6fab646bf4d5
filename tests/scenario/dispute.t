#!/usr/bin/env python3
"""Packs for disputes: a case is handed over under each profile, and verifies where there is nothing but aup and the public key. Nothing
that the profile leaves out stands anywhere in the pack, in any coding that text is carried in; what is left out is revealed later, item by
item; a pack that was changed is found out, by whoever makes its digests anew too; and who gave it to whom stands in the ledger."""
import base64
import binascii
import email.utils
import hashlib
import json
import os
import quopri
import random
import re
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, xarf
from elsewhere import Elsewhere, joined, sections

SECOND = 4242
WHY = ("--because", "the customer contests it")
PROFILES = ("full", "customer", "reporter", "reseller", "body")
REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,wholesale-9,,,reseller,,,en,office@wholesale-9.example,2026-01-01T00:00:00Z
customer,shopkeeper-17,wholesale-9,,business,,,en,c0@customers.example,2026-01-01T00:00:00Z
prefix,p0,,shopkeeper-17,,static,198.18.1.1/32,,,2026-01-01T00:00:00Z
"""
SOURCE, CUSTOMER = "198.18.1.1", "shopkeeper-17"
TOKEN = "Zx9_kQ-4tVbW1mNp7rYs2u"
HER = "witness.of.it@third-person.example"
SAID = f"We looked. Your page https://abuse.example.net/l/{TOKEN} was open, and so was %s. Ask {HER} about it, she saw it."
UNSURE = "Ask jane (at) hidden-third.example, she saw the second page."
NOTE = "probably the same crew as in spring"
REPORTERS = [f"desk-{i}@reporter-{i}.example" for i in range(3)]
ATTACHED = b"a picture that only staff have seen"


def story(d):
    """A case with everything in it: (number, the address with the token)."""
    d.check("registry", "import", "-", stdin=REGISTRY)
    for i, who in enumerate(REPORTERS):
        d.smtp_send(arf(SOURCE, number=i, reporter=who), sender="")
    d.settle()
    to = next(a for a in (email.utils.parseaddr(x.message["Reply-To"])[1] for x in d.sink.letters if x.recipients == ["office@wholesale-9.example"]) if "+" in a)
    number = d.cases("--customer", CUSTOMER)[0]["case"]
    web = Outside(d, "customer", CUSTOMER)
    for text in (SAID % to, UNSURE):
        got = web(f"/v1/my/cases/{number}/answer", "POST", {"text": text})
        assert got.status == 200, got
        d.settle()
    d.check("case", "note", number, NOTE)
    path = os.path.join(d.dir, "picture")
    with open(path, "wb") as f:
        f.write(ATTACHED)
    d.check("case", "attach", number, path)
    return number, to


def export(d, number, profile, *more):
    path = os.path.join(d.dir, "pack." + profile)
    d.check("evidence", "export", number, "--profile", profile, *(("--reporter", REPORTERS[1]) if profile == "reporter" else ()), *WHY, *more, "-o", path)
    with open(path, "rb") as f:
        return f.read()


def codings(secret):
    """The ways in which a text could still be read out of a pack."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), quopri.encodestring(raw).strip(), json.dumps(raw.decode("latin-1")).encode()[1:-1], raw[::-1])
    for lead in range(3):
        # the middle of it, whatever stands before and behind
        yield binascii.b2a_base64(b"\0" * lead + raw, newline=False)[4 if lead else 0:-4]
    yield hashlib.sha256(raw).hexdigest().encode()


def whole(d, elsewhere, number, packs):
    """Under each profile: it verifies, counts exactly, and says who gave it."""
    for profile in PROFILES:
        got = elsewhere.verify(packs[profile], "--profile", profile)
        tap.is_equal(got.returncode, 0, f"the pack of {profile} verifies with nothing but aup and the key", got.stdout, got.stderr)
        said = json.loads(elsewhere.verify(packs[profile], "--json").stdout)
        items = [(r, k) for r in said["records"] for k in r["record"] if k.startswith("com.") or k == "raw"]
        shown = sum(len(r["opened"]) + ("raw" in r) for r in said["records"])
        kept = sum(len(r["withheld"]) + len(r["masked"]) for r in said["records"])
        tap.ok(shown and shown + kept == len(items), "each value that a record commits to is shown, or said to be withheld", shown, kept, len(items))
        tap.ok(f"\n{shown} shown and verified, {kept} withheld (by profile {profile}), 0 failed.\n" in got.stdout, f"and so it says: {shown} shown, {kept} withheld", got.stdout)
        tap.is_equal((said["profile"], said["handed_by"], said["policy"], said["shown"], said["withheld"], said["failed"]),
                     (profile, "tester", "2026-03-01", shown, kept, 0), "who gave it, under which profile and version of the policy, is proved")
        tap.ok(said["handed_at"][:10] == d.check("lookups", "--json").json["lookups"][0]["time"][:10], "and when", said["handed_at"])
        other = next(p for p in PROFILES if p != profile)
        tap.is_equal(elsewhere.verify(packs[profile], "--profile", other).returncode, 1, f"it is none of {other}")
    full = json.loads(elsewhere.verify(packs["full"], "--json").stdout)
    tap.is_equal((full["withheld"], full["masked"]), (0, 0), "under full nothing is withheld")
    raws = [base64.b64decode(r["raw"]) for r in full["records"] if "raw" in r]
    tap.ok(ATTACHED in raws and len(raws) == 2, "not even reports and attachments", len(raws))
    asked = [x["asked"] for x in d.check("lookups", "--json").json["lookups"]]
    tap.ok(all(any(f"evidence of {number}" in a and f"under the profile {p}" in a for a in asked) for p in PROFILES), "each look-up is recorded, with its profile", asked)


SECRETS = {
    # profile: what must be nowhere in it
    "customer": (*REPORTERS, *("reporter-%d.example" % i for i in range(3)), TOKEN, HER, "third-person", UNSURE, "hidden-third", NOTE, ATTACHED, "offers@shop.invalid"),
    "body": (*REPORTERS, *("reporter-%d.example" % i for i in range(3)), TOKEN, HER, "third-person", UNSURE, "hidden-third", NOTE, ATTACHED, "offers@shop.invalid"),
    "reseller": (*REPORTERS, TOKEN, HER, "We looked", UNSURE, "hidden-third", NOTE, ATTACHED, "offers@shop.invalid"),
    "reporter": (REPORTERS[0], REPORTERS[2], CUSTOMER, "shopkeeper", "c0@customers.example", TOKEN, HER, "We looked", UNSURE, NOTE, ATTACHED, "wholesale-9"),
}


def absent(elsewhere, to, packs):
    for profile, secrets in SECRETS.items():
        heard = [packs[profile], *(elsewhere.verify(packs[profile], *args).stdout.encode() for args in ((), ("--json",)))]
        token = to.split("+")[1].split("@")[0]
        found = [(s, c) for s in (*secrets, to, token) for c in codings(s) if len(c) > 5 and any(c.lower() in h.lower() for h in heard)]
        tap.is_equal(found, [], f"nothing that {profile} is not to see stands in the pack, nor in what is told of it")
        full = [s for s in secrets if not any(c in packs["full"] for c in codings(s))]
        tap.is_equal([s for s in full if s not in ("shopkeeper", "c0@customers.example", "wholesale-9")], [], "all of which stands in that of full")
    for profile in ("customer", "body"):
        said = json.loads(elsewhere.verify(packs[profile], "--json").stdout)
        part = [r["masked"]["text"] for r in said["records"] if r["masked"]]
        tap.ok(len(part) == 1 and part[0].startswith("We looked. Your page https://abuse.example.net[link] was open, and so was [address] Ask [address] about it, she"),
               f"{profile} reads the customer's words, with marks in the place of a link and of addresses", part)
        tap.ok("cannot-tell" in [v for r in said["records"] for v in r["withheld"].values()], "but not those of which it cannot be told whether all is found")
    own = json.loads(elsewhere.verify(packs["reporter"], "--json").stdout)
    tap.is_equal([r["opened"].get("source") for r in own["records"] if "reporter" in r["opened"]], [SOURCE], "a reporter sees what he himself reported")
    seen = {v for r in json.loads(elsewhere.verify(packs["reseller"], "--json").stdout)["records"] for v in r["opened"].values()}
    tap.ok({CUSTOMER, SOURCE} <= seen, "the reseller sees whose it is", seen)


def revealed(d, elsewhere, number, packs):
    """One by one, afterwards."""
    whole_text = os.path.join(d.dir, "texts")
    d.check("evidence", "export", number, "--open", "text", "--no-raw", *WHY, "-o", whole_text)
    with open(whole_text, "rb") as f:
        texts = f.read()
    elsewhere.put("texts", texts)
    got = elsewhere.verify(packs["customer"], "--reveal", "texts")
    tap.ok(got.returncode == 0 and re.search(r"\n\d+ of the withheld are revealed: they are what was committed to", got.stdout), "what was withheld is revealed later, and is what it was",
           got.stdout, got.stderr)
    said = json.loads(elsewhere.verify(packs["customer"], "--reveal", "texts", "--json").stdout)
    want = sum("text" in r["withheld"] or "text" in r["masked"] for r in said["records"])
    tap.is_equal(said["revealed"], want, "each text, also that which was shown in part")
    one = os.path.join(d.dir, "one")
    at = next(r["record"]["seq"] for r in said["records"] if "reporter" in r["withheld"])
    d.check("evidence", "export", number, "--record", at, "--open", "reporter", "--no-raw", *WHY, "-o", one)
    with open(one, "rb") as f:
        elsewhere.put("one", f.read())
    tap.is_equal([n for n, _ in sections(open(one, "rb").read()) if n in ("record", "opening", "raw")], ["record", "opening"], "one thing alone can be opened")
    tap.ok(d.check("lookups", "--json").json["lookups"][0]["asked"].endswith(f", record {at}, opened: reporter"), "which is recorded as that")
    tap.is_equal(json.loads(elsewhere.verify(packs["customer"], "--reveal", "one", "--json").stdout)["revealed"], 1, "and reveals that, and nothing else")
    tap.is_equal(json.loads(elsewhere.verify(packs["customer"], "--reveal", "one", "--reveal", "texts", "--json").stdout)["revealed"], want + 1, "beside others")
    elsewhere.put("own", packs["customer"])
    got = elsewhere.verify(packs["customer"], "--reveal", "own")
    tap.ok(got.returncode == 1 and "nothing of it is withheld" in got.stderr, "what shows no more reveals nothing", got)
    parts = sections(texts)
    at = next(i for i, (n, o) in enumerate(parts) if n == "opening" and b"We looked" in o)
    parts[at] = ("opening", parts[at][1].replace(b"We looked", b"We lookex"))
    elsewhere.put("forged", joined(parts))
    tap.is_equal(elsewhere.verify(packs["customer"], "--reveal", "forged").returncode, 1, "nor does what was forged")


def place(parts, name, having=b""):
    return next(i for i, (n, o) in enumerate(parts) if n == name and having in o)


def with_list(parts, old, new, count=1):
    """The pack with its list of what is withheld changed."""
    out, at = list(parts), place(parts, "redaction")
    assert old in out[at][1], (old, out[at][1])
    out[at] = ("redaction", out[at][1].replace(old, new, count))
    return out


def with_digest(parts):
    """And the record of the deed made to fit: its leaf is then another one."""
    before = b"".join(b"%s %d\n%s\n" % (n.encode(), len(o), o) for n, o in parts[:place(parts, "redaction")] if n in ("record", "opening", "masked", "policy", "raw"))
    out, at, deed = list(parts), place(parts, "redaction"), place(parts, "handed")
    out[at] = ("redaction", re.sub(rb"(?m)^content .*$", b"content " + hashlib.sha256(before).hexdigest().encode(), out[at][1]))
    out[deed] = ("handed", re.sub(rb"(?m)^redaction .*$", b"redaction " + hashlib.sha256(out[at][1]).hexdigest().encode(), out[deed][1]))
    return out


def tampered(elsewhere, packs):
    """By somebody who makes every digest anew."""
    parts, body = sections(packs["customer"]), sections(packs["body"])
    tap.is_equal(joined(parts), packs["customer"], "the parts make the pack again")
    masked, listed = place(parts, "masked"), parts[place(parts, "redaction")][1]
    lines = [x for x in listed.splitlines() if x.startswith(b"withheld ")]
    one, two = next((a, b) for a in lines for b in lines if a.split()[-1] == b"reporter" and b.split()[-1] == b"raw")
    opening = place(parts, "opening", b"text ")
    record = max(i for i, (n, _) in enumerate(parts) if n == "record")
    tail = [i for i, (n, _) in enumerate(parts) if n in ("policy", "raw", "redaction")][0]
    own = ("redaction", "handed", "handed-proof", "growth")
    end = [i for i in range(place(parts, "handed"), len(parts)) if parts[i][0] in ("handed", "opening", "handed-proof", "growth")]
    raw = next((n, o) for n, o in sections(packs["full"]) if n == "raw")
    cases = {
        "a masked text was changed": parts[:masked] + [("masked", parts[masked][1].replace(b"We looked", b"We lookex"))] + parts[masked + 1:],
        "a mask was moved": parts[:masked] + [("masked", parts[masked][1].replace(b"mask link", b"mask address"))] + parts[masked + 1:],
        "a masked text was taken out": parts[:masked] + parts[masked + 1:],
        "two of what is withheld were swapped": [(n, o.replace(one, b"\0").replace(two, one).replace(b"\0", two)) if n == "redaction" else (n, o) for n, o in parts],
        "a reason was changed": with_list(parts, b" internal\n", b" gone\n"),
        "a line of what is withheld was taken out": with_list(parts, one + b"\n", b""),
        "the profile has another name": with_list(parts, b"profile customer", b"profile body"),
        "and also in the record of the deed": [(n, o.replace(b"profile customer", b"profile body")) if n == "handed" else (n, o) for n, o in
                                               with_list(parts, b"profile customer", b"profile body")],
        "a value was taken out": parts[:opening] + parts[opening + 1:],
        "the last record was taken out": parts[:record] + parts[tail:],
        "raw bytes were put in": parts[:place(parts, "redaction")] + [raw] + parts[place(parts, "redaction"):],
        "it has the deed of another pack": parts[:place(parts, "handed")] + body[place(body, "handed"):],
        "it has list and deed of another pack": parts[:place(parts, "redaction")] + body[place(body, "redaction"):],
        "another one gave it": [(n, o.replace(b"tester", b"nobody")) if n == "opening" and i in end else (n, o) for i, (n, o) in enumerate(parts)],
        "the growth of the ledger was changed": [(n, base64.b64encode(bytes(32)) + o[44:]) if n == "growth" else (n, o) for n, o in parts],
        "nothing says who gave it, and a text is masked": [(n, o) for i, (n, o) in enumerate(parts) if n not in own and i < place(parts, "redaction")],
    }
    for what, bad in cases.items():
        tap.ok(bad != parts, f"(it was changed: {what})")
        for more, name in ((bad, ""), (with_digest(bad) if any(n == "redaction" for n, _ in bad) and any(n == "handed" for n, _ in bad) else bad, ", with all digests made anew")):
            got = elsewhere.verify(joined(more))
            tap.ok(got.returncode == 1 and "NOT verify" in got.stdout, f"found out: {what}{name}", got.stdout[-300:], got.stderr)
    reseller = sections(packs["reseller"])
    stripped = joined([x for i, x in enumerate(reseller) if i < place(reseller, "redaction")])
    got = elsewhere.verify(stripped)
    tap.ok(got.returncode == 0 and "(by no profile)" in got.stdout, "without list and deed it is what it then says it is: of no profile", got.stdout, got.stderr)
    tap.is_equal(elsewhere.verify(stripped, "--profile", "reseller").returncode, 1, "which is not taken for one of a profile")
    random.seed(11)
    survived, data = [], packs["customer"]
    for at in random.sample(range(len(data) - 72), 60):
        bad = bytearray(data)
        bad[at] ^= 1
        bad = bytes(bad[:-72]) + b"sha256 " + hashlib.sha256(bytes(bad[:-72])).hexdigest().encode() + b"\n"
        if elsewhere.verify(bad).returncode != 1:
            survived.append(at)
    tap.is_equal(survived, [], "nor does any other octet change unseen")


def refused(d, number):
    path = os.path.join(d.dir, "no")

    def no(pattern, what, *args):
        got = d.aup("evidence", "export", *args, *WHY, "-o", path)
        tap.ok(got.rc and re.search(pattern, got.err) and not os.path.exists(path), f"no pack {what}", got)
    no("the profiles are full", "of a profile that is none", number, "--profile", "press")
    no("whose reports are his own", "for a reporter without his name", number, "--profile", "reporter")
    no("no report of the case is of the reporter", "for somebody who reported nothing", number, "--profile", "reporter", "--reporter", "nobody@nowhere.example")
    no("whose reports are his own", "for a customer as if he were a reporter", number, "--profile", "customer", "--reporter", REPORTERS[0])
    no("a profile says itself", "with more than its profile has", number, "--profile", "customer", "--open", "reporter")
    no("which records", "of a record that is not there", number, "--record", "1,99")
    no("no reseller", "for the reseller of a customer who has none", bakery(d), "--profile", "reseller")
    d.check("case", "flag", number, "do-not-tell")
    for profile in PROFILES[1:]:
        no("do-not-tell", f"of {profile} when nobody is to be told", number, "--profile", profile, *(("--reporter", REPORTERS[1]) if profile == "reporter" else ()))
    tap.is_equal(d.aup("evidence", "export", number, "--profile", "full", *WHY, "-o", path).rc, 0, "but for counsel")
    os.unlink(path)
    d.check("case", "flag", "--off", number, "do-not-tell")
    d.report(xarf("203.0.113.17", kind="csam", report_id="02eb480f-8172-431a-9276-c28ba90f6999"))
    d.settle()
    sealed = next(c["case"] for c in d.cases() if "body" not in c)
    for profile in PROFILES:
        no("sealed", f"of a sealed case, not even under {profile}" if profile == "full" else f"of a sealed case under {profile}", sealed, "--profile", profile,
           *(("--reporter", "x") if profile == "reporter" else ()))


def bakery(d):
    d.report(xarf("203.0.113.66"))
    d.settle()
    return d.cases("--customer", "bakery")[0]["case"]


def asked_by_hand(d, number):
    """Whoever speaks to the judge himself gets no more, and seals nothing that he did not ask for."""
    def ask(op, **more):
        return json.loads(d.api("/v1/command", "POST", json.dumps({"op": op, "case": number, "because": WHY[1], "profile": "customer", **more})).body)
    first = ask("evidence-export", raw=True, attachments=True)
    text = json.dumps(first)
    tap.ok(first["records"] and not [r for r in first["records"] if r.get("raw") or any(o["name"] == "reporter" for o in r["openings"])], "asked for raw bytes, the judge gives none", text)
    page = {"size": first["size"], "until": first["until"], "ticket": first["ticket"]}
    tap.ok("without such bytes" in ask("evidence-raw", **page, after=1).get("error", ""), "nor by their own command")
    for what, more in (("under another profile", {"profile": "body"}), ("under one that has more", {"profile": "full"}), ("for more than was asked", {"until": first["until"] - 1}), ("without a ticket", {"ticket": ""})):
        got = ask("evidence-seal", **{**page, "redaction": "0" * 64, **more})
        tap.ok("recorded" in got.get("error", "") and "record" not in got, f"no deed {what}", got)
    tap.ok("SHA-256" in ask("evidence-seal", **page, redaction="nonsense").get("error", ""), "nor one about nothing")


class Outside:
    """The API as a tenant sees it."""

    def __init__(self, d, scope, ident):
        self.d = d
        self.headers = {"Content-Type": "application/json", "Authorization": "Bearer " + d.check("key", "add", scope, ident, "--json").json["key"]}

    def __call__(self, path, method="GET", body=None):
        return self.d._http(("tcp", (self.d.address, self.d.ports["api"])), method, path, json.dumps(body).encode() if body else None, self.headers)

    def ask(self, number):
        got = self(f"/v1/my/cases/{number}/evidence", "POST", {"because": "we contest it"})
        tap.is_equal(got.status, 200, "a pack is asked for", got.body)
        return json.loads(got.body)["pack"]

    def fetch(self, number, pack):
        path = f"/v1/my/cases/{number}/evidence/{pack}"
        self.d.until(lambda: self(path).status != 503, "the signature of a pack")
        return self(path)


def by_api(d, elsewhere, number, to):
    """By themselves: each tenant has what is his, and nothing by another name."""
    who = {"customer": Outside(d, "customer", CUSTOMER), "reseller": Outside(d, "reseller", "wholesale-9")}
    packs = {}
    for scope, web in who.items():
        packs[scope] = web.ask(number)
        d.check("case", "note", number, "behind the pack")
        got = web.fetch(number, packs[scope])
        data = base64.b64decode(json.loads(got.body)["evidence"])
        said = elsewhere.verify(data, "--profile", scope)
        tap.is_equal(said.returncode, 0, f"a {scope} has a pack of his profile, and it verifies", said.stdout, said.stderr)
        told = json.loads(elsewhere.verify(data, "--json").stdout)
        tap.ok(told["handed_by"].startswith(scope + " ") and told["without_gap"] and b"behind the pack" not in data, "asked for by himself, and as it was then", told["handed_by"])
        own = json.loads(elsewhere.verify(export(d, number, scope), "--json").stdout)
        tap.is_equal(told["records"], own["records"][:len(told["records"])], "it has what a person would give him")
        found = [(s, c) for s in (*SECRETS[scope], to) for c in codings(s) if len(c) > 5 and c.lower() in data.lower()]
        tap.is_equal(found, [], "and nothing that he is not to see")
    other = {"customer": "reseller", "reseller": "customer"}
    second = d.check("case", "open", "--customer", CUSTOMER, "--because", "something else").out.strip()
    d.check("case", "uphold", second, "it is one", uid=SECOND)
    d.settle()
    tap.is_equal([(web(f"/v1/my/cases/{second}").status, web(f"/v1/my/cases/{second}/evidence/{packs[scope]}").status) for scope, web in who.items()], [(200, 404)] * 2,
                 "nor is it a pack of another case of the same customer")
    for scope, web in who.items():
        wrong = (packs[other[scope]], "deed.1", "deed.999999", f"{number}.1", "x")
        tap.is_equal([web(f"/v1/my/cases/{number}/evidence/{p}").status for p in wrong], [404] * len(wrong), f"to a {scope} what is another's, or no pack, is not there")
        tap.is_equal(web(f"/v1/my/cases/{number}/evidence", "POST").status, 400, "and a pack has a reason")
    d.check("case", "flag", number, "do-not-tell")
    for scope, web in who.items():
        tap.is_equal((web(f"/v1/my/cases/{number}/evidence", "POST", {"because": "x"}).status, web(f"/v1/my/cases/{number}/evidence/{packs[scope]}").status), (404, 404),
                     f"when nobody is to be told a {scope} has none, not even the one that was made before")
    d.check("case", "flag", "--off", number, "do-not-tell")
    d.check("case", "resolve", number, "settled")
    for uid in (None, SECOND):
        d.aup("erase", REPORTERS[0], "--basis", "asked for", uid=uid)
    d.pass_time("1h")
    for scope, web in who.items():
        got = web.fetch(number, packs[scope])
        tap.ok(got.status == 409 and b"ask for another one" in got.body, "a pack of which something was erased since is not given out as what it was", got)
        tap.is_equal(web.fetch(number, web.ask(number)).status, 200, "but a new one is")


def erased(d, elsewhere, number):
    """When the customer's key is gone, the records still prove themselves, and all else is said to be gone."""
    for uid in (None, SECOND):
        d.aup("erase", CUSTOMER, "--basis", "asked for", "--even-open", "he has left", uid=uid)
    d.settle()
    d.pass_time("1h")
    got = d.aup("evidence", "export", number, "--profile", "full", *WHY, "-o", os.path.join(d.dir, "gone"))
    tap.ok(got.rc == 0 and "nothing can be opened any more" in got.err, "of a customer who was erased the case is still handed over", got)
    with open(os.path.join(d.dir, "gone"), "rb") as f:
        said = json.loads(elsewhere.verify(f.read(), "--json").stdout)
    tap.is_equal((said["shown"], {v for r in said["records"] for v in r["withheld"].values()}, said["handed_by"]), (0, {"gone"}, "tester"), "all is said to be gone, but not who gave it")


def main():
    with Daemon(operators={"tester": os.getuid(), "second": SECOND}, listens=("smtp", "lmtp", "http", "ingest", "api")) as d:
        number, to = story(d)
        elsewhere = Elsewhere(d.check("evidence", "key").out.strip())
        packs = {p: export(d, number, p) for p in PROFILES}
        whole(d, elsewhere, number, packs)
        absent(elsewhere, to, packs)
        revealed(d, elsewhere, number, packs)
        tampered(elsewhere, packs)
        asked_by_hand(d, number)
        refused(d, number)
        d.kill_and_wait("judge")
        tap.is_equal(elsewhere.verify(export(d, number, "customer")).returncode, 0, "after a kill of the judge the next pack verifies too")
        by_api(d, elsewhere, number, to)
        erased(d, elsewhere, number)
        elsewhere.close()


tap.skip_all(missing()) if missing() else tap.run(main)
