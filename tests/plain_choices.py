"""What the owner's choices make of bookings, a second time: slowly and obviously.

Like tests/plain.py it reads no line of the package under test. It knows the few names and words
that invented practices use.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHIPPED = {"cst": ("cst", "always"), "lactation": ("lactation", "always"),
           "massage": ("massage", "always"), "prenatal": ("massage", "alone")}  # fmt: skip
CITIES = ["Oakland", "Berkeley", "San Jose"]
NO_HOME = ["unknown", "virtual"]


@dataclass
class Chosen:
    words: dict = field(default_factory=dict)  # word -> (type or none, decides)
    names: dict = field(default_factory=dict)  # name -> (type, second)
    aliases: dict = field(default_factory=dict)  # spelling -> city
    cities: dict = field(default_factory=dict)  # booking id -> city
    types: dict = field(default_factory=dict)  # booking id -> (type, second)
    links: dict = field(default_factory=dict)  # (key, name) -> key


@dataclass(frozen=True)
class Booking:
    id: str
    key: str  # of the family it would have by itself
    name: str
    therapist: str | None
    start: datetime
    minutes: int
    as_of: datetime
    attendance: bool  # whether its file tells who came
    type_text: str
    city_text: str | None
    marked: str
    cancelled_at: datetime | None
    cancelled_by: str | None
    absent: bool


def visits(bookings, chosen):
    """Return {id of the first booking: (family's key, state, types, city, how it was found)}."""
    slots = {}
    for one in sorted(bookings, key=lambda b: b.id):
        key = family(one, chosen)
        slots.setdefault((key, one.therapist, one.start, state(one)), []).append(one)
    places = {}
    for key in {slot[0] for slot in slots}:
        places |= homes([b for b in bookings if family(b, chosen) == key], chosen)
    return {
        rows[0].id: (key, standing, types(rows, chosen), *city(rows, places))
        for (key, _, _, standing), rows in slots.items()
    }


def family(one, chosen):
    key, been = one.key, []
    while key not in been:
        been.append(key)
        if (key, one.name.lower()) in chosen.links:
            key = chosen.links[key, one.name.lower()]
        elif (key, "") in chosen.links:
            key = chosen.links[key, ""]
    return key if key == been[-1] else been[-1]


def state(one):
    if one.marked == "rescheduled":
        return "rescheduled"
    if one.absent:
        return "missing"
    if one.marked == "no_show":
        return "no_show"
    if one.marked == "cancelled":
        if one.cancelled_by == "practice":
            return "practice_cancelled"
        day = timedelta(hours=24)
        late = one.cancelled_at is not None and one.start - one.cancelled_at < day
        return "late_cancelled" if late else "cancelled"
    if one.marked == "arrived":
        return "completed"
    if one.start + timedelta(minutes=one.minutes) > one.as_of:
        return "booked"
    return "unmarked" if one.attendance else "completed"


def types(rows, chosen):
    """A corrected row speaks for the visit; else what its rows name, the first two of them."""
    for one in rows:
        if one.id in chosen.types:
            return chosen.types[one.id]
    named = []
    for one in rows:
        named += [name for name in types_named(one.type_text, chosen) if name]
    named = list(dict.fromkeys(named))
    # What the first row calls itself comes first, whatever its twin adds.
    return (named[0], named[1] if len(named) > 1 else "")


def types_named(text, chosen):
    name = " ".join(text.lower().split())
    if name in chosen.names:
        return chosen.names[name]
    known = {word: said for word, said in {**SHIPPED, **chosen.words}.items() if said[0] != "none"}
    found = [known[word] for word in re.findall("[a-z]+", name) if word in known]
    strong = [said for said in found if said[1] != "alone"]
    if any(kind == "cst" for kind, _ in strong):
        strong = [said for said in strong if said[1] != "unless_cst"]
    kinds = list(dict.fromkeys(kind for kind, _ in strong or found))
    first, second, *_ = [*kinds, "", ""]
    return (first or "other", second)


def homes(bookings, chosen):
    """Return (city, how) of each of one family's bookings."""
    told = {}
    for one in bookings:
        text = (one.city_text or "").lower()
        if one.id in chosen.cities:
            told[one.id] = (chosen.cities[one.id], "corrected")
        elif text == "zoom":
            told[one.id] = ("virtual", "typed")
        elif text in chosen.aliases:
            told[one.id] = (chosen.aliases[text], "typed")
        elif one.city_text in CITIES:
            told[one.id] = (one.city_text, "typed")
        else:
            told[one.id] = ("unknown", "none")
    known = [one for one in bookings if told[one.id][0] not in NO_HOME]
    found = dict(told)
    for one in bookings:
        if told[one.id] == ("unknown", "none") and known:
            away = min(known, key=lambda b, one=one: (abs(b.start - one.start), b.start, b.id))
            found[one.id] = (told[away.id][0], "history")
    return found


def city(rows, places):
    corrected = [places[one.id] for one in rows if places[one.id][1] == "corrected"]
    known = [places[one.id] for one in rows if places[one.id][0] != "unknown"]
    return (corrected or known or [places[rows[0].id]])[0]
