"""When a family's care ended: when the care of each of its clients was closed, and stayed so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics.derive.facts import Closed, Visit

# States in which a client is, was, or is going to be cared for.
CARED_FOR = frozenset({"completed", "booked"})


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day of a family's care and why it ended; `again` when a visit lies after it."""

    day: date
    reason: str
    again: bool

    @property
    def is_closed(self) -> bool:
        """Return whether the family's care is closed now."""
        return not self.again


def ending(
    clients: Iterable[str],
    visits: Sequence[Visit],
    seen: Iterable[tuple[str, str]],
    closed: Mapping[str, Closed],
) -> Ending | None:
    """Return how one family's care ended, or None while one of its clients is in care.

    `clients` are its client ids, `seen` (visit id, client id) pairs, `closed` what persons closed
    by client id. A visit after a client's closing opens her care again; a visit after the last
    closing of all opens the family's, and leaves the ending as what it was then.
    """
    theirs = [(closed[id_].day, id_, closed[id_].reason) for id_ in clients if id_ in closed]
    if not theirs:
        return None
    last, _, reason = max(theirs)
    for id_, days in _days_of_care(visits, seen).items():
        since = closed[id_].day if id_ in closed else date.min
        if any(since < day <= last for day in days):
            return None
    again = any(visit.state in CARED_FOR and visit.day > last for visit in visits)
    return Ending(last, reason, again)


def _days_of_care(
    visits: Sequence[Visit], seen: Iterable[tuple[str, str]]
) -> dict[str, list[date]]:
    """Return each client's days of visits, completed or booked."""
    by_id = {visit.id: visit for visit in visits if visit.state in CARED_FOR}
    days: dict[str, list[date]] = defaultdict(list)
    for visit_id, client_id in seen:
        if visit_id in by_id:
            days[client_id].append(by_id[visit_id].day)
    return days
