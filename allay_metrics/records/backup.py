"""A backup: one SQLite file with all of a practice, from either engine, that can prove itself.

The file holds the practice's rows at the newest schema, and a manifest: when it was made, of
which practice, and a fingerprint of every table. A flipped byte shows, where SQLite's own check
would not see it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, make_url, select, update
from sqlalchemy.exc import DBAPIError

from allay_metrics import config
from allay_metrics.errors import ConfigProblem, Conflict, FileProblem
from allay_metrics.records.audit import head
from allay_metrics.records.copying import copy_practice
from allay_metrics.records.engine import WRITE, open_engine
from allay_metrics.records.files import connect_file, driver_of, is_plain, remove_file
from allay_metrics.records.migrate import newest_revision, upgrade
from allay_metrics.records.scope import Scope
from allay_metrics.records.tables import city, device, import_, login_session, practice
from allay_metrics.records.types import now

Reading = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself: the practice, when it was made (seconds since 1970 UTC).

    `audit_number` and `audit_hash` are those of the last line of the audit trail in it.
    """

    practice_id: str
    practice: str
    revision: str
    made_at: int
    rows: int
    hashes: dict[str, str]
    audit_number: int = 0
    audit_hash: str = ""


def write_backup(scope: Scope, path: Path) -> Backup:
    """Write a backup of the practice and return what it says of itself.

    Others may write meanwhile: the backup holds the records as they stood when it began. Raises
    FileProblem when the file cannot be written; then there is none.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        made = _write(scope, part)
        part.replace(path)
    except OSError as error:
        raise FileProblem(f"{path} cannot be written: {error.strerror or error}.") from None
    except DBAPIError as error:
        raise FileProblem(f"{path} cannot be written: {error.orig}.") from None
    except driver_of(config.database_key()).Error as error:
        raise FileProblem(f"{path} cannot be written: {error}.") from None
    finally:
        remove_file(part)
    return made


def _write(scope: Scope, part: Path) -> Backup:
    engine = open_engine(config.sqlite_url(part))
    try:
        upgrade(engine)
        with scope.read() as source, _writing(engine) as target, target.begin():
            copy_practice(source, target, scope.practice_id)
            mine = practice.c.practice_id == scope.practice_id
            name = str(source.execute(select(practice.c.name).where(mine)).scalar_one())
            last = head(source, scope.practice_id)
    finally:
        engine.dispose()
    with closing(_open(part)) as file, file:
        # One file, nothing beside it: a backup is carried about.
        file.execute("PRAGMA journal_mode = DELETE")
        hashes = _file_hashes(file)
        rows = sum(_count(file, table) for table in hashes)
        made = Backup(
            scope.practice_id, name, newest_revision(), now(), rows, hashes, last.number, last.hash
        )
        file.execute("CREATE TABLE allay_backup (told TEXT NOT NULL) STRICT")
        file.execute("INSERT INTO allay_backup VALUES (?)", (json.dumps(vars(made)),))
    return made


def read_backup(path: Path) -> Backup:
    """Return what a backup says of itself, once every row in it proved to be as it was written.

    Raises FileProblem for a file that is none, is of a newer version, or was changed or damaged.
    """
    if not path.is_file():
        raise FileProblem(f"There is no file {path}.")
    key = None if is_plain(path) else config.database_key()
    try:
        with closing(connect_file(path, key, read_only=True)) as file:
            (told,) = file.execute("SELECT told FROM allay_backup").fetchone()
            made = Backup(**json.loads(told))
            found = _file_hashes(file)
    except ConfigProblem:
        raise FileProblem(
            f"{path.name} is no backup, is damaged, or was written with another key than "
            "ALLAY_DATABASE_KEY."
        ) from None
    except (driver_of(key).Error, TypeError, ValueError):
        raise FileProblem(f"{path.name} is no backup, or is damaged.") from None
    for table, hash_ in made.hashes.items():
        if found.get(table) != hash_:
            raise FileProblem(f"{path.name} is damaged: table {table} is not as it was written.")
    if made.revision > newest_revision():
        raise FileProblem(
            f"{path.name} was written by a newer version of this software: install that first."
        )
    return made


def restore(path: Path, url: str, *, replace: bool = False) -> Backup:
    """Put a backup's practice into the database at `url` and return what it says of itself.

    Raises FileProblem as `read_backup` does, and Conflict when records stand there already. With
    `replace` an SQLite file that stands there is kept beside the new one, never overwritten.
    Sessions and remembered devices of the day of the backup open nothing: some were ended since.
    """
    made = read_backup(path)
    work = Path(path.parent / f".{path.name}.restoring")
    try:
        shutil.copyfile(path, work)
        work.chmod(0o600)
        with closing(_open(work)) as file, file:
            file.execute("DROP TABLE allay_backup")
        source = open_engine(config.sqlite_url(work), plain=is_plain(work))
        try:
            upgrade(source)
            _end_sign_ins(source)
            _put(_reading(source), url, made.practice_id, replace=replace)
        finally:
            source.dispose()
    except OSError as error:
        raise FileProblem(f"The backup cannot be restored: {error.strerror or error}.") from None
    finally:
        remove_file(work)
    return made


def _end_sign_ins(engine: Engine) -> None:
    with _writing(engine) as conn, conn.begin():
        for table in (login_session, device):
            conn.execute(update(table).where(table.c.revoked_at.is_(None)).values(revoked_at=now()))


def move_practice(scope: Scope, url: str, *, plain: bool | None = None) -> None:
    """Copy the practice into the database at `url`, fingerprints compared.

    The one it came from stays as it is. A file is encrypted where a key is set and it is not asked
    to be `plain`. Raises Conflict when records stand there already.
    """
    _put(scope.read, url, scope.practice_id, replace=False, plain=plain)


def _put(
    source: Reading, url: str, practice_id: str, *, replace: bool, plain: bool | None = None
) -> None:
    if url.startswith("sqlite"):
        path = Path(make_url(url).database or "")
        _put_file(source, path, practice_id, replace=replace, plain=plain)
        return
    target = open_engine(url)
    try:
        upgrade(target)
        _copy_into(source, target, practice_id)
    finally:
        target.dispose()


def _put_file(
    source: Reading, path: Path, practice_id: str, *, replace: bool, plain: bool | None
) -> None:
    """Build the new file beside the old one: at every moment one of them is whole."""
    new = path.with_name(path.name + ".new")
    remove_file(new)
    target = open_engine(config.sqlite_url(new), plain=plain)
    try:
        upgrade(target)
        _copy_into(source, target, practice_id)
    finally:
        target.dispose()
    if _holds_records(path):
        if not replace:
            remove_file(new)
            raise Conflict(
                f"There are records in {path} already: restore into another file, or replace them."
            )
        path.rename(path.with_name(f"{path.stem}.before-{now()}{path.suffix}"))
    remove_file(path)
    new.replace(path)


def _copy_into(source: Reading, target: Engine, practice_id: str) -> None:
    with source() as read, _writing(target) as write, write.begin():
        if write.execute(select(import_.c.id).limit(1)).first() is not None:
            raise Conflict("There are records in that database already.")
        # A database that was only opened holds an empty practice and its cities.
        for table in (city, practice):
            write.execute(delete(table))
        copy_practice(read, write, practice_id)


def _holds_records(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with closing(_open(path)) as file:
        tables = "SELECT 1 FROM sqlite_master WHERE name = 'import'"
        if file.execute(tables).fetchone() is None:
            return False
        return file.execute("SELECT 1 FROM import LIMIT 1").fetchone() is not None


def _open(path: Path) -> Any:
    """Return a connection to a file as it lies there, encrypted or not."""
    return connect_file(path, None if is_plain(path) else config.database_key())


def _reading(engine: Engine) -> Reading:
    @contextmanager
    def read() -> Iterator[Connection]:
        with engine.connect() as conn, conn.begin():
            yield conn

    return read


def _writing(engine: Engine) -> Any:
    return engine.connect().execution_options(**WRITE)


def _file_hashes(file: Any) -> dict[str, str]:
    """Return a SHA-256 over the rows of each table, in an order of their own."""
    names = file.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT IN ('allay_backup', 'alembic_version') ORDER BY name"
    ).fetchall()
    return {name: _file_hash(file, name) for (name,) in names}


def _file_hash(file: Any, table: str) -> str:
    digest = sha256()
    for line in sorted(repr(row) for row in file.execute(f'SELECT * FROM "{table}"')):  # noqa: S608
        digest.update(line.encode())
    return digest.hexdigest()


def _count(file: Any, table: str) -> int:
    (rows,) = file.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
    return int(rows)
