"""The parts of the frame: style, navigation, title, as-of line, demo banner."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from allay_metrics import formatting as fmt
from allay_metrics.ui import html

STYLE = Path(__file__).with_name("style.css")
CASELOAD_STYLE = Path(__file__).parent / "caseload" / "style.css"
PLACES = 5  # places in the thumb bar: 78 px each on a phone of 390
# A plain link to a page of the server outside Streamlit.
SIGN_OUT = '<div class="al-account"><a href="/logout" target="_self">Sign out</a></div>'
DEMO = "Demo practice: every family, visit and number here is invented."


@dataclass(frozen=True)
class AccountMenu:
    """The signed-in user's name, and the pages about her account."""

    name: str
    pages: Sequence[StreamlitPage]


def style() -> None:
    """Add our style sheets; once per run, before anything else is drawn."""
    st.html(STYLE)
    st.html(CASELOAD_STYLE)


def top(
    pages: Sequence[StreamlitPage],
    here: StreamlitPage,
    who: str,
    carry: Mapping[str, str] | None = None,
    pick: Callable[[], None] | None = None,
    *,
    account: AccountMenu | None = None,
) -> None:
    """Draw the navigation row of a laptop. `who` may contain **bold**.

    `carry` are query parameters to keep, which a link would drop. `pick` draws the right end; the
    menu of `account` has its pages, and signing out.
    """
    with st.container(
        key="al-nav", horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False
    ):
        st.html('<div class="al-brand"><i></i>Allay</div>', width="content")
        for page in pages:
            _link(page, here, "top", label=page.title, carry=carry)
        st.space("stretch")
        if who:
            st.html(f'<div class="al-me">{html.rich(who)}</div>', width="content")
        if pick is not None:
            pick()
        if account:
            opened = st.popover(html.markdown(account.name), key=f"al-account-{here.url_path}")
            _sheet(opened, account.pages, here, carry, "account", account=account)


def thumb(
    pages: Sequence[StreamlitPage],
    here: StreamlitPage,
    short: Mapping[str, str] | None = None,
    carry: Mapping[str, str] | None = None,
    *,
    account: AccountMenu | None = None,
) -> None:
    """Draw the bar at the bottom of a phone; each page needs an icon.

    Five places fit: with more pages the fifth opens a sheet of the rest. `short` maps a page's
    title to a shorter one (`Visit types` to `Types`) of at most ten letters. With `account` the
    sheet has its pages, too, and signing out.
    """
    shorter = short or {}
    fits = len(pages) <= PLACES and not account
    kept = pages if fits else pages[: PLACES - 1]
    with st.bottom, st.container(key="al-thumb", horizontal=True, wrap=False, gap=None):
        for page in kept:
            label = shorter.get(page.title, page.title)
            _link(page, here, "thumb", label=label, icon=page.icon, carry=carry)
        if not fits:
            _more(pages[PLACES - 1 :], here, carry, account=account)


def _more(
    rest: Sequence[StreamlitPage],
    here: StreamlitPage,
    carry: Mapping[str, str] | None,
    *,
    account: AccountMenu | None,
) -> None:
    """Draw the button that opens a sheet of the remaining pages."""
    listed = [*rest, *(account.pages if account else ())]
    with st.container(key="al-more-here" if here in listed else "al-more"):
        # A key per page, or an open sheet would stay open on the next page.
        opened = st.popover(
            "More", icon=":material/more_horiz:", width="stretch", key=f"al-more-{here.url_path}"
        )
    _sheet(opened, listed, here, carry, "sheet", account=account)


def _sheet(
    opened: DeltaGenerator,
    pages: Sequence[StreamlitPage],
    here: StreamlitPage,
    carry: Mapping[str, str] | None,
    where: Literal["sheet", "account"],
    *,
    account: AccountMenu | None,
) -> None:
    """Draw a list of pages in a popover, with `account` also a link to sign out."""
    key = "al-sheet-account" if where == "account" else "al-sheet"
    # Like a drawer, a sheet is outside the app's root and does not inherit its color-scheme.
    with opened, st.container(key=f"{key}-{st.context.theme.type or 'light'}", gap=None):
        for page in pages:
            _link(page, here, where, label=page.title, icon=page.icon, carry=carry)
        if account:
            st.html(SIGN_OUT)


def banner_demo(leave: Callable[[], None]) -> None:
    """Draw the banner of the demo, with the button that leaves it."""
    with st.container(
        key="al-demo", horizontal=True, vertical_alignment="center", gap="small", wrap=False
    ):
        st.html(f'<div class="al-demo-line"><i></i>{DEMO}</div>')
        st.button("Leave the demo", key="al-leave-demo", type="tertiary", on_click=leave)


def page_head(title: str, muted: str = "", as_of: Sequence[str] = ()) -> None:
    """Draw the page's title, its quiet second half, and the as-of line.

    The items of `as_of` may contain **bold**; dots separate them.
    """
    second = f" <span>{html.escape(muted)}</span>" if muted else ""
    line = "<i>·</i>".join(f"<span>{html.rich(item)}</span>" for item in as_of)
    below = f'<div class="al-asof">{line}</div>' if as_of else ""
    with st.container(key="al-head"):
        st.html(f'<h1 class="al-title">{html.escape(title)}{second}</h1>{below}')


def body(key: str = "page") -> "st.delta_generator.DeltaGenerator":
    """Return the container of a page's content, to which our style sheet applies."""
    return st.container(key=f"al-{key}", gap="small")


def week_title(monday: date) -> tuple[str, str]:
    """Return `Week of Mon 9 Nov` and `to Sun 15 Nov 2026`."""
    sunday = date.fromordinal(monday.toordinal() + 6)
    return f"Week of {fmt.day(monday)}", f"to {fmt.full_day(sunday)}"


def _link(
    page: StreamlitPage,
    here: StreamlitPage,
    where: Literal["top", "thumb", "sheet", "account"],
    *,
    label: str,
    icon: str = "",
    carry: Mapping[str, str] | None = None,
) -> None:
    """Draw a link; a keyed container marks the current page, because page_link has no key."""
    width: Literal["stretch", "content"] = "content" if where == "top" else "stretch"
    along = dict(carry or {})
    if page != here:
        st.page_link(page, label=label, icon=icon, width=width, query_params=along)
        return
    with st.container(key=f"al-on-{where}", width=width):
        st.page_link(page, label=label, icon=icon, width=width, query_params=along)
