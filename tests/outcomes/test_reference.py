"""The tables of outcomes: complete, consistent, and honest about where figures come from."""

import pytest

from allay_metrics import config
from allay_metrics.errors import ConfigProblem
from allay_metrics.outcomes.concern_words import concern_of
from allay_metrics.outcomes.measures import concerns, measures, measures_for, read_measures
from allay_metrics.outcomes.research import trials
from allay_metrics.outcomes.safety import by_urgency, red_flags
from allay_metrics.outcomes.windows import WINDOWS


def test_every_concern_is_judged_by_a_measure_and_a_window_there_is():
    assert len(measures()) == 14
    for concern in concerns().values():
        assert concern.primary_measure in measures()
        assert concern.primary_window in WINDOWS
        assert measures()[concern.primary_measure] in measures_for(concern)


def test_a_threshold_is_within_its_scale_and_says_its_basis():
    for measure in measures().values():
        assert 0 < measure.threshold < measure.high - measure.low or measure.kind == "yes_no"
        assert measure.basis or measure.id == "harms"
        assert measure.best in (measure.low, measure.high)


def test_parents_with_pain_are_not_asked_how_a_baby_cries():
    asked = [measure.id for measure in measures_for(concerns()["body_pain"])]
    assert asked == ["top_concern", "parent_pain"]


def test_nobody_is_asked_more_than_eight_questions():
    for concern in concerns().values():
        assert len(measures_for(concern)) <= 8, concern.id


def test_a_measure_nobody_counts_is_named(tmp_path):
    details = tmp_path / "details.csv"
    details.write_text("id,label\n", encoding="utf-8")
    with pytest.raises(ConfigProblem, match=r"details\.csv does not say how cry_min is counted"):
        read_measures(config.REFERENCE / "measures.csv", details)


@pytest.mark.parametrize(
    ("text", "client", "concern"),
    [
        ("colic, crying every evening", "infant", "crying"),
        ("llora mucho por la noche", "infant", "crying"),
        ("tight jaw, shallow latch", "infant", "jaw"),
        ("always looks to the left", "infant", "torticollis"),
        ("gas, spit-up, straining", "infant", "digestion"),
        ("long labor, vacuum delivery", "infant", "birth"),
        ("neck and shoulders from nursing", "parent", "body_pain"),
        ("something else", "infant", "other"),
        ("", "infant", None),
        (None, "parent", None),
    ],
)
def test_a_familys_words_name_the_concern(text, client, concern):
    assert concern_of(text, client) == concern


def test_the_most_urgent_sign_is_told_first():
    assert [flag.tier for flag in red_flags()].count(1) == 4
    assert [flag.id for flag in by_urgency({9, 14, 3, 13})] == [13, 3, 14, 9]
    assert by_urgency(set()) == []


def test_trials_are_there_to_be_read():
    assert len(trials()) == 18
