"""Families that may be one: questions from the records, and the owner's decisions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from sqlalchemy import func, select

from allay_metrics.derive.matching import Links, plain_name
from allay_metrics.derive.override_rules import read_links
from allay_metrics.records import Scope
from allay_metrics.records.tables import booking, family

_FEW = 4  # if more families share a contact, it is no question
_CONTACTS = {"phone": "phone", "address": "address"}


@dataclass
class FamilyContacts:
    """One family from its bookings: names, contacts, addresses, number of bookings, days."""

    key: str
    name: str
    doubt: str | None
    names: dict[str, int] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    bookings: int = 0
    first: date | None = None
    last: date | None = None

    @property
    def surnames(self) -> set[str]:
        """Return the last words of its names, case-folded."""
        return {plain_name(name).rpartition(" ")[2] for name in self.names}


@dataclass(frozen=True)
class FamilyQuestion:
    """A question whether two families are one; `why` is the evidence."""

    one: FamilyContacts
    other: FamilyContacts
    why: str


@dataclass(frozen=True)
class FamilyDecision:
    """A decision of the owner: merged into another, split by a name, or kept as it is."""

    match_key: str
    client_name: str
    into_key: str
    name: str
    into: str

    @property
    def what(self) -> str:
        """Return merged, split or kept."""
        if self.client_name:
            return "split"
        return "kept" if self.into_key == self.match_key else "merged"


@dataclass(frozen=True)
class FamilyLinks:
    """Open questions, families that book under several names, and decisions."""

    questions: tuple[FamilyQuestion, ...]
    several_names: tuple[FamilyContacts, ...]
    decided: tuple[FamilyDecision, ...]


def read_family_links(scope: Scope) -> FamilyLinks:
    """Return the open questions about which families are one, and the decisions so far."""
    with scope.read() as conn:
        links = read_links(conn, scope.practice_id)
    kin = _families(scope)
    kept = {match for (match, name), into in links.items() if not name and into == match}
    candidates = _of_doubts(kin.values()) + _look_alikes(kin.values())
    handled_pairs: set[frozenset[str]] = set()
    questions = []
    for question in candidates:
        pair = frozenset((question.one.key, question.other.key))
        if pair not in handled_pairs and not pair <= kept:
            questions.append(question)
        handled_pairs.add(pair)
    several = [
        relatives
        for relatives in kin.values()
        if len(relatives.surnames) > 1 and relatives.key not in kept
    ]
    several.sort(key=lambda relatives: (-relatives.bookings, relatives.name))
    return FamilyLinks(tuple(questions), tuple(several), _decided(kin, links))


def _families(scope: Scope) -> dict[str, FamilyContacts]:
    """Return all families by match key."""
    who = [booking.c[name] for name in ("client_name", "email", "phone", "address")]
    totals = (func.count().label("n"), func.min(booking.c.day), func.max(booking.c.day))
    statement = (
        select(family.c.match_key, family.c.name, family.c.doubt, *who, *totals)
        .join(booking)
        .where(family.c.practice_id == scope.practice_id)
        .group_by(family.c.match_key, family.c.name, family.c.doubt, *who)
        .order_by(family.c.match_key, *who)
    )
    kin_by_key: dict[str, FamilyContacts] = {}
    with scope.read() as conn:
        for key, name, doubt, client, email, phone, address, count, first, last in conn.execute(
            statement
        ):
            relatives = kin_by_key.setdefault(key, FamilyContacts(key, name, doubt))
            relatives.names[client] = relatives.names.get(client, 0) + count
            relatives.bookings += count
            relatives.first = min(first, relatives.first or first)
            relatives.last = max(last, relatives.last or last)
            for kept, value in (
                (relatives.emails, email),
                (relatives.phones, phone),
                (relatives.addresses, address),
            ):
                if value:
                    kept.add(value)
    return kin_by_key


def _of_doubts(kin: Iterable[FamilyContacts]) -> list[FamilyQuestion]:
    """Return each family with a doubtful match, with those it may be one with."""
    families = list(kin)
    questions = []
    for relatives in families:
        if not relatives.doubt:
            continue
        names = {plain_name(name) for name in relatives.names}
        for other in families:
            if other is relatives or not other.emails:
                continue
            if relatives.phones & other.phones:
                questions.append(
                    FamilyQuestion(relatives, other, "the same phone, and others have it too")
                )
            elif not relatives.phones and names & {plain_name(name) for name in other.names}:
                questions.append(
                    FamilyQuestion(relatives, other, "the same name, and others have it too")
                )
    return questions


def _look_alikes(kin: Iterable[FamilyContacts]) -> list[FamilyQuestion]:
    """Return pairs of families that share a surname and a phone or address."""
    shared: dict[tuple[str, str, str], list[FamilyContacts]] = defaultdict(list)
    for relatives in kin:
        for surname in sorted(relatives.surnames):
            for phone in sorted(relatives.phones):
                shared["phone", surname, phone].append(relatives)
            for address in sorted(set(filter(_is_street, map(plain_name, relatives.addresses)))):
                shared["address", surname, address].append(relatives)
    return [
        FamilyQuestion(one, other, f"the same surname and {_CONTACTS[what]}")
        for (what, _, _), alike in shared.items()
        if 1 < len(alike) <= _FEW
        for one, other in combinations(alike, 2)
    ]


def _is_street(address: str) -> bool:
    """Return whether it is a street address: `Zoom` and `same as last time` are not."""
    return any(letter.isdigit() for letter in address) and " " in address


def _decided(kin: dict[str, FamilyContacts], links: Links) -> tuple[FamilyDecision, ...]:
    def shown(key: str) -> str:
        return kin[key].name if key in kin else key.partition(":")[2].partition("|")[0]

    return tuple(
        FamilyDecision(match, name, into, shown(match), shown(into))
        for (match, name), into in sorted(links.items())
    )
