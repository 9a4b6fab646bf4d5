#!/usr/bin/env python3
"""A login is limited and suspended in the database of a RADIUS server: what stood there is saved before, set is what the profile says, proof is what
reads back, and put back is what was there, unless somebody else wrote meanwhile. A real PostgreSQL; its answers lost, the server gone, the hand killed."""
import os
import shutil
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import postgres
import tap
from daemon import loopback, missing
from dialin import LOGIN, Scene

PROFILES = """profile slow { verb limit; group slow; reply Mikrotik-Rate-Limit := "1M/1M" }
    profile blocked { verb suspend; group suspended 1 }
    profile rejected { verb suspend; check Auth-Type := Reject }"""
LADDER = "    at once limit access\n    after 1h suspend access"
BOTH = "enforce limit access { driver aaa-sql slow }\nenforce suspend access { driver aaa-sql blocked }"
SUSPEND = "enforce suspend access { driver aaa-sql blocked }"


def block(d, address, more=""):
    path = f"{d}/db.secret"
    with open(path, "w", encoding="ascii") as f:
        f.write(postgres.PASSWORD + "\n")
    return f"aaa-sql {{\n    address {address}; login {postgres.USER}; password-file {path}; {more}\n    {PROFILES}\n}}\n"


class Wired(Scene):
    """aupd beside a database with its customers' logins, each in the group gold, with a rate of his own."""

    def __init__(self, pg, address=None, more="", enforce=SUSPEND, steps="    at once suspend access", verb="suspend", count=8, **rest):
        self.pg = pg
        pg.sql("TRUNCATE radcheck, radreply, radusergroup;" + "".join(
            f"INSERT INTO radcheck (username, attribute, op, value) VALUES ('{LOGIN % i}', 'Cleartext-Password', ':=', 'secret {i}');"
            f"INSERT INTO radusergroup (username, groupname, priority) VALUES ('{LOGIN % i}', 'gold', 1), ('{LOGIN % i}', 'static', 5);"
            f"INSERT INTO radreply (username, attribute, op, value) VALUES ('{LOGIN % i}', 'Mikrotik-Rate-Limit', ':=', '5{i}M/5{i}M'), "
            f"('{LOGIN % i}', 'Framed-Pool', ':=', 'p{i}');" for i in range(count)))
        super().__init__(enforce=enforce, steps=steps, verb=verb, count=count, conf=block(pg.dir, address or pg.dir, more), **rest)

    def held(self, i):
        return self.pg.groups(LOGIN % i)

    def explained(self, i):
        return self.check("case", "explain", self.case(i)).out

    def resolve(self, i):
        self.check("case", "resolve", self.case(i), "mended")
        self.settle()

    def acts_of(self, i):
        return {a["verb"]: a for a in self.check("case", "show", self.case(i), "--json").json["acts"] if a["verb"] in ("limit", "suspend")}


WAS = ["gold 1", "static 5"]


def suspended(d):
    d.spam(0)
    tap.is_equal((d.stands(0), d.held(0)), ("done", ["suspended 1"]), "suspended: the login is in that group, and in no other")
    tap.is_equal(d.held(1), WAS, "nobody else is")
    tap.like(d.act(0).get("saved", ""), '"had":.."gold","","1".,."static","","5"..', "what stood there is kept with the act")
    tap.unlike(str(d.act(0)), "secret 0", "a password is not")
    tap.like(d.explained(0), "suspend of access is in force, its effect was seen", "the case says so")
    d.resolve(0)
    tap.is_equal((d.stands(0), d.held(0)), ("undone", WAS), "resolved: what was there is there again")
    tap.like(d.explained(0), "suspend of access was lifted, seen gone", "and the case says that")
    tap.is_equal(d.pg.rows("radreply", LOGIN % 0), ["Mikrotik-Rate-Limit := 50M/50M", "Framed-Pool := p0"], "what the profile is not about was never touched")


def unknown(d):
    d.pg.sql(f"DELETE FROM radcheck WHERE username = '{LOGIN % 1}'; DELETE FROM radreply WHERE username = '{LOGIN % 1}'; DELETE FROM radusergroup WHERE username = '{LOGIN % 1}'")
    d.spam(1)
    tap.is_equal((d.told(1), d.held(1)), (("refused", "the database does not know a login of the service"), []), "a login that is not there is made for nobody")


def strangers(d):
    d.spam(2)
    d.pg.sql(f"UPDATE radusergroup SET groupname = 'platinum' WHERE username = '{LOGIN % 2}'")
    d.resolve(2)
    state, text = d.told(2)
    tap.ok(state == "refused" and "what stands in the database is not what was set" in text, "somebody else wrote there meanwhile: a person has to look", state, text)
    tap.is_equal(d.held(2), ["platinum 1"], "and what he wrote is left")
    tap.like(d.check("queue", "dead").out, d.case(2), "who sees it")
    d.check("case", "undo", d.case(2), d.act(2)["key"])
    tap.ok(d.stands(2) == "undone" and d.case(2) not in d.check("queue", "dead").out, "and says when he has seen to it")
    d.spam(3)
    d.pg.sql(f"DELETE FROM radusergroup WHERE username = '{LOGIN % 3}'; INSERT INTO radusergroup (username, groupname, priority) VALUES ('{LOGIN % 3}', 'static', 5), ('{LOGIN % 3}', 'gold', 1)")
    d.resolve(3)
    tap.is_equal((d.stands(3), d.held(3)), ("undone", WAS), "put back by hand already, it is undone, and nothing is written")


def restarted(d):
    """A new hand looks at what it finds."""
    d.spam(4)
    d.kill_and_wait("hand")
    d.settle()
    d.until(lambda: d.stands(4) == "done", "the act to be seen again")
    tap.is_equal(d.held(4), ["suspended 1"], "after a kill what is in force is seen to be")
    d.pg.sql(f"UPDATE radusergroup SET groupname = 'gold' WHERE username = '{LOGIN % 4}'")
    d.kill_and_wait("hand")
    d.until(lambda: d.stands(4) == "refused", "the act to be refused")
    tap.is_equal((d.told(4)[1], d.held(4)), ("somebody else has changed in the database what was set", ["gold 1"]), "what somebody has changed is not set again: a person decides")


def switch(d):
    stop = os.path.join(d.data, "hand", "stop")
    with open(stop, "w", encoding="ascii"):
        pass
    d.spam(5)
    tap.is_equal((d.told(5), d.held(5)), (("queued", "the kill switch is set"), WAS), "the kill switch holds it")
    os.unlink(stop)
    d.let(600)
    tap.is_equal((d.stands(5), d.held(5)), ("done", ["suspended 1"]), "until it is gone")


def shielded(pg):
    with Wired(pg, hand="protect c0; suspensions 2", count=4) as d:
        d.spam(0)
        tap.is_equal((d.told(0), d.held(0)), (("refused", "the target is on the protected list"), WAS), "whom the list protects is not touched")
        d.spam(1)
        d.spam(2)
        tap.is_equal((d.stands(1), d.stands(2), d.held(1), d.held(2)), ("done", "held", ["suspended 1"], WAS), "beyond the budget nobody is")
        approve = d.check("queue", "approvals").out
        tap.like(approve, d.case(2), "but waits for a person")


def ladder(pg):
    """A limit and a suspension of one case upon each other, undone in whatever order."""
    with Wired(pg, enforce=BOTH, steps=LADDER, verb="limit", count=3) as d:
        rate = lambda: pg.rows("radreply", LOGIN % 0)
        d.spam(0)
        tap.is_equal((d.stands(0), d.held(0), rate()), ("done", ["slow 1"], ["Framed-Pool := p0", "Mikrotik-Rate-Limit := 1M/1M"]), "limited: group and rate")
        d.let(3700)
        acts = d.acts_of(0)
        tap.is_equal((acts["suspend"]["state"], d.held(0)), ("done", ["suspended 1"]), "then suspended")
        d.kill_and_wait("hand")
        d.settle()
        tap.is_equal(d.held(0), ["suspended 1"], "a limit that a new hand looks at does not lift the suspension")
        d.check("case", "undo", d.case(0), acts["limit"]["key"])
        d.let(4000)
        tap.is_equal((d.acts_of(0)["limit"]["state"], d.held(0), rate()), ("undone", ["suspended 1"], ["Framed-Pool := p0", "Mikrotik-Rate-Limit := 50M/50M"]),
                     "the limit is undone first: its rate is taken back, and the login stays suspended")
        d.resolve(0)
        tap.is_equal((d.acts_of(0)["suspend"]["state"], d.held(0)), ("undone", WAS), "then what was there before both is put back")
        d.spam(1)
        d.let(3700)
        d.resolve(1)
        d.let(600)
        tap.is_equal(({a["state"] for a in d.acts_of(1).values()}, d.held(1), pg.rows("radreply", LOGIN % 1)),
                     ({"undone"}, WAS, ["Framed-Pool := p1", "Mikrotik-Rate-Limit := 51M/51M"]), "both at once come to the same")
        pg.sql(f"UPDATE radusergroup SET groupname = 'suspended' WHERE username = '{LOGIN % 2}' AND priority = 1; DELETE FROM radusergroup WHERE username = '{LOGIN % 2}' AND priority = 5")
        d.spam(2)
        state, text = d.told(2)
        tap.ok(state == "queued" and "stands above it" in text and d.held(2) == ["suspended 1"], "a limit lets nobody in who is suspended", state, text)


def lost(pg):
    """The connection breaks: before the commit nothing happened; behind it nobody can tell until somebody looked."""
    between = postgres.Between(pg.dir, f"{pg.dir}/between")
    with Wired(pg, address=f"{pg.dir}/between", count=6) as d:
        between.cut(b"DELETE", hear=False)
        d.spam(0)
        d.until(lambda: d.stands(0) in ("queued", "done"), "an answer")
        d.let(60)
        tap.is_equal((between.cuts, d.stands(0), d.held(0)), (1, "done", ["suspended 1"]), "lost before the commit it is done again")
        between.cut(b"COMMIT")
        d.spam(1)
        state, text = d.told(1)
        tap.ok(state == "unclear" and d.held(1) == ["suspended 1"], "lost behind the commit it cannot be told", state, text)
        since = len(between.said)
        d.let(60)
        tap.is_equal((d.stands(1), d.held(1)), ("done", ["suspended 1"]), "until somebody looked")
        tap.ok(b"DELETE" not in between.said[since:] and b"INSERT" not in between.said[since:], "who changed nothing")
        between.cut(b"COMMIT", hear=False)
        d.spam(2)
        tap.is_equal((d.stands(2), d.held(2)), ("unclear", WAS), "the same where the server never heard it")
        d.let(120)
        tap.is_equal((d.stands(2), d.held(2)), ("done", ["suspended 1"]), "it is seen not to be, and done")
        between.cut(b"COMMIT")
        d.resolve(1)
        d.let(120)
        tap.is_equal((d.stands(1), d.held(1)), ("undone", WAS), "what is lost of an undoing is looked for as well")
        tap.ok((LOGIN % 1).encode() in between.said and b"'" + (LOGIN % 1).encode() not in between.said, "a login goes as a parameter, never in a statement")
        pg.stop()
        d.spam(3)
        state, text = d.told(3)
        tap.ok(state == "queued" and "server closed the connection" in text or "terminat" in text or "connect" in text, "a server that is away is asked later", state, text)
        pg.start()
        d.let(600)
        tap.is_equal((d.stands(3), d.held(3)), ("done", ["suspended 1"]), "and then it is done")
        pg.sql("REVOKE DELETE ON radusergroup FROM aupd")
        d.spam(4)
        tap.is_equal((d.told(4), d.held(4)), (("refused", "permission denied for table radusergroup"), WAS), "what the database does not allow comes before a person")
        pg.sql("GRANT DELETE ON radusergroup TO aupd")


def secured():
    address = loopback()
    with postgres.Postgres(tls=address) as pg:
        shutil.copy(f"{pg.dir}/cert.pem", f"{pg.dir}/ca.pem")
        with Wired(pg, address=address, more=f"name db.isp.example; ca {pg.dir}/ca.pem", enforce="enforce suspend access { driver aaa-sql rejected }", count=2) as d:
            d.spam(0)
            tap.is_equal((d.stands(0), pg.rows("radcheck", LOGIN % 0)), ("done", ["Cleartext-Password := secret 0", "Auth-Type := Reject"]), "over TLS, a row for an attribute")
            d.resolve(0)
            tap.is_equal((d.stands(0), pg.rows("radcheck", LOGIN % 0)), ("undone", ["Cleartext-Password := secret 0"]), "and gone again where none was")
        with Wired(pg, address=address, more=f"name other.isp.example; ca {pg.dir}/ca.pem", count=2) as d:
            d.spam(0)
            state, text = d.told(0)
            tap.ok(state == "queued" and "certificate" in text and d.held(0) == WAS, "a certificate of another name is not spoken to", state, text)


def shared(pg):
    """Two services want the same of one login: it is let in when neither does."""
    with Wired(pg, enforce=SUSPEND + "\nenforce suspend voice { driver aaa-sql blocked }", steps="    at once suspend access\n    after 1h suspend voice", count=1) as d:
        rows = "type,id,customer,class,kind,resource,service,name,email\nservice,v0,c0,,voice,,,,\nlogin,l0,c0,,," + LOGIN % 0 + ",,,\n"
        d.check("registry", "import", "-", stdin=rows)
        d.spam(0)
        d.let(3700)
        acts = {a["service"]: a for a in d.check("case", "show", d.case(0), "--json").json["acts"] if a["verb"] == "suspend"}
        tap.is_equal(({a["state"] for a in acts.values()}, len(acts), d.held(0)), ({"done"}, 2, ["suspended 1"]), "both are in force")
        d.check("case", "undo", d.case(0), acts["access"]["key"])
        d.let(60)
        tap.is_equal(d.held(0), ["suspended 1"], "the first one is undone: the other one holds the login still")
        d.check("case", "undo", d.case(0), acts["voice"]["key"])
        d.let(60)
        tap.is_equal(d.held(0), WAS, "undone too: what was there before both")


def main():
    with postgres.Postgres() as pg:
        with Wired(pg, hand="suspensions-rule 50; suspensions 50") as d:
            for part in (suspended, unknown, strangers, restarted, switch):
                part(d)
        shielded(pg)
        ladder(pg)
        shared(pg)
        lost(pg)
    secured()


tap.skip_all(missing() or postgres.missing()) if missing() or postgres.missing() else tap.run(main)
