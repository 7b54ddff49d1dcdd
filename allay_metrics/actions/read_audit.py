"""Records reads in the audit trail that matter: a family's page opened, an export taken."""

from allay_metrics.records import Scope, audit_chain


def record(scope: Scope, action: str, about: str = "") -> None:
    """Append one line. `about` holds ids, never names.

    No record changes, so cached values stay valid.
    """
    with scope.recording() as conn:
        audit_chain.append(conn, scope, action, about)
