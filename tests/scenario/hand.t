#!/usr/bin/env python3
"""The hand and its brakes, against a hook that is a small HTTP server: signatures, retries, undo, budgets, kills in between."""
import json
import os
import re
import shutil
import signal
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import POLICY, Daemon, arf, missing
from hook import SECRET, Hook


class Scene:
    """Customers with an address each; the ladder suspends at once, by the hook."""

    def __init__(self, d, hook, count):
        self.d, self.hook, self.n = d, hook, 0
        policy = os.path.join(d.dir, "policy")
        shutil.copytree(POLICY, policy)
        with open(f"{policy}/aup.policy", encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r"enforce suspend access \{.*?\}", f'enforce suspend access {{ driver webhook "{hook.url}" }}', text)
        text = re.sub(r"enforce limit mail \{.*?\}", f'enforce limit mail {{ driver webhook "{hook.url}" }}', text)
        with open(f"{policy}/aup.policy", "w", encoding="utf-8") as f:
            f.write(text)
        d.check("policy", "post", policy)
        rows = ["type,id,customer,class,kind,resource,service,language,name,email,from,until"]
        for i in range(count):
            rows.append(f"customer,c{i},,business,,,,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z,")
            rows.append(f"service,s{i},c{i},,access,,,,,,2026-01-01T00:00:00Z,")
            rows.append(f"prefix,p{i},c{i},,static,198.18.0.{i + 1}/32,s{i},,,,2026-01-01T00:00:00Z,")
        with open(os.path.join(d.dir, "registry.csv"), "w") as f:
            f.write("\n".join(rows) + "\n")
        d.check("registry", "import", f.name)

    def spam(self, i):
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.0.{i + 1}", number=self.n, reporter=f"r@{name}{i}.example"), sender="")
        self.d.settle()
        return self.case(i)

    def case(self, i):
        return next((c["case"] for c in self.d.cases("--limit", 500) if c["body"]["customer"] == f"c{i}"), None)

    def act(self, number, verb):
        return next((a for a in reversed(self.d.check("case", "show", number, "--json").json["acts"]) if a["verb"] == verb), {})

    def cut(self, i):
        """A person cuts in an emergency: a suspension of the access."""
        number = self.case(i) or self.spam(i)
        self.d.check("case", "emergency", number, "access", "--because", "test")
        self.d.settle()
        return number


def signed(s):
    d, hook = s.d, s.hook
    number = s.spam(0)
    d.pass_time("49h")
    call = hook.calls[0] if hook.calls else {}
    tap.is_equal({k: call.get(k) for k in ("op", "verb", "service", "target", "case")},
                 {"op": "do", "verb": "limit", "service": "mail", "target": "198.18.0.1", "case": number}, "the hook is told what to do")
    tap.ok(call.get("signed") and call.get("header") == call.get("key"), "in a signed call with its key", call)
    tap.unlike(json.dumps(call), "customers.example|Customer", "which holds nothing of the person")
    tap.is_equal(s.act(number, "limit")["state"], "done", "its answer is believed")
    d.check("case", "resolve", number, "mended")
    d.settle()
    tap.is_equal((hook.news(), hook.force), (["do", "undo"], set()), "resolved: it is undone")
    tap.is_equal(s.act(number, "limit")["state"], "undone", "and the act says so")


def unsure(s):
    """Answers that are none: again, with longer and longer pauses; a check where something may have happened."""
    d, hook = s.d, s.hook
    s.spam(1)
    answers = iter([(503, ""), (500, "no"), (200, '{"result":"unknown"}'), (200, "what?")])
    hook.script = lambda call: next(answers, None)
    d.pass_time("49h")
    number = s.case(1)
    ops = hook.news()
    tap.is_equal(ops[:4], ["do", "do", "do", "check"], "503 and 500 are tried again, after \"unknown\" it is looked at", ops)
    tap.ok(ops[-2:] == ["check", "do"] and s.act(number, "limit")["state"] == "done", "and done when it was not there", ops, s.act(number, "limit"))
    hook.script = lambda call: (403, "")
    d.check("case", "resolve", number, "mended")
    d.settle()
    act = s.act(number, "limit")
    tap.is_equal(act["state"], "refused", "403 to the undo is final", act)
    tap.like(d.check("case", "explain", number).out, "was refused", "and the case says it")
    hook.script = lambda call: None
    hook.news()


def killed(s):
    """The hand is killed between the call and its answer."""
    d, hook = s.d, s.hook
    number = s.spam(2)
    hook.script = lambda call: "hang" if call["op"] == "do" else None
    clock = threading.Thread(target=lambda: d.pass_time("49h"), daemon=True)
    clock.start()
    hook.wait(lambda calls: any(c["op"] == "do" for c in calls))
    hook.script = lambda call: None
    d.kill_and_wait("hand")
    clock.join()
    hook.free.set()
    d.until(lambda: s.act(number, "limit").get("state") == "done", "the act to be done")
    ops = hook.news()
    tap.ok(ops[0] == "do" and set(ops[1:]) == {"check"}, "killed in between: what was done is looked at, and not done twice", ops)
    with open(os.path.join(d.data, "hand", "journal")) as f:
        journal = f.read()
    tap.like(journal, rf"do \d+ limit {number}/", "it stood in the journal before it was done")
    d.check("case", "resolve", number, "mended")
    d.settle()
    hook.news()
    heard = len(d.sink.letters)
    since, alive = d.log.end(), [d.role_pid("hand")]    # one kill: the successor may be quicker than this test

    def taken(_):
        if alive:
            os.kill(alive.pop(), signal.SIGKILL)
        return "250 2.0.0 taken"

    d.sink.reply = taken
    for name in "abc":
        d.smtp_send(arf("198.18.0.4", number=f"k{name}", reporter=f"r@{name}k.example"), sender="")
    d.sink.wait(lambda letters: len(letters) > heard)
    d.wait_role("hand", since)
    d.until(lambda: s.case(3) and s.act(s.case(3), "notify").get("state") == "done", "the letter to be done")
    ids = [x.message_id for x in d.sink.letters[heard:]]
    tap.ok(len(ids) == 2 and len(set(ids)) == 1, "a letter in flight at a kill is repeated under its Message-ID", ids)


def braked(s):
    d, hook = s.d, s.hook
    hook.news()
    numbers = [s.cut(i) for i in (4, 5, 6)]
    states = [s.act(n, "suspend")["state"] for n in numbers]
    tap.is_equal((states, hook.news()), (["done", "done", "queued"], ["do", "do"]), "two suspensions an hour, the third waits")
    tap.like(d.check("case", "explain", numbers[2]).out, "budget of this hour is used up", "and says for what")
    d.kill_and_wait("hand")
    d.pass_time("10m")
    tap.is_equal(s.act(numbers[2], "suspend")["state"], "queued", "a killed hand does not forget its budget")
    d.pass_time("2h")
    tap.is_equal(s.act(numbers[2], "suspend")["state"], "done", "in the next hour it is done")
    hook.news()
    d.pass_time("2h")
    number = s.cut(7)
    act = s.act(number, "suspend")
    tap.ok(act["state"] in ("refused", "held") and not hook.news(), "what is on the protected list is not touched", act)
    d.check("registry", "import", "-", stdin="type,id,customer,kind,target,from\nservice,s10,c10,access,198.18.0.0/28,2026-01-01T00:00:00Z\n")
    number = s.cut(10)
    act = s.act(number, "suspend")
    tap.ok(act["target"] == "198.18.0.0/28" and act["state"] == "refused" and not hook.news(), "nor a range that holds something of it", act)
    with open(os.path.join(d.data, "hand", "stop"), "w"):
        pass
    number = s.cut(8)
    act = s.act(number, "suspend")
    tap.is_equal((act["state"], act["last_text"], hook.news()), ("queued", "the kill switch is set", []), "the kill switch stops everything")
    d.check("case", "resolve", numbers[0], "mended")
    d.settle()
    tap.is_equal(s.act(numbers[0], "suspend")["state"], "undone", "but nobody stays cut for it")
    os.unlink(os.path.join(d.data, "hand", "stop"))
    d.pass_time("5h")
    tap.is_equal(s.act(number, "suspend")["state"], "done", "lifted, what waited is done")
    hook.news()


def late(s):
    """An order that lay too long before the hand read it."""
    d, hook = s.d, s.hook
    d.pass_time("2h")
    number = s.spam(9)
    os.kill(d.role_pid("hand"), signal.SIGSTOP)
    d.check("case", "emergency", number, "access", "--because", "test")
    d.until(lambda: s.act(number, "suspend").get("in_hand"), "the order")
    for _ in range(3):
        d.api("/v1/command", "POST", json.dumps({"op": "clock", "span": "30s"}))
    since = d.log.end()
    os.kill(d.role_pid("hand"), signal.SIGCONT)
    tap.ok(d.log.wait("held back by the hand.*too old", since), "an order that is too old is not followed", d.log.lines[-5:])
    d.pass_time("5m")
    tap.is_equal(s.act(number, "suspend")["state"], "done", "it is given again")


def unlisted():
    """No range is listed: a hook on a private address is never called."""
    hook = Hook()
    with Daemon(policy=None, registry=None, enforcement="on", hand=f'hook-secret "{SECRET}"') as d:
        s = Scene(d, hook, 1)
        number = s.spam(0)
        d.pass_time("49h")
        act = s.act(number, "limit")
        tap.is_equal((act["state"], hook.news()), ("refused", []), "a hook on an address that is not public is refused unless listed", act)


def unsuited():
    """Attribution below grade A never acts by itself."""
    hook = Hook()
    with Daemon(policy=None, registry=None, enforcement="on", hand=f'hook-secret "{SECRET}"\nallow-hook 127.0.0.0/8') as d:
        s = Scene(d, hook, 1)
        number = d.check("case", "open", "--customer", "c0", "--because", "a person says so").out.strip()
        d.aup("case", "uphold", number, "so be it")
        d.pass_time("60d")
        acts = [a for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] in ("limit", "suspend", "terminate")]
        tap.is_equal([a["state"] for a in acts if a["state"] != "held"], [], "below grade A nothing is done by itself", acts)
        tap.is_equal(hook.news(), [], "and nobody is called")


def main():
    hook = Hook()
    with Daemon(policy=None, registry=None, enforcement="on",
                hand=f'hook-secret "{SECRET}"\nallow-hook 127.0.0.0/8\nsuspensions 2\nprotect 198.18.0.8/32') as d:
        s = Scene(d, hook, 12)
        signed(s)
        unsure(s)
        killed(s)
        braked(s)
        late(s)
    unlisted()
    unsuited()


tap.skip_all(missing()) if missing() else tap.run(main)
