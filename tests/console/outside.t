#!/usr/bin/env python3
"""What people outside do, with the keyboard, with script off: a stranger reports and follows what becomes of it, the customer answers from the letter's page, a
reseller acknowledges and answers what was passed on."""
import os
import re
import socket
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from daemon import Daemon, missing, xarf
from desk import Post, null_policy

REGISTRY = """type,id,reseller,customer,class,kind,resource,language,email,from
reseller,bigres,,,reseller,,,en,abuse@bigres.example,2026-01-01T00:00:00Z
customer,shop,bigres,,business,,,en,it@shop.example,2026-01-01T00:00:00Z
prefix,p-shop,,shop,,static,198.18.1.1/32,,,2026-01-01T00:00:00Z
customer,acme,,,business,,,en,it@acme.example,2026-01-01T00:00:00Z
prefix,p-acme,,acme,,static,198.18.2.1/32,,,2026-01-01T00:00:00Z
service,m-acme,,acme,,mail,,,,2026-01-01T00:00:00Z
"""


class Front:
    """What stands before the daemon at a provider's: one address, and behind it the listeners for reports and for pages."""

    def __init__(self, d):
        self.d, self.listener = d, socket.create_server((d.address, 0))
        self.base = f"http://{d.address}:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head and (part := client.recv(65536)):
            head += part
        if not head:
            return
        kind = "http" if head.split(b" ")[1] == b"/report/send" else "api"
        with socket.create_connection((self.d.address, self.d.ports[kind])) as server:
            server.sendall(re.sub(rb"(?i)\r\nConnection: [^\r]*", b"", head, count=1).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            threading.Thread(target=self.copy, args=(client, server), daemon=True).start()
            self.copy(server, client)
        client.shutdown(socket.SHUT_RDWR)
        client.close()

    @staticmethod
    def copy(a, b):
        try:
            while part := a.recv(65536):
                b.sendall(part)
        except OSError:
            pass


def reports(d, s):
    """The form, to the status."""
    p = s.page(javaScriptEnabled=False).goto("/report")
    p.tab_to("[name=kind]").press("Space").tab_to("[name=source]").type("198.18.2.1").tab_to("[name=when]").type("2026-11-27 10:00 UTC")
    p.tab_to("[name=text]").type("This address sends me advertisements that I never asked for.")
    p.tab_to("button").press("Enter").wait_path("^/report/[0-9a-f]{32}")
    reference = p.path().split("/")[2].split("?")[0]
    d.settle()
    p.call(["reload"])
    tap.like(p.text(), rf"Reference {reference}.*State .{{10,}}", "a report by the form has a page that says how it stands")
    tap.unlike(p.text(), "acme", "  without saying whose it is")
    s.quiet(p, "the form of reports")
    p.close()


def answers(d, s, post):
    number, notice, _ = post.open("acme")
    path = re.search(r"(/p/[\w-]{22})\s", notice.text()).group(1)
    p = s.page(javaScriptEnabled=False, viewport={"width": 360, "height": 700}).goto(path)
    p.tab_to("section[aria-labelledby=reply] textarea").type("The password of one mailbox was stolen; it is changed.").tab_to("section[aria-labelledby=reply] button")
    p.press("Enter").wait("[role=status]")
    events = post.show(number)["events"]
    tap.ok(any("mailbox was stolen" in (e.get("text") or "") for e in events), "a customer answers from the page of the letter")
    tap.is_equal([r["case"] for r in d.check("queue", "answers", "--json").json["rows"]], [number], "and a person reads it")
    p.tab_to("section[aria-labelledby=fixed] textarea").type("All passwords are new.").tab_to("section[aria-labelledby=fixed] button").press("Enter").wait("[role=status]")
    tap.like(p.text(), "We look whether it happens again", "he says that it is mended")
    s.quiet(p, "the customer's page")
    p.close()


def passed_on(d, s):
    d.report(xarf("198.18.1.1", url="http://198.18.1.1/login"), token="t1")
    d.settle()
    number = d.cases("--customer", "shop")[0]["case"]
    s.account("bigres-desk", None, "--reseller", "bigres")
    p = s.log_in("bigres-desk", javaScriptEnabled=False)
    p.tab_to(f'a[href="/r/cases/{number}"]').press("Enter").wait_path(f"/r/cases/{number}")
    form = f'form:has([value="/v1/my/forwarded/{number}/{{}}"]) {{}}'
    p.tab_to(form.format("acknowledge", "button")).press("Enter").wait("[role=status]")
    tap.like(p.text(), "acknowledgement has arrived", "a reseller acknowledges what was passed on")
    p.tab_to(form.format("result", "[name=result]")).press("Space").tab_to(form.format("result", "button")).press("Enter").wait_path("said=result")
    d.settle()
    tap.is_equal(d.check("case", "show", "--json", number).json["state"], "resolved", "and answers, which settles the case", p.text()[:600])
    s.quiet(p, "the reseller's pages")


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip_all(why)
    d = Daemon(listens=("smtp", "http", "api"), policy=None, registry=None, start=False)
    front = Front(d)
    d.write_config(conf=f"key-rate 60000\nform-rate 1000\nweb-url {front.base}")
    d.start()
    with d, screen.Screen(d, front.base) as s:
        d.check("policy", "post", null_policy(d))
        d.check("registry", "import", "-", stdin=REGISTRY)
        reports(d, s)
        answers(d, s, Post(d, ("acme",)))
        passed_on(d, s)


if __name__ == "__main__":
    tap.run(main)
