"""A system of the operator that keeps who may log in, behind the driver `aaa-rest`, for tests: acts are resources of a small HTTP server."""
import http.server
import json
import threading
import urllib.parse

TOKEN = "a-token-of-the-tests"


class Rest:
    """Knows its logins; remembers each call as "METHOD STATE" and the acts as they were put."""

    def __init__(self, address, logins):
        self.logins, self.acts, self.calls, self.bodies, self.changed = set(logins), {}, [], [], threading.Condition()
        self.script = lambda method, act: None      # a status and a body instead of the honest answer; "deaf": done, and not answered; "hang" the same, until free
        self.free = threading.Event()
        rest = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                rest.take(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def do_GET(self):
                rest.take(self, None)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.url = "http://%s:%d/aupd" % self.server.server_address[:2]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, key, body):
        if body["state"] == "in-force" and not set(body["logins"]) <= self.logins:
            return 404, {}
        if self.acts.get(key, {}).get("state") == "changed":
            return 409, {}
        if body["state"] == "lifted" and key not in self.acts:
            return 404, {}
        self.acts.setdefault(key, {}).update(body)
        return 200, {}

    def take(self, request, body):
        key = urllib.parse.unquote(request.path.removeprefix("/aupd/acts/"))
        with self.changed:
            said = self.script(request.command, self.acts.get(key))
            answer = said
            if request.headers["Authorization"] != f"Bearer {TOKEN}":
                answer = 401, {}
            elif said in (None, "deaf", "hang"):
                answer = self.put(key, body) if body else (200, self.acts[key]) if key in self.acts else (404, {})
            self.calls.append(f"{request.command} {body['state']}" if body else request.command)
            self.bodies.append((key, request.headers["Idempotency-Key"], body))
            self.changed.notify_all()
        if said == "hang":
            self.free.wait()
        if said in ("deaf", "hang"):
            request.close_connection = True
            return
        text = answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()
        request.send_response(answer[0])
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def wait(self, predicate):
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self.calls), 60)

    def news(self):
        with self.changed:
            calls, self.calls = self.calls, []
        return calls

    def states(self, login):
        return [a["state"] for a in self.acts.values() if login in a["logins"]]
