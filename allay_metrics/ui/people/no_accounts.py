"""The People page without accounts: how the practice switches to them."""

import streamlit as st

from allay_metrics.ui.card import card, empty_state, head, note

_STEPS = (
    (
        "A secret",
        "It is what sessions are made with. Keep it where the server is started, and nowhere else.",
        'python -c "import secrets; print(secrets.token_urlsafe(32))"',
    ),
    (
        "The first owner",
        "Set that secret as ALLAY_SECRET, then list yourself. A link is printed that opens once.",
        'python -m allay_metrics accounts first-owner you@example.org "Your name"',
    ),
    (
        "Serve, and open the link",
        "There you choose a password and connect your phone. From then on everybody signs in.",
        "python -m allay_metrics serve",
    ),
)


def draw_no_accounts(*, is_demo: bool) -> None:
    """Draw why nobody is listed, and the three steps to switch to accounts."""
    if is_demo:
        empty_state(
            "Nobody signs in to the demo",
            "Everything in it is invented. In your own practice this page lists who may sign in.",
        )
        return
    with card("alone"):
        head("This computer only", "nobody has to sign in")
        st.html(
            '<p class="al-say">Whoever sits at this computer is the owner. Once others are to use '
            "the dashboard too, or it is to be reached from a phone, switch to accounts.</p>"
        )
        for number, (title, why, command) in enumerate(_STEPS, start=1):
            st.html(f'<div class="al-step"><h3>{number}. {title}</h3><p>{why}</p></div>')
            st.code(command, language=None, wrap_lines=True)
        note("From other computers it is reached over TLS only: the README says how.")
