"""Who asks. One Scope hands out database sessions; nothing else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, or_, select, update

from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import audit
from allay_metrics.records.engine import WRITE, read_options
from allay_metrics.records.privacy import names_hidden
from allay_metrics.records.tables import family, import_, practice, therapist, visit


@dataclass(frozen=True)
class Viewer:
    """The person who asks: the owner, or a therapist with her own id.

    `form` is a parent with a link, and `link` the hash of its token; `door` the gate before anybody
    is known. `person_id` and `name` are of the account signed in with, empty on a computer that
    asks for none. `hides_names`: others see the screen, names are masked and nothing is written.
    """

    role: Literal["owner", "therapist", "form", "door"]
    therapist_id: str | None = None
    email: str | None = None
    person_id: str | None = None
    name: str = ""
    link: str = ""
    hides_names: bool = False


OWNER = Viewer("owner")
DOOR = Viewer("door")

# A visit in one of these states brings nobody into a therapist's caseload.
_NEVER_MET = ("cancelled", "late_cancelled", "practice_cancelled", "rescheduled", "missing")


@dataclass(frozen=True)
class Scope:
    """One viewer in one practice; every question and every write carries it to the database."""

    _engine: Engine
    practice_id: str
    timezone: str
    is_demo: bool
    viewer: Viewer = OWNER

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the practice counts days and weeks."""
        return ZoneInfo(self.timezone)

    @property
    def sees_money(self) -> bool:
        """Return whether prices may be read."""
        return self.viewer.role == "owner"

    @property
    def database_url(self) -> str:
        """Return where the records are kept, password included: for opening, never for showing."""
        return self._engine.url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Let go of the database: its file may be moved or deleted afterwards."""
        self._engine.dispose()

    def has_records(self) -> bool:
        """Return whether anything was ever taken in."""
        asked = select(import_.c.id).where(import_.c.practice_id == self.practice_id).limit(1)
        with self.read() as conn:
            return conn.execute(asked).first() is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the records and may not write."""
        options = read_options(self._engine)
        with (
            names_hidden(self.viewer.hides_names),
            self._engine.connect().execution_options(**options) as conn,
            conn.begin(),
        ):
            yield conn

    @contextmanager
    def write(self, reason: str, family_id: str | None = None) -> Iterator[Connection]:
        """Yield a connection in one transaction: all of it is kept, or nothing.

        `reason` says what is done, in a few words. `family_id` names the one family it is done
        in: a therapist may write in families of her caseload. Both go into the audit trail with
        what is written. Raises NotAllowed for anything else by anyone but the owner.
        """
        if self.viewer.hides_names:
            raise NotAllowed("Names are hidden: show them again before you change anything.")
        if self.viewer.role != "owner" and family_id is None:
            raise NotAllowed(f"Only the owner may {reason}.")
        with self._engine.connect().execution_options(**WRITE) as conn, conn.begin():
            # First of all: on PostgreSQL this row is what writers of one practice queue for.
            bump = {"version": practice.c.version + 1}
            conn.execute(
                update(practice).where(practice.c.practice_id == self.practice_id).values(bump)
            )
            if self.viewer.role != "owner" and not self._has(conn, family_id):
                raise NotAllowed(f"You may {reason} in families of your own caseload only.")
            audit.append(conn, self, reason, family_id or "")
            yield conn

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Yield a connection for a line of the audit trail about something that was read."""
        with self._engine.connect().execution_options(**WRITE) as conn, conn.begin():
            yield conn

    @contextmanager
    def keep(self) -> Iterator[Connection]:
        """Yield a connection in one transaction for what the door keeps: accounts and sessions.

        No number changes by it, so the practice's version stays. Raises NotAllowed for anybody
        but the door.
        """
        if self.viewer.role != "door":
            raise NotAllowed("Sign-ins are kept by the door alone.")
        with self._engine.connect().execution_options(**WRITE) as conn, conn.begin():
            yield conn

    def data_version(self) -> int:
        """Return a number that grows with every write: part of every cache's key."""
        with self.read() as conn:
            asked = select(practice.c.version).where(practice.c.practice_id == self.practice_id)
            return int(conn.execute(asked).scalar_one())

    def own(self, table: Table) -> ColumnElement[bool]:
        """Return the condition that leaves the rows this viewer's numbers count.

        `table` is the visits or a roll-up of them. Raises NotAllowed for a therapist where rows
        do not tell whose they are.
        """
        mine = table.c.practice_id == self.practice_id
        if self.viewer.role == "owner":
            return mine
        if "therapist_id" not in table.c:
            raise NotAllowed("These numbers are of the whole practice: for the owner to see.")
        return and_(mine, table.c.therapist_id == self.viewer.therapist_id)

    def own_families(self) -> Select[tuple[str]]:
        """Return a SELECT of the ids of families this viewer may see.

        A therapist: those with a visit of hers that was not called off. The owner: all.
        """
        if self.viewer.role == "owner":
            return select(family.c.id).where(family.c.practice_id == self.practice_id)
        return (
            select(visit.c.family_id)
            .where(self.own(visit), visit.c.state.not_in(_NEVER_MET))
            .distinct()
        )

    def _has(self, conn: Connection, family_id: str | None) -> bool:
        own = self.own_families().subquery()
        return conn.execute(select(own).where(own.c[0] == family_id)).first() is not None

    def as_therapist(self, who: str) -> Self:
        """Return the scope of the therapist with this address, id or name.

        Raises NotFound, also where several share an address: one of them is then meant by name.
        """
        asked = select(therapist.c.id, therapist.c.name, therapist.c.email).where(
            therapist.c.practice_id == self.practice_id,
            or_(
                therapist.c.email == who.lower(),
                therapist.c.id == who,
                therapist.c.name == who,
            ),
        )
        with self.read() as conn:
            found = conn.execute(asked.order_by(therapist.c.name)).all()
        if not found:
            raise NotFound(f"Nobody with the address {who} works in this practice.")
        if len(found) > 1:
            names = " and ".join(row.name for row in found)
            raise NotFound(f"{names} share the address {who}: say the name of one of them.")
        return replace(self, viewer=Viewer("therapist", found[0].id, found[0].email))
