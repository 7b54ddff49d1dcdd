"""The People page: who may sign in, whom the owner invites, and one person at a time."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.users import UserAccount, read_people
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.people.invite import invitation_made, invite_card
from allay_metrics.ui.people.no_accounts import draw_no_accounts
from allay_metrics.ui.people.person_card import person_card
from allay_metrics.ui.problem import problems_shown
from allay_metrics.ui.shell import page_head
from allay_metrics.ui.viewing_as import therapists

_PICK = "al-people-pick"


def people_page(scope: Scope) -> None:
    """Draw everybody, the form that invites, and the person who is chosen."""
    page_head("People", "who may sign in")
    if scope.viewer.person_id is None:
        draw_no_accounts(is_demo=scope.is_demo)
        return
    invitation_made()
    with problems_shown():
        listed, names = read_people(scope), therapists(scope)
        left, right = st.columns((1.62, 1), gap="small")
        with left:
            with card("people"):
                _draw_table(scope, listed, names)
            with card("person"):
                _chosen_person(scope, listed, names)
        with right, card("invite"):
            invite_card(scope, names)


def _chosen_person(scope: Scope, listed: Sequence[UserAccount], names: dict[str, str]) -> None:
    by_id = {person.id: person for person in listed}
    chosen = st.selectbox(
        "Change",
        list(by_id),
        key=_PICK,
        format_func=lambda id_: f"{by_id[id_].name} · {by_id[id_].email}",
    )
    person_card(scope, by_id[chosen], names)


def _draw_table(scope: Scope, listed: Sequence[UserAccount], names: dict[str, str]) -> None:
    head("Who may sign in", fmt.plural(len(listed), "person", "people"))
    rows = [
        [
            person.name,
            person.email,
            _role(person, names),
            _state(scope, person),
            _last(scope, person),
        ]
        for person in listed
    ]
    columns = ["Name", "E-mail", "Sees", "Sign-in", "Last here"]
    table(columns, rows, caption="People who may sign in", left=(1, 2, 3, 4))
    note("Nobody else can sign in. A therapist sees her own families, and no money.")


def _role(person: UserAccount, names: dict[str, str]) -> str:
    if person.role == "owner":
        return "everything"
    return f"caseload of {names.get(person.therapist_id or '', fmt.DASH)}"


def _state(scope: Scope, person: UserAccount) -> TableCell | str:
    """Return where her sign-in stands; what keeps her out is marked."""
    if person.disabled_at is not None:
        return TableCell(f"shut out since {_day(scope, person.disabled_at)}", marked=True)
    if person.invite_expires_at is not None:
        if person.invite_expires_at > now():
            return f"invited, link works until {_day(scope, person.invite_expires_at - 1)}"
        return TableCell("invited, link too old", marked=True)
    return "set up"


def _last(scope: Scope, person: UserAccount) -> str:
    if person.open_sessions:
        return f"now, {fmt.plural(person.open_sessions, 'place')}"
    return fmt.DASH if person.last_seen_at is None else _day(scope, person.last_seen_at)


def _day(scope: Scope, seconds: int) -> str:
    return fmt.day(datetime.fromtimestamp(seconds, scope.zone).date())
