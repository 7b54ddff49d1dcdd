"""The aggregate of one metric in one group and period, before it becomes a value."""

from typing import NamedTuple

Group = tuple[str, ...]


class AggregateKey(NamedTuple):
    """The key of an aggregate: its group's values as shown, and the index of its bucket."""

    group: Group
    bucket: int


class Aggregate(NamedTuple):
    """Counts: `top` over `bottom`, visits left out as too recent, and the sum of the remark.

    A median has `middle` days over `bottom` visits. Where `basis` is 0 there is a remark but no
    value. `why_not` is the reason why there is no value, `note` is shown beside a value, `hushed`
    is the reason why counts are shown without a value.
    """

    top: int = 0
    bottom: int = 0
    left_out: int = 0
    remark: int = 0
    middle: float | None = None
    basis: int = 0
    second_remark: int = 0
    why_not: str = ""
    note: str = ""
    hushed: str = ""

    @property
    def says_something(self) -> bool:
        """Return whether anything was counted for this key."""
        return bool(
            self.top or self.bottom or self.left_out or self.remark or self.note or self.why_not
        )


Cells = dict[AggregateKey, Aggregate]
