"""Every metric a second time: slowly and obviously, in loops over visits.

Nothing here reads a flag, a roll-up or a line of the package under test. A practice is a few plain
lists: visits with what was told of them (who, when, where, state), what each source covers, and
on which day each family's care was closed. Who was first, continued or rebooked is worked out
here from scratch, one visit at a time.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

ONE_DAY = timedelta(days=1)
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
NOT_COUNTED = ["rescheduled", "missing"]
STILL_ON = ["booked", "completed", "no_show", "unmarked"]


@dataclass(frozen=True)
class Visit:
    id: str
    family: str
    therapist: str
    source: str
    starts_at: int
    day: date
    minutes: int
    state: str
    assumed: bool
    visit_type: str
    second_type: str
    city: str
    county: str
    price_cents: int | None
    booked_on: date | None
    referral_source: str

    def shown(self, group):
        if group == "weekday":
            return WEEKDAYS[self.day.weekday()]
        return getattr(self, group)


@dataclass
class Practice:
    visits: list[Visit]
    as_of: dict[str, date]  # by source, its newest export
    covered: list[tuple[str, str, date, date]]  # source, kind, first day, last day
    closed: dict[str, date] = field(default_factory=dict)  # by family

    def __post_init__(self):
        self.by_family = {}
        for visit in sorted(self.visits, key=lambda v: (v.starts_at, v.id)):
            self.by_family.setdefault(visit.family, []).append(visit)

    # What is covered

    def covers(self, source, kind, day):
        return any(
            s == source and k == kind and first <= day <= last for s, k, first, last in self.covered
        )

    def tells(self, kinds, day):
        """Whether one source covers all these kinds on this day."""
        return any(all(self.covers(s, kind, day) for kind in kinds) for s in self.as_of)

    def settled_from(self):
        starts = [first for s, kind, first, _ in self.covered if kind == "kept"]
        return min(starts) + 90 * ONE_DAY if starts else date.max

    # What a family's other visits say of one visit

    def completed_of(self, visit):
        return [v for v in self.by_family[visit.family] if v.state == "completed"]

    def is_first(self, visit):
        return visit.state == "completed" and self.completed_of(visit)[0] is visit

    def is_first_of_type(self, visit):
        same = [v for v in self.completed_of(visit) if v.visit_type == visit.visit_type]
        return visit.state == "completed" and same[0] is visit

    def is_last(self, visit):
        return visit.state == "completed" and self.completed_of(visit)[-1] is visit

    def continued(self, visit):
        """Whether a first visit was followed by a second at most 21 days later."""
        completed = self.completed_of(visit)
        return len(completed) > 1 and completed[1].day <= visit.day + 21 * ONE_DAY

    def rebooked(self, visit):
        return any(
            later.starts_at > visit.starts_at
            and later.booked_on is not None
            and later.booked_on <= visit.day + ONE_DAY
            and later.state in STILL_ON
            for later in self.by_family[visit.family]
        )

    def ends_care(self, visit):
        """Whether it is the last completed visit before the family's care was closed."""
        closed = self.closed.get(visit.family)
        if closed is None:
            return False
        before = [v for v in self.completed_of(visit) if v.day <= closed]
        return bool(before) and before[-1] is visit

    def days_since(self, visit):
        return (self.as_of[visit.source] - visit.day).days


# Each rule: the visits of one group and period -> a dict of what was counted.


def count(visits):
    return {"top": len(visits), "bottom": None}


def in_state(visits, *states):
    return [v for v in visits if v.state in states]


def due(visits):
    return in_state(visits, "completed", "no_show", "late_cancelled")


def bookings_of(visits):
    return [v for v in visits if v.state not in NOT_COUNTED]


def bookings(_practice, visits):
    return count(bookings_of(visits))


def completed(_practice, visits):
    done = in_state(visits, "completed")
    assumed = [v for v in done if v.assumed]
    return count(done) | {"remark": f"{len(assumed)} assumed" if assumed else ""}


def booked(_practice, visits):
    return count(in_state(visits, "booked"))


def visits_due(_practice, visits):
    return count(due(visits))


def combined(_practice, visits):
    return count([v for v in in_state(visits, "completed") if v.second_type])


def share(numerator, denominator):
    return {"top": len(numerator), "bottom": len(denominator)}


def told_of(practice, visits, *kinds):
    return [v for v in visits if all(practice.covers(v.source, k, v.day) for k in kinds)]


def show_rate(practice, visits):
    visits = told_of(practice, visits, "no_show")
    return share(in_state(visits, "completed"), due(visits))


def no_show_rate(practice, visits):
    visits = told_of(practice, visits, "no_show")
    return share(in_state(visits, "no_show"), due(visits))


def late_cancel_rate(practice, visits):
    visits = told_of(practice, visits, "cancel_time")
    return share(in_state(visits, "late_cancelled"), due(visits))


def cancel_rate(practice, visits):
    visits = told_of(practice, visits, "cancelled")
    return share(in_state(visits, "cancelled", "late_cancelled"), bookings_of(visits))


def practice_cancel_rate(practice, visits):
    visits = told_of(practice, visits, "cancelled", "canceller")
    return share(in_state(visits, "practice_cancelled"), bookings_of(visits))


def rebooked_rate(practice, visits):
    visits = told_of(practice, visits, "booked_on")
    asked = [v for v in in_state(visits, "completed") if not practice.ends_care(v)]
    ripe = [v for v in asked if practice.days_since(v) > 1]
    found = share([v for v in ripe if practice.rebooked(v)], ripe)
    return found | {"recent": len(asked) - len(ripe)}


def continued_rate(practice, visits):
    first = [v for v in visits if practice.is_first(v)]
    ripe = [v for v in first if practice.days_since(v) > 21]
    found = share([v for v in ripe if practice.continued(v)], ripe)
    return found | {"recent": len(first) - len(ripe)}


def families_seen(_practice, visits):
    return {"top": len({v.family for v in in_state(visits, "completed")}), "bottom": None}


def settled(practice, visits):
    return [v for v in visits if v.day >= practice.settled_from()]


def new_families(practice, visits):
    return count([v for v in settled(practice, visits) if practice.is_first(v)])


def new_to_type(practice, visits):
    return count([v for v in settled(practice, visits) if practice.is_first_of_type(v)])


def dated(practice, visits):
    visits = told_of(practice, settled(practice, visits), "booked_on")
    return [v for v in visits if v.booked_on is not None]


def wait_days(practice, visits):
    waits = [(v.day - v.booked_on).days for v in dated(practice, visits) if practice.is_first(v)]
    return {"top": None, "bottom": len(waits), "middle": median(waits) if waits else None}


def first_lactation_within_2_days(practice, visits):
    firsts = [
        v
        for v in dated(practice, visits)
        if v.visit_type == "lactation" and practice.is_first_of_type(v)
    ]
    return share([v for v in firsts if (v.day - v.booked_on).days <= 2], firsts)


def lapsed_families(practice, visits):
    newest = max(practice.as_of.values())
    quiet = []
    for visit in visits:
        ahead = in_state(practice.by_family[visit.family], "booked")
        long_ago = visit.day < newest - 30 * ONE_DAY
        closed = practice.closed.get(visit.family, date.min)
        since = in_state(practice.by_family[visit.family], "completed", "booked")
        in_care = visit.family not in practice.closed or any(v.day > closed for v in since)
        if practice.is_last(visit) and long_ago and in_care and not ahead:
            quiet.append(visit)
    return count(quiet)


def care_hours(_practice, visits):
    hours = sum(v.minutes for v in in_state(visits, "completed")) / 60
    return {"top": hours, "bottom": None}


def value(visits):
    prices = [v.price_cents for v in visits]
    missing = prices.count(None)
    cents = sum(p for p in prices if p is not None)
    remark = f"{missing} prices missing" if missing else ""
    nothing_known = missing and not cents
    return {"top": None if nothing_known else cents / 100, "bottom": None, "remark": remark}


def visit_value(_practice, visits):
    return value(in_state(visits, "completed"))


def booked_value(_practice, visits):
    return value(in_state(visits, "booked"))


def on_books(visits, sunday):
    """Visits of the two weeks after this Sunday that were booked by it and are still on."""
    ahead = [v for v in visits if sunday < v.day <= sunday + 14 * ONE_DAY]
    return count([v for v in in_state(ahead, *STILL_ON) if v.booked_on and v.booked_on <= sunday])


RULES = {
    rule.__name__: rule
    for rule in (
        bookings,
        completed,
        booked,
        combined,
        show_rate,
        no_show_rate,
        late_cancel_rate,
        cancel_rate,
        practice_cancel_rate,
        rebooked_rate,
        continued_rate,
        families_seen,
        new_families,
        new_to_type,
        wait_days,
        first_lactation_within_2_days,
        lapsed_families,
        care_hours,
        visit_value,
        booked_value,
    )
} | {"due": visits_due}

NEEDS = {
    "show_rate": ["no_show"],
    "no_show_rate": ["no_show"],
    "late_cancel_rate": ["cancel_time"],
    "cancel_rate": ["cancelled"],
    "practice_cancel_rate": ["cancelled", "canceller"],
    "rebooked_rate": ["booked_on"],
    "wait_days": ["booked_on"],
    "first_lactation_within_2_days": ["booked_on"],
    "on_books": ["booked_on"],
}
NEWCOMERS = ["new_families", "new_to_type", "wait_days", "first_lactation_within_2_days"]
SHARES = [name for name in RULES if name.endswith(("_rate", "_2_days"))]


def answer(practice, *, metrics, by=(), grain=None, first, last, where=(), therapist=None):
    """Return {(group values, period start, metric): (value, numerator, denominator, says)}.

    `says` holds what the reason has to mention.
    """
    mine = [v for v in practice.visits if passes(v, where)]
    if therapist is not None:
        mine = [v for v in mine if v.therapist == therapist]
    groups = {tuple(v.shown(name) for name in by) for v in mine} if by else {()}
    told = {}
    for group in groups:
        visits = [v for v in mine if tuple(v.shown(name) for name in by) == group]
        for start, days in periods(grain, first, last):
            for metric in metrics:
                told[group, start, metric] = counted(practice, metric, visits, days)
    speaking = {group for (group, _, _), found in told.items() if says_something(found)}
    return {
        place: spoken(found)
        for place, found in told.items()
        if (place[0] in speaking or not by) and not (grain and left_out(place[2], found))
    }


def passes(visit, where):
    """Whether the visit passes all filters; several values of one filter mean *or*."""
    for key in {key for key, _ in where}:
        asked = [value for k, value in where if k == key]
        if key == "includes":
            has = visit.visit_type in asked or visit.second_type in asked
        else:
            has = visit.shown(key) in asked
        if not has:
            return False
    return True


def periods(grain, first, last):
    """Return (start of the period by the calendar, days of it asked for)."""
    found = {}
    day = first
    while day <= last:
        found.setdefault(start_of(grain, day), []).append(day)
        day += ONE_DAY
    return list(found.items())


def start_of(grain, day):
    return {
        None: None,
        "day": day,
        "week": day - day.weekday() * ONE_DAY,
        "month": day.replace(day=1),
        "quarter": date(day.year, {1: 1, 2: 4, 3: 7, 4: 10}[(day.month + 2) // 3], 1),
        "year": date(day.year, 1, 1),
    }[grain]


def counted(practice, metric, visits, days):
    if metric == "on_books":
        sunday = days[-1] + (6 - days[-1].weekday()) * ONE_DAY
        days = [sunday - back * ONE_DAY for back in range(7)]
        known = can_tell(practice, metric, days) and max(practice.as_of.values()) >= sunday
        return on_books(visits, sunday) | {"known": known}
    if metric == "lapsed_families":
        if not practice.as_of:
            return count([]) | {"known": False}
        return lapsed_families(practice, visits) | {"known": True}
    asked = [v for v in visits if days[0] <= v.day <= days[-1]]
    return RULES[metric](practice, asked) | {"known": can_tell(practice, metric, days)}


def can_tell(practice, metric, days):
    """Whether the records can answer for any of these days."""
    needed = NEEDS.get(metric, [])
    each = all(any(practice.tells([kind], day) for day in days) for kind in ["kept", *needed])
    together = any(practice.tells(needed, day) for day in days)
    settled_days = [day for day in days if day >= practice.settled_from()]
    return each and together and (metric not in NEWCOMERS or bool(settled_days))


def says_something(found):
    return bool(found["top"] or found["bottom"] or found.get("recent") or found.get("remark"))


def left_out(metric, found):
    """Whether a period is absent: of a rate or a median with nothing to count."""
    return (metric in SHARES or metric == "wait_days") and (
        found["known"] and not says_something(found)
    )


def spoken(found):
    """Return value, numerator, denominator, and what the reason mentions."""
    if not found["known"]:
        return None, None, None, ""
    top, bottom = found["top"], found["bottom"]
    recent = f"{found['recent']} too recent to tell" if found.get("recent") else ""
    if bottom is None:
        return top, top, None, found.get("remark", "")
    if bottom == 0:
        return None, top, 0, recent or "nothing to count"
    if bottom < 5:
        return None, top, bottom, "small"
    return found.get("middle", top / bottom if top is not None else None), top, bottom, recent
