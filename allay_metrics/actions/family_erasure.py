"""Erases a family from every table, from the raw rows, and from the database's files.

All numbers are derived again without it; past weeks say that they changed because a family was
erased. Its hash is registered (erased_registry.py), so that no later import brings it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, select

from allay_metrics.actions.erased_registry import register_erased
from allay_metrics.actions.import_accounting import Rows, record_removed_rows
from allay_metrics.actions.raw_row_search import (
    FamilyIdentifiers,
    clear_previous_values,
    find_set_aside,
    find_unmatched_check_ins,
)
from allay_metrics.derive import derive
from allay_metrics.derive.city import clear_city_cache
from allay_metrics.derive.contact_match import cut_matches
from allay_metrics.derive.family_grouping import families_by_clue
from allay_metrics.derive.override_rules import read_links
from allay_metrics.errors import NotFound
from allay_metrics.outcomes.concern_words import clear_concern_cache
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.scrub import scrub
from allay_metrics.records.tables import (
    answer,
    booking,
    care_closed,
    check_in,
    check_in_row,
    client,
    client_before_link,
    client_detail,
    client_note,
    client_tag,
    correction,
    family,
    family_contact,
    family_link,
    import_row,
    outbox,
    red_flag,
    set_aside,
)

REASON = "erase a family"
_OF_CHECK_IN = (answer, outbox, red_flag, check_in_row)
_OF_CLIENT = (care_closed, client_detail, client_note, client_tag)


@dataclass(frozen=True)
class ErasureResult:
    """How much was erased, and whether its bytes were removed from the database files, too."""

    rows: int
    check_ins: int
    aside: int
    scrubbed: bool


def erase_family(scope: Scope, family_id: str) -> ErasureResult:
    """Erase a family for good and return how much was erased. Earlier backups still contain it.

    Owner only. Raises NotFound.
    """
    with scope.write(REASON, family_id) as conn:
        rows, check_ins, aside = _erase(conn, scope.practice_id, family_id)
    clear_city_cache()
    clear_concern_cache()
    return ErasureResult(rows, check_ins, aside, scrubbed=scrub(scope))


def _erase(conn: Connection, practice_id: str, family_id: str) -> tuple[int, int, int]:
    is_family = (family.c.practice_id == practice_id) & (family.c.id == family_id)
    family_row = conn.execute(select(family.c.match_key).where(is_family)).one_or_none()
    if family_row is None:
        raise NotFound("There is no such family: it may be erased already.")
    is_booking = (booking.c.practice_id == practice_id) & (booking.c.family_id == family_id)
    bookings = conn.execute(select(booking).where(is_booking)).all()
    ids = [row.id for row in bookings]
    people = [(row.email, row.phone, row.client_name, row.address) for row in bookings]
    identifiers = FamilyIdentifiers.of(people)
    of_family = (client.c.practice_id == practice_id) & (client.c.family_id == family_id)
    clients = list(conn.execute(select(client.c.id).where(of_family)).scalars())
    check_ins = find_unmatched_check_ins(conn, practice_id, identifiers) | _read_check_ins(
        conn, practice_id, clients
    )
    aside = find_set_aside(conn, practice_id, identifiers, ids)
    _write_accounts(conn, practice_id, ids, check_ins, aside)
    clear_previous_values(conn, practice_id, identifiers)
    cut_matches(conn, practice_id, family_id)
    for table in _OF_CHECK_IN:
        _delete(conn, practice_id, table, "check_in_id", check_ins)
    _delete(conn, practice_id, check_in, "id", check_ins)
    for table in _OF_CLIENT:
        _delete(conn, practice_id, table, "client_id", clients)
    for column in ("was_client", "client_id"):
        _delete(conn, practice_id, client_before_link, column, clients)
    for table in (correction, family_contact, import_row):
        _delete(conn, practice_id, table, "booking_id", ids)
    _delete(conn, practice_id, booking, "id", ids)
    _delete_links(conn, practice_id, identifiers, family_row.match_key)
    touched = {family_id} | families_by_clue(conn, practice_id, people)
    derive(conn, practice_id, touched, relinked=True)
    register_erased(conn, practice_id, people)
    return len(ids), len(check_ins), sum(map(len, aside.values()))


def _read_check_ins(conn: Connection, practice_id: str, clients: Iterable[str]) -> set[str]:
    in_practice = check_in.c.practice_id == practice_id
    statement = select(check_in.c.id).where(
        in_practice, check_in.c.client_id.in_(among(conn, clients))
    )
    return set(conn.execute(statement).scalars())


def _write_accounts(
    conn: Connection, practice_id: str, bookings: list[str], check_ins: set[str], aside: Rows
) -> None:
    """Count the rows as erased in the accounts of their imports; delete those set aside."""
    gone: dict[str, set[int]] = {id_: set(numbers) for id_, numbers in aside.items()}
    for table, column, ids in (
        (import_row, "booking_id", bookings),
        (check_in_row, "check_in_id", list(check_ins)),
    ):
        statement = select(table.c.import_id, table.c.row_number).where(
            table.c.practice_id == practice_id, table.c[column].in_(among(conn, ids))
        )
        for import_id, number in conn.execute(statement):
            gone.setdefault(import_id, set()).add(number)
    for import_id, numbers in aside.items():
        of_import = (set_aside.c.practice_id == practice_id) & (set_aside.c.import_id == import_id)
        conn.execute(delete(set_aside).where(of_import, set_aside.c.row_number.in_(numbers)))
    record_removed_rows(conn, practice_id, gone)


def _delete(
    conn: Connection, practice_id: str, table: Table, column: str, ids: Iterable[str]
) -> None:
    in_practice = table.c.practice_id == practice_id
    conn.execute(delete(table).where(in_practice, table.c[column].in_(among(conn, ids))))


def _delete_links(
    conn: Connection, practice_id: str, identifiers: FamilyIdentifiers, match_key: str
) -> None:
    """Delete the owner's family links that name this family."""
    for (key, name), into in read_links(conn, practice_id).items():
        if match_key in (key, into) or identifiers.is_in([key, into, name]):
            conn.execute(
                delete(family_link).where(
                    family_link.c.practice_id == practice_id,
                    family_link.c.match_key == key,
                    family_link.c.client_name == name,
                )
            )
