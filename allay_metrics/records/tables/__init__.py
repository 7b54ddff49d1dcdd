"""The tables of the domain. Every key starts with the practice; every column says what it holds."""

from allay_metrics.records.tables.base import metadata
from allay_metrics.records.tables.decisions import (
    correction,
    goal,
    setting,
    week_note,
    week_snapshot,
)
from allay_metrics.records.tables.imports import booking, coverage, import_, import_row, set_aside
from allay_metrics.records.tables.people import city, client, episode, family, practice, therapist
from allay_metrics.records.tables.visits import daily, daily_city, visit, visit_client

__all__ = [
    "booking",
    "city",
    "client",
    "correction",
    "coverage",
    "daily",
    "daily_city",
    "episode",
    "family",
    "goal",
    "import_",
    "import_row",
    "metadata",
    "practice",
    "set_aside",
    "setting",
    "therapist",
    "visit",
    "visit_client",
    "week_note",
    "week_snapshot",
]
