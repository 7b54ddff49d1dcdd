"""A baby died: its care closes for good, and nobody rings the family unless somebody chooses to.

All check-in links made before end (open_form.py), and no visit still on the books opens the care
again (derive/closing.py). It is no visit missed, no family lost and no outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select

from allay_metrics.actions.care import (
    Closing,
    derive_written,
    families_of_clients,
    family_to_write,
    write_closings,
)
from allay_metrics.actions.contact import (
    ContactUndo,
    drop_contact_of,
    restore_contact,
    write_contact,
)
from allay_metrics.contact import Level, checked
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import QuestionProblem
from allay_metrics.records import Scope
from allay_metrics.records.tables import care_closed, client
from allay_metrics.records.types import now

_BEREAVED = "bereaved"


@dataclass(frozen=True)
class DeathUndo:
    """What stood there before a death was kept: the client's closed care, the family's contact."""

    client_id: str
    closed: Mapping[str, Any] | None
    contact: ContactUndo


def keep_death(scope: Scope, client_id: str, day: date, level: Level | None = None) -> DeathUndo:
    """Keep that a baby died on `day`, and return the way back.

    Contact with the family becomes `level`; where nothing is chosen none, and practical only while
    another infant of the family is in care. A therapist: in her own families. Raises NotFound,
    QuestionProblem for a client who is no infant.
    """
    family_id = family_to_write(scope, [client_id])
    with scope.write("close care", family_id) as conn:
        (family_id,) = families_of_clients(conn, scope, [client_id])
        siblings = _infants_in_care(conn, scope, family_id)
        if not _is_infant(conn, scope, client_id):
            raise QuestionProblem("Only of a baby is it kept here that it died.")
        chosen = level or ("practical" if siblings - {client_id} else "none")
        reason = _BEREAVED if chosen != "yes" else ""
        before, at = _closed(conn, scope, client_id), now()
        write_closings(conn, scope, {client_id: Closing(client_id, day, DIED)}, at)
        contact = write_contact(conn, scope, family_id, checked(chosen, reason), at)
        derive_written(conn, scope, [family_id])
    return DeathUndo(client_id, before, contact)


def undo_death(scope: Scope, undo: DeathUndo) -> None:
    """Give back what stood there before. Raises Conflict where contact was changed since."""
    with scope.write("open care again", undo.contact.family_id) as conn:
        _reopen(conn, scope, undo.client_id)
        if undo.closed is not None:
            conn.execute(insert(care_closed), dict(undo.closed))
        restore_contact(conn, scope, undo.contact)
        derive_written(conn, scope, [undo.contact.family_id])


def death_by_mistake(scope: Scope, client_id: str) -> None:
    """Open the care of a baby who did not die; contact that was set along with it goes, too.

    What was said of contact since, by a person, stays. Raises NotFound.
    """
    with scope.write("open care again", family_to_write(scope, [client_id])) as conn:
        families = families_of_clients(conn, scope, [client_id])
        closed = _closed(conn, scope, client_id)
        _reopen(conn, scope, client_id)
        if closed is not None:
            drop_contact_of(conn, scope, families, closed["closed_at"])
        derive_written(conn, scope, families)


def _reopen(conn: Connection, scope: Scope, client_id: str) -> None:
    conn.execute(delete(care_closed).where(_of_client(scope, client_id)))


def _closed(conn: Connection, scope: Scope, client_id: str) -> Mapping[str, Any] | None:
    asked = select(care_closed).where(_of_client(scope, client_id))
    row = conn.execute(asked).mappings().first()
    return dict(row) if row else None


def _of_client(scope: Scope, client_id: str) -> Any:
    mine = care_closed.c.practice_id == scope.practice_id
    return mine & (care_closed.c.client_id == client_id)


def _is_infant(conn: Connection, scope: Scope, client_id: str) -> bool:
    asked = select(client.c.kind).where(
        client.c.practice_id == scope.practice_id, client.c.id == client_id
    )
    return bool(conn.execute(asked).scalar_one() == "infant")


def _infants_in_care(conn: Connection, scope: Scope, family_id: str) -> set[str]:
    shut = exists().where(
        care_closed.c.practice_id == client.c.practice_id, care_closed.c.client_id == client.c.id
    )
    asked = select(client.c.id).where(
        client.c.practice_id == scope.practice_id,
        client.c.family_id == family_id,
        client.c.kind == "infant",
        ~shut,
    )
    return set(conn.execute(asked).scalars())
