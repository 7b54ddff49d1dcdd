"""When a family's care ended: when the care of each of its clients was closed, and stayed so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics.derive.facts import Closed, Visit

# The one closing that no later visit opens again, whatever a source still has on its books.
DIED = "the baby died"
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
    clients: Collection[str],
    visits: Sequence[Visit],
    visit_client_pairs: Iterable[tuple[str, str]],
    closed: Mapping[str, Closed],
    parents: Collection[str] = (),
) -> Ending | None:
    """Return how one family's care ended, or None while one of its clients is in care.

    `clients` are its client ids and `parents` those of them who are no infants, `seen` (visit id,
    client id) pairs, `closed` what persons closed by client id. A visit after a client's closing
    opens her care again; a visit after the last closing of all opens the family's, and leaves the
    ending as what it was then. A visit of a baby who died opens nothing, and the care of parents
    whom nobody saw since ends with the baby's: the family is not one that stayed away.
    """
    died = {id_ for id_ in clients if id_ in closed and closed[id_].reason == DIED}
    theirs = [(closed[id_].day, id_, closed[id_].reason) for id_ in clients if id_ in closed]
    if not theirs:
        return None
    last, _, reason = max(theirs)
    with_them = set(parents) if died else set()
    days_of = _days_of_care(visits, visit_client_pairs)
    for id_ in days_of.keys() - died:
        days = days_of[id_]
        since = closed[id_].day if id_ in closed else last if id_ in with_them else date.min
        if any(since < day <= last for day in days):
            return None
    again = any(day > last for id_ in days_of.keys() - died for day in days_of[id_])
    return Ending(last, reason, again)


def died_on(clients: Iterable[str], closed: Mapping[str, Closed]) -> set[date]:
    """Return the days on which babies among these clients died."""
    theirs = (closed[id_] for id_ in clients if id_ in closed)
    return {one.day for one in theirs if one.reason == DIED}


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
