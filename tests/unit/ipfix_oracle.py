"""Another reader's word on IPFIX and NetFlow 9: streams of messages (the corpus and mutations of it, always the same) with what this reader makes of them.

Usage: ipfix_oracle.py CORPUS_DIRECTORY COUNT. Each record on stdout: length (4 bytes, network order), stream, length, form (tests/ipfix_form.h).
It shares nothing with the codec but the RFCs.
"""
import os
import random
import struct
import sys

FIELDS_MAX = 64


class Cut(Exception):
    pass


class Bytes:
    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def take(self, n):
        if len(self.data) < n:
            self.data = b""
            raise Cut
        out, self.data = self.data[:n], self.data[n:]
        return out

    def number(self, n):
        return int.from_bytes(self.take(n), "big")


class Session:
    def __init__(self):
        self.templates, self.next, self.exported = {}, None, 0


class Reader:
    def __init__(self):
        self.sessions, self.out = {}, []

    def say(self, text):
        self.out.append(text + "\n")

    def template(self, session, b, version, options):
        """One template; gives the word for what is wrong with it."""
        number, count = b.number(2), b.number(2)
        if not count and version == 10 and (number >= 256 or number in (2, 3)):
            for key, (fields, scopes) in list(session.templates.items()):
                if key == number or (number < 256 and (scopes > 0) == options):
                    del session.templates[key]
            return None
        scopes = 0
        if options and version == 10:
            scopes = b.number(2)
        if options and version == 9:
            rest = b.number(2)
            scopes, count = count // 4, count // 4 + rest // 4
        if number < 256 or (options and not 0 < scopes <= count):
            return "bad"
        fields = []
        for _ in range(count):
            kind, length, enterprise = b.number(2), b.number(2), 0
            if version == 10 and kind & 0x8000:
                enterprise = b.number(4)
            if version == 10:
                kind &= 0x7fff
            fields.append((enterprise, kind, None if length == 65535 and version == 10 else length))
        least = sum(1 if length is None else length for _, _, length in fields)
        session.templates.pop(number, None)
        if not least:
            return "bad"
        if count > FIELDS_MAX:
            return "limit"
        session.templates[number] = (fields, scopes)
        return None

    def templates(self, session, data, version, options):
        b, first = Bytes(data), None
        while len(b) >= 4:
            try:
                wrong = self.template(session, b, version, options)
            except Cut:
                wrong = "bad"
            first = first or wrong
            if wrong == "bad":
                break
        if first:
            self.say(" " + first)

    def records(self, number, template, data):
        """How many there are; None: a last one is cut off."""
        fields, scopes = template
        least = sum(1 if length is None else length for _, _, length in fields)
        b, count = Bytes(data), 0
        while len(b) >= least:
            text = f" {number}/{scopes}"
            try:
                for enterprise, kind, length in fields:
                    if length is None:
                        length = b.number(1)
                        if length == 255:
                            length = b.number(2)
                    text += f" {enterprise}.{kind}={b.take(length).hex()}"
            except Cut:
                self.say(" bad")
                return count, False
            self.say(text)
            count += 1
        return count, True

    def message(self, data):
        b = Bytes(data)
        try:
            version, length = b.number(2), b.number(2)
            if version not in (9, 10):
                return self.say("other")
            if version == 9:
                b.take(4)
            exported, sequence, domain = b.number(4), b.number(4), b.number(4)
        except Cut:
            return self.say("none")
        if version == 10 and not 16 <= length <= len(data):
            return self.say("none")
        if version == 10:
            b = Bytes(data[16:length])
        s = self.sessions.setdefault((version, domain), Session())
        lost, late = 0, False
        if s.next is not None:
            gap = (sequence - s.next) % 2**32
            late = gap >= 2**31 and exported <= s.exported
            lost = 0 if late else 1 if gap >= 2**31 else gap
        if not late:
            s.exported = exported
        self.say(f"version {version} domain {domain} lost {lost}" + (" late" if late else ""))
        count, sound = 0, True
        while len(b):
            try:
                number, length = b.number(2), b.number(2)
                if length < 4:
                    raise Cut
                body = b.take(length - 4)
            except Cut:
                self.say(" bad")
                sound = False
                break
            if number in ((0, 1) if version == 9 else (2, 3)):
                self.templates(s, body, version, number in (1, 3))
            elif number >= 256 and number not in s.templates:
                self.say(" unknown")
                sound = False
            elif number >= 256:
                n, whole = self.records(number, s.templates[number], body)
                count, sound = count + n, sound and whole
        if not late:
            s.next = (sequence + 1) % 2**32 if version == 9 else (sequence + count) % 2**32 if sound else None


def form(stream):
    r, at = Reader(), 0
    while len(stream) - at >= 2:
        n = struct.unpack_from("!H", stream, at)[0]
        r.message(stream[at + 2:at + 2 + n])
        at += 2 + n
    return "".join(r.out).encode()


def mutate(rng, stream):
    data = bytearray(stream)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data))
        how = rng.randrange(5)
        if how == 0:
            data[at] = rng.randrange(256)
        elif how == 1:
            data[at] = (data[at] + rng.choice((-1, 1))) % 256
        elif how == 2:
            data[at] = rng.choice((0, 1, 2, 3, 4, 9, 10, 127, 128, 255))
        elif how == 3:
            del data[at:at + rng.randint(1, 4)]
        else:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(8158)
    seeds = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            seeds.append(f.read())
    seeds = [s for s in seeds if s]
    out = sys.stdout.buffer
    for stream in seeds + [mutate(rng, rng.choice(seeds)) for _ in range(count)]:
        text = form(stream)
        out.write(struct.pack("!I", len(stream)) + stream + struct.pack("!I", len(text)) + text)


main()
