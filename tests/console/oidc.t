#!/usr/bin/env python3
"""People come in by a real OpenID provider (oidc-provider), in a real browser: with and without script, by tokens of each kind of key; they prove again who they
are for a heavy step, bind an account, say no there; the provider gets other keys, and goes away."""
import json
import os
import re
import subprocess
import sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import screen
import tap
from browser import Browser, clock, totp
from daemon import Daemon, loopback, missing

CLIENT = {"client_id": "aupd", "client_secret": "a secret of the tests"}
PASSWORD = "correct horse battery"


class Peer:
    """The provider: a process, which has other keys each time that it is started."""

    def __init__(self, d, address, back, **client):
        self.d, self.address, self.issuer = d, address, f"http://{address}:9000"
        self.client = {**CLIENT, "redirect_uris": [back], **client}
        self.process = None

    def start(self, kid, alg):
        what = {"issuer": self.issuer, "host": self.address, "port": 9000, "client": self.client, "kid": kid, "alg": alg}
        with open(os.path.join(self.d.dir, "provider.log"), "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(["node", os.path.join(screen.HERE, "provider.mjs"), json.dumps(what)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            text=True)
        if self.process.stdout.readline() != "ready\n":
            with open(os.path.join(self.d.dir, "provider.log"), encoding="utf-8") as log:
                raise RuntimeError("the provider does not start: " + log.read()[-2000:])

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(60)
        self.process = None


def there(p):
    """Until the browser is at the form of the provider."""
    p.wait("[name=sub]")
    return p


def proves(p, subject, to="^/$"):
    there(p).at("[name=sub]").fill(subject)
    p.at("button", "It is me").click()
    p.wait_path(to)
    said = [line for line in p.said() if not line.startswith("elsewhere: http://127.")]
    if "login" not in to:                       # a refusal's status Chromium says once more
        tap.is_equal(said, [], "nothing is said on the way, and no policy is in it")
    return p


def logs_in(s, subject, to="^/$", **options):
    p = s.page(**options).goto("/login")
    p.at("button", "Log in by Example ID").click()
    return proves(p, subject, to)


def own_account(d):
    """dan, with a password, an app and recovery codes, each of which is good once: the clock is the machine's."""
    b = Browser(d)
    invitation = d.check("user", "add", "--json", "--role", "admin", "dan").json["invitation"]
    page = b.submit(b.get("/welcome"), "/welcome", name="dan", invitation=invitation, password=PASSWORD)
    secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    page = b.submit(page, "/welcome/code", code=totp(secret, clock(Browser(d, local=True).get("/"))))
    return re.findall(r"\b[0-9a-hjkmnp-tv-z]{10}\b", page.text)[-10:]


def password(p, code):
    p.at("[name=name]").fill("dan")
    p.at("[name=password]").fill(PASSWORD)
    p.at("[name=code]").fill(code)
    p.at("button", "Log in").nth(0).click()
    return p.wait_path("^/$")


def comes_in(d, s):
    p = s.page().goto("/login")
    tap.like(p.text(), "Log in by Example ID", "the page of login has a button of the provider")
    s.look(p, "login-oidc")
    p.at("button", "Log in by Example ID").click()
    there(p)
    tap.ok(not p.call(["url"]).startswith(s.base), "the browser goes to the provider by itself")
    proves(p, "sub-of-ann")
    tap.like(p.text(), r"Today.*\bann\b", "and comes back as whoever has the account")
    names = {c["name"]: c for c in p.call(["context"], ["cookies"])}
    tap.ok("__Host-aupd-in" not in names and names["__Host-aupd"]["httpOnly"] and names["__Host-aupd"]["sameSite"] == "Lax", "  with one cookie, which no script reads")
    p.close()
    p = logs_in(s, "sub-of-ann", javaScriptEnabled=False)
    tap.like(p.text(), r"Today.*\bann\b", "with script off, too")
    p.close()
    p = s.page().goto("/cases?state=closed")
    p.at("button", "Log in by Example ID").click()
    proves(p, "sub-of-ann", "^/cases\\?state=closed$")
    tap.ok(True, "and where he wanted to go")
    return p


def refused(d, s):
    p = logs_in(s, "sub-of-eve", "^/login/oidc")
    tap.like(p.text(), "That did not work by Example ID", "whoever has no account does not come in")
    s.ask({"page": p.number, "said": True})     # 401, which Chromium says once more
    s.look(p.goto("/login"), "login-again")
    p.close()
    p = s.page().goto("/login")
    p.at("button", "Log in by Example ID").click()
    there(p).at("button", "No").click()
    p.wait_path("^/login/oidc")
    tap.like(p.text(), "That did not work by Example ID", "nor does who says no there")
    tap.ok(d.log.wait("the provider says: access_denied"), "  which the log has")
    p.close()
    # the address that a browser is sent back with, and which it does not go to
    p = s.page().goto("/login")
    p.at("button", "Log in by Example ID").click()
    there(p)
    at = p.call(["context"], ["request"], ["post", p.call(["url"]), {"form": {"sub": "sub-of-ann", "do": "yes"}, "maxRedirects": 0}], ["headers"])["location"]
    address = p.call(["context"], ["request"], ["get", at, {"maxRedirects": 0}], ["headers"])["location"].removeprefix(s.base)
    other = s.page().goto(address)
    tap.like(other.text(), "That did not work by Example ID", "what is led back into another browser lets nobody in")
    other.close()
    p.goto(address)
    tap.is_equal(p.path(), "/", "and in his own it does")
    p.goto(address)
    tap.like(p.text(), "That did not work by Example ID", "  once")
    p.close()


def heavy(d, s, p):
    """A proof is as old as the session: that it is asked for is in tests/scenario/oidc.t; that it holds, here."""
    p.goto("/prove?to=/admin")
    s.look(p, "prove-oidc")
    p.at("button", "Prove it at Example ID").click()
    there(p)
    tap.like(p.text(), "login", "a proof is asked for anew, whatever session the provider has")
    proves(p, "sub-of-ann", "^/admin$")
    tap.like(p.text(), "Accounts", "and then he goes on")
    s.look(p, "admin-oidc")
    p.goto("/prove?to=/admin").at("button", "Prove it at Example ID").click()
    there(p).at("[name=sub]").fill("sub-of-eve")
    p.at("button", "It is me").click()
    p.wait_path("^/login/oidc")
    tap.like(p.text(), "That did not work by Example ID", "somebody else proves nothing for him")


def binds(d, s, codes):
    p = password(s.page().goto("/login"), codes[0])
    s.look(p.goto("/me"), "me-oidc")
    p.at("button", "Bind it to an identity").click()
    proves(p, "sub-of-dan", "^/me$")
    tap.like(p.text(), "bound to an identity there", "whoever has a password binds his account himself")
    p.close()
    p = logs_in(s, "sub-of-dan")
    tap.like(p.text(), r"Today.*\bdan\b", "  and comes in without it")
    p.close()


def keys(d, s, peer):
    for kid, alg in (("two", "ES256"), ("three", "EdDSA")):
        peer.stop()
        peer.start(kid, alg)
        d.kill_and_wait("judge")                # which then knows no keys; that it asks for new ones is in tests/scenario/oidc.t
        p = logs_in(s, "sub-of-ann")
        tap.like(p.text(), r"Today.*\bann\b", f"tokens of {alg} let him in")
        p.close()


def away(d, s, peer, codes):
    peer.stop()
    d.kill_and_wait("judge")
    p = s.page().goto("/login")
    p.at("button", "Log in by Example ID").click()
    p.wait_path("^/login/oidc")
    tap.like(p.text(), "Example ID cannot be reached now; name, password and code work as ever", "a provider that is down is told")
    password(p, codes[1])
    tap.like(p.text(), r"Today.*\bdan\b", "  and they do, on that very page")
    p.close()


def main():
    why = missing() or screen.missing()
    if why:
        tap.skip("sign-in by a real provider", why)
        return
    d = Daemon(listens=("smtp", "api"), testing=False, start=False, registry=None, policy=None)
    web, address = f"http://{d.address}:2501", loopback()
    peer = Peer(d, address, web + "/login/oidc")
    path = os.path.join(d.dir, "oidc.secret")
    with open(path, "w", encoding="utf-8") as f:
        f.write(CLIENT["client_secret"] + "\n")
    d.more["conf"] = f'web-url {web}\noidc {{ issuer {peer.issuer}; client aupd; secret-file {path}; name "Example ID"; allow 127.0.0.0/8 }}'
    d.write_config()
    d.start()
    try:
        d.check("user", "add", "--role", "admin", "--oidc", "sub-of-ann", "ann")
        codes = own_account(d)
        peer.start("one", "RS256")
        with screen.Screen(d) as s:
            p = comes_in(d, s)
            refused(d, s)
            heavy(d, s, p)
            binds(d, s, codes)
            keys(d, s, peer)
            away(d, s, peer, codes)
            s.validate()
    finally:
        peer.stop()
        tap.ok(d.stop(), "it ends cleanly", d.stop_trouble)


tap.run(main)
