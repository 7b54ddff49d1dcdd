"""Makes the demo practice's database: its exports go through the real importer."""

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics import config
from allay_metrics.actions.answers import save_answers
from allay_metrics.actions.care_closing import Closing, close_care, read_clients_of_bookings
from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.actions.therapist_details import TherapistDetails, save_therapists
from allay_metrics.actions.week_notes import set_goals
from allay_metrics.demo.check_in_history import build_check_ins
from allay_metrics.demo.demo_care import choose_closed_care
from allay_metrics.demo.demo_files import write_files
from allay_metrics.demo.demo_notes import save_demo_notes
from allay_metrics.demo.demo_practice import demo_practice
from allay_metrics.demo.invention import DEFAULT_VISITS, InventedPractice, invent
from allay_metrics.demo.protocol_and_links import sign_and_send_links
from allay_metrics.records import Scope, open_practice
from allay_metrics.records.keys import key_of

SOURCE = "acuity"
CHECK_INS = "invented"

Progress = Callable[[float], None]


def load_demo(
    path: Path,
    *,
    visits: int = DEFAULT_VISITS,
    seed: int = 7,
    until: date | None = None,
    progress: Progress | None = None,
) -> Scope:
    """Return the scope of a demo practice made anew at `path`, in place of what stood there.

    It ends with `until`, today in the practice's zone unless given.

    It is built beside `path` and moved there when it is whole: whoever looks sees the old one or
    the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = until or datetime.now(ZoneInfo(config.TIME_ZONE)).date()
    invented = invent(visits=visits, seed=seed, until=until)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".demo-") as folder:
        made = Path(folder) / path.name
        scope = _open(made)
        _load(scope, Path(folder), invented, progress)
        scope.close()
        remove_database(path)
        made.replace(path)
    return _open(path)


def remove_database(path: Path) -> None:
    """Delete an SQLite database with its write-ahead log."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _open(path: Path) -> Scope:
    practice = demo_practice()
    scope = open_practice(
        config.sqlite_url(path),
        name=practice.name,
        timezone=practice.timezone,
        is_demo=True,
        practice_id=key_of("demo practice"),
    )
    rederive_outdated(scope)
    return scope


def _load(
    scope: Scope, folder: Path, invented: InventedPractice, progress: Progress | None
) -> None:
    files = write_files(folder, invented)

    def tell(done: int, share: float) -> None:
        if progress is not None:
            progress((done + share) / len(files))

    for number, file in enumerate(files):
        import_file(
            scope,
            file.path,
            source=SOURCE,
            holds=file.holds,
            as_of=file.as_of,
            progress=partial(tell, number),
        )
    practice = demo_practice()
    save_therapists(
        scope,
        [
            TherapistDetails(t.name, t.email, t.base_city, t.skills, round(60 * t.offered_hours))
            for t in practice.therapists
        ],
    )
    set_goals(scope, practice.goals)
    closings = choose_closed_care(invented)
    clients = read_clients_of_bookings(scope, SOURCE, [c.last_appointment for c in closings])
    close_care(
        scope,
        [
            Closing(client_id, c.day, c.reason)
            for c in closings
            for client_id in clients.get(c.last_appointment, ())
        ],
    )
    save_answers(scope, CHECK_INS, build_check_ins(invented))
    save_demo_notes(scope, tuple(therapist.name for therapist in practice.therapists))
    sign_and_send_links(scope)
