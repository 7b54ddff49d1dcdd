"""What the server does by itself: it sends mails that are due. The only scheduler there is.

`serve` starts it, in its own process; a command line twin does the same once, for cron. Two servers
or a server and cron get in nobody's way: a mail is claimed before it is sent.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from allay_metrics.actions.alerts import send_alerts
from allay_metrics.errors import NotFound
from allay_metrics.log import where
from allay_metrics.records import Scope

log = logging.getLogger("allay_metrics.jobs")

EVERY = 30  # seconds between two looks
_AT_ONCE = 4  # looks
_ALERTS = "alerts"


class Jobs:
    """The jobs of the practice that `opened` returns at that moment."""

    def __init__(self, opened: Callable[[], Scope]) -> None:
        """Do nothing yet."""
        self._opened = opened
        # What was missed while the machine slept is done once, however late. A look that waits for
        # a mail server is overtaken by the next: each claims what it sends.
        settings = {"coalesce": True, "max_instances": _AT_ONCE, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=settings, daemon=True)

    def start(self) -> None:
        """Look at once, and then again and again until `stop`."""
        self._scheduler.add_job(self._alerts, "interval", seconds=EVERY, id=_ALERTS)
        self._scheduler.start()
        self.send_now()

    def stop(self) -> None:
        """Start no further look; one that is under way ends by itself."""
        self._scheduler.shutdown(wait=False)

    def send_now(self) -> None:
        """Send what is due without waiting for the next look, and without waiting for it here."""
        if self._scheduler.running:
            self._scheduler.modify_job(_ALERTS, next_run_time=datetime.now(UTC))

    def _alerts(self) -> None:
        try:
            send_alerts(self._opened())
        except NotFound:
            return  # no records yet
        except Exception as error:  # noqa: BLE001  the next look tries again
            # The kind and the place alone: a message may hold what a parent wrote.
            log.error("Mails about warning signs were not sent: %s", where(error))  # noqa: TRY400
