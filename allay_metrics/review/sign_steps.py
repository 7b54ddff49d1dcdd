"""The reader's step for a warning sign: the protocol's, where it may be done."""

from collections.abc import Sequence

from allay_metrics.outcomes.reader_steps import reader_step
from allay_metrics.review.open_check_ins import OpenFlag

_DECIDED = (
    "Do not call or text; the owner decides whether somebody does. Ask in the practice who saw the "
    "family last."
)
_IN_DANGER = "If a life may be in danger, ask 911 for a welfare check."
_DIED = (
    "The baby died: do not ask about the baby. Ask in the practice who saw the family last; the "
    "owner decides whether somebody calls."
)


def what_to_do(flag: OpenFlag, steps: Sequence[str]) -> str:
    """Return the step for a sign; `steps` are those of the protocol in force.

    Where nobody may call, and for a baby who died, it replaces the protocol's step.
    """
    if not flag.contact.allows("sign"):
        urgent = f" {_IN_DANGER}" if flag.flag.tier == 1 and not flag.has_died else ""
        return f"{flag.contact.sentence}. {_DECIDED}{urgent}"
    if flag.has_died and flag.flag.who == "baby":
        return _DIED
    return reader_step(flag.flag, steps)
