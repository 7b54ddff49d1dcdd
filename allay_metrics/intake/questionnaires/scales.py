"""What a parent wrote, as a value on the measure's scale: blank is no value, never 0."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from allay_metrics.outcomes.measures import Measure
from allay_metrics.outcomes.wording import LANGUAGES, Wording, wordings

_NUMBER = r"\d+(?:[.,]\d+)?"
_H, _MIN = r"h(?:ou)?rs?|h|horas?", r"min(?:ute|uto)?s?\.?|m"
_HOURS = re.compile(
    rf"({_NUMBER}) ?(?:{_H})\.?(?: ?(?:and|y|,)? ?({_NUMBER}) ?(?:{_MIN})?)?", re.IGNORECASE
)
_MINUTES = re.compile(rf"({_NUMBER}) ?(?:{_MIN})", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::\d\d)?")
_BARE = re.compile(rf"(-?{_NUMBER})")
_ABOUT = re.compile(r"^(?:about|around|approx\.?|roughly|ca\.?|~|unos|unas)\s*", re.IGNORECASE)
_MORE = re.compile(r"\s*(?:\+|or more|o m[aá]s)$", re.IGNORECASE)
# A number and the words of its end of the scale: `7 / 10`, `10 - worst pain`, `0 (none)`; of two
# numbers, as in `3-4`, neither is the answer.
_LED = re.compile(r"([+-]?\d+(?:[.,]\d+)?)(?: ?/ ?10| of 10)?(?:\s*[-:(=\u2013\u2014](?!\s*\d).*)?")
_NONE = frozenset({
    "none", "no", "never", "nothing", "nada", "ninguno", "ninguna", "zero", "not at all",
})  # fmt: skip
_NOT_SAID = re.compile(
    r"(?:n\.? ?/? ?a\.?|not applicable|not breast-?feeding|rather not say|prefer not to say|"
    r"prefiero no decir|no aplica|no doy (?:el )?pecho|don'?t know|no s[eé]|-+|\?+)",
    re.IGNORECASE,
)
_BEHIND = r"\b[\s,.:;\u2013\u2014-]*(.*)"
_YES = re.compile(rf"(?:yes|y|s[ií]|true|1){_BEHIND}", re.IGNORECASE | re.DOTALL)
_NO = re.compile(rf"(?:no|n|none|nothing|false|0|nada|ninguno){_BEHIND}", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ScaleValue:
    """One answer read: a value on the scale, words beside it, or why it cannot be used."""

    value: float | None = None
    text: str = ""
    problem: str = ""


NOTHING = ScaleValue()


def read_answer(
    measure: Measure, cell: str, question: str = "", own: Sequence[Wording] = ()
) -> ScaleValue:
    """Return the answer in a cell; `question` may name the unit of a bare number.

    `own` are the wordings of a measure of the practice's own, whose choices may be answered.

    A value beyond the scale is no value: it is a problem, never cut to fit.
    """
    text = " ".join(cell.split())
    if not text or _NOT_SAID.fullmatch(text):
        return NOTHING
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
    plain = _plain(text)
    if measure.kind == "number" and plain in _NONE:
        return 0.0 if measure.low <= 0 else None
    return (_labels(own) if own else _choices(measure.id)).get(plain)


@cache
def _choices(measure_id: str) -> dict[str, float]:
    return _labels([wordings(language)[measure_id] for language in LANGUAGES])


def _labels(words: Sequence[Wording]) -> dict[str, float]:
    values_by_label: dict[str, float] = {}
    for one in words:
        for value, label in one.choices:
            # `10` is a number, which is read as such.
            if not _BARE.fullmatch(label):
                values_by_label.setdefault(_plain(label), value)
    return values_by_label


def option_value(measure_id: str, label: str) -> float | None:
    """Return the value a column of its own stands for, where its header is one of the choices."""
    return _choices(measure_id).get(_plain(label))


def option_labels(measure_id: str) -> frozenset[str]:
    """Return the measure's choices as `plain_label` writes them."""
    return frozenset(_choices(measure_id))


def plain_label(text: str) -> str:
    """Return a choice as it is compared: letters and digits of one spacing, no case."""
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+|\+", text.casefold()))


def _parse_number(text: str) -> float | None:
    match = _LED.fullmatch(_MORE.sub("", text))
    return float(match[1].replace(",", ".")) if match else None


def _parse_duration(measure: Measure, text: str, question: str) -> ScaleValue:
    """Return a length of time in the measure's own unit, minutes or hours."""
    minutes = measure.id == "cry_min"
    plain = _MORE.sub("", _ABOUT.sub("", text)).strip()
    if match := _HOURS.fullmatch(plain):
        length = 60 * _float(match[1]) + (_float(match[2]) if match[2] else 0)
    elif match := _MINUTES.fullmatch(plain):
        length = _float(match[1])
    elif match := _CLOCK.fullmatch(plain):
        length = 60 * float(match[1]) + float(match[2])
    elif match := _BARE.fullmatch(plain):
        bare = _float(match[1])
        in_hours = bool(
            re.search(r"\bhours?\b|\bhoras?\b|\(h\)", _unit_hint(question), re.IGNORECASE)
        )
        in_minutes = bool(re.search(r"\bmin", _unit_hint(question), re.IGNORECASE))
        if minutes and not in_hours and not in_minutes and 0 < bare < 15:
            return ScaleValue(problem="minutes or hours? A number alone does not say")
        length = bare if (in_minutes or (minutes and not in_hours)) else 60 * bare
    else:
        return ScaleValue(problem="it is no length of time")
    return _check_range(measure, length if minutes else length / 60)


def _unit_hint(question: str) -> str:
    """Return what a question says of its unit: what stands in brackets, else all but `24 hours`."""
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
    """Return 1 for yes, 0 for no, with the words behind it; other words alone are only words.

    Whoever wrote words wants them read: `not sure` is neither yes nor no.
    """
    if match := _YES.fullmatch(text):
        return ScaleValue(1.0, match[1].strip())
    if match := _NO.fullmatch(text):
        # `No change, but a rash` is words to be read.
        return ScaleValue(0.0) if not match[1] else ScaleValue(text=text)
    return ScaleValue(text=text)
