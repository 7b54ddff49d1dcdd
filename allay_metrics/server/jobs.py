"""Background jobs of the server: sending due mails. The only scheduler.

`serve` starts it in its own process; a command does the same once, for cron. Several servers, or a
server and cron, may run at the same time: a mail is claimed before it is sent.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from allay_metrics.actions.alerts import send_alerts
from allay_metrics.errors import NotFound
from allay_metrics.log import format_error
from allay_metrics.records import Scope

log = logging.getLogger("allay_metrics.jobs")

EVERY = 30  # seconds between two runs
_AT_ONCE = 4  # concurrent runs
_ALERTS = "alerts"


class Jobs:
    """The jobs of the practice that `opened` returns at that moment."""

    def __init__(self, opened: Callable[[], Scope]) -> None:
        """Create the scheduler without starting it."""
        self._opened = opened
        # Runs missed while the machine slept are done once, however late. A run that waits for a
        # mail server may be overtaken by the next: each claims what it sends.
        settings = {"coalesce": True, "max_instances": _AT_ONCE, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=settings, daemon=True)

    def start(self) -> None:
        """Run at once, and then every 30 seconds until `stop`."""
        self._scheduler.add_job(self._alerts, "interval", seconds=EVERY, id=_ALERTS)
        self._scheduler.start()
        self.send_now()

    def stop(self) -> None:
        """Start no further run; one in progress is finished."""
        self._scheduler.shutdown(wait=False)

    def send_now(self) -> None:
        """Schedule the next run for now, without waiting for it."""
        if self._scheduler.running:
            self._scheduler.modify_job(_ALERTS, next_run_time=datetime.now(UTC))

    def _alerts(self) -> None:
        try:
            send_alerts(self._opened())
        except NotFound:
            return  # no records yet
        except Exception as error:  # noqa: BLE001  the next run tries again
            # The type and the place only: the message may hold what a parent wrote.
            log.error("Mails about warning signs were not sent: %s", format_error(error))  # noqa: TRY400
