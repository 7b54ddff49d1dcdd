"""Warning signs ticked in imported forms: each is raised once, and deleted by undo."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.tables import outbox, red_flag

Ticked = Mapping[str, tuple[Iterable[int], int]]


def raise_signs(conn: Connection, practice_id: str, ticked: Ticked) -> dict[str, list[int]]:
    """Raise the signs of these check-ins, ticked at a moment, and return the new ones.

    A sign already raised stays as it is, acknowledged or not; one that a newer file no longer ticks
    stays raised.
    """
    existing_signs: dict[str, set[int]] = defaultdict(set)
    statement = select(red_flag.c.check_in_id, red_flag.c.sign).where(
        red_flag.c.practice_id == practice_id, red_flag.c.check_in_id.in_(among(conn, ticked))
    )
    for id_, sign in conn.execute(statement):
        existing_signs[id_].add(sign)
    new_signs = {
        id_: new
        for id_, (signs, _) in ticked.items()
        if (new := sorted({*signs} - existing_signs[id_]))
    }
    rows = [
        (practice_id, id_, sign, ticked[id_][1]) for id_, new in new_signs.items() for sign in new
    ]
    insert_rows(conn, red_flag, ("practice_id", "check_in_id", "sign", "raised_at"), rows)
    return new_signs


def undo_signs(conn: Connection, practice_id: str, check_in_id: str, signs: Iterable[int]) -> None:
    """Delete signs that an import raised, and the mails about them."""
    gone = list(signs)
    for table in (outbox, red_flag):
        this = (table.c.practice_id == practice_id) & (table.c.check_in_id == check_in_id)
        conn.execute(delete(table).where(this, table.c.sign.in_(gone)))
