"""Undoes an import of answers, inside the caller's transaction."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from allay_metrics.actions.imported_red_flags import undo_signs
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.tables import (
    answer,
    check_in,
    check_in_row,
    client_detail,
    outbox,
    red_flag,
)

_DAYS = ("due_on",)


def select_imports_of_same(practice_id: str, import_id: str) -> Select[Any]:
    """Return the imports that contain check-ins of this one."""
    earlier, later = check_in_row.alias(), check_in_row.alias()
    return (
        select(later.c.import_id)
        .join(
            earlier,
            (earlier.c.practice_id == practice_id) & (earlier.c.check_in_id == later.c.check_in_id),
        )
        .where(later.c.practice_id == practice_id, earlier.c.import_id == import_id)
    )


def undo_answers(conn: Connection, practice_id: str, import_id: str) -> None:
    """Restore changed check-ins, and delete those the import added."""
    of_import = (check_in_row.c.practice_id == practice_id) & (
        check_in_row.c.import_id == import_id
    )
    columns = (check_in_row.c.check_in_id, check_in_row.c.outcome, check_in_row.c.before)
    rows = conn.execute(select(*columns).where(of_import)).all()
    for row in rows:
        before = json.loads(row.before) if row.before else {}
        if "born" in before:
            _forget_birth(conn, practice_id, row.check_in_id, made=before["born"])
        if "signs" in before:
            undo_signs(conn, practice_id, row.check_in_id, before["signs"])
        if row.outcome != "added":
            _restore(conn, practice_id, row.check_in_id, before)
    conn.execute(delete(check_in_row).where(of_import))
    gone = among(conn, [row.check_in_id for row in rows if row.outcome == "added"])
    for table in (answer, outbox, red_flag):
        in_practice = table.c.practice_id == practice_id
        conn.execute(delete(table).where(in_practice, table.c.check_in_id.in_(gone)))
    in_practice = check_in.c.practice_id == practice_id
    conn.execute(delete(check_in).where(in_practice, check_in.c.id.in_(gone)))


def _restore(
    conn: Connection, practice_id: str, check_in_id: str, before: Mapping[str, Any]
) -> None:
    this = (check_in.c.practice_id == practice_id) & (check_in.c.id == check_in_id)
    if values := dict(before.get("set") or {}):
        for name in _DAYS:
            if values.get(name):
                values[name] = date.fromisoformat(values[name])
        conn.execute(update(check_in).where(this).values(**values))
    if (answers := before.get("answers")) is not None:
        of_check_in = (answer.c.practice_id == practice_id) & (answer.c.check_in_id == check_in_id)
        conn.execute(delete(answer).where(of_check_in))
        columns = ("practice_id", "check_in_id", "measure", "value", "text", "saved_at")
        insert_rows(
            conn,
            answer,
            columns,
            [(practice_id, check_in_id, *values_of_answer) for values_of_answer in answers],
        )


def _forget_birth(conn: Connection, practice_id: str, check_in_id: str, *, made: bool) -> None:
    """Clear the birth date that a check-in set, or delete the row if it has nothing else."""
    statement = select(check_in.c.client_id).where(
        check_in.c.practice_id == practice_id, check_in.c.id == check_in_id
    )
    this = (client_detail.c.practice_id == practice_id) & (
        client_detail.c.client_id == statement.scalar_subquery()
    )
    bare = (
        client_detail.c.gestation_weeks.is_(None)
        & client_detail.c.opted_out_at.is_(None)
        & (client_detail.c.version == 1)
    )
    if made:
        conn.execute(delete(client_detail).where(this, bare))
    conn.execute(update(client_detail).where(this).values(born_on=None))
