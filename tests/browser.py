"""A browser without a screen for the tests of the console: it keeps its cookies, sends what browsers send along, and fills in forms.

Browser(d) comes over the network listener of kind api; Browser(d, local=True) by the Unix socket, as through a tunnel of ssh.
"""
import base64
import datetime
import hashlib
import hmac
import html.parser
import re
import struct
import urllib.parse


class Page(html.parser.HTMLParser):
    """What is in a page: texts, links, and forms with their fields."""

    def __init__(self, answer):
        super().__init__(convert_charrefs=True)
        self.status, self.headers, self.html = answer.status, answer.headers, answer.body.decode()
        self.links, self.forms, self.tags, self.words, self.scripts, self.inputs = [], [], [], [], [], []
        self.inside = False
        self.select = None
        self.feed(self.html)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.inside |= tag == "main"
        # what is ours and runs; any other stands among the tags
        if tag == "script" and set(attrs) == {"type", "src"} and attrs["type"] == "module" and attrs["src"].startswith("/a/"):
            self.scripts.append(attrs["src"])
            return
        self.tags.append((tag, attrs))
        if tag in ("td", "th", "tr", "li", "option", "dt", "dd"):       # their ends are not sent
            self.words.append(" ")
        if tag == "a":
            self.links.append(attrs.get("href", ""))
        elif tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "method": attrs.get("method", "get"), "fields": {}, "buttons": [], "main": self.inside})
        elif tag in ("input", "textarea", "select") and self.forms and attrs.get("name"):
            self.inputs += [(attrs["name"], attrs.get("value", ""))] if tag == "input" and self.inside else []
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                self.forms[-1]["fields"][attrs["name"]] = attrs.get("value", "")
        elif tag == "button" and self.forms and attrs.get("name"):
            self.forms[-1]["buttons"].append((attrs["name"], attrs.get("value", "")))

    def handle_endtag(self, tag):
        self.words.append(" " if tag not in ("a", "span", "strong", "code", "small", "time") else "")

    def handle_data(self, data):
        self.words.append(data)

    def form(self, action):
        """The first of the page itself, or else of what stands around every page."""
        found = [f for f in self.forms if f["action"] == action]
        return next((f for f in found if f["main"]), found[0])


class Browser:
    def __init__(self, d, local=False, host=None):
        self.d, self.local, self.cookie = d, local, None
        self.host = host or ("localhost:8080" if local else f"{d.address}:{d.ports['api']}")

    def ask(self, path, method="GET", body=None, headers=None):
        h = {"Host": self.host, "Accept": "text/html", **(headers or {})}
        if self.cookie:
            h["Cookie"] = f"other=1; __Host-aupd={self.cookie}"
        where = ("unix", f"{self.d.run}/api.sock") if self.local else ("tcp", (self.d.address, self.d.ports["api"]))
        a = self.d._http(where, method, path, body, h)
        self.keep(a.headers.get("set-cookie"))
        return a

    def keep(self, cookie):
        if cookie:
            value = cookie.split(";")[0].split("=", 1)[1]
            self.cookie = value or None

    def get(self, path, follow=True):
        a = self.ask(path, headers={"Sec-Fetch-Site": "same-origin"})
        while follow and a.status == 303:
            a = self.ask(a.headers["location"], headers={"Sec-Fetch-Site": "same-origin"})
        return Page(a)

    def post(self, path, fields, follow=True, headers=None):
        body = urllib.parse.urlencode(fields)
        h = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.host}"}
        h.update(headers or {})
        a = self.ask(path, "POST", body, {k: v for k, v in h.items() if v is not None})
        return self.get(a.headers["location"]) if follow and a.status == 303 else Page(a)

    def post_file(self, path, fields, name, data):
        """The same with a file, as browsers send one (RFC 7578)."""
        parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}'.encode() for k, v in fields.items()]
        parts.append(f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + data)
        body = b"".join(b"--=the=end\r\n" + p + b"\r\n" for p in parts) + b"--=the=end--\r\n"
        a = self.ask(path, "POST", body, {"Content-Type": "multipart/form-data; boundary==the=end", "Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.host}"})
        return self.get(a.headers["location"]) if a.status == 303 else Page(a)

    def submit_get(self, page, action, **fields):
        """A form that only asks."""
        f = next(f for f in page.forms if f["action"] == action and f["method"] == "get")
        return self.get(f"{action}?{urllib.parse.urlencode({**f['fields'], **fields})}")

    def submit(self, page, action, button=None, follow=True, **fields):
        f = page.form(action)
        sent = {**f["fields"], **fields}
        if button:
            sent["op"] = button
        return self.post(f["action"], sent, follow=follow)


def enrol(d, name, *args, password="correct horse battery"):
    """A browser that has come in under a new account: aup user add ARGS NAME."""
    invitation = d.check("user", "add", "--json", *args, name).json["invitation"]
    b = Browser(d)
    page = b.submit(b.get("/welcome"), "/welcome", name=name, invitation=invitation, password=password)
    b.secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    b.submit(page, "/welcome/code", code=totp(b.secret, clock(Browser(d, local=True).get("/"))))
    if b.get("/", follow=False).headers.get("location") == "/welcome":
        raise RuntimeError(f"{name} could not come in")
    return b


def seconds(iso):
    return int(datetime.datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp())


def clock(page):
    """The daemon's clock, as the head of a page tells it."""
    return seconds(next(a["datetime"] for t, a in page.tags if t == "time"))


def totp(secret, at_s):
    """RFC 6238, by its own hand: secret in base32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", at_s // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


def enter(d, name, role=None, invitation=None, password="correct horse battery"):
    """Whoever has that account, made by its invitation, in a browser of his own: operators by their role."""
    d.pass_time("10s")                      # logins of all together are few a second, by the daemon's clock
    b = Browser(d)
    invitation = invitation or d.check("user", "add", "--json", "--role", role, name).json["invitation"]
    page = b.submit(b.get("/welcome"), "/welcome", name=name, invitation=invitation, password=password)
    now = next(a["datetime"] for t, a in b.get("/login").tags if t == "time")
    secret = re.search(r"[A-Z2-7]{32}", page.text).group()
    b.submit(page, "/welcome/code", code=totp(secret, int(datetime.datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp())))
    return b
