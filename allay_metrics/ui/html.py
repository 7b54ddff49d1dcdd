"""HTML as text: small bars, chips, buttons. Nothing here draws on a page.

Names of families, cities and therapists come from outside. Every function escapes its arguments;
only `rich` supports two marks, `**strong**` and `~~quiet~~`. Widget labels are Markdown: `markdown`
escapes outside text for them.
"""

import re
from collections.abc import Sequence
from html import escape as _escape

TYPE_WORDS = {"cst": "CST", "lactation": "Lactation", "massage": "Massage", "other": "Other"}
TYPE_CLASSES = {"cst": "cst", "lactation": "lac", "massage": "mas"}

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SHORTCODE = re.compile(r":(?=[A-Za-z+\-])")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_QUIET = re.compile(r"~~(.+?)~~")
_NUMBER = re.compile(r"([+−<>$]*\d[\d,.]*%?)")  # noqa: RUF001
_WORD_JOINER = "\u2060"


def escape(text: object) -> str:
    """Return `text` safe inside an element or a quoted attribute."""
    return _escape(str(text), quote=True)


def rich(text: str) -> str:
    """Return escaped text in which `**x**` is strong and `~~x~~` is quiet."""
    return _QUIET.sub(r"<span>\1</span>", _STRONG.sub(r"<b>\1</b>", escape(text)))


def numbers_strong(text: str) -> str:
    """Return escaped text with its numbers in bold: `38 of 40`, `+6 vs this point`."""
    parts = _NUMBER.split(text)
    return "".join(f"<b>{escape(p)}</b>" if i % 2 else escape(p) for i, p in enumerate(parts))


def markdown(text: str) -> str:
    """Return `text` escaped for a widget's label.

    Punctuation is escaped; a word joiner breaks up emoji and icon names, which Streamlit replaces
    after parsing the Markdown.
    """
    one_line = " ".join(text.split())
    return _PUNCTUATION.sub(r"\\\1", _SHORTCODE.sub(":" + _WORD_JOINER, one_line))


def mark(words: str) -> str:
    """Return a signal: a diamond with words, never by colour alone."""
    return f"<mark>◆ {escape(words)}</mark>"


def button(inside: str, word: str, label: str = "") -> str:
    """Return a button; a click makes `clicked()` return its token `word`.

    `inside` is HTML; `label` replaces it for screen readers.
    """
    label_attribute = f' aria-label="{escape(label)}"' if label else ""
    attributes = f'class="al-n" data-al-open="{escape(word)}"{label_attribute}'
    return f'<button type="button" {attributes}>{inside}</button>'


def chip(visit_type: str, text: str = "") -> str:
    """Return a type's chip with shape, word and colour; `text` follows in the text colour."""
    word = TYPE_WORDS.get(visit_type, visit_type.capitalize())
    value = f" <b>{escape(text)}</b>" if text else ""
    name = TYPE_CLASSES.get(visit_type, "oth")
    return f'<span class="al-chip {name}">{escape(word)}{value}</span>'


def delta_row(changes: Sequence[tuple[str, str]], types: Sequence[tuple[str, str]] = ()) -> str:
    """Return `Oakland +4 · San Jose -2` and, as chips, the same by visit type."""
    plain = [f"<span>{escape(name)}<b>{escape(by)}</b></span>" for name, by in changes]
    chips = [chip(kind, by) for kind, by in types]
    return f'<div class="al-delta">{"".join(plain + chips)}</div>'


def bars(
    values: Sequence[float | None],
    label: str,
    *,
    usual: tuple[float, float] | None = None,
    goal: float | None = None,
    signal: bool = False,
    top: float = 0,
    opens: Sequence[str] = (),
) -> str:
    """Return zero-based columns, the last one in the accent or, outside the usual range, signal.

    A missing week (None) is a dotted stub, because it is not zero. `top` puts several on one scale.
    `opens` are the tokens of the columns.
    """
    numbers = [value for value in values if value is not None]
    top = top or max([*numbers, usual[1] if usual else 0, goal or 0, 0]) * 1.04 or 1
    parts = []
    if usual:
        low, high = usual[0] / top, (usual[1] - usual[0]) / top
        parts.append(f'<u style="bottom:{low:.1%};height:{high:.1%}"></u>')
    for i, value in enumerate(values):
        last = ("sig" if signal else "now") if i == len(values) - 1 else ""
        word = f' data-al-open="{escape(opens[i])}"' if opens else ""
        parts.append(
            '<i class="no"></i>'
            if value is None
            else f'<i class="{last}"{word} style="height:{max(value, 0) / top:.1%}"></i>'
        )
    if goal is not None:
        parts.append(f'<s style="bottom:{goal / top:.1%}"></s>')
    return f'<div class="al-b" role="img" aria-label="{escape(label)}">{"".join(parts)}</div>'


def value(text: str, beside: str = "") -> str:
    """Return a large number with its unit beside it."""
    small = f"<small>{escape(beside)}</small>" if beside else ""
    return f'<div class="al-v">{escape(text)}{small}</div>'


def definition(term: str, sentence: str) -> str:
    """Return one titled paragraph of a drawer."""
    return f'<div class="al-def"><b>{escape(term)}</b>{rich(sentence)}</div>'
