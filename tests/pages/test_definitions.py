"""The Definitions page says of every metric what the registry says, and finds it."""

import re

import pytest

from allay_metrics.metrics import METRICS
from tests.support.on_page import bodies, page_of, run, text


@pytest.fixture
def at(small):  # noqa: ARG001  records, or the demo would be invented
    return page_of("practice/definitions")


def anchors(at):
    return re.findall(r'<article id="def-([a-z0-9-]+)"', bodies(at))


def search(at, words):
    at.text_input(key="search").set_value(words)
    return run(at)


def test_every_metric_is_there_once_in_its_words(at):
    told = text(run(at))
    assert sorted(anchors(at)) == sorted(key.replace("_", "-") for key in METRICS)
    for metric in METRICS.values():
        assert metric.definition in told
        assert metric.numerator in told


def test_a_search_finds_what_holds_all_its_words(at):
    assert anchors(search(run(at), "median BOOKING")) == ["wait-days"]
    assert "Usual range" not in text(at)


def test_a_word_is_found_without_a_metric(at):
    assert anchors(search(run(at), "restated")) == []
    assert "differs from what it was" in text(at)


def test_a_search_that_finds_nothing_says_so_harmlessly(at):
    search(run(at), "<b>zzz")
    assert "Nothing is defined by" in text(at)
    assert "<b>zzz" not in bodies(at)
    assert "&lt;b&gt;zzz" in bodies(at)


def test_links_go_to_the_groups_shown(at):
    run(at)
    links = re.findall(r'href="#([a-z-]+)"', bodies(at))
    assert links
    assert all(f'id="{link}"' in bodies(at) for link in links)
