"""Imports appointments from Acuity's API: windows of days, then one import of all of them."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from allay_metrics import config
from allay_metrics.actions.file_import import ImportOptions, ImportReport, import_source
from allay_metrics.errors import FileProblem
from allay_metrics.intake.acuity_api import AcuityAccount, AcuityClient, RequestPolicy, build_export
from allay_metrics.intake.profile import find_shipped_profile
from allay_metrics.intake.rows_source import RowsSource
from allay_metrics.records import Scope

# Windows requested longer ago are too stale to resume from.
FRESH = 3600
PULLING_SHARE = 0.6
BACK, AHEAD = timedelta(days=92), timedelta(days=183)

Progress = Callable[[float], None]


def sync_acuity(
    scope: Scope,
    account: AcuityAccount,
    *,
    first: date | None = None,
    last: date | None = None,
    policy: RequestPolicy | None = None,
    progress: Progress = lambda _share: None,
) -> ImportReport:
    """Request all appointments of these days from Acuity and import them as one import.

    Without days: the last 92 and the next 183. Received windows stay on disk, readable only by this
    user, until the import is done, so that a retry within the hour resumes. The as-of is that of
    the oldest window. Raises ConfigProblem or FileProblem; nothing is stored then.
    """
    today = datetime.now(scope.zone).date()
    days = first or today - BACK, last or today + AHEAD
    if days[0] > days[1]:
        raise FileProblem(f"{days[0]} lies after {days[1]}: there are no days to ask for.")
    spool = _Spool(config.data_dir() / "sync", account, days)
    client = AcuityClient(account, policy)
    whole = (days[1] - days[0]).days + 1
    while (begin := spool.next_day()) <= days[1]:
        # Saved one by one: a received window is never requested twice.
        for window in client.windows(begin, days[1]):
            spool.keep(*window)
            progress((window[1] - days[0]).days / whole * PULLING_SHARE)
    rows = spool.appointments()
    source = RowsSource(
        f"Acuity, {days[0]} to {days[1]}",
        build_export(rows),
        profile=find_shipped_profile("acuity"),
        zone=scope.zone,
        sha256=sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest(),
        modified_at=spool.asked_at(),
    )
    report = import_source(
        scope,
        source,
        ImportOptions(covers=days, is_as_of_certain=True),
        progress=lambda share: progress(PULLING_SHARE + share * (1 - PULLING_SHARE)),
    )
    spool.remove()
    return report


class _Spool:
    """The windows received so far, each a file that only this user may read."""

    def __init__(self, folder: Path, account: AcuityAccount, days: tuple[date, date]) -> None:
        self._first = days[0]
        identity = f"{account.url} {account.user} {days[0]} {days[1]}"
        self._folder = folder / sha256(identity.encode()).hexdigest()[:16]
        self._forget_old(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def next_day(self) -> date:
        """Return the first day that no window covers yet."""
        day = self._first
        for first, last, _ in self._windows():
            if first == day:
                day = last + timedelta(days=1)
        return day

    def keep(self, first: date, last: date, rows: list[dict[str, Any]]) -> None:
        """Save one window atomically."""
        content = {"first": str(first), "last": str(last), "at": int(time.time()), "rows": rows}
        part = self._folder / f".{first}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        part.replace(self._folder / f"{first}.json")

    def appointments(self) -> list[dict[str, Any]]:
        """Return every appointment once, from the latest window that contains it."""
        appointments_by_id: dict[str, dict[str, Any]] = {}
        for _, _, content in sorted(self._windows(), key=lambda window: window[2]["at"]):
            appointments_by_id |= {str(row.get("id")): row for row in content["rows"]}
        return list(appointments_by_id.values())

    def asked_at(self) -> int:
        """Return when the oldest window was requested, which is the as-of of all."""
        return min(int(content["at"]) for _, _, content in self._windows())

    def remove(self) -> None:
        """Delete all windows."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _windows(self) -> Iterator[tuple[date, date, dict[str, Any]]]:
        for path in sorted(self._folder.glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            yield date.fromisoformat(content["first"]), date.fromisoformat(content["last"]), content

    def _forget_old(self, folder: Path) -> None:
        """Delete windows requested too long ago, because they contain families' records."""
        for left in folder.glob("*/*"):
            if left.stat().st_mtime < time.time() - FRESH:
                left.unlink(missing_ok=True)
