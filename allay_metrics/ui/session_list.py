"""A user's open sessions and remembered devices, each with a button that ends it."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.own_sign_in import (
    Device,
    SessionInfo,
    end_session,
    forget_device,
    list_devices,
    list_open_sessions,
)
from allay_metrics.records import Scope
from allay_metrics.ui.card import head, note
from allay_metrics.ui.html import escape
from allay_metrics.ui.practice.flash import Flash, run_action

WAYS = {"password": "password and code", "pin": "PIN", "oidc": "account elsewhere"}


def signed_in(scope: Scope, person_id: str, here: str = "") -> None:
    """Draw a user's open sessions and remembered devices. Raises NotAllowed.

    `here` is the prefix of the current session's id; without it none is marked.
    """
    sessions, remembered_devices = (
        list_open_sessions(scope, person_id),
        list_devices(scope, person_id),
    )
    head("Signed in now", _count(len(sessions), "place"))
    if not sessions:
        note("Nowhere.")
    for number, session in enumerate(sessions):
        _row(
            f"session-{number}",
            session.label,
            f"{'here · ' if here and session.ref.startswith(here) else ''}by {WAYS[session.way]} · "
            f"last used {_format_time(scope, session.seen_at)}",
            "End",
            lambda session=session: _end_session(scope, person_id, session),  # type: ignore[misc]
        )
    head("Remembered devices", _count(len(remembered_devices), "device"))
    if not remembered_devices:
        note("None. On a remembered device a PIN opens the dashboard in place of the password.")
    for number, device in enumerate(remembered_devices):
        _row(
            f"device-{number}",
            device.label,
            f"last used {_format_time(scope, device.used_at or device.created_at)} · "
            f"remembered until {fmt.day(_local_time(scope, device.ends_at).date())}",
            "Revoke",
            lambda device=device: _revoke(scope, person_id, device),  # type: ignore[misc]
        )


def _row(key: str, name: str, about: str, label: str, act: Callable[[], None]) -> None:
    with st.container(
        key=f"al-signed-{key}", horizontal=True, vertical_alignment="center", wrap=False
    ):
        st.html(
            f'<div class="al-place"><b>{escape(name)}</b><span>{escape(about)}</span></div>',
            width="stretch",
        )
        st.button(label, key=f"al-end-{key}", on_click=act)


def _end_session(scope: Scope, person_id: str, session: SessionInfo) -> None:
    run_action(
        lambda: end_session(scope, person_id, session.ref),
        lambda _: Flash(f"The sign-in with {session.label} has ended."),
    )


def _revoke(scope: Scope, person_id: str, device: Device) -> None:
    run_action(
        lambda: forget_device(scope, person_id, device.id),
        lambda _: Flash(f"{device.label} is forgotten, and its open sign-in has ended."),
    )


def _count(count: int, what: str) -> str:
    return fmt.plural(count, what) if count else ""


def _local_time(scope: Scope, seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, scope.zone)


def _format_time(scope: Scope, seconds: int) -> str:
    return fmt.moment(_local_time(scope, seconds))
