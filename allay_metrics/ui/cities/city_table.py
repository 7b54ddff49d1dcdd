"""The table of cities: a row of numbers for each; every number opens its visits."""

from allay_metrics import formatting as fmt
from allay_metrics.metrics import Metric
from allay_metrics.review.cities import CitiesReview, CityLine
from allay_metrics.review.query_results import MetricCell as Value
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.cities.city_drilldown import AHEAD, ALL, CITY, NUMBER, format_city, link
from allay_metrics.ui.html_table import Spark, TableCell, table


def city_table_card(review: CitiesReview) -> None:
    """Draw the table and, below it, notes on its columns."""
    names = ["City", *(metric.column_label for metric in review.columns), "Next 14 days"]
    rows = [_row(review, line) for line in review.lines]
    if len(rows) > 1:
        rows.append(_row(review, review.total))
    with card("cities-table"):
        head("City by city", "a number opens its visits, a city all about it")
        table(names, rows, caption="Numbers by city", total=len(rows) > 1, stack=False)
        for line in remarks(review):
            note(line)


def _row(review: CitiesReview, line: CityLine) -> list[TableCell | Spark | str]:
    name = TableCell(format_city(line.city), opens=link(CITY, "", line.city)) if line.city else ALL
    numbers = [
        number_cell(metric, line.numbers[metric.key], line.city) for metric in review.columns
    ]
    ahead = TableCell(fmt.number(line.next_14_days), opens=link(NUMBER, AHEAD, line.city))
    return [name, *numbers, ahead]


def number_cell(metric: Metric, value: Value, city: str) -> TableCell:
    """Return the cell of one number; a dash has the reason why there is no value."""
    opens = link(NUMBER, metric.key, city)
    if metric.is_rate:
        return _rate_cell(value, opens)
    if value.value is None:
        few = value.reason == "small"
        return TableCell(fmt.DASH, reason=fmt.SMALL_REASON if few else value.reason)
    text = fmt.dollars(value.value) if metric.money else fmt.number(value.value)
    return TableCell(text, opens=opens)


def _rate_cell(value: Value, opens: str) -> TableCell:
    """Return a rate with its counts; of one to four, the counts only."""
    if value.numerator is None or not value.denominator:
        return TableCell(fmt.DASH, reason=value.reason or "nothing to count")
    counts = f"{fmt.number(value.numerator)} of {fmt.number(value.denominator)}"
    rate = fmt.DASH if value.value is None else fmt.percent(value.value)
    return TableCell(
        rate, counts, reason=fmt.SMALL_REASON if value.value is None else "", opens=opens
    )


def remarks(review: CitiesReview) -> list[str]:
    """Return notes about whole columns, merged by reason."""
    by_reason: dict[str, list[str]] = {}
    for metric in review.columns:
        if reason := review.total.numbers[metric.key].reason:
            by_reason.setdefault(reason, []).append(metric.column_label)
    lines = [f"{fmt.join_list(names)}: {reason}." for reason, names in by_reason.items()]
    lines.append(
        "Drive minutes, value an hour and driving are estimates, by the cities on the way."
    )
    return [" ".join(lines)] if lines else []
