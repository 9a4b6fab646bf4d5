#!/usr/bin/env python3
"""kill -9 of any role, and of the keeper with all of them, while mail, API reports, registers and bindings come in and acts go out.

Nothing acknowledged is lost (an import of bindings is asked about with `aup who`, and API reports rest on it), no case is there twice, no effect is applied twice at its target: a letter may be repeated only
under its Message-ID, a webhook only under its idempotency key, an event to a subscriber only under its id, and no event is lost; every checkpoint that was ever given out is of the ledger as
it is in the end. AUPD_ROUNDS is the number of kills (`make torture`), AUPD_SEED gives who is killed and when. A build with
points is also killed at those, between any two steps that must hold together; AUPD_POINTS names some of them, AUPD_PLANT a
fault of the product that this must see.
"""
import fcntl
import http.server
import json
import os
import random
import re
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import LIMIT, POLICY, ROLES, Daemon, arf, loopback, missing, xarf
from ledgers import Watch, checkpoint

KILLS = int(os.environ.get("AUPD_ROUNDS", "14"))
SEED = int(os.environ.get("AUPD_SEED", "1"))
PLANT = os.environ.get("AUPD_PLANT", "")
PER_RUN = 25                        # kills of one daemon; then the next one begins
TOGETHER = 3                        # customers of an import, for each way in
REPORTERS = 3                       # that a case of unsolicited mail needs
LOADED = ["store.middle", "store.committed", "judge.marked", "judge.imported", "judge.bound", "judge.ordering", "judge.ordered", "ledger.sequenced", "ledger.signed",
          "signer.signed", "hand.noted", "hand.done", "hand.delivering", "hand.delivered", "spool.synced", "desk.told", "file.sync"]
ACTING = ["hand.noted", "hand.done", "hand.delivering", "hand.delivered", "judge.ordering", "judge.ordered", "store.middle", "store.committed", "desk.told"]
ONLY = os.environ.get("AUPD_POINTS", "").split()


def enter():
    """As root in a network of its own, whose packet filter is the target of limits; False without."""
    if os.geteuid() != 0 or not shutil.which("nft") or subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
        return False
    if "AUPD_TEST_INNER" not in os.environ:
        os.execvp("env", ["env", "AUPD_TEST_INNER=1", "unshare", "-n", sys.executable, os.path.realpath(__file__)])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14s", b"lo", 1 | 0x40, b""))        # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING
    return True


class Hook(http.server.BaseHTTPRequestHandler):
    """The target: applies a key once, as the contract of a webhook says."""
    calls = []
    lock = threading.Lock()
    gate = threading.Event()            # closed: calls are heard and not answered

    told = []                           # (id, kind, case, octets) of what a subscriber heard

    def do_POST(self):
        if self.path == "/events":
            self.hear()
            return
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

    def hear(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(raw)
        with Hook.lock:
            Hook.told.append((self.headers["webhook-id"], body["type"], body["data"]["case"], raw))
        try:
            self.send_response(204)
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *_):
        pass


def address(batch, way, i):
    return f"10.{way * 128 + (batch >> 8)}.{batch & 255}.{i + 1}"


def customer(batch, way, i):
    return f"c-{batch}-{way}-{i}"


def is_bound(way, i):
    """Bindings say who holds the address. The clock of the tests stands, and what came in this second is not known yet: such reports wait."""
    return way == 1 and i > 0


def rows(batch):
    """Registry rows: TOGETHER customers for mail and as many for the API, each with an address or a login that gets one."""
    out = ["type,id,customer,class,kind,resource,service,language,name,email,from", "prefix,pool,,,dynamic,10.128.0.0/9,,,,,2026-01-01T00:00:00Z"]
    for way in range(2):
        for i in range(TOGETHER):
            name = customer(batch, way, i)
            out.append(f"customer,{name},,business,,,,en,Customer {name},{name}@customers.example,2026-01-01T00:00:00Z")
            out.append(f"service,s-{name},{name},,{'web' if way else 'mail'},,,,,,2026-01-01T00:00:00Z")
            out.append(f"login,l-{name},{name},,,{name}@dsl,s-{name},,,,2026-01-01T00:00:00Z" if is_bound(way, i) else
                       f"prefix,p-{name},{name},,static,{address(batch, way, i)}/32,s-{name},,,,2026-01-01T00:00:00Z")
    return "\n".join(out) + "\n"


def bindings(batch):
    """Which address each login got."""
    return "address,subject,start,end,kind\n" + "".join(
        f"{address(batch, 1, i)},{customer(batch, 1, i)}@dsl,2026-01-01T00:00:00Z,,assignment\n" for i in range(TOGETHER) if is_bound(1, i))


class Load:
    """Imports customers and sends reports about them, each until it is acknowledged, until it is told to end."""
    WORKERS, AHEAD = 4, 12

    def __init__(self, d):
        self.d = d
        self.changed = threading.Condition()
        self.acknowledged = self.batches = self.open = 0
        self.jobs, self.receipts, self.wrong = [], {}, []
        self.ending = self.imported = False
        self.random = random.Random(random.random())
        self.threads = [threading.Thread(target=self.imports, daemon=True)] + [threading.Thread(target=self.work, daemon=True) for _ in range(self.WORKERS)]
        for thread in self.threads:
            thread.start()

    def until_taken(self, call, *args):
        while True:
            try:
                if call(*args):
                    return
            except (OSError, EOFError, ValueError, subprocess.TimeoutExpired):
                pass
            self.d.log.pause()

    def imports(self):
        path = os.path.join(self.d.dir, "registry.csv")
        while True:
            with self.changed:
                self.changed.wait_for(lambda: len(self.jobs) < self.AHEAD or self.ending)
                if self.ending:
                    self.imported = True
                    self.changed.notify_all()
                    return
            batch = self.batches
            with open(path, "w", encoding="ascii") as f:
                f.write(rows(batch))
            self.until_taken(lambda: self.d.aup("registry", "import", path).rc == 0)
            self.until_taken(lambda: self.d.aup("bindings", "import", "-", stdin=bindings(batch)).rc == 0)
            jobs = [("mail", batch, i, n) for i in range(TOGETHER) for n in range(REPORTERS)] + [("api", batch, i, 0) for i in range(TOGETHER)]
            self.random.shuffle(jobs)
            with self.changed:
                self.batches += 1
                self.acknowledged += 2
                self.jobs += jobs
                self.changed.notify_all()

    def one(self, way, batch, i, n):
        if way == "mail":
            kind = "smtp" if n else "lmtp"
            return self.d.smtp_send(arf(address(batch, 0, i), number=n, reporter=f"fbl@reporter-{n}.example"), kind=kind).code == 250
        report_id = f"{batch:08x}-8172-431a-9276-{i:012x}"
        answer = self.d.report(xarf(address(batch, 1, i), report_id=report_id), token=report_id)
        if answer.status != 202:
            return False
        receipt = json.loads(answer.body)["id"]
        if self.receipts.setdefault(report_id, receipt) != receipt:
            self.wrong.append(report_id)
        return True

    def work(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.jobs or self.imported)
                if not self.jobs:
                    return
                job = self.jobs.pop()
                self.changed.notify_all()
            self.until_taken(self.one, *job)
            with self.changed:
                self.acknowledged += 1
                self.changed.notify_all()

    def wait(self, more):
        """Until so many more were acknowledged."""
        with self.changed:
            count = self.acknowledged + more
            return self.changed.wait_for(lambda: self.acknowledged >= count, LIMIT)

    def end(self):
        with self.changed:
            self.ending = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join(LIMIT)
        return not any(thread.is_alive() for thread in self.threads)


class Clock(threading.Thread):
    """Passes time in steps, whatever is killed meanwhile."""

    def __init__(self, d, steps, span):
        super().__init__(daemon=True)
        self.d, self.steps, self.span, self.passed = d, steps, span, 0
        self.start()

    def run(self):
        for _ in range(self.steps):
            self.d.until(lambda: self.d.aup("test", "pass", self.span).rc == 0, "time on the test clock")
            self.passed += 1


class Killer:
    total = 0

    def __init__(self, d):
        self.d, self.kills = d, {}

    def count(self, what):
        self.kills[what] = self.kills.get(what, 0) + 1
        Killer.total += 1
        tap.bar("kills", Killer.total, KILLS)

    def come_back(self, since):
        """Until who died is there again: a role by the keeper, the keeper by us."""
        d = self.d
        died = lambda: d.process.poll() is not None or d.log.find(r"a role died", since)
        d.until(died, "somebody dies")
        if d.process.poll() is not None:
            d.crash()
            d.launch()
            return
        name = re.search(r"role=(\S+)", d.log.find(r"a role died", since)).group(1)
        d.wait_role(name, since)

    def now(self, victim):
        since = self.d.log.end()
        self.count(victim)
        if victim == "keeper":
            self.d.crash()
            self.d.launch()
            return
        self.d.kill(victim)
        self.come_back(since)

    def starting(self, victim):
        """The keeper dies when a role that was killed has just come back."""
        since = self.d.log.end()
        self.count("keeper.ready")
        self.d.points.kill("keeper.ready")
        self.d.kill(victim)
        self.d.until(lambda: self.d.process.poll() is not None, "the keeper's end")
        self.d.points.clear()
        self.come_back(since)

    def at(self, point, passes, enough=lambda: False):
        """Who passes there the so manieth time; enough(): nobody will any more."""
        since = self.d.log.end()
        self.d.points.kill(point, passes)
        self.d.until(lambda: not self.d.points.armed() or enough(), f"the point {point}")
        hit = not self.d.points.armed()
        self.d.points.clear()
        if hit:
            self.count(point)
            self.come_back(since)
        return hit


def kill_under_load(d, killer, load, kills):
    for _ in range(kills):
        if d.points and (ONLY or random.random() < 0.5):
            killer.at(random.choice(ONLY or LOADED), random.choice([1, 1, 2, 3, 5]))
        elif d.points and random.random() < 0.1:
            killer.starting(random.choice(ROLES))
        else:
            tap.ok(load.wait(random.randrange(8)), "the load goes on")
            killer.now(random.choice(ROLES + ("keeper",)))


def kill_while_acting(d, killer, kills):
    """Deadlines pass; the first to be killed are those that act, while hooks have been called and are not answered."""
    Hook.gate.clear()
    clock = Clock(d, 8, "7h")
    for i in range(kills):
        if i < 2:
            heard = len(Hook.calls)
            d.until(lambda: len(Hook.calls) > heard or not clock.is_alive(), "hooks are called")
            killer.now(("hand", "judge")[i])
            continue
        Hook.gate.set()
        if d.points and random.random() < 0.6:
            if killer.at(random.choice(ONLY or ACTING), random.choice([1, 2, 4]), lambda: not clock.is_alive()):
                continue
        killer.now(random.choice(ROLES + ("keeper",)))
    Hook.gate.set()
    clock.join()
    d.settle()


def the_holders(d, load):
    wrong = {}
    bound = [(batch, i) for batch in range(load.batches) for i in range(TOGETHER) if is_bound(1, i)]
    for batch, i in bound:
        subject = d.check("who", address(batch, 1, i), "--because", "the test asks", "--json").json["subject"]
        if (subject["ours"], subject.get("customer")) != ("yes", customer(batch, 1, i)):
            wrong[address(batch, 1, i)] = subject
    tap.is_equal(wrong, {}, f"each of {len(bound)} bindings whose import was confirmed says who held its address")


def the_store(d, load):
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    owners = [bytes(row[0]).decode() for row in db.execute("SELECT owner FROM t1")]
    wanted = sorted(customer(b, way, i) for b in range(load.batches) for way in range(2) for i in range(TOGETHER))
    lost, more = sorted(set(wanted) - set(owners)), sorted(o for o in set(owners) if owners.count(o) > 1 or o not in wanted)
    tap.is_equal((lost, more), ([], []), "each customer has one case: no report that got 250 or 202 was lost, no case is there twice")
    tap.is_equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "the store is whole")
    order = {}
    for (rank,) in db.execute("SELECT rank FROM t7 ORDER BY rank"):
        order.setdefault(rank >> 48, []).append(rank)
    tap.is_equal([p for p, ranks in order.items() if ranks != [p << 48 | n + 1 for n in range(len(ranks))]], [],
                 "the evidence records of each partition are numbered without a gap")
    tap.is_equal(db.execute("SELECT count(*) FROM t9").fetchall(), [(0,)], "nothing was set aside for a person")
    records = sum(len(ranks) for ranks in order.values())
    db.close()
    return wanted, records


def the_targets(d, load, wanted, by_nft):
    ids = {}
    for letter in d.sink.letters:
        for to in letter.recipients:
            if to.endswith("@customers.example"):
                ids.setdefault((to, letter.subject), []).append(letter.message_id)
    repeated = sum(len(v) - 1 for v in ids.values())
    tap.is_equal(len({to for to, _ in ids}), len(wanted), "every customer got a letter")
    tap.is_equal([k for k, v in ids.items() if len(set(v)) != 1], [], "a letter that came twice has the same Message-ID")
    keys = {}
    for op, key, header, number in Hook.calls:
        tap.ok(key == header, f"{op} {key} has its key in the header") if key != header else None
        keys.setdefault((op, number), set()).add(key)
    hooked = load.batches * TOGETHER * (1 if by_nft else 2)
    tap.is_equal(sum(op == "do" for op, _ in keys), hooked, "the hook was called for every case that it limits")
    tap.is_equal([k for k, v in keys.items() if len(v) != 1], [], "a hook that was called twice had the same key")
    tap.is_equal([c for c in Hook.calls if c[0] == "undo"], [], "nothing was taken back")
    tap.diag(f"letters {sum(len(v) for v in ids.values())}, of these again under their Message-ID {repeated}; hook calls {len(Hook.calls)}, of these again "
             f"under their key {len(Hook.calls) - len(set(Hook.calls))}")
    if by_nft:
        listing = subprocess.run(["nft", "list", "set", "inet", "aupd", "mail_limited"], capture_output=True, text=True, check=False).stdout
        limited = sorted(re.findall(r"\d+\.\d+\.\d+\.\d+", listing))
        due = [address(b, 0, i) for b in range(load.batches) for i in range(TOGETHER)]
        tap.is_equal((sorted(set(due) ^ set(limited)), len(limited)), ([], len(due)), "in nft each address is limited once, and no other")
        subprocess.run(["nft", "delete", "table", "inet", "aupd"], check=False)


def the_subscriber(d):
    """What a webhook of an operator was told, against the story of the cases."""
    kinds = {"opened": "case.opened", "step": "case.step", "letter": "notice.sent", "act-done": "case.measure"}
    db = sqlite3.connect(f"file:{d.data}/aupd.db?mode=ro", uri=True)
    events = [json.loads(row[0]) for row in db.execute("SELECT body FROM t2")]
    rows = [json.loads(row[0]) for row in db.execute("SELECT body FROM t39")]
    left = db.execute("SELECT count(*) FROM t40").fetchone()[0]
    db.close()
    wanted = sorted((f"C-{e['number']}", kinds[e["type"]]) for e in events if e["type"] in kinds)
    heard = {i: (case, kind) for i, kind, case, _ in Hook.told}
    tap.is_equal((sorted(heard.values()) == wanted, left), (True, 0), f"each of {len(wanted)} events was told of, under an id of its own, and none waits", len(heard))
    tap.is_equal(len({(i, raw) for i, _, _, raw in Hook.told}), len(heard), "what was told again was the same")
    again = len(Hook.told) - len(heard)
    tap.ok(again <= sum(r.get("repeated", 0) for r in rows), f"the {again} that were told again are counted")
    order = {}
    for _, kind, case, _ in Hook.told:
        order.setdefault(case, []).append(kind)
    tap.is_equal([c for c, list_ in order.items() if list_[0] != "case.opened"], [], "of each case it heard first that it was opened")
    return len(wanted)


def check(d, load, seen, by_nft):
    tap.is_equal(load.wrong, [], "the same request again got the same id")
    fates = {}
    for receipt in load.receipts.values():
        answer = d.api(f"/v1/receipts/{receipt}")
        fate = json.loads(answer.body)["row"]["fate"] if answer.status == 200 else answer.status
        fates[fate] = fates.get(fate, 0) + 1
    tap.is_equal(fates, {"case": load.batches * TOGETHER} if load.batches else {}, "every report that got 202 led to a case")
    tap.is_equal(json.loads(d.api("/v1/status").body)["entities"], load.batches * (TOGETHER * 6) + (load.batches > 0),
                 "each import that was confirmed is in the register, once")
    the_holders(d, load)
    wanted, records = the_store(d, load)
    the_targets(d, load, wanted, by_nft)
    tap.ok(the_subscriber(d) or not wanted, "a subscriber heard of them")
    d.until(lambda: (checkpoint(d) or (0, 0))[1] == records, "a checkpoint of all records")
    tap.is_equal(seen.problems(d), [], "every checkpoint that was ever given out is of the ledger as it is now")
    tap.diag(f"{len(wanted)} cases, {records} records, {len(seen.notes)} checkpoints")


def with_hook(d, url, by_nft):
    policy = os.path.join(d.dir, "policy")
    shutil.copytree(POLICY, policy)
    with open(os.path.join(policy, "aup.policy"), encoding="utf-8") as f:
        text = f.read()
    for what in ("web",) if by_nft else ("web", "mail"):
        text = re.sub(rf"enforce limit {what} \{{.*?\}}\n", f'enforce limit {what} {{ driver webhook "{url}" }}\n', text)
    with open(os.path.join(policy, "aup.policy"), "w", encoding="utf-8") as f:
        f.write(text)
    d.check("policy", "post", policy)


def one_run(seed, kills, url, by_nft):
    random.seed(seed)
    tap.diag(f"seed {seed}, {kills} kills")
    Hook.calls.clear()
    Hook.told.clear()
    Hook.gate.set()
    host = url.split(":")[1][2:]
    with Daemon(policy=None, registry=None, conf=f"bindings {{ feed radius 1 }}\nwebhooks {{ allow {host}/32\nhttp {host}\nper-minute 60000 }}", hand="allow-hook 127.0.0.0/8\nhook-secret \"s\"", enforcement="on") as d:
        with_hook(d, url, by_nft)
        d.check("webhook", "add", f"{url}events", "--events", "case.opened,case.step,case.measure,notice.sent")
        killer = Killer(d)
        if d.points and PLANT:
            d.points.plant(PLANT)
        with Watch(d) as seen:
            load = Load(d)
            acting = kills * 2 // 5
            kill_under_load(d, killer, load, kills - acting)
            tap.ok(load.end(), "everything is acknowledged in the end")
            d.settle()
            kill_while_acting(d, killer, acting)
            check(d, load, seen, by_nft)
        tap.diag("killed: " + ", ".join(f"{who} {n}" for who, n in sorted(killer.kills.items())))
        return sum(killer.kills.values())


def main():
    began = time.monotonic()
    server = http.server.ThreadingHTTPServer((loopback(), 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    by_nft = BY_NFT
    if not by_nft:
        tap.skip("limits in nft", "not root, or no nft: they go to the hook")
    done = run = 0
    while done < KILLS:
        done += one_run(SEED + run, min(PER_RUN, KILLS - done), f"http://{server.server_address[0]}:{server.server_port}/", by_nft)
        run += 1
        if tap.failed:
            break
    tap.diag(f"{done} kills in {time.monotonic() - began:.0f} s")


if missing():
    tap.skip_all(missing())
BY_NFT = enter()
tap.run(main)
