"""What a therapist records for a client: a note for the next visit, a mark, history tags."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from allay_metrics.actions.care_closing import find_family_to_write, writer_name
from allay_metrics.errors import Conflict, NotFound, QuestionProblem
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import client, client_note, client_tag

LONGEST_TAG = 60


def save_client_note(scope: Scope, client_id: str, text: str, version: int) -> int:
    """Save the note for the next visit and return its new version; `version` is the one read.

    Version 0 means no note yet. Raises Conflict with the other text when somebody else saved
    meanwhile.
    """
    with scope.write("write a note", find_family_to_write(scope, [client_id])) as conn:
        note = _read_note(conn, scope, client_id)
        if note is not None and note.text == text:
            return int(note.version)
        if (note.version if note is not None else 0) != version:
            other = note.text if note is not None else ""
            raise Conflict(f"The note was changed meanwhile. It now says: {other}")
        _save(conn, scope, client_id, note, {"text": text, "version": version + 1})
        return version + 1


def mark_client(scope: Scope, client_id: str, *, attention: bool) -> None:
    """Mark a client to be looked at first, or remove the mark.

    The note's version does not change, so a note being written elsewhere can still be saved.
    """
    with scope.write("mark a client", find_family_to_write(scope, [client_id])) as conn:
        _save(
            conn,
            scope,
            client_id,
            _read_note(conn, scope, client_id),
            {"attention": int(attention)},
        )


def add_tag(scope: Scope, client_id: str, tag: str) -> None:
    """Add a history tag, unless the client has it already in any capitalisation.

    Raises QuestionProblem for an empty or overlong tag.
    """
    plain = " ".join(tag.split())
    if not plain or len(plain) > LONGEST_TAG:
        raise QuestionProblem(f"A point of history has 1 to {LONGEST_TAG} letters.")
    with scope.write("add to a history", find_family_to_write(scope, [client_id])) as conn:
        _check_client(conn, scope, client_id)
        there = conn.execute(
            select(client_tag.c.tag).where(_select_tags(scope, client_id))
        ).scalars()
        if plain.casefold() in {other_tag.casefold() for other_tag in there}:
            return
        row = {"practice_id": scope.practice_id, "client_id": client_id}
        conn.execute(insert(client_tag), {**row, "tag": plain, "tagged_at": now()})


def remove_tag(scope: Scope, client_id: str, tag: str) -> None:
    """Remove a history tag; a tag that does not exist is no error."""
    with scope.write("change a history", find_family_to_write(scope, [client_id])) as conn:
        conn.execute(
            delete(client_tag).where(_select_tags(scope, client_id), client_tag.c.tag == tag)
        )


def _select_tags(scope: Scope, client_id: str) -> Any:
    in_practice = client_tag.c.practice_id == scope.practice_id
    return in_practice & (client_tag.c.client_id == client_id)


def _read_note(conn: Connection, scope: Scope, client_id: str) -> Any:
    in_practice = client_note.c.practice_id == scope.practice_id
    statement = select(client_note).where(in_practice, client_note.c.client_id == client_id)
    return conn.execute(statement).one_or_none()


def _save(
    conn: Connection, scope: Scope, client_id: str, note: Any, values: dict[str, Any]
) -> None:
    _check_client(conn, scope, client_id)
    written = {"written_by": writer_name(conn, scope), "written_at": now()}
    if note is not None:
        authorship = {} if "attention" in values else written
        in_practice = client_note.c.practice_id == scope.practice_id
        changed = update(client_note).where(in_practice, client_note.c.client_id == client_id)
        conn.execute(changed.values({**values, **authorship}))
        return
    row = {
        "practice_id": scope.practice_id,
        "client_id": client_id,
        "text": "",
        "attention": 0,
        "version": 0,
    }
    conn.execute(insert(client_note).values({**row, **written, **values}))


def _check_client(conn: Connection, scope: Scope, client_id: str) -> None:
    statement = select(client.c.id).where(
        client.c.practice_id == scope.practice_id, client.c.id == client_id
    )
    if conn.execute(statement).first() is None:
        raise NotFound("There is no such client.")
