"""Finds a family in raw rows, which no key connects with it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Table, or_, select, update

from allay_metrics.actions.import_accounting import Rows
from allay_metrics.records.tables import check_in, check_in_row, client, import_row, set_aside

_EMAIL = re.compile(r"[^@\s,;:|<>\"']+@[^@\s,;:|<>\"']+\.[^@\s,;:|<>\"'.]+")
_WORD = re.compile(r"[^\W\d_]+")
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True)
class FamilyIdentifiers:
    """What identifies a family: e-mails, the last ten digits of phones, the words of each name."""

    emails: frozenset[str]
    phones: frozenset[str]
    names: frozenset[frozenset[str]]

    @classmethod
    def of(cls, people: Iterable[tuple[str | None, str | None, str, str | None]]) -> Self:
        """Return the identifiers of these people, given as (e-mail, phone, name, address)."""
        people = list(people)
        return cls(
            frozenset(email for email, *_ in people if email),
            frozenset(phone[-10:] for _, phone, *_ in people if phone),
            frozenset(_split_words([name]) for _, _, name, _ in people) - {frozenset()},
        )

    def is_in(self, texts: Iterable[str]) -> bool:
        """Return whether a row is about this family.

        By e-mail where the row has one; else by phone, or by all words of a name.
        """
        values = [value.casefold() for value in texts]
        emails = {email for value in values for email in _EMAIL.findall(value)}
        if emails:
            return bool(emails & self.emails)
        if {_NO_DIGIT.sub("", value)[-10:] for value in values} & self.phones:
            return True
        words = _split_words(values)
        return any(name <= words for name in self.names)


def find_set_aside(
    conn: Connection, practice_id: str, who: FamilyIdentifiers, bookings: Sequence[str]
) -> Rows:
    """Return the rows set aside that are about a family or refer to one of its bookings."""
    of_family = set(bookings)
    columns = ("import_id", "row_number", "raw", "value", "booking_id")
    statement = select(*(set_aside.c[name] for name in columns))
    row_numbers: dict[str, set[int]] = {}
    for row in conn.execute(statement.where(set_aside.c.practice_id == practice_id)):
        if row.booking_id in of_family or who.is_in([*_texts(row.raw), row.value]):
            row_numbers.setdefault(row.import_id, set()).add(row.row_number)
    return row_numbers


def find_unmatched_check_ins(
    conn: Connection, practice_id: str, who: FamilyIdentifiers
) -> set[str]:
    """Return the check-ins that name a family and have no client on file.

    Their match is an open question or was refused, or their client has no visit left.
    """
    columns = ("id", "respondent_name", "respondent_email", "respondent_details")
    on_file = select(client.c.id).where(client.c.practice_id == practice_id)
    statement = select(*(check_in.c[name] for name in columns)).where(
        check_in.c.practice_id == practice_id,
        or_(check_in.c.client_id.is_(None), check_in.c.client_id.not_in(on_file)),
    )
    return {
        row.id
        for row in conn.execute(statement)
        if who.is_in(
            [row.respondent_email or "", row.respondent_name or "", *_texts(row.respondent_details)]
        )
    }


def clear_previous_values(conn: Connection, practice_id: str, who: FamilyIdentifiers) -> None:
    """Clear the values before an update, in rows of others, where they name a family.

    Undoing that import then leaves these rows as they are.
    """
    for table in (import_row, check_in_row):
        _clear(conn, practice_id, table, who)


def _clear(conn: Connection, practice_id: str, table: Table, who: FamilyIdentifiers) -> None:
    in_practice = table.c.practice_id == practice_id
    statement = select(table.c.import_id, table.c.row_number, table.c.before)
    for row in conn.execute(statement.where(in_practice, table.c.before.is_not(None))).all():
        if who.is_in(_texts(row.before)):
            this = in_practice & (table.c.import_id == row.import_id)
            gone = update(table).where(this, table.c.row_number == row.row_number)
            conn.execute(gone.values(before=None))


def _texts(text: str | None) -> list[str]:
    return list(_leaves(json.loads(text))) if text else []


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [str(value)] if value is not None else []


def _split_words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _WORD.findall(text.casefold()))
