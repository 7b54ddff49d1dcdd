"""Backups: one SQLite file with all of a practice, from either engine, that can be verified.

The file contains the practice's rows at the newest schema, and a manifest: when it was made, of
which practice, and a fingerprint of every table. They detect a flipped byte where SQLite's own
check would not.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, make_url, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from allay_metrics import config
from allay_metrics.errors import ConfigProblem, Conflict, FileProblem, RecordsDamaged
from allay_metrics.records.audit_chain import Head, read_head
from allay_metrics.records.column_types import now
from allay_metrics.records.damage import first_line
from allay_metrics.records.engine import WRITE, open_engine
from allay_metrics.records.examination import find_damage, holds_records, read_revision, read_rows
from allay_metrics.records.files import connect_file, driver_of, is_plain, remove_file
from allay_metrics.records.migrate import OLDER_REVISION, bring_over, find_newest_revision, upgrade
from allay_metrics.records.practice_copy import copy_practice
from allay_metrics.records.replacement import Workbench, exchange, open_workbench, put_in_place
from allay_metrics.records.scope import Scope
from allay_metrics.records.tables import city, device, import_, login_session, practice

_WAY = "`restore FILE --replace` moves them aside first, or choose another file"
Reading = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Backup:
    """The manifest of a backup: the practice, when it was made (epoch seconds).

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
    """Write a backup of the practice and return its manifest.

    Others may write meanwhile: the backup contains the records as of its beginning. Raises
    FileProblem when the file cannot be written; no file is left then.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        made = _write(scope, part)
        part.replace(path)
    except OSError as error:
        raise FileProblem(f"{path} cannot be written: {error.strerror or error}.") from None
    except IntegrityError as error:
        # A row that violates a constraint of the copy violates it in the records already.
        damage = find_damage(_target_file(scope.database_url), thorough=True)
        raise damage or FileProblem(f"{path} cannot be written: {error.orig}.") from None
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
        with scope.read() as source, _connect_for_writing(engine) as target, target.begin():
            copy_practice(source, target, scope.practice_id)
            in_practice = practice.c.practice_id == scope.practice_id
            name = str(source.execute(select(practice.c.name).where(in_practice)).scalar_one())
            last = read_head(source, scope.practice_id)
    finally:
        engine.dispose()
    return _write_label(part, scope.practice_id, name, find_newest_revision(), last)


def _write_label(part: Path, practice_id: str, name: str, revision: str, last: Head) -> Backup:
    """Write the manifest into a file with a practice, and return it."""
    with closing(_open(part)) as file, file:
        # One file without a log beside it, because backups are copied around.
        file.execute("PRAGMA journal_mode = DELETE")
        hashes = _file_hashes(file)
        rows = sum(_count(file, table) for table in hashes)
        made = Backup(practice_id, name, revision, now(), rows, hashes, last.number, last.hash)
        file.execute("CREATE TABLE allay_backup (told TEXT NOT NULL) STRICT")
        file.execute("INSERT INTO allay_backup VALUES (?)", (json.dumps(vars(made)),))
    return made


def write_older_backup(database: Path, path: Path) -> Backup | None:
    """Write a backup of an SQLite file of the last version before 1.0; None for any other file.

    Its rows are copied unchanged: `restore` converts them. Raises FileProblem when the backup
    cannot be written; no file is left then.
    """
    if read_revision(database) != OLDER_REVISION:
        return None
    part = path.with_name(path.name + ".part")
    key = None if is_plain(database) else config.database_key()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(connect_file(database, key, read_only=True)) as file:
            ((practice_id, name, number, hash_),) = file.execute(
                "SELECT practice_id, name, audit_number, audit_hash FROM practice"
            )
            file.execute("VACUUM INTO ?", (str(part),))
        made = _write_label(part, practice_id, name, OLDER_REVISION, Head(number, hash_))
        part.replace(path)
    except OSError as error:
        raise FileProblem(f"{path} cannot be written: {error.strerror or error}.") from None
    except (driver_of(key).Error, ValueError) as error:
        raise FileProblem(f"{path} cannot be written: {error}.") from None
    finally:
        remove_file(part)
    return made


def read_label(path: Path) -> Backup | None:
    """Return the manifest of a backup, unverified; None for any other file."""
    try:
        ((label_json,),) = read_rows(path, "SELECT told FROM allay_backup")
        return Backup(**json.loads(label_json))
    except (TypeError, ValueError):
        return None


def read_backup(path: Path) -> Backup:
    """Verify every row of a backup and return its manifest.

    Raises FileProblem for a file that is no backup, is of a newer version, or was changed or
    damaged.
    """
    if not path.is_file():
        raise FileProblem(f"There is no file {path}.")
    key = None if is_plain(path) else config.database_key()
    try:
        with closing(connect_file(path, key, read_only=True)) as file:
            (label_json,) = file.execute("SELECT told FROM allay_backup").fetchone()
            made = Backup(**json.loads(label_json))
            file_hashes = _file_hashes(file)
    except ConfigProblem:
        raise FileProblem(
            f"{path.name} is no backup, is damaged, or was written with another key than "
            "ALLAY_DATABASE_KEY."
        ) from None
    except (driver_of(key).Error, TypeError, ValueError):
        raise FileProblem(f"{path.name} is no backup, or is damaged.") from None
    for table, hash_ in made.hashes.items():
        if file_hashes.get(table) != hash_:
            raise FileProblem(f"{path.name} is damaged: table {table} is not as it was written.")
    if made.revision > find_newest_revision():
        raise FileProblem(
            f"{path.name} was written by a newer version of this software: install that first."
        )
    return made


@dataclass(frozen=True)
class RestoreResult:
    """The restored backup, and where the records it replaced are kept; None without any."""

    backup: Backup
    aside: Path | None


def restore(path: Path, url: str, *, replace: bool = False) -> RestoreResult:
    """Restore a backup's practice into the database at `url`, and verify it there.

    Raises FileProblem as `read_backup` does, and Conflict when there are records already, intact or
    damaged. With `replace` an existing SQLite file is moved aside with its companion files. If
    anything fails, the existing records stay and nothing else is left.
    Sessions and remembered devices in the backup are ended: some may have been revoked since.
    """
    made = read_backup(path)
    key = config.database_key()
    try:
        with open_workbench(_target_file(url)) as bench:
            if url.startswith("sqlite"):
                _refuse_standing(bench.path, replace=replace)
            source = _upgraded_copy(path, bench.copy, made)
            try:
                _end_sign_ins(source)
                aside = _install(
                    _build_reader(source), url, made.practice_id, bench, replace=replace
                )
            finally:
                source.dispose()
    except OSError as error:
        raise FileProblem(f"The backup cannot be restored: {error.strerror or error}.") from None
    except (sqlite3.Error, driver_of(key).Error, DBAPIError) as error:
        raise FileProblem(f"The backup cannot be restored: {first_line(error)}.") from None
    return RestoreResult(made, aside)


def _target_file(url: str) -> Path:
    """Return the file a backup is restored to; for a server, a temporary one."""
    if not url.startswith("sqlite"):
        return config.data_dir() / "server"
    path = Path(make_url(url).database or "")
    # The target of a symbolic link is replaced, not the link.
    return path.resolve() if path.is_symlink() else path


def _upgraded_copy(path: Path, copy: Path, made: Backup) -> Engine:
    """Return an engine of a copy of the backup at the newest schema. Raises FileProblem."""
    shutil.copyfile(path, copy)
    copy.chmod(0o600)
    with closing(_open(copy)) as file, file:
        file.execute("DROP TABLE allay_backup")
    engine = open_engine(config.sqlite_url(copy), plain=is_plain(copy))
    try:
        if made.revision == OLDER_REVISION:
            bring_over(engine)
        upgrade(engine)
        _refuse_without(made.practice_id, engine, path.name)
    except RecordsDamaged as damage:
        engine.dispose()
        raise FileProblem(f"{path.name} is no backup: what is in it {damage.state}.") from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _refuse_without(practice_id: str, engine: Engine, name: str) -> None:
    """Raise FileProblem where the practice of the manifest is not in the backup."""
    with engine.connect() as conn:
        its = select(practice.c.name).where(practice.c.practice_id == practice_id)
        if conn.execute(its).first() is None:
            raise FileProblem(f"{name} is damaged: its practice is not in it.")


def _end_sign_ins(engine: Engine) -> None:
    with _connect_for_writing(engine) as conn, conn.begin():
        for table in (login_session, device):
            conn.execute(update(table).where(table.c.revoked_at.is_(None)).values(revoked_at=now()))


def move_practice(scope: Scope, url: str, *, plain: bool | None = None) -> None:
    """Copy the practice into the database at `url` and compare fingerprints.

    The source stays as it is. A file is encrypted where a key is set, unless `plain`. Raises
    Conflict when there are records already.
    """
    with open_workbench(_target_file(url)) as bench:
        _install(scope.read, url, scope.practice_id, bench, replace=False, plain=plain)


def _install(
    source: Reading,
    url: str,
    practice_id: str,
    bench: Workbench,
    *,
    replace: bool,
    plain: bool | None = None,
) -> Path | None:
    """Copy a practice into the database at `url`; return where a replaced file is kept."""
    if url.startswith("sqlite"):
        return _install_file(source, practice_id, bench, replace=replace, plain=plain)
    target = open_engine(url)
    try:
        upgrade(target)
        _copy_into(source, target, practice_id)
    finally:
        target.dispose()
    return None


def _install_file(
    source: Reading, practice_id: str, bench: Workbench, *, replace: bool, plain: bool | None
) -> Path | None:
    """Build the new file beside the old one, so that one of them is complete at any moment."""
    _refuse_standing(bench.path, replace=replace)
    target = open_engine(config.sqlite_url(bench.new), plain=plain)
    try:
        upgrade(target)
        _copy_into(source, target, practice_id)
    finally:
        target.dispose()
    damage = find_damage(bench.new, thorough=True)
    if damage is not None:
        raise FileProblem(f"The backup cannot be restored: what was written {damage.state}.")
    # Again, because somebody may have written meanwhile.
    if _refuse_standing(bench.path, replace=replace):
        return exchange(bench.new, bench.path)
    put_in_place(bench.new, bench.path)
    return None


def _refuse_standing(path: Path, *, replace: bool) -> bool:
    """Return whether there are records at `path`, intact or damaged.

    Raises Conflict where they may not be replaced. A database that was only created has none.
    """
    damage = find_damage(path)
    if damage is None and not holds_records(path):
        damage = find_damage(path, thorough=True)
        if damage is None:
            return False
    if not replace:
        stands = f"There are records in {path} already"
        if damage is not None:
            stands = f"The records in {path} {damage.state}"
        raise Conflict(f"{stands}: {_WAY}.")
    return True


def _copy_into(source: Reading, target: Engine, practice_id: str) -> None:
    with source() as read, _connect_for_writing(target) as write, write.begin():
        if write.execute(select(import_.c.id).limit(1)).first() is not None:
            raise Conflict(
                "There are records in that database already, and a server's is never replaced: "
                "make an empty one, and name it by --database."
            )
        # A database that was only created contains an empty practice and its cities.
        for table in (city, practice):
            write.execute(delete(table))
        copy_practice(read, write, practice_id)


def _open(path: Path) -> Any:
    """Return a connection to a file, encrypted or not."""
    return connect_file(path, None if is_plain(path) else config.database_key())


def _build_reader(engine: Engine) -> Reading:
    @contextmanager
    def read() -> Iterator[Connection]:
        with engine.connect() as conn, conn.begin():
            yield conn

    return read


def _connect_for_writing(engine: Engine) -> Any:
    return engine.connect().execution_options(**WRITE)


def _file_hashes(file: Any) -> dict[str, str]:
    """Return a SHA-256 over the sorted rows of each table."""
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
