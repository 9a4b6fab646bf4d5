"""A month of an account's sessions, and what their use is by another reckoning: in fractions, with the whole history of each session at hand.

Usage: usage_oracle.py SEED COUNT. On stdout a line a reading, in the order of their arrival: session, flags (letters: c counted, w wide, s start,
e stop, f fresh), second, seconds lasted, in, out. Then "=", then a line of "in out" for each cell of March 2026, then the percentiles.
COUNT is how many sessions there are; about three are online at a time.
"""
import random
import sys
from fractions import Fraction

CELL = 300
FROM, UNTIL = 1772323200, 1775001600      # 2026-03-01 and 2026-04-01, UTC
COUNT = (UNTIL - FROM) // CELL


def session(rng, number):
    """(arrival, line) of its readings; and its true readings (second, in, out)."""
    start = FROM - 86400 + rng.randrange(UNTIL - FROM + 2 * 86400)
    length = int(rng.expovariate(1 / (3 * (UNTIL - FROM) / SESSIONS))) + 1
    wide = number % 3 != 0
    every = rng.choice((60, 300, 600, 900, 3600))
    at, total = start, [0, 0]
    true = [(start, 0, 0)]
    name = (7 if wide else 9) << 40 | number
    lines = [(start, f"{name} sf {start} - 0 0")]
    while at < start + length:
        step = min(start + length - at, int(every * rng.uniform(0.5, 1.5)) + 1)
        rate = rng.choice((0, 1000, 125000, 2500000))
        # a counter without upper halves must not pass itself between two readings
        for i in (0, 1):
            total[i] += min(int(rate * step * rng.uniform(0, 2)), (1 << 32) - 1)
        at += step
        ends = at >= start + length
        shown = total if wide else [t % (1 << 32) for t in total]
        if ends and shown == [0, 0]:
            total = [t + 1 for t in total]
            shown = [1, 1]
        line = f"{name} {'cw' if wide else 'c'}{'e' if ends else ''} {at} {at - start} {shown[0]} {shown[1]}"
        if rng.random() < 0.02 and not ends:
            continue                                    # lost: the next one has it
        true.append((at, *total))
        lines.append((at + (0 if rng.random() < 0.9 else rng.randrange(5)), line))
        if rng.random() < 0.05:
            lines.append((at + rng.randrange(7200), line))
    if true[-1][0] != at:
        true.append((at, *total))
    return lines, true


def spread(cells, a, b):
    for i in (0, 1):
        octets = b[1 + i] - a[1 + i]
        for cell in range((a[0] - FROM) // CELL, (b[0] - 1 - FROM) // CELL + 1):
            if not 0 <= cell < COUNT:
                continue
            low, high = FROM + cell * CELL, FROM + (cell + 1) * CELL
            share = [Fraction(octets * (min(max(x, a[0]), b[0]) - a[0]), b[0] - a[0]) for x in (low, high)]
            cells[cell][i] += share[1].__floor__() - share[0].__floor__()


def percentile(values):
    kept = sorted(values)
    for _ in range(len(values) * 5 // 100):
        kept.pop()
    return kept[-1]


SESSIONS = int(sys.argv[2])
rng = random.Random(sys.argv[1])
arrivals, cells = [], [[0, 0] for _ in range(COUNT)]
for number in range(1, SESSIONS + 1):
    lines, true = session(rng, number)
    arrivals += [(at, number, i, line) for i, (at, line) in enumerate(lines)]
    for a, b in zip(true, true[1:]):
        spread(cells, a, b)
for _, _, _, line in sorted(arrivals):
    print(line)
print("=")
for a, b in cells:
    print(a, b)
p_in, p_out = percentile([c[0] for c in cells]), percentile([c[1] for c in cells])
print("in", p_in, "out", p_out, "sum", percentile([sum(c) for c in cells]), "max", max(p_in, p_out))
print("volume", sum(c[0] for c in cells), sum(c[1] for c in cells))
