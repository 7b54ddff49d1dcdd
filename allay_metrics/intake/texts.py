"""Tidies texts from files, and compares headers."""

import re

from allay_metrics.errors import quote
from allay_metrics.spreadsheet import unquote


def one_line(text: str) -> str:
    """Return the text on one line: line breaks, no-break and doubled spaces become one space."""
    return " ".join(unquote(text).split())


def several_lines(text: str) -> str:
    """Return the text trimmed, with its own line breaks and plain spaces."""
    return unquote(text).replace("\r\n", "\n").replace("\xa0", " ").strip()


def normalise_header(header: str) -> str:
    """Return a header for comparison: no case, single spaces."""
    return " ".join(header.split()).casefold()


def format_list(texts: list[str], most: int = 30) -> str:
    """Return the texts quoted and joined by commas, at most so many of them."""
    shown = ", ".join(quote(text) for text in texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def compile_pattern(text: str) -> re.Pattern[str]:
    """Return the compiled pattern, compared without case. Raises ValueError with the reason."""
    try:
        return re.compile(text, re.IGNORECASE)
    except RecursionError:
        raise ValueError("it is not a usable pattern (nested too deeply)") from None
    except (re.error, OverflowError) as error:
        raise ValueError(f"it is not a usable pattern ({error})") from None
