"""The list of long drives for one visit."""

from allay_metrics import formatting as fmt
from allay_metrics.review.drive_lists import LoneDrive
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.html_table import table

WHAT = (
    "Days on which a therapist has one visit in a city and none close by, with at least half an "
    "hour of estimated driving for it: in this week, and in the 14 days after the newest export."
)


def open_lone_drives(drives: tuple[LoneDrive, ...]) -> None:
    """Open the drives, longest first."""

    def body() -> None:
        rows = [
            [
                f"{fmt.day(drive.day)}, {fmt.clock(drive.starts)}",
                city_shown(drive.city),
                drive.therapist,
                fmt.number(drive.minutes),
            ]
            for drive in drives
        ]
        columns = ["When", "City", "Therapist", "Minutes"]
        table(columns, rows, caption="Long drives for one visit", left=(1, 2))

    drawer(
        "One visit, a long drive",
        body,
        value=fmt.number(len(drives)),
        beside="long drives for one visit",
        definitions=[("What they are", WHAT)],
    )
