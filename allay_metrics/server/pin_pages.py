"""The pages of a remembered device: enter its PIN, set one, and change the phone for codes."""

from html import escape
from urllib.parse import quote

from allay_metrics.actions.devices import DIGITS
from allay_metrics.server.auth_html import (
    alert,
    form_element,
    hidden_field,
    input_field,
    page,
    paragraph,
)
from allay_metrics.server.auth_pages import CODE, authenticator_setup


def pin_page(name: str, wanted: str, *, mistake: str = "") -> str:
    """Return the PIN page; `name` is the person who remembered the device."""
    inside = hidden_field("next", wanted) + _pin("PIN", "pin", focus=True)
    other = f"/login?way=password&next={quote(wanted, safe='')}"
    below = f'<nav><a href="{escape(other)}">Sign in with your password</a></nav>'
    greeting = paragraph(f"Hello {name.split(maxsplit=1)[0]}. Enter the PIN of this device.")
    content = greeting + alert(mistake) + form_element("/login/pin", inside, "Open")
    return page("Welcome back", content, below=below)


def device_page(wanted: str, label: str, *, mistake: str = "") -> str:
    """Return the page that remembers a device with a PIN; `wanted` is opened afterwards."""
    inside = (
        hidden_field("next", wanted)
        + _pin(f"New PIN, {DIGITS} digits", "pin", focus=True)
        + _pin("The same PIN again", "again")
    )
    content = (
        paragraph(
            f"For 30 days a PIN opens the dashboard on {label}, in place of password and code."
        )
        + paragraph(
            "Do this on a device of your own only. Five wrong tries in a row, and it is forgotten.",
            "n",
        )
        + alert(mistake)
        + form_element("/account/device", inside, "Remember this device")
        + f'<a class="l" href="{escape(wanted)}">Not now</a>'
    )
    return page("Remember this device", content)


def phone_page(email: str, secret: str, sealed: str, *, mistake: str = "") -> str:
    """Return the page that connects another phone; `sealed` is the secret, signed."""
    inside = (
        hidden_field("sealed", sealed)
        + hidden_field("email", email)
        + authenticator_setup(secret, email)
        + input_field("Code the new phone shows", "fresh", "text", "off", digits=True)
        + "<h2>To be sure it is you</h2>"
        + input_field("Password", "password", "password", "current-password")
        + input_field(f"{CODE} until now, or a recovery code", "code", "text", "off")
    )
    content = (
        paragraph("All other places you are signed in at are signed out.", "n")
        + alert(mistake)
        + form_element("/account/phone", inside, "Use the new phone")
        + '<a class="l" href="/me">Back</a>'
    )
    return page("Another phone", content)


def _pin(label: str, name: str, *, focus: bool = False) -> str:
    """Return a field for a PIN: numeric keyboard, not offered to password managers."""
    return (
        f'<label class="f">{escape(label)}<input class="pin" type="password" name="{name}" '
        f'inputmode="numeric" pattern="[0-9]{{{DIGITS}}}" minlength="{DIGITS}" '
        f'maxlength="{DIGITS}" autocomplete="off" required{" autofocus" if focus else ""}></label>'
    )
