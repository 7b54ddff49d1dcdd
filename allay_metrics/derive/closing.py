"""The end of a family's care: the care of each of its clients was closed and not reopened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics.derive.facts import ClosedCare, Visit
from allay_metrics.records.states import State

# The one closing reason after which no later visit reopens care, whatever a source still lists.
DIED = "the baby died"
# Visit states in which a client was or will be cared for.
CARED_FOR = frozenset({State.COMPLETED, State.BOOKED})


@dataclass(frozen=True, slots=True)
class Ending:
    """The last day of a family's care and the reason; `again` where a later visit reopened it."""

    day: date
    reason: str
    again: bool

    @property
    def is_closed(self) -> bool:
        """Return whether the family's care is closed now."""
        return not self.again


def derive_ending(
    clients: Collection[str],
    visits: Sequence[Visit],
    visit_client_pairs: Iterable[tuple[str, str]],
    closed: Mapping[str, ClosedCare],
    parents: Collection[str] = (),
) -> Ending | None:
    """Return how one family's care ended, or None while one of its clients is in care.

    `clients` are its client ids, `parents` those who are not infants, `visit_client_pairs` (visit
    id, client id), `closed` the closings by client id. A visit after a client's closing reopens
    that client's care. A visit after the last closing of all reopens the family's care: the ending
    is kept, with `again`. A visit of a baby who died reopens nothing, and the care of parents
    without a later visit ends with the baby's: such a family does not count as one that left.
    """
    died = {id_ for id_ in clients if id_ in closed and closed[id_].reason == DIED}
    closings = [(closed[id_].day, id_, closed[id_].reason) for id_ in clients if id_ in closed]
    if not closings:
        return None
    last, _, reason = max(closings)
    bereaved_parents = set(parents) if died else set()
    days_of = _days_of_care(visits, visit_client_pairs)
    for id_ in days_of.keys() - died:
        days = days_of[id_]
        since = closed[id_].day if id_ in closed else last if id_ in bereaved_parents else date.min
        if any(since < day <= last for day in days):
            return None
    again = any(day > last for id_ in days_of.keys() - died for day in days_of[id_])
    return Ending(last, reason, again)


def died_on(clients: Iterable[str], closed: Mapping[str, ClosedCare]) -> set[date]:
    """Return the days on which babies among these clients died."""
    closings = (closed[id_] for id_ in clients if id_ in closed)
    return {closing.day for closing in closings if closing.reason == DIED}


def _days_of_care(
    visits: Sequence[Visit], visit_client_pairs: Iterable[tuple[str, str]]
) -> dict[str, list[date]]:
    """Return each client's days of visits, completed or booked."""
    by_id = {visit.id: visit for visit in visits if visit.state in CARED_FOR}
    days: dict[str, list[date]] = defaultdict(list)
    for visit_id, client_id in visit_client_pairs:
        if visit_id in by_id:
            days[client_id].append(by_id[visit_id].day)
    return days
