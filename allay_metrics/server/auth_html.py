"""The frame of the sign-in pages: plain HTML that works without JavaScript."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from allay_metrics.server.plain_page import document, policy

_HERE = Path(__file__).parent
_STYLE = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("form.css", "door.css"))
POLICY = policy(_STYLE, "font-src 'self'; ")


def page(title: str, inside: str, *, below: str = "") -> str:
    """Return a whole page; `title` is plain text, `inside` and `below` are HTML."""
    body = (
        '<body><main><header><span class="brand"><i></i>Allay</span></header>'
        f'<section class="card"><h1>{escape(title)}</h1>{inside}</section>{below}</main></body>'
    )
    return document("en", f"{escape(title)} · Allay", _STYLE, body)


def form_element(action: str, inside: str, button: str) -> str:
    """Return a form that posts `inside` to a path of this server; `button` is its label."""
    return (
        f'<form method="post" action="{escape(action)}">{inside}'
        f'<button class="go">{escape(button)}</button></form>'
    )


def input_field(
    label: str, name: str, kind: str, autocomplete: str, *, value: str = "", digits: bool = False
) -> str:
    """Return a labelled field for password managers; with a value it is read-only."""
    keys = ' inputmode="numeric"' if digits or autocomplete == "one-time-code" else ""
    fixed = f' value="{escape(value)}" readonly' if value else ""
    plain = ' autocapitalize="none" spellcheck="false"' if kind == "text" else ""
    return (
        f'<label class="f">{escape(label)}<input type="{kind}" name="{name}" '
        f'autocomplete="{autocomplete}"{keys}{plain}{fixed}></label>'
    )


def hidden_field(name: str, value: str) -> str:
    """Return a hidden field."""
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def paragraph(text: str, css: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{f' class={css}' if css else ''}>{escape(text)}</p>"


def alert(text: str) -> str:
    """Return an error that screen readers announce at once; nothing for an empty text."""
    return f'<p class="w" role="alert">{escape(text)}</p>' if text else ""


def code_list(listed: Sequence[str]) -> str:
    """Return codes as a list to copy."""
    items = "".join(f"<li><code>{escape(code)}</code></li>" for code in listed)
    return f'<ul class="k">{items}</ul>'


def notice_page(title: str, text: str) -> str:
    """Return a page with a single message."""
    return page(title, paragraph(text))


MOVED = notice_page("Not served here", "Open the dashboard at the address you were given for it.")
NOT_HERE = notice_page("Nothing here", "There is nothing at this address.")
NOT_YET = notice_page(
    "Nobody can sign in", "This server is not set up for accounts: its log says what is missing."
)
DAMAGED_TITLE = "The records cannot be opened"
DAMAGED = notice_page(
    DAMAGED_TITLE,
    "They are damaged: the log of this server says where, and how a backup is put back.",
)
TOO_LARGE = notice_page("Too much at once", "That is more than this page takes.")
BUSY = notice_page("One moment", "Too many requests came from here: try again in a minute.")
WRONG = notice_page("Something went wrong", "It was noted. Try again, or open the dashboard anew.")
