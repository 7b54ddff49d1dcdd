"""My families: who is in care, who has no next visit, whom to look at first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import func, or_, select

from allay_metrics import formatting as fmt
from allay_metrics.caseload import queries
from allay_metrics.caseload.caseload_clients import CaseloadClient
from allay_metrics.caseload.reading_day import Today
from allay_metrics.caseload.visit_doubt import explain_doubt
from allay_metrics.contact import ContactPermission, parse_contact
from allay_metrics.derive.closing import DIED
from allay_metrics.metrics.attention import CheckInWait, Worsening, read_worsenings
from allay_metrics.metrics.care_state_metrics import LAPSED_AFTER, CareState, care_state
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import family, visit

SHOWN_FOR = timedelta(days=180)
LONG_GAP = LAPSED_AFTER


@dataclass(frozen=True)
class MyFamily:
    """A family of the viewer's. `visits` counts completed ones.

    `with_me` is whether the viewer made the last visit, true without one and for the owner.
    `missing_on` is the day of a missing visit that nobody decided on, the next or else the last,
    and `doubt` says so; None and empty without one. `contact` is whether and for what the family
    may be contacted, `has_open_sign` whether a warning sign waits to be acknowledged. A baby who
    died is in `died`, not among `people`. `state` is the family's care, `reason` why it was closed.
    `attention` are the names of the clients marked, `note` the note for the next visit.
    """

    family_id: str
    name: str
    people: tuple[CaseloadClient, ...]
    died: tuple[CaseloadClient, ...]
    concern: str
    visits: int
    last_on: date | None
    next_on: date | None
    missing_on: date | None
    doubt: str
    with_me: bool
    last_therapist: str
    state: CareState
    reason: str
    closed_on: date | None
    attention: tuple[str, ...]
    note: str
    contact: ContactPermission
    has_open_sign: bool

    @property
    def leads_to(self) -> str:
        """Return the id of the client a tap opens: the first with open care, infants first."""
        in_care = [person for person in self.people if person.closed_on is None]
        return [*in_care, *self.people][0].client_id

    def is_to_call(self, day: date) -> bool:
        """Return whether to call for a visit: `contact` allows it and nothing comes first."""
        is_ready = self.closed_on is None and not self.has_open_sign
        return is_ready and self.contact.allows("list") and not self.waits_for_visit(day)

    def waits_for_visit(self, day: date) -> bool:
        """Return whether a visit lies ahead, a missing one included."""
        return self.next_on is not None or (self.missing_on is not None and self.missing_on >= day)


@dataclass(frozen=True)
class AttentionLine:
    """One line of the list to look at first; `weight` is act, soon or later.

    `client_id` is the client it is about, '' for the family. `is_to_book` marks a family to call
    for a visit.
    """

    family: MyFamily
    what: str
    when: str
    weight: Literal["act", "soon", "later"]
    client_id: str = ""
    is_to_book: bool = False

    @property
    def leads_to(self) -> str:
        """Return the id of the client a tap opens."""
        return self.client_id or self.family.leads_to


def read_families(scope: Scope, today: Today, since: date | None = None) -> tuple[MyFamily, ...]:
    """Return the viewer's families by name.

    Those seen since `since` (180 days ago if None), booked ahead, or with a recent missing visit;
    without families whose care ended because a baby died.
    """
    seen_since = since or today.day - SHOWN_FOR
    contact = ("contact", "contact_reason")
    columns = ("id", "name", "last_on", "next_on", "closed_on", "closed_reason", *contact)
    with scope.read() as conn:
        missing = queries.read_recent_missing(conn, scope, today.day)
        statement = (
            select(*(family.c[name] for name in columns))
            .where(
                queries.own_condition(scope, family, family.c.id),
                func.coalesce(family.c.closed_reason, "") != DIED,
                or_(
                    family.c.last_on >= seen_since,
                    family.c.next_on.is_not(None),
                    family.c.id.in_(among(conn, missing)),
                ),
            )
            .order_by(family.c.name, family.c.id)
        )
        rows = list(conn.execute(statement))
        ids = [row.id for row in rows]
        people_by_family = queries.read_clients(conn, scope, ids)
        people = _without_deceased(people_by_family)
        details = queries.read_booking_details(conn, scope, ids)
        marks, signs = (
            queries.read_client_notes(conn, scope, ids),
            queries.read_open_sign_families(conn, scope),
        )
        is_completed = visit.c.state == State.COMPLETED
        of_families = visit.c.family_id.in_(among(conn, ids))
        past: dict[str, list[Any]] = defaultdict(list)
        for row in queries.read_visits(conn, scope, is_completed, of_families):
            past[row.family_id].append(row)
    as_of = today.as_of.date() if today.as_of else today.day
    context = _FamilyContext(scope.viewer.therapist_id, today.day, as_of, marks, missing, signs)
    return tuple(
        _family(
            row,
            (
                people[row.id],
                tuple(person for person in people_by_family[row.id].values() if person.has_died),
            ),
            queries.details_at(details.get(row.id, ()), 0).concern,
            past.get(row.id, []),
            context,
        )
        for row in rows
        if row.id in people
    )


@dataclass(frozen=True)
class _FamilyContext:
    """The viewer, the day, and what the families are built from: see the reads in `reading`."""

    therapist_id: str | None
    today: date
    as_of: date
    marks: Mapping[str, tuple[str, bool]]
    missing: Mapping[str, Sequence[queries.MissingVisit]]
    signs: Collection[str]


def _without_deceased(
    people: Mapping[str, Mapping[str, CaseloadClient]],
) -> dict[str, tuple[CaseloadClient, ...]]:
    """Return the living clients by family; a family without any is left out."""
    living_by_family = {
        id_: tuple(person for person in clients.values() if not person.has_died)
        for id_, clients in people.items()
    }
    return {id_: living for id_, living in living_by_family.items() if living}


def _missing(
    missing_visits: Sequence[queries.MissingVisit], today: date
) -> queries.MissingVisit | None:
    """Return the next missing visit, else the last; None without any."""
    ahead = (missing for missing in missing_visits if missing.day >= today)
    last = missing_visits[-1] if missing_visits else None
    return next(ahead, last)


def _family(
    row: Any,
    living_and_died: tuple[tuple[CaseloadClient, ...], tuple[CaseloadClient, ...]],
    concern: str,
    past: Sequence[Any],
    context: _FamilyContext,
) -> MyFamily:
    people, died = living_and_died
    marks = [
        (person.name, *context.marks[person.client_id])
        for person in people
        if person.client_id in context.marks
    ]
    missing = _missing(context.missing.get(row.id, ()), context.today)
    last = past[-1] if past else None
    return MyFamily(
        family_id=row.id,
        name=row.name,
        people=people,
        died=died,
        concern=concern,
        visits=len(past),
        last_on=row.last_on,
        next_on=row.next_on,
        missing_on=missing.day if missing else None,
        doubt=explain_doubt(missing.missing_as_of, missing.missing_as_of) if missing else "",
        with_me=last is None or context.therapist_id in (None, last.therapist_id),
        last_therapist=last.therapist if last else "",
        state=care_state(row.closed_reason, row.last_on, row.next_on, context.as_of),
        reason=row.closed_reason or "",
        closed_on=row.closed_on,
        attention=tuple(name for name, _, is_marked in marks if is_marked),
        note=next((text for _, text, _ in marks if text), ""),
        contact=parse_contact(row.contact, row.contact_reason),
        has_open_sign=row.id in context.signs,
    )


def read_worse(scope: Scope, today: Today) -> tuple[Worsening, ...]:
    """Return what got worse in parents' answers of the last 14 days, newest first."""
    return tuple(read_worsenings(scope, today.day))


def list_attention(
    families: Sequence[MyFamily],
    today: Today,
    worse: Sequence[Worsening] = (),
    waiting: Sequence[CheckInWait] = (),
) -> tuple[AttentionLine, ...]:
    """Return what to look at first: answers of parents that got worse, check-ins that wait,
    clients marked, families without a next visit, long gaps between visits.

    A family whose last visit was a colleague's is the colleague's to book. Closed care is listed
    only where answers got worse. Families that may not be called are not listed to book, and
    bereaved ones (`contact.is_silent`) are not listed at all.
    """
    families = [my_family for my_family in families if not my_family.contact.is_silent]
    marked = [
        AttentionLine(
            my_family,
            f"marked: {my_family.note}" if my_family.note else "marked for attention",
            "",
            "act",
        )
        for my_family in families
        if my_family.attention and my_family.closed_on is None
    ]
    in_care = [
        my_family
        for my_family in families
        if my_family.closed_on is None
        and my_family.with_me
        and my_family.last_on
        and not my_family.attention
    ]
    quiet = [my_family for my_family in in_care if my_family.is_to_call(today.day)]
    quiet.sort(key=lambda my_family: _urgency(my_family, today))
    booked = [my_family for my_family in in_care if my_family.contact.allows("list")]
    gaps = [my_family for my_family in booked if _gap(my_family) > LONG_GAP.days]
    return (
        *(look for decline in worse for look in _worse_looks(decline, families)),
        *(look for wait in waiting for look in _waiting_looks(wait, families)),
        *marked,
        *(_quiet(my_family, today) for my_family in quiet),
        *(
            AttentionLine(
                my_family, f"{_gap(my_family)} days between two visits", _next(my_family), "later"
            )
            for my_family in gaps
        ),
    )


def _worse_looks(worse: Worsening, families: Sequence[MyFamily]) -> list[AttentionLine]:
    measure = worse.measure.label.lower()
    direction = "up" if worse.after > worse.before else "down"
    unit = f" {worse.measure.unit}" if worse.measure.unit else ""
    change = f"{measure} went {direction} {worse.before:g} → {worse.after:g}{unit}"
    return [
        AttentionLine(
            my_family,
            f"{person.name}: {change}",
            fmt.short_day(worse.on),
            "act",
            person.client_id,
        )
        for my_family in families
        for person in my_family.people
        if person.client_id == worse.client_id
    ]


def _waiting_looks(waiting: CheckInWait, families: Sequence[MyFamily]) -> list[AttentionLine]:
    return [
        AttentionLine(
            my_family,
            f"{person.name}: {waiting.what}",
            waiting.when,
            waiting.weight,
            person.client_id,
        )
        for my_family in families
        for person in my_family.people
        if person.client_id == waiting.client_id and person.closed_on is None
    ]


def _urgency(my_family: MyFamily, today: Today) -> tuple[bool, int, str]:
    days = (today.day - (my_family.last_on or today.day)).days
    return (
        my_family.state != "lapsed",
        days if my_family.state == "lapsed" else -days,
        my_family.name,
    )


def _quiet(my_family: MyFamily, today: Today) -> AttentionLine:
    days = (today.day - (my_family.last_on or today.day)).days
    weight: Literal["act", "soon"] = "act" if my_family.state == "lapsed" else "soon"
    return AttentionLine(my_family, "no next visit", f"day {days}", weight, is_to_book=True)


def _gap(my_family: MyFamily) -> int:
    """Return the days from the last visit to the next booked one, 0 without both."""
    return (
        (my_family.next_on - my_family.last_on).days
        if my_family.next_on and my_family.last_on
        else 0
    )


def _next(my_family: MyFamily) -> str:
    return f"next {fmt.short_day(my_family.next_on)}" if my_family.next_on else ""
