"""Messages of IPFIX and NetFlow 9 for tests, as an exporter makes them (RFC 7011, RFC 3954), and events of a NAT (RFC 8158)."""
import socket
import struct

BLOCK = [(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2)]
SESSION = [(323, 8), (230, 1), (8, 4), (225, 4), (7, 2), (227, 2), (4, 1)]


def one_set(number, body):
    return struct.pack("!HH", number, 4 + len(body)) + body


def template(number, fields, options=0):
    """Fields are (id, length) or (id, length, enterprise)."""
    body = struct.pack("!HH", number, len(fields)) + (struct.pack("!H", options) if options else b"")
    for f in fields:
        body += struct.pack("!HH", f[0] | (0x8000 if len(f) > 2 else 0), f[1]) + (struct.pack("!I", f[2]) if len(f) > 2 else b"")
    return one_set(3 if options else 2, body)


def template9(number, fields):
    return one_set(0, struct.pack("!HH", number, len(fields)) + b"".join(struct.pack("!HH", *f) for f in fields))


def message(sequence, *sets, domain=1, exported=1790000000):
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, 16 + len(body), exported, sequence, domain) + body


def message9(sequence, *sets, domain=1, exported=1790000000):
    return struct.pack("!HHIIII", 9, len(sets), 1000, exported, sequence, domain) + b"".join(sets)


def block(at, event, inside, outside, first, last):
    return struct.pack("!QB", int(at * 1000), event) + socket.inet_aton(inside) + socket.inet_aton(outside) + struct.pack("!HH", first, last)


def session(at, event, inside, outside, port, to):
    return struct.pack("!QB", int(at * 1000), event) + socket.inet_aton(inside) + socket.inet_aton(outside) + struct.pack("!HHB", port, to, 6)
