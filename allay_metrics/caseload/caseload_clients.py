"""Clients as shown in a caseload: names, ages, and whether their care is closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.derive.closing import DIED

TOGETHER = {2: "twins", 3: "triplets", 4: "quadruplets"}


@dataclass(frozen=True)
class CaseloadClient:
    """A client. `born_on` is the birth date, or the due date while it lies ahead.

    `closed_on` and `closed_reason` are set while care is closed.
    """

    client_id: str
    name: str
    kind: str
    born_on: date | None = None
    closed_on: date | None = None
    closed_reason: str | None = None

    @property
    def is_infant(self) -> bool:
        """Return whether it is a baby."""
        return self.kind == "infant"

    @property
    def has_died(self) -> bool:
        """Return whether care was closed because the baby died."""
        return self.closed_reason == DIED

    @property
    def death(self) -> str:
        """Return a text such as `Elio died on 12 Nov`, empty for the living."""
        if not self.has_died or self.closed_on is None:
            return ""
        return fmt.death_sentence(self.name, self.closed_on)

    def died_before(self, day: date) -> bool:
        """Return whether the baby died before a day: a visit booked on it is not the baby's."""
        return self.has_died and self.closed_on is not None and self.closed_on < day

    def age(self, on: date) -> str:
        """Return an infant's age in words, empty without a birth date and after a death."""
        has_age = self.born_on and self.is_infant and not self.has_died
        return fmt.age(self.born_on, on) if self.born_on and has_age else ""


def format_ages(people: Sequence[CaseloadClient], on: date) -> str:
    """Return `twins, 7 weeks`, `3 weeks`, `4 and 9 weeks old` or an empty text.

    Of the living alone; where one of several died, with the name: `Mia 7 weeks`.
    """
    infants = [person for person in people if person.is_infant and not person.has_died]
    if len(infants) < sum(person.is_infant for person in people):
        return fmt.join_list(
            f"{infant.name} {infant.age(on)}" for infant in infants if infant.age(on)
        )
    age_texts = list(dict.fromkeys(filter(None, (infant.age(on) for infant in infants))))
    born = {infant.born_on for infant in infants}
    together = TOGETHER.get(len(infants), "") if len(born) == 1 else ""
    return ", ".join(filter(None, (together, fmt.join_list(age_texts) if age_texts else "")))


def format_names(people: Sequence[CaseloadClient]) -> str:
    """Return `Mia and Leo`."""
    return fmt.join_list(person.name for person in people) if people else ""


def deaths(people: Iterable[CaseloadClient]) -> str:
    """Return a text such as `Elio died on 12 Nov` for all of them who died, empty without one."""
    texts = [person.death for person in people if person.death]
    return fmt.join_list(texts) if texts else ""
