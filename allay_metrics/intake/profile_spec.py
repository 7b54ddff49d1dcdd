"""What a profile file says, checked key by key: each problem names file, key and value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allay_metrics.errors import FileProblem
from allay_metrics.intake.rules import (
    COVERAGE,
    FIELDS,
    GONE,
    HOLDS,
    MARKS,
    AnswerColumns,
    Defaults,
    JoinRule,
    MarkRule,
    Profile,
    RowRule,
    answer_header,
)
from allay_metrics.intake.texts import compile_pattern, format_list, quote
from allay_metrics.intake.times import DayFormats, compile_format, read_time

_KEYS = frozenset({
    "name", "label", "holds", "marks_attendance", "one_therapist_a_file",
    "occupancy_only", "phone_region",
    "recognised_by", "columns", "questions", "formats", "marks", "carries", "practice_words",
    "defaults", "skip", "aside", "answers", "joined",
})  # fmt: skip
_LONGEST_DEFAULT = 24 * 60


@dataclass(frozen=True)
class ProfileSpec:
    """What a profile file says; `file` names it in every problem."""

    file: str
    values: dict[str, Any]

    def profile(self) -> Profile:
        """Return the profile, or raise FileProblem."""
        self._known(self.values, _KEYS, "")
        name = self._text("name")
        formats = self._table("formats")
        self._known(formats, {"day"}, "formats.")
        questions, answers, joined = self._questions(), self._answers(), self._joined()
        return Profile(
            name=name,
            label=self._text("label", name),
            holds=self._one_of("holds", self._text("holds", "kept"), HOLDS),
            marks_attendance=self._flag("marks_attendance"),
            one_therapist_a_file=self._flag("one_therapist_a_file"),
            occupancy_only=self._flag("occupancy_only"),
            phone_region=self._text("phone_region", "US"),
            recognised_by=self._texts("recognised_by", self.values.get("recognised_by", [])),
            columns=_add_columns(self._columns(), questions if answers else (), joined),
            questions=questions,
            days=DayFormats(self._formats(formats, "day")),
            marks=tuple(self._mark(i, rule) for i, rule in enumerate(self._list("marks"), 1)),
            carries=self._carries(),
            practice_words=self._pattern(
                "practice_words", r"^(practice|staff|host|provider|therapist|clinic)"
            ),
            defaults=self._defaults(),
            skip=self._row_rules("skip", "what"),
            aside=self._row_rules("aside", "reason"),
            answers=answers,
            joined=joined,
        )

    def _problem(self, key: str, value: object, reason: str) -> FileProblem:
        return FileProblem(f"{self.file}, key {key}, value {quote(str(value))}: {reason}.")

    def _known(
        self, table: Mapping[str, Any], valid_keys: frozenset[str] | set[str], at: str
    ) -> None:
        for key, value in table.items():
            if key not in valid_keys:
                raise self._problem(
                    at + key, value, f"no such key; known are {_format_names(valid_keys)}"
                )

    def _one_of(self, key: str, value: str, choices: tuple[str, ...] | frozenset[str]) -> str:
        if value not in choices:
            raise self._problem(key, value, f"must be one of {_format_names(choices)}")
        return value

    def _text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self._problem(key, "" if value is None else value, "a text is needed")
        return value.strip()

    def _flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self._problem(key, value, "must be true or false")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(t, str) and t.strip() for t in texts):
            raise self._problem(key, value, "a text or a list of texts is needed")
        return tuple(texts)

    def _pattern(self, key: str, default: str) -> re.Pattern[str]:
        return compile_pattern(self._text(key, default), f"{self.file}, key {key}")

    def _table(self, key: str) -> dict[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._problem(key, value, f"a table [{key}] is needed")
        return value

    def _list(self, key: str) -> list[dict[str, Any]]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._problem(key, value, f"tables [[{key}]] are needed")
        return value

    def _columns(self) -> dict[str, tuple[str, ...]]:
        columns = self._table("columns")
        self._known(columns, FIELDS, "columns.")
        return {field: self._texts(f"columns.{field}", names) for field, names in columns.items()}

    def _questions(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        questions = self._table("questions")
        self._known(questions, FIELDS, "questions.")
        return tuple(
            (field, compile_pattern(text, f"{self.file}, key questions.{field}"))
            for field, texts in questions.items()
            for text in self._texts(f"questions.{field}", texts)
        )

    def _formats(self, formats: dict[str, Any], kind: str) -> tuple[re.Pattern[str], ...]:
        texts = self._texts(f"formats.{kind}", formats.get(kind, []))
        return tuple(compile_format(text, f"{self.file}, key formats.{kind}") for text in texts)

    def _mark(self, number: int, rule: dict[str, Any]) -> MarkRule:
        at = f"marks[{number}]."
        self._known(rule, {"columns", "matches", "mark"}, at)
        return MarkRule(
            columns=self._texts(at + "columns", rule.get("columns", "")),
            matches=compile_pattern(str(rule.get("matches", "")), f"{self.file}, key {at}matches"),
            mark=self._one_of(at + "mark", str(rule.get("mark", "")), MARKS),
        )

    def _row_rules(self, key: str, says: str) -> tuple[RowRule, ...]:
        rules = []
        for number, rule in enumerate(self._list(key), 1):
            at = f"{key}[{number}]."
            valid_keys = {"columns", "matches", says}
            self._known(rule, valid_keys | {"became"} if key == "aside" else valid_keys, at)
            became = str(rule.get("became", ""))
            if key == "skip" and not rule.get(says):
                raise self._problem(at + says, "", "a text is needed")
            rules.append(
                RowRule(
                    columns=self._texts(at + "columns", rule.get("columns", "")),
                    matches=compile_pattern(
                        str(rule.get("matches", "")), f"{self.file}, key {at}matches"
                    ),
                    says=str(rule.get(says, "")),
                    became=self._one_of(at + "became", became, ("", *GONE)),
                )
            )
        return tuple(rules)

    def _defaults(self) -> Defaults:
        section = self._table("defaults")
        self._known(section, {"minutes", "time"}, "defaults.")
        minutes, time = section.get("minutes", 0), section.get("time", "")
        if type(minutes) is not int or not 0 <= minutes <= _LONGEST_DEFAULT:
            raise self._problem("defaults.minutes", minutes, "a number of minutes is needed")
        if not isinstance(time, str) or (time and isinstance(read_time(time), str)):
            raise self._problem("defaults.time", time, "a time of day such as 12:00 is needed")
        return Defaults(minutes, time)

    def _answers(self) -> AnswerColumns | None:
        section = self._table("answers")
        self._known(section, {"question", "answer"}, "answers.")
        if not section:
            return None
        patterns = {
            key: compile_pattern(str(section.get(key, "")), f"{self.file}, key answers.{key}")
            for key in ("question", "answer")
        }
        for key, expression in patterns.items():
            if expression.groups != 1:
                raise self._problem(
                    f"answers.{key}", expression.pattern, "one part in () is needed"
                )
        return AnswerColumns(**patterns)

    def _joined(self) -> JoinRule | None:
        section = self._table("joined")
        if not section:
            return None
        parts = {"label", "recognised_by", "same", "same_day", "prefer", "columns"}
        self._known(section, parts, "joined.")
        tables = {key: section.get(key, {}) for key in ("same", "same_day", "prefer", "columns")}
        for key, value in tables.items():
            if not isinstance(value, dict):
                raise self._problem(f"joined.{key}", value, f"a table [joined.{key}] is needed")
        self._known(tables["columns"], FIELDS, "joined.columns.")
        if not (tables["same"] or tables["same_day"]):
            raise self._problem("joined.same", "", "a pair of columns is needed")
        lists = {
            key: {
                name: self._texts(f"joined.{key}.{name}", value)
                for name, value in tables[key].items()
            }
            for key in tables
        }
        return JoinRule(
            label=str(section.get("label", "second report")),
            recognised_by=self._texts("joined.recognised_by", section.get("recognised_by", "")),
            same={ours: theirs[0] for ours, theirs in lists["same"].items()},
            same_day=lists["same_day"],
            prefer={ours: theirs[0] for ours, theirs in lists["prefer"].items()},
            columns=lists["columns"],
        )

    def _carries(self) -> dict[str, frozenset[str]]:
        carries = self._table("carries")
        self._known(carries, set(HOLDS), "carries.")
        kinds = {
            holds: frozenset(self._texts(f"carries.{holds}", coverage))
            for holds, coverage in carries.items()
        }
        for holds, coverage in kinds.items():
            for kind in sorted(coverage - COVERAGE):
                raise self._problem(
                    f"carries.{holds}", kind, f"known are {_format_names(COVERAGE)}"
                )
        return kinds


def _add_columns(
    columns: dict[str, tuple[str, ...]],
    questions: tuple[tuple[str, re.Pattern[str]], ...],
    joined: JoinRule | None,
) -> dict[str, tuple[str, ...]]:
    """Return the columns with those a second report or answers in cells add to a row."""
    all_columns = dict(columns)
    for field in dict.fromkeys(field for field, _ in questions):
        all_columns[field] = (*all_columns.get(field, ()), answer_header(field))
    if joined:
        for field, names in joined.columns.items():
            all_columns[field] = (*all_columns.get(field, ()), *map(joined.header, names))
    return all_columns


def _format_names(names: frozenset[str] | set[str] | tuple[str, ...]) -> str:
    return format_list(sorted(names), most=len(names)).replace("'", "")
