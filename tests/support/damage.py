"""Ways in which a file of records is damaged, or is none; each takes the file's path."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

PAGE = 16384  # bytes


def checkpoint(path: Path) -> None:
    """Put what stands in the log into the file itself."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def no_database(path: Path) -> None:
    """Let something else stand in the file."""
    path.write_text("Start Time,End Time\n" * 2_000, encoding="utf-8")


def truncated(path: Path) -> None:
    """Cut the file in the middle."""
    checkpoint(path)
    _write(path, path.read_bytes()[: path.stat().st_size // PAGE // 2 * PAGE])


def cut_in_the_first_page(path: Path) -> None:
    """Leave less than the head of a database."""
    _write(path, path.read_bytes()[:50])


def first_page_flipped(path: Path) -> None:
    """Flip every bit where the schema begins."""
    flip(path, 100, 100)


def every_page_flipped(path: Path) -> None:
    """Flip the head of every page but the first."""
    checkpoint(path)
    flip(path, 64, *range(PAGE, path.stat().st_size, PAGE))


def empty(path: Path) -> None:
    """Leave a file of no bytes."""
    _write(path, b"")


def a_folder(path: Path) -> None:
    """Let a folder stand there."""
    _write(path, b"")
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("kept", encoding="utf-8")


def encrypted(path: Path) -> None:
    """Encrypt the file with a key that nobody set."""
    from sqlcipher3 import dbapi2

    checkpoint(path)
    with closing(dbapi2.connect(str(path))) as file:
        file.execute("ATTACH DATABASE ? AS hidden KEY 'a key of somebody else'", [f"{path}.key"])
        file.execute("SELECT sqlcipher_export('hidden')")
    shutil.move(f"{path}.key", path)


def log_cut_in_half(path: Path) -> None:
    """Leave the first page alone in the file, and half of all else in the log beside it."""
    other = path.with_name("other.sqlite")
    with closing(sqlite3.connect(other)) as file:
        file.execute(f"PRAGMA page_size = {PAGE}")
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(9):
            file.execute(f"CREATE TABLE t{number} (a)")
            file.commit()
        first, log = other.read_bytes(), Path(f"{other}-wal").read_bytes()
    half = bytearray(log)
    half[32 + 24 + 200] ^= 0xFF  # in the first frame: none after it counts
    _write(path, first)
    Path(f"{path}-wal").write_bytes(bytes(half))
    for end in ("", "-wal", "-shm"):
        Path(f"{other}{end}").unlink(missing_ok=True)


def of_something_else(path: Path) -> None:
    """Let the database of another program stand there."""
    _write(path, b"")
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE bookmark (url TEXT)")
        file.execute("INSERT INTO bookmark VALUES ('kept')")
        file.commit()


def without_a_table(path: Path) -> None:
    """Take a table away, though the schema says it is there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA foreign_keys = OFF")
        file.execute("DROP TABLE week_note")


def without_a_version(path: Path) -> None:
    """Leave tables that nobody says the schema of."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM alembic_version")
        file.commit()


def newer(path: Path) -> None:
    """Let the file be of a version that is not there yet."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()


# What no command can work with.
KINDS = (
    no_database, truncated, cut_in_the_first_page, first_page_flipped, every_page_flipped, empty,
    a_folder, encrypted, log_cut_in_half, of_something_else, without_a_table, without_a_version,
    newer,
)  # fmt: skip

OF_BACKUPS = (no_database, truncated, every_page_flipped, empty, a_folder)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def flip(path: Path, length: int, *starts: int) -> None:
    """Flip every bit of some bytes of the file, from each of these places on."""
    checkpoint(path)
    held = bytearray(path.read_bytes())
    for start in starts:
        held[start : start + length] = bytes(byte ^ 0xFF for byte in held[start : start + length])
    _write(path, bytes(held))
