"""Recognises damaged records in the errors of either database engine.

An engine reports damage when a query reaches it, which may be long after the database was opened.
Each such error becomes RecordsDamaged, so that it has the same sentence everywhere.
"""

from pathlib import Path

from allay_metrics import config
from allay_metrics.errors import RecordsDamaged

RESTORE = (
    "`restore FILE --replace` puts a backup in their place, `check` says what can still be read"
)
_DEMO = "`demo` makes the invented practice anew, and `restore` brings a backup of your own records"
_SERVER = "put a backup into an empty database by `restore FILE --database URL`"
_DAMAGE_PHRASES = ("malformed", "file is not a database", "file is encrypted")
_UNDECODED = "Could not decode to UTF-8"  # followed by the text itself
# A failed read (IOERR_READ) may be an unplugged disk: that is Unreachable, not damage.
_UNREAD = ("IOERR_SHORT_READ", "IOERR_CORRUPTFS", "IOERR_DATA")
_INTERNAL = "XX"  # PostgreSQL's class of errors for inconsistent blocks and indexes
_NO_SCHEMA = "3F000"  # the name of that class
_LONGEST = 120  # characters of an engine's message


def build_damage_error(place: Path | str, state: str, way: str = "") -> RecordsDamaged:
    """Return the error for records in a file, or at a server's URL without its password.

    `state` completes "The records in ..."; `way` is what to do, where it is not the default.
    """
    usual = RESTORE if isinstance(place, Path) else _SERVER
    if place == config.demo_database_path():
        usual = _DEMO
    return RecordsDamaged(str(place), state, way or usual)


def recognise_damage(error: BaseException, place: Path | str) -> RecordsDamaged | None:
    """Return the RecordsDamaged for a driver's error; None where it is no damage."""
    text = str(error)
    if _UNDECODED in text:
        return build_damage_error(place, "are damaged (a text in them cannot be decoded)")
    number = str(getattr(error, "sqlite_errorname", None) or "")
    state = str(getattr(error, "sqlstate", None) or "")
    if state == _NO_SCHEMA:
        way = f"make it by `CREATE SCHEMA public`, then {_SERVER}"
        return build_damage_error(place, "cannot be opened (there is no schema public)", way)
    unread = number.endswith(_UNREAD) or state.startswith(_INTERNAL)
    if unread or (not state and any(words in text for words in _DAMAGE_PHRASES)):
        return build_damage_error(place, f"are damaged ({first_line(error)})")
    return None


def first_line(error: BaseException) -> str:
    """Return the first line of an engine's message without its final punctuation."""
    message = str(getattr(error, "orig", None) or error)
    return (message.splitlines() or [type(error).__name__])[0][:_LONGEST].rstrip(".")
