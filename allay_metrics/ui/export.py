"""The export button: what the page shows, as CSV or workbook. Owner only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex

import streamlit as st

from allay_metrics.actions.read_audit import record
from allay_metrics.records import Scope
from allay_metrics.spreadsheet import Export, format_csv, format_xlsx

_TOKEN = "al-export-token"  # noqa: S105 - a word in a file's name, no secret
_KINDS = {
    "csv": ("CSV", format_csv, "text/csv"),
    "xlsx": (
        "Excel workbook",
        format_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


@dataclass(frozen=True)
class Picture:
    """A further kind of file: suffix, button label, media type, and the function that makes it."""

    end: str
    label: str
    mime: str
    make: Callable[[], bytes]


def export_button(
    scope: Scope,
    key: str,
    name: str,
    make: Callable[[], Export],
    *,
    label: str = "Export",
    pictures: Sequence[Picture] = (),
) -> None:
    """Draw the button for the owner, nothing for anybody else.

    `name` is the file's name, without suffix and without names of people; `make` is called when a
    kind is clicked. `pictures` come after the tables; their files have random names.
    """
    if scope.viewer.role != "owner":
        return
    with st.popover(label, icon=":material/download:", key=f"al-export-{key}"):
        for end, (kind, write, mime) in _KINDS.items():
            st.download_button(
                kind,
                partial(_write_file, scope, f"{name}.{end}", make, write),
                file_name=f"{name}_{_random_token()}.{end}",
                mime=mime,
                key=f"al-export-{key}-{end}",
                icon=":material/table:" if end == "xlsx" else ":material/description:",
                on_click="ignore",
                width="stretch",
            )
        for picture in pictures:
            st.download_button(
                picture.label,
                partial(_drawn, scope, f"{name}.{picture.end}", picture.make),
                file_name=f"figure_{_random_token()}.{picture.end}",
                mime=picture.mime,
                key=f"al-export-{key}-{picture.end}",
                icon=":material/image:" if picture.end == "png" else ":material/picture_as_pdf:",
                on_click="ignore",
                width="stretch",
            )


def _write_file(
    scope: Scope, named: str, make: Callable[[], Export], write: Callable[[Export], bytes]
) -> bytes:
    """Return the file, once the audit trail says who took it."""
    record(scope, "take an export", named)
    return write(make())


def _drawn(scope: Scope, named: str, make: Callable[[], bytes]) -> bytes:
    """Return the file, once the audit trail says who took it."""
    record(scope, "take an export", named)
    return make()


def _random_token() -> str:
    """Return a token that is unique to the session.

    Streamlit serves files by a hash of their name and, for large ones, of parts of their content:
    equal names could hand one user's file to another.
    """
    return str(st.session_state.setdefault(_TOKEN, token_hex(8)))
