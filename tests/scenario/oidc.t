#!/usr/bin/env python3
"""Who comes in by an OpenID provider: only whose account is bound, in the browser that began it, once, by a token that is good in every part. Whatever else
comes back is refused with one sentence, and a provider that is away stands in nobody's way."""
import json
import os
import re
import sys
import threading
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from browser import Browser, clock, enrol, totp
from daemon import Daemon, missing
from provider import CLIENT, Provider, certificate

REFUSED = "That did not work by Example ID."


class Person(Browser):
    """A browser with a jar for all cookies."""

    def __init__(self, d):
        super().__init__(d)
        self.jar = {}

    def ask(self, path, method="GET", body=None, headers=None):
        import http.client
        h = {"Host": self.host, "Accept": "text/html", **(headers or {})}
        if self.jar:
            h["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        connection = http.client.HTTPConnection(self.d.address, self.d.ports["api"], timeout=120)
        connection.request(method, path, body, h)
        r = connection.getresponse()
        a = type("Answer", (), {"status": r.status, "headers": {k.lower(): v for k, v in r.getheaders()}, "body": r.read()})
        for k, v in r.getheaders():
            if k.lower() == "set-cookie":
                name, value = v.split(";")[0].split("=", 1)
                self.jar[name] = value
                if not value:
                    del self.jar[name]
        connection.close()
        return a

    def begin(self, path="/login", action="/login/oidc", to=""):
        """The page that leads to the provider."""
        return self.submit(self.get(path + (f"?to={urllib.parse.quote(to)}" if to else "")), action)

    def signs_in(self, op, subject, follow=True, path="/login", action="/login/oidc", to="", **more):
        away = self.begin(path, action, to)
        return self.get(op.sign_in(away.headers["refresh"], subject, **more), follow=follow)

    def is_in(self):
        return "__Host-aupd" in self.jar


def now(d):
    return clock(Browser(d, local=True).get("/"))


def comes_in(d, op):
    ann = Person(d)
    page = ann.get("/login?to=/cases%3Fq%3D1")
    tap.like(page.text, "Log in by Example ID", "the page of login has a button of the provider")
    d.settle()
    away = ann.submit(page, "/login/oidc")
    tap.is_equal(away.status, 200, "it leads to a page")
    tap.like(away.text, f"goes on to {op.address}:9000 by itself", "  which says where it goes on to")
    q = dict(urllib.parse.parse_qsl(away.headers["refresh"].split("?", 1)[1]))
    tap.is_equal((q["client_id"], q["redirect_uri"], q["code_challenge_method"], len(q["state"]), len(q["nonce"]), len(q["code_challenge"])),
                 (CLIENT, f"http://{d.address}:{d.ports['api']}/login/oidc", "S256", 43, 43, 43), "  with all that the protocol wants")
    tap.ok("prompt" not in q and "max_age" not in q, "  and does not ask for more than the session there")
    tap.like(away.headers["content-security-policy"], "form-action 'self';", "  and forms stay on this site")
    cookie = away.headers["set-cookie"]
    tap.like(cookie, r"^__Host-aupd-in=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$", "  and the browser is known again by a cookie of this host alone")
    tap.ok(q["state"] not in cookie and q["nonce"] not in cookie, "  that is not what the provider sees")
    back = ann.get(op.sign_in(away.headers["refresh"], "sub-of-ann"), follow=False)
    tap.is_equal((back.status, back.headers["location"]), (303, "/cases?q=1"), "back from there he goes where he wanted to")
    tap.ok(ann.is_in() and "__Host-aupd-in" not in ann.jar, "  with a session, and without the cookie of the way")
    tap.like(ann.get("/me").text, "You Your sessions", "  which opens the console")
    audit = d.check("evidence", "status", "--json")
    tap.ok(audit.rc == 0, "the daemon goes on")
    tap.like(Browser(d, local=True).get("/audit").text, r"login-oidc", "the audit has it")
    old = ann.jar["__Host-aupd"]
    ann.signs_in(op, "sub-of-ann")
    tap.ok(ann.jar["__Host-aupd"] != old, "who signs in again gets another session, not the one that he brought")
    return ann


def refused(d, op, name, why, change=None, subject="sub-of-ann", person=None, after=None, **more):
    p = person or Person(d)
    since = d.log.end()
    if change:
        change()
    page = p.signs_in(op, subject, **more)
    tap.ok(page.status == 401 and REFUSED in page.text and not p.is_in(), f"refused: {name}", (page.status, page.text[:300]))
    tap.ok(d.log.wait("a sign-in by the OpenID provider was refused.*" + why, since), "  the log says why", d.log.lines[since:])
    op.claims, op.token, op.answer = lambda c: c, lambda t: t, lambda path, status, text: (status, text)
    op.offers = {}
    d.pass_time("1s")


def traps(d, op):
    def claims(**more):
        return lambda: setattr(op, "claims", lambda c: {k: v for k, v in {**c, **more}.items() if v is not None})

    def token(fn):
        return lambda: setattr(op, "token", fn)

    def answers(path, status, text):
        return lambda: setattr(op, "answer", lambda p, s, t: (status, text) if p == path else (s, t))
    at = now(d)
    refused(d, op, "whoever has no account", "no account is bound", subject="sub-of-eve")
    refused(d, op, "whoever the token does not name", "does not say who", claims(sub=""))
    refused(d, op, "a token of another issuer", "another issuer", claims(iss=op.issuer + "/"))
    refused(d, op, "a token for another client", "not for this client", claims(aud="other"))
    refused(d, op, "a token for two", "not for this client", claims(aud=[CLIENT, "other"]))
    refused(d, op, "the nonce of another sign-in", "not of this sign-in", claims(nonce="n" * 43))
    refused(d, op, "no nonce", "not of this sign-in", claims(nonce=None))
    refused(d, op, "a token that is over", "the token is over", claims(exp=at - 61))
    refused(d, op, "a token of tomorrow", "a later time", claims(iat=at + 86400))
    refused(d, op, "a token from before", "older than the sign-in", claims(iat=at - 3600))
    refused(d, op, "alg none", "is not signed by", token(op.unsigned))
    refused(d, op, "HS256 with the public key", "is not signed by", token(op.by_public_key))
    refused(d, op, "another key of the same name", "not of that key", token(op.of_another))
    refused(d, op, "a token that was changed", "base64url|not of that key", token(lambda t: t.replace(t.split(".")[1], t.split(".")[1][:-4] + "AAAA")))
    refused(d, op, "no token", "no ID token", answers("/token", 200, '{"access_token":"x"}'))
    refused(d, op, "no JSON", "", answers("/token", 200, "<html>"))
    refused(d, op, "a code that is not taken", "nothing for the code: invalid_grant", answers("/token", 400, '{"error":"invalid_grant"}'))
    refused(d, op, "a redirect of the code", "nothing for the code", answers("/token", 302, "{}"))
    refused(d, op, "an issuer that is not asked (RFC 9207)", "of another issuer", iss="http://127.0.0.1:1")
    refused(d, op, "a refusal by the provider", "the provider says: access_denied", error="access_denied")
    tap.is_equal("/elsewhere" in op.asked, False, "no redirect is followed")


def browsers(d, op):
    ann, eve = Person(d), Person(d)
    away = ann.begin()
    back = op.sign_in(away.headers["refresh"], "sub-of-ann")
    tap.ok(REFUSED in eve.get(back).text and not eve.is_in(), "another browser cannot end what one began")
    eve.begin()
    tap.ok(REFUSED in eve.get(back).text and not eve.is_in(), "  nor one that began another one")
    given = op.sign_in(eve.begin().headers["refresh"], "sub-of-eve")
    code = dict(urllib.parse.parse_qsl(given.split("?")[1]))["code"]
    tap.ok(REFUSED in ann.get(re.sub("code=[^&]*", "code=" + code, back)).text and not ann.is_in(), "  nor does a code of another's sign-in let anybody in")
    away = ann.begin()
    back = op.sign_in(away.headers["refresh"], "sub-of-ann")
    kept = dict(ann.jar)
    tap.is_equal(ann.get(back, follow=False).status, 303, "begun again it goes well")
    ann.jar = dict(kept)
    tap.ok(REFUSED in ann.get(back).text and not ann.is_in(), "and what was answered is answered once")
    ann.jar = dict(kept)
    tap.ok(REFUSED in ann.get(op.sign_in(away.headers["refresh"], "sub-of-ann")).text and not ann.is_in(), "  also with another code")
    away = ann.begin()
    back = op.sign_in(away.headers["refresh"], "sub-of-ann")
    d.pass_time("10m")
    tap.ok(REFUSED in ann.get(back).text and not ann.is_in(), "what was begun ten minutes ago is over")
    for path in ("/login/oidc", "/login/oidc?state=x&code=y", "/login/oidc?code=y", "/login/oidc?state=" + "A" * 43 + "&code=y"):
        tap.ok(REFUSED in ann.get(path).text, f"and of {path} nothing comes")
    tap.is_equal(ann.post("/login/oidc", {"_token": "x"}).status, 403, "a form of another site begins nothing")
    away = ann.begin(to="https://evil.example/")
    tap.is_equal(ann.get(op.sign_in(away.headers["refresh"], "sub-of-ann"), follow=False).headers["location"], "/", "and nothing leads to another site afterwards")


def keys(d, op):
    asked = op.asked.count("/keys")
    d.pass_time("2m")
    op.rotate("second")
    ann = Person(d)
    tap.is_equal(ann.signs_in(op, "sub-of-ann", follow=False).status, 303, "a key that is new is asked for")
    tap.is_equal(op.asked.count("/keys"), asked + 1, "  once")
    op.rotate("third")
    refused(d, op, "a key that is new again a moment later, for keys are not asked for without end", "no key that could")
    tap.is_equal(op.asked.count("/keys"), asked + 1, "  and were not")
    d.pass_time("61m")
    tap.is_equal(Person(d).signs_in(op, "sub-of-ann", follow=False).status, 303, "after an hour all of it is read again")


def away(d, op):
    person, since = Person(d), d.log.end()
    d.pass_time("61m")
    op.down()
    page = person.begin()
    tap.is_equal(page.status, 503, "a provider that is down is told")
    tap.like(page.text, "Example ID cannot be reached now; name, password and code work as ever", "  with what still works")
    tap.ok(d.log.wait("the OpenID provider cannot be asked", since), "  and the log has it")
    now_at = clock(page)
    came = person.submit(page, "/login", name="dan", password="correct horse battery", code=totp(d.secret, now_at))
    tap.ok(person.is_in(), "and it does", came.text[:200])
    op.up()
    d.pass_time("1m")
    person = Person(d)
    begun = person.begin()
    back = op.sign_in(begun.headers["refresh"], "sub-of-ann")
    op.down()
    tap.is_equal(person.get(back).status, 503, "also when it goes down on the way")
    op.up()
    tap.is_equal(person.get(back, follow=False).status, 303, "  and the same address works when it is there again")
    for name, text in (("another issuer", '{"issuer":"http://127.0.0.1:1"}'), ("no JSON", "<html>"), ("codes without TLS", json.dumps({**json.loads(op.offer()[1]), "token_endpoint": op.issuer.replace("https", "http") + "/token"})),
                       ("more than is read", '{"issuer":"' + "x" * (300 << 10) + '"}')):
        d.pass_time("61m")
        op.answer = lambda p, s, t, text=text: (200, text) if "well-known" in p else (s, t)
        tap.is_equal(Person(d).begin().status, 503, f"a provider that offers {name} is none")
    op.answer = lambda p, s, t: (s, t)
    d.pass_time("1m")


def proves(d, op):
    ann = Person(d)
    ann.signs_in(op, "sub-of-ann")
    d.pass_time("11m")
    page = ann.submit(ann.get("/admin"), "/do", button="user-add", name="new", role="viewer")
    tap.like(page.text, "prove again who you are", "a heavy step wants a proof after ten minutes")
    away = ann.begin("/prove", "/prove/oidc", to="/admin")
    q = dict(urllib.parse.parse_qsl(away.headers["refresh"].split("?", 1)[1]))
    tap.is_equal((q["prompt"], q["max_age"]), ("login", "0"), "which the provider must ask for anew")
    tap.is_equal(ann.get(op.sign_in(away.headers["refresh"], "sub-of-ann"), follow=False).headers.get("location"), "/admin", "and then it is proved")
    page = ann.submit(ann.get("/admin"), "/do", button="user-add", name="new", role="viewer")
    tap.like(page.text, "new us viewer invited", "  and the step is done")
    d.pass_time("11m")
    for name, subject, change in (("of somebody else", "sub-of-dan", lambda c: c), ("without a time", "sub-of-ann", lambda c: {**c, "auth_time": None}),
                                  ("of before", "sub-of-ann", lambda c: {**c, "auth_time": c["auth_time"] - 600})):
        op.claims = lambda c, change=change: {k: v for k, v in change(c).items() if v is not None}
        page = ann.signs_in(op, subject, path="/prove", action="/prove/oidc", to="/admin")
        tap.ok(page.status == 401 and REFUSED in page.text, f"a proof {name} is none", page.text[:300])
        op.claims = lambda c: c
        d.pass_time("1s")
    page = ann.submit(ann.get("/admin"), "/do", button="user-disable", name="new")
    tap.like(page.text, "prove again who you are", "  and the step waits")
    away = ann.begin("/prove", "/prove/oidc")
    other = Person(d)
    other.signs_in(op, "sub-of-ann")
    other.jar["__Host-aupd-in"] = ann.jar["__Host-aupd-in"]
    tap.is_equal(other.get(op.sign_in(away.headers["refresh"], "sub-of-ann")).status, 401, "what one session began proves nothing for another")


def binds(d, op):
    dan = Person(d)
    dan.submit(dan.get("/login"), "/login", name="dan", password="correct horse battery", code=totp(d.secret, now(d)))
    tap.ok(dan.is_in(), "somebody comes in with his password")
    d.pass_time("11m")
    page = dan.submit(dan.get("/me"), "/me/oidc")
    tap.like(page.text, "prove again who you are", "to bind an account is a heavy step")
    page = dan.submit(dan.get("/prove"), "/prove", password="correct horse battery", code=totp(d.secret, now(d)))
    page = dan.submit(dan.get("/me"), "/me/oidc")
    back = dan.get(op.sign_in(page.headers["refresh"], "sub-of-ann"))
    tap.ok(back.status == 401, "who another account is bound to is not his", back.text[:200])
    page = dan.submit(dan.get("/me"), "/me/oidc")
    tap.like(page.headers["refresh"], "prompt=login", "the provider asks who he is")
    back = dan.get(op.sign_in(page.headers["refresh"], "sub-of-dan"))
    tap.like(back.text, "bound to an identity there", "and then his account is bound")
    tap.like(Browser(d, local=True).get("/audit").text, "user-oidc", "  which the audit has")
    again = Person(d)
    tap.is_equal(again.signs_in(op, "sub-of-dan", follow=False).status, 303, "and he comes in without a password")
    d.check("user", "disable", "dan")
    refused(d, op, "whose account was disabled", "no account is bound", subject="sub-of-dan")


def manages(d, op):
    r = d.aup("user", "add", "--role", "viewer", "--oidc", "sub-of-ann", "ben")
    tap.ok(r.rc != 0 and "another account is bound" in r.err, "a subject is of one account", r.err)
    r = d.aup("user", "oidc", "ann", "--none")
    tap.ok(r.rc != 0 and "no password" in r.err, "an account without a password keeps its binding", r.err)
    tap.like(d.check("user", "list").out, rf"ann +active +admin .*{re.escape(op.issuer)}", "the list tells who comes in by which provider")
    tap.is_equal([u["oidc"] for u in d.check("user", "list", "--json").json["users"] if u["name"] == "ann"], [op.issuer], "  also as JSON")
    d.check("user", "oidc", "ann", "sub-of-anna")
    refused(d, op, "who was bound before", "no account is bound")
    tap.is_equal(Person(d).signs_in(op, "sub-of-anna", follow=False).status, 303, "who is bound now comes in")
    d.check("user", "oidc", "ann", "sub-of-ann")
    d.check("user", "add", "--role", "admin", "--oidc", "sub-of-cyd", "cyd")
    d.check("user", "reset", "ann")
    refused(d, op, "whose account waits for its owner anew", "no account is bound")


def holds(op, people, subject):
    """Requests of people who are back from the provider, which holds their codes; each thread's answer is in its list."""
    op.free.clear()
    op.answer = lambda path, status, text: "hang" if path == "/token" else (status, text)
    out = []
    for p in people:
        back, got = op.sign_in(p.begin().headers["refresh"], subject), []

        def ask(p=p, back=back, got=got):
            try:
                got.append(p.get(back, follow=False))
            except OSError as e:
                got.append(e)
        t = threading.Thread(target=ask)
        t.start()
        out.append((t, got))
        if not op.held.acquire(timeout=120):
            raise RuntimeError("nobody asked the provider")
    op.answer = lambda path, status, text: (status, text)
    return out


def pages(d, op):
    """What an administrator does on the page of accounts."""
    cyd = Person(d)
    cyd.signs_in(op, "sub-of-cyd")
    page = cyd.submit(cyd.get("/admin"), "/do", button="user-oidc", name="new", subject="sub-of-new")
    tap.like(page.text, "the account is not active", "an account that waits for its owner is not bound")
    first = cyd.get("/admin")
    form = next(f for f in first.forms if ("op", "user-add") in f["buttons"])
    page = cyd.post("/do", {**form["fields"], "op": "user-add", "name": "fay", "role": "viewer", "oidc": "sub-of-fay"})
    tap.like(page.text, f"The account is there Name fay It needs no invitation: whoever is that at {re.escape(op.issuer)} comes in", "one is made that needs no invitation")
    tap.is_equal(Person(d).signs_in(op, "sub-of-fay", follow=False).status, 303, "  and lets its owner in")
    form = next(f for f in cyd.get("/admin").forms if ("op", "user-oidc") in f["buttons"] and f["fields"]["name"] == "fay")
    page = cyd.post("/do", {**form["fields"], "op": "user-oidc"})
    tap.like(page.text, "the account has no password: aup user reset gives it an invitation instead", "it is not left without any way in")
    tap.like(cyd.get("/admin/settings").text, "oidc issuer " + re.escape(op.issuer), "the settings have the provider")
    tap.unlike(cyd.get("/admin/settings").text, "a secret: of the tests", "  and not its secret")


def faults(d, op):
    """What was begun outlives a restart; who waits for the provider is answered, whichever role goes away meanwhile, and nobody gets what is another's."""
    cyd = Person(d)
    away = cyd.begin()
    d.restart()
    d.settle()
    tap.is_equal(cyd.get(op.sign_in(away.headers["refresh"], "sub-of-cyd"), follow=False).status, 303, "what was begun outlives a restart")
    people = [Person(d), Person(d)]
    waiting = holds(op, people, "sub-of-cyd")
    d.pass_time("1s")
    tap.is_equal([got for _, got in waiting], [[], []], "two wait for the provider, and nobody else waits for them")
    op.free.set()
    for t, _ in waiting:
        t.join(120)
    tap.is_equal([[a.status for a in got] for _, got in waiting], [[303], [303]], "  and both come in")
    tap.ok(people[0].jar["__Host-aupd"] != people[1].jar["__Host-aupd"], "  each with a session of his own")
    for role in ("hand", "judge", "desk"):
        person = Person(d)
        (thread, got), = holds(op, [person], "sub-of-cyd")
        d.kill_and_wait(role)
        thread.join(120)
        tap.ok(got and (isinstance(got[0], OSError) if role == "desk" else got[0].status == 503) and not person.is_in(), f"with the {role} gone he is told that it did not work", got)
        op.free.set()
        op.held = threading.Semaphore(0)
        d.settle()
        tap.is_equal(Person(d).signs_in(op, "sub-of-cyd", follow=False).status, 303, "  and the next one comes in")


def configured(d, op):
    """What the block of the configuration asks for."""
    def again(*args, **more):
        d.more["conf"] = d.more["conf"].split("\n")[0] + "\n" + op.conf(d, *args, **more)
        d.write_config()
        d.restart()
        d.settle()
    again("acr mfa; acr phr")
    person = Person(d)
    away = person.begin()
    tap.like(away.headers["refresh"], "&acr_values=mfa%20phr$", "a way of proving oneself is asked for")
    tap.ok(REFUSED in person.get(op.sign_in(away.headers["refresh"], "sub-of-cyd")).text and d.log.wait("in a way that is asked for"), "  and another one is refused")
    op.claims = lambda c: {**c, "acr": "phr"}
    tap.is_equal(Person(d).signs_in(op, "sub-of-cyd", follow=False).status, 303, "  and that one is taken")
    again(ca=certificate(op.address)[1])
    tap.is_equal(Person(d).begin().status, 503, "a certificate of somebody else's is no provider's")
    again()
    op.offers = {"authorization_response_iss_parameter_supported": True, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
    d.restart()
    d.settle()
    tap.is_equal(Person(d).signs_in(op, "sub-of-cyd", follow=False, iss=op.issuer).status, 303, "a provider that takes the secret in the body alone, and says who it is")
    refused(d, op, "an answer of it that does not say whose it is", "of another issuer")


def run():
    if missing():
        tap.skip("sign-in by OpenID Connect", missing())
        return
    d = Daemon(listens=("smtp", "api"), registry=None, policy=None, start=False)
    op = Provider(lambda: now(d))
    d.more["conf"] = f"web-url http://{d.address}:{d.ports.get('api', 2501)}\n" + op.conf(d)
    d.write_config()
    d.start()
    try:
        d.check("user", "add", "--role", "admin", "--oidc", "sub-of-ann", "ann")
        d.secret = enrol(d, "dan", "--role", "admin").secret
        d.pass_time("1m")
        comes_in(d, op)
        traps(d, op)
        browsers(d, op)
        keys(d, op)
        away(d, op)
        proves(d, op)
        binds(d, op)
        manages(d, op)
        pages(d, op)
        faults(d, op)
        configured(d, op)
        tap.is_equal([line for line in d.log.lines if "sub-of" in line], [], "the log names nobody")
    finally:
        tap.ok(d.stop(), "it ends cleanly", d.stop_trouble)


tap.run(run)
