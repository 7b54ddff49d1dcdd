"""Numbers that open: text in our HTML that answers a click like a button.

Streamlit's own HTML tells nobody what was clicked, and a widget per number would make a table of a
hundred widgets. So each number is a real `<button>` (`html.button`) with a word of ours, and one
small listener per page tells the server that word. The word chooses among what the page itself
offers; it is never trusted to say more.
"""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_LISTEN = """
export default function ({ setTriggerValue }) {
  const listen = (event) => {
    const hit = event.target.closest("[data-open]");
    if (hit) setTriggerValue("opened", hit.getAttribute("data-open"));
  };
  document.addEventListener("click", listen);
  return () => document.removeEventListener("click", listen);
}
"""
KEY = "al-listener"
TOLD = "al-opened"


def opened() -> str | None:
    """Mount the listener, once per page; return the word that was clicked, in that run alone."""
    _listener()(key=KEY, on_opened_change=_told)
    word = st.session_state.pop(TOLD, None)
    return word if isinstance(word, str) else None


def _told() -> None:
    st.session_state[TOLD] = st.session_state[KEY].opened


@st.cache_resource(show_spinner=False)
def _listener() -> ComponentRenderer:
    return st.components.v2.component("allay_opening", js=_LISTEN, isolate_styles=False)
