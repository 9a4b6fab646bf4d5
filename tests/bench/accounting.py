#!/usr/bin/env python3
"""accounting_cpu_us: CPU of all roles for one packet of RADIUS accounting that is answered when it is on disk and becomes bindings;
accounting_per_s: how many are answered a second, with the generator on the same machine, whose own CPU is accounting_generator_cpu_us.
accounting_judged_per_s: the same until the last one has been judged. The peer is FreeRADIUS, which writes a detail file without a sync.

Usage: accounting.py [PACKETS]"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from daemon import BUILD, Daemon  # noqa: E402
from idle import tree  # noqa: E402

SECRET = "sixteen letters."
PACKETS = int(sys.argv[1]) if len(sys.argv) > 1 else 400000
# how many wait for an answer at a time; more than that overrun the peer's socket
WINDOW, WINDOW_PEER = 1024, 128
LOAD = os.path.join(BUILD, "tests", "bench", "accounting_load")
RADIUSD = """
prefix = /usr
name = bench
raddbdir = {dir}
logdir = {dir}
run_dir = {dir}
libdir = /usr/lib/freeradius
max_requests = 65536
security {{
	status_server = no
}}
thread pool {{
	start_servers = 4
	max_servers = 8
	min_spare_servers = 1
	max_spare_servers = 8
}}
client bench {{
	ipaddr = 127.0.0.0/8
	secret = "{secret}"
}}
modules {{
	detail {{
		filename = {dir}/detail
		permissions = 0600
		locking = no
	}}
}}
server bench {{
	listen {{
		type = acct
		ipaddr = {address}
		port = {port}
	}}
	accounting {{
		detail
	}}
}}
"""


def cpu_s(pids):
    ticks = 0
    for pid in pids:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def load(to, window):
    out = subprocess.run([LOAD, to, SECRET, str(PACKETS), str(window)], capture_output=True, text=True, check=True).stdout.split()
    return float(out[0]), float(out[1]), int(out[3])


def own():
    d = Daemon(registry=None, start=False)
    path = os.path.join(d.dir, "secret")
    with open(path, "w") as f:
        f.write(SECRET + "\n")
    d.more["conf"] = f"""bindings {{ feed radius 1; capacity {PACKETS + 1000}; retention 30d }}
radius {{ listen {d.address}:1813; client {d.address} {{ feed radius; secret-file {path} }} }}"""
    d.write_config()
    d.start()
    d.check("policy", "post", d.policy)
    roles = tree(d.process.pid)
    before, began = cpu_s(roles), time.monotonic()
    wall, generator, again = load(f"{d.address}:1813", WINDOW)
    d.settle()
    judged = time.monotonic() - began
    print(f"accounting_cpu_us {(cpu_s(roles) - before) / PACKETS * 1e6:.2f} us")
    print(f"accounting_per_s {PACKETS / wall:.0f} 1/s")
    print(f"accounting_judged_per_s {PACKETS / judged:.0f} 1/s")
    print(f"accounting_generator_cpu_us {generator / PACKETS * 1e6:.2f} us")
    print(f"accounting_sent_again {again} 1")
    d.stop()
    d.abandon()


def peer():
    server = shutil.which("freeradius", path=os.environ["PATH"] + ":/usr/sbin")
    if not server:
        print("accounting_peer skipped: freeradius is not installed")
        return
    directory = tempfile.mkdtemp(prefix="aupd-bench.", dir=BUILD)
    address = "127.0.0.1"
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind((address, 0))
    port = probe.getsockname()[1]
    probe.close()
    with open(os.path.join(directory, "radiusd.conf"), "w") as f:
        f.write(RADIUSD.format(dir=directory, secret=SECRET, address=address, port=port))
    log = os.path.join(directory, "log")
    process = subprocess.Popen([server, "-f", "-l", log, "-d", directory, "-D", "/usr/share/freeradius"])
    try:
        try:
            wall, _, again = load(f"{address}:{port}", WINDOW_PEER)
        except subprocess.CalledProcessError as e:
            with open(log, encoding="utf-8", errors="replace") as f:
                print("accounting_peer failed:", e.stderr.strip(), f.read()[-500:])
            return
        print(f"accounting_cpu_us_peer {cpu_s([process.pid]) / PACKETS * 1e6:.2f} us")
        print(f"accounting_per_s_peer {PACKETS / wall:.0f} 1/s")
        print(f"accounting_sent_again_peer {again} 1")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory)


own()
peer()
