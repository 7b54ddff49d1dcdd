"""States of care: how many families are in care, have lapsed, or graduated."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from allay_metrics.actions.care_closing import GRADUATED, REASONS
from allay_metrics.metrics.care_state_metrics import LAPSED_AFTER
from allay_metrics.records import Scope
from allay_metrics.records.tables import family


@dataclass(frozen=True)
class CareReview:
    """Families in care and lapsed at the newest export; for a period, how many ended and why.

    `ended` maps each reason that occurs to its families, in the order of REASONS.
    """

    in_care: int
    lapsed: int
    ended: dict[str, int]

    @property
    def graduated(self) -> int:
        """Return the number of families with goals met or babies aged out."""
        return sum(count for reason, count in self.ended.items() if reason in GRADUATED)

    @property
    def moved_on(self) -> int:
        """Return the number of families that moved on or stopped."""
        return sum(self.ended.values()) - self.graduated


def review_care(scope: Scope, as_of: date, first: date, last: date) -> CareReview:
    """Return the states of care as of the newest export, and the ends in the period."""
    in_practice = family.c.practice_id == scope.practice_id
    still = family.c.closed_on.is_(None)
    counted = select(func.count()).select_from(family).where(in_practice, still)
    quiet = as_of - LAPSED_AFTER
    current = or_(family.c.next_on.is_not(None), family.c.last_on >= quiet)
    gone = (family.c.next_on.is_(None), family.c.last_on < quiet)
    reasons = (
        select(family.c.closed_reason, func.count())
        .where(in_practice, family.c.closed_on.between(first, last))
        .group_by(family.c.closed_reason)
    )
    with scope.read() as conn:
        families_by_reason = Counter(dict(map(tuple, conn.execute(reasons))))
        return CareReview(
            conn.execute(counted.where(current)).scalar_one(),
            conn.execute(counted.where(*gone)).scalar_one(),
            {
                reason: families_by_reason[reason]
                for reason in REASONS
                if families_by_reason[reason]
            },
        )
