"""Column types with the same meaning on SQLite (STRICT tables) and PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import REAL, BigInteger, Date, Dialect, Double, Integer, Text
from sqlalchemy.engine.processors import str_to_date
from sqlalchemy.types import TypeDecorator, TypeEngine

# STRICT tables have TEXT, INTEGER and REAL only. Keys are UUIDs as text on both engines: they are
# generated here, never by the database, and one spelling keeps row hashes equal across engines.
Key = Text
Flag = Integer
Count = Integer
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")


class LocalDate(TypeDecorator[date]):
    """A local calendar date: ISO text on SQLite, DATE on PostgreSQL; `datetime.date` in Python."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's own type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: date | str | None, dialect: Dialect) -> Any:
        """Return the value in the engine's type; ISO text is accepted, too."""
        if dialect.name != "sqlite":
            return date.fromisoformat(value) if isinstance(value, str) else value
        return value.isoformat() if isinstance(value, date) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Return a parser of ISO text to dates; None for PostgreSQL, which returns dates."""
        # SQLAlchemy's compiled parser: a large import reads days by the 100,000.
        return str_to_date if dialect.name == "sqlite" else None


class Instant(TypeDecorator[int]):
    """A moment in epoch seconds (UTC), an integer on both engines and in Python.

    Integers compare, subtract and hash alike on both engines.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the engine's own type (STRICT tables have no BIGINT)."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class Cents(Instant):
    """Money as whole cents."""

    cache_ok = True


def now() -> int:
    """Return the current moment in epoch seconds."""
    return int(datetime.now(UTC).timestamp())
