"""Reads that are worth a line in the audit trail: a family's page opened, an export taken."""

from allay_metrics.records import Scope, audit


def record(scope: Scope, action: str, about: str = "") -> None:
    """Write one line. `about` holds ids, never names.

    Reading changes no record: what is cached stays valid.
    """
    with scope.recording() as conn:
        audit.append(conn, scope, action, about)
