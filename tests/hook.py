"""The operator's system behind the driver `webhook`, for tests: a small HTTP server."""
import hashlib
import hmac
import http.server
import json
import threading
from daemon import loopback

SECRET = "a secret of the tests"


class Hook:
    """The operator's system: says what its script tells it to, remembers every call and what is in force."""

    def __init__(self):
        self.calls, self.force, self.changed = [], set(), threading.Condition()
        self.script = lambda call: None         # a status and a body instead of the honest answer; "hang" answers nothing
        self.free = threading.Event()
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                hook.take(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((loopback(), 0), Handler)
        self.url = "http://%s:%d/hook" % self.server.server_address[:2]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        call = json.loads(body)
        call["signed"] = hmac.compare_digest(request.headers["X-Aupd-Signature"], "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest())
        call["header"] = request.headers["Idempotency-Key"]
        with self.changed:
            answer = self.script(call)
            if answer in (None, "hang"):
                if call["op"] == "do":
                    self.force.add(call["key"])
                elif call["op"] == "undo":
                    self.force.discard(call["key"])
            self.calls.append(call)
            self.changed.notify_all()
        if answer == "hang":
            self.free.wait()
            return
        there = call["key"] in self.force
        status, text = answer or (200, json.dumps({"result": "refused" if call["op"] == "check" and not there else "done"}))
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text.encode())

    def wait(self, predicate):
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self.calls), 60)

    def news(self):
        """The ops since the last question."""
        with self.changed:
            calls, self.calls = self.calls, []
        return [c["op"] for c in calls]
