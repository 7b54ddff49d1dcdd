"""The invented practice: families, calendars and exports for looking around and for tests.

`write_exports` writes what Acuity would have exported, in the order of import. `demo_practice`,
`choose_closed_care` and `write_check_ins` add what a schedule does not contain. Nobody exists.
"""

from allay_metrics.demo.demo_care import DemoClosing, choose_closed_care
from allay_metrics.demo.demo_check_ins import write_check_ins
from allay_metrics.demo.demo_files import DemoFile, write_exports, write_files
from allay_metrics.demo.demo_practice import DemoPractice, DemoTherapist, demo_practice
from allay_metrics.demo.invention import DEFAULT_VISITS, InventedPractice, invent

__all__ = [
    "DEFAULT_VISITS",
    "DemoClosing",
    "DemoFile",
    "DemoPractice",
    "DemoTherapist",
    "InventedPractice",
    "choose_closed_care",
    "demo_practice",
    "invent",
    "write_check_ins",
    "write_exports",
    "write_files",
]
