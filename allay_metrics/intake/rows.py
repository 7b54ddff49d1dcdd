"""The results of intake as frozen values: checked rows, rows set aside, and warnings."""

from dataclasses import dataclass

import pandas as pd

# The columns of `Chunk.rows`, in this order. All are text or None except those in WHOLE_NUMBERS,
# and price_cents and cancelled_at, which are whole numbers or None.
ROW_COLUMNS = (
    "row_number", "source_key", "starts_at", "ends_at", "day", "minutes", "client_name", "email",
    "phone", "infant_names", "infant_born", "therapist", "type_text", "price_cents", "booked_on",
    "cancelled_at", "cancelled_by", "marked", "city_text", "zip", "address", "notes", "concern",
    "referral_source", "extra",
)  # fmt: skip
# Fields of a profile whose column in a chunk has another name.
COLUMN_OF = {"type": "type_text", "price": "price_cents", "city": "city_text"}
WHOLE_NUMBERS = ("row_number", "starts_at", "ends_at", "minutes")
# Keys of `SetAside.raw` besides the headers: the values beyond the header's columns, and the reason
# why the record does not fit its header, so that it is not accepted when checked again.
MORE_VALUES = "(more values)"
CUT_ROW = "(not whole)"


@dataclass(frozen=True)
class SetAside:
    """One record that cannot be used. `row` counts records after the header, from 1.

    `key` is the source key of its appointment, '' if that cannot be read; `became` is cancelled or
    deleted if the row says that the appointment is gone at its source, else ''.
    """

    row: int
    column: str
    value: str
    reason: str
    raw: dict[str, str]
    key: str = ""
    became: str = ""


@dataclass(frozen=True)
class RowWarning:
    """One value that could not be used, in a row that counts without it."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Chunk:
    """Some records of a file: `read == len(rows) + len(set_aside)`."""

    rows: pd.DataFrame
    set_aside: list[SetAside]
    warnings: list[RowWarning]
    read: int


def build_rows_frame(columns: dict[str, list[object]]) -> pd.DataFrame:
    """Return the columns as a frame in the order of ROW_COLUMNS; text stays plain objects."""
    frame = pd.DataFrame({name: columns[name] for name in ROW_COLUMNS}, dtype=object)
    return frame.astype(dict.fromkeys(WHOLE_NUMBERS, "int64"))
