"""docs/metrics.md is made from the registry."""

from pathlib import Path

from allay_metrics.metrics.metrics_reference import markdown

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def test_docs_metrics_md_says_what_the_registry_says():
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), "run `make docs`"
