"""Which family a booking belongs to: by e-mail, else by phone, else by name and address."""

from collections.abc import Mapping


def certain_match(email: str | None) -> str | None:
    """Return the match key of a booking with an e-mail: two names on one e-mail are one family."""
    return f"e:{email}" if email else None


def provisional_match(phone: str | None, name: str, address: str | None) -> str:
    """Return the match key of a booking without an e-mail, before others are looked at."""
    return f"p:{phone}" if phone else name_match(name, address)


def name_match(name: str, address: str | None) -> str:
    """Return the match key of a name at an address, blind to case and spacing."""
    return f"n:{_plain(name)}|{_plain(address or '')}"


def settled_match(
    phone: str | None,
    name: str,
    address: str | None,
    phone_families: Mapping[str, set[str]],
    name_families: Mapping[str, set[str]],
) -> tuple[str, str | None]:
    """Return the match key of a booking without an e-mail, and a question where it is doubtful.

    `phone_families` maps a phone to the match keys of bookings that carry it and an e-mail,
    `name_families` a name match to those of bookings that carry an e-mail or a phone. Exactly one
    is a match; several are a doubt for the owner, never a guess.
    """
    own = provisional_match(phone, name, address)
    found = phone_families.get(phone, set()) if phone else name_families.get(own, set())
    if len(found) == 1:
        return next(iter(found)), None
    if len(found) > 1:
        what = "phone" if phone else "name and address"
        return own, f"Same {what} as {len(found)} other families: is it one of them?"
    return own, None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
