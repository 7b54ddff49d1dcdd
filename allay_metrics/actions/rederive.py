"""What is done when records are opened: retention, and deriving again after rules changed."""

from sqlalchemy import select, update

from allay_metrics.actions.contents import write_contents_of_older_imports
from allay_metrics.actions.current_imports import rebuild_current_imports
from allay_metrics.actions.retention import remove_old
from allay_metrics.derive import RULES, derive_all
from allay_metrics.records import Scope
from allay_metrics.records.tables import practice


def rederive_outdated(scope: Scope) -> bool:
    """Derive everything again if the rules changed since; return whether they did.

    It runs for any viewer, because derived rows do not depend on who opens the records.
    """
    remove_old(scope)
    if _read_rules_version(scope) == RULES:
        return False
    with scope.of_practice("keep up").write("keep the records up") as conn:
        write_contents_of_older_imports(conn, scope.practice_id)
        rebuild_current_imports(conn, scope.practice_id)
        derive_all(conn, scope.practice_id)
        in_practice = practice.c.practice_id == scope.practice_id
        conn.execute(update(practice).where(in_practice).values(derived_by=RULES))
    return True


def _read_rules_version(scope: Scope) -> int:
    statement = select(practice.c.derived_by).where(practice.c.practice_id == scope.practice_id)
    with scope.read() as conn:
        return int(conn.execute(statement).scalar_one())
