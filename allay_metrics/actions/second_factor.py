"""The second factor: a code of an authenticator app, or a recovery code; each works once."""

from base64 import b32encode
from hmac import compare_digest
from secrets import token_bytes
from typing import Any

import pyotp
from sqlalchemy import Connection, Row, delete, insert, or_, update

from allay_metrics.actions.tokens import hash_token
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import person, recovery_code

STEP = 30  # seconds
DIGITS = 6
RECOVERY_CODES = 10
_ISSUER = "Allay"


def new_secret() -> str:
    """Return a secret to share with an authenticator app: 160 random bits in base 32."""
    return pyotp.random_base32()


def build_otpauth_url(secret: str, email: str) -> str:
    """Return the otpauth:// URL that authenticator apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def find_step(secret: str, code: str, at: int | None = None) -> int | None:
    """Return the 30-second step a code belongs to, this one or a neighbour; None for none."""
    moment = now() if at is None else at
    digits = _digits(code)
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    right = [
        step
        for step in range(moment // STEP - 1, moment // STEP + 2)
        if compare_digest(totp.generate_otp(step).encode(), digits.encode())
    ]
    return max(right, default=None)


def use_code(conn: Connection, row: Row[Any], code: str, at: int | None = None) -> bool:
    """Use a code of the user in `row` and return whether it was valid; each works once."""
    return _use_step(conn, row, code, at) or _use_recovery(conn, row, code)


def new_recovery_codes(conn: Connection, practice_id: str, person_id: str) -> list[str]:
    """Return new recovery codes, which replace the user's old ones and are shown only now."""
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    of_person = _is_of_practice(recovery_code, practice_id) & (
        recovery_code.c.person_id == person_id
    )
    conn.execute(delete(recovery_code).where(of_person))
    key = {"practice_id": practice_id, "person_id": person_id, "made_at": now()}
    conn.execute(insert(recovery_code), [{**key, "code_hash": _hash_code(code)} for code in codes])
    return codes


def _use_step(conn: Connection, row: Row[Any], code: str, at: int | None) -> bool:
    step = find_step(row.totp_secret, code, at) if row.totp_secret else None
    if step is None:
        return False
    # Checked in the statement itself: of two sign-ins with one code only one succeeds.
    fresh = or_(person.c.totp_step.is_(None), person.c.totp_step < step)
    is_person = _is_of_practice(person, row.practice_id) & (person.c.id == row.id)
    return conn.execute(update(person).where(is_person, fresh).values(totp_step=step)).rowcount == 1


def _use_recovery(conn: Connection, row: Row[Any], code: str) -> bool:
    of_person = _is_of_practice(recovery_code, row.practice_id) & (
        recovery_code.c.person_id == row.id
    )
    this = recovery_code.c.code_hash == _hash_code(code)
    used = update(recovery_code).where(of_person, this, recovery_code.c.used_at.is_(None))
    return conn.execute(used.values(used_at=now())).rowcount == 1


def _new_recovery_code() -> str:
    """Return 80 random bits as four groups of four."""
    text = b32encode(token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _hash_code(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hash_token(plain)


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit() and letter.isascii())


def _is_of_practice(table: Any, practice_id: str) -> Any:
    return table.c.practice_id == practice_id
