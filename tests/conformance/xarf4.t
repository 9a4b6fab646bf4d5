#!/usr/bin/env python3
"""XARF 4 against its own schemas: the samples, and some thousand documents made from them by taking members out, putting
others in and giving them other values. What the schemas refuse, `aup decode --strict` refuses; what they allow, it takes.

The schemas are read by the few lines below, so that they judge and not a table of ours. Two rules are beside them: the
payload of evidence is base64, and source_port is asked for only when the text of source_identifier is an address."""
import copy
import datetime
import glob
import ipaddress
import json
import os
import random
import re
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
SPEC = os.path.join(os.environ.get("AUPD_SHARED", os.path.join(TOP, "..", "shared")), "samples", "xarf-spec")
AUP = os.path.join(os.environ.get("AUPD_BUILD", os.path.join(TOP, "build")), "aup")
MASTER = "xarf-v4-master.json"
RANDOM_DOCUMENTS = 4000

HOST = r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
CHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-fA-F]{2})"
NAME = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9a-fA-F]{2})"
URI = (rf"[A-Za-z][A-Za-z0-9+.-]*:(//((?:{NAME}|:)*@)?({NAME}*|\[[0-9a-fA-F:.]+\])(:[0-9]{{0,5}})?(/{CHAR}*)?|(?!//){CHAR}*)"
       rf"(\?(?:{CHAR}|\?)*)?(#(?:{CHAR}|\?)*)?")


def works(f, *args):
    try:
        f(*args)
        return True
    except ValueError:
        return False


def date_time(s):
    m = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](..):(..):(..)(\.[0-9]+)?([Zz]|[+-](..):(..))", s)
    return m and works(datetime.date.fromisoformat, m[1]) and all(re.fullmatch("[0-9]{2}", m[i] or "00") for i in (2, 3, 4, 7, 8)) and (
        int(m[2]) < 24 and int(m[3]) < 60 and int(m[4]) <= 60 and int(m[7] or 0) < 24 and int(m[8] or 0) < 60)


FORMATS = {
    "ipv4": lambda s: works(ipaddress.IPv4Address, s),
    "ipv6": lambda s: "%" not in s and works(ipaddress.IPv6Address, s),
    "uuid": lambda s: re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", s),
    "date-time": date_time,
    "date": lambda s: re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", s) and works(datetime.date.fromisoformat, s),
    "hostname": lambda s: re.fullmatch(HOST, s),
    "email": lambda s: re.fullmatch(rf"{ATOM}(\.{ATOM})*@{HOST}", s),
    "uri": lambda s: re.fullmatch(URI, s),
}
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool}


def is_type(x, name):
    if name in ("integer", "number"):
        return not isinstance(x, bool) and isinstance(x, (int, float)) and (name == "number" or x == int(x))
    return isinstance(x, TYPES[name])


class Schemas:
    def __init__(self, folder):
        self.all = {os.path.relpath(f, folder): json.load(open(f, encoding="utf-8")) for f in glob.glob(folder + "/**/*.json", recursive=True)}

    def refer(self, file, ref):
        path, _, part = ref.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
        schema = self.all[file]
        for step in part.strip("/").split("/") if part else ():
            schema = schema[step]
        return file, schema

    def good(self, x, schema, file):
        if "$ref" in schema:
            to, other = self.refer(file, schema["$ref"])
            if not self.good(x, other, to):
                return False
        if "type" in schema and not is_type(x, schema["type"]) or "const" in schema and x != schema["const"] or "enum" in schema and x not in schema["enum"]:
            return False
        if not all(self.good(x, s, file) for s in schema.get("allOf", ())) or "anyOf" in schema and not any(self.good(x, s, file) for s in schema["anyOf"]):
            return False
        if "if" in schema and self.good(x, schema["if"], file) and not self.good(x, schema["then"], file):
            return False
        if isinstance(x, str):
            return (len(x) <= schema.get("maxLength", len(x)) and re.search(schema.get("pattern", ""), x) is not None and
                    bool("format" not in schema or FORMATS[schema["format"]](x)) and
                    (schema.get("contentEncoding") != "base64" or re.fullmatch(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", x) is not None))
        if is_type(x, "number"):
            return schema.get("minimum", x) <= x <= schema.get("maximum", x)
        if isinstance(x, list):
            return (schema.get("minItems", 0) <= len(x) <= schema.get("maxItems", len(x)) and all(self.good(y, schema.get("items", {}), file) for y in x) and
                    (not schema.get("uniqueItems") or all(x.index(y) == i for i, y in enumerate(x))))
        if isinstance(x, dict):
            known = schema.get("properties", {})
            return (all(k in x for k in schema.get("required", ())) and all(self.good(x[k], s, file) for k, s in known.items() if k in x) and
                    (schema.get("additionalProperties", True) is not False or all(k in known for k in x)))
        return True

    def walk(self, schema, file, path=()):
        """Every member that a document may have: its path and its schema."""
        if "$ref" in schema:
            file, schema = self.refer(file, schema["$ref"])
            yield from self.walk(schema, file, path)
        for s in schema.get("allOf", ()):
            yield from self.walk(s, file, path)
        for name, s in schema.get("properties", {}).items():
            yield path + (name,), s
            yield from self.walk(s, file, path + (name,))
        if isinstance(schema.get("items"), dict):
            yield from self.walk(schema["items"], file, path + (0,))

    def words(self, schema):
        for s in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            if isinstance(s, dict):
                yield from (w for w in s.get("enum", ()) if isinstance(w, str))
            yield from self.words(s)


TEXTS = """x 1 2024-01-15T14:30:25Z 2024-01-15 2024-01-15T14:30:25 2024-02-30T00:00:00Z 2024-01-15T25:00:00Z 2024-01-15T14:30:25.5+05:30
2024-01-15T14:30:25+24:00 2024-1-5T1:1:1Z 192.0.2.1 192.0.2.256 192.0.2.01 2001:db8::1 2001:db8:::1 192.0.2.0/24 example.com -example.com
example-.com exa_mple.com example.com. EXAMPLE.com xn--bcher-kva.example localhost user@example.com user@ @example.com user@@example.com
user.@example.com http://example.com/ //example.com http://[2001:db8::1]/ http://[2001:db8::1 http://x/%zz http://x/<y> mailto:a@b.c http:
1http://x http://u:p@h:80/p?q#f http://h:port/ http://h#a#b sha256:abcdef sha512:00 sha256: sha256:xyz a:b a:B a:b:c :b CVE-2024-1
CVE-2024-12345 CVE-24-1 cve-2024-1 CVSS:3.1/AV:N CVSS:2.0/AV:N en en-US EN en-us US us USA magnet:?xt=urn:btih:x magnet:?dn=x 4.0.0 4.1
4.10.22 3.0.0 4.0.0.0 v4.0.0 YWJj YWJ YW=j 550e8400-e29b-41d4-a716-446655440000 550e8400e29b41d4a716446655440000""".split()
TEXTS += ["", "us er@example.com", "2024-01-15 14:30:25Z", "a b:c"] + [c * n for c in ("a", "ü") for n in (32, 40, 64, 100, 101, 200, 201, 500, 501, 1000, 1001)]
OTHERS = [0, 1, -1, 99, 100, 1.0, 1.5, 0.5, 10.1, 46, 65535, 65536, 4294967296, 5242881, -0.1, 100.5, True, False, None, [], {}, [1], ["x"], {"x": 1}]


def paths(x, path=()):
    for key, y in x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ():
        yield path + (key,)
        yield from paths(y, path + (key,))


def put(x, path, value):
    for key, following in zip(path, path[1:]):
        if isinstance(x, list) and isinstance(key, int) and key >= len(x):
            x.append({})
        if isinstance(x, dict) and not isinstance(x.get(key), (dict, list)):
            x[key] = [] if isinstance(following, int) else {}
        x = x[key] if isinstance(x, dict) or isinstance(x, list) and isinstance(key, int) else None
    if isinstance(x, dict) or isinstance(x, list) and isinstance(path[-1], int) and path[-1] < len(x):
        x[path[-1]] = value
    elif isinstance(x, list):
        x.append(value)


def changed(sample, path, *value):
    d = copy.deepcopy(sample)
    if value:
        put(d, path, value[0])
        return d
    at = d
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return d


def documents(schemas, samples, chance):
    texts = TEXTS + sorted({w for s in schemas.all.values() for w in schemas.words(s)})
    any_value = lambda: chance.choice(texts) if chance.random() < .65 else chance.choice(OTHERS)
    for sample in samples:
        yield sample
        for path in paths(sample):
            yield changed(sample, path)
            yield from (changed(sample, path, x) for x in (None, 12, "", {}))
    known = {}
    for sample in samples:
        name = sample["category"] + "-" + sample["type"]
        file = next(f for f in (f"types/{name.replace('_', '-')}.json", f"types/{sample['category']}-{sample['type']}.json") if f in schemas.all)
        known[name] = list(schemas.walk(schemas.all[file], file))
    for _ in range(RANDOM_DOCUMENTS):
        sample = chance.choice(samples)
        path, schema = chance.choice(known[sample["category"] + "-" + sample["type"]])
        one = lambda s: chance.choice(s["enum"]) if "enum" in s and chance.random() < .7 else any_value()
        value = [one(schema["items"]) for _ in range(chance.choice((0, 1, 2, schema.get("maxItems", 2) + 1)))] if "items" in schema and chance.random() < .7 else one(schema)
        d = changed(sample, path, value)
        yield d if chance.random() < .9 else changed(d, (*path[:-1], "another"), any_value())


def allowed(schemas, d):
    good = schemas.good(d, schemas.all[MASTER], MASTER)
    if good or "source_port" in d or not isinstance(d.get("source_identifier"), str):
        return good
    # a source that is no address needs no port; with one, it would have to be right
    is_address = works(ipaddress.ip_address, d["source_identifier"])
    return not is_address and d.get("category") == "connection" and schemas.good({**d, "source_port": 1}, schemas.all[MASTER], MASTER)


def main():
    if not os.path.isdir(SPEC):
        print("1..0 # SKIP the shared samples are not here")
        return 0
    schemas = Schemas(os.path.join(SPEC, "schemas", "v4"))
    samples = [json.load(open(f, encoding="utf-8")) for f in sorted(glob.glob(SPEC + "/samples/v4/*.json"))]
    seen, wrong = {True: 0, False: 0}, []
    with tempfile.TemporaryDirectory() as folder:
        made = list(documents(schemas, samples, random.Random(4)))
        for i, d in enumerate(made):
            with open(os.path.join(folder, f"{i}.json"), "w", encoding="utf-8") as f:
                json.dump(d, f)
        for at in range(0, len(made), 500):
            names = [os.path.join(folder, f"{i}.json") for i in range(at, min(at + 500, len(made)))]
            run = subprocess.run([AUP, "decode", "--json", "--strict", *names], capture_output=True, text=True)
            for d, line in zip(made[at:at + 500], run.stdout.splitlines(), strict=True):
                answer, want = json.loads(line), allowed(schemas, d)
                seen[want] += 1
                if (answer["format"] == "xarf-4" and not answer["problems"]) != want:
                    wrong.append(f"{'taken' if not want else 'refused'}: {json.dumps(d)[:1500]} {answer['format']} {answer['problems'][:3]}")
    good = not wrong and seen[True] > 1000 and seen[False] > 1000
    print(f"{'' if good else 'not '}ok 1 - {len(made)} documents, {seen[True]} of them allowed by the schemas: strict decoding agrees on each")
    for line in wrong[:5]:
        print("#", line)
    print("1..1")
    return 0 if good else 1


sys.exit(main())
