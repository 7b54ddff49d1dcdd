"""The contents of a file, counted while it is read: first and last visit, groups, booked days."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select, update

from allay_metrics.derive.absence_evidence import Group
from allay_metrics.records.bulk import insert_rows
from allay_metrics.records.tables import booking, import_, import_group, import_row

# The counted columns, and those that identify a person: one slot and person are one visit.
_COUNTED = ("starts_at", "day", "therapist", "type_text", "booked_on")
_PERSON = ("email", "phone", "client_name")


@dataclass
class FileContents:
    """The contents of one file; grows chunk by chunk. Moments are seconds since 1970 UTC."""

    first_at: int | None = None
    last_at: int | None = None
    groups: Counter[Group] = field(default_factory=Counter)
    booked: set[date] = field(default_factory=set)

    @property
    def therapists(self) -> set[str]:
        """Return the names of the therapists it has rows of, '' for rows without one."""
        return {value for kind, value in self.groups if kind == "therapist"}

    def add(self, rows: pd.DataFrame) -> None:
        """Count these rows; they need the columns of _COUNTED and _PERSON."""
        if rows.empty:
            return
        first, last = int(rows["starts_at"].min()), int(rows["starts_at"].max())
        self.first_at = first if self.first_at is None else min(first, self.first_at)
        self.last_at = last if self.last_at is None else max(last, self.last_at)
        person = rows["email"].fillna(rows["phone"]).fillna(rows["client_name"])
        slots = rows[["starts_at", "day", "therapist", "type_text"]].assign(person=person)
        visits = slots.drop_duplicates(["starts_at", "therapist", "person"])
        columns = {
            "therapist": visits["therapist"].fillna(""),
            "month": visits["day"].astype(str).str[:7],
            "type": visits["type_text"],
        }
        for kind, values in columns.items():
            for value, count in values.value_counts().items():
                self.groups[kind, str(value)] += int(count)
        days = rows["booked_on"].dropna().astype(str).unique()
        self.booked |= {date.fromisoformat(day) for day in days}


def write_contents(
    conn: Connection, practice_id: str, import_id: str, contents: FileContents
) -> None:
    """Store the contents of an import's file."""
    is_import = (import_.c.practice_id == practice_id) & (import_.c.id == import_id)
    moments = {"first_at": contents.first_at, "last_at": contents.last_at}
    conn.execute(update(import_).where(is_import).values(moments))
    rows = [
        (practice_id, import_id, kind, value, visits)
        for (kind, value), visits in sorted(contents.groups.items())
    ]
    columns = ("practice_id", "import_id", "kind", "value", "visits")
    insert_rows(conn, import_group, columns, rows)


def write_contents_of_older_imports(conn: Connection, practice_id: str) -> None:
    """Count from their bookings the contents of files imported before contents were stored."""
    uncounted = select(import_.c.id).where(
        import_.c.practice_id == practice_id,
        import_.c.first_at.is_(None),
        import_.c.covers_from.is_not(None),
        import_.c.undone_at.is_(None),
        import_.c.rows_read > import_.c.set_aside,
    )
    columns = [booking.c[name] for name in (*_COUNTED, *_PERSON)]
    for import_id in conn.execute(uncounted).scalars().all():
        held = select(import_row.c.booking_id).where(
            import_row.c.practice_id == practice_id, import_row.c.import_id == import_id
        )
        rows = conn.execute(
            select(*columns).where(booking.c.practice_id == practice_id, booking.c.id.in_(held))
        ).all()
        contents = FileContents()
        contents.add(pd.DataFrame(rows, columns=[*_COUNTED, *_PERSON], dtype=object))
        write_contents(conn, practice_id, import_id, contents)
