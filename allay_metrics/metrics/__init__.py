"""The registry of metrics and the query engine that answers questions about them."""

from allay_metrics.metrics.answer import query, query_all
from allay_metrics.metrics.drilldown import TYPE_WORDS, visits_behind
from allay_metrics.metrics.metric import Metric
from allay_metrics.metrics.question import Question
from allay_metrics.metrics.registry import METRICS

__all__ = ["METRICS", "TYPE_WORDS", "Metric", "Question", "query", "query_all", "visits_behind"]
