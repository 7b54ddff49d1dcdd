"""One person: her role, whether she may sign in, where she is signed in."""

from collections.abc import Callable

import streamlit as st

from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.recipients import find_duty_gap
from allay_metrics.actions.tokens import new_token
from allay_metrics.actions.users import (
    UserAccount,
    disable,
    enable,
    end_sessions,
    reset_sign_in,
    set_role,
)
from allay_metrics.records import Scope
from allay_metrics.ui.card import note
from allay_metrics.ui.html import markdown
from allay_metrics.ui.people.invite import chosen_role, role_fields, show_invitation
from allay_metrics.ui.practice.flash import Flash, run_action
from allay_metrics.ui.session_list import signed_in

_AGAIN = "al-again-code"


def person_card(scope: Scope, person: UserAccount, names: dict[str, str]) -> None:
    """Draw what the owner may change of one person; `names` are the therapists' names by id."""
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_role(scope, person, names)
        with st.container(key="al-person-acts", horizontal=True):
            _draw_actions(scope, person)
        note(
            "A new link takes back her password, codes and devices: for a lost phone or a "
            "forgotten password."
        )
    with right:
        signed_in(scope, person.id)


def _draw_role(scope: Scope, person: UserAccount, names: dict[str, str]) -> None:
    # A new version makes new fields: they show what stands now.
    key = f"al-role-{person.id[:8]}-{person.version}"
    with st.form(key, border=False):
        role_fields(key, names, person.role, person.therapist_id)
        st.form_submit_button(
            f"Save {markdown(person.name)}",
            type="primary",
            on_click=_save,
            args=(scope, person, key),
        )


def _draw_actions(scope: Scope, person: UserAccount) -> None:
    if person.disabled_at is not None:
        done = f"{person.name} may sign in again."
        _draw_button(
            scope,
            person,
            "Let in again",
            lambda: enable(scope, person.id, version=person.version),
            done,
        )
        return
    done = f"{person.name} may not sign in any more. What she had open has ended."
    _draw_button(
        scope, person, "Shut out", lambda: disable(scope, person.id, version=person.version), done
    )
    done = f"{person.name} is signed out everywhere, and her devices are forgotten."
    _draw_button(scope, person, "Sign out everywhere", lambda: end_sessions(scope, person.id), done)
    st.button("New link", key="al-act-new-link", on_click=_draw_reinvite, args=(scope, person))


def _draw_button(
    scope: Scope, person: UserAccount, label: str, act: Callable[[], None], done: str
) -> None:
    def do() -> None:
        run_action(act, lambda _: Flash(done + _reads_signs(scope, person)))

    st.button(label, key=f"al-act-{label.lower().replace(' ', '-')}", on_click=do)


def _reads_signs(scope: Scope, person: UserAccount) -> str:
    """Return a sentence where the protocol names her for warning signs and she cannot open all."""
    return f" {why}" if (why := find_duty_gap(scope, person.email)) else ""


def _save(scope: Scope, person: UserAccount, key: str) -> None:
    def save() -> None:
        role, therapist_id = chosen_role(key)
        set_role(scope, person.id, role, therapist_id, version=person.version)

    run_action(save, lambda _: Flash(f"{person.name} is saved.{_reads_signs(scope, person)}"))


def _draw_reinvite(scope: Scope, person: UserAccount) -> None:
    """Make a new link; pressing twice makes one, as its code belongs to what was on the page."""
    last_reset: tuple[str, int, str] | None = st.session_state.get(_AGAIN)
    code = (
        last_reset[2]
        if last_reset and last_reset[:2] == (person.id, person.version)
        else new_token()
    )
    st.session_state[_AGAIN] = (person.id, person.version, code)
    make = lambda: reset_sign_in(scope, person.id, code=code)  # noqa: E731  read where it is used
    show_invitation(scope, person.name, person.email, make, mail=can_send())
