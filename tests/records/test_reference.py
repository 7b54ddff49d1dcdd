"""docs/tables.md is made from the tables."""

from pathlib import Path

from allay_metrics.records.reference import tables_markdown
from allay_metrics.records.tables import metadata

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "tables.md"


def test_the_document_says_what_the_tables_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == tables_markdown(), "run `make docs`"


def test_every_table_and_column_stands_in_it() -> None:
    text = tables_markdown()
    for table in metadata.tables.values():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert column.name == "practice_id" or f"| `{column.name}` |" in text
