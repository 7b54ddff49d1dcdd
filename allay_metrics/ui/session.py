"""The current user, and the practice that is open.

The auth middleware passes the user in a header that only it can write. While nobody has to sign in,
the user is the person at this computer, who is the owner; in the demo practice everybody is. The
owner may view as a therapist, and then is one to every page. Each page calls `guard` itself,
because on a fresh server it may run before dashboard.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import streamlit as st

from allay_metrics import config
from allay_metrics.actions.sessions import has_people
from allay_metrics.demo.practice_choice import leave_demo, open_active_practice
from allay_metrics.errors import NotAllowed
from allay_metrics.records import Scope, Viewer
from allay_metrics.server import HEADER, Identity, unseal
from allay_metrics.ui.name_hiding import apply_name_hiding
from allay_metrics.ui.viewing_as import apply_view_as

Role = Literal["owner", "therapist"]

WHO = "allay_who"  # the key of the middleware's header in st.user
_CLOSED = "Nobody is signed in, and this server can be reached from other computers."


def guard(*roles: Role) -> None:
    """Stop the page unless the current user has one of these roles."""
    role = read_role()
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


def read_role() -> Role | None:
    """Return the role of the current user; None for an unknown one.

    An owner who views as a therapist has that role here.
    """
    if identity() is None:
        return None
    role = scope().viewer.role
    return role if role in ("owner", "therapist") else None


def scope() -> Scope:
    """Return the scope of the current user in the open practice.

    The demo is created where there is nothing. Raises NotAllowed for an unknown user.
    """
    own = own_scope()
    return apply_name_hiding(apply_view_as(own) if own.viewer.role == "owner" else own)


def own_scope() -> Scope:
    """Return the user's own scope, not of whom she views as: for the frame, never for a page."""
    who = identity()
    if who is None:
        raise NotAllowed(_CLOSED)
    return replace(open_active_practice(), viewer=_viewer(who))


def identity() -> Identity | None:
    """Return the identity from the auth middleware; None for an unknown one.

    Without the middleware it is the person at this computer, while nobody has to sign in, or a
    visitor of the demo.
    """
    if HEADER in _trusted_headers():
        gate_identity = unseal(st.user.to_dict().get(WHO))
        left = (
            gate_identity is not None
            and gate_identity.kind == "demo"
            and not open_active_practice().is_demo
        )
        return None if left else gate_identity
    if open_active_practice().is_demo:
        return Identity("demo")
    here = _only_this_computer() and not has_people(open_active_practice())
    return Identity("computer") if here else None


def is_therapist() -> bool:
    """Return whether the current user signed in as a therapist."""
    who = identity()
    return who is not None and who.role == "therapist"


def is_demo() -> bool:
    """Return whether the open practice is the demo."""
    return open_active_practice().is_demo


def is_gated() -> bool:
    """Return whether the auth middleware is in front of this page."""
    return HEADER in _trusted_headers()


def leave() -> None:
    """Leave the demo for the practice's own records, and drop choices made in it."""
    leave_demo()
    st.session_state.clear()
    st.query_params.clear()


def _viewer(who: Identity) -> Viewer:
    return Viewer(who.role, who.therapist_id, person_id=who.person_id or None, name=who.name)


def _trusted_headers() -> Mapping[str, str]:
    """Return the headers that Streamlit is configured to trust, by their key in st.user."""
    headers = st.get_option("server.trustedUserHeaders")
    return headers if isinstance(headers, dict) else {}


def _only_this_computer() -> bool:
    """Return whether the server listens on this computer only and the request came from it."""
    address = st.get_option("server.address")
    # Behind a proxy on this computer every visitor would look local.
    behind_proxy = any(name in st.context.headers for name in ("X-Forwarded-For", "Forwarded"))
    return bool(address) and config.is_loopback(str(address)) and not behind_proxy
