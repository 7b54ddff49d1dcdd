"""Parses single values: phone, e-mail, price, length. None means that a text has none."""

import re

import phonenumbers

from allay_metrics.intake.texts import one_line

_US_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?([2-9]\d{2})[ .-]?(\d{4})", re.ASCII
)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_MONEY = re.compile(
    r"(?:US ?|USD ?)?\$? ?(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,2}))?(?: ?USD)?",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,4})(?:\.0+)?(?: ?min(?:ute)?s?\.?)?", re.IGNORECASE)


def parse_phone(text: str, region: str) -> str | None:
    """Return the number in E.164; without + it is one of the region, such as `US`."""
    text = one_line(text)
    if region == "US":
        plain = _US_PHONE.fullmatch(text)
        if plain:
            return "+1" + "".join(plain.groups())
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(text: str) -> str | None:
    """Return the address in lower case; None for two addresses, either may be the wrong one."""
    text = one_line(text)
    return text.lower() if _EMAIL.fullmatch(text) else None


def parse_cents(text: str) -> int | None:
    """Return a price such as `$1,234.50` in cents."""
    match = _MONEY.fullmatch(one_line(text))
    if not match:
        return None
    dollars, part = match.groups()
    return int(dollars.replace(",", "")) * 100 + int((part or "").ljust(2, "0"))


def parse_minutes(text: str) -> int | None:
    """Return the minutes of `75`, `75 min` or `1:15`."""
    match = _LENGTH.fullmatch(one_line(text))
    return int(match.group(1) or 0) * 60 + int(match.group(2)) if match else None
