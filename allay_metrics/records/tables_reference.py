"""Every table and column in words, for docs/tables.md."""

from sqlalchemy import Table

from allay_metrics.records.tables import metadata

_HEAD = """# Tables

Made from `allay_metrics/records/tables/` by `make docs`. Every key starts with `practice_id`. Keys
are UUIDs written as text, moments whole seconds since 1970 UTC, days local dates of the practice,
flags 0 or 1. A column may be empty only where it says so.
"""


def format_tables() -> str:
    """Return the reference of all tables as Markdown, in the order of their names."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return "\n".join([_HEAD, *(_format_table(table) for table in tables)])


def _format_table(table: Table) -> str:
    key = ", ".join(column.name for column in table.primary_key)
    rows = [
        f"| `{column.name}` | {column.comment}{'; may be empty' if column.nullable else ''} |"
        for column in table.columns
        if column.name != "practice_id"
    ]
    head = [f"## {table.name}", "", f"{table.comment}. Key: {key}.", ""]
    return "\n".join([*head, "| column | what it holds |", "|---|---|", *rows, ""])
