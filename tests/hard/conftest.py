"""What takes minutes: run by `make hard-test`, not by `make test`."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder."""
    for item in items:
        if "tests/hard/" in item.nodeid:
            item.add_marker(pytest.mark.hard)
