"""The family and its clients, derived from bookings and visits."""

import re
from collections.abc import Mapping, Sequence

from allay_metrics.contact import ContactPermission, strictest
from allay_metrics.derive.closing import Ending
from allay_metrics.derive.facts import Booking, ClientRow, FamilyFacts, Visit
from allay_metrics.records.keys import key_of
from allay_metrics.records.states import State

_REMARK = re.compile(r"\((?:twins|triplets|gemel[oa]s|mellizos)\)", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|/|&|\+|\band\b|\by\b)\s*", re.IGNORECASE)


def infants(text: str | None) -> list[str]:
    """Return the infants' names in an answer such as `Mia & Leo (twins)`."""
    if not text:
        return []
    return [name for name in _BETWEEN_NAMES.split(_REMARK.sub("", text).strip()) if name]


def client_id(family_id: str, name: str) -> str:
    """Return the id of the family's client of this name."""
    return key_of("client", family_id, name.casefold())


def people_named(
    visit_type: str, infant_names: str | None, client_name: str
) -> tuple[str, list[str]]:
    """Return the kind (infant or parent) of a booking's clients, and their names.

    A massage is for the parent who booked; any other visit is for the infants named in its
    booking, or for the client named where there is none.
    """
    names = [] if visit_type == "massage" else infants(infant_names)
    return ("infant", names) if names else ("parent", [client_name])


def derive_clients(visits: Sequence[Visit]) -> tuple[dict[str, ClientRow], list[tuple[str, str]]]:
    """Return one family's clients by id, and (visit id, client id) pairs."""
    clients: dict[str, ClientRow] = {}
    ids: dict[str, str] = {}
    visit_client_pairs: dict[tuple[str, str], None] = {}
    # Parsed once per distinct answer: a family types the same names each time.
    answers: dict[tuple[str, str | None, str], tuple[str, list[str]]] = {}
    for visit in visits:
        for booking in visit.bookings:
            answer = (visit.visit_type, booking.infant_names, booking.client_name)
            if answer not in answers:
                answers[answer] = people_named(*answer)
            kind, names = answers[answer]
            born = booking.infant_born if kind == "infant" else None
            for person in names:
                plain = person.casefold()
                if plain not in ids:
                    ids[plain] = client_id(booking.family_id, person)
                id_ = ids[plain]
                if id_ not in clients or (born and not clients[id_].born_on):
                    clients[id_] = ClientRow(id_, booking.family_id, person, kind, born)
                visit_client_pairs[visit.id, id_] = None
    return clients, list(visit_client_pairs)


def referral_source(bookings: Sequence[Booking]) -> str:
    """Return the referral source in one family's earliest booking that has one, else `unknown`."""
    sources = [(b.starts_at, b.referral_source) for b in bookings if b.referral_source]
    return min(sources)[1] if sources else "unknown"


def family_facts(
    bookings: Sequence[Booking],
    visits: Sequence[Visit],
    ended: Ending | None,
    contacts: Mapping[str, ContactPermission],
) -> FamilyFacts:
    """Return one family's name, contact data, days of its first, last and next visit, and ending.

    `contacts` are contact permissions by booking id; the strictest of the family's counts.
    """
    contact = strictest(contacts[b.id] for b in bookings if b.id in contacts)
    closed = ended if ended is not None and ended.is_closed else None
    newest = max(bookings, key=lambda b: (b.starts_at, b.id))
    emails = [(b.starts_at, b.email) for b in bookings if b.email]
    phones = [(b.starts_at, b.phone) for b in bookings if b.phone]
    completed = [visit.day for visit in visits if visit.state == State.COMPLETED]
    ahead = [visit.day for visit in visits if visit.state == State.BOOKED]
    return FamilyFacts(
        id=newest.family_id,
        name=newest.client_name.rpartition(" ")[2] or newest.client_name,
        email=max(emails)[1] if emails else None,
        phone=max(phones)[1] if phones else None,
        first_on=completed[0] if completed else None,
        last_on=completed[-1] if completed else None,
        next_on=ahead[0] if ahead else None,
        closed_on=closed.day if closed else None,
        closed_reason=closed.reason if closed else None,
        contact=contact.level,
        contact_reason=contact.reason or None,
    )
