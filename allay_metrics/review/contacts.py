"""Families that are not contacted as usual, and where to find one: for the owner, and by family."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, select

from allay_metrics.contact import Contact, contact_of
from allay_metrics.derive.matching import plain_name
from allay_metrics.records import Scope
from allay_metrics.records.tables import booking, family, family_contact

FOUND = 10


@dataclass(frozen=True)
class FamilyContact:
    """A family and what was said of contact; `set_by` is empty and `set_on` None for as usual."""

    family_id: str
    name: str
    contact: Contact
    set_by: str = ""
    set_on: date | None = None


def not_contacted(scope: Scope) -> tuple[FamilyContact, ...]:
    """Return the viewer's families that are not contacted as usual, by name."""
    return _read(scope, _families(scope).where(family.c.contact != "yes"))


def contact_with(scope: Scope, family_id: str) -> FamilyContact | None:
    """Return what was said of contact with one family of the viewer's, None for no such family."""
    return next(iter(_read(scope, _families(scope).where(family.c.id == family_id))), None)


def find_families(scope: Scope, text: str) -> tuple[FamilyContact, ...]:
    """Return the first ten families whose name begins with a text, by name; none for no text."""
    begins = plain_name(text)
    if not begins:
        return ()
    # Databases do not know all letters: names are compared here.
    with scope.read() as conn:
        names = conn.execute(_families(scope)).all()
    found = [row.id for row in names if plain_name(row.name).startswith(begins)]
    return _read(scope, _families(scope).where(family.c.id.in_(found[:FOUND])))


def _families(scope: Scope) -> Select[Any]:
    return (
        select(family.c.id, family.c.name, family.c.contact, family.c.contact_reason)
        .where(family.c.practice_id == scope.practice_id, family.c.id.in_(scope.own_families()))
        .order_by(family.c.name, family.c.id)
    )


def _read(scope: Scope, asked: Select[Any]) -> tuple[FamilyContact, ...]:
    of_booking = and_(
        family_contact.c.practice_id == booking.c.practice_id,
        family_contact.c.booking_id == booking.c.id,
    )
    said = select(
        booking.c.family_id,
        family_contact.c.level,
        family_contact.c.set_by,
        family_contact.c.set_at,
    ).select_from(booking.join(family_contact, of_booking))
    with scope.read() as conn:
        rows = conn.execute(asked).all()
        words = said.where(
            booking.c.practice_id == scope.practice_id,
            booking.c.family_id.in_([row.id for row in rows if row.contact != "yes"]),
        )
        who = {
            (one.family_id, one.level): one
            for one in conn.execute(words.order_by(family_contact.c.set_at, family_contact.c.death))
        }
    return tuple(_family(scope, row, who.get((row.id, row.contact))) for row in rows)


def _family(scope: Scope, row: Any, said: Any) -> FamilyContact:
    contact = contact_of(row.contact, row.contact_reason)
    if said is None:
        return FamilyContact(row.id, row.name, contact)
    on = datetime.fromtimestamp(said.set_at, scope.zone).date()
    return FamilyContact(row.id, row.name, contact, said.set_by, on)
