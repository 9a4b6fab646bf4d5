#!/usr/bin/env python3
"""A real FreeRADIUS reads who may log in from a PostgreSQL that aupd writes: a customer who is suspended is rejected, one who is limited gets the
group's rate, and when the case is resolved each is answered as before. The tables are those that FreeRADIUS ships."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import postgres
import radius_server
import tap
from dialin import LOGIN, Scene

SHIPPED = "/etc/freeradius/3.0/mods-config/sql/main/postgresql"
MODULE = "/usr/lib/freeradius/rlm_sql_postgresql.so"
SECRET, PORT = "a-secret-of-twenty-two", 1812
CONF = """prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {dir}
logdir = {dir}
run_dir = {dir}
security {{
	status_server = no
}}
client all {{
	ipaddr = 127.0.0.0/8
	secret = "{secret}"
}}
instantiate {{
	expr
}}
modules {{
	expr {{
	}}
	pap {{
	}}
	sql {{
		driver = "rlm_sql_postgresql"
		dialect = "postgresql"
		radius_db = "host={socket} dbname=radius user=postgres"
		acct_table1 = "radacct"
		acct_table2 = "radacct"
		postauth_table = "radpostauth"
		authcheck_table = "radcheck"
		groupcheck_table = "radgroupcheck"
		authreply_table = "radreply"
		groupreply_table = "radgroupreply"
		usergroup_table = "radusergroup"
		client_table = "nas"
		read_groups = yes
		read_profiles = no
		read_clients = no
		group_attribute = "SQL-Group"
		pool {{
			start = 1
			min = 1
			max = 4
			spare = 1
		}}
		$INCLUDE {shipped}/queries.conf
	}}
}}
server default {{
	listen {{
		type = auth
		ipaddr = {address}
		port = {port}
	}}
	authorize {{
		sql
		pap
	}}
	authenticate {{
		Auth-Type PAP {{
			pap
		}}
	}}
}}
"""


def missing():
    if not os.path.exists(MODULE):
        return "freeradius-postgresql is not installed"
    return radius_server.missing() or postgres.missing() or daemon.missing()


class Server:
    def __init__(self, directory, address, pg):
        os.makedirs(directory)
        self.address = address
        with open(f"{directory}/radiusd.conf", "w", encoding="ascii") as f:
            f.write(CONF.format(dir=directory, secret=SECRET, socket=pg.dir, shipped=SHIPPED, address=address, port=PORT))
        self.log = daemon.Log(f"{directory}/seen.log")
        self.process = subprocess.Popen([radius_server.PROGRAM, "-X", "-d", directory, "-D", radius_server.DICTIONARY], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/")
        self.log.follow(self.process.stdout)
        if not self.log.wait("Ready to process requests"):
            raise RuntimeError("freeradius does not start:\n" + "\n".join(self.log.lines[-30:]))

    def answer(self, i):
        """Access-Accept or Access-Reject, and its rate."""
        done = subprocess.run(["radclient", "-x", "-D", radius_server.DICTIONARY, "-d", radius_server.DICTIONARY, "-r", "5", "-t", "10", f"{self.address}:{PORT}", "auth", SECRET],
                              input=f'User-Name = "{LOGIN % i}", User-Password = "secret {i}"\n', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        word = re.search(r"Received (Access-\w+)", done.stdout)
        rate = re.search(r'Mikrotik-Rate-Limit = "(.*?)"', done.stdout)
        return word and word.group(1), rate and rate.group(1)


def fill(pg, count):
    with open(f"{SHIPPED}/schema.sql", encoding="utf-8") as f:
        pg.sql(f.read() + postgres.GRANTS)
    pg.sql("INSERT INTO radgroupcheck (groupname, attribute, op, value) VALUES ('suspended', 'Auth-Type', ':=', 'Reject');"
           "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES ('gold', 'Mikrotik-Rate-Limit', ':=', '50M/50M'), ('slow', 'Mikrotik-Rate-Limit', ':=', '1M/1M');" +
           "".join(f"INSERT INTO radcheck (username, attribute, op, value) VALUES ('{LOGIN % i}', 'Cleartext-Password', ':=', 'secret {i}');"
                   f"INSERT INTO radusergroup (username, groupname, priority) VALUES ('{LOGIN % i}', 'gold', 1);" for i in range(count)))


def main():
    address = daemon.loopback()
    with postgres.Postgres(schema=None) as pg:
        fill(pg, 2)
        secret = f"{pg.dir}/db.secret"
        with open(secret, "w", encoding="ascii") as f:
            f.write(postgres.PASSWORD + "\n")
        conf = f"""aaa-sql {{
    address {pg.dir}; login {postgres.USER}; password-file {secret}
    profile slow {{ verb limit; group slow }}
    profile blocked {{ verb suspend; group suspended }}
}}
"""
        enforce = "enforce limit access { driver aaa-sql slow }\nenforce suspend access { driver aaa-sql blocked }"
        with Scene(conf=conf, count=2, enforce=enforce, steps="    at once limit access\n    after 1h suspend access", verb="suspend") as d:
            os.chmod(d.dir, 0o711)
            server = Server(f"{d.dir}/freeradius", address, pg)
            tap.is_equal([server.answer(i) for i in (0, 1)], [("Access-Accept", "50M/50M")] * 2, "both customers may log in, and have their rate")
            d.spam(0)
            tap.is_equal(server.answer(0), ("Access-Accept", "1M/1M"), "limited: he gets the rate of that group")
            d.let(3700)
            tap.is_equal((d.stands(0), server.answer(0)), ("done", ("Access-Reject", None)), "suspended: he is rejected")
            tap.is_equal(server.answer(1), ("Access-Accept", "50M/50M"), "nobody else is")
            d.check("case", "resolve", d.case(0), "mended")
            d.let(600)
            tap.is_equal((d.stands(0), server.answer(0)), ("undone", ("Access-Accept", "50M/50M")), "resolved: he logs in as before")
            server.process.terminate()
            tap.is_equal(server.process.wait(), 0, "FreeRADIUS ends well")


if __name__ == "__main__":
    if missing():
        tap.skip_all(missing())
    tap.run(main)
