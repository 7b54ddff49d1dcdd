"""Finds the question of each column of a form's export: by our wordings, else by patterns."""

import html
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from allay_metrics.errors import quote
from allay_metrics.intake.questionnaires.questionnaire import PERSON, Patterns, Questionnaire
from allay_metrics.intake.questionnaires.scales import option_labels, option_value, plain_label
from allay_metrics.intake.questionnaires.signs import find_sign
from allay_metrics.intake.texts import normalise_header
from allay_metrics.outcomes.measures import Measure, measures
from allay_metrics.outcomes.wording import LANGUAGES, wordings

_TAG = re.compile(r"<[^<>]*>")
_GRID = re.compile(r"(.*\S)\s*\[([^\[\]]+)\]\s*")
_SCALE = re.compile(r"\b(\d{1,2}) ?(?:-|\u2013|to|a) ?(\d{1,3})\b")
_FEWEST_OPTIONS = 3  # fewer headers that equal choices are a coincidence


@dataclass(frozen=True)
class Option:
    """A column for one option; `value` is what a tick in it means."""

    column: int
    label: str
    value: float


@dataclass
class Questions:
    """The positions of a form's columns by question.

    `texts` are the tidied headers. A measure has several columns if two paths of a form ask the
    same question; `signs` are by warning sign. `notes` say which questions could not be used, and
    why.
    """

    texts: tuple[str, ...]
    answered: int = -1
    ids: tuple[int, ...] = ()
    person: dict[str, tuple[int, ...]] = field(default_factory=dict)
    measures: dict[str, tuple[int, ...]] = field(default_factory=dict)
    options: dict[str, tuple[Option, ...]] = field(default_factory=dict)
    signs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    other: tuple[int, ...] = ()
    language: str = "en"
    notes: list[str] = field(default_factory=list)

    @property
    def has_known_questions(self) -> bool:
        """Return whether there is a question for any measure or warning sign."""
        return bool(self.measures or self.options or self.signs)


def plain_question(header: str) -> str:
    """Return a question without HTML tags and entities, on one line."""
    return " ".join(html.unescape(_TAG.sub(" ", header)).split())


def find_questions(headers: Sequence[str], profile: Questionnaire) -> Questions | None:
    """Return the positions of the questions; None without a column of time stamps."""
    names = [normalise_header(header) for header in headers]
    stamp_names = [normalise_header(name) for name in profile.answered]
    answered = next((names.index(name) for name in stamp_names if name in names), None)
    if answered is None or not {normalise_header(name) for name in profile.recognised_by} <= set(
        names
    ):
        return None
    questions = Questions(tuple(map(plain_question, headers)), answered)
    # The first of the possible columns with an id that the file has.
    ids = [
        names.index(normalise_header(name))
        for name in profile.ids
        if normalise_header(name) in names
    ]
    questions.ids = tuple(ids[:1])
    ignored = {normalise_header(name) for name in profile.ignored}
    unassigned = [
        at
        for at, name in enumerate(names)
        if at != answered and at not in ids and name not in ignored and name
    ]
    unassigned = _extract_choice_columns(questions, unassigned, profile)
    _assign(questions, unassigned, profile)
    return questions


def _assign(questions: Questions, positions: Sequence[int], profile: Questionnaire) -> None:
    person, measure_columns = defaultdict(list), defaultdict(list)
    options: dict[str, list[Option]] = defaultdict(list)
    signs = defaultdict(list)
    other = []
    spanish = 0
    for at in positions:
        text = questions.texts[at]
        # A sign comes before a measure: `crying for hours, cannot be comforted` is no score.
        sign = "" if _is_known_wording(text, profile) else find_sign(text, profile.signs)
        measure, language = ("", "") if sign else _find_measure(text, profile, questions.notes)
        if sign:
            signs[sign].append(at)
        elif measure:
            measure_columns[measure].append(at)
            spanish += 1 if language == "es" else -1
        elif option := _find_option(text, profile.options):
            options[option].append(Option(at, text, 1.0))
        elif field_name := _find_first(text, profile.person, PERSON):
            person[field_name].append(at)
        else:
            other.append(at)
    questions.person = {name: tuple(columns) for name, columns in person.items()}
    questions.measures = {name: tuple(columns) for name, columns in measure_columns.items()}
    questions.signs = {name: tuple(columns) for name, columns in signs.items()}
    for name, columns in options.items():
        questions.options[name] = (*questions.options.get(name, ()), *columns)
    questions.other = tuple(other)
    questions.language = "es" if spanish > 0 else "en"


def _is_known_wording(text: str, profile: Questionnaire) -> bool:
    """Return whether a question has the wording of a measure, ours or the practice's own."""
    return any(
        _letters(text).startswith(wording) for _, _, wording in _list_known_wordings(profile)
    )


def _list_known_wordings(profile: Questionnaire) -> list[tuple[str, str, str]]:
    """Return (measure, language, letters of its question), the practice's own first."""
    own = [
        (measure.id, language, _letters(words.question))
        for measure in profile.own.values()
        for language, words in measure.words.items()
    ]
    return [*own, *_shipped_wordings()]


def _find_measure(text: str, profile: Questionnaire, notes: list[str]) -> tuple[str, str]:
    """Return (measure, language) of a question; ('', '') for none or several."""
    grid = _GRID.fullmatch(text)
    # The row of a grid is more specific than the question above its rows.
    forms = [grid[2], f"{grid[1]} {grid[2]}"] if grid else [text]
    if not profile.names_measures:
        for form in forms:
            for name, language, wording in _list_known_wordings(profile):
                if _letters(form).startswith(wording):
                    measure = profile.measure(name)
                    return _check_scale(measure, language, text, notes)
    for form in [*forms, text]:
        fits = [
            name
            for name, patterns in profile.measures.items()
            if any(pattern.search(form) for pattern in patterns)
        ]
        if len(fits) == 1:
            return _check_scale(profile.measure(fits[0]), "en", text, notes)
        if fits:
            labels = " or ".join(profile.measure(name).label for name in fits)
            notes.append(f"the question {quote(text)} may ask {labels}: it was left out")
            return "", ""
    return "", ""


def _check_scale(measure: Measure, language: str, text: str, notes: list[str]) -> tuple[str, str]:
    """Return (measure, language); ('', '') if the question names a scale of its own."""
    scale = _SCALE.search(text)
    if scale and measure.kind == "number" and measure.high == 10:
        limits = (float(scale[1]), float(scale[2]))
        if limits != (measure.low, measure.high):
            notes.append(
                f"the question {quote(text)} asks {scale[1]} to {scale[2]}, {measure.label} goes "
                f"from {measure.low:g} to {measure.high:g}: it was left out"
            )
            return "", ""
    return measure.id, language


@cache
def _shipped_wordings() -> tuple[tuple[str, str, str], ...]:
    """Return (measure, language, letters of its question) of all shipped wordings."""
    entries = [
        (name, language, _letters(wordings(language)[name].question))
        for language in LANGUAGES
        for name in wordings(language)
        if name in measures()
    ]
    entries += [
        (measure.id, "en", _letters(_strip_remarks(measure.wording)))
        for measure in measures().values()
    ]
    return tuple((name, language, text) for name, language, text in entries if len(text) > 20)


def _strip_remarks(wording: str) -> str:
    """Return a wording without remarks in brackets before it, and without choices after it."""
    return re.sub(r"^\([^)]*\)\s*|\s*\(0, 15 min.*$|\s*\.\.\. .*$", "", wording)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


def _find_option(text: str, options: Patterns) -> str:
    return _find_first(text, options, tuple(options))


def _find_first(text: str, patterns: Patterns, order: Sequence[str]) -> str:
    return next(
        (name for name in order if any(pattern.search(text) for pattern in patterns.get(name, ()))),
        "",
    )


def _extract_choice_columns(
    questions: Questions, positions: list[int], profile: Questionnaire
) -> list[int]:
    """Assign the columns with the choices of one measure as headers; return the others."""
    if profile.names_measures:
        return positions
    taken: set[int] = set()
    for name, measure in measures().items():
        if measure.kind not in {"ordinal", "words"}:
            continue
        labels = option_labels(name)
        columns = [
            at for at in positions if at not in taken and plain_label(questions.texts[at]) in labels
        ]
        values = {option_value(name, questions.texts[at]) for at in columns}
        all_values = {option_value(name, label) for label in labels}
        if len(columns) >= _FEWEST_OPTIONS and values == all_values:
            taken.update(columns)
            questions.options[name] = tuple(
                Option(at, questions.texts[at], option_value(name, questions.texts[at]) or 0.0)
                for at in columns
            )
    return [at for at in positions if at not in taken]
