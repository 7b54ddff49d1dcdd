"""SQLite files on disk: plain, or encrypted by SQLCipher where a key is set."""

import os
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex
from types import ModuleType
from typing import Any, cast

from allay_metrics import config
from allay_metrics.errors import ConfigProblem
from allay_metrics.records.damage import RESTORE, build_damage_error

BESIDE = ("-wal", "-shm", "-journal")  # suffixes of SQLite's companion files
_PLAIN = b"SQLite format 3\x00"
_PAGE_BYTES = 16384
# https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_LOG_HEAD, _FRAME_HEAD = 32, 24  # bytes
_LOG_MAGIC = b"\x37\x7f\x06"


def is_plain(path: Path) -> bool:
    """Return whether the file is not empty and not encrypted."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN)) == _PLAIN
    except OSError:
        return False


def key_for(path: Path, *, plain: bool | None = None) -> str | None:
    """Return the key a file is encrypted with, None for a plain one.

    `plain` decides if given; otherwise records are encrypted where a key is set. The demo practice
    is invented and stays plain. Raises ConfigProblem where the file does not match,
    RecordsDamaged where it cannot be opened as a database without a key.
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
        way = "set ALLAY_DATABASE_KEY to the key they were written with"
        raise build_damage_error(path, "are encrypted, or are no database", f"{way}, or {RESTORE}")
    return key


def driver_of(key: str | None) -> ModuleType:
    """Return the driver module: SQLCipher's with a key, sqlite3 without."""
    if key is None:
        import sqlite3

        return sqlite3
    from sqlcipher3 import dbapi2

    return cast("ModuleType", dbapi2)


def connect_file(path: Path, key: str | None, *, read_only: bool = False) -> Any:
    """Return a driver connection to an existing file; it is never created.

    Raises RecordsDamaged for a wrong key; for a plain file, the driver's own errors.
    """
    driver = driver_of(key)
    mode = "ro" if read_only else "rw"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = driver.connect(address, uri=True, check_same_thread=False)
    try:
        if key is None:
            # For new files. Keys are long: larger pages make an import a seventh faster.
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        else:
            # SQLCipher would write errors to stderr, which we report ourselves.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = {_quoted(key)}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except driver.DatabaseError:
        connection.close()
        if key is None:
            raise
        state = "were written with another key than ALLAY_DATABASE_KEY, or are damaged"
        raise build_damage_error(
            path, state, f"set the key they were written with, or {RESTORE}"
        ) from None
    return connection


def create_file(path: Path, key: str | None) -> None:
    """Create an empty database at `path`, unless one exists; only its owner may read it.

    It appears atomically with its first page, because a file of no bytes counts as damaged.
    """
    part = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(connect_file(part, key)) as file:
            file.execute("PRAGMA user_version = 0")  # writes the first page
        try:
            os.link(part, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            part.replace(path)
    finally:
        remove_file(part)


def has_lost_commits(path: Path) -> bool:
    """Return whether the write-ahead log of a file has commits, or has lost its header.

    For a file in which SQLite finds no table: its commits could not be read.
    """
    try:
        with path.with_name(f"{path.name}-wal").open("rb") as log:
            head = log.read(_LOG_HEAD)
            if len(head) < _LOG_HEAD:
                return False
            if head[:3] != _LOG_MAGIC:
                return any(head)
            page = int.from_bytes(head[8:12], "big")
            while len(frame := log.read(_FRAME_HEAD)) == _FRAME_HEAD:
                if frame[8:16] == head[16:24] and any(frame[4:8]):
                    return True  # a frame of this log that ends a transaction
                log.seek(page, os.SEEK_CUR)
    except OSError:
        pass
    return False


def remove_file(path: Path) -> None:
    """Delete a database file and its companion files."""
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError, NotADirectoryError):
            path.with_name(path.name + end).unlink()


def _quoted(key: str) -> str:
    # Sixty-four hexadecimal digits are a raw key; a passphrase is derived into one.
    if len(key) == 64 and set(key.lower()) <= set("0123456789abcdef"):
        return f"\"x'{key}'\""
    return "'" + key.replace("'", "''") + "'"
