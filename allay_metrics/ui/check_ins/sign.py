"""The open signs of one family as HTML: what to do, then what the parent was told."""

from collections.abc import Sequence
from datetime import datetime

from allay_metrics import formatting as fmt
from allay_metrics.outcomes.safety import SUPPORT
from allay_metrics.outcomes.wording import signs
from allay_metrics.records import Scope
from allay_metrics.review.open_check_ins import OpenFlag
from allay_metrics.review.sign_steps import what_to_do
from allay_metrics.ui.html import escape

TIERS = {1: "Emergency", 2: "Doctor now", 3: "Doctor today or this week"}


def signs_html(scope: Scope, of_one: Sequence[OpenFlag], steps: Sequence[str]) -> str:
    """Return the family and each sign with its step; a repeated step is shown once."""
    paragraphs, previous_step = [], ""
    for place, flag in enumerate(of_one):
        step = what_to_do(flag, steps)
        is_anew = not place or flag.client != of_one[place - 1].client
        paragraphs.append(
            _sign_html(
                scope,
                flag,
                _who_html(flag) if is_anew else "",
                "" if step == previous_step else step,
            )
        )
        previous_step = step
    return f'<div class="al-signs">{"".join(paragraphs)}</div>'


def contact_links_html(flag: OpenFlag) -> str:
    """Return the contact links of the family; '' where nobody may call."""
    if not flag.contact.allows("sign"):
        return ""  # the sign says so, and why
    ways = (("Call", flag.call), ("Text", flag.text), ("E-mail", None if flag.phone else flag.mail))
    links = "".join(f'<a href="{escape(to)}">{label}</a>' for label, to in ways if to)
    where = flag.phone or flag.email
    shown = f'<div class="al-ways">{links}<span>{escape(where)}</span></div>' if where else ""
    if flag.phone:
        return shown
    return (
        '<p class="al-flag"><small>No phone number of theirs is on file: look in the scheduling '
        f"system.</small></p>{shown}"
    )


def _unbroken(text: str) -> str:
    """Return escaped text in which phone numbers do not wrap."""
    return escape(text).replace(SUPPORT, f"<i>{SUPPORT}</i>")


def _who_html(flag: OpenFlag) -> str:
    who = f"<b>{escape(flag.client)}</b>"
    if flag.family:
        who += f", {escape(flag.family)} family"
    elif flag.is_gone:
        who += ": no visit of this client is on file now"
    if flag.has_died:
        who += " · died"
    # Where nobody may call, the step says so first.
    if flag.contact.sentence and flag.contact.allows("sign"):
        who += f" · {escape(flag.contact.sentence)}"
    return f" · {who}"


def _sign_html(scope: Scope, flag: OpenFlag, who: str, step: str) -> str:
    warning_sign = next(sign for sign in signs("en") if sign.id == flag.flag.id)
    at = fmt.moment(datetime.fromtimestamp(flag.raised_at, scope.zone))
    todo = f'<span class="step"><b>What to do:</b> {_unbroken(step)}</span>' if step else ""
    return (
        f'<p class="al-flag"><span class="tier">◆ {TIERS[flag.flag.tier]}</span>{who}'
        f"<br>{escape(warning_sign.question)}{todo}"
        f"<small>The parent was told: {_unbroken(warning_sign.action)} Ticked {at}.</small></p>"
    )
