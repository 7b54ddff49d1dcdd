"""Backups of the practice, and when the last one was made."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from allay_metrics.actions.settings import read_setting, save_setting
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Scope
from allay_metrics.records.audit_chain import Head
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
    """Write a backup, store when it was made, and return its description.

    Raises FileProblem where it cannot be written, NotAllowed for anyone but the owner.
    """
    if scope.viewer.role != "owner":  # before the long write, not after
        raise NotAllowed("Only the owner may make a backup.")
    made = write_backup(scope, path)
    record = LastBackup(made.made_at, path.name, made.rows, made.audit_number, made.audit_hash)
    with scope.write("make a backup") as conn:
        save_setting(conn, scope.practice_id, _LAST, vars(record))
    return made


class BackupOnFile(NamedTuple):
    """When a backup was made (seconds since 1970 UTC), and its file's name or path."""

    made_at: int
    name: str


def find_known_backup(path: Path) -> BackupOnFile | None:
    """Return the newest backup of records that may be damaged, None where there is none.

    Searched are the backups noted in the database file `path`, and the other files in its folder.
    """
    backups: list[BackupOnFile] = []
    statement = f"SELECT value FROM setting WHERE name = '{_LAST}'"  # noqa: S608 - our own name
    for (value,) in read_rows(path, statement):
        with suppress(TypeError, ValueError):
            last = LastBackup(**json.loads(value))
            backups.append(BackupOnFile(int(last.made_at), str(last.file_name)))
    others = (file for file in path.parent.iterdir() if not file.name.startswith(path.stem))
    for file in others:
        label = read_label(file) if file.is_file() else None
        if label is not None:
            backups.append(BackupOnFile(label.made_at, str(file)))
    return max(backups, default=None)


def read_last_backup(scope: Scope) -> LastBackup | None:
    """Return the last backup made of these records, None where none was."""
    with scope.read() as conn:
        values = read_setting(conn, scope.practice_id, _LAST)
    return None if values is None else LastBackup(**values)
