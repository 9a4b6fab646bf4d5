#!/usr/bin/env python3
"""A thousand addresses reported at once through two listeners, folded by two judge processes into one store: the number of
cases is exact, though half of the addresses share a customer with others, and though each judge is killed on the way."""
import os
import sqlite3
import sys
import threading
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing

ALONE, SHARED, EACH = 500, 50, 10       # customers of one address; customers of EACH addresses


def addresses():
    """(customer, address) of all thousand."""
    n = 0
    for i in range(ALONE + SHARED):
        for _ in range(1 if i < ALONE else EACH):
            n += 1
            yield f"c{i}", f"198.18.{n >> 8}.{n & 255}"


def registry(path):
    with open(path, "w") as f:
        f.write("type,id,customer,class,kind,resource,service,language,name,email,from\n")
        for i in range(ALONE + SHARED):
            f.write(f"customer,c{i},,business,,,,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z\n")
            f.write(f"service,s{i},c{i},,web,,,,,,2026-01-01T00:00:00Z\n")
        for customer, address in addresses():
            f.write(f"prefix,p-{address},{customer},,static,{address}/32,s{customer[1:]},,,,2026-01-01T00:00:00Z\n")


class Senders:
    """Four connections, two of SMTP and two of LMTP; each listener gets every report."""

    def __init__(self, d):
        self.d = d
        self.taken = 0
        self.changed = threading.Condition()
        self.refused = []
        self.at = time.time()
        everything = [address for _, address in addresses()]
        half = len(everything) // 2
        jobs = [("smtp", everything[:half]), ("smtp", everything[half:]), ("lmtp", everything[half:]), ("lmtp", everything[:half])]
        self.threads = [threading.Thread(target=self.send, args=job) for job in jobs]
        for thread in self.threads:
            thread.start()

    def send(self, kind, list_of):
        with self.d.smtp(kind) as s:
            s.cmd("LHLO test.invalid" if kind == "lmtp" else "EHLO test.invalid")
            for address in list_of:
                s.send(b"MAIL FROM:<r@reporter.example>\r\nRCPT TO:<abuse@example.net>\r\nDATA\r\n")
                replies = [s.hear().code for _ in range(3)]
                s.data(arf(address, kind="fraud", at=self.at))
                replies.append(s.hear().code)
                if replies != [250, 250, 354, 250]:
                    self.refused.append((address, replies))
                with self.changed:
                    self.taken += 1
                    self.changed.notify_all()

    def wait(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: self.taken >= count, 300)


def main():
    with Daemon(conf="judges 2", registry=None) as d:
        path = os.path.join(d.dir, "registry.csv")
        registry(path)
        d.check("registry", "import", path)
        tap.is_equal([r["role"] for r in d.state()["roles"] if r["role"].startswith("judge")], ["judge", "judge.1"], "there are two judges")
        senders = Senders(d)
        senders.wait(600)
        d.kill_and_wait("judge.1")
        senders.wait(1200)
        d.kill_and_wait("judge")
        for thread in senders.threads:
            thread.join()
        tap.is_equal(senders.refused, [], "2000 messages about 1000 addresses are taken")
        d.settle()
        with sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True) as db:
            owners = [bytes(row[0]).decode() for row in db.execute("SELECT owner FROM t1")]
            tap.is_equal(len(owners), ALONE + SHARED, "exactly one case for each customer")
            tap.is_equal({c for c, _ in addresses()} - set(owners), set(), "and each customer has one")
            counts = [db.execute("SELECT sum(json_extract(CAST(body AS TEXT), '$.report_count')), sum(json_extract(CAST(body AS TEXT), '$.incident_count')) FROM t1").fetchone()]
            tap.is_equal(counts, [(1000, 1000)], "each report is counted once, though both listeners had it")
            lanes = {row[0] & 1 for row in db.execute("SELECT lane FROM mark")}
            tap.is_equal(lanes, {0, 1}, "each judge has committed lanes of its own")
            numbers = [row[0] for row in db.execute("SELECT json_extract(CAST(body AS TEXT), '$.number') FROM t1")]
            tap.is_equal(len(set(numbers)), len(numbers), "no case number was given twice")
        wanted = {f"{c}@customers.example" for c, _ in addresses()}
        tap.ok(d.sink.wait(lambda letters: wanted <= {to for l in letters for to in l.recipients}), "each customer has a letter")
        ids = {}
        for letter in d.sink.letters:
            ids.setdefault(letter.recipients[0], set()).add(letter.message_id)
        tap.is_equal([to for to, v in ids.items() if len(v) > 1], [], "and no second one under another Message-ID")


tap.skip_all(missing()) if missing() else tap.run(main)
