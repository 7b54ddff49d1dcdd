"""Warning signs in another service's form: which column asks for one, and what was ticked.

A missed sign may cost a life, a false one costs a look: any answer but a clear no is a yes. A
question on how much or how often is a score, never a sign.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from allay_metrics.outcomes.safety import red_flags
from allay_metrics.outcomes.wording import LANGUAGES, phrases, signs

ANY = "any"  # a question with all signs as options
_SCORED = re.compile(
    r"\bhow (?:long|much|many|often|hard|difficult|bad|bothered|painful|confident)\b"
    r"|\bcu[aá]nt\w+|\bqu[eé] tan|\b0 ?(?:-|to|a|\u2013) ?10\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|none|not at all|never|nothing|false|0|n|n\.? ?/? ?a\.?|unchecked|nada|ninguno|ninguna|"
    r"nunca|not applicable|no aplica|-+)(?![\w'\u2019])(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BUT = re.compile(
    r"\b(?:but|except|although|only|pero|excepto|salvo|aunque|s[oó]lo)\b", re.IGNORECASE
)


def sign_ids() -> tuple[str, ...]:
    """Return the ids of the signs in a profile, and `any` for a question with all as options."""
    return (*(str(flag.id) for flag in red_flags()), ANY)


def sign_label(name: str) -> str:
    """Return the name of a sign on screen and in the notes of a file."""
    if name == ANY:
        return "warning signs, several to tick"
    return f"warning sign: {signs('en')[int(name) - 1].question}"


def find_sign(text: str, patterns: Mapping[str, Sequence[re.Pattern[str]]]) -> str:
    """Return the sign a question asks for, '' for none; of several, the most urgent.

    Our own wording in either language needs no pattern.
    """
    plain = _letters(text)
    for name, wording in _shipped_wordings():
        if plain.startswith(wording):
            return name
    if _SCORED.search(text):
        return ""
    urgent = sorted(red_flags(), key=lambda flag: (flag.tier, flag.id))
    order = (*(str(flag.id) for flag in urgent), ANY)
    return next(
        (name for name in order if any(pattern.search(text) for pattern in patterns.get(name, ()))),
        "",
    )


def is_ticked(cell: str) -> bool:
    """Return whether a cell is anything but blank or a clear no."""
    text = " ".join(cell.split())
    match = _NO.fullmatch(text)
    return bool(text) and (match is None or bool(_BUT.search(match["rest"])))


def ticked_options(cell: str) -> tuple[frozenset[int], str]:
    """Return the signs named in a cell of ticked options, and the text if it names none."""
    if not is_ticked(cell):
        return frozenset(), ""
    plain = _letters(cell)
    sign_numbers = {
        int(name) for name, wording in _shipped_wordings() if name != ANY and wording in plain
    }
    return frozenset(sign_numbers), "" if sign_numbers else " ".join(cell.split())


@cache
def _shipped_wordings() -> tuple[tuple[str, str], ...]:
    """Return (sign, letters of its question) in every language, the longest first."""
    entries = [
        (str(sign.id), _letters(sign.question))
        for language in LANGUAGES
        for sign in signs(language)
    ]
    entries += [(str(flag.id), _letters(flag.question)) for flag in red_flags()]
    entries += [(ANY, _letters(phrases(language)["signs_title"])) for language in LANGUAGES]
    return tuple(sorted(entries, key=lambda entry: -len(entry[1])))


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))
