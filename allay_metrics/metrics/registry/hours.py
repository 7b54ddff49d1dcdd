"""Hours of care."""

from allay_metrics.metrics.metric import COMPLETED, Metric, MetricKey, Sum

METRICS = (
    Metric(
        key=MetricKey.CARE_HOURS,
        label="Care hours",
        short="Care hours",
        unit="hours",
        direction="up",
        kind="hours",
        definition="Booked length of the completed visits, in hours.",
        numerator="booked hours of completed visits",
        top=Sum("minutes", COMPLETED),
    ),
)
