"""Opens a practice: its database at the newest schema, its row, its cities."""

import csv
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from allay_metrics import config
from allay_metrics.errors import ConfigProblem
from allay_metrics.records.database import open_database
from allay_metrics.records.engine import lock_opening, open_engine
from allay_metrics.records.keys import new_key
from allay_metrics.records.migrate import upgrade
from allay_metrics.records.scope import OWNER, Scope, Viewer
from allay_metrics.records.tables import city, practice

VIRTUAL = "virtual"
UNKNOWN = "unknown"


def open_practice(
    url: str,
    *,
    name: str = "My practice",
    timezone: str = config.TIME_ZONE,
    is_demo: bool = False,
    practice_id: str | None = None,
    viewer: Viewer = OWNER,
    plain: bool | None = None,
) -> Scope:
    """Return the scope of the practice at `url`; in a new database the practice is created.

    The database is migrated to the newest schema first. Raises ConfigProblem when it holds more
    than one practice and none is named.
    """
    engine = open_engine(url, plain=plain)
    try:
        upgrade(engine)
        values = {"name": name, "timezone": timezone, "is_demo": int(is_demo)}
        row = _read_own_row(engine, practice_id, values)
        database = open_database(engine)
    except BaseException:
        engine.dispose()
        raise
    return Scope(database, row["practice_id"], row["timezone"], bool(row["is_demo"]), viewer)


def _read_own_row(
    engine: Engine, practice_id: str | None, values: dict[str, Any]
) -> dict[str, Any]:
    """Return the row of the practice with this id, or of the only one; insert one if needed."""
    with engine.connect() as conn:
        rows = _read_practices(conn)
    if not rows:
        rows = _insert_practice(engine, {"practice_id": practice_id or new_key(), **values})
    chosen = [row for row in rows if practice_id in (None, row["practice_id"])]
    if len(chosen) != 1:
        raise ConfigProblem(f"The database holds {len(rows)} practices: name one of them.")
    return chosen[0]


def _read_practices(conn: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(select(practice)).mappings()]


def _insert_practice(engine: Engine, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Insert the practice with its cities, unless another process just did."""
    with lock_opening(engine) as conn:
        there = _read_practices(conn)
        if there:
            return there
        conn.execute(insert(practice).values(row))
        conn.execute(
            insert(city), [{"practice_id": row["practice_id"], **c} for c in _read_shipped_cities()]
        )
        return [row]


def read_practice_name(scope: Scope) -> str:
    """Return the practice's name as shown."""
    with scope.read() as conn:
        statement = select(practice.c.name).where(practice.c.practice_id == scope.practice_id)
        return str(conn.execute(statement).scalar_one())


def _read_shipped_cities() -> list[dict[str, object]]:
    """Return the shipped cities, `virtual` and `unknown`."""
    with (config.REFERENCE / "cities.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, object]] = [
            {
                "name": row["name"],
                "kind": "city",
                "county": row["county"],
                "latitude": float(row["latitude"]),
                "longitude": float(row["longitude"]),
                "label_side": row["label_side"],
            }
            for row in csv.DictReader(file)
        ]
    nowhere = {"latitude": None, "longitude": None, "label_side": "r"}
    return rows + [{"name": n, "kind": n, "county": n, **nowhere} for n in (VIRTUAL, UNKNOWN)]
