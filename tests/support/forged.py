"""Signed text that somebody has changed."""


def with_another_letter(signed: str, place: int = -1) -> str:
    """Return the text with the letter at `place` changed, whatever letter stands there."""
    letters = list(signed)
    letters[place] = "0" if letters[place] == "1" else "1"
    return "".join(letters)
