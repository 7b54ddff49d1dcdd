"""The family of a booking: by e-mail, else by phone, else by name and address."""

from collections.abc import Mapping
from typing import NamedTuple

# The owner's merges and splits: (match key, client name or '' for all) -> target match key.
Links = Mapping[tuple[str, str], str]


class Clues(NamedTuple):
    """What other bookings reveal about rows without an e-mail.

    `phones` maps a phone to the match keys of bookings that carry it and an e-mail, `names` a name
    match to those of bookings that carry an e-mail or a phone.
    """

    phones: Mapping[str, set[str]]
    names: Mapping[str, set[str]]


def certain_match(email: str | None) -> str | None:
    """Return the match key of a booking with an e-mail: two names on one e-mail are one family."""
    return f"e:{email}" if email else None


def provisional_match(phone: str | None, name: str, address: str | None) -> str:
    """Return the match key of a booking without an e-mail, by its own row only."""
    return f"p:{phone}" if phone else name_match(name, address)


def name_match(name: str, address: str | None) -> str:
    """Return the match key of a name at an address, ignoring case and spacing."""
    return f"n:{plain_name(name)}|{plain_name(address or '')}"


def split_match(match: str, name: str) -> str:
    """Return the match key of a family's bookings under one client name, split off."""
    return f"n:{plain_name(name)}|{match}"


def follow_links(match: str, name: str, links: Links) -> str:
    """Return the match key that a booking's own key leads to, following all links."""
    path = {match}
    while links:
        after = links.get((match, plain_name(name)), links.get((match, ""), match))
        if after in path:
            break
        path.add(after)
        match = after
    return match


def find_match(
    phone: str | None,
    name: str,
    address: str | None,
    clues: Clues,
    links: Links,
) -> tuple[str, str | None]:
    """Return the match key of a booking without an e-mail, and a question where it is doubtful.

    Exactly one family by clues is a match; several are a question for the owner, never a guess.
    A link of the booking's own key wins; several families merged into one are no doubt.
    """
    own = provisional_match(phone, name, address)
    matches = clues.phones.get(phone, set()) if phone else clues.names.get(own, set())
    if (own, "") in links or (own, plain_name(name)) in links:
        return follow_links(own, name, links), None
    targets = {follow_links(match, name, links) for match in matches}
    if len(targets) == 1:
        return targets.pop(), None
    if len(matches) > 1:
        shared = "phone" if phone else "name and address"
        return own, f"Same {shared} as {len(matches)} other families: is it one of them?"
    return own, None


def plain_name(text: str) -> str:
    """Return a name or an address in lower case with single spaces."""
    return " ".join(text.casefold().split())
