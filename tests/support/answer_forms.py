"""Invented answers of parents, written as Google Forms, Typeform and Jotform export them."""

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.support.exports import ZONE

QUESTIONS = {
    "cry_min": "Yesterday, roughly how long in total did your baby cry or fuss?",
    "settle": "In the last 24 hours, how hard was it to settle your baby?",
    "sleep_long": "Last night, what was the longest stretch your baby slept in one go?",
    "head_turn": (
        "When left alone, how much of the time does your baby keep the head turned or tilted to "
        "the same side?"
    ),
    "pgic": "Since the first visit, your main concern is:",
    "harms": "Since the last visit, has anything got worse or worried you?",
}
TURNED = ("Never", "A little", "About half the time", "Mostly", "Always")
CHANGED = (
    "Much worse", "Worse", "A little worse", "No change", "A little better", "Better",
    "Much better",
)  # fmt: skip


@dataclass(frozen=True)
class Parent:
    """What one parent answered, at a wall time of the practice such as `2026-03-30 18:31`."""

    at: str
    email: str = "ana.lee@example.org"
    baby: str = "Mia"
    born: str = ""
    values: dict = field(default_factory=dict)
    worry: str = ""
    words: str = ""
    id: str = ""

    @property
    def moment(self):
        return datetime.fromisoformat(self.at).replace(tzinfo=ZONE)

    @property
    def epoch(self):
        return int(self.moment.timestamp())

    @property
    def truth(self):
        """Return (value, text) by measure, as the records should hold it."""
        told = {name: (float(value), None) for name, value in self.values.items()}
        if self.worry:
            told["harms"] = (1.0, self.worry)
        if self.words:
            told["words"] = (None, self.words)
        return told


def length(minutes):
    """Return `1 h 30 min`, the way a parent writes it."""
    hours, rest = divmod(int(minutes), 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]))


def cells(parent):
    """Return the answers as people give them, by measure."""
    told = parent.values
    return {
        "cry_min": length(told["cry_min"]) or "None" if "cry_min" in told else "",
        "settle": f"{told['settle']:g}" if "settle" in told else "",
        "sleep_long": f"{told['sleep_long']:g} h" if "sleep_long" in told else "",
        "head_turn": TURNED[int(told["head_turn"])] if "head_turn" in told else "",
        "pgic": CHANGED[int(told["pgic"]) + 3] if "pgic" in told else "",
        "harms": f"Yes - {parent.worry}" if parent.worry else ("No" if "harms" in told else ""),
    }


def google_direct(path, parents):
    """Write what Google Forms downloads: its zone letters say EST, whatever the zone."""
    head = ["Timestamp", "Username", "Baby's name", "Baby's date of birth", *QUESTIONS.values()]
    rows = [
        [_google_stamp(parent), *_who(parent), *cells(parent).values(), parent.words]
        for parent in parents
    ]
    return _write(path, [*head, "Anything else you want us to know?"], rows)


def google_sheet(path, parents):
    """Write the answer sheet as a spreadsheet saves it: no seconds; one question as a grid."""
    named = {**QUESTIONS, "settle": "In the last 24 hours, how hard was it [to settle your baby]"}
    head = ["Timestamp", "Email Address", "Baby's name", "Baby's date of birth", *named.values()]
    rows = [
        [
            f"{m.month}/{m.day}/{m.year} {m.hour}:{m:%M}",
            *_who(parent),
            *cells(parent).values(),
            parent.words,
        ]
        for parent in parents
        for m in (parent.moment,)
    ]
    return _write(path, [*head, "Anything else you want us to know?"], rows)


def typeform(path, parents, stamp="%Y-%m-%d %H:%M:%S"):
    """Write Typeform's export: HTML in questions, a question asked twice, a column per option."""
    head = [
        "#",
        "What is your <strong>e-mail</strong>?",
        "Baby's name",
        "Baby's date of birth",
        f"<p>{QUESTIONS['cry_min']}</p>",
        QUESTIONS["settle"],
        f"{QUESTIONS['settle']}&nbsp;",
        QUESTIONS["sleep_long"],
        *TURNED,
        *CHANGED,
        QUESTIONS["harms"],
        "Anything else you want us to know?",
        "Start Date (UTC)",
        "Submit Date (UTC)",
        "Network ID",
    ]
    rows = []
    for number, parent in enumerate(parents):
        told = cells(parent)
        settle = [told["settle"], ""] if number % 2 else ["", told["settle"]]
        rows.append([
            parent.id, *_who(parent), told["cry_min"], *settle, told["sleep_long"],
            *(label if told["head_turn"] == label else "" for label in TURNED),
            *(label if told["pgic"] == label else "" for label in CHANGED),
            told["harms"], parent.words, "", f"{parent.moment.astimezone(UTC):{stamp}}", "f3c9",
        ])  # fmt: skip
    return _write(path, head, rows)


def jotform(path, parents):
    """Write Jotform's export: its own ids, month names, birth dates with dashes."""
    head = ["Submission Date", "Submission ID", "E-mail", "Baby's name", "Baby's date of birth"]
    head += [*QUESTIONS.values(), "Comments", "Submission IP"]
    rows = [
        [f"{m:%b} {m.day}, {m.year} {m.hour % 12 or 12}:{m:%M %p}", parent.id,
         *_who(parent, "%m-%d-%Y"), *cells(parent).values(), parent.words, "10.0.0.1"]
        for parent in parents
        for m in (parent.moment,)
    ]  # fmt: skip
    return _write(path, head, rows)


WRITERS = {
    "google_forms": google_direct,
    "typeform": typeform,
    "jotform": jotform,
}


def _google_stamp(parent):
    m = parent.moment
    return f"{m:%Y/%m/%d} {m.hour % 12 or 12}:{m:%M:%S %p} EST"


def _who(parent, born="%m/%d/%Y"):
    day = f"{datetime.fromisoformat(parent.born):{born}}" if parent.born else ""
    return [parent.email, parent.baby, day]


def _write(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(head)
        out.writerows(rows)
    return path
