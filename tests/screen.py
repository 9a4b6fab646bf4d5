"""A real browser for the tests of the console: Chromium, driven by Playwright through tests/console/bridge.mjs.

    with Screen(d) as s:
        s.account("ann", "senior")              # an account with its app for one-time passwords
        p = s.log_in("ann")                     # a page of its session; s.page() is of nobody's
        p.goto("/cases").press("j", "o")
        p.at("h1").text()
        s.look(p, "case")                       # axe in both themes, narrow, silent, a picture of each; keeps the HTML for s.validate()

What is waited for is an event of the browser, with Playwright's one long limit. A page that says anything on its console, asks
another site, or breaks its own policy has failed: see look() and quiet().
"""
import json
import os
import re
import subprocess
import tempfile

import tap
from browser import enrol, seconds, totp

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "console")
MODULES = os.path.join(HERE, "node_modules")
PASSWORD = "correct horse battery"
TABS_MAX = 300
SHOTS = os.environ.get("AUPD_SHOTS")            # a directory that takes a picture of each page that is looked at
MANUAL = os.environ.get("AUPD_PICTURES")        # one whose pictures are taken anew: as much of a page as a window shows


def missing():
    """Why no browser can be run here, or None."""
    for path in (MODULES, "/usr/bin/chromium", "/usr/bin/node"):
        if not os.path.exists(path):
            return f"{path} is not there: make setup-test installs it"
    return None


class Spot:
    """A place in a page, found again with each use."""

    def __init__(self, page, *calls):
        self.page, self.calls = page, calls

    def __call__(self, *call):
        return self.page.call(*self.calls, call)

    def at(self, selector, text=None):
        return Spot(self.page, *self.calls, ["locator", selector, *([{"hasText": text}] if text else [])])

    def nth(self, n):
        return Spot(self.page, *self.calls, ["nth", n])

    def text(self):
        return " ".join(self("innerText").split())

    def count(self):
        return self("count")

    def click(self):
        self("click")
        return self.page

    def fill(self, value):
        self("fill", value)
        return self.page


class Page:
    def __init__(self, screen, options):
        self.screen, self.number = screen, screen.ask({"open": {"baseURL": screen.base, **options}})

    def call(self, *calls):
        return self.screen.ask({"page": self.number, "calls": calls})

    def goto(self, path):
        self.status = self.call(["goto", path], ["status"])
        return self

    def path(self):
        return self.call(["url"]).removeprefix(self.screen.base)

    def press(self, *keys):
        for key in keys:
            self.call(["keyboard"], ["press", key])
        return self

    def lead(self, key="Enter"):
        """A key that leads to a page, be it the same one again; until that is there."""
        self.screen.ask({"page": self.number, "leads": key})
        return self

    def type(self, text):
        self.call(["keyboard"], ["type", text])
        return self

    def at(self, selector, text=None):
        return Spot(self).at(selector, text)

    def tab_to(self, selector):
        """With the Tab key alone, until what has the focus is that; a place that is not reached is an error."""
        for _ in range(TABS_MAX):
            self.press("Tab")
            if self.js("s => document.activeElement.matches(s)", selector):
                return self
        raise RuntimeError(f"{selector} is not reached by Tab at {self.path()}")

    def unfold(self, summary):
        """Tab to that heading of something folded, and Enter."""
        for _ in range(TABS_MAX):
            self.press("Tab")
            if self.js("s => document.activeElement.matches('summary') && document.activeElement.textContent.includes(s)", summary):
                return self.press("Enter")
        raise RuntimeError(f"'{summary}' is not reached by Tab at {self.path()}")

    def js(self, function, *args):
        return self.call(["evaluate", "js:" + function, *args])

    def text(self):
        return self.at("body").text()

    def wait(self, selector, **options):
        self.call(["waitForSelector", selector, options])
        return self

    def wait_path(self, pattern):
        self.call(["waitForURL", f"js:u => new RegExp({json.dumps(pattern)}).test(u.pathname + u.search)"])
        return self

    def wait_text(self, text):
        self.call(["getByText", text], ["first"], ["waitFor"])
        return self

    def slow_down(self, times):
        self.screen.ask({"page": self.number, "slow": times})
        return self

    def said(self):
        return self.screen.ask({"page": self.number, "said": True})

    def close(self):
        self.screen.ask({"page": self.number, "close": True})


class Screen:
    def __init__(self, d, base=None):
        self.d, self.base = d, base or f"http://{d.address}:{d.ports['api']}"
        self.secrets, self.kept = {}, tempfile.TemporaryDirectory()
        with open(os.path.join(MODULES, "axe-core", "axe.min.js"), encoding="utf-8") as f:
            self.axe = f.read()
        self.bridge = subprocess.Popen(["node", os.path.join(HERE, "bridge.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bridge.stdin.close()
        self.bridge.wait(60)
        self.kept.cleanup()

    def ask(self, request):
        self.bridge.stdin.write(json.dumps(request) + "\n")
        self.bridge.stdin.flush()
        line = self.bridge.stdout.readline()
        if not line:
            raise RuntimeError("the browser is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{str(request)[:300]}: {answer['error'][:1000]}")
        return answer.get("value")

    def page(self, **options):
        return Page(self, {"viewport": {"width": 1280, "height": 900}, **options})

    def account(self, name, role=None, *more):
        """An account whose owner has followed the invitation; without a role more says of whom it is."""
        self.secrets[name] = enrol(self.d, name, *(["--role", role] if role else []), *more, password=PASSWORD).secret
        self.d.pass_time("1m")                  # a code is good once

    def log_in(self, name, **options):
        """Types name, password and code; the page is where that leads."""
        p = self.page(**options).goto("/login")
        at = p.at("header time")("getAttribute", "datetime")
        p.at("[name=name]").fill(name)
        p.at("[name=password]").fill(PASSWORD)
        p.at("[name=code]").fill(totp(self.secrets[name], seconds(at)))
        p.at("main button").click()
        p.wait_path("^/(p/|r/)?$")
        return p

    def quiet(self, p, what):
        said = p.said()
        tap.is_equal(said, [], f"{what}: its console, its policy and its addresses are silent")

    def look(self, p, name):
        """The page as it is now: for everybody, in both themes, on a telephone."""
        html = p.call(["content"])
        with open(os.path.join(self.kept.name, name.replace("/", "-") + ".html"), "w", encoding="utf-8") as f:
            f.write(html)
        for theme in ("light", "dark"):
            p.call(["emulateMedia", {"colorScheme": theme}])
            p.call(["evaluate", self.axe])
            found = p.js("() => axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))")
            tap.is_equal(found, [], f"{name}: axe finds nothing, {theme}")
            self.shoot(p, f"{name}-{theme}")
        p.call(["emulateMedia", {"colorScheme": None}])
        p.call(["setViewportSize", {"width": 320, "height": 700}])
        tap.ok(p.js("() => document.documentElement.scrollWidth") <= 320, f"{name}: nothing lies beside a narrow screen")
        self.shoot(p, f"{name}-narrow")
        p.call(["setViewportSize", {"width": 1280, "height": 900}])
        tap.ok(p.js("() => document.documentElement.scrollWidth") <= 1280, f"{name}: nor beside a wide one")
        if p.status == 404:                     # which Chromium says once more
            self.ask({"page": p.number, "said": True})
        self.quiet(p, name)

    def shoot(self, p, name):
        if SHOTS:
            p.call(["screenshot", {"path": os.path.join(SHOTS, name.replace("/", "-") + ".png"), "fullPage": True}], ["length"])
        picture = MANUAL and os.path.join(MANUAL, name.removesuffix("-light") + ".png")
        if picture and name.endswith("-light") and os.path.exists(picture):
            p.call(["screenshot", {"path": picture}], ["length"])

    def validate(self):
        """Every page that was looked at, through the validator of HTML."""
        files = sorted(os.path.join(self.kept.name, n) for n in os.listdir(self.kept.name))
        jar = os.path.join(MODULES, "vnu-jar", "build", "dist", "vnu.jar")
        done = subprocess.run(["java", "-jar", jar, "--format", "json", *files], capture_output=True, text=True, check=False)
        messages = json.loads(done.stderr)["messages"]
        for path in files:
            mine = [f"{m['type']}: {m['message']} ({m.get('extract', '')})" for m in messages if m.get("url", "").endswith(path)]
            tap.is_equal(mine, [], f"{os.path.basename(path)}: the validator finds nothing")
