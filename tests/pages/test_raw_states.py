"""What no browser of ours would send: options that are none, to every choice of every page."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.errors import QuestionProblem
from allay_metrics.review.missing import missing_visits
from tests.support.on_page import bodies, page_of

PAGES = (
    "owner/week",
    "owner/cities",
    "owner/visit_types",
    "owner/outcomes",
    "owner/therapists",
    "practice/records",
    "practice/check_ins",
    "practice/settings",
)
OFF = "zqx' OR 1=1"


class Raw:
    """A widget as a forged message sets it: whatever text, whatever the widget offers."""

    def __init__(self, real, value):
        self._real, self._value = real, value

    def __getattr__(self, name):
        return getattr(self._real, name)

    @property
    def _widget_state(self):
        state = WidgetState(id=self._real.id)
        if isinstance(self._value, list):
            state.string_array_value.data.extend(self._value)
        else:
            state.string_value = self._value
        return state


def forge(at, real):
    """Run the page as if this widget's message had said something else."""
    several = real.type in ("multiselect", "button_group", "pills", "segmented_control")
    forged = Raw(real, [OFF] if several else OFF)
    states = at._tree.get_widget_states()
    kept = [state for state in states.widgets if state.id != real.id]
    del states.widgets[:]
    states.widgets.extend([*kept, forged._widget_state])
    return at._run(widget_state=states)


@pytest.mark.parametrize("page", PAGES)
def test_an_option_nobody_offered_changes_and_shows_nothing(small, page):
    at = page_of(page).run()
    version = small.data_version()
    keys = [
        (kind, widget.key)
        for kind in ("selectbox", "radio", "multiselect", "button_group")
        for widget in at.get(kind)
    ]
    for kind, key in keys:
        real = next((part for part in at.get(kind) if part.key == key), None)
        if real is None:
            continue  # shown no longer after the one before
        at = forge(at, real)
        assert not at.exception, key
        assert OFF not in bodies(at), key
        assert small.data_version() == version, key


def test_a_decision_that_is_none_is_refused_where_it_is_written(small):
    ids = list(missing_visits(small)["booking_id"])
    assert ids
    with pytest.raises(QuestionProblem, match="decision"):
        decide_missing(small, ids, OFF)
    assert list(missing_visits(small)["booking_id"]) == ids
