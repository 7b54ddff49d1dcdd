"""Parses a parent's answer as a value on the measure's scale; blank is no value, never 0."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from allay_metrics.outcomes.measures import Measure
from allay_metrics.outcomes.wording import LANGUAGES, Wording, wordings

_NUMBER = r"\d+(?:[.,]\d+)?"
_HOUR_WORDS, _MINUTE_WORDS = r"h(?:ou)?rs?|h|horas?", r"min(?:ute|uto)?s?\.?|m"
_HOURS = re.compile(
    rf"({_NUMBER}) ?(?:{_HOUR_WORDS})\.?(?: ?(?:and|y|,)? ?({_NUMBER}) ?(?:{_MINUTE_WORDS})?)?",
    re.IGNORECASE,
)
_MINUTES = re.compile(rf"({_NUMBER}) ?(?:{_MINUTE_WORDS})", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::\d\d)?")
_BARE = re.compile(rf"(-?{_NUMBER})")
_ABOUT = re.compile(r"^(?:about|around|approx\.?|roughly|ca\.?|~|unos|unas)\s*", re.IGNORECASE)
_MORE = re.compile(r"\s*(?:\+|or more|o m[aá]s)$", re.IGNORECASE)
# A number, maybe with the words of its end of the scale: `7 / 10`, `10 - worst pain`, `0 (none)`;
# two numbers, as in `3-4`, are no answer.
_LEADING_NUMBER = re.compile(
    r"([+-]?\d+(?:[.,]\d+)?)(?: ?/ ?10| of 10)?(?:\s*[-:(=\u2013\u2014](?!\s*\d).*)?"
)
_NONE = frozenset({
    "none", "no", "never", "nothing", "nada", "ninguno", "ninguna", "zero", "not at all",
})  # fmt: skip
_NOT_ANSWERED = re.compile(
    r"(?:n\.? ?/? ?a\.?|not applicable|not breast-?feeding|rather not say|prefer not to say|"
    r"prefiero no decir|no aplica|no doy (?:el )?pecho|don'?t know|no s[eé]|-+|\?+)",
    re.IGNORECASE,
)
_REST = r"\b[\s,.:;\u2013\u2014-]*(.*)"
_YES = re.compile(rf"(?:yes|y|s[ií]|true|1){_REST}", re.IGNORECASE | re.DOTALL)
_NO = re.compile(rf"(?:no|n|none|nothing|false|0|nada|ninguno){_REST}", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ScaleValue:
    """An answer: a value on the scale, text with it, or the problem why it cannot be used."""

    value: float | None = None
    text: str = ""
    problem: str = ""


NO_ANSWER = ScaleValue()


def read_answer(
    measure: Measure, cell: str, question: str = "", own: Sequence[Wording] = ()
) -> ScaleValue:
    """Return the answer in a cell; `question` may name the unit of a number.

    `own` are the wordings of one of the practice's own measures, with its choices. A value beyond
    the scale is a problem, never clipped.
    """
    text = " ".join(cell.split())
    if not text or _NOT_ANSWERED.fullmatch(text):
        return NO_ANSWER
    if measure.kind == "yes_no":
        return _parse_yes_no(text)
    word = _find_choice(measure, text, own)
    if word is not None:
        return ScaleValue(word)
    if measure.id in {"cry_min", "sleep_long"}:
        return _parse_duration(measure, text, question)
    return _check_range(measure, _parse_number(text))


def _find_choice(measure: Measure, text: str, own: Sequence[Wording]) -> float | None:
    """Return the value of one of the measure's own choices, in either language."""
    plain = plain_label(text)
    if measure.kind == "number" and plain in _NONE:
        return 0.0 if measure.low <= 0 else None
    return (_labels(own) if own else _choices(measure.id)).get(plain)


@cache
def _choices(measure_id: str) -> dict[str, float]:
    return _labels([wordings(language)[measure_id] for language in LANGUAGES])


def _labels(words: Sequence[Wording]) -> dict[str, float]:
    values_by_label: dict[str, float] = {}
    for wording in words:
        for value, label in wording.choices:
            # A label such as `10` is read as a number.
            if not _BARE.fullmatch(label):
                values_by_label.setdefault(plain_label(label), value)
    return values_by_label


def option_value(measure_id: str, label: str) -> float | None:
    """Return the value of the choice with this label, None if there is none."""
    return _choices(measure_id).get(plain_label(label))


def option_labels(measure_id: str) -> frozenset[str]:
    """Return the labels of the measure's choices, as `plain_label` returns them."""
    return frozenset(_choices(measure_id))


def plain_label(text: str) -> str:
    """Return a choice for comparison: letters and digits, single spaces, no case."""
    return " ".join(re.findall(r"\w+|\+", text.casefold()))


def _parse_number(text: str) -> float | None:
    match = _LEADING_NUMBER.fullmatch(_MORE.sub("", text))
    return float(match[1].replace(",", ".")) if match else None


def _parse_duration(measure: Measure, text: str, question: str) -> ScaleValue:
    """Return a length of time in the measure's unit, minutes for `cry_min`, else hours."""
    is_in_minutes = measure.id == "cry_min"
    plain = _MORE.sub("", _ABOUT.sub("", text)).strip()
    if match := _HOURS.fullmatch(plain):
        length = 60 * _float(match[1]) + (_float(match[2]) if match[2] else 0)
    elif match := _MINUTES.fullmatch(plain):
        length = _float(match[1])
    elif match := _CLOCK.fullmatch(plain):
        length = 60 * float(match[1]) + float(match[2])
    elif match := _BARE.fullmatch(plain):
        bare = _float(match[1])
        says_hours = bool(
            re.search(r"\bhours?\b|\bhoras?\b|\(h\)", _unit_hint(question), re.IGNORECASE)
        )
        says_minutes = bool(re.search(r"\bmin", _unit_hint(question), re.IGNORECASE))
        if is_in_minutes and not says_hours and not says_minutes and 0 < bare < 15:
            return ScaleValue(problem="minutes or hours? A number alone does not say")
        length = bare if (says_minutes or (is_in_minutes and not says_hours)) else 60 * bare
    else:
        return ScaleValue(problem="it is no length of time")
    return _check_range(measure, length if is_in_minutes else length / 60)


def _unit_hint(question: str) -> str:
    """Return the part of a question that may name the unit.

    That is the text in brackets, else all but `24 hours`.
    """
    inside = " ".join(re.findall(r"[(\[]([^)\]]*)[)\]]", question))
    return inside or re.sub(r"24 hours?|24 horas", "", question)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _check_range(measure: Measure, value: float | None) -> ScaleValue:
    if value is None:
        return ScaleValue(problem="it is no answer on this scale")
    if not measure.low <= value <= measure.high:
        return ScaleValue(problem=f"the scale goes from {measure.low:g} to {measure.high:g}")
    if measure.kind in {"ordinal", "words"} and value % 1:
        return ScaleValue(problem="it is no answer on this scale")
    return ScaleValue(value)


def _parse_yes_no(text: str) -> ScaleValue:
    """Return 1 for yes, 0 for no, with the words after it; other words are a text without value.

    `not sure` is neither yes nor no, but somebody must read it.
    """
    if match := _YES.fullmatch(text):
        return ScaleValue(1.0, match[1].strip())
    if match := _NO.fullmatch(text):
        # `No change, but a rash` is a text to read.
        return ScaleValue(0.0) if not match[1] else ScaleValue(text=text)
    return ScaleValue(text=text)
