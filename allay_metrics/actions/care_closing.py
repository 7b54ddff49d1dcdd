"""Closes the care of a client with the day and the reason, and opens it again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from allay_metrics.derive import derive
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict, NotAllowed, NotFound, QuestionProblem, choose_from
from allay_metrics.plausibility import ANY_DAY
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, care_closed, client, therapist

GRADUATED = ("goals met", "aged out")
REASONS = ("goals met", "moved on to another service", "aged out", "family stopped", "referred out")


@dataclass(frozen=True)
class Closing:
    """The care of one client ended on `day`, because of `reason`: one of REASONS."""

    client_id: str
    day: date
    reason: str


def close_care(scope: Scope, closings: Iterable[Closing]) -> None:
    """Close the care of these clients: they are on no list to call, and do not count as lost.

    Twins are closed together or one by one. A new closing replaces an earlier one, but never a
    death. A therapist closes the clients of one family of hers at a time. A baby's death is
    recorded by `actions.death`, one at a time. Raises QuestionProblem for a reason not in REASONS,
    NotFound for an unknown client, Conflict where all of them died.
    """
    closings_by_client = {closing.client_id: closing for closing in closings}
    for closing in closings_by_client.values():
        if closing.reason not in REASONS:
            raise QuestionProblem(choose_from("reason", closing.reason, REASONS))
        if not ANY_DAY.holds(closing.day):
            raise QuestionProblem(ANY_DAY.sentence)
    if not closings_by_client:
        return
    family_id = find_family_to_write(scope, closings_by_client)
    with scope.write("close care", family_id) as conn:
        families = read_families_of_clients(conn, scope, closings_by_client)
        died = read_clients_who_died(conn, scope, closings_by_client)
        if died == closings_by_client.keys():
            raise Conflict("This baby died: that record stays as it is, and nothing was closed.")
        living = {id_: closing for id_, closing in closings_by_client.items() if id_ not in died}
        write_closings(conn, scope, living, now())
        derive_as_practice(conn, scope, families)


def read_clients_who_died(conn: Connection, scope: Scope, client_ids: Iterable[str]) -> set[str]:
    """Return those of these clients whose death is recorded."""
    statement = select(care_closed.c.client_id).where(
        care_closed.c.practice_id == scope.practice_id,
        care_closed.c.client_id.in_(among(conn, client_ids)),
        care_closed.c.reason == DIED,
    )
    return set(conn.execute(statement).scalars())


def write_closings(
    conn: Connection,
    scope: Scope,
    closings: Mapping[str, Closing],
    at: int,
    death: str | None = None,
) -> None:
    """Write these closings, by client id, over earlier ones; the caller derives.

    `death` is the id of a baby's death, which rows of family_contact refer to.
    """
    in_practice = care_closed.c.practice_id == scope.practice_id
    of_clients = care_closed.c.client_id.in_(among(conn, closings))
    versions = {row.client_id: row.version for row in conn.execute(
        select(care_closed.c.client_id, care_closed.c.version).where(in_practice, of_clients)
    )}  # fmt: skip
    conn.execute(delete(care_closed).where(in_practice, of_clients))
    closed_by = writer_name(conn, scope)
    rows = [
        {
            "practice_id": scope.practice_id,
            "client_id": id_,
            "closed_on": closing.day,
            "reason": closing.reason,
            "closed_by": closed_by,
            "closed_at": at,
            "version": versions.get(id_, 0) + 1,
            "death": death,
        }
        for id_, closing in closings.items()
    ]
    conn.execute(insert(care_closed), rows)


def derive_as_practice(conn: Connection, scope: Scope, families: Iterable[str]) -> None:
    """Derive families after a write, as the practice: it needs rows that the viewer may not see."""
    with scope.elevate(conn, "derive"):
        derive(conn, scope.practice_id, families)


def reopen_care(scope: Scope, client_ids: Iterable[str]) -> None:
    """Open the care of these clients again, as if it had not been closed.

    Raises NotFound, and Conflict where one of them died: `actions.death` undoes a death.
    """
    ids = set(client_ids)
    if not ids:
        return
    with scope.write("open care again", find_family_to_write(scope, ids)) as conn:
        families = read_families_of_clients(conn, scope, ids)
        if read_clients_who_died(conn, scope, ids):
            raise Conflict(
                "This baby died, and nothing was opened: if that was entered by mistake, take the "
                "death back first, on the baby's own page."
            )
        in_practice = care_closed.c.practice_id == scope.practice_id
        conn.execute(
            delete(care_closed).where(in_practice, care_closed.c.client_id.in_(among(conn, ids)))
        )
        derive_as_practice(conn, scope, families)


def find_family_to_write(scope: Scope, client_ids: Iterable[str]) -> str | None:
    """Return the family of these clients, for `Scope.write` and the audit trail.

    None where the owner writes in several families at once, or names a client who does not exist:
    the write itself raises NotFound. A therapist: raises NotFound where one of the clients is not
    in her caseload, NotAllowed where they are of several families.
    """
    is_owner = scope.viewer.role == "owner"
    try:
        with scope.read() as conn:
            families = read_families_of_clients(conn, scope, client_ids)
    except NotFound:
        if is_owner:
            return None
        raise
    if is_owner:
        return families.pop() if len(families) == 1 else None
    if len(families) > 1:
        raise NotAllowed("Only the owner may write in several families at once.")
    return families.pop()


def writer_name(conn: Connection, scope: Scope) -> str:
    """Return the viewer's name as shown beside what she wrote: owner, or the therapist's name."""
    if scope.viewer.role == "owner":
        return "owner"
    statement = select(therapist.c.name).where(
        therapist.c.practice_id == scope.practice_id, therapist.c.id == scope.viewer.therapist_id
    )
    return str(conn.execute(statement).scalar_one())


def read_clients_of_bookings(
    scope: Scope, source: str, source_keys: Iterable[str]
) -> Mapping[str, Sequence[str]]:
    """Return by a booking's source key the ids of all clients of its family."""
    ids = [key_of(scope.practice_id, source, key) for key in source_keys]
    client_ids: dict[str, list[str]] = defaultdict(list)
    with scope.read() as conn:
        of_family = (client.c.practice_id == booking.c.practice_id) & (
            client.c.family_id == booking.c.family_id
        )
        statement = (
            select(booking.c.source_key, client.c.id)
            .join(client, of_family)
            .where(booking.c.practice_id == scope.practice_id, booking.c.id.in_(among(conn, ids)))
        )
        for key, client_id in conn.execute(statement):
            client_ids[key].append(client_id)
    return client_ids


def close_families(scope: Scope, family_ids: Iterable[str], day: date, reason: str) -> None:
    """Close the care of all clients of these families on one day, for one reason.

    The record of a client who died is not changed.
    """
    with scope.read() as conn:
        statement = select(client.c.id).where(
            client.c.practice_id == scope.practice_id,
            client.c.family_id.in_(among(conn, family_ids)),
            client.c.family_id.in_(scope.own_families()),
        )
        ids = set(conn.execute(statement).scalars())
        ids -= read_clients_who_died(conn, scope, ids)
    close_care(scope, [Closing(id_, day, reason) for id_ in ids])


def read_families_of_clients(conn: Connection, scope: Scope, client_ids: Iterable[str]) -> set[str]:
    """Return the families of these clients. Raises NotFound unless the viewer may see them all."""
    ids = set(client_ids)
    statement = select(client.c.id, client.c.family_id).where(
        client.c.practice_id == scope.practice_id,
        client.c.id.in_(among(conn, ids)),
        client.c.family_id.in_(scope.own_families()),
    )
    rows: list[Any] = list(conn.execute(statement))
    if len(rows) != len(ids):
        raise NotFound("There is no such client, or none that you care for.")
    return {row.family_id for row in rows}
