"""The banner on every page while nobody was mailed about an open warning sign."""

from datetime import UTC, datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.alerts import UndeliveredMails, format_reason, read_undelivered
from allay_metrics.records import Scope
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.check_ins.flags import PAGE, STYLE
from allay_metrics.ui.filters import filter_params
from allay_metrics.ui.html import escape

_untold = cached_by_version(read_undelivered)


def unmailed_banner(scope: Scope, *, leads_on: bool) -> None:
    """Draw that nobody was mailed about a sign, why, and what to do; nothing otherwise.

    `leads_on` draws the link to the page with the sign, except on that page.
    """
    failure = _untold(scope, datetime.now(UTC).replace(second=0, microsecond=0))
    if failure is None:
        return
    st.html(STYLE)
    with st.container(key="al-untold", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="al-untold" role="status">{_describe_failure(scope, failure)}</p>')
        if leads_on:
            icon = ":material/priority_high:"
            st.page_link(PAGE, label="Open Check-ins", icon=icon, query_params=filter_params())


def _describe_failure(scope: Scope, failure: UndeliveredMails) -> str:
    is_one = failure.signs == 1
    about = f"{fmt.plural(failure.signs, 'warning sign')} {'waits' if is_one else 'wait'}"
    mail_clause = "nobody knows whether a" if failure.reason == "broken off" else "no"
    mail_clause = f"{mail_clause} mail about {'it' if is_one else 'them'} went out"
    if scope.viewer.role == "owner":
        return (
            f"<b>◆ {escape(about)}</b>, and {mail_clause}. {escape(format_reason(failure.reason))}"
        )
    return (
        f"<b>◆ {escape(about)} in your care</b>, and {mail_clause}: read now, and tell the owner."
    )
