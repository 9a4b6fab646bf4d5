#!/usr/bin/env python3
"""Bindings in the daemon: import whole or not at all and twice the same, a file followed through rotation and kill -9, holes that lower a
grade, a late fact that changes what a case rests on, retention, damage."""
import json
import os
import signal
import subprocess
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import Daemon, arf, missing, program

REGISTRY = """type,id,customer,class,kind,resource,service,name,email,lifeline
customer,x,,business,,,,Ex Ltd,ex@x.example,
customer,y,,business,,,,Why Ltd,why@y.example,
customer,z,,business,,,,Zed Ltd,zed@z.example,
service,x-mail,x,,mail,,,,,
login,l-x,x,,,ex@dsl,x-mail,,,
login,l-y,y,,,why@dsl,,,,
login,l-y2,y,,,why2@dsl,,,,
login,l-odd,z,,,y,,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,,
prefix,pool6,,,dynamic,2001:db8:100::/40,,,,
prefix,nat,,,shared,192.0.2.0/24,,,,
prefix,fixed,x,,static,198.51.100.200/32,,,,
"""
CONF = "bindings { feed radius 1; feed cgnat 7; capacity 20000; retention 30d }"
HEAD = "address,subject,start,end,seen,port_from,port_to,kind\n"


def at(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def row(address, subject, start, end=None, seen=None, ports=("", ""), kind=""):
    return f"{address},{subject},{at(start) if start else ''},{at(end) if end else ''},{at(seen) if seen else ''},{ports[0]},{ports[1]},{kind}\n"


class World:
    """A daemon with bindings, and the hour in which everything happens."""

    def __init__(self, d):
        self.d = d
        self.t = int(time.time()) - 3600
        self.asked = 0

    def load(self, text, *more, feed="radius"):
        return self.d.aup("bindings", "import", "-", "--feed", feed, *more, stdin=HEAD + text)

    def take(self, text, *more, feed="radius"):
        r = self.load(text, "--json", *more, feed=feed)
        assert r.rc == 0, r.err
        return (r.json["rows"], r.json["new"], r.json["corrections"])

    def whole(self, feed="radius", before=7200, after=3500):
        """The feed told everything of the hour."""
        return self.take("", "--from", at(self.t - before), "--until", at(self.t + after), feed=feed)

    def who(self, address, when, port=None):
        self.asked += 1
        more = ("--port", str(port)) if port else ()
        return self.d.check("who", address, "--at", at(when), *more, "--because", f"question {self.asked}", "--json").json["subject"]

    def brief(self, address, when, port=None):
        s = self.who(address, when, port)
        return (s["ours"], s["grade"], s.get("customer", ""))


class Bound(Daemon):
    def rows(self, path):
        return json.loads(self.api(path).body)["rows"]


def daemon():
    return Bound(registry=None, conf=CONF)


def behind(w):
    """A block of ports whose subject is an address behind it, and who had that by another feed."""
    t = w.t
    w.take(row("192.0.2.2", "inside:100.64.0.9", t - 600, t + 1200, None, (1024, 2047)), feed="cgnat")
    w.take(row("100.64.0.9", "ex@dsl", t - 600, t + 300) + row("100.64.0.9", "why@dsl", t + 300, t + 1200))
    tap.is_equal([w.brief("192.0.2.2", t + s, 1500) for s in (0, 900, 300)], [("yes", "A", "x"), ("yes", "A", "y"), ("cannot-tell", "C", "")],
                 "behind a shared address: who had the address behind it then")
    made = w.d.aup("bindings", "map", "-", stdin=f"inside,outside,port_from,port_to,ports,order,from,until\n100.64.0.8/31,192.0.2.3/32,1024,3023,1000,fill,{at(t - 600)},\n")
    tap.is_equal(made.out.splitlines()[1:], [f"192.0.2.3,inside:100.64.0.{8 + n},{at(t - 600)},,{1024 + 1000 * n},{2023 + 1000 * n},assignment" for n in (0, 1)],
                 "a rule by which ports are assigned, as rows")
    tap.is_equal(w.d.aup("bindings", "import", "-", "--feed", "cgnat", stdin=made.out).rc, 0, "  which are taken")
    tap.is_equal((w.brief("192.0.2.3", t, 2500), w.brief("192.0.2.3", t, 1500)), (("yes", "A", "x"), ("cannot-tell", "D", "")), "  and answered from")
    tap.like(w.who("192.0.2.2", t, 1500)["binding"], r"feed cgnat, id \w+; behind it binding 100\.64\.0\.9, .* feed radius", "and both bindings are cited")


def imports():
    with daemon() as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        w = World(d)
        t = w.t
        tap.is_equal(w.brief("198.51.100.7", t), ("cannot-tell", "D", ""), "no feed has been heard: cannot tell")
        rows = row("198.51.100.7", "ex@dsl", t - 600, t + 600) + row("198.51.100.7", "y", t + 600, t + 1200) + \
            row("198.51.100.8", "why@dsl", t - 600, None, t) + row("2001:db8:100:40::/60", "x", t - 600, t + 600) + \
            row("192.0.2.1", "x", t - 600, t + 600, None, (1024, 2047)) + row("192.0.2.1", "Why2@DSL", t - 600, t + 600, None, (2048, 4095)) + \
            row("198.51.100.9", "why@dsl", t - 600, t) + row("198.51.100.9", "why2@dsl", t, t + 600)
        tap.is_equal(w.load(rows).rc, 1, "a subject that is one customer's login and another one's id is refused")
        rows = rows.replace(",y,", ",why2@dsl,")
        tap.is_equal(w.take(rows), (8, 8, 0), "an import")
        tap.is_equal(w.brief("198.51.100.7", t), ("yes", "B", "x"), "the holder, graded down: the feeds were not heard")
        w.whole()
        w.whole("cgnat")
        for address, when, port, want, why in (
                ("198.51.100.7", t, None, ("yes", "A", "x"), "one holder, every feed heard"),
                ("198.51.100.7", t + 900, None, ("yes", "A", "y"), "the next holder of the same address"),
                ("198.51.100.7", t + 600, None, ("cannot-tell", "C", ""), "at the change: two who could be meant"),
                ("198.51.100.7", t + 2400, None, ("no", "D", ""), "nobody, and that is known"),
                ("198.51.100.8", t + 300, None, ("yes", "B", "y"), "a session of which no end was heard"),
                ("198.51.100.9", t, None, ("yes", "B", "y"), "two logins of one customer"),
                ("2001:db8:100:4f::1", t, None, ("yes", "A", "x"), "a delegated prefix of IPv6"),
                ("2001:db8:100:50::1", t, None, ("no", "D", ""), "and beside it"),
                ("192.0.2.1", t, 1500, ("yes", "A", "x"), "a shared address by its port"),
                ("192.0.2.1", t, 2048, ("yes", "A", "y"), "and another port"),
                ("192.0.2.1", t, None, ("cannot-tell", "E", ""), "and without one"),
                ("198.51.100.7", t - 8000, None, ("cannot-tell", "D", ""), "before the feed was heard: cannot tell"),
                ("198.51.100.200", t, None, ("yes", "A", "x"), "what the register knows needs no feed")):
            tap.is_equal(w.brief(address, when, port), want, why)
        s = w.who("198.51.100.7", t)
        tap.like(s["binding"], rf"^binding 198\.51\.100\.7, {at(t - 600)} until {at(t + 600)}, feed radius, id [0-9a-f]{{16}}$", "the binding that it rests on")
        tap.is_equal((s["source"], s.get("service"), s["from"], s["until"]), ("bindings", "x-mail", (t - 600) * 10**6, (t + 600) * 10**6), "its interval, the service of the login")
        tap.is_equal(sorted(w.who("198.51.100.7", t + 600)["candidates"]), ["x", "y"], "candidates are named")
        text = d.check("who", "198.51.100.7", "--at", at(t - 8000), "--because", "words").out
        tap.like(text, r"because: feed radius: nothing is known of the feed, ", "the feed's health in words")
        tap.like(d.check("who", "198.51.100.7", "--at", at(t), "--because", "words").out, rf"held: {at(t - 600)} until {at(t + 600)}\n", "and the interval")

        behind(w)
        tap.is_equal(w.take(rows), (8, 0, 0), "the same again is no news")
        tap.is_equal(w.take(row("198.51.100.8", "why@dsl", t - 600, t + 1800)), (1, 1, 0), "an end that came later")
        tap.is_equal(w.brief("198.51.100.8", t + 300), ("yes", "A", "y"), "and made it sure")
        tap.is_equal(w.take(rows), (8, 0, 0), "the older file does not take it back")
        tap.is_equal(w.brief("198.51.100.8", t + 300), ("yes", "A", "y"), "so it stays sure")
        tap.is_equal(w.take(row("2001:db8:100:40::/60", "x", t - 600, t + 600, None, ("", ""), "withdrawn")), (1, 1, 0), "a binding withdrawn")
        tap.is_equal(w.brief("2001:db8:100:4f::1", t), ("no", "D", ""), "is one that never was")

        before = d.check("bindings", "status", "--json").json["bindings"]
        many = [row(f"198.51.100.{n % 250}", "ex@dsl", t - 100000 + n, t - 99999 + n) for n in range(10000)]
        many[7311] = many[7311].replace("ex@dsl", "nobody@dsl")
        r = w.load("".join(many))
        tap.is_equal(r.rc, 1, "one bad row in 10,000")
        tap.like(r.err, r"-:7313:\d+: this subject is not known", "is told with its line")
        many[7311] = many[7310]
        tap.is_equal(d.check("bindings", "status", "--json").json["bindings"], before, "and nothing was taken")
        many[3] = many[3].replace("Z,", "+99:00,", 1)
        tap.like(w.load("".join(many)).err, r"-:5:\d+: a time reads like", "a time that is none, with its line")
        many[3] = many[4]
        tap.like(d.aup("bindings", "import", "-", stdin="".join([HEAD, *many])).err, r"-:2:\d+: this feed is not known", "with two feeds the file's own has to be named")
        tap.is_equal(w.take("".join(many))[:2], (10000, 9998), "the rest is taken")
        tap.like(w.load("".join(row("198.51.100.1", "ex@dsl", n, n + 1) for n in range(1000, 12000))).err, r"have room|has room", "more than the capacity is refused")
        tap.like(d.check("status").out, rf"bindings +{before + 9998}\n", "status has their number")
        tap.like(d.api("/metrics").body.decode(), rf"aupd_bindings {before + 9998}\n", "and so have the metrics")
        with open(os.path.join(d.data, "bindings", os.listdir(os.path.join(d.data, "bindings"))[0]), "rb") as f:
            data = f.read()
        tap.ok(b"ex@dsl" not in data and b"why" not in data, "segments hold opaque keys only")
        d.restart()
        tap.ok(d.log.find(r"bindings loaded .*records=\d+"), "they are loaded at start, and the log says so")
        tap.is_equal(w.brief("198.51.100.7", t), ("yes", "A", "x"), "and answer as before")
        register_goes_on(d, w, t)


def register_goes_on(d, w, t):
    """What comes to the register while bindings are loaded has its subjects at once, and what has gone has none."""
    one = row("198.51.100.241", "new@dsl", t - 600, t + 600)
    tap.is_equal(w.load(one).rc, 1, "a login that the register does not have yet")
    d.check("registry", "import", "-", stdin="type,id,customer,kind,resource,name,email\ncustomer,n,,,,New Ltd,new@n.example\nlogin,l-n,n,,new@dsl,,\n")
    tap.is_equal((w.take(one)[:2], w.brief("198.51.100.241", t)), ((1, 1), ("yes", "A", "n")), "and has now")
    d.check("registry", "import", "-", stdin="type,id,customer,kind,resource\nlogin,l-n,n,,other@dsl\n")
    tap.is_equal((w.load(row("198.51.100.242", "new@dsl", t, t + 60)).rc, w.brief("198.51.100.241", t)[2]), (1, ""), "under its new name it is another one")
    tap.is_equal(w.take(row("198.51.100.243", "other@dsl", t, t + 600))[:2], (1, 1), "  which is known")
    bad = d.aup("registry", "import", "-", stdin="type,id,customer,kind,resource\nlogin,l-m,n,,more@dsl\nlogin,l-k,nobody,,none@dsl\n")
    tap.is_equal((bad.rc, w.load(row("198.51.100.244", "more@dsl", t, t + 60)).rc), (1, 1), "what was refused whole is not there in part")


class Follower:
    """aup bindings follow of a file."""

    def __init__(self, w, path, feed="radius"):
        env = dict(os.environ, AUPD_SOCKET=os.path.join(w.d.run, "api.sock"))
        self.process = subprocess.Popen([program("aup"), "bindings", "follow", path, "--feed", feed], env=env, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def stop(self):
        """(exit status, standard output, standard error)"""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate()
        return self.process.returncode, out, err


def add(path, text):
    with open(path, "a") as f:
        f.write(text)


def follows():
    with daemon() as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        w = World(d)
        path = os.path.join(d.dir, "radius.csv")

        def kept():
            return d.check("bindings", "status", "--json").json

        def heard():
            return next(f for f in kept()["feeds"] if f["name"] == "radius")

        def holes(reason):
            return [h for h in heard()["holes"] if h["reason"] == reason]

        f = Follower(w, path)
        add(path, HEAD + row("198.51.100.1", "ex@dsl", w.t))
        d.until(lambda: kept()["bindings"] == 1, "the first row of a file that was not there yet")
        add(path, row("198.51.100.2", "ex@dsl", w.t)[:-9])
        add(path, row("198.51.100.2", "ex@dsl", w.t)[-9:] + row("198.51.100.3", "ex@dsl", w.t) + row("198.51.100.4", "ex@dsl", w.t)[:20])
        d.until(lambda: kept()["bindings"] == 3, "whole rows, not the half one")
        begun = d.state()["time"]
        d.pass_time("10m")
        d.until(lambda: heard().get("heard"), "it is heard while it is followed")
        d.kill_and_wait("judge")
        add(path, row("198.51.100.4", "ex@dsl", w.t)[20:])
        d.until(lambda: kept()["bindings"] == 4, "what was written while the judge was away")
        d.pass_time("10m")
        d.until(lambda: all(h["from"] < begun for h in heard()["holes"]), "no hole by the judge's end")
        add(path, row("198.51.100.5", "nobody@dsl", w.t))
        d.until(lambda: holes("the feed lost messages"), "a bad row is a hole of the feed")
        os.rename(path, path + ".1")
        add(path + ".1", row("198.51.100.6", "ex@dsl", w.t)[:-1])
        add(path, "subject,end,start,address\n" + f"why@dsl,,{at(w.t)},198.51.100.7\n")
        d.until(lambda: kept()["bindings"] == 6, "the end of the old file, and the new one with a header of its own")
        open(path, "w").close()
        d.check("bindings", "import", "-", "--feed", "radius", stdin=HEAD + row("198.51.100.8", "ex@dsl", w.t))
        # shorter than it was, which alone can be seen
        add(path, f"address,subject,start,end\n198.51.100.9,x,{at(w.t)},\n")
        d.until(lambda: kept()["bindings"] == 8, "a file that was cut off begins again")
        rc, _, err = f.stop()
        tap.is_equal(rc, 0, "it ends when it is told", err)
        tap.like(err, r"radius\.csv:6:\d+: this subject is not known; the row is left out", "a bad row was told with its line")
        tap.is_equal(kept()["bindings"], 8, "every good row was taken once, over rotation, truncation and a kill of the judge")
        stopped = d.state()["time"]
        d.pass_time("1h")
        f = Follower(w, path)
        d.until(lambda: holes("the feed was down"), "the time in which nobody followed is a hole")
        hole = holes("the feed was down")[-1]
        tap.ok(hole["from"] <= stopped < hole["until"], "from when it was heard last", hole, stopped)
        tap.like(d.check("bindings", "status").out, r"feed radius \(number 1\): heard last 20.*\n(  hole: .*\n)*  hole: .*: the feed was down\n", "status tells it in words")
        f.stop()
        tap.is_equal(kept()["bindings"], 8, "what the file said before is no news to the second one")


def complain(d, address, when, by="abc"):
    for n, who in enumerate(by):
        # -0000 says that the zone is not known (RFC 5322 3.3)
        reply = d.smtp_send(arf(address, number=n, reporter=f"fbl@reporter-{who}.example", at=when).replace(b"-0000", b"+0000"))
        assert reply.code == 250, reply.text
    d.settle()


def corrects():
    with daemon() as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        w = World(d)
        t = w.t
        w.take(row("198.51.100.7", "ex@dsl", t - 600, t + 600) + row("198.51.100.8", "why@dsl", t - 600, t + 600))
        w.whole()
        d.pass_time("1s")
        complain(d, "198.51.100.9", t)
        tap.is_equal((d.cases(), len(d.rows("/v1/parked"))), ([], 3), "a feed that was not heard: what nobody held cannot be told, and is parked")
        complain(d, "198.51.100.7", t)
        tap.is_equal(d.cases(), [], "and what somebody held is of a lower grade, on which no case is opened here")
        w.whole("cgnat")
        d.pass_time("1s")
        complain(d, "198.51.100.7", t, "def")
        complain(d, "198.51.100.8", t, "def")
        cases = {c["body"]["customer"]: c["case"] for c in d.cases()}
        tap.is_equal(sorted(cases), ["x", "y"], "two cases, each on who held the address then")
        complain(d, "198.51.100.10", t, "g")
        waiting = [i["body"]["reason"] for i in d.rows("/v1/intake?state=waiting")]
        tap.is_equal(waiting, ["no customer held the address at that time, and every feed was heard"], "nobody held it, and that is known: a person looks")
        tap.like(d.check("case", "explain", cases["x"]).out, r"whose: binding 198\.51\.100\.7, .* feed radius, id [0-9a-f]{16}, grade A", "the binding stands in the story")
        d.pass_time("16m")
        tap.is_equal(len(d.rows("/v1/parked")), 0, "what was parked is tried again, now that the feeds were heard")

        wrong = row("198.51.100.7", "ex@dsl", t - 600, t + 600, kind="withdrawn") + row("198.51.100.7", "why2@dsl", t - 600, t + 600)
        tap.is_equal(w.take(row("198.51.100.20", "ex@dsl", t - 600, t + 600))[2], 0, "a late fact about another address corrects nothing")
        tap.is_equal(w.take(wrong)[2], 3, "a late fact about the address: three reports were about another one")
        d.settle()
        story = d.check("case", "explain", cases["x"]).out
        tap.like(story, r"corrected: whose report \d+ was: customer x \(grade A, binding 198\.51\.100\.7, .*\) then; customer y \(grade A, "
                 r"binding 198\.51\.100\.7, .*\) now; the fact: binding 198\.51\.100\.7, .*withdrawn", "the case tells who it was, who it is, and which fact")
        tap.like(story, "a person decides whether this goes on", "and asks a person")
        tap.is_equal([c["case"] for c in d.cases("--flag", "corrected")], [cases["x"]], "the case is marked, and no other one")
        body = d.check("case", "show", cases["x"], "--json").json
        tap.is_equal(d.cases("--customer", "x")[0]["state"], "open", "nothing was undone")
        d.pass_time("9d")
        after = d.check("case", "show", cases["x"], "--json").json
        tap.is_equal([a["key"] for a in after["acts"]], [a["key"] for a in body["acts"]], "and nothing went on by itself")
        acts = d.check("case", "show", cases["y"], "--json").json["acts"]
        tap.ok([a for a in acts if a["verb"] == "limit"], "while the other case went on", acts)
        tap.is_equal(w.take(wrong)[1:], (0, 0), "the same fact again is told once")
        d.restart()
        d.settle()
        story = d.check("case", "explain", cases["x"]).out
        tap.is_equal(story.count("corrected: "), 3, "and not again after a restart", story)
        d.check("case", "dismiss", cases["x"], "it was the neighbour")
        tap.is_equal(d.cases("--flag", "corrected"), [], "a person decides")
        tap.is_equal(d.cases("--customer", "x")[0]["state"], "resolved", "and the case is closed")
        d.kill_and_wait("judge")
        late = row("198.51.100.8", "why@dsl", t - 600, t + 600, kind="withdrawn")
        tap.is_equal(w.take(late), (1, 1, 3), "a fact that says that nobody held it")
        d.settle()
        tap.like(d.check("case", "explain", cases["y"]).out, r"customer y \(grade A, .*\) then; nobody \(grade D\) now", "is a correction too")


def loses():
    """Retention and damage."""
    with daemon() as d:
        d.check("registry", "import", "-", stdin=REGISTRY)
        w = World(d)
        t = w.t
        where = os.path.join(d.data, "bindings")
        w.take(row("198.51.100.7", "ex@dsl", t - 600, t + 600) + row("198.51.100.8", "why@dsl", t - 600, kind="assignment") +
               row("198.51.100.9", "why2@dsl", t - 600, t + 600))
        w.whole()
        w.whole("cgnat")
        d.pass_time("1s")
        complain(d, "198.51.100.7", t)
        tap.is_equal(d.cases()[0]["body"]["grade"], "A", "a case of grade A")
        first = os.listdir(where)
        d.stop()
        with open(os.path.join(where, first[0]), "r+b") as f:
            f.seek(64 + 20)
            octet = f.read(1)
            f.seek(64 + 20)
            f.write(bytes([octet[0] ^ 1]))
        d.launch()
        tap.ok(d.log.wait(r"records of bindings are damaged or missing.*records=1"), "a damaged record is told at start")
        status = d.check("bindings", "status").out
        tap.like(status, r"damage: 1 records on 1 days cannot be read", "and in the status")
        tap.like(status, r"hole: .*: records of the feed were damaged", "and is a hole of the feeds")
        tap.like(d.check("status").out, r"bindings_bad_records +1\n", "and told by aup status")
        tap.is_equal(w.brief("198.51.100.7", t)[0], "cannot-tell", "what it said cannot be told any more")
        d.settle()
        tap.like(d.check("case", "explain", d.cases()[0]["case"]).out, r"corrected: .*customer x \(grade A, .* then; cannot be told \(grade D\) now; the fact: "
                 "facts that came before the last start", "and a case that rests on it asks a person")
        w.whole()
        w.whole("cgnat")
        d.pass_time("1s")
        complain(d, "198.51.100.9", t)
        tap.is_equal([c["body"]["grade"] for c in d.cases("--customer", "y")], ["A"], "the feeds' records of that time, imported again, close the hole")
        d.pass_time("32d")
        tap.ok(d.log.find(r"bindings beyond the retention are gone.*days=1"), "beyond the retention a day is gone")
        tap.ok(first[0] not in os.listdir(where), "its file too", os.listdir(where))
        tap.is_equal(w.brief("198.51.100.8", t + 86400 * 30)[0::2], ("yes", "y"), "what still holds was carried forward")
        tap.is_equal(w.brief("198.51.100.7", t)[0], "cannot-tell", "what does not is forgotten")
        d.restart()
        d.settle()
        text = "\n".join(d.check("case", "explain", c["case"]).out for c in d.cases())
        tap.is_equal(text.count("corrected: "), 3, "and forgetting corrects nothing")


def refused():
    with Daemon(registry=None, policy=None) as d:
        tap.like(d.aup("bindings", "status").err, "no bindings are kept", "without a feed there are none")
        tap.is_equal(d.aup("bindings", "import", "x", "--from", "2026-01-01T00:00:00Z").rc, 2, "a beginning needs an end")


def main():
    imports()
    follows()
    corrects()
    loses()
    refused()


tap.skip_all(missing()) if missing() else tap.run(main)
