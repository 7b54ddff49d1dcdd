"""Sentences about visits that may not take place, so that nobody drives there in vain."""

from datetime import datetime

from allay_metrics import formatting as fmt


def explain_doubt(
    missing_as_of: datetime | None, as_of: datetime, *, is_unconfirmed: bool = False
) -> str:
    """Return why a visit may not take place, empty where nothing speaks against it.

    `missing_as_of` is when the first export without the visit was made, None where it is not
    missing. `as_of` is when the newest export with it was made; `is_unconfirmed` says that no newer
    one is evidence for or against it.
    """
    if missing_as_of is not None:
        return f"not in the export of {fmt.short_day(missing_as_of.date())}"
    if is_unconfirmed:
        return f"not confirmed since the export of {fmt.short_day(as_of.date())}"
    return ""


def advise_asking(why: str) -> str:
    """Return what to do about a visit ahead that is in doubt; empty where `why` is."""
    return f"{why}: ask before you drive" if why else ""
