"""What every table shares: one MetaData, the practice in front of every key, STRICT tables."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.types import TypeEngine

from allay_metrics.records.column_types import Count, Key

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(
    name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any], comment: str, **options: Any
) -> Column[Any]:
    """Return a column with its meaning; not null unless `nullable=True` is given."""
    return Column(name, kind, comment=comment, **{"nullable": False, **options})


def version() -> Column[Any]:
    """Return the optimistic lock: a save that read another version is a conflict."""
    return column("version", Count, "Grows by one with every save", server_default="1")


def table(
    name: str, comment: str, key: tuple[str, ...], *parts: Any, clustered: bool = False
) -> Table:
    """Return a table whose primary key is the practice and then `key`.

    `clustered` stores the rows in key order (SQLite WITHOUT ROWID), for tables read by key range.
    """
    return Table(
        name,
        metadata,
        column("practice_id", Key, "The practice this row belongs to"),
        *parts,
        PrimaryKeyConstraint("practice_id", *key),
        comment=comment,
        sqlite_strict=True,
        sqlite_with_rowid=not clustered,
    )


def belongs_to(parent: str, *columns: str, key: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """Return a foreign key within one practice."""
    return ForeignKeyConstraint(
        ["practice_id", *columns], [f"{parent}.practice_id", *(f"{parent}.{name}" for name in key)]
    )
