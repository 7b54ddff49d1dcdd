"""The invented practice: families, calendars and exports for looking around and for tests.

`write_exports` writes what Acuity would have exported, in the order of import; `write_check_ins`
and `closed_care` give what a schedule does not hold. Nobody in it exists.
"""

from allay_metrics.demo.files import DemoFile, write_exports
from allay_metrics.demo.invent import DEFAULT_VISITS, Invented, invent

__all__ = ["DEFAULT_VISITS", "DemoFile", "Invented", "invent", "write_exports"]
