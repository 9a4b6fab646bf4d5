#!/usr/bin/env python3
"""kill -9 of the ear, the judge, and the keeper with all of them, while accounting comes in as fast as it is answered.

Access servers send each packet until it is answered, and what is answered must count: who held an address when is told as by a daemon
that got the same packets and was never killed. Now and then all of it stays away for some minutes: that is a hole, and nothing else is.
AUPD_ROUNDS is the number of kills (`make torture`), AUPD_SEED gives the packets, and who is killed and when; a build with points is
killed at those too.
"""
import os
import random
import re
import select
import sys
import threading
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from access import Access
from daemon import LIMIT, missing

KILLS = int(os.environ.get("AUPD_ROUNDS", "12"))
SEED = int(os.environ.get("AUPD_SEED", "1"))
PER_RUN = 24                    # kills of one daemon
WAVES, STEP_S = 12, 300
ADDRESSES, LOGINS, FILLERS = 24, 8, 400
WINDOW, SOCKETS, AGAIN_S = 96, 2, 0.3
AWAY = {4: 600, 8: 1200}        # behind that wave nobody hears for so long
QUESTIONS = 120
WINDOW_S, MOMENT_S = 130, 5     # of a question, to both sides; longer is no moment
VICTIMS = ("ear", "judge", "keeper")
POINTS = ["spool.synced", "store.middle", "store.committed", "judge.marked", "judge.bound", "file.sync"]

REGISTRY = "type,id,customer,class,kind,resource,service,name,email\nprefix,pool,,,dynamic,198.51.100.0/24,,,\n" + "".join(
    f"customer,c{i},,residential,,,,C {i},c{i}@c.example\nlogin,l{i},c{i},,,u{i}@dsl,,,\n" for i in range(LOGINS))


class Line:
    """What one address goes through: sessions one after the other, some of whose Stops are never sent."""

    def __init__(self, dice, i):
        self.dice, self.i, self.user, self.session, self.began = dice, i, None, 0, 0

    def wave(self, w, at):
        """Packets of one wave, in their order."""
        out = []
        if self.user and self.dice.random() < 0.3:
            if self.dice.random() < 0.7:
                out.append(self.message("stop", w, at))
            self.user = None
        if not self.user and self.dice.random() < 0.8:
            self.user, self.began = f"u{self.dice.randrange(LOGINS)}@dsl", at
            # an id comes again with the next session now and then
            self.session += self.dice.random() < 0.8
            out.append(self.message("start", w, at))
        elif self.user:
            out.append(self.message("interim", w, at))
        return out

    def message(self, status, w, at):
        return dict(status=status, session=f"S{self.i}-{self.session}", user=self.user, v4=f"198.51.100.{self.i + 1}", lasted=at - self.began, at=at,
                    octets=(w * 1000, w * 3000), name=f"nas-{self.i % 3}")


def script(seed):
    """(wave, offset, packets of each line): the same for every daemon."""
    dice = random.Random(seed)
    lines, at = [Line(dice, i) for i in range(ADDRESSES)], 0
    for w in range(WAVES):
        fill = [[dict(status="interim" if w else "start", session=f"F{i}", user=f"u{i % LOGINS}@dsl", lasted=at, at=at, octets=(w, i), name=f"nas-{i % 3}")] for i in range(FILLERS)]
        queues = [q for q in (line.wave(w, at) for line in lines) if q] + fill
        dice.shuffle(queues)
        yield w, at, queues
        at += STEP_S + AWAY.get(w, 0)


class Load(threading.Thread):
    """Sends the packets of a wave, each line's in their order, and each again until it is answered."""

    def __init__(self, d, queues, t0):
        super().__init__(daemon=True)
        self.servers = [d.nas() for _ in range(SOCKETS)]
        self.ready = [[dict(p, at=p["at"] + t0) for p in q] for q in queues]
        self.free = [(s, ident) for s in range(SOCKETS) for ident in range(256)]
        self.open, self.answered, self.again, self.changed = {}, 0, 0, threading.Condition()
        self.start()

    def send(self, slot, octets):
        self.servers[slot[0]].put(octets)
        return time.monotonic()

    def hear(self, s, now):
        while True:
            try:
                reply = self.servers[s].socket.recv(5000)
            except BlockingIOError:
                return
            slot = (s, reply[1])
            if slot not in self.open or not self.servers[s].is_answer(reply, self.open[slot][0]):
                continue
            _, _, queue = self.open.pop(slot)
            self.free.append(slot)
            if queue:
                self.ready.append(queue)
            with self.changed:
                self.answered += 1
                self.changed.notify_all()

    def run(self):
        for server in self.servers:
            server.socket.setblocking(False)
        while self.ready or self.open:
            while self.ready and len(self.open) < WINDOW:
                queue, slot = self.ready.pop(), self.free.pop(0)
                message = queue.pop(0)
                octets = self.servers[slot[0]].packet(self.servers[0].attributes(**message), ident=slot[1])
                self.open[slot] = [octets, self.send(slot, octets), queue]
            select.select([server.socket for server in self.servers], [], [], AGAIN_S)
            now = time.monotonic()
            for s in range(SOCKETS):
                self.hear(s, now)
            for slot, x in self.open.items():
                if now - x[1] > AGAIN_S:
                    x[1] = self.send(slot, x[0])
                    self.again += 1
        for server in self.servers:
            server.close()
        with self.changed:
            self.changed.notify_all()

    def wait(self, count):
        """Until so many were answered, or all."""
        with self.changed:
            return self.changed.wait_for(lambda: self.answered >= count or not self.is_alive(), LIMIT)


class Killer:
    def __init__(self, d, dice):
        self.d, self.dice, self.kills = d, dice, {}

    def count(self, what):
        self.kills[what] = self.kills.get(what, 0) + 1

    def back(self, since):
        d = self.d
        d.until(lambda: d.process.poll() is not None or d.log.find(r"a role died", since), "somebody dies")
        if d.process.poll() is not None:
            d.crash()
            d.launch()
        else:
            d.wait_role(re.search(r"role=(\S+)", d.log.find(r"a role died", since)).group(1), since)

    def point(self, load):
        since, name = self.d.log.end(), self.dice.choice(POINTS)
        self.d.points.kill(name, self.dice.choice([1, 1, 2, 3]))
        self.d.until(lambda: not self.d.points.armed() or not load.is_alive(), f"the point {name}")
        hit = not self.d.points.armed()
        self.d.points.clear()
        if hit:
            self.count(name)
            self.back(since)
        return hit

    def kill(self, load):
        if self.d.points and self.dice.random() < 0.5 and self.point(load):
            return
        since, victim = self.d.log.end(), self.dice.choice(VICTIMS)
        self.count(victim)
        if victim == "keeper":
            self.d.crash()
            self.d.launch()
            return
        self.d.kill(victim)
        self.back(since)


def outage(d, w):
    d.away(AWAY[w])


def passing(d, w):
    d.let(AWAY[w])


def storm(d, dice, seed, kills, gap):
    """All waves; gives what the daemon's start was, how many packets there were and how often one was sent again."""
    # a clock that is ahead of ours goes on where it stood, whoever is killed
    d.let(3600)
    killer, t0, packets, again, done = Killer(d, dice), int(d.now), 0, 0, 0
    for w, _, queues in script(seed):
        load = Load(d, queues, t0)
        due = kills * (w + 1) // WAVES
        while done < due:
            load.wait(load.answered + dice.randrange(1, 40))
            killer.kill(load)
            done += 1
        load.join(LIMIT)
        if load.is_alive():
            raise RuntimeError("packets are not answered:\n" + "\n".join(d.log.lines[-20:]))
        packets, again = packets + load.answered, again + load.again
        d.until(lambda: d.aup("test", "pass", "0s").rc == 0, "all of it judged")
        if w in AWAY:
            gap(d, w)
        d.let(STEP_S)
        # a keeper that is killed before it has written the time begins at the one before
        d.until(lambda: abs(d.clock() - d.now) < 0.01, "the time in the keeper's state")
    tap.diag(f"seed {seed}: {packets} packets answered, {again} sent again; killed: " + (", ".join(f"{k} {n}" for k, n in sorted(killer.kills.items())) or "nobody"))
    return t0, packets


def questions(seed):
    dice = random.Random(seed + 1)
    end = WAVES * STEP_S + sum(AWAY.values())
    return [(f"198.51.100.{dice.randrange(ADDRESSES) + 1}", dice.randrange(end)) for _ in range(QUESTIONS)]


def answers(d, t0, seed):
    """Whose it was, and by what holding from when until when, by seconds from the start; beside it the grade."""
    out = []
    for address, at in questions(seed):
        s = d.ask(address, t0 + at)
        ends = [None if abs(v) > 1 << 62 else round(v / 1e6 - t0) for v in (s.get("from", 1 << 63), s.get("until", 1 << 63))]
        out.append(((s["ours"], s.get("customer"), sorted(s.get("candidates", []))), ends, s["grade"], s["reasons"]))
    return out


def near(a, b):
    return all((x is None) == (y is None) and (x is None or abs(x - y) <= 1) for x, y in zip(a, b))


def in_hole(at):
    """Does the window of a question touch a time at which nobody listened, or what lies right beside it?"""
    edge, start = 200, 0
    for w in range(WAVES):
        if w in AWAY and start - edge <= at <= start + AWAY[w] + STEP_S + edge:
            return True
        start += STEP_S + AWAY.get(w, 0)
    return False


def is_away(at):
    start = 0
    for w in range(WAVES):
        if w in AWAY and start <= at <= start + AWAY[w]:
            return True
        start += STEP_S + AWAY.get(w, 0)
    return False


def compare(seed, want, got, holes):
    asked = questions(seed)
    # a role that is gone for a moment is a hole of some seconds, where time stands too
    touched = lambda at: in_hole(at) or any(h[0] - WINDOW_S <= at <= h[1] + WINDOW_S for h in holes)
    other = [(q, w, g) for q, w, g in zip(asked, want, got) if w[0] != g[0] and not in_hole(q[1])]
    tap.is_equal(other, [], f"of {len(asked)} questions each is answered with the same holders as by a daemon that was never killed")
    moved = [(q, w, g) for q, w, g in zip(asked, want, got) if w[0] == g[0] and not near(w[1], g[1]) and not in_hole(q[1])]
    tap.is_equal(moved, [], "and with the same times of holding")
    other = [(q, w, g) for q, w, g in zip(asked, want, got) if g[2] != w[2] and not touched(q[1])]
    tap.is_equal(other, [], "as sure as that")
    sure = [(q, g) for q, g in zip(asked, got) if g[2] == "A" and is_away(q[1])]
    tap.is_equal(sure, [], "none is sure of a time at which nobody listened")
    sure = sum(g[2] == "A" for g in got)
    tap.ok(sure > len(got) // 5, f"{sure} of them are sure")


def holes_of(d, t0, reason):
    feed = d.check("bindings", "status", "--json").json["feeds"][0]
    return [tuple(round(d.moment(h[k]) - t0) for k in ("from", "until")) for h in feed["holes"] if reason(h["reason"])]


def outages(d, t0, kills):
    want, at, all_ = [], 0, holes_of(d, t0, lambda reason: reason == "aupd was down")
    holes = [h for h in all_ if h[1] - h[0] > MOMENT_S]
    others = holes_of(d, t0, lambda reason: reason not in ("aupd was down", "nothing is known of the feed"))
    for w in range(WAVES):
        if w in AWAY:
            want.append((at, at + AWAY[w]))
        at += STEP_S + AWAY.get(w, 0)
    tap.ok(len(holes) == len(want) and all(abs(h[0] - x[0]) <= 4 and abs(h[1] - x[1]) <= 4 for h, x in zip(holes, want)),
           "the feed has a hole for each time at which nobody listened, and no other", holes, want)
    tap.ok(len(all_) - len(holes) <= kills, "but for moments at which somebody was killed", all_)
    tap.is_equal(others, [], "and none for another reason")


def one_run(seed, kills):
    dice = random.Random(seed + 2)
    with Access(registry=REGISTRY) as d:
        t0, packets = storm(d, dice, seed, 0, passing)
        want = answers(d, t0, seed)
    with Access(registry=REGISTRY) as d:
        t0, again = storm(d, dice, seed, kills, outage)
        tap.is_equal(again, packets, "every packet is answered in the end")
        compare(seed, want, answers(d, t0, seed), holes_of(d, t0, lambda reason: reason == "aupd was down"))
        outages(d, t0, kills)


def main():
    began = time.monotonic()
    done = run = 0
    while done < KILLS and not tap.failed:
        kills = min(PER_RUN, KILLS - done)
        one_run(SEED + run, kills)
        done, run = done + kills, run + 1
    tap.diag(f"{done} kills in {time.monotonic() - began:.0f} s")


tap.skip_all(missing()) if missing() else tap.run(main)
