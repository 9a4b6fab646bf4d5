#!/usr/bin/env python3
"""Mail is picked up from a real Dovecot, over TLS with a CA of the test's: each once, marked or moved; a kill in between loses nothing and
makes no second case; a wrong certificate and a wrong password are refused and told."""
import os
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import daemon
import imap_server
import tap

PASSWORD = "Tr0ub4dor-and-3"
LONG = 64 << 10


def reason_to_skip():
    if os.geteuid() != 0:
        return "not root: namespaces need it"
    for program in ("unshare", "ip"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL).returncode:
        return "no namespaces can be made here"
    return imap_server.missing() or daemon.missing()


class Scene:
    def __init__(self):
        self.d = d = daemon.Daemon(start=False, spool=f"message {LONG}")
        os.chmod(d.dir, 0o711)
        self.address = daemon.loopback()
        os.makedirs(f"{d.dir}/dovecot", 0o755)
        self.server = imap_server.Dovecot(f"{d.dir}/dovecot", self.address, PASSWORD)
        self.secret = f"{d.dir}/password"
        self.password(PASSWORD)
        self.made = 0

    def password(self, text):
        with open(self.secret, "w", encoding="ascii") as f:
            f.write(text + "\n")

    def configure(self, ca=None, users=("abuse", "moving"), mailbox="INBOX"):
        boxes = [f'imap "imaps://{self.address}:{imap_server.PORT}/{mailbox}" {{\n login {user}\n password-file {self.secret}\n'
                 + (f" ca {ca}\n" if ca else "") + (" folder Done\n" if user == "moving" else "") + "}" for user in users]
        self.d.write_config(self.d.config_text(conf="fetch {\n" + "\n".join(boxes) + "\n}"))

    def reconfigured(self, **more):
        self.configure(**more)
        since = self.d.log.end()
        def reload():
            self.d.process.send_signal(signal.SIGHUP)
            self.d.wait_notify("READY=1")
            self.d.wait_role("fetcher", since)
        self.rounds(len(more.get("users", "12")), reload)
        return since

    def mail(self, source="203.0.113.17", head=""):
        self.made += 1
        return head.encode() + daemon.arf(source, number=self.made, reporter=f"fbl@r-{self.made}.example")

    def figure(self, name):
        line = next((l for l in self.d.api("/metrics").body.decode().splitlines() if l.startswith(name)), "0")
        return int(float(line.split()[-1]))

    def rounds(self, boxes, act):
        """Does something, and waits until each mailbox was looked at after it."""
        before = self.figure("aupd_fetch_rounds_total")
        got = act()
        self.d.until(lambda: self.figure("aupd_fetch_rounds_total") >= before + boxes, f"a round over {boxes} mailboxes")
        return got

    def passes(self, span, boxes):
        self.rounds(boxes, lambda: self.d.pass_time(span))

    def taken(self, count):
        """That so many were picked up and marked, no more."""
        self.d.settle()
        return self.figure("aupd_mails_fetched_total") == count

    def reports(self, customer):
        """The reports and the cases of a customer."""
        mine = [c for c in self.d.cases() if c["body"]["customer"] == customer]
        return sum(self.d.check("case", "show", c["case"], "--json").json["body"]["report_count"] for c in mine), len(mine)


def distrusted(s):
    """Who is not the one that was asked for gets no password; who is gets no wrong one taken."""
    d = s.d
    s.server.deliver("abuse", s.mail(), s.mail())
    before = s.server.log.end()
    s.configure(ca=s.server.other_ca, users=("abuse",))
    d.start()
    d.check("policy", "post", daemon.POLICY)
    d.check("registry", "import", daemon.REGISTRY)
    tap.ok(d.log.wait("could not be picked up.*certificate of the server is not to be trusted"), "a certificate of another authority is refused", *d.log.lines[-5:])
    d.until(lambda: "mailbox 1: the certificate" in d.check("status").out, "aup status")
    tap.ok(not s.server.log.find("Login: user|auth failed", before), "and nobody logged in", *s.server.log.lines)
    since = s.reconfigured(users=("abuse",))
    tap.ok(d.log.wait("could not be picked up.*certificate of the server is not to be trusted", since), "so is one that no authority of the system knows")
    s.password("wrong-" + PASSWORD)
    since = s.reconfigured(ca=s.server.ca, users=("abuse",))
    tap.ok(d.log.wait("could not be picked up.*refuses user or password", since), "a wrong password is told")
    tap.is_equal(s.server.count("abuse", "UNSEEN"), 2, "the mails are as they were")
    s.password(PASSWORD)


def picked_up(s):
    d, server = s.d, s.server
    server.make("moving", "Done")
    server.deliver("moving", s.mail())
    server.deliver("abuse", s.mail("203.0.113.66"), flags="\\Seen")
    s.reconfigured(ca=server.ca)
    tap.ok(s.taken(3), "at first what is unread is picked up, of two mailboxes")
    tap.is_equal((server.count("abuse", "SEEN"), server.count("abuse")), (3, 3), "it is marked as read, and stays")
    tap.is_equal((server.count("moving"), server.count("moving", mailbox="Done")), (0, 1), "or is moved to a folder")
    tap.is_equal((s.reports("acme"), s.reports("bakery")), ((3, 1), (0, 0)), "three reports are one case; what somebody had read before is none")
    server.deliver("abuse", s.mail(), s.mail())
    server.flag("abuse", "\\Seen")
    s.passes("70s", 2)
    tap.ok(s.taken(5), "what a person reads first is picked up all the same")
    tap.is_equal(s.reports("acme"), (5, 1), "and counts")
    s.passes("10m", 2)
    s.rounds(2, lambda: d.kill_and_wait("fetcher"))
    server.deliver("abuse", b"Subject: long\r\n\r\n" + b"x" * LONG, s.mail())
    s.passes("70s", 2)
    tap.ok(s.taken(6), "neither rounds nor a new fetcher pick anything up again")
    tap.is_equal((server.count("abuse", "UNSEEN"), s.figure("aupd_mails_not_fetched_total")), (1, 1), "a mail that is too long stays unread, and is told once")
    tap.like(d.check("status").out, "mailbox 1: a mail is longer than what is taken", "in aup status too")


def killed(s):
    """kill -9 while a row of mails is picked up, and where there are points between the ear's word and the mark."""
    d, server = s.d, s.server
    before = s.figure("aupd_mails_fetched_total")
    server.deliver("abuse", *[s.mail("203.0.113.130") for _ in range(30)])
    if d.points:
        d.points.kill("fetcher.taken", 7)
    since = d.log.end()
    d.pass_time("70s")
    if not d.points:
        d.until(lambda: s.figure("aupd_mails_fetched_total") >= before + 5, "some of them")
        d.kill("fetcher")
    d.wait_role("fetcher", since)
    d.until(lambda: server.count("abuse", "UNSEEN") == 1, "all are marked")
    d.settle()
    tap.is_equal(s.reports("smith"), (30, 1), "a kill in between: thirty mails are thirty reports of one case")
    tap.is_equal([r["body"] for r in d.check("intake", "list", "--json").json["rows"]], [], "and nobody is asked about one that came twice")


def numbered_anew(s):
    """A mailbox of this name is made again: its UIDs begin anew."""
    d, server = s.d, s.server
    before = s.figure("aupd_mails_fetched_total")
    server.make("third", "Reports")
    server.deliver("third", s.mail(), s.mail(), mailbox="Reports")
    s.reconfigured(ca=server.ca, users=("third",), mailbox="Reports")
    tap.ok(s.taken(before + 2), "another mailbox is picked up")
    server.make("third", "Reports")
    server.deliver("third", s.mail(), mailbox="Reports", flags="\\Seen")
    server.deliver("third", s.mail(), mailbox="Reports")
    since = d.log.end()
    s.passes("70s", 1)
    tap.ok(d.log.wait("numbered anew", since), "a mailbox with another UIDVALIDITY is seen")
    tap.ok(s.taken(before + 3), "and what is unread in it is picked up, whatever its numbers")
    server.stop()
    s.passes("70s", 1)
    tap.ok(d.log.wait("could not be picked up.*cannot be reached", since), "a server that is away is told")
    server.start()
    server.deliver("third", s.mail(), mailbox="Reports")
    s.passes("10m", 1)
    tap.ok(s.taken(before + 4), "and asked again when it is back")


def secret(s):
    """The password stands in no log, no state, no file and no share but the fetcher's."""
    d = s.d
    seen = "\n".join(d.log.lines) + d.aup("check", "-c", d.config).out + d.check("status").out
    tap.ok(PASSWORD not in seen, "no log and no command shows the password")
    where = [os.path.join(folder, n) for folder, _, names in os.walk(d.data) for n in names]
    tap.is_equal([p for p in where if PASSWORD.encode() in open(p, "rb").read()], [], "and no file of the data directory has it")


def main():
    s = Scene()
    with s.d:
        distrusted(s)
        picked_up(s)
        killed(s)
        numbered_anew(s)
        secret(s)
    s.server.stop()


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        reason = reason_to_skip()
        if reason:
            tap.skip_all(reason)
        os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, os.path.abspath(__file__), "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tap.run(main)
