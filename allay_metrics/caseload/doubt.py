"""Visits that may not take place: what is said of them, so that nobody drives for nothing."""

from datetime import datetime

from allay_metrics import words


def doubt(lacks: datetime | None, as_of: datetime, *, is_unconfirmed: bool = False) -> str:
    """Return why a visit may not take place, empty where nothing speaks against it.

    `lacks` is when the export was made that no longer holds it, None where every newer one does.
    `as_of` is when the newest export that holds it was made; `is_unconfirmed` says that no newer
    one speaks for or against it.
    """
    if lacks is not None:
        return f"not in the export of {words.short_day(lacks.date())}"
    if is_unconfirmed:
        return f"not confirmed since the export of {words.short_day(as_of.date())}"
    return ""


def ask_first(why: str) -> str:
    """Return what to do about a visit in doubt that lies ahead; empty for one that is not."""
    return f"{why}: ask before you drive" if why else ""
