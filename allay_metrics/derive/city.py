"""The city of the visited home, from the text of the booking; never guessed where ambiguous."""

import re
from dataclasses import dataclass
from functools import lru_cache

from allay_metrics.derive.city_names import CityNames, city_names, plain

_DISTINCT_TEXTS = 20_000
_PARTS = re.compile(r"[,;/|&\n]|\bor\b|\band\b")
_ZIP = re.compile(r"(?<![\d-])9\d{4}(?:-\d{4})?(?![\d-])")
_DIGIT = re.compile(r"\d")
_ZIP_WORD = re.compile(r"9\d{4}")
_ZIP_WORDS = re.compile(r"9\d{4} \d{4}")
_BEHIND_A_CITY = frozenset({"ca", "calif", "california", "usa", "us", "zip"})
_VIRTUAL = re.compile(
    r"\b(?:virtual(?:ly)?|zoom|tele ?health|tele ?visit|online|facetime|google meet|"
    r"video(?: ?(?:call|visit|chat))?|(?:by |over the )?phone(?: ?(?:call|visit|consult))?)\b",
    re.IGNORECASE,
)
# In notes: a line up to `CA`, or up to a ZIP with a city before it (five digits alone may be a
# gate's code).
_LINE_TO_STATE = re.compile(
    r".*\b(?:CA|Calif|California)\b\.?(?:[ ,]*9\d{4}\b)?|.*[a-z],? 9[45]\d{3}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CityMatch:
    """A city as displayed and how it was found: `typed`, `zip` or `none`.

    `candidates` are the possible cities where it is ambiguous: those of a shared ZIP, displayed as
    `Burlingame or Hillsborough (94010)`, or two typed in a row, displayed as `unknown`.
    """

    city: str
    how: str
    candidates: tuple[str, ...] = ()


VIRTUAL = CityMatch("virtual", "typed")
UNKNOWN = CityMatch("unknown", "none")


@lru_cache(maxsize=_DISTINCT_TEXTS)
def find_city(
    city_text: str | None,
    zip_text: str | None,
    address: str | None,
    notes: str | None = None,
    names: CityNames | None = None,
) -> CityMatch:
    """Return the city of a visit: a typed city wins; a ZIP fills a blank if it has one city.

    `names` are the spellings to use, by default those shipped. Notes count only where one of their
    lines ends like an address. Results are cached in the process until `clear_city_cache`.
    """
    names = names or city_names()
    if city_text and names.own and plain(city_text) in names.own:
        return CityMatch(names.own[plain(city_text)], "typed")
    if city_text and _VIRTUAL.search(city_text):
        return VIRTUAL
    for text, read in ((city_text, str), (address, str), (notes, _address_line)):
        cities = _typed_cities(read(text), names) if text else ()
        if len(cities) == 1:
            return CityMatch(cities[0], "typed")
        if cities:
            return CityMatch("unknown", "none", cities)
    if address and _VIRTUAL.search(address):
        return VIRTUAL
    for text in (zip_text, city_text, address):
        zip_place = _by_zip(text or "")
        if zip_place:
            return zip_place
    return UNKNOWN


def _address_line(notes: str) -> str:
    for line in notes.split("\n"):
        if match := _LINE_TO_STATE.match(line):
            return match.group()
    return ""


def _by_zip(text: str) -> CityMatch | None:
    """Return the city of the last known ZIP in a text; a leading house number is no ZIP."""
    text = text.strip()
    for match in reversed(list(_ZIP.finditer(text))):
        code = match.group()[:5]
        cities = city_names().zips.get(code)
        if cities and (match.start() > 0 or match.end() == len(text)):
            if len(cities) == 1:
                return CityMatch(cities[0], "zip")
            return CityMatch(f"{', '.join(cities[:-1])} or {cities[-1]} ({code})", "none", cities)
    return None


@lru_cache(maxsize=_DISTINCT_TEXTS)
def _typed_cities(text: str, names: CityNames) -> tuple[str, ...]:
    """Return the distinct cities a text names: none, one, or several where it is ambiguous."""
    if names.own and plain(text) in names.own:
        return (names.own[plain(text)],)
    parts = _PARTS.split(plain(text))
    cities = [city for part in parts for city in _cities_of(part, names)]
    if not cities:
        word_lists = [_without_state(part.split()) for part in parts]
        slips = (names.nearest(" ".join(words)) for words in word_lists if not _has_number(words))
        cities = [city for city in slips if city][-1:]
    return tuple(dict.fromkeys(cities))


def clear_city_cache() -> None:
    """Clear the caches of addresses, so that nothing of an erased family stays in memory."""
    find_city.cache_clear()
    _typed_cities.cache_clear()
    _cities_of.cache_clear()


@lru_cache(maxsize=_DISTINCT_TEXTS)
def _cities_of(part: str, names: CityNames) -> tuple[str, ...]:
    # The parts after the street repeat in most addresses: cached.
    return tuple(_cities_at_end(_without_state(part.split()), names))


def _without_state(words: list[str]) -> list[str]:
    """Return the words without a trailing state, country and ZIP; none for a county."""
    while words and (words[-1] in _BEHIND_A_CITY or _is_zip_part(words)):
        words = words[:-1]
    return [] if words[-1:] == ["county"] else words


def _is_zip_part(words: list[str]) -> bool:
    if not words[-1].isdigit():
        return False
    if _ZIP_WORD.fullmatch(words[-1]):
        return True
    return len(words) > 1 and bool(_ZIP_WORDS.fullmatch(f"{words[-2]} {words[-1]}"))


def _cities_at_end(words: list[str], names: CityNames) -> list[str]:
    """Return the city a part ends with; both where another city directly precedes it.

    After a house number the last name is the city (`500 San Mateo Ave San Bruno`), but a number
    and a name alone are a street (`1500 Oakland`).
    """
    city, rest = _last_name(words, names)
    if not city or (len(rest) == 1 and _has_number(rest)):
        return []
    another = "" if _has_number(rest) else _last_name(rest, names)[0]
    return [another, city] if another else [city]


def _last_name(words: list[str], names: CityNames) -> tuple[str, list[str]]:
    """Return the longest known name at the end, '' if it is no city, and the words before it."""
    spellings = names.spellings
    if not words or words[-1] not in names.last_words:
        return "", words
    for length in range(min(names.longest, len(words)), 0, -1):
        name = " ".join(words[-length:])
        if name in spellings:
            return spellings[name], words[:-length]
    return "", words


def _has_number(words: list[str]) -> bool:
    return any(map(_DIGIT.search, words))
