#!/usr/bin/env python3
"""Sessions that last too long, through the listener of accounting: the customer is written to, and the session is ended at a quiet hour; who
hangs up has settled it. Other kinds of access are left alone, a silent server is a person's matter, and nothing is told twice."""
import os
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import golden
import tap
from daemon import Daemon, missing
from nas import Nas, number

SECRET = "a secret of twenty-two"
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "sessions")
REGISTRY = """type,id,customer,class,kind,resource,service,language,value,unit,name,email
customer,a,,residential,,,,en,,,Ann,a@a.example
customer,b,,residential,,,,de,,,Ben,b@b.example
customer,c,,business,,,,en,,,Cyd,c@c.example
customer,d,,leased,,,,en,,,Dan,d@d.example
login,la,a,,,alice,,,,,,
login,lb,b,,,bob,,,,,,
login,lc,c,,,carol,,,,,,
login,ld,d,,,dave,,,,,,
limit,l1,c,,session.duration,,,,2,h,,
prefix,pool,,,dynamic,198.51.100.0/24,,,,,,
"""
DIALUP, DSL = number(61, 0), number(61, 16)
HOUR, DAY = 3600, 86400


class Access(Daemon):
    def __init__(self, duration="", registry=REGISTRY):
        super().__init__(registry=None, start=False)
        path = os.path.join(self.dir, "secret")
        with open(path, "w") as f:
            f.write(SECRET + "\n")
        self.more["conf"] = f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {self.address}:1813; sessions 1000; client {self.address} {{ feed radius; secret-file {path} }}
{duration} }}"""
        self.write_config()
        self.start()
        self.check("policy", "post", self.policy)
        self.check("registry", "import", "-", stdin=registry)
        self.now = time.time()
        self.nas = Nas((self.address, 1813), SECRET)
        self.running = {}

    def let(self, seconds):
        self.pass_time(f"{int(seconds)}s")
        self.now += int(seconds)

    def begin(self, user, v4, kind=DIALUP, session=None, more=b""):
        self.running[user] = (session or user, int(self.now), kind, v4)
        self.nas.say("start", session=session or user, user=user, lasted=0, v4=v4, at=int(self.now), more=kind + more)
        self.settle()

    def beat(self, user, status="interim"):
        session, began, kind, v4 = self.running[user]
        self.nas.say(status, session=session, user=user, lasted=int(self.now) - began, v4=v4, at=int(self.now), more=kind)
        self.settle()

    def go_on(self, seconds, *users, step=6 * HOUR):
        while seconds > 0:
            self.let(min(step, seconds))
            seconds -= step
            for user in users:
                self.beat(user)

    def found(self, customer):
        return [c for c in self.cases() if c["body"]["customer"] == customer]

    def case(self, customer):
        """The newest of the customer."""
        found = sorted(self.found(customer), key=lambda c: c["body"]["opened_at"])
        return self.check("case", "show", found[-1]["case"], "--json").json if found else None

    def figure(self, what):
        lines = self.api("/metrics").body.decode().splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith("aupd_sessions_total{") and f'"{what}"' in line)


def ends(shown):
    return [a for a in shown["acts"] if a["verb"] == "end"] if shown else []


def too_long(d):
    # the day of the daemon begins: so the hour of the night is known
    d.let(DAY - d.now % DAY + 12 * HOUR)
    began = int(d.now)
    d.begin("alice", "198.51.100.1")
    d.begin("bob", "198.51.100.2", kind=DSL)
    d.begin("dave", "198.51.100.4", kind=b"")
    d.go_on(7 * DAY, "alice", "bob", "dave")
    tap.is_equal(d.found("a"), [], "seven days to the second are no more than seven")
    d.go_on(600, "alice", "bob", "dave")
    letters = [l for l in d.sink.letters if "a@a.example" in l.recipients[0]]
    tap.is_equal((len(d.found("a")), len(letters)), (1, 1), "a dial-up session of more than seven days: the customer is written to")
    golden.is_golden(letters[0] if letters else None, f"{GOLDEN}/notice.txt", d.now, "  with this letter")
    shown = d.case("a")
    tap.is_equal(shown["body"]["clause"] if shown else "", "session.duration", "  under the clause of dial-up")
    tap.is_equal((d.found("b"), d.found("d")), ([], []), "one that is no dial-up, and one of which nobody says what it is, are left alone")
    tap.is_equal((d.figure("over-limit"), d.figure("watched")), (1, 1), "  and counted")
    d.crash()
    d.launch()
    d.settle()
    d.go_on(600, "alice", "bob", step=300)
    shown = d.case("a")
    tap.is_equal([e["type"] for e in shown["events"] if e["type"] in ("finding", "witness")], ["finding"], "after kill -9 it is not told again")
    tap.is_equal(shown["body"].get("strikes"), 1, "  nor counted again")
    d.go_on(d.now % DAY and DAY - d.now % DAY + 12 * HOUR + 1200, "alice")
    return began


def told(d):
    listed = d.check("sessions", "a", "--because", "a question", "--json").json
    tap.is_equal([(s["login"], s["address"]) for s in listed["sessions"]], [("alice", "198.51.100.1")], "the open sessions of a customer")
    tap.like(d.check("sessions", "b", "--because", "another").out, r"^session: login bob address 198\.51\.100\.2 since \S+ heard \S+ server [0-9a-f]{6}\n$", "in words")
    tap.is_equal(d.check("sessions", "c", "--because", "none").out, "", "who has none has none")
    tap.ok(d.aup("sessions", "a", "--because", " ").rc == 1, "a blank is no reason")
    tap.like(d.check("lookups").out, "asked for b: another", "and every look-up is recorded")


def covered(d):
    shown = d.check("policy", "coverage", "--config", d.config, d.policy).out
    for clause in ("session.duration", "other.metering"):
        tap.like(shown, rf"(?m)^{clause} +meters", f"a configuration that takes accounting covers {clause}")


def by_night(d):
    shown = d.case("a")
    waits = ends(shown)
    tap.is_equal(len(waits), 1, "a day later the session is to be ended", shown["events"])
    tap.is_equal(waits[0]["state"], "queued", "  and waits for the night")
    tap.is_equal(time.strftime("%H", time.gmtime(waits[0]["next_at"] / 1e6)), "03", "  for its third hour")
    d.go_on(16 * HOUR, "alice", step=2 * HOUR)
    tap.is_equal(ends(d.case("a"))[0]["state"], "done", "then it is")
    d.let(60)
    d.beat("alice", "stop")
    shown = d.case("a")
    tap.is_equal((shown["body"]["state"], shown["body"]["resolution"]), ("resolved", "the session has ended"), "a Stop settles the case")


def hangs_up(d):
    d.begin("carol", "198.51.100.3", session="C1")
    d.go_on(2 * HOUR + 600, "carol", step=600)
    tap.is_equal(len(d.found("c")), 1, "the register allows two hours to another one")
    d.let(HOUR)
    d.beat("carol", "stop")
    tap.is_equal(d.case("c")["body"]["state"], "resolved", "who hangs up has settled it")
    d.begin("carol", "198.51.100.3", session="C2")
    d.let(2 * HOUR)
    d.beat("carol", "stop")
    d.let(2 * DAY)
    tap.is_equal(ends(d.case("c")), [], "  and what he dials then is not ended for it")


def silent(d):
    d.begin("alice", "198.51.100.9", session="A1")
    d.let(7 * DAY + 1800)
    tap.is_equal(d.case("a")["body"]["state"], "resolved", "a server that is silent says nothing at seven days")
    d.let(HOUR)
    shown = d.case("a")
    tap.is_equal((shown["body"]["state"], shown["body"]["rule"]), ("open", "silent-for-seven-days"), "an hour later a person is asked whether it is still there")
    tap.is_equal(shown["body"]["grade"], "B", "  for nobody has heard of it")
    d.beat("alice", "stop")
    tap.is_equal(d.case("a")["body"]["state"], "resolved", "a Stop settles that, too")


def joined():
    with Access("duration { access dial-up; joined 120s; class leased }") as d:
        d.begin("carol", "198.51.100.3", session="J1")
        d.go_on(HOUR, "carol")
        d.beat("carol", "stop")
        d.let(60)
        d.begin("carol", "198.51.100.5", session="J2")
        d.go_on(HOUR + 600, "carol", step=600)
        tap.is_equal(d.found("c"), [], "a session that goes on with another one is told an hour late at most")
        d.go_on(HOUR, "carol", step=600)
        shown = d.case("c")
        tap.is_equal(shown and shown["body"]["grade"], "A", "where the configuration says so, who dials in again at once goes on with what he had", shown and shown["events"])
        d.begin("dave", "198.51.100.4", kind=DSL)
        d.go_on(7 * DAY + 600, "dave", step=12 * HOUR)
        tap.is_equal(len(d.found("d")), 1, "and a class of customers is watched, whatever their access")


def refused():
    d = Daemon(registry=None, start=False)
    for text, why in (("access dialup", "is no kind of access"), ("joined 2h", "out of its range"), ("access 64", "is no kind of access"), ("limit 7d", "is not")):
        path = os.path.join(d.dir, "bad.conf")
        with open(path, "w") as f:
            f.write(d.config_text(conf=f"radius {{ duration {{ {text} }} }}"))
        r = d.aup("check", "-c", path)
        tap.ok(r.rc != 0 and why in r.out + r.err, f"refused: {text}", r.out, r.err)
    d.abandon()


def main():
    with Access() as d:
        too_long(d)
        told(d)
        covered(d)
        by_night(d)
        hangs_up(d)
        silent(d)
    joined()
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
