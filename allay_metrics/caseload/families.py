"""My families: who is in care, who went quiet, whom to look at first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, or_, select

from allay_metrics import words
from allay_metrics.caseload import reading
from allay_metrics.caseload.doubt import doubt
from allay_metrics.caseload.people import CaseloadClient
from allay_metrics.caseload.today import Today
from allay_metrics.contact import ContactPermission, contact_of
from allay_metrics.derive.closing import DIED
from allay_metrics.metrics.care import LAPSED_AFTER, CareState, care_state
from allay_metrics.metrics.looking import CheckInWait, Worse, got_worse
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import family, visit

SHOWN_FOR = timedelta(days=180)
LONG_GAP = LAPSED_AFTER


@dataclass(frozen=True)
class MyFamily:
    """A family of hers. `visits` counts completed ones, `with_me` whether the last was hers.

    `missing_on` is the day of a visit that a newer export lacks and nobody decided on, the next to
    come or else the last, and `doubt` says so; None and empty without one.
    `contact` is whether and for what it may be contacted, `has_open_sign` whether a warning sign
    waits to be acknowledged. A baby who died is not among `people` but in `died`.
    `state` is the family's; `reason` why its care was closed. `attention` are the names of those
    marked, `note` what is noted for the next visit. `mine` is the client a tap leads to.
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
        """Return the client a tap leads to: the first whose care is open, infants first."""
        open_ones = [one for one in self.people if one.closed_on is None]
        return [*open_ones, *self.people][0].client_id

    def is_to_call(self, day: date) -> bool:
        """Return whether she may call to book: by `contact`, and nothing else to be done first."""
        ready = self.closed_on is None and not self.has_open_sign
        return ready and self.contact.allows("list") and not self.waits_for_visit(day)

    def waits_for_visit(self, day: date) -> bool:
        """Return whether a visit lies ahead, be it one that a newer export lacks."""
        return self.next_on is not None or (self.missing_on is not None and self.missing_on >= day)


@dataclass(frozen=True)
class Look:
    """One line of what to look at first; `weight` is act, soon or later.

    `client_id` is whom it is about, '' where it is about the family. `is_to_book` says that it is
    of a family to call for a visit.
    """

    family: MyFamily
    what: str
    when: str
    weight: Literal["act", "soon", "later"]
    client_id: str = ""
    is_to_book: bool = False

    @property
    def leads_to(self) -> str:
        """Return the client a tap leads to."""
        return self.client_id or self.family.leads_to


def read_families(scope: Scope, today: Today, since: date | None = None) -> tuple[MyFamily, ...]:
    """Return the viewer's families by name.

    Of those seen since 180 days ago or booked ahead, be it by a visit that a newer export lacks;
    not those whose care ended because a baby died.
    """
    seen_since = since or today.day - SHOWN_FOR
    contact = ("contact", "contact_reason")
    columns = ("id", "name", "last_on", "next_on", "closed_on", "closed_reason", *contact)
    with scope.read() as conn:
        missing = reading.missing_lately(conn, scope, today.day)
        statement = (
            select(*(family.c[name] for name in columns))
            .where(
                reading.own(scope, family, family.c.id),
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
        people_by_family = reading.people(conn, scope, ids)
        people = _living(people_by_family)
        details = reading.read_booking_details(conn, scope, ids)
        marks, signs = reading.marks(conn, scope, ids), reading.open_signs(conn, scope)
        done = visit.c.state == "completed"
        of_them = visit.c.family_id.in_(among(conn, ids))
        past: dict[str, list[Any]] = defaultdict(list)
        for row in reading.visits(conn, scope, done, of_them):
            past[row.family_id].append(row)
    as_of = today.as_of.date() if today.as_of else today.day
    behind = _FamilyContext(scope.viewer.therapist_id, today.day, as_of, marks, missing, signs)
    return tuple(
        _family(
            row,
            (
                people[row.id],
                tuple(one for one in people_by_family[row.id].values() if one.has_died),
            ),
            reading.told_of(details.get(row.id, ()), 0).concern,
            past.get(row.id, []),
            behind,
        )
        for row in rows
        if row.id in people
    )


@dataclass(frozen=True)
class _FamilyContext:
    """Who asks and when, and what stands behind her families: see the reads of the same names."""

    therapist_id: str | None
    today: date
    as_of: date
    marks: Mapping[str, tuple[str, bool]]
    missing: Mapping[str, Sequence[tuple[date, datetime]]]
    signs: Collection[str]


def _living(
    people: Mapping[str, Mapping[str, CaseloadClient]],
) -> dict[str, tuple[CaseloadClient, ...]]:
    """Return each family's clients without a baby who died; a family of none is left out."""
    living_by_family = {
        id_: tuple(one for one in theirs.values() if not one.has_died)
        for id_, theirs in people.items()
    }
    return {id_: theirs for id_, theirs in living_by_family.items() if theirs}


def _missing(
    missing_visits: Sequence[tuple[date, datetime]], today: date
) -> tuple[date, datetime] | tuple[None, None]:
    """Return the next missing visit, else the last: its day, and when the export without it is."""
    ahead = [one for one in missing_visits if one[0] >= today]
    return ahead[0] if ahead else missing_visits[-1] if missing_visits else (None, None)


def _family(
    row: Any,
    living_and_died: tuple[tuple[CaseloadClient, ...], tuple[CaseloadClient, ...]],
    concern: str,
    past: Sequence[Any],
    behind: _FamilyContext,
) -> MyFamily:
    people, died = living_and_died
    marks = behind.marks
    noted = [(one.name, *marks[one.client_id]) for one in people if one.client_id in marks]
    missing_on, lacks = _missing(behind.missing.get(row.id, ()), behind.today)
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
        missing_on=missing_on,
        doubt=doubt(lacks, lacks) if lacks else "",
        with_me=last is None or behind.therapist_id in (None, last.therapist_id),
        last_therapist=last.therapist if last else "",
        state=care_state(row.closed_reason, row.last_on, row.next_on, behind.as_of),
        reason=row.closed_reason or "",
        closed_on=row.closed_on,
        attention=tuple(name for name, _, marked in noted if marked),
        note=next((text for _, text, _ in noted if text), ""),
        contact=contact_of(row.contact, row.contact_reason),
        has_open_sign=row.id in behind.signs,
    )


def read_worse(scope: Scope, today: Today) -> tuple[Worse, ...]:
    """Return what got worse in parents' answers of the last 14 days, newest first."""
    return tuple(got_worse(scope, today.day))


def look_first(
    families: Sequence[MyFamily],
    today: Today,
    worse: Sequence[Worse] = (),
    waiting: Sequence[CheckInWait] = (),
) -> tuple[Look, ...]:
    """Return what to look at first: what parents said got worse, what their check-ins wait for,
    marked ones, then who went quiet.

    A family whose last visit was a colleague's is hers to book. Closed care is not looked for, but
    where parents say it got worse. Whom nobody may call is on no list to book, and a family that
    lost somebody is left in peace.
    """
    families = [one for one in families if not one.contact.is_silent]
    marked = [
        Look(one, f"marked: {one.note}" if one.note else "marked for attention", "", "act")
        for one in families
        if one.attention and one.closed_on is None
    ]
    open_ones = [
        one
        for one in families
        if one.closed_on is None and one.with_me and one.last_on and not one.attention
    ]
    quiet = [one for one in open_ones if one.is_to_call(today.day)]
    quiet.sort(key=lambda one: _urgency(one, today))
    booked = [one for one in open_ones if one.contact.allows("list")]
    gaps = [one for one in booked if _gap(one) > LONG_GAP.days]
    return (
        *(look for one in worse for look in _said_worse(one, families)),
        *(look for one in waiting for look in _waits(one, families)),
        *marked,
        *(_quiet(one, today) for one in quiet),
        *(Look(one, f"{_gap(one)} days between two visits", _next(one), "later") for one in gaps),
    )


def _said_worse(worse: Worse, families: Sequence[MyFamily]) -> list[Look]:
    measure = worse.measure.label.lower()
    went = "up" if worse.after > worse.before else "down"
    unit = f" {worse.measure.unit}" if worse.measure.unit else ""
    change = f"{measure} went {went} {worse.before:g} → {worse.after:g}{unit}"
    return [
        Look(one, f"{who.name}: {change}", words.short_day(worse.on), "act", who.client_id)
        for one in families
        for who in one.people
        if who.client_id == worse.client_id
    ]


def _waits(waiting: CheckInWait, families: Sequence[MyFamily]) -> list[Look]:
    return [
        Look(one, f"{who.name}: {waiting.what}", waiting.when, waiting.weight, who.client_id)
        for one in families
        for who in one.people
        if who.client_id == waiting.client_id and who.closed_on is None
    ]


def _urgency(one: MyFamily, today: Today) -> tuple[bool, int, str]:
    days = (today.day - (one.last_on or today.day)).days
    return (one.state != "lapsed", days if one.state == "lapsed" else -days, one.name)


def _quiet(one: MyFamily, today: Today) -> Look:
    days = (today.day - (one.last_on or today.day)).days
    weight: Literal["act", "soon"] = "act" if one.state == "lapsed" else "soon"
    return Look(one, "no next visit", f"day {days}", weight, is_to_book=True)


def _gap(one: MyFamily) -> int:
    """Return the days from the last visit to the next booked one, 0 without both."""
    return (one.next_on - one.last_on).days if one.next_on and one.last_on else 0


def _next(one: MyFamily) -> str:
    return f"next {words.short_day(one.next_on)}" if one.next_on else ""
