#!/usr/bin/env python3
"""console_NAME_p95_ms, console_NAME_kb, console_NAME_gz_kb: pages of the console over a million open cases of a hundred thousand customers, with
more or no more in the register, below five hundred resellers: from the request on the Unix socket to the last byte, one after another, each time of another case or
customer; and how large the page is. console_lcp_ms, console_inp_ms: the list of cases in Chromium, its CPU slowed down six times.

console_import_one_ms: one customer more in the register, until it is acknowledged. console_start_s: until the program is ready again.

Usage: console.py [CASES [CUSTOMERS]]
"""
import gzip
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))
import screen  # noqa: E402
from browser import Browser  # noqa: E402
from daemon import BUILD, Daemon  # noqa: E402

CUSTOMERS, RESELLERS, CALLS = 100000, 500, 100          # as tests/bench/filled.h
PART = 900000
PAGES = (("today", "/"), ("cases", "/cases?state=open"), ("queue", "/queues/due?within=7d"), ("case", "/cases/C-{case}"),
         ("customers", "/customers"), ("customer", "/customers/c{customer}?because=a+bench"), ("resellers", "/resellers"))


def say(name, value, unit):
    print(f"console_{name} {value:.2f} {unit}", flush=True)


def register(d, customers):
    path = os.path.join(d.dir, "registry.csv")
    head = "type,id,reseller,class,language,name,email,from\n"
    d.check("registry", "import", "-", stdin=head + "".join(f"reseller,r{i},,,en,Reseller {i},r{i}@resellers.example,2026-01-01T00:00:00Z\n" for i in range(RESELLERS)))
    for since in range(0, customers, PART):
        with open(path, "w", encoding="ascii") as f:
            f.write(head)
            for i in range(since, min(customers, since + PART)):
                f.write(f"customer,c{i},r{i % RESELLERS},business,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z\n")
        d.check("registry", "import", path)
    took = []
    for n in range(CALLS):
        one = f"{head}customer,one{n},r1,business,en,One,one{n}@customers.example,2026-01-01T00:00:00Z\n"
        since = time.perf_counter()
        d.check("registry", "import", "-", stdin=one)
        took.append(1000 * (time.perf_counter() - since))
    say("import_one_ms", sorted(took)[CALLS // 2], "ms")


def pages(d, cases):
    b = Browser(d, local=True)
    for name, path in PAGES:
        took = []
        for n in range(CALLS):
            at = path.format(case=n * 7919 % cases + 1, customer=n * 7919 % CUSTOMERS, reseller=n * 7 % RESELLERS)
            since = time.perf_counter()
            a = b.ask(at)
            took.append(1000 * (time.perf_counter() - since))
            if a.status != 200:
                raise RuntimeError(f"{at}: {a.status}")
        say(f"{name}_p95_ms", sorted(took)[CALLS * 95 // 100], "ms")
        say(f"{name}_kb", len(a.body) / 1000, "kB")
        say(f"{name}_gz_kb", len(gzip.compress(a.body)) / 1000, "kB")


def in_chromium(d):
    with screen.Screen(d) as s:
        s.account("ann", "senior")
        p = s.log_in("ann").slow_down(6)
        times = []
        for _ in range(5):
            p.goto("/cases?state=open")
            times.append(p.js("""() => new Promise(done => new PerformanceObserver(l => done(l.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))"""))
        say("lcp_ms", sorted(times)[2], "ms")
        p.js("""() => {
            window.slowest = 0;
            new PerformanceObserver(l => l.getEntries().forEach(e => { slowest = Math.max(slowest, e.interactionId ? e.duration : 0); })).observe({ type: 'event', durationThreshold: 16, buffered: true });
        }""")
        p.press(*"jjjjjkkx").at("h1").click()
        p.js("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        say("inp_ms", p.js("() => slowest"), "ms")


def main(cases, customers):
    with Daemon(listens=("http", "api"), conf="key-rate 100000", registry=None) as d:
        register(d, customers)
        d.stop()
        subprocess.run([f"{BUILD}/tests/bench/fill", d.data, str(cases), str(int(time.time() * 1e6))], check=True)
        since = time.perf_counter()
        d.start()
        say("start_s", time.perf_counter() - since, "s")
        pages(d, cases)
        if not screen.missing():
            in_chromium(d)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000, max(CUSTOMERS, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
