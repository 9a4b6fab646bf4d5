"""A small OpenID provider for tests, which says what its script makes of what a good one says.

    op = Provider(now)                      # now(): seconds by the daemon's clock
    op.conf(d)                              # the block for the configuration
    back = op.sign_in(page.headers["refresh"], "joe")       # what a browser is sent back with: a path of the console

Tokens are signed by PyJWT. What was asked of it stands in `asked`.
"""
import os
import sys

sys.path += ["/usr/lib/python3/dist-packages"]  # PyJWT is Debian's, whichever python3 runs

import base64
import hashlib
import hmac
import http.server
import json
import secrets
import threading
import urllib.parse

from daemon import loopback

CLIENT, SECRET = "aupd:example.net", "a secret: of the tests"


def enc(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Provider:
    def __init__(self, now):
        import jwt
        from cryptography.hazmat.primitives.asymmetric import ec
        self.jwt, self.ec, self.now = jwt, ec, now
        self.codes, self.asked, self.keys = {}, [], {}
        self.claims = lambda c: c               # what is changed of the claims, of the token, of each answer (path, status, text)
        self.token = lambda t: t
        self.answer = lambda path, status, text: (status, text)
        self.offers = {}
        self.free, self.held = threading.Event(), threading.Semaphore(0)
        self.rotate("first")
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.take(self, b"")

            def do_POST(self):
                provider.take(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.address = loopback()
        self.handler, self.make = Handler, Server
        self.server = None
        self.up()

    def up(self):
        self.server = self.make((self.address, 9000), self.handler)
        self.issuer = f"http://{self.address}:9000"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()

    def rotate(self, kid):
        """From now on tokens are of another key, and no other one is shown."""
        self.kid, self.key = kid, self.ec.generate_private_key(self.ec.SECP256R1())
        n = self.key.public_key().public_numbers()
        self.public = {"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": enc(n.x.to_bytes(32, "big")), "y": enc(n.y.to_bytes(32, "big"))}

    def conf(self, d, more=""):
        path = os.path.join(d.dir, "oidc.secret")
        with open(path, "w", encoding="utf-8") as f:
            f.write(SECRET + "\n")
        return f'oidc {{ issuer {self.issuer}; client "{CLIENT}"; secret-file {path}; name "Example ID"; allow 127.0.0.0/8; {more} }}'

    def take(self, request, body):
        path = request.path.split("?")[0]
        self.asked.append(path)
        status, text = {"/.well-known/openid-configuration": self.offer, "/keys": lambda *_: (200, json.dumps({"keys": [self.public]})), "/token": self.give}.get(
            path, lambda *_: (404, "{}"))(request, body)
        told = self.answer(path, status, text)
        if told == "hang":
            self.held.release()
            self.free.wait()
            told = status, text
        status, text = told
        request.send_response(status)
        if status in (301, 302):
            request.send_header("Location", self.issuer + "/elsewhere")
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        try:
            request.wfile.write(text.encode())
        except OSError:                         # whoever asked is gone
            pass

    def offer(self, *_):
        return 200, json.dumps({"issuer": self.issuer, "authorization_endpoint": self.issuer + "/auth", "token_endpoint": self.issuer + "/token",
                                "jwks_uri": self.issuer + "/keys", "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"], **self.offers})

    def sign_in(self, refresh, subject, **more):
        """Somebody proves himself there who is that; where his browser goes then."""
        place = urllib.parse.urlsplit(refresh.removeprefix("0;url="))
        q = dict(urllib.parse.parse_qsl(place.query, strict_parsing=True))
        if refresh[6:].split("?")[0] != self.issuer + "/auth" or q["response_type"] != "code" or q["scope"] != "openid" or q["client_id"] != CLIENT:
            raise RuntimeError(f"asked for {refresh}")
        code = secrets.token_urlsafe(16)
        self.codes[code] = (q, subject)
        self.last = q
        back = urllib.parse.urlsplit(q["redirect_uri"])
        return back.path + "?" + urllib.parse.urlencode({"code": code, "state": q["state"], **more})

    def give(self, request, body):
        q = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        who = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if who != urllib.parse.quote(CLIENT, safe="") + ":" + urllib.parse.quote(SECRET, safe=""):
            return 401, '{"error":"invalid_client"}'
        asked, subject = self.codes.pop(q["code"], (None, None))
        if not asked or q["grant_type"] != "authorization_code" or q["redirect_uri"] != asked["redirect_uri"]:
            return 400, '{"error":"invalid_grant"}'
        if asked["code_challenge_method"] != "S256" or enc(hashlib.sha256(q["code_verifier"].encode()).digest()) != asked["code_challenge"]:
            return 400, '{"error":"invalid_grant","error_description":"the verifier"}'
        now = int(self.now())
        claims = self.claims({"iss": self.issuer, "sub": subject, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300,
                              **({"auth_time": now} if asked.get("max_age") == "0" else {})})
        token = self.token(self.jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.kid}))
        return 200, json.dumps({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    # --- what a bad one could say

    def unsigned(self, token):
        _, payload, _ = token.split(".")
        return enc(b'{"alg":"none"}') + "." + payload + "."

    def by_public_key(self, token):
        text = enc(json.dumps({"alg": "HS256", "kid": self.kid}).encode()) + "." + token.split(".")[1]
        return text + "." + enc(hmac.new(json.dumps(self.public).encode(), text.encode(), hashlib.sha256).digest())

    def of_another(self, token):
        claims = self.jwt.decode(token, options={"verify_signature": False})
        return self.jwt.encode(claims, self.ec.generate_private_key(self.ec.SECP256R1()), algorithm="ES256", headers={"kid": self.kid})
