"""Retention of check-ins and rows set aside: older ones are deleted by the next import or start.

Visits are never deleted: every number is computed from them.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import Connection, delete, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.import_accounting import record_removed_rows
from allay_metrics.actions.open_episodes import local_now
from allay_metrics.actions.settings import read_setting, save_setting
from allay_metrics.errors import ConfigProblem
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.scrub import scrub
from allay_metrics.records.tables import (
    answer,
    check_in,
    check_in_row,
    import_,
    outbox,
    red_flag,
    set_aside,
)

SHORTEST, LONGEST = 3, 240  # months: an episode with its last check-in takes up to three
_SETTING = "retention"


@dataclass(frozen=True)
class Retention:
    """Months that check-ins and rows set aside are kept; None: for good.

    `removed` is how many check-ins were deleted so far, `before` the ISO day up to which.
    """

    check_ins: int | None = None
    set_aside: int | None = None
    removed: int = 0
    before: str = ""


@dataclass(frozen=True)
class RemovedCounts:
    """How many check-ins and rows set aside were removed."""

    check_ins: int = 0
    set_aside: int = 0

    def sentence(self) -> str:
        """Return a sentence on what was deleted, '' for nothing."""
        parts = [fmt.plural(self.check_ins, "check-in")] if self.check_ins else []
        parts += [f"{fmt.plural(self.set_aside, 'row')} set aside"] if self.set_aside else []
        return f"{fmt.join_list(parts)} older than you keep them removed" if parts else ""


def read_retention(scope: Scope) -> Retention:
    """Return the retention settings and what was deleted so far."""
    with scope.read() as conn:
        return _read(conn, scope)


def save_retention(scope: Scope, check_ins: int | None, aside: int | None) -> None:
    """Save for how many months check-ins and rows set aside are kept; None: for good.

    Owner only. Raises ConfigProblem for less than 3 or more than 240 months.
    """
    for months in (check_ins, aside):
        if months is not None and not SHORTEST <= months <= LONGEST:
            raise ConfigProblem(f"Keep them for {SHORTEST} to {LONGEST} months, or for good.")
    with scope.write("say how long answers are kept") as conn:
        kept = replace(_read(conn, scope), check_ins=check_ins, set_aside=aside)
        save_setting(conn, scope.practice_id, _SETTING, asdict(kept))


def remove_old(scope: Scope) -> RemovedCounts:
    """Delete what is past its retention, from the database files, too, and return how much.

    It runs for any viewer who opens the records or imports a file, because the owner decided it.
    A check-in with an open warning sign stays until the sign is acknowledged.
    """
    everything = scope.of_practice("let go")
    kept = read_retention(everything)
    if kept.check_ins is None and kept.set_aside is None:
        return RemovedCounts()
    today = local_now(everything).date()
    with everything.read() as conn:
        old, aside = _find_old(conn, everything, kept, today)
    if not old and not aside:
        return RemovedCounts()
    with everything.write("remove what is older than it is kept") as conn:
        old, aside = _find_old(conn, everything, kept, today)
        _remove(conn, everything, old, aside)
        removed = RemovedCounts(len(old), len(aside))
        if old and kept.check_ins is not None:
            day = _months_before(today, kept.check_ins).isoformat()
            retention = replace(kept, removed=kept.removed + len(old), before=day)
            save_setting(conn, scope.practice_id, _SETTING, asdict(retention))
    scrub(everything)
    return removed


def _read(conn: Connection, scope: Scope) -> Retention:
    values = read_setting(conn, scope.practice_id, _SETTING)
    return Retention(**values) if values else Retention()


def _find_old(
    conn: Connection, scope: Scope, kept: Retention, today: date
) -> tuple[list[str], list[tuple[str, int]]]:
    """Return ids of check-ins and (import, row) of rows set aside past their retention."""
    check_ins: list[str] = []
    rows: list[tuple[str, int]] = []
    if kept.check_ins is not None:
        unread = select(red_flag.c.check_in_id).where(
            red_flag.c.practice_id == scope.practice_id, red_flag.c.acknowledged_at.is_(None)
        )
        statement = select(check_in.c.id).where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.due_on < _months_before(today, kept.check_ins),
            check_in.c.id.not_in(unread),
        )
        check_ins = list(conn.execute(statement).scalars())
    if kept.set_aside is not None:
        days = (today - _months_before(today, kept.set_aside)).days
        came = select(import_.c.id).where(
            import_.c.practice_id == scope.practice_id,
            import_.c.imported_at < now() - days * 86_400,
        )
        these = select(set_aside.c.import_id, set_aside.c.row_number).where(
            set_aside.c.practice_id == scope.practice_id, set_aside.c.import_id.in_(came)
        )
        rows = [(row.import_id, row.row_number) for row in conn.execute(these)]
    return check_ins, rows


def _remove(
    conn: Connection, scope: Scope, check_ins: list[str], aside: list[tuple[str, int]]
) -> None:
    practice_id = scope.practice_id
    gone: dict[str, set[int]] = defaultdict(set)
    statement = select(check_in_row.c.import_id, check_in_row.c.row_number).where(
        check_in_row.c.practice_id == practice_id,
        check_in_row.c.check_in_id.in_(among(conn, check_ins)),
    )
    for import_id, number in [*(tuple(row) for row in conn.execute(statement)), *aside]:
        gone[import_id].add(number)
    for table in (answer, outbox, red_flag, check_in_row):
        theirs = table.c.check_in_id.in_(among(conn, check_ins))
        conn.execute(delete(table).where(table.c.practice_id == practice_id, theirs))
    these = check_in.c.id.in_(among(conn, check_ins))
    conn.execute(delete(check_in).where(check_in.c.practice_id == practice_id, these))
    for import_id in {id_ for id_, _ in aside}:
        numbers = [number for id_, number in aside if id_ == import_id]
        this = (set_aside.c.practice_id == practice_id) & (set_aside.c.import_id == import_id)
        conn.execute(delete(set_aside).where(this, set_aside.c.row_number.in_(numbers)))
    record_removed_rows(conn, practice_id, gone)


def _months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
