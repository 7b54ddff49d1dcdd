"""Practices for tests: bookings as told, put on file and derived; random ones for Hypothesis."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st
from sqlalchemy import insert, select

from allay_metrics import travel
from allay_metrics.derive import derive
from allay_metrics.derive.closing import DIED
from allay_metrics.derive.family_members import client_id
from allay_metrics.records import Scope
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import (
    booking,
    care_closed,
    city,
    client,
    coverage,
    drive_pair,
    family,
    import_,
    offered_hours,
    therapist,
    visit,
    visit_client,
)
from tests import plain

KINDS = ("kept", "cancelled", "no_show", "cancel_time", "canceller", "booked_on")
START = date(2026, 1, 5)  # a Monday
EXPORTED = datetime.combine(date(2026, 7, 1), time(8))  # like all times here in the practice's zone


@dataclass(frozen=True)
class Told:
    """One file: its source, when it was exported, and which days it covers with which kinds."""

    source: str = "acuity"
    as_of: datetime = EXPORTED
    covers: dict[str, tuple[date, date]] = field(default_factory=dict)

    @classmethod
    def all(cls, as_of=EXPORTED, first=START, last=None, source="acuity", kinds=KINDS):
        """A file that covers every kind from `first` to `last`, else to its as-of."""
        return cls(source, as_of, {kind: (first, last or as_of.date()) for kind in kinds})


def booked(family, day, at=10, **told):
    """Return a booking: Oakland, Maya, infant CST, an hour, $150, booked a week before."""
    start = datetime.combine(day, at if isinstance(at, time) else time(at))
    return {
        "family": family,
        "start": start,
        "therapist": "Maya Lopez",
        "type_text": "Infant CST",
        "city_text": "Oakland",
        "minutes": 60,
        "price_cents": 15_000,
        "booked_on": day - timedelta(days=7),
        "file": 0,
        **told,
    }


@dataclass
class Invented:
    """What was told: files, bookings, and when families' care was closed, or somebody died."""

    bookings: list[dict]
    files: list[Told] = field(default_factory=lambda: [Told.all()])
    closed: dict[str, date] = field(default_factory=dict)
    died: dict[str, date] = field(default_factory=dict)
    staff: dict[str, dict] = field(default_factory=dict)  # by name, columns of `therapist`
    weeks: dict[tuple[str, date], int] = field(default_factory=dict)  # minutes offered
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)  # minutes of driving


def put_on_file(invented: Invented, scope: Scope) -> None:
    """Write what was told as imports and bookings, and derive everything."""
    mine = scope.practice_id
    with scope.write("put a test practice on file") as conn:
        for number, told in enumerate(invented.files):
            conn.execute(insert(import_), _import(mine, number, told, scope))
            for kind, (first, last) in told.covers.items():
                row = {"import_id": f"file-{number}", "kind": kind, "source": told.source}
                days = {"first_day": first, "last_day": last}
                conn.execute(insert(coverage), {"practice_id": mine, **row, **days})
        _put_staff_on_file(conn, mine, invented)
        families = sorted({row["family"] for row in invented.bookings})
        for name in families:
            ids = {"id": _family(mine, name), "match_key": f"e:{_email(name)}", "name": name}
            conn.execute(insert(family), {"practice_id": mine, **ids})
            if name in invented.died:
                death = _closed(mine, name, invented.died[name]) | {"reason": DIED}
                conn.execute(insert(care_closed), death)
            elif name in invented.closed:
                conn.execute(insert(care_closed), _closed(mine, name, invented.closed[name]))
        for number, row in enumerate(invented.bookings):
            conn.execute(insert(booking), _booking(mine, number, row, invented, scope))
        derive(conn, mine, [_family(mine, name) for name in families])


def _put_staff_on_file(conn, mine, invented):
    for name, known in invented.staff.items():
        ids = {"practice_id": mine, "id": key_of(mine, "therapist", name), "name": name}
        conn.execute(insert(therapist), {**ids, **known})
    for (name, week), minutes in invented.weeks.items():
        hers = {"therapist_id": key_of(mine, "therapist", name), "week": week, "minutes": minutes}
        conn.execute(insert(offered_hours), {"practice_id": mine, **hers})
    for (a, b), minutes in invented.pairs.items():
        row = {"city_a": a, "city_b": b, "minutes": minutes}
        conn.execute(insert(drive_pair), {"practice_id": mine, **row})


def _closed(practice_id, name, day):
    """Return that care was closed of the one client such a family has: the parent who books."""
    who = client_id(_family(practice_id, name), f"Ana {name}")
    told = {"reason": "goals met", "closed_by": "owner", "closed_at": 0}
    return {"practice_id": practice_id, "client_id": who, "closed_on": day, **told}


def _email(name):
    return f"{name.lower()}@example.org"


def _family(practice_id, name):
    return key_of(practice_id, "family", f"e:{_email(name)}")


def _import(practice_id, number, told, scope):
    as_of = int(told.as_of.replace(tzinfo=scope.zone).timestamp())
    counts = dict.fromkeys(("rows_read", "added", "updated", "unchanged", "set_aside"), 0)
    return {
        "practice_id": practice_id,
        "id": f"file-{number}",
        "source": told.source,
        "file_name": f"{number}.csv",
        "file_hash": "",
        "holds": "all",
        "sequence": number + 1,
        "as_of": as_of,
        "imported_at": as_of,
        "warnings": "[]",
        **counts,
    }


def _booking(practice_id, number, row, invented, scope):
    told = invented.files[row["file"]]
    start = row["start"].replace(tzinfo=scope.zone)
    cancelled_at = row.get("cancelled_at")
    return {
        "practice_id": practice_id,
        "id": row.get("id") or key_of(told.source, str(number)),
        "source": told.source,
        "source_key": str(number),
        "row_hash": "",
        "family_id": _family(practice_id, row["family"]),
        "current_import_id": f"file-{row['file']}",
        "as_of": int(told.as_of.replace(tzinfo=scope.zone).timestamp()),
        "missing_from_import_id": row.get("missing_from_import_id"),
        "unconfirmed": row.get("unconfirmed", 0),
        "starts_at": int(start.timestamp()),
        "ends_at": int(start.timestamp()) + 60 * row["minutes"],
        "day": start.date(),
        "minutes": row["minutes"],
        "client_name": f"Ana {row['family']}",
        "email": _email(row["family"]),
        "therapist": row["therapist"],
        "type_text": row["type_text"],
        "price_cents": row["price_cents"],
        "booked_on": row["booked_on"],
        "cancelled_at": cancelled_at and int(cancelled_at.replace(tzinfo=scope.zone).timestamp()),
        "cancelled_by": row.get("cancelled_by"),
        "marked": row.get("marked", "none"),
        "city_text": row["city_text"],
        "referral_source": row.get("referral_source"),
    }


def plainly(scope: Scope) -> plain.Practice:
    """Return what is on file as plain lists: no flag and no roll-up is read."""
    mine_id = scope.practice_id
    mine = visit.c.practice_id == mine_id
    columns = [visit.c[name] for name in _BASE]
    there = select(*columns, visit.c.family_id, therapist.c.name, city.c.county)
    there = there.join(therapist, therapist.c.id == visit.c.therapist_id)
    there = there.join(city, city.c.name == visit.c.city).where(mine)
    with scope.read() as conn:
        visits = [
            plain.Visit(
                family=row.family_id,
                therapist=row.name,
                county=row.county,
                **{name: getattr(row, name) for name in _BASE},
            )
            for row in conn.execute(there)
        ]
        as_of: dict[str, date] = {}
        for row in conn.execute(select(import_).where(import_.c.undone_at.is_(None))):
            day = datetime.fromtimestamp(row.as_of, scope.zone).date()
            as_of[row.source] = max(day, as_of.get(row.source, day))
        told = (coverage.c.source, coverage.c.kind, coverage.c.first_day, coverage.c.last_day)
        covered = [tuple(row) for row in conn.execute(select(*told))]
        shut = _shut(conn, mine_id)
        died = _died(conn, mine_id)
        theirs = _visits_of_who_died(conn, mine_id)
        return plain.Practice(visits, as_of, covered, shut, died, theirs, **_driving(conn, mine_id))


def _died(conn, practice_id):
    """Return the day somebody of a family died, by family."""
    asked = select(client.c.family_id, care_closed.c.closed_on).where(
        client.c.practice_id == practice_id,
        care_closed.c.practice_id == practice_id,
        care_closed.c.client_id == client.c.id,
        care_closed.c.reason == DIED,
    )
    return dict(map(tuple, conn.execute(asked)))


def _visits_of_who_died(conn, practice_id):
    """Return the visits all of whose clients died."""
    died = select(care_closed.c.client_id).where(
        care_closed.c.practice_id == practice_id, care_closed.c.reason == DIED
    )
    died = set(conn.execute(died).scalars())
    seen = conn.execute(select(visit_client.c.visit_id, visit_client.c.client_id)).all()
    return {row.visit_id for row in seen} - {
        row.visit_id for row in seen if row.client_id not in died
    }


def _shut(conn, practice_id):
    """Return the day care ended of each family all of whose clients' care was closed by then.

    A visit of one who died keeps no care open, and where somebody died, a parent's care that nobody
    closed ends with the family's.
    """
    rows = [row for row in conn.execute(select(care_closed)) if row.practice_id == practice_id]
    closed = {row.client_id: row.closed_on for row in rows}
    died = {row.client_id for row in rows if row.reason == DIED}
    seen = select(client.c.family_id, client.c.id, visit.c.day).where(
        client.c.practice_id == practice_id,
        visit_client.c.client_id == client.c.id,
        visit.c.id == visit_client.c.visit_id,
        visit.c.state.in_(("completed", "booked")),
    )
    days = [tuple(row) for row in conn.execute(seen)]
    people = conn.execute(select(client.c.family_id, client.c.id, client.c.kind)).all()
    ended = {}
    for household in {household for household, _, _ in people}:
        theirs = {id_: kind for whose, id_, kind in people if whose == household}
        endings = [closed[id_] for id_ in theirs if id_ in closed]
        ends_too = {
            id_
            for id_, kind in theirs.items()
            if id_ in died or (kind == "parent" and id_ not in closed and died & theirs.keys())
        }
        still = [
            day
            for whose, id_, day in days
            if whose == household and endings and id_ not in ends_too
            if closed.get(id_, date.min) < day <= max(endings)
        ]
        if endings and not still:
            ended[household] = max(endings)
    return ended


def _driving(conn, practice_id):
    """Return what the plain practice knows of bases, hours offered, and ways between cities."""
    staff = conn.execute(select(therapist).where(therapist.c.practice_id == practice_id)).all()
    names = {row.id: row.name for row in staff}
    pairs = {
        (row.city_a, row.city_b): row.minutes for row in conn.execute(select(drive_pair)).all()
    }
    return {
        "bases": {row.name: row.base_city for row in staff if row.base_city},
        "usual": {row.name: row.week_minutes for row in staff if row.week_minutes is not None},
        "weeks": {
            (names[row.therapist_id], row.week): row.minutes
            for row in conn.execute(select(offered_hours)).all()
        },
        "between": lambda a, b: travel.minutes(a, b, pairs),
    }


_BASE = (
    "id",
    "source",
    "starts_at",
    "day",
    "minutes",
    "state",
    "assumed",
    "visit_type",
    "second_type",
    "city",
    "price_cents",
    "booked_on",
    "referral_source",
    "as_of",
    "unconfirmed",
)


def close_care(scope: Scope, name: str, day: date) -> None:
    """Close a family's care on a day, and derive it anew."""
    id_ = _family(scope.practice_id, name)
    with scope.write("close care") as conn:
        conn.execute(insert(care_closed), _closed(scope.practice_id, name, day))
        derive(conn, scope.practice_id, [id_])


# Random practices: small worlds, so that groups meet and edges are hit.

FAMILIES = ("Adams", "Brown", "Chen", "Diaz")
THERAPISTS = ("Maya Lopez", "Ines Park", None)
CITIES = (*("Oakland", "Berkeley", "San Jose") * 2, "Zoom", "somewhere", None)
TYPES = ("Infant CST", "Lactation visit", "Prenatal massage", "CST + Lactation", "Consult")
SOURCES = ("Doula", "Instagram", None)
DAYS = st.integers(0, 200).map(lambda n: START + timedelta(days=n))
DENSE_DAYS = st.integers(95, 125).map(lambda n: START + timedelta(days=n))


@st.composite
def _covers(draw, last):
    """Kept nearly always, other kinds often, from some day to some day."""
    covers = {}
    for kind in KINDS:
        if draw(st.integers(0, 9)) < (9 if kind == "kept" else 7):
            # From day 43 on nobody may tell until day 45 or 64, a gap that counts as known, or 65.
            starts = (0, 0, 45, 64, 65)
            first = START + timedelta(days=draw(st.sampled_from(starts)))
            ends = (last, last, last - timedelta(days=30), START + timedelta(days=42))
            until = draw(st.sampled_from(ends))
            covers[kind] = (first, max(first, until))
    if draw(st.booleans()):
        covers["attendance"] = (START, last)
    return covers


@st.composite
def _files(draw):
    files = []
    for _ in range(draw(st.integers(1, 3))):
        as_of = datetime.combine(
            START + timedelta(days=draw(st.integers(120, 200))), time(draw(st.integers(0, 23)))
        )
        source = draw(st.sampled_from(("acuity", "jane")))
        files.append(Told(source, as_of, draw(_covers(as_of.date()))))
    return files


@st.composite
def _bookings(draw, files, days):
    day = draw(days)
    # 23:30 and 0:00 lie at the edges of days, 2:30 in the hour that summer time takes away.
    at = draw(st.sampled_from((time(0), time(2, 30), time(10), time(10), time(23, 30))))
    start = datetime.combine(day, at)
    wait = draw(st.one_of(st.none(), st.integers(0, 20)))
    marks = ("none", "none", "none", "arrived", "no_show", "cancelled", "rescheduled")
    marked = draw(st.sampled_from(marks))
    hours = draw(st.sampled_from((None, 2, 24, 60)))
    gone = marked == "cancelled" and hours is not None
    return booked(
        draw(st.sampled_from(FAMILIES)),
        day,
        at,
        therapist=draw(st.sampled_from(THERAPISTS)),
        type_text=draw(st.sampled_from(TYPES)),
        city_text=draw(st.sampled_from(CITIES)),
        minutes=draw(st.sampled_from((45, 60, 90))),
        price_cents=draw(st.sampled_from((None, 0, 15_000, 17_550))),
        booked_on=None if wait is None else day - timedelta(days=wait),
        file=draw(st.integers(0, len(files) - 1)),
        marked=marked,
        cancelled_at=start - timedelta(hours=hours) if gone else None,
        cancelled_by=draw(st.sampled_from((None, "family", "practice"))),
        referral_source=draw(st.sampled_from(SOURCES)),
        # A visit is gone, or nobody confirmed it, or neither.
        **draw(
            st.sampled_from(({},) * 8 + ({"missing_from_import_id": "file-0"}, {"unconfirmed": 1}))
        ),
    )


@st.composite
def _staff(draw):
    """Bases mostly, hours offered often, now and then a drive the owner overruled."""
    staff = {}
    for name in ("Maya Lopez", "Ines Park", "unknown"):
        base = draw(st.sampled_from(("Oakland", "Oakland", "San Jose", None)))
        minutes = draw(st.sampled_from((None, 60, 600, 1200)))
        staff[name] = {"base_city": base, "week_minutes": minutes}
    weeks = st.integers(0, 28).map(lambda n: START + timedelta(weeks=n))
    own = st.tuples(st.sampled_from(list(staff)), weeks)
    near = st.sampled_from((("Berkeley", "Oakland"), ("Berkeley", "San Jose")))
    return {
        "staff": staff,
        "weeks": draw(st.dictionaries(own, st.sampled_from((0, 300)), max_size=2)),
        "pairs": draw(st.dictionaries(near, st.sampled_from((15, 16)), max_size=1)),
    }


@st.composite
def practices(draw, most=40):
    """A random practice of one to three files of two sources and up to `most` bookings."""
    files = draw(_files())
    # Spread thin over half a year, or so dense that families come back within days.
    days = draw(st.sampled_from((DAYS, DENSE_DAYS)))
    rows = draw(st.lists(_bookings(files, days), max_size=most))
    closed = draw(st.dictionaries(st.sampled_from(FAMILIES), days, max_size=2))
    died = draw(st.dictionaries(st.sampled_from(FAMILIES), days, max_size=2))
    return Invented(rows, files, closed, died, **draw(_staff()))
