"""Time in the field: care and driving together. Driving is estimated, see docs/driving.md."""

from allay_metrics.metrics.drive_metrics import (
    count_field_use,
    is_worked_for_offered,
    judge_field_use,
)
from allay_metrics.metrics.metric import COMPLETED, DROVE, Metric, MetricKey, Sum

_DRIVEN = Sum("drive_minutes", DROVE)
_FIELD = Sum("field_minutes", DROVE)
_LEFT_OUT = Sum("undriven", DROVE)
_WORDS = "left out: no drive estimate"

METRICS = (
    Metric(
        key=MetricKey.DRIVE_HOURS,
        label="Drive hours, estimated",
        short="Drive hours, est.",
        unit="hours",
        direction="down",
        kind="hours",
        definition="Estimated time of driving to completed visits and no-shows, between "
        "consecutive homes of a therapist's day and from and to her base, in hours; a leg belongs "
        "to the city it leads to, the way back to the day's last.",
        numerator="estimated hours of driving",
        top=_DRIVEN,
        remark=_LEFT_OUT,
        remark_words=_WORDS,
        basis=_DRIVEN,
    ),
    Metric(
        key=MetricKey.DRIVE_MINUTES_PER_VISIT,
        label="Drive minutes per visit, estimated",
        short="Drive min a visit",
        column="Drive min",
        unit="min",
        direction="down",
        kind="per_visit",
        definition="Estimated minutes of driving per visit driven to, over the days "
        "with a drive estimate; a visit by video costs none.",
        numerator="estimated minutes of driving",
        denominator="completed visits and no-shows",
        top=_DRIVEN,
        bottom=Sum("driven", DROVE),
        remark=_LEFT_OUT,
        remark_words=_WORDS,
        basis=_DRIVEN,
    ),
    Metric(
        key=MetricKey.VALUE_PER_FIELD_HOUR,
        label="Value per field hour, estimated",
        short="Value per hour",
        column="Value an hour",
        unit="$",
        direction="up",
        kind="per_hour",
        definition="List price of completed visits per hour of care and of estimated driving, over "
        "the days with a drive estimate; a missing price is left out and counted.",
        numerator="dollars of completed visits",
        denominator="hours of care and driving",
        top=Sum("driven_cents", COMPLETED),
        bottom=_FIELD,
        remark=_LEFT_OUT,
        remark_words=_WORDS,
        second_remark=Sum("unpriced", COMPLETED),
        second_words="prices missing",
        basis=_DRIVEN,
    ),
    Metric(
        key=MetricKey.DRIVE_SHARE,
        label="Drive share, estimated",
        short="Drive share",
        column="Driving, est.",
        unit="%",
        direction="down",
        kind="share_of_hours",
        definition="Share of the hours of care and estimated driving that is spent driving, over "
        "the days with a drive estimate.",
        numerator="hours of driving",
        denominator="hours of care and driving",
        top=_DRIVEN,
        bottom=_FIELD,
        remark=_LEFT_OUT,
        remark_words=_WORDS,
        basis=_DRIVEN,
    ),
    Metric(
        key=MetricKey.LONE_VISIT_DAYS,
        label="Lone-visit days",
        short="Lone-visit days",
        column="Lone days",
        unit="days",
        direction="down",
        kind="count",
        definition="Days on which a therapist had one visit only in a city and none in a city "
        "within an estimated 15 minutes, counted under that city.",
        numerator="a therapist's days with one visit in a city and none close by",
        top=Sum("lone", DROVE),
        remark=_LEFT_OUT,
        remark_words=_WORDS,
        basis=_DRIVEN,
    ),
    Metric(
        key=MetricKey.FIELD_UTILISATION,
        label="Field utilisation, estimated",
        short="Field use",
        unit="%",
        direction="up",
        kind="share_of_hours",
        definition="Share of the hours therapists offered in whole weeks that went into completed "
        "visits and estimated driving; a therapist without offered hours on file is in neither.",
        numerator="hours of care and driving",
        denominator="hours offered",
        count=count_field_use,
        behind=is_worked_for_offered,
        judge=judge_field_use,
        groups=("therapist",),
        groups_reason="hours are not offered by",
    ),
)
