#!/usr/bin/env python3
"""kill -9 of each role in turn, and of the keeper with all of them, while mail and API reports come in and acts go out.

Nothing acknowledged is lost, no case is there twice, no effect is applied twice at its target: a letter may be repeated
only under its Message-ID, a webhook only under its idempotency key. AUPD_SEED sets the order and the moments of the kills,
AUPD_ROUNDS how often the whole is done (`make torture`).
"""
import http.server
import json
import os
import random
import shutil
import sqlite3
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, ROLES, Daemon, arf, loopback, missing, xarf

ROUNDS = int(os.environ.get("AUPD_ROUNDS", "1"))
SEED = int(os.environ.get("AUPD_SEED", "1"))
CUSTOMERS = 30                      # a round and a way in
REPORTERS = 3                       # that a case of unsolicited mail needs
random.seed(SEED)


class Hook(http.server.BaseHTTPRequestHandler):
    """The target: applies a key once, as the contract of a webhook says."""
    calls = []
    lock = threading.Lock()
    gate = threading.Event()            # closed: calls are heard and not answered

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with Hook.lock:
            known = any(op == "do" and key == body["key"] for op, key, _, _ in Hook.calls)
            Hook.calls.append((body["op"], body["key"], self.headers["Idempotency-Key"], body["case"]))
        Hook.gate.wait(60)
        answer = b'{"result":"refused"}' if body["op"] == "check" and not known else b'{"result":"done"}'
        try:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:                 # the caller was killed
            pass

    def log_message(self, *_):
        pass


def address(r, way, i):
    return f"10.{way * 128 + (r >> 8)}.{r & 255}.{i + 1}"


def customers(r):
    """Registry rows of a round: CUSTOMERS with an address for mail and as many for the API."""
    rows = ["type,id,customer,class,kind,resource,service,language,name,email,from"]
    for way in range(2):
        for i in range(CUSTOMERS):
            name = f"c-{r}-{way}-{i}"
            rows.append(f"customer,{name},,business,,,,en,Customer {name},{name}@customers.example,2026-01-01T00:00:00Z")
            rows.append(f"service,s-{name},{name},,{'web' if way else 'mail'},,,,,,2026-01-01T00:00:00Z")
            rows.append(f"prefix,p-{name},{name},,static,{address(r, way, i)}/32,s-{name},,,,2026-01-01T00:00:00Z")
    return "\n".join(rows) + "\n"


class Load:
    """Sends reports until each is acknowledged; counts them, and what an answer gave."""

    def __init__(self, d, r):
        self.d, self.round = d, r
        self.changed = threading.Condition()
        self.acknowledged = 0
        self.receipts = {}
        self.wrong = []
        jobs = [("mail", i, n) for i in range(CUSTOMERS) for n in range(REPORTERS)]
        jobs += [("api", i, 0) for i in range(CUSTOMERS)]
        random.shuffle(jobs)
        self.jobs = jobs
        self.total = len(jobs)
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(4)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def one(self, way, i, n):
        if way == "mail":
            kind = "smtp" if n else "lmtp"
            return self.d.smtp_send(arf(address(self.round, 0, i), number=n, reporter=f"fbl@reporter-{n}.example"), kind=kind).code == 250
        report_id = f"{self.round:08x}-8172-431a-9276-{i:012x}"
        answer = self.d.report(xarf(address(self.round, 1, i), report_id=report_id), token=report_id)
        if answer.status != 202:
            return False
        receipt = json.loads(answer.body)["id"]
        if self.receipts.setdefault(report_id, receipt) != receipt:
            self.wrong.append(report_id)
        return True

    def work(self):
        while True:
            with self.changed:
                if not self.jobs:
                    return
                job = self.jobs.pop()
            done = False
            while not done:
                try:
                    done = self.one(*job)
                except (OSError, EOFError, ValueError):
                    done = False
                if not done:
                    self.d.log.pause()
            with self.changed:
                self.acknowledged += 1
                self.changed.notify_all()

    def wait(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: self.acknowledged >= min(count, self.total), 300)


def kill_all(d, load):
    """Each role in turn at a moment that the seed gives, then the keeper."""
    roles = list(ROLES)
    random.shuffle(roles)
    step = load.total // (len(roles) + 2)
    for i, role in enumerate(roles):
        tap.ok(load.wait(i * step + random.randrange(step)), f"round {load.round}: the load goes on before {role} is killed")
        d.kill_and_wait(role)
    tap.ok(load.wait((len(roles) + 1) * step), f"round {load.round}: the load goes on before the keeper is killed")
    d.crash()
    d.launch()
    tap.ok(load.wait(load.total), f"round {load.round}: every report is acknowledged in the end")


def pass_hours(d, hours):
    """Hour by hour, whatever is killed meanwhile."""
    for _ in range(hours):
        d.until(lambda: d.aup("test", "pass", "1h").rc == 0, "an hour on the test clock")


def kill_while_acting(d):
    """Deadlines pass; the roles that act are killed while hooks have been called and are not answered."""
    clock = threading.Thread(target=pass_hours, args=(d, 14), daemon=True)
    clock.start()
    for role in ("hand", "judge"):
        heard = len(Hook.calls)
        d.until(lambda: len(Hook.calls) > heard, f"hooks are called before {role} is killed")
        d.kill_and_wait(role)
    Hook.gate.set()
    clock.join()
    d.settle()


def check(d, loads):
    rounds = len(loads)
    for load in loads:
        tap.is_equal(load.wrong, [], f"round {load.round}: the same request again got the same id")
        fates = {}
        for receipt in load.receipts.values():
            answer = d.api(f"/v1/receipts/{receipt}")
            fate = json.loads(answer.body)["row"]["fate"] if answer.status == 200 else answer.status
            fates[fate] = fates.get(fate, 0) + 1
        tap.is_equal(fates, {"case": CUSTOMERS}, f"round {load.round}: every report that got 202 led to a case")
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    owners = [bytes(row[0]).decode() for row in db.execute("SELECT owner FROM t1")]
    wanted = sorted(f"c-{r}-{way}-{i}" for r in range(rounds) for way in range(2) for i in range(CUSTOMERS))
    tap.is_equal(sorted(owners), wanted, "each customer has one case: no report that got 250 or 202 was lost, no case is there twice")
    tap.is_equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "the store is whole")
    order = {}
    for owner, rank in db.execute("SELECT key, rank FROM t7 ORDER BY rank"):
        order.setdefault(int(bytes(owner).decode()[2:].split(".")[0]) & 255, []).append(rank)
    tap.is_equal([p for p, ranks in order.items() if ranks != [p << 48 | n + 1 for n in range(len(ranks))]], [],
                 "the evidence records of each partition are numbered without a gap")
    waiting = db.execute("SELECT count(*) FROM t9").fetchall()
    tap.is_equal(waiting, [(0,)], "nothing was set aside for a person")
    db.close()
    ids = {}
    for letter in d.sink.letters:
        for to in letter.recipients:
            if to.endswith("@customers.example"):
                ids.setdefault((to, letter.subject), []).append(letter.message_id)
    repeated = sum(len(v) - 1 for v in ids.values())
    tap.diag(f"letters: {sum(len(v) for v in ids.values())} for {len(ids)}, repeated under their Message-ID: {repeated}")
    tap.ok(len({to for to, _ in ids}) == len(wanted), "every customer got a letter", len(ids))
    tap.is_equal([k for k, v in ids.items() if len(set(v)) != 1], [], "a letter that came twice has the same Message-ID")
    keys = {}
    for op, key, header, number in Hook.calls:
        tap.ok(key == header, f"{op} {key} has its key in the header") if key != header else None
        keys.setdefault((op, number), set()).add(key)
    tap.is_equal(sum(op == "do" for op, _ in keys), rounds * CUSTOMERS, "the hook was called for every case of the API")
    tap.is_equal([k for k, v in keys.items() if len(v) != 1], [], "a hook that was called twice had the same key")
    tap.ok(len(Hook.calls) > rounds * CUSTOMERS, "a hook in flight at a kill is asked about, or called again")
    tap.is_equal([c for c in Hook.calls if c[0] == "undo"], [], "nothing was taken back")
    tap.diag(f"hooks: {len(Hook.calls)} calls, {len(set(Hook.calls))} different")


def main():
    tap.diag(f"seed {SEED}, {ROUNDS} round(s)")
    server = http.server.ThreadingHTTPServer((loopback(), 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Daemon(policy=None, registry=None, hand="allow-hook 127.0.0.0/8\nhook-secret \"s\"", enforcement="on") as d:
        policy = os.path.join(d.dir, "policy")
        shutil.copytree(POLICY, policy)
        with open(os.path.join(policy, "aup.policy")) as f:
            text = f.read()
        lines = [f'enforce limit web {{ driver webhook "http://{server.server_address[0]}:{server.server_port}/" }}' if line.startswith("enforce limit web")
                 else line for line in text.splitlines()]
        with open(os.path.join(policy, "aup.policy"), "w") as f:
            f.write("\n".join(lines) + "\n")
        d.check("policy", "post", policy)
        registry = os.path.join(d.dir, "registry.csv")
        loads = []
        for r in range(ROUNDS):
            with open(registry, "w") as f:
                f.write(customers(r))
            d.check("registry", "import", registry)
            load = Load(d, r)
            loads.append(load)
            load.start()
            kill_all(d, load)
            d.settle()
        kill_while_acting(d)
        check(d, loads)


tap.skip_all(missing()) if missing() else tap.run(main)
