"""The viewer of a transaction, as passed to the database."""

from dataclasses import dataclass, replace
from typing import Self

from allay_metrics.records.policies import Role


@dataclass(frozen=True)
class SessionContext:
    """The viewer of one transaction, and the family or link it writes for; '' without one."""

    practice_id: str
    role: Role
    therapist_id: str = ""
    family_id: str = ""
    link: str = ""

    def elevate(self) -> Self:
        """Return the context of the practice itself."""
        return replace(self, role="owner", therapist_id="", family_id="", link="")

    @property
    def scope_values(self) -> dict[str, str]:
        """Return the values by the names that conditions call them."""
        return {
            "practice": self.practice_id,
            "therapist": self.therapist_id,
            "family": self.family_id,
            "link": self.link,
        }


# The execution option that passes it to the begin of a transaction.
SESSION_CONTEXT_OPTION = "allay_asking"
