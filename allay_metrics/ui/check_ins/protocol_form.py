"""The form that signs a safety protocol: recipients, reading hours, steps."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.protocol import (
    TIMES,
    UNMAILED,
    Duty,
    Protocol,
    UnableReader,
    format_unable,
    format_within,
    read_protocol_template,
    sign_protocol,
)
from allay_metrics.actions.recipients import describe_partly_able
from allay_metrics.errors import AllayError
from allay_metrics.outcomes.reader_steps import KINDS, reader_steps
from allay_metrics.outcomes.reading_hours import DAY, EVERY_DAY, ReadingHours
from allay_metrics.records import Scope
from allay_metrics.ui.card import note, say
from allay_metrics.ui.check_ins.sign import TIERS
from allay_metrics.ui.problem import problem

_DAYS = dict(zip(EVERY_DAY, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
_WRONG, _UNABLE = "al-protocol-wrong", "al-protocol-unable"
_WITHIN = 120  # minutes
_ABOUT = {"baby": "The baby", "body": "A parent's body", "mood": "A parent's mood"}


def signing_form(scope: Scope, signed: Protocol | None) -> None:
    """Draw the form; `signed` is the protocol in force, None while check-ins are off."""
    # Widget keys per protocol, so that a newly signed one shows its values.
    key = f"al-protocol-{signed.signed_at if signed else 'new'}"
    duty = signed.duty if signed else None
    # Outside the form, so that it says at once whether an address may sign in.
    _draw_people(scope, key, duty, signed.reader if signed else "")
    with st.form(f"{key}-form", border=False):
        with st.container(key="al-field-protocol"):
            text = signed.text if signed else read_protocol_template()
            st.text_area("The protocol", text, key=f"{key}-text", height=340)
        _draw_hours(key, duty)
        _draw_steps(key, duty)
        st.text_input("Signed by (your full name)", key=f"{key}-name", max_chars=120)
        if not can_send():
            say(UNMAILED)
            st.checkbox("I know that nobody will be told by mail", key=f"{key}-unmailed")
        _draw_unable(key)
        # Beside the button, because the form is longer than a screen.
        if wrong := st.session_state.pop(_WRONG, ""):
            problem(wrong)
        st.form_submit_button(
            "Sign it again" if signed else "Sign and switch check-ins on",
            type="primary",
            on_click=_sign,
            args=(scope, key, signed.signed_at if signed else None),
        )


def hours_words(hours: ReadingHours) -> str:
    """Return `Mon, Tue and Wed, 8 am to 8 pm`, or `every day at any hour`."""
    all_days = set(hours.days) == set(EVERY_DAY)
    days = "every day" if all_days else fmt.join_list(_DAYS[day] for day in sorted(hours.days))
    if hours.closes - hours.opens == DAY:
        return f"{days} at any hour"
    return f"{days}, {_format_clock(hours.opens)} to {_format_clock(hours.closes)}"


def _draw_people(scope: Scope, key: str, duty: Duty | None, reader: str) -> None:
    if can_send():
        note(
            "Both are told by mail when a sign is ticked, and again when the reading time has "
            "passed."
        )
    left, right = st.columns(2)
    left.text_input(
        "Who reads warning signs?",
        duty.reader if duty else reader,
        key=f"{key}-reader",
        max_chars=120,
    )
    right.text_input(
        "Her e-mail address", duty.reader_email if duty else "", key=f"{key}-mail", max_chars=200
    )
    left, right = st.columns(2)  # one row, so that on a phone each name precedes its address
    left.text_input(
        "Who stands in for her? (empty: nobody)",
        duty.stand_in if duty else "",
        key=f"{key}-stand-in",
        max_chars=120,
    )
    right.text_input(
        "The stand-in's e-mail address",
        duty.stand_in_email if duty else "",
        key=f"{key}-stand-in-mail",
        max_chars=200,
    )
    session_state = st.session_state
    if partly := describe_partly_able(
        scope, (session_state[f"{key}-mail"], session_state[f"{key}-stand-in-mail"])
    ):
        note(partly)


def _draw_steps(key: str, duty: Duty | None) -> None:
    steps = duty.steps if duty else reader_steps()
    for (about, tier), step, shipped in zip(KINDS, steps, reader_steps(), strict=True):
        label = f"{_ABOUT[about]}, {TIERS[tier].lower()}: what the reader does"
        key_ = f"{key}-step-{about}-{tier}"
        st.text_area(label, step or shipped, key=key_, height=110, max_chars=1_000)


def _draw_unable(key: str) -> None:
    """Draw the confirmation for addresses that cannot sign in, once they were refused."""
    addresses: tuple[str, ...] = st.session_state.get(f"{_UNABLE}-{key}", ())
    if addresses:
        # A widget key per address, so that another address asks again.
        # Above the checkbox, because in its label an address becomes a link.
        say(format_unable(addresses, addresses))
        st.checkbox("I know that nobody signs in there", key=f"{key}-unable-{'-'.join(addresses)}")


def _confirmed_unable(key: str) -> tuple[str, ...]:
    """Return the confirmed addresses."""
    session_state = st.session_state
    addresses: tuple[str, ...] = session_state.get(f"{_UNABLE}-{key}", ())
    return addresses if session_state.get(f"{key}-unable-{'-'.join(addresses)}") else ()


def _draw_hours(key: str, duty: Duty | None) -> None:
    note("Outside these hours the form tells the parent from when answers are read.")
    hours = duty.hours if duty else ReadingHours()
    st.pills(
        "Days on which signs are read",
        EVERY_DAY,
        selection_mode="multi",
        default=hours.days,
        format_func=_DAYS.__getitem__,
        key=f"{key}-days",
    )
    first, second, third = st.columns(3)
    _choose(first, "From", range(DAY), hours.opens, f"{key}-from")
    _choose(second, "Until", range(1, DAY + 1), hours.closes, f"{key}-until")
    third.selectbox(
        "Within what time?",
        TIMES,
        TIMES.index(duty.within if duty else _WITHIN),
        format_func=format_within,
        key=f"{key}-within",
        help="Counted in these hours",
    )


def _choose(
    where: "st.delta_generator.DeltaGenerator", label: str, hours: range, chosen: int, key: str
) -> None:
    where.selectbox(label, hours, hours.index(chosen), format_func=_format_clock, key=key)


def _format_clock(hour: int) -> str:
    if hour in (0, DAY):
        return "midnight"
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"


def _sign(scope: Scope, key: str, replaces: int | None) -> None:
    session_state = st.session_state
    duty = Duty(
        reader=session_state[f"{key}-reader"],
        reader_email=session_state[f"{key}-mail"],
        stand_in=session_state[f"{key}-stand-in"],
        stand_in_email=session_state[f"{key}-stand-in-mail"],
        within=session_state[f"{key}-within"],
        hours=ReadingHours(
            tuple(sorted(session_state[f"{key}-days"])),
            session_state[f"{key}-from"],
            session_state[f"{key}-until"],
        ),
        steps=tuple(session_state[f"{key}-step-{about}-{tier}"] for about, tier in KINDS),
    )
    try:
        sign_protocol(
            scope,
            session_state[f"{key}-name"],
            duty,
            session_state[f"{key}-text"],
            unmailed=bool(session_state.get(f"{key}-unmailed")),
            unable=_confirmed_unable(key),
            while_off=replaces is None,
            replaces=replaces,
        )
    except AllayError as error:
        if isinstance(error, UnableReader):
            session_state[f"{_UNABLE}-{key}"] = error.addresses
        session_state[_WRONG] = str(error)
