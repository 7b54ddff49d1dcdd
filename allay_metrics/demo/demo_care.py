"""The care that the demo's therapists have closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from allay_metrics.actions.care_closing import REASONS
from allay_metrics.demo.acuity_export import build_calendar_rows
from allay_metrics.demo.demo_families import Ints
from allay_metrics.demo.invention import KEPT, InventedPractice

REASON_SHARES = (0.55, 0.12, 0.10, 0.17, 0.06)
LONGEST_AGO = 60  # days; nearly all families without a visit for longer are closed
CLOSED_LONG_AGO, CLOSED_LATELY = 0.93, 0.45


@dataclass(frozen=True)
class DemoClosing:
    """The care of one family, closed on `day`.

    `last_appointment` is the Appointment ID of the family's last visit, by which it is found;
    `email` is '' for a family without one.
    """

    email: str
    last_appointment: str
    day: date
    reason: str


def choose_closed_care(invented: InventedPractice) -> list[DemoClosing]:
    """Return the closed families: most without a visit for long and none booked."""
    rng = np.random.default_rng([invented.seed, 4])
    last, next_open = _find_last_visits(invented)
    today = invented.until.toordinal()
    ago = today - invented.visits.day[last]
    share = np.where(ago > LONGEST_AGO, CLOSED_LONG_AGO, CLOSED_LATELY)
    chosen = last[(ago > 21) & ~next_open & (rng.random(len(last)) < share)]
    reason = rng.choice(len(REASONS), size=len(chosen), p=REASON_SHARES)
    later = rng.integers(3, 22, size=len(chosen))
    days = np.minimum(invented.visits.day[chosen] + later, today - 1)
    family = invented.visits.family[chosen]
    emails, rows = invented.families.emails, build_calendar_rows(invented)
    appointment = np.zeros(len(invented.visits), dtype=np.int64)
    appointment[rows.visit] = rows.appointment
    return [
        DemoClosing(emails[who], str(number), date.fromordinal(day), REASONS[why])
        for who, number, day, why in zip(
            family.tolist(),
            appointment[chosen].tolist(),
            days.tolist(),
            reason.tolist(),
            strict=True,
        )
    ]


def _find_last_visits(invented: InventedPractice) -> tuple[Ints, np.typing.NDArray[np.bool_]]:
    """Return each family's last kept visit before today, and whether another is booked."""
    visits, today = invented.visits, invented.until.toordinal()
    kept = (invented.state == KEPT) & ~invented.vanishes
    past = np.flatnonzero(kept & (visits.day < today))
    past = past[np.lexsort((visits.day[past], visits.family[past]))]
    family = visits.family[past]
    is_last = np.r_[family[1:] != family[:-1], True][: len(past)]
    last = past[is_last]
    ahead = np.unique(visits.family[kept & (visits.day >= today)])
    return last, np.isin(visits.family[last], ahead)
