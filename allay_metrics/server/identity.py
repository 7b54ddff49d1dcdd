"""The identity that the middleware passes to the pages in a header nobody else can write.

The signing key is random and belongs to this process. A page run without the middleware has another
key, and so accepts no header.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Literal

HEADER = "x-app-who"
OURS = b"x-app-"  # prefix of the headers that only the middleware writes
_KEY = token_bytes(32)

Kind = Literal["computer", "demo", "person"]


@dataclass(frozen=True)
class Identity:
    """Who is asking: a signed-in person, whoever is at this computer, or a visitor of the demo.

    It is constant within a session and differs between sessions: Streamlit continues a tab's
    session only for the same value.
    """

    kind: Kind
    session: str = ""
    person_id: str = ""
    name: str = ""
    role: Literal["owner", "therapist"] = "owner"
    therapist_id: str | None = None


def seal(identity: Identity) -> str:
    """Return the header's value."""
    payload = urlsafe_b64encode(json.dumps(asdict(identity)).encode()).decode()
    return f"{payload}.{_sign(payload)}"


def unseal(value: object) -> Identity | None:
    """Return the identity of a header's value; None where this process did not write it."""
    if not isinstance(value, str):
        return None
    payload, _, mark = value.partition(".")
    if not hmac.compare_digest(mark.encode(), _sign(payload).encode()):
        return None
    try:
        return Identity(**json.loads(urlsafe_b64decode(payload)))
    except (NotBase64, ValueError, TypeError):
        return None


def _sign(payload: str) -> str:
    return hmac.new(_KEY, payload.encode(), sha256).hexdigest()
