"""What the scenarios about letters and cases share: the policy that ships with enforcements that need no firewall, customers of the tests' own,
and somebody who reports, reads the letters of the daemon and answers them.

    with Daemon(policy=None, registry=None, provider=f"word-to {WORD}") as d:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=customers(("acme", "bolt"), german="bolt"))
        number, notice, opened = Post(d, ("acme", "bolt")).open("acme")
"""
import email.utils
import os
import re
import shutil
import time

from daemon import POLICY, arf

START = "2026-01-01T00:00:00Z"


def null_policy(d, *edits):
    """The directory of a copy; edits: (file, pattern, replacement), each of which must fit somewhere."""
    where = os.path.join(d.dir, "policy")
    shutil.copytree(POLICY, where)
    for name, pattern, by in (("aup.policy", r"driver nft set \w+", "driver null"), *edits):
        path = os.path.join(where, name)
        with open(path, encoding="utf-8") as f:
            text, n = re.subn(pattern, by, f.read())
        if not n:
            raise RuntimeError(f"{pattern} is not in {name}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return where


def with_mail_tests(d):
    """The directory of a copy of the policy without its tests, but for those of mail: others count business days from its own day."""
    where = os.path.join(d.dir, "policy")
    shutil.copytree(POLICY, where)
    for name in os.listdir(where):
        if name.endswith(".policy") and name != "mail.policy":
            with open(os.path.join(where, name), encoding="utf-8") as f:
                text = f.read()
            with open(os.path.join(where, name), "w", encoding="utf-8") as f:
                f.write(re.sub(r'(?ms)^test ".*?^}\n', "", text))
    return where


def address(people, name):
    return f"198.18.2.{people.index(name) + 1}"


def customers(people, german=None):
    """A register of them, each with an address and a mail service."""
    rows = ["type,id,customer,kind,resource,language,email,from"]
    for name in people:
        rows += [f"customer,{name},,,,{'de' if name == german else 'en'},it@{name}.example,{START}",
                 f"prefix,p-{name},{name},static,{address(people, name)}/32,,,{START}", f"service,m-{name},{name},mail,,,,{START}"]
    return "\n".join(rows) + "\n"


class Post:
    """The letters of one daemon, and mails to it."""

    def __init__(self, d, people=()):
        self.d, self.people, self.n, self.seen, self.hours = d, people, 0, 0, 0

    def pass_time(self, hours):
        self.hours += hours
        self.d.pass_time(f"{hours}h")

    def news(self, to=None):
        """Letters since the last question, to one address or all."""
        letters = self.d.sink.letters[self.seen:]
        self.seen += len(letters)
        return [x for x in letters if to is None or to in x.recipients]

    def spam(self, name, reporters="abc", hours=0):
        for r in reporters:
            self.n += 1
            self.d.smtp_send(arf(address(self.people, name), number=self.n, reporter=f"fbl@{r}.far.example", at=time.time() + (self.hours + hours) * 3600), sender="")
        self.d.settle()

    def open(self, name):
        """(the case, its notice, when it began)."""
        self.spam(name)
        number = self.d.cases("--customer", name)[0]["case"]
        return number, self.news(f"it@{name}.example")[0], self.body(number)["opened_at"] / 1e6

    def answer(self, letter, text):
        self.n += 1
        to = email.utils.parseaddr(letter.message["Reply-To"])[1]
        self.d.smtp_send(f"From: <{letter.recipients[0]}>\nTo: <{to}>\nSubject: Re: {letter.subject}\nMessage-ID: <{self.n}@far.example>\n"
                         f"Content-Type: text/plain; charset=utf-8\n\n{text}\n", sender=letter.recipients[0], to=to)
        self.d.settle()

    def show(self, number):
        return self.d.check("case", "show", number, "--json").json

    def body(self, number):
        return self.show(number)["body"]

    def acts(self, number, verb):
        return [a for a in self.show(number)["acts"] if a["verb"] == verb]

    def states(self, number, verb):
        return [a["state"] for a in self.acts(number, verb)]

    def explain(self, number):
        return self.d.check("case", "explain", number).out
