"""Visits as counted: wholly derived from bookings and corrections, and their roll-ups."""

from typing import Any

from sqlalchemy import Column, Index, Text, text

from allay_metrics.records.column_types import Cents, Count, Flag, Instant, Key, LocalDate
from allay_metrics.records.tables.base import belongs_to, column, table

CALENDAR = ("week", "month", "weekday")
# What tells the rows of each roll-up apart, in the order they are stored.
_DAILY = ("day", "source", "city", "visit_type", "second_type", "therapist_id", "state")
_DAILY_CITY = ("day", "source", "city", "visit_type", "state")
_WEEKLY = ("week", "therapist_id", "state")


def _groups(*names: str) -> list[Column[Any]]:
    """Return these columns that visits are grouped and filtered by."""
    groups = [
        column("day", LocalDate, "Date of the start in the practice's zone"),
        column("source", Text, "Profile it came by"),
        column("city", Text, "City as shown; virtual or unknown where there is none"),
        column("visit_type", Text, "Primary type: cst, lactation, massage or other"),
        column("second_type", Text, "Second type of a combined visit, else empty"),
        column("therapist_id", Key, "Who visited"),
        column("state", Text, "Where it stands, see the definitions"),
        column("week", LocalDate, "Monday of its week"),
        column("month", LocalDate, "First day of its month"),
        column("weekday", Count, "0 Monday to 6 Sunday"),
    ]
    return [group for group in groups if group.name in names]


def _sums(*names: str) -> list[Column[Any]]:
    """Return these counts of a roll-up; all of them where none is named."""
    sums = [
        column("visits", Count, "Visits"),
        column("assumed", Count, "Of them completed by assumption"),
        column("combined", Count, "Of them with a second type"),
        column("minutes", Count, "Booked minutes"),
        column("price_cents", Cents, "Sum of list prices"),
        column("priced", Count, "Visits with a price"),
        column("first", Count, "Families' first completed visits"),
        column("first_of_type", Count, "Families' first completed visits of the type"),
        column("continued", Count, "First visits with a second at most 21 days after"),
        column(
            "bereaved",
            Count,
            "First visits at most 21 days before a baby of the family died",
            server_default="0",
        ),
        column("rebooked", Count, "Completed visits with a later one booked by the next day"),
        column("before_close", Count, "Last completed visits before care was closed"),
        column("booked_ahead_1w", Count, "Booked by the Sunday before the week, not cancelled"),
        column("booked_ahead_2w", Count, "Booked by the Sunday a week earlier, not cancelled"),
        column(
            "drive_minutes",
            Count,
            "Estimated minutes of driving, where it can be told",
            server_default="0",
        ),
        column("driven", Count, "Visits whose driving can be told", server_default="0"),
        column(
            "undriven",
            Count,
            "Visits driven to on a day whose driving cannot be told",
            server_default="0",
        ),
        column(
            "driven_minutes",
            Count,
            "Booked minutes of completed visits among the driven",
            server_default="0",
        ),
        column(
            "driven_cents",
            Cents,
            "Sum of list prices of completed visits among the driven",
            server_default="0",
        ),
        column(
            "lone", Count, "Therapist-days of one visit only, and none close by", server_default="0"
        ),
    ]
    return [total for total in sums if not names or total.name in names]


visit = table(
    "visit",
    "One slot of one family with one therapist; twins' rows of one slot are one visit",
    ("id",),
    column("id", Key, "Id of its first booking"),
    column("family_id", Key, "The family visited"),
    *_groups(*_DAILY, *CALENDAR),
    column("starts_at", Instant, "Start"),
    column("ends_at", Instant, "End"),
    column("minutes", Count, "Booked length"),
    column("row_count", Count, "Bookings it is made of"),
    column("assumed", Flag, "1 when completed is assumed: its source never marks attendance"),
    column("city_how", Text, "typed, zip, history, corrected or none"),
    column("price_cents", Cents, "List price; empty where missing", nullable=True),
    column("booked_on", LocalDate, "Day it was booked", nullable=True),
    column("wait_days", Count, "Days from booking to visit", nullable=True),
    column("as_of", Instant, "When the newest file that holds it was exported"),
    column("referral_source", Text, "How the family heard of the practice; unknown where not told"),
    column("is_first", Flag, "1 for the family's first completed visit"),
    column("is_first_of_type", Flag, "1 for its first completed visit of this type"),
    column("is_last", Flag, "1 for the family's last completed visit"),
    column("continued", Flag, "1 for a first visit with a second at most 21 days after it"),
    column(
        "bereaved",
        Flag,
        "1 for a first visit at most 21 days before a baby of the family died",
        server_default="0",
    ),
    column("rebooked", Flag, "1 when a later visit was booked by the day after this one"),
    column("before_close", Flag, "1 for the last completed visit before care was closed"),
    column(
        "unconfirmed",
        Flag,
        "1 when not over when last held, with a newer file that is no evidence about it",
        server_default="0",
    ),
    column(
        "booked_ahead_1w", Flag, "1 when booked by the Sunday before its week, and not cancelled"
    ),
    column(
        "booked_ahead_2w", Flag, "1 when booked by the Sunday a week earlier, and not cancelled"
    ),
    column(
        "drive_minutes",
        Count,
        "Estimated minutes of driving to it and, for a day's last, back to the base; empty where "
        "nobody drove or it cannot be told",
        nullable=True,
    ),
    column(
        "undriven",
        Flag,
        "1 when driven to on a day whose driving cannot be told",
        server_default="0",
    ),
    column(
        "lone",
        Flag,
        "1 when it is her only one that day in its city, and none is close by",
        server_default="0",
    ),
    belongs_to("family", "family_id"),
    belongs_to("therapist", "therapist_id"),
    Index(None, "practice_id", "family_id"),
    # A therapist's caseload: families of visits of hers that were not called off, in every read.
    Index("ix_visit_met", "practice_id", "therapist_id", "family_id", "state"),
    # Visits of a period; its distinct families are read from this index alone.
    Index(
        "ix_visit_day",
        "practice_id",
        "day",
        "state",
        "week",
        "family_id",
        "city",
        "visit_type",
        "second_type",
        "therapist_id",
    ),
    # First, last and lone visits are few: these three stay small however many visits there are.
    # Waits, referrals and first visits of a period are read from the first alone.
    Index(
        "ix_visit_first",
        "practice_id",
        "day",
        "week",
        "wait_days",
        "state",
        "is_first",
        "continued",
        "bereaved",
        "city",
        "visit_type",
        "second_type",
        "therapist_id",
        "source",
        "referral_source",
        sqlite_where=text("is_first = 1"),
        postgresql_where=text("is_first = 1"),
    ),
    Index(
        "ix_visit_last",
        "practice_id",
        "day",
        sqlite_where=text("is_last = 1"),
        postgresql_where=text("is_last = 1"),
    ),
    # Both are few: every total says how many it leaves out and how many nobody confirmed.
    Index(
        "ix_visit_unconfirmed",
        "practice_id",
        "day",
        sqlite_where=text("unconfirmed = 1"),
        postgresql_where=text("unconfirmed = 1"),
    ),
    Index(
        "ix_visit_missing",
        "practice_id",
        "day",
        sqlite_where=text("state = 'missing'"),
        postgresql_where=text("state = 'missing'"),
    ),
    Index(
        "ix_visit_lone",
        "practice_id",
        "day",
        sqlite_where=text("lone = 1"),
        postgresql_where=text("lone = 1"),
    ),
)

visit_client = table(
    "visit_client",
    "Who was cared for in a visit; twins seen together are two",
    ("visit_id", "client_id"),
    column("visit_id", Key, "The visit"),
    column("client_id", Key, "The client"),
    belongs_to("visit", "visit_id"),
    belongs_to("client", "client_id"),
    Index(None, "practice_id", "client_id"),
    clustered=True,
)

daily = table(
    "daily",
    "Roll-up of visits: additive counts per day and group, recounted when touched",
    _DAILY,
    *_groups(*_DAILY, *CALENDAR),
    *_sums(),
    clustered=True,
)

# A practice of many therapists has nearly as many rows in `daily` as visits. Most of what the
# owner looks at asks for neither her therapists nor second types.
daily_city = table(
    "daily_city",
    "The roll-up again without therapist and second type",
    _DAILY_CITY,
    *_groups(*_DAILY_CITY, *CALENDAR),
    *_sums(),
    Index(None, "practice_id", "city"),
    clustered=True,
)

# Hours are offered by therapist and week, and told for half a year and more: one look at her.
weekly = table(
    "weekly",
    "Roll-up of the daily roll-up: each therapist's weeks, recounted when touched",
    _WEEKLY,
    *_groups(*_WEEKLY),
    *_sums("visits", "minutes", "drive_minutes", "undriven"),
    Index(None, "practice_id", "therapist_id", "week"),
    clustered=True,
)
