"""Who is asking, as the gate tells the pages: a header nobody else can write.

The key is random and this process's own. A page started without the gate has another key, and so
believes no header at all.
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
OURS = b"x-app-"  # headers that start so are the gate's to write
_KEY = token_bytes(32)

Kind = Literal["computer", "demo", "person"]


@dataclass(frozen=True)
class Identity:
    """Who is asking: a person who signed in, whoever sits at this computer, or a demo's visitor.

    It stays the same as long as one session does, and differs between two of them: Streamlit goes
    on with a tab's session only for the very same value.
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
    return f"{payload}.{_mark(payload)}"


def unseal(value: object) -> Identity | None:
    """Return who a header's value names; None for one this process's gate did not write."""
    if not isinstance(value, str):
        return None
    payload, _, mark = value.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(payload).encode()):
        return None
    try:
        return Identity(**json.loads(urlsafe_b64decode(payload)))
    except (NotBase64, ValueError, TypeError):
        return None


def _mark(payload: str) -> str:
    return hmac.new(_KEY, payload.encode(), sha256).hexdigest()
