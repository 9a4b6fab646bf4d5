#!/usr/bin/env python3
"""The ledger of a live daemon, read by a second implementation: every record has its leaf, every checkpoint is signed for the tree
that its leaves make, growth only, whoever is killed; damage is mended or told, and a lost key or another history never signed over."""
import os
import shutil
import sqlite3
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing
from ledgers import checkpoint, leaves, root, whole


def complain(d, address, name):
    for r in "abc":
        d.smtp_send(arf(address, number=f"{name}{r}", reporter=f"r@{r}.example"))
    d.settle()


def grows(d):
    given = []
    for i, victim in enumerate((None, "judge", "signer", "judge", "hand")):
        complain(d, f"203.0.113.{17 + i}", f"n{i}")
        if victim:
            d.kill_and_wait(victim)
        n, c = whole(d)
        given.append(c)
        entries = leaves(d)
        tap.ok(c[0] == "example.net/aupd" and len(entries) == n and c[2] == root(entries) and c[3],
               f"{n} records, one leaf each; the checkpoint is signed for their tree" + (f", {victim} killed" if victim else ""), c)
    entries = leaves(d)
    tap.is_equal([root(entries[:c[1]]) == c[2] for c in given], [True] * len(given), "each checkpoint that was given away is of the ledger as it is now")


def mended(d):
    """Tiles are derived: whatever happens to them they are made again."""
    n, before = whole(d)
    d.stop()
    shutil.rmtree(os.path.join(d.data, "ledger", "tile"))
    since = d.log.end()
    d.launch()
    tap.ok(d.log.wait("tiles were made again", since, 60), "lost tiles are made again from the records, and it is said", *d.log.lines[since:])
    d.until(lambda: os.path.isdir(os.path.join(d.data, "ledger", "tile")), "the tiles")
    complain(d, "203.0.113.25", "m")
    n2, c = whole(d)
    tap.ok(n2 > n and c[2] == root(leaves(d)) and c[3] and root(leaves(d)[:n]) == before[2], "and the ledger goes on")


def another_history(d):
    """A record that was changed behind aupd's back: nothing is signed any more, and cases go on."""
    d.stop()
    shutil.rmtree(os.path.join(d.data, "ledger", "tile"))
    db = sqlite3.connect(os.path.join(d.data, "aupd.db"))
    db.execute("UPDATE t7 SET body = CAST(replace(CAST(body AS TEXT), 'kind finding', 'kind fiction') AS BLOB)")
    db.commit()
    db.close()
    c = checkpoint(d)
    since = d.log.end()
    d.launch()
    tap.ok(d.log.wait("stands still", since, 60), "records that are not those of the checkpoint are told of", *d.log.lines[since:])
    cases = len(d.cases())
    complain(d, "203.0.113.66", "x")
    tap.ok(len(d.cases()) == cases + 1, "cases go on")
    tap.is_equal(checkpoint(d), c, "and nothing is signed over the old history")


def lost_key(d):
    d.stop()
    os.rename(os.path.join(d.data, "signer", "key"), os.path.join(d.data, "signer", "gone"))
    d.launch(wait=False)
    tap.is_equal(d.process.wait(), 1, "without its key aupd does not start")
    for thread in d.log.threads:
        thread.join()
    tap.ok(d.log.find("the key that signed it is gone"), "and says why", *d.log.lines[-3:])
    d.process = None
    os.rename(os.path.join(d.data, "signer", "gone"), os.path.join(d.data, "signer", "key"))
    d.launch()


def main():
    with Daemon() as d:
        grows(d)
        mended(d)
        another_history(d)
        lost_key(d)


tap.skip_all(missing()) if missing() else tap.run(main)
