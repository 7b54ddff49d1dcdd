"""The sign-in pages: the form, an invitation, recovery codes, one's own account."""

from html import escape
from io import BytesIO
from urllib.parse import quote

import segno

from allay_metrics.actions.passwords import SHORTEST
from allay_metrics.actions.second_factor import build_otpauth_url
from allay_metrics.actions.sign_in import InvitedPerson, NewSignIn
from allay_metrics.server.auth_html import (
    alert,
    code_list,
    form_element,
    hidden_field,
    input_field,
    page,
    paragraph,
)

CODE = "Code from your authenticator app"
_KEEP = (
    "Each opens once in place of your phone's code. Keep them where you keep important papers: "
    "they are not shown again."
)
_NEW = f"New password, at least {SHORTEST} characters"


def sign_in_page(wanted: str, *, mistake: str = "", vouches: str = "") -> str:
    """Return the sign-in form; `wanted` is the path opened afterwards.

    `vouches` names the identity provider, which is then offered first.
    """
    inside = (
        hidden_field("next", wanted)
        + input_field("E-mail", "email", "email", "username")
        + input_field("Password", "password", "password", "current-password")
        + input_field(CODE, "code", "text", "one-time-code")
        + "<details><summary>My phone is not here</summary>"
        + input_field("Recovery code", "recovery", "text", "off")
        + "</details>"
        + '<label class="t"><input type="checkbox" name="remember" value="1">'
        + "<span>Remember this device, and open it with a PIN</span></label>"
    )
    elsewhere = _provider_link(vouches, wanted)
    return page("Sign in", alert(mistake) + elsewhere + form_element("/login", inside, "Sign in"))


def join_page(path: str, invited: InvitedPerson, *, mistake: str = "", vouches: str = "") -> str:
    """Return the page of an invitation: the authenticator's secret, and a password to choose.

    `vouches` names the identity provider, whose account may be used instead.
    """
    inside = (
        input_field("E-mail", "email", "email", "username", value=invited.email)
        + input_field(_NEW, "password", "password", "new-password")
        + input_field("The same password again", "again", "password", "new-password")
        + "<h2>Your phone's code</h2>"
        + authenticator_setup(invited.totp_secret, invited.email)
        + input_field(CODE, "code", "text", "one-time-code")
    )
    introduction = paragraph(f"{invited.name}, choose a password and connect your phone.")
    elsewhere = _provider_link(vouches, "/")
    if elsewhere:
        introduction = paragraph(
            f"{invited.name}, use your account, or choose a password and connect a phone."
        )
    title = "Set up your sign-in"
    return page(
        title, introduction + alert(mistake) + elsewhere + form_element(path, inside, "Set up")
    )


def authenticator_setup(secret: str, email: str) -> str:
    """Return the authenticator's secret as a QR code, a link, and text to type."""
    address = build_otpauth_url(secret, email)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return (
        paragraph("Scan this with an authenticator app, then enter the code it shows.", "n")
        + f'<div class="qr">{_qr_svg(address)}</div>'
        + f'<a class="b here" href="{escape(address)}">Open the app on this phone</a>'
        + "<details><summary>Enter the key by hand</summary>"
        + f"<p><code>{spaced}</code></p></details>"
    )


def joined_page(joined: NewSignIn) -> str:
    """Return the page that shows the recovery codes once."""
    return _recovery_page("You are set up", joined.recovery_codes)


def renewed_page(recovery_codes: tuple[str, ...]) -> str:
    """Return the page that shows new recovery codes once."""
    return _recovery_page("New recovery codes", recovery_codes)


def account_page(name: str, email: str, *, mistake: str = "", done: str = "") -> str:
    """Return the account page: change the password, renew recovery codes, sign out."""
    who = hidden_field("email", email)
    change = (
        f'<input type="email" name="email" autocomplete="username" value="{escape(email)}" '
        'readonly aria-label="E-mail">'
        + input_field("Password now", "password", "password", "current-password")
        + input_field(CODE, "code", "text", "one-time-code")
        + input_field(_NEW, "new", "password", "new-password")
        + input_field("The same password again", "again", "password", "new-password")
    )
    renew = (
        who
        + input_field("Password", "password", "password", "current-password")
        + input_field(CODE, "code", "text", "one-time-code")
    )
    status = f'<p role="status">{escape(done)}</p>' if done else ""
    inside = (
        paragraph(f"{name} · {email}", "n")
        + alert(mistake)
        + status
        + "<h2>Change the password</h2>"
        + paragraph("All other places you are signed in at are signed out.", "n")
        + form_element("/account/password", change, "Change the password")
    )
    below = (
        '<section class="card"><h2>Recovery codes</h2>'
        + paragraph("New ones take the place of those you have.", "n")
        + form_element("/account/codes", renew, "Make new codes")
        + '</section><nav><a href="/">Back to the dashboard</a><a href="/logout">Sign out</a></nav>'
    )
    return page("Your account", inside, below=below)


def leave_page() -> str:
    """Return the page that asks whether to sign out, for a request from elsewhere."""
    return page(
        "Sign out?", form_element("/logout", "", "Sign out") + '<a class="l" href="/">Stay</a>'
    )


def _provider_link(vouches: str, wanted: str) -> str:
    """Return the link to the identity provider; not a form, as it leads to another site."""
    if not vouches:
        return ""
    where = f"/login/oidc?next={quote(wanted, safe='')}"
    return (
        f'<a class="b" href="{escape(where)}">Sign in with {escape(vouches)}</a>'
        '<p class="or"><span>or</span></p>'
    )


def _recovery_page(title: str, listed: tuple[str, ...]) -> str:
    inside = "<h2>Recovery codes</h2>" + paragraph(_KEEP, "n") + code_list(listed)
    return page(title, inside + '<a class="b" href="/">Open the dashboard</a>')


def _qr_svg(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=0, title="QR code"
    )
    return drawn.getvalue().decode()
