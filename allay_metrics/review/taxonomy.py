"""Keywords, service names and spellings, with the visits they classify, and unplaced visits."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from allay_metrics.derive.city_names import plain
from allay_metrics.derive.override_rules import read_overrides
from allay_metrics.derive.visit_type import has_word, service_name, shipped_words, visit_types
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import (
    booking,
    city,
    city_alias,
    correction,
    family,
    type_name,
    type_word,
    visit,
)


@dataclass(frozen=True)
class WordLine:
    """A keyword, its type (`none`: disabled), when it decides, and the visits whose names have it.

    `version` is 0 for a built-in keyword; `shipped` is whether it is built in.
    """

    word: str
    visit_type: str
    decides: str
    visits: int
    version: int
    shipped: bool


@dataclass(frozen=True)
class NameLine:
    """A service's name as typed most often, its visits, its types now.

    `version` is 0 where keywords decide, else that of the owner's assignment.
    """

    name: str
    types: tuple[str, str]
    visits: int
    newest: date | None
    version: int


@dataclass(frozen=True)
class AliasLine:
    """One of the practice's own spellings, its city, and the bookings with exactly it."""

    spelling: str
    city: str
    bookings: int
    version: int


@dataclass(frozen=True)
class UnplacedVisit:
    """A visit with an unknown or ambiguous city; `typed` is what was typed, maybe empty."""

    booking_id: str
    starts: datetime
    family_id: str
    family: str
    typed: str
    spelling: str
    city: str


@dataclass(frozen=True)
class CorrectedVisit:
    """A booking corrected by the owner; `field` is city or visit_type."""

    booking_id: str
    field: str
    value: str
    family: str
    starts: datetime


def read_words(scope: Scope) -> list[WordLine]:
    """Return the practice's own keywords, then the built-in ones still in force."""
    texts = _texts(scope)
    with scope.read() as conn:
        statement = select(type_word).where(type_word.c.practice_id == scope.practice_id)
        own = conn.execute(statement.order_by(type_word.c.word)).all()
    shipped = {word.word.casefold(): word for word in shipped_words().words}
    lines = [
        WordLine(r.word, r.visit_type, r.decides, 0, r.version, r.word in shipped) for r in own
    ]
    own_words = {line.word for line in lines}
    lines += [
        WordLine(word.word, word.visit_type, word.decides, 0, 0, shipped=True)
        for plain_word, word in shipped.items()
        if plain_word not in own_words
    ]
    return [_counted(line, texts) for line in lines]


def _counted(line: WordLine, texts: Counter[str]) -> WordLine:
    visits = sum(count for text, count in texts.items() if has_word(line.word, text))
    return WordLine(line.word, line.visit_type, line.decides, visits, line.version, line.shipped)


def name_lines(scope: Scope) -> list[NameLine]:
    """Return all service names on file, most visits first, with their types now."""
    with scope.read() as conn:
        choices = read_overrides(conn, scope.practice_id)
        statement = select(type_name).where(type_name.c.practice_id == scope.practice_id)
        versions = {row.name: row.version for row in conn.execute(statement)}
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    newest: dict[str, date] = {}
    for text, count, day in _read_type_texts(scope):
        name = service_name(text)
        spelt[name][text] += count
        newest[name] = max(day, newest.get(name, day))
    for name in versions.keys() - spelt.keys():
        spelt[name][name] = 0
    lines = [
        NameLine(
            name=texts.most_common(1)[0][0].strip(),
            types=visit_types(name, choices.type_words),
            visits=texts.total(),
            newest=newest.get(name),
            version=versions.get(name, 0),
        )
        for name, texts in spelt.items()
    ]
    return sorted(lines, key=lambda line: (-line.visits, line.name))


def _read_type_texts(scope: Scope) -> list[tuple[str, int, date]]:
    of_visit = and_(booking.c.practice_id == visit.c.practice_id, booking.c.id == visit.c.id)
    statement = (
        select(booking.c.type_text, func.count(), func.max(visit.c.day))
        .select_from(visit.join(booking, of_visit))
        .where(visit.c.practice_id == scope.practice_id)
        .group_by(booking.c.type_text)
    )
    with scope.read() as conn:
        return [(row[0], row[1], row[2]) for row in conn.execute(statement)]


def _texts(scope: Scope) -> Counter[str]:
    return Counter({text: count for text, count, _ in _read_type_texts(scope)})


def alias_lines(scope: Scope) -> list[AliasLine]:
    """Return the practice's own spellings of cities, in alphabetical order."""
    statement = select(city_alias).where(city_alias.c.practice_id == scope.practice_id)
    typed = select(booking.c.city_text, booking.c.address, func.count()).where(
        booking.c.practice_id == scope.practice_id
    )
    with scope.read() as conn:
        rows = conn.execute(statement.order_by(city_alias.c.spelling)).all()
        if not rows:
            return []
        counts: Counter[str] = Counter()
        for city_text, address, count in conn.execute(
            typed.group_by(booking.c.city_text, booking.c.address)
        ):
            counts.update(dict.fromkeys({plain(t) for t in (city_text, address) if t}, count))
    return [AliasLine(row.spelling, row.city, counts[row.spelling], row.version) for row in rows]


def unplaced_visits(scope: Scope) -> list[UnplacedVisit]:
    """Return the visits with an unknown or ambiguous city, newest first."""
    statement = (
        select(
            visit.c.id,
            visit.c.starts_at,
            visit.c.city,
            family.c.id.label("family_id"),
            family.c.name,
            booking.c.city_text,
            booking.c.zip,
            booking.c.address,
        )
        .select_from(
            visit.join(family)
            .join(
                booking,
                and_(booking.c.practice_id == visit.c.practice_id, booking.c.id == visit.c.id),
            )
            .join(
                city,
                and_(city.c.practice_id == visit.c.practice_id, city.c.name == visit.c.city),
            )
        )
        .where(
            visit.c.practice_id == scope.practice_id,
            visit.c.state.not_in((State.RESCHEDULED, State.MISSING)),
            or_(visit.c.city == UNKNOWN, city.c.kind == "ambiguous"),
        )
        .order_by(visit.c.starts_at.desc(), visit.c.id)
    )
    with scope.read() as conn:
        return [
            UnplacedVisit(
                booking_id=row.id,
                starts=datetime.fromtimestamp(row.starts_at, scope.zone),
                family_id=row.family_id,
                family=row.name,
                typed=", ".join(part for part in (row.address, row.city_text, row.zip) if part),
                spelling=row.city_text or row.address or "",
                city=row.city,
            )
            for row in conn.execute(statement)
        ]


def corrected_visits(scope: Scope, field: str) -> list[CorrectedVisit]:
    """Return the bookings with a corrected city (or visit_type), the latest first."""
    statement = (
        select(
            correction.c.booking_id,
            correction.c.value,
            booking.c.starts_at,
            booking.c.client_name,
        )
        .select_from(correction.join(booking))
        .where(correction.c.practice_id == scope.practice_id, correction.c.field == field)
        .order_by(correction.c.made_at.desc(), booking.c.starts_at.desc(), booking.c.id)
    )
    with scope.read() as conn:
        return [
            CorrectedVisit(
                row.booking_id,
                field,
                row.value,
                row.client_name,
                datetime.fromtimestamp(row.starts_at, scope.zone),
            )
            for row in conn.execute(statement)
        ]


def cities_to_choose(scope: Scope) -> list[str]:
    """Return the cities to choose for a visit, most visited first, `virtual` last."""
    visits = (
        select(func.count())
        .where(visit.c.practice_id == city.c.practice_id, visit.c.city == city.c.name)
        .scalar_subquery()
    )
    statement = select(city.c.name, city.c.kind, visits.label("visits")).where(
        city.c.practice_id == scope.practice_id, city.c.kind.in_(("city", "virtual"))
    )
    with scope.read() as conn:
        rows = conn.execute(statement).all()
    return [r.name for r in sorted(rows, key=lambda r: (r.kind == "virtual", -r.visits, r.name))]
