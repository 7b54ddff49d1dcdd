"""Reports that something got worse or worried parents, and parents' words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select

from allay_metrics.records import Scope
from allay_metrics.records.tables import answer, check_in, client


@dataclass(frozen=True)
class Worry:
    """A parent's words, or a yes to *got worse or worried*: client, day, and who read it."""

    client_id: str
    name: str
    on: date
    text: str
    got_worse: bool
    read_by: str


def read_worries(conn: Any, scope: Scope, first: date, last: date) -> tuple[Worry, ...]:
    """Return such reports and words of a period, newest first."""
    statement = (
        select(
            check_in.c.client_id,
            client.c.name,
            check_in.c.answered_at,
            answer.c.measure,
            answer.c.value,
            answer.c.text,
            check_in.c.words_read_by,
        )
        .select_from(check_in.join(answer))
        .join(
            client,
            and_(
                client.c.practice_id == check_in.c.practice_id,
                client.c.id == check_in.c.client_id,
            ),
        )
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.answered_at.is_not(None),
            answer.c.text.is_not(None) | ((answer.c.measure == "harms") & (answer.c.value == 1)),
        )
        .order_by(check_in.c.answered_at.desc(), check_in.c.id)
    )
    worries = []
    for row in conn.execute(statement):
        on = datetime.fromtimestamp(row.answered_at, scope.zone).date()
        if first <= on <= last and (row.text or row.value):
            worse = row.measure == "harms" and bool(row.value)
            text, reader = row.text or "", row.words_read_by or ""
            worries.append(Worry(row.client_id, row.name, on, text, worse, reader))
    return tuple(worries)
