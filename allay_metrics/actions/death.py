"""Records a baby's death: care closes for good, and the family is not contacted unless chosen.

All earlier check-in links end (open_form.py), and visits still on the books do not open the care
again (derive/closing.py). It counts as no missed visit, no lost family and no outcome. Neither a
death nor its undo ever loosens contact: only a person does (actions/contact_changes.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select

from allay_metrics.actions.care_closing import (
    Closing,
    derive_as_practice,
    find_family_to_write,
    read_families_of_clients,
    write_closings,
)
from allay_metrics.actions.contact_changes import (
    ContactEntry,
    clear_contact_for_death,
    read_contact,
    restore_contact,
    set_contact_for_death,
)
from allay_metrics.contact import (
    ContactPermission,
    Level,
    check_contact,
    level_after_death,
    stricter,
)
from allay_metrics.derive.closing import DIED
from allay_metrics.derive.contact_match import Rows
from allay_metrics.errors import Conflict, QuestionProblem
from allay_metrics.plausibility import death_days
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import care_closed, client

_Row = Mapping[str, Any]
_BEREAVED = "bereaved"


@dataclass(frozen=True)
class DeathUndo:
    """A recorded death with the rows it replaced: of care_closed, and of family_contact.

    `contact` is the contact with the family since.
    """

    client_id: str
    family_id: str
    before: _Row | None
    after: _Row | None
    asked_before: Rows
    contact: ContactPermission


def save_death(scope: Scope, client_id: str, day: date, level: Level | None = None) -> DeathUndo:
    """Record that a baby died on `day`, and return the undo.

    Contact with the family becomes `level`. Without a choice it becomes none, or practical only
    while another infant of the family is in care. It never becomes looser than it is. A therapist:
    in her own families. Raises NotFound, QuestionProblem for a client who is no infant and for a
    day that cannot be.
    """
    at = now()
    days = death_days(datetime.fromtimestamp(at, scope.zone).date())
    if not days.holds(day):
        raise QuestionProblem(days.sentence)
    family_id = find_family_to_write(scope, [client_id])
    with scope.write("close care", family_id) as conn:
        (family_id,) = read_families_of_clients(conn, scope, [client_id])
        if not _is_infant(conn, scope, client_id):
            raise QuestionProblem("A death can be recorded for a baby only.")
        contact_after_death = _contact_for_death(conn, scope, client_id, family_id, level)
        before = _read_closed(conn, scope, client_id)
        death = (before and before["death"]) or new_key()
        write_closings(conn, scope, {client_id: Closing(client_id, day, DIED)}, at, death)
        asked_before = set_contact_for_death(
            conn, scope, family_id, ContactEntry(contact_after_death, at, death)
        )
        derive_as_practice(conn, scope, [family_id])
        after, contact = _read_closed(conn, scope, client_id), read_contact(conn, scope, family_id)
    return DeathUndo(client_id, family_id, before, after, asked_before, contact)


def undo_death(scope: Scope, undo: DeathUndo) -> None:
    """Delete a recorded death and restore the earlier closing of care, if there was one.

    Contact is restored as well, except for changes made since. Raises Conflict where the care of
    this baby was changed since.
    """
    with scope.write("open care again", find_family_to_write(scope, [undo.client_id])) as conn:
        (family_id,) = read_families_of_clients(conn, scope, [undo.client_id])
        if undo.after is None or _read_closed(conn, scope, undo.client_id) != undo.after:
            raise Conflict("This baby's care was changed meanwhile: it stays as it is now.")
        families = _delete_death(conn, scope, undo.client_id, undo.after["death"])
        if undo.before is not None:
            conn.execute(insert(care_closed), dict(undo.before))
        # Where a person's own choice replaced the contact of this death, that stays.
        if family_id in families:
            restore_contact(conn, scope, family_id, undo.asked_before)
        derive_as_practice(conn, scope, families | {family_id})


def revoke_mistaken_death(scope: Scope, client_id: str) -> None:
    """Delete a death recorded by mistake, with the contact it asked for, and open the care again.

    Contact chosen by a person, before or since, stays, as does that of another death. Raises
    NotFound, Conflict where no death is recorded.
    """
    with scope.write("open care again", find_family_to_write(scope, [client_id])) as conn:
        families = read_families_of_clients(conn, scope, [client_id])
        closed = _read_closed(conn, scope, client_id)
        if closed is None or closed["reason"] != DIED:
            raise Conflict("No death is recorded for this client; nothing was changed.")
        families |= _delete_death(conn, scope, client_id, closed["death"])
        derive_as_practice(conn, scope, families)


def _contact_for_death(
    conn: Connection, scope: Scope, client_id: str, family_id: str, level: Level | None
) -> ContactPermission:
    """Return the contact that a death asks for: chosen or usual, never looser than it is now."""
    current = read_contact(conn, scope, family_id).level
    others = _read_infants_in_care(conn, scope, family_id) - {client_id}
    if level is None:
        level = level_after_death(current, others_in_care=bool(others))
    strictest = stricter(current, check_contact(level, _BEREAVED).level)
    return check_contact(strictest, _BEREAVED)


def _delete_death(conn: Connection, scope: Scope, client_id: str, death: str | None) -> set[str]:
    """Delete a death and the contact it asked for; return the families with such contact."""
    _reopen(conn, scope, client_id)
    return clear_contact_for_death(conn, scope, death) if death else set()


def _reopen(conn: Connection, scope: Scope, client_id: str) -> None:
    conn.execute(delete(care_closed).where(_is_of_client(scope, client_id)))


def _read_closed(conn: Connection, scope: Scope, client_id: str) -> _Row | None:
    statement = select(care_closed).where(_is_of_client(scope, client_id))
    row = conn.execute(statement).mappings().first()
    return dict(row) if row else None


def _is_of_client(scope: Scope, client_id: str) -> Any:
    in_practice = care_closed.c.practice_id == scope.practice_id
    return in_practice & (care_closed.c.client_id == client_id)


def _is_infant(conn: Connection, scope: Scope, client_id: str) -> bool:
    statement = select(client.c.kind).where(
        client.c.practice_id == scope.practice_id, client.c.id == client_id
    )
    return bool(conn.execute(statement).scalar_one() == "infant")


def _read_infants_in_care(conn: Connection, scope: Scope, family_id: str) -> set[str]:
    is_closed = exists().where(
        care_closed.c.practice_id == client.c.practice_id, care_closed.c.client_id == client.c.id
    )
    statement = select(client.c.id).where(
        client.c.practice_id == scope.practice_id,
        client.c.family_id == family_id,
        client.c.kind == "infant",
        ~is_closed,
    )
    return set(conn.execute(statement).scalars())
