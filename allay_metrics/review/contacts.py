"""Families with restricted contact, the contact of one family, and a search by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, and_, select, union

from allay_metrics import formatting as fmt
from allay_metrics.contact import ContactPermission, parse_contact
from allay_metrics.derive.matching import plain_name
from allay_metrics.metrics.outcome_metrics import read_deaths
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import booking, client, family, family_contact, therapist, visit

MAX_FAMILIES = 10


@dataclass(frozen=True)
class FamilyContact:
    """A family and its contact permission; `set_by` is empty and `set_on` None for "as usual".

    `living` are the names of its clients, babies first, and of who booked last; `deaths` are
    sentences on who died and when.
    `city` and `therapist` are of the last visit that took place, on `last_on`; empty without one.
    """

    family_id: str
    name: str
    contact: ContactPermission
    set_by: str = ""
    set_on: date | None = None
    living: tuple[str, ...] = ()
    deaths: tuple[str, ...] = ()
    city: str = ""
    therapist: str = ""
    last_on: date | None = None


def read_not_contacted(scope: Scope) -> tuple[FamilyContact, ...]:
    """Return the viewer's families with restricted contact, sorted by name."""
    return _read(scope, _families(scope).where(family.c.contact != "yes"))


def read_contact(scope: Scope, family_id: str) -> FamilyContact | None:
    """Return the contact of one of the viewer's families, None for no such family."""
    return next(iter(_read(scope, _families(scope).where(family.c.id == family_id))), None)


def find_families(scope: Scope, text: str) -> tuple[FamilyContact, ...]:
    """Return the first ten families with a name that begins with a text, sorted by name.

    The family's name counts, and the names of its babies and parents. None for an empty text.
    """
    begins = plain_name(text)
    if not begins:
        return ()
    # Compared in Python: the databases do not fold the case of all letters.
    with scope.read() as conn:
        families = conn.execute(_families(scope)).all()
        called: dict[str, set[str]] = {row.id: {row.name} for row in families}
        for family_id, name in conn.execute(_names(scope)):
            if family_id in called:
                called[family_id].add(name)
    family_ids = [
        id_ for id_, names in called.items() if any(_begins(begins, name) for name in names)
    ]
    return _read(scope, _families(scope).where(family.c.id.in_(family_ids[:MAX_FAMILIES])))


def _names(scope: Scope) -> CompoundSelect[Any]:
    """Return the SELECT of (family id, name) of all clients, and of the names on bookings."""
    clients = select(client.c.family_id, client.c.name).where(
        client.c.practice_id == scope.practice_id
    )
    booked = select(booking.c.family_id, booking.c.client_name).where(
        booking.c.practice_id == scope.practice_id, booking.c.client_name != ""
    )
    return union(clients, booked)


def _begins(begins: str, name: str) -> bool:
    """Return whether a name, or a later word of it, begins with a text."""
    return f" {begins}" in f" {plain_name(name)}"


def deaths_in(scope: Scope, families: Iterable[str]) -> dict[str, str]:
    """Return a sentence such as `Elio died on 12 Nov` by family, of those in which a baby died."""
    with scope.read() as conn:
        died_on = read_deaths(conn, scope)
        clients = _clients(conn, scope, list(families)) if died_on else {}
    deaths_by_family = {
        id_: [
            fmt.death_sentence(person.name, died_on[person.id])
            for person in theirs
            if person.id in died_on
        ]
        for id_, theirs in clients.items()
    }
    return {id_: fmt.join_list(deaths) for id_, deaths in deaths_by_family.items() if deaths}


def _families(scope: Scope) -> Select[Any]:
    return (
        select(family.c.id, family.c.name, family.c.contact, family.c.contact_reason)
        .where(family.c.practice_id == scope.practice_id, family.c.id.in_(scope.own_families()))
        .order_by(family.c.name, family.c.id)
    )


def _read(scope: Scope, statement: Select[Any]) -> tuple[FamilyContact, ...]:
    of_booking = and_(
        family_contact.c.practice_id == booking.c.practice_id,
        family_contact.c.booking_id == booking.c.id,
    )
    contact_statement = select(
        booking.c.family_id,
        family_contact.c.level,
        family_contact.c.set_by,
        family_contact.c.set_at,
    ).select_from(booking.join(family_contact, of_booking))
    with scope.read() as conn:
        rows = conn.execute(statement).all()
        set_so = contact_statement.where(
            booking.c.practice_id == scope.practice_id,
            booking.c.family_id.in_([row.id for row in rows if row.contact != "yes"]),
        )
        who = {
            (level_row.family_id, level_row.level): level_row
            for level_row in conn.execute(
                set_so.order_by(family_contact.c.set_at, family_contact.c.death)
            )
        }
        ids = [row.id for row in rows]
        clients, last = _clients(conn, scope, ids), _last_visits(conn, scope, ids)
        booked, died_on = _booked_by(conn, scope, ids), read_deaths(conn, scope)
    return tuple(
        _family(
            scope,
            row,
            who.get((row.id, row.contact)),
            _FamilyDetails(
                clients.get(row.id, ()), booked.get(row.id, ""), died_on, last.get(row.id)
            ),
        )
        for row in rows
    )


@dataclass(frozen=True)
class _FamilyDetails:
    """Details of families by id: clients, names on bookings, deaths, last visits."""

    clients: Sequence[Any]
    booked_by: str
    died_on: Mapping[str, date]
    last: Any


def _family(scope: Scope, row: Any, contact_row: Any, details: _FamilyDetails) -> FamilyContact:
    gone = details.died_on
    living = [person.name for person in details.clients if person.id not in gone]
    return FamilyContact(
        family_id=row.id,
        name=row.name,
        contact=parse_contact(row.contact, row.contact_reason),
        set_by=contact_row.set_by if contact_row else "",
        set_on=datetime.fromtimestamp(contact_row.set_at, scope.zone).date()
        if contact_row
        else None,
        living=tuple(dict.fromkeys([*living, *([details.booked_by] if details.booked_by else [])])),
        deaths=tuple(
            fmt.death_sentence(person.name, gone[person.id])
            for person in details.clients
            if person.id in gone
        ),
        city=details.last.city if details.last else "",
        therapist=details.last.therapist if details.last else "",
        last_on=details.last.day if details.last else None,
    )


def _clients(conn: Connection, scope: Scope, families: Sequence[str]) -> dict[str, list[Any]]:
    """Return the clients (id, name) of these families, babies first."""
    statement = (
        select(client.c.family_id, client.c.id, client.c.name)
        .where(
            client.c.practice_id == scope.practice_id,
            client.c.family_id.in_(among(conn, families)),
        )
        .order_by(client.c.kind, client.c.name, client.c.id)
    )
    clients_by_family: dict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(statement):
        clients_by_family[row.family_id].append(row)
    return clients_by_family


def _booked_by(conn: Connection, scope: Scope, families: Sequence[str]) -> dict[str, str]:
    """Return, by family, the name on its latest booking."""
    statement = (
        select(booking.c.family_id, booking.c.client_name)
        .where(
            booking.c.practice_id == scope.practice_id,
            booking.c.family_id.in_(among(conn, families)),
        )
        .order_by(booking.c.starts_at, booking.c.id)
    )
    return {row.family_id: row.client_name for row in conn.execute(statement) if row.client_name}


def _last_visits(conn: Connection, scope: Scope, families: Sequence[str]) -> dict[str, Any]:
    """Return, by family, its last completed visit: day, city, therapist."""
    statement = (
        select(visit.c.family_id, visit.c.day, visit.c.city, therapist.c.name.label("therapist"))
        .select_from(visit.join(therapist))
        .where(
            visit.c.practice_id == scope.practice_id,
            visit.c.family_id.in_(among(conn, families)),
            visit.c.state == State.COMPLETED,
        )
        .order_by(visit.c.starts_at, visit.c.id)
    )
    return {row.family_id: row for row in conn.execute(statement)}
