"""Another reader's word on RADIUS: datagrams (the corpus and mutations of it, always the same) with what this reader makes of them.

Usage: radius_oracle.py CORPUS_DIRECTORY COUNT. Each record on stdout: length (4 bytes, network order), datagram, length, form (tests/radius_form.h).
It shares nothing with the codec but the RFCs: it reads into lists of values first and decides afterwards.
"""
import hashlib
import hmac
import ipaddress
import os
import random
import struct
import sys

SECRET = b"testing123"
LIST_MAX = 8
TEXT, NUMBER, V4, V6, NOBODY4, MASK, EIGHT, PREFIXES, ADDRESSES, SECONDS = range(10)
# in the order of enum radius_field: type of the attribute, and what its value is
FIELDS = [(1, TEXT), (4, V4), (95, V6), (32, TEXT), (5, NUMBER), (61, NUMBER), (87, TEXT), (8, NOBODY4), (9, MASK), (168, ADDRESSES), (97, PREFIXES),
          (123, PREFIXES), (96, EIGHT), (30, TEXT), (31, TEXT), (40, NUMBER), (41, NUMBER), (42, NUMBER), (43, NUMBER), (52, NUMBER), (53, NUMBER),
          (47, NUMBER), (48, NUMBER), (44, TEXT), (50, TEXT), (46, NUMBER), (49, NUMBER), (55, SECONDS), (101, NUMBER), (27, NUMBER), (89, TEXT),
          (6, NUMBER), ((3561, 1), TEXT), ((3561, 2), TEXT)]
BY_TYPE = {kind: i for i, (kind, _) in enumerate(FIELDS)}


class Bad(Exception):
    pass


def need(condition):
    if not condition:
        raise Bad


def split(data):
    """A row of type, length, value."""
    out = []
    while data:
        need(len(data) >= 2 and 2 <= data[1] <= len(data))
        out.append((data[0], data[2:data[1]]))
        data = data[data[1]:]
    return out


def v4(value):
    need(len(value) == 4)
    return bytes(10) + b"\xff\xff" + value


def v6(value):
    need(len(value) == 16 and ipaddress.IPv6Address(value).ipv4_mapped is None)
    return value


def prefix(value):
    need(2 <= len(value) <= 18 and value[1] <= 128 and (len(value) - 2) * 8 >= value[1])
    whole = int.from_bytes(value[2:].ljust(16, b"\0"), "big")
    kept = whole >> (128 - value[1]) << (128 - value[1])
    return v6(kept.to_bytes(16, "big")).hex() + f"/{value[1]}", kept != whole


def mask(value):
    need(len(value) == 4)
    bits = f"{int.from_bytes(value, 'big'):032b}"
    need("01" not in bits)
    return bits.count("1")


def told(kind, value):
    """The value as the form writes it."""
    if kind == TEXT:
        need(value)
        return value.hex()
    if kind == EIGHT:
        need(len(value) == 8)
        return value.hex()
    if kind == V4:
        return v4(value).hex()
    if kind == NOBODY4:
        need(value not in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe"))
        return v4(value).hex()
    if kind in (V6, ADDRESSES):
        return v6(value).hex()
    if kind == MASK:
        return mask(value)
    need(len(value) == 4)
    return int.from_bytes(value, "big") * (1000000 if kind == SECONDS else 1)


def vendors(attrs):
    out = []
    for kind, value in attrs:
        if kind != 26:
            continue
        vendor = int.from_bytes(value[:4], "big") if len(value) >= 4 else 0
        try:
            parts = split(value[4:])
            need(parts)
            out += [(vendor, t, 0, v) for t, v in parts]
        except Bad:
            out.append((vendor, 0, 1, value[4:] if len(value) >= 4 else value))
    return out


def extended(attrs):
    """Type, extended type and value; None for one that cannot be read."""
    out, i = [], 0
    while i < len(attrs):
        kind, value = attrs[i]
        i += 1
        if 241 <= kind <= 244:
            out.append((kind, value[0], value[1:]) if len(value) >= 2 else None)
        elif kind in (245, 246):
            if len(value) < 3:
                out.append(None)
                continue
            joined, more, good, this = value[2:], value[1] & 128, True, value
            while more and good:
                good = len(this) == 253 and i < len(attrs) and attrs[i][0] == kind and len(attrs[i][1]) >= 2 and attrs[i][1][0] == value[0]
                if good:
                    this = attrs[i][1]
                    i += 1
                    joined += this[2:]
                    more = this[1] & 128
            out.append((kind, value[0], joined) if good else None)
    return out


def ports(kind, value):
    got = {}
    for part, octets in split(value):
        if not 1 <= part <= 11:
            continue
        need(part not in got)
        if part in (3, 4):
            got[part] = v4(octets)
        elif part == 5:
            got[part] = v6(octets)
        elif part == 11:
            need(octets)
            got[part] = octets
        else:
            got[part] = told(NUMBER, octets)
            need(got[part] <= (255 if part in (1, 8) else 65535))
    need(8 not in got or got[8] in (1, 2))
    need(not (4 in got and 5 in got))
    if kind == 5:
        need(2 in got)
    elif kind == 6:
        need(8 in got and (got[8] == 2 or (9 in got and 10 in got)))
        need(9 not in got or 10 not in got or got[9] <= got[10])
    else:
        need(6 in got and 7 in got)
    numbers = ",".join(str(got.get(n, 0)) for n in (1, 2, 6, 7, 8, 9, 10))
    inner = got.get(4, got.get(5, bytes(16)))
    return f"p{kind}.{sum(1 << n for n in got):x}:{numbers},{got.get(3, bytes(16)).hex()},{inner.hex()},{got.get(11, b'').hex()}"


def word_of_secret(data, attrs):
    if data[0] not in (4, 12, 40, 43):
        return "unsupported"
    if data[0] != 12 and hashlib.md5(data[:4] + bytes(16) + data[20:] + SECRET).digest() != data[4:20]:
        return "denied"
    marks, at = [], 20
    for kind, value in attrs:
        if kind == 80:
            marks.append((at + 2, value))
        at += 2 + len(value)
    if not marks:
        return "denied" if data[0] == 12 else "holds"
    if len(marks) > 1 or len(marks[0][1]) != 16:
        return "denied"
    text = data[:4] + (data[4:20] if data[0] == 12 else bytes(16)) + data[20:marks[0][0]] + bytes(16) + data[marks[0][0] + 16:]
    return "holds" if hmac.new(SECRET, text, "md5").digest() == marks[0][1] else "denied"


def meaning(attrs):
    seen, bad, hosts, more = [[] for _ in FIELDS], set(), 0, set()
    values = [(BY_TYPE[t], v) for t, v in attrs if t in BY_TYPE]
    values += [(BY_TYPE[vendor, t], v) for vendor, t, opaque, v in vendors(attrs) if not opaque and (vendor, t) in BY_TYPE]
    for field, value in values:
        kind = FIELDS[field][1]
        try:
            if kind == PREFIXES:
                got, host = prefix(value)
                hosts += host
            else:
                got = told(kind, value)
        except Bad:
            bad.add(field)
            continue
        if got not in seen[field]:
            seen[field].append(got)
    lists = {i for i, (_, kind) in enumerate(FIELDS) if kind in (PREFIXES, ADDRESSES)}
    conflict = {i for i, got in enumerate(seen) if len(got) > 1 and i not in lists}
    for low, high in ((17, 19), (18, 20)):
        if high in bad or high in conflict or (seen[high] and not seen[low]):
            bad.add(low)
        elif seen[high] and low not in conflict and seen[low]:
            seen[low][0] += seen[high][0] << 32
    out, not_utf8 = [], set()
    for i, got in enumerate(seen):
        if not got or i in conflict or (i in bad and i not in lists):
            continue
        if i in lists:
            if len(got) > LIST_MAX:
                more.add(i)
            out.append(f" {i}=" + "".join(one + "," for one in got[:LIST_MAX]))
            continue
        out.append(f" {i}={got[0]}")
        if FIELDS[i][1] == TEXT:
            try:
                bytes.fromhex(got[0]).decode("utf-8")
            except UnicodeDecodeError:
                not_utf8.add(i)
    bits = lambda fields: f"{sum(1 << f for f in fields):x}"
    return "".join(out) + f" bad={bits(bad)} conflict={bits(conflict)} not_utf8={bits(not_utf8)} more={bits(more)} host_bits={hosts}"


def form(data):
    if len(data) < 20:
        return "no packet"
    length = struct.unpack(">H", data[2:4])[0]
    if length > 4096:
        return "too long"
    if length < 20 or length > len(data):
        return "no packet"
    data = data[:length]
    try:
        attrs = split(data[20:])
    except Bad:
        return "no packet"
    out = f"code={data[0]} id={data[1]} attrs={len(attrs)} {word_of_secret(data, attrs)}" + meaning(attrs)
    for vendor, kind, opaque, value in vendors(attrs):
        out += f" v{vendor}.{kind}.{opaque}:{value.hex()}"
    whole = extended(attrs)
    out += "".join(" e!" if e is None else f" e{e[0]}.{e[1]}:{e[2].hex()}" for e in whole)
    for e in whole:
        if e is None:
            out += " p!"
        elif e[0] == 241 and e[1] in (5, 6, 7):
            try:
                out += " " + ports(e[1], e[2])
            except Bad:
                out += " p!"
    return out


def attribute(rng):
    """An attribute made to be wrong in one way or another."""
    def make(kind, value):
        return bytes([kind, (len(value) + 2) & 255]) + value
    kind = rng.choice([t for t in BY_TYPE if isinstance(t, int)] + [26, 26, 33, 80, 241, 241, 241, 245, 245, 246])
    if kind in (97, 123):
        return make(kind, bytes([0, rng.choice([0, 3, 48, 57, 64, 96, 112, 128, 129, 255])]) + rng.choice([b"", b"\x20\x01\x0d\xb8", bytes(10) + b"\xff\xff\xc0\0\2\1",
                                                                                           rng.randbytes(8), rng.randbytes(16)]))
    if kind == 26:
        parts = b"".join(bytes([rng.randint(0, 2), n + 2]) + rng.randbytes(n) for n in (rng.randint(0, 3) for _ in range(rng.randint(0, 3))))
        return make(26, rng.choice([struct.pack(">I", rng.choice([9, 3561, 3561])), b"\0\0"]) + parts + rng.choice([b"", b"", b"\1", b"\1\7"]))
    if kind == 241:
        if rng.random() < 0.2:
            return make(241, bytes([rng.choice([5, 7])]) + b"".join(bytes([t, 6]) + struct.pack(">I", rng.randint(1, 9)) for t in (2, 4, 6, 7)[rng.randint(0, 1):]))
        parts = [bytes([t, 6]) + struct.pack(">I", rng.choice([1, 1, 2, 80, 1024, 65535, 65536])) for t in rng.sample([1, 2, 3, 4, 6, 7, 8, 9, 10, 8, 9, 10], rng.randint(1, 6))]
        return make(241, bytes([rng.choice([5, 6, 6, 7, 26])]) + b"".join(parts))
    if kind in (245, 246) and rng.random() < 0.5:
        first = bytes([rng.choice([1, 1, 26]), 128]) + rng.randbytes(251)
        return make(kind, first) * rng.randint(1, 3) + make(kind, bytes([first[0], rng.choice([0, 0, 127, 128])]) + rng.randbytes(rng.choice([0, 3, 251])))
    if kind in (245, 246):
        return make(kind, bytes([rng.choice([1, 1, 1, 26]), rng.choice([0, 128, 128, 127])]) + rng.randbytes(rng.choice([251, 251, 0, 1])))
    if kind == 80:
        return make(80, rng.randbytes(rng.choice([16, 16, 15])))
    return make(kind, rng.choice([b"", b"\0\0\0\1", b"\xff\xff\xff\xff", b"\xff\xff\xff\0", rng.randbytes(4), rng.randbytes(rng.choice([1, 3, 5, 8, 16, 253]))]))


def mutate(rng, data):
    attrs, rest = [], data[20:]
    while len(rest) >= 2 and rest[1] >= 2:
        attrs.append(rest[:rest[1]])
        rest = rest[rest[1]:]
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(attrs))
        what = rng.randint(0, 4)
        if what == 0 and attrs:
            del attrs[at % len(attrs)]
        elif what == 1 and attrs:
            attrs.insert(at, rng.choice(attrs))
        elif what == 2 and attrs:
            one = bytearray(attrs[at % len(attrs)])
            one[rng.randrange(len(one)) if rng.random() < 0.1 else -1] = rng.choice([0, 1, 2, 255, rng.randint(0, 255)])
            attrs[at % len(attrs)] = bytes(one)
        else:
            attrs[at:at] = [attribute(rng)] * (1 if rng.random() < 0.9 else rng.randint(2, 12))
    body = b"".join(attrs)[:4076]
    length = len(body) + 20 + (0 if rng.random() < 0.95 else rng.choice([-1, 1, -20, 4000]))
    out = bytearray(data[:2] + struct.pack(">H", max(length, 0)) + data[4:20] + body)
    if rng.random() < 0.7 and out[0] != 12:
        out[4:20] = hashlib.md5(bytes(out[:4]) + bytes(16) + body + SECRET).digest()
    return bytes(out) + (b"" if rng.random() < 0.9 else b"\1\3\0")


def main():
    corpus, count = sys.argv[1], int(sys.argv[2])
    packets = []
    for name in sorted(os.listdir(corpus)):
        with open(os.path.join(corpus, name), "rb") as file:
            packets.append(file.read())
    rng = random.Random(11)
    good = [p for p in packets if len(p) >= 20]
    for i in range(len(packets) + count):
        data = packets[i] if i < len(packets) else mutate(rng, rng.choice(good))
        answer = form(data).encode()
        sys.stdout.buffer.write(struct.pack(">I", len(data)) + data + struct.pack(">I", len(answer)) + answer)


if __name__ == "__main__":
    main()
