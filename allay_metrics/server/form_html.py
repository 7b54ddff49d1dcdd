"""The frame of the parent form: plain HTML that works without JavaScript, in two languages.

A page contains its style and loads nothing else. Everything from outside is escaped.
"""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from allay_metrics.outcomes.wording import LANGUAGES, phrases
from allay_metrics.server.plain_page import document, policy

_HERE = Path(__file__).parent
_STYLE = "".join((_HERE / name).read_text("utf-8") for name in ("form.css", "form_signs.css"))
POLICY = policy(_STYLE)
_TELEPHONE = re.compile(r"\d+(?:-[\dA-Z]+)+")


def phrase(key: str, language: str, **parts: str) -> str:
    """Return a text of the form, escaped, with its parts filled in."""
    return escape(phrases(language)[key].format(**parts))


def keep_numbers_whole(inside: str) -> str:
    """Return HTML whose telephone numbers do not wrap; only for text content."""
    return _TELEPHONE.sub(r'<span class="tel">\g<0></span>', inside)


def page(language: str, title: str, inside: str, *, top: str = "", css: str = "") -> str:
    """Return a whole page; `title` is already escaped, `inside` and `top` are HTML."""
    body = (
        f"<body{f' class={css}' if css else ''}><main><header>{top or '<span></span>'}</header>"
        f"{inside}</main></body>"
    )
    return document(language, title, _STYLE, body)


def message_page(language: str, key: str) -> str:
    """Return a page with a title and a sentence."""
    title = phrase(f"{key}_title", language)
    return page(language, title, f"<h1>{title}</h1><p>{phrase(f'{key}_text', language)}</p>")


def message_page_in_all(key: str, below: str = "") -> str:
    """Return a page in every language, for a reader whose language is unknown."""
    parts = [
        f'<section lang="{language}" class="c"><{head}>{phrase(f"{key}_title", language)}</{head}>'
        f"<p>{phrase(f'{key}_text', language)}</p></section>"
        for language, head in zip(LANGUAGES, ("h1", "h2"), strict=True)
    ]
    return page("en", phrase(f"{key}_title", "en"), "".join(parts) + below)


def away_page(fields: Iterable[tuple[str, str]] = ()) -> str:
    """Return the page for unreachable records, with a button to send `fields` again.

    Otherwise what the parent wrote would be lost.
    """
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields
    )
    labels = " · ".join(
        f'<span lang="{language}">{phrase("away_again", language)}</span>' for language in LANGUAGES
    )
    button = f'<button class="go"><span>{labels}</span></button>'
    again = f'<form method="post">{kept}{button}</form>' if kept else ""
    return message_page_in_all("away", again)


CLOSED = message_page_in_all("closed")
WAIT = message_page_in_all("wait")
DAMAGED = message_page_in_all("damaged")
