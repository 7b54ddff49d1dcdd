"""A desk where exports come in, on both engines or on SQLite alone."""

import pytest

from tests.support.exports import Desk


@pytest.fixture
def desk(scope, tmp_path):
    """Where exports come in; the test runs once on each engine."""
    return Desk(scope, tmp_path)


@pytest.fixture
def sqlite_desk(sqlite_scope, tmp_path):
    """Where exports come in, for what does not depend on the engine."""
    return Desk(sqlite_scope, tmp_path)
