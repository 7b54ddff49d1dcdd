"""Families: seen, new, waiting, lapsed."""

from allay_metrics.metrics.family_metrics import count_families_seen, count_lapsed, count_wait_days
from allay_metrics.metrics.metric import COMPLETED, Metric, MetricKey, Sum

METRICS = (
    Metric(
        key=MetricKey.FAMILIES_SEEN,
        label="Families seen",
        short="Families seen",
        column="Families",
        unit="families",
        direction="up",
        kind="distinct",
        definition="Different families with a completed visit in the period; a family seen in two "
        "groups is in both, so groups add up to more than the total.",
        numerator="families with a completed visit",
        needs=("kept", "family"),
        count=count_families_seen,
    ),
    Metric(
        key=MetricKey.NEW_FAMILIES,
        label="New families",
        short="New families",
        column="New",
        unit="families",
        direction="up",
        kind="count",
        definition="Families whose first completed visit of any type falls in the period, counted "
        "under the city, type, therapist and referral source of that visit.",
        numerator="families first seen",
        needs=("kept", "family"),
        settled=True,
        top=Sum("first", COMPLETED),
        beside=MetricKey.FAMILIES_SEEN,
        beside_words="seen",
    ),
    Metric(
        key=MetricKey.NEW_TO_TYPE,
        label="Families new to a type",
        short="New to a type",
        unit="families",
        direction="up",
        kind="count",
        definition="Families whose first completed visit of a type falls in the period, once for "
        "each type.",
        numerator="families first seen for a type",
        needs=("kept", "family"),
        settled=True,
        top=Sum("first_of_type", COMPLETED),
    ),
    Metric(
        key=MetricKey.WAIT_DAYS,
        label="First-visit wait",
        short="First-visit wait",
        unit="days",
        direction="down",
        kind="median",
        definition="Median number of days from booking to visit over the first visits of new "
        "families.",
        numerator="days from booking to visit",
        denominator="first visits with a known booking date",
        needs=("kept", "family", "booked_on"),
        settled=True,
        count=count_wait_days,
    ),
    Metric(
        key=MetricKey.FIRST_LACTATION_WITHIN_2_DAYS,
        label="First lactation visit within 2 days",
        short="Lactation in 2 d",
        unit="%",
        direction="up",
        kind="rate",
        definition="Share of the families' first lactation visits that took place at most 2 days "
        "after booking, because feeding does not wait.",
        numerator="first lactation visits within 2 days of booking",
        denominator="first lactation visits with a known booking date",
        needs=("kept", "family", "booked_on"),
        settled=True,
        top=Sum("first_lactation_soon", COMPLETED),
        bottom=Sum("first_lactation", COMPLETED),
    ),
    Metric(
        key=MetricKey.LAPSED_FAMILIES,
        label="Lapsed families",
        short="Lapsed",
        unit="families",
        direction="down",
        kind="stock",
        definition="Families in open care whose last completed visit was more than 30 days before "
        "the records were exported and who have nothing booked, whatever the period asked for.",
        numerator="families without a visit for 30 days and none booked",
        needs=("kept", "family"),
        count=count_lapsed,
    ),
)
