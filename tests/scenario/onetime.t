#!/usr/bin/env python3
"""The one-time links of letters: opening one does nothing, whoever opens it and how often; its form does one thing, once; and whatever
opens nothing, for whatever reason, is answered with one and the same page."""
import http.client
import os
import re
import shutil
import socket
import sys
import urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import LIMIT, Answer, Daemon, arf, missing
from desk import Post

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Desk(Post):
    def __init__(self, d):
        super().__init__(d)
        rows = ["type,id,customer,kind,resource,language,email,from"]
        for i in range(8):
            rows += [f"customer,c{i},,,,{'de' if i == 1 else 'en'},c{i}@customers.example,2026-01-01T00:00:00Z",
                     f"prefix,p{i},c{i},static,198.18.1.{i + 1}/32,,,2026-01-01T00:00:00Z"]
        rows += ["reseller,res,,,,en,abuse@res.example,2026-01-01T00:00:00Z"]
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")
        rows = ["type,id,customer,reseller,kind,resource,language,email,from"]
        for i in range(8, 12):
            rows += [f"customer,c{i},,res,,,en,c{i}@customers.example,2026-01-01T00:00:00Z", f"prefix,p{i},c{i},,static,198.18.1.{i + 1}/32,,,2026-01-01T00:00:00Z"]
        d.check("registry", "import", "-", stdin="\n".join(rows) + "\n")

    def open(self, i, to=None, purposes=("answer", "fixed", "appeal")):
        """A case of customer ci: (number, the links of its notice by their last word)."""
        heard = len(self.d.sink.letters)
        for name in "abc":
            self.n += 1
            self.d.smtp_send(arf(f"198.18.1.{i + 1}", number=self.n, reporter=f"r@{name}{i}.example"), sender="")
        self.d.settle()
        letter = next(x for x in self.d.sink.letters[heard:] if x.recipients == [to or f"c{i}@customers.example"])
        links = re.findall(r"https://abuse\.example\.net/desk(/l/\S+)", letter.text())
        return self.d.cases("--customer", f"c{i}")[0]["case"], dict(zip(purposes, links)), letter

    def ask(self, path, method="GET", body=None, headers=None):
        c = http.client.HTTPConnection("abuse.example.net", timeout=LIMIT)
        c.sock = socket.create_connection((self.d.address, 2600), LIMIT)
        try:
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            return Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        finally:
            c.close()

    def send(self, path, text, headers=None):
        return self.ask(path, "POST", urllib.parse.urlencode({"text": text}), headers or FORM)


def same(a, b):
    return (a.status, a.body) == (b.status, b.body)


def scanner(k, number, links):
    """A mail scanner opens whatever it finds, by GET and HEAD, again and again."""
    before = k.d.check("case", "show", number, "--json").out
    pages = [k.ask(path, method) for path in links.values() for method in ("GET", "HEAD", "GET")]
    tap.is_equal([p.status for p in pages], [200] * 9, "all links can be opened, and again")
    k.d.settle()
    tap.is_equal(k.d.check("case", "show", number, "--json").out, before, "and nothing changes by it")
    tap.is_equal(pages[1].body, b"", "HEAD has no body")
    page = pages[0]
    tap.like(page.headers["content-security-policy"], r"default-src 'none'.*frame-ancestors 'none'", "nothing is loaded, run or framed")
    tap.is_equal((page.headers["cache-control"], page.headers["referrer-policy"], page.headers["x-content-type-options"]), ("no-store", "no-referrer", "nosniff"),
                 "nothing is kept, nor told to another site")
    text = page.body.decode()
    tap.unlike(text, r"<script|<style|c0|customers\.example|198\.18|src=|href=", "it needs no script, and has nothing of a person")
    tap.like(text, rf'<form method="post".*{number}|{number}[\s\S]*<form method="post"', "it says which case, and has a form")


def purposes(k, number, links, gone):
    nonsense = k.ask(links["answer"], "DELETE")
    tap.is_equal(nonsense.status, 405, "no other method does anything")
    tap.is_equal(k.ask(links["answer"], "POST", '{"text":"x"}', {"Content-Type": "application/json"}).status, 400, "what is no form is not read")
    tap.is_equal(k.ask(links["answer"], "POST", "text=%zz", FORM).status, 400, "nor what is badly written")
    tap.is_equal(k.ask(links["answer"], "POST", "text=%ff", FORM).status, 400, "nor what is no text")
    tap.is_equal(k.send(links["answer"], "x" * 9000).status, 400, "nor what is too long")
    tap.is_equal(k.send(links["answer"], "  ").status, 400, "nor nothing")
    tap.is_equal(k.body(number)["state"], "open", "and the link is not used up by it")
    tap.is_equal(k.ask(links["answer"], "POST", "op=my-appeal&purpose=appeal&text=We+looked%21+%3Cb%3E+%C3%A4", FORM).status, 200, "the form is taken")
    k.d.settle()
    tap.like(k.explain(number), r"answer: We looked! <b> ä", "as an answer, whatever else it asks for", k.explain(number))
    tap.is_equal(k.body(number)["state"], "paused", "and the ladder stands")
    replayed = k.send(links["answer"], "Once more")
    tap.ok(same(replayed, gone) and same(k.ask(links["answer"]), gone), "it is used up")
    tap.unlike(k.explain(number), "Once more", "and does nothing a second time")
    tap.is_equal(k.send(links["appeal"], "You err").status, 200, "the others of the letter still do what they are for")
    k.d.settle()
    tap.like(k.explain(number), r"appeal: You err", "an appeal is one")


def fixed(k):
    number, links, letter = k.open(1)
    tap.like(letter.text(), r"Behebung melden: +https://abuse", "a letter has them in its language")
    tap.like(k.ask(links["fixed"]).body.decode(), r'<html lang="de">[\s\S]*behoben', "and so is the page")
    tap.is_equal(k.send(links["fixed"], "Neu aufgesetzt.").status, 200, "it is told that it is mended")
    k.d.settle()
    tap.ok(k.body(number).get("recheck_until_at"), "and is looked at again", k.body(number))


def closed(k, gone):
    number, links, _ = k.open(2)
    k.d.check("case", "resolve", number, "settled")
    r = k.send(links["answer"], "Late")
    tap.is_equal(r.status, 409, "an answer to a closed case is refused, and says so")
    tap.unlike(r.body.decode(), "There is nothing here", "to whom the link is of")
    one, of_one, _ = k.open(3)
    two, _, _ = k.open(4)
    k.d.check("case", "flag", one, "do-not-tell")
    tap.ok(same(k.ask(of_one["answer"]), gone) and same(k.send(of_one["answer"], "x"), gone), "of a case that nobody is to be told of there is nothing")
    tap.is_equal(k.body(two)["state"], "open", "and nothing happens to another one")


def forwarding(k, i):
    return next(f for f in k.d.check("reseller", "show", "res", "--json").json["forwardings"] if f["customer"] == f"c{i}")


def forwarded(k, gone):
    """What is passed on to a reseller has two of its own."""
    of = lambda i: k.open(i, "abuse@res.example", ("acknowledge", "result"))
    number, links, letter = of(8)
    tap.is_equal(sorted(links), ["acknowledge", "result"], "a complaint that is passed on has a link to acknowledge it and one for the result", letter.text())
    tap.unlike(letter.text(), r"\{link|Not for you", "and no line for those of customers")
    before = k.d.check("case", "show", number, "--json").out
    pages = [k.ask(links[name], method).body.decode() for name in ("acknowledge", "result") for method in ("GET", "HEAD")]
    k.d.settle()
    tap.is_equal((k.d.check("case", "show", number, "--json").out, forwarding(k, 8)["state"]), (before, "sent"), "opening them does nothing")
    tap.like(pages[2], r'type="radio" name="result" value="not-ours"', "the result is one of the words that are agreed on")
    tap.unlike(pages[0] + pages[2], r"c8|res\.example|198\.18", "and nothing of a person stands there")
    tap.is_equal(k.send(links["acknowledge"], "").status, 200, "it is acknowledged without a text")
    k.d.settle()
    tap.is_equal(forwarding(k, 8)["state"], "acknowledged", "and its deadline goes on")
    tap.ok(same(k.ask(links["acknowledge"], "POST", "result=fixed", FORM), gone), "that link is used up, and answers nothing")
    for bad in ("text=All+good", "result=resolved&text=x", "result=&text=x", "result=%00", "result=" + "f" * 9000):
        tap.is_equal(k.ask(links["result"], "POST", bad, FORM).status, 400, f"{bad[:20]} is no result")
    tap.is_equal(forwarding(k, 8)["state"], "acknowledged", "and nothing is answered by it")
    tap.is_equal(k.ask(links["result"], "POST", "result=fixed&text=Closed+the+shop", FORM).status, 200, "a result is taken")
    k.d.settle()
    found = forwarding(k, 8)
    tap.is_equal((found["state"], found["answer"], k.body(number)["state"]), ("answered", "fixed", "resolved"), "as the same word by mail is")
    tap.like(k.explain(number), r"Closed the shop", "with what was said")
    tap.ok(same(k.ask(links["result"]), gone), "and is used up")
    number, links, _ = of(9)
    k.ask(links["result"], "POST", "result=disputed", FORM)
    k.d.settle()
    tap.is_equal((forwarding(k, 9)["answer"], k.body(number)["state"]), ("disputed", "paused"), "what is disputed waits for a person")
    number, links, _ = of(10)
    k.d.check("case", "resolve", number, "settled")
    tap.ok(all(same(k.ask(p), gone) and same(k.ask(p, "POST", "result=fixed", FORM), gone) for p in links.values()), "they end with the case")
    kept(k, links)


def forged(k, links, gone):
    token = links["fixed"].split("/")[-1]
    other = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for what, path in (("a guessed link", f"/l/{other}"), ("half of one", f"/l/{token[:10]}"), ("none", "/l/"), ("a path", f"/l/{token}/x"), ("markup", "/l/%3Cscript%3E"),
                       ("a long one", "/l/" + "A" * 4000)):
        tap.ok(same(k.ask(path), gone) and same(k.send(path, "x"), gone), f"{what} is answered like one that was used")


def kept(k, links):
    k.d.settle()
    tokens = [path.split("/")[-1].encode() for path in links.values()]
    found = [name for root, _, names in os.walk(k.d.data) for name in names for t in tokens if t in open(os.path.join(root, name), "rb").read()]
    tap.is_equal(found, [], "no file has a link that could be used")
    tap.unlike(open(os.path.join(k.d.dir, "log"), encoding="utf-8", errors="replace").read(), tokens[0].decode(), "nor has the log")


def main():
    with Daemon(enforcement="on", registry=None, start=False) as d:
        d.write_config(conf="web-url https://abuse.example.net/desk/")
        tap.like(d.aup("check", "-c", d.config).err, r"web-url: its pages are served by a listener of kind api", "without a listener there are no pages, and the check says so")
        for bad in "http://abuse.example.net", "https://", "https://a.example/?x", "abuse.example.net":
            d.write_config(conf=f"listen api {d.address}:2600\nweb-url {bad}")
            tap.like(d.aup("check", "-c", d.config).err, "web-url: https://HOST", f"{bad} is refused")
        d.write_config(conf=f"listen api {d.address}:2600\nweb-url https://abuse.example.net/desk/")
        d.start()
        policy = os.path.join(d.dir, "policy")
        shutil.copytree(d.policy, policy)
        for name, field in ("reseller-forward", "link"), ("spam-first", "link_result"):
            with open(f"{policy}/letters/en/{name}.txt", "a", encoding="utf-8") as f:
                f.write(f"Not for you: {{{field}}}\n")
        d.check("policy", "post", policy)
        k = Desk(d)
        number, links, letter = k.open(0)
        tap.is_equal(sorted(links), ["answer", "appeal", "fixed"], "a notice has a link for each purpose")
        tap.unlike(letter.text(), "Not for you", "and no line for those of resellers")
        tap.is_equal(len({len(x) for x in links.values()} | {25}), 1, "of 128 bits")
        gone = k.ask("/l/" + "A" * 22)
        tap.is_equal(gone.status, 404, "a link that was never made opens nothing")
        kept(k, links)
        scanner(k, number, links)
        forged(k, links, gone)
        purposes(k, number, links, gone)
        fixed(k)
        closed(k, gone)
        forwarded(k, gone)
        k.d.restart()
        tap.ok(same(k.send(links["answer"], "after a restart"), gone), "used stays used")
        five, of_five, _ = k.open(5)
        tap.is_equal(k.ask(of_five["fixed"]).status, 200, "a fresh one opens")
        d.pass_time("31d")
        tap.ok(all(same(k.ask(p), gone) and same(k.send(p, "late"), gone) for p in of_five.values()), "after its time it is gone like the others")
        tap.unlike(k.explain(five), "late", "and does nothing")
        d.stop()
        d.write_config(conf=f"listen api {d.address}:2600\nkey-rate 3\nweb-url https://abuse.example.net/desk")
        d.start()
        answers = [k.ask("/l/" + "A" * 22) for _ in range(4)]
        tap.is_equal([x.status for x in answers], [404, 404, 404, 429], "nobody opens more of them a minute than he may")
        tap.ok(int(answers[-1].headers["retry-after"]) > 0, "and is told when")


tap.skip_all(missing()) if missing() else tap.run(main)
