"""Parents' words, marked until somebody has read them."""

from datetime import datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.check_in_requests import mark_words_read
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.measures import measures
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import UnreadWords, read_unread_words
from allay_metrics.ui.card import card, head
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

_WRONG = "al-words-wrong"


def words_to_read(scope: Scope) -> None:
    """Draw the unread free text of check-ins; nothing without any."""
    for unread in read_unread_words(scope):
        _draw_unread(scope, unread)


def _draw_unread(scope: Scope, unread: UnreadWords) -> None:
    at = datetime.fromtimestamp(unread.answered_at, scope.zone)
    with card(f"words-{unread.check_in_id}"):
        of_family = f"{unread.family} family · " if unread.family else ""
        head(f"Read me: {unread.client}", f"{of_family}{fmt.moment(at)}")
        texts_html = "".join(
            f"<dt>{escape(_question_label(measure))}</dt><dd>{escape(text)}</dd>"
            for measure, text in unread.texts
        )
        st.html(f'<dl class="al-said">{texts_html}</dl>')
        st.button(
            "I have read it",
            key=f"al-read-{unread.check_in_id}",
            on_click=_read,
            args=(scope, unread),
        )
        if wrong := st.session_state.pop(f"{_WRONG}-{unread.check_in_id}", ""):
            problem(wrong)


def _question_label(measure: str) -> str:
    definition = measures().get(measure)
    return definition.label if definition else "In the parent's own words"


def _read(scope: Scope, unread: UnreadWords) -> None:
    try:
        mark_words_read(scope, unread.check_in_id)
    except AllayError as error:
        st.session_state[f"{_WRONG}-{unread.check_in_id}"] = str(error)
