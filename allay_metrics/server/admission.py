"""Who may pass: checked for every request and every click."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

from allay_metrics.actions.sessions import (
    ABSOLUTE,
    IDLE,
    Session,
    has_people,
    read_session,
    touch_session,
)
from allay_metrics.errors import NotFound
from allay_metrics.records import DOOR
from allay_metrics.records import Scope as Practice
from allay_metrics.records.column_types import now
from allay_metrics.server.identity import Identity

log = logging.getLogger("allay_metrics.gate")

RunMode = Literal["demo", "computer", "people"]
_MINUTE = 60


def find_run_mode(practice: Practice) -> RunMode:
    """Return who may open a practice: everybody, whoever is at this computer, or its people."""
    if practice.is_demo:
        return "demo"
    return "people" if has_people(replace(practice, viewer=DOOR)) else "computer"


@dataclass(frozen=True)
class Admission:
    """The result of one check: how the server runs now, and who is asking; None for nobody.

    `until` (seconds since 1970 UTC) is when it expires without another click.
    """

    runs: RunMode
    who: Identity | None
    until: int = 0


class Admissions:
    """Checks sessions in the practice that `opened` returns at that moment."""

    def __init__(self, opened: Callable[[], Practice]) -> None:
        """Start with no session used."""
        self._opened = opened
        self._kept: dict[str, int] = {}
        self._lock = Lock()
        # In its own thread: a click must not wait for a long import to release the database.
        self._writer = ThreadPoolExecutor(1, "allay-sessions")

    def find_admission(self, token: str, *, at_keyboard: bool, clicks: bool = True) -> Admission:
        """Return who has this session id now. With `clicks` the session counts as used.

        Raises ConfigProblem where there are people but no secret.
        """
        until = now() + IDLE
        alone = Admission("computer", Identity("computer") if at_keyboard else None, until)
        try:
            practice = replace(self._opened(), viewer=DOOR)
        except NotFound:  # no records and no demo yet: only the person at the keyboard starts one
            return alone
        runs = find_run_mode(practice)
        if runs == "demo":
            # At the keyboard one may leave the demo, and stays the same person afterwards.
            return Admission(runs, alone.who or Identity("demo"), until)
        if runs == "computer":
            return alone
        session = read_session(practice, token) if token else None
        if session is None:
            return Admission(runs, None)
        if clicks:
            self._keep(practice, session)
        else:
            until = session.seen_at + IDLE
        return Admission(runs, _build_identity(session), min(until, session.created_at + ABSOLUTE))

    def _keep(self, practice: Practice, session: Session) -> None:
        """Record that a session is in use, at most once a minute."""
        moment = now()
        with self._lock:
            if moment < max(session.seen_at, self._kept.get(session.ref, 0)) + _MINUTE:
                return
            self._kept = {ref: at for ref, at in self._kept.items() if at > moment - _MINUTE}
            self._kept[session.ref] = moment
        self._writer.submit(_touch, practice, session, moment)


def _touch(practice: Practice, session: Session, moment: int) -> None:
    try:
        touch_session(practice, session, moment)
    except Exception as error:  # noqa: BLE001  nobody waits for it; it is tried again in a minute
        log.warning("A session's last use was not kept: %s", type(error).__name__)


def _build_identity(session: Session) -> Identity:
    return Identity(
        kind="person",
        session=session.ref[:16],
        person_id=session.person_id,
        name=session.name,
        role=session.role,
        therapist_id=session.therapist_id,
    )
