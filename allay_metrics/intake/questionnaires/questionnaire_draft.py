"""A draft of a questionnaire's profile: what a person chose on screen, and its TOML."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allay_metrics.intake.questionnaires.questionnaire import KIND, PERSON, Questionnaire
from allay_metrics.intake.questionnaires.questions import find_questions, plain_question
from allay_metrics.intake.questionnaires.signs import sign_ids, sign_label
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.own_measures import PREFIX, OwnMeasure

ANSWERED, ID, SIGN = "answered", "id", "sign-"
MEANINGS = {
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
    """`meanings` is header -> key of `meaning_choices`; `utc` if the time stamps are in UTC."""

    name: str
    label: str
    meanings: Mapping[str, str]
    utc: bool = False

    def toml(self) -> str:
        """Return the profile's text; each pattern matches the exact text of its question."""
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
        for table, names, prefix in tables:
            headers_by_name = {name: self._columns(prefix + name) for name in names}
            # An empty table of signs says that a person has looked at every question.
            if any(headers_by_name.values()) or table == "signs":
                lines += ["", f"[{table}]"]
            lines += [
                f"{name} = {_format_list([_format_exact_pattern(header) for header in headers])}"
                for name, headers in headers_by_name.items()
                if headers
            ]
        return "\n".join([*lines, ""])

    def _columns(self, meaning: str) -> list[str]:
        return [header for header, chosen in self.meanings.items() if chosen == meaning]


def meaning_choices(own: Iterable[OwnMeasure] = ()) -> dict[str, str]:
    """Return the label of each meaning of a column: fields, measures, warning signs."""
    labels = {name: measure.label for name, measure in measures().items()}
    labels |= {own_measure.id: own_measure.measure.label for own_measure in own}
    return MEANINGS | labels | {f"{SIGN}{name}": sign_label(name) for name in sign_ids()}


def guess_meanings(headers: Sequence[str], shipped: Questionnaire) -> dict[str, str]:
    """Return the probable meaning of each column, '' if unknown."""
    stamp = next((header for header in headers if _STAMP.search(header)), "")
    profile = Questionnaire(**{**vars(shipped), "answered": (stamp,), "recognised_by": ()})
    questions = find_questions(headers, profile) if stamp else None
    meanings_found = dict.fromkeys(headers, "")
    if questions is None:
        return meanings_found
    meanings_found[headers[questions.answered]] = ANSWERED
    for table in (questions.person, questions.measures):
        for name, columns in table.items():
            meanings_found |= {headers[at]: name for at in columns}
    for name, columns in questions.signs.items():
        meanings_found |= {headers[at]: f"{SIGN}{name}" for at in columns}
    return meanings_found


def _format_exact_pattern(header: str) -> str:
    return f"^{re.escape(plain_question(header))}$".replace("\\ ", " ")


def _format_text(text: str) -> str:
    # A TOML string is a JSON string, except that TOML escapes DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _format_list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_format_text, texts))}]"
