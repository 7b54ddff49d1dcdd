"""Words decide the visit type."""

import pytest

from allay_metrics.derive.visit_type import read_words, shipped_words, visit_types
from allay_metrics.errors import ConfigProblem


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Infant CST", ("cst", "")),
        ("cranio-sacral therapy", ("cst", "")),
        ("Infant  Craniosacral ,", ("cst", "")),
        ("IBCLC home visit", ("lactation", "")),
        ("Breastfeeding help", ("lactation", "")),
        ("Bottle feeding & latch check", ("lactation", "")),
        ("Massage (60 min)", ("massage", "")),
        ("Massages for two", ("massage", "")),
        ("CST + Lactation", ("cst", "lactation")),
        ("Lactation and CST", ("lactation", "cst")),
        ("Prenatal lactation consult", ("lactation", "")),  # prenatal decides alone only
        ("Prenatal", ("massage", "")),
        ("Postpartum visit", ("massage", "")),
        ("Postpartum CST", ("cst", "")),
        ("Postpartum bodywork", ("massage", "")),
        ("Lactation + postpartum bodywork", ("lactation", "massage")),
        ("CST for latch", ("cst", "")),  # feeding and latch never override CST
        ("Feeding support with CST", ("cst", "")),
        ("Massage, CST, lactation", ("massage", "cst")),
        ("Latching class", ("lactation", "")),
        ("Haircut", ("other", "")),
        ("Castle tour", ("other", "")),  # holds c, s and t, not the word
        ("", ("other", "")),
    ],
)
def test_the_type_is_what_the_words_say(text, types):
    assert visit_types(text, shipped_words()) == types


def test_a_word_that_cannot_be_used_is_refused_with_its_line(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("word,visit_type,decides\nCST,cst,always\nreiki,reiki,always\n")
    with pytest.raises(ConfigProblem, match=r"words.csv, line 3"):
        read_words(path)
