"""Who is here, and which practice is open.

There are no accounts yet, so there are two ways in, and everything else is shut: on a server that
only this computer reaches, the person at the keyboard is the owner; of an invented practice
everybody is. The owner may look as a therapist, and then is one to every page. A page asks by
itself, for on a fresh server it may run before dashboard.py has.
"""

from typing import Literal

import streamlit as st

from allay_metrics import config
from allay_metrics.demo.active import active_practice, leave_demo
from allay_metrics.records import Scope
from allay_metrics.ui.looking_as import seen_by

Role = Literal["owner", "therapist"]

_CLOSED = "Nobody is signed in, and this server can be reached from other computers."


def guard(*roles: Role) -> None:
    """Stop the page here unless the person in front of it has one of these roles."""
    role = who_is_here()
    if role in roles:
        return
    with st.container(key="al-page", gap="small"):
        st.html('<h1 class="al-title">This page is not for you to see</h1>')
        if role is None:
            st.error(_CLOSED)
        elif role == "owner":
            st.html('<p class="al-say">It is for therapists: look as one of them, above.</p>')
        else:
            st.html(f'<p class="al-say">It is for the {" or the ".join(roles)}.</p>')
    st.stop()


def who_is_here() -> Role | None:
    """Return the role of the person in front of the page; None for nobody we know."""
    if _only_this_computer() or active_practice().is_demo:
        role = scope().viewer.role
        return role if role in ("owner", "therapist") else None
    return None


def scope() -> Scope:
    """Return the scope of who is here, in the practice that is open.

    The demo is invented where nothing is.
    """
    return seen_by(active_practice())


def practice() -> Scope:
    """Return the owner's scope of the practice that is open: for the frame, never for a page."""
    return active_practice()


def leave() -> None:
    """Leave the demo for the practice's own records, and lose what was chosen in it."""
    leave_demo()
    st.session_state.clear()
    st.query_params.clear()


def _only_this_computer() -> bool:
    """Return whether the server listens on this computer alone and was asked from it directly."""
    address = st.get_option("server.address")
    # A proxy on this computer would make everybody look like the person at the keyboard.
    behind_proxy = any(name in st.context.headers for name in ("X-Forwarded-For", "Forwarded"))
    return bool(address) and config.is_loopback(str(address)) and not behind_proxy
