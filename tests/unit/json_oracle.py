"""Another reader's word on JSON: texts (the corpus and mutations of it, always the same) with what Python makes of them.

Usage: json_oracle.py CORPUS_DIRECTORY COUNT. Each record on stdout: length (4 bytes, network order), text, length, canonical
form; the form is empty where the text must be refused. Python is laxer than RFC 8259 in NaN, repeated names, lone
surrogates and depth; those are closed here.
"""
import json
import os
import random
import struct
import sys

DEPTH_MAX = 64


class Number(str):
    pass


def members(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        raise ValueError("the same name twice")
    return pairs


def constant(text):
    raise ValueError(text)


def form(value, depth):
    if value is None:
        return "n"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Number):
        return "#" + value + ";"
    if isinstance(value, str):
        return '"' + value.encode("utf-8").hex() + '"'
    if depth == DEPTH_MAX:
        raise ValueError("nested too deeply")
    if isinstance(value, tuple):
        return "{" + "".join(form(k, depth) + form(v, depth + 1) for k, v in value) + "}"
    return "[" + "".join(form(v, depth + 1) for v in value) + "]"


def canonical(data):
    try:
        value = json.loads(data.decode("utf-8"), parse_int=Number, parse_float=Number, parse_constant=constant,
                           object_pairs_hook=lambda pairs: tuple(members(pairs)))
        return form(value, 0).encode()
    except (ValueError, RecursionError):
        return b""


def mutate(rng, data, pool):
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(data))
        kind = rng.randint(0, 3)
        if kind == 0:
            del data[at:at + rng.randint(1, 4)]
        elif kind == 1:
            data[at:at] = rng.choice(pool)
        elif kind == 2:
            data[at:at + 1] = bytes([rng.choice(b'"\\,:[]{}0-+.eEtfnu \n\t\x00\x1f\x7f\x80\xc3\xed\xff')])
        else:
            other = rng.randint(0, len(data))
            data[at:at] = data[min(at, other):max(at, other)][:40]
    return bytes(data)


def main():
    corpus, count = sys.argv[1], int(sys.argv[2])
    texts = []
    for name in sorted(os.listdir(corpus)):
        with open(os.path.join(corpus, name), "rb") as file:
            texts.append(file.read())
    pool = [b'"', b"\\u0061", b"\\ud800", b"\\udc00", b"\\", b"1e9", b"-0", b"00", b"[[", b"]]", b'{"a":', b"}", b",", b"null",
            b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"        ", b'"a":1,']
    rng = random.Random(7)
    good = [text for text in texts if canonical(text)]
    for i in range(len(texts) + count):
        text = texts[i] if i < len(texts) else mutate(rng, rng.choice(good if i % 8 else texts), pool)
        answer = canonical(text)
        sys.stdout.buffer.write(struct.pack(">I", len(text)) + text + struct.pack(">I", len(answer)) + answer)


main()
