"""A draft of a profile: what a person chose on screen, and the TOML made from it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from allay_metrics.intake.column_suggestions import normalise
from allay_metrics.intake.rules import MARKS
from allay_metrics.intake.texts import one_line

DAY_FORMATS = {
    "mdy": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y"),
    "dmy": ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y"),
}
_NAMED_DAYS = (
    "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d-%b-%Y", "%A, %B %d, %Y", "%a, %B %d, %Y",
    "%a %d %B %Y",
)  # fmt: skip
# The mapped ones of these columns identify the next file.
_IDENTIFYING = (
    "start", "start_date", "start_time", "end", "end_time", "minutes", "client_name", "first_name",
    "last_name", "therapist", "type", "price",
)  # fmt: skip
_CANCELLED = {"cancelled", "late_cancelled", "practice_cancelled"}


@dataclass(frozen=True)
class ProfileDraft:
    """`columns` is field -> header, `states` is (header, word) -> mark, without unmarked words.

    `minutes` is the length of a visit if no column has the end; `day` is `mdy` or `dmy`.
    """

    name: str
    label: str
    holds: str
    columns: Mapping[str, str]
    day: str = "mdy"
    minutes: int = 0
    states: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def toml(self) -> str:
        """Return the text of the profile's file."""
        lines = [
            "# Made on the Records page. Every line can be changed: headers stand as in the file.",
            f"name = {_format_string(self.name)}",
            f"label = {_format_string(self.label or self.name)}",
            f"holds = {_format_string(self.holds)}",
            f"marks_attendance = {str(self._has_mark('arrived')).lower()}",
            f"recognised_by = {_format_list(self._identifying_headers())}",
            "",
            "[columns]",
            *(f"{name} = {_format_list([header])}" for name, header in self.columns.items()),
            "",
            "[formats]",
            f"day = {_format_list([*DAY_FORMATS[self.day], *_NAMED_DAYS])}",
        ]
        if self.minutes:
            lines += ["", "[defaults]", f"minutes = {self.minutes}"]
        return "\n".join([*lines, *self._format_marks(), "", *self._format_carries(), ""])

    def _identifying_headers(self) -> list[str]:
        headers = [self.columns[name] for name in _IDENTIFYING if name in self.columns]
        return list(dict.fromkeys([*headers, *(column for column, _ in self.states)]))

    def _has_mark(self, *marks: str) -> bool:
        return any(mark in marks for mark in self.states.values())

    def _format_marks(self) -> list[str]:
        words: dict[tuple[str, str], list[str]] = {}
        for (column, word), mark in self.states.items():
            words.setdefault((mark, column), []).append(re.escape(one_line(word)))
        rules = [
            (column, f"^({'|'.join(word_patterns)})$", mark)
            for (mark, column), word_patterns in sorted(
                words.items(), key=lambda w: MARKS.index(w[0][0])
            )
        ]
        if self._has_cancel_time_only():
            rules.append((self.columns["cancelled_at"], r"\d", "cancelled"))
        return [
            line
            for column, matches, mark in rules
            for line in (
                "",
                "[[marks]]",
                f"columns = {_format_list([column])}",
                f"matches = {_format_string(matches)}",
                f"mark = {_format_string(mark)}",
            )
        ]

    def _has_cancel_time_only(self) -> bool:
        """Return whether cancelled visits are marked by the time of cancelling alone."""
        return "cancelled_at" in self.columns and not self._has_mark(*_CANCELLED)

    def _format_carries(self) -> list[str]:
        attendance = ["attendance"] if self._has_mark("arrived") else []
        cancelled = self._has_cancel_time_only() or self._has_mark(*_CANCELLED)
        details = ["cancel_time", "canceller"]
        no_show = ["no_show"] if self._has_mark("no_show") else []
        kinds = {
            "kept": ["kept", "booked_on", *attendance],
            "cancelled": ["cancelled", *no_show, *details, "booked_on"],
            "all": ["kept", *no_show, "booked_on", *attendance],
        }
        if cancelled:
            kinds["all"] += ["cancelled", *details]
        return [
            "[carries]",
            *(f"{holds} = {_format_list(coverage)}" for holds, coverage in kinds.items()),
        ]


def build_source_name(label: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """Return a source's name in the records, made from its label and not one of `taken`."""
    name = "_".join(normalise(label).split())[:40].strip("_") or "own_table"
    return f"{name}_own" if name in taken else name


def _format_list(texts: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(map(_format_string, texts))}]"


def _format_string(text: str) -> str:
    """Return a TOML string: a JSON string, except that TOML escapes DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
