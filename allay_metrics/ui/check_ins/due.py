"""Due check-ins, and the link to hand over: to copy, by text, by mail, as a QR code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.actions.check_in_mail import send_link
from allay_metrics.actions.check_in_requests import Link, make_link
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.open_episodes import local_now
from allay_metrics.contact import mail_link, text_link
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.check_in_periods import LABELS
from allay_metrics.outcomes.wording import phrases
from allay_metrics.records import Scope
from allay_metrics.records.practice import read_practice_name
from allay_metrics.review.contacts import deaths_in
from allay_metrics.review.open_check_ins import DueCheckIn
from allay_metrics.ui.card import card, draw, head, note
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html import button, escape
from allay_metrics.ui.problem import problem
from allay_metrics.ui.qr import qr_image

ASK = "ask:"
LANGUAGE_NAMES = {"en": "English", "es": "Español"}
_FIRST = 12
_SOON = timedelta(days=1)
_MADE, _WRONG, _SENT = "al-ask-made", "al-ask-wrong", "al-ask-sent"


def due_card(scope: Scope, due_check_ins: Sequence[DueCheckIn]) -> None:
    """Draw the due check-ins, those not asked yet first; a tap opens the drawer of the link."""
    today = local_now(scope).date()
    waiting = sum(not due.waits_for_parent for due in due_check_ins)
    with card("due"):
        head("To ask now", f"{fmt.number(waiting)} to ask, {fmt.number(len(due_check_ins))} open")
        if not due_check_ins:
            note("Nobody: every check-in of these days is answered, or none is due.")
            return
        died = deaths_in(scope, {due.course.family_id for due in due_check_ins})
        st.html(_list(due_check_ins[:_FIRST], today, died))
        if rest := due_check_ins[_FIRST:]:
            with st.expander(f"{fmt.number(len(rest))} more"):
                st.html(_list(rest, today, died))


def open_due(scope: Scope, due_check_ins: Sequence[DueCheckIn], word: str) -> None:
    """Open the drawer of the check-in of a token; nothing for an unknown token."""
    due = next((due for due in due_check_ins if _token(due) == word), None)
    if due is None:
        return
    died = deaths_in(scope, [due.course.family_id]).get(due.course.family_id, "")
    for key in (_MADE, _WRONG, _SENT):
        st.session_state.pop(key, None)
    drawer(
        f"{due.course.name}: {LABELS[due.asking.moment]}",
        lambda: _draw_body(scope, due),
        definitions=[
            *([("First", f"{died}.")] if died else []),
            ("Who", f"{due.course.family} family, {_format_window(due)}."),
        ],
        # The page behind is drawn again.
        on_close=lambda: None,
    )


def _list(due_check_ins: Sequence[DueCheckIn], today: date, died: Mapping[str, str]) -> str:
    rows = "".join(
        f"<li>{button(_row(due, today, died.get(due.course.family_id, '')), _token(due))}</li>"
        for due in due_check_ins
    )
    return f'<ul class="al-ask">{rows}</ul>'


def _row(due: DueCheckIn, today: date, died: str) -> str:
    soon = due.asking.closes <= today + _SOON and not due.waits_for_parent
    family = "" if due.course.kind == "parent" else f" {escape(due.course.family)} family"
    mark = f"<small><b>{escape(died)}</b></small>" if died else ""
    return (
        f"<span><b>{escape(due.course.name)}</b>{family}{mark}<small>{escape(_format_state(due))}</small></span>"
        f'<em>{LABELS[due.asking.moment]}<small class="{"late" if soon else ""}">'
        f"until {fmt.day(due.asking.closes)}</small></em>"
    )


def _format_state(due: DueCheckIn) -> str:
    if not due.waits_for_parent:
        return "not asked yet" if due.asked_at is None else "its link has ended"
    state = f"asked by {due.asked_by}"
    if due.sent_at is not None:
        state += ", e-mailed"
    return f"{state}, {'begun' if due.begun else 'not begun'}"


def _format_window(due: DueCheckIn) -> str:
    days = f"{fmt.short_day(due.asking.opens)} to {fmt.short_day(due.asking.closes)}"
    return f"an answer counts from {days}"


def _token(due: DueCheckIn) -> str:
    return f"{ASK}{due.course.client_id}:{due.asking.moment}"


def _draw_body(scope: Scope, due: DueCheckIn) -> None:
    if wrong := st.session_state.pop(_WRONG, ""):
        problem(wrong)
    made: Link | None = st.session_state.get(_MADE)
    if made is not None:
        draw_link(scope, due, made)
        return
    with st.container(key="al-seg-language"):
        language = st.segmented_control(
            "Language of the form",
            list(LANGUAGE_NAMES),
            default="en",
            required=True,
            format_func=LANGUAGE_NAMES.__getitem__,
            key=_language_key(due),
        )
    with st.container(horizontal=True, gap="small"):
        _draw_make_button("Make the link", partial(make_link, scope), due, "make")
        if can_send() and due.course.email:
            _draw_make_button("E-mail it", partial(send_link, scope), due, "send")
    st.session_state[f"{_MADE}-language"] = language
    if due.waits_for_parent:
        note("There is a link already. It cannot be shown again; a new one closes it.")
    note(
        "The link is shown once, works once, and names nobody. It ends with the first session, or "
        "three days after the last day an answer counts."
    )


def _draw_make_button(
    label: str, make: Callable[[str, str, str], Link], due: DueCheckIn, kind: str
) -> None:
    st.button(
        label,
        key=f"al-ask-{kind}",
        type="primary" if kind == "make" else "secondary",
        on_click=_make_link,
        args=(make, due, kind),
    )


def _language_key(due: DueCheckIn) -> str:
    return f"al-language-{due.course.client_id}-{due.asking.moment}"


def _make_link(make: Callable[[str, str, str], Link], due: DueCheckIn, kind: str) -> None:
    language = st.session_state.get(_language_key(due)) or "en"
    try:
        st.session_state[_MADE] = make(due.course.client_id, due.asking.moment, language)
        st.session_state[_SENT] = kind == "send"
    except AllayError as error:
        st.session_state[_WRONG] = str(error)


def draw_link(scope: Scope, due: DueCheckIn, made: Link) -> None:
    """Draw a new link, and the ways to hand it over that work from here."""
    base, reachable = _link_base()
    link = f"{base}{made.url_path}"
    ends = datetime.fromtimestamp(made.expires_at, scope.zone)
    if st.session_state.get(_SENT):
        st.html(
            f'<p class="al-done" role="status">E-mailed to {escape(due.course.email or "")}.</p>'
        )
    if not reachable:
        note(
            "**Works on this computer only**: no public address is set. To "
            "reach parents now, import a questionnaire they answered elsewhere, on Records."
        )
    st.html(f'<p class="al-link">{escape(link)}</p>')
    if reachable:
        # No mail, text or code with a link that no parent can open.
        draw(_sharing_links(scope, due, link))
        st.html(qr_image(link, "The link as a code for a phone's camera"))
    note(f"Open until {fmt.moment(ends)}. It is not stored: copy it before you close this.")


def _sharing_links(scope: Scope, due: DueCheckIn, link: str) -> str:
    """Return links that open a prepared text or mail; "" for none."""
    language = st.session_state.get(f"{_MADE}-language") or "en"
    wording, practice = phrases(language), read_practice_name(scope)
    text = wording["sms_text"].format(practice=practice, link=link)
    subject, contact = (
        wording["mail_subject"].format(practice=practice),
        due.course.contact,
    )
    ways = (
        (text_link(contact, "check-in", due.course.phone, text), "Text message"),
        (mail_link(contact, "check-in", due.course.email, subject, text), "E-mail"),
    )
    inside = "".join(f'<a href="{escape(to)}">{label}</a>' for to, label in ways if to)
    return f'<div class="al-ways">{inside}</div>' if inside else ""


def _link_base() -> tuple[str, bool]:
    """Return the base URL of links, and whether parents can reach it."""
    if public := config.public_url():
        return public, True
    parts = urlsplit(st.context.url or "http://localhost")
    return f"{parts.scheme}://{parts.netloc}", not config.is_loopback(parts.hostname or "localhost")
