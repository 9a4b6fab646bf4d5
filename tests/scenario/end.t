#!/usr/bin/env python3
"""The verb `end`: what runs is ended once by a hook; the brakes hold for it as for a limit; nothing of it is taken back or looked at again."""
import os
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import small_policy
import tap
from daemon import Daemon, arf, missing
from hook import SECRET, Hook

STEPS = """    at once notify "first" fix within 48h
    after 48h end access unless answered
    after 30d suspend access unless resolved"""


class Scene:
    def __init__(self, d, hook, count=8, driver=None):
        self.d, self.hook, self.n = d, hook, 0
        text = f'enforce end access {{ {driver or f"""driver webhook "{hook.url}" """} }}\nenforce suspend access {{ driver null }}'
        d.check("policy", "post", small_policy.write(os.path.join(d.dir, "policy"), text, STEPS, ("first", "end-notice")))
        rows = ["type,id,customer,class,kind,resource,service,language,name,email,from,until"]
        for i in range(count):
            rows.append(f"customer,c{i},,business,,,,en,Customer {i},c{i}@customers.example,2026-01-01T00:00:00Z,")
            rows.append(f"service,s{i},c{i},,access,,,,,,2026-01-01T00:00:00Z,")
            rows.append(f"prefix,p{i},c{i},,static,198.18.0.{i + 1}/32,s{i},,,,2026-01-01T00:00:00Z,")
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")

    def spam(self, i):
        self.n += 1
        self.d.smtp_send(arf(f"198.18.0.{i + 1}", number=self.n, reporter=f"r@a{i}.example"), sender="")
        self.d.settle()
        return next(c["case"] for c in self.d.cases("--limit", 500) if c["body"]["customer"] == f"c{i}")

    def act(self, number):
        return next((a for a in self.d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "end"), {})


def ended(s):
    d, hook = s.d, s.hook
    number = s.spam(0)
    d.pass_time("49h")
    call = hook.calls[0] if hook.calls else {}
    tap.is_equal((call.get("op"), call.get("verb"), call.get("service"), s.act(number)["state"]), ("do", "end", "access", "done"), "the hook is told to end it")
    tap.like(d.check("case", "explain", number).out, "what ran of access was ended, its end was seen", "the case says so")
    letters = [x for x in d.sink.letters if b"end-notice" in x.data]
    tap.is_equal(len(letters), 1, "and the customer is told once")
    hook.news()
    d.kill_and_wait("hand")
    d.settle()
    d.pass_time("2h")
    tap.is_equal(hook.news(), [], "a hand that starts anew does not look at what is over")
    r = d.aup("case", "undo", number)
    tap.ok(r.rc == 1 and s.act(number)["state"] == "done", "what is over is not taken back", r.err)
    d.check("case", "resolve", number, "mended")
    d.settle()
    tap.is_equal((hook.news(), s.act(number)["state"]), ([], "done"), "nor when the case is resolved")


def braked(s):
    d, hook = s.d, s.hook
    number = s.spam(7)
    d.pass_time("49h")
    tap.ok(s.act(number)["state"] in ("refused", "held") and not hook.news(), "what is protected is not touched", s.act(number))
    number = s.spam(1)
    d.pass_time("5h")
    with open(os.path.join(d.data, "hand", "stop"), "w"):
        pass
    d.pass_time("44h")
    act = s.act(number)
    tap.is_equal((act["state"], act["last_text"], hook.news()), ("queued", "the kill switch is set", []), "the kill switch stops it")
    d.check("case", "resolve", number, "mended")
    d.settle()
    os.unlink(os.path.join(d.data, "hand", "stop"))
    d.pass_time("5h")
    tap.is_equal((s.act(number)["state"], hook.news()), ("undone", []), "resolved before it was done, it is dropped")


def unsure(s):
    d, hook = s.d, s.hook
    number = s.spam(2)
    answers = iter([(200, '{"result":"unknown"}')] * 3)
    hook.script = lambda call: next(answers, (200, '{"result":"unknown"}'))
    d.pass_time("49h")
    tap.ok(s.act(number)["state"] == "unclear" and set(hook.news()[1:]) == {"check"}, "not seen: it is looked at, and not done again")
    d.check("case", "undo", number)
    tap.is_equal(s.act(number)["state"], "undone", "a person drops it")
    hook.news()
    d.pass_time("12h")
    tap.is_equal(hook.news(), [], "and nothing asks any more")
    number = s.spam(3)
    hook.script = lambda call: (200, '{"result":"refused","text":"no"}')
    d.pass_time("49h")
    tap.is_equal(s.act(number)["state"], "refused", "the hook refuses")
    tap.like(d.check("queue", "dead").out, number, "a person sees it")
    d.check("case", "resolve", number, "mended")
    d.settle()
    tap.is_equal(s.act(number)["state"], "undone", "until the case is over")
    hook.script = lambda call: None


def observed(hook):
    with Daemon(policy=None, registry=None, hand=f'hook-secret "{SECRET}"\nallow-hook 127.0.0.0/8') as d:
        s = Scene(d, hook, 1)
        hook.news()
        number = s.spam(0)
        d.pass_time("49h")
        tap.is_equal((s.act(number)["state"], hook.news()), ("held", []), "observe only: it is held")


def budgeted(hook):
    with Daemon(policy=None, registry=None, enforcement="on", hand=f'hook-secret "{SECRET}"\nallow-hook 127.0.0.0/8\nends 2') as d:
        s = Scene(d, hook, 3)
        hook.news()
        numbers = [s.spam(i) for i in range(3)]
        d.pass_time("48h")
        d.pass_time("10m")
        tap.is_equal((sorted(s.act(n)["state"] for n in numbers), len(hook.news())), (["done", "done", "queued"], 2), "two an hour, the third waits")
        d.kill_and_wait("hand")
        d.pass_time("20m")
        tap.is_equal(sorted(s.act(n)["state"] for n in numbers)[2], "queued", "a killed hand does not forget its budget")
        d.pass_time("2h")
        tap.is_equal([s.act(n)["state"] for n in numbers], ["done"] * 3, "in the next hour it is done")


def nowhere(hook):
    with Daemon(policy=None, registry=None, enforcement="on") as d:
        s = Scene(d, hook, 1, driver="driver radius-disconnect")
        number = s.spam(0)
        d.pass_time("49h")
        act = s.act(number)
        tap.is_equal((act["state"], act["last_text"]), ("refused", "no access server is configured that could be asked to end a session"), "without an access server nothing is asked")


def main():
    hook = Hook()
    with Daemon(policy=None, registry=None, enforcement="on", hand=f'hook-secret "{SECRET}"\nallow-hook 127.0.0.0/8\nprotect 198.18.0.8/32') as d:
        s = Scene(d, hook)
        ended(s)
        braked(s)
        unsure(s)
    observed(hook)
    budgeted(hook)
    nowhere(hook)


tap.skip_all(missing()) if missing() else tap.run(main)
