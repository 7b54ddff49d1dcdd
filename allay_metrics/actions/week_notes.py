"""What is stored for a week: the owner's note, and a snapshot of its eight numbers."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from allay_metrics.errors import Conflict
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import goal, week_note, week_snapshot


def save_snapshots(
    scope: Scope, import_id: str, numbers: Mapping[date, Mapping[str, Mapping[str, Any]]]
) -> None:
    """Save the numbers of weeks: Monday -> metric -> (value, numerator, denominator).

    A week that has a snapshot keeps it, because the first one is what the owner saw.
    """
    with scope.write("keep the week's numbers") as conn:
        in_practice = week_snapshot.c.practice_id == scope.practice_id
        there = set(conn.execute(select(week_snapshot.c.week).where(in_practice)).scalars())
        rows = [
            {
                "practice_id": scope.practice_id,
                "week": monday,
                "import_id": import_id,
                "numbers": json.dumps(week_numbers),
                "taken_at": now(),
            }
            for monday, week_numbers in numbers.items()
            if monday not in there
        ]
        if rows:
            conn.execute(insert(week_snapshot), rows)


def save_note(scope: Scope, week: date, text: str, version: int) -> int:
    """Save the note of a week and return its new version; `version` is the one that was read.

    Version 0 means no note yet. Raises Conflict with the other text when somebody else saved
    meanwhile.
    """
    with scope.write("write a note") as conn:
        is_note = (week_note.c.practice_id == scope.practice_id) & (week_note.c.week == week)
        note = conn.execute(select(week_note).where(is_note)).one_or_none()
        if note is not None and note.text == text:
            return int(note.version)
        if (note.version if note is not None else 0) != version:
            other = note.text if note is not None else ""
            raise Conflict(f"The note was changed meanwhile. It now says: {other}")
        if note is None:
            values = {"practice_id": scope.practice_id, "week": week, "text": text}
            conn.execute(insert(week_note).values(values))
            return 1
        conn.execute(update(week_note).where(is_note).values(text=text, version=version + 1))
        return version + 1


def set_goals(scope: Scope, goals: Mapping[str, float]) -> None:
    """Save the owner's goals by metric, in its unit; other goals stay."""
    with scope.write("set goals") as conn:
        for metric, value in goals.items():
            is_goal = (goal.c.practice_id == scope.practice_id) & (goal.c.metric == metric)
            kept = {"value": value, "version": goal.c.version + 1}
            if conn.execute(update(goal).where(is_goal).values(kept)).rowcount == 0:
                row = {"practice_id": scope.practice_id, "metric": metric, "value": value}
                conn.execute(insert(goal).values(row))
