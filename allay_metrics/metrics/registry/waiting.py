"""Metrics that are defined but wait for something that is not on file."""

from allay_metrics.metrics.metric import Metric

DRIVE_TIMES = "drive times on file"
OFFERED_HOURS = "offered hours on file"
CHECK_INS = "check-ins on file"

METRICS = (
    Metric(
        key="drive_hours",
        label="Drive hours",
        short="Drive hours",
        unit="hours",
        direction="down",
        kind="hours",
        definition="Estimated time of driving between consecutive homes of a therapist's day and "
        "from and to her base, in hours.",
        numerator="estimated hours of driving",
        waits_for=DRIVE_TIMES,
    ),
    Metric(
        key="value_per_field_hour",
        label="Value per field hour",
        short="Value per hour",
        unit="$",
        direction="up",
        kind="money",
        definition="Visit value per hour of care and driving.",
        numerator="visit value",
        denominator="care hours and drive hours",
        waits_for=DRIVE_TIMES,
    ),
    Metric(
        key="drive_share",
        label="Drive share",
        short="Drive share",
        unit="%",
        direction="down",
        kind="rate",
        definition="Share of the hours in the field that are spent driving.",
        numerator="drive hours",
        denominator="care hours and drive hours",
        waits_for=DRIVE_TIMES,
    ),
    Metric(
        key="lone_visit_days",
        label="Lone-visit days",
        short="Lone-visit days",
        unit="days",
        direction="down",
        kind="count",
        definition="Days of a therapist with a single visit in a city and none in a city within 15 "
        "minutes.",
        numerator="therapist's days with one visit in a city",
        waits_for=DRIVE_TIMES,
    ),
    Metric(
        key="field_utilisation",
        label="Field utilisation",
        short="Field use",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the hours offered that were spent on care and driving.",
        numerator="care hours and drive hours",
        denominator="offered hours",
        waits_for=OFFERED_HOURS,
    ),
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
