"""Which family a booking belongs to: by e-mail, else by phone, else by name and address."""

from collections.abc import Mapping
from typing import NamedTuple

# The owner's word: (match key, client name or '' for all) to the match key they belong to.
Links = Mapping[tuple[str, str], str]


class Clues(NamedTuple):
    """What other bookings say of rows without an e-mail.

    `phones` maps a phone to the match keys of bookings that carry it and an e-mail, `names` a name
    match to those of bookings that carry an e-mail or a phone.
    """

    phones: Mapping[str, set[str]]
    names: Mapping[str, set[str]]


def certain_match(email: str | None) -> str | None:
    """Return the match key of a booking with an e-mail: two names on one e-mail are one family."""
    return f"e:{email}" if email else None


def provisional_match(phone: str | None, name: str, address: str | None) -> str:
    """Return the match key of a booking without an e-mail, before others are looked at."""
    return f"p:{phone}" if phone else name_match(name, address)


def name_match(name: str, address: str | None) -> str:
    """Return the match key of a name at an address, blind to case and spacing."""
    return f"n:{plain_name(name)}|{plain_name(address or '')}"


def split_match(match: str, name: str) -> str:
    """Return the match key of those of a family's bookings that are booked in one name."""
    return f"n:{plain_name(name)}|{match}"


def linked(match: str, name: str, links: Links) -> str:
    """Return the match key a booking's own one leads to: the owner's word, followed to its end."""
    path = {match}
    while links:
        after = links.get((match, plain_name(name)), links.get((match, ""), match))
        if after in path:
            break
        path.add(after)
        match = after
    return match


def settled_match(
    phone: str | None,
    name: str,
    address: str | None,
    clues: Clues,
    links: Links,
) -> tuple[str, str | None]:
    """Return the match key of a booking without an e-mail, and a question where it is doubtful.

    Exactly one match by clues is a match; several are a doubt for the owner, never a guess. What
    she said of the booking itself wins, and where her words make several one there is no doubt.
    """
    own = provisional_match(phone, name, address)
    matches = clues.phones.get(phone, set()) if phone else clues.names.get(own, set())
    if (own, "") in links or (own, plain_name(name)) in links:
        return linked(own, name, links), None
    meant = {linked(match, name, links) for match in matches}
    if len(meant) == 1:
        return meant.pop(), None
    if len(matches) > 1:
        what = "phone" if phone else "name and address"
        return own, f"Same {what} as {len(matches)} other families: is it one of them?"
    return own, None


def plain_name(text: str) -> str:
    """Return a name or an address blind to case and spacing."""
    return " ".join(text.casefold().split())
