"""Chooses the practice to open: the owner's own once it has records, else the demo.

Once a process has opened records, nothing else is shown in their place: if they become unreachable,
an error says so. Only commands and pages meant to create a database file create one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from allay_metrics import config
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.actions.sessions import has_people
from allay_metrics.errors import AllayError, Conflict, NotFound, RecordsDamaged
from allay_metrics.records import Scope, audit_chain, build_unreachable, file_of, open_practice
from allay_metrics.records.files import remove_file

Progress = Callable[[float], None]
_recorded: set[str] = set()  # URLs of the records this process has opened


def open_active_practice(database: str | None = None, progress: Progress | None = None) -> Scope:
    """Return the scope of the practice to show: `database` where one is given.

    Otherwise the practice's own once it has records or people who sign in, or once the demo was
    left; otherwise the demo, which is created if necessary. Raises NotFound for a missing file,
    Unreachable where records that this process had open have become unreachable.
    """
    scope = _find_practice(database)
    if scope is not None:
        return scope
    return make_demo(progress)


def make_demo(progress: Progress | None = None, **wishes: Any) -> Scope:
    """Create the demo practice, replacing an existing one, and return its scope.

    `wishes` are those of `load_demo`: visits, seed, until.
    """
    # Imported late: it takes half a second, and opening records does not need it.
    from allay_metrics.demo.load import load_demo
    from allay_metrics.review.snapshot import keep_due_snapshots

    path = config.demo_database_path()
    keep_due_snapshots(load_demo(path, progress=progress, **wishes))
    return _open(config.sqlite_url(path))


def open_recorded_practice(database: str | None = None) -> Scope:
    """Return the same practice without creating a demo. Raises NotFound where there is none."""
    scope = _find_practice(database)
    if scope is None:
        raise NotFound("There are no records yet: import a file, or make the demo practice.")
    return scope


def open_own_practice(database: str | None = None) -> Scope:
    """Return the practice's own scope, created if necessary, with or without records."""
    return _open(database or config.own_database_url())


@contextmanager
def open_for_filling(database: str | None = None) -> Iterator[Scope]:
    """Yield the practice's own scope as `open_own_practice` does, for a command that fills it.

    A database file created for it is removed again, with its folders, if nothing was stored: the
    command failed, or was a dry run.
    """
    url = database or config.own_database_url()
    path = file_of(url)
    new = path is not None and not path.exists()
    parents = path.absolute().parents if path and new else ()
    folders = [folder for folder in parents if not folder.exists()]
    try:
        scope = open_own_practice(url)
        before = _read_last_line(scope) if new else None
        try:
            yield scope
        finally:
            if path is not None and new:
                _remove_unfilled(scope, path, before)
    finally:
        for folder in folders:  # innermost first; a folder that is not empty stays
            with suppress(OSError):
                folder.rmdir()


def _read_last_line(scope: Scope) -> audit_chain.Head:
    """Return the last line of the audit trail: every write adds one."""
    with scope.read() as conn:
        return audit_chain.read_head(conn, scope.practice_id)


def _remove_unfilled(scope: Scope, path: Path, before: audit_chain.Head | None) -> None:
    """Delete the file of a scope in which nothing was written since `before`."""
    try:
        if scope.has_records() or _read_last_line(scope) != before:
            return
    except AllayError:  # its contents are unknown
        return
    scope.close()
    remove_file(path)
    _open_cached.cache_clear()  # a new file at this path is another practice


def open_made_practice(database: str | None = None) -> Scope:
    """Return the practice's own existing scope. Raises NotFound where there is none."""
    url = database or config.own_database_url()
    check_exists(url)
    return open_own_practice(url)


def check_exists(url: str) -> None:
    """Raise NotFound for a missing file, rather than let it be created."""
    if not _exists(url):
        raise NotFound(
            f"There are no records at {file_of(url)}: check the path, or "
            "create the records with 'import'."
        )


def leave_demo() -> Scope:
    """Delete the demo practice and return the practice's own, empty or not.

    Raises Conflict where this server may show only the demo.
    """
    if is_demo_alone():
        raise Conflict("This server shows the demo practice only.")
    remove_demo()
    return open_own_practice()


def remove_demo() -> None:
    """Delete the demo practice's file and the files SQLite keeps beside it."""
    path = config.demo_database_path()
    if path.exists():
        with suppress(RecordsDamaged):  # a damaged demo is deleted all the same
            _open(config.sqlite_url(path)).close()
    remove_file(path)


def is_demo_alone() -> bool:
    """Return whether the demo's path is the path of the practice's own records."""
    return config.own_database_url() == config.sqlite_url(config.demo_database_path())


def _find_practice(database: str | None) -> Scope | None:
    if database:
        check_exists(database)
        return _open(database)
    own = config.own_database_url()
    there = _exists(own)
    if own in _recorded:
        return _open(own)
    if there and (_open(own).has_records() or has_people(_open(own))):
        if not is_demo_alone():
            _recorded.add(own)
        return _open(own)
    demo = config.demo_database_path()
    if demo.exists():
        return _open(config.sqlite_url(demo))
    return _open(own) if there else None


def _exists(url: str) -> bool:
    """Return whether the database exists; one on a server always counts as existing."""
    path = file_of(url)
    return path is None or path.exists()


def _open(url: str) -> Scope:
    """Return the scope of an URL, opened once. A file deleted and created again is a new one.

    Raises Unreachable where the file of records that this process had open is gone.
    """
    path = file_of(url)
    if path is None:
        return _open_cached(url, (0, 0))
    if url not in _recorded and not path.exists():
        open_practice(url).close()
    try:
        file_stat = path.stat()
    except OSError as error:
        raise build_unreachable(error, url) from None
    return _open_cached(url, (file_stat.st_dev, file_stat.st_ino))


@lru_cache(maxsize=16)
def _open_cached(url: str, _file: tuple[int, int]) -> Scope:
    scope = open_practice(url)
    rederive_outdated(scope)
    return scope
