"""A Postfix of the test's own: its configuration, queue and data below one directory, its own master process.

It stands between the world and aupd: mail for example.net goes to aupd by LMTP, everything else to the sink. The machine's own
mail server is not touched; the caller has put itself into namespaces of its own before.
"""
import os
import shutil
import signal
import subprocess

import daemon

DAEMONS = "/usr/lib/postfix/sbin"

MAIN = """compatibility_level = 3.6
config_directory = {dir}
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/mail.log
maillog_file_prefixes = {dir}
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = {address}
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = example.net
recipient_delimiter = +
transport_maps = inline:{{ example.net=lmtp:inet:[{lmtp[0]}]:{lmtp[1]} }}
relayhost = [{sink[0]}]:{sink[1]}
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""

MASTER = """{address}:25 inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing():
    """What is not there, or None."""
    for path in ("/usr/sbin/postfix", f"{DAEMONS}/master"):
        if not os.access(path, os.X_OK):
            return "postfix is not installed"
    return None


class Postfix:
    def __init__(self, directory, address, lmtp, sink):
        self.dir = directory
        os.makedirs(directory, 0o755)
        self.address = address
        os.makedirs(f"{directory}/queue")
        os.makedirs(f"{directory}/data")
        shutil.chown(f"{directory}/data", "postfix")
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
        values = dict(dir=directory, address=address, lmtp=lmtp, sink=sink, daemons=DAEMONS)
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER), ("mail.log", "")):
            with open(f"{directory}/{name}", "w") as f:
                f.write(text.format(**values))
        self.log = daemon.Log(f"{directory}/seen.log")
        self.tail = subprocess.Popen(["tail", "-n", "+1", "-F", f"{directory}/mail.log"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.log.follow(self.tail.stdout)
        p = subprocess.run(["postfix", "-c", directory, "start"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if p.returncode or not self.log.wait(r"postfix/master\[\d+\]: daemon started"):
            raise RuntimeError("postfix does not start: " + p.stdout.decode() + "\n".join(self.log.lines))

    def send(self, message, sender, to):
        """One message from the world; gives the reply to the end of data. It has been delivered, or has failed, when this returns."""
        since = self.log.end()
        with daemon.Smtp(self.address, 25) as s:
            for line in ("EHLO world.example", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
                reply = s.cmd(line)
                if reply.code >= 400:
                    return reply
            s.data(message)
            reply = s.hear()
        queue_id = reply.text.split()[-1]
        if not self.log.wait(rf"qmgr\[\d+\]: {queue_id}: removed", since):
            raise RuntimeError("postfix does not deliver:\n" + "\n".join(self.log.lines[-20:]))
        return reply

    def queue(self):
        return subprocess.run(["postqueue", "-c", self.dir, "-j"], stdout=subprocess.PIPE).stdout.decode()

    def stop(self):
        subprocess.run(["postfix", "-c", self.dir, "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.tail.send_signal(signal.SIGTERM)
        self.tail.wait()
