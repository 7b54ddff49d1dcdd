"""How texts out of a file are tidied, and how headers are compared."""

import re

from allay_metrics.errors import FileProblem
from allay_metrics.spreadsheet import unquote

_LONGEST_QUOTED = 80


def one_line(text: str) -> str:
    """Return the text on one line: line breaks, no-break and doubled spaces become one space."""
    return " ".join(unquote(text).split())


def several_lines(text: str) -> str:
    """Return the text trimmed, with its own line breaks and plain spaces."""
    return unquote(text).replace("\r\n", "\n").replace("\xa0", " ").strip()


def normalise_header(header: str) -> str:
    """Return a header as it is compared: no case, no doubled, outer or no-break spaces."""
    return " ".join(header.split()).casefold()


def quote(text: str) -> str:
    """Return the text in quotation marks, shortened so that a sentence stays readable."""
    short = " ".join(text.split())
    if len(short) > _LONGEST_QUOTED:
        short = short[: _LONGEST_QUOTED - 1] + "…"
    return f"'{short}'"


def format_list(texts: list[str], most: int = 30) -> str:
    """Return the texts quoted and joined by commas, at most so many of them."""
    shown = ", ".join(quote(text) for text in texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def compile_pattern(text: str, where: str) -> re.Pattern[str]:
    """Return the compiled pattern, compared without case, or say where a bad one stands."""
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise FileProblem(f"{where}: {quote(text)} is not a usable pattern ({error}).") from None
