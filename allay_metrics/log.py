"""Logging without personal data: the type and place of an error, never its values.

A traceback may contain values such as a family's name, an address, or a statement with its
parameters. So no logger of this process, ours or a library's, writes one.
"""

import logging
import traceback
from typing import Any

_OURS = "allay_metrics"


def format_error(error: BaseException) -> str:
    """Return `KeyError at allay_metrics/review/week.py:120`, and its causes in the same form.

    The place is the innermost line of our code, then the innermost of all.
    """
    parts = [_format_one(error)]
    while (cause := error.__cause__ or error.__context__) is not None and len(parts) < 4:
        error = cause
        parts.append(_format_one(error))
    return ", from ".join(parts)


def strip_values() -> None:
    """Make all loggers write only the type and place of exceptions from now on."""
    if getattr(logging.getLogRecordFactory(), "names_places_alone", False):
        return
    made = logging.getLogRecordFactory()

    def record(*arguments: Any, **more: Any) -> logging.LogRecord:
        return _scrub(made(*arguments, **more))

    record.names_places_alone = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(record)


def _scrub(record: logging.LogRecord) -> logging.LogRecord:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        ours = record.name.split(".")[0] == _OURS
        message = record.getMessage() if ours else f"Unexpected in {record.name}"
        record.msg, record.args = "%s: %s", (message, format_error(error))
    elif isinstance(record.args, tuple):
        record.args = tuple(
            format_error(value) if isinstance(value, BaseException) else value
            for value in record.args
        )
    record.exc_info = record.exc_text = record.stack_info = None
    return record


def _format_one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{_OURS}/" in frame.filename]
    last = list(dict.fromkeys(_format_frame(some[-1]) for some in (ours, frames) if some))
    return f"{type(error).__name__} at {' in '.join(last)}" if last else type(error).__name__


def _format_frame(frame: traceback.FrameSummary) -> str:
    parts = frame.filename.replace("\\", "/").split("/")
    start = parts.index("site-packages") + 1 if "site-packages" in parts else max(len(parts) - 3, 0)
    return f"{'/'.join(parts[start:])}:{frame.lineno}"
