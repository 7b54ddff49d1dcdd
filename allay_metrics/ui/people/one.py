"""One person: her role, whether she may sign in, where she is signed in."""

from collections.abc import Callable

import streamlit as st

from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.people import (
    UserAccount,
    disable,
    enable,
    end_sessions,
    reset,
    set_role,
)
from allay_metrics.actions.recipients import duty_gap
from allay_metrics.actions.tokens import new_token
from allay_metrics.records import Scope
from allay_metrics.ui.card import note
from allay_metrics.ui.html import markdown
from allay_metrics.ui.people.invite import chosen_role, role_fields, show_invitation
from allay_metrics.ui.practice.saved import Flash, attempt
from allay_metrics.ui.signed_in import signed_in

_AGAIN = "al-again-code"


def one_person(scope: Scope, one: UserAccount, names: dict[str, str]) -> None:
    """Draw what the owner may change of one person; `names` are those of therapists, by id."""
    left, right = st.columns(2, gap="medium")
    with left:
        _role(scope, one, names)
        with st.container(key="al-person-acts", horizontal=True):
            _acts(scope, one)
        note(
            "A new link takes back her password, codes and devices: for a lost phone or a "
            "forgotten password."
        )
    with right:
        signed_in(scope, one.id)


def _role(scope: Scope, one: UserAccount, names: dict[str, str]) -> None:
    # A new version makes new fields: they show what stands now.
    key = f"al-role-{one.id[:8]}-{one.version}"
    with st.form(key, border=False):
        role_fields(key, names, one.role, one.therapist_id)
        st.form_submit_button(
            f"Save {markdown(one.name)}", type="primary", on_click=_save, args=(scope, one, key)
        )


def _acts(scope: Scope, one: UserAccount) -> None:
    if one.disabled_at is not None:
        done = f"{one.name} may sign in again."
        _button(
            scope, one, "Let in again", lambda: enable(scope, one.id, version=one.version), done
        )
        return
    done = f"{one.name} may not sign in any more. What she had open has ended."
    _button(scope, one, "Shut out", lambda: disable(scope, one.id, version=one.version), done)
    done = f"{one.name} is signed out everywhere, and her devices are forgotten."
    _button(scope, one, "Sign out everywhere", lambda: end_sessions(scope, one.id), done)
    st.button("New link", key="al-act-new-link", on_click=_again, args=(scope, one))


def _button(scope: Scope, one: UserAccount, label: str, act: Callable[[], None], done: str) -> None:
    def do() -> None:
        attempt(act, lambda _: Flash(done + _reads_signs(scope, one)))

    st.button(label, key=f"al-act-{label.lower().replace(' ', '-')}", on_click=do)


def _reads_signs(scope: Scope, one: UserAccount) -> str:
    """Return a sentence where the protocol names her for warning signs and she cannot open all."""
    return f" {why}" if (why := duty_gap(scope, one.email)) else ""


def _save(scope: Scope, one: UserAccount, key: str) -> None:
    def save() -> None:
        role, therapist_id = chosen_role(key)
        set_role(scope, one.id, role, therapist_id, version=one.version)

    attempt(save, lambda _: Flash(f"{one.name} is saved.{_reads_signs(scope, one)}"))


def _again(scope: Scope, one: UserAccount) -> None:
    """Make a new link; pressed twice it is one, for its code belongs to what was on the page."""
    last_reset: tuple[str, int, str] | None = st.session_state.get(_AGAIN)
    code = last_reset[2] if last_reset and last_reset[:2] == (one.id, one.version) else new_token()
    st.session_state[_AGAIN] = (one.id, one.version, code)
    make = lambda: reset(scope, one.id, code=code)  # noqa: E731  read where it is used
    show_invitation(scope, one.name, one.email, make, mail=can_send())
