"""What takes minutes: run by `make hard-test`, not by `make test`."""

import pytest

from tests.support.cheap_passwords import at_own_cost


@pytest.fixture(scope="package", autouse=True)
def _own_cost():
    """Measure what a sign-in costs, not what tests make of it."""
    with at_own_cost():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder."""
    for item in items:
        if "tests/hard/" in item.nodeid:
            item.add_marker(pytest.mark.hard)
