"""A profile: one scheduling system's columns, formats and words, read from a TOML file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from allay_metrics.errors import FileProblem, choose_from
from allay_metrics.intake.texts import listed, pattern, quoted
from allay_metrics.intake.times import DayFormats, compile_format

SHIPPED = Path(__file__).parent / "profiles"

# What a profile may map a column to.
FIELDS = frozenset({
    "source_key", "start", "end", "start_date", "start_time", "end_time", "minutes", "zone",
    "client_name", "first_name", "last_name", "email", "phone", "infant_names", "infant_born",
    "therapist", "type", "price", "booked_on", "cancelled_at", "cancelled_by", "city", "zip",
    "address", "notes", "concern", "referral_source",
})  # fmt: skip
MARKS = ("arrived", "cancelled", "no_show", "rescheduled")
HOLDS = ("kept", "all", "cancelled")
COVERAGE = frozenset(
    {"kept", "cancelled", "no_show", "cancel_time", "canceller", "booked_on", "attendance"}
)
_KEYS = frozenset({
    "name", "label", "holds", "marks_attendance", "phone_region", "recognised_by", "columns",
    "questions", "formats", "marks", "carries", "practice_words",
})  # fmt: skip


@dataclass(frozen=True)
class MarkRule:
    """A word in one of these columns marks the visit."""

    columns: tuple[str, ...]
    matches: re.Pattern[str]
    mark: str


@dataclass(frozen=True)
class Profile:
    """How one source writes its visits; `name` is the source's name in the records."""

    name: str
    label: str
    holds: str
    marks_attendance: bool
    phone_region: str
    recognised_by: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    questions: tuple[tuple[str, re.Pattern[str]], ...]
    days: DayFormats
    marks: tuple[MarkRule, ...]
    carries: Mapping[str, frozenset[str]]
    practice_words: re.Pattern[str]


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with the product, the general `csv` last."""
    found = [read_profile(path) for path in sorted(SHIPPED.glob("*.toml"))]
    return tuple(sorted(found, key=lambda profile: (profile.name == "csv", profile.name)))


def shipped_profile(name: str) -> Profile:
    """Return the shipped profile of this name, or raise FileProblem naming those there are."""
    by_name = {profile.name: profile for profile in shipped_profiles()}
    if name not in by_name:
        raise FileProblem(choose_from("source", name, by_name) + " A profile file can name others.")
    return by_name[name]


def read_profile(path: Path) -> Profile:
    """Return the checked profile, or raise FileProblem with the file, the key and the value."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileProblem(f"{path.name} cannot be opened: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path.name} is not a TOML profile: {error}.") from None
    return _Told(path.name, told).profile()


@dataclass(frozen=True)
class _Told:
    """What a profile file says, checked key by key."""

    file: str
    told: dict[str, Any]

    def profile(self) -> Profile:
        self._known(self.told, _KEYS, "")
        name = self._text("name")
        formats = self._table("formats")
        self._known(formats, {"day"}, "formats.")
        return Profile(
            name=name,
            label=self._text("label", name),
            holds=self._one_of("holds", self._text("holds", "kept"), HOLDS),
            marks_attendance=self._flag("marks_attendance"),
            phone_region=self._text("phone_region", "US"),
            recognised_by=self._texts("recognised_by", self.told.get("recognised_by", [])),
            columns=self._columns(),
            questions=self._questions(),
            days=DayFormats(self._formats(formats, "day")),
            marks=tuple(self._mark(i, rule) for i, rule in enumerate(self._list("marks"), 1)),
            carries=self._carries(),
            practice_words=pattern(
                self._text("practice_words", r"^(practice|staff|host|provider|therapist|clinic)"),
                f"{self.file}, key practice_words",
            ),
        )

    def _problem(self, key: str, value: object, reason: str) -> FileProblem:
        return FileProblem(f"{self.file}, key {key}, value {quoted(str(value))}: {reason}.")

    def _known(self, table: Mapping[str, Any], known: frozenset[str] | set[str], at: str) -> None:
        for key, value in table.items():
            if key not in known:
                raise self._problem(at + key, value, f"no such key; known are {_names(known)}")

    def _one_of(self, key: str, value: str, known: tuple[str, ...] | frozenset[str]) -> str:
        if value not in known:
            raise self._problem(key, value, f"must be one of {_names(known)}")
        return value

    def _text(self, key: str, default: str | None = None) -> str:
        value = self.told.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self._problem(key, "" if value is None else value, "a text is needed")
        return value.strip()

    def _flag(self, key: str) -> bool:
        value = self.told.get(key, False)
        if not isinstance(value, bool):
            raise self._problem(key, value, "must be true or false")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(t, str) and t.strip() for t in texts):
            raise self._problem(key, value, "a text or a list of texts is needed")
        return tuple(texts)

    def _table(self, key: str) -> dict[str, Any]:
        value = self.told.get(key, {})
        if not isinstance(value, dict):
            raise self._problem(key, value, f"a table [{key}] is needed")
        return value

    def _list(self, key: str) -> list[dict[str, Any]]:
        value = self.told.get(key, [])
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
            (field, pattern(text, f"{self.file}, key questions.{field}"))
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
            matches=pattern(str(rule.get("matches", "")), f"{self.file}, key {at}matches"),
            mark=self._one_of(at + "mark", str(rule.get("mark", "")), MARKS),
        )

    def _carries(self) -> dict[str, frozenset[str]]:
        carries = self._table("carries")
        self._known(carries, set(HOLDS), "carries.")
        kinds = {
            holds: frozenset(self._texts(f"carries.{holds}", told))
            for holds, told in carries.items()
        }
        for holds, told in kinds.items():
            for kind in sorted(told - COVERAGE):
                raise self._problem(f"carries.{holds}", kind, f"known are {_names(COVERAGE)}")
        return kinds


def _names(known: frozenset[str] | set[str] | tuple[str, ...]) -> str:
    return listed(sorted(known), most=len(known)).replace("'", "")
