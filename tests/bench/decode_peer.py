#!/usr/bin/env python3
"""The peer of bench_decode and bench_table: python3's email, json, xml and csv modules over the same inputs, parsed only.

Usage: decode_peer.py INPUT-DIRECTORY OWN-FIGURES. Prints name_peer and name_ratio of each figure."""
import csv
import email
import email.policy
import glob
import io
import json
import sys
import time
import xml.etree.ElementTree

ROUNDS = 3


def read(pattern):
    inputs = []
    for path in sorted(glob.glob(pattern)):
        with open(path, "rb") as file:
            inputs.append(file.read())
    return inputs


def mail(data):
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    return [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]


def letter(data):
    parts = mail(data)
    return xml.etree.ElementTree.fromstring(parts[1].strip())


def rate(work, inputs, count):
    best = 0
    for _ in range(ROUNDS):
        start = time.process_time()
        for i in range(count):
            work(inputs[i % len(inputs)])
        best = max(best, count / (time.process_time() - start))
    return best


def rows(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    best = 0
    for _ in range(ROUNDS):
        start = time.process_time()
        count = sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))
        best = max(best, count / (time.process_time() - start))
    return best


def main():
    directory, own_path = sys.argv[1:]
    own = {}
    for line in open(own_path, encoding="utf-8"):
        name, value, _ = line.split()
        own[name] = float(value)
    for name, work, pattern, count in (("decode_mail_per_cpu_s", mail, "mail-*.eml", 2000), ("decode_xarf_per_cpu_s", json.loads, "document-*.json", 20000),
                                       ("decode_acns_per_cpu_s", xml.etree.ElementTree.fromstring, "notice-*.xml", 20000),
                                       ("decode_acns_mail_per_cpu_s", letter, "letter-*.eml", 2000)):
        peer = rate(work, read(f"{directory}/{pattern}"), count)
        print(f"{name}_peer {peer:.0f} 1/s")
        print(f"{name}_ratio {own[name] / peer:.1f} x")
    peer = rows(f"{directory}/table.csv")
    print(f"decode_shadowserver_rows_per_cpu_s_peer {peer:.0f} 1/s")
    print(f"decode_shadowserver_rows_per_cpu_s_ratio {own['decode_shadowserver_rows_per_cpu_s'] / peer:.1f} x")


main()
