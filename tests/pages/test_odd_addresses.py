"""Whatever stands behind the question mark of an address, its page is drawn or says a sentence."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.on_page import bodies, page_of
from tests.support.practices import Invented, Told, booked, put_on_file

MONDAY = date(2026, 6, 22)
ODD = ("9" * 5_000, "0001-01-01", "9999-12-31", "-1", "nan", "inf", "1e999", "²",
       "\u0662\u0660\u0662\u0666-11-16", "2026-W01-1", "\0", "", "a|b|c|d",
       "2026-06-22,", "<b>")  # fmt: skip
NAMES = ("week", "as", "client", "therapist", "city", "type", "period", "dates", "names", "part")
PAGES = ("owner/week", "owner/cities", "owner/visit_types", "therapist/baby", "practice/settings")


@pytest.fixture(params=PAGES)
def at(request, sqlite_scope, sqlite_url, monkeypatch):
    """A page, of a practice of two visits."""
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    rows = [booked("A", MONDAY), booked("B", MONDAY + timedelta(days=7))]
    put_on_file(Invented(rows, [Told.all(last=date(2026, 8, 1))]), sqlite_scope)
    return page_of(request.param)


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ODD) | st.text(max_size=9)))
@example(dict.fromkeys(NAMES, "0001-01-01"))
@example(dict.fromkeys(NAMES, "9999-12-31"))
@example(dict.fromkeys(NAMES, "9" * 5_000))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_breaks_a_page(at, query):
    for name in NAMES:
        at.query_params.pop(name, None)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    assert not [text.value for text in at.text if "Something went wrong" in text.value]
    assert "al-title" in bodies(at) or at.text
