"""A questionnaire's profile as text, from what a person said of each column on screen."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allay_metrics.intake.questionnaires.profile import KIND, PERSON, Questionnaire
from allay_metrics.intake.questionnaires.questions import find_questions, plain_question
from allay_metrics.intake.questionnaires.signs import sign_ids, sign_label
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.own_measures import PREFIX, OwnMeasure

ANSWERED, ID, SIGN = "answered", "id", "sign-"
WHAT = {
    "": "not used",
    ANSWERED: "when it was answered",
    ID: "the response's own id",
    "email": "the family's e-mail",
    "baby": "the baby's name",
    "parent": "the parent's name",
    "born": "the baby's birth date",
    "concern": "the concern",
    "totals": "whether it counts in totals",
    "words": "the parent's words",
}
_STAMP = re.compile(r"time ?stamp|submi|date|answered|fecha", re.IGNORECASE)


@dataclass(frozen=True)
class AnswersDraft:
    """What was said: a name, and for each column what it asks (see `choices`); `utc` its zone."""

    name: str
    label: str
    meanings: Mapping[str, str]
    utc: bool = False

    def toml(self) -> str:
        """Return the profile's text; each question is known by exactly its own words."""
        lines = [f"kind = {_format_text(KIND)}", f"name = {_format_text(self.name)}"]
        lines.append(f"label = {_format_text(self.label or self.name)}")
        stamps = self._columns(ANSWERED)
        lines += [f"recognised_by = {_format_list([*stamps[:1], *self._columns(ID)[:1]])}"]
        lines += [f"answered = {_format_list(stamps)}", f"id = {_format_list(self._columns(ID))}"]
        lines += ['zone = "UTC"'] if self.utc else ['zone_letters = "ignored"']
        lines.append('days = ["%m/%d/%Y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%m-%d-%Y"]')
        own = sorted({name for name in self.meanings.values() if name.startswith(PREFIX)})
        tables = (("person", PERSON, ""), ("measures", (*measures(), *own), ""),
                  ("signs", sign_ids(), SIGN))  # fmt: skip
        for table, names, before in tables:
            headers_by_name = {name: self._columns(before + name) for name in names}
            # Without a sign it says so: every question was looked at.
            if any(headers_by_name.values()) or table == "signs":
                lines += ["", f"[{table}]"]
            lines += [
                f"{name} = {_format_list([_format_exact_pattern(header) for header in headers])}"
                for name, headers in headers_by_name.items()
                if headers
            ]
        return "\n".join([*lines, ""])

    def _columns(self, meaning: str) -> list[str]:
        return [header for header, meant in self.meanings.items() if meant == meaning]


def meaning_choices(own: Iterable[OwnMeasure] = ()) -> dict[str, str]:
    """Return everything a column may ask, with its label: measures, then warning signs."""
    labels = {name: one.label for name, one in measures().items()}
    labels |= {one.id: one.measure.label for one in own}
    return WHAT | labels | {f"{SIGN}{name}": sign_label(name) for name in sign_ids()}


def guess_meanings(headers: Sequence[str], shipped: Questionnaire) -> dict[str, str]:
    """Return what each column seems to ask, '' where its words do not tell."""
    stamp = next((header for header in headers if _STAMP.search(header)), "")
    profile = Questionnaire(**{**vars(shipped), "answered": (stamp,), "recognised_by": ()})
    questions = find_questions(headers, profile) if stamp else None
    meant = dict.fromkeys(headers, "")
    if questions is None:
        return meant
    meant[headers[questions.answered]] = ANSWERED
    for table in (questions.person, questions.measures):
        for name, columns in table.items():
            meant |= {headers[at]: name for at in columns}
    for name, columns in questions.signs.items():
        meant |= {headers[at]: f"{SIGN}{name}" for at in columns}
    return meant


def _format_exact_pattern(header: str) -> str:
    return f"^{re.escape(plain_question(header))}$".replace("\\ ", " ")


def _format_text(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _format_list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_format_text, texts))}]"
