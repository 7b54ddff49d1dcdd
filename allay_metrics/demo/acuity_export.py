"""The demo practice as an Acuity export: all fields quoted, CRLF, wall times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from allay_metrics.demo.booking_form_answers import (
    CONCERNS,
    FULL,
    LANDMARK,
    NOTES,
    PARKING,
    STREET_ONLY,
    STYLE_SHARES,
    ZIP_ONLY,
    Homes,
    baby_names,
    birth_dates,
    one_cell,
)  # fmt: skip
from allay_metrics.demo.demo_cities import CITIES, VIRTUAL
from allay_metrics.demo.demo_families import REFERRALS, RETURNING, TWINS_IN_TWO_ROWS, Ints
from allay_metrics.demo.demo_practice import (
    POSTPARTUM,
    PRENATAL,
    S_VIRTUAL,
    SERVICES,
    TIMEZONE,
    therapists,
)  # fmt: skip
from allay_metrics.demo.invented_names import FAMILY_NAMES, PARENTS, PARTNERS
from allay_metrics.demo.invention import KEPT, NO_SHOW, InventedPractice, last_booking_day
from allay_metrics.demo.visit_plan import Flags

HEADER: tuple[str, ...] = (
    "Start Time", "End Time", "Timezone", "First Name", "Last Name", "Phone", "Email", "Type",
    "Calendar", "Appointment Price", "Paid?", "Amount Paid Online", "Certificate Code", "Notes",
    "Date Scheduled", "Label", "Scheduled By", "Date Rescheduled",
    "Home address (street, city, ZIP) ", "Parking, gate code, pets", "Baby's name",
    "Baby's date of birth or due date", "What brings you to us? | ¿Qué le trae?",
    "How did you hear about us?", "Appointment ID",
)  # fmt: skip
NO_SHOW_LABELS = ("No Show", "no-show", "NoShow", "No show ")
OWN_LABELS = ("Completed", "Completed", "Completed", "Completed", "Checked In", "Send notes")
FIRST_APPOINTMENT_ID = 612_000_000
CHUNK = 50_000


@dataclass(frozen=True)
class Rows:
    """One entry per row of the calendar: a visit, or one of the two twins of a visit.

    `part` is 0 for a whole visit, 1 and 2 for twins booked separately. Random draws are made once,
    so that a row has the same values in an older and a newer export.
    """

    visit: Ints
    part: Ints
    appointment: Ints
    style: Ints
    turn: Ints
    chance: Ints


def build_calendar_rows(invented: InventedPractice) -> Rows:
    """Return the rows in the order in which they were booked."""
    rng = np.random.default_rng([invented.seed, 3])
    visits, births = invented.visits, invented.births
    infant = ~np.isin(visits.kind, (PRENATAL, POSTPARTUM))
    apart = infant & (births.twins[visits.birth] == TWINS_IN_TWO_ROWS)
    visit = np.repeat(np.arange(len(visits)), np.where(apart, 2, 1))
    second = np.r_[False, visit[1:] == visit[:-1]] if len(visit) else np.zeros(0, dtype=np.bool_)
    part = np.where(apart[visit], 1 + second, 0)
    order = np.lexsort((rng.random(len(visits))[visit], visits.booked[visit]))
    visit, part = visit[order], part[order]
    count = len(visit)
    return Rows(
        visit,
        part,
        FIRST_APPOINTMENT_ID + np.cumsum(rng.integers(1, 900, size=count)),
        _draw_styles(invented, rng)[visit],
        rng.integers(1 << 20, size=len(visits))[visit],
        rng.integers(1000, size=len(visits))[visit],
    )


def _draw_styles(invented: InventedPractice, rng: np.random.Generator) -> Ints:
    """Return per visit the style of the typed address.

    A few families never type a city; a third of those whose ZIP has two cities omit it.
    """
    visits, births = invented.visits, invented.births
    style = rng.choice(len(STYLE_SHARES), size=len(visits), p=STYLE_SHARES)
    habit = rng.random(len(births))
    shared = np.array([city.zips == ("94010",) for city in CITIES])[births.city]
    style = np.where((shared & (habit > 0.68))[visits.birth], ZIP_ONLY, style)
    style = np.where((habit < 0.03)[visits.birth], STREET_ONLY, style)
    return np.where((habit < 0.008)[visits.birth], LANDMARK, style)


class CsvRenderer:
    """Renders rows as CSV lines; repeated texts are formatted once, at the start."""

    def __init__(self, invented: InventedPractice, rows: Rows) -> None:
        self._invented, self._rows = invented, rows
        visits, births, families = invented.visits, invented.births, invented.families
        days = np.concatenate([visits.day, visits.booked, invented.moved_on])
        self._days = {day: date.fromordinal(day) for day in np.unique(days).tolist() if day}
        self._long = {day: f"{when:%B} {when.day}, {when.year}" for day, when in self._days.items()}
        self._iso = {0: ""} | {day: when.isoformat() for day, when in self._days.items()}
        self._homes = Homes(births)
        self._babies = baby_names(births)
        self._born, self._due = birth_dates(births)
        self._emails, self._phones = families.emails, families.phones
        people = therapists(invented.teams)
        self._calendars = [therapist.name for therapist in people]
        self._owners = [f"{therapist.email} via Mobile App" for therapist in people]
        self._parking = [one_cell(text) for text in PARKING]

    def lines(self, chosen: Ints, days: Ints, as_of: datetime) -> Iterator[str]:
        """Yield the CSV line of each chosen row; `days` are their days as of `as_of`."""
        for start in range(0, len(chosen), CHUNK):
            part = slice(start, start + CHUNK)
            yield from self._chunk(chosen[part], days[part], as_of)

    def _chunk(self, chosen: Ints, days: Ints, as_of: datetime) -> Iterator[str]:
        """Yield the lines of one chunk of rows."""
        invented, visits = self._invented, self._invented.visits
        visit = self._rows.visit[chosen]
        birth, family = visits.birth[visit], visits.family[visit]
        minutes = np.array([service.minutes for service in SERVICES])[invented.service[visit]]
        start = invented.minute[visit]
        cutoff_day = last_booking_day(as_of)
        moved = np.where(invented.moved_on[visit] <= cutoff_day, invented.moved_on[visit], 0)
        people = zip(*self._people(chosen, family), strict=True)
        answers = zip(*self._answers(chosen, visit, birth), strict=True)
        wording = zip(*self._wording(chosen, visit, days, as_of), strict=True)
        long, iso, clock, calendars = self._long, self._iso, _CLOCK, self._calendars
        for who, form_answers, put, day, begin, end, therapist, booked, again, number in zip(
            people, answers, wording, days.tolist(), start.tolist(), (start + minutes).tolist(),
            visits.therapist[visit].tolist(), visits.booked[visit].tolist(), moved.tolist(),
            self._rows.appointment[chosen].tolist(), strict=True,
        ):  # fmt: skip
            first, last, phone, email = who
            home, parking, baby, born, concern, referral = form_answers
            name, price, paid, online, code, note, label, by = put
            yield (
                f'"{long[day]} {clock[begin]}","{long[day]} {clock[end]}","{TIMEZONE}","{first}",'
                f'"{last}","{phone}","{email}","{name}","{calendars[therapist]}","{price}",'
                f'"{paid}","{online}","{code}","{note}","{iso[booked]}","{label}","{by}",'
                f'"{iso[again]}","{home}","{parking}","{baby}","{born}","{concern}","{referral}",'
                f'"{number}"\r\n'
            )

    def _people(self, chosen: Ints, family: Ints) -> tuple[list[str], ...]:
        """Return first name, last name, phone and e-mail of who booked."""
        families, turn = self._invented.families, self._rows.turn[chosen]
        # One in twelve bookings is the partner's, with the e-mail both use.
        partner = families.has_email[family] & (turn % 12 == 5)
        first = [
            PARTNERS[second] if is_partner else PARENTS[first_name]
            for first_name, second, is_partner in zip(
                families.first[family].tolist(), families.partner[family].tolist(),
                partner.tolist(), strict=True,
            )
        ]  # fmt: skip
        last = [FAMILY_NAMES[number] for number in families.last[family].tolist()]
        ids = family.tolist()
        phone = [_phone(self._phones[id_], id_) for id_ in ids]
        return first, last, phone, [self._emails[id_] for id_ in ids]

    def _answers(self, chosen: Ints, visit: Ints, birth: Ints) -> tuple[list[str], ...]:
        """Return the answers to the form's six questions."""
        invented, rows = self._invented, self._rows
        turn = rows.turn[chosen].tolist()
        virtual = invented.service[visit] == S_VIRTUAL
        birth_list, kinds = birth.tolist(), invented.visits.kind[visit].tolist()
        homes = [
            VIRTUAL[t % len(VIRTUAL)] if online
            else self._homes.full[b] if style == FULL
            else self._homes.typed(b, style, t)
            for b, style, t, online in zip(
                birth_list, rows.style[chosen].tolist(), turn, virtual.tolist(), strict=True
            )
        ]  # fmt: skip
        parking = [self._parking[b * 7 % len(PARKING)] for b in birth_list]
        unborn = (invented.visits.day[visit] <= invented.births.day[birth]).tolist()
        part = rows.part[chosen].tolist()
        babies = [
            "" if u else self._babies[p][b]
            for u, p, b in zip(unborn, part, birth_list, strict=True)
        ]
        born = [
            "" if t % 17 == 3 else self._due[b] if u else self._born[b]
            for u, b, t in zip(unborn, birth_list, turn, strict=True)
        ]
        concern = [
            CONCERNS[k][b * 5 % len(CONCERNS[k])][0] if t % 6 else ""
            for k, b, t in zip(kinds, birth_list, turn, strict=True)
        ]
        return homes, parking, babies, born, concern, self._referrals(birth)

    def _referrals(self, birth: Ints) -> list[str]:
        """Return the referral source of each row's family."""
        births, families = self._invented.births, self._invented.families
        returning = births.is_second_child[birth].tolist()
        source = families.referral[births.family[birth]].tolist()
        return [
            RETURNING if again else REFERRALS[number]
            for again, number in zip(returning, source, strict=True)
        ]

    def _wording(
        self, chosen: Ints, visit: Ints, days: Ints, as_of: datetime
    ) -> tuple[list[str], ...]:
        """Return type, price, payment, code, note, label and who booked."""
        invented = self._invented
        chance, turn = self._rows.chance[chosen].tolist(), self._rows.turn[chosen].tolist()
        services = [SERVICES[number] for number in invented.service[visit].tolist()]
        earlier = (days < date(invented.until.year, 1, 1).toordinal()).tolist()
        price = [
            "" if c < 15 else f"{service.price - 10 * before}.00"
            for service, c, before in zip(services, chance, earlier, strict=True)
        ]
        paid = ["yes" if c % 10 < 7 else "no" for c in chance]
        online = [p if c % 10 == 0 and p else "0.00" for p, c in zip(price, chance, strict=True)]
        code = ["FRIEND15" if c % 50 == 7 else "" for c in chance]
        note = [
            NOTES[t % len(NOTES)] if c % 12 == 3 else "" for c, t in zip(chance, turn, strict=True)
        ]
        label = self._labels(chosen, visit, days < as_of.toordinal())
        by = [
            "a client " if c % 4 else self._owners[therapist]
            for c, therapist in zip(chance, invented.visits.therapist[visit].tolist(), strict=True)
        ]
        return [service.name for service in services], price, paid, online, code, note, label, by

    def _labels(self, chosen: Ints, visit: Ints, past: Flags) -> list[str]:
        """Return the label of each row: for a no-show, sometimes for a kept visit."""
        drawn = zip(
            self._invented.state[visit].tolist(), past.tolist(),
            self._rows.chance[chosen].tolist(), self._rows.turn[chosen].tolist(), strict=True,
        )  # fmt: skip
        return [
            "" if not over
            else NO_SHOW_LABELS[turn % len(NO_SHOW_LABELS)] if state == NO_SHOW
            else OWN_LABELS[chance % len(OWN_LABELS)] if state == KEPT and chance % 5 < 2
            else ""
            for state, over, chance, turn in drawn
        ]  # fmt: skip


_CLOCK = {
    minute: f"{(minute // 60 - 1) % 12 + 1}:{minute % 60:02d} {'am' if minute < 720 else 'pm'}"
    for minute in range(24 * 60)
}


def _phone(digits: str, family: int) -> str:
    """Return the phone as exported: after an apostrophe, in the family's spelling."""
    if not digits or family % 10:
        return f"'+1{digits}" if digits else ""
    return f"'({digits[:3]}) {digits[3:6]}-{digits[6:]}" if family % 20 else f"'{digits}"


def find_rows_kept_at(invented: InventedPractice, rows: Rows, cutoff_day: int) -> Flags:
    """Return which rows were in the calendar, not cancelled, at the end of `cutoff_day`."""
    visits = invented.visits
    not_cancelled = (invented.state == KEPT) | (invented.cancelled_on > cutoff_day)
    held: Flags = not_cancelled & (visits.booked <= cutoff_day)
    return held[rows.visit]


def find_rows_cancelled(invented: InventedPractice, rows: Rows) -> Flags:
    """Return which rows are in the export of cancelled appointments, including no-shows."""
    gone: Flags = invented.state != KEPT
    return gone[rows.visit]


def write_csv(path: Path, lines: Iterator[str]) -> None:
    """Write the header and the lines, replacing an existing file."""
    header = ",".join(f'"{name}"' for name in HEADER)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\r\n")
        file.writelines(lines)
