#!/usr/bin/env python3
"""Reports that come as tables, through the daemon: each row on its way, what cannot be read or classed once before a person, a file
of many rows, an archive, a row that nobody may see, maps of one's own."""
import gzip
import os
import signal
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, missing

HEAD = '"timestamp","ip","protocol","port","hostname","tag","asn","geo"\n'
DAY = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
MANY = 20000


def row(ip, port=5555, hostname="", tag="adb", clock="10:00:00"):
    return f'"{DAY} {clock}","{ip}","tcp",{port},"{hostname}","{tag}",64500,"ZZ"\n'


def ingest(d, name, text):
    path = os.path.join(d.dir, name)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    d.check("ingest", path)
    d.settle()


def items(d):
    return d.check("intake", "list", "--json").json["rows"]


def bodies(d, *args):
    """What may be seen of the cases."""
    return [c["body"] for c in d.cases(*args) if "body" in c]


def by_customer(d):
    return sorted((c["customer"], c["report_count"]) for c in bodies(d))


def bad_rows(d):
    ingest(d, f"{DAY}-event4_sinkhole-example-asn.csv", "timestamp,src_ip,src_port,src_asn,infection\n"
           f"{DAY} 10:00:00,203.0.113.17,1025,64500,worm\n{DAY} 10:00:00,worm,,64500,203.0.113.17\n{DAY} 10:00:00,203.0.113.65,1026,64500,worm\n")
    tap.is_equal(sorted(c["customer"] for c in bodies(d)), ["acme", "bakery"], "the good rows open their customers' cases")
    rows = items(d)
    tap.is_equal([(r["body"]["type"], r["body"]["reason"]) for r in rows], [("unparsed", "rows that cannot be read: 1; the others were taken")],
        "what could not be read is one item for a person")
    tap.is_equal(rows[0]["body"].get("problems"), ["line 3: src_ip holds no address"], "with its line")
    tap.like(d.check("intake", "show", "--raw", rows[0]["key"]).out, "10:00:00,worm,,64500", "and the file can be read")
    d.check("intake", "discard", rows[0]["key"])


def unknown_class(d):
    ingest(d, "report.csv", HEAD + "".join(row(f"203.0.113.{n}", tag="never-heard-of") for n in range(16, 26)))
    rows = items(d)
    tap.is_equal([(r["body"]["type"], r["body"]["reason"]) for r in rows], [("prose", "rows whose class no map knows: 10; rows that cannot be read: 0")],
        "ten rows of a class that no map knows are one item")
    tap.is_equal(len(rows[0]["body"]["candidates"]), 10, "with the rows as candidates")
    d.check("intake", "discard", rows[0]["key"])


def advice(d):
    before = by_customer(d)
    ingest(d, f"{DAY}-scan_adb-example-asn.csv.gz", gzip.compress((HEAD + row("203.0.113.130")).encode()))
    smith = [c for c in bodies(d) if c["customer"] == "smith"]
    tap.ok(len(smith) == 1 and smith[0]["clause"] in ("access.basic-security", "config.accountability"), "an open service in a packed file is advice", smith)
    ingest(d, f"{DAY}-scan_adb-example-asn.csv.gz", gzip.compress((HEAD + row("203.0.113.130")).encode()))
    again = [c for c in bodies(d) if c["customer"] == "smith"]
    tap.is_equal([c["report_count"] for c in again], [c["report_count"] for c in smith], "the same file twice is one report")
    tap.is_equal([c for c in by_customer(d) if c[0] != "smith"], before, "and nobody else's")


def sealed_row(d):
    ingest(d, f"{DAY}-scan_ftp-example-asn.csv", HEAD + row("203.0.113.66", hostname="child-porn.example") + row("203.0.113.18", tag="ftp", port=21) + row("nobody")
           + row("203.0.113.20", tag="ftp", port=21).replace(DAY, "2026-01-02"))
    rows = d.cases()
    tap.is_equal(len([c for c in rows if c["state"] == "sealed"]), 1, "a row of the sealed class goes its own way", rows)
    clauses = bodies(d)
    tap.ok(any(c["customer"] == "acme" and c["clause"] in ("access.basic-security", "config.accountability") for c in clauses), "and does not take the others with it", clauses)
    waiting = items(d)
    tap.is_equal(sorted(r["body"]["type"] for r in waiting), ["prose", "sealed"], "what could not be read of that file waits, and a row from before the first policy")
    tap.ok(not any(r["body"].get("raw") for r in waiting), "and of neither are the bytes of the file kept", waiting)
    tap.like(d.aup("intake", "show", "--raw", waiting[0]["key"]).err, "not kept|sealed", "nor shown")
    with open(os.path.join(d.data, "aupd.db"), "rb") as f:
        tap.ok(b"child-porn" not in f.read(), "and the store does not know the word")


def many(d):
    """Several times what may be in flight: every row is judged, once."""
    count = len(items(d))
    ingest(d, f"{DAY}-scan_rdp-example-asn.csv", HEAD + "".join(row(f"198.51.{n // 250}.{n % 250 + 1}", port=3389) for n in range(MANY)) + row("203.0.113.19", port=3389, tag="rdp"))
    acme = bodies(d, "--customer", "acme")
    tap.ok(any(c["report_count"] >= 2 and c["clause"] in ("access.basic-security", "config.accountability") for c in acme), "the last row of a file of many has come", acme)
    tap.is_equal(len(items(d)), count, "and the others were nobody's of ours")


def too_early(d):
    """Rows from before the first policy wait each for a person; the file that they share is kept once."""
    def kept():
        path = os.path.join(d.data, "evidence")
        return sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))

    before, waiting = kept(), {r["key"] for r in items(d)}
    text = (HEAD + "".join(row("203.0.113.17", port=n, tag="ftp") for n in range(200, 250))).replace(DAY, "2026-01-02")
    ingest(d, f"{DAY}-scan_ftp-other-asn.csv", text)
    rows = [r for r in d.check("intake", "list", "--json", "--limit", 200).json["rows"] if r["key"] not in waiting]
    tap.is_equal(len(rows), 50, "fifty rows from before the first policy wait")
    tap.ok(0 < kept() - before < 2 * len(text), "their file is kept once", (kept() - before, len(text)))
    tap.is_equal(d.check("intake", "show", "--raw", rows[0]["key"]).out.replace("\r", ""), d.check("intake", "show", "--raw", rows[-1]["key"]).out.replace("\r", ""),
        "and can be read from each of them")


def new_map(d):
    """A type of report that nobody knew: a map is added, the daemon reads it again, and so does whoever reads the item again."""
    def last(key):
        return [r for r in items(d) if r["body"].get("name", "").endswith(key)]

    ingest(d, f"{DAY}-zz_unheard-example-asn.csv", HEAD + row("203.0.113.130", tag="unheard-of"))
    waiting = last("zz_unheard-example-asn.csv")
    tap.is_equal(len(waiting), 1, "a type of report that no map knows waits, under its file's name")
    maps = os.path.join(d.dir, "maps")
    os.mkdir(maps)
    with open(os.path.join(maps, "zz.map"), "w", encoding="utf-8") as f:
        f.write('columns zz { version 1; report zz_unheard; address ip; port port; time timestamp; pattern "YYYY-MM-DD hh:mm:ss"; zone UTC; kind infrastructure.botnet }\n')
    since, pid = d.log.end(), d.role_pid("ear")
    d.write_config(d.config_text() + f"\nintake {{ maps {maps} }}\n")
    d.process.send_signal(signal.SIGHUP)
    d.log.wait("configuration reloaded", since)
    d.until(lambda: d.role("ear")["state"] == "ready" and d.role_pid("ear") != pid, "the ear is back")
    d.until(lambda: d.aup("intake", "reparse", waiting[0]["key"]).rc == 0, "it takes the item again")
    d.settle()
    tap.ok(any(c["customer"] == "smith" and c["clause"] == "access.report-and-fix" for c in bodies(d)), "by the new map the report opens its case", bodies(d))


def main():
    with Daemon() as d:
        bad_rows(d)
        unknown_class(d)
        advice(d)
        sealed_row(d)
        new_map(d)
        many(d)
        too_early(d)


tap.skip_all(missing()) if missing() else tap.run(main)
