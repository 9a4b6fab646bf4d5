"""A PostgreSQL of the test's own, in a directory of its own, with the tables of a RADIUS server; run as a user who may do nothing else.

Reached by a Unix socket in its directory, with a password, and with tls=ADDRESS over TLS there too. The machine's own server is not touched."""
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

USER, PASSWORD = "aupd", "a password of the tests"
# as FreeRADIUS 3.2 makes them
SCHEMA = """CREATE TABLE radcheck (id serial PRIMARY KEY, UserName text NOT NULL DEFAULT '', Attribute text NOT NULL DEFAULT '', op VARCHAR(2) NOT NULL DEFAULT '==', Value text NOT NULL DEFAULT '');
CREATE TABLE radreply (id serial PRIMARY KEY, UserName text NOT NULL DEFAULT '', Attribute text NOT NULL DEFAULT '', op VARCHAR(2) NOT NULL DEFAULT '=', Value text NOT NULL DEFAULT '');
CREATE TABLE radusergroup (id serial PRIMARY KEY, UserName text NOT NULL DEFAULT '', GroupName text NOT NULL DEFAULT '', priority integer NOT NULL DEFAULT 0);
"""
GRANTS = f"""GRANT SELECT, INSERT, UPDATE, DELETE ON radcheck, radreply, radusergroup TO {USER};
GRANT USAGE ON radcheck_id_seq, radreply_id_seq, radusergroup_id_seq TO {USER};
"""
HBA = "local all postgres trust\nlocal all all scram-sha-256\nhostssl all all 0.0.0.0/0 scram-sha-256\n"


def programs():
    return next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), None)


def missing():
    """What is not there, or None."""
    return None if programs() else "postgresql is not installed"


def unprivileged():
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


class Postgres:
    def __init__(self, schema=SCHEMA, tls=None, name="db.isp.example"):
        self.dir = tempfile.mkdtemp(prefix="aupd-pg.")
        os.chmod(self.dir, 0o755)
        if os.getuid() == 0:
            shutil.chown(self.dir, "postgres", "postgres")
        self.data = f"{self.dir}/data"
        self.run(f"{programs()}/initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.options = ["-k", self.dir, "-c", "fsync=off", "-c", "log_min_messages=error", "-c", "password_encryption=scram-sha-256"]
        if tls:
            self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9", "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName=DNS:{name}", "-keyout", f"{self.dir}/key.pem", "-out", f"{self.dir}/cert.pem")
            self.options += ["-c", f"listen_addresses={tls}", "-c", "ssl=on", "-c", f"ssl_cert_file={self.dir}/cert.pem", "-c", f"ssl_key_file={self.dir}/key.pem"]
        else:
            self.options += ["-c", "listen_addresses="]
        self.start()
        self.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE radius;", database="postgres")
        if schema:
            self.sql(schema + GRANTS)
        with open(f"{self.data}/pg_hba.conf", "w", encoding="ascii") as f:
            f.write(HBA)
        self.sql("SELECT pg_reload_conf()")

    def run(self, *command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False, **unprivileged())
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}")

    def start(self):
        self.process = subprocess.Popen([f"{programs()}/postgres", "-D", self.data, *self.options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, cwd="/", **unprivileged())
        self.said = []
        threading.Thread(target=lambda p: self.said.extend(p.stderr), args=(self.process,), daemon=True).start()
        # it tells nobody when it is ready but whoever asks
        for _ in range(1000):
            if subprocess.run([f"{programs()}/pg_isready", "-q", "-h", self.dir, "-t", "1"], check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
        raise RuntimeError("postgres does not start: " + b"".join(self.said).decode())

    def stop(self):
        """At once, as when the machine fails."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def sql(self, text, database="radius"):
        """Rows as lists of texts."""
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", self.dir, "-U", "postgres", database], input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def groups(self, login):
        return [f"{g} {p}" for g, p in self.sql(f"SELECT groupname, priority FROM radusergroup WHERE username = '{login}' ORDER BY priority, groupname")]

    def rows(self, table, login):
        return [" ".join(r) for r in self.sql(f"SELECT attribute, op, value FROM {table} WHERE username = '{login}' ORDER BY id")]

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.dir)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Between:
    """Stands between a client and a server's Unix socket, as a Unix socket in a directory of its own: passes all on, until the client says what
    cut() tells; then the server hears it, and the client hears nothing more, or, with hear=False, the server does not hear it either."""

    def __init__(self, server, directory):
        self.server, self.path = f"{server}/.s.PGSQL.5432", f"{directory}/.s.PGSQL.5432"
        os.makedirs(directory, exist_ok=True)
        self.word, self.hear, self.cuts, self.said = None, True, 0, b""
        self.changed = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self, word, hear=True):
        with self.changed:
            self.word, self.hear = word, hear

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.up, args=(client, server), daemon=True).start()

    def up(self, client, server):
        down = threading.Thread(target=self.down, args=(client, server), daemon=True)
        down.start()
        while True:
            octets = client.recv(65536)
            self.said += octets
            if not octets:
                break
            with self.changed:
                hit = self.word and self.word in octets
                if hit:
                    self.word = None
            if hit and self.hear:
                client.shutdown(socket.SHUT_WR)
                server.sendall(octets)
                server.shutdown(socket.SHUT_WR)
                down.join()
            if hit:
                with self.changed:
                    self.cuts += 1
                    self.changed.notify_all()
                break
            server.sendall(octets)
        for s in (client, server):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def down(client, server):
        """To its end: then what the server heard is done."""
        while True:
            try:
                octets = server.recv(65536)
            except OSError:
                return
            if not octets:
                return
            try:
                client.sendall(octets)
            except OSError:
                pass
