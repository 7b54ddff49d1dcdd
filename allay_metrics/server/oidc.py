"""Signing in through a provider: OpenID Connect, code flow with PKCE, every token checked.

The provider identifies a person; whether she may sign in is decided by the practice's list of
people. No token, code or secret is logged: a refusal is a short reason.
"""

import secrets
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from allay_metrics.config import OidcSettings

TIMEOUT = httpx.Timeout(8, connect=4)  # seconds
LEEWAY = 60  # seconds that two clocks may differ
# Asymmetric only: with a shared key, or none, others could sign, too.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384")
_KEPT = 3_600  # seconds that the provider's metadata is cached
_AGAIN = 60  # seconds before its keys are fetched again because a token names an unknown one
_MICROSOFT = "login.microsoftonline.com"


class OidcRefused(Exception):
    """A refused sign-in; its text is for the log and holds nothing of a token."""


@dataclass(frozen=True)
class PendingSignIn:
    """The state of one sign-in between its two requests."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class ProviderIdentity:
    """A person as identified by the provider; the e-mail is verified by it."""

    issuer: str
    subject: str
    email: str


class Provider:
    """The configured provider; its metadata and keys are fetched when needed."""

    def __init__(self, settings: OidcSettings) -> None:
        """Fetch nothing yet."""
        self.settings = settings
        self._lock = Lock()
        self._described: dict[str, Any] = {}
        self._keys = KeySet([])
        self._described_at = self._keys_at = float("-inf")

    def begin(self, back: str) -> tuple[str, PendingSignIn]:
        """Return the provider's address to redirect to, and the state to keep meanwhile.

        Raises Refused where the provider does not answer.
        """
        pending_sign_in = PendingSignIn(*(secrets.token_urlsafe(32) for _ in range(3)))
        address = prepare_grant_uri(
            self._describe()["authorization_endpoint"],
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=back,
            scope="openid email",
            state=pending_sign_in.state,
            nonce=pending_sign_in.nonce,
            code_challenge=create_s256_code_challenge(pending_sign_in.verifier),
            code_challenge_method="S256",
            prompt="select_account",
        )
        return address, pending_sign_in

    def finish(self, pending_sign_in: PendingSignIn, code: str, back: str) -> ProviderIdentity:
        """Return who signed in, after all checks. Raises Refused."""
        token = self._exchange(pending_sign_in, code, back)
        try:
            decoded = self._decode(str(token.get("id_token", "")))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True, "value": pending_sign_in.nonce},
                },
                {
                    "nonce": pending_sign_in.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            raise OidcRefused(
                f"the token is refused: {getattr(error, 'error', 'unreadable')}"
            ) from None
        subject, email = claims["sub"], claims.get("email")
        if not subject or not isinstance(email, str) or "@" not in email:
            raise OidcRefused("the token names no subject or no e-mail")
        if not self._is_verified(claims):
            raise OidcRefused("the e-mail is not verified")
        return ProviderIdentity(self.settings.issuer, subject, email)

    def _is_verified(self, claims: CodeIDToken) -> bool:
        """Return whether the provider has verified the e-mail.

        Microsoft's work accounts have no `email_verified`, but may have the optional claim
        `xms_edov`: the domain of the address is verified by its tenant.
        """
        if "email_verified" in claims:
            return claims["email_verified"] is True
        is_microsoft = urlsplit(self.settings.issuer).hostname == _MICROSOFT
        return is_microsoft and claims.get("xms_edov") in (True, 1, "1", "true")

    def _exchange(self, pending_sign_in: PendingSignIn, code: str, back: str) -> dict[str, Any]:
        description = self._describe()
        own, secret = self.settings.client_id, self.settings.client_secret
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": pending_sign_in.verifier,
        }
        if "client_secret_post" in description.get("token_endpoint_auth_methods_supported", ()):
            data |= {"client_id": own, "client_secret": secret}
            return _request_json("POST", description["token_endpoint"], data=data)
        # RFC 6749, 2.3.1: both parts are form-encoded before they become a header.
        auth = httpx.BasicAuth(quote(own, safe=""), quote(secret, safe=""))
        return _request_json("POST", description["token_endpoint"], data=data, auth=auth)

    def _decode(self, token: str) -> jwt.Token:
        listed = self._describe().get("id_token_signing_alg_values_supported", ALGORITHMS[:1])
        allowed = [algorithm for algorithm in ALGORITHMS if algorithm in listed]
        registry = JWSRegistry(algorithms=allowed, strict_check_header=False)
        try:
            return jwt.decode(token, self._key_set(), registry=registry)
        except InvalidKeyIdError:
            # The provider may have changed its keys meanwhile.
            return jwt.decode(token, self._key_set(older=_AGAIN), registry=registry)

    def _describe(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._described_at < _KEPT:
                return self._described
            description = _request_json("GET", _well_known(self.settings.issuer))
            if description.get("issuer") != self.settings.issuer:
                raise OidcRefused("the provider calls itself otherwise than ALLAY_OIDC_ISSUER does")
            ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(description.get(end), str) for end in ends):
                raise OidcRefused("the provider's description is incomplete")
            self._described, self._described_at = description, time.monotonic()
            return description

    def _key_set(self, older: float = _KEPT) -> KeySet:
        """Return the provider's keys, fetched again where they are `older` seconds old."""
        address = self._describe()["jwks_uri"]
        with self._lock:
            if time.monotonic() - self._keys_at >= older:
                keys = _request_json("GET", address).get("keys", [])
                usable = [key for key in keys if key.get("kty") in ("RSA", "EC")]
                self._keys = KeySet.import_key_set({"keys": usable})
                self._keys_at = time.monotonic()
            return self._keys


def _well_known(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def _request_json(method: str, address: str, **more: Any) -> dict[str, Any]:
    """Return the provider's JSON answer. Raises Refused, without the content of the request."""
    try:
        answer = httpx.request(method, address, timeout=TIMEOUT, **more)
        answer.raise_for_status()
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise OidcRefused(f"the provider does not answer: {type(error).__name__}") from None
    if not isinstance(body, dict):
        raise OidcRefused("the provider's answer is no JSON object")
    return body
