"""A provider on this computer that vouches for people, and corrupts its tokens on demand."""

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.loopback import listening
from tests.support.ports import free_port

CLIENT, SECRET = "allay", "an-invented-client-secret+/="
SEEN_AS = "sub-of-maya"
CORRUPT = (
    "wrong signature",
    "alg none",
    "wrong key id",
    "wrong issuer",
    "wrong audience",
    "expired",
    "wrong nonce",
)


def key(kid: str) -> RSAKey:
    """Return a new key of this name."""
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class Vouching:
    """Whom the provider vouches for, how its token is corrupted, and what it was asked.

    `methods` are how a client may prove itself: none listed means by header.
    """

    url: str = ""
    email: str = "maya@practice.example"
    subject: str = SEEN_AS
    verified: object = True
    corrupt: str = ""
    more: dict = field(default_factory=dict)
    methods: tuple[str, ...] = ()
    own: RSAKey = field(default_factory=lambda: key("first"))
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def description(self) -> dict:
        """Return what stands at the well-known address."""
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return told | (
            {"token_endpoint_auth_methods_supported": self.methods} if self.methods else {}
        )

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent: back with a code, nobody is asked for a password."""
        code = sha256(asked["state"].encode()).hexdigest()
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, told: dict[str, str]) -> dict | None:
        """Return the tokens of a code, once; None where the proof of the first step is missing."""
        asked = self.codes.pop(told.get("code", ""), None)
        if asked is None or told.get("redirect_uri") != asked["redirect_uri"]:
            return None
        digest = sha256(told.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        return {
            "token_type": "Bearer",
            "access_token": "a",
            "id_token": self.signed(asked["nonce"]),
        }

    def signed(self, nonce: str) -> str:
        """Return an ID token, corrupted as asked for."""
        now, is_ = int(time.time()), self.corrupt
        claims = {
            "iss": "https://else.example" if is_ == "wrong issuer" else self.url,
            "aud": "somebody-else" if is_ == "wrong audience" else CLIENT,
            "sub": self.subject,
            "email": self.email,
            "email_verified": self.verified,
            "nonce": "another" if is_ == "wrong nonce" else nonce,
            "iat": now - 7_200 if is_ == "expired" else now,
            "exp": now - 3_600 if is_ == "expired" else now + 300,
        } | self.more
        claims = {name: value for name, value in claims.items() if value is not None}
        if is_ == "alg none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return (
                ".".join(
                    urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                    for part in parts
                )
                + "."
            )
        signs = self.own if is_ != "wrong signature" else key(self.own.kid)
        kid = "nobody-knows" if is_ == "wrong key id" else self.own.kid
        return jwt.encode({"alg": "RS256", "kid": kid}, claims, signs)


@contextmanager
def independent(host: str, folder: Path, *people: dict):
    """Yield the issuer of a provider somebody else wrote, as a process of its own."""
    port = free_port()
    told = [part for person in people for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "-H", host, "-p", str(port), *told]
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            issuer, until = f"http://{host}:{port}", time.monotonic() + 300
            while not _answers(issuer):
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < until, "the provider does not answer"
                time.sleep(0.1)
            yield issuer
        finally:
            process.terminate()
            process.wait(10)


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(issuer).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def vouching(host: str = "127.0.0.1", **more):
    """Yield a provider that runs; `url` is its issuer."""
    with listening(_Handler, host) as (server, url):
        server.provider = Vouching(url=url, **more)
        yield server.provider


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        provider = self.server.provider
        asked = urlsplit(self.path)
        provider.asked.append(asked.path)
        if asked.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", provider.authorize(dict(parse_qsl(asked.query))))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif asked.path == "/.well-known/openid-configuration":
            self._json(provider.description())
        elif asked.path == "/keys":
            self._json({"keys": [provider.own.as_dict(private=False)]})
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        provider, told = self.server.provider, dict(parse_qsl(body))
        provider.asked.append("/token" + (" by header" if self.headers["Authorization"] else ""))
        tokens = provider.token(told)
        self._json(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _json(self, told, status=200):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Stay quiet."""
