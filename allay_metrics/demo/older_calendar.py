"""The earlier days of visits that were moved lately."""

from __future__ import annotations

import numpy as np

from allay_metrics.demo.demo_families import Ints
from allay_metrics.demo.invention import InventedPractice
from allay_metrics.demo.schedule import SLOT_MINUTES

DAYS_TRIED = (-1, 1, -2, 2, -3, 3, -4, 4, 5, 6, 7)


def compute_days_at(invented: InventedPractice, cutoff_day: int) -> Ints:
    """Return each visit's day according to the calendar at the end of `cutoff_day`.

    A visit moved since then was on a nearby day on which its therapist had that hour free.
    """
    days = invented.visits.day.copy()
    moved = np.flatnonzero(
        (invented.moved_on > cutoff_day) & (invented.visits.booked <= cutoff_day)
    )
    taken = _busy_minutes(invented, cutoff_day)
    therapist, minute = invented.visits.therapist, invented.minute
    for visit in moved.tolist():
        for step in DAYS_TRIED:
            day = int(days[visit]) + step
            hours = taken.setdefault((int(therapist[visit]), day), [])
            late_enough = day >= invented.moved_on[visit] and (day - 1) % 7 != 6
            if late_enough and all(abs(minute[visit] - other) >= SLOT_MINUTES for other in hours):
                days[visit] = day
                hours.append(int(minute[visit]))
                break
    return days


def _busy_minutes(invented: InventedPractice, cutoff_day: int) -> dict[tuple[int, int], list[int]]:
    """Return the start minutes by therapist and day, from shortly before `cutoff_day` on."""
    visits, taken = invented.visits, dict[tuple[int, int], list[int]]()
    for visit in np.flatnonzero(visits.day > cutoff_day - 7).tolist():
        key = int(visits.therapist[visit]), int(visits.day[visit])
        taken.setdefault(key, []).append(int(invented.minute[visit]))
    return taken
