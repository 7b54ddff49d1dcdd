"""A page over damaged records: one sentence that names them and the way back, no traceback."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support import damage
from tests.support.on_page import DASHBOARD, bodies

KINDS = (damage.no_database, damage.truncated, damage.empty, damage.without_a_table)


def said(at):
    """Return the sentence of the card that says what did not work."""
    assert not at.exception
    assert "This did not work" in bodies(at)
    (sentence,) = {text.value for text in at.text}
    return sentence


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_what_is_wrong_with_which_records(small, tmp_path, kind):
    small.close()
    kind(tmp_path / "practice.sqlite")
    sentence = said(AppTest.from_file(DASHBOARD, default_timeout=60).run())
    assert str(tmp_path / "practice.sqlite") in sentence
    assert "`restore FILE --replace`" in sentence


@pytest.mark.parametrize("page", ["owner/week", "practice/records", "owner/therapists"])
def test_damage_a_page_meets_in_the_middle_is_said_the_same_way(small, tmp_path, page):
    at = AppTest.from_file(DASHBOARD, default_timeout=60)
    at.switch_page("pages/practice/definitions.py").run()
    path = tmp_path / "practice.sqlite"
    damage.every_page_flipped(path)
    sentence = said(at.switch_page(f"pages/{page}.py").run())
    assert f"The records in {path} are damaged" in sentence
    assert small.viewer.role == "owner"
