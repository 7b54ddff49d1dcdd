"""State, city, type, family and flags: pure functions, and one runner that applies them."""

from allay_metrics.derive.runner import RULES, derive, derive_all

__all__ = ["RULES", "derive", "derive_all"]
