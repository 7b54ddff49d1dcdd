"""The instructions for a parent who ticked warning signs, with numbers to tap."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from html import escape

from allay_metrics.actions.open_form import ReadingPause
from allay_metrics.outcomes.safety import CRISIS, EMERGENCY, SUPPORT, by_urgency
from allay_metrics.outcomes.wording import signs
from allay_metrics.server.form_html import keep_numbers_whole, phrase

TEXT_TOO = (CRISIS, SUPPORT)
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}


@dataclass(frozen=True)
class _Call:
    """One number of one instruction; `is_late`: only if it gets worse."""

    number: str
    is_late: bool

    @property
    def address(self) -> str:
        digits = self.number.replace("-", "")
        return f"+{digits}" if len(digits) > len(EMERGENCY) else digits


def instructions_html(ticked: Collection[int], language: str) -> str:
    """Return the instructions of the ticked signs, most urgent first, each with its numbers.

    Signs with the same instruction and numbers are combined; "if it gets worse" appears once.
    """
    parts = []
    for index, (action, calls) in enumerate(_list_instructions(ticked, language)):
        alert = "" if index else ' role="alert"'
        inside = "".join(_buttons_html(call, language) for call in calls)
        below = f'<div class="c">{inside}</div>' if inside else ""
        does = f'<p class="do"{alert}>{keep_numbers_whole(escape(action))}</p>'
        parts.append(f'<section class="c">{does}{below}</section>')
    return "".join(parts)


def phone_numbers_html(ticked: Collection[int], language: str) -> str:
    """Return the numbers of the ticked signs, each once, for the top of every later page."""
    listed = [call for _, calls in _list_instructions(ticked, language) for call in calls]
    links = "".join(
        f'<a href="tel:{to}">{keep_numbers_whole(phrase("call", language, number=number))}</a>'
        for to, number in {call.address: call.number for call in listed}.items()
    )
    back = f'<a class="l" href="?at=act">{phrase("act", language)}</a>'
    return f'<nav class="n" aria-label="{phrase("numbers", language)}">{links}{back}</nav>'


def reading_start_html(reading: ReadingPause | None, language: str) -> str:
    """Return when answers are read next, as a paragraph; nothing within the reading hours."""
    if reading is None:
        return ""
    spell = _format_spanish if language == "es" else _format_english
    when = spell(reading.begins, reading.now)
    return f'<p class="w">{phrase("read_from", language, when=when)}</p>'


def _format_english(opening: datetime, now: datetime) -> str:
    """Return `8 am`, `tomorrow, 8 am` or `Monday, 8 am`."""
    clock = f"{opening.hour % 12 or 12} {'am' if opening.hour < 12 else 'pm'}"
    days = (opening.date() - now.date()).days
    if not days:
        return clock
    return f"{'tomorrow' if days == 1 else _DAYS['en'][opening.weekday()]}, {clock}"


def _format_spanish(opening: datetime, now: datetime) -> str:
    """Return `de las 8 a. m.`, `de mañana a las 8 a. m.` or `del lunes a las 8 a. m.`."""
    hour = opening.hour % 12 or 12
    clock = f"{'la' if hour == 1 else 'las'} {hour} {'a. m.' if opening.hour < 12 else 'p. m.'}"
    days = (opening.date() - now.date()).days
    if not days:
        return f"de {clock}"
    day = "de mañana" if days == 1 else f"del {_DAYS['es'][opening.weekday()]}"
    return f"{day} a {clock}"


def _list_instructions(ticked: Collection[int], language: str) -> list[tuple[str, list[_Call]]]:
    """Return each instruction with its numbers, most urgent first."""
    worded = {sign.id: sign for sign in signs(language)}
    calls_by_action: dict[str, list[_Call]] = {}
    is_said = False
    for flag in by_urgency(ticked):
        calls = calls_by_action.setdefault(worded[flag.id].action, [])
        for number in worded[flag.id].calls:
            call = _Call(number, is_late=number == EMERGENCY and flag.tier > 1)
            if call not in calls and not (call.is_late and is_said):
                calls.append(call)
            is_said = is_said or call.is_late
    return list(calls_by_action.items())


def _buttons_html(call: _Call, language: str) -> str:
    label = (
        phrase("emergency", language)
        if call.is_late
        else phrase("call", language, number=call.number)
    )
    buttons = f'<a class="b" href="tel:{call.address}">{keep_numbers_whole(label)}</a>'
    if call.number in TEXT_TOO:
        text = phrase("text_to", language, number=call.number)
        buttons += f'<a class="b" href="sms:{call.address}">{keep_numbers_whole(text)}</a>'
    return buttons
