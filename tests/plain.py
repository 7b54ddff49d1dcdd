"""Every metric a second time: slowly and obviously, in loops over visits.

Nothing here reads a flag, a roll-up or a line of the package under test. A practice is a few plain
lists: visits with what was told of them (who, when, where, state), what each source covers, and
on which day each family's care was closed or a baby of it died. Who was first, continued or
rebooked is worked out here from scratch, one visit at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

ONE_DAY = timedelta(days=1)
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
NOT_COUNTED = ["rescheduled", "missing"]
DRIVEN_TO = ["completed", "no_show", "booked"]
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
    as_of: int
    unconfirmed: bool

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
    died: dict[str, date] = field(default_factory=dict)  # by family, the day
    of_who_died: set[str] = field(default_factory=set)  # visits of nobody else: they open no care
    bases: dict[str, str] = field(default_factory=dict)  # by therapist, the city she starts from
    usual: dict[str, int] = field(default_factory=dict)  # by therapist, minutes offered a week
    weeks: dict[tuple[str, date], int] = field(default_factory=dict)  # and in a week of its own
    between: Callable[[str, str], int | None] = lambda _a, _b: None  # minutes between two cities

    def __post_init__(self):
        self.by_family = {}
        for visit in sorted(self.visits, key=lambda v: (v.starts_at, v.id)):
            self.by_family.setdefault(visit.family, []).append(visit)

    # What is covered

    def covers(self, source, kind, day):
        """Whether a file covers the day, or it lies in a gap of 21 days or fewer between two."""
        ranges = [(first, last) for s, k, first, last in self.covered if (s, k) == (source, kind)]
        if any(first <= day <= last for first, last in ranges):
            return True
        before = [last for _, last in ranges if last < day]
        after = [first for first, _ in ranges if first > day]
        return bool(before and after) and (min(after) - max(before)).days - 1 <= 21

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

    def is_bereaved(self, visit):
        """Whether a baby of the family died at most 21 days after this visit."""
        died = self.died.get(visit.family)
        return died is not None and visit.day <= died <= visit.day + 21 * ONE_DAY

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

    # What a therapist drives

    def day_of(self, visit):
        """All she drives to on the day of this visit, in order."""
        return sorted(
            (
                v
                for v in self.visits
                if (v.therapist, v.day) == (visit.therapist, visit.day)
                and v.state in DRIVEN_TO
                and v.city != "virtual"
            ),
            key=lambda v: (v.starts_at, v.id),
        )

    def driving(self, visit):
        """Minutes to this visit (and home, if it is the last); None where they cannot be told."""
        if visit.city == "virtual":
            return 0
        base = self.bases.get(visit.therapist)
        stops = [base, *[v.city for v in self.day_of(visit)], base]
        ways = [self.between(a, b) if a and b else None for a, b in pairwise(stops)]
        if None in ways:
            return None
        place = self.day_of(visit).index(visit)
        return ways[place] + (ways[-1] if place == len(ways) - 2 else 0)

    def lone(self, visit):
        if visit.city == "virtual" or self.driving(visit) is None:
            return False
        others = [v for v in self.day_of(visit) if v is not visit]
        return not any(
            v.city == visit.city or self.between(v.city, visit.city) <= 15 for v in others
        )

    def offered(self, therapist, monday):
        """Minutes she offers in a week; None where that is not on file."""
        if (therapist, monday) in self.weeks:
            return self.weeks[therapist, monday]
        starts = [v.day for v in self.visits if v.therapist == therapist]
        if therapist in self.usual and starts and start_of("week", min(starts)) <= monday:
            return self.usual[therapist]
        return None

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
    return count(done) | {
        "remark": f"{len(assumed)} of {len(done)} not marked as attended, counted as kept"
        if assumed
        else ""
    }


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
    # Whoever lost a baby within the 21 days neither continued nor stayed away.
    lost = [v for v in first if practice.is_bereaved(v)]
    first = [v for v in first if v not in lost]
    ripe = [v for v in first if practice.days_since(v) > 21]
    found = share([v for v in ripe if practice.continued(v)], ripe)
    ripe_lost = len([v for v in lost if practice.days_since(v) > 21])
    remark = f"{ripe_lost} left out: a baby died" if ripe_lost else ""
    return found | {"recent": len(first) - len(ripe), "remark": remark, "is_said": remark}


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
        again = any(v.day > closed for v in since if v.id not in practice.of_who_died)
        in_care = visit.family not in practice.closed or again
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


def driven(practice, visits):
    """Visits she drove to whose driving can be told, and how many cannot."""
    there = in_state(visits, "completed", "no_show")
    told = [v for v in there if practice.driving(v) is not None]
    return told, len(there) - len(told)


def drove(practice, visits):
    return sum(practice.driving(v) for v in visits)


def estimated(practice, visits, found):
    """Say what is left out; nothing at all where no driving is told."""
    told, left_out = driven(practice, visits)
    if left_out and not drove(practice, told):
        # No base is on file, or on each of the days a city is unknown.
        return {"top": None, "bottom": None, "why": "on "}
    return found | {"remark": f"{left_out} left out" if left_out else ""}


def drive_hours(practice, visits):
    told, _ = driven(practice, visits)
    return estimated(practice, visits, {"top": drove(practice, told) / 60, "bottom": None})


def drive_minutes_per_visit(practice, visits):
    told, _ = driven(practice, visits)
    found = {"top": drove(practice, told), "bottom": len(told)}
    return estimated(practice, visits, found)


def field_hours(practice, told):
    return (sum(v.minutes for v in in_state(told, "completed")) + drove(practice, told)) / 60


def drive_share(practice, visits):
    told, _ = driven(practice, visits)
    found = {"top": drove(practice, told) / 60, "bottom": field_hours(practice, told)}
    return estimated(practice, visits, found)


def value_per_field_hour(practice, visits):
    told, _ = driven(practice, visits)
    prices = [v.price_cents or 0 for v in in_state(told, "completed")]
    found = {"top": sum(prices) / 100, "bottom": field_hours(practice, told)}
    missing = [v.price_cents for v in in_state(visits, "completed")].count(None)
    if missing and not sum(prices) and found["bottom"]:
        found = {"top": None, "bottom": None, "why": "prices missing"}
    return estimated(practice, visits, found)


def lone_visit_days(practice, visits):
    told, _ = driven(practice, visits)
    return estimated(practice, visits, count([v for v in told if practice.lone(v)]))


def field_utilisation(practice, visits, days, therapists, *, grouped):
    """Of whole weeks: minutes worked over minutes offered, of those who offer some we know of."""
    worked, offered, without, on_file = 0, 0, set(), False
    for monday in [day for day in days if day.weekday() == 0]:
        for name in therapists:
            minutes = practice.offered(name, monday)
            week = [v for v in visits if v.therapist == name and 0 <= (v.day - monday).days < 7]
            there = in_state(week, "completed", "no_show")
            hers = sum(v.minutes for v in in_state(week, "completed")) + sum(
                practice.driving(v) or 0 for v in there
            )
            if minutes is not None:
                on_file = True
                offered += minutes
                worked += hers
            elif hers or any(practice.driving(v) is None for v in there):
                without.add(name)
    if grouped and not on_file and not without:
        return {"top": 0, "bottom": 0}
    if not offered:
        why = "no hours were offered" if on_file and not without else "no capacity on file"
        return {"top": None, "bottom": None, "why": why}
    return {"top": worked / 60, "bottom": offered / 60}


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
        drive_hours,
        drive_minutes_per_visit,
        drive_share,
        value_per_field_hour,
        lone_visit_days,
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
ESTIMATES = ["drive_share", "drive_minutes_per_visit", "value_per_field_hour", "field_utilisation"]
SHARES = [name for name in RULES if name.endswith(("_rate", "_2_days"))] + ESTIMATES


def answer(practice, *, metrics, by=(), grain=None, first, last, where=(), therapist=None):
    """Return {(group values, period start, metric): (value, numerator, denominator, says)}.

    `says` holds what the reason has to mention.
    """
    mine = [v for v in practice.visits if passes(v, where)]
    if therapist is not None:
        mine = [v for v in mine if v.therapist == therapist]
    groups = {tuple(v.shown(name) for name in by) for v in mine} if by else {()}
    staff = who_is_asked_about(practice, where, therapist)
    if by == ("therapist",):
        groups |= {(name,) for name in staff}
    told = {}
    for group in groups:
        visits = [v for v in mine if tuple(v.shown(name) for name in by) == group]
        for start, days in periods(grain, first, last):
            for metric in metrics:
                if metric == "field_utilisation":
                    told[group, start, metric] = use(
                        practice, visits, days, group or staff, where, grouped=bool(by)
                    )
                    continue
                told[group, start, metric] = counted(practice, metric, visits, days)
    speaking = {group for (group, _, _), found in told.items() if says_something(found)}
    return {
        place: spoken(found)
        for place, found in told.items()
        if (place[0] in speaking or not by) and not (grain and left_out(place[2], found))
    }


def not_counted_or_confirmed(practice, *, by=(), grain=None, first, last, where=(), therapist=None):
    """Return {(group values, period start): (missing, unconfirmed, the newest as-of of those)}."""
    found = {}
    for visit in practice.visits:
        if not passes(visit, where) or (therapist is not None and visit.therapist != therapist):
            continue
        if not first <= visit.day <= last or not (visit.state == "missing" or visit.unconfirmed):
            continue
        start = start_of(grain, visit.day)
        place = tuple(visit.shown(name) for name in by), start
        missing, unconfirmed, since = found.get(place, (0, 0, None))
        if visit.state == "missing":
            missing += 1
        if visit.unconfirmed:
            unconfirmed += 1
            since = max(visit.as_of, since or visit.as_of)
        found[place] = missing, unconfirmed, since
    return found


def who_is_asked_about(practice, where, therapist):
    """The therapists on file, or those asked about; a therapist asks about herself."""
    there = {v.therapist for v in practice.visits}
    there |= practice.usual.keys() | {name for name, _ in practice.weeks}
    asked = {value for key, value in where if key == "therapist"} or there
    return there & asked & ({therapist} if therapist else there)


def use(practice, visits, days, team, where, *, grouped):
    whole = days[0].weekday() == 0 and days[-1].weekday() == 6
    others = any(key != "therapist" for key, _ in where)
    over = bool(practice.as_of) and max(practice.as_of.values()) > days[-1]
    if others or not whole or not over:
        return count([]) | {"known": False}
    asked = [v for v in visits if days[0] <= v.day <= days[-1]]
    found = field_utilisation(practice, asked, days, team, grouped=grouped)
    return found | {"known": can_tell(practice, "field_utilisation", days)}


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
    return bool(
        found["top"]
        or found["bottom"]
        or found.get("recent")
        or found.get("remark")
        or found.get("why")
    )


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
    if found.get("why"):
        return None, None, None, found["why"]
    recent = f"{found['recent']} too recent to tell" if found.get("recent") else ""
    if bottom is None:
        return top, top, None, found.get("remark", "")
    if bottom == 0:
        return None, top, 0, recent or "nothing to count"
    if bottom <= 4:
        return None, top, bottom, "small"
    says = found.get("is_said") or recent
    return found.get("middle", top / bottom if top is not None else None), top, bottom, says
