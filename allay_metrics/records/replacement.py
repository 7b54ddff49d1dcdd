"""Replaces a database file by another, built beside it, and keeps the old one.

At every moment the old or the new file is in place, complete. Leftovers of a killed process are
deleted when the records are opened or restored the next time.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from allay_metrics.errors import Conflict
from allay_metrics.records.column_types import now
from allay_metrics.records.files import BESIDE


@dataclass(frozen=True)
class Workbench:
    """A folder beside `path` in which its new database is built."""

    path: Path

    @property
    def folder(self) -> Path:
        """Return the folder, which exists only during the work."""
        return self.path.with_name(f"{self.path.name}.restoring")

    @property
    def copy(self) -> Path:
        """Return the file a backup is copied to, to be migrated to the newest schema."""
        return self.folder / "copy.sqlite"

    @property
    def new(self) -> Path:
        """Return the file that will replace `path`."""
        return self.folder / "new.sqlite"

    def clear(self) -> None:
        """Delete the folder with all that is in it."""
        if self.folder.exists():
            shutil.rmtree(self.folder)


@contextmanager
def open_workbench(path: Path) -> Iterator[Workbench]:
    """Yield a workbench to build a database for `path`; it is deleted afterwards.

    Raises Conflict while another process builds one in the same folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock_folder(path.parent):
        bench = Workbench(path)
        bench.clear()
        bench.folder.mkdir(mode=0o700)
        try:
            yield bench
        finally:
            bench.clear()


def remove_leftovers(path: Path) -> None:
    """Delete what a killed process was building for `path`."""
    bench = Workbench(path)
    if bench.folder.exists():
        with suppress(Conflict, OSError), _lock_folder(path.parent):
            bench.clear()


def put_in_place(new: Path, path: Path) -> None:
    """Move a finished file to `path`, without keeping what it replaces."""
    for end in BESIDE:  # first, or the log of the old file would be applied to the new one
        _sibling_path(path, end).unlink(missing_ok=True)
    new.replace(path)
    _sync_folder(path.parent)


def exchange(new: Path, path: Path) -> Path:
    """Move a finished file to `path`; return where the file it replaces is kept.

    The kept file's name has date and time, and its companion files move with it. Raises OSError;
    everything is as before then.
    """
    aside = _find_free_name(path)
    moved = [end for end in ("", *BESIDE) if _sibling_path(path, end).exists()]
    try:
        for end in moved:
            _link_at(_sibling_path(path, end), _sibling_path(aside, end))
        put_in_place(new, path)
    except OSError:
        for end in moved:
            with suppress(FileNotFoundError):
                _sibling_path(aside, end).replace(_sibling_path(path, end))
                # Both names are one file: nothing was renamed yet.
                _sibling_path(aside, end).unlink(missing_ok=True)
        raise
    return aside


def _link_at(old: Path, aside: Path) -> None:
    """Hard-link a file at a second name, so that the first can be replaced atomically.

    A folder, and a file on a file system without links, is moved instead.
    """
    try:
        os.link(old, aside, follow_symlinks=True)
    except OSError:
        old.rename(aside)


def _find_free_name(path: Path) -> Path:
    moment = datetime.fromtimestamp(now()).astimezone()
    name = f"{path.stem}.before-{moment:%Y-%m-%d-%H-%M-%S}"
    number, free = 1, path.with_name(f"{name}{path.suffix}")
    while free.exists():
        number += 1
        free = path.with_name(f"{name}-{number}{path.suffix}")
    return free


def _sibling_path(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _sync_folder(folder: Path) -> None:
    """Sync the folder's entries to disk, as the files are already."""
    with suppress(OSError), _open_folder(folder) as number:
        os.fsync(number)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Lock a folder against other processes that build in it. Raises Conflict."""
    with _open_folder(folder) as number:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Records are being restored in {folder} already: try again when that is done."
            ) from None
        except OSError:  # a file system without locks
            pass
        yield


@contextmanager
def _open_folder(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)
