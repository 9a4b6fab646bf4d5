"""A Dovecot of the test's own: its configuration, mail and certificates below one directory, its own master process.

The machine's own server is not touched; the caller has put itself into namespaces of its own before."""
import contextlib
import imaplib
import os
import shutil
import ssl
import subprocess

import daemon

PORT = 9993
NOBODY = 65534

CONFIG = """base_dir = {dir}/run
state_dir = {dir}/state
protocols = imap
listen = {address}
ssl = required
ssl_cert = <{dir}/server.pem
ssl_key = <{dir}/server.key
mail_location = maildir:{dir}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={nobody} gid={nobody} home={dir}/mail/%u
}}
first_valid_uid = 1
first_valid_gid = 1
log_path = /dev/stderr
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


def missing():
    """What is not there, or None."""
    for program in ("dovecot", "openssl"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return None if os.path.exists("/usr/lib/dovecot/imap-login") else "dovecot-imapd is not installed"


def authority(directory, name, address):
    """A CA of this name, and a server's key and certificate that it signed; gives the path of the CA's certificate."""
    def run(*args):
        subprocess.run(["openssl", *args], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f"{directory}/{name}.ext", "w", encoding="ascii") as f:
        f.write(f"subjectAltName=IP:{address}\n")
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={address}", "-keyout", f"{name}-server.key", "-out", f"{name}-server.csr")
    run("x509", "-req", "-days", "3650", "-in", f"{name}-server.csr", "-CA", f"{name}.pem", "-CAkey", f"{name}.key", "-CAcreateserial", "-extfile", f"{name}.ext",
        "-out", f"{name}-server.pem")
    return f"{directory}/{name}.pem"


class Dovecot:
    def __init__(self, directory, address, password):
        self.dir, self.address, self.password = directory, address, password
        os.makedirs(f"{directory}/mail", 0o755)
        os.chown(f"{directory}/mail", NOBODY, NOBODY)
        os.makedirs(f"{directory}/state")
        self.ca = authority(directory, "ca", address)
        self.other_ca = authority(directory, "other", address)
        for name in ("pem", "key"):
            shutil.copy(f"{directory}/ca-server.{name}", f"{directory}/server.{name}")
        with open(f"{directory}/dovecot.conf", "w", encoding="ascii") as f:
            f.write(CONFIG.format(dir=directory, address=address, password=password, nobody=NOBODY, port=PORT))
        self.log = daemon.Log(f"{directory}/dovecot.log")
        self.start()

    def start(self):
        since = self.log.end()
        self.process = subprocess.Popen(["dovecot", "-F", "-c", f"{self.dir}/dovecot.conf"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.log.follow(self.process.stderr)
        if not self.log.wait("starting up for imap", since):
            raise RuntimeError("dovecot does not start:\n" + "\n".join(self.log.lines))

    def stop(self):
        self.process.terminate()
        self.process.wait()

    @contextlib.contextmanager
    def client(self, user, mailbox="INBOX"):
        with imaplib.IMAP4_SSL(self.address, PORT, ssl_context=ssl.create_default_context(cafile=self.ca)) as c:
            c.login(user, self.password)
            yield c

    def deliver(self, user, *messages, mailbox="INBOX", flags=None):
        with self.client(user) as c:
            for m in messages:
                assert c.append(mailbox, flags, None, m)[0] == "OK"

    def make(self, user, mailbox):
        with self.client(user) as c:
            c.delete(mailbox)
            assert c.create(mailbox)[0] == "OK"

    def flag(self, user, flags, mailbox="INBOX"):
        """As a person's mail program does, to all there is."""
        with self.client(user) as c:
            c.select(mailbox)
            c.store("1:*", "+FLAGS", flags)

    def count(self, user, what="ALL", mailbox="INBOX"):
        with self.client(user) as c:
            if c.select(mailbox, readonly=True)[0] != "OK":
                return None
            return len(c.search(None, what)[1][0].split())
