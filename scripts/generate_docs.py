"""Write the documents that are made from code; tests fail while one of them is stale."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from allay_metrics.metrics.metrics_reference import markdown as metrics_markdown  # noqa: E402
from allay_metrics.records.tables_reference import format_tables  # noqa: E402
from tests.support import no_effect  # noqa: E402

DOCUMENTS = {
    "metrics.md": metrics_markdown,
    "tables.md": format_tables,
    "no_effect.md": no_effect.markdown,
    "no_effect.svg": no_effect.figure,
}


def main() -> None:
    """Write each document below docs/."""
    for name, make in DOCUMENTS.items():
        (ROOT / "docs" / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
