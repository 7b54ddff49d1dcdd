"""Backups of the practice, and when the last one was made."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allay_metrics.actions.settings import keep_setting, read_setting
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Scope
from allay_metrics.records.audit import Head
from allay_metrics.records.backup import Backup, read_label, write_backup
from allay_metrics.records.examination import read_rows

_LAST = "last_backup"


@dataclass(frozen=True)
class LastBackup:
    """When the last backup was made (seconds since 1970 UTC), its file's name, and its rows.

    `audit_number` and `audit_hash` are those of the last line of the audit trail in it.
    """

    made_at: int
    file_name: str
    rows: int
    audit_number: int = 0
    audit_hash: str = ""

    @property
    def audit(self) -> Head:
        """Return the last line of the audit trail that the backup holds."""
        return Head(self.audit_number, self.audit_hash)


def back_up(scope: Scope, path: Path) -> Backup:
    """Write a backup, note when, and return what it says of itself.

    Raises FileProblem where it cannot be written, NotAllowed for anyone but the owner.
    """
    if scope.viewer.role != "owner":  # refused before long writing, not after
        raise NotAllowed("Only the owner may make a backup.")
    made = write_backup(scope, path)
    record = LastBackup(made.made_at, path.name, made.rows, made.audit_number, made.audit_hash)
    with scope.write("make a backup") as conn:
        keep_setting(conn, scope.practice_id, _LAST, vars(record))
    return made


def known_backup(path: Path) -> tuple[str, int] | None:
    """Return name or path, and time, of the newest backup that records in a file tell of.

    They may be damaged: then what lies in their folder is looked at, too. None where there is none.
    """
    backups: list[tuple[int, str]] = []
    statement = f"SELECT value FROM setting WHERE name = '{_LAST}'"  # noqa: S608 - our own name
    for (value,) in read_rows(path, statement):
        with suppress(TypeError, ValueError):
            noted = LastBackup(**json.loads(value))
            backups.append((int(noted.made_at), str(noted.file_name)))
    others = (one for one in path.parent.iterdir() if not one.name.startswith(path.stem))
    for one in others:
        label = read_label(one) if one.is_file() else None
        if label is not None:
            backups.append((label.made_at, str(one)))
    if not backups:
        return None
    made_at, name = max(backups)
    return name, made_at


def last_backup(scope: Scope) -> LastBackup | None:
    """Return the last backup made of these records, None where none was."""
    with scope.read() as conn:
        values = read_setting(conn, scope.practice_id, _LAST)
    return None if values is None else LastBackup(**values)
