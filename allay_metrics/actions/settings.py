"""The practice's settings by name, each a JSON value."""

import json
from typing import Any

from sqlalchemy import Connection, insert, select, update

from allay_metrics.records.tables import setting


def read_setting(conn: Connection, practice_id: str, name: str) -> Any:
    """Return the value of a setting, None where it is not set."""
    statement = select(setting.c.value).where(
        setting.c.practice_id == practice_id, setting.c.name == name
    )
    value_json = conn.execute(statement).scalar_one_or_none()
    return None if value_json is None else json.loads(value_json)


def save_setting(conn: Connection, practice_id: str, name: str, value: Any) -> None:
    """Save a setting, replacing an earlier value."""
    is_setting = (setting.c.practice_id == practice_id) & (setting.c.name == name)
    value_json = json.dumps(value)
    changed = (
        update(setting).where(is_setting).values(value=value_json, version=setting.c.version + 1)
    )
    if conn.execute(changed).rowcount == 0:
        row = {"practice_id": practice_id, "name": name, "value": value_json}
        conn.execute(insert(setting).values(row))
