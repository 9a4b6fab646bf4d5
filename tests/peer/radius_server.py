"""A FreeRADIUS of the test's own, which hands accounting on to aupd in four ways: its configuration, queue and files below one directory.

COPIED answers by itself and sends a copy, once. PASSED answers what aupd answers. KEPT answers when the message is in a file, from which a
reader sends it to aupd until that has answered: what concerns that is read out of doc/operations.md, as a
person would take it. WRITTEN copies like COPIED, and writes a file a day and server. The machine's own server is not touched; it runs as a user who may do nothing."""
import itertools
import os
import re
import shutil
import subprocess

import daemon

COPIED, PASSED, KEPT, WRITTEN = 1813, 1814, 1815, 1816
DICTIONARY = "/usr/share/freeradius"
PROGRAM = "/usr/sbin/freeradius"
USER = "freerad"
TRY_S, REVIVE_S = 5, 20         # how long a try waits; until one that was dead has answered often enough
HASTE = f"response_window = {TRY_S}\n    zombie_period = {TRY_S}\n    check_interval = 6"

MAIN = """prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {dir}
logdir = {dir}
run_dir = {dir}
radacctdir = {dir}/queue
security {{
	status_server = no
}}
client all {{
	ipaddr = 127.0.0.0/8
	secret = "{secret}"
}}
{documented}
home_server witness {{
	type = acct
	ipaddr = {witness[0]}
	port = {witness[1]}
	secret = "{secret}"
}}
home_server_pool witness {{
	home_server = witness
}}
realm witness {{
	acct_pool = witness
}}
modules {{
	preprocess {{
	}}
	replicate {{
	}}
	always ok {{
		rcode = ok
	}}
	detail written {{
		filename = "{dir}/radacct/%{{%{{Packet-Src-IP-Address}}:-%{{Packet-Src-IPv6-Address}}}}/detail-%Y%m%d"
		permissions = 0600
		locking = yes
	}}
	{documented_module}
}}
server copied {{
	listen {{
		type = acct
		ipaddr = {address}
		port = {copied}
	}}
	preacct {{
		preprocess
	}}
	accounting {{
		update control {{
			Replicate-To-Realm := "aupd"
			Replicate-To-Realm += "witness"
		}}
		replicate {{
			fail = 1
		}}
		ok
	}}
}}
server written {{
	listen {{
		type = acct
		ipaddr = {address}
		port = {written}
	}}
	preacct {{
		preprocess
	}}
	accounting {{
		written
		update control {{
			Replicate-To-Realm := "aupd"
			Replicate-To-Realm += "witness"
		}}
		replicate {{
			fail = 1
		}}
		ok
	}}
}}
server passed {{
	listen {{
		type = acct
		ipaddr = {address}
		port = {passed}
	}}
	preacct {{
		preprocess
		update control {{
			Proxy-To-Realm := "aupd"
		}}
	}}
}}
server kept {{
	listen {{
		type = acct
		ipaddr = {address}
		port = {kept}
	}}
	preacct {{
		preprocess
	}}
	accounting {{
		aupd
	}}
}}
"""


def missing():
    """What is not there, or None."""
    if not os.access(PROGRAM, os.X_OK):
        return "freeradius is not installed"
    return None if shutil.which("radclient") else "radclient is not installed"


def documented(address, aupd, secret):
    """The set-up that the manual gives, with the addresses and times of the test; the module apart from what stands at the top."""
    with open(os.path.join(daemon.TOP, "doc", "operations.md"), encoding="utf-8") as f:
        text = f.read().split("in the configuration of FreeRADIUS:\n\n", 1)[1]
    text = "".join(line[4:] for line in itertools.takewhile(lambda line: line.startswith("    "), text.splitlines(True)))
    changes = (("192.0.2.10", aupd[0]), ("port = 1813", f"port = {aupd[1]}\n    src_ipaddr = {address}\n    {HASTE}"), ('"..."', secret),
               ("retry_interval = 30", f"retry_interval = {TRY_S}"))
    for old, new in changes:
        if text.count(old) != 1:
            raise RuntimeError(f"the manual says {old} {text.count(old)} times")
        text = text.replace(old, new)
    parts = re.findall(r"(?m)^\S(?:.|\n)*?^}\n", text)
    return "".join(p for p in parts if not p.startswith("detail")), next(p for p in parts if p.startswith("detail"))


class FreeRadius:
    """aupd, witness: where the copies go, and a second place for those of COPIED."""

    def __init__(self, directory, address, secret, aupd, witness):
        self.dir, self.address, self.secret = directory, address, secret
        for part in ("queue", "radacct"):
            os.makedirs(f"{directory}/{part}", 0o700)
        self.files = f"{directory}/radacct/*/detail-*"
        whole, module = documented(address, aupd, secret)
        with open(f"{directory}/radiusd.conf", "w", encoding="ascii") as f:
            f.write(MAIN.format(dir=directory, address=address, secret=secret, witness=witness, copied=COPIED, passed=PASSED, kept=KEPT, written=WRITTEN,
                                documented=whole, documented_module=module))
        for path in (directory, f"{directory}/queue", f"{directory}/radacct", f"{directory}/radiusd.conf"):
            shutil.chown(path, USER, USER)
        self.log = daemon.Log(f"{directory}/seen.log")
        self.start()

    def start(self):
        since = self.log.end()
        self.process = subprocess.Popen([PROGRAM, "-X", "-d", self.dir, "-D", DICTIONARY], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, user=USER, group=USER, extra_groups=[], cwd="/")
        self.log.follow(self.process.stdout)
        if not self.log.wait("Ready to process requests", since):
            raise RuntimeError("freeradius does not start:\n" + "\n".join(self.log.lines[-20:]))

    def crash(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait()

    def empty(self):
        """Whether nothing waits for aupd."""
        return not os.listdir(f"{self.dir}/queue")

    def ask(self, port, attributes):
        """radclient with one message, which repeats it until it is answered."""
        command = ["radclient", "-x", "-D", DICTIONARY, "-d", DICTIONARY, "-r", "12", "-t", "10", f"{self.address}:{port}", "acct", self.secret]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env=dict(os.environ, TZ="UTC"))
        client.stdin.write(attributes)
        client.stdin.close()
        return client

    @staticmethod
    def answered(client):
        text = client.stdout.read()
        return client.wait() == 0 and "Received Accounting-Response" in text
