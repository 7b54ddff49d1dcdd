"""Reported outcomes: counts of what parents answered in check-ins, without further claims."""

from allay_metrics.metrics.metric import Metric, MetricKey
from allay_metrics.metrics.outcome_metrics import count_improved, count_responses
from allay_metrics.outcomes.funnel import SUMMARY_FROM

METRICS = (
    Metric(
        key=MetricKey.RESPONSE_RATE,
        label="Check-in response rate",
        short="Response rate",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the check-ins meant for the period that were answered, leaving out "
        "those not due before the records were exported.",
        numerator="check-ins answered",
        denominator="check-ins asked",
        count=count_responses,
        is_reported=True,
    ),
    Metric(
        key=MetricKey.IMPROVED_SHARE,
        label="Families reporting a better baby",
        short="Families better",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the episodes whose window closed in the period and whose reported "
        "change while in care is past the measure's meaningful change, which is no proof of an "
        "effect; history tags such as a difficult birth are not in it, and of 10 or fewer, or "
        "where under 40 % answered both times, only the counts are told.",
        numerator="episodes past the meaningful change in their window",
        denominator="episodes with both answers",
        small=SUMMARY_FROM - 1,
        count=count_improved,
        is_reported=True,
    ),
)
