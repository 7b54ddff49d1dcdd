"""Where a visit stands: each rule, their order, and both ways of applying them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.derive.state import LATE_SECONDS, state

START = 1_000_000
END = START + 3600
DAY = 86_400
PLAIN = {
    "marked": "none",
    "cancelled_by": None,
    "cancelled_at": None,
    "starts_at": START,
    "ends_at": END,
    "as_of": END + DAY,
    "absent": False,
    "marks_attendance": False,
}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"marked": "rescheduled", "absent": True}, ("rescheduled", 0)),
        ({"absent": True, "marked": "no_show"}, ("missing", 0)),
        ({"absent": True, "as_of": START}, ("missing", 0)),
        ({"marked": "no_show", "as_of": START - DAY}, ("no_show", 0)),
        (
            {"marked": "cancelled", "cancelled_by": "practice", "cancelled_at": START},
            ("practice_cancelled", 0),
        ),
        ({"marked": "cancelled", "cancelled_at": START - DAY + 1}, ("late_cancelled", 0)),
        ({"marked": "cancelled", "cancelled_at": START - DAY}, ("cancelled", 0)),  # 24 h is early
        ({"marked": "cancelled", "cancelled_at": START + 1}, ("late_cancelled", 0)),
        ({"marked": "cancelled", "cancelled_by": "family"}, ("cancelled", 0)),  # time unknown
        ({"marked": "arrived", "as_of": START - DAY}, ("completed", 0)),
        ({"as_of": END - 1}, ("booked", 0)),  # not over yet when it was told
        ({"as_of": END}, ("completed", 1)),
        ({"as_of": END, "marks_attendance": True}, ("unmarked", 0)),
        ({"as_of": END - 1, "marks_attendance": True}, ("booked", 0)),
    ],
)
def test_the_first_rule_that_fits_decides(facts, expected):
    assert state(**PLAIN | facts) == expected


facts = st.fixed_dictionaries({
    "marked": st.sampled_from(["none", "arrived", "no_show", "cancelled", "rescheduled"]),
    "cancelled_by": st.sampled_from([None, "family", "practice"]),
    "cancelled_at": st.none() | st.integers(START - 2 * DAY, START + DAY),
    "starts_at": st.integers(START - 10, START + 10),
    "ends_at": st.integers(END - 10, END + 10),
    "as_of": st.integers(END - 10, END + 10),
    "absent": st.booleans(),
    "marks_attendance": st.booleans(),
})  # fmt: skip


@given(st.lists(facts, max_size=30))
def test_whole_columns_are_decided_like_single_visits(visits):
    frame = pd.DataFrame(visits, columns=list(PLAIN))
    found = list(states(frame).itertuples(index=False, name=None))
    assert found == [state(**visit) for visit in visits]


def states(visits):
    """Return state and assumed by the same rules, said a second time over whole columns."""
    marked = visits["marked"]
    cancelled = (marked == "cancelled").to_numpy(dtype=bool)
    cancelled_at = pd.to_numeric(visits["cancelled_at"]).to_numpy(dtype=float)
    late = visits["starts_at"].to_numpy(dtype=float) - cancelled_at < LATE_SECONDS
    rules = {
        "rescheduled": marked == "rescheduled",
        "missing": visits["absent"],
        "no_show": marked == "no_show",
        "practice_cancelled": cancelled & (visits["cancelled_by"] == "practice"),
        "late_cancelled": cancelled & late,  # an unknown time is never late
        "cancelled": cancelled,
        "arrived": marked == "arrived",
        "booked": visits["ends_at"] > visits["as_of"],
        "unmarked": visits["marks_attendance"],
    }
    met = [np.asarray(rule, dtype=bool) for rule in rules.values()]
    names = pd.Series(np.select(met, list(rules), "assumed"), index=visits.index, dtype=object)
    assumed = (names == "assumed").astype("int64")
    shown = names.replace({"arrived": "completed", "assumed": "completed"})
    return pd.DataFrame({"state": shown, "assumed": assumed})
