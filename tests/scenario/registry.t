#!/usr/bin/env python3
"""The register: every kind of row, in by CSV and JSON whole or not at all, wrong rows told by line and column, out so that it
comes in again unchanged, services that must not be cut, validity, and a hundred thousand rows."""
import json
import os
import pty
import signal
import socket
import sys
import threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from daemon import BUILD, LIMIT, Daemon, arf, missing, program

HEAD = ("type,id,customer,reseller,affiliate,user,service,from,until,class,kind,resource,ports,target,permitted_use,depends,lifeline,protected,document,"
        "document_version,value,unit,language,name,email,phone\n")


def row(**cells):
    names = HEAD.strip().split(",")
    assert set(cells) <= set(names), cells
    return ",".join(str(cells.get(n, "")) for n in names) + "\n"


EVERY = HEAD + "".join((
    row(type="reseller", id="top", **{"class": "reseller"}, name="Top Ltd", email="abuse@top.example", language="en"),
    row(type="reseller", id="mid", reseller="top", name="Mid Ltd", email="abuse@mid.example"),
    row(type="reseller", id="low", reseller="mid", name="Low Ltd"),
    row(type="customer", id="cust", reseller="low", **{"class": "business"}, name='"Cust, ""the"" Ltd"', email="it@cust.example", language="de"),
    row(type="customer", id="own", **{"class": "residential"}, name="Own", protected="yes"),
    row(type="affiliate", id="aff", customer="cust", name="Affiliate"),
    row(type="user", id="joe", customer="cust", affiliate="aff", name="Joe", email="joe@cust.example"),
    row(type="served", id="srv", customer="cust", reseller="mid", until="2026-01-01T00:00:00Z"),
    row(type="contact", id="con", customer="cust", kind="abuse", name="Desk", email="desk@cust.example", phone="+49 30 1", language="de"),
    row(type="agreement", id="agr", customer="cust", document="aup", document_version="2026-03-01", **{"from": "2026-03-01T00:00:00Z"}),
    row(type="agreement", id="agr2", customer="cust", user="joe", document="house rules", document_version="1"),
    row(type="limit", id="lim", kind="mails-per-day", value=1000, unit="mails"),
    row(type="limit", id="lim0", kind="mails-to-many", value=0),
    row(type="limit", id="lim2", customer="cust", kind="mails-per-day", value=50, unit="mails", **{"from": "2026-01-01"}, until="2027-01-01"),
    row(type="service", id="line", customer="cust", kind="access", permitted_use="office", depends="phone alarm"),
    row(type="service", id="phone", customer="cust", kind="voice", lifeline="yes"),
    row(type="service", id="alarm", customer="cust", kind="alarm", target="alarm-7"),
    row(type="prefix", id="net", resource="192.0.2.0/24"),
    row(type="prefix", id="pre", customer="cust", kind="static", resource="192.0.2.16/28", service="line", user="joe"),
    row(type="prefix", id="pre6", customer="cust", kind="static", resource="2001:DB8::/48"),
    row(type="prefix", id="nat", customer="cust", kind="shared", resource="192.0.2.99/32", ports="1024-2047"),
    row(type="asn", id="asn", customer="cust", resource="as64496"),
    row(type="domain", id="dom", customer="cust", resource="Example.ORG."),
    row(type="login", id="log", customer="cust", resource="Joe7"),
    row(type="mailbox", id="box", customer="cust", resource="Joe@Example.org"),
    row(type="permission", id="per", customer="cust", kind="bulk mail", resource="letter of 2026-02-03"),
    row(type="mark", id="mrk", customer="cust", kind="phone", resource="+49 30 9018200"),
))


def every_kind(d):
    r = d.check("registry", "import", "-", "--json", stdin=EVERY).json
    tap.is_equal((r["entities"], r["changed"]), (27, 27), "a row of every kind is taken")
    r = d.check("registry", "import", "-", "--json", stdin=EVERY).json
    tap.is_equal((r["entities"], r["changed"]), (27, 0), "and the same file again changes nothing")
    rows = d.check("registry", "list", "--json").json["rows"]
    tap.is_equal(len({x["body"]["type"] for x in rows}), 16, "each of the sixteen kinds stands there")
    got = {x["key"]: x["body"] for x in rows}
    tap.is_equal([got[k]["resource"] for k in ("asn/asn", "domain/dom", "login/log", "mailbox/box", "prefix/pre6")],
                 ["AS64496", "example.org", "joe7", "joe@example.org", "2001:db8::/48"], "what is held is in its one written form")
    text = json.dumps(rows)
    tap.unlike(text, r"Joe\"|desk@cust|\+49|9018200|Cust, ", "names and addresses of people are sealed in the lists")
    tap.unlike(d.check("registry", "show", "contact/con").out, r"desk@", "and when one is shown")
    tap.like(d.check("registry", "show", "service/line").out, r'"depends":\["phone","alarm"\]', "a service shows what depends on it")
    tap.is_equal(d.aup("registry", "show", "service/none").rc, 1, "one that is not there is said")
    tap.is_equal([x["key"] for x in d.check("registry", "list", "--json", "--type", "limit", "--customer", "cust").json["rows"]], ["limit/lim2"],
                 "listed by kind and customer")
    chain = d.check("who", "192.0.2.17", "--because", "chain", "--json").json["subject"]
    tap.is_equal((chain["customer"], chain["resellers"], chain["user"]), ("cust", ["top", "mid", "low"], "joe"), "the whole tree of resellers stands above")
    tap.is_equal(chain["tenant"], "/top/mid/low/", "as the path that views are cut by")
    tap.is_equal(chain["affiliate"], "aff", "and the affiliate of the user")
    old = d.check("who", "192.0.2.17", "--at", "2025-06-01T00:00:00Z", "--because", "chain", "--json").json["subject"]
    tap.is_equal(old["tenant"], "/top/mid/", "at another time another reseller served him")
    tap.ok("bound by aup 2026-03-01 since 2026-03-01T00:00:00Z" in chain["reasons"] and "bound by house rules 1" in chain["reasons"],
           "what bound the customer, and the user, stands among the reasons", chain["reasons"])
    tap.ok(not any("aup" in x for x in old["reasons"]), "and not before it did", old["reasons"])


def terms(d):
    """What binds a customer when: limits of the order or by default, agreements, services with what stops with them."""
    now = d.check("registry", "terms", "cust", "--json", "--at", "2026-06-01T00:00:00Z").json
    tap.is_equal({(x["kind"], x["value"], x["by"]) for x in now["limits"]}, {("mails-per-day", 50, "order"), ("mails-to-many", 0, "default")},
                 "the limit of the order goes before the default, which may be nothing")
    tap.is_equal([x["document"] for x in now["agreements"]], ["aup", "house rules"], "the agreements")
    tap.is_equal(now["permissions"], [{"kind": "bulk mail", "resource": "letter of 2026-02-03"}], "the written permissions")
    services = {x["id"]: x for x in now["services"]}
    tap.is_equal((services["line"]["depends"], services["phone"]["lifeline"], services["line"]["permitted_use"]), (["phone", "alarm"], True, "office"),
                 "the services, what they are for and what stops with them")
    tap.ok("suspend" in services["line"], "and what would suspend one, by the policy", services["line"])
    then = d.check("registry", "terms", "cust", "--json", "--at", "2025-06-01").json
    tap.is_equal(({(x["kind"], x["value"]) for x in then["limits"]}, [x["document"] for x in then["agreements"]], then["resellers"]),
                 ({("mails-per-day", 1000), ("mails-to-many", 0)}, ["house rules"], ["top", "mid"]), "another time, other terms")
    tap.like(d.check("registry", "terms", "cust").out, r"service: id line kind access .*depends phone alarm", "in words")
    tap.is_equal(d.aup("registry", "terms", "nobody").rc, 1, "of nobody there are none")


def paged(d):
    """By type and id, a page after another, all of them or those of one type or of one customer."""
    def keys(query):
        got, after = [], ""
        while after is not None and len(got) < 100:
            answer = json.loads(d.api(f"/v1/registry?limit=3{query}{after and '&after=' + after}").body)
            got += [r["key"] for r in answer["rows"]]
            after = answer.get("after")
        return got

    everything = keys("")
    tap.ok(len(everything) > 20 and everything == sorted(everything), "the register is listed by type and id, in pages", everything)
    tap.is_equal(keys("&prefix=service/"), [k for k in everything if k.startswith("service/")], "  those of one type")
    of_one = keys("&owner=cust")
    tap.ok(len(of_one) > 10 and of_one == [k for k in everything if k in of_one] and "customer/own" not in of_one, "  and those of one customer", of_one)


def round_trip(d):
    out = d.check("registry", "export").out
    rows = json.loads(out)
    tap.is_equal(len(rows), 27, "the export has every row")
    tap.like(out, r'"name":"Cust, \\"the\\" Ltd"', "with what is personal")
    csv = d.check("registry", "export", "--csv").out
    for text, what in ((out, "JSON"), (csv, "CSV")):
        r = d.check("registry", "import", "-", "--json", stdin=text).json
        tap.is_equal((r["entities"], r["changed"]), (27, 0), f"the export as {what} comes in again and changes nothing")
    tap.is_equal(d.check("registry", "export").out, out, "and the next export is the same")
    tap.like(d.check("lookups").out, r"tester asked for the whole register: an export", "that it left is recorded")
    with Daemon(policy=None, registry=None) as e:
        e.check("registry", "import", "-", stdin=csv)
        tap.is_equal(e.check("registry", "export").out, out, "another daemon that takes it says the same")
    n = len(d.check("lookups", "--json", "--limit", "500").json["lookups"])
    page = json.loads(d.api("/v1/command", "POST", json.dumps({"op": "registry-export", "after": " ", "export": "look-up/1.0"})).body)
    tap.is_equal((len(page["entities"]), len(d.check("lookups", "--json", "--limit", "500").json["lookups"])), (27, n + 1),
                 "a page that is asked for by itself is recorded too")


def refused(d):
    """The first wrong row refuses the whole file, with its line and column."""
    before = d.check("registry", "export").out

    def bad(text, pattern, what):
        r = d.aup("registry", "import", "-", stdin=text)
        tap.is_equal(r.rc, 1, f"refused: {what}")
        tap.like(r.err, pattern, "and the place is told")

    good = HEAD + "".join(row(type="customer", id=f"n{i}", name="N") for i in range(8000))
    bad(good + row(type="customer", id="bad/id") + row(type="customer", id="n9"), r"^aup: -:8002:10: .*cannot be an id", "an id with a slash in row 8,001")
    bad(HEAD + row(type="nonsense", id="x"), r"-:2:1: ", "a kind that is none")
    bad(HEAD + row(type="prefix", id="x", resource="300.1.2.0/24"), r"-:2:19: .*no prefix", "an address that is none")
    bad(HEAD + row(type="customer", id="x", **{"from": "tomorrow"}), r"-:2:17: column from: no time", "a time that is none")
    bad(HEAD + row(type="customer", id="x", **{"from": "2026-02-01"}, until="2026-01-01"), r"-:2:28: .*ends before it begins", "a validity that ends before it begins")
    bad(HEAD + row(type="service", id="x", customer="cust"), r"-:2:\d+: a service needs kind", "a service without its kind")
    bad(HEAD + row(type="customer", id="x", resource="10.0.0.0/8"), r"-:2:\d+: a customer has no resource", "a column that the kind has not")
    bad(HEAD + "customer,x\n", r"-:2:1: the row has 2 columns, the header 26", "a row that is too short")
    bad("type,id,colour\ncustomer,x,red\n", r"-:1:9: column colour is not known", "a column that nobody knows")
    bad(HEAD + 'customer,"x\n', r"-:\d+:\d+: ", "a quote that does not end")
    bad(HEAD + row(type="domain", id="x", customer="nobody", resource="x.example"), r"-:2:10: .*there is no customer nobody", "a customer who is not there")
    bad(HEAD + row(type="service", id="x", customer="cust", kind="web", depends="none"), r"-:2:\d+: .*there is no service none", "a dependency that is not there")
    bad(HEAD + row(type="customer", id="x") + row(type="customer", id="x"), r"-:3:1: .*given twice", "the same row twice")
    bad(HEAD + row(type="reseller", id="new") + row(type="reseller", id="top", reseller="low"), r"-:3:\d+: .*form a loop", "resellers in a ring")
    bad(HEAD + row(type="served", id="x", customer="top", reseller="low", **{"from": "2026-01-01"}), r"-:2:\d+: .*form a loop", "a ring at one time")
    bad(HEAD + row(type="served", id="x", customer="cust", reseller="low", **{"from": "2025-01-01"}), r"-:2:\d+: .*overlaps", "two resellers at one time")
    bad(HEAD + row(type="prefix", id="x", customer="own", resource="10.0.0.0/8", service="line"), r"-:2:\d+: .*is of customer cust", "another customer's service")
    bad(HEAD + row(type="limit", id="x", kind="mails"), r"-:2:\d+: a limit needs value", "a limit without a value")
    bad(HEAD + row(type="customer", id="x", value=1), r"-:2:\d+: a customer has no value", "a value where there is none")
    bad(HEAD + row(type="limit", id="x", kind="mails", value=1, protected="yes"), r"-:2:\d+: a limit has no protected", "a flag that the kind has not")
    bad(HEAD + row(type="contact", id="x", customer="cust", kind="abus", email="x@y.example"), r"-:2:\d+: .*none of: abuse", "a kind that is mistyped")
    bad(HEAD + row(type="domain", id="x", customer="cust", resource="co.uk"), r"-:2:\d+: .*public suffix", "a public suffix")
    bad(HEAD + row(type="prefix", id="x", customer="cust", kind="static", resource="10.0.0.1/32", ports="1-2"), r"-:2:\d+: only .* shared", "ports of what is not shared")
    bad(HEAD + row(type="prefix", id="x", customer="cust", kind="shared", resource="10.0.0.1/32", ports="9-2"), r"-:2:\d+: .*no ports", "ports that end before they begin")
    bad(HEAD + row(type="customer", id="x", name="N" * 1025), r"-:2:\d+: longer than 1024", "a text that is too long")
    bad("type,id,id\ncustomer,a,b\n", r"-:1:9: column id is given twice", "a column twice")
    bad(b"type,id,name\ncustomer,x,J\xfcrgen\n", r"-:2:12: column name: not UTF-8", "another charset")
    bad(b"type,id,name\ncustomer,x,a\x00b\n", r"-:2:13: a NUL", "a NUL")
    bad('[{"type":"customer","id":"a"},\n {"type":"customer","id":"b","id":"c"}]', r"-:2:\d+: the same name twice", "a member twice by JSON")
    bad('[{"type":"customer","id":"a","from":1767225600}]', r"-:1:37: from is no text", "a number for a time by JSON")
    bad('[{"type":"customer","id":"a"},]', r"-:1:31: ", "a comma too many by JSON")
    bad('[{"type":"customer","id":"a"}] []', r"-:1:32: text behind", "text behind the list")
    bad('[{"type":"customer","id":"a"},\n {"type":"customer","id":"b","lifeline":true}]', r"-:2:\d+: .*has no lifeline", "the same by JSON")
    bad('{"entities":[{"type":"customer","id":7}]}', r"-:1:14: ", "a number for a text by JSON")
    bad('[{"type":"customer",', r"-:\d+:\d+: ", "JSON that breaks off")
    bad("", r"is empty", "an empty file")
    r = d.aup("registry", "import", "/nonexistent")
    tap.is_equal((r.rc, "/nonexistent" in r.err), (1, True), "a file that is not there", r.err)
    tap.is_equal(d.check("registry", "export").out, before, "and nothing of all that was taken")
    d.kill_and_wait("judge")
    tap.is_equal(d.check("registry", "export").out, before, "also after the judge was started again")


def spared(d):
    """What a lifeline depends on is not cut without a person; what is protected is not cut at all."""
    for n, who in enumerate("ab"):
        d.smtp_send(arf("192.0.2.20", number=n, reporter=f"fbl@reporter-{who}.example"))
    # one's own: what a reseller's customer does is passed on
    d.check("registry", "import", "-", stdin=HEAD + row(type="customer", id="cust", **{"class": "business"}, email="it@cust.example", language="de"))
    d.check("registry", "import", "-", stdin="type,id,customer,kind,resource,service\nservice,mail,cust,mail,,\nprefix,pre,cust,static,192.0.2.16/28,line\n")
    d.settle()
    tap.is_equal(d.cases(), [], "two reporters are not three")
    d.smtp_send(arf("192.0.2.20", number=3, reporter="fbl@reporter-c.example"))
    d.settle()
    number = d.cases()[0]["case"]
    d.pass_time("49h")
    limit = next(a for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "limit")
    tap.is_equal((limit.get("instance"), limit["state"]), ("mail", "held"), "the act names the service instance; observe-only holds it")
    d.check("registry", "import", "-", stdin="type,id,customer,kind,lifeline\nservice,mail,cust,mail,yes\n")
    d.pass_time("6d")
    held = next(a for a in d.check("case", "show", number, "--json").json["acts"] if a["verb"] == "suspend")
    tap.is_equal((held["state"], held["hold"] & 64), ("held", 64), "a lifeline is not cut without a person")
    tap.like(d.check("case", "explain", number).out, r"suspend waits for a person: it would cut a lifeline", "which the story tells")
    r = d.aup("case", "emergency", number, "mail", "--because", "x")
    d.check("registry", "import", "-", stdin="type,id,customer,kind,protected\nservice,mail,cust,mail,yes\n")
    r = d.aup("case", "emergency", number, "mail", "--because", "x")
    tap.is_equal((r.rc, "protected" in r.err), (1, True), "what is protected nobody cuts", r.err)


def terminal(d):
    """A progress bar on a terminal, and only there."""
    path = os.path.join(d.dir, "many.csv")
    with open(path, "w") as f:
        f.write("type,id,class,email\n" + "".join(f"customer,t{i},residential,t{i}@mail.example\n" for i in range(5000)))
    r = d.aup("registry", "import", path)
    tap.is_equal((r.rc, r.err), (0, ""), "no bar in a pipe")
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(program("aup"), ["aup", "registry", "import", path], dict(os.environ, AUPD_SOCKET=f"{d.run}/api.sock"))
    shown = b""
    while True:
        try:
            part = os.read(fd, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    status = os.waitpid(pid, 0)[1]
    tap.is_equal(status, 0, "imported from a terminal", shown)
    tap.like(shown.decode(), r"\[=+ *\]\s+100%", "with a bar")
    tap.like(shown.decode(), r"5000 entities, 0 changed", "and the result")


def marked(d):
    """Files of other systems: a byte order mark, CRLF, quotes, blanks around cells."""
    for text in (b'\xef\xbb\xbf"type", id ,name\r\ncustomer,marked,"M ""x"", Ltd"\r\n', b'\xef\xbb\xbf [{"type":"customer","id":"marked","name":"M \\"x\\", Ltd"}]',
                 b'{ "entities" : [\n{"type":"customer","id":"marked","name":"M \\"x\\", Ltd"} ] }\n'):
        d.check("registry", "import", "-", stdin=text)
        rows = json.loads(d.check("registry", "export").out)
        tap.ok({"type": "customer", "id": "marked", "name": 'M "x", Ltd'} in rows, "taken as it is meant", text)


def send_only(d, rows):
    """An import by the API, of which the answer is not waited for yet."""
    body = b'{"op":"registry-import"}\n' + "".join(json.dumps(r) + "\n" for r in rows).encode()
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(LIMIT)
    s.connect(f"{d.run}/api.sock")
    s.sendall(b"POST /v1/command HTTP/1.1\r\nHost: aupd\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return s


def together(d):
    """Two imports of one batch: each is right by itself, both would make a ring; the judge starts with what they leave."""
    d.check("registry", "import", "-", stdin="type,id\nreseller,x1\nreseller,x2\n")
    pid = d.role_pid("judge")
    os.kill(pid, signal.SIGSTOP)
    sockets = [send_only(d, [{"type": "reseller", "id": who, "reseller": above}]) for who, above in (("x1", "x2"), ("x2", "x1"))]
    for _ in range(3):
        d.api("/v1/status")             # the desk has read what was sent before
    os.kill(pid, signal.SIGCONT)
    answers = []
    for s in sockets:
        with s, s.makefile("rb") as f:
            answers.append(json.loads(f.read().split(b"\r\n\r\n", 1)[1]))
    tap.is_equal(sorted(a["code"] == 0 for a in answers), [False, True], "of two that contradict each other one is taken", answers)
    tap.like(json.dumps(answers), r"form a loop", "and the other is told why")
    d.kill_and_wait("judge")
    tap.is_equal(d.check("who", "192.0.2.99", "--port", "1500", "--because", "x", "--json").json["subject"]["customer"], "cust", "the judge starts again")


def torn(d):
    """A judge killed in the middle of an import: all of it or nothing, and the client says that it does not know."""
    n = 20000
    text = "type,id,class\n" + "".join(f"customer,torn{i},residential\n" for i in range(n))
    got = []
    since = d.log.end()
    thread = threading.Thread(target=lambda: got.append(d.aup("registry", "import", "-", stdin=text)))
    before = int(open(f"/proc/{d.role_pid('judge')}/statm").read().split()[1])
    thread.start()
    d.until(lambda: not thread.is_alive() or int(open(f"/proc/{d.role_pid('judge')}/statm").read().split()[1]) > before + 500, "the judge at work on it")
    d.kill("judge")
    d.wait_role("judge", since)
    thread.join()
    rows = d.check("registry", "export").out.count('"id":"torn')
    tap.ok(rows in (0, n), "all of it or nothing stands there", rows)
    tap.is_equal(got[0].rc, 3 if rows == 0 else got[0].rc, "and nobody was told that it was done", got)
    r = d.check("registry", "import", "-", "--json", stdin=text).json
    tap.is_equal((r["entities"], r["changed"]), (n, n - rows), "once more, and it is whole")


def many(d):
    n = 12000 if "asan" in os.path.basename(BUILD) else 100000
    kinds = n // 5
    path = os.path.join(d.dir, "big.csv")
    with open(path, "w") as f:
        f.write("type,id,customer,class,kind,resource,service,name,email,from\n")
        for i in range(2 * kinds):
            f.write(f"customer,c{i},,residential,,,,Name {i},c{i}@mail.example,2026-01-01T00:00:00Z\n")
        for i in range(kinds):
            f.write(f"service,s{i},c{i},,access,,,,,2026-01-01T00:00:00Z\n")
        for i in range(2 * kinds):
            f.write(f"prefix,b{i},c{i},,static,10.{i >> 8}.{i & 255}.0/24,{'s%d' % i if i < kinds else ''},,,2026-01-01T00:00:00Z\n")
    r = d.check("registry", "import", path, "--json").json
    tap.is_equal((r["entities"], r["changed"]), (n, n), f"{n} rows at once")
    tap.is_equal(d.check("who", f"10.{777 >> 8}.{777 & 255}.9", "--because", "many", "--json").json["subject"]["customer"], "c777", "each can be found")
    r = d.check("registry", "import", path, "--json").json
    tap.is_equal(r["changed"], 0, "and again: nothing changes")


def main():
    with Daemon(registry=None) as d:
        every_kind(d)
        terms(d)
        paged(d)
        round_trip(d)
        refused(d)
        spared(d)
        terminal(d)
        marked(d)
        together(d)
        torn(d)
        many(d)


tap.skip_all(missing()) if missing() else tap.run(main)
