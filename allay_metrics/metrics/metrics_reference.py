"""The reference of all metrics, for docs/metrics.md and the Definitions page."""

from allay_metrics.metrics.metric import Direction, Metric
from allay_metrics.metrics.registry import METRICS

THEMES = {
    "Visits": ("visits",),
    "Rates": ("%",),
    "Families": ("families",),
    "Time": ("days", "hours", "min"),
    "Value": ("$",),
}
_DIRECTIONS: dict[Direction, str] = {
    "up": "more is better",
    "down": "less is better",
    "neither": "neither way is better",
}
_NEEDS = {
    "kept": "kept visits",
    "cancelled": "cancellations",
    "no_show": "no-shows",
    "cancel_time": "cancellation times",
    "canceller": "who cancelled",
    "booked_on": "booking dates",
    "attendance": "attendance",
    "family": "families",
}
_HEAD = """# Metrics

Made from the registry in `allay_metrics/metrics/registry/` by `make docs`; the Definitions page
says the same.

- Periods are local dates, both ends included. Weeks run from Monday to Sunday and are named by
  their Monday.
- A rate over several weeks is the sum of its numerators over the sum of its denominators, never an
  average of rates. Nothing over nothing is no value. Denominators of 1 to 4 are shown as counts.
- A metric counts only the days on which a source tells all that it needs; where none does there is
  no value, and the reason is said.
"""


def themes() -> dict[str, list[Metric]]:
    """Return the metrics under the headings of the reference, each once."""
    return {
        theme: [metric for metric in METRICS.values() if metric.unit in units]
        for theme, units in THEMES.items()
    }


def facts(metric: Metric) -> dict[str, str]:
    """Return the other properties of a metric, as text by heading."""
    words_by_heading = {
        "Counted": metric.numerator,
        "Out of": metric.denominator,
        "Unit": f"{metric.unit}, {_DIRECTIONS[metric.direction]}",
        "Needs": ", ".join(_NEEDS[kind] for kind in metric.needs),
        "Left out": _left_out(metric),
        "Seen by": "the owner only" if metric.money else "",
    }
    return {heading: words for heading, words in words_by_heading.items() if words}


def _left_out(metric: Metric) -> str:
    left_out = []
    if metric.ripe_after:
        days = "1 day" if metric.ripe_after == 1 else f"{metric.ripe_after} days"
        left_out.append(f"visits not yet more than {days} before the source's newest export")
    if metric.settled:
        left_out.append("the first 90 days of the practice's records, in which everybody looks new")
    return "; ".join(left_out)


def markdown() -> str:
    """Return the whole reference as Markdown."""
    parts = [_HEAD]
    for theme, metrics in themes().items():
        parts.append(f"## {theme}\n")
        parts += [_entry(metric) for metric in metrics]
    return "\n".join(parts).rstrip() + "\n"


def _entry(metric: Metric) -> str:
    lines = [f"### {metric.label} `{metric.key}`", "", metric.definition, ""]
    lines += [f"- {heading}: {words}" for heading, words in facts(metric).items()]
    return "\n".join([*lines, ""])
