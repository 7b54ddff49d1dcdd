"""Sets the client of a check-in by the owner's decision, where matching left it in doubt."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, select, update

from allay_metrics.actions.client_matching import ClientMatcher
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.tables import check_in, client
from allay_metrics.records.tables.check_ins import FORM

ASKED_AGAIN = "You wanted to be asked again: whose check-in is it?"


def save_match(scope: Scope, check_in_id: str, client_id: str | None) -> None:
    """Set the client of a doubtful check-in; None for nobody in the practice.

    Its moment is computed from the client's first visit. Owner only. Raises NotFound for an unknown
    check-in or client, Conflict where the question was answered meanwhile.
    """
    with scope.write("say whose a check-in is") as conn:
        row = _find(conn, scope, check_in_id)
        if row.doubt is None and row.client_id == client_id:
            return  # clicked twice
        if row.client_id is not None or row.doubt is None:
            raise Conflict("This question was answered meanwhile.")
        if client_id is not None and not _is_client(conn, scope, client_id):
            raise NotFound("There is no such client.")
        _save_match(conn, scope, row, client_id, None)


def reopen_match(scope: Scope, check_in_id: str) -> None:
    """Open the question of a check-in's client again. Owner only. Raises NotFound."""
    with scope.write("ask again whose a check-in is") as conn:
        row = _find(conn, scope, check_in_id)
        if row.import_id is None and row.client_id is not None:
            raise NotFound("This check-in was not imported from a file.")
        _save_match(conn, scope, row, None, ASKED_AGAIN)


def _find(conn: Connection, scope: Scope, check_in_id: str) -> Any:
    this = (check_in.c.practice_id == scope.practice_id) & (check_in.c.id == check_in_id)
    row = conn.execute(select(check_in).where(this)).one_or_none()
    if row is None:
        raise NotFound("There is no such check-in.")
    return row


def _is_client(conn: Connection, scope: Scope, client_id: str) -> bool:
    is_client = (client.c.practice_id == scope.practice_id) & (client.c.id == client_id)
    return conn.execute(select(client.c.id).where(is_client)).first() is not None


def _save_match(
    conn: Connection, scope: Scope, row: Any, client_id: str | None, doubt: str | None
) -> None:
    if row.source == FORM:  # its link was made for one moment of one client, which it keeps
        moment, due_on = row.moment, row.due_on
    else:
        moment, due_on = _find_moment(conn, scope, row, client_id)
    this = (check_in.c.practice_id == scope.practice_id) & (check_in.c.id == row.id)
    values = {"client_id": client_id, "doubt": doubt, "moment": moment, "due_on": due_on}
    conn.execute(update(check_in).where(this).values(version=check_in.c.version + 1, **values))


def _find_moment(
    conn: Connection, scope: Scope, row: Any, client_id: str | None
) -> tuple[str, date]:
    people = ClientMatcher(conn, scope.practice_id, scope.zone)
    people.load_candidates((), [client_id] if client_id else [])
    return people.find_moment(client_id, row.answered_at or row.asked_at or 0)
