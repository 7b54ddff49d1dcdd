"""The plain values of derivation: a booking as imported, a visit as counted."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Booking(NamedTuple):
    """One booking as its source states it; the field names are the columns of `booking`."""

    id: str
    family_id: str
    source: str
    as_of: int
    missing_from_import_id: str | None
    unconfirmed: int
    current_import_id: str
    starts_at: int
    ends_at: int
    day: date
    minutes: int
    client_name: str
    email: str | None
    phone: str | None
    infant_names: str | None
    infant_born: date | None
    therapist: str | None
    type_text: str
    price_cents: int | None
    booked_on: date | None
    cancelled_at: int | None
    cancelled_by: str | None
    marked: str
    city_text: str | None
    zip: str | None
    address: str | None
    notes: str | None
    referral_source: str | None
    concern: str | None


@dataclass(slots=True)
class Visit:
    """One visit with everything derived; the field names are the columns of `visit`."""

    id: str
    family_id: str
    source: str
    therapist: str
    starts_at: int
    ends_at: int
    day: date
    minutes: int
    visit_type: str
    second_type: str
    state: str
    assumed: int
    city: str
    city_how: str
    price_cents: int | None
    booked_on: date | None
    as_of: int
    bookings: list[Booking] = field(default_factory=list)
    referral_source: str = "unknown"
    is_first: int = 0
    is_first_of_type: int = 0
    is_last: int = 0
    continued: int = 0
    bereaved: int = 0
    rebooked: int = 0
    before_close: int = 0
    unconfirmed: int = 0
    booked_ahead_1w: int = 0
    booked_ahead_2w: int = 0


class FamilyFacts(NamedTuple):
    """What is derived of a family; the field names are columns of `family`."""

    id: str
    name: str
    email: str | None
    phone: str | None
    first_on: date | None
    last_on: date | None
    next_on: date | None
    closed_on: date | None = None
    closed_reason: str | None = None
    contact: str = "yes"
    contact_reason: str | None = None


class ClosedCare(NamedTuple):
    """The day on which a person closed the care of one client, and the reason."""

    day: date
    reason: str


class ClientRow(NamedTuple):
    """A person cared for; the field names are the columns of `client`."""

    id: str
    family_id: str
    name: str
    kind: str
    born_on: date | None
