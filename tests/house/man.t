#!/usr/bin/env python3
"""The manuals against the programs: lint, every command and option of aup, every statement and default of the configuration,
every column of the registry, every path and command of the API, every field of a webhook's call, every role."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

top = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(top, "tests"))
import tap

build = os.environ.get("AUPD_BUILD", os.path.join(top, "build"))
aup, aupd = os.path.join(build, "aup"), os.path.join(build, "aupd")


def source(name):
    with open(os.path.join(top, "src", name), encoding="utf-8") as f:
        return f.read()


def page(name):
    with open(os.path.join(top, "man", name), encoding="utf-8") as f:
        return f.read()


def said(*command):
    p = subprocess.run(command, capture_output=True, text=True, check=False)
    return p.stdout + p.stderr


def table(text, start):
    """The rows of a table in C, from the line that opens it to the one that closes it."""
    rest = text[text.index(start):]
    return rest[:rest.index("};")]


def missing(words, text):
    """Words that do not stand in the text as words of their own."""
    return [w for w in words if not re.search(r"(?<![\w.-])" + re.escape(w) + r"(?![\w-])", text)]


def lint():
    pages = sorted(p for p in os.listdir(os.path.join(top, "man")) if p[-1].isdigit())
    for name in pages:
        if shutil.which("mandoc"):
            got = said("mandoc", "-Tlint", "-Wwarning", os.path.join(top, "man", name))
            tap.is_equal(got, "", f"{name} has no fault")
    known = {"bash 1", "systemd 1", "nft 8", "tcpdump 8"} | {" ".join(p.rsplit(".", 1)) for p in pages}
    for name in pages:
        cited = re.findall(r"^\.Xr (\S+ \d)", page(name), re.M)
        tap.is_equal([c for c in cited if c not in known], [], f"{name} cites manuals that are there")


def commands():
    manual = page("aup.8")
    names = re.findall(r"^  ([a-z]+) ", said(aup, "--help"), re.M)
    tap.ok(len(names) > 10, "aup --help lists its commands", names)
    for name in names:
        lines = re.findall(r"^(?:usage:|      ) (aup .*)", said(aup, name, "--help"), re.M)
        verbs = [l.split()[2] for l in lines if len(lines) > 1]
        items = {name: re.findall(rf"^\.It Ic {name}\b.*", manual, re.M)}
        for verb in verbs:
            items[f"{name} {verb}"] = re.findall(rf"^\.It Ic {name} {verb}\b.*", manual, re.M)
        tap.is_equal([k for k, v in items.items() if not v], [], f"aup.8 has each of aup {name}")
        options = set(re.findall(r"(?<![\w-])--?([a-z][a-z-]*)", " ".join(lines)))
        told = " ".join(sum(items.values(), []))
        tap.is_equal(sorted(o for o in options if not re.search(rf"Fl (-|-?){o}\b", told)), [], f"and each option of aup {name}")
    extra = {m.split()[0] for m in re.findall(r"^\.It Ic ([a-z ]+)", manual, re.M)} - set(names)
    tap.is_equal(sorted(extra), [], "aup.8 has no command that is not there")


def daemon():
    options = re.findall(r"--([a-z]+)", said(aupd, "--help"))
    manual = page("aupd.8")
    tap.is_equal([o for o in options if f"Fl -{o}" not in manual], [], "aupd.8 has each option of aupd")
    roles = re.findall(r'"(\w+)"', re.search(r"role_words\[\] = \{(.*?)\}", source("aupd/role.c")).group(1))
    tap.ok(len(roles) == 7, "the roles are found", roles)
    tap.is_equal([r for r in roles if f"Cm {r}" not in manual], [], "and each role")


def configuration():
    text = "".join(source(f"model/{name}.c") for name in ("config", "config_fetch", "config_upstream", "config_webhooks", "config_radius",
                                                                  "config_duration", "config_web", "config_usage", "config_nas", "config_nat", "config_aaa"))
    manual = page("aupd.conf.5")
    rows = re.findall(r'\{ \.name = "([a-z-]+)", \.type = (CONF_\w+)(.*?)\.doc = "[^"]+" \}', text, re.S)
    tap.ok(len(rows) > 25, "the tables of the configuration are found", len(rows))
    for name, kind, rest in rows:
        item = re.search(rf"^\.It Ic {name}\b.*?(?=^\.It Ic|^\.El|^\.Sh)", manual, re.M | re.S)
        fallback = re.search(r'\.fallback = "((?:[^"\\]|\\.)*)"', rest)
        want = fallback.group(1) if fallback else ""
        tap.ok(item and (not want or re.search(rf"default is\s+\.\w+ {re.escape(want)}", item.group(0))), f"aupd.conf.5 has {name} and its default", want)
    known = {r[0] for r in rows}
    tap.is_equal(sorted({m for m in re.findall(r"^\.It Ic ([a-z-]+)", manual, re.M)} - known), [], "and no statement that is not there")


def maps():
    """Each statement of a map, and the maps of the manual are taken."""
    manual = page("aupd-maps.5")
    names = re.findall(r'\{ \.name = "([a-z]+)"', source("format/class.c") + source("format/column.c") + source("format/maps.c"))
    tap.ok(len(names) > 20, "the statements of maps are found", names)
    tap.is_equal([n for n in names if not re.search(rf"^\.It Ic {n} ", manual, re.M)], [], "aupd-maps.5 has each of them")
    tap.is_equal(sorted(set(re.findall(r"^\.It Ic ([a-z]+)", manual, re.M)) - set(names)), [], "and none that is not there")
    with tempfile.TemporaryDirectory() as d:
        for i, text in enumerate(re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", manual, re.M | re.S)):
            with open(os.path.join(d, f"{i}.map"), "w", encoding="utf-8") as f:
                f.write(text)
        tap.is_equal(said(aup, "decode", "--maps", d, "/dev/null"), "/dev/null: unknown, unknown\n", "its examples are taken")


def examples():
    """What a reader copies must be taken."""
    example = re.search(r"\.Sh EXAMPLES\n\.Bd [^\n]*\n(.*?)\.Ed", page("aupd.conf.5"), re.S).group(1)
    with open(os.path.join(top, "README.md"), encoding="utf-8") as f:
        readme = re.sub(r"^    ", "", re.search(r"((?:^    (?:provider|listen|operator).*\n)+)", f.read(), re.M).group(1), flags=re.M)
    for name, text in (("aupd.conf.5", example), ("README.md", readme)):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as f:
            f.write(text)
            f.flush()
            p = subprocess.run([aup, "check", "-c", f.name], capture_output=True, text=True, check=False)
            tap.ok(p.returncode == 0, f"the configuration in {name} is taken", p.stderr)


def registry():
    text, manual = source("model/entity.c"), page("aup-registry.5")
    columns = re.findall(r'\{ "([a-z_]+)",', table(text, "entity_columns[] = {"))
    tap.is_equal(missing(columns, manual), [], "aup-registry.5 has each column")
    types = re.findall(r'"([a-z]+)"', re.search(r"entity_type_words\[\] = \{(.*?)\}", text, re.S).group(1))[1:]
    tap.is_equal([t for t in types if not re.search(rf"^\.It Cm.*\b{t}\b", manual, re.M)], [], "and each type")


def interfaces():
    manual = page("aupd-api.7")
    paths = json.loads(said(aup, "api", "openapi"))["paths"]
    routes = sorted(f"{method.upper()} {path}" for path in paths for method in paths[path])
    tap.ok(len(routes) > 20, "the routes of the API are found", routes)
    tap.is_equal(sorted(re.findall(r"^\.It Pa ((?:GET|POST) \S+)$", manual, re.M)), routes, "aupd-api.7 has each of them, and none that is not there")
    names = {p["name"] for path in paths.values() for op in path.values() for p in op["parameters"]}
    names |= {m for path in paths.values() for op in path.values() for a in op["responses"]["200"]["content"].values() for m in a["schema"].get("properties", {})
              if op["x-scopes"] != ["operator"]}
    tap.is_equal(missing(sorted(names), manual), [], "and each parameter, and each member of an answer to others than operators")
    kinds = json.loads(said(aup, "api", "openapi"))["webhooks"]
    tap.ok(len(kinds) > 10, "the kinds of events of webhooks are found", kinds)
    tap.is_equal([k for k in kinds if not re.search(rf"^\.It Li {re.escape(k)}$", manual, re.M)], [], "aupd-api.7 has each of them")
    ops = re.findall(r'\{ "([a-z-]+)", cmd_', source("aupd/judge_command.c"))
    tap.ok(len(ops) > 15, "the commands are found", ops)
    tap.is_equal(missing(ops, manual), [], "and each command")
    codes = set(re.findall(r"answer\(r, [^;]*?\b([45]\d\d)\b", source("intake/reports.c")))
    tap.is_equal(missing(sorted(codes), manual), [], "and each status of POST /v1/reports")
    fates = re.findall(r'"([a-z-]+)"', re.search(r"fate_words\[\] = \{(.*?)\}", source("engine/fold.c")).group(1))[1:]
    tap.is_equal(missing(fates, manual), [], "and each fate of a report")
    hook = page("aupd-webhook.7")
    fields = re.findall(r'jsonw_\w+\(&?w, "([a-z]+)"', "".join(source(f"action/{name}.c") for name in ("hook", "webhook", "aaa_rest")))
    tap.ok(len(fields) > 6, "the fields of a call are found", fields)
    tap.is_equal([f for f in fields if not re.search(rf"^\.It Li {f}$", hook, re.M)], [], "aupd-webhook.7 has each of them")


def evidence():
    """A second implementation is written from the manual."""
    manual, record, bundle = page("aup-evidence.5"), source("engine/fold_case.c"), source("evidence/evidence_bundle.c")
    keys = re.findall(r'record_put\w*\((?:a, )?&r, "([a-z.]+)"', record)
    tap.ok(len(keys) > 10, "the lines of a record are found", keys)
    items = " ".join(re.findall(r"^\.It Li (.*)", manual, re.M))
    tap.is_equal(missing(keys + ["id"], items), [], "aup-evidence.5 has each of them")
    names = re.findall(r'record_commit\(&r, "([a-z]+)"', record)
    tap.is_equal(missing(names, manual), [], "and each value that is committed to")
    parts = re.findall(r'take\(s, "([a-z]+)"', bundle)
    tap.ok(len(parts) > 4, "the sections of a bundle are found", parts)
    tap.is_equal(missing(parts, manual[manual.index(".Sh BUNDLE"):]), [], "and each section of a bundle")
    table = manual[manual.index(".Sh PROFILES"):]
    for what in ("profile", "reason"):
        words = re.findall(r'"([a-z-]+)"', re.search(rf"redaction_{what}_words\[\] = \{{(.*?)\}}", source("evidence/redaction.c")).group(1))
        tap.is_equal(missing(sorted(set(words) - {"none"}), table), [], f"and each {what} of a redaction")
    rows = [re.findall(r"SHOW|HIDE|MASK|OWN", row) for row in re.findall(r"\[ITEM_\w+\] = +\{ \{ SHOW, (.*?) \}", source("evidence/redaction.c"))]
    letters = {"s": "SHOW", "m": "MASK", "o": "OWN", r"\-": "HIDE"}
    told = [[letters[x] for x in re.findall(r"Ta (s|m|o|\\-)(?= |$)", row, re.M)] for row in re.findall(r"^\.It (?!Em value).*Ta .*$", table, re.M)]
    tap.ok(len(rows) > 10 and sorted(map(tuple, rows)) == sorted(map(tuple, told)), "and the table of profiles, row by row", rows, told)
    limits = {name: re.search(rf"{name} = ([^,\n]+)", source(f)).group(1).strip() for name, f in (
        ("RECORD_BYTES_MAX", "evidence/record.h"), ("RECORD_LINES_MAX", "evidence/record.h"), ("EVIDENCE_BUNDLE_RECORDS_MAX", "evidence/evidence_bundle.h"),
        ("EVIDENCE_BUNDLE_BYTES_MAX", "evidence/evidence_bundle.h"), ("EVIDENCE_BUNDLE_POLICIES_MAX", "evidence/evidence_bundle.h"))}
    told = {"16 << 10": "16,384", "64": "64", "20000": "20,000", "256 << 20": "256 MiB"}
    tap.is_equal([n for n, v in limits.items() if told.get(v, v) not in manual], [], "and its limits")
    members = re.findall(r'jsonw_\w+\(&?w, "([a-z_]+)"', source("aup/verify.c"))
    said = page("aup.8")
    tap.is_equal(missing(sorted(set(members)), said[said.index(".Sh VERIFY"):]), [], "aup.8 has each member of aup verify --json")


def decoding():
    manual = page("aup.8")
    fields = re.findall(r'jsonw_\w+\((?:&w|w), "([a-z_]+)"', source("aup/decode.c"))
    tap.is_equal(missing(sorted(set(fields)), manual), [], "aup.8 has each member of aup decode --json")
    outcomes = re.findall(r'"([a-z-]+)"', re.search(r"outcome_words\[\] = \{(.*?)\}", source("format/format.c")).group(1))
    tap.is_equal(missing(outcomes, manual), [], "and each outcome")
    formats = set(re.findall(r'd->format = .*?"([a-z0-9-]+)"', "".join(source(os.path.join("format", f)) for f in os.listdir(os.path.join(top, "src/format")) if f.endswith(".c"))))
    tap.is_equal(missing(sorted(formats), manual), [], "and each format")


def main():
    if not os.access(aup, os.X_OK) or not os.access(aupd, os.X_OK):
        tap.skip_all("the programs are not built")
    lint()
    commands()
    daemon()
    configuration()
    examples()
    maps()
    registry()
    interfaces()
    evidence()
    decoding()


tap.run(main)
