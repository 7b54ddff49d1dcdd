"""What parents wrote: marked until somebody has read it."""

from datetime import datetime

import streamlit as st

from allay_metrics import words
from allay_metrics.actions.check_ins import read_words
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.measures import measures
from allay_metrics.records import Scope
from allay_metrics.review.check_ins import Words, unread_words
from allay_metrics.ui.card import card, head
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem

_WRONG = "al-words-wrong"


def words_to_read(scope: Scope) -> None:
    """Draw the free text of check-ins that nobody has read yet; nothing for none."""
    for one in unread_words(scope):
        _unread(scope, one)


def _unread(scope: Scope, one: Words) -> None:
    at = datetime.fromtimestamp(one.answered_at, scope.zone)
    with card(f"words-{one.check_in_id}"):
        of_family = f"{one.family} family · " if one.family else ""
        head(f"Read me: {one.client}", f"{of_family}{words.moment(at)}")
        said = "".join(
            f"<dt>{escape(_asked(measure))}</dt><dd>{escape(text)}</dd>"
            for measure, text in one.texts
        )
        st.html(f'<dl class="al-said">{said}</dl>')
        st.button(
            "I have read it", key=f"al-read-{one.check_in_id}", on_click=_read, args=(scope, one)
        )
        if wrong := st.session_state.pop(f"{_WRONG}-{one.check_in_id}", ""):
            problem(wrong)


def _asked(measure: str) -> str:
    known = measures().get(measure)
    return known.label if known else "In the parent's own words"


def _read(scope: Scope, one: Words) -> None:
    try:
        read_words(scope, one.check_in_id)
    except AllayError as error:
        st.session_state[f"{_WRONG}-{one.check_in_id}"] = str(error)
