"""Invented answers to the booking form, as untidy as real ones."""

from __future__ import annotations

from datetime import date
from functools import cache

from allay_metrics.demo.demo_cities import CITIES, LANDMARKS, STREETS
from allay_metrics.demo.demo_families import TWINS_IN_ONE_ROW, Births
from allay_metrics.demo.demo_practice import CST, LACTATION, POSTPARTUM, PRENATAL
from allay_metrics.demo.invented_names import BABIES

FULL, NO_ZIP, NO_COMMAS, ZIP_ONLY, MISTYPED, STREET_ONLY, LANDMARK, NOTHING = range(8)
STYLE_SHARES = (0.71, 0.09, 0.05, 0.05, 0.03, 0.03, 0.01, 0.03)

# Per kind of visit: what brings a family, and the concern of data/reference/concerns.csv.
CONCERNS: dict[int, tuple[tuple[str, str], ...]] = {
    PRENATAL: (
        ("lower back pain, 3rd trimester", "body_pain"),
        ("hips and sciatica", "body_pain"),
        ("tight shoulders, trouble sleeping", "body_pain"),
        ("want to relax before the birth", "body_pain"),
    ),
    LACTATION: (
        ("painful latch", "feeding"),
        ("baby is not gaining enough", "feeding"),
        ("clicking while nursing, gassy", "feeding"),
        ("low supply?", "feeding"),
        ("pumping and going back to work", "feeding"),
        ("tight jaw, shallow latch", "jaw"),
        ("se me agrietan los pezones", "feeding"),
    ),
    CST: (
        ("colic, crying every evening", "crying"),
        ("cries for hours, hard to settle", "crying"),
        ("llora mucho por la noche", "crying"),
        ("flat spot on the right side", "head_shape"),
        ("always looks to the left", "torticollis"),
        ("gas, spit-up, straining", "digestion"),
        ("short naps, wakes every hour", "sleep"),
        ("tight jaw since birth", "jaw"),
        ("long labor, vacuum delivery", "birth"),
        ("seems tense, arches back", "tension"),
        ("startles easily, never calm", "regulation"),
    ),
    POSTPARTUM: (
        ("c-section recovery, back pain", "body_pain"),
        ("neck and shoulders from nursing", "body_pain"),
        ("pelvis still sore", "body_pain"),
        ("need an hour for myself", "body_pain"),
    ),
}

PARKING: tuple[str, ...] = (
    "", "", "", "", "", "", "", "Street parking, free after 6 pm", "Driveway is fine",
    "Gate code #1423", "Gate 0417 then left", "Two friendly dogs", "Cat, please keep door shut",
    "Ring twice, baby may be asleep", "Visitor spot 12 in the garage", "2-hour zone, move by noon",
    "Side entrance through the garden", "Steep stairs, sorry!", "Buzzer says \"Studio B\"",
    "Call when you are here\nthe bell is broken",
)  # fmt: skip

NOTES: tuple[str, ...] = (
    "Running late is fine", "Pediatrician asked for a summary", "Bring the scale please",
    "Partner will be home", "Asked for afternoon times", "Weight check: 8 lb 2 oz",
    "Tongue tie revised last week", "Prefers text messages", "Invoice for HSA, please",
)  # fmt: skip


def one_cell(text: str) -> str:
    """Return the text escaped for a quoted CSV field."""
    return text.replace('"', '""')


class Homes:
    """The addresses of the births: the usual spelling precomputed, odd ones on demand."""

    def __init__(self, births: Births) -> None:
        self._city = births.city.tolist()
        self._zip = births.zip_number.tolist()
        self._street = [
            f"{house} {STREETS[street]}"
            for house, street in zip(births.house.tolist(), births.street.tolist(), strict=True)
        ]
        self.full = [
            f"{street}, {CITIES[city].name}, CA {CITIES[city].zips[number]}"
            for street, city, number in zip(self._street, self._city, self._zip, strict=True)
        ]

    def typed(self, birth: int, style: int, turn: int) -> str:
        """Return the address as typed in that style; `turn` picks among several spellings."""
        street, city = self._street[birth], CITIES[self._city[birth]]
        if style == NO_ZIP:
            return f"{street}, {city.name}"
        if style == NO_COMMAS:
            return f"{street} {city.name} CA"
        if style == ZIP_ONLY:
            return f"{street}, {city.zips[self._zip[birth]]}"
        if style == MISTYPED:
            spellings = city.typed or (city.name.lower(),)
            return f"{street}, {spellings[turn % len(spellings)]}"
        if style == STREET_ONLY:
            return street
        return LANDMARKS[turn % len(LANDMARKS)] if style == LANDMARK else ""


def baby_names(births: Births) -> tuple[list[str], list[str], list[str]]:
    """Return per birth the names in a shared row, and in the first and second twin's own row."""
    first = [BABIES[number] for number in births.baby.tolist()]
    second = [BABIES[number] for number in births.second_baby.tolist()]
    together = [
        (f"{a} & {b}" if number % 2 else f"{a} and {b} (twins)") if twins == TWINS_IN_ONE_ROW else a
        for number, (a, b, twins) in enumerate(
            zip(first, second, births.twins.tolist(), strict=True)
        )
    ]
    return together, first, second


def birth_dates(births: Births) -> tuple[list[str], list[str]]:
    """Return per birth the date as parents type it after and before the birth."""
    born, due = [], []
    for number, day in enumerate(births.day.tolist()):
        short, long = _spellings(day)
        born.append(long if number % 9 == 4 else short)
        due.append(f"due {short}" if number % 8 == 1 else short)
    return born, due


@cache
def _spellings(day: int) -> tuple[str, str]:
    """Return 10/3/2026 and October 3, 2026 for an ordinal day."""
    when = date.fromordinal(day)
    return f"{when.month}/{when.day}/{when.year}", f"{when:%B} {when.day}, {when.year}"
