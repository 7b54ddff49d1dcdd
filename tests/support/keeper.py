"""Whoever keeps the database itself: past every scope, as only migrations are."""

from contextlib import contextmanager


@contextmanager
def database_itself(scope):
    """Yield a connection of the tables' owner in a transaction that is kept."""
    with scope._database.maintenance() as engine, engine.begin() as conn:
        yield conn
