"""Records important reads in the audit trail: a family's page opened, an export downloaded."""

from allay_metrics.records import Scope, audit_chain


def record(scope: Scope, action: str, about: str = "") -> None:
    """Append one line. `about` holds ids, never names.

    Records do not change, so cached values stay valid.
    """
    with scope.recording() as conn:
        audit_chain.append(conn, scope, action, about)
