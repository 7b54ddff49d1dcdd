"""The registry keeps its own rules."""

from dataclasses import replace

import pytest

from allay_metrics.metrics import METRICS, TYPE_WORDS
from allay_metrics.metrics.metric import MetricKey, registry
from allay_metrics.metrics.metrics_reference import facts, themes
from allay_metrics.metrics.question import VISIT_TYPES
from allay_metrics.metrics.registry import REPORTED
from tests import plain

COMPLETED = METRICS["completed"]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"definition": "Visits that took place"}, "full stop"),
        ({"definition": "Visits. That took place."}, "one sentence"),
        ({"unit": ""}, "unit"),
        ({"unit": "%"}, "rates, and only rates"),
        ({"key": "Completed visits"}, "lower case"),
        ({"short": "Visits that really took place"}, "18 characters"),
        ({"remark": None}, "remark"),
        ({"top": None, "remark": None, "remark_words": ""}, "what is summed"),
    ],
)
def test_a_metric_that_breaks_a_rule_is_refused(broken, rule):
    with pytest.raises(ValueError, match=rule):
        registry([replace(COMPLETED, **broken)])


def test_the_constants_are_the_keys_of_the_registry_in_its_order():
    assert list(MetricKey) == list(METRICS)


def test_two_metrics_never_share_a_key_or_a_label():
    with pytest.raises(ValueError, match="two metrics with this key"):
        registry([COMPLETED, COMPLETED])
    with pytest.raises(ValueError, match="same label"):
        registry([COMPLETED, replace(COMPLETED, key="completed_too")])


def test_every_metric_with_a_value_has_a_plain_twin():
    assert METRICS.keys() == {*plain.RULES, *REPORTED, "on_books", "field_utilisation"}


def test_only_dollars_are_for_the_owner_alone():
    money = {key for key, metric in METRICS.items() if metric.money}
    assert money == {"visit_value", "booked_value", "value_per_field_hour"}


def test_every_metric_stands_once_in_the_reference():
    listed = [metric.key for metrics in themes().values() for metric in metrics]
    assert sorted(listed) == sorted(METRICS)
    assert facts(METRICS["visit_value"])["Seen by"] == "the owner only"


def test_every_visit_type_has_a_word():
    assert tuple(TYPE_WORDS) == VISIT_TYPES
