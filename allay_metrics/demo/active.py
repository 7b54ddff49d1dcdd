"""Which practice is open: the owner's own as soon as it holds records, else the invented one.

Once a process had records open, nothing else is shown in their place: where they are away, that is
said. Only a command or a page that is meant to make a file makes one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from allay_metrics import config
from allay_metrics.actions.keep_up import keep_up
from allay_metrics.actions.sessions import has_people
from allay_metrics.errors import AllayError, Conflict, NotFound, RecordsDamaged
from allay_metrics.records import Scope, audit, file_of, open_practice, unreachable
from allay_metrics.records.files import remove_file

Progress = Callable[[float], None]
_recorded: set[str] = set()  # URLs of the records this process had open


def active_practice(database: str | None = None, progress: Progress | None = None) -> Scope:
    """Return the scope of the practice to show: `database` where one is named.

    Else the practice's own once it has records or people who sign in, or once the demo was left;
    else the demo, which is invented first where there is none. Raises NotFound for a file that is
    not there, Unreachable where records this process had open are away.
    """
    scope = _existing(database)
    if scope is not None:
        return scope
    return make_demo(progress)


def make_demo(progress: Progress | None = None, **wishes: Any) -> Scope:
    """Invent the demo practice, in place of the one there may be, and return its scope.

    `wishes` are those of `load_demo`: visits, seed, until.
    """
    # Inventing takes half a second to import; whoever opens records does without it.
    from allay_metrics.demo.load import load_demo
    from allay_metrics.review.snapshot import keep_due_snapshots

    path = config.demo_database_path()
    keep_due_snapshots(load_demo(path, progress=progress, **wishes))
    return _open(config.sqlite_url(path))


def recorded_practice(database: str | None = None) -> Scope:
    """Return the same practice, but invent none. Raises NotFound when there are no records yet."""
    scope = _existing(database)
    if scope is None:
        raise NotFound("There are no records yet: import a file, or make the demo practice.")
    return scope


def own_practice(database: str | None = None) -> Scope:
    """Return the practice's own scope, whether or not it has records; a new one is made."""
    return _open(database or config.own_database_url())


@contextmanager
def making_practice(database: str | None = None) -> Iterator[Scope]:
    """Yield the practice's own scope as `own_practice` does, for a command that fills it.

    A file made for it goes again, and its folders with it, where nothing was kept in it: the
    command failed, or was a dry run.
    """
    url = database or config.own_database_url()
    path = file_of(url)
    new = path is not None and not path.exists()
    folders = [one for one in path.absolute().parents if not one.exists()] if path and new else []
    try:
        scope = own_practice(url)
        before = _last_line(scope) if new else None
        try:
            yield scope
        finally:
            if path is not None and new:
                _remove_unfilled(scope, path, before)
    finally:
        for folder in folders:  # the innermost first; one that holds anything stays
            with suppress(OSError):
                folder.rmdir()


def _last_line(scope: Scope) -> audit.Head:
    """Return the last line of the audit trail: every write adds one."""
    with scope.read() as conn:
        return audit.head(conn, scope.practice_id)


def _remove_unfilled(scope: Scope, path: Path, before: audit.Head | None) -> None:
    """Delete the file of a scope in which nothing was written since `before`."""
    try:
        if scope.has_records() or _last_line(scope) != before:
            return
    except AllayError:  # nobody knows what it holds
        return
    scope.close()
    remove_file(path)
    _opened.cache_clear()  # the next file there is another practice


def made_practice(database: str | None = None) -> Scope:
    """Return the practice's own scope, with or without records. Raises NotFound for none made."""
    url = database or config.own_database_url()
    must_stand(url)
    return own_practice(url)


def must_stand(url: str) -> None:
    """Raise NotFound for a file that is not there, rather than let it be made."""
    if not _exists(url):
        raise NotFound(
            f"There are no records at {file_of(url)}: look whether that is the right file, or "
            "take a first export into it with 'import'."
        )


def leave_demo() -> Scope:
    """Delete the demo practice and return the practice's own, empty or not.

    Raises Conflict where the demo is all this server may show.
    """
    if is_demo_alone():
        raise Conflict("This server shows the demo practice only.")
    remove_demo()
    return own_practice()


def remove_demo() -> None:
    """Delete the demo practice's file and what SQLite keeps beside it."""
    path = config.demo_database_path()
    if path.exists():
        with suppress(RecordsDamaged):  # that is no reason to keep it
            _open(config.sqlite_url(path)).close()
    remove_file(path)


def is_demo_alone() -> bool:
    """Return whether the demo stands where the practice's own records would be."""
    return config.own_database_url() == config.sqlite_url(config.demo_database_path())


def _existing(database: str | None) -> Scope | None:
    if database:
        must_stand(database)
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
    """Return whether there is such a database; one on a server was set up by somebody."""
    path = file_of(url)
    return path is None or path.exists()


def _open(url: str) -> Scope:
    """Return the scope of an URL, opened once. A file deleted and made again is another one.

    Raises Unreachable for records this process had open whose file is away.
    """
    path = file_of(url)
    if path is None:
        return _opened(url, (0, 0))
    if url not in _recorded and not path.exists():
        open_practice(url).close()
    try:
        file_stat = path.stat()
    except OSError as error:
        raise unreachable(error, url) from None
    return _opened(url, (file_stat.st_dev, file_stat.st_ino))


@lru_cache(maxsize=16)
def _opened(url: str, _file: tuple[int, int]) -> Scope:
    scope = open_practice(url)
    keep_up(scope)
    return scope
