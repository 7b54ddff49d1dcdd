"""Counts of visits."""

from allay_metrics.metrics.additive import count_on_books, is_on_books
from allay_metrics.metrics.metric import BOOKED, COMPLETED, COUNTED, DUE, Metric, MetricKey, Sum

METRICS = (
    Metric(
        key=MetricKey.BOOKINGS,
        label="Bookings",
        short="Bookings",
        unit="visits",
        direction="up",
        kind="count",
        definition="Visits that start in the period, in every state but rescheduled (counted where "
        "they landed) and missing (counted once the owner has decided).",
        numerator="visits booked",
        noted=("cancelled",),
        top=Sum("visits", COUNTED),
    ),
    Metric(
        key=MetricKey.COMPLETED,
        label="Completed visits",
        short="Completed",
        unit="visits",
        direction="up",
        kind="count",
        definition="Visits that took place: marked so, or past and unmarked where the source never "
        "marks attendance.",
        numerator="completed visits",
        top=Sum("visits", COMPLETED),
        remark=Sum("assumed", COMPLETED),
        remark_words="of {top} not marked as attended, counted as kept",
    ),
    Metric(
        key=MetricKey.BOOKED,
        label="Booked visits",
        short="Booked",
        unit="visits",
        direction="up",
        kind="count",
        definition="Visits that end after the records were exported and were not called off by "
        "then.",
        numerator="booked visits",
        top=Sum("visits", BOOKED),
    ),
    Metric(
        key=MetricKey.DUE,
        label="Visits due",
        short="Due",
        unit="visits",
        direction="up",
        kind="count",
        definition="Visits the family was expected for: completed, no-show, or cancelled less than "
        "24 hours before the start.",
        numerator="visits completed, not shown up for or cancelled late",
        noted=("no_show", "cancel_time"),
        top=Sum("visits", DUE),
    ),
    Metric(
        key=MetricKey.COMBINED,
        label="Combined visits",
        short="Combined",
        unit="visits",
        direction="neither",
        kind="count",
        definition="Completed visits that gave two types of care at once, such as CST and "
        "lactation.",
        numerator="completed visits with a second type",
        top=Sum("combined", COMPLETED),
    ),
    Metric(
        key=MetricKey.ON_BOOKS,
        label="On the books at the end of the week",
        short="On the books",
        unit="visits",
        direction="up",
        kind="count",
        definition="Visits of the two weeks after a week's Sunday that were booked by that Sunday, "
        "without those cancelled since, because exports do not say when they were cancelled.",
        numerator="visits of the next two weeks booked by the week's Sunday",
        needs=("kept", "booked_on"),
        spans=2,
        count=count_on_books,
        behind=is_on_books,
        by_whole_weeks=True,
        reach=(7, 14),
    ),
)
