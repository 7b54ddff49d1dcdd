"""The viewer and the practice. A Scope is the only source of database sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select, update

from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import audit_chain
from allay_metrics.records.database import Database
from allay_metrics.records.name_masking import hide_names
from allay_metrics.records.policies import NEVER_MET, STEPS, Role, Step
from allay_metrics.records.session_context import SessionContext
from allay_metrics.records.tables import family, import_, practice, therapist, visit


@dataclass(frozen=True)
class Viewer:
    """Who uses the product: the owner, or a therapist with her id.

    Role `form` is a parent with a link, and `link` the hash of its token; role `door` the sign-in
    routes. `person_id` and `name` are of the signed-in user, empty where nobody signs in.
    `hides_names`: others see the screen, so names are masked and nothing can be written.
    """

    role: Role
    therapist_id: str | None = None
    email: str | None = None
    person_id: str | None = None
    name: str = ""
    link: str = ""
    hides_names: bool = False


OWNER = Viewer("owner")
DOOR = Viewer("door")


@dataclass(frozen=True)
class Scope:
    """One viewer in one practice; every query and write takes it to the database."""

    _database: Database
    practice_id: str
    timezone: str
    is_demo: bool
    viewer: Viewer = OWNER

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone in which the practice counts days and weeks."""
        return ZoneInfo(self.timezone)

    @property
    def sees_money(self) -> bool:
        """Return whether prices may be read."""
        return self.viewer.role == "owner"

    @property
    def database_url(self) -> str:
        """Return the URL of the records, with its password: for opening, never for display."""
        return self._database.url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Close the database; its file may be moved or deleted afterwards."""
        self._database.dispose()

    def has_records(self) -> bool:
        """Return whether anything was ever imported."""
        statement = select(import_.c.id).where(import_.c.practice_id == self.practice_id).limit(1)
        with self.read() as conn:
            return conn.execute(statement).first() is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a read-only connection with a snapshot of the records.

        The database itself filters what this viewer may see, whatever the statement.
        """
        with (
            hide_names(self.viewer.hides_names),
            self._database.session(self._asking(), writes=False) as conn,
        ):
            yield conn

    @contextmanager
    def write(self, reason: str, family_id: str | None = None) -> Iterator[Connection]:
        """Yield a connection in one transaction, committed as a whole or not at all.

        `reason` says what is done, in a few words; `family_id` is the family concerned: a therapist
        may write in families of her caseload only, a parent's link in its check-in only. Both are
        recorded in the audit trail. Raises NotAllowed for anything else by anyone but the owner.
        """
        if self.viewer.hides_names:
            raise NotAllowed("Names are hidden: show them again before you change anything.")
        role = self.viewer.role
        if not (role == "owner" or (role == "therapist" and family_id) or self.viewer.link):
            raise NotAllowed(f"Only the owner may {reason}.")
        with self._database.session(self._asking(family_id), writes=True) as conn:
            # First of all: on PostgreSQL writers of a practice queue for the lock of this row.
            with self.elevate(conn, "count the write"):
                bump = {"version": practice.c.version + 1}
                conn.execute(
                    update(practice).where(practice.c.practice_id == self.practice_id).values(bump)
                )
                audit_chain.append(conn, self, reason, family_id or "")
            if role == "therapist" and not self._has(conn, family_id):
                raise NotAllowed(f"You may {reason} in families of your own caseload only.")
            yield conn

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Yield a connection to record a read in the audit trail."""
        with self._database.session(self._asking(), writes=True) as conn:
            yield conn

    @contextmanager
    def write_accounts(self) -> Iterator[Connection]:
        """Yield a connection in one transaction for accounts and sessions.

        It changes no number, so the practice's version stays. Raises NotAllowed for any role but
        `door`.
        """
        if self.viewer.role != "door":
            raise NotAllowed("Sign-ins are kept by the door alone.")
        with self._database.session(self._asking(), writes=True) as conn:
            yield conn

    @contextmanager
    def elevate(self, conn: Connection, step: Step) -> Iterator[None]:
        """Run a connection of `write` as the practice itself for one step of STEPS.

        What is derived from a therapist's input reaches beyond the rows she may see.
        """
        if step not in STEPS:
            raise NotAllowed("The practice takes no such step.")
        with self._database.elevate(conn):
            yield

    def of_practice(self, step: Step) -> Self:
        """Return the practice's scope for one step of STEPS; the audit trail names the viewer."""
        if step not in STEPS:
            raise NotAllowed("The practice takes no such step.")
        return replace(self, viewer=replace(OWNER, person_id=self.viewer.person_id))

    def _asking(self, family_id: str | None = None) -> SessionContext:
        viewer = self.viewer
        return SessionContext(
            self.practice_id,
            viewer.role,
            viewer.therapist_id or "",
            family_id or "",
            viewer.link,
        )

    def data_version(self) -> int:
        """Return a number that grows with every write; it is part of every cache key."""
        with self.read() as conn:
            statement = select(practice.c.version).where(practice.c.practice_id == self.practice_id)
            return int(conn.execute(statement).scalar_one())

    def own(self, table: Table) -> ColumnElement[bool]:
        """Return the condition for rows that this viewer's numbers count.

        `table` is `visit` or a roll-up. Raises NotAllowed for a therapist where the table has no
        therapist column.
        """
        in_practice = table.c.practice_id == self.practice_id
        if self.viewer.role == "owner":
            return in_practice
        if "therapist_id" not in table.c:
            raise NotAllowed("These numbers are of the whole practice: for the owner to see.")
        return and_(in_practice, table.c.therapist_id == self.viewer.therapist_id)

    def own_families(self) -> Select[tuple[str]]:
        """Return a SELECT of the ids of families this viewer may see.

        A therapist: those with a visit of hers that was not called off. The owner: all.
        """
        if self.viewer.role == "owner":
            return select(family.c.id).where(family.c.practice_id == self.practice_id)
        return (
            select(visit.c.family_id)
            .where(self.own(visit), visit.c.state.not_in(NEVER_MET))
            .distinct()
        )

    def _has(self, conn: Connection, family_id: str | None) -> bool:
        own = self.own_families().subquery()
        return conn.execute(select(own).where(own.c[0] == family_id)).first() is not None

    def as_therapist(self, who: str) -> Self:
        """Return the scope of the therapist with this address, id or name.

        Raises NotFound, also where several share an address; use the name then.
        """
        statement = select(therapist.c.id, therapist.c.name, therapist.c.email).where(
            therapist.c.practice_id == self.practice_id,
            or_(
                therapist.c.email == who.lower(),
                therapist.c.id == who,
                therapist.c.name == who,
            ),
        )
        with self.read() as conn:
            rows = conn.execute(statement.order_by(therapist.c.name)).all()
        if not rows:
            raise NotFound(f"Nobody with the address {who} works in this practice.")
        if len(rows) > 1:
            names = " and ".join(row.name for row in rows)
            raise NotFound(f"{names} share the address {who}: say the name of one of them.")
        return replace(self, viewer=Viewer("therapist", rows[0].id, rows[0].email))
