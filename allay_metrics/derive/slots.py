"""From one family's bookings to its visits: state, type, city, and rows of twins combined."""

from collections.abc import Mapping, Sequence

from allay_metrics.derive.city import CityMatch, find_city
from allay_metrics.derive.city_from_history import fill_from_history
from allay_metrics.derive.facts import Booking, Visit
from allay_metrics.derive.override_rules import Overrides, Types
from allay_metrics.derive.state import state
from allay_metrics.derive.visit_type import visit_types
from allay_metrics.records.states import State


def derive_visits(
    bookings: Sequence[Booking],
    decided: Mapping[str, str],
    marking: frozenset[str],
    choices: Overrides,
) -> list[Visit]:
    """Return one family's visits in order of their start.

    `bookings` are in the order of their ids; `decided` are the owner's decisions on missing
    bookings by booking id; `marking` are the imports whose source marks attendance; `choices` are
    the overrides of types and cities: a correction of one row applies to its visit. Rows with the
    same therapist, start and state are one visit (twins booked separately): it has the id of its
    first row, the sum of their prices and the longest duration. A booking decided as deleted
    yields no visit.
    """
    kept = [
        b for b in bookings if not (b.missing_from_import_id and decided.get(b.id) == "deleted")
    ]
    places = fill_from_history([b.starts_at for b in kept], _find_cities(kept, choices))
    words, types = choices.type_words, choices.types
    visits: dict[tuple[str, int, str], Visit] = {}
    for booking, match in zip(kept, places, strict=True):
        visit_state, assumed = _state(booking, decided, marking)
        first, second = types.get(booking.id) or visit_types(booking.type_text, words)
        therapist = booking.therapist or "unknown"
        slot = (therapist, booking.starts_at, visit_state)
        visit = Visit(
            id=booking.id,
            family_id=booking.family_id,
            source=booking.source,
            therapist=therapist,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            day=booking.day,
            minutes=booking.minutes,
            visit_type=first,
            second_type=second,
            state=visit_state,
            assumed=assumed,
            city=match.city,
            city_how=match.how,
            price_cents=booking.price_cents,
            booked_on=booking.booked_on,
            as_of=booking.as_of,
            unconfirmed=booking.unconfirmed,
            bookings=[booking],
        )
        if slot in visits:
            _join(visits[slot], visit, types)
        else:
            visits[slot] = visit
    return sorted(visits.values(), key=lambda visit: (visit.starts_at, visit.id))


def _find_cities(bookings: Sequence[Booking], choices: Overrides) -> list[CityMatch]:
    names, corrected = choices.city_names, choices.cities
    places = [find_city(b.city_text, b.zip, b.address, b.notes, names) for b in bookings]
    if not corrected:
        return places
    return [
        CityMatch(corrected[booking.id], "corrected") if booking.id in corrected else match
        for booking, match in zip(bookings, places, strict=True)
    ]


def _state(
    booking: Booking, decided: Mapping[str, str], marking: frozenset[str]
) -> tuple[str, int]:
    decision = decided.get(booking.id) if booking.missing_from_import_id else None
    if decision == "cancelled":
        return State.CANCELLED, 0
    return state(
        marked=booking.marked,
        cancelled_by=booking.cancelled_by,
        cancelled_at=booking.cancelled_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        as_of=booking.as_of,
        absent=bool(booking.missing_from_import_id) and decision != "kept",
        marks_attendance=booking.current_import_id in marking,
    )


def _join(visit: Visit, other: Visit, corrected: Mapping[str, Types]) -> None:
    """Merge another row of the same slot into the visit."""
    _join_types(visit, other, corrected)
    visit.bookings += other.bookings
    visit.ends_at = max(visit.ends_at, other.ends_at)
    visit.minutes = max(visit.minutes, other.minutes)
    visit.assumed = max(visit.assumed, other.assumed)
    visit.as_of = max(visit.as_of, other.as_of)
    visit.unconfirmed = min(visit.unconfirmed, other.unconfirmed)
    if other.price_cents is not None:
        visit.price_cents = (visit.price_cents or 0) + other.price_cents
    if other.booked_on is not None:
        visit.booked_on = min(visit.booked_on or other.booked_on, other.booked_on)
    if visit.city == "unknown" or (other.city_how == "corrected" != visit.city_how):
        visit.city, visit.city_how = other.city, other.city_how


def _join_types(visit: Visit, other: Visit, corrected: Mapping[str, Types]) -> None:
    if any(booking.id in corrected for booking in visit.bookings):
        return
    if other.id in corrected:
        visit.visit_type, visit.second_type = other.visit_type, other.second_type
        return
    for visit_type in (other.visit_type, other.second_type):
        if visit_type and visit_type != visit.visit_type and not visit.second_type:
            visit.second_type = visit_type
