"""Metrics that are defined but wait for something that is not on file."""

from allay_metrics.metrics.metric import Metric

CHECK_INS = "check-ins on file"

METRICS = (
    Metric(
        key="response_rate",
        label="Check-in response rate",
        short="Response rate",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the check-ins asked that were answered.",
        numerator="check-ins answered",
        denominator="check-ins asked",
        waits_for=CHECK_INS,
    ),
    Metric(
        key="improved_share",
        label="Families reporting a better baby",
        short="Families better",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the episodes whose reported change by day 28 is past the measure's "
        "meaningful change, which is a change while in care and no proof of an effect.",
        numerator="episodes past the meaningful change at day 28",
        denominator="episodes with both answers",
        waits_for=CHECK_INS,
    ),
)
