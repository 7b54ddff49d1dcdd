"""Value at list price, stored in cents and shown in dollars. Owner only."""

from allay_metrics.metrics.metric import BOOKED, COMPLETED, Metric, MetricKey, Sum

METRICS = (
    Metric(
        key=MetricKey.VISIT_VALUE,
        label="Visit value",
        short="Visit value",
        column="Value",
        unit="$",
        direction="up",
        kind="money",
        definition="List price of the completed visits, not takings, because scheduling exports "
        "hold prices; a missing price is left out and counted.",
        numerator="list price of completed visits",
        top=Sum("price_cents", COMPLETED),
        remark=Sum("unpriced", COMPLETED),
        remark_words="prices missing",
    ),
    Metric(
        key=MetricKey.BOOKED_VALUE,
        label="Booked value",
        short="Booked value",
        unit="$",
        direction="up",
        kind="money",
        definition="List price of the booked visits; a missing price is left out and counted.",
        numerator="list price of booked visits",
        top=Sum("price_cents", BOOKED),
        remark=Sum("unpriced", BOOKED),
        remark_words="prices missing",
    ),
)
