"""The registry of metrics, the question, and the one way to a number."""

from allay_metrics.metrics.answer import query, query_all
from allay_metrics.metrics.metric import Metric
from allay_metrics.metrics.question import Question
from allay_metrics.metrics.registry import METRICS

__all__ = ["METRICS", "Metric", "Question", "query", "query_all"]
