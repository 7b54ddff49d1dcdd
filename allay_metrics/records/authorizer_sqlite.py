"""SQLite's authorizer callback for a viewer: what her statements may read, write and call."""

import sqlite3
from dataclasses import dataclass, field
from secrets import token_hex

from allay_metrics.records.policies import POLICIES, Role

IN_MEMORY = ("json_each", "json_tree")  # table-valued functions
_FREE = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
_WRITES = {
    sqlite3.SQLITE_INSERT: "insert",
    sqlite3.SQLITE_UPDATE: "update",
    sqlite3.SQLITE_DELETE: "delete",
}
_OWNERS_PRAGMAS = ("integrity_check", "foreign_key_check")


@dataclass
class Guard:
    """The state of one connection's views and guard; no scope values outside a transaction."""

    role: Role
    writes: bool
    secret: str = field(default_factory=lambda: f"s{token_hex(16)}")
    scope_values: dict[str, str] = field(default_factory=dict)
    is_practice: bool = False

    def authorize(
        self,
        action: int,
        argument: str | None,
        two: str | None,
        schema: str | None,
        inside: str | None,
    ) -> int:
        """Return SQLITE_OK or SQLITE_DENY; SQLite calls it for each object a statement names."""
        if self.is_practice or (self.role == "owner" and self.writes):
            may = self._practice_may(action, argument)
        elif action == sqlite3.SQLITE_READ:
            may = self._may_read(argument or "", schema, inside or "")
        elif action == sqlite3.SQLITE_FUNCTION:
            may = self._may_call(two or "", inside or "")
        elif action in _WRITES:
            may = self._may_write(argument or "", schema, _WRITES[action])
        else:
            may = action in _FREE
        return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY

    def _practice_may(self, action: int, argument: str | None) -> bool:
        """Return whether the practice itself may: everything with rows, nothing with files."""
        if action == sqlite3.SQLITE_PRAGMA:
            return argument in _OWNERS_PRAGMAS
        return (
            action in _FREE
            or action in _WRITES
            or action
            in (
                sqlite3.SQLITE_READ,
                sqlite3.SQLITE_FUNCTION,
            )
        )

    def _may_read(self, table: str, schema: str | None, inside: str) -> bool:
        if schema == "temp":
            return table in POLICIES[self.role] or table.startswith(self.secret)
        return inside.startswith(self.secret) or table in IN_MEMORY or self.is_bare(table)

    def _may_call(self, function: str, inside: str) -> bool:
        if function.startswith(self.secret):
            return inside.startswith(self.secret)
        return function != "load_extension"

    def _may_write(self, table: str, schema: str | None, act: str) -> bool:
        if schema != "temp":
            return self.is_bare(table)
        sees = POLICIES[self.role].get(table)
        return self.writes and sees is not None and act in sees.acts

    def is_bare(self, table: str) -> bool:
        """Return whether a table has no view in front, because the viewer may write all of it."""
        sees = POLICIES[self.role].get(table)
        return self.writes and sees is not None and sees.is_whole
