#!/usr/bin/env python3
"""POST /v1/reports as clients use and misuse it: 202 and its id, replays, keys, limits, and broken HTTP."""
import json
import os
import signal
import socket
import sys
import time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import API_KEY, LIMIT, Daemon, arf, missing, xarf


def ident(answer):
    return json.loads(answer.body).get("id")


def raw(d, request):
    """Bytes as they are; the whole answer, or nothing when the connection was closed."""
    with socket.create_connection((d.address, d.ports["http"]), LIMIT) as s:
        answer = b""
        try:
            s.sendall(request)
            s.shutdown(socket.SHUT_WR)
            while part := s.recv(65536):
                answer += part
        except OSError:
            pass
    return answer.split(b"\r\n")[0].decode("latin-1")


def taken(d):
    at = time.time()
    a = d.report(xarf(at=at), token="t-1")
    tap.is_equal(a.status, 202, "a report is taken", a.body)
    tap.is_equal(json.loads(a.body).get("status"), "QUEUED", "and told to wait")
    b = d.report(xarf(at=at), token="t-1")
    tap.is_equal((b.status, ident(b)), (202, ident(a)), "the same request again gets the same id")
    c = d.report(xarf(at=at), token="t-2")
    tap.ok(ident(c) != ident(a), "another Idempotency-Key another one")
    e, f = d.report(xarf(at=at)), d.report(xarf(at=at))
    tap.ok(len({ident(x) for x in (a, c, e, f)}) == 4, "without one each request has an id of its own")
    tap.like(ident(a), "^[0-9a-f]{32}$", "the id is long enough not to be guessed")
    m = d.report(arf("203.0.113.17"), headers={"Content-Type": "message/rfc822"})
    tap.is_equal(m.status, 202, "a report may come as it would by mail")
    d.settle()
    fates = [json.loads(d.api(f"/v1/receipts/{ident(x)}").body)["row"]["fate"] for x in (a, c)]
    tap.is_equal(fates, ["case", "duplicate"], "what became of it stands under its id; the same report under another key is a duplicate")
    cases = [c for c in d.cases() if c["body"]["customer"] == "bakery"]
    tap.is_equal([c["body"]["report_count"] for c in cases], [1], "it was counted once")
    os.kill(d.role_pid("judge"), signal.SIGSTOP)
    g = d.report(xarf("203.0.113.17", report_id="77777777-8172-431a-9276-c28ba90f694a"), token="t-3")
    tap.is_equal(g.status, 202, "202 while the judge stands still")
    d.kill_and_wait("judge")
    d.settle()
    tap.is_equal(json.loads(d.api(f"/v1/receipts/{ident(g)}").body)["row"]["fate"], "case", "and judged when it is back")
    d.kill_and_wait("ear")
    tap.is_equal(ident(d.report(xarf(), token="t-1")), ident(a), "the same id also after a restart")


def refused(d):
    tap.is_equal(d.report(xarf(), key=None).status, 401, "no key")
    d.until(lambda: d.report(xarf(), key="wrong").status == 401, "the ear, which was killed, knows the keys")
    tap.is_equal(d.report(xarf(), key="wrong").status, 401, "a wrong key")
    tap.is_equal(d.report(xarf(), key=None, headers={"X-API-Key": API_KEY}).status, 202, "X-API-Key is as good")
    tap.is_equal(d.report(b"").status, 400, "an empty report")
    tap.is_equal(d.report(xarf(), token="x" * 257).status, 400, "an Idempotency-Key that is too long")
    tap.is_equal(d.report(xarf(), path="/v1/other").status, 404, "another path")
    try:
        status = d.report(b"x" * ((1 << 20) + 1)).status
    except OSError:
        status = 413                # the answer may be cut off by the unread rest
    tap.is_equal(status, 413, "a report that is too long")
    tap.is_equal(d.report(b"\0" * 1000).status, 202, "nonsense is kept for a person")
    tap.is_equal(d.report(b"[" * 100000).status, 202, "and so is a deep nest")
    auth = f"Authorization: Bearer {API_KEY}\r\n".encode()
    head = b"POST /v1/reports HTTP/1.1\r\nHost: x\r\n" + auth
    tap.like(raw(d, b"GET /v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + auth + b"\r\n"), " 405 ", "GET")
    tap.like(raw(d, head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), " 400 ", "two lengths")
    tap.like(raw(d, head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), " 400 ", "a length beside chunks")
    tap.like(raw(d, head + b"Content-Length: -1\r\n\r\nabc"), "^$| 400 ", "a negative length")
    tap.like(raw(d, head + b"Content-Length: 10\r\n\r\nabc"), "^$| 4", "a peer gone in the middle of its report")
    tap.like(raw(d, b"\x16\x03\x01" + bytes(range(256))), "^$| 400 ", "bytes that are no HTTP")
    tap.like(raw(d, head + b"X: " + b"y" * 200000 + b"\r\n\r\n"), "^$| 4(00|31|13) ", "a header that never ends")
    tap.is_equal(d.report(xarf(), token="after").status, 202, "and the listener still works")
    d.settle()
    rows = d.check("intake", "list", "--json").json["rows"]
    tap.is_equal([r["body"]["type"] for r in rows], ["unparsed", "unparsed"], "nothing of what was refused was kept")


def fates(d, key, *answers):
    """What a reporter is told over the API of what he handed in."""
    told = [d.api(f"/v1/my/reports/{ident(x)}", headers={"Authorization": f"Bearer {key}"}) for x in answers]
    return [t.status for t in told]


def keys_of_store(d):
    """Keys that `aup key add` makes while the daemon runs are those of their reporter, and end when they are revoked or over."""
    def new(scope, name, *more):
        made = d.check("key", "add", scope, name, "--json", *more).json
        return made["key"], made["name"]

    def status(key, report_id="33333333-8172-431a-9276-c28ba90f694a"):
        return d.report(xarf(report_id=report_id), key=key).status

    def until(key, wanted, what):
        d.until(lambda: status(key) == wanted, what)
        tap.ok(True, what)

    key, name = new("reporter", "watcher")
    second, _ = new("reporter", "watcher")
    until(key, 202, "a key that was just made opens the door, without a reload")
    until(second, 202, "and so does a second one of the same reporter")
    a = d.report(xarf("203.0.113.18", report_id="44444444-8172-431a-9276-c28ba90f694a"), key=key, token="k-1")
    again = d.report(xarf("203.0.113.18", report_id="44444444-8172-431a-9276-c28ba90f694a"), key=key, token="k-1")
    tap.is_equal((again.status, ident(again)), (202, ident(a)), "the same request again gets the same id")
    d.settle()
    tap.is_equal(fates(d, key, a), [200], "he asks with his key what became of it")
    tap.is_equal(fates(d, second, a), [200], "with his other key, too")
    tap.like(d.check("reporter", "list").out, "(?m)^api:watcher ", "the report is that reporter's")
    customer, _ = new("customer", "bakery")
    tap.is_equal(status(customer), 401, "a key of another scope reports nothing")
    short, _ = new("reporter", "watcher", "--expires", "1h")
    until(short, 202, "one that expires opens, too")
    d.pass_time("2h")
    tap.is_equal((status(short), status(key)), (401, 202), "and no more when its time is over")
    tap.is_equal(d.aup("key", "add", "reporter", "two\nlines").rc, 1, "an id of two lines is refused")
    since = d.kill("judge")
    tap.is_equal(status(key), 202, "a judge that is down takes no key away")
    d.wait_role("judge", since)
    d.check("key", "revoke", name)
    until(key, 401, "a key that is revoked is refused, without a reload")
    tap.is_equal(status(second), 202, "the other one still opens")
    d.crash()
    d.launch()
    until(second, 202, "after kill -9 of all, too")
    tap.is_equal((status(key), status(short), d.report(xarf()).status), (401, 401, 202), "a revoked one stays out, an expired one too; that of the configuration opens")
    os.kill(d.role_pid("judge"), signal.SIGSTOP)
    d.kill_and_wait("ear")
    tap.is_equal((status(second), status(None), d.report(xarf()).status), (503, 401, 202), "an ear that does not know yet asks to come again, and takes who stands in the configuration")
    d.kill_and_wait("judge")
    until(second, 202, "until the judge has told it")


def rate():
    with Daemon(conf="api-rate 5", policy=None, registry=None) as d:
        answers = [d.report(xarf(), token=str(n)) for n in range(6)]
        tap.is_equal([a.status for a in answers], [202] * 5 + [429], "one report too many this minute")
        tap.is_equal(answers[-1].headers.get("retry-after"), "60", "and when to come again")
        d.pass_time("61s")
        tap.is_equal(d.report(xarf(), token="5").status, 202, "a minute later it is taken")
        keys = [d.check("key", "add", "reporter", "watcher", "--json").json["key"] for _ in range(2)]
        d.until(lambda: d.report(b"", key=keys[1]).status == 400, "the ear knows the keys")
        tap.ok(429 in [d.report(xarf(), key=k).status for k in keys * 4], "keys of one reporter share his rate")
        more = d.check("key", "add", "reporter", "other", "--json").json["key"]
        d.until(lambda: d.report(b"", key=more).status == 400, "the ear knows that one, too")
        tap.is_equal(d.report(xarf(), key=keys[0]).status, 429, "and a new table of keys does not begin it anew")


def main():
    with Daemon(spool="message 1M") as d:
        taken(d)
        refused(d)
        keys_of_store(d)
    rate()


tap.skip_all(missing()) if missing() else tap.run(main)
