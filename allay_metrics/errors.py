"""The errors that users see as a sentence, never as a traceback.

Bottom layer: this module imports nothing from the package.
"""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_QUOTED = 80


class AllayError(Exception):
    """Shown as one plain sentence; the command line exits with code 2."""


class FileProblem(AllayError):
    """A file that cannot be read, recognised or mapped. Nothing of it was stored."""


class QuestionProblem(AllayError):
    """A question that names an unknown metric, group, grain, filter or period."""


class ConfigProblem(AllayError):
    """A setting, profile or database that cannot be used as it is."""


class RecordsDamaged(ConfigProblem):
    """Damaged records, or a file without records; `place` is the file, or the URL without password.

    `state` completes "The records in ...", `way` says what to do.
    """

    def __init__(self, place: str, state: str, way: str) -> None:
        """Build the sentence from place, state and what to do."""
        super().__init__(f"The records in {place} {state}: {way}.")
        self.place, self.state = place, state


class Unreachable(AllayError):
    """The database does not answer, or stopped answering; nothing was saved.

    `detail` says where and why, for the administrator; it is shown on no page.
    """

    def __init__(self, detail: str) -> None:
        """Keep the detail beside the one sentence."""
        super().__init__("The records cannot be reached; nothing was saved.")
        self.detail = detail


class Conflict(AllayError):
    """Something changed meanwhile, or prevents the action."""


class NotAllowed(AllayError):
    """The viewer may not see or do this."""


class NotFound(AllayError):
    """Nothing on file has this name or id."""


def choose_from(kind: str, name: str, choices: Iterable[str]) -> str:
    """Return a sentence with the unknown name and the nearest known ones."""
    names = sorted(choices)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(names)}."
    return f"There is no {kind} '{name}': {hint}"


def quote(text: str) -> str:
    """Return the text in quotation marks, shortened so that a sentence stays readable."""
    short = " ".join(text.split())
    if len(short) > _LONGEST_QUOTED:
        short = short[: _LONGEST_QUOTED - 1] + "…"
    return f"'{short}'"
