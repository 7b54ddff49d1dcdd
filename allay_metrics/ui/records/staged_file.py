"""An uploaded file on disk, only while it is read."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory

from allay_metrics import config

_FOLDER = "incoming"
_LONGEST_NAME = 120
_FORGOTTEN_AFTER = 3600


@contextmanager
def staged_file(content: bytes | memoryview, name: str) -> Iterator[Path]:
    """Yield the path of a file with this content and its own name, which messages quote.

    It is in the data folder, readable by nobody else, and always deleted afterwards. Files that a
    killed process left behind are deleted after an hour.
    """
    folder = config.data_dir() / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _delete_forgotten(folder)
    with TemporaryDirectory(dir=folder, prefix="upload-") as own:
        path = Path(own) / plain_name(name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield path


def plain_name(name: str) -> str:
    """Return the last part of a browser's file name, without characters not allowed in names."""
    last = PureWindowsPath(name.replace("/", "\\")).name
    shown = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, end = shown.rpartition(".")
    if dot and len(shown) > _LONGEST_NAME:
        end = end[:10]
        shown = f"{stem[: _LONGEST_NAME - len(end) - 1]}.{end}"
    # A character may be four bytes, and a name has at most 255 bytes.
    while len(shown.encode()) > 2 * _LONGEST_NAME:
        shown = shown[1:]
    return shown[-_LONGEST_NAME:] or "upload"


def _delete_forgotten(folder: Path) -> None:
    before = time.time() - _FORGOTTEN_AFTER
    for left in folder.glob("upload-*"):
        if left.stat().st_mtime < before:
            shutil.rmtree(left, ignore_errors=True)
