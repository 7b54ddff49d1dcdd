"""Looks whether the records are whole: the database itself, the derived rows, the roll-up."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from allay_metrics import words
from allay_metrics.actions.backups import known_backup, last_backup
from allay_metrics.actions.holding import hold_anew
from allay_metrics.derive import derive_all
from allay_metrics.derive.choices import read_choices
from allay_metrics.derive.matching import linked
from allay_metrics.errors import RecordsDamaged
from allay_metrics.records import Scope, audit, rollup, row_hashes
from allay_metrics.records.examination import Examination, examine, refuse_damaged
from allay_metrics.records.tables import check_in_row, city, import_, import_row, set_aside

# What a table is derived from where that is not the bookings.
_OF = {"booking": "imports"}


class _Whole(Exception):
    """Leaves the transaction: a check keeps nothing."""


def check_records(scope: Scope) -> list[str]:
    """Return a sentence for every finding; none when the records are whole.

    Raises RecordsDamaged where the database itself is not.

    Everything derived is derived anew and compared, then thrown away: from the imports which of
    them holds a booking and which lacks it, from the bookings all else.
    """
    findings: list[str] = []
    try:
        with scope.write("check the records") as conn:
            refuse_damaged(conn)
            findings += _references(conn)
            stored = row_hashes(scope, conn)
            findings += _trail(scope)
            findings += _accounts(conn, scope.practice_id)
            findings += _roll_up(conn, scope.practice_id)
            findings += _chosen(conn, scope.practice_id)
            hold_anew(conn, scope.practice_id)
            derive_all(conn, scope.practice_id)
            derived = row_hashes(scope, conn)
            raise _Whole  # noqa: TRY301 - the only way to leave a transaction without keeping it
    except _Whole:
        findings += [
            f"Table {name} differs from what its {_OF.get(name, 'bookings')} say."
            for name in stored
            if stored[name] != derived[name]
        ]
    return findings


def examine_damaged(damage: RecordsDamaged) -> list[str]:
    """Return sentences on what damaged records in a file still hold, and on their newest backup."""
    path = Path(damage.place)
    if not path.exists():
        return []  # a server's: its own tools look at its files
    backup = known_backup(path)
    newest = "No backup of them is noted, or lies in their folder."
    if backup is not None:
        moment = words.moment(datetime.fromtimestamp(backup[1]).astimezone())
        newest = f"The newest backup known is {backup[0]}, made {moment}."
    examination = examine(path) if path.is_file() else Examination()
    sentences = [f"The database's own check says: {line}." for line in examination.findings]
    if examination.rows:
        tables = (f"{name} ({words.plural(n, 'row')})" for name, n in examination.rows.items())
        sentences.append(f"These tables can be read: {', '.join(tables)}.")
    if examination.unreadable:
        sentences.append(f"These cannot, or not to their end: {', '.join(examination.unreadable)}.")
    return [*sentences, newest]


def _references(conn: Connection) -> Iterator[str]:
    if conn.dialect.name != "sqlite":
        return
    for row in conn.execute(text("PRAGMA foreign_key_check")).all():
        yield f"A row of {row[0]} refers to a row of {row[2]} that is not there."


def _trail(scope: Scope) -> list[str]:
    """Look at the audit trail as it stands, without the line of this check."""
    kept = last_backup(scope)
    with scope.read() as conn:
        return list(audit.breaks(conn, scope.practice_id, kept.audit if kept else None))


def _accounts(conn: Connection, practice_id: str) -> Iterator[str]:
    """Every row read must stand in the account of its import: counted or set aside."""
    columns = (import_.c.rows_read, import_.c.id, import_.c.file_name, import_.c.erased)
    is_active = (import_.c.practice_id == practice_id) & import_.c.undone_at.is_(None)
    for row in conn.execute(select(*columns).where(is_active)).all():
        held = row.erased
        for table in (import_row, check_in_row, set_aside):
            of_import = (table.c.practice_id == practice_id) & (table.c.import_id == row.id)
            counted = select(func.count()).select_from(table).where(of_import)
            held += conn.execute(counted).scalar_one()
        if held != row.rows_read:
            yield f"{row.file_name}: {row.rows_read} rows read, but {held} on record."


def _roll_up(conn: Connection, practice_id: str) -> Iterator[str]:
    if rollup.held(conn, practice_id) != rollup.recount(conn, practice_id):
        yield "The roll-ups differ from the visits they count."


def _chosen(conn: Connection, practice_id: str) -> Iterator[str]:
    """Look whether choices name cities that are there, and lead families to an end."""
    choices = read_choices(conn, practice_id)
    places = select(city.c.name).where(city.c.practice_id == practice_id)
    city_names = set(conn.execute(places.where(city.c.kind.in_(("city", "virtual")))).scalars())
    for name in sorted({*choices.aliases.values(), *choices.cities.values()} - city_names):
        yield f"A spelling or a correction names {name}, which is no city on file."
    for match, name in sorted(choices.links):
        end = linked(match, name, choices.links)
        if linked(end, name, choices.links) != end:
            yield f"The word on the family {match} leads in a circle."
