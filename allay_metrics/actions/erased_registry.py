"""The register of erased families, as keyed hashes alone: later files do not bring them back.

The key is in the records themselves, so a hash means nothing outside them. Somebody who has the
records and guesses an e-mail can learn that its family was erased, and no more.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex

from sqlalchemy import Connection, insert, select

from allay_metrics.actions.settings import read_setting, save_setting
from allay_metrics.derive.matching import certain_match, name_match, provisional_match
from allay_metrics.intake.questionnaires.file import CheckedAnswers
from allay_metrics.intake.rows import Chunk, SetAside
from allay_metrics.intake.values import parse_email as read_email
from allay_metrics.intake.values import parse_phone as read_phone
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import erased

REASON = "its family was erased and stays so: nothing of this row was kept"
_SETTING = "erasing_key"


@dataclass(frozen=True)
class ErasedFamilies:
    """The families erased from a practice's records."""

    key: str
    hashes: frozenset[str]

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.hashes)

    def holds(self, email: str | None, phone: str | None, name: str, address: str | None) -> bool:
        """Return whether a person with these details belongs to an erased family."""
        match = certain_match(email) or provisional_match(phone, name, address)
        return _hash(self.key, match) in self.hashes

    def mentions(self, texts: Iterable[str], region: str = "US") -> bool:
        """Return whether one of these texts is an erased family's e-mail or phone."""
        return any(
            _hash(self.key, match) in self.hashes
            for text in texts
            for match in _build_match_keys(text, region)
        )

    def keep_out(self, chunk: Chunk) -> Chunk:
        """Return the rows of a file; those of erased families are set aside without their text."""
        if not self:
            return chunk
        rows = chunk.rows
        people = zip(
            *(rows[name] for name in ("email", "phone", "client_name", "address")), strict=True
        )
        stays = [not self.holds(*person) for person in people]
        gone = {int(number) for number in rows["row_number"][[not is_kept for is_kept in stays]]}
        unusable = {row.row for row in chunk.set_aside if self.mentions(row.raw.values())}
        if not gone and not unusable:
            return chunk
        aside = [row for row in chunk.set_aside if row.row not in unusable]
        aside += [_without_text(number) for number in sorted(gone | unusable)]
        warnings = [warning for warning in chunk.warnings if warning.row not in gone | unusable]
        kept = rows[stays].reset_index(drop=True)
        return replace(chunk, rows=kept, set_aside=aside, warnings=warnings)

    def keep_answers_out(self, checked: CheckedAnswers) -> CheckedAnswers:
        """Return a form's responses without those of erased families, recognised by e-mail."""
        if not self:
            return checked
        gone = {
            response.row
            for response in checked.responses
            if response.email and self.mentions([response.email])
        }
        gone |= {number for number, first in checked.repeats.items() if first in gone}
        gone |= {row.row for row in checked.set_aside if self.mentions(row.raw.values())}
        return CheckedAnswers(
            [response for response in checked.responses if response.row not in gone],
            {number: first for number, first in checked.repeats.items() if number not in gone},
            [row for row in checked.set_aside if row.row not in gone]
            + [_without_text(number) for number in sorted(gone)],
            [warning for warning in checked.warnings if warning.row not in gone],
            checked.read,
        )


def read_erased_families(conn: Connection, practice_id: str) -> ErasedFamilies:
    """Return the families erased from the practice's records."""
    key = read_setting(conn, practice_id, _SETTING)
    hashes = select(erased.c.key_hash).where(erased.c.practice_id == practice_id)
    return ErasedFamilies(key or "", frozenset(conn.execute(hashes).scalars()))


def register_erased(
    conn: Connection,
    practice_id: str,
    people: Iterable[tuple[str | None, str | None, str, str | None]],
) -> None:
    """Register these people's family: hashes of (e-mail, phone, name, address)."""
    key = read_erased_families(conn, practice_id).key
    if not key:
        key = token_hex(32)
        save_setting(conn, practice_id, _SETTING, key)
    matches = {
        match
        for email, phone, name, address in people
        for match in (
            certain_match(email),
            f"p:{phone}" if phone else None,
            name_match(name, address),
        )
        if match
    }
    hashes = {_hash(key, match) for match in matches}
    statement = select(erased.c.key_hash).where(
        erased.c.practice_id == practice_id, erased.c.key_hash.in_(among(conn, hashes))
    )
    rows = [
        {"practice_id": practice_id, "key_hash": hash_, "erased_at": now()}
        for hash_ in sorted(hashes - set(conn.execute(statement).scalars()))
    ]
    if rows:
        conn.execute(insert(erased), rows)


def _hash(key: str, match: str) -> str:
    return hmac.new(key.encode(), match.encode(), "sha256").hexdigest()


def _build_match_keys(text: str, region: str) -> Iterator[str]:
    if address := read_email(text):
        yield f"e:{address}"
    if number := read_phone(text, region):
        yield f"p:{number}"


def _without_text(row: int) -> SetAside:
    return SetAside(row, "", "", REASON, {})


def is_erased(raw: Mapping[str, str], reason: str) -> bool:
    """Return whether a row was set aside because its family was erased."""
    return not raw and reason == REASON
