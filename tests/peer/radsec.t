#!/usr/bin/env python3
"""Accounting by RadSec: a radsecproxy beside an access server brings it over TLS to a real one before aupd, which is set up as the manual says.
What is answered is on disk, a certificate of somebody else brings nothing, and what gets lost there is as the manual says. In namespaces of its own."""
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import tap
from nas import Nas

SECRET = "a-secret-of-twenty-two"
PROGRAM = "/usr/sbin/radsecproxy"
REGISTRY = """type,id,customer,class,kind,resource,service,name,email
customer,a,,residential,,,,Ann,a@a.example
login,la,a,,,alice,,,
prefix,pool,,,dynamic,198.51.100.0/24,,,
"""
BESIDE = """ListenUDP {address}:1813
SourceTLS {source}
tls default {{
	CACertificateFile {dir}/ca.pem
	CertificateFile {dir}/{cert}.pem
	CertificateKeyFile {dir}/{cert}.key
}}
client {address} {{
	type udp
	secret "{secret}"
}}
server before {{
	type tls
	host {before}
	port 2083
	secret radsec
	CertificateNameCheck off
	StatusServer off
}}
realm * {{
	server before
	accountingServer before
}}
"""


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    if not shutil.which("ip") or subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    for program in (PROGRAM, "/usr/bin/openssl"):
        if not os.access(program, os.X_OK):
            return f"{os.path.basename(program)} is not installed"
    return daemon.missing()


def documented(directory, before, client, aupd):
    """The set-up that the manual gives, with the addresses and files of the test."""
    with open(os.path.join(daemon.TOP, "doc", "operations.md"), encoding="utf-8") as f:
        text = f.read().split("In `/etc/radsecproxy.conf`:\n\n", 1)[1]
    text = "".join(line[4:] for line in itertools.takewhile(lambda line: line.startswith("    "), text.splitlines(True)))
    for old, new in (("192.0.2.10", before), ("192.0.2.20", client), ("127.0.0.1", aupd), ('"..."', f'"{SECRET}"')):
        if text.count(old) != 1:
            raise RuntimeError(f"the manual says {old} {text.count(old)} times")
        text = text.replace(old, new)
    return text.replace("/etc/radsecproxy", directory)


def certificates(directory, names):
    """name: its address, and who signs it."""
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, cwd=directory, stderr=subprocess.DEVNULL)
    for ca in {ca for _, _, ca in names}:
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={ca}", "-days", "2", "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
    for name, address, ca in names:
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        with open(f"{directory}/{name}.ext", "w", encoding="ascii") as f:
            f.write(f"subjectAltName=IP:{address}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")


class Proxy:
    def __init__(self, directory, name, text, ready):
        path = f"{directory}/{name}.conf"
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        self.log = daemon.Log(f"{directory}/{name}.log")
        self.process = subprocess.Popen([PROGRAM, "-f", "-d", "2", "-c", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.log.follow(self.process.stdout)
        if not self.log.wait(ready):
            raise RuntimeError("radsecproxy does not start:\n" + "\n".join(self.log.lines[-20:]))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def figure(d, fate):
    d.settle()
    lines = d.api("/metrics").body.decode().splitlines()
    return int(float(next(l for l in lines if l.startswith("aupd_radius_packets") and f'"{fate}"' in l).split()[-1]))


def who(d, address, at):
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    s = d.check("who", address, "--at", when, "--because", f"question about {address}", "--json").json["subject"]
    return (s["grade"], s.get("customer", ""))


def main():
    before, beside, stranger = (daemon.loopback() for _ in range(3))
    d = daemon.Daemon(registry=None, start=False)
    os.chmod(d.dir, 0o711)
    path = os.path.join(d.dir, "secret")
    with open(path, "w", encoding="ascii") as f:
        f.write(SECRET + "\n")
    d.write_config(d.config_text(conf=f"""bindings {{ feed radius 1; capacity 100000; retention 30d }}
radius {{ listen {d.address}:1813; client 127.0.0.0/8 {{ feed radius; secret-file {path} }} }}"""))
    with d:
        d.start()
        d.check("policy", "post", daemon.POLICY)
        d.check("registry", "import", "-", stdin=REGISTRY)
        certificates(d.dir, (("aupd", before, "ca"), ("nas", beside, "ca"), ("other", stranger, "ca2")))
        proxies = [Proxy(d.dir, "before", documented(d.dir, before, beside, d.address), "listening for tls")]
        proxies += [Proxy(d.dir, name, BESIDE.format(address=address, source=beside, dir=d.dir, cert=name, secret=SECRET, before=before), "listening for udp")
                    for name, address in (("nas", beside), ("other", stranger))]
        nas, other = Nas((beside, 1813), SECRET), Nas((stranger, 1813), SECRET)
        t = int(time.time())
        nas.say("start", v4="198.51.100.1", lasted=0, at=t)
        tap.is_equal(figure(d, "taken"), 1, "a message through both proxies is answered when aupd has it")
        d.pass_time("600s")
        d.kill("ear", signal.SIGSTOP)
        octets = nas.packet(nas.attributes("interim", v4="198.51.100.1", lasted=600, at=t + 600))
        nas.put(octets)
        d.kill("ear", signal.SIGCONT)
        tap.ok(nas.answered(octets), "and one that aupd could not take at once, when it has it")
        tap.is_equal(who(d, "198.51.100.1", t + 300), ("A", "a"), "who held it is known for sure")
        other.put(other.packet(other.attributes("start", session="S9", v4="198.51.100.9", at=t + 600)))
        nas.put(nas.packet(nas.attributes("on", at=t + 600)))
        tap.ok(proxies[0].log.wait("(?i)verify|certificate"), "from the same address, whom nobody has signed brings nothing", *proxies[0].log.lines[-20:])
        nas.say("stop", v4="198.51.100.1", lasted=600, at=t + 600)
        tap.is_equal((figure(d, "taken"), figure(d, "denied")), (3, 0), "nor does a start of the server that names nobody, as the manual says")
        for p in proxies:
            p.stop()


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        fence = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        os.execvp("unshare", [*fence, sys.executable, os.path.abspath(__file__), "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tap.run(main)
