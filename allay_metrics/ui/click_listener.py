"""Clickable numbers: buttons in our HTML that report a click to the server.

Streamlit reports no clicks in its HTML, and a widget per number would make a table of a hundred
widgets. So each number is a real `<button>` (`html.button`) with a token, and one small listener
per page sends the token to the server. A token only selects among what the page itself offers; it
is never trusted beyond that.
"""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from allay_metrics.actions.read_audit import record
from allay_metrics.records import Scope

KEY = "al-listener"
CLICK_KEY = "al-opened"
_PACKAGE, _NAME = "allay_metrics", "opening"
_FULL_NAME = f"{_PACKAGE}.{_NAME}"
_HERE = Path(__file__).parent


def clicked() -> str | None:
    """Mount the listener, once per page; return the clicked token, in that run only."""
    _register()
    _listener()(key=KEY, on_opened_change=_store_click)
    word = st.session_state.pop(CLICK_KEY, None)
    return word if isinstance(word, str) else None


def record_unknown_token(scope: Scope, page: str) -> None:
    """Record in the audit trail that somebody requested what a page does not offer; show nothing.

    Our own page sends only its own tokens. The token itself is not recorded: it may contain
    anything.
    """
    record(scope, "refuse what a page does not offer", page)


def _store_click() -> None:
    st.session_state[CLICK_KEY] = st.session_state[KEY].opened


def _register() -> None:
    """Serve the script as a file: inline it would need a weaker content security policy."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(_FULL_NAME) is None:
        manifest = ComponentManifest(_PACKAGE, "1", [ComponentConfig(_NAME, "served")])
        manager.register_from_manifest(manifest, _HERE)


@st.cache_resource(show_spinner=False)
def _listener() -> ComponentRenderer:
    return st.components.v2.component(_FULL_NAME, js="opening.js", isolate_styles=False)
