"""Every metric, by theme. Labels, units and definitions are written here and nowhere else."""

from types import MappingProxyType

from allay_metrics.metrics.metric import Metric, registry
from allay_metrics.metrics.registry import counts, driving, families, hours, money, rates, reported

METRICS: MappingProxyType[str, Metric] = registry(
    (
        *counts.METRICS,
        *rates.METRICS,
        *families.METRICS,
        *hours.METRICS,
        *money.METRICS,
        *driving.METRICS,
        *reported.METRICS,
    )
)
# Metrics of check-ins, not of visits.
REPORTED = tuple(key for key, metric in METRICS.items() if metric.is_reported)

__all__ = ["METRICS", "REPORTED"]
