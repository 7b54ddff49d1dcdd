"""Whether a family may be contacted and for what: the only rule, and the links that do it.

Every call, text message, e-mail and check-in to a family goes through here, on all pages, lists and
commands: nothing else in the package writes a `tel:`, `sms:` or `mailto:` link.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote

from allay_metrics import formatting as fmt
from allay_metrics.errors import Conflict, QuestionProblem, choose_from

Level = Literal["yes", "practical", "none"]
# visit: about a visit on a day. sign: about a ticked warning sign. list: from a list of families
# to call or to book. check-in: a form to answer, however it is sent.
Purpose = Literal["visit", "sign", "list", "check-in"]

LEVELS: tuple[Level, ...] = get_args(Level)  # from permissive to strict
REASONS = ("asked", "bereaved", "hospital", "other")
LEVEL_WORDS: Mapping[Level, str] = {
    "yes": "Yes",
    "practical": "Practical only",
    "none": "No contact",
}
REASON_WORDS: Mapping[str, str] = {
    "asked": "they asked",
    "bereaved": "bereaved",
    "hospital": "in hospital",
    "other": "another reason",
}
_ALLOWED: Mapping[Level, frozenset[Purpose]] = {
    "yes": frozenset(get_args(Purpose)),
    "practical": frozenset({"visit", "sign"}),
    "none": frozenset(),
}
_FRESH_DAYS = 3


@dataclass(frozen=True)
class ContactPermission:
    """The contact permission of a family; `reason` is one of REASONS, empty for yes."""

    level: Level = "yes"
    reason: str = ""

    def allows(self, purpose: Purpose) -> bool:
        """Return whether the family may be contacted for this."""
        return purpose in _ALLOWED[self.level]

    @property
    def is_silent(self) -> bool:
        """Return whether the family is bereaved and must not be contacted."""
        return (self.level, self.reason) == ("none", "bereaved")

    @property
    def sentence(self) -> str:
        """Return `No contact: bereaved`; empty for a family contacted as usual."""
        if self.level == "yes":
            return ""
        label = "Practical contact only" if self.level == "practical" else LEVEL_WORDS["none"]
        return f"{label}: {REASON_WORDS.get(self.reason, self.reason)}"


def parse_contact(level: str, reason: str | None) -> ContactPermission:
    """Return the permission from two columns; unknown values mean no contact."""
    valid_level: Level = next(
        (known_level for known_level in LEVELS if known_level == level), "none"
    )
    return (
        ContactPermission(valid_level, reason or "")
        if valid_level != "yes"
        else ContactPermission()
    )


def check_contact(level: str, reason: str) -> ContactPermission:
    """Return the chosen permission. Raises QuestionProblem for an unknown level or reason."""
    if level not in LEVELS:
        raise QuestionProblem(choose_from("contact", level, LEVELS))
    if level != "yes" and reason not in REASONS:
        raise QuestionProblem(choose_from("reason", reason, REASONS))
    return parse_contact(level, reason)


def strictest(contacts: Iterable[ContactPermission]) -> ContactPermission:
    """Return the strictest, the first of equals; yes without any."""
    return max(
        contacts, key=lambda contact: LEVELS.index(contact.level), default=ContactPermission()
    )


def stricter(one: Level, other: Level) -> Level:
    """Return the stricter of two levels."""
    return max(one, other, key=LEVELS.index)


def levels_from(level: Level) -> tuple[Level, ...]:
    """Return this level and the stricter ones, in order."""
    return LEVELS[LEVELS.index(level) :]


def level_after_death(level: Level, *, others_in_care: bool) -> Level:
    """Return the level after a baby's death, never looser than `level`.

    It is none, or practical while another infant of the family is in care.
    """
    return stricter(level, "practical" if others_in_care else "none")


def levels_for(purpose: Purpose) -> tuple[Level, ...]:
    """Return the levels that allow this purpose, for SQL conditions."""
    return tuple(level for level in LEVELS if purpose in _ALLOWED[level])


def check_allowed(contact: ContactPermission, purpose: Purpose) -> None:
    """Raise Conflict, saying what to do, where a family may not be contacted for this."""
    if not contact.allows(purpose):
        raise Conflict(
            f"{contact.sentence}. Nothing is sent to this family until its contact is set anew, "
            "on the page of the baby."
        )


def call_link(contact: ContactPermission, purpose: Purpose, phone: str | None) -> str | None:
    """Return the link that calls; None without a phone, or where nobody may call."""
    return f"tel:{phone}" if phone and contact.allows(purpose) else None


def text_link(
    contact: ContactPermission, purpose: Purpose, phone: str | None, text: str
) -> str | None:
    """Return the link that opens a text message, with its text where one is given.

    None as `call_link`.
    """
    if not phone or not contact.allows(purpose):
        return None
    return f"sms:{phone}?&body={quote(text)}" if text else f"sms:{phone}"


def mail_link(
    contact: ContactPermission, purpose: Purpose, address: str | None, subject: str, text: str
) -> str | None:
    """Return the link that opens an e-mail, ready to be sent; None as `call_link`."""
    if not address or not contact.allows(purpose):
        return None
    to = quote(address, safe="@")
    return f"mailto:{to}?subject={quote(subject)}&body={quote(text)}"


def records_age(as_of: date, today: date) -> str:
    """Return the warning above a list of families to call whose records are over 3 days old."""
    days = (today - as_of).days
    if days <= _FRESH_DAYS:
        return ""
    return (
        f"These records are from {fmt.short_day(as_of)}, {fmt.number(days)} days old: "
        "somebody may have booked since."
    )
