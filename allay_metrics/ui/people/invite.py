"""Inviting a person: the form, and the link it makes, shown once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.actions.invitation_mail import mail_invitation
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.recipients import find_duty_gap
from allay_metrics.actions.sessions import Role
from allay_metrics.actions.tokens import new_token
from allay_metrics.actions.users import Invitation, invite
from allay_metrics.errors import AllayError, ConfigProblem
from allay_metrics.records import Scope
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.practice.flash import Flash, run_action

ROLES: dict[Role, str] = {"therapist": "Therapist: her own families", "owner": "Owner: everything"}
_CODE, _MADE = "al-invite-code", "al-invite-made"


@dataclass(frozen=True)
class MadeInvitation:
    """A new invitation: the person's name, the link, and the result of the e-mail."""

    name: str
    link: str
    until: str
    mailed: str


def invite_card(scope: Scope, names: dict[str, str]) -> None:
    """Draw the form to invite a person; `names` are the therapists' names by id."""
    head("Invite somebody")
    # The code belongs to the form, so that pressing twice makes one invitation.
    code = st.session_state.setdefault(_CODE, new_token())
    key = f"al-invite-{code[:6]}"
    with st.form(key, border=False):
        st.text_input("Name", key=f"{key}-name", autocomplete="off")
        st.text_input("E-mail", key=f"{key}-email", autocomplete="off")
        role_fields(key, names, "therapist" if names else "owner", None)
        if can_send():
            st.checkbox("E-mail the link", value=True, key=f"{key}-mail")
        st.form_submit_button("Invite", type="primary", on_click=_invite, args=(scope, key, code))
    note("The link opens once, within seven days: there she chooses how she signs in.")


def role_fields(key: str, names: dict[str, str], role: Role, therapist_id: str | None) -> None:
    """Draw the fields of a person's role, and of a therapist's caseload."""
    st.selectbox(
        "Role",
        list(ROLES),
        index=list(ROLES).index(role),
        format_func=ROLES.__getitem__,
        key=f"{key}-role",
    )
    ids = list(names)
    st.selectbox(
        "Caseload, for a therapist",
        ids,
        index=ids.index(therapist_id) if therapist_id in names else None,
        format_func=names.__getitem__,
        placeholder="Whose",
        key=f"{key}-whose",
    )


def chosen_role(key: str) -> tuple[Role, str | None]:
    """Return role and therapist id from `role_fields`; an owner has no caseload."""
    role: Role = st.session_state[f"{key}-role"]
    return role, None if role == "owner" else st.session_state[f"{key}-whose"]


def invitation_made() -> None:
    """Draw the link of the invitation just made."""
    made: MadeInvitation | None = st.session_state.get(_MADE)
    if made is None:
        return
    with card("invitation"):
        head(f"The link for {made.name}", f"works once, until {made.until}")
        st.code(made.link, language=None, wrap_lines=True)
        note(
            f"{made.mailed} Hand it over in person or by a message: whoever opens it sets up "
            "the sign-in. It is not shown again."
        )
        st.button("Done", key="al-invite-done", on_click=_forget)


def show_invitation(
    scope: Scope, name: str, email: str, make: Callable[[], Invitation], *, mail: bool
) -> bool:
    """Make an invitation, e-mail it if `mail`, and store its link to show; return success.

    If the e-mail fails, the invitation remains.
    """

    def with_address() -> tuple[str, Invitation]:
        # The address first: without it nobody would see the link of the invitation.
        return _address(), make()

    def flash_of(made: tuple[str, Invitation]) -> Flash:
        address, invitation = made
        mailed = ""
        if mail:
            try:
                mail_invitation(scope, email, invitation)
                mailed = f"It was e-mailed to {email}."
            except AllayError as error:
                mailed = str(error)
        until = datetime.fromtimestamp(invitation.expires_at - 1, scope.zone)
        link = f"{address}{invitation.url_path}"
        st.session_state[_MADE] = MadeInvitation(name, link, fmt.day(until.date()), mailed)
        gap = find_duty_gap(scope, email.lower())
        return Flash(f"{name} is invited. {gap}".strip())

    return run_action(with_address, flash_of)


def _invite(scope: Scope, key: str, code: str) -> None:
    name, email = (str(st.session_state[f"{key}-{field}"]) for field in ("name", "email"))

    def make() -> Invitation:
        role, therapist_id = chosen_role(key)
        return invite(scope, email, name, role, therapist_id, code=code)

    mail = bool(st.session_state.get(f"{key}-mail"))
    if show_invitation(scope, name.strip(), email.strip(), make, mail=mail):
        st.session_state.pop(_CODE, None)


def _address() -> str:
    """Return the public address of this server. Raises ConfigProblem where it is unknown."""
    parts = urlsplit(st.context.url or "")
    here = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    address = config.public_url() or here
    if not address:
        raise ConfigProblem("Name the public address first: a link needs one.")
    return address


def _forget() -> None:
    st.session_state.pop(_MADE, None)
