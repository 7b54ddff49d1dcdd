"""State, city, type, family and flags: pure functions, and one runner that applies them."""

from allay_metrics.derive.runner import derive, derive_all

__all__ = ["derive", "derive_all"]
