"""The Check-ins page: warning signs and words first, then whom to ask, then the protocol."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.open_episodes import local_now
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import find_due_check_ins
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.check_ins.due import due_card, open_due
from allay_metrics.ui.check_ins.flags import STYLE, draw_acknowledged, flags_to_acknowledge
from allay_metrics.ui.check_ins.read import words_to_read
from allay_metrics.ui.check_ins.safety_protocol import protocol_card
from allay_metrics.ui.click_listener import clicked
from allay_metrics.ui.shell import page_head

_signed, _due = cached_by_version(read_current_protocol), cached_by_version(find_due_check_ins)


def check_ins_page(scope: Scope) -> None:
    """Draw the check-ins of the viewer's families."""
    st.html(STYLE)
    today = local_now(scope)
    page_head(
        "Check-ins",
        "",
        [f"**{fmt.full_day(today.date())}**", "not a monitor: nobody watches the form"],
    )
    token = clicked()
    flags_to_acknowledge(scope)
    words_to_read(scope)
    signed = _signed(scope)
    if signed is not None:
        # Due check-ins depend on the day, expired links on the hour.
        due_check_ins = _due(scope, today.replace(minute=0, second=0, microsecond=0))
        due_card(scope, due_check_ins)
        if token:
            open_due(scope, due_check_ins, token)
    protocol_card(scope, signed)
    draw_acknowledged(scope)
