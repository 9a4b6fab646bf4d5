"""A small OpenID provider for tests, which says what its script makes of what a good one says.

    op = Provider(now)                      # now(): seconds by the daemon's clock; it speaks TLS, with a certificate of its own
    op.conf(d)                              # the block for the configuration
    back = op.sign_in(page.headers["refresh"], "joe")       # what a browser is sent back with: a path of the console

Tokens are signed by PyJWT. What was asked of it stands in `asked`.
"""
import os
import sys

sys.path += ["/usr/lib/python3/dist-packages"]  # PyJWT is Debian's, whichever python3 runs

import base64
import datetime
import hashlib
import hmac
import http.server
import ipaddress
import json
import secrets
import ssl
import tempfile
import threading
import urllib.parse

from daemon import loopback

CLIENT, SECRET = "aupd:example.net", "a secret: of the tests"


def enc(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def certificate(address):
    """A key and a certificate for that address, in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "provider")])
    begin = datetime.datetime(2020, 1, 1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1).not_valid_before(begin).not_valid_after(
        datetime.datetime(2099, 1, 1)).add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False).sign(key, hashes.SHA256())
    return (key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
            made.public_bytes(serialization.Encoding.PEM).decode())


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

            def finish_request(self, request, client_address):
                try:
                    with provider.tls.wrap_socket(request, server_side=True) as wrapped:
                        super().finish_request(wrapped, client_address)
                except OSError:                 # whoever asked does not like the certificate, or is gone
                    pass

        self.address = loopback()
        key, self.certificate = certificate(self.address)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(key + self.certificate)
            f.flush()
            self.tls.load_cert_chain(f.name)
        self.handler, self.make = Handler, Server
        self.server = None
        self.up()

    def up(self):
        self.server = self.make((self.address, 9000), self.handler)
        self.issuer = f"https://{self.address}:9000"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()

    def rotate(self, kid):
        """From now on tokens are of another key, and no other one is shown."""
        self.kid, self.key = kid, self.ec.generate_private_key(self.ec.SECP256R1())
        n = self.key.public_key().public_numbers()
        self.public = {"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": enc(n.x.to_bytes(32, "big")), "y": enc(n.y.to_bytes(32, "big"))}

    def conf(self, d, more="", ca=None):
        paths = {name: os.path.join(d.dir, "oidc." + name) for name in ("secret", "ca")}
        for name, text in (("secret", SECRET + "\n"), ("ca", ca or self.certificate)):
            with open(paths[name], "w", encoding="utf-8") as f:
                f.write(text)
        return f'oidc {{ issuer {self.issuer}; client "{CLIENT}"; secret-file {paths["secret"]}; ca {paths["ca"]}; name "Example ID"; allow 127.0.0.0/8; {more} }}'

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
        request.wfile.write(text.encode())

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
        by_body = "client_secret_post" in self.offers.get("token_endpoint_auth_methods_supported", [])
        if by_body and (request.headers.get("Authorization") or (q["client_id"], q["client_secret"]) != (CLIENT, SECRET)):
            return 401, '{"error":"invalid_client"}'
        who = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if not by_body and who != urllib.parse.quote(CLIENT, safe="") + ":" + urllib.parse.quote(SECRET, safe=""):
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
