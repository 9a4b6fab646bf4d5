"""Another reader's word on signed tokens: sets of keys and tokens, good ones and thousands of changes of them, with what this reader makes of each.

Usage: jose_oracle.py - COUNT. Each record on stdout: length (4 bytes, network order), set, length, token, length, "good SUB" or "bad". PyJWT verifies;
what it lets through and jose.h must not (members that come twice, "crit", types, loose base64, keys of another use) is decided here by itself.
"""
import os
import sys

if sys.executable != "/usr/bin/python3" and os.access("/usr/bin/python3", os.X_OK):
    os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)  # Debian's packages are of Debian's own

import base64
import hashlib
import hmac
import json
import random
import struct

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ALGS = {"RS256": ("RSA", None), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
PUBLIC = {"RSA": ["n", "e"], "EC": ["x", "y"], "OKP": ["x"]}
SECRET = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]


class Bad(Exception):
    pass


def need(condition):
    if not condition:
        raise Bad


def enc(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def dec(text):
    need(isinstance(text, str) and text.isascii() and "=" not in text)
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Bad from None
    need(enc(octets) == text)
    return octets


def no_twice(pairs):
    need(len({k for k, _ in pairs}) == len(pairs))
    return dict(pairs)


def no_constant(_):
    raise Bad


def read(octets):
    try:
        value = json.loads(octets.decode("utf-8"), object_pairs_hook=no_twice, parse_constant=no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Bad from None
    return value


def usable(key):
    if not isinstance(key, dict) or any(s in key for s in SECRET):
        return None
    for alg, (kty, crv) in ALGS.items():
        if key.get("kty") == kty and (crv is None or key.get("crv") == crv):
            break
    else:
        return None
    if not isinstance(key.get("kid", ""), str) or key.get("alg", alg) != alg or key.get("use", "sig") != "sig":
        return None
    ops = key.get("key_ops", ["verify"])
    if not isinstance(ops, list) or "verify" not in ops:
        return None
    try:
        numbers = [dec(key.get(n)) for n in PUBLIC[kty]]
    except Bad:
        return None
    if kty == "RSA":
        if not 256 <= len(numbers[0]) <= 1024 or not 1 <= len(numbers[1]) <= 4:
            return None
    elif any(len(n) != 32 for n in numbers):
        return None
    return alg


def verdict(keys, token):
    root = read(keys.encode())
    need(isinstance(root, dict) and isinstance(root.get("keys"), list) and len(root["keys"]) <= 64)
    parts = token.split(".")
    need(len(token) <= 32 << 10 and len(parts) == 3 and len(parts[0]) <= 4096)
    header = read(dec(parts[0]))
    need(isinstance(header, dict) and "crit" not in header and "b64" not in header)
    need(isinstance(header.get("alg"), str) and header["alg"] in ALGS and isinstance(header.get("kid", ""), str))
    need("typ" not in header or (isinstance(header["typ"], str) and header["typ"].upper() == "JWT"))
    alg, kid = header["alg"], header.get("kid", "")
    fits = [k for k in root["keys"] if usable(k) == alg and (not kid or k.get("kid", "") == kid)]
    need(len(fits) == 1)
    dec(parts[2])
    if alg == "RS256":
        # RFC 8017 8.2.2, which the library under PyJWT takes care of, and a modulus without zeros before it
        need(dec(fits[0]["n"])[0] & 0x80 and dec(fits[0]["e"])[0] and len(dec(parts[2])) == len(dec(fits[0]["n"])))
    try:
        public = jwt.PyJWK({k: v for k, v in fits[0].items() if k in ("kty", "crv", "n", "e", "x", "y")}, algorithm=alg).key
        payload = jwt.api_jws.decode(token, public, algorithms=[alg])
    except Exception:
        raise Bad from None
    claims = read(payload)
    need(isinstance(claims, dict) and claims.get("sub") == "joe")
    return b"good joe"


def number(n):
    return enc(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def make_keys():
    out = []
    for i, bits in enumerate((2048, 3072, 1024)):
        private = rsa.generate_private_key(65537, bits)
        n = private.public_key().public_numbers()
        out.append(("RS256", private, {"kty": "RSA", "kid": f"r{i}", "n": number(n.n), "e": number(n.e)}))
    for i in range(2):
        private = ec.generate_private_key(ec.SECP256R1())
        n = private.public_key().public_numbers()
        out.append(("ES256", private, {"kty": "EC", "crv": "P-256", "kid": f"e{i}", "x": enc(n.x.to_bytes(32, "big")), "y": enc(n.y.to_bytes(32, "big"))}))
        private = ed25519.Ed25519PrivateKey.generate()
        x = private.public_key().public_bytes_raw() if hasattr(private.public_key(), "public_bytes_raw") else raw(private.public_key())
        out.append(("EdDSA", private, {"kty": "OKP", "crv": "Ed25519", "kid": f"o{i}", "x": enc(x)}))
    return out


def raw(public):
    from cryptography.hazmat.primitives import serialization
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def sign(alg, private, header, payload):
    """Whatever the header says, signed as alg."""
    text = enc(header) + "." + enc(payload)
    return text + "." + enc(jwt.get_algorithm_by_name(alg).sign(text.encode(), private) if hasattr(jwt, "get_algorithm_by_name")
                            else jwt.algorithms.get_default_algorithms()[alg].sign(text.encode(), private))


def one(rng, keys):
    alg, private, public = rng.choice(keys)
    header, payload = {"alg": alg, "kid": public["kid"]}, {"sub": "joe", "iat": rng.randrange(1 << 33)}
    listed = [dict(k) for _, _, k in keys]
    what = rng.randrange(16)
    if what == 1:
        del header["kid"]
        listed = [k for k in listed if k["kid"] == public["kid"] or rng.random() < 0.3]
    elif what == 2:
        header["alg"] = rng.choice(["none", "HS256", "RS256", "ES256", "EdDSA", "RS512", "ES384", "", 7, None, "rs256"])
    elif what == 3:
        header[rng.choice(["crit", "typ", "typ", "cty", "jku", "jwk", "b64"])] = rng.choice([["b64"], [], "JWT", "jwt", "at+jwt", False, {"kty": "oct"}])
    elif what == 4:
        key = next(k for k in listed if k["kid"] == public["kid"])
        name = rng.choice(["use", "alg", "key_ops", "d", "kid", "kty", "crv"])
        key[name] = rng.choice(["sig", "enc", alg, "RS256", ["verify"], ["sign"], ["sign", "verify"], "AAAA", 7, public["kty"], "P-256", "Ed25519", ""])
    elif what == 5:
        key = next(k for k in listed if k["kid"] == public["kid"])
        name = rng.choice(PUBLIC[key["kty"]])
        key[name] = rng.choice([key[name][:-1], key[name] + "A", "AAAA" + key[name], key[name][::-1], "", key[name][4:], key[name] + "="])
    elif what == 6:
        listed.append(dict(public, **rng.choice([{}, {"kid": "other"}, {"use": "enc"}])))
    elif what == 7:
        payload = rng.choice([["joe"], "joe", 7, None, {"sub": "eve"}, {}])
    token = sign(alg, private, json.dumps(header).encode(), json.dumps(payload).encode())
    if what == 8:
        token = sign(alg, private, json.dumps(header).encode(), b'{"sub":"eve","sub":"joe"}')
    elif what == 9:
        token = sign(alg, private, json.dumps(header).encode()[:-1] + b',"alg":"' + alg.encode() + b'"}', json.dumps(payload).encode())
    elif what == 10:
        secret = json.dumps(public).encode()
        text = enc(json.dumps(dict(header, alg="HS256")).encode()) + "." + enc(json.dumps(payload).encode())
        token = text + "." + enc(hmac.new(secret, text.encode(), hashlib.sha256).digest())
    elif what == 11:
        at = rng.randrange(len(token))
        token = token[:at] + rng.choice("ABCXYZabcxyz0189-_.= ") + token[at + rng.randrange(2):]
    elif what == 12:
        token = rng.choice([token[:-1], token[:-4], token + "A", token + "AAAA", token + ".", "." + token, token.rsplit(".", 1)[0] + "."])
    elif what == 13:
        other = sign(alg, private, json.dumps(header).encode(), b'{"sub":"eve"}')
        token = token.rsplit(".", 1)[0] + "." + other.rsplit(".", 1)[1]
    rng.shuffle(listed)
    return json.dumps({"keys": listed}), token


def main():
    rng = random.Random(20260301)
    keys = make_keys()
    for _ in range(int(sys.argv[2])):
        listed, token = one(rng, keys)
        try:
            told = verdict(listed, token)
        except Bad:
            told = b"bad"
        for part in (listed.encode(), token.encode(), told):
            sys.stdout.buffer.write(struct.pack(">I", len(part)) + part)


main()
