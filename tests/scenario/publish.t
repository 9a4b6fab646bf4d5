#!/usr/bin/env python3
"""The public pages of a policy: every posted version, escaped, compared with what the daemon holds; mailboxes, and the RDAP entity."""
import html.parser
import json
import os
import re
import shutil
import stat
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, missing

HOSTILE = "Do not <script>alert('x')</script> & \"quote\" </main><img src=http://evil.example/x>."
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(html.parser.HTMLParser):
    """Tags in balance, what is loaded from elsewhere, the ids, the text."""
    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.tags, self.ids, self.links, self.text = [], [], set(), [], [], ""
        self.feed(text)
        self.close()
        self.faults += [f"{t} is not closed" for t in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        a = dict(attrs)
        self.ids += [a["id"]] if "id" in a else []
        self.links += [a[k] for k in ("href", "src", "action") if k in a]
        self.faults += [f"{k} in {tag}" for k in a if k.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} ends what it did not begin")

    def handle_data(self, data):
        self.text += data


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def draft(d, name, version, posted):
    path = os.path.join(d.dir, name)
    shutil.copytree(POLICY, path)
    edits = [("aup.policy", r"    posted .*\n    effective .*\n", f'    version "{version}"\n    posted {stamp(posted)}\n'),
             ("aup.md", r"(?s)Do not send bulk mail to people.*?no\nagreement\.", lambda m: HOSTILE)]
    edits += [(f, r'(?ms)^test ".*?^}\n', "") for f in os.listdir(path) if f.endswith(".policy")]
    for file, pattern, by in edits:
        with open(f"{path}/{file}", encoding="utf-8") as f:
            text = f.read()
        with open(f"{path}/{file}", "w", encoding="utf-8") as f:
            f.write(re.sub(pattern, by, text))
    return path


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def pages(d, out):
    r = d.check("policy", "publish", "--config", d.config, out)
    names = sorted(os.listdir(out))
    tap.is_equal(sorted(r.out.split()), names, "it names each file that it writes")
    digest = next(n for n in names if re.fullmatch(r"[0-9a-f]{64}\.html", n))
    tap.is_equal(names, sorted(["2026-03-01.html", "abuse.rdap.json", digest, "index.html"]), "a page a version, an index and the RDAP entity; a name that is no file's is none")
    tap.is_equal({stat.S_IMODE(os.stat(f"{out}/{n}").st_mode) for n in names}, {0o644}, "everybody may read them")
    for name in names:
        if not name.endswith(".html"):
            continue
        p = Page(read(out, name))
        tap.is_equal((p.faults, p.tags & {"script", "iframe", "object", "img", "link", "form"}), ([], set()), f"{name}: its tags are in balance, and none is a script or loads anything")
        tap.is_equal([x for x in p.links if not re.fullmatch(r"[\w.-]+\.html", x)], [], f"{name}: it leads nowhere but to the other pages")
    first, second, index = Page(read(out, "2026-03-01.html")), Page(read(out, digest)), Page(read(out, "index.html"))
    want = set(re.findall(r"\{#([\w.-]+)\}", read(POLICY, "aup.md")))
    tap.is_equal(set(first.ids), want, "each clause has its place in the page of its version")
    tap.ok(HOSTILE in second.text and HOSTILE not in first.text, "what the text says is shown as it stands", second.text[:200])
    tap.like(re.sub(r"\s+", " ", index.text), r"\.\./x.*takes effect 2.*2026-03-01.*in force since 2026-03-01T00:00:00Z until 2", "the index tells what is in force and what is to come")
    text = re.sub(r"\s+", " ", first.text)
    for line in ("This is the policy for everybody who uses our services.", "Who is bound"):
        tap.ok(line in text, f"\"{line}\" stands in the page")
    return digest


def check(d, out, digest):
    def differs(name):
        r = d.aup("policy", "publish", "--check", "--config", d.config, out)
        tap.is_equal(r.rc, 1 if name else 0, f"{name or 'nothing'} differs" if name else "nothing differs", r.out, r.err)
        if name:
            tap.ok(r.out.startswith(name + ": "), f"and {name} is named", r.out)
    differs(None)
    tap.is_equal(d.check("policy", "publish", "--config", d.config, out).out, "", "publishing again writes nothing")
    before = read(out, "2026-03-01.html")
    with open(f"{out}/2026-03-01.html", "w", encoding="utf-8") as f:
        f.write(before.replace("everybody", "nobody", 1))
    differs("2026-03-01.html")
    d.check("policy", "publish", "--config", d.config, out)
    tap.is_equal(read(out, "2026-03-01.html"), before, "publishing again sets it right")
    os.unlink(f"{out}/{digest}")
    differs(digest)
    tap.ok(not os.path.exists(f"{out}/{digest}"), "a check writes nothing")
    other = os.path.join(d.dir, "other")
    os.mkdir(other)
    with open(f"{other}/index.html", "w", encoding="utf-8") as f:
        f.write("<html>the provider's own</html>")
    r = d.aup("policy", "publish", other)
    tap.ok(r.rc == 1 and "no page of ours" in r.err and "own" in read(other, "index.html"), "what is not ours is not written over", r.rc, r.err)
    for args, rc in ((("publish",), 2), (("publish", out, out), 2), (("publish", "--socket", "/nowhere", out), 3), (("publish", "/nowhere"), 1), (("mailboxes", "x"), 2)):
        tap.is_equal(d.aup("policy", *args).rc, rc, f"{' '.join(args[:2])}: the exit code is {rc}")


def contacts(d, out):
    r = d.check("policy", "mailboxes", "--config", d.config, "--json")
    tap.is_equal(sorted(x["address"].split("@")[0] for x in r.json), ["abuse", "hostmaster", "noc", "postmaster", "security"], "the mailboxes of RFC 2142")
    tap.ok(all(x["address"].endswith("@example.net") and x["purpose"] for x in r.json), "each with its domain, and what it is for", r.out)
    tap.is_equal(len(d.check("policy", "mailboxes", "--config", d.config).out.splitlines()), 5, "a line each")
    text = Page(read(out, "index.html")).text
    tap.ok(all(x["address"] in text and x["purpose"] in text for x in r.json), "they stand in the index")
    rdap = json.loads(read(out, "abuse.rdap.json"))
    tap.is_equal(d.check("policy", "mailboxes", "--config", d.config, "--rdap").out, read(out, "abuse.rdap.json"), "the RDAP entity is the same by itself")
    tap.is_equal((rdap["objectClassName"], rdap["roles"], rdap["rdapConformance"]), ("entity", ["abuse"], ["rdap_level_0"]), "it is an entity with the role abuse")
    card = {p[0]: p for p in rdap["vcardArray"][1]}
    tap.is_equal(rdap["vcardArray"][0], "vcard", "with a jCard")
    tap.ok(all(len(p) == 4 and isinstance(p[1], dict) and p[2] == "text" for p in card.values()), "of properties of four parts", card)
    tap.is_equal([card[k][3] for k in ("version", "fn", "kind", "email")], ["4.0", "Example Net", "group", "abuse@example.net"], "that name the desk")


def main():
    with Daemon() as d:
        d.check("policy", "post", "--minor", draft(d, "second", "../x", time.time() + 7200))
        out = os.path.join(d.dir, "public")
        os.mkdir(out)
        digest = pages(d, out)
        contacts(d, out)
        check(d, out, digest)


tap.skip_all(missing()) if missing() else tap.run(main)
