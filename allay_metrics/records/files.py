"""SQLite files as they lie on disk: plain, or encrypted by SQLCipher where a key is set."""

from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from allay_metrics import config
from allay_metrics.errors import ConfigProblem

_PLAIN = b"SQLite format 3\x00"
_PAGE_BYTES = 16384


def is_plain(path: Path) -> bool:
    """Return whether the file holds something, and holds it unencrypted."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN)) == _PLAIN
    except OSError:
        return False


def key_for(path: Path, *, plain: bool | None = None) -> str | None:
    """Return the key a file is encrypted with, None for a plain one.

    `plain` is what was asked for, else records are encrypted where a key is set; the demo practice
    is invented and stays plain. Raises ConfigProblem where the file is not as it has to be.
    """
    if plain or path == config.demo_database_path():
        return None
    key = config.database_key()
    there = path.exists() and path.stat().st_size > 0
    if key and there and is_plain(path):
        raise ConfigProblem(
            f"ALLAY_DATABASE_KEY is set, but the records in {path} are not encrypted: copy them "
            "into an encrypted file by `move --encrypt`, or leave the key out."
        )
    if not key and there and not is_plain(path):
        raise ConfigProblem(
            f"The records in {path} are encrypted, or are no database: set ALLAY_DATABASE_KEY to "
            "the key they were written with."
        )
    return key


def driver_of(key: str | None) -> ModuleType:
    """Return the module that opens files of this key."""
    if key is None:
        import sqlite3

        return sqlite3
    from sqlcipher3 import dbapi2

    return cast("ModuleType", dbapi2)


def connect_file(path: Path, key: str | None, *, read_only: bool = False) -> Any:
    """Return a connection of the driver's own. Raises ConfigProblem for a key that does not fit."""
    driver = driver_of(key)
    mode = "ro" if read_only else "rwc"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = driver.connect(address, uri=True, check_same_thread=False)
    if key is None:
        # Of a file that is new. Keys are long: larger pages make an import a seventh faster.
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    else:
        try:
            connection.execute(f"PRAGMA key = {_quoted(key)}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except driver.DatabaseError:
            connection.close()
            raise ConfigProblem(
                f"ALLAY_DATABASE_KEY is not the key of the records in {path}, or they are damaged."
            ) from None
    return connection


def remove_file(path: Path) -> None:
    """Delete a database file and what SQLite keeps beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError, NotADirectoryError):
            path.with_name(path.name + end).unlink()


def _quoted(key: str) -> str:
    # Sixty-four hexadecimal digits are a key as they are; a passphrase is stretched to one.
    if len(key) == 64 and set(key.lower()) <= set("0123456789abcdef"):
        return f"\"x'{key}'\""
    return "'" + key.replace("'", "''") + "'"
