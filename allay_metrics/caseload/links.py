"""Links for one tap: a text to the family, ready to send, and directions to it.

They open the phone's own apps; `contact` decides whether the family may be sent a text. No address
of our own app ever names a person.
"""

import re
from datetime import datetime
from urllib.parse import quote

from allay_metrics import formatting as fmt
from allay_metrics.contact import ContactPermission, text_link
from allay_metrics.records import UNKNOWN, VIRTUAL

_STATE = re.compile(r"\b(?:CA|California)\b", re.IGNORECASE)
MAPS = "https://www.google.com/maps/dir/?api=1&destination="


def build_late_text_link(
    contact: ContactPermission, phone: str | None, therapist: str, starts: datetime
) -> str | None:
    """Return the link that opens a text to the family; None as in `contact.text_link`."""
    first = therapist.split(" ", maxsplit=1)[0]
    text = (
        f"Hello, this is {first}. I am running a little late for our visit at "
        f"{fmt.clock(starts)}. I will be there as soon as I can."
    )
    return text_link(contact, "visit", phone, text)


def build_directions_link(address: str | None, city: str) -> str | None:
    """Return the link to directions; None for a visit by video or where no place is known.

    The city is added to an address that does not name it, and is used alone without an address.
    """
    place = " ".join((address or "").split())
    has_city = city not in (VIRTUAL, UNKNOWN) and "(" not in city
    if city == VIRTUAL or not (place or has_city):
        return None
    if has_city and city.casefold() not in place.casefold():
        place = f"{place}, {city}" if place else city
    return MAPS + quote(place if _STATE.search(place) else f"{place}, CA")
