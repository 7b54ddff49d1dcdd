"""docs/tables.md is made from the tables."""

from pathlib import Path

from allay_metrics.records.tables import metadata
from allay_metrics.records.tables_reference import format_tables

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


def test_the_document_says_what_the_tables_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == format_tables(), "run `make docs`"


def test_every_table_and_column_stands_in_it() -> None:
    text = format_tables()
    for table in metadata.tables.values():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert column.name == "practice_id" or f"| `{column.name}` |" in text
